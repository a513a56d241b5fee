package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// A row is one numbered rule of docs/semantics.md and its test.
type row struct {
	id   string
	test func(*testing.T)
}

// rows of all sections: TestSemantics runs each under its number.
func rows() []row {
	var all []row
	for _, section := range [][]row{
		grammarRows, savingRows, matchingRows, conditionRows, principalRows, combiningRows, trustRows,
		organizationRows, sentenceRows, workedRows,
	} {
		all = append(all, section...)
	}
	return all
}

func TestSemantics(t *testing.T) {
	seen := make(map[string]bool)
	for _, r := range rows() {
		if seen[r.id] {
			t.Errorf("%s has two tests", r.id)
		}
		seen[r.id] = true
		t.Run(r.id, r.test)
	}
}

// m is a JSON object.
type m = map[string]any

// statements makes a document of version 2012-10-17.
func statements(list ...m) string { return documentOf(version2012, list...) }

func documentOf(version string, list ...m) string {
	d := m{"Statement": list}
	if version != "" {
		d["Version"] = version
	}
	b, err := json.Marshal(d)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// allows is a statement; pairs of members may follow.
func allows(action, resource any, more ...any) m { return clauseOf("Allow", action, resource, more) }

func denyOf(action, resource any, more ...any) m { return clauseOf("Deny", action, resource, more) }

func clauseOf(effect string, action, resource any, more []any) m {
	c := m{"Effect": effect, "Action": action}
	if resource != nil {
		c["Resource"] = resource
	}
	for i := 0; i < len(more); i += 2 {
		c[more[i].(string)] = more[i+1]
	}
	if _, ok := c["NotAction"]; ok {
		delete(c, "Action")
	}
	if _, ok := c["NotResource"]; ok {
		delete(c, "Resource")
	}
	return c
}

// when is the members of a statement that say its condition.
func when(operator, key string, values any) (string, m) {
	return "Condition", m{operator: m{key: values}}
}

func compiled(t testing.TB, kind Type, text string) *Policy {
	t.Helper()
	switch text {
	case notLoaded:
		return nil
	case corrupt:
		return Unreadable(kind, corrupt)
	}
	p, err := Compile(kind, kind.String(), text)
	if err != nil {
		t.Fatalf("%s: %v", text, describe(err))
	}
	return p
}

func describe(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return fmt.Sprint(err)
	}
	return fmt.Sprintf("%s (%s; %s, line %d, column %d)", e.Message, e.Detail, e.Element, e.Line, e.Column)
}

func contextOf(t testing.TB, values m) Context {
	t.Helper()
	c, err := ContextOf(values)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The accounts and callers of the tests: C is the caller's, B another.
const (
	accountC = "111122223333"
	accountB = "444455556666"
)

func userOf(account, name string) *Principal {
	arn := "arn:aws:iam::" + account + ":user/" + name
	return &Principal{Kind: User, Account: account, ARN: arn, EntityARN: arn,
		EntityID: "AIDA" + strings.ToUpper(name) + "EXAMPLE000000"}
}

func sessionOf(account, role, session string) *Principal {
	return &Principal{
		Kind: RoleSession, Account: account,
		ARN:       "arn:aws:sts::" + account + ":assumed-role/" + role + "/" + session,
		EntityARN: "arn:aws:iam::" + account + ":role/" + role,
		EntityID:  "AROA" + strings.ToUpper(role) + "EXAMPLE000000",
	}
}

func federatedOf(account, name, maker string) *Principal {
	u := userOf(account, maker)
	return &Principal{
		Kind: FederatedUser, Account: account, ARN: "arn:aws:sts::" + account + ":federated-user/" + name,
		EntityARN: u.EntityARN, EntityID: u.EntityID,
	}
}

func rootOf(account string) *Principal {
	arn := "arn:aws:iam::" + account + ":root"
	return &Principal{Kind: Root, Account: account, ARN: arn, EntityARN: arn}
}

var (
	ana     = userOf(accountC, "ana")
	worker  = sessionOf(accountC, "R", "S")
	visitor = federatedOf(accountC, "N", "ana")
	root    = rootOf(accountC)
	ec2     = &Principal{Kind: Service, ARN: "ec2.amazonaws.com"}
	nobody  = &Principal{}
)

// A decisionCase is what applies, what is asked, and what comes out.
type decisionCase struct {
	name string

	identity, boundary, session, endpoint []string
	sessionRequired                       bool
	resourcePolicy, trust                 string
	scp, rcp                              [][]string

	by       *Principal // ana where it is nil
	action   string     // s3:GetObject where it is ""
	on       string     // arn:aws:s3:::b/k where it is ""
	owner    string
	context  m
	want     Outcome
	deniedBy Type
}

func (c *decisionCase) request(t testing.TB) *Request {
	r := &Request{Principal: c.by, Action: c.action, Resource: c.on, ResourceAccount: c.owner,
		Context: contextOf(t, c.context)}
	if r.Principal == nil {
		r.Principal = ana
	}
	if r.Action == "" {
		r.Action = "s3:GetObject"
	}
	if r.Resource == "" {
		r.Resource = "arn:aws:s3:::b/k"
	}
	return r
}

func (c *decisionCase) set(t testing.TB) *Set {
	t.Helper()
	return c.setOf(func(kind Type, text string) *Policy { return compiled(t, kind, text) })
}

// setOf is the case's policies, compiled as said.
func (c *decisionCase) setOf(compile func(Type, string) *Policy) *Set {
	list := func(kind Type, texts []string) (all []*Policy) {
		for _, text := range texts {
			all = append(all, compile(kind, text))
		}
		return all
	}
	levels := func(kind Type, texts [][]string) (all [][]*Policy) {
		for _, level := range texts {
			all = append(all, list(kind, level))
		}
		return all
	}
	s := &Set{
		Identity: list(Identity, c.identity), Boundary: list(Boundary, c.boundary),
		Session: list(Session, c.session), SessionRequired: c.sessionRequired, Endpoint: list(Endpoint, c.endpoint),
		ServiceControl: levels(ServiceControl, c.scp), ResourceControl: levels(ResourceControl, c.rcp),
	}
	if c.resourcePolicy != "" {
		s.Resource = compile(Resource, c.resourcePolicy)
	}
	if c.trust != "" {
		s.Trust = compile(Trust, c.trust)
	}
	return s
}

// cases is the test of a row that is a table of decisions.
func cases(list ...decisionCase) func(*testing.T) {
	return func(t *testing.T) {
		for i := range list {
			c := &list[i]
			name := c.name
			if name == "" {
				name = fmt.Sprint(i)
			}
			t.Run(name, c.check)
		}
	}
}

func (c *decisionCase) check(t *testing.T) {
	r, s := c.request(t), c.set(t)
	d := Decide(r, s)
	if d.Outcome != c.want || c.want != Allowed && d.By != c.deniedBy {
		t.Errorf("%s on %s by %s: %s, want %s", r.Action, r.Resource, r.Principal.ARN,
			outcomeText(d.Outcome, d.By), outcomeText(c.want, c.deniedBy))
	}
	c.compare(t, r, d)
}

func outcomeText(o Outcome, by Type) string {
	return [...]string{"implicitDeny", "explicitDeny", "allowed"}[o] + [...]string{" by " + by.String(),
		" by " + by.String(), ""}[o]
}

// one is a document with one statement: the usual policy of a case.
func one(statement m) []string { return []string{statements(statement)} }

var (
	full   = one(allows("*", "*"))
	silent = one(allows("sqs:ListQueues", "*"))
)
