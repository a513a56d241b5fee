package iam

import (
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/authz/authztest"
)

// allowing is an identity policy of one statement that allows an action on a
// resource under a condition.
func allowing(action, resource, condition string) string {
	if condition != "" {
		condition = `,"Condition":{` + condition + `}`
	}
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":` + action + `,"Resource":"` + resource + `"` + condition + `}]}`
}

// K-22, K-23, K-27: what a policy asks of a call on policies, roles and profiles,
// and calls that have it and that lack it.
func TestConditionsOfPolicyOperations(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	f.addGroup("g")
	own := f.addPolicy("own", allowS3)
	trust := ptr(trustEC2)
	f.ok("TagPolicy", &iam.TagPolicyInput{PolicyArn: &own, Tags: tags("team", "a")})
	for name, team := range map[string]string{"a": "a", "b": "b"} {
		f.ok("CreateRole", &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: trust, Tags: tags("team", team)})
		f.ok("CreateInstanceProfile", &iam.CreateInstanceProfileInput{InstanceProfileName: &name, Tags: tags("team", team)})
	}
	const team = `"StringEquals":{"%/team":"a"}`
	tagged := func(key string) string { return strings.Replace(team, "%", key, 1) }
	tests := []struct {
		name, operation, document string
		allowed, denied           any
		denies                    string // the action that the refusal names
	}{
		{"iam:PolicyARN attach", "AttachGroupPolicy", allowing(`"iam:AttachGroupPolicy"`, "*", `"ArnEquals":{"iam:PolicyARN":"`+own+`"}`),
			&iam.AttachGroupPolicyInput{GroupName: ptr("g"), PolicyArn: &own}, &iam.AttachGroupPolicyInput{GroupName: ptr("g"), PolicyArn: ptr(administrator)}, ""},
		{"iam:PolicyARN detach", "DetachGroupPolicy", allowing(`"iam:DetachGroupPolicy"`, "*", `"ArnLike":{"iam:PolicyARN":"arn:aws:iam::*:policy/ow?"}`),
			&iam.DetachGroupPolicyInput{GroupName: ptr("g"), PolicyArn: &own}, &iam.DetachGroupPolicyInput{GroupName: ptr("g"), PolicyArn: ptr(administrator)}, ""},
		{"iam:ResourceTag of a role", "UpdateRole", allowing(`"iam:UpdateRole"`, "*", tagged("iam:ResourceTag")),
			&iam.UpdateRoleInput{RoleName: ptr("a")}, &iam.UpdateRoleInput{RoleName: ptr("b")}, ""},
		{"aws:ResourceTag of a role", "GetRole", allowing(`"iam:GetRole"`, "*", tagged("aws:ResourceTag")),
			&iam.GetRoleInput{RoleName: ptr("a")}, &iam.GetRoleInput{RoleName: ptr("none")}, ""},
		{"aws:ResourceTag of a policy", "GetPolicy", allowing(`"iam:GetPolicy"`, "*", tagged("aws:ResourceTag")),
			&iam.GetPolicyInput{PolicyArn: &own}, &iam.GetPolicyInput{PolicyArn: ptr(readOnly)}, ""},
		{"aws:ResourceTag of a profile", "GetInstanceProfile", allowing(`"iam:GetInstanceProfile"`, "*", tagged("aws:ResourceTag")),
			&iam.GetInstanceProfileInput{InstanceProfileName: ptr("a")}, &iam.GetInstanceProfileInput{InstanceProfileName: ptr("b")}, ""},
		{"aws:RequestTag at creation", "CreateRole", allowing(`["iam:CreateRole","iam:TagRole"]`, "*", tagged("aws:RequestTag")),
			&iam.CreateRoleInput{RoleName: ptr("new"), AssumeRolePolicyDocument: trust, Tags: tags("team", "a")},
			&iam.CreateRoleInput{RoleName: ptr("new2"), AssumeRolePolicyDocument: trust, Tags: tags("team", "b")}, ""},
		{"aws:ResourceTag at creation (K-22)", "CreateInstanceProfile", allowing(`["iam:CreateInstanceProfile","iam:TagInstanceProfile"]`, "*", tagged("aws:ResourceTag")),
			&iam.CreateInstanceProfileInput{InstanceProfileName: ptr("new"), Tags: tags("team", "a")},
			&iam.CreateInstanceProfileInput{InstanceProfileName: ptr("new2")}, ""},
		{"aws:TagKeys", "TagRole", allowing(`"iam:TagRole"`, "*", `"ForAllValues:StringEquals":{"aws:TagKeys":["team","cost"]}`),
			&iam.TagRoleInput{RoleName: ptr("a"), Tags: tags("team", "a", "cost", "1")}, &iam.TagRoleInput{RoleName: ptr("a"), Tags: tags("team", "a", "other", "1")}, ""},
		{"aws:TagKeys untag", "UntagPolicy", allowing(`"iam:UntagPolicy"`, "*", `"ForAllValues:StringEquals":{"aws:TagKeys":["cost"]}`),
			&iam.UntagPolicyInput{PolicyArn: &own, TagKeys: []string{"cost"}}, &iam.UntagPolicyInput{PolicyArn: &own, TagKeys: []string{"team"}}, ""},
		{"tags at creation need TagPolicy", "CreatePolicy", allowing(`"iam:CreatePolicy"`, "*", ""),
			&iam.CreatePolicyInput{PolicyName: ptr("new"), PolicyDocument: ptr(allowS3)},
			&iam.CreatePolicyInput{PolicyName: ptr("new2"), PolicyDocument: ptr(allowS3), Tags: tags("a", "b")}, "TagPolicy"},
		{"tags at creation need TagRole", "CreateRole", allowing(`"iam:CreateRole"`, "*", ""),
			&iam.CreateRoleInput{RoleName: ptr("untagged"), AssumeRolePolicyDocument: trust},
			&iam.CreateRoleInput{RoleName: ptr("untagged2"), AssumeRolePolicyDocument: trust, Tags: tags("a", "b")}, "TagRole"},
		{"iam:PermissionsBoundary at creation", "CreateRole", allowing(`"iam:CreateRole"`, "*", `"StringEquals":{"iam:PermissionsBoundary":"`+own+`"}`),
			&iam.CreateRoleInput{RoleName: ptr("bounded"), AssumeRolePolicyDocument: trust, PermissionsBoundary: &own},
			&iam.CreateRoleInput{RoleName: ptr("unbounded"), AssumeRolePolicyDocument: trust}, ""},
		{"iam:PermissionsBoundary of the role", "PutRolePolicy", allowing(`"iam:PutRolePolicy"`, "*", `"StringEquals":{"iam:PermissionsBoundary":"`+own+`"}`),
			&iam.PutRolePolicyInput{RoleName: ptr("bounded"), PolicyName: ptr("p"), PolicyDocument: ptr(allowAll)},
			&iam.PutRolePolicyInput{RoleName: ptr("a"), PolicyName: ptr("p"), PolicyDocument: ptr(allowAll)}, ""},
		{"a path of roles", "CreateRole", allowing(`"iam:CreateRole"`, accountNo+":role/app/*", ""),
			&iam.CreateRoleInput{RoleName: ptr("r"), Path: ptr("/app/"), AssumeRolePolicyDocument: trust},
			&iam.CreateRoleInput{RoleName: ptr("app"), AssumeRolePolicyDocument: trust}, ""},
		{"a list under a path (M-05)", "ListRoles", allowing(`"iam:ListRoles"`, accountNo+":role/app/*", ""),
			&iam.ListRolesInput{PathPrefix: ptr("/app/")}, &iam.ListRolesInput{}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := on(f, t)
			f.ok("PutUserPolicy", &iam.PutUserPolicyInput{UserName: ptr("ana"), PolicyName: ptr("p"), PolicyDocument: &tt.document})
			if _, err := f.as(f.user("ana"), tt.operation, tt.allowed); err != nil {
				t.Errorf("the call that has it: %v", err)
			}
			action := tt.operation
			if tt.denies != "" {
				action = tt.denies
			}
			_, err := f.as(f.user("ana"), tt.operation, tt.denied)
			if want := "AccessDenied: User: " + accountNo + ":user/ana is not authorized to perform: iam:" + action + " on resource: "; err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("the call that lacks it: %v", err)
			}
		})
	}
}

