package main

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// threadCPU is the CPU time, user and system, of the thread that is locked to
// the caller, to the nanosecond: getrusage counts the same, but only as often as
// the scheduler looks. Collecting the garbage of the other engines happens on
// other threads and is not counted against them.
func threadCPU() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		panic(err)
	}
	return time.Duration(t.Nano())
}

// timed is the CPU time of one run of f in nanoseconds, over n runs.
func timed(n int, f func()) float64 {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	runtime.GC() // what others left behind
	before := threadCPU()
	for range n {
		f()
	}
	return float64(threadCPU()-before) / float64(n)
}

// repeats is how often f runs in about the time.
func repeats(about time.Duration, f func()) int {
	n := 1
	for {
		if took := timed(n, f) * float64(n); took > float64(about)/10 {
			return max(1, int(float64(n)*float64(about)/took))
		}
		n *= 4
	}
}

// round decides all requests once.
func round(e engine, requests int) func() {
	return func() {
		for i := range requests {
			e.decide(i)
		}
	}
}

// allocations are those of one round.
func allocations(e engine, requests int) float64 {
	return testing.AllocsPerRun(20, round(e, requests))
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	if len(s)%2 == 0 {
		return (s[len(s)/2-1] + s[len(s)/2]) / 2
	}
	return s[len(s)/2]
}

// interleaved measures several things in turn, round by round, so that a
// machine whose speed drifts does not decide. It answers with a row of times
// for each.
func interleaved(rounds int, about time.Duration, measured ...func()) [][]float64 {
	n := make([]int, len(measured))
	for i, f := range measured {
		n[i] = repeats(about, f)
	}
	times := make([][]float64, len(measured))
	for range rounds {
		for i, f := range measured {
			times[i] = append(times[i], timed(n[i], f))
		}
	}
	return times
}

// ratio is the median of the ratios of the rounds.
func ratio(of, to []float64) float64 {
	r := make([]float64, len(of))
	for i := range of {
		r[i] = of[i] / to[i]
	}
	return median(r)
}
