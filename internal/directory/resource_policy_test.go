package directory_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// delegation is a resource policy of one statement.
func delegation(principal, action, more string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + principal + `,"Action":` + action + more + `}]}`
}

const anywhere = `,"Resource":"*"`

func setPolicy(t *testing.T, d *directory.Directory, text string, tags ...api.Tag) (p *directory.ResourcePolicy, err error) {
	t.Helper()
	err = d.Update(t.Context(), firstAccount, func(tx *directory.Tx) error {
		o, err := tx.ManagedOrganization()
		if err != nil {
			return err
		}
		p, err = tx.SetResourcePolicy(o, text, tags)
		return err
	})
	return p, err
}

// API_PutResourcePolicy: one policy an organization, which keeps its id; tags for a
// new one only.
func TestResourcePolicy(t *testing.T) {
	d := managed(t)
	v := d.View(firstAccount)
	o, err := v.Organization()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.ResourcePolicy(); code(err) != "ResourcePolicyNotFoundException" || v.CompiledResourcePolicy(o) != nil {
		t.Errorf("%v", err)
	}
	text := delegation(`"*"`, `"organizations:ListAccounts"`, anywhere)
	made, err := setPolicy(t, d, text, api.Tag{Key: "k", Value: "v"})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(made.ID, "rp-") || made.Content.Text != text || len(made.Tags) != 1 {
		t.Errorf("%+v", made)
	}
	other := strings.Replace(text, "ListAccounts", "ListRoots", 1)
	changed, err := setPolicy(t, d, other)
	if err != nil || changed.ID != made.ID || changed.Content.Text != other || len(changed.Tags) != 1 || !changed.Created.Equal(made.Created) {
		t.Errorf("%+v %v", changed, err)
	}
	if _, err := setPolicy(t, d, text, api.Tag{Key: "k", Value: "w"}); code(err) != "InvalidInputException" {
		t.Errorf("tags for a policy that is there: %v", err)
	}
	arn := "arn:aws:organizations::" + firstAccount + ":resourcepolicy/" + o.ID + "/" + made.ID
	if p := d.View(firstAccount).CompiledResourcePolicy(o); p.Name() != arn || p.Type() != policy.Resource || p.Text() != other {
		t.Errorf("%s %v %s", p.Name(), p.Type(), p.Text())
	}
	for range 2 {
		err = d.Update(t.Context(), firstAccount, func(tx *directory.Tx) error { return tx.DeleteResourcePolicy() })
	}
	if code(err) != "ResourcePolicyNotFoundException" || d.View(firstAccount).ResourcePolicyRecord() != nil {
		t.Errorf("%v", err)
	}
}

// E-25: a policy that cannot be read denies.
func TestUnreadableResourcePolicy(t *testing.T) {
	d := managed(t)
	inAccount(t, d, firstAccount, func(tx *directory.Tx) error {
		tx.ResourcePolicyRecord()
		tx.PutResourcePolicy(&directory.ResourcePolicy{ID: "rp-1", Content: directory.NewDocument("{")})
		return nil
	})
	v := d.View(firstAccount)
	o, err := v.Organization()
	if err != nil {
		t.Fatal(err)
	}
	r := &policy.Request{Principal: &policy.Principal{Kind: policy.Root, Account: "444455556666"}, Action: "organizations:ListRoots", Resource: "*", ResourceAccount: firstAccount}
	if got := policy.Decide(r, &policy.Set{Resource: v.CompiledResourcePolicy(o)}); got.Outcome != policy.ExplicitDeny || got.By != policy.Resource {
		t.Errorf("%+v", got)
	}
	if p, _ := v.ResourcePolicy(); v.ResourcePolicyText(p) != "{" {
		t.Error("it is not shown as it is")
	}
}

