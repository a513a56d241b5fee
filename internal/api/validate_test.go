package api_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
)

func long(n int) string { return strings.Repeat("a", n) }

// TestValidate: aws-errors 1.7 and the lengths of sections 1.7 and 2.
func TestValidate(t *testing.T) {
	tags := func(n int) []iam.Tag {
		tags := make([]iam.Tag, n)
		for i := range tags {
			tags[i] = iam.Tag{Key: ptr("k" + strconv.Itoa(i)), Value: ptr("v")}
		}
		return tags
	}
	sixth := tags(6)
	sixth[5].Value = ptr("a!")
	for _, c := range []struct {
		rule, op string
		svc      *api.Service
		in       any
		code     string
		message  string
	}{
		{"nothing wrong", "CreateRole", iam.API, &iam.CreateRoleInput{RoleName: ptr("r"), AssumeRolePolicyDocument: ptr("{}"), Path: ptr("/a/b/"), Tags: tags(50)}, "", ""},
		{"too long", "GetRole", iam.API, &iam.GetRoleInput{RoleName: ptr(long(65))}, "ValidationError",
			"1 validation error detected: Value '" + long(65) + "' at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64"},
		{"too short", "GetPolicy", iam.API, &iam.GetPolicyInput{PolicyArn: ptr("x")}, "ValidationError",
			"1 validation error detected: Value 'x' at 'policyArn' failed to satisfy constraint: Member must have length greater than or equal to 20"},
		{"empty", "GetRole", iam.API, &iam.GetRoleInput{RoleName: ptr("")}, "ValidationError",
			"1 validation error detected: Value '' at 'roleName' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"missing", "GetRole", iam.API, &iam.GetRoleInput{}, "ValidationError",
			"1 validation error detected: Value null at 'roleName' failed to satisfy constraint: Member must not be null"},
		{"two missing", "AttachRolePolicy", iam.API, &iam.AttachRolePolicyInput{}, "ValidationError",
			"2 validation errors detected: Value null at 'roleName' failed to satisfy constraint: Member must not be null; Value null at 'policyArn' failed to satisfy constraint: Member must not be null"},
		{"missing below", "TagRole", iam.API, &iam.TagRoleInput{RoleName: ptr("r"), Tags: []iam.Tag{{Key: ptr("k")}}}, "ValidationError",
			"1 validation error detected: Value null at 'tags.1.member.value' failed to satisfy constraint: Member must not be null"},
		{"a tag's value", "TagRole", iam.API, &iam.TagRoleInput{RoleName: ptr("r"), Tags: sixth}, "ValidationError",
			`1 validation error detected: Value 'a!' at 'tags.6.member.value' failed to satisfy constraint: Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]*`},
		{"length and pattern of one member", "TagRole", iam.API, &iam.TagRoleInput{RoleName: ptr("r"), Tags: []iam.Tag{{Key: ptr(""), Value: ptr("")}}}, "ValidationError",
			`2 validation errors detected: Value '' at 'tags.1.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1; Value '' at 'tags.1.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+`},
		{"an element of a list", "UntagRole", iam.API, &iam.UntagRoleInput{RoleName: ptr("r"), TagKeys: []string{"ok", "!"}}, "ValidationError",
			`1 validation error detected: Value '[ok, !]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, ` +
				`Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+]`},
		{"enum, in the model's order", "UpdateAccessKey", iam.API, &iam.UpdateAccessKeyInput{AccessKeyId: ptr(long(20)), Status: ptr("Off")}, "ValidationError",
			"1 validation error detected: Value 'Off' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive, Expired]"},
		{"too large", "ListUsers", iam.API, &iam.ListUsersInput{MaxItems: ptr(int32(1001))}, "ValidationError",
			"1 validation error detected: Value '1001' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000"},
		{"too small", "CreateRole", iam.API, &iam.CreateRoleInput{RoleName: ptr("r"), AssumeRolePolicyDocument: ptr("{}"), MaxSessionDuration: ptr(int32(-1))}, "ValidationError",
			"1 validation error detected: Value '-1' at 'maxSessionDuration' failed to satisfy constraint: Member must have value greater than or equal to 3600"},
		{"too many", "UntagRole", iam.API, &iam.UntagRoleInput{RoleName: ptr("r"), TagKeys: strings.Split(strings.Repeat("k,", 50)+"k", ",")}, "ValidationError",
			"1 validation error detected: Value '[" + strings.Repeat("k, ", 50) + "k]' at 'tagKeys' failed to satisfy constraint: Member must have length less than or equal to 50"},
		{"a name", "GetRole", iam.API, &iam.GetRoleInput{RoleName: ptr("a b")}, "ValidationError",
			"The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"},
		{"a new name", "UpdateUser", iam.API, &iam.UpdateUserInput{UserName: ptr("u"), NewUserName: ptr("é")}, "ValidationError",
			"The specified value for newUserName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"},
		{"a path", "CreateUser", iam.API, &iam.CreateUserInput{UserName: ptr("u"), Path: ptr("a/b")}, "ValidationError",
			"The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters."},
		{"a policy's path", "CreatePolicy", iam.API, &iam.CreatePolicyInput{PolicyName: ptr("p"), PolicyDocument: ptr("{}"), Path: ptr("/a//b/")}, "ValidationError",
			"The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters."},
		{"a path prefix", "ListUsers", iam.API, &iam.ListUsersInput{PathPrefix: ptr("a")}, "ValidationError",
			"The specified value for pathPrefix is invalid. It must begin with / and contain only alphanumeric characters and/or / characters."},
		{"a bad name beside a missing member: the model's constraints first", "AttachRolePolicy", iam.API, &iam.AttachRolePolicyInput{RoleName: ptr("a b")}, "ValidationError",
			"1 validation error detected: Value null at 'policyArn' failed to satisfy constraint: Member must not be null"},
		{"a password is not shown", "ChangePassword", iam.API, &iam.ChangePasswordInput{OldPassword: ptr("a"), NewPassword: ptr(long(129))}, "ValidationError",
			"1 validation error detected: Value at 'newPassword' failed to satisfy constraint: Member must have length less than or equal to 128"},
		{"code points, not bytes", "CreateRole", iam.API, &iam.CreateRoleInput{RoleName: ptr("r"), AssumeRolePolicyDocument: ptr("{}"), Tags: []iam.Tag{{Key: ptr(strings.Repeat("é", 128)), Value: ptr("")}}}, "", ""},
		{"an initial abbreviation", "CreateSAMLProvider", iam.API, &iam.CreateSAMLProviderInput{Name: ptr("n"), SAMLMetadataDocument: ptr("x")}, "ValidationError",
			"1 validation error detected: Value 'x' at 'sAMLMetadataDocument' failed to satisfy constraint: Member must have length greater than or equal to 1000"},
		{"a session name", "AssumeRole", sts.API, &sts.AssumeRoleInput{RoleArn: ptr("arn:aws:iam::123456789012:role/r"), RoleSessionName: ptr("a b")}, "ValidationError",
			`1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*`},
		{"a federated name", "GetFederationToken", sts.API, &sts.GetFederationTokenInput{Name: ptr(long(33))}, "ValidationError",
			"1 validation error detected: Value '" + long(33) + "' at 'name' failed to satisfy constraint: Member must have length less than or equal to 32"},
		{"DurationSeconds", "AssumeRole", sts.API, &sts.AssumeRoleInput{RoleArn: ptr("arn:aws:iam::123456789012:role/r"), RoleSessionName: ptr("ab"), DurationSeconds: ptr(int32(899))}, "ValidationError",
			"1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900"},
		{"Organizations, pattern", "DescribeAccount", organizations.API, &organizations.DescribeAccountInput{AccountId: ptr("12")}, "InvalidInputException", "You provided a value that does not match the required pattern."},
		{"Organizations, missing", "DescribeAccount", organizations.API, &organizations.DescribeAccountInput{}, "InvalidInputException", "You must include a value for all required parameters."},
		{"Organizations, too long", "CreateAccount", organizations.API, &organizations.CreateAccountInput{AccountName: ptr(long(51)), Email: ptr("a@example.com")}, "InvalidInputException", "You provided a string parameter that is longer than allowed."},
		{"Organizations, enum", "CreateOrganization", organizations.API, &organizations.CreateOrganizationInput{FeatureSet: ptr("SOME")}, "InvalidInputException", "You specified an invalid value."},
		{"no input", "GetAccountSummary", iam.API, &iam.GetAccountSummaryInput{}, "", ""},
	} {
		t.Run(c.rule, func(t *testing.T) {
			e := api.Validate(c.svc, c.svc.Operation(c.op), c.in)
			if e == nil {
				e = &api.Error{}
			} else if e.Status != 400 {
				t.Errorf("status %d", e.Status)
			}
			if e.Code != c.code || e.Message != c.message {
				t.Errorf("%s\n got %s\nwant %s", e.Code, e.Message, c.message)
			}
		})
	}
}

