package policy

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// tracing is one statement of a policy and the trace of one of its elements.
type tracing struct {
	name string
	kind Type
	decisionCase
	statement m      // of version 2012-10-17; the case's policies are beside it
	version   string // another version
	element   int    // which
	want      ElementTrace
	applies   bool // the statement
}

var tracings = []tracing{
	{name: "M-01", statement: allows([]string{"iam:*", "S3:getobject", "s3:*"}, "*"), applies: true,
		want: ElementTrace{Element: "Action", Values: []string{"iam:*", "S3:getobject", "s3:*"},
			Request: Value{One: "s3:GetObject"}, Present: true, Matched: true, Entry: 1}},
	{name: "an action of others", statement: allows("iam:*", "*"),
		want: ElementTrace{Element: "Action", Values: []string{"iam:*"}, Request: Value{One: "s3:GetObject"},
			Present: true, Entry: -1}},
	{name: "M-02 action", statement: allows(nil, "*", "NotAction", "iam:*"), applies: true,
		want: ElementTrace{Element: "NotAction", Values: []string{"iam:*"}, Request: Value{One: "s3:GetObject"},
			Present: true, Matched: true, Entry: -1}},
	{name: "M-02 action excepted", statement: allows(nil, "*", "NotAction", []string{"iam:*", "s3:Get*"}),
		want: ElementTrace{Element: "NotAction", Values: []string{"iam:*", "s3:Get*"},
			Request: Value{One: "s3:GetObject"}, Present: true, Entry: 1}},
	{name: "M-04", statement: allows("*", []string{"arn:aws:s3:::b", "arn:aws:s3:::b/*"}), element: 1, applies: true,
		want: ElementTrace{Element: "Resource", Values: []string{"arn:aws:s3:::b", "arn:aws:s3:::b/*"},
			Request: Value{One: "arn:aws:s3:::b/k"}, Present: true, Matched: true, Entry: 1}},
	{name: "a resource of others", statement: allows("*", "arn:aws:s3:::b"), element: 1,
		want: ElementTrace{Element: "Resource", Values: []string{"arn:aws:s3:::b"},
			Request: Value{One: "arn:aws:s3:::b/k"}, Present: true, Entry: -1}},
	{name: "M-02 resource excepted", statement: allows("*", nil, "NotResource", "arn:aws:s3:::b/*"), element: 1,
		want: ElementTrace{Element: "NotResource", Values: []string{"arn:aws:s3:::b/*"},
			Request: Value{One: "arn:aws:s3:::b/k"}, Present: true, Entry: 0}},
	{name: "M-10", statement: allows("*", []string{"arn:aws:s3:::${k}/x", "arn:aws:s3:::b/${aws:username}"}), element: 1,
		decisionCase: decisionCase{context: m{"k": "v"}},
		want: ElementTrace{Element: "Resource", Values: []string{"arn:aws:s3:::${k}/x", "arn:aws:s3:::b/${aws:username}"},
			Request: Value{One: "arn:aws:s3:::b/k"}, Present: true, Entry: -1,
			Note: "the request has no aws:username of one value, so the entry with that variable matches nothing (M-10)"}},
	{name: "M-10 excepted", statement: allows("*", nil, "NotResource", "arn:aws:s3:::${l}/x"), element: 1, applies: true,
		decisionCase: decisionCase{context: m{"l": []string{"v"}}},
		want: ElementTrace{Element: "NotResource", Values: []string{"arn:aws:s3:::${l}/x"},
			Request: Value{One: "arn:aws:s3:::b/k"}, Present: true, Matched: true, Entry: -1,
			Note: "the request has no l of one value, so the entry with that variable matches nothing (M-10)"}},
	{name: "G-10", kind: ServiceControl, statement: allows("*", []string{"arn:aws:s3:::x", "arn:aws:s3"}), element: 1,
		want: ElementTrace{Element: "Resource", Values: []string{"arn:aws:s3:::x", "arn:aws:s3"},
			Request: Value{One: "arn:aws:s3:::b/k"}, Present: true, Entry: -1,
			Note: "an entry is no ARN pattern that counts here, and matches nothing (G-10)"}},

	{name: "P-02", kind: Resource, statement: clauseOf("Allow", "*", "*", []any{"Principal", m{"AWS": []string{accountB, accountC}}}),
		applies: true, want: ElementTrace{Element: "Principal", Values: []string{accountB, accountC},
			Request: Value{One: anaARN}, Present: true, Matched: true, Entry: 1, Note: noteByAccount}},
	{name: "P-10", kind: Resource, statement: clauseOf("Allow", "*", "*", []any{"Principal", m{"AWS": []string{accountC, anaARN, "*"}}}),
		applies: true, want: ElementTrace{Element: "Principal", Values: []string{accountC, anaARN, "*"},
			Request: Value{One: anaARN}, Present: true, Matched: true, Entry: 1}},
	{name: "E-07", kind: Resource, decisionCase: decisionCase{by: worker}, applies: true,
		statement: clauseOf("Allow", "*", "*", []any{"Principal", m{"AWS": roleARN}}),
		want: ElementTrace{Element: "Principal", Values: []string{roleARN}, Request: Value{One: sessionARN},
			Present: true, Matched: true, Note: noteByRole}},
	{name: "P-09", kind: Resource, statement: clauseOf("Deny", "*", "*", []any{"Principal", m{"AWS": accountC}}), applies: true,
		want: ElementTrace{Element: "Principal", Values: []string{accountC}, Request: Value{One: anaARN},
			Present: true, Matched: true}},
	{name: "P-01", kind: Resource, decisionCase: decisionCase{by: nobody}, applies: true,
		statement: clauseOf("Allow", "*", "*", []any{"Principal", "*"}),
		want: ElementTrace{Element: "Principal", Values: []string{"*"}, Request: Value{One: "anonymous"},
			Present: true, Matched: true}},
	{name: "somebody else", kind: Resource, statement: clauseOf("Allow", "*", "*", []any{"Principal", m{"AWS": bob.ARN}}),
		want: ElementTrace{Element: "Principal", Values: []string{bob.ARN}, Request: Value{One: anaARN}, Present: true, Entry: -1}},
	{name: "P-07", kind: Resource, statement: clauseOf("Allow", "*", "*", []any{"Principal", m{"AWS": "arn:aws:iam::111122223333:group/g"}}),
		want: ElementTrace{Element: "Principal", Values: []string{"arn:aws:iam::111122223333:group/g"},
			Request: Value{One: anaARN}, Present: true, Entry: -1, Note: noteNobody}},
	{name: "P-07 and somebody", kind: Resource,
		statement: clauseOf("Allow", "*", "*", []any{"Principal", m{"AWS": []string{"arn:aws:iam::111122223333:group/g", bob.ARN}}}),
		want: ElementTrace{Element: "Principal", Values: []string{"arn:aws:iam::111122223333:group/g", bob.ARN},
			Request: Value{One: anaARN}, Present: true, Entry: -1}},
	{name: "T-09", kind: Trust, decisionCase: decisionCase{by: ec2},
		statement: clauseOf("Allow", "*", nil, []any{"Principal", m{"AWS": "*"}}),
		want: ElementTrace{Element: "Principal", Values: []string{"*"}, Request: Value{One: "ec2.amazonaws.com"},
			Present: true, Entry: -1, Note: noteByName}},
	{name: "T-09 by name", kind: Trust, decisionCase: decisionCase{by: ec2}, applies: true,
		statement: clauseOf("Allow", "*", nil, []any{"Principal", m{"AWS": "*", "Service": "ec2.amazonaws.com"}}),
		want: ElementTrace{Element: "Principal", Values: []string{"*", "ec2.amazonaws.com"},
			Request: Value{One: "ec2.amazonaws.com"}, Present: true, Matched: true, Entry: 1}},
	{name: "T-11 by name", kind: Trust, decisionCase: decisionCase{by: google}, applies: true,
		statement: clauseOf("Allow", "*", nil, []any{"Principal", m{"Federated": "accounts.google.com"}}),
		want: ElementTrace{Element: "Principal", Values: []string{"accounts.google.com"},
			Request: Value{One: "accounts.google.com"}, Present: true, Matched: true}},
	{name: "T-09 Deny", kind: Trust, decisionCase: decisionCase{by: ec2}, applies: true,
		statement: clauseOf("Deny", "*", nil, []any{"Principal", m{"AWS": "*"}}),
		want: ElementTrace{Element: "Principal", Values: []string{"*"}, Request: Value{One: "ec2.amazonaws.com"},
			Present: true, Matched: true}},
	{name: "service of a resource", kind: Resource, decisionCase: decisionCase{by: ec2}, applies: true,
		statement: clauseOf("Allow", "*", "*", []any{"Principal", "*"}),
		want: ElementTrace{Element: "Principal", Values: []string{"*"}, Request: Value{One: "ec2.amazonaws.com"},
			Present: true, Matched: true}},
	{name: "P-06", kind: Resource, statement: clauseOf("Deny", "*", "*", []any{"NotPrincipal", m{"AWS": anaARN}}), applies: true,
		want: ElementTrace{Element: "NotPrincipal", Values: []string{anaARN}, Request: Value{One: anaARN},
			Present: true, Matched: true, Entry: -1, Note: noteNotExempt}},
	{name: "P-06 exempt", kind: Resource,
		statement: clauseOf("Deny", "*", "*", []any{"NotPrincipal", m{"AWS": []string{anaARN, accountC}}}),
		want: ElementTrace{Element: "NotPrincipal", Values: []string{anaARN, accountC}, Request: Value{One: anaARN},
			Present: true, Entry: -1}},
	{name: "P-06 bounded user", kind: Resource, decisionCase: decisionCase{boundary: full}, applies: true,
		statement: clauseOf("Deny", "*", "*", []any{"NotPrincipal", m{"AWS": []string{anaARN, accountC}}}),
		want: ElementTrace{Element: "NotPrincipal", Values: []string{anaARN, accountC}, Request: Value{One: anaARN},
			Present: true, Matched: true, Entry: -1, Note: noteBounded}},
	{name: "P-06 bounded role", kind: Resource, decisionCase: decisionCase{by: worker, boundary: full}, applies: true,
		statement: clauseOf("Deny", "*", "*", []any{"NotPrincipal", m{"AWS": accountC}}),
		want: ElementTrace{Element: "NotPrincipal", Values: []string{accountC}, Request: Value{One: sessionARN},
			Present: true, Matched: true, Entry: -1, Note: noteBounded}},
	{name: "P-06 bounded root", kind: Resource, decisionCase: decisionCase{by: root, boundary: full}, applies: true,
		statement: clauseOf("Deny", "*", "*", []any{"NotPrincipal", m{"AWS": accountB}}),
		want: ElementTrace{Element: "NotPrincipal", Values: []string{accountB}, Request: Value{One: root.ARN},
			Present: true, Matched: true, Entry: -1, Note: noteNotExempt}},
	{name: "P-06 Allow", kind: Resource, statement: clauseOf("Allow", "*", "*", []any{"NotPrincipal", m{"AWS": bob.ARN}}), applies: true,
		want: ElementTrace{Element: "NotPrincipal", Values: []string{bob.ARN}, Request: Value{One: anaARN},
			Present: true, Matched: true, Entry: -1}},
	{name: "P-12", kind: Resource, statement: clauseOf("Allow", "*", "*", []any{"Principal", accountC}), applies: true,
		want: ElementTrace{Element: "Principal", Values: []string{accountC}, Request: Value{One: anaARN},
			Present: true, Matched: true, Note: noteByAccount}},
}

