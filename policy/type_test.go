package policy

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// mayHold is the table "What each policy type may hold" of section G: a
// statement that is good for the type, and what happens when more is in it.
var mayHold = []struct {
	kind         Type
	statement    m
	principal    string // the message for {"AWS": account} in it, "" for none
	notPrincipal string // for a Deny with NotPrincipal
	without      string // without any principal
	id           string // with an Id
}{
	{Identity, allows("s3:*", "*"), messagePrincipal, messagePrincipal, "", ""},
	{Boundary, allows("s3:*", "*"), messagePrincipal, messagePrincipal, "", ""},
	{Session, allows("s3:*", "*"), messagePrincipal, messagePrincipal, "", ""},
	{Trust, clauseOf("Allow", "sts:AssumeRole", nil, nil), "", messageProhibited + "NotPrincipal", messageMissing, ""},
	{Resource, allows("s3:*", "*"), "", "", messageMissing, ""},
	{ServiceControl, allows("s3:*", "*"), messageOrganizations, messageOrganizations, "", messageOrganizations},
	{ResourceControl, denyOf("s3:*", "*"), messageOrganizations, messageOrganizations, messageOrganizations,
		messageOrganizations},
	{Endpoint, allows("s3:*", "*"), "", messageSyntax, "", ""},
}

func TestWhatTypesMayHold(t *testing.T) {
	for _, line := range mayHold {
		t.Run(line.kind.String(), func(t *testing.T) {
			with := func(name string, value any) m {
				c := m{}
				for k, v := range line.statement {
					c[k] = v
				}
				if name == "NotPrincipal" {
					c["Effect"] = "Deny"
				}
				if name != "" {
					c[name] = value
				}
				return c
			}
			named := m{"AWS": accountC}
			for _, c := range []struct{ text, message string }{
				{statements(with("Principal", named)), line.principal},
				{statements(with("NotPrincipal", named)), line.notPrincipal},
				{statements(with("", nil)), line.without},
			} {
				wantCheck(t, line.kind, c.text, c.message)
			}
			good := with("", nil)
			if line.kind.takesPrincipal() {
				good = with("Principal", named)
			}
			if line.kind == ResourceControl {
				good = with("Principal", "*")
			}
			good["Sid"], good["Condition"] = "Fine1", m{"StringLike": m{"aws:username": "${aws:PrincipalTag/x}*"}}
			wantCheck(t, line.kind, statements(good), "")
			wantCheck(t, line.kind, strings.Replace(statements(good), "{", `{"Id":"a b",`, 1), line.id)
		})
	}
}

func wantCheck(t *testing.T, kind Type, text, message string) {
	t.Helper()
	if message == "" {
		saved(t, kind, text)
		return
	}
	refused(t, kind, text, message)
}

// TestImports: nothing but the standard library, and of it nothing that reads
// a clock, a file or the network, or that locks.
func TestImports(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		read++
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range file.Imports {
			path, _ := strconv.Unquote(i.Path.Value)
			switch path {
			case "cmp", "crypto/sha256", "encoding/base64", "encoding/binary", "fmt", "math/bits", "net/netip", "slices", "strconv", "strings", "unicode/utf8", "unsafe":
			default:
				t.Errorf("%s imports %s", name, path)
			}
		}
	}
	if read < 10 {
		t.Errorf("only %d files", read)
	}
}

// TestDecideConcurrently: one Set serves many requests at once.
func TestDecideConcurrently(t *testing.T) {
	s := benchSet(t)
	context := benchContext(t)
	var done sync.WaitGroup
	for range 8 {
		done.Go(func() {
			for range 500 {
				for name, c := range benchRequests {
					r := Request{Principal: ana, Action: c.action, Resource: c.resource, Context: context}
					if d := Decide(&r, s); d.Outcome != c.want {
						t.Errorf("%s: %+v", name, d)
					}
				}
			}
		})
	}
	done.Wait()
}

// TestDecisionNamesItsPolicy: the policy and the statement that decided.
func TestDecisionNamesItsPolicy(t *testing.T) {
	first, err := Compile(Identity, "first", statements(allows("iam:*", "*"), allows("s3:Get*", "*")))
	if err != nil {
		t.Fatal(err)
	}
	second, err := Compile(Identity, "second", statements(allows("s3:*", "*"), denyOf("s3:Delete*", "*")))
	if err != nil {
		t.Fatal(err)
	}
	s := &Set{Identity: []*Policy{first, second}}
	for action, want := range map[string]struct {
		outcome   Outcome
		policy    *Policy
		statement int
	}{
		"iam:GetUser":      {Allowed, first, 0},
		"s3:GetObject":     {Allowed, first, 1},
		"s3:PutObject":     {Allowed, second, 0},
		"s3:DeleteObject":  {ExplicitDeny, second, 1},
		"sqs:SendMessage":  {ImplicitDeny, nil, 0},
		"s3:deleteobject":  {ExplicitDeny, second, 1},
		"IAM:createuser":   {Allowed, first, 0},
		"dynamodb:GetItem": {ImplicitDeny, nil, 0},
	} {
		d := Decide(&Request{Principal: ana, Action: action, Resource: "*"}, s)
		if d.Outcome != want.outcome || d.Policy != want.policy || d.Statement != want.statement {
			t.Errorf("%s: %+v, want %+v", action, d, want)
		}
	}
	grant := compiled(t, Resource, statements(named1Clause("Allow", m{"AWS": accountB}),
		named1Clause("Allow", m{"AWS": anaARN})))
	d := Decide(&Request{Principal: ana, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}, &Set{Resource: grant})
	if d.Outcome != Allowed || d.Policy != grant || d.Statement != 1 {
		t.Errorf("%+v", d)
	}
}
