package authz

import (
	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
)

// Organizations are the rows of the Organizations API. That some operations are
// the management account's alone is no matter of permissions: their methods say so.
func Organizations() Table {
	return Table{
		"CreateAccount":               On(createAccount),
		"CreateOrganization":          onAll,
		"DescribeAccount":             On(describeAccount),
		"DescribeCreateAccountStatus": onAll,
		"DescribeOrganization":        onAll,
		"ListAccounts":                onAll,
		"ListCreateAccountStatus":     onAll,
		"ListRoots":                   onAll,
	}
}

// onAll is the Row of an operation whose action has no resource type.
func onAll(q *Question, _ any) error {
	q.On("*")
	return nil
}

// createAccount: tags need organizations:TagResource besides [API_CreateAccount].
func createAccount(q *Question, in *organizations.CreateAccountInput) error {
	tags := OrganizationTags(in.Tags)
	q.On("*").RequestTags(tags)
	if len(tags) > 0 {
		q.Ask("TagResource", "*").RequestTags(tags)
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
	ask := q.On(o.AccountARN(manager, *in.AccountId))
	if a, err := q.View.Of(manager).OrganizationAccount(*in.AccountId); err == nil {
		ask.ResourceTags(a.Tags)
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
