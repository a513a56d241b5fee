package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// tests is the test binary of a program with its mutants.
type tests struct {
	binary  string
	folder  string // where it runs
	args    []string
	stages  []string // patterns of tests, the quickest tests first
	timeout time.Duration
}

// build compiles the program's tests into dir, without touching its folder.
func (p *program) build(dir string, args []string) (*tests, error) {
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for path, source := range p.files {
		written := filepath.Join(dir, filepath.Base(path))
		if err := os.WriteFile(written, source, 0o600); err != nil {
			return nil, err
		}
		overlay.Replace[path] = written
	}
	text, err := json.Marshal(overlay)
	if err != nil {
		return nil, err
	}
	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, text, 0o600); err != nil {
		return nil, err
	}
	t := &tests{binary: filepath.Join(dir, "tests"), folder: p.folder, args: args}
	c := exec.Command("go", "test", "-c", "-vet=off", "-overlay", list, "-o", t.binary, ".")
	c.Dir = p.folder
	if out, err := c.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go test -c: %w\n%s", err, out)
	}
	return t, nil
}

// result is how the tests of a mutant ended.
type result uint8

const (
	survived result = iota
	killed
	outOfTime
)

// memory is what a mutant may take, in KiB: one that never stops appending ends
// there.
const memory = 6 << 20

// run runs the tests with one mutant, stage by stage until one notices it.
func (t *tests) run(number int) (result, string, error) {
	for _, stage := range t.stages {
		if r, out, err := t.start(number, "-test.run", stage); r != survived || err != nil {
			return r, out, err
		}
	}
	return survived, "", nil
}

// start runs the test binary with one mutant, 0 for none.
func (t *tests) start(number int, args ...string) (result, string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), t.timeout)
	defer cancel()
	c := exec.CommandContext(ctx, "/bin/sh", "-c", fmt.Sprintf(`ulimit -v %d; exec "$0" "$@"`, memory), t.binary)
	c.Args = append(append(c.Args, t.args...), args...)
	c.Dir = t.folder
	c.Env = append(os.Environ(), "MUTANT="+strconv.Itoa(number), "GOMAXPROCS=1")
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return outOfTime, "", nil
	case err == nil:
		return survived, string(out), nil
	case errors.As(err, &exit):
		return killed, string(out), nil
	}
	return killed, "", err
}

// measure runs the tests without a mutant, and sets how long they may take and
// in which order they run.
func (t *tests) measure() (time.Duration, error) {
	t.timeout = time.Minute
	start := time.Now()
	r, out, err := t.start(0, "-test.v")
	took := time.Since(start)
	if err != nil {
		return took, err
	}
	if r != survived {
		return took, fmt.Errorf("the tests fail without a mutant:\n%s", failing(out))
	}
	t.stages = stages(out)
	const slack = 6
	t.timeout = max(slack*took, 5*time.Second)
	return took, nil
}

// failing is the output of tests without what is said of those that pass.
func failing(output string) string {
	var b strings.Builder
	for line := range strings.Lines(output) {
		if text := strings.TrimSpace(line); !strings.HasPrefix(text, "=== ") && !strings.HasPrefix(text, "--- PASS") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// stages parts the tests by how long they took: the quick ones notice most
// mutants, in a small part of the time of all.
func stages(output string) (patterns []string) {
	type test struct {
		name    string
		seconds float64
	}
	var tests []test
	var total float64
	for line := range strings.Lines(output) {
		var one test
		if _, err := fmt.Sscanf(line, "--- PASS: %s (%fs)", &one.name, &one.seconds); err == nil {
			tests = append(tests, one)
			total += one.seconds
		}
	}
	slices.SortStableFunc(tests, func(a, b test) int { return cmp.Compare(a.seconds, b.seconds) })
	var names []string
	var spent float64
	for _, limit := range []float64{0.1, 0.4, 1} { // of the whole time
		for len(tests) > 0 && (limit == 1 || spent+tests[0].seconds <= limit*total) {
			spent += tests[0].seconds
			names, tests = append(names, tests[0].name), tests[1:]
		}
		if len(names) > 0 {
			patterns, names = append(patterns, "^("+strings.Join(names, "|")+")$"), nil
		}
	}
	return patterns
}

// each runs the mutants on so many workers, and tells of each.
func (t *tests) each(mutants []mutant, workers int, tell func(*mutant, result, string)) error {
	var (
		all     sync.WaitGroup
		lock    sync.Mutex
		failure error
		next    = make(chan *mutant)
	)
	for range workers {
		all.Go(func() {
			for m := range next {
				r, out, err := t.run(m.number)
				lock.Lock()
				if err != nil {
					failure = errors.Join(failure, fmt.Errorf("%s: %w", m, err))
				} else {
					tell(m, r, out)
				}
				lock.Unlock()
			}
		})
	}
	for i := range mutants {
		next <- &mutants[i]
	}
	close(next)
	all.Wait()
	return failure
}

// firstFailure is the name of the test that failed.
func firstFailure(output string) string {
	for line := range strings.Lines(output) {
		if name, ok := strings.CutPrefix(line, "--- FAIL: "); ok {
			name, _, _ = strings.Cut(name, " ")
			return name
		}
		if strings.HasPrefix(line, "panic: ") {
			return strings.TrimSpace(line)
		}
	}
	return ""
}
