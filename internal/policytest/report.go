package policytest

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/findings"
	"github.com/gatehouse-iam/gatehouse/internal/junit"
	"github.com/gatehouse-iam/gatehouse/internal/sarif"
	"github.com/gatehouse-iam/gatehouse/internal/trace"
	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/validate"
	"github.com/gatehouse-iam/gatehouse/policy/x/cases"
)

// Text writes the run for eyes: a line a file, and under it what failed and why.
// unmatched lists the statements that no case matched, too.
func (r *Run) Text(w io.Writer, unmatched bool) error {
	t := &textReport{run: r, w: w}
	for _, p := range r.Problems {
		t.line("ERROR %s", colons(p.File, p))
	}
	for i := range r.Files {
		t.file(&r.Files[i])
	}
	for i := range r.Findings {
		if t.err == nil {
			t.err = r.Findings[i].file().Text(w, "")
		}
	}
	t.coverage(unmatched)
	t.line("%s", r.summary())
	return t.err
}

type textReport struct {
	run *Run
	w   io.Writer
	err error
}

func (t *textReport) line(format string, args ...any) {
	if t.err == nil {
		t.err = trace.Line(t.w, fmt.Sprintf(format, args...))
	}
}

// colons is an error as FILE:LINE:COLUMN: what is wrong. One inside another file
// names that.
func colons(file string, e *cases.Error) string {
	if e.File != "" {
		file = e.File
	}
	if e.Line == 0 {
		return file + ": " + e.Detail
	}
	return fmt.Sprintf("%s:%d:%d: %s", file, e.Line, e.Column, e.Detail)
}

func (t *textReport) file(f *File) {
	bad := 0
	for i := range f.Cases {
		if !f.Cases[i].OK() {
			bad++
		}
	}
	switch {
	case bad == 0 && f.Error == nil:
		t.line("ok    %s  %s", f.Name, count(len(f.Cases), "case", "cases"))
		return
	case bad == 0:
		t.line("ERROR %s", colons(f.Name, f.Error))
		return
	}
	t.line("FAIL  %s  %d of %s", f.Name, bad, count(len(f.Cases), "case", "cases"))
	for i := range f.Cases {
		if c := &f.Cases[i]; !c.OK() {
			t.failed(f, c)
		}
	}
	if f.Error != nil {
		t.line("ERROR %s", colons(f.Name, f.Error))
	}
}

func (t *textReport) failed(f *File, c *Case) {
	t.line("  %s (%s:%d:%d)", c.Name, f.Name, c.Line, c.Column)
	if c.Result.Error != "" {
		t.line("    cannot be read: %s", c.Result.Error)
		return
	}
	if t.err == nil {
		t.err = t.run.why(t.w, c, "    ")
	}
}

// why writes what a case expected, what came out, and the trace of it.
func (r *Run) why(w io.Writer, c *Case, indent string) error {
	for _, d := range c.Differences {
		if err := trace.Line(w, indent+d.String()); err != nil {
			return err
		}
	}
	if c.Result.Message != "" {
		if err := trace.Line(w, indent+c.Result.Message); err != nil {
			return err
		}
	}
	t := trace.Writer{Out: w, Indent: indent, Place: r.place}
	return t.Explain(c.Explanation)
}

// place is where a statement of a case's policy stands.
func (r *Run) place(p *policy.Policy, line, column int) string {
	s, ok := r.ledger.where(p, line, column)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s:%d:%d", s.File, s.Line, s.Column)
}

func (t *textReport) coverage(unmatched bool) {
	c := &t.run.Coverage
	if c.Statements == 0 {
		return
	}
	t.line("coverage: cases matched %d of %s (%d %%)", c.Matched,
		count(c.Statements, "statement", "statements"), 100*c.Matched/c.Statements)
	if !unmatched {
		return
	}
	for _, s := range c.Unmatched {
		t.line("  %s:%d:%d %s", s.File, s.Line, s.Column, s.describe())
	}
}

func (s *Statement) describe() string {
	name := s.Sid
	if name == "" {
		name = fmt.Sprintf("statement %d", s.Index+1) // as traces count them
	}
	return strings.TrimSpace(s.Policy+" "+name) + " is never matched"
}

func (r *Run) summary() string {
	n := r.Counts()
	word := "ok"
	switch {
	case n.Errors > 0:
		word = "ERROR"
	case n.Failed > 0:
		word = "FAIL"
	}
	text := fmt.Sprintf("%s: %s, %d passed, %d failed, %s", word, count(n.Cases, "case", "cases"),
		n.Passed, n.Failed, count(n.Errors, "error", "errors"))
	if n.Uncompared > 0 {
		text += fmt.Sprintf("; %s nothing", count(n.Uncompared, "case expects", "cases expect"))
	}
	return text
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// runJSON is a run for programs.
type runJSON struct {
	Summary  Counts            `json:"summary"`
	Files    []fileJSON        `json:"files"`
	Problems []problemJSON     `json:"problems"`
	Findings []findings.Answer `json:"findings,omitempty"`
	Coverage Coverage          `json:"coverage"`
}

type fileJSON struct {
	File  string     `json:"file"`
	Error string     `json:"error,omitempty"`
	Cases []caseJSON `json:"cases"`
}

type caseJSON struct {
	Name        string             `json:"name"`
	Line        int                `json:"line"`
	Column      int                `json:"column"`
	OK          bool               `json:"ok"`
	Differences []cases.Difference `json:"differences,omitempty"`
	Result      cases.Result       `json:"result"`
}

type problemJSON struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Detail string `json:"detail"`
}

