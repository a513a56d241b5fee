package iam

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
)

// trusting is a trust policy for principals of the kind AWS.
func trusting(principals ...string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["` + strings.Join(principals, `","`) + `"]},"Action":"sts:AssumeRole"}]}`
}

// trustOf is a role's trust policy as GetRole shows it.
func (f *fixture) trustOf(role string) string {
	f.t.Helper()
	return decoded(f.t, did[iam.GetRoleOutput](f, "GetRole", &iam.GetRoleInput{RoleName: &role}).Role.AssumeRolePolicyDocument)
}

// storedTrust is a role's trust policy as it is stored.
func (f *fixture) storedTrust(role string) string {
	f.t.Helper()
	r, err := f.directory.View(accountID).Role(role)
	if err != nil {
		f.t.Fatal(err)
	}
	return r.Trust.Text
}

func (f *fixture) trust(role, document string) {
	f.t.Helper()
	f.ok("UpdateAssumeRolePolicy", &iam.UpdateAssumeRolePolicyInput{RoleName: &role, PolicyDocument: &document})
}

// API_CreateRole, API_Role: defaults and what is shown where.
func TestCreateRole(t *testing.T) {
	f := newFixture(t)
	boundary := f.addPolicy("boundary", allowS3)
	r := did[iam.CreateRoleOutput](f, "CreateRole", &iam.CreateRoleInput{
		RoleName: ptr("Full"), Path: ptr("/p/"), AssumeRolePolicyDocument: ptr(trustEC2), Description: ptr("d"),
		MaxSessionDuration: ptr[int32](7200), PermissionsBoundary: &boundary, Tags: tags("k", "v"),
	}).Role
	same(t, "ARN", *r.Arn, accountNo+":role/p/Full")
	same(t, "id", (*r.RoleId)[:4], "AROA")
	same(t, "created", *r.CreateDate, start)
	same(t, "trust", decoded(t, r.AssumeRolePolicyDocument), trustEC2)
	same(t, "duration", *r.MaxSessionDuration, 7200)
	same(t, "boundary", *r.PermissionsBoundary.PermissionsBoundaryArn, boundary)
	if _, n := f.uses(boundary); n != 1 {
		t.Errorf("the boundary counts %d uses", n)
	}
	f.addRole("plain")
	plain := did[iam.GetRoleOutput](f, "GetRole", &iam.GetRoleInput{RoleName: ptr("PLAIN")}).Role
	same(t, "name", *plain.RoleName, "plain")
	same(t, "path", *plain.Path, "/")
	same(t, "default duration", *plain.MaxSessionDuration, 3600) // S-01
	if plain.Description != nil || plain.Tags != nil || plain.PermissionsBoundary != nil {
		t.Errorf("%v has what it was not given", plain)
	}
	if plain.RoleLastUsed == nil || plain.RoleLastUsed.LastUsedDate != nil {
		t.Errorf("never used, it was last used %v", plain.RoleLastUsed)
	}
	for _, r := range did[iam.ListRolesOutput](f, "ListRoles", &iam.ListRolesInput{}).Roles {
		if r.Tags != nil || r.PermissionsBoundary != nil || r.RoleLastUsed != nil {
			t.Errorf("the list shows more than AWS's: %v", r)
		}
	}
}

// API_GetRole: RoleLastUsed.
func TestRoleLastUsed(t *testing.T) {
	f := newFixture(t)
	f.addRole("r")
	role := did[iam.GetRoleOutput](f, "GetRole", &iam.GetRoleInput{RoleName: ptr("r")}).Role
	at := start.Add(time.Hour)
	f.directory.Use(accountID, *role.RoleId).Note("s3", "eu-west-1", at)
	last := did[iam.GetRoleOutput](f, "GetRole", &iam.GetRoleInput{RoleName: ptr("r")}).Role.RoleLastUsed
	same(t, "date", *last.LastUsedDate, at)
	same(t, "region", *last.Region, "eu-west-1")
}

// aws-errors 1.2, 1.3, 1.5, 1.6, 1.7 as far as operations on roles answer them.
func TestRoleFaults(t *testing.T) {
	f := newFixture(t)
	f.addRole("taken")
	create := func(document string) *iam.CreateRoleInput {
		return &iam.CreateRoleInput{RoleName: ptr("new"), AssumeRolePolicyDocument: &document}
	}
	statement := func(s string) *iam.CreateRoleInput {
		return create(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` + s + `}]}`)
	}
	const assume = `,"Action":"sts:AssumeRole"`
	none := "The role with name none cannot be found."
	tests := []struct {
		row, operation string
		in             any
		status         int
		code, message  string
	}{
		{"1.2 GetRole", "GetRole", &iam.GetRoleInput{RoleName: ptr("none")}, 404, "NoSuchEntity", none},
		{"1.2 UpdateRole", "UpdateRole", &iam.UpdateRoleInput{RoleName: ptr("none")}, 404, "NoSuchEntity", none},
		{"1.2 UpdateRoleDescription", "UpdateRoleDescription", &iam.UpdateRoleDescriptionInput{RoleName: ptr("none"), Description: ptr("")}, 404, "NoSuchEntity", none},
		{"1.2 UpdateAssumeRolePolicy", "UpdateAssumeRolePolicy", &iam.UpdateAssumeRolePolicyInput{RoleName: ptr("none"), PolicyDocument: ptr(trustEC2)}, 404, "NoSuchEntity", none},
		{"1.2 DeleteRole", "DeleteRole", &iam.DeleteRoleInput{RoleName: ptr("none")}, 404, "NoSuchEntity", none},
		{"1.2 TagRole", "TagRole", &iam.TagRoleInput{RoleName: ptr("none"), Tags: tags("a", "b")}, 404, "NoSuchEntity", none},
		{"1.2 UntagRole", "UntagRole", &iam.UntagRoleInput{RoleName: ptr("none"), TagKeys: []string{"a"}}, 404, "NoSuchEntity", none},
		{"1.2 ListRoleTags", "ListRoleTags", &iam.ListRoleTagsInput{RoleName: ptr("none")}, 404, "NoSuchEntity", none},
		{"1.3 CreateRole", "CreateRole", &iam.CreateRoleInput{RoleName: ptr("Taken"), AssumeRolePolicyDocument: ptr(trustEC2)}, 409, "EntityAlreadyExists", "Role with name Taken already exists."},
		{"1.2 boundary", "CreateRole", &iam.CreateRoleInput{RoleName: ptr("new"), AssumeRolePolicyDocument: ptr(trustEC2), PermissionsBoundary: ptr(accountNo + ":policy/none")}, 404, "NoSuchEntity", "Policy " + accountNo + ":policy/none does not exist or is not attachable."},
		{"1.5 ACLSizePerRole", "CreateRole", statement(`"Principal":{"AWS":"*"}` + assume + `,"Condition":{"StringEquals":{"sts:ExternalId":"` + strings.Repeat("x", 2000) + `"}}`), 409, "LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048"},
		{"1.6 no JSON", "CreateRole", create("file://trust.json"), 400, "MalformedPolicyDocument", "This policy contains invalid Json"},
		{"1.6 resource", "CreateRole", statement(`"Principal":{"AWS":"*"},"Resource":"*"` + assume), 400, "MalformedPolicyDocument", "Has prohibited field Resource"},
		{"1.6 STAR", "CreateRole", statement(`"Principal":"*"` + assume), 400, "MalformedPolicyDocument", `AssumeRolepolicy contained an invalid principal: "STAR":"*".`},
		{"1.6 principal", "CreateRole", create(trusting(accountNo + ":user/none")), 400, "MalformedPolicyDocument", `Invalid principal in policy: "AWS":"` + accountNo + `:user/none"`},
		{"1.6 service", "CreateRole", statement(`"Principal":{"Service":"ec2"}` + assume), 400, "MalformedPolicyDocument", `Invalid principal in policy: "SERVICE":"ec2"`},
		{"1.6 federated", "CreateRole", statement(`"Principal":{"Federated":"no provider"},"Action":"sts:AssumeRoleWithSAML"`), 400, "MalformedPolicyDocument", "Federated principals must be valid domain names or SAML metadata ARNs"},
		{"V-13", "CreateRole", statement(`"Principal":{"AWS":"*"},"Action":"s3:GetObject"`), 400, "MalformedPolicyDocument", "Trust Policy statement actions can only be sts:AssumeRole, sts:AssumeRoleWithSAML,  and sts:AssumeRoleWithWebIdentity"},
		{"1.7 name", "CreateRole", &iam.CreateRoleInput{RoleName: ptr("a b"), AssumeRolePolicyDocument: ptr(trustEC2)}, 400, "ValidationError", "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"},
		{"1.7 length", "CreateRole", &iam.CreateRoleInput{RoleName: ptr(strings.Repeat("n", 65)), AssumeRolePolicyDocument: ptr(trustEC2)}, 400, "ValidationError", "1 validation error detected: Value '" + strings.Repeat("n", 65) + "' at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64"},
		{"E-23 CreateRole", "CreateRole", &iam.CreateRoleInput{RoleName: ptr("new"), Path: ptr("/aws-service-role/x/"), AssumeRolePolicyDocument: ptr(trustEC2)}, 400, "InvalidInput", "The path /aws-service-role/x/ is reserved for the roles of AWS services."},
		{"1.8 tags", "TagRole", &iam.TagRoleInput{RoleName: ptr("taken"), Tags: tags("k", "1", "K", "2")}, 400, "InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive."},
		{"1.8 tags at creation", "CreateRole", &iam.CreateRoleInput{RoleName: ptr("new"), AssumeRolePolicyDocument: ptr(trustEC2), Tags: tags("k", "1", "K", "2")}, 400, "InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive."},
	}
	for _, tt := range tests {
		t.Run(tt.row, func(t *testing.T) { on(f, t).refused(tt.operation, tt.in, tt.status, tt.code, tt.message) })
	}
	same(t, "roles", len(did[iam.ListRolesOutput](f, "ListRoles", &iam.ListRolesInput{}).Roles), 1)
}

