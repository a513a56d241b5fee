package api_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
)

// Words of messages, as AWS prints them (aws-errors 1.7).
func atMost(n string) string    { return "Member must have length less than or equal to " + n }
func atLeast(n string) string   { return "Member must have length greater than or equal to " + n }
func matching(p string) string  { return "Member must satisfy regular expression pattern: " + p }
func oneOf(set string) string   { return "Member must satisfy enum value set: [" + set + "]" }
func valueUpTo(n string) string { return "Member must have value less than or equal to " + n }
func valueFrom(n string) string { return "Member must have value greater than or equal to " + n }

const notNull = "Member must not be null"

// TestEverydayValidation: what IAM and STS answer to a form, per operation that
// people use every day. Each violation is value, path and constraint.
func TestEverydayValidation(t *testing.T) {
	const (
		arn     = "arn%3Aaws%3Aiam%3A%3A123456789012%3Apolicy%2Fp"
		roleARN = "arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fr"
		tagKey  = `[\p{L}\p{Z}\p{N}_.:/=+\-@]+`
		word    = `[\w]+`
		session = `[\w+=,.@-]*`
		doc     = `[\u0009\u000A\u000D\u0020-\u00FF]+`
	)
	for _, c := range []struct {
		svc      *api.Service
		op, body string
		want     []string // value, path, constraint, again
	}{
		{iam.API, "CreateUser", "UserName=kim&Path=%2Fa%2F&Tags.member.1.Key=k&Tags.member.1.Value=v", nil},
		{iam.API, "CreateUser", "UserName=" + long(65), []string{"'" + long(65) + "'", "userName", atMost("64")}},
		{iam.API, "CreateUser", "UserName=u&Path=", []string{"''", "path", atLeast("1")}},
		{iam.API, "CreateUser", "UserName=u&PermissionsBoundary=x", []string{"'x'", "permissionsBoundary", atLeast("20")}},
		{iam.API, "CreateUser", "UserName=u&Tags.member.1.Key=k", []string{"null", "tags.1.member.value", notNull}},
		{iam.API, "CreateUser", "UserName=u&Tags.member.7.Value=v", []string{"null", "tags.1.member.key", notNull}},
		{iam.API, "GetUser", "", nil},
		{iam.API, "GetUser", "UserName=", []string{"''", "userName", atLeast("1")}},
		{iam.API, "UpdateUser", "NewUserName=" + long(65), []string{"null", "userName", notNull, "'" + long(65) + "'", "newUserName", atMost("64")}},
		{iam.API, "DeleteUser", "", []string{"null", "userName", notNull}},
		{iam.API, "ListUsers", "MaxItems=0", []string{"'0'", "maxItems", valueFrom("1")}},
		{iam.API, "ListUsers", "MaxItems=-5&Marker=", []string{"''", "marker", atLeast("1"), "''", "marker", matching(`[\u0020-\u00FF]+`), "'-5'", "maxItems", valueFrom("1")}},
		{iam.API, "ListUsers", "MaxItems=1001&PathPrefix=%2F" + long(512), []string{"'/" + long(512) + "'", "pathPrefix", atMost("512"), "'1001'", "maxItems", valueUpTo("1000")}},
		{iam.API, "CreateGroup", "GroupName=" + long(129), []string{"'" + long(129) + "'", "groupName", atMost("128")}},
		{iam.API, "AddUserToGroup", "", []string{"null", "groupName", notNull, "null", "userName", notNull}},
		{iam.API, "CreateAccessKey", "", nil},
		{iam.API, "UpdateAccessKey", "AccessKeyId=AKIA&Status=active", []string{"'AKIA'", "accessKeyId", atLeast("16"), "'active'", "status", oneOf("Active, Inactive, Expired")}},
		{iam.API, "DeleteAccessKey", "AccessKeyId=" + long(16) + "-", []string{"'" + long(16) + "-'", "accessKeyId", matching(word)}},
		{iam.API, "CreatePolicy", "PolicyName=p", []string{"null", "policyDocument", notNull}},
		{iam.API, "CreatePolicy", "PolicyName=p&PolicyDocument=", []string{"''", "policyDocument", atLeast("1"), "''", "policyDocument", matching(doc)}},
		{iam.API, "CreatePolicy", "PolicyName=p&PolicyDocument=%E2%82%AC", []string{"'€'", "policyDocument", matching(doc)}},
		{iam.API, "AttachUserPolicy", "UserName=u&PolicyArn=x", []string{"'x'", "policyArn", atLeast("20")}},
		{iam.API, "GetPolicyVersion", "PolicyArn=" + arn + "&VersionId=v0", []string{"'v0'", "versionId", matching(`v[1-9][0-9]*(\.[A-Za-z0-9-]*)?`)}},
		{iam.API, "ListPolicies", "Scope=Mine&PolicyUsageFilter=Any", []string{"'Mine'", "scope", oneOf("All, AWS, Local"), "'Any'", "policyUsageFilter", oneOf("PermissionsPolicy, PermissionsBoundary")}},
		{iam.API, "ListEntitiesForPolicy", "PolicyArn=" + arn + "&EntityFilter=Users", []string{"'Users'", "entityFilter", oneOf("User, Role, Group, LocalManagedPolicy, AWSManagedPolicy")}},
		{iam.API, "CreateRole", "RoleName=r&AssumeRolePolicyDocument=%7B%7D&MaxSessionDuration=3599", []string{"'3599'", "maxSessionDuration", valueFrom("3600")}},
		{iam.API, "CreateRole", "RoleName=r&AssumeRolePolicyDocument=%7B%7D&MaxSessionDuration=43201", []string{"'43201'", "maxSessionDuration", valueUpTo("43200")}},
		{iam.API, "CreateRole", "RoleName=r&AssumeRolePolicyDocument=%7B%7D&Description=" + long(1001), []string{"'" + long(1001) + "'", "description", atMost("1000")}},
		{iam.API, "CreateAccountAlias", "AccountAlias=ab", []string{"'ab'", "accountAlias", atLeast("3"), "'ab'", "accountAlias", matching(`^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$`)}},
		{iam.API, "CreateAccountAlias", "AccountAlias=My-Company", []string{"'My-Company'", "accountAlias", matching(`^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$`)}},
		{iam.API, "UpdateAccountPasswordPolicy", "MinimumPasswordLength=5&MaxPasswordAge=1096&PasswordReusePrevention=25", []string{
			"'5'", "minimumPasswordLength", valueFrom("6"), "'1096'", "maxPasswordAge", valueUpTo("1095"), "'25'", "passwordReusePrevention", valueUpTo("24")}},
		{iam.API, "GetAccountAuthorizationDetails", "Filter.member.1=User&Filter.member.2=Users",
			[]string{"'[User, Users]'", "filter", "Member must satisfy constraint: [" + oneOf("User, Role, Group, LocalManagedPolicy, AWSManagedPolicy") + "]"}},
		{iam.API, "SimulateCustomPolicy", "ActionNames.member.1=s3%3AGetObject", []string{"null", "policyInputList", notNull}},
		{iam.API, "SimulateCustomPolicy", "PolicyInputList.member.1=%7B%7D&ActionNames.member.1=s3", []string{"'[s3]'", "actionNames",
			"Member must satisfy constraint: [" + atMost("128") + ", " + atLeast("3") + "]"}},
		{iam.API, "SimulateCustomPolicy", "PolicyInputList.member.1=%7B%7D&ActionNames.member.1=s3%3AGetObject&ContextEntries.member.2.ContextKeyType=text",
			[]string{"'text'", "contextEntries.1.member.contextKeyType", oneOf("string, stringList, numeric, numericList, boolean, booleanList, ip, ipList, binary, binaryList, date, dateList")}},
		{iam.API, "TagRole", "RoleName=r", []string{"null", "tags", notNull}},
		{iam.API, "TagRole", "RoleName=r&Tags=", nil},
		{iam.API, "TagRole", "RoleName=r&Tags.member.1.Key=k%21&Tags.member.1.Value=" + long(257), []string{"'k!'", "tags.1.member.key", matching(tagKey), "'" + long(257) + "'", "tags.1.member.value", atMost("256")}},
		{sts.API, "AssumeRole", "", []string{"null", "roleArn", notNull, "null", "roleSessionName", notNull}},
		{sts.API, "AssumeRole", "RoleArn=" + roleARN + "&RoleSessionName=a", []string{"'a'", "roleSessionName", atLeast("2")}},
		{sts.API, "AssumeRole", "RoleArn=" + roleARN + "&RoleSessionName=a%20b", []string{"'a b'", "roleSessionName", matching(session)}},
		{sts.API, "AssumeRole", "RoleArn=" + roleARN + "&RoleSessionName=ab&DurationSeconds=43201&ExternalId=x", []string{"'43201'", "durationSeconds", valueUpTo("43200"), "'x'", "externalId", atLeast("2")}},
		{sts.API, "AssumeRole", "RoleArn=" + roleARN + "&RoleSessionName=ab&TokenCode=12345", []string{"", "tokenCode", atLeast("6")}},
		{sts.API, "AssumeRole", "RoleArn=" + roleARN + "&RoleSessionName=ab&PolicyArns.member.1.arn=short", []string{"'short'", "policyArns.1.member.arn", atLeast("20")}},
		{sts.API, "AssumeRole", "RoleArn=" + roleARN + "&RoleSessionName=ab&TransitiveTagKeys.member.1=%21",
			[]string{"'[!]'", "transitiveTagKeys", "Member must satisfy constraint: [" + atMost("128") + ", " + atLeast("1") + ", " + matching(tagKey) + "]"}},
		{sts.API, "GetSessionToken", "DurationSeconds=129601&SerialNumber=short", []string{"'129601'", "durationSeconds", valueUpTo("129600"), "'short'", "serialNumber", atLeast("9")}},
		{sts.API, "GetFederationToken", "Name=a&Policy=" + long(2049), []string{"'a'", "name", atLeast("2"), "'" + long(2049) + "'", "policy", atMost("2048")}},
		{sts.API, "AssumeRoleWithWebIdentity", "RoleArn=" + roleARN + "&RoleSessionName=ab", []string{"null", "webIdentityToken", notNull}},
		{sts.API, "AssumeRoleWithWebIdentity", "RoleArn=" + roleARN + "&RoleSessionName=ab&WebIdentityToken=abc", []string{"", "webIdentityToken", atLeast("4")}},
		{sts.API, "DecodeAuthorizationMessage", "EncodedMessage=", []string{"''", "encodedMessage", atLeast("1")}},
		{sts.API, "GetAccessKeyInfo", "AccessKeyId=AKIA", []string{"'AKIA'", "accessKeyId", atLeast("16")}},
	} {
		shown, err := url.QueryUnescape(c.body)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(c.op+" "+shown[:min(len(shown), 60)], func(t *testing.T) {
			in, err := api.DecodeInput(c.svc, c.svc.Operation(c.op), form(), []byte(c.body))
			if err != nil {
				t.Fatal(err)
			}
			e := api.Validate(c.svc, c.svc.Operation(c.op), in)
			if want := messageOf(c.want); want == "" && e != nil || want != "" && (e == nil || e.Code != "ValidationError" || e.Message != want) {
				t.Errorf("\n got %v\nwant %s", e, want)
			}
		})
	}
}

