package iam

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
)

// holder is a kind of entity that policies are attached to, with its operations.
type holder struct {
	kind                   string // as in the operations' names
	attach, detach, listed func(arn string) any
}

func holders() []holder {
	name := ptr("x")
	return []holder{
		{"User",
			func(arn string) any { return &iam.AttachUserPolicyInput{UserName: name, PolicyArn: &arn} },
			func(arn string) any { return &iam.DetachUserPolicyInput{UserName: name, PolicyArn: &arn} },
			func(prefix string) any {
				return &iam.ListAttachedUserPoliciesInput{UserName: name, PathPrefix: &prefix}
			}},
		{"Group",
			func(arn string) any { return &iam.AttachGroupPolicyInput{GroupName: name, PolicyArn: &arn} },
			func(arn string) any { return &iam.DetachGroupPolicyInput{GroupName: name, PolicyArn: &arn} },
			func(prefix string) any {
				return &iam.ListAttachedGroupPoliciesInput{GroupName: name, PathPrefix: &prefix}
			}},
		{"Role",
			func(arn string) any { return &iam.AttachRolePolicyInput{RoleName: name, PolicyArn: &arn} },
			func(arn string) any { return &iam.DetachRolePolicyInput{RoleName: name, PolicyArn: &arn} },
			func(prefix string) any {
				return &iam.ListAttachedRolePoliciesInput{RoleName: name, PathPrefix: &prefix}
			}},
	}
}

// ok makes a call as the root user that must succeed.
func (f *fixture) ok(operation string, in any) any {
	f.t.Helper()
	out, err := f.as(root(), operation, in)
	if err != nil {
		f.t.Fatalf("%s: %v", operation, err)
	}
	return out
}

// attachedNames are the names in the answer of a ListAttached…Policies.
func (f *fixture) attachedNames(h holder, prefix string) string {
	f.t.Helper()
	var list []iam.AttachedPolicy
	switch out := f.ok("ListAttached"+h.kind+"Policies", h.listed(prefix)).(type) {
	case *iam.ListAttachedUserPoliciesOutput:
		list = out.AttachedPolicies
	case *iam.ListAttachedGroupPoliciesOutput:
		list = out.AttachedPolicies
	case *iam.ListAttachedRolePoliciesOutput:
		list = out.AttachedPolicies
	}
	var names []string
	for _, p := range list {
		if !strings.HasSuffix(*p.PolicyArn, "/"+*p.PolicyName) {
			f.t.Errorf("%s is named %s", *p.PolicyArn, *p.PolicyName)
		}
		names = append(names, *p.PolicyName)
	}
	return strings.Join(names, " ")
}

func (f *fixture) uses(arn string) (attachments, boundaries int32) {
	f.t.Helper()
	p := did[iam.GetPolicyOutput](f, "GetPolicy", &iam.GetPolicyInput{PolicyArn: &arn}).Policy
	return *p.AttachmentCount, *p.PermissionsBoundaryUsageCount
}

func TestAttachAndDetach(t *testing.T) {
	for _, h := range holders() {
		t.Run(h.kind, func(t *testing.T) {
			f := newFixture(t)
			f.addUser("x")
			f.addGroup("x")
			f.addRole("x")
			own := f.addPolicy("own", allowS3)
			nested := *did[iam.CreatePolicyOutput](f, "CreatePolicy", &iam.CreatePolicyInput{PolicyName: ptr("nested"), Path: ptr("/a/"), PolicyDocument: ptr(allowS3)}).Policy.Arn
			attach, detach := "Attach"+h.kind+"Policy", "Detach"+h.kind+"Policy"
			for _, arn := range []string{readOnly, own, nested, own} { // twice is once
				f.ok(attach, h.attach(arn))
			}
			same(t, "attached", f.attachedNames(h, "/"), "ReadOnlyAccess own nested")
			same(t, "under /a/", f.attachedNames(h, "/a/"), "nested")
			for _, arn := range []string{own, readOnly} {
				if n, _ := f.uses(arn); n != 1 {
					t.Errorf("%s is attached %d times, want once", arn, n)
				}
			}
			f.refused("DeletePolicy", &iam.DeletePolicyInput{PolicyArn: &own}, 409, "DeleteConflict", "Cannot delete a policy attached to entities.")
			f.ok(detach, h.detach(own))
			f.ok(detach, h.detach(readOnly))
			same(t, "left", f.attachedNames(h, "/"), "nested")
			if n, _ := f.uses(own); n != 0 {
				t.Errorf("detached, it is attached %d times", n)
			}
			f.ok("DeletePolicy", &iam.DeletePolicyInput{PolicyArn: &own})
		})
	}
}