// E-23, aws-errors 1.8: a role that a service of AWS made is AWS's alone.
func TestServiceRolesAreProtected(t *testing.T) {
	f := newFixture(t)
	f.addServiceRole("svc")
	f.addProfile("p")
	svc, boundary := ptr("svc"), f.addPolicy("boundary", allowS3)
	changes := map[string]any{
		"UpdateRole":                    &iam.UpdateRoleInput{RoleName: svc},
		"UpdateRoleDescription":         &iam.UpdateRoleDescriptionInput{RoleName: svc, Description: ptr("mine")},
		"UpdateAssumeRolePolicy":        &iam.UpdateAssumeRolePolicyInput{RoleName: svc, PolicyDocument: ptr(trusting("*"))},
		"DeleteRole":                    &iam.DeleteRoleInput{RoleName: svc},
		"TagRole":                       &iam.TagRoleInput{RoleName: svc, Tags: tags("a", "b")},
		"UntagRole":                     &iam.UntagRoleInput{RoleName: svc, TagKeys: []string{"a"}},
		"AttachRolePolicy":              &iam.AttachRolePolicyInput{RoleName: svc, PolicyArn: ptr(readOnly)},
		"DetachRolePolicy":              &iam.DetachRolePolicyInput{RoleName: svc, PolicyArn: ptr(readOnly)},
		"PutRolePolicy":                 &iam.PutRolePolicyInput{RoleName: svc, PolicyName: ptr("p"), PolicyDocument: ptr(allowAll)},
		"DeleteRolePolicy":              &iam.DeleteRolePolicyInput{RoleName: svc, PolicyName: ptr("p")},
		"PutRolePermissionsBoundary":    &iam.PutRolePermissionsBoundaryInput{RoleName: svc, PermissionsBoundary: &boundary},
		"DeleteRolePermissionsBoundary": &iam.DeleteRolePermissionsBoundaryInput{RoleName: svc},
		"AddRoleToInstanceProfile":      &iam.AddRoleToInstanceProfileInput{RoleName: svc, InstanceProfileName: ptr("p")},
		"RemoveRoleFromInstanceProfile": &iam.RemoveRoleFromInstanceProfileInput{RoleName: svc, InstanceProfileName: ptr("p")},
	}
	before := did[iam.GetAccountAuthorizationDetailsOutput](f, "GetAccountAuthorizationDetails", &iam.GetAccountAuthorizationDetailsInput{})
	for operation, in := range changes {
		t.Run(operation, func(t *testing.T) {
			on(f, t).refused(operation, in, 400, "UnmodifiableEntity", "Cannot perform the operation on the protected role 'svc' - this role is only modifiable by AWS")
		})
	}
	after := did[iam.GetAccountAuthorizationDetailsOutput](f, "GetAccountAuthorizationDetails", &iam.GetAccountAuthorizationDetailsInput{})
	same(t, "the account", asText(after), asText(before))
}