// messageOf words violations of value, path and constraint. An empty value is one
// that is not shown.
func messageOf(violations []string) string {
	var all []string
	for v := range slices.Chunk(violations, 3) {
		value := "Value " + v[0]
		if v[0] == "" {
			value = "Value"
		}
		all = append(all, value+" at '"+v[1]+"' failed to satisfy constraint: "+v[2])
	}
	switch len(all) {
	case 0:
		return ""
	case 1:
		return "1 validation error detected: " + all[0]
	}
	return itoa(len(all)) + " validation errors detected: " + strings.Join(all, "; ")
}

// TestOrganizationsValidation: Organizations gives a reason instead of a list
// (Organizations API Reference, InvalidInputException).
func TestOrganizationsValidation(t *testing.T) {
	for _, c := range []struct{ op, body, reason string }{
		{"DescribeAccount", `{"AccountId":"123456789012"}`, ""},
		{"DescribeAccount", `{}`, "INPUT_REQUIRED"},
		{"DescribeAccount", `{"AccountId":"1234567890123"}`, "MAX_LENGTH_EXCEEDED"},
		{"DescribeAccount", `{"AccountId":"12345678901x"}`, "INVALID_PATTERN"},
		{"CreateAccount", `{"Email":"a@b.c","AccountName":"a"}`, "MIN_LENGTH_EXCEEDED"},
		{"CreateAccount", `{"Email":"ab@cd.ef","AccountName":"` + long(51) + `"}`, "MAX_LENGTH_EXCEEDED"},
		{"CreateAccount", `{"Email":"ab@cd.ef","AccountName":"é"}`, "INVALID_PATTERN"},
		{"CreateAccount", `{"Email":"ab@cd.ef","AccountName":"a","IamUserAccessToBilling":"YES"}`, "INVALID_ENUM"},
		{"CreateAccount", `{"Email":"ab@cd.ef","AccountName":"a","RoleName":"a b"}`, "INVALID_PATTERN"},
		{"CreateAccount", `{"Email":"ab@cd.ef","AccountName":"a","Tags":[{"Key":"k"}]}`, "INPUT_REQUIRED"},
		{"CreateAccount", `{"Email":"ab@cd.ef","AccountName":"a","Tags":[{"Key":"","Value":""}]}`, "MIN_LENGTH_EXCEEDED"},
		{"CreateOrganization", `{"FeatureSet":"ALL"}`, ""},
		{"CreateOrganization", `{"FeatureSet":"all"}`, "INVALID_ENUM"},
		{"CreateOrganization", ``, ""},
		{"ListAccounts", `{"MaxResults":0}`, "MIN_VALUE_EXCEEDED"},
		{"ListAccounts", `{"MaxResults":21}`, "MAX_VALUE_EXCEEDED"},
		{"ListAccounts", `{"MaxResults":20,"NextToken":"` + long(100_001) + `"}`, "MAX_LENGTH_EXCEEDED"},
		{"ListCreateAccountStatus", `{"States":["FAILED","DONE"]}`, "INVALID_ENUM"},
		{"MoveAccount", `{"AccountId":"123456789012","SourceParentId":"r-a1b2","DestinationParentId":"x"}`, "INVALID_PATTERN"},
		{"TagResource", `{"ResourceId":"123456789012"}`, "INPUT_REQUIRED"},
	} {
		t.Run(c.op+" "+c.body[:min(len(c.body), 60)], func(t *testing.T) {
			op := organizations.API.Operation(c.op)
			in, err := api.DecodeInput(organizations.API, op, request(jsonOf, ""), []byte(c.body))
			if err != nil {
				t.Fatal(err)
			}
			e := api.Validate(organizations.API, op, in)
			if c.reason == "" {
				if e != nil {
					t.Errorf("%v", e)
				}
				return
			}
			if e == nil || e.Code != "InvalidInputException" || e.Status != 400 {
				t.Fatalf("%v", e)
			}
			var doc map[string]string
			r := api.EncodeError(nil, organizations.API, e, requestID, api.Native)
			if err := json.Unmarshal(r.Body, &doc); err != nil || doc["Reason"] != c.reason || doc["__type"] != e.Code || doc["Message"] == "" {
				t.Errorf("%v: %s", err, r.Body)
			}
		})
	}
}
