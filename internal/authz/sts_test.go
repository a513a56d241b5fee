package authz_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/accessanalyzer"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/x/services"
)

const account = "111122223333"

// house is a real directory with one account and the role reader.
func house(t *testing.T) *directory.Directory {
	t.Helper()
	s, err := embedded.Open(filepath.Join(t.TempDir(), "db"), embedded.Options{Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	ring, err := seal.OpenKeyring(t.Context(), s, seal.Master{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := directory.Open(t.Context(), s, directory.Options{Sealer: ring.For("secret-access-key")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(d.Close(context.Background()), s.Close()); err != nil {
			t.Error(err)
		}
	})
	if _, _, err := d.Bootstrap(t.Context(), directory.BootstrapOptions{AccountID: account, RootEmail: "root@example.com"}); err != nil {
		t.Fatal(err)
	}
	err = d.Update(t.Context(), account, func(tx *directory.Tx) error {
		_, err := tx.CreateRole(directory.NewRole{
			Name: "reader", Path: "/team/", Tags: []api.Tag{{Key: "tier", Value: "gold"}},
			Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`,
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// asks are what a row asks.
func asks(t *testing.T, v *directory.View, svc *api.Service, table authz.Table, p *api.Principal, operation string, in any) ([]authz.Ask, error) {
	t.Helper()
	q := authz.Question{
		View: v,
		Call: &api.Call{Service: svc, Operation: svc.Operation(operation), Principal: p, Account: p.Account},
	}
	err := table[operation](&q, in)
	return q.Asks, err
}

func ptr[T any](v T) *T { return &v }

const readerARN = "arn:aws:iam::111122223333:role/team/reader"

func fullAssumeRole() *sts.AssumeRoleInput {
	return &sts.AssumeRoleInput{
		RoleArn: ptr(readerARN), RoleSessionName: ptr("sess"), ExternalId: ptr("x1"), SourceIdentity: ptr("ana"),
		DurationSeconds: ptr(int32(900)), Tags: []sts.Tag{{Key: ptr("team"), Value: ptr("blue")}}, TransitiveTagKeys: []string{"team"},
	}
}

func names(all []authz.Ask) (actions []string) {
	for _, a := range all {
		actions = append(actions, a.Action)
	}
	return actions
}

// T-04: what is asked follows from what the session is to carry.
func TestAssumeRoleAsks(t *testing.T) {
	v := house(t).View(account)
	plain := &sts.AssumeRoleInput{RoleArn: ptr(readerARN), RoleSessionName: ptr("sess")}
	for row, c := range map[string]struct {
		session *api.Session
		in      *sts.AssumeRoleInput
		want    []string
	}{
		"a role":                    {nil, plain, []string{"sts:AssumeRole"}},
		"tags":                      {nil, &sts.AssumeRoleInput{RoleArn: plain.RoleArn, RoleSessionName: plain.RoleSessionName, Tags: fullAssumeRole().Tags}, []string{"sts:AssumeRole", "sts:TagSession"}},
		"all":                       {nil, fullAssumeRole(), []string{"sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"}},
		"inherited transitive tags": {&api.Session{TransitiveKeys: []string{"a"}}, plain, []string{"sts:AssumeRole", "sts:TagSession"}},
		"inherited tags end here":   {&api.Session{Tags: []api.Tag{{Key: "a"}}}, plain, []string{"sts:AssumeRole"}},
		"inherited source identity": {&api.Session{SourceIdentity: "ana"}, plain, []string{"sts:AssumeRole", "sts:SetSourceIdentity"}},
	} {
		t.Run("T-04 "+row, func(t *testing.T) {
			got, err := asks(t, v, sts.API, authz.STS(), caller(policy.RoleSession, c.session), "AssumeRole", c.in)
			if err != nil || !slices.Equal(names(got), c.want) {
				t.Errorf("%v %v", names(got), err)
			}
			for _, a := range got {
				if a.Resource != readerARN || a.Account != account || a.Trust == nil || a.NoTrust {
					t.Errorf("%+v", a)
				}
			}
		})
	}
}

// T-10: a role that is not there is asked for all the same.
func TestAssumeRoleAsksForWhatIsNotThere(t *testing.T) {
	v := house(t).View(account)
	for _, arn := range []string{
		"arn:aws:iam::111122223333:role/reader", "arn:aws:iam::111122223333:role/team/Reader",
		"arn:aws:iam::999999999999:role/team/reader", "arn:aws:iam::111122223333:role/other",
	} {
		in := &sts.AssumeRoleInput{RoleArn: &arn, RoleSessionName: ptr("sess")}
		got, err := asks(t, v, sts.API, authz.STS(), caller(policy.User, nil), "AssumeRole", in)
		if err != nil || len(got) != 1 || got[0].Trust != nil || !got[0].NoTrust || got[0].Resource != arn || got[0].Account != arn[13:25] {
			t.Errorf("%s: %+v %v", arn, got, err)
		}
	}
}

// K-26, K-23, K-22, K-27: the keys, with their values.
func TestAssumeRoleKeys(t *testing.T) {
	v := house(t).View(account)
	got, err := asks(t, v, sts.API, authz.STS(), caller(policy.User, nil), "AssumeRole", fullAssumeRole())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"sts:ExternalId": "x1", "sts:RoleSessionName": "sess", "sts:SourceIdentity": "ana", "sts:DurationSeconds": "900",
		"aws:RequestTag/team": "blue", "aws:TagKeys": "[team]", "sts:TransitiveTagKeys": "[team]",
		"aws:ResourceTag/tier": "gold", "iam:ResourceTag/tier": "gold",
	}
	for _, a := range got {
		keys := map[string]string{}
		for _, k := range a.Keys {
			keys[k.Name] = k.Value.One
			if k.Value.IsMany {
				keys[k.Name] = "[" + strings.Join(k.Value.Many, " ") + "]"
			}
		}
		for name, value := range want {
			if keys[name] != value {
				t.Errorf("%s: %s is %q, want %q", a.Action, name, keys[name], value)
			}
		}
		if len(keys) != len(want) {
			t.Errorf("%s: keys %v", a.Action, keys)
		}
	}
	t.Run("K-26 absent where not sent", func(t *testing.T) {
		got, err := asks(t, v, sts.API, authz.STS(), caller(policy.User, nil), "AssumeRole", &sts.AssumeRoleInput{RoleArn: ptr(readerARN), RoleSessionName: ptr("sess")})
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range got[0].Keys {
			if strings.HasPrefix(k.Name, "sts:") && k.Name != "sts:RoleSessionName" || strings.HasPrefix(k.Name, "aws:RequestTag") {
				t.Errorf("%s is there", k.Name)
			}
		}
	})
}

// The rows are held to the Service Authorization Reference: actions that exist,
// condition keys that they have, resources of their types.
func TestRowsAgreeWithTheReference(t *testing.T) {
	d := house(t)
	err := d.Update(t.Context(), account, func(tx *directory.Tx) error {
		_, err := tx.CreateOrganization(directory.AllFeatures)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	v := d.View(account)
	tag := organizations.Tag{Key: ptr("team"), Value: ptr("blue")}
	for _, c := range []struct {
		svc   *api.Service
		table authz.Table
		in    map[string]any
	}{
		{sts.API, authz.STS(), map[string]any{
			"AssumeRole": fullAssumeRole(), "GetAccessKeyInfo": &sts.GetAccessKeyInfoInput{},
			"GetCallerIdentity": &sts.GetCallerIdentityInput{}, "GetSessionToken": &sts.GetSessionTokenInput{},
			"GetFederationToken":         &sts.GetFederationTokenInput{Name: ptr("app"), Tags: fullAssumeRole().Tags},
			"DecodeAuthorizationMessage": &sts.DecodeAuthorizationMessageInput{},
		}},
		{accessanalyzer.API, authz.AccessAnalyzer(), map[string]any{"ValidatePolicy": nil}},
		{organizations.API, authz.Organizations(), map[string]any{
			"CreateAccount": &organizations.CreateAccountInput{Tags: []organizations.Tag{tag}}, "CreateOrganization": nil,
			"DescribeAccount": &organizations.DescribeAccountInput{AccountId: ptr(account)}, "DescribeCreateAccountStatus": nil,
			"DescribeOrganization": nil, "ListAccounts": nil, "ListCreateAccountStatus": nil, "ListRoots": nil,
			"PutResourcePolicy":    &organizations.PutResourcePolicyInput{Tags: []organizations.Tag{tag}},
			"DeleteResourcePolicy": nil, "DescribeResourcePolicy": nil,
		}},
	} {
		for operation := range c.table {
			in, given := c.in[operation]
			if !given {
				t.Errorf("%s is not tested", operation)
				continue
			}
			got, err := asks(t, v, c.svc, c.table, caller(policy.User, nil), operation, in)
			if err != nil {
				t.Errorf("%s: %v", operation, err)
			}
			for _, a := range got {
				agrees(t, a)
			}
		}
	}
}

// agrees holds an ask to the tables. sts:DurationSeconds is documented on the page
// of condition keys (reference_policies_iam-condition-keys) and not in the table,
// and the keys of a role's own request are given to all three of its actions.
func agrees(t *testing.T, a authz.Ask) {
	t.Helper()
	prefix, name, _ := strings.Cut(a.Action, ":")
	service, ok := services.Service(prefix)
	if !ok {
		t.Fatalf("there is no service %s", prefix)
	}
	action, ok := service.Action(name)
	if !ok || action.Name != name {
		t.Fatalf("there is no action %s", a.Action)
	}
	allowed := []string{"sts:DurationSeconds"}
	for _, other := range []string{name, "AssumeRole"} {
		if action, ok := service.Action(other); ok {
			allowed = append(allowed, action.ConditionKeys...)
			for _, r := range action.Resources {
				if typ, ok := service.ResourceType(r.Type); ok {
					allowed = append(allowed, typ.ConditionKeys...)
				}
			}
		}
	}
	for _, k := range a.Keys {
		pattern := k.Name
		if i := strings.IndexByte(k.Name, '/'); i >= 0 {
			pattern = k.Name[:i] + "/${TagKey}"
		}
		if !slices.Contains(allowed, pattern) {
			t.Errorf("%s has no condition key %s", a.Action, k.Name)
		}
	}
	if len(action.Resources) == 0 && a.Resource != "*" {
		t.Errorf("%s has no resource types, but is asked on %s", a.Action, a.Resource)
	}
}

func TestRoleOfARN(t *testing.T) {
	for arn, want := range map[string][2]string{
		"arn:aws:iam::111122223333:role/r":           {account, "r"},
		"arn:aws:iam::111122223333:role/a/b/r":       {account, "r"},
		"arn:aws:iam::111122223333:role/":            {},
		"arn:aws:iam::111122223333:role/a/":          {},
		"arn:aws:iam::111122223333:user/u":           {},
		"arn:aws:iam:us-east-1:111122223333:role/r":  {},
		"arn:aws:iam::1111222233:role/r":             {},
		"arn:aws:iam::aws:role/r":                    {},
		"arn:aws-us-gov:iam::111122223333:role/r":    {},
		"arn:aws:sts::111122223333:assumed-role/r/s": {},
		"":  {},
		"r": {},
	} {
		id, name, ok := authz.RoleOfARN(arn)
		if !ok {
			id, name = "", ""
		}
		if ok != (want[1] != "") || id != want[0] || name != want[1] {
			t.Errorf("%q: %s %s %v", arn, id, name, ok)
		}
	}
}

// X-27, E-12: without a session policy a federated user is allowed nothing,
// whoever made it; with one, what both allow. A maker that is gone allows nothing.
func TestFederatedUserNeedsASessionPolicy(t *testing.T) {
	d := house(t)
	everything, err := policy.Compile(policy.Session, "", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	for row, c := range map[string]struct {
		maker    string
		policies []*policy.Policy
		managed  []string
		outcome  string
	}{
		"X-27 no policy":                {account, nil, nil, "session"},
		"E-12 an inline policy":         {account, []*policy.Policy{everything}, nil, "allowed"},
		"E-12 a managed policy":         {account, nil, []string{directory.AdministratorAccess}, "allowed"},
		"E-12 a managed policy is gone": {account, nil, []string{"arn:aws:iam::111122223333:policy/gone"}, "session"},
		"E-24 the maker is gone":        {"AIDAGONE", []*policy.Policy{everything}, nil, "InvalidClientTokenId"},
	} {
		t.Run(row, func(t *testing.T) {
			p := caller(policy.FederatedUser, &api.Session{Kind: "federation", PolicyRequired: true, Policies: c.policies, ManagedPolicies: c.managed})
			p.EntityID, p.ARN = c.maker, authz.FederatedUserARN(account, "app")
			call := &api.Call{Service: organizations.API, Operation: organizations.API.Operation("ListAccounts"), Principal: p, Account: account}
			err := authz.Authorize(d.View(account), call, authz.Organizations()["ListAccounts"], &organizations.ListAccountsInput{})
			got := "allowed"
			var denial *authz.Denial
			var answer *api.Error
			switch {
			case errors.As(err, &denial) && denial.Decision.By == policy.Session && denial.Decision.Outcome == policy.ImplicitDeny:
				got = "session"
			case errors.As(err, &answer):
				got = answer.Code
			}
			if got != c.outcome {
				t.Errorf("%s: %v", got, err)
			}
		})
	}
}