// API_UpdateRole: a duration that is not given becomes the default, a description
// that is not given stays.
func TestUpdateRole(t *testing.T) {
	f := newFixture(t)
	f.addRole("r")
	get := func() string {
		r := did[iam.GetRoleOutput](f, "GetRole", &iam.GetRoleInput{RoleName: ptr("r")}).Role
		return fmt.Sprint(*r.MaxSessionDuration, " ", orEmpty(r.Description))
	}
	f.ok("UpdateRole", &iam.UpdateRoleInput{RoleName: ptr("r"), MaxSessionDuration: ptr[int32](43200), Description: ptr("one")})
	same(t, "both", get(), "43200 one")
	f.ok("UpdateRole", &iam.UpdateRoleInput{RoleName: ptr("r")})
	same(t, "neither", get(), "3600 one")
	f.ok("UpdateRole", &iam.UpdateRoleInput{RoleName: ptr("r"), Description: ptr("")})
	same(t, "emptied", get(), "3600 ")
	out := did[iam.UpdateRoleDescriptionOutput](f, "UpdateRoleDescription", &iam.UpdateRoleDescriptionInput{RoleName: ptr("r"), Description: ptr("two")})
	same(t, "answer", *out.Role.Description, "two")
	same(t, "description", get(), "3600 two")
}

