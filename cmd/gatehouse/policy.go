package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/trace"
	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/x/cases"
)

type policyCommand struct {
	Decide   decideCommand     `cmd:"" help:"Decide cases, one a line."`
	Validate validateCommand   `cmd:"" help:"Find what is wrong or risky in policy documents."`
	Test     policyTestCommand `cmd:"" help:"Run the policy tests of folders."`
}

type decideCommand struct {
	Explain bool   `help:"Tell how each decision came about, and what to change."`
	Output  string `default:"json" enum:"json,table" help:"json or table."`
}

// Help is the long help.
func (*decideCommand) Help() string {
	return `Reads decision cases from standard input, one JSON object a line, and prints a
result a line: docs/policy-tests.md shows the form. Exit code 1: a case came out otherwise
than its "expect" says. Exit code 2: a case could not be read; its result tells the line
and the column in "error", and the others are decided all the same.

Example:
  gatehouse policy decide < cases.jsonl
  gatehouse policy decide --explain --output table < cases.jsonl`
}

// Run decides what comes in.
func (c *decideCommand) Run(s *streams) error {
	out := bufio.NewWriter(s.out)
	d := decision{command: c, out: out, err: s.err, decider: cases.Decider{Clock: time.Now}}
	// What is decided goes out before more is waited for.
	if err := d.all(cases.NewLines(&flushingReader{s.in, out})); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	switch {
	case d.unreadable == 1:
		return fmt.Errorf("1 case could not be read")
	case d.unreadable > 1:
		return fmt.Errorf("%d cases could not be read", d.unreadable)
	case d.differing > 0:
		return errNo
	}
	return nil
}

// flushingReader flushes a writer before each read.
type flushingReader struct {
	in  io.Reader
	out *bufio.Writer
}

func (f *flushingReader) Read(p []byte) (int, error) {
	if err := f.out.Flush(); err != nil {
		return 0, err
	}
	return f.in.Read(p)
}

// decision is a run of decide.
type decision struct {
	command               *decideCommand
	out, err              io.Writer
	decider               cases.Decider
	unreadable, differing int
	line                  []byte
}

func (d *decision) all(lines *cases.Lines) error {
	for c, err := range lines.All() {
		if c == nil {
			return err
		}
		if err := d.one(c, err); err != nil {
			return err
		}
	}
	return nil
}

func (d *decision) one(c *cases.Case, err error) error {
	var result cases.Result
	var e *policy.Explanation
	if err == nil {
		result, e, err = d.decide(c)
	}
	if err != nil {
		d.unreadable++
		result = cases.Failed(c, err)
	} else {
		d.compare(c, &result)
	}
	if d.command.Output == "table" {
		return d.table(&result, e)
	}
	if d.line, err = result.Append(d.line[:0]); err != nil {
		return err
	}
	_, err = d.out.Write(d.line)
	return err
}

func (d *decision) decide(c *cases.Case) (cases.Result, *policy.Explanation, error) {
	if d.command.Explain {
		return d.decider.Explain(c)
	}
	result, err := d.decider.Decide(c)
	return result, nil, err
}

// table writes a result for eyes: a line, and the explanation under it.
func (d *decision) table(r *cases.Result, e *policy.Explanation) error {
	line := r.ID + ": " + trace.Decision(r)
	if r.Message != "" {
		line += ": " + r.Message
	}
	if err := trace.Line(d.out, strings.TrimPrefix(line, ": ")); err != nil || e == nil {
		return err
	}
	w := trace.Writer{Out: d.out, Indent: "  ", All: true}
	return w.Explain(e)
}

// compare tells on standard error what came out otherwise than expected.
func (d *decision) compare(c *cases.Case, r *cases.Result) {
	differences := c.Compare(r)
	if len(differences) == 0 {
		return
	}
	d.differing++
	line, _ := c.Start()
	for _, difference := range differences {
		_ = trace.Line(d.err, fmt.Sprintf("gatehouse: line %d: %s: %s", line, c.ID, difference)) // nobody to tell
	}
}