// orgs_delegate_policies: what a delegation policy may hold.
func TestDelegationPolicies(t *testing.T) {
	d := managed(t)
	created := member(t, d, directory.NewAccount{Name: "m", Email: "m@example.com"})
	user := "arn:aws:iam::" + created.AccountID + ":user/ana"
	inAccount(t, d, created.AccountID, func(tx *directory.Tx) error {
		_, err := tx.CreateUser(directory.NewUser{Name: "ana", Path: "/"})
		return err
	})
	everyone := `{"AWS":"arn:aws:iam::` + created.AccountID + `:root"}`
	for _, c := range []struct{ name, text, reason string }{
		{"an account", delegation(everyone, `"organizations:ListAccounts"`, anywhere), ""},
		{"an account's id", delegation(`{"AWS":"`+created.AccountID+`"}`, `"organizations:DescribeAccount"`, anywhere), ""},
		{"a user", delegation(`{"AWS":"`+user+`"}`, `"organizations:ListRoots"`, anywhere), ""},
		{"all that read", delegation(everyone, `["organizations:Describe*","organizations:List*"]`, anywhere), ""},
		{"management of policies", delegation(everyone, `["organizations:CreatePolicy","organizations:AttachPolicy","Organizations:TagResource"]`,
			`,"Resource":"arn:aws:organizations::`+firstAccount+`:policy/*/service_control_policy/*","Condition":{"StringEquals":{"organizations:PolicyType":"SERVICE_CONTROL_POLICY"}}`), ""},
		{"one that denies", strings.Replace(delegation(everyone, `"organizations:ListAccounts"`, anywhere), "Allow", "Deny", 1), ""},
		{"no JSON", "{", "INVALID_RESOURCE_POLICY_JSON"},
		{"no principal", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"organizations:ListAccounts","Resource":"*"}]}`, "INVALID_RESOURCE_POLICY_JSON"},
		{"NotAction", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","NotAction":"organizations:ListAccounts","Resource":"*"}]}`, "INVALID_RESOURCE_POLICY_JSON"},
		{"NotResource", delegation(everyone, `"organizations:ListAccounts"`, `,"NotResource":"*"`), "INVALID_RESOURCE_POLICY_JSON"},
		{"NotPrincipal", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","NotPrincipal":{"AWS":"` + created.AccountID + `"},"Action":"organizations:ListAccounts","Resource":"*"}]}`, "INVALID_RESOURCE_POLICY_JSON"},
		{"everything", delegation(everyone, `"organizations:*"`, anywhere), "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY"},
		{"a star", delegation(everyone, `"*"`, anywhere), "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY"},
		{"what is the management account's", delegation(everyone, `["organizations:ListAccounts","organizations:CreateAccount"]`, anywhere), "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY"},
		{"no such action", delegation(everyone, `"organizations:ListNothing"`, anywhere), "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY"},
		{"no pattern", delegation(everyone, `"organizations:List[A"`, anywhere), "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY"},
		{"another service's", delegation(everyone, `"iam:ListAccounts"`, anywhere), "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY"},
		{"another service's resource", delegation(everyone, `"organizations:ListAccounts"`, `,"Resource":"arn:aws:iam::`+firstAccount+`:user/x"`), "UNSUPPORTED_RESOURCE_IN_RESOURCE_POLICY"},
		{"a user who is not there", delegation(`{"AWS":"`+user+`2"}`, `"organizations:ListAccounts"`, anywhere), "INVALID_PRINCIPAL"},
		{"a service", delegation(`{"Service":"ec2.amazonaws.com"}`, `"organizations:ListAccounts"`, anywhere), "INVALID_PRINCIPAL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := setPolicy(t, d, c.text)
			var e *api.Error
			switch {
			case c.reason == "" && err != nil:
				t.Error(err)
			case c.reason == "":
				if got := d.View(firstAccount).ResourcePolicyText(p); got != c.text {
					t.Errorf("it is shown as %s", got)
				}
			case !errors.As(err, &e) || e.Code != "InvalidInputException" || e.Members[0].Value != c.reason:
				t.Errorf("%v", err)
			}
		})
	}
	t.Run("P-04: a user is named by its id, which outlives its name", func(t *testing.T) {
		p, err := setPolicy(t, d, delegation(`{"AWS":"`+user+`"}`, `"organizations:ListRoots"`, anywhere))
		if err != nil || !strings.Contains(p.Content.Text, `"AIDA`) {
			t.Fatalf("%+v %v", p, err)
		}
		inAccount(t, d, created.AccountID, func(tx *directory.Tx) error {
			u, err := tx.User("ana")
			if err != nil {
				return err
			}
			return tx.DeleteUser(u)
		})
		if got := d.View(firstAccount).ResourcePolicyText(p); got != p.Content.Text {
			t.Errorf("it is shown as %s", got)
		}
	})
}

// ORGANIZATION_NOT_IN_ALL_FEATURES_MODE of API_ConstraintViolationException.
func TestResourcePolicyNeedsAllFeatures(t *testing.T) {
	d, _ := bootstrapped(t, directory.BootstrapOptions{AccountID: firstAccount, RootEmail: "root@example.com"})
	inAccount(t, d, firstAccount, func(tx *directory.Tx) error {
		_, err := tx.CreateOrganization("CONSOLIDATED_BILLING")
		return err
	})
	if _, err := setPolicy(t, d, delegation(`"*"`, `"organizations:ListAccounts"`, anywhere)); code(err) != "ConstraintViolationException" {
		t.Error(err)
	}
}