func TestValidateReason(t *testing.T) {
	e := api.Validate(organizations.API, organizations.API.Operation("DescribeAccount"), &organizations.DescribeAccountInput{AccountId: ptr("12")})
	if len(e.Members) != 1 || e.Members[0] != (api.Member{Name: "Reason", Value: "INVALID_PATTERN"}) {
		t.Errorf("%+v", e.Members)
	}
}

// A structure in a list is described, and a secret in it is not.
func TestValidateShown(t *testing.T) {
	in := &iam.TagRoleInput{RoleName: ptr("r"), Tags: make([]iam.Tag, 51)}
	for i := range in.Tags {
		in.Tags[i] = iam.Tag{Key: ptr("k"), Value: ptr("v")}
	}
	e := api.Validate(iam.API, iam.API.Operation("TagRole"), in)
	if e == nil || !strings.HasPrefix(e.Message, "1 validation error detected: Value '[Tag(key=k, value=v), Tag(key=k, value=v), ") {
		t.Errorf("%v", e)
	}
	secret := &api.Shape{Name: "Login", Kind: api.Structure, Min: -1, Max: -1, Members: []api.MemberShape{
		{Name: "Password", Wire: "Password", Shape: &api.Shape{Kind: api.String, Min: -1, Max: -1, Sensitive: true}},
	}}
	op := &api.Operation{Name: "Op", Input: &api.Shape{Kind: api.Structure, Members: []api.MemberShape{
		{Name: "Logins", Wire: "Logins", Shape: &api.Shape{Kind: api.List, Element: secret, Min: 2, Max: -1}},
	}}}
	type login struct{ Password *string }
	e = api.Validate(everything, op, &struct{ Logins []login }{[]login{{ptr("hunter2")}}})
	if e == nil || e.Code != "ValidationException" || strings.Contains(e.Message, "hunter2") || !strings.Contains(e.Message, "[Login(password=***)]") {
		t.Errorf("%v", e)
	}
}

// The message stays small, whatever the request holds, and counts everything.
func TestValidateBounds(t *testing.T) {
	in := &iam.TagRoleInput{RoleName: ptr("r"), Tags: make([]iam.Tag, 2_000)}
	for i := range in.Tags {
		in.Tags[i] = iam.Tag{Key: ptr(strings.Repeat("é!", 3_000)), Value: ptr("")}
	}
	e := api.Validate(iam.API, iam.API.Operation("TagRole"), in)
	if e == nil || !strings.HasPrefix(e.Message, "4001 validation errors detected: ") {
		t.Fatalf("%.80s", e.Message)
	}
	if len(e.Message) > 500_000 {
		t.Errorf("%d bytes", len(e.Message))
	}
	if strings.Contains(e.Message, "\uFFFD") || !strings.Contains(e.Message, "…'") {
		t.Error("a value is not cut between characters")
	}
}
