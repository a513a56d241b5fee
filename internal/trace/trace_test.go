package trace

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/x/cases"
)

func compiled(t *testing.T, kind policy.Type, name, text string) *policy.Policy {
	t.Helper()
	p, err := policy.Compile(kind, name, text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const reading = `{"Version":"2012-10-17","Statement":[
{"Sid":"Get","Effect":"Allow","Action":"s3:Get*","Resource":["arn:aws:s3:::a/*","arn:aws:s3:::b/*"],"Condition":{"StringEquals":{"aws:PrincipalTag/team":["x","y"]},"Bool":{"k":"true"}}},
{"Effect":"Allow","Action":"ec2:*","Resource":"*"}]}`

// explained is ana's reading of c/k, refused in several ways.
func explained(t *testing.T) *policy.Explanation {
	context, err := policy.ContextOf(map[string]any{"aws:PrincipalTag/team": "z"})
	if err != nil {
		t.Fatal(err)
	}
	const arn = "arn:aws:iam::111122223333:user/ana"
	r := &policy.Request{Principal: &policy.Principal{Kind: policy.User, Account: "111122223333", ARN: arn, EntityARN: arn},
		Action: "s3:GetObject", Resource: "arn:aws:s3:::c/k", Context: context}
	return policy.Explain(r, &policy.Set{
		Identity:       []*policy.Policy{compiled(t, policy.Identity, "Read", reading)},
		Boundary:       []*policy.Policy{compiled(t, policy.Boundary, "", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)},
		ServiceControl: [][]*policy.Policy{{nil}},
	})
}

func text(t *testing.T, w Writer, e *policy.Explanation) string {
	t.Helper()
	var b strings.Builder
	w.Out = &b
	if err := w.Explain(e); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestExplain(t *testing.T) {
	got := text(t, Writer{Indent: "> "}, explained(t))
	for _, want := range []string{
		"> service control policy of level 0: denies it: ",
		"> identity-based policy Read: does not allow it\n" +
			">   - statement 1 Get (Allow, line 2) does not apply\n" +
			">     - Resource: the request has arn:aws:s3:::c/k, the policy says arn:aws:s3:::a/*, arn:aws:s3:::b/*\n" +
			">     - Condition StringEquals aws:PrincipalTag/team: the request has z, the policy says x, y\n" +
			">     - Condition Bool k: the request has no such key, the policy says true\n" +
			">   1 statement is about other actions\n",
		"> permissions boundary: allows it\n>   + statement 1 (Allow, line 1) applies\n",
		"> no change of policies can allow it: ",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nis missing in\n%s", want, got)
		}
	}
	all := text(t, Writer{All: true}, explained(t))
	if !strings.Contains(all, "- statement 2 (Allow, line 3) does not apply\n    - Action: the request has s3:GetObject, the policy says ec2:*\n") {
		t.Error(all)
	}
}

func TestExplainPlacesStatements(t *testing.T) {
	w := Writer{Place: func(p *policy.Policy, line, column int) string {
		if p.Name() == "" {
			return ""
		}
		return fmt.Sprintf("%s.json:%d:%d", p.Name(), line, column)
	}}
	got := text(t, w, explained(t))
	if !strings.Contains(got, "(Allow, Read.json:2:1)") || !strings.Contains(got, "(Allow, line 1)") {
		t.Error(got)
	}
}

func TestChanges(t *testing.T) {
	one := policy.Change{Kind: policy.SetKey, Key: "k", Value: "v"}
	command := func(c *policy.Change) (string, string) {
		switch c.Value {
		case "w":
			return "", ""
		case "x":
			return "", "theirs"
		}
		return "make " + c.Value, ""
	}
	noted := one
	noted.Value = "x"
	first := policy.Change{Kind: policy.AddValue, Policy: "P", Document: "{}", Value: "a"}
	last := first
	last.Value = "b"
	two := one
	two.Value = "w"
	for _, c := range []struct {
		name string
		e    policy.Explanation
		want string
	}{
		{"none", policy.Explanation{}, "no policy applies\nno change was found that would allow it\n"},
		{"fixed", policy.Explanation{Fixed: "why"}, "no policy applies\nno change of policies can allow it: why\n"},
		{"one", policy.Explanation{Changes: []policy.Change{one}}, "no policy applies\nto allow it: " + one.String() + "\n  make v\n"},
		{"two", policy.Explanation{Changes: []policy.Change{one, two}, Missing: []string{"a", "b"}},
			"no policy applies\nthe request has no a, b\nto allow it, do all of these:\n1. " + one.String() + "\n  make v\n2. " + two.String() + "\n"},
		{"note", policy.Explanation{Changes: []policy.Change{noted}}, "no policy applies\nto allow it: " + noted.String() + "\n  note: theirs\n"},
		{"one command for both", policy.Explanation{Changes: []policy.Change{first, last}},
			"no policy applies\nto allow it, do all of these:\n1. " + first.String() + "\n2. " + last.String() + "\n  make b\n"},
		{"allowed", policy.Explanation{Decision: policy.Decision{Outcome: policy.Allowed}}, "no policy applies\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := text(t, Writer{Command: command}, &c.e); got != c.want {
				t.Errorf("%q\nwant %q", got, c.want)
			}
		})
	}
	if got := text(t, Writer{}, &policy.Explanation{Changes: []policy.Change{one}}); strings.Contains(got, "make") {
		t.Error(got)
	}
}