// aws-errors 1.4.
func TestDeleteRole(t *testing.T) {
	f := newFixture(t)
	f.addRole("r")
	f.addProfile("p")
	boundary := f.addPolicy("boundary", allowS3)
	f.ok("PutRolePermissionsBoundary", &iam.PutRolePermissionsBoundaryInput{RoleName: ptr("r"), PermissionsBoundary: &boundary})
	f.ok("AddRoleToInstanceProfile", &iam.AddRoleToInstanceProfileInput{RoleName: ptr("r"), InstanceProfileName: ptr("p")})
	f.refused("DeleteRole", &iam.DeleteRoleInput{RoleName: ptr("r")}, 409, "DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.")
	f.ok("RemoveRoleFromInstanceProfile", &iam.RemoveRoleFromInstanceProfileInput{RoleName: ptr("r"), InstanceProfileName: ptr("p")})
	session := f.session("r", "s")
	f.ok("DeleteRole", &iam.DeleteRoleInput{RoleName: ptr("r")})
	f.refused("GetRole", &iam.GetRoleInput{RoleName: ptr("r")}, 404, "NoSuchEntity", "The role with name r cannot be found.")
	if _, n := f.uses(boundary); n != 0 {
		t.Errorf("the boundary counts %d uses", n)
	}
	f.addRole("r") // another role of that name: the old one's sessions are not its (S-04)
	f.refusedAs(session, "ListUsers", &iam.ListUsersInput{}, 403, "InvalidClientTokenId", "The security token included in the request is invalid")
}

func TestListRoles(t *testing.T) {
	f := newFixture(t)
	f.addRole("b", "A", "c")
	f.ok("CreateRole", &iam.CreateRoleInput{RoleName: ptr("d"), Path: ptr("/x/y/"), AssumeRolePolicyDocument: ptr(trustEC2)})
	names := func(in iam.ListRolesInput) string {
		var names []string
		for {
			out := did[iam.ListRolesOutput](f, "ListRoles", &in)
			for _, r := range out.Roles {
				names = append(names, *r.RoleName)
			}
			if !*out.IsTruncated {
				return strings.Join(names, " ")
			}
			in.Marker = out.Marker
		}
	}
	same(t, "all", names(iam.ListRolesInput{}), "A b c d")
	same(t, "pages", names(iam.ListRolesInput{MaxItems: ptr[int32](1)}), "A b c d")
	same(t, "path", names(iam.ListRolesInput{PathPrefix: ptr("/x")}), "d")
}

func TestRoleTags(t *testing.T) {
	f := newFixture(t)
	f.addRole("r")
	f.ok("TagRole", &iam.TagRoleInput{RoleName: ptr("r"), Tags: tags("b", "1", "a", "2")})
	f.ok("TagRole", &iam.TagRoleInput{RoleName: ptr("r"), Tags: tags("B", "3")}) // aws-errors 1.8: replaced, in the new case
	list := func() (out []string) {
		for _, tag := range did[iam.ListRoleTagsOutput](f, "ListRoleTags", &iam.ListRoleTagsInput{RoleName: ptr("r")}).Tags {
			out = append(out, *tag.Key+"="+*tag.Value)
		}
		return out
	}
	same(t, "tags", strings.Join(list(), " "), "B=3 a=2")
	f.ok("UntagRole", &iam.UntagRoleInput{RoleName: ptr("r"), TagKeys: []string{"b"}})
	same(t, "tags left", strings.Join(list(), " "), "a=2")
}
