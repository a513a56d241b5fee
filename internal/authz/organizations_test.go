package authz_test

import (
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// E-13: what is an organization's is its management account's, and the delegation
// policy comes with what it can delegate to a member [orgs_delegate_policies].
func TestOrganizationsRowsOfMembers(t *testing.T) {
	d := house(t)
	var member, organization, policyARN string
	err := d.Update(t.Context(), account, func(tx *directory.Tx) error {
		o, err := tx.CreateOrganization(directory.AllFeatures)
		if err != nil {
			return err
		}
		c, err := tx.CreateAccount(directory.NewAccount{Name: "m", Email: "m@example.com", Tags: []api.Tag{{Key: "tier", Value: "gold"}}})
		if err != nil {
			return err
		}
		p, err := tx.SetResourcePolicy(o, `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"organizations:List*","Resource":"*"}]}`,
			[]api.Tag{{Key: "team", Value: "red"}})
		if err != nil {
			return err
		}
		member, organization, policyARN = c.AccountID, o.ID, o.ResourcePolicyARN(account, p.ID)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	everyone := "*"
	for _, c := range []struct {
		operation       string
		in              any
		resource, owner string
		delegated       bool
	}{
		{operation: "CreateAccount", in: &organizations.CreateAccountInput{}, resource: everyone, owner: account},
		{operation: "CreateOrganization", resource: everyone},
		{operation: "DeleteResourcePolicy", resource: everyone, owner: account},
		{operation: "DescribeAccount", in: &organizations.DescribeAccountInput{AccountId: &member},
			resource: "arn:aws:organizations::" + account + ":account/" + organization + "/" + member, owner: account, delegated: true},
		{operation: "DescribeCreateAccountStatus", resource: everyone, owner: account, delegated: true},
		{operation: "DescribeOrganization", resource: everyone},
		{operation: "DescribeResourcePolicy", resource: everyone, owner: account, delegated: true},
		{operation: "ListAccounts", resource: everyone, owner: account, delegated: true},
		{operation: "ListCreateAccountStatus", resource: everyone, owner: account, delegated: true},
		{operation: "ListRoots", resource: everyone, owner: account, delegated: true},
		{operation: "PutResourcePolicy", in: &organizations.PutResourcePolicyInput{}, resource: policyARN, owner: account},
	} {
		t.Run(c.operation, func(t *testing.T) {
			for _, from := range []string{member, account} {
				p := caller(policy.User, nil)
				p.Account = from
				call := &api.Call{Service: organizations.API, Operation: organizations.API.Operation(c.operation), Principal: p, Account: from}
				q := authz.Question{Call: call, View: d.View(from)}
				if err := authz.Organizations()[c.operation](&q, c.in); err != nil || len(q.Asks) != 1 {
					t.Fatalf("%v %+v", err, q.Asks)
				}
				ask, resource := q.Asks[0], c.resource
				if c.operation == "PutResourcePolicy" && from == member { // D-09
					resource = "arn:aws:organizations::" + account + ":resourcepolicy/" + organization + "/*"
				}
				if ask.Resource != resource || ask.Account != c.owner {
					t.Errorf("from %s it is decided on %s of %q, want %s of %q", from, ask.Resource, ask.Account, resource, c.owner)
				}
				if got, want := ask.ResourcePolicy != nil, c.delegated && from == member; got != want {
					t.Errorf("from %s there is a resource policy: %v, want %v", from, got, want)
				}
			}
		})
	}
}
