package journal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
	"github.com/gatehouse-iam/gatehouse/policy"
)

const (
	allowAll  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	denyIAM   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:Get*","Resource":"*"},{"Sid":"No","Effect":"Deny","Action":"iam:CreateUser","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"blue","aws:RequestTag/env":"prod"}}}]}`
	readOnly  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:Get*","Resource":"*"}]}`
	trustRoot = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"x1"}}}]}`
)

// authorizationID stands for the random one of a denial.
const authorizationID = "0123456789abcdefghijklmno"

// house is a directory with users and a role that can do little.
type house struct {
	*directory.Directory
	texts []string // every policy document in it
}

func openHouse(t testing.TB) *house {
	t.Helper()
	s, err := embedded.Open(filepath.Join(t.TempDir(), "db"), embedded.Options{Ephemeral: true})
	ok(t, err)
	ring, err := seal.OpenKeyring(t.Context(), s, seal.Master{})
	ok(t, err)
	d, err := directory.Open(t.Context(), s, directory.Options{Sealer: ring.For("secret-access-key")})
	ok(t, err)
	t.Cleanup(func() { ok(t, errors.Join(d.Close(context.Background()), s.Close())) })
	_, _, err = d.Bootstrap(t.Context(), directory.BootstrapOptions{AccountID: accountID, RootEmail: "root@example.com"})
	ok(t, err)
	h := &house{d, []string{allowAll, denyIAM, readOnly, trustRoot}}
	ok(t, d.Update(t.Context(), accountID, h.furnish))
	return h
}

func (h *house) furnish(tx *directory.Tx) error {
	ana, err := tx.CreateUser(directory.NewUser{Name: "ana", Path: "/", Tags: []api.Tag{{Key: "team", Value: "blue"}}})
	if err != nil {
		return err
	}
	limit, err := tx.CreatePolicy(directory.Entity{Name: "Limit", Path: "/"}, "", readOnly)
	if err != nil {
		return err
	}
	bounded, err := tx.CreateUser(directory.NewUser{Name: "bounded", Path: "/", Boundary: limit.ARN(accountID)})
	if err != nil {
		return err
	}
	role, err := tx.CreateRole(directory.NewRole{Name: "Reader", Path: "/", Trust: trustRoot})
	if err != nil {
		return err
	}
	return errors.Join(
		tx.PutUserPolicy(ana, "NoUsers", denyIAM), tx.PutUserPolicy(bounded, "All", allowAll), tx.PutRolePolicy(role, "All", allowAll),
	)
}

func (h *house) user(t testing.TB, name string) *api.Principal {
	t.Helper()
	u, err := h.View(accountID).User(name)
	ok(t, err)
	c := userCaller()
	c.ARN, c.EntityARN, c.EntityID, c.UserID, c.UserName = u.ARN(accountID), u.ARN(accountID), u.ID, u.ID, name
	return c
}

func (h *house) session(t testing.TB, text string) *api.Principal {
	t.Helper()
	r, err := h.View(accountID).Role("Reader")
	ok(t, err)
	c := roleCaller()
	c.EntityARN, c.EntityID, c.UserID = r.ARN(accountID), r.ID, r.ID+":ana-at-work"
	p, err := policy.Compile(policy.Session, "session policy", text)
	ok(t, err)
	c.Session.Policies, c.Session.Tags = []*policy.Policy{p}, []api.Tag{{Key: "team", Value: "red"}}
	return c
}

// denied is a call that authorization refused.
func (h *house) denied(t testing.TB, c *api.Call, row authz.Row, in any) Entry {
	t.Helper()
	var d *authz.Denial
	if err := authz.Authorize(h.View(accountID), c, row, in); !errors.As(err, &d) {
		t.Fatalf("%s was not denied: %v", c.Operation.Name, err)
	}
	d.Answer.Message = strings.ReplaceAll(d.Answer.Message, d.ID, authorizationID)
	d.ID = authorizationID
	e := entryOf(c)
	e.Input, e.Failure, e.Denial = in, d.Answer, d
	return e
}

func (h *house) denials(t testing.TB) map[string]Entry {
	createUser := &iam.CreateUserInput{UserName: p("tom"), Tags: []iam.Tag{{Key: p("env"), Value: p("prod")}}}
	assume := &sts.AssumeRoleInput{RoleArn: p("arn:aws:iam::111122223333:role/Reader"), RoleSessionName: p("s"), ExternalId: p("wrong")}
	iamRow := func(caller *api.Principal) Entry {
		return h.denied(t, call(iam.API, "CreateUser", caller), authz.IAM()["CreateUser"], createUser)
	}
	return map[string]Entry{
		"explicit": iamRow(h.user(t, "ana")),
		"boundary": iamRow(h.user(t, "bounded")),
		"session":  iamRow(h.session(t, readOnly)),
		"implicit": h.denied(t, call(iam.API, "DeleteUser", h.user(t, "ana")), authz.IAM()["DeleteUser"], &iam.DeleteUserInput{UserName: p("tom")}),
		"trust":    h.denied(t, call(sts.API, "AssumeRole", h.user(t, "bounded")), authz.STS()["AssumeRole"], assume),
	}
}

// fixedIDs replaces ids that are random.
func fixedIDs(line []byte, p *api.Principal) []byte {
	return []byte(strings.ReplaceAll(string(line), p.EntityID, p.EntityID[:4]+"EXAMPLE"))
}

// TestDecision: a denial's record, in the form of decision cases.
func TestDecision(t *testing.T) {
	h := openHouse(t)
	for name, e := range h.denials(t) {
		t.Run(name, func(t *testing.T) {
			golden(t, "decision-"+name, fixedIDs(appendDecision(nil, &e), e.Call.Principal))
		})
	}
}

// record of a decision, as readers see it.
type decision struct {
	DecisionOf, RequestID, Decision, Message string
	DeniedBy                                 string `json:"denied_by"`
	Revision                                 int64
	Request                                  struct {
		Principal, Action, Resource string
		Account                     string `json:"resource_account"`
		Context                     map[string]any
	}
	Policies struct {
		Identity, Session []named
		Boundary          []named `json:"permissions_boundary"`
		Resource          *named
	}
}

type named struct{ Name, SHA256 string }

// compile finds a policy's text by its hash.
func (h *house) compile(t *testing.T, kind policy.Type, all ...named) (list []*policy.Policy) {
	t.Helper()
	for _, n := range all {
		var found *policy.Policy
		for _, text := range h.texts {
			if sum := sha256.Sum256([]byte(text)); hex.EncodeToString(sum[:]) == n.SHA256 {
				compiled, err := policy.Compile(kind, n.Name, text)
				ok(t, err)
				found = compiled
			}
		}
		if found == nil {
			t.Fatalf("no document has the hash of %s", n.Name)
		}
		list = append(list, found)
	}
	return list
}

// recordedContext are the condition keys of a record.
type recordedContext map[string]any

func (c recordedContext) Lookup(key policy.Key) (policy.Value, bool) {
	for name, value := range c {
		if !strings.EqualFold(name, key.Name) {
			continue
		}
		if one, single := value.(string); single {
			return policy.Value{One: one}, true
		}
		many := policy.Value{IsMany: true}
		for _, one := range value.([]any) {
			many.Many = append(many.Many, one.(string))
		}
		return many, true
	}
	return policy.Value{}, false
}

// TestDecisionIsReplayed: the record and the documents by its hashes give the same
// decision again.
func TestDecisionIsReplayed(t *testing.T) {
	h := openHouse(t)
	for name, e := range h.denials(t) {
		t.Run(name, func(t *testing.T) {
			var d decision
			ok(t, json.Unmarshal(appendDecision(nil, &e), &d))
			if d.DecisionOf != e.EventID || d.RequestID != e.Call.RequestID || d.Revision != h.View(accountID).Revision() {
				t.Errorf("%+v", d)
			}
			if d.Request.Principal != e.Call.Principal.ARN || d.Message != e.Failure.Message {
				t.Errorf("%+v", d)
			}
			set := policy.Set{
				Identity: h.compile(t, policy.Identity, d.Policies.Identity...), Boundary: h.compile(t, policy.Boundary, d.Policies.Boundary...),
				Session: h.compile(t, policy.Session, d.Policies.Session...),
			}
			if r := d.Policies.Resource; r != nil {
				set.Trust = e.Denial.Set.Trust // its principals are saved as ids: it is not the text that was sent
			}
			got := policy.Decide(&policy.Request{
				Principal: &e.Call.Principal.Principal, Action: d.Request.Action, Resource: d.Request.Resource,
				ResourceAccount: d.Request.Account, Context: recordedContext(d.Request.Context),
			}, &set)
			if outcome(got.Outcome) != d.Decision || deniedBy(got.By) != d.DeniedBy {
				t.Errorf("%s by %s, recorded as %s by %s", outcome(got.Outcome), deniedBy(got.By), d.Decision, d.DeniedBy)
			}
		})
	}
}

// TestDecisionOfEveryKindOfPolicy: what later versions decide on has its place.
func TestDecisionOfEveryKindOfPolicy(t *testing.T) {
	one := func(name string) *policy.Policy {
		compiled, err := policy.Compile(policy.Identity, name, allowAll)
		ok(t, err)
		return compiled
	}
	set := policy.Set{
		SessionRequired: true, Resource: one("r"), Endpoint: []*policy.Policy{one("e")},
		ServiceControl:  [][]*policy.Policy{{one("s1"), one("s2")}, {one("s3")}},
		ResourceControl: [][]*policy.Policy{{one("c")}},
	}
	sum := sha256.Sum256([]byte(allowAll))
	text := strings.ReplaceAll(string(appendPolicies(nil, &set)), `,"sha256":"`+hex.EncodeToString(sum[:])+`"`, "")
	const want = `{"identity":[],"resource":{"name":"r"},"session":[],"endpoint":[{"name":"e"}],` +
		`"scp":[[{"name":"s1"},{"name":"s2"}],[{"name":"s3"}]],"rcp":[[{"name":"c"}]]}`
	if text != want {
		t.Errorf("%s\nwant\n%s", text, want)
	}
	for kind, want := range map[policy.Type]string{
		policy.Identity: "identity", policy.Boundary: "permissions_boundary", policy.Session: "session", policy.Trust: "resource",
		policy.Resource: "resource", policy.ServiceControl: "scp", policy.ResourceControl: "rcp", policy.Endpoint: "endpoint",
	} {
		if got := deniedBy(kind); got != want {
			t.Errorf("%v: %s, want %s", kind, got, want)
		}
	}
}

// TestDecisionWords: as decision cases name callers and outcomes.
func TestDecisionWords(t *testing.T) {
	if got := principal(&api.Call{}); got != "*" {
		t.Errorf("an anonymous caller is %s", got)
	}
	for o, want := range map[policy.Outcome]string{policy.Allowed: "allowed", policy.ExplicitDeny: "explicitDeny", policy.ImplicitDeny: "implicitDeny"} {
		if got := outcome(o); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestDecisionOfUnreadablePolicies: they deny (E-25), and have no hash.
func TestDecisionOfUnreadablePolicies(t *testing.T) {
	set := policy.Set{Identity: []*policy.Policy{policy.Unreadable(policy.Identity, "broken"), nil}}
	const want = `{"identity":[{"name":"broken","unreadable":true},{"name":"","unreadable":true}]}`
	if got := string(appendPolicies(nil, &set)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestDecisionStandsBehindItsEvent: two lines of one call.
func TestDecisionStandsBehindItsEvent(t *testing.T) {
	h, dir := openHouse(t), t.TempDir()
	j, err := Open(dir, Options{})
	ok(t, err)
	e := h.denials(t)["explicit"]
	j.Record(&e)
	ok(t, j.Close())
	got, err := Search(dir, Query{Denials: true})
	ok(t, err)
	if len(got) != 1 || string(got[0].Event) != string(AppendEvent(nil, &e)) || string(got[0].Decision) != string(appendDecision(nil, &e)) {
		t.Errorf("%+v", got)
	}
}
