package authz

import "github.com/gatehouse-iam/gatehouse/internal/api/iam"

func inlinePolicyRows() Table {
	return Table{
		"PutUserPolicy":     On(func(q *Question, in *iam.PutUserPolicyInput) error { q.onBoundedUser(*in.UserName); return nil }),
		"DeleteUserPolicy":  On(func(q *Question, in *iam.DeleteUserPolicyInput) error { q.onBoundedUser(*in.UserName); return nil }),
		"GetUserPolicy":     On(func(q *Question, in *iam.GetUserPolicyInput) error { q.onUser(*in.UserName); return nil }),
		"ListUserPolicies":  On(func(q *Question, in *iam.ListUserPoliciesInput) error { q.onUser(*in.UserName); return nil }),
		"PutGroupPolicy":    On(func(q *Question, in *iam.PutGroupPolicyInput) error { q.onGroup(*in.GroupName); return nil }),
		"DeleteGroupPolicy": On(func(q *Question, in *iam.DeleteGroupPolicyInput) error { q.onGroup(*in.GroupName); return nil }),
		"GetGroupPolicy":    On(func(q *Question, in *iam.GetGroupPolicyInput) error { q.onGroup(*in.GroupName); return nil }),
		"ListGroupPolicies": On(func(q *Question, in *iam.ListGroupPoliciesInput) error { q.onGroup(*in.GroupName); return nil }),
		"PutRolePolicy":     On(func(q *Question, in *iam.PutRolePolicyInput) error { q.onBoundedRole(*in.RoleName); return nil }),
		"DeleteRolePolicy":  On(func(q *Question, in *iam.DeleteRolePolicyInput) error { q.onBoundedRole(*in.RoleName); return nil }),
		"GetRolePolicy":     On(func(q *Question, in *iam.GetRolePolicyInput) error { q.onRole(*in.RoleName); return nil }),
		"ListRolePolicies":  On(func(q *Question, in *iam.ListRolePoliciesInput) error { q.onRole(*in.RoleName); return nil }),
	}
}
