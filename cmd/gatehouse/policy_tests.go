package main

import (
	"fmt"
	"io"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/policytest"
	"github.com/gatehouse-iam/gatehouse/internal/trace"
	"github.com/gatehouse-iam/gatehouse/policy/validate"
)

type policyTestCommand struct {
	Dirs     []string `arg:"" name:"dir" help:"Folders with policies and case files, or case files."`
	Coverage bool     `help:"List the statements that no case ever matched."`
	Validate bool     `help:"Validate the policies, too: errors and security warnings fail."`
	Output   string   `default:"table" enum:"table,json" help:"table or json."`
	Format   string   `default:"" enum:",json,sarif,junit" placeholder:"NAME" help:"For CI systems, instead of --output: junit, sarif or json."`
}

// Help is the long help.
func (*policyTestCommand) Help() string {
	return `Runs every case of the *.jsonl, *.yaml and *.yml files of the folders and compares what comes
out with what the case expects. A failed one is explained: which element of which statement
did not match and on what value, and the smallest change that would allow the request. A
case may name a policy's file instead of holding its text. docs/policy-tests.md shows the
form, examples/policy-tests a whole repository.

Exit code 1: an expectation failed. Exit code 2: a case or a policy cannot be read.

Example:
  gatehouse policy test .
  gatehouse policy test --coverage --format junit policies > report.xml`
}

// Run runs the tests.
func (c *policyTestCommand) Run(s *streams) error {
	run, err := policytest.Test(c.Dirs, policytest.Options{
		Clock: time.Now, Validate: c.Validate, Progress: progress(s.err, time.Now),
	})
	if err != nil {
		return err
	}
	if err := c.print(s.out, run); err != nil {
		return err
	}
	switch n := run.Counts(); {
	case n.Errors == 1:
		return fmt.Errorf("1 case or policy could not be read")
	case n.Errors > 1:
		return fmt.Errorf("%d cases or policies could not be read", n.Errors)
	case n.Failed > 0, run.Invalid(validate.SecurityWarning):
		return errNo
	}
	return nil
}

func (c *policyTestCommand) print(w io.Writer, run *policytest.Run) error {
	switch {
	case c.Format == "junit":
		return run.JUnit(w, validate.SecurityWarning)
	case c.Format == "sarif":
		return run.SARIF(w)
	case c.Format == "json" || c.Output == "json":
		return run.JSON(w)
	}
	return run.Text(w, c.Coverage)
}

// progress tells every two seconds how far a run is.
func progress(w io.Writer, now func() time.Time) func(decided int, file string) {
	const every = 2 * time.Second
	told := now()
	return func(decided int, file string) {
		if t := now(); t.Sub(told) >= every {
			told = t
			_ = trace.Line(w, fmt.Sprintf("gatehouse: %d cases decided, now in %s", decided, file)) // nobody to tell
		}
	}
}