// whenTraced is a condition of an Allow of everything, and its trace.
type whenTraced struct {
	name          string
	operator, key string
	values        any
	context       m
	version       string
	matched       bool
	entry         int
	note          string
}

var whensTraced = []whenTraced{
	{name: "C-02", operator: "StringEquals", key: "k", values: []string{"a", "b"}, context: m{"k": "b"}, matched: true, entry: 1},
	{name: "C-02 none", operator: "StringEquals", key: "K", values: []string{"a", "b"}, context: m{"k": "c"}, entry: -1},
	{name: "C-02 negated", operator: "StringNotEquals", key: "k", values: []string{"a", "b"}, context: m{"k": "b"}, entry: 1},
	{name: "C-02 negated holds", operator: "StringNotEquals", key: "k", values: []string{"a", "b"}, context: m{"k": "c"}, matched: true, entry: -1},
	{name: "C-03", operator: "StringEquals", key: "k", values: "a", entry: -1, note: noteAbsent},
	{name: "C-03 negated", operator: "StringNotEquals", key: "k", values: "a", matched: true, entry: -1, note: noteAbsentNegated},
	{name: "C-04", operator: "StringEqualsIfExists", key: "k", values: "a", matched: true, entry: -1, note: noteAbsentIfExists},
	{name: "C-04 negated", operator: "StringNotEqualsIfExists", key: "k", values: "a", matched: true, entry: -1, note: noteAbsentIfExists},
	{name: "C-05 absent", operator: "Null", key: "k", values: []string{"false", "TRUE"}, matched: true, entry: 1},
	{name: "C-05 present", operator: "Null", key: "k", values: []string{"true", "False"}, context: m{"k": "x"}, matched: true, entry: 1},
	{name: "C-05 no value", operator: "Null", key: "k", values: "true", context: m{"k": []string{}}, matched: true},
	{name: "C-05 fails", operator: "Null", key: "k", values: "true", context: m{"k": "x"}, entry: -1},
	{name: "C-06", operator: "ForAllValues:StringEquals", key: "k", values: []string{"a", "b"}, context: m{"k": []string{"b"}}, matched: true, entry: -1},
	{name: "C-06 one", operator: "ForAllValues:StringEquals", key: "k", values: []string{"a", "b"}, context: m{"k": "b"}, matched: true, entry: -1},
	{name: "C-06 fails", operator: "ForAllValues:StringEquals", key: "k", values: "a", context: m{"k": []string{"b"}}, entry: -1},
	{name: "C-06 absent", operator: "ForAllValues:StringEquals", key: "k", values: "a", matched: true, entry: -1, note: noteAbsentForAll},
	{name: "C-06 no value", operator: "ForAllValues:StringEquals", key: "k", values: "a", context: m{"k": []string{}}, matched: true, entry: -1, note: noteAbsentForAll},
	{name: "C-07", operator: "ForAnyValue:StringEquals", key: "k", values: []string{"a", "b", "c"}, context: m{"k": []string{"c", "b"}}, matched: true, entry: 1},
	{name: "C-07 one", operator: "ForAnyValue:StringEquals", key: "k", values: []string{"a", "b"}, context: m{"k": "b"}, matched: true, entry: 1},
	{name: "C-07 absent", operator: "ForAnyValue:StringEquals", key: "k", values: "a", entry: -1, note: noteAbsent},
	{name: "C-07 if exists", operator: "ForAnyValue:StringEqualsIfExists", key: "k", values: "a", matched: true, entry: -1, note: noteAbsentIfExists},
	{name: "C-07 no value", operator: "ForAnyValue:StringEquals", key: "k", values: "a", context: m{"k": []string{""}}, entry: -1, note: noteNoValue},
	{name: "C-08", operator: "StringEquals", key: "k", values: "a", context: m{"k": []string{"a"}}, entry: -1, note: noteList},
	{name: "C-08 no value", operator: "StringEquals", key: "k", values: "a", context: m{"k": []string{}}, entry: -1, note: noteList},
	{name: "C-06 with a variable", operator: "ForAllValues:StringEquals", key: "k", values: []string{"a", "${l}"},
		context: m{"k": []string{"a"}}, matched: true, entry: -1},
	{name: "C-07 negated", operator: "ForAnyValue:StringNotEquals", key: "k", values: []string{"a", "${l}"},
		context: m{"k": []string{"a", "b"}}, matched: true},
	{name: "G-06", operator: "NumericEquals", key: "k", values: []any{1, 2.50, true}, context: m{"k": "2.5"}, matched: true, entry: 1},
	{name: "C-17", operator: "StringEquals", key: "k", values: []string{"${x}", "${l}"}, context: m{"k": "v", "x": "w"}, entry: -1,
		note: "the request has no l of one value, so the value with that variable matches nothing (C-17)"},
	{name: "C-17 negated", operator: "StringNotEquals", key: "k", values: "${l}", context: m{"k": "v"}, matched: true, entry: -1,
		note: "the request has no l of one value, so the value with that variable matches nothing (C-17)"},
	{name: "C-17 matched", operator: "StringEquals", key: "k", values: []string{"${l}", "${m}"}, context: m{"k": "v", "m": "v"}, matched: true, entry: 1},
	{name: "C-17 has all", operator: "StringEquals", key: "k", values: "${l}", context: m{"k": "v", "l": "w"}, entry: -1},
	{name: "G-02", operator: "StringEquals", key: "k", values: "${l}", context: m{"k": "${l}"}, version: version2008, matched: true},
	{name: "G-02 else", operator: "StringEquals", key: "k", values: "${l}", context: m{"k": "v"}, version: version2008, entry: -1},
}