// A marker holds for the list that it comes from: text of the caller's own, or
// another list's marker, is refused and shows nothing.
func TestMarkersOfPolicyLists(t *testing.T) {
	f := newFixture(t)
	f.addUser("x")
	f.addGroup("x")
	f.addRole("x")
	f.addProfile("x")
	arn := f.addPolicy("x", allowS3)
	x, own := ptr("x"), ptr("bm9uZSBvZiBvdXJz")
	lists := map[string]func(marker *string) any{
		"ListPolicies":                   func(m *string) any { return &iam.ListPoliciesInput{Marker: m} },
		"ListPolicyVersions":             func(m *string) any { return &iam.ListPolicyVersionsInput{PolicyArn: &arn, Marker: m} },
		"ListPolicyTags":                 func(m *string) any { return &iam.ListPolicyTagsInput{PolicyArn: &arn, Marker: m} },
		"ListEntitiesForPolicy":          func(m *string) any { return &iam.ListEntitiesForPolicyInput{PolicyArn: &arn, Marker: m} },
		"ListAttachedUserPolicies":       func(m *string) any { return &iam.ListAttachedUserPoliciesInput{UserName: x, Marker: m} },
		"ListAttachedGroupPolicies":      func(m *string) any { return &iam.ListAttachedGroupPoliciesInput{GroupName: x, Marker: m} },
		"ListAttachedRolePolicies":       func(m *string) any { return &iam.ListAttachedRolePoliciesInput{RoleName: x, Marker: m} },
		"ListUserPolicies":               func(m *string) any { return &iam.ListUserPoliciesInput{UserName: x, Marker: m} },
		"ListGroupPolicies":              func(m *string) any { return &iam.ListGroupPoliciesInput{GroupName: x, Marker: m} },
		"ListRolePolicies":               func(m *string) any { return &iam.ListRolePoliciesInput{RoleName: x, Marker: m} },
		"ListRoles":                      func(m *string) any { return &iam.ListRolesInput{Marker: m} },
		"ListRoleTags":                   func(m *string) any { return &iam.ListRoleTagsInput{RoleName: x, Marker: m} },
		"ListInstanceProfiles":           func(m *string) any { return &iam.ListInstanceProfilesInput{Marker: m} },
		"ListInstanceProfilesForRole":    func(m *string) any { return &iam.ListInstanceProfilesForRoleInput{RoleName: x, Marker: m} },
		"ListInstanceProfileTags":        func(m *string) any { return &iam.ListInstanceProfileTagsInput{InstanceProfileName: x, Marker: m} },
		"GetAccountAuthorizationDetails": func(m *string) any { return &iam.GetAccountAuthorizationDetailsInput{Marker: m} },
	}
	other := did[iam.ListPoliciesOutput](f, "ListPolicies", &iam.ListPoliciesInput{MaxItems: ptr[int32](1), Scope: ptr("AWS")}).Marker
	for operation, list := range lists {
		t.Run(operation, func(t *testing.T) {
			f := on(f, t)
			f.ok(operation, list(nil))
			f.refused(operation, list(own), 400, "ValidationError", "Invalid Marker.")
			f.refused(operation, list(other), 400, "ValidationError", "Invalid Marker.")
		})
	}
}

