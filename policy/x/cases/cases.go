// Package cases is the one written form of a policy decision: a decision case
// says who asks for what and which policies apply, a Result says what comes
// out. Policy tests, the explanation of a denial and replayed traffic are all
// written in it; docs/policy-tests.md shows the form.
//
// Parse reads a case strictly and says where a fault stands. A Decider fills in
// the condition keys that follow from the request, compiles the policies (each
// text once) and decides with package policy.
//
//	lines := cases.NewLines(os.Stdin)
//	d := &cases.Decider{Clock: time.Now}
//	for c, err := range lines.All() {
//		result := d.Decide(c)
//		…
//	}
//
// The package carries no promise: like everything under policy/x it may change
// or go in any version. The form does carry one.
package cases

import (
	"fmt"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// Case is one decision case.
type Case struct {
	ID       string
	Request  Request
	Policies Policies
	Expect   *Expectation // nil: nothing is compared

	place  Place       // of a byte of the text that the case was read from
	offset memberPlace // of the members that can be wrong in what they say
}

// memberPlace is where the values of a request stand.
type memberPlace struct{ principal, action, resource, context int }

// Request is who asks for what.
type Request struct {
	Principal       string // ARN, service principal, provider, or "*"
	Action          string
	Resource        string
	ResourceAccount string         // "" where the case does not say
	Context         map[string]any // string or []string
}

// Policies are what applies. An empty list sets no limit, except within a level
// of SCP or RCP (O-04).
type Policies struct {
	Identity []Document
	Resource *Document // of sts:AssumeRole*: the role's trust policy (T-13)
	Boundary []Document
	Session  []Document
	Endpoint []Document
	SCP      [][]Document
	RCP      [][]Document
}

// All ranges over every document of the case, with its type.
func (c *Case) All(yield func(policy.Type, *Document) bool) {
	p := &c.Policies
	var resource []Document
	if p.Resource != nil {
		resource = []Document{*p.Resource}
	}
	one := func(t policy.Type, list []Document) bool {
		for i := range list {
			if !yield(t, &list[i]) {
				return false
			}
		}
		return true
	}
	if !one(policy.Identity, p.Identity) || !one(resourceType(c.Request.Action), resource) ||
		!one(policy.Boundary, p.Boundary) || !one(policy.Session, p.Session) || !one(policy.Endpoint, p.Endpoint) {
		return
	}
	for _, level := range p.SCP {
		if !one(policy.ServiceControl, level) {
			return
		}
	}
	for _, level := range p.RCP {
		if !one(policy.ResourceControl, level) {
			return
		}
	}
}

// Document is a policy of a case: its text, or a file that holds it.
type Document struct {
	Name string
	Text string
	// File names a file with the text, as the case writes it; Resolve reads it.
	File string
	// Unreadable: the policy could not be loaded, so it denies (E-25). Recorded
	// denials say so.
	Unreadable bool

	start  int  // of the text or the file's name in the case
	inFile bool // Text came from File
}

// Error is what keeps a case from being read or decided, and where it is.
type Error struct {
	File         string // "" for the case itself
	Line, Column int    // from 1; columns count characters. 0: the case was not read from a text
	Detail       string
}

// Error says where and what.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Detail
	}
	if e.File != "" {
		return fmt.Sprintf("%s: line %d, column %d: %s", e.File, e.Line, e.Column, e.Detail)
	}
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Detail)
}

// Place is the line and the column of a byte of a case's text, both from 1.
type Place func(offset int) (line, column int)

// fault is what is wrong, at a byte of the case's text.
type fault struct {
	offset int
	detail string
}

func (f *fault) Error() string { return f.detail }

func faultf(offset int, format string, args ...any) *fault {
	return &fault{offset, fmt.Sprintf(format, args...)}
}

// err places a fault.
func (f *fault) at(place Place) *Error {
	e := &Error{Detail: f.detail}
	if place != nil {
		e.Line, e.Column = place(f.offset)
	}
	return e
}

// Place is where the document stands in what the case was read from; 0, 0 where
// the case was not read from a text.
func (c *Case) Place(d *Document) (line, column int) {
	if c.place == nil {
		return 0, 0
	}
	return c.place(d.start)
}

// PlaceIn is where a byte of the document's text stands: in the case, or, for
// one that came from a file, in that.
func (c *Case) PlaceIn(d *Document, offset int) (line, column int) {
	switch {
	case d.inFile:
		return policy.Position(d.Text, offset)
	case c.place == nil:
		return 0, 0
	}
	return c.place(d.start + offset)
}

// Start is where the case stands in what it was read from; 0, 0 where it was not
// read from a text.
func (c *Case) Start() (line, column int) {
	if c.place == nil {
		return 0, 0
	}
	return c.place(0)
}
