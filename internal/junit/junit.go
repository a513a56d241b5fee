// Package junit writes test reports in JUnit's XML, which CI systems read.
package junit

import (
	"encoding/xml"
	"io"
	"strings"
	"unicode/utf8"
)

// Suite is the cases of one file.
type Suite struct {
	Name  string
	Cases []Case
}

// Case is one test. At most one of Failure and Error is set.
type Case struct {
	Name    string
	File    string
	Line    int
	Failure *Problem // the answer is no
	Error   *Problem // there is no answer
}

// Problem is a sentence and all there is to read about it.
type Problem struct{ Message, Text string }

type suitesXML struct {
	XMLName  xml.Name   `xml:"testsuites"`
	Name     string     `xml:"name,attr"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Errors   int        `xml:"errors,attr"`
	Suites   []suiteXML `xml:"testsuite"`
}

type suiteXML struct {
	Name     string    `xml:"name,attr"`
	Tests    int       `xml:"tests,attr"`
	Failures int       `xml:"failures,attr"`
	Errors   int       `xml:"errors,attr"`
	Cases    []caseXML `xml:"testcase"`
}

type caseXML struct {
	Name      string      `xml:"name,attr"`
	ClassName string      `xml:"classname,attr"`
	File      string      `xml:"file,attr,omitempty"`
	Line      int         `xml:"line,attr,omitempty"`
	Failure   *problemXML `xml:"failure"`
	Error     *problemXML `xml:"error"`
}

type problemXML struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// Write writes the suites of a run.
func Write(w io.Writer, name string, suites []Suite) error {
	all := suitesXML{Name: clean(name)}
	for _, s := range suites {
		suite := suiteXML{Name: clean(s.Name)}
		for i := range s.Cases {
			suite.add(s.Name, &s.Cases[i])
		}
		all.Tests += suite.Tests
		all.Failures += suite.Failures
		all.Errors += suite.Errors
		all.Suites = append(all.Suites, suite)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (s *suiteXML) add(class string, c *Case) {
	s.Tests++
	if c.Failure != nil {
		s.Failures++
	}
	if c.Error != nil {
		s.Errors++
	}
	s.Cases = append(s.Cases, caseXML{clean(c.Name), clean(class), clean(c.File), c.Line, problem(c.Failure), problem(c.Error)})
}

func problem(p *Problem) *problemXML {
	if p == nil {
		return nil
	}
	return &problemXML{clean(p.Message), clean(p.Text)}
}

// clean replaces what XML cannot hold.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r != 0xfffe && r != 0xffff {
			return r
		}
		return utf8.RuneError
	}, strings.ToValidUTF8(s, "\ufffd"))
}