func TestPolicyTakesNoPart(t *testing.T) {
	for note, want := range map[string]string{
		"":    "permissions boundary B: takes no part\n",
		"why": "permissions boundary B: takes no part: why\n",
	} {
		e := &policy.Explanation{Policies: []policy.PolicyTrace{{Type: policy.Boundary, Level: -1, Policy: compiled(t, policy.Boundary, "B", reading), Note: note}}}
		if got := text(t, Writer{}, e); !strings.HasPrefix(got, want) {
			t.Error(got)
		}
	}
}

func TestElement(t *testing.T) {
	for want, e := range map[string]policy.ElementTrace{
		"Action: the request has a:b, the policy says *":                       {Element: "Action", Present: true, Request: policy.Value{One: "a:b"}, Values: []string{"*"}},
		"Condition Null k: the request has no such key, the policy says false": {Element: "Condition", Operator: "Null", Key: "k", Values: []string{"false"}, Note: "the request has no such key"},
		`Condition StringEquals k: the request has "", the policy says "a b" (why)`: {Element: "Condition", Operator: "StringEquals", Key: "k", Present: true,
			Values: []string{"a b"}, Note: "why"},
		`Condition StringEquals k: the request has [a, "b,c"]`:    {Element: "Condition", Operator: "StringEquals", Key: "k", Present: true, Request: policy.Value{Many: []string{"a", "b,c"}, IsMany: true}},
		"Condition StringEquals k: the request has an empty list": {Element: "Condition", Operator: "StringEquals", Key: "k", Present: true, Request: policy.Value{IsMany: true}},
		`Resource: the request has "\x1b[31m", the policy says 1, 2, 3, 4, 5, 6, 7, 8, and 2 more`: {Element: "Resource", Present: true, Request: policy.Value{One: "\x1b[31m"},
			Values: []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}},
	} {
		if got := Element(&e); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}

func TestDecision(t *testing.T) {
	for want, r := range map[string]cases.Result{
		"allowed":             {Decision: "allowed"},
		"explicitDeny by scp": {Decision: "explicitDeny", DeniedBy: "scp"},
		"error: no":           {Error: "no"},
	} {
		if got := Decision(&r); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

var errFull = errors.New("full")

type fullWriter struct{}

func (fullWriter) Write([]byte) (int, error) { return 0, errFull }

func TestExplainFails(t *testing.T) {
	w := Writer{Out: fullWriter{}}
	if err := w.Explain(explained(t)); !errors.Is(err, errFull) {
		t.Error(err)
	}
}

// Nothing that a request or a document holds ends a line or reaches the terminal.
func TestValuesStayInTheirLine(t *testing.T) {
	const evil = "x\nto allow it: make\x1b[2J\a\x7f\u009b\u202e\u2066\x9b"
	trace := policy.PolicyTrace{Type: policy.Boundary, Level: -1, Note: evil, Takes: true, Policy: policy.Unreadable(policy.Boundary, evil),
		Statements: []policy.StatementTrace{{Sid: evil, Effect: "Allow", Elements: []policy.ElementTrace{
			{Element: "Condition", Operator: evil, Key: evil, Note: evil, Present: true, Values: []string{evil}, Request: policy.Value{One: evil}}}}}}
	change := policy.Change{Kind: policy.AddValue, Policy: evil, Sid: evil, Element: evil, Value: evil}
	w := Writer{Command: func(*policy.Change) (string, string) { return "command " + evil, evil }, Place: func(*policy.Policy, int, int) string { return evil }}
	got := text(t, w, &policy.Explanation{Policies: []policy.PolicyTrace{trace}, Missing: []string{evil}, Changes: []policy.Change{change}})
	got += text(t, w, &policy.Explanation{Fixed: evil})
	if n := strings.Count(got, "\n"); n != 9 {
		t.Errorf("%d lines", n)
	}
	if left := strings.ReplaceAll(got, "\n", ""); policy.Hidden(left) || !strings.Contains(left, `x\nto allow it: make\x1b[2J\a\x7f\u009b\u202e\u2066\x9b`) {
		t.Errorf("%q", got)
	}
}

// Changes of one document are made by the command of the last.
func TestMadeLater(t *testing.T) {
	list := []policy.Change{
		{Kind: policy.AddValue, Policy: "arn:p", Document: "{}"},
		{Kind: policy.AddValue, Policy: "P", Document: "{}"},
		{Kind: policy.AddPolicy, Index: -1, Document: "{}"},
		{Kind: policy.AddPolicy, Index: -1, Document: "{}"},
		{Kind: policy.SetKey}, {Kind: policy.SetKey},
		{Kind: policy.AddValue, Policy: "P", Index: 1, Document: "{}"},
		{Kind: policy.AddValue, Policy: "P", Document: "{}"},
		{Kind: policy.AddValue, Type: policy.Boundary, Policy: "arn:p", Document: "{}"},
	}
	for i := range list {
		if got, want := MadeLater(list, i), i < 2; got != want {
			t.Errorf("%d: %v", i, got)
		}
	}
}
