// Command vuln reads govulncheck's JSON and fails where the code calls something
// known to be vulnerable in a module. What is vulnerable in the standard library is
// printed with the version of Go to install: no change of the code can mend it.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

func main() {
	if err := report(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "vuln:", err)
		os.Exit(1)
	}
}

// message is one of govulncheck's; only findings count.
type message struct {
	Finding *finding `json:"finding"`
}

type finding struct {
	OSV   string  `json:"osv"`
	Fixed string  `json:"fixed_version"`
	Trace []frame `json:"trace"`
}

type frame struct {
	Module   string `json:"module"`
	Version  string `json:"version"`
	Function string `json:"function"`
}

// called says that the code reaches the vulnerable function.
func (f *finding) called() bool { return len(f.Trace) > 0 && f.Trace[0].Function != "" }

func report(in io.Reader, out io.Writer) error {
	findings, err := read(in)
	if err != nil {
		return err
	}
	var lines []string
	bad := 0
	for _, f := range findings {
		what := f.Trace[0]
		line := fmt.Sprintf("%s: %s %s, fixed in %s", f.OSV, what.Module, what.Version, f.Fixed)
		if what.Module == "stdlib" {
			line = fmt.Sprintf("%s: Go %s, fixed in Go %s: install that", f.OSV, strings.TrimPrefix(what.Version, "v"), strings.TrimPrefix(f.Fixed, "v"))
		} else if !slices.Contains(lines, line) {
			bad++
		}
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	for _, line := range lines {
		fmt.Fprintln(out, line)
	}
	if bad > 0 {
		return fmt.Errorf("the code calls what is vulnerable in %d modules' versions", bad)
	}
	return nil
}

// read reads the findings that the code calls.
func read(in io.Reader) ([]*finding, error) {
	var findings []*finding
	d := json.NewDecoder(in)
	for n := 0; ; n++ {
		var m message
		err := d.Decode(&m)
		if errors.Is(err, io.EOF) && n > 0 {
			return findings, nil
		}
		if err != nil {
			return nil, fmt.Errorf("no output of govulncheck: %w", err)
		}
		if m.Finding != nil && m.Finding.called() {
			findings = append(findings, m.Finding)
		}
	}
}
