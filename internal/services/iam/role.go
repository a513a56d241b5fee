package iam

import (
	"context"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

func (s *Service) roleMethods() methods {
	return methods{
		"CreateRole":             services.Write(createRole),
		"GetRole":                services.Read(getRole),
		"UpdateRole":             services.Write(updateRole),
		"UpdateRoleDescription":  services.Write(updateRoleDescription),
		"UpdateAssumeRolePolicy": services.Write(updateAssumeRolePolicy),
		"DeleteRole":             services.Write(deleteRole),
		"ListRoles":              services.Read(listRoles),
		"TagRole":                services.Write(tagRole),
		"UntagRole":              services.Write(untagRole),
		"ListRoleTags":           services.Read(listRoleTags),
	}
}

func createRole(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.CreateRoleInput) (*iam.CreateRoleOutput, error) {
	n := directory.NewRole{
		Name: *in.RoleName, Path: orRoot(in.Path), Description: orEmpty(in.Description),
		Trust: *in.AssumeRolePolicyDocument, Boundary: orEmpty(in.PermissionsBoundary), Tags: tagsIn(in.Tags),
	}
	if in.MaxSessionDuration != nil {
		n.MaxSessionDuration = int(*in.MaxSessionDuration)
	}
	r, err := tx.CreateRole(n)
	if err != nil {
		return nil, err
	}
	out := roleDetail(&tx.View, r)
	return &iam.CreateRoleOutput{Role: &out}, nil
}

func getRole(_ context.Context, _ *api.Call, v *directory.View, in *iam.GetRoleInput) (*iam.GetRoleOutput, error) {
	r, err := v.Role(*in.RoleName)
	if err != nil {
		return nil, err
	}
	out := roleDetail(v, r)
	out.RoleLastUsed = lastUsed(v, r)
	return &iam.GetRoleOutput{Role: &out}, nil
}

// roleOut is a role as lists show it: without tags, boundary and last use
// [API_ListRoles].
func roleOut(v *directory.View, r *directory.Role) iam.Role {
	arn := r.ARN(v.Account())
	return iam.Role{
		Path: &r.Path, RoleName: &r.Name, RoleId: &r.ID, Arn: &arn, CreateDate: &r.Created,
		AssumeRolePolicyDocument: encodeDocument(v.TrustText(r)),
		Description:              unlessEmpty(r.Description), MaxSessionDuration: pointer(int32(r.MaxSessionDuration)),
	}
}

// roleDetail is a role as the operations on one role show it.
func roleDetail(v *directory.View, r *directory.Role) iam.Role {
	out := roleOut(v, r)
	out.Tags = tagsOut(r.Tags)
	out.PermissionsBoundary = boundaryOut(r.Boundary)
	return out
}

// lastUsed is when and where a role was last used, an empty structure where it
// was not [API_RoleLastUsed].
func lastUsed(v *directory.View, r *directory.Role) *iam.RoleLastUsed {
	last, ok := v.RoleLastUsed(r)
	if !ok {
		return &iam.RoleLastUsed{}
	}
	return &iam.RoleLastUsed{LastUsedDate: &last.At, Region: unlessEmpty(last.Region)}
}

// defaultDuration is what UpdateRole sets where no maximum session duration is
// given: "If you do not specify a value for this setting, the default value of one
// hour is applied" [API_UpdateRole].
const defaultDuration = 3600

func updateRole(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.UpdateRoleInput) (*iam.UpdateRoleOutput, error) {
	r, err := tx.Role(*in.RoleName)
	if err != nil {
		return nil, err
	}
	_, err = tx.ChangeRole(r, func(r *directory.Role) {
		r.MaxSessionDuration = defaultDuration
		if in.MaxSessionDuration != nil {
			r.MaxSessionDuration = int(*in.MaxSessionDuration)
		}
		if in.Description != nil {
			r.Description = *in.Description
		}
	})
	return &iam.UpdateRoleOutput{}, err
}

func updateRoleDescription(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.UpdateRoleDescriptionInput) (*iam.UpdateRoleDescriptionOutput, error) {
	r, err := tx.Role(*in.RoleName)
	if err != nil {
		return nil, err
	}
	r, err = tx.ChangeRole(r, func(r *directory.Role) { r.Description = *in.Description })
	if err != nil {
		return nil, err
	}
	out := roleDetail(&tx.View, r)
	return &iam.UpdateRoleDescriptionOutput{Role: &out}, nil
}

func updateAssumeRolePolicy(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.UpdateAssumeRolePolicyInput) (*iam.UpdateAssumeRolePolicyOutput, error) {
	r, err := tx.Role(*in.RoleName)
	if err != nil {
		return nil, err
	}
	return &iam.UpdateAssumeRolePolicyOutput{}, tx.SetTrust(r, *in.PolicyDocument)
}

func deleteRole(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.DeleteRoleInput) (*iam.DeleteRoleOutput, error) {
	r, err := tx.Role(*in.RoleName)
	if err != nil {
		return nil, err
	}
	return &iam.DeleteRoleOutput{}, tx.DeleteRole(r)
}

func listRoles(_ context.Context, call *api.Call, v *directory.View, in *iam.ListRolesInput) (*iam.ListRolesOutput, error) {
	p, err := pageOf(call, orEmpty(in.PathPrefix), in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	roles := underPath(v.Roles(p.after), in.PathPrefix, func(r *directory.Role) string { return r.Path })
	l := collect(p, roles, func(r *directory.Role) string { return r.Name }, func(r *directory.Role) iam.Role { return roleOut(v, r) })
	return &iam.ListRolesOutput{Roles: l.items, IsTruncated: l.truncated, Marker: l.marker}, nil
}

func tagRole(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.TagRoleInput) (*iam.TagRoleOutput, error) {
	r, err := tx.Role(*in.RoleName)
	if err != nil {
		return nil, err
	}
	return &iam.TagRoleOutput{}, tx.TagRole(r, tagsIn(in.Tags))
}

func untagRole(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.UntagRoleInput) (*iam.UntagRoleOutput, error) {
	r, err := tx.Role(*in.RoleName)
	if err != nil {
		return nil, err
	}
	return &iam.UntagRoleOutput{}, tx.UntagRole(r, in.TagKeys)
}

func listRoleTags(_ context.Context, call *api.Call, v *directory.View, in *iam.ListRoleTagsInput) (*iam.ListRoleTagsOutput, error) {
	r, err := v.Role(*in.RoleName)
	if err != nil {
		return nil, err
	}
	p, err := pageOf(call, r.Name, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	l, err := collectSlice(p, r.Tags, tagOut)
	if err != nil {
		return nil, err
	}
	return &iam.ListRoleTagsOutput{Tags: l.items, IsTruncated: l.truncated, Marker: l.marker}, nil
}
