package iam

import (
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
)

// API_CreateInstanceProfile, API_AddRoleToInstanceProfile.
func TestInstanceProfile(t *testing.T) {
	f := newFixture(t)
	p := did[iam.CreateInstanceProfileOutput](f, "CreateInstanceProfile", &iam.CreateInstanceProfileInput{InstanceProfileName: ptr("Web"), Path: ptr("/w/"), Tags: tags("k", "v")}).InstanceProfile
	same(t, "ARN", *p.Arn, accountNo+":instance-profile/w/Web")
	same(t, "id", (*p.InstanceProfileId)[:4], "AIPA")
	same(t, "created", *p.CreateDate, start)
	same(t, "roles", len(p.Roles), 0)
	same(t, "tags", len(p.Tags), 1)

	f.addRole("r")
	f.ok("AddRoleToInstanceProfile", &iam.AddRoleToInstanceProfileInput{InstanceProfileName: ptr("web"), RoleName: ptr("R")})
	p = did[iam.GetInstanceProfileOutput](f, "GetInstanceProfile", &iam.GetInstanceProfileInput{InstanceProfileName: ptr("WEB")}).InstanceProfile
	same(t, "role", *p.Roles[0].Arn, accountNo+":role/r")
	same(t, "its trust", decoded(t, p.Roles[0].AssumeRolePolicyDocument), trustEC2)
	same(t, "of the role", f.profilesFor("r"), "Web")

	f.ok("RemoveRoleFromInstanceProfile", &iam.RemoveRoleFromInstanceProfileInput{InstanceProfileName: ptr("Web"), RoleName: ptr("r")})
	same(t, "of the role after", f.profilesFor("r"), "")
	f.ok("DeleteInstanceProfile", &iam.DeleteInstanceProfileInput{InstanceProfileName: ptr("Web")})
	f.ok("DeleteRole", &iam.DeleteRoleInput{RoleName: ptr("r")})
}

// profilesFor are the names of a role's instance profiles, read one a page.
func (f *fixture) profilesFor(role string) string {
	f.t.Helper()
	in := &iam.ListInstanceProfilesForRoleInput{RoleName: &role, MaxItems: ptr[int32](1)}
	var names []string
	for {
		out := did[iam.ListInstanceProfilesForRoleOutput](f, "ListInstanceProfilesForRole", in)
		for _, p := range out.InstanceProfiles {
			names = append(names, *p.InstanceProfileName)
		}
		if !*out.IsTruncated {
			return sections("", names)[min(1, len(names)):]
		}
		in.Marker = out.Marker
	}
}

