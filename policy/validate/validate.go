// Package validate finds what is wrong, risky or needless in a policy document,
// as IAM Access Analyzer's ValidatePolicy tells it: by the grammar, and by the
// tables of what each service's actions, resources and condition keys are.
//
//	for _, f := range validate.Policy(policy.Identity, document, validate.Options{}) {
//		fmt.Println(f.Type, f.Code, f.Details)
//	}
//
// A finding has one of AWS's issue codes, the place in the document, and what
// to do. Some facts AWS has no code for; those codes begin with GATEHOUSE_.
// Codes lists all of them, and docs/findings.md shows each with an example.
//
// A document gets all its findings at once: one fault hides another only where
// the text is no JSON at all. What policy.Check refuses has at least one
// finding of type Error. The work is linear in the document but for
// comparisons of entries with each other and with the tables, which are
// bounded; where the bound was reached a finding says so.
package validate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// FindingType is how much a finding matters.
type FindingType string

// The types of finding, as Access Analyzer spells them.
const (
	Error           FindingType = "ERROR"            // a part of the policy does not work
	SecurityWarning FindingType = "SECURITY_WARNING" // it allows more than it seems to
	Warning         FindingType = "WARNING"          // it departs from good practice
	Suggestion      FindingType = "SUGGESTION"       // it can be said better
)

// Finding is one thing to look at.
type Finding struct {
	Type      FindingType
	Code      string // Access Analyzer's issue code: "MISSING_VERSION"
	Details   string // what is wrong and what to do
	Learn     string // where AWS documents it
	Locations []Location
}

// Location is where in the document: the path of the element and its text.
type Location struct {
	Path  []PathElement // empty for the document as a whole
	Start Position
	End   Position
}

// PathElement is one step of a path, one of the four that Access Analyzer's
// API has: the value of a member, its name, an item, a piece of a string.
type PathElement struct {
	Name   string // of a member; "" otherwise
	Key    bool   // with Name: the member's name itself is meant, not its value
	Index  int    // of an item, or where a piece starts; -1 otherwise
	Length int    // of a piece in characters, 0 otherwise
}

// Position is a place in the text: line from 1, column and offset from 0 in
// characters (code points), as Access Analyzer counts them.
type Position struct{ Line, Column, Offset int }

// Options are what a document is validated for.
type Options struct {
	// ResourceType is what a resource policy is attached to, as CloudFormation
	// names it and ValidatePolicy takes it: "AWS::S3::Bucket". "" for any, and
	// so is a type that is not known. "AWS::IAM::AssumeRolePolicyDocument" has
	// a policy.Resource validated as a policy.Trust; so has "" one that is
	// about actions of sts alone and names no resource.
	ResourceType string
}

// trustDocument is the resource type of a role's trust policy.
const trustDocument = "AWS::IAM::AssumeRolePolicyDocument"

// Policy validates a document of a type. It answers no findings for a good
// one, and else all of them in the order of their places.
func Policy(t policy.Type, text string, o Options) []Finding {
	v := &validator{kind: t, text: text, options: o, effort: mostEffort, seen: map[string]*spot{}, known: map[string]*entries{}}
	root, err := policy.ParseJSON(text)
	if err != nil {
		return v.noJSON(err.(*policy.Error))
	}
	if t == policy.Resource && (o.ResourceType == trustDocument || o.ResourceType == "" && isTrust(root)) {
		v.kind = policy.Trust
	}
	v.root = &spot{node: root}
	v.document()
	v.size()
	v.refusal()
	v.leftOut()
	return v.sorted()
}

// isTrust tells a role's trust policy by what it says.
func isTrust(root *policy.Node) bool {
	statements := root.Get("Statement").List()
	for _, s := range statements {
		actions := s.Get("Action").List()
		if len(actions) == 0 || s.Get("Resource") != nil || s.Get("NotResource") != nil {
			return false
		}
		for _, a := range actions {
			if !strings.HasPrefix(strings.ToLower(a.Text()), "sts:") {
				return false
			}
		}
	}
	return len(statements) > 0
}

// validator is the state of one validation.
type validator struct {
	kind      policy.Type
	text      string
	options   Options
	root      *spot
	variables bool // Version 2012-10-17: "${…}" is a variable
	found     []found
	effort    int                 // what comparing may still cost
	seen      map[string]*spot    // Sids
	known     map[string]*entries // what the tables say of an entry of Action
}

// found is a finding whose places are not yet counted in characters.
type found struct {
	code    string
	details string
	at      []*spot
}

// report adds a finding. The first place is the one it is sorted by.
func (v *validator) report(code, details string, at ...*spot) {
	v.found = append(v.found, found{code, details, at})
}

// sorted gives the findings by place; those of one place by code.
func (v *validator) sorted() []Finding {
	slices.SortStableFunc(v.found, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.at[0].start(), b.at[0].start()), cmp.Compare(a.code, b.code))
	})
	if len(v.found) == 0 {
		return nil
	}
	r := newRuler(v.text)
	findings := make([]Finding, len(v.found))
	for i, f := range v.found {
		c := codes[f.code]
		findings[i] = Finding{Type: c.Type, Code: f.code, Details: f.details, Learn: c.learn(f.code)}
		for _, s := range f.at {
			findings[i].Locations = append(findings[i].Locations, Location{Path: s.path(r), Start: r.position(s.start()), End: r.position(s.end(v.text))})
		}
	}
	return findings
}

// noJSON is the one finding of a text that cannot be read.
func (v *validator) noJSON(e *policy.Error) []Finding {
	v.report("JSON_SYNTAX_ERROR", "This is no JSON that a policy can be: "+e.Detail+". Correct the text here; more may show after that.",
		&spot{piece: true, from: e.Offset, to: e.Offset})
	return v.sorted()
}

// refusal makes sure that what cannot be saved does not look good: saving has
// rules that no issue code of AWS stands for.
func (v *validator) refusal() {
	for _, f := range v.found {
		if codes[f.code].Type == Error {
			return
		}
	}
	if err := policy.Check(v.kind, v.text); err != nil {
		e := err.(*policy.Error)
		v.report("GATEHOUSE_REFUSED_WHEN_SAVED", "Saving refuses this document, in the words “"+clip(e.Message)+"”: "+clip(e.Detail)+".", v.spotAt(e.Offset))
	}
}
