package iam

import (
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
)

func TestPermissionsBoundaries(t *testing.T) {
	f := newFixture(t)
	f.addUser("x")
	f.addRole("x")
	one, two := f.addPolicy("one", allowS3), f.addPolicy("two", allowS3)
	kinds := []struct {
		kind  string
		put   func(arn string) any
		del   any
		shown func() *iam.AttachedPermissionsBoundary
	}{
		{"User", func(arn string) any {
			return &iam.PutUserPermissionsBoundaryInput{UserName: ptr("x"), PermissionsBoundary: &arn}
		},
			&iam.DeleteUserPermissionsBoundaryInput{UserName: ptr("x")},
			func() *iam.AttachedPermissionsBoundary {
				return did[iam.GetUserOutput](f, "GetUser", &iam.GetUserInput{UserName: ptr("x")}).User.PermissionsBoundary
			}},
		{"Role", func(arn string) any {
			return &iam.PutRolePermissionsBoundaryInput{RoleName: ptr("x"), PermissionsBoundary: &arn}
		},
			&iam.DeleteRolePermissionsBoundaryInput{RoleName: ptr("x")},
			func() *iam.AttachedPermissionsBoundary {
				return did[iam.GetRoleOutput](f, "GetRole", &iam.GetRoleInput{RoleName: ptr("x")}).Role.PermissionsBoundary
			}},
	}
	boundaries := func(arn string) int32 { _, n := f.uses(arn); return n }
	for _, k := range kinds {
		t.Run(k.kind, func(t *testing.T) {
			f := on(f, t)
			put, del := "Put"+k.kind+"PermissionsBoundary", "Delete"+k.kind+"PermissionsBoundary"
			f.ok(put, k.put(one))
			f.ok(put, k.put(one)) // twice is once
			same(t, "uses", boundaries(one), 1)
			same(t, "shown", *k.shown().PermissionsBoundaryArn, one)
			same(t, "type", *k.shown().PermissionsBoundaryType, "Policy") // API_AttachedPermissionsBoundary
			f.refused("DeletePolicy", &iam.DeletePolicyInput{PolicyArn: &one}, 409, "DeleteConflict", "Cannot delete a policy attached to entities.")
			f.ok(put, k.put(two))
			same(t, "uses of the old", boundaries(one), 0)
			same(t, "uses of the new", boundaries(two), 1)
			f.ok(put, k.put(readOnly))
			same(t, "uses of AWS's", boundaries(readOnly), 1)
			f.ok(del, k.del)
			f.ok(del, k.del) // (choice): nothing there, nothing to do
			if k.shown() != nil || boundaries(two)+boundaries(readOnly) != 0 {
				t.Errorf("taken away, it is %v", k.shown())
			}
			gone := accountNo + ":policy/gone"
			f.refused(put, k.put(gone), 404, "NoSuchEntity", "Policy "+gone+" does not exist or is not attachable.")
			f.refused(put, k.put(accountNo+":user/ana"), 400, "InvalidInput", "ARN "+accountNo+":user/ana is not valid.")
			f.refused(put, k.put("arn:aws-cn:iam::aws:policy/ReadOnlyAccess"), 400, "ValidationError", "Invalid ARN partition")
		})
	}
	none := "The user with name none cannot be found."
	f.refused("PutUserPermissionsBoundary", &iam.PutUserPermissionsBoundaryInput{UserName: ptr("none"), PermissionsBoundary: &one}, 404, "NoSuchEntity", none)
	f.refused("DeleteUserPermissionsBoundary", &iam.DeleteUserPermissionsBoundaryInput{UserName: ptr("none")}, 404, "NoSuchEntity", none)
	f.refused("PutRolePermissionsBoundary", &iam.PutRolePermissionsBoundaryInput{RoleName: ptr("none"), PermissionsBoundary: &one}, 404, "NoSuchEntity", "The role with name none cannot be found.")
	f.refused("DeleteRolePermissionsBoundary", &iam.DeleteRolePermissionsBoundaryInput{RoleName: ptr("none")}, 404, "NoSuchEntity", "The role with name none cannot be found.")
}

// A boundary limits and grants nothing (E-21), and is named where it denies.
func TestBoundaryDecides(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	f.ok("PutUserPermissionsBoundary", &iam.PutUserPermissionsBoundaryInput{UserName: ptr("ana"), PermissionsBoundary: ptr(f.addPolicy("all", allowAll))})
	in := &iam.ListGroupsInput{}
	refusal := "User: " + accountNo + ":user/ana is not authorized to perform: iam:ListGroups on resource: " + accountNo + ":group/ because no "
	f.refusedAs(f.user("ana"), "ListGroups", in, 403, "AccessDenied", refusal+"identity-based policy allows the iam:ListGroups action")
	f.attachToUser("ana", readOnly)
	didAs[iam.ListGroupsOutput](f, f.user("ana"), "ListGroups", in)
	f.ok("PutUserPermissionsBoundary", &iam.PutUserPermissionsBoundaryInput{UserName: ptr("ana"), PermissionsBoundary: ptr(f.addPolicy("s3", allowS3))})
	f.refusedAs(f.user("ana"), "ListGroups", in, 403, "AccessDenied", refusal+"permissions boundary allows the iam:ListGroups action")
}
