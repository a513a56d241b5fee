// Package findings writes what the policy validator finds: for eyes, in the
// form of Access Analyzer's ValidatePolicy, and for CI systems.
package findings

import (
	"fmt"
	"io"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/junit"
	"github.com/gatehouse-iam/gatehouse/internal/sarif"
	"github.com/gatehouse-iam/gatehouse/internal/trace"
	"github.com/gatehouse-iam/gatehouse/policy/validate"
)

// File is a document and what was found in it.
type File struct {
	Name     string
	Findings []validate.Finding
}

// severity orders the types of finding.
var severity = map[validate.FindingType]int{
	validate.Suggestion: 1, validate.Warning: 2, validate.SecurityWarning: 3, validate.Error: 4,
}

// AtLeast says whether a file has a finding as grave as t, or graver. Nothing is
// as grave as what is no type.
func (f *File) AtLeast(t validate.FindingType) bool {
	for i := range f.Findings {
		if atLeast(f.Findings[i].Type, t) {
			return true
		}
	}
	return false
}

func atLeast(found, t validate.FindingType) bool {
	return severity[t] > 0 && severity[found] >= severity[t]
}

// place is line and column of a finding, both from 1; line 0 for none. (The
// validator counts columns from 0, as Access Analyzer does.)
func place(f *validate.Finding) (line, column int) {
	if len(f.Locations) == 0 {
		return 0, 0
	}
	start := f.Locations[0].Start
	return start.Line, start.Column + 1
}

// Text writes a file's findings for eyes, a line each: FILE:LINE:COLUMN, as
// editors take it.
func (f *File) Text(w io.Writer, indent string) error {
	for i := range f.Findings {
		v := &f.Findings[i]
		at := f.Name
		if line, column := place(v); line > 0 {
			at += fmt.Sprintf(":%d:%d", line, column)
		}
		if err := trace.Line(w, fmt.Sprintf("%s%s: %s %s: %s", indent, at, words(v.Type), v.Code, v.Details)); err != nil {
			return err
		}
	}
	return nil
}

func words(t validate.FindingType) string {
	return strings.ToLower(strings.ReplaceAll(string(t), "_", " "))
}

// Answer is a file's findings as ValidatePolicy returns them, and the file.
type Answer struct {
	File     string    `json:"file"`
	Findings []Finding `json:"findings"`
}

// Finding is one as ValidatePolicy returns it.
type Finding struct {
	FindingDetails string     `json:"findingDetails"`
	FindingType    string     `json:"findingType"`
	IssueCode      string     `json:"issueCode"`
	LearnMoreLink  string     `json:"learnMoreLink"`
	Locations      []Location `json:"locations"`
}

// Location is a path and a span in the document.
type Location struct {
	Path []PathElement `json:"path"`
	Span Span          `json:"span"`
}

// PathElement is one step; one of its members is set (API_PathElement).
type PathElement struct {
	Index     *int       `json:"index,omitempty"`
	Key       *string    `json:"key,omitempty"`
	Substring *Substring `json:"substring,omitempty"`
	Value     *string    `json:"value,omitempty"`
}

// Substring is a piece of a value.
type Substring struct {
	Start  int `json:"start"`
	Length int `json:"length"`
}

// Span is from a position to another.
type Span struct {
	Start Position `json:"start"`
	End   Position `json:"end"`
}

// Position counts lines from 1, columns and offsets from 0.
type Position struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Offset int `json:"offset"`
}

// Answer is the form of ValidatePolicy's answer.
func (f *File) Answer() Answer {
	a := Answer{f.Name, make([]Finding, len(f.Findings))}
	for i := range f.Findings {
		v := &f.Findings[i]
		a.Findings[i] = Finding{v.Details, string(v.Type), v.Code, v.Learn, locations(v.Locations)}
	}
	return a
}

func locations(list []validate.Location) []Location {
	all := make([]Location, len(list))
	for i, l := range list {
		all[i] = Location{make([]PathElement, len(l.Path)), Span{Position(l.Start), Position(l.End)}}
		for j := range l.Path {
			all[i].Path[j] = pathElement(&l.Path[j])
		}
	}
	return all
}

func pathElement(e *validate.PathElement) PathElement {
	switch {
	case e.Length > 0:
		return PathElement{Substring: &Substring{e.Index, e.Length}}
	case e.Index >= 0:
		return PathElement{Index: &e.Index}
	case e.Key:
		return PathElement{Key: &e.Name}
	}
	return PathElement{Value: &e.Name}
}

// SARIF is a file's findings as results.
func (f *File) SARIF() []sarif.Result {
	list := make([]sarif.Result, len(f.Findings))
	for i := range f.Findings {
		v := &f.Findings[i]
		list[i] = sarif.Result{Rule: v.Code, Level: level(v.Type), Message: v.Details, Help: v.Learn, File: f.Name}
		if line, column := place(v); line > 0 {
			end := v.Locations[0].End
			list[i].Region = sarif.Region{StartLine: line, StartColumn: column, EndLine: end.Line, EndColumn: end.Column + 1}
		}
	}
	return list
}

func level(t validate.FindingType) sarif.Level {
	switch t {
	case validate.Error, validate.SecurityWarning:
		return sarif.Error
	case validate.Warning:
		return sarif.Warning
	}
	return sarif.Note
}

// JUnit is a file as a test suite: a case a finding, which fails where it is at
// least as grave as failOn; without findings, one case that passes.
func (f *File) JUnit(failOn validate.FindingType) junit.Suite {
	s := junit.Suite{Name: f.Name}
	for i := range f.Findings {
		v := &f.Findings[i]
		line, _ := place(v)
		c := junit.Case{Name: v.Code, File: f.Name, Line: line}
		if atLeast(v.Type, failOn) {
			c.Failure = &junit.Problem{Message: words(v.Type) + ": " + v.Details, Text: v.Learn}
		}
		s.Cases = append(s.Cases, c)
	}
	if len(s.Cases) == 0 {
		s.Cases = []junit.Case{{Name: "valid", File: f.Name}}
	}
	return s
}