func (c *whenTraced) tracing() tracing {
	request, present := c.context["k"]
	value, _ := valueOf(request)
	operator, condition := when(c.operator, c.key, c.values)
	values := []string{fmt.Sprint(c.values)}
	switch list := c.values.(type) {
	case []string:
		values = list
	case []any:
		values = []string{"1", "2.5", "true"}
	}
	return tracing{name: c.name, statement: allows("*", "*", operator, condition), version: c.version, element: 2,
		decisionCase: decisionCase{context: c.context}, applies: c.matched,
		want: ElementTrace{Element: "Condition", Operator: c.operator, Key: c.key, Values: values, Request: value,
			Present: present, Matched: c.matched, Entry: c.entry, Note: c.note}}
}

func TestExplainElements(t *testing.T) {
	all := tracings
	for i := range whensTraced {
		all = append(all, whensTraced[i].tracing())
	}
	for i := range all {
		t.Run(all[i].name, all[i].test)
	}
}

func (c *tracing) test(t *testing.T) {
	r, s := c.request(t), c.set(t)
	version := version2012
	if c.version != "" {
		version = c.version
	}
	p := compiled(t, c.kind, documentOf(version, c.statement))
	at := shelf{c.kind, -1}
	if c.kind == ServiceControl {
		at.level, s.ServiceControl = 0, make([][]*Policy, 1)
	}
	s.put(at, []*Policy{p})
	for _, trace := range Explain(r, s).Policies {
		if trace.Policy != p {
			continue
		}
		statement := trace.Statements[0]
		got := statement.Elements[c.element]
		c.want.Line, c.want.Column = got.Line, got.Column
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", c.want) {
			t.Errorf("trace:\n%+v, want\n%+v", got, c.want)
		}
		if statement.Matched != c.applies {
			t.Errorf("the statement matched: %v", statement.Matched)
		}
		return
	}
	t.Error("no trace of the policy")
}

