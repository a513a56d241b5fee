package iam

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/x/cases"
)

// The pieces of random policies: what matches now and then.
var (
	randomActions    = []string{"iam:*", "iam:Get*", "iam:GetUser", "iam:List*", "*", "s3:*"}
	randomResources  = []string{"*", accountNo + ":user/*", accountNo + ":user/${aws:username}", accountNo + ":role/worker", accountNo + ":*/${aws:PrincipalTag/team}", "arn:aws:s3:::*"}
	randomConditions = []string{
		"", "", "", `"StringEquals":{"aws:username":["ana","bob"]}`, `"StringLike":{"aws:userid":"AIDA*"}`, `"StringEquals":{"aws:PrincipalTag/team":"red"}`,
		`"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/*"}`, `"StringEquals":{"iam:ResourceTag/team":"${aws:PrincipalTag/team}"}`,
		`"StringEquals":{"aws:ResourceTag/team":"red"}`, `"Bool":{"aws:SecureTransport":"false"}`, `"Null":{"aws:MultiFactorAuthPresent":"true"}`,
		`"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}`, `"StringEquals":{"aws:ResourceAccount":"` + accountID + `"}`, `"DateLessThan":{"aws:CurrentTime":"2026-03-02"}`,
		`"StringEquals":{"aws:RequestedRegion":"us-east-1"}`, `"ForAllValues:StringEquals":{"aws:PrincipalOrgPaths":"x"}`,
	}
)

func randomDocument(r *rand.Rand) string {
	statements := make([]string, 2+r.IntN(4))
	for i := range statements {
		effect := "Allow"
		if r.IntN(4) == 0 {
			effect = "Deny"
		}
		condition := randomConditions[r.IntN(len(randomConditions))]
		statements[i] = fmt.Sprintf(`{"Effect":"%s","Action":"%s","Resource":"%s","Condition":{%s}}`,
			effect, randomActions[r.IntN(len(randomActions))], randomResources[r.IntN(len(randomResources))], condition)
	}
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

// randomize gives everybody other policies, tags and boundaries.
func randomize(tx *directory.Tx, r *rand.Rand) error {
	grants := func() directory.Grants {
		g := directory.Grants{Inline: []directory.Inline{{Name: "own", Document: directory.NewDocument(randomDocument(r))}}}
		if r.IntN(4) == 0 {
			g.Boundary = readOnly
		}
		return g
	}
	tag := func() []api.Tag {
		if r.IntN(3) == 0 {
			return nil
		}
		return []api.Tag{{Key: "team", Value: []string{"red", "blue", "worker"}[r.IntN(3)]}}
	}
	for _, name := range []string{"ana", "bob"} {
		u, err := tx.User(name)
		if err != nil {
			return err
		}
		u = u.Clone()
		u.Grants, u.Tags = grants(), tag()
		tx.PutUser(u)
	}
	g, err := tx.Group("team")
	if err != nil {
		return err
	}
	g = g.Clone()
	g.Inline = grants().Inline
	tx.PutGroup(g)
	w, err := tx.Role("worker")
	if err != nil {
		return err
	}
	w = w.Clone()
	w.Grants, w.Tags = grants(), tag()
	tx.PutRole(w)
	return nil
}

// enforced is what comes out of a call that is made.
func (f *fixture) enforced(caller *api.Principal, operation string, in any) string {
	f.t.Helper()
	call := &api.Call{
		Service: iam.API, Operation: iam.API.Operation(operation), Principal: caller, Account: accountID, Region: "us-east-1", Time: f.now,
	}
	err := authz.Authorize(f.directory.View(accountID), call, f.served.Rows[operation], in)
	var denial *authz.Denial
	switch {
	case err == nil:
		return "allowed"
	case errors.As(err, &denial):
		return decisionName(denial.Decision.Outcome)
	}
	f.t.Fatalf("%s: %v", operation, err)
	return ""
}

// resourceTags are the context entries of the tags that a user has; they belong to
// the request, and so must be given.
func resourceTags(list []api.Tag) []iam.ContextEntry {
	var entries []iam.ContextEntry
	for _, t := range list {
		entries = append(entries, entry("aws:ResourceTag/"+t.Key, "", t.Value), entry("iam:ResourceTag/"+t.Key, "", t.Value))
	}
	return entries
}

// What is simulated of a principal is what is enforced, in every decision, where the
// entries give what belongs to the request.
func TestSimulateIsEnforce(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana", "bob")
	f.addGroup("team")
	f.join("ana", "team")
	f.addRole("worker")
	rounds := 150
	if os.Getenv("LONG_TESTS") != "" {
		rounds = 5000
	}
	r := rand.New(rand.NewPCG(5, 10314))
	seen := map[string]int{}
	for range rounds {
		f.change(func(tx *directory.Tx) error { return randomize(tx, r) })
		v := f.directory.View(accountID)
		target, _ := v.User("bob")
		role, _ := v.Role("worker")
		session := f.session("worker", "one")
		for _, who := range []struct {
			caller *api.Principal
			source string
		}{{f.user("ana"), "user/ana"}, {f.user("bob"), "user/bob"}, {session, "role/worker"}} {
			for _, do := range []struct {
				operation, resource string
				in                  any
				tags                []api.Tag
			}{
				{"GetUser", accountNo + ":user/bob", &iam.GetUserInput{UserName: ptr("bob")}, target.Tags},
				{"GetRole", accountNo + ":role/worker", &iam.GetRoleInput{RoleName: ptr("worker")}, role.Tags},
				{"ListUsers", accountNo + ":user/", &iam.ListUsersInput{}, nil},
				{"DeleteGroup", accountNo + ":group/team", &iam.DeleteGroupInput{GroupName: ptr("team")}, nil},
			} {
				want := f.enforced(who.caller, do.operation, do.in)
				in := &iam.SimulatePrincipalPolicyInput{
					ActionNames: []string{"iam:" + do.operation}, ResourceArns: []string{do.resource}, CallerArn: &who.caller.ARN,
					ContextEntries: append(resourceTags(do.tags), entry("aws:SecureTransport", "boolean", "false"), entry("aws:RequestedRegion", "", "us-east-1")),
				}
				if who.caller == session {
					in.ContextEntries = append(in.ContextEntries, entry("aws:MultiFactorAuthPresent", "boolean", "false"))
				}
				if got := decisions(f.principal(who.source, in)); got != want {
					t.Fatalf("%s by %s: simulated %s, enforced %s", do.operation, who.source, got, want)
				}
				seen[want]++
			}
		}
	}
	if min(seen["allowed"], seen["implicitDeny"], seen["explicitDeny"]) < rounds {
		t.Errorf("not random enough: %v", seen)
	}
}

// The worked cases of docs/semantics.md (section X) and the tables of section E, as
// far as the operation's input can say them: by the simulator, and by the library.
func TestSimulateIsDecide(t *testing.T) {
	f := newFixture(t)
	decider := &cases.Decider{Clock: func() time.Time { return start }}
	for c, err := range readCases(t, "testdata/simulate/worked.jsonl") {
		if err != nil {
			t.Fatal(err)
		}
		t.Run(c.ID, func(t *testing.T) {
			r, set, err := decider.Build(c)
			if err != nil {
				t.Fatal(err)
			}
			want := decisionName(policy.Decide(r, set).Outcome)
			if c.Expect == nil || *c.Expect.Decision != want {
				t.Fatalf("the library says %s", want)
			}
			same(t, "decision", decisions(on(f, t).custom(customInput(c))), want)
		})
	}
}

func readCases(t *testing.T, path string) func(func(*cases.Case, error) bool) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return cases.NewLines(file).All()
}

