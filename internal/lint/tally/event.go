package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// event is a line of `go test -json` (go doc test2json, go help buildjson).
type event struct {
	Action     string
	Package    string
	ImportPath string // of build output
	Test       string
	Output     string
	Elapsed    float64
}

// count is how tests ended.
type count struct {
	passed, failed, skipped, packages int
}

func (c *count) add(d count) {
	c.passed += d.passed
	c.failed += d.failed
	c.skipped += d.skipped
	c.packages += d.packages
}

// tally follows the events of one go test. Output is kept until it is known
// whether it belongs to a failure.
type tally struct {
	to       io.Writer
	total    count
	packages map[string]*count
	output   map[[2]string]*strings.Builder // by package and test
}

// read counts what the events say, and prints as it goes.
func read(to io.Writer, events io.Reader) (count, error) {
	t := &tally{to: to, packages: map[string]*count{}, output: map[[2]string]*strings.Builder{}}
	lines := bufio.NewReader(events)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			t.line(line)
		}
		if err == io.EOF {
			return t.total, nil
		}
		if err != nil {
			return t.total, err
		}
	}
}

func (t *tally) line(text string) {
	var e event
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		fmt.Fprint(t.to, text) // go test says some things plainly
		return
	}
	switch e.Action {
	case "build-output":
		fmt.Fprint(t.to, e.Output)
	case "output":
		t.keep(e)
	case "pass", "fail", "skip":
		if e.Test == "" {
			t.endPackage(e)
			return
		}
		t.endTest(e)
	}
}

func (t *tally) keep(e event) {
	key := [2]string{e.Package, e.Test}
	if t.output[key] == nil {
		t.output[key] = &strings.Builder{}
	}
	t.output[key].WriteString(e.Output)
}

func (t *tally) endTest(e event) {
	c := t.of(e.Package)
	switch e.Action {
	case "pass":
		c.passed++
	case "skip":
		c.skipped++
	case "fail":
		c.failed++
	}
	if e.Action == "fail" {
		t.show(e)
	}
	delete(t.output, [2]string{e.Package, e.Test})
}

// endPackage prints a package's line. A package that fails of itself (it does
// not build, it panics, TestMain fails) is one failure.
func (t *tally) endPackage(e event) {
	c := t.of(e.Package)
	c.packages = 1
	if e.Action == "fail" && c.failed == 0 {
		c.failed = 1
	}
	switch e.Action {
	case "fail":
		t.showRest(e.Package)
		fmt.Fprintf(t.to, "FAIL %s: %d passed, %d failed, %.1fs\n", e.Package, c.passed, c.failed, e.Elapsed)
	case "pass":
		fmt.Fprintf(t.to, "ok   %s: %d passed, %.1fs\n", e.Package, c.passed, e.Elapsed)
	}
	t.total.add(*c)
	for key := range t.output {
		if key[0] == e.Package {
			delete(t.output, key)
		}
	}
}

func (t *tally) of(pkg string) *count {
	if t.packages[pkg] == nil {
		t.packages[pkg] = &count{}
	}
	return t.packages[pkg]
}

func (t *tally) show(e event) {
	if output := t.output[[2]string{e.Package, e.Test}]; output != nil {
		fmt.Fprint(t.to, output.String())
	}
}

// showRest prints what tests that never ended had said, and the package.
func (t *tally) showRest(pkg string) {
	for key, output := range t.output {
		if key[0] == pkg && key[1] != "" {
			fmt.Fprint(t.to, output.String())
		}
	}
	t.show(event{Package: pkg})
}