// TestExplainBroken is E-25: what cannot be evaluated shows, with its name.
func TestExplainBroken(t *testing.T) {
	text := `{"Version":"2012-10-17","Statement":[
		{"Effect":"EFFECT","Action":"s3:*","Resource":"*","Condition":{
			"StringEquals":{"k":"a"},"StringResembles":{"l":["x","y"]},"Bool":{"m":"${n}"},"Never":{}}}]}`
	for effect, want := range map[string]struct {
		note    string
		applies bool
		outcome Outcome
	}{"Allow": {noteBrokenAllow, false, ImplicitDeny}, "Deny": {noteBrokenDeny, true, ExplicitDeny}} {
		c := decisionCase{identity: []string{strings.Replace(text, "EFFECT", effect, 1)}, context: m{"k": "a"}}
		x := Explain(c.request(t), c.set(t))
		p := x.Policies[0]
		s := p.Statements[0]
		if p.Outcome != want.outcome || s.Matched != want.applies || len(s.Elements) != 5 || s.Effect != effect {
			t.Fatalf("%s: %+v", effect, p)
		}
		equal, unknown, boolean := s.Elements[2], s.Elements[3], s.Elements[4]
		if !equal.Matched || equal.Note != want.note || equal.Entry != 0 {
			t.Errorf("%s: %+v", effect, equal)
		}
		if unknown.Matched || unknown.Entry != -1 || unknown.Present ||
			unknown.Note != `there is no operator "StringResembles": `+want.note {
			t.Errorf("%s: %+v", effect, unknown)
		}
		if boolean.Matched || boolean.Note != want.note {
			t.Errorf("%s: %+v", effect, boolean)
		}
		if got := strings.Join(x.Missing, " "); got != "l m n" {
			t.Errorf("%s: missing %s", effect, got)
		}
	}
}

