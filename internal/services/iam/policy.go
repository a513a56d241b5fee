package iam

import (
	"context"
	"iter"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/catalog"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

func (s *Service) policyMethods() methods {
	return methods{
		"CreatePolicy":            services.Write(createPolicy),
		"GetPolicy":               services.Read(getPolicy),
		"DeletePolicy":            services.Write(deletePolicy),
		"ListPolicies":            services.Read(listPolicies),
		"CreatePolicyVersion":     services.Write(createPolicyVersion),
		"GetPolicyVersion":        services.Read(getPolicyVersion),
		"DeletePolicyVersion":     services.Write(deletePolicyVersion),
		"SetDefaultPolicyVersion": services.Write(setDefaultPolicyVersion),
		"ListPolicyVersions":      services.Read(listPolicyVersions),
		"TagPolicy":               services.Write(tagPolicy),
		"UntagPolicy":             services.Write(untagPolicy),
		"ListPolicyTags":          services.Read(listPolicyTags),
	}
}

func createPolicy(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.CreatePolicyInput) (*iam.CreatePolicyOutput, error) {
	p, err := tx.CreatePolicy(
		directory.Entity{Name: *in.PolicyName, Path: orRoot(in.Path), Tags: tagsIn(in.Tags)},
		orEmpty(in.Description), *in.PolicyDocument,
	)
	if err != nil {
		return nil, err
	}
	out := policyOut(tx.OfCustomer(p))
	out.Tags = tagsOut(p.Tags)
	return &iam.CreatePolicyOutput{Policy: &out}, nil
}

func getPolicy(_ context.Context, _ *api.Call, v *directory.View, in *iam.GetPolicyInput) (*iam.GetPolicyOutput, error) {
	m, err := v.PolicyToShow(*in.PolicyArn)
	if err != nil {
		return nil, err
	}
	out := policyOut(m)
	if p := m.Customer; p != nil {
		out.Description, out.Tags = unlessEmpty(p.Description), tagsOut(p.Tags)
	}
	return &iam.GetPolicyOutput{Policy: &out}, nil
}

// policyOut is a managed policy as lists show it: without description and tags
// [API_ListPolicies].
func policyOut(m directory.ManagedPolicy) iam.Policy {
	path, name := m.Path(), m.Name()
	out := iam.Policy{
		PolicyName: &name, Path: &path, Arn: &m.ARN, IsAttachable: pointer(true),
		AttachmentCount:               pointer(int32(m.Attachments)),
		PermissionsBoundaryUsageCount: pointer(int32(m.Boundaries)),
	}
	if p := m.Customer; p != nil {
		id := p.DefaultVersion().ID()
		out.PolicyId, out.DefaultVersionId, out.CreateDate, out.UpdateDate = &p.ID, &id, &p.Created, &p.Updated
		return out
	}
	p := m.AWS
	out.PolicyId, out.DefaultVersionId, out.CreateDate, out.UpdateDate = &p.ID, &p.DefaultVersionID, &p.CreateDate, &p.UpdateDate
	return out
}

func pointer[T any](v T) *T { return &v }

// unlessEmpty is nil for the empty string: answers leave the member out.
func unlessEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func deletePolicy(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.DeletePolicyInput) (*iam.DeletePolicyOutput, error) {
	p, err := tx.CustomerPolicy(*in.PolicyArn)
	if err != nil {
		return nil, err
	}
	return &iam.DeletePolicyOutput{}, tx.DeletePolicy(p)
}

func listPolicies(_ context.Context, call *api.Call, v *directory.View, in *iam.ListPoliciesInput) (*iam.ListPoliciesOutput, error) {
	// The marker holds for one list: the same filters.
	owner := strings.Join([]string{orEmpty(in.Scope), orEmpty(in.PathPrefix), orEmpty(in.PolicyUsageFilter)}, " ")
	p, err := pageOf(call, owner, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	policies := underPath(managedPolicies(v, orEmpty(in.Scope), p.after), in.PathPrefix, directory.ManagedPolicy.Path)
	l := collect(p, used(policies, in), managedPosition, policyOut)
	return &iam.ListPoliciesOutput{Policies: l.items, IsTruncated: l.truncated, Marker: l.marker}, nil
}

// managedPolicies ranges over the account's policies by name, then AWS's by ARN,
// from those after the position.
func managedPolicies(v *directory.View, scope, after string) iter.Seq[directory.ManagedPolicy] {
	own, isOwn := strings.CutPrefix(after, "own/")
	aws, isAWS := strings.CutPrefix(after, "aws/")
	return func(yield func(directory.ManagedPolicy) bool) {
		if scope != "AWS" && !isAWS {
			if !isOwn {
				own = ""
			}
			for p := range v.Policies(own) {
				if !yield(v.OfCustomer(p)) {
					return
				}
			}
		}
		if scope == "Local" {
			return
		}
		for p := range catalog.ManagedPolicies() {
			if isAWS && p.ARN <= aws {
				continue
			}
			if !yield(v.OfAWS(p)) {
				return
			}
		}
	}
}

func managedPosition(m directory.ManagedPolicy) string {
	if m.Customer != nil {
		return "own/" + m.Customer.Name
	}
	return "aws/" + m.ARN
}

// used keeps the policies that are used as asked for.
func used(policies iter.Seq[directory.ManagedPolicy], in *iam.ListPoliciesInput) iter.Seq[directory.ManagedPolicy] {
	usage := orEmpty(in.PolicyUsageFilter)
	attached := in.OnlyAttached != nil && *in.OnlyAttached
	return func(yield func(directory.ManagedPolicy) bool) {
		for m := range policies {
			switch {
			case attached && m.Attachments+m.Boundaries == 0,
				usage == "PermissionsPolicy" && m.Attachments == 0,
				usage == "PermissionsBoundary" && m.Boundaries == 0:
				continue
			}
			if !yield(m) {
				return
			}
		}
	}
}

func createPolicyVersion(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.CreatePolicyVersionInput) (*iam.CreatePolicyVersionOutput, error) {
	p, err := tx.CustomerPolicy(*in.PolicyArn)
	if err != nil {
		return nil, err
	}
	isDefault := in.SetAsDefault != nil && *in.SetAsDefault
	version, err := tx.AddVersion(p, *in.PolicyDocument, isDefault)
	if err != nil {
		return nil, err
	}
	out := iam.PolicyVersion{VersionId: pointer(version.ID()), IsDefaultVersion: &isDefault, CreateDate: &version.Created}
	return &iam.CreatePolicyVersionOutput{PolicyVersion: &out}, nil
}

func getPolicyVersion(_ context.Context, _ *api.Call, v *directory.View, in *iam.GetPolicyVersionInput) (*iam.GetPolicyVersionOutput, error) {
	m, err := v.Policy(*in.PolicyArn)
	if err != nil {
		return nil, err
	}
	for version := range versions(m) {
		if *version.VersionId == *in.VersionId {
			return &iam.GetPolicyVersionOutput{PolicyVersion: &version}, nil
		}
	}
	return nil, directory.NoVersion(m.ARN, *in.VersionId)
}

// versions ranges over the versions of a policy, the newest first. Of the policies
// that AWS manages only the version in force is known here.
func versions(m directory.ManagedPolicy) iter.Seq[iam.PolicyVersion] {
	return func(yield func(iam.PolicyVersion) bool) {
		if p := m.AWS; p != nil {
			yield(iam.PolicyVersion{
				Document: encodeDocument(p.Document()), VersionId: &p.DefaultVersionID, IsDefaultVersion: pointer(true), CreateDate: &p.UpdateDate,
			})
			return
		}
		p := m.Customer
		for i := len(p.Versions) - 1; i >= 0; i-- {
			version := &p.Versions[i]
			out := iam.PolicyVersion{
				Document: encodeDocument(version.Document.Text), VersionId: pointer(version.ID()),
				IsDefaultVersion: pointer(version.Number == p.Default), CreateDate: &version.Created,
			}
			if !yield(out) {
				return
			}
		}
	}
}

func deletePolicyVersion(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.DeletePolicyVersionInput) (*iam.DeletePolicyVersionOutput, error) {
	p, err := tx.CustomerPolicy(*in.PolicyArn)
	if err != nil {
		return nil, err
	}
	return &iam.DeletePolicyVersionOutput{}, tx.DeleteVersion(p, *in.VersionId)
}

func setDefaultPolicyVersion(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.SetDefaultPolicyVersionInput) (*iam.SetDefaultPolicyVersionOutput, error) {
	p, err := tx.CustomerPolicy(*in.PolicyArn)
	if err != nil {
		return nil, err
	}
	return &iam.SetDefaultPolicyVersionOutput{}, tx.SetDefaultVersion(p, *in.VersionId)
}

func listPolicyVersions(_ context.Context, call *api.Call, v *directory.View, in *iam.ListPolicyVersionsInput) (*iam.ListPolicyVersionsOutput, error) {
	m, err := v.Policy(*in.PolicyArn)
	if err != nil {
		return nil, err
	}
	p, err := pageOf(call, m.ARN, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	var all []iam.PolicyVersion
	for version := range versions(m) {
		version.Document = nil // only GetPolicyVersion shows it [API_ListPolicyVersions]
		all = append(all, version)
	}
	l, err := collectSlice(p, all, itself)
	if err != nil {
		return nil, err
	}
	return &iam.ListPolicyVersionsOutput{Versions: l.items, IsTruncated: l.truncated, Marker: l.marker}, nil
}

// itself converts nothing.
func itself[T any](item T) T { return item }

func tagPolicy(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.TagPolicyInput) (*iam.TagPolicyOutput, error) {
	p, err := tx.CustomerPolicy(*in.PolicyArn)
	if err != nil {
		return nil, err
	}
	return &iam.TagPolicyOutput{}, tx.TagPolicy(p, tagsIn(in.Tags))
}

func untagPolicy(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.UntagPolicyInput) (*iam.UntagPolicyOutput, error) {
	p, err := tx.CustomerPolicy(*in.PolicyArn)
	if err != nil {
		return nil, err
	}
	tx.UntagPolicy(p, in.TagKeys)
	return &iam.UntagPolicyOutput{}, nil
}

func listPolicyTags(_ context.Context, call *api.Call, v *directory.View, in *iam.ListPolicyTagsInput) (*iam.ListPolicyTagsOutput, error) {
	m, err := v.Policy(*in.PolicyArn)
	if err != nil {
		return nil, err
	}
	var tags []api.Tag
	if m.Customer != nil {
		tags = m.Customer.Tags
	}
	p, err := pageOf(call, m.ARN, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	l, err := collectSlice(p, tags, tagOut)
	if err != nil {
		return nil, err
	}
	return &iam.ListPolicyTagsOutput{Tags: l.items, IsTruncated: l.truncated, Marker: l.marker}, nil
}
