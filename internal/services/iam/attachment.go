package iam

import (
	"context"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

func (s *Service) attachmentMethods() methods {
	return methods{
		"AttachUserPolicy":          services.Write(attachUserPolicy),
		"AttachGroupPolicy":         services.Write(attachGroupPolicy),
		"AttachRolePolicy":          services.Write(attachRolePolicy),
		"DetachUserPolicy":          services.Write(detachUserPolicy),
		"DetachGroupPolicy":         services.Write(detachGroupPolicy),
		"DetachRolePolicy":          services.Write(detachRolePolicy),
		"ListAttachedUserPolicies":  services.Read(listAttachedUserPolicies),
		"ListAttachedGroupPolicies": services.Read(listAttachedGroupPolicies),
		"ListAttachedRolePolicies":  services.Read(listAttachedRolePolicies),
		"ListEntitiesForPolicy":     services.Read(listEntitiesForPolicy),
	}
}

func attachUserPolicy(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.AttachUserPolicyInput) (*iam.AttachUserPolicyOutput, error) {
	u, err := tx.User(*in.UserName)
	if err != nil {
		return nil, err
	}
	return &iam.AttachUserPolicyOutput{}, tx.AttachUserPolicy(u, *in.PolicyArn)
}

func attachGroupPolicy(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.AttachGroupPolicyInput) (*iam.AttachGroupPolicyOutput, error) {
	g, err := tx.Group(*in.GroupName)
	if err != nil {
		return nil, err
	}
	return &iam.AttachGroupPolicyOutput{}, tx.AttachGroupPolicy(g, *in.PolicyArn)
}

func attachRolePolicy(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.AttachRolePolicyInput) (*iam.AttachRolePolicyOutput, error) {
	r, err := tx.Role(*in.RoleName)
	if err != nil {
		return nil, err
	}
	return &iam.AttachRolePolicyOutput{}, tx.AttachRolePolicy(r, *in.PolicyArn)
}

func detachUserPolicy(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.DetachUserPolicyInput) (*iam.DetachUserPolicyOutput, error) {
	u, err := tx.User(*in.UserName)
	if err != nil {
		return nil, err
	}
	return &iam.DetachUserPolicyOutput{}, tx.DetachUserPolicy(u, *in.PolicyArn)
}

func detachGroupPolicy(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.DetachGroupPolicyInput) (*iam.DetachGroupPolicyOutput, error) {
	g, err := tx.Group(*in.GroupName)
	if err != nil {
		return nil, err
	}
	return &iam.DetachGroupPolicyOutput{}, tx.DetachGroupPolicy(g, *in.PolicyArn)
}

func detachRolePolicy(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.DetachRolePolicyInput) (*iam.DetachRolePolicyOutput, error) {
	r, err := tx.Role(*in.RoleName)
	if err != nil {
		return nil, err
	}
	return &iam.DetachRolePolicyOutput{}, tx.DetachRolePolicy(r, *in.PolicyArn)
}

func listAttachedUserPolicies(_ context.Context, call *api.Call, v *directory.View, in *iam.ListAttachedUserPoliciesInput) (*iam.ListAttachedUserPoliciesOutput, error) {
	u, err := v.User(*in.UserName)
	if err != nil {
		return nil, err
	}
	l, err := listAttached(call, u.Name, u.Attached, in.PathPrefix, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &iam.ListAttachedUserPoliciesOutput{AttachedPolicies: l.items, IsTruncated: l.truncated, Marker: l.marker}, nil
}

func listAttachedGroupPolicies(_ context.Context, call *api.Call, v *directory.View, in *iam.ListAttachedGroupPoliciesInput) (*iam.ListAttachedGroupPoliciesOutput, error) {
	g, err := v.Group(*in.GroupName)
	if err != nil {
		return nil, err
	}
	l, err := listAttached(call, g.Name, g.Attached, in.PathPrefix, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &iam.ListAttachedGroupPoliciesOutput{AttachedPolicies: l.items, IsTruncated: l.truncated, Marker: l.marker}, nil
}

func listAttachedRolePolicies(_ context.Context, call *api.Call, v *directory.View, in *iam.ListAttachedRolePoliciesInput) (*iam.ListAttachedRolePoliciesOutput, error) {
	r, err := v.Role(*in.RoleName)
	if err != nil {
		return nil, err
	}
	l, err := listAttached(call, r.Name, r.Attached, in.PathPrefix, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &iam.ListAttachedRolePoliciesOutput{AttachedPolicies: l.items, IsTruncated: l.truncated, Marker: l.marker}, nil
}

// listAttached makes a page of the managed policies that an entity has.
func listAttached(call *api.Call, owner string, attached []string, prefix, marker *string, maxItems *int32) (listed[iam.AttachedPolicy], error) {
	p, err := pageOf(call, owner+" "+orEmpty(prefix), marker, maxItems)
	if err != nil {
		return listed[iam.AttachedPolicy]{}, err
	}
	arns := slices.Collect(underPath(slices.Values(attached), prefix, policyPath))
	return collectSlice(p, arns, attachedPolicy)
}

// attachedPolicies are all managed policies that an entity has.
func attachedPolicies(arns []string) []iam.AttachedPolicy {
	out := make([]iam.AttachedPolicy, len(arns))
	for i := range arns {
		out[i] = attachedPolicy(arns[i])
	}
	return out
}

func attachedPolicy(arn string) iam.AttachedPolicy {
	name := arn[strings.LastIndexByte(arn, '/')+1:]
	return iam.AttachedPolicy{PolicyName: &name, PolicyArn: &arn}
}

// policyPath is the path in the ARN of a managed policy.
func policyPath(arn string) string {
	_, pathAndName, _ := strings.Cut(arn, ":policy")
	return pathAndName[:strings.LastIndexByte(pathAndName, '/')+1]
}

func listEntitiesForPolicy(_ context.Context, call *api.Call, v *directory.View, in *iam.ListEntitiesForPolicyInput) (*iam.ListEntitiesForPolicyOutput, error) {
	m, err := v.Policy(*in.PolicyArn)
	if err != nil {
		return nil, err
	}
	owner := strings.Join([]string{m.ARN, orEmpty(in.EntityFilter), orEmpty(in.PathPrefix), orEmpty(in.PolicyUsageFilter)}, " ")
	p, err := pageOf(call, owner, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	users := underPath(slices.Values(entitiesOf(v, m.ARN, in)), in.PathPrefix, func(e policyUser) string { return e.path })
	l, err := collectSlice(p, slices.Collect(users), itself)
	if err != nil {
		return nil, err
	}
	out := &iam.ListEntitiesForPolicyOutput{
		PolicyGroups: []iam.PolicyGroup{}, PolicyUsers: []iam.PolicyUser{}, PolicyRoles: []iam.PolicyRole{},
		IsTruncated: l.truncated, Marker: l.marker,
	}
	for i := range l.items {
		l.items[i].addTo(out)
	}
	return out, nil
}

// policyUser is an entity that uses a policy. kind is as in EntityFilter.
type policyUser struct{ kind, id, name, path string }

func (e *policyUser) addTo(out *iam.ListEntitiesForPolicyOutput) {
	switch e.kind {
	case "Group":
		out.PolicyGroups = append(out.PolicyGroups, iam.PolicyGroup{GroupName: &e.name, GroupId: &e.id})
	case "User":
		out.PolicyUsers = append(out.PolicyUsers, iam.PolicyUser{UserName: &e.name, UserId: &e.id})
	case "Role":
		out.PolicyRoles = append(out.PolicyRoles, iam.PolicyRole{RoleName: &e.name, RoleId: &e.id})
	}
}

// entitiesOf are the entities that use a policy, in the order of their ids: groups,
// users, roles.
func entitiesOf(v *directory.View, arn string, in *iam.ListEntitiesForPolicyInput) []policyUser {
	var ids []string
	if orEmpty(in.PolicyUsageFilter) != "PermissionsBoundary" {
		ids = slices.AppendSeq(ids, v.Attached(arn))
	}
	if orEmpty(in.PolicyUsageFilter) != "PermissionsPolicy" {
		ids = slices.AppendSeq(ids, v.Bounded(arn))
	}
	slices.Sort(ids)
	var entities []policyUser
	for _, id := range slices.Compact(ids) {
		e := entityByID(v, id)
		if in.EntityFilter == nil || *in.EntityFilter == e.kind {
			entities = append(entities, e)
		}
	}
	return entities
}

func entityByID(v *directory.View, id string) policyUser {
	if g := v.GroupByID(id); g != nil {
		return policyUser{"Group", g.ID, g.Name, g.Path}
	}
	if u := v.UserByID(id); u != nil {
		return policyUser{"User", u.ID, u.Name, u.Path}
	}
	if r := v.RoleByID(id); r != nil {
		return policyUser{"Role", r.ID, r.Name, r.Path}
	}
	return policyUser{}
}