// TestExplainUnreadable is E-25 for whole policies.
func TestExplainUnreadable(t *testing.T) {
	c := decisionCase{identity: full}
	for _, c2 := range []struct {
		policy *Policy
		fixed  string
	}{
		{Unreadable(Session, "p"), "a session policy p cannot be read, and denies until it can (E-25)"},
		{Unreadable(Session, ""), "a session policy cannot be read, and denies until it can (E-25)"},
		{nil, "a session policy cannot be read, and denies until it can (E-25)"},
	} {
		s := c.set(t)
		s.Session = []*Policy{c2.policy}
		x := Explain(c.request(t), s)
		want := PolicyTrace{Type: Session, Level: -1, Policy: c2.policy, Note: noteUnreadable, Takes: true, Outcome: ExplicitDeny}
		if got := x.Policies[1]; fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("%+v", got)
		}
		if x.Outcome != ExplicitDeny || x.Fixed != c2.fixed || len(x.Changes) > 0 {
			t.Errorf("%+v, %q", x.Decision, x.Fixed)
		}
	}
	s := &Set{Identity: []*Policy{nil}}
	x := Explain(&Request{Principal: root, Action: "s3:GetObject", Resource: "*"}, s)
	if x.Outcome != ImplicitDeny && x.Outcome != Allowed || x.Policies[0].Takes || x.Policies[0].Note != noteRootIdentity ||
		x.Policies[0].Outcome != ExplicitDeny {
		t.Errorf("one that takes no part: %+v", x.Policies[0])
	}
}

