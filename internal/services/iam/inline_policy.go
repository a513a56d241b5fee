package iam

import (
	"context"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

func (s *Service) inlinePolicyMethods() methods {
	return methods{
		"PutUserPolicy":     services.Write(putUserPolicy),
		"PutGroupPolicy":    services.Write(putGroupPolicy),
		"PutRolePolicy":     services.Write(putRolePolicy),
		"GetUserPolicy":     services.Read(getUserPolicy),
		"GetGroupPolicy":    services.Read(getGroupPolicy),
		"GetRolePolicy":     services.Read(getRolePolicy),
		"DeleteUserPolicy":  services.Write(deleteUserPolicy),
		"DeleteGroupPolicy": services.Write(deleteGroupPolicy),
		"DeleteRolePolicy":  services.Write(deleteRolePolicy),
		"ListUserPolicies":  services.Read(listUserPolicies),
		"ListGroupPolicies": services.Read(listGroupPolicies),
		"ListRolePolicies":  services.Read(listRolePolicies),
	}
}

func putUserPolicy(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.PutUserPolicyInput) (*iam.PutUserPolicyOutput, error) {
	u, err := tx.User(*in.UserName)
	if err != nil {
		return nil, err
	}
	return &iam.PutUserPolicyOutput{}, tx.PutUserPolicy(u, *in.PolicyName, *in.PolicyDocument)
}

func putGroupPolicy(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.PutGroupPolicyInput) (*iam.PutGroupPolicyOutput, error) {
	g, err := tx.Group(*in.GroupName)
	if err != nil {
		return nil, err
	}
	return &iam.PutGroupPolicyOutput{}, tx.PutGroupPolicy(g, *in.PolicyName, *in.PolicyDocument)
}

func putRolePolicy(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.PutRolePolicyInput) (*iam.PutRolePolicyOutput, error) {
	r, err := tx.Role(*in.RoleName)
	if err != nil {
		return nil, err
	}
	return &iam.PutRolePolicyOutput{}, tx.PutRolePolicy(r, *in.PolicyName, *in.PolicyDocument)
}

func getUserPolicy(_ context.Context, _ *api.Call, v *directory.View, in *iam.GetUserPolicyInput) (*iam.GetUserPolicyOutput, error) {
	u, err := v.User(*in.UserName)
	if err != nil {
		return nil, err
	}
	d, err := u.InlinePolicy(*in.PolicyName, "user")
	if err != nil {
		return nil, err
	}
	return &iam.GetUserPolicyOutput{UserName: &u.Name, PolicyName: in.PolicyName, PolicyDocument: encodeDocument(d.Text)}, nil
}

func getGroupPolicy(_ context.Context, _ *api.Call, v *directory.View, in *iam.GetGroupPolicyInput) (*iam.GetGroupPolicyOutput, error) {
	g, err := v.Group(*in.GroupName)
	if err != nil {
		return nil, err
	}
	d, err := g.InlinePolicy(*in.PolicyName, "group")
	if err != nil {
		return nil, err
	}
	return &iam.GetGroupPolicyOutput{GroupName: &g.Name, PolicyName: in.PolicyName, PolicyDocument: encodeDocument(d.Text)}, nil
}

func getRolePolicy(_ context.Context, _ *api.Call, v *directory.View, in *iam.GetRolePolicyInput) (*iam.GetRolePolicyOutput, error) {
	r, err := v.Role(*in.RoleName)
	if err != nil {
		return nil, err
	}
	d, err := r.InlinePolicy(*in.PolicyName, "role")
	if err != nil {
		return nil, err
	}
	return &iam.GetRolePolicyOutput{RoleName: &r.Name, PolicyName: in.PolicyName, PolicyDocument: encodeDocument(d.Text)}, nil
}

func deleteUserPolicy(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.DeleteUserPolicyInput) (*iam.DeleteUserPolicyOutput, error) {
	u, err := tx.User(*in.UserName)
	if err != nil {
		return nil, err
	}
	return &iam.DeleteUserPolicyOutput{}, tx.DeleteUserPolicy(u, *in.PolicyName)
}

func deleteGroupPolicy(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.DeleteGroupPolicyInput) (*iam.DeleteGroupPolicyOutput, error) {
	g, err := tx.Group(*in.GroupName)
	if err != nil {
		return nil, err
	}
	return &iam.DeleteGroupPolicyOutput{}, tx.DeleteGroupPolicy(g, *in.PolicyName)
}

func deleteRolePolicy(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.DeleteRolePolicyInput) (*iam.DeleteRolePolicyOutput, error) {
	r, err := tx.Role(*in.RoleName)
	if err != nil {
		return nil, err
	}
	return &iam.DeleteRolePolicyOutput{}, tx.DeleteRolePolicy(r, *in.PolicyName)
}

func listUserPolicies(_ context.Context, call *api.Call, v *directory.View, in *iam.ListUserPoliciesInput) (*iam.ListUserPoliciesOutput, error) {
	u, err := v.User(*in.UserName)
	if err != nil {
		return nil, err
	}
	l, err := listInline(call, u.Name, &u.Grants, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &iam.ListUserPoliciesOutput{PolicyNames: l.items, IsTruncated: l.truncated, Marker: l.marker}, nil
}

func listGroupPolicies(_ context.Context, call *api.Call, v *directory.View, in *iam.ListGroupPoliciesInput) (*iam.ListGroupPoliciesOutput, error) {
	g, err := v.Group(*in.GroupName)
	if err != nil {
		return nil, err
	}
	l, err := listInline(call, g.Name, &g.Grants, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &iam.ListGroupPoliciesOutput{PolicyNames: l.items, IsTruncated: l.truncated, Marker: l.marker}, nil
}

func listRolePolicies(_ context.Context, call *api.Call, v *directory.View, in *iam.ListRolePoliciesInput) (*iam.ListRolePoliciesOutput, error) {
	r, err := v.Role(*in.RoleName)
	if err != nil {
		return nil, err
	}
	l, err := listInline(call, r.Name, &r.Grants, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &iam.ListRolePoliciesOutput{PolicyNames: l.items, IsTruncated: l.truncated, Marker: l.marker}, nil
}

// listInline makes a page of the names of an entity's inline policies.
func listInline(call *api.Call, owner string, g *directory.Grants, marker *string, maxItems *int32) (listed[string], error) {
	p, err := pageOf(call, owner, marker, maxItems)
	if err != nil {
		return listed[string]{}, err
	}
	return collectSlice(p, g.Inline, func(in directory.Inline) string { return in.Name })
}

// inlinePolicies are all inline policies of an entity, with their documents.
func inlinePolicies(g *directory.Grants) []iam.PolicyDetail {
	out := make([]iam.PolicyDetail, len(g.Inline))
	for i := range g.Inline {
		out[i] = iam.PolicyDetail{PolicyName: &g.Inline[i].Name, PolicyDocument: encodeDocument(g.Inline[i].Document.Text)}
	}
	return out
}