// Neither a caller without permission nor one of another account learns whether
// what it names is there: the words are the same (D-09).
func TestRefusalsDoNotTell(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	f.ok("CreateRole", &iam.CreateRoleInput{RoleName: ptr("there"), Path: ptr("/deep/"), AssumeRolePolicyDocument: ptr(trustEC2)})
	f.ok("CreateInstanceProfile", &iam.CreateInstanceProfileInput{InstanceProfileName: ptr("there"), Path: ptr("/deep/")})
	f.ok("CreatePolicy", &iam.CreatePolicyInput{PolicyName: ptr("there"), PolicyDocument: ptr(allowS3)})
	calls := map[string]func(name string) any{
		"GetRole":            func(name string) any { return &iam.GetRoleInput{RoleName: &name} },
		"DeleteRole":         func(name string) any { return &iam.DeleteRoleInput{RoleName: &name} },
		"AttachRolePolicy":   func(name string) any { return &iam.AttachRolePolicyInput{RoleName: &name, PolicyArn: ptr(readOnly)} },
		"ListRolePolicies":   func(name string) any { return &iam.ListRolePoliciesInput{RoleName: &name} },
		"GetInstanceProfile": func(name string) any { return &iam.GetInstanceProfileInput{InstanceProfileName: &name} },
		"GetPolicy":          func(name string) any { return &iam.GetPolicyInput{PolicyArn: ptr(accountNo + ":policy/" + name)} },
		"DeletePolicy":       func(name string) any { return &iam.DeletePolicyInput{PolicyArn: ptr(accountNo + ":policy/" + name)} },
	}
	for operation, call := range calls {
		t.Run(operation, func(t *testing.T) {
			_, there := f.as(f.user("ana"), operation, call("there"))
			_, gone := f.as(f.user("ana"), operation, call("elsewhere"))
			if there == nil || gone == nil {
				t.Fatalf("allowed: %v, %v", there, gone)
			}
			same(t, "refusal", strings.ReplaceAll(authztest.Sentence(t, gone.Error()), "elsewhere", "there"), authztest.Sentence(t, there.Error()))
		})
	}
}