// everyType is a set with a policy of each type, that allows all.
func everyType(t *testing.T) *Set {
	everyone := named1("*")
	c := decisionCase{identity: full, boundary: full, session: full, endpoint: full,
		scp: [][]string{full, {full[0], full[0]}}, rcp: [][]string{{rcpFull}}, resourcePolicy: everyone, trust: trustOf(m{"AWS": "*"})}
	return c.set(t)
}

// TestExplainPlaces is the order of D-02, and who takes part.
func TestExplainPlaces(t *testing.T) {
	const all = "SCP0.0 SCP1.0 SCP1.1 RCP0.0 endpoint resource trust identity boundary session"
	for _, c := range []struct {
		name      string
		by        *Principal
		action    string
		withTrust bool
		notes     map[Type]string
	}{
		{"a user", ana, "s3:GetObject", false, nil},
		{"with a trust policy", worker, "s3:GetObject", true, map[Type]string{Resource: noteTrust}},
		{"root", root, "s3:GetObject", false, map[Type]string{Identity: noteRootIdentity, Boundary: noteRootBoundary}},
		{"root and its bucket's policy", root, "s3:PutBucketPolicy", false,
			map[Type]string{Identity: noteRootIdentity, Boundary: noteRootBoundary, Resource: noteOwnBucket}},
		{"a service-linked role", linked, "s3:GetObject", false,
			map[Type]string{ServiceControl: noteLinked, ResourceControl: noteLinked}},
		{"a service", ec2, "s3:GetObject", false, map[Type]string{ServiceControl: noteSCPOwn, Endpoint: noteNoEndpoint,
			Identity: noteServiceItself, Boundary: noteServiceItself, Session: noteServiceItself}},
		{"anonymous", nil, "s3:GetObject", false, map[Type]string{ServiceControl: noteSCPOwn,
			Identity: noteAnonymous, Boundary: noteAnonymous, Session: noteAnonymous}},
		{"a token", google, "s3:GetObject", false, map[Type]string{ServiceControl: noteSCPOwn,
			Identity: noteToken, Boundary: noteToken, Session: noteToken}},
		{"no trust policy", ana, "sts:AssumeRole", false, map[Type]string{Resource: noteTrust}},
		{"E-17", ana, "sts:GetCallerIdentity", true, everyNote(noteNoPermission)},
		{"E-18", worker, "sts:GetSessionToken", true, everyNote(noteKind)},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := everyType(t)
			if !c.withTrust {
				s.Trust = nil
			}
			x := Explain(&Request{Principal: c.by, Action: c.action, Resource: "arn:aws:s3:::b"}, s)
			var order []string
			for _, p := range x.Policies {
				short := map[Type]string{ServiceControl: "SCP", ResourceControl: "RCP", Endpoint: "endpoint", Resource: "resource",
					Trust: "trust", Identity: "identity", Boundary: "boundary", Session: "session"}[p.Type]
				if p.Level >= 0 {
					short += fmt.Sprintf("%d.%d", p.Level, p.Index)
				}
				order = append(order, short)
				if want := c.notes[p.Type]; p.Note != want || p.Takes != (want == "") {
					t.Errorf("%s: note %q, takes part %v", short, p.Note, p.Takes)
				}
			}
			want := all
			if !c.withTrust {
				want = strings.Replace(all, "trust ", "", 1)
			}
			if got := strings.Join(order, " "); got != want {
				t.Errorf("order: %s", got)
			}
		})
	}
}

func everyNote(note string) map[Type]string {
	notes := make(map[Type]string)
	for kind := Identity; kind <= Endpoint; kind++ {
		notes[kind] = note
	}
	return notes
}