// customInput is a case as the operation's input.
func customInput(c *cases.Case) *iam.SimulateCustomPolicyInput {
	in := &iam.SimulateCustomPolicyInput{
		ActionNames: []string{c.Request.Action}, ResourceArns: []string{c.Request.Resource}, CallerArn: &c.Request.Principal,
	}
	for _, d := range c.Policies.Identity {
		in.PolicyInputList = append(in.PolicyInputList, d.Text)
	}
	for _, d := range c.Policies.Boundary {
		in.PermissionsBoundaryPolicyInputList = append(in.PermissionsBoundaryPolicyInputList, d.Text)
	}
	if c.Policies.Resource != nil {
		in.ResourcePolicy = &c.Policies.Resource.Text
	}
	for _, level := range c.Policies.SCP {
		var texts []string
		for _, d := range level {
			texts = append(texts, d.Text)
		}
		in.OrderedOrganizationPolicyInputList = append(in.OrderedOrganizationPolicyInputList, iam.OrderedOrganizationPolicyType{ServiceControlPolicyInputList: texts})
	}
	if c.Request.ResourceAccount != "" {
		in.ResourceOwner = &c.Request.ResourceAccount
	}
	for name, value := range c.Request.Context {
		switch value := value.(type) {
		case string:
			in.ContextEntries = append(in.ContextEntries, entry(name, "string", value))
		case []string:
			in.ContextEntries = append(in.ContextEntries, entry(name, "stringList", value...))
		}
	}
	return in
}
