package cases

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// m is a JSON object.
type m = map[string]any

const (
	accountC = "111122223333"
	accountB = "444455556666"
	anaARN   = "arn:aws:iam::" + accountC + ":user/ana"
	roleARN  = "arn:aws:iam::" + accountC + ":role/R"
	session  = "arn:aws:sts::" + accountC + ":assumed-role/R/S"
	visitor  = "arn:aws:sts::" + accountC + ":federated-user/N"
	rootARN  = "arn:aws:iam::" + accountC + ":root"
	bobARN   = "arn:aws:iam::" + accountB + ":user/bob"
)

// noon is what the clock of the tests says.
var noon = time.Date(2029, 12, 31, 12, 0, 0, 0, time.UTC)

func decider() *Decider { return &Decider{Clock: func() time.Time { return noon }} }

// given is a case in parts; what is left out is ana reading b/k from S3.
type given struct {
	principal, action, resource, account string
	context                              m
	policies                             m
	expect                               m
}

func (g given) text(t testing.TB) string {
	t.Helper()
	or := func(s, other string) string {
		if s == "" {
			return other
		}
		return s
	}
	request := m{"principal": or(g.principal, anaARN), "action": or(g.action, "s3:GetObject"), "resource": or(g.resource, "arn:aws:s3:::b/k")}
	if g.account != "" {
		request["resource_account"] = g.account
	}
	if g.context != nil {
		request["context"] = g.context
	}
	c := m{"id": "c", "request": request}
	if g.policies != nil {
		c["policies"] = g.policies
	}
	if g.expect != nil {
		c["expect"] = g.expect
	}
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (g given) parse(t testing.TB) *Case {
	t.Helper()
	c, err := Parse(g.text(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (g given) decide(t testing.TB) Result {
	t.Helper()
	r, err := decider().Decide(g.parse(t))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// has is a condition key of the case's request; "-" where it is absent.
func (g given) has(t testing.TB, key string) string {
	t.Helper()
	r, _, err := decider().Build(g.parse(t))
	if err != nil {
		t.Fatal(err)
	}
	v, ok := r.Context.Lookup(policy.KeyOf(key))
	if !ok {
		return "-"
	}
	return v.One + strings.Join(v.Many, ",")
}

// a policy of a case, of statements.
func a(name string, statements ...m) m {
	return m{"name": name, "document": m{"Version": "2012-10-17", "Statement": statements}}
}

func allow(action, resource string, more ...any) m { return statement("Allow", action, resource, more) }

func deny(action, resource string, more ...any) m { return statement("Deny", action, resource, more) }

func statement(effect, action, resource string, more []any) m {
	s := m{"Effect": effect, "Action": action}
	if resource != "" {
		s["Resource"] = resource
	}
	for i := 0; i < len(more); i += 2 {
		s[more[i].(string)] = more[i+1]
	}
	return s
}

// faultOf is the *Error of an error.
func faultOf(t testing.TB, err error) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is no *Error", err)
	}
	return e
}