// JSON writes the run as one object; failed cases with their explanation.
func (r *Run) JSON(w io.Writer) error {
	out := runJSON{Summary: r.Counts(), Files: []fileJSON{}, Problems: []problemJSON{}, Coverage: r.Coverage}
	for _, p := range r.Problems {
		out.Problems = append(out.Problems, problemJSON{p.File, p.Line, p.Column, p.Detail})
	}
	for i := range r.Files {
		f := &r.Files[i]
		j := fileJSON{File: f.Name, Cases: []caseJSON{}}
		if f.Error != nil {
			j.Error = f.Error.Error()
		}
		for k := range f.Cases {
			c := &f.Cases[k]
			j.Cases = append(j.Cases, caseJSON{c.Name, c.Line, c.Column, c.OK(), c.Differences, c.Result})
		}
		out.Files = append(out.Files, j)
	}
	for i := range r.Findings {
		out.Findings = append(out.Findings, r.Findings[i].file().Answer())
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

// JUnit writes the run as JUnit's XML: a suite a file.
func (r *Run) JUnit(w io.Writer, failOn validate.FindingType) error {
	var suites []junit.Suite
	for _, p := range r.Problems {
		suites = append(suites, junit.Suite{Name: p.File, Cases: []junit.Case{{Name: "policy", File: p.File, Line: p.Line,
			Error: &junit.Problem{Message: colons(p.File, p)}}}})
	}
	for i := range r.Files {
		suites = append(suites, r.suite(&r.Files[i]))
	}
	for i := range r.Findings {
		suites = append(suites, r.Findings[i].file().JUnit(failOn))
	}
	return junit.Write(w, "gatehouse policy test", suites)
}

func (r *Run) suite(f *File) junit.Suite {
	s := junit.Suite{Name: f.Name}
	for i := range f.Cases {
		c := &f.Cases[i]
		j := junit.Case{Name: c.Name, File: f.Name, Line: c.Line}
		switch {
		case c.Result.Error != "":
			j.Error = &junit.Problem{Message: c.Result.Error}
		case !c.OK():
			j.Failure = &junit.Problem{Message: c.difference(), Text: r.text(c)}
		}
		s.Cases = append(s.Cases, j)
	}
	if f.Error != nil {
		s.Cases = append(s.Cases, junit.Case{Name: "file", File: f.Name, Line: f.Error.Line, Error: &junit.Problem{Message: f.Error.Error()}})
	}
	return s
}

func (r *Run) text(c *Case) string {
	var b strings.Builder
	_ = r.why(&b, c, "") // a Builder takes everything
	return b.String()
}

func (c *Case) difference() string {
	parts := make([]string, len(c.Differences))
	for i, d := range c.Differences {
		parts[i] = d.String()
	}
	return strings.Join(parts, "; ")
}

// SARIF writes the run as SARIF: failures and errors at their cases, and a note
// at each statement that no case matched.
func (r *Run) SARIF(w io.Writer) error {
	var list []sarif.Result
	for _, p := range r.Problems {
		list = append(list, unreadable(p.File, p))
	}
	for i := range r.Files {
		list = append(list, r.results(&r.Files[i])...)
	}
	for i := range r.Findings {
		list = append(list, r.Findings[i].file().SARIF()...)
	}
	for _, s := range r.Coverage.Unmatched {
		list = append(list, sarif.Result{Rule: "unmatched-statement", Level: sarif.Note, Message: s.describe() + " by a case",
			File: s.File, Region: sarif.Region{StartLine: s.Line, StartColumn: s.Column}})
	}
	return sarif.Write(w, list)
}

func unreadable(file string, e *cases.Error) sarif.Result {
	if e.File != "" {
		file = e.File
	}
	return sarif.Result{Rule: "unreadable", Level: sarif.Error, Message: e.Detail, File: file,
		Region: sarif.Region{StartLine: e.Line, StartColumn: e.Column}}
}

func (r *Run) results(f *File) (list []sarif.Result) {
	if f.Error != nil {
		list = append(list, unreadable(f.Name, f.Error))
	}
	for i := range f.Cases {
		c := &f.Cases[i]
		at := sarif.Region{StartLine: c.Line, StartColumn: c.Column}
		switch {
		case c.Result.Error != "":
			list = append(list, sarif.Result{Rule: "unreadable", Level: sarif.Error, Message: c.Name + ": " + c.Result.Error, File: f.Name, Region: at})
		case !c.OK():
			list = append(list, sarif.Result{Rule: "expectation", Level: sarif.Error, Message: c.Name + ": " + r.text(c), File: f.Name, Region: at})
		}
	}
	return list
}
