package authz

import (
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

func policyRows() Table {
	return Table{
		"CreatePolicy":            On(createPolicyRow),
		"GetPolicy":               On(func(q *Question, in *iam.GetPolicyInput) error { return q.readPolicy(*in.PolicyArn) }),
		"GetPolicyVersion":        On(func(q *Question, in *iam.GetPolicyVersionInput) error { return q.readPolicy(*in.PolicyArn) }),
		"ListPolicyVersions":      On(func(q *Question, in *iam.ListPolicyVersionsInput) error { return q.readPolicy(*in.PolicyArn) }),
		"ListPolicyTags":          On(func(q *Question, in *iam.ListPolicyTagsInput) error { return q.readPolicy(*in.PolicyArn) }),
		"ListEntitiesForPolicy":   On(func(q *Question, in *iam.ListEntitiesForPolicyInput) error { return q.readPolicy(*in.PolicyArn) }),
		"DeletePolicy":            On(func(q *Question, in *iam.DeletePolicyInput) error { return q.changePolicy(*in.PolicyArn) }),
		"CreatePolicyVersion":     On(func(q *Question, in *iam.CreatePolicyVersionInput) error { return q.changePolicy(*in.PolicyArn) }),
		"DeletePolicyVersion":     On(func(q *Question, in *iam.DeletePolicyVersionInput) error { return q.changePolicy(*in.PolicyArn) }),
		"SetDefaultPolicyVersion": On(func(q *Question, in *iam.SetDefaultPolicyVersionInput) error { return q.changePolicy(*in.PolicyArn) }),
		"TagPolicy": On(func(q *Question, in *iam.TagPolicyInput) error {
			ask, err := q.onPolicy(*in.PolicyArn)
			if err == nil {
				ask.RequestTags(iamTags(in.Tags))
			}
			return err
		}),
		"UntagPolicy": On(func(q *Question, in *iam.UntagPolicyInput) error {
			ask, err := q.onPolicy(*in.PolicyArn)
			if err == nil {
				ask.KeyList("aws:TagKeys", in.TagKeys)
			}
			return err
		}),
		"ListPolicies": On(listPoliciesRow),
	}
}

// createPolicyRow prints the name alone, as AWS does for a policy that is not there
// yet. Tags at creation need the permission to tag as well [id_tags_policies].
func createPolicyRow(q *Question, in *iam.CreatePolicyInput) error {
	arn := iamARN(q.Call.Account, "policy", pathOr(in.Path, "/"), *in.PolicyName)
	tags := iamTags(in.Tags)
	q.On(arn).Print("policy " + *in.PolicyName).RequestTags(tags).awsTags(tags)
	if len(tags) > 0 {
		q.Ask("TagPolicy", arn).Print("policy " + *in.PolicyName).RequestTags(tags).awsTags(tags)
	}
	return nil
}

// listPoliciesRow prints no ARN (aws-errors 4.1).
func listPoliciesRow(q *Question, in *iam.ListPoliciesInput) error {
	q.onList("policy", in.PathPrefix).Print("policy path " + pathOr(in.PathPrefix, "/"))
	return nil
}

// readPolicy asks to read a policy. Those of AWS are in every account.
func (q *Question) readPolicy(arn string) error {
	ask, err := q.onPolicy(arn)
	if err == nil && ask.Account == awsAccount {
		ask.Account = q.Call.Account
	}
	return err
}

func (q *Question) changePolicy(arn string) error {
	_, err := q.onPolicy(arn)
	return err
}

// awsAccount owns the policies that AWS manages.
const awsAccount = "aws"

// onPolicy asks to change a policy. Those of AWS are another account's, which
// allows it to nobody (E-23).
func (q *Question) onPolicy(arn string) (*Ask, error) {
	if err := directory.CheckPolicyARN(arn); err != nil {
		return nil, err
	}
	ask := q.On(arn).Print("policy " + arn)
	if strings.HasPrefix(arn, "arn:aws:iam::aws:") {
		ask.Account = awsAccount
	}
	if m, ok := q.View.ManagedPolicy(arn); ok && m.Customer != nil {
		ask.awsTags(m.Customer.Tags)
	}
	return ask, nil
}

// awsTags adds aws:ResourceTag/… of what has no iam:ResourceTag/… (Service
// Authorization Reference, list_identityandaccessmanagement: only users and roles
// have both).
func (a *Ask) awsTags(tags []api.Tag) *Ask {
	for _, t := range tags {
		a.Key("aws:ResourceTag/"+t.Key, &t.Value)
	}
	return a
}