// aws-errors 1.2, 1.5, 1.8.
func TestAttachFaults(t *testing.T) {
	f := newFixture(t)
	gone := accountNo + ":policy/gone"
	const serviceRole = "arn:aws:iam::aws:policy/aws-service-role/AWSSupportServiceRolePolicy"
	for _, h := range holders() { // before any of them is there
		kind := strings.ToLower(h.kind)
		f.refused("Attach"+h.kind+"Policy", h.attach(readOnly), 404, "NoSuchEntity", "The "+kind+" with name x cannot be found.")
		f.refused("Detach"+h.kind+"Policy", h.detach(readOnly), 404, "NoSuchEntity", "The "+kind+" with name x cannot be found.")
		f.refused("ListAttached"+h.kind+"Policies", h.listed("/"), 404, "NoSuchEntity", "The "+kind+" with name x cannot be found.")
	}
	f.addUser("x")
	f.addGroup("x")
	f.addRole("x")
	for _, h := range holders() {
		t.Run(h.kind, func(t *testing.T) {
			f := on(f, t)
			attach, detach := "Attach"+h.kind+"Policy", "Detach"+h.kind+"Policy"
			f.refused(attach, h.attach(gone), 404, "NoSuchEntity", "Policy "+gone+" does not exist or is not attachable.")
			f.refused(attach, h.attach("arn:aws:iam::aws:policy/None"), 404, "NoSuchEntity", "Policy arn:aws:iam::aws:policy/None does not exist or is not attachable.")
			f.refused(detach, h.detach(readOnly), 404, "NoSuchEntity", "Policy "+readOnly+" was not found.")
			f.refused(detach, h.detach(gone), 404, "NoSuchEntity", "Policy "+gone+" was not found.")
			f.refused(attach, h.attach("no ARN, but long enough"), 400, "InvalidInput", "ARN no ARN, but long enough is not valid.")
			f.refused(detach, h.detach("arn:aws-us-gov:iam::aws:policy/ReadOnlyAccess"), 400, "ValidationError", "Invalid ARN partition")
			f.refused(attach, h.attach(serviceRole), 400, "PolicyNotAttachable", "Cannot attach a Service Role Policy to a Customer "+h.kind+".")
			for i := range 10 {
				f.ok(attach, h.attach(f.addPolicy(fmt.Sprint(h.kind, i), allowS3)))
			}
			f.refused(attach, h.attach(readOnly), 409, "LimitExceeded", "Cannot exceed quota for PoliciesPer"+h.kind+": 10")
			f.ok(attach, h.attach(accountNo+":policy/"+h.kind+"3")) // is there: no eleventh
		})
	}
}

