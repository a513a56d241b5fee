package iam

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
)

// peopled is an account with something of every kind.
func peopled(t *testing.T) *fixture {
	f := newFixture(t)
	f.addUser("ana", "bob")
	f.addGroup("team")
	f.join("ana", "team")
	f.addRole("worker")
	f.addProfile("hosts")
	own := f.addPolicy("own", allowS3)
	f.addPolicy("unused", allowS3)
	f.ok("CreatePolicyVersion", &iam.CreatePolicyVersionInput{PolicyArn: &own, PolicyDocument: ptr(allowAll)})
	f.attachToUser("ana", own)
	f.ok("AttachRolePolicy", &iam.AttachRolePolicyInput{RoleName: ptr("worker"), PolicyArn: ptr(readOnly)})
	f.ok("AttachGroupPolicy", &iam.AttachGroupPolicyInput{GroupName: ptr("team"), PolicyArn: &own})
	f.ok("PutUserPolicy", &iam.PutUserPolicyInput{UserName: ptr("ana"), PolicyName: ptr("in"), PolicyDocument: ptr(allowS3)})
	f.ok("PutGroupPolicy", &iam.PutGroupPolicyInput{GroupName: ptr("team"), PolicyName: ptr("in"), PolicyDocument: ptr(allowS3)})
	f.ok("PutRolePolicy", &iam.PutRolePolicyInput{RoleName: ptr("worker"), PolicyName: ptr("in"), PolicyDocument: ptr(allowS3)})
	f.ok("PutUserPermissionsBoundary", &iam.PutUserPermissionsBoundaryInput{UserName: ptr("bob"), PermissionsBoundary: ptr("arn:aws:iam::aws:policy/PowerUserAccess")})
	f.ok("TagUser", &iam.TagUserInput{UserName: ptr("bob"), Tags: tags("k", "v")})
	f.ok("AddRoleToInstanceProfile", &iam.AddRoleToInstanceProfileInput{InstanceProfileName: ptr("hosts"), RoleName: ptr("worker")})
	return f
}

// API_GetAccountAuthorizationDetails.
func TestGetAccountAuthorizationDetails(t *testing.T) {
	f := peopled(t)
	out := did[iam.GetAccountAuthorizationDetailsOutput](f, "GetAccountAuthorizationDetails", &iam.GetAccountAuthorizationDetailsInput{})
	same(t, "all of it", described(out), "users ana bob; groups team; roles worker; policies PowerUserAccess ReadOnlyAccess own unused")

	ana, bob := out.UserDetailList[0], out.UserDetailList[1]
	same(t, "inline policy", decoded(t, ana.UserPolicyList[0].PolicyDocument), allowS3)
	same(t, "groups", strings.Join(ana.GroupList, " "), "team")
	same(t, "attached", *ana.AttachedManagedPolicies[0].PolicyArn, accountNo+":policy/own")
	same(t, "boundary", *bob.PermissionsBoundary.PermissionsBoundaryArn, "arn:aws:iam::aws:policy/PowerUserAccess")
	same(t, "tags", len(bob.Tags), 1)

	team, worker := out.GroupDetailList[0], out.RoleDetailList[0]
	same(t, "group's inline policy", *team.GroupPolicyList[0].PolicyName, "in")
	same(t, "group's policy", *team.AttachedManagedPolicies[0].PolicyName, "own")
	same(t, "role's inline policy", decoded(t, worker.RolePolicyList[0].PolicyDocument), allowS3)
	same(t, "role's trust", decoded(t, worker.AssumeRolePolicyDocument), trustEC2)
	same(t, "role's profile", *worker.InstanceProfileList[0].InstanceProfileName, "hosts")
	same(t, "role in the profile", *worker.InstanceProfileList[0].Roles[0].RoleName, "worker")
	same(t, "role's policy", *worker.AttachedManagedPolicies[0].PolicyArn, readOnly)

	own := out.Policies[0]
	same(t, "policy", *own.PolicyName, "own")
	same(t, "uses", *own.AttachmentCount, 2)
	same(t, "versions", len(own.PolicyVersionList), 2)
	same(t, "document", decoded(t, own.PolicyVersionList[0].Document), allowAll)
	same(t, "in force", *own.PolicyVersionList[1].IsDefaultVersion, true)
}

func TestAuthorizationDetailsFilter(t *testing.T) {
	f := peopled(t)
	tests := map[string]string{
		"User":                    "users ana bob",
		"Group":                   "groups team",
		"Role":                    "roles worker",
		"LocalManagedPolicy":      "policies own unused",
		"AWSManagedPolicy":        "policies PowerUserAccess ReadOnlyAccess",
		"Role User":               "users ana bob; roles worker",
		"AWSManagedPolicy Group":  "groups team; policies PowerUserAccess ReadOnlyAccess",
		"LocalManagedPolicy Role": "roles worker; policies own unused",
	}
	for filter, want := range tests {
		t.Run(filter, func(t *testing.T) {
			same(t, "details", described(on(f, t).pagedDetails(strings.Fields(filter), 1000)), want)
		})
	}
}

// Pages of any size hold the same, each entity once and whole.
func TestAuthorizationDetailsPages(t *testing.T) {
	f := peopled(t)
	whole := asText(f.pagedDetails(nil, 1000))
	for size := range int32(9) {
		t.Run(fmt.Sprint(size+1), func(t *testing.T) {
			same(t, "details", asText(on(f, t).pagedDetails(nil, size+1)), whole)
		})
	}
	one := did[iam.GetAccountAuthorizationDetailsOutput](f, "GetAccountAuthorizationDetails", &iam.GetAccountAuthorizationDetailsInput{MaxItems: ptr[int32](1)})
	f.refused("GetAccountAuthorizationDetails", &iam.GetAccountAuthorizationDetailsInput{Marker: one.Marker, Filter: []string{"Role"}}, 400, "ValidationError", "Invalid Marker.")
}

// pagedDetails are all pages together.
func (f *fixture) pagedDetails(filter []string, size int32) *iam.GetAccountAuthorizationDetailsOutput {
	f.t.Helper()
	in := &iam.GetAccountAuthorizationDetailsInput{Filter: filter, MaxItems: &size}
	all := &iam.GetAccountAuthorizationDetailsOutput{}
	for {
		out := did[iam.GetAccountAuthorizationDetailsOutput](f, "GetAccountAuthorizationDetails", in)
		if n := len(out.UserDetailList) + len(out.GroupDetailList) + len(out.RoleDetailList) + len(out.Policies); n > int(size) {
			f.t.Errorf("a page of %d entities, %d asked for", n, size)
		}
		all.UserDetailList = append(all.UserDetailList, out.UserDetailList...)
		all.GroupDetailList = append(all.GroupDetailList, out.GroupDetailList...)
		all.RoleDetailList = append(all.RoleDetailList, out.RoleDetailList...)
		all.Policies = append(all.Policies, out.Policies...)
		if !*out.IsTruncated {
			return all
		}
		in.Marker = out.Marker
	}
}

func described(out *iam.GetAccountAuthorizationDetailsOutput) string {
	var users, groups, roles, policies []string
	for _, u := range out.UserDetailList {
		users = append(users, *u.UserName)
	}
	for _, g := range out.GroupDetailList {
		groups = append(groups, *g.GroupName)
	}
	for _, r := range out.RoleDetailList {
		roles = append(roles, *r.RoleName)
	}
	for _, p := range out.Policies {
		policies = append(policies, *p.PolicyName)
	}
	return sections("users", users, "groups", groups, "roles", roles, "policies", policies)
}
