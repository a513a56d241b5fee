package api_test

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
)

const (
	document = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/<k>&*"}]}`
	kim      = "arn:aws:iam::123456789012:user/kim"
)

var (
	made     = time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC)
	readOnly = iam.AttachedPolicy{PolicyArn: ptr("arn:aws:iam::aws:policy/ReadOnlyAccess"), PolicyName: ptr("ReadOnlyAccess")}
)

// everydayAnswers are answers of the operations that people use every day, as far
// as their forms differ from one another.
var everydayAnswers = []struct {
	svc *api.Service
	op  string
	out any
}{
	{iam.API, "CreateUser", &iam.CreateUserOutput{User: &iam.User{Path: ptr("/"), UserName: ptr("kim"), UserId: ptr("AIDAQ3EGRJ5EXAMPLE111"), Arn: ptr(kim), CreateDate: &made,
		PermissionsBoundary: &iam.AttachedPermissionsBoundary{PermissionsBoundaryType: ptr("Policy"), PermissionsBoundaryArn: readOnly.PolicyArn}, Tags: []iam.Tag{{Key: ptr("team"), Value: ptr("blue")}}}}},
	{iam.API, "CreateAccessKey", &iam.CreateAccessKeyOutput{AccessKey: &iam.AccessKey{UserName: ptr("kim"), AccessKeyId: ptr("AKIAIOSFODNN7EXAMPLE"), Status: ptr("Active"),
		SecretAccessKey: ptr("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), CreateDate: &made}}},
	{iam.API, "GetAccessKeyLastUsed", &iam.GetAccessKeyLastUsedOutput{UserName: ptr("kim"), AccessKeyLastUsed: &iam.AccessKeyLastUsed{ServiceName: ptr("N/A"), Region: ptr("N/A")}}},
	{iam.API, "GetUserPolicy", &iam.GetUserPolicyOutput{UserName: ptr("kim"), PolicyName: ptr("p"), PolicyDocument: ptr("%7B%22Version%22%3A%222012-10-17%22%7D")}},
	{iam.API, "GetRole", &iam.GetRoleOutput{Role: &iam.Role{Path: ptr("/app/"), RoleName: ptr("r"), RoleId: ptr("AROAQ3EGRJ5EXAMPLE111"), Arn: ptr("arn:aws:iam::123456789012:role/app/r"), CreateDate: &made,
		AssumeRolePolicyDocument: ptr(document), Description: ptr(""), MaxSessionDuration: ptr(int32(3600)), RoleLastUsed: &iam.RoleLastUsed{}}}},
	{iam.API, "ListGroupsForUser", &iam.ListGroupsForUserOutput{IsTruncated: ptr(false), Groups: []iam.Group{{Path: ptr("/"), GroupName: ptr("g"), GroupId: ptr("AGPAQ3EGRJ5EXAMPLE111"), Arn: ptr("arn:aws:iam::123456789012:group/g"), CreateDate: &made}}}},
	{iam.API, "ListUserPolicies", &iam.ListUserPoliciesOutput{PolicyNames: []string{"a", "b"}, IsTruncated: ptr(true), Marker: ptr("AAEC+/==")}},
	{iam.API, "ListAttachedRolePolicies", &iam.ListAttachedRolePoliciesOutput{AttachedPolicies: []iam.AttachedPolicy{readOnly}, IsTruncated: ptr(false)}},
	{iam.API, "CreatePolicyVersion", &iam.CreatePolicyVersionOutput{PolicyVersion: &iam.PolicyVersion{VersionId: ptr("v2"), IsDefaultVersion: ptr(true), CreateDate: &made}}},
	{iam.API, "ListAccountAliases", &iam.ListAccountAliasesOutput{AccountAliases: []string{}, IsTruncated: ptr(false)}},
	{iam.API, "GetAccountAuthorizationDetails", &iam.GetAccountAuthorizationDetailsOutput{IsTruncated: ptr(false),
		UserDetailList: []iam.UserDetail{{UserName: ptr("kim"), GroupList: []string{"g"}, UserPolicyList: []iam.PolicyDetail{{PolicyName: ptr("p"), PolicyDocument: ptr(document)}}, AttachedManagedPolicies: []iam.AttachedPolicy{}}},
		RoleDetailList: []iam.RoleDetail{{RoleName: ptr("r"), InstanceProfileList: []iam.InstanceProfile{{InstanceProfileName: ptr("i"), Roles: []iam.Role{{RoleName: ptr("r")}}}}}},
		Policies:       []iam.ManagedPolicyDetail{{PolicyName: ptr("p"), AttachmentCount: ptr(int32(0)), PolicyVersionList: []iam.PolicyVersion{{Document: ptr(document), VersionId: ptr("v1")}}}}}},
	{iam.API, "SimulateCustomPolicy", &iam.SimulateCustomPolicyOutput{IsTruncated: ptr(false), EvaluationResults: []iam.EvaluationResult{{EvalActionName: ptr("s3:GetObject"), EvalResourceName: ptr("*"), EvalDecision: ptr("allowed"),
		MatchedStatements: []iam.Statement{{SourcePolicyId: ptr("PolicyInputList.1"), SourcePolicyType: ptr("IAM Policy"), StartPosition: &iam.Position{Line: ptr(int32(1)), Column: ptr(int32(40))}}}, MissingContextValues: []string{},
		EvalDecisionDetails: map[string]string{"b": "allowed", "a": "implicitDeny"}}}}},
	{iam.API, "DeleteGroup", &iam.DeleteGroupOutput{}},
	{sts.API, "AssumeRole", &sts.AssumeRoleOutput{Credentials: &sts.Credentials{AccessKeyId: ptr("ASIAIOSFODNN7EXAMPLE"), SecretAccessKey: ptr("s/+="), SessionToken: ptr("t/+=="), Expiration: &made},
		AssumedRoleUser: &sts.AssumedRoleUser{AssumedRoleId: ptr("AROAQ3EGRJ5EXAMPLE111:kim"), Arn: ptr("arn:aws:sts::123456789012:assumed-role/r/kim")}, PackedPolicySize: ptr(int32(6)), SourceIdentity: ptr("kim")}},
	{sts.API, "GetSessionToken", &sts.GetSessionTokenOutput{Credentials: &sts.Credentials{Expiration: &made}}},
	{sts.API, "GetAccessKeyInfo", &sts.GetAccessKeyInfoOutput{Account: ptr("123456789012")}},
	{organizations.API, "DescribeOrganization", &organizations.DescribeOrganizationOutput{Organization: &organizations.Organization{Id: ptr("o-a1b2c3d4e5"), FeatureSet: ptr("ALL"), AvailablePolicyTypes: []organizations.PolicyTypeSummary{{Type: ptr("SERVICE_CONTROL_POLICY"), Status: ptr("ENABLED")}}}}},
	{organizations.API, "CreateAccount", &organizations.CreateAccountOutput{CreateAccountStatus: &organizations.CreateAccountStatus{Id: ptr("car-a1b2c3d4"), State: ptr("IN_PROGRESS"), RequestedTimestamp: &when}}},
	{organizations.API, "ListAccounts", &organizations.ListAccountsOutput{Accounts: []organizations.Account{{Id: ptr("123456789012"), Name: ptr("a"), JoinedMethod: ptr("CREATED"), JoinedTimestamp: &made}}, NextToken: ptr("x")}},
	{organizations.API, "MoveAccount", &organizations.MoveAccountOutput{}},
}

// TestEverydayAnswers: golden files of everyday answers, header and body.
func TestEverydayAnswers(t *testing.T) {
	for _, c := range everydayAnswers {
		t.Run(c.op, func(t *testing.T) {
			extension := map[api.Protocol]string{api.Query: ".xml", api.JSON: ".json"}[c.svc.Protocol]
			golden(t, "everyday-"+c.op+extension, encode(t, c.svc, c.op, c.out, api.Native))
		})
	}
}

// TestEverydayForm: what all answers of the query protocols have in common
// (aws-errors 5): no declaration, the name space, indents of two blanks, the result
// before the metadata, a line feed at the end.
func TestEverydayForm(t *testing.T) {
	for _, c := range everydayAnswers {
		r := encode(t, c.svc, c.op, c.out, api.Native)
		body := string(r.Body)
		if c.svc.Protocol == api.JSON {
			if !json.Valid(r.Body) || strings.Contains(body, "\n") {
				t.Errorf("%s: %s", c.op, body)
			}
			continue
		}
		if !strings.HasPrefix(body, "<"+c.op+`Response xmlns="`+c.svc.Namespace+`">`+"\n  <") || !strings.HasSuffix(body, "</ResponseMetadata>\n</"+c.op+"Response>\n") {
			t.Errorf("%s: %s", c.op, body)
		}
		for n, line := range strings.Split(strings.TrimSuffix(body, "\n"), "\n") {
			if blanks := len(line) - len(strings.TrimLeft(line, " ")); blanks%2 != 0 || strings.HasSuffix(line, " ") || line == "" {
				t.Errorf("%s: line %d is %q", c.op, n+1, line)
			}
		}
		hasResult := strings.Contains(body, "<"+c.op+"Result")
		if hasResult != (c.svc.Operation(c.op).Output != nil) || hasResult && strings.Index(body, "Result") > strings.Index(body, "<ResponseMetadata>") {
			t.Errorf("%s: the result is not where it belongs: %s", c.op, body)
		}
		checkBalanced(t, c.op, body)
	}
}

// checkBalanced reads the document token by token with encoding/xml.
func checkBalanced(t *testing.T, op, body string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(body))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Errorf("%s: %v", op, err)
			return
		}
		switch token.(type) {
		case xml.Comment, xml.ProcInst, xml.Directive:
			t.Errorf("%s has %v", op, token)
		}
	}
}

// authFaults are what authentication answers in each protocol (aws-errors 3).
var authFaults = []struct {
	svc    *api.Service
	status int
	code   string
	words  string
	want   string // of the body
}{
	{iam.API, 403, "MissingAuthenticationToken", "Request is missing Authentication Token",
		"<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>MissingAuthenticationToken</Code>\n    <Message>Request is missing Authentication Token</Message>\n  </Error>\n  <RequestId>" + requestID + "</RequestId>\n</ErrorResponse>\n"},
	{sts.API, 403, "InvalidClientTokenId", "The security token included in the request is invalid.",
		"<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>InvalidClientTokenId</Code>\n    <Message>The security token included in the request is invalid.</Message>\n  </Error>\n  <RequestId>" + requestID + "</RequestId>\n</ErrorResponse>\n"},
	{organizations.API, 400, "UnrecognizedClientException", "The security token included in the request is invalid.",
		`{"__type":"UnrecognizedClientException","message":"The security token included in the request is invalid."}`},
	{organizations.API, 400, "AccessDeniedException", "You don't have permissions to access this resource.",
		`{"__type":"AccessDeniedException","Message":"You don't have permissions to access this resource."}`},
	{everything, 400, "ExpiredTokenException", "The security token included in the request is expired",
		`{"__type":"com.amazon.coral.service#ExpiredTokenException","message":"The security token included in the request is expired"}`},
	{ec2, 401, "AuthFailure", "AWS was not able to validate the provided access credentials",
		xmlHead + "<Response><Errors><Error><Code>AuthFailure</Code><Message>AWS was not able to validate the provided access credentials</Message></Error></Errors><RequestID>" + requestID + "</RequestID></Response>"},
	{files, 403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.",
		xmlHead + "<Error><Code>InvalidAccessKeyId</Code><Message>The AWS Access Key Id you provided does not exist in our records.</Message><RequestId>" + requestID + "</RequestId><HostId>" + requestID + "</HostId></Error>"},
	{notes, 403, "MissingAuthenticationTokenException", "Missing Authentication Token", `{"message":"Missing Authentication Token"}`},
}

const xmlHead = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

// TestAuthFaults: bytes of the bodies, and the header that each protocol's clients
// look into.
func TestAuthFaults(t *testing.T) {
	types := map[api.Protocol]string{
		api.Query: "text/xml", api.EC2Query: "text/xml;charset=UTF-8", api.RESTXML: "application/xml", api.RESTJSON: "application/json",
	}
	for _, c := range authFaults {
		r := api.EncodeError(nil, c.svc, api.Errorf(c.status, c.code, "%s", c.words), requestID, api.Native)
		if string(r.Body) != c.want || r.Status != c.status {
			t.Errorf("%s %s\n got %d %s\nwant %s", c.svc.ID, c.code, r.Status, r.Body, c.want)
		}
		header := map[string]string{}
		for _, f := range r.Header {
			if _, twice := header[f.Name]; twice {
				t.Errorf("%s %s: %s twice", c.svc.ID, c.code, f.Name)
			}
			header[f.Name] = f.Value
		}
		contentType := types[c.svc.Protocol]
		if c.svc.Protocol == api.JSON {
			contentType = "application/x-amz-json-" + c.svc.JSONVersion
		}
		id := header["x-amzn-RequestId"]
		if c.svc.Protocol == api.RESTXML {
			id = header["x-amz-request-id"]
		}
		if header["Content-Type"] != contentType || id != requestID {
			t.Errorf("%s %s: %v", c.svc.ID, c.code, header)
		}
		if (c.svc.Protocol == api.RESTJSON) != (header["x-amzn-ErrorType"] == c.code) {
			t.Errorf("%s %s: %v", c.svc.ID, c.code, header)
		}
	}
}

// TestErrorNeverShowsLog: what an error keeps for the log is in no answer.
func TestErrorNeverShowsLog(t *testing.T) {
	e := &api.Error{Code: "InternalFailure", Status: 500, Fault: true, Message: "later", Log: "canary"}
	if strings.Contains(e.Error(), "canary") {
		t.Error("Error() shows it")
	}
	for _, svc := range append([]*api.Service{nil, ec2, files, notes, everything}, services...) {
		for _, form := range []api.Form{api.Native, api.JSONTwin} {
			if r := api.EncodeError(nil, svc, e, requestID, form); strings.Contains(string(r.Body), "canary") || r.Status != 500 {
				t.Errorf("%s", r.Body)
			}
		}
	}
}
