package inventory

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// Observe reads an account through GetAccountAuthorizationDetails, in pages of a
// size, and through what that does not show: keys and instance profiles. What
// --bootstrap-admin makes is left out.
func Observe(ctx context.Context, client *iam.Client, page int32) (State, error) {
	o := &observer{ctx: ctx, client: client, state: NewState()}
	in := &iam.GetAccountAuthorizationDetailsInput{MaxItems: &page}
	for p := iam.NewGetAccountAuthorizationDetailsPaginator(client, in); p.HasMorePages() && o.err == nil; {
		out, err := p.NextPage(ctx)
		if err != nil {
			return o.state, err
		}
		if n := len(out.UserDetailList) + len(out.GroupDetailList) + len(out.RoleDetailList) + len(out.Policies); n > int(page) {
			o.failed("%d entries on a page of %d", n, page)
		}
		o.page(out)
	}
	o.members()
	o.profiles()
	return o.state, o.err
}

type observer struct {
	ctx    context.Context
	client *iam.Client
	state  State
	err    error
}

func (o *observer) failed(format string, values ...any) {
	if o.err == nil {
		o.err = fmt.Errorf(format, values...)
	}
}

// once notes that something is listed, and fails where it is listed twice.
func once[V any](o *observer, m map[string]V, name string, v V) {
	if _, twice := m[name]; twice {
		o.failed("%s is listed twice", name)
	}
	m[name] = v
}

func (o *observer) page(out *iam.GetAccountAuthorizationDetailsOutput) {
	for _, u := range out.UserDetailList {
		if *u.UserName != "admin" {
			once(o, o.state.Users, *u.UserName, o.user(&u))
		}
	}
	for _, g := range out.GroupDetailList {
		if *g.GroupName != "Administrators" {
			once(o, o.state.Groups, *g.GroupName, Group{Grants: Grants{
				ID: *g.GroupId, Path: *g.Path, Attached: attached(g.AttachedManagedPolicies), Inline: o.inline(g.GroupPolicyList)}})
		}
	}
	for _, r := range out.RoleDetailList {
		once(o, o.state.Roles, *r.RoleName, o.role(&r))
	}
	for _, p := range out.Policies {
		if !isAWS(*p.Arn) {
			once(o, o.state.Policies, *p.Arn, o.policy(&p))
		}
	}
}

func (o *observer) user(u *types.UserDetail) User {
	s := User{
		Grants: Grants{*u.UserId, *u.Path, boundary(u.PermissionsBoundary), attached(u.AttachedManagedPolicies), o.inline(u.UserPolicyList), tags(u.Tags)},
		Groups: Sorted(u.GroupList), Keys: map[string]bool{},
	}
	keys, err := o.client.ListAccessKeys(o.ctx, &iam.ListAccessKeysInput{UserName: u.UserName})
	if err != nil {
		o.failed("%w", err)
		return s
	}
	for _, k := range keys.AccessKeyMetadata {
		once(o, s.Keys, *k.AccessKeyId, k.Status == types.StatusTypeActive)
	}
	s.Keys = Filled(s.Keys)
	return s
}

func (o *observer) role(r *types.RoleDetail) Role {
	var profiles []string
	for _, p := range r.InstanceProfileList {
		profiles = append(profiles, *p.InstanceProfileName)
	}
	got, err := o.client.GetRole(o.ctx, &iam.GetRoleInput{RoleName: r.RoleName})
	if err != nil {
		o.failed("%w", err)
		return Role{}
	}
	if *got.Role.AssumeRolePolicyDocument != *r.AssumeRolePolicyDocument {
		o.failed("role %s: two trust policies", *r.RoleName)
	}
	return Role{
		Grants:  Grants{*r.RoleId, *r.Path, boundary(r.PermissionsBoundary), attached(r.AttachedManagedPolicies), o.inline(r.RolePolicyList), tags(r.Tags)},
		Trusted: o.trusted(*r.AssumeRolePolicyDocument), MaxSession: *got.Role.MaxSessionDuration, Profiles: Sorted(profiles),
	}
}

// trusted is the principal of a trust policy.
func (o *observer) trusted(encoded string) string {
	var document struct {
		Statement []struct{ Principal struct{ AWS string } }
	}
	if err := json.Unmarshal([]byte(o.decoded(encoded)), &document); err != nil || len(document.Statement) != 1 {
		o.failed("trust policy %s: %w", encoded, err)
		return ""
	}
	return document.Statement[0].Principal.AWS
}

func (o *observer) policy(p *types.ManagedPolicyDetail) Policy {
	s := Policy{
		ID: *p.PolicyId, Path: *p.Path, Default: *p.DefaultVersionId, Versions: map[string]string{},
		Attachments: int(*p.AttachmentCount), Boundaries: int(*p.PermissionsBoundaryUsageCount),
	}
	for _, v := range p.PolicyVersionList {
		once(o, s.Versions, *v.VersionId, o.decoded(*v.Document))
		if v.IsDefaultVersion != (*v.VersionId == s.Default) {
			o.failed("policy %s: version %s and the default %s", *p.Arn, *v.VersionId, s.Default)
		}
	}
	return s
}

// members reads who is in each group, page by page.
func (o *observer) members() {
	for name, g := range o.state.Groups {
		for p := iam.NewGetGroupPaginator(o.client, &iam.GetGroupInput{GroupName: &name}); p.HasMorePages(); {
			out, err := p.NextPage(o.ctx)
			if err != nil {
				o.failed("%w", err)
				return
			}
			for _, u := range out.Users {
				g.Members = append(g.Members, *u.UserName)
			}
		}
		g.Members = Sorted(g.Members)
		o.state.Groups[name] = g
	}
}

func (o *observer) profiles() {
	for p := iam.NewListInstanceProfilesPaginator(o.client, nil); p.HasMorePages(); {
		out, err := p.NextPage(o.ctx)
		if err != nil {
			o.failed("%w", err)
			return
		}
		for _, profile := range out.InstanceProfiles {
			s := Profile{ID: *profile.InstanceProfileId, Path: *profile.Path}
			for _, r := range profile.Roles {
				s.Role = *r.RoleName
			}
			once(o, o.state.Profiles, *profile.InstanceProfileName, s)
		}
	}
}

func (o *observer) decoded(text string) string {
	document, err := url.PathUnescape(text)
	if err != nil {
		o.failed("%w", err)
	}
	return document
}

func (o *observer) inline(list []types.PolicyDetail) map[string]string {
	m := map[string]string{}
	for _, p := range list {
		once(o, m, *p.PolicyName, o.decoded(*p.PolicyDocument))
	}
	return Filled(m)
}

func attached(list []types.AttachedPolicy) []string {
	var arns []string
	for _, p := range list {
		arns = append(arns, *p.PolicyArn)
	}
	slices.Sort(arns)
	return arns
}

func boundary(b *types.AttachedPermissionsBoundary) string {
	if b == nil {
		return ""
	}
	return *b.PermissionsBoundaryArn
}

func tags(list []types.Tag) map[string]string {
	m := map[string]string{}
	for _, t := range list {
		m[*t.Key] = *t.Value
	}
	return Filled(m)
}
