package cases

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// Expectation is what a case says must come out. What it leaves out is not
// compared.
type Expectation struct {
	Decision *string
	DeniedBy *string
	Message  *string
	// Matched must each be among the statements that apply; an empty list: none
	// applies.
	Matched []ExpectedMatch
	// MissingContext are the missing keys, all of them, in any order and case.
	MissingContext []string
}

// ExpectedMatch is a statement, by as much as the case says of it.
type ExpectedMatch struct {
	PolicyType, Policy, Sid, Effect *string
	Statement                       *int
}

// Difference is an expectation that does not hold.
type Difference struct {
	Member   string `json:"member"`
	Expected string `json:"expected"`
	Got      string `json:"got"`
}

// String says both.
func (d Difference) String() string {
	return fmt.Sprintf("%s is %s, expected %s", d.Member, d.Got, d.Expected)
}

// Compare finds what came out otherwise than the case says.
func (c *Case) Compare(r *Result) (differences []Difference) {
	e := c.Expect
	if e == nil {
		return nil
	}
	for _, m := range []struct {
		name     string
		expected *string
		got      string
	}{{"decision", e.Decision, r.Decision}, {"denied_by", e.DeniedBy, r.DeniedBy}, {"message", e.Message, r.Message}} {
		if m.expected != nil && *m.expected != m.got {
			differences = append(differences, Difference{m.name, orNone(*m.expected), orNone(m.got)})
		}
	}
	if e.Matched != nil && !e.matches(r.Matched) {
		differences = append(differences, Difference{"matched", describeExpected(e.Matched), describeMatched(r.Matched)})
	}
	if e.MissingContext != nil && !slices.Equal(foldedSet(e.MissingContext), foldedSet(r.MissingContext)) {
		differences = append(differences, Difference{"missing_context",
			orNone(strings.Join(e.MissingContext, ", ")), orNone(strings.Join(r.MissingContext, ", "))})
	}
	return differences
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func foldedSet(list []string) []string {
	folded := make([]string, len(list))
	for i, s := range list {
		folded[i] = strings.ToLower(s)
	}
	slices.Sort(folded)
	return slices.Compact(folded)
}

func (e *Expectation) matches(got []Match) bool {
	if len(e.Matched) == 0 {
		return len(got) == 0
	}
	for i := range e.Matched {
		if !slices.ContainsFunc(got, e.Matched[i].is) {
			return false
		}
	}
	return true
}

func (x *ExpectedMatch) is(m Match) bool {
	same := func(expected *string, got string) bool { return expected == nil || *expected == got }
	return same(x.PolicyType, m.PolicyType) && same(x.Policy, m.Policy) && same(x.Sid, m.Sid) && same(x.Effect, m.Effect) &&
		(x.Statement == nil || *x.Statement == m.Statement)
}

func describeExpected(list []ExpectedMatch) string {
	var parts []string
	for _, x := range list {
		var words []string
		for _, w := range []*string{x.PolicyType, x.Policy, x.Effect, x.Sid} {
			if w != nil {
				words = append(words, *w)
			}
		}
		if x.Statement != nil {
			words = append(words, "statement "+strconv.Itoa(*x.Statement))
		}
		parts = append(parts, strings.Join(words, " "))
	}
	return orNone(strings.Join(parts, ", "))
}

func describeMatched(list []Match) string {
	var parts []string
	for _, m := range list {
		name := m.Sid
		if name == "" {
			name = "statement " + strconv.Itoa(m.Statement)
		}
		parts = append(parts, strings.TrimSpace(m.PolicyType+" "+m.Policy)+" "+name)
	}
	return orNone(strings.Join(parts, ", "))
}

// expect reads the member of that name.
func (p *parser) expect() *fault {
	root, base, f := p.take()
	if f != nil {
		return f
	}
	if root.Kind() != policy.JSONObject {
		return faultf(base, "expect is a JSON object")
	}
	e := &Expectation{}
	for _, m := range root.Members() {
		switch v := m.Value(); m.Name() {
		case "decision":
			e.Decision, f = oneOf(v, base, "allowed", "explicitDeny", "implicitDeny")
		case "denied_by":
			e.DeniedBy, f = oneOf(v, base, append(slices.Clone(typeNames), "")...)
		case "message":
			e.Message, f = pointer(v, base)
		case "matched":
			e.Matched, f = expectedMatches(v, base)
		case "missing_context":
			e.MissingContext, f = stringsIn(v, base)
		default:
			f = unknown(base+m.Start(), "expect", m.Name(), "decision", "denied_by", "message", "matched", "missing_context")
		}
		if f != nil {
			return f
		}
	}
	p.c.Expect = e
	return nil
}

var typeNames = []string{"identity", "resource", "permissions_boundary", "session", "scp", "rcp", "endpoint"}

func pointer(n *policy.Node, base int) (*string, *fault) {
	text, f := stringIn(n, base)
	return &text, f
}

func oneOf(n *policy.Node, base int, accepted ...string) (*string, *fault) {
	text, f := pointer(n, base)
	if f == nil && !slices.Contains(accepted, *text) {
		f = faultf(base+n.Start(), "%q is not accepted: one of %s", *text, strings.Join(slices.DeleteFunc(accepted, func(s string) bool { return s == "" }), ", "))
	}
	return text, f
}

// expectedMatches are objects, or Sids alone.
func expectedMatches(n *policy.Node, base int) ([]ExpectedMatch, *fault) {
	if n.Kind() != policy.JSONArray {
		return nil, faultf(base+n.Start(), "matched is a list of Sids or of objects")
	}
	list := make([]ExpectedMatch, 0, len(n.Items()))
	for _, item := range n.Items() {
		if item.Kind() == policy.JSONString {
			sid := item.Text()
			list = append(list, ExpectedMatch{Sid: &sid})
			continue
		}
		x, f := expectedMatch(item, base)
		if f != nil {
			return nil, f
		}
		list = append(list, x)
	}
	return list, nil
}

func expectedMatch(n *policy.Node, base int) (x ExpectedMatch, f *fault) {
	if n.Kind() != policy.JSONObject || len(n.Members()) == 0 {
		return x, faultf(base+n.Start(), "a Sid or an object that tells a statement is expected here")
	}
	for _, m := range n.Members() {
		switch v := m.Value(); m.Name() {
		case "policy_type":
			x.PolicyType, f = oneOf(v, base, typeNames...)
		case "policy":
			x.Policy, f = pointer(v, base)
		case "sid":
			x.Sid, f = pointer(v, base)
		case "effect":
			x.Effect, f = oneOf(v, base, "Allow", "Deny")
		case "statement":
			x.Statement, f = number(v, base)
		default:
			f = unknown(base+m.Start(), "a matched statement", m.Name(), "policy_type", "policy", "statement", "sid", "effect")
		}
		if f != nil {
			return x, f
		}
	}
	return x, nil
}

func number(n *policy.Node, base int) (*int, *fault) {
	i, err := strconv.Atoi(n.Text())
	if n.Kind() != policy.JSONNumber || err != nil || i < 0 {
		return nil, faultf(base+n.Start(), "the number of a statement, from 0, is expected here")
	}
	return &i, nil
}
