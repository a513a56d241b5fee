package iam

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

func (s *Service) authorizationDetailsMethods() methods {
	return methods{"GetAccountAuthorizationDetails": services.Read(getAccountAuthorizationDetails)}
}

// getAccountAuthorizationDetails lists all entities in one list: the users, groups,
// roles, the account's policies, and the policies of AWS that the account uses.
func getAccountAuthorizationDetails(_ context.Context, call *api.Call, v *directory.View, in *iam.GetAccountAuthorizationDetailsInput) (*iam.GetAccountAuthorizationDetailsOutput, error) {
	p, err := pageOf(call, strings.Join(in.Filter, " "), in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	l := collect(p, details(v, in.Filter, p.after), func(d detail) string { return d.position }, itself)
	out := &iam.GetAccountAuthorizationDetailsOutput{
		UserDetailList: []iam.UserDetail{}, GroupDetailList: []iam.GroupDetail{}, RoleDetailList: []iam.RoleDetail{},
		Policies: []iam.ManagedPolicyDetail{}, IsTruncated: l.truncated, Marker: l.marker,
	}
	for _, d := range l.items {
		d.addTo(out)
	}
	return out, nil
}

// detail is one entity of the list.
type detail struct {
	position string // its kind, its name
	addTo    func(*iam.GetAccountAuthorizationDetailsOutput)
}

// detailKind is a part of the list: its name in Filter, and what is in it.
type detailKind struct {
	name  string
	after func(v *directory.View, name string) iter.Seq[detail]
}

var detailKinds = []detailKind{
	{"User", userDetails},
	{"Group", groupDetails},
	{"Role", roleDetails},
	{"LocalManagedPolicy", localPolicyDetails},
	{"AWSManagedPolicy", awsPolicyDetails},
}

// details ranges over the kinds in the filter, all where it is empty, from what
// comes after the position.
func details(v *directory.View, filter []string, after string) iter.Seq[detail] {
	kind, name, _ := strings.Cut(after, "/")
	begin := max(0, slices.IndexFunc(detailKinds, func(k detailKind) bool { return k.name == kind }))
	return func(yield func(detail) bool) {
		for i, k := range detailKinds[begin:] {
			if len(filter) > 0 && !slices.Contains(filter, k.name) {
				continue
			}
			from := ""
			if i == 0 {
				from = name
			}
			for d := range k.after(v, from) {
				d.position = k.name + "/" + d.position
				if !yield(d) {
					return
				}
			}
		}
	}
}

// each makes details of entities.
func each[T any](items iter.Seq[T], name func(T) string, add func(T, *iam.GetAccountAuthorizationDetailsOutput)) iter.Seq[detail] {
	return func(yield func(detail) bool) {
		for item := range items {
			addTo := func(out *iam.GetAccountAuthorizationDetailsOutput) { add(item, out) }
			if !yield(detail{name(item), addTo}) {
				return
			}
		}
	}
}

func userDetails(v *directory.View, after string) iter.Seq[detail] {
	return each(v.Users(after), userName, func(u *directory.User, out *iam.GetAccountAuthorizationDetailsOutput) {
		arn := u.ARN(v.Account())
		d := iam.UserDetail{
			Path: &u.Path, UserName: &u.Name, UserId: &u.ID, Arn: &arn, CreateDate: &u.Created,
			UserPolicyList: inlinePolicies(&u.Grants), GroupList: []string{}, AttachedManagedPolicies: attachedPolicies(u.Attached),
			PermissionsBoundary: boundaryOut(u.Boundary), Tags: tagsOut(u.Tags),
		}
		for _, g := range v.GroupsOf(u) {
			d.GroupList = append(d.GroupList, g.Name)
		}
		out.UserDetailList = append(out.UserDetailList, d)
	})
}

func groupDetails(v *directory.View, after string) iter.Seq[detail] {
	name := func(g *directory.Group) string { return g.Name }
	return each(v.Groups(after), name, func(g *directory.Group, out *iam.GetAccountAuthorizationDetailsOutput) {
		arn := g.ARN(v.Account())
		out.GroupDetailList = append(out.GroupDetailList, iam.GroupDetail{
			Path: &g.Path, GroupName: &g.Name, GroupId: &g.ID, Arn: &arn, CreateDate: &g.Created,
			GroupPolicyList: inlinePolicies(&g.Grants), AttachedManagedPolicies: attachedPolicies(g.Attached),
		})
	})
}

func roleDetails(v *directory.View, after string) iter.Seq[detail] {
	name := func(r *directory.Role) string { return r.Name }
	return each(v.Roles(after), name, func(r *directory.Role, out *iam.GetAccountAuthorizationDetailsOutput) {
		arn := r.ARN(v.Account())
		out.RoleDetailList = append(out.RoleDetailList, iam.RoleDetail{
			Path: &r.Path, RoleName: &r.Name, RoleId: &r.ID, Arn: &arn, CreateDate: &r.Created,
			AssumeRolePolicyDocument: encodeDocument(v.TrustText(r)), InstanceProfileList: profilesOf(v, r),
			RolePolicyList: inlinePolicies(&r.Grants), AttachedManagedPolicies: attachedPolicies(r.Attached),
			PermissionsBoundary: boundaryOut(r.Boundary), Tags: tagsOut(r.Tags), RoleLastUsed: lastUsed(v, r),
		})
	})
}

func localPolicyDetails(v *directory.View, after string) iter.Seq[detail] {
	name := func(p *directory.Policy) string { return p.Name }
	return each(v.Policies(after), name, func(p *directory.Policy, out *iam.GetAccountAuthorizationDetailsOutput) {
		out.Policies = append(out.Policies, managedDetail(v.OfCustomer(p)))
	})
}

func awsPolicyDetails(v *directory.View, after string) iter.Seq[detail] {
	arns := v.AWSPoliciesInUse()
	begin, found := slices.BinarySearch(arns, after)
	if found {
		begin++
	}
	return each(slices.Values(arns[begin:]), itself, func(arn string, out *iam.GetAccountAuthorizationDetailsOutput) {
		if m, ok := v.ManagedPolicy(arn); ok {
			out.Policies = append(out.Policies, managedDetail(m))
		}
	})
}

func managedDetail(m directory.ManagedPolicy) iam.ManagedPolicyDetail {
	p := policyOut(m)
	d := iam.ManagedPolicyDetail{
		PolicyName: p.PolicyName, PolicyId: p.PolicyId, Arn: p.Arn, Path: p.Path, DefaultVersionId: p.DefaultVersionId,
		AttachmentCount: p.AttachmentCount, PermissionsBoundaryUsageCount: p.PermissionsBoundaryUsageCount,
		IsAttachable: p.IsAttachable, CreateDate: p.CreateDate, UpdateDate: p.UpdateDate,
		PolicyVersionList: slices.Collect(versions(m)),
	}
	if m.Customer != nil {
		d.Description = unlessEmpty(m.Customer.Description)
	}
	return d
}