// TestExplainMissing is which keys a request lacked.
func TestExplainMissing(t *testing.T) {
	for _, c := range []struct {
		name string
		decisionCase
		want string
	}{
		{"a condition", decisionCase{identity: one(allows("*", "*", "Condition", m{"Bool": m{"B": "true", "a": "true"}}))}, "B a"},
		{"one that is there", decisionCase{identity: one(allows("*", "*", "Condition", m{"Bool": m{"a": "true"}})),
			context: m{"A": "true"}}, ""},
		{"Null", decisionCase{identity: one(allows("*", "*", "Condition", m{"Null": m{"a": "${x}"}}))}, "a"},
		{"once", decisionCase{identity: one(allows("*", "*", "Condition", m{"Null": m{"a": "true"}, "Bool": m{"A": "true"}}))}, "A"},
		{"of a Deny", decisionCase{identity: append(full[:1:1], one(denyOf("*", "*", "Condition", m{"Null": m{"a": "false"}}))...)}, "a"},
		{"another action", decisionCase{identity: one(allows("iam:*", "*", "Condition", m{"Null": m{"a": "true"}}))}, ""},
		{"another resource", decisionCase{identity: one(allows("*", "arn:aws:s3:::x", "Condition", m{"Null": m{"a": "true"}}))}, ""},
		{"another resource of a Deny", decisionCase{identity: append(full[:1:1],
			one(denyOf("*", "arn:aws:s3:::x", "Condition", m{"Null": m{"a": "true"}}))...)}, ""},
		{"another principal", decisionCase{resourcePolicy: statements(named1Clause("Allow", m{"AWS": accountB},
			"Condition", m{"Null": m{"a": "true"}}))}, ""},
		{"the principal", decisionCase{resourcePolicy: statements(named1Clause("Allow", m{"AWS": accountC},
			"Condition", m{"Null": m{"a": "true"}}))}, "a"},
		{"its own resource", decisionCase{resourcePolicy: statements(clauseOf("Allow", "*", nil, []any{"Principal", "*",
			"Condition", m{"Null": m{"a": "true"}}}))}, "a"},
		{"takes no part", decisionCase{by: root, identity: one(allows("*", "*", "Condition", m{"Null": m{"a": "true"}}))}, ""},
		{"a variable of the resource", decisionCase{identity: one(allows("*", "arn:aws:s3:::b/${a}${b, 'x'}${*}${c}", "Condition",
			m{"Null": m{"d": "true"}})), on: "arn:aws:s3:::b/v*", context: m{"c": ""}}, "a b d"},
		{"a variable of a resource that is another", decisionCase{identity: one(allows("*", []string{"arn:aws:s3:::c/${a}", "arn:aws:s3:::b/${b}"}))}, "b"},
		{"a resource with a value that is another", decisionCase{identity: one(allows("*", "arn:aws:s3:::b/${a}/${b}", "Condition",
			m{"Null": m{"d": "true"}})), on: "arn:aws:s3:::b/x/y", context: m{"a": "z"}}, ""},
		{"a variable of NotResource", decisionCase{identity: one(allows("*", nil, "NotResource", []string{"arn:aws:s3:::c/${a}", "arn:aws:s3:::b/${b}"},
			"Condition", m{"Null": m{"d": "true"}}))}, "b d"},
		{"a variable of a value", decisionCase{identity: one(allows("*", "*", "Condition", m{
			"StringLike": m{"a": "${b}"}, "ArnEquals": m{"a": "${c, 'x'}"}, "Bool": m{"a": "${d}"}, "NumericEquals": m{"a": "${e}"},
			"ForAnyValue:StringEqualsIfExists": m{"a": []string{"x", "${f}"}}}))}, "a b c d f"},
		{"a variable of an unknown operator", decisionCase{identity: one(allows("*", "*", "Condition", m{"StringResembles": m{"a": "${b}"}}))}, "a"},
		{"of the old version", decisionCase{identity: []string{documentOf(version2008, allows("*", "arn:aws:s3:::b/*", "Condition",
			m{"StringLike": m{"a": "${b}"}}))}}, "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(Explain(c.request(t), c.set(t)).Missing, " "); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// TestExplainPositions: where statements and elements stand, as people count.
func TestExplainPositions(t *testing.T) {
	text := "{\"Version\":\"2012-10-17\",\n \"Statement\":[{\n\t\"Resource\":\"ä\",\"NotAction\":\"b:c\",\n \"Effect\":\"Deny\",\"Sid\":\"é\",\n" +
		"  \"Condition\":{\"Bool\":{\"a\":\"true\",\n\"b\":\"true\"}}},\n{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}"
	c := decisionCase{identity: []string{text}}
	var got []string
	for _, s := range Explain(c.request(t), c.set(t)).Policies[0].Statements {
		got = append(got, fmt.Sprintf("%d %s %s %d:%d", s.Statement, s.Sid, s.Effect, s.Line, s.Column))
		for _, e := range s.Elements {
			got = append(got, fmt.Sprintf("%s %d:%d", e.Element, e.Line, e.Column))
		}
	}
	want := []string{"0 é Deny 2:15", "NotAction 3:17", "Resource 3:2", "Condition 5:24", "Condition 6:1", "1  Allow 7:1",
		"Action 7:19", "Resource 7:32"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestRuler compares with counting from the start.
func TestRuler(t *testing.T) {
	var b strings.Builder
	for i := range 3000 {
		b.WriteString([]string{"a", "ä", "\n", "\U0001f511", "bb"}[i*i%7%5])
	}
	for _, text := range []string{b.String(), strings.Repeat("é", 2*ticksApart), strings.Repeat("\n", 2*ticksApart), "x"} {
		r := newRuler(text)
		for i := range text {
			line, column := r.at(i)
			if l, c := position(text, i); line != l || column != c {
				t.Fatalf("byte %d: %d:%d, want %d:%d", i, line, column, l, c)
			}
		}
	}
}

// TestExplainLinear: ten times the statements cost about ten times as much.
func TestExplainLinear(t *testing.T) {
	const few, times = 200, 10
	r := &Request{Principal: ana, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}
	took := func(s *Set) time.Duration {
		start := time.Now()
		Explain(r, s)
		return time.Since(start)
	}
	for name, statement := range map[string]string{
		"goes":     `{"Effect":"Deny","Action":"s3:*","Resource":"*"}`,
		"changes":  `{"Effect":"Deny","Action":["s3:GetObject","s3:PutObject"],"Resource":"*"}`,
		"excepts":  `{"Effect":"Deny","NotAction":"iam:*","Resource":"*"}`,
		"lacks":    `{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::c"}`,
		"variable": `{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"s3:prefix":"${a}"}}}`,
	} {
		of := func(n int) *Set {
			text := statementOf("[" + strings.Repeat(statement+",", n) + newOne + "]")
			return &Set{Identity: []*Policy{compiled(t, Identity, text)}}
		}
		small, large := of(few), of(few*times)
		short, long := took(small), took(large)
		for range 30 { // a busy machine makes single runs long
			if long <= 4*times*short {
				break
			}
			short, long = min(short, took(small)), min(long, took(large))
		}
		if long > 4*times*short {
			t.Errorf("%s: %v for %d statements, %v for %d times as many", name, short, few, long, times)
		}
	}
}

// TestDecideKnowsNoTrace: what decides calls nothing of explanations and
// changes and makes none of their types, so they cannot cost it anything.
func TestDecideKnowsNoTrace(t *testing.T) {
	traces := make(map[string]bool)
	for _, pattern := range []string{"explain*.go", "change*.go", "edit*.go"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			for _, d := range parsedFile(t, file).Decls {
				if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
					traces[f.Name.Name] = true
				}
				if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.TYPE {
					traces[g.Specs[0].(*ast.TypeSpec).Name.Name] = true
				}
			}
		}
	}
	if !traces["Explain"] || !traces["walk"] {
		t.Fatal(traces)
	}
	for _, file := range []string{"decide.go", "evaluate.go", "condition.go", "resource.go", "action.go", "principal.go",
		"operand.go", "variable.go", "wildcard.go"} {
		ast.Inspect(parsedFile(t, file), func(n ast.Node) bool {
			made := ast.Expr(nil)
			switch n := n.(type) {
			case *ast.CallExpr:
				made = n.Fun
			case *ast.CompositeLit:
				made = n.Type
			}
			if name, ok := made.(*ast.Ident); ok && traces[name.Name] {
				t.Errorf("%s uses %s", file, name.Name)
			}
			return true
		})
	}
}

func parsedFile(t *testing.T, name string) *ast.File {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return file
}
