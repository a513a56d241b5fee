package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// told is what `gatehouse why --output json` prints.
type told struct {
	Principal, Action, Resource string
	Notes, Commands             []string
	Result                      struct {
		Decision    string
		DeniedBy    string `json:"denied_by"`
		Explanation struct {
			Changes []struct{ Text, Kind string }
		}
	}
}

// why asks for a denial as the administrator.
func (d *denials) why(t *testing.T, id string) (a told) {
	t.Helper()
	r := process.Gatehouse(t, d.server.Environment(d.key), "why", "--output", "json", id)
	if r.Code != 0 {
		t.Fatalf("exit %d: %s", r.Code, r.Stderr)
	}
	if err := json.Unmarshal([]byte(r.Stdout), &a); err != nil {
		t.Fatalf("%v: %s", err, r.Stdout)
	}
	return a
}

// TestWhy: the change that `gatehouse why` proposes, made with the command that it
// prints, lets the same call pass.
func TestWhy(t *testing.T) {
	server, key, _ := adminServer(t)
	d := newDenials(t, server, key)
	shell := program(t, "bash", "bash")
	for i, kind := range d.kinds() {
		t.Run(kind.name, func(t *testing.T) {
			d.admin.t = t
			d.deny = d.admin.do("iam", "create-policy", "--policy-name", fmt.Sprint("NoLists", i), "--query", "Policy.Arn", "--policy-document",
				`{"Version":"2012-10-17","Statement":[{"Sid":"NoLists","Effect":"Deny","Action":"iam:List*","Resource":"*"}]}`)
			if strings.HasPrefix(kind.name, "boundary, implicit") { // AWS's own cannot be changed: one of the account's own
				own := d.admin.do("iam", "create-policy", "--policy-name", "Bounds", "--query", "Policy.Arn", "--policy-document", allowing("s3:*"))
				kind.caller = func(t *testing.T, d *denials) *cli { return d.user(t, "bounded", allowing("iam:*"), own) }
			}
			caller := kind.caller(t, d)
			m := d.message(t, caller, kind.call)
			a := d.why(t, m.ID)
			if a.Result.Decision == "allowed" || !strings.Contains(m.Sentence, a.Action) || len(a.Notes) > 0 || len(a.Result.Explanation.Changes) == 0 {
				t.Fatalf("%+v", a)
			}
			for i, command := range a.Commands {
				if command == "" {
					if strings.HasPrefix(kind.name, "session") {
						continue // who assumes the role passes another policy
					}
					if i+1 < len(a.Commands) {
						continue // the command of a later change saves the policy with this one, too
					}
					t.Fatalf("no command for: %s", a.Result.Explanation.Changes[i].Text)
				}
				if r := process.Output(t, d.admin.environ, shell, "-c", command); r.Code != 0 {
					t.Fatalf("%s: exit %d: %s", command, r.Code, r.Stderr)
				}
			}
			if strings.HasPrefix(kind.name, "session") {
				return
			}
			caller.t = t
			if r := caller.call(kind.call...); r.Code != 0 {
				t.Errorf("after %q: exit %d: %s", a.Commands, r.Code, r.Stderr)
			}
		})
	}
}

// TestWhyWays: by the request's id, for the owner without credentials, and to whom
// nothing is told.
func TestWhyWays(t *testing.T) {
	server, key, data := adminServer(t)
	d := newDenials(t, server, key)
	c := d.user(t, "ana", allowing("iam:GetUser"), "")
	m := d.message(t, c, []string{"iam", "list-users"})
	var event struct{ RequestID string }
	line := ""
	for deadline := time.Now().Add(10 * time.Second); line == "" && time.Now().Before(deadline); { // a refusal is on the disk within a second
		line, _, _ = strings.Cut(process.Gatehouse(t, nil, "events", "--data", data, "--denied", "--output", "json").Stdout, "\n")
	}
	var found struct{ Event json.RawMessage }
	if err := json.Unmarshal([]byte(line), &found); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(found.Event, &event); err != nil || event.RequestID == "" {
		t.Fatal(line, err)
	}
	for name, r := range map[string]process.Result{
		"request id":       process.Gatehouse(t, server.Environment(key), "why", event.RequestID),
		"authorization id": process.Gatehouse(t, server.Environment(key), "why", m.ID),
		"control socket":   process.Gatehouse(t, nil, "why", "--data", data, m.ID),
	} {
		if r.Code != 0 || !strings.Contains(r.Stdout, "identity-based policy own: does not allow it") || !strings.Contains(r.Stdout, "to allow it: ") {
			t.Errorf("%s: exit %d: %s%s", name, r.Code, r.Stdout, r.Stderr)
		}
	}
	own := made[iam.CreateAccessKeyOutput](t)(d.iam.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("ana")})).AccessKey
	r := process.Gatehouse(t, server.Environment(process.Credentials{AccessKeyID: *own.AccessKeyId, SecretAccessKey: *own.SecretAccessKey}), "why", m.ID)
	if r.Code != 2 || r.Stdout != "" || !strings.Contains(r.Stderr, "AccessDeniedException") || !strings.Contains(r.Stderr, "iam:GetRequestAuthorizationPolicy and") {
		t.Errorf("exit %d: %s%s", r.Code, r.Stdout, r.Stderr)
	}
	// Of an action that hands out an encoded message nothing is served yet; an id that
	// the service takes for one is answered alike.
	r = process.Gatehouse(t, server.Environment(key), "why", strings.Repeat("A", 60))
	if r.Code != 2 || !strings.Contains(r.Stderr, "InvalidAuthorizationMessageException") {
		t.Errorf("exit %d: %s%s", r.Code, r.Stdout, r.Stderr)
	}
}
