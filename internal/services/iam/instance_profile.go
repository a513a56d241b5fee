package iam

import (
	"context"
	"slices"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

func (s *Service) instanceProfileMethods() methods {
	return methods{
		"CreateInstanceProfile":         services.Write(createInstanceProfile),
		"GetInstanceProfile":            services.Read(getInstanceProfile),
		"DeleteInstanceProfile":         services.Write(deleteInstanceProfile),
		"ListInstanceProfiles":          services.Read(listInstanceProfiles),
		"ListInstanceProfilesForRole":   services.Read(listInstanceProfilesForRole),
		"AddRoleToInstanceProfile":      services.Write(addRoleToInstanceProfile),
		"RemoveRoleFromInstanceProfile": services.Write(removeRoleFromInstanceProfile),
		"TagInstanceProfile":            services.Write(tagInstanceProfile),
		"UntagInstanceProfile":          services.Write(untagInstanceProfile),
		"ListInstanceProfileTags":       services.Read(listInstanceProfileTags),
	}
}

func createInstanceProfile(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.CreateInstanceProfileInput) (*iam.CreateInstanceProfileOutput, error) {
	p, err := tx.CreateProfile(directory.Entity{Name: *in.InstanceProfileName, Path: orRoot(in.Path), Tags: tagsIn(in.Tags)})
	if err != nil {
		return nil, err
	}
	return &iam.CreateInstanceProfileOutput{InstanceProfile: profileDetail(&tx.View, p)}, nil
}

func getInstanceProfile(_ context.Context, _ *api.Call, v *directory.View, in *iam.GetInstanceProfileInput) (*iam.GetInstanceProfileOutput, error) {
	p, err := v.Profile(*in.InstanceProfileName)
	if err != nil {
		return nil, err
	}
	return &iam.GetInstanceProfileOutput{InstanceProfile: profileDetail(v, p)}, nil
}

// profileOut is an instance profile as lists show it, without tags
// [API_ListInstanceProfiles].
func profileOut(v *directory.View, p *directory.InstanceProfile) iam.InstanceProfile {
	arn := p.ARN(v.Account())
	out := iam.InstanceProfile{
		Path: &p.Path, InstanceProfileName: &p.Name, InstanceProfileId: &p.ID, Arn: &arn, CreateDate: &p.Created,
		Roles: []iam.Role{},
	}
	if r := v.RoleByID(p.Role); r != nil {
		role := roleOut(v, r)
		role.Description, role.MaxSessionDuration = nil, nil // as AWS shows it there
		out.Roles = append(out.Roles, role)
	}
	return out
}

func profileDetail(v *directory.View, p *directory.InstanceProfile) *iam.InstanceProfile {
	out := profileOut(v, p)
	out.Tags = tagsOut(p.Tags)
	return &out
}

func deleteInstanceProfile(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.DeleteInstanceProfileInput) (*iam.DeleteInstanceProfileOutput, error) {
	p, err := tx.Profile(*in.InstanceProfileName)
	if err != nil {
		return nil, err
	}
	return &iam.DeleteInstanceProfileOutput{}, tx.DeleteProfile(p)
}

func listInstanceProfiles(_ context.Context, call *api.Call, v *directory.View, in *iam.ListInstanceProfilesInput) (*iam.ListInstanceProfilesOutput, error) {
	p, err := pageOf(call, orEmpty(in.PathPrefix), in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	profiles := underPath(v.Profiles(p.after), in.PathPrefix, func(p *directory.InstanceProfile) string { return p.Path })
	l := collect(p, profiles, profileName, func(p *directory.InstanceProfile) iam.InstanceProfile { return profileOut(v, p) })
	return &iam.ListInstanceProfilesOutput{InstanceProfiles: l.items, IsTruncated: l.truncated, Marker: l.marker}, nil
}

func profileName(p *directory.InstanceProfile) string { return p.Name }

func listInstanceProfilesForRole(_ context.Context, call *api.Call, v *directory.View, in *iam.ListInstanceProfilesForRoleInput) (*iam.ListInstanceProfilesForRoleOutput, error) {
	r, err := v.Role(*in.RoleName)
	if err != nil {
		return nil, err
	}
	p, err := pageOf(call, r.Name, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	l, err := collectSlice(p, profilesOf(v, r), itself)
	if err != nil {
		return nil, err
	}
	return &iam.ListInstanceProfilesForRoleOutput{InstanceProfiles: l.items, IsTruncated: l.truncated, Marker: l.marker}, nil
}

// profilesOf are the instance profiles that hold a role.
func profilesOf(v *directory.View, r *directory.Role) []iam.InstanceProfile {
	ids := slices.Collect(v.ProfilesOf(r.ID))
	out := make([]iam.InstanceProfile, 0, len(ids))
	for _, id := range ids {
		if p := v.ProfileByID(id); p != nil {
			out = append(out, profileOut(v, p))
		}
	}
	return out
}

func addRoleToInstanceProfile(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.AddRoleToInstanceProfileInput) (*iam.AddRoleToInstanceProfileOutput, error) {
	p, r, err := profileAndRole(tx, *in.InstanceProfileName, *in.RoleName)
	if err != nil {
		return nil, err
	}
	return &iam.AddRoleToInstanceProfileOutput{}, tx.AddRole(p, r)
}

func removeRoleFromInstanceProfile(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.RemoveRoleFromInstanceProfileInput) (*iam.RemoveRoleFromInstanceProfileOutput, error) {
	p, r, err := profileAndRole(tx, *in.InstanceProfileName, *in.RoleName)
	if err != nil {
		return nil, err
	}
	return &iam.RemoveRoleFromInstanceProfileOutput{}, tx.TakeRole(p, r)
}

func profileAndRole(tx *directory.Tx, profile, role string) (*directory.InstanceProfile, *directory.Role, error) {
	p, err := tx.Profile(profile)
	if err != nil {
		return nil, nil, err
	}
	r, err := tx.Role(role)
	return p, r, err
}

func tagInstanceProfile(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.TagInstanceProfileInput) (*iam.TagInstanceProfileOutput, error) {
	p, err := tx.Profile(*in.InstanceProfileName)
	if err != nil {
		return nil, err
	}
	return &iam.TagInstanceProfileOutput{}, tx.TagProfile(p, tagsIn(in.Tags))
}

func untagInstanceProfile(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.UntagInstanceProfileInput) (*iam.UntagInstanceProfileOutput, error) {
	p, err := tx.Profile(*in.InstanceProfileName)
	if err != nil {
		return nil, err
	}
	tx.UntagProfile(p, in.TagKeys)
	return &iam.UntagInstanceProfileOutput{}, nil
}

func listInstanceProfileTags(_ context.Context, call *api.Call, v *directory.View, in *iam.ListInstanceProfileTagsInput) (*iam.ListInstanceProfileTagsOutput, error) {
	profile, err := v.Profile(*in.InstanceProfileName)
	if err != nil {
		return nil, err
	}
	p, err := pageOf(call, profile.Name, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	l, err := collectSlice(p, profile.Tags, tagOut)
	if err != nil {
		return nil, err
	}
	return &iam.ListInstanceProfileTagsOutput{Tags: l.items, IsTruncated: l.truncated, Marker: l.marker}, nil
}