// A role may be in several profiles, and a profile holds one role.
func TestRoleInSeveralProfiles(t *testing.T) {
	f := newFixture(t)
	f.addRole("r", "s")
	f.addProfile("a", "b")
	for _, p := range []string{"a", "b"} {
		f.ok("AddRoleToInstanceProfile", &iam.AddRoleToInstanceProfileInput{InstanceProfileName: &p, RoleName: ptr("r")})
	}
	same(t, "profiles", f.profilesFor("r"), "a b")
	f.refused("AddRoleToInstanceProfile", &iam.AddRoleToInstanceProfileInput{InstanceProfileName: ptr("a"), RoleName: ptr("s")},
		409, "LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
	inUse := "Cannot delete entity, must remove roles from instance profile first."
	f.refused("DeleteInstanceProfile", &iam.DeleteInstanceProfileInput{InstanceProfileName: ptr("a")}, 409, "DeleteConflict", inUse)
	f.ok("RemoveRoleFromInstanceProfile", &iam.RemoveRoleFromInstanceProfileInput{InstanceProfileName: ptr("a"), RoleName: ptr("r")})
	f.refused("DeleteRole", &iam.DeleteRoleInput{RoleName: ptr("r")}, 409, "DeleteConflict", inUse) // still in b
}

// aws-errors 1.2, 1.3.
func TestInstanceProfileFaults(t *testing.T) {
	f := newFixture(t)
	f.addRole("r")
	f.addProfile("taken")
	none, noRole := "Instance Profile none cannot be found.", "The role with name none cannot be found."
	tests := []struct {
		row, operation string
		in             any
		status         int
		code, message  string
	}{
		{"1.2 GetInstanceProfile", "GetInstanceProfile", &iam.GetInstanceProfileInput{InstanceProfileName: ptr("none")}, 404, "NoSuchEntity", none},
		{"1.2 DeleteInstanceProfile", "DeleteInstanceProfile", &iam.DeleteInstanceProfileInput{InstanceProfileName: ptr("none")}, 404, "NoSuchEntity", none},
		{"1.2 AddRole, no profile", "AddRoleToInstanceProfile", &iam.AddRoleToInstanceProfileInput{InstanceProfileName: ptr("none"), RoleName: ptr("r")}, 404, "NoSuchEntity", none},
		{"1.2 AddRole, no role", "AddRoleToInstanceProfile", &iam.AddRoleToInstanceProfileInput{InstanceProfileName: ptr("taken"), RoleName: ptr("none")}, 404, "NoSuchEntity", noRole},
		{"1.2 RemoveRole, no role", "RemoveRoleFromInstanceProfile", &iam.RemoveRoleFromInstanceProfileInput{InstanceProfileName: ptr("taken"), RoleName: ptr("none")}, 404, "NoSuchEntity", noRole},
		{"1.2 RemoveRole, not in it", "RemoveRoleFromInstanceProfile", &iam.RemoveRoleFromInstanceProfileInput{InstanceProfileName: ptr("taken"), RoleName: ptr("r")}, 404, "NoSuchEntity", "The role with name r cannot be found."},
		{"1.2 ListInstanceProfilesForRole", "ListInstanceProfilesForRole", &iam.ListInstanceProfilesForRoleInput{RoleName: ptr("none")}, 404, "NoSuchEntity", noRole},
		{"1.2 TagInstanceProfile", "TagInstanceProfile", &iam.TagInstanceProfileInput{InstanceProfileName: ptr("none"), Tags: tags("a", "b")}, 404, "NoSuchEntity", none},
		{"1.2 UntagInstanceProfile", "UntagInstanceProfile", &iam.UntagInstanceProfileInput{InstanceProfileName: ptr("none"), TagKeys: []string{"a"}}, 404, "NoSuchEntity", none},
		{"1.2 ListInstanceProfileTags", "ListInstanceProfileTags", &iam.ListInstanceProfileTagsInput{InstanceProfileName: ptr("none")}, 404, "NoSuchEntity", none},
		{"1.3 CreateInstanceProfile", "CreateInstanceProfile", &iam.CreateInstanceProfileInput{InstanceProfileName: ptr("Taken")}, 409, "EntityAlreadyExists", "Instance Profile Taken already exists."},
		{"1.8 tags", "TagInstanceProfile", &iam.TagInstanceProfileInput{InstanceProfileName: ptr("taken"), Tags: tags("k", "1", "K", "2")}, 400, "InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive."},
	}
	for _, tt := range tests {
		t.Run(tt.row, func(t *testing.T) { on(f, t).refused(tt.operation, tt.in, tt.status, tt.code, tt.message) })
	}
}

func TestListInstanceProfiles(t *testing.T) {
	f := newFixture(t)
	f.addProfile("b", "a")
	f.ok("CreateInstanceProfile", &iam.CreateInstanceProfileInput{InstanceProfileName: ptr("c"), Path: ptr("/n/"), Tags: tags("k", "v")})
	names := func(in iam.ListInstanceProfilesInput) string {
		var names []string
		for {
			out := did[iam.ListInstanceProfilesOutput](f, "ListInstanceProfiles", &in)
			for _, p := range out.InstanceProfiles {
				names = append(names, *p.InstanceProfileName)
				if p.Tags != nil {
					t.Errorf("%s: the list shows tags", *p.InstanceProfileName)
				}
			}
			if !*out.IsTruncated {
				return strings.Join(names, " ")
			}
			in.Marker = out.Marker
		}
	}
	same(t, "all", names(iam.ListInstanceProfilesInput{}), "a b c")
	same(t, "pages", names(iam.ListInstanceProfilesInput{MaxItems: ptr[int32](2)}), "a b c")
	same(t, "path", names(iam.ListInstanceProfilesInput{PathPrefix: ptr("/n/")}), "c")
}

func TestInstanceProfileTags(t *testing.T) {
	f := newFixture(t)
	f.addProfile("p")
	f.ok("TagInstanceProfile", &iam.TagInstanceProfileInput{InstanceProfileName: ptr("p"), Tags: tags("b", "1", "a", "2")})
	f.ok("UntagInstanceProfile", &iam.UntagInstanceProfileInput{InstanceProfileName: ptr("p"), TagKeys: []string{"B"}})
	list := did[iam.ListInstanceProfileTagsOutput](f, "ListInstanceProfileTags", &iam.ListInstanceProfileTagsInput{InstanceProfileName: ptr("p")}).Tags
	same(t, "tags", len(list), 1)
	same(t, "tag", *list[0].Key+"="+*list[0].Value, "a=2")
}

// T-08: who puts a role into a profile hands it to EC2, and needs iam:PassRole on
// the role for it.
func TestAddRoleNeedsPassRole(t *testing.T) {
	f := newFixture(t)
	f.addRole("r")
	f.addProfile("p")
	f.addUser("ana")
	const open, end = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:AddRoleToInstanceProfile","Resource":"*"}`, `]}`
	pass := func(service string) string {
		return open + `,{"Effect":"Allow","Action":"iam:PassRole","Resource":"` + accountNo + `:role/r","Condition":{"StringEquals":{"iam:PassedToService":"` + service + `"}}}` + end
	}
	in := &iam.AddRoleToInstanceProfileInput{InstanceProfileName: ptr("p"), RoleName: ptr("r")}
	who := "User: " + accountNo + ":user/ana is not authorized to perform: "
	refusal := who + "iam:PassRole on resource: " + accountNo + ":role/r because no identity-based policy allows the iam:PassRole action"
	f.refusedAs(f.user("ana"), "AddRoleToInstanceProfile", in, 403, "AccessDenied",
		who+"iam:AddRoleToInstanceProfile on resource: instance profile p because no identity-based policy allows the iam:AddRoleToInstanceProfile action")
	for _, document := range []string{open + end, pass("lambda.amazonaws.com")} {
		f.ok("PutUserPolicy", &iam.PutUserPolicyInput{UserName: ptr("ana"), PolicyName: ptr("p"), PolicyDocument: &document})
		f.refusedAs(f.user("ana"), "AddRoleToInstanceProfile", in, 403, "AccessDenied", refusal)
	}
	f.ok("PutUserPolicy", &iam.PutUserPolicyInput{UserName: ptr("ana"), PolicyName: ptr("p"), PolicyDocument: ptr(pass("ec2.amazonaws.com"))})
	didAs[iam.AddRoleToInstanceProfileOutput](f, f.user("ana"), "AddRoleToInstanceProfile", in)
	same(t, "profiles", f.profilesFor("r"), "p")
}