// API_ListEntitiesForPolicy: filters by kind, path and use.
func TestListEntitiesForPolicy(t *testing.T) {
	f := newFixture(t)
	arn := f.addPolicy("p", allowS3)
	f.addGroup("g")
	f.addRole("r")
	f.addUser("u", "bounded")
	did[iam.CreateUserOutput](f, "CreateUser", &iam.CreateUserInput{UserName: ptr("nested"), Path: ptr("/n/")})
	f.attachToUser("u", arn)
	f.attachToUser("nested", arn)
	f.ok("AttachGroupPolicy", &iam.AttachGroupPolicyInput{GroupName: ptr("g"), PolicyArn: &arn})
	f.ok("AttachRolePolicy", &iam.AttachRolePolicyInput{RoleName: ptr("r"), PolicyArn: &arn})
	f.ok("PutUserPermissionsBoundary", &iam.PutUserPermissionsBoundaryInput{UserName: ptr("bounded"), PermissionsBoundary: &arn})
	f.ok("PutUserPermissionsBoundary", &iam.PutUserPermissionsBoundaryInput{UserName: ptr("u"), PermissionsBoundary: &arn})
	tests := []struct {
		name string
		in   iam.ListEntitiesForPolicyInput
		want string // groups, users by name, roles
	}{
		{"all", iam.ListEntitiesForPolicyInput{}, "group g; users bounded nested u; role r"},
		{"users", iam.ListEntitiesForPolicyInput{EntityFilter: ptr("User")}, "users bounded nested u"},
		{"groups", iam.ListEntitiesForPolicyInput{EntityFilter: ptr("Group")}, "group g"},
		{"roles", iam.ListEntitiesForPolicyInput{EntityFilter: ptr("Role")}, "role r"},
		{"policies are none", iam.ListEntitiesForPolicyInput{EntityFilter: ptr("LocalManagedPolicy")}, ""},
		{"path", iam.ListEntitiesForPolicyInput{PathPrefix: ptr("/n/")}, "users nested"},
		{"permissions", iam.ListEntitiesForPolicyInput{PolicyUsageFilter: ptr("PermissionsPolicy"), EntityFilter: ptr("User")}, "users nested u"},
		{"boundary", iam.ListEntitiesForPolicyInput{PolicyUsageFilter: ptr("PermissionsBoundary")}, "users bounded u"},
		{"pages of one", iam.ListEntitiesForPolicyInput{MaxItems: ptr[int32](1)}, "group g; users bounded nested u; role r"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.PolicyArn = &arn
			same(t, "entities", on(f, t).entities(&tt.in), tt.want)
		})
	}
}

// entities are what ListEntitiesForPolicy lists, over all pages.
func (f *fixture) entities(in *iam.ListEntitiesForPolicyInput) string {
	f.t.Helper()
	var groups, users, roles []string
	for {
		out := did[iam.ListEntitiesForPolicyOutput](f, "ListEntitiesForPolicy", in)
		for _, g := range out.PolicyGroups {
			groups = append(groups, *g.GroupName)
		}
		for _, u := range out.PolicyUsers {
			users = append(users, *u.UserName)
		}
		for _, r := range out.PolicyRoles {
			roles = append(roles, *r.RoleName)
		}
		if !*out.IsTruncated {
			return sections("group", groups, "users", users, "role", roles)
		}
		in.Marker = out.Marker
	}
}

// Whoever a policy is attached to may do what it allows, from the next request on
// and until it is detached (E-24): a user by itself, by a group, and a role.
func TestAttachmentDecides(t *testing.T) {
	f := newFixture(t)
	f.addUser("x", "member")
	f.addGroup("x")
	f.addRole("x")
	f.join("member", "x")
	callers := map[string]*api.Principal{"User": f.user("x"), "Group": f.user("member"), "Role": f.session("x", "s")}
	for _, h := range holders() {
		t.Run(h.kind, func(t *testing.T) {
			call := func() error {
				_, err := f.as(callers[h.kind], "ListUsers", &iam.ListUsersInput{})
				return err
			}
			if call() == nil {
				t.Error("allowed before")
			}
			on(f, t).ok("Attach"+h.kind+"Policy", h.attach(readOnly))
			if err := call(); err != nil {
				t.Error(err)
			}
			on(f, t).ok("Detach"+h.kind+"Policy", h.detach(readOnly))
			if call() == nil {
				t.Error("allowed after")
			}
		})
	}
}

// sections writes names and lists in turn, sorted, leaving out what is empty.
func sections(pairs ...any) string {
	var out []string
	for i := 0; i < len(pairs); i += 2 {
		if names := pairs[i+1].([]string); len(names) > 0 {
			slices.Sort(names)
			out = append(out, pairs[i].(string)+" "+strings.Join(names, " "))
		}
	}
	return strings.Join(out, "; ")
}
