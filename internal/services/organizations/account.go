package organizations

import (
	"context"
	"iter"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

func accountMethods() methods {
	return methods{
		"CreateAccount":   services.Write(createAccount),
		"DescribeAccount": services.Read(describeAccount),
		"ListAccounts":    services.Read(listAccounts),
	}
}

// createAccount makes a member account. AWS does it in the background and answers
// IN_PROGRESS first; here it is done when the call returns, and its status says so
// at once. IamUserAccessToBilling has no meaning without bills.
func createAccount(_ context.Context, _ *api.Call, tx *directory.Tx, in *organizations.CreateAccountInput) (*organizations.CreateAccountOutput, error) {
	if _, err := tx.ManagedOrganization(); err != nil {
		return nil, err
	}
	tags := authz.OrganizationTags(in.Tags)
	if err := checkTags(tags); err != nil {
		return nil, err
	}
	c, err := tx.CreateAccount(directory.NewAccount{Name: *in.AccountName, Email: *in.Email, RoleName: or(in.RoleName, ""), Tags: tags})
	if err != nil {
		return nil, err
	}
	status := creation(c)
	return &organizations.CreateAccountOutput{CreateAccountStatus: &status}, nil
}

// describeAccount tells of one of the organization's accounts.
func describeAccount(_ context.Context, _ *api.Call, v *directory.View, in *organizations.DescribeAccountInput) (*organizations.DescribeAccountOutput, error) {
	o, v, err := managed(v)
	if err != nil {
		return nil, err
	}
	a, err := v.OrganizationAccount(*in.AccountId)
	if err != nil {
		return nil, err
	}
	shape := account(v, o, a)
	return &organizations.DescribeAccountOutput{Account: &shape}, nil
}

// listAccounts pages through the accounts of the organization.
func listAccounts(_ context.Context, _ *api.Call, v *directory.View, in *organizations.ListAccountsInput) (*organizations.ListAccountsOutput, error) {
	o, v, err := managed(v)
	if err != nil {
		return nil, err
	}
	accounts, next, err := page(in.NextToken, in.MaxResults, func(after string) iter.Seq[*directory.Account] {
		return v.OrganizationAccounts(after)
	}, func(a *directory.Account) (string, organizations.Account) { return a.ID, account(v, o, a) })
	if err != nil {
		return nil, err
	}
	return &organizations.ListAccountsOutput{Accounts: accounts, NextToken: next}, nil
}

// account is the shape of an account of the organization that v's account manages.
func account(v *directory.View, o *directory.Organization, a *directory.Account) organizations.Account {
	arn, active := o.AccountARN(v.Account(), a.ID), "ACTIVE"
	return organizations.Account{
		Id: &a.ID, Arn: &arn, Email: &a.Email, Name: &a.Name, Status: &active, State: &active,
		JoinedMethod: &a.JoinedMethod, JoinedTimestamp: &a.Joined,
		Paths: []string{o.ID + "/" + o.Root + "/" + a.ID + "/"},
	}
}
