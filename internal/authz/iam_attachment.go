package authz

import (
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// Which policy is attached is a condition key of attaching it, not its resource.
func attachmentRows() Table {
	return Table{
		"AttachUserPolicy": On(func(q *Question, in *iam.AttachUserPolicyInput) error {
			return q.withPolicy(*in.PolicyArn, func() *Ask { return q.onBoundedUser(*in.UserName) })
		}),
		"DetachUserPolicy": On(func(q *Question, in *iam.DetachUserPolicyInput) error {
			return q.withPolicy(*in.PolicyArn, func() *Ask { return q.onBoundedUser(*in.UserName) })
		}),
		"AttachGroupPolicy": On(func(q *Question, in *iam.AttachGroupPolicyInput) error {
			return q.withPolicy(*in.PolicyArn, func() *Ask { return q.onGroup(*in.GroupName) })
		}),
		"DetachGroupPolicy": On(func(q *Question, in *iam.DetachGroupPolicyInput) error {
			return q.withPolicy(*in.PolicyArn, func() *Ask { return q.onGroup(*in.GroupName) })
		}),
		"AttachRolePolicy": On(func(q *Question, in *iam.AttachRolePolicyInput) error {
			return q.withPolicy(*in.PolicyArn, func() *Ask { return q.onBoundedRole(*in.RoleName) })
		}),
		"DetachRolePolicy": On(func(q *Question, in *iam.DetachRolePolicyInput) error {
			return q.withPolicy(*in.PolicyArn, func() *Ask { return q.onBoundedRole(*in.RoleName) })
		}),
		"ListAttachedUserPolicies":  On(func(q *Question, in *iam.ListAttachedUserPoliciesInput) error { q.onUser(*in.UserName); return nil }),
		"ListAttachedGroupPolicies": On(func(q *Question, in *iam.ListAttachedGroupPoliciesInput) error { q.onGroup(*in.GroupName); return nil }),
		"ListAttachedRolePolicies":  On(func(q *Question, in *iam.ListAttachedRolePoliciesInput) error { q.onRole(*in.RoleName); return nil }),
	}
}

// withPolicy adds the policy's ARN to an ask. What is no ARN is refused before.
func (q *Question) withPolicy(arn string, ask func() *Ask) error {
	if err := directory.CheckPolicyARN(arn); err != nil {
		return err
	}
	ask().Key("iam:PolicyARN", &arn)
	return nil
}
