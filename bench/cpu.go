package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// effort is how much a run measures.
type effort struct {
	operations int // of an in-process measurement, a round
	requests   int // of a server measurement, a round
	paced      int // requests at a fixed rate, a window
	rounds     int
	users      int
	transfers  int // of large objects, a round
}

var (
	sizes      effort // of this run
	fullSizes  = effort{operations: 100_000, requests: 30_000, paced: 400, rounds: 7, users: 100_000, transfers: 4}
	quickSizes = effort{operations: 10_000, requests: 3_000, paced: 200, rounds: 3, users: 10_000, transfers: 2}
)

// ownCPU is the CPU time of this process, in user and system mode.
func ownCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// processCPU is the CPU time of a process, summed over its threads.
func processCPU(pid int) (time.Duration, error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(files) == 0 {
		return 0, fmt.Errorf("no scheduler statistics of process %d", pid)
	}
	var sum int64
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			continue // a thread that ended
		}
		ns, err := strconv.ParseInt(strings.Fields(string(text))[0], 10, 64)
		if err != nil {
			return 0, err
		}
		sum += ns
	}
	return time.Duration(sum), nil
}

// perOperation is the CPU time of one call of f, over n calls.
func perOperation(n int, f func()) float64 {
	before := ownCPU()
	for range n {
		f()
	}
	return float64(ownCPU()-before) / float64(n)
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}

// paired measures several things in turn, round by round, so that a machine whose
// speed drifts does not decide; it returns each one's median ratio to the first.
func paired(rounds int, measure ...func() (float64, error)) (first float64, ratios []float64, err error) {
	all := make([][]float64, len(measure))
	for range rounds {
		for i, m := range measure {
			v, err := m()
			if err != nil {
				return 0, nil, err
			}
			all[i] = append(all[i], v)
		}
	}
	for i := range measure {
		var r []float64
		for k := range all[i] {
			r = append(r, all[i][k]/all[0][k])
		}
		ratios = append(ratios, median(r))
	}
	return median(all[0]), ratios, nil
}
