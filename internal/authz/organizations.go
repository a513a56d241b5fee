package authz

import (
	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
)

// Organizations are the rows of the Organizations API. An organization and all in it
// are its management account's: for a member's caller every operation but two is a
// decision across accounts (E-13), in which the organization's resource policy allows
// what it delegates [orgs_delegate_policies].
func Organizations() Table {
	return Table{
		"CreateAccount":               On(createAccount),
		"CreateOrganization":          onAll, // it makes one of the caller's own
		"DeleteResourcePolicy":        onOrganization,
		"DescribeAccount":             On(describeAccount),
		"DescribeCreateAccountStatus": onDelegated,
		"DescribeOrganization":        onAll, // any account of it may [API_DescribeOrganization]
		"DescribeResourcePolicy":      onDelegated,
		"ListAccounts":                onDelegated,
		"ListCreateAccountStatus":     onDelegated,
		"ListRoots":                   onDelegated,
		"PutResourcePolicy":           On(putResourcePolicy),
	}
}

// onAll is the Row of an operation whose action has no resource type.
func onAll(q *Question, _ any) error {
	q.On("*")
	return nil
}

// onOrganization is onAll for what the management account alone can do: nothing
// allows it to members.
func onOrganization(q *Question, _ any) error {
	q.On("*").ofOrganization(q)
	return nil
}

// onDelegated is onAll for what the resource policy can delegate.
func onDelegated(q *Question, _ any) error {
	q.On("*").delegated(q)
	return nil
}

// ofOrganization says whose the organization is that the caller's account is in; of
// an account that is in none the ask stays the own, and the method says so.
func (a *Ask) ofOrganization(q *Question) *Ask {
	a.Account = q.View.Manager()
	return a
}

// delegated is ofOrganization with the policy by which it delegates to members. The
// management account needs none, and cannot bar itself by it (choice).
func (a *Ask) delegated(q *Question) *Ask {
	o, err := q.View.Organization()
	if manager := q.View.Manager(); err == nil && manager != q.Call.Account {
		a.ResourcePolicy = q.View.Of(manager).CompiledResourcePolicy(o)
	}
	return a.ofOrganization(q)
}

// createAccount: tags need organizations:TagResource besides [API_CreateAccount].
func createAccount(q *Question, in *organizations.CreateAccountInput) error {
	tags := OrganizationTags(in.Tags)
	q.On("*").RequestTags(tags).ofOrganization(q)
	if len(tags) > 0 {
		q.Ask("TagResource", "*").RequestTags(tags).ofOrganization(q)
	}
	return nil
}

// describeAccount: the resource is the account as the organization names it.
func describeAccount(q *Question, in *organizations.DescribeAccountInput) error {
	o, err := q.View.Organization()
	if err != nil { // the method says so to who may ask
		q.On("*")
		return nil
	}
	manager := q.View.Manager()
	ask := q.On(o.AccountARN(manager, *in.AccountId)).delegated(q)
	if a, err := q.View.Of(manager).OrganizationAccount(*in.AccountId); err == nil {
		ask.awsTags(a.Tags)
	}
	return nil
}

// putResourcePolicy: the resource is the policy that is there, else any that could
// be. Members are not told whether one is (D-09). Tags need organizations:TagResource
// besides (choice: as for an account).
func putResourcePolicy(q *Question, in *organizations.PutResourcePolicyInput) error {
	arn, own := "*", []api.Tag(nil)
	if o, err := q.View.Organization(); err == nil {
		manager := q.View.Manager()
		arn = o.ResourcePolicyARN(manager, "*")
		if p := q.View.Of(manager).ResourcePolicyRecord(); p != nil && manager == q.Call.Account {
			arn, own = o.ResourcePolicyARN(manager, p.ID), p.Tags
		}
	}
	tags := OrganizationTags(in.Tags)
	q.On(arn).RequestTags(tags).awsTags(own).ofOrganization(q)
	if len(tags) > 0 {
		q.Ask("TagResource", arn).RequestTags(tags).awsTags(own).ofOrganization(q)
	}
	return nil
}

// OrganizationTags are the tags that a call passes.
func OrganizationTags(in []organizations.Tag) []api.Tag {
	tags := make([]api.Tag, 0, len(in))
	for _, t := range in {
		tags = append(tags, api.Tag{Key: *t.Key, Value: *t.Value})
	}
	return tags
}
