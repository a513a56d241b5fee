package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// badInput is a request that must be refused, and how.
type badInput struct {
	name    string
	call    *wireCall
	alter   func(text []byte) []byte // of the bytes on the wire
	status  int
	code    string
	message string // the start of it; "" for any
}

const (
	createUserBody = "Action=CreateUser&Version=2010-05-08&UserName=never"
	tampered       = "The request signature we calculated does not match the signature you provided."
	missingToken   = "Request is missing Authentication Token"
)

// with changes a call.
func with(c *wireCall, change func(c *wireCall)) *wireCall {
	change(c)
	return c
}

// header replaces a header, or takes it away, after signing.
func header(name, value string) func(*http.Request) {
	return func(r *http.Request) {
		if value == "" {
			r.Header.Del(name)
			return
		}
		r.Header.Set(name, value)
	}
}

// badBodies are uploads and forms that cannot be read.
func badBodies(s *process.Server) []badInput {
	form := func(body string) *wireCall { return newWireCall(s, body) }
	chunked := func(text []byte) []byte {
		head, body, _ := bytes.Cut(text, []byte("\r\n\r\n"))
		return fmt.Appendf(nil, "%s\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", head, len(body), body)
	}
	return []badInput{
		{name: "body over 1 MiB", call: form(createUserBody + "&Path=/" + strings.Repeat("x", 1<<20) + "/"), status: 413, code: "RequestEntityTooLarge"},
		{name: "truncated upload", call: form(createUserBody), alter: func(text []byte) []byte { return text[:len(text)-5] }, status: 400, code: "IncompleteBody"},
		{name: "Content-Length and chunked", call: form(createUserBody), alter: chunked, status: 411, code: "MissingContentLength"},
		{name: "chunked", call: form(createUserBody), alter: func(text []byte) []byte {
			return bytes.Replace(chunked(text), fmt.Appendf(nil, "Content-Length: %d\r\n", len(createUserBody)), nil, 1)
		}, status: 411, code: "MissingContentLength"},
		{name: "wrong content type", call: with(form(createUserBody), func(c *wireCall) { c.contentType = "application/json" }), status: 400, code: "MissingAction"},
		{name: "JSON for a form", call: form(`{"Action":"CreateUser"}`), status: 400, code: "MissingAction"},
		{name: "no body", call: form(""), status: 400, code: "MissingAction"},
		{name: "invalid UTF-8", call: form(createUserBody + "&Path=%ff%fe"), status: 404, code: "MalformedQueryString"},
		{name: "raw invalid UTF-8", call: form(createUserBody + "&Path=\xff\xfe"), status: 404, code: "MalformedQueryString"},
		{name: "half an escape", call: form(createUserBody + "&Path=%2"), status: 404, code: "MalformedQueryString"},
		{name: "parameter twice", call: form(createUserBody + "&UserName=also"), status: 400, code: "MalformedInput"},
		{name: "number that is none", call: form("Action=ListUsers&Version=2010-05-08&MaxItems=many"), status: 400, code: "MalformedInput"},
	}
}

// badCalls are well-formed and mean nothing that may be done.
func badCalls(s *process.Server) []badInput {
	form := func(body string) *wireCall { return newWireCall(s, body) }
	policy := func(document string) *wireCall {
		return form("Action=CreatePolicy&Version=2010-05-08&PolicyName=never&PolicyDocument=" + document)
	}
	return []badInput{
		{name: "unknown action", call: form("Action=CreateUzer&Version=2010-05-08&UserName=never"), status: 400, code: "InvalidAction"},
		{name: "unknown version", call: form("Action=CreateUser&Version=2009-01-01&UserName=never"), status: 400, code: "InvalidAction"},
		{name: "no version", call: form("Action=CreateUser&UserName=never"), status: 400, code: "InvalidAction"},
		{name: "not implemented", call: form("Action=CreateSAMLProvider&Version=2010-05-08&Name=never"), status: 501, code: "NotImplemented"},
		{name: "malformed policy", call: policy("{"), status: 400, code: "MalformedPolicyDocument", message: "Syntax errors in policy."},
		{name: "policy with a member twice", call: policy(`{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}`), status: 400, code: "MalformedPolicyDocument"},
		{name: "deeply nested policy", call: policy(strings.Repeat("[", 50000)), status: 400, code: "MalformedPolicyDocument"},
		{name: "name outside the pattern", call: form("Action=CreateUser&Version=2010-05-08&UserName=a%20b"), status: 400, code: "ValidationError",
			message: "The specified value for userName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"},
		{name: "name too long", call: form("Action=CreateUser&Version=2010-05-08&UserName=" + strings.Repeat("x", 65)), status: 400, code: "ValidationError",
			message: "1 validation error detected: Value '" + strings.Repeat("x", 65) + "' at 'userName' failed to satisfy constraint: Member must have length less than or equal to 64"},
		{name: "no name", call: form("Action=CreateUser&Version=2010-05-08"), status: 400, code: "ValidationError"},
		{name: "path without slashes", call: form(createUserBody + "&Path=staff"), status: 400, code: "ValidationError"},
		{name: "marker of nobody", call: form("Action=ListUsers&Version=2010-05-08&Marker=never"), status: 400, code: "ValidationError"},
		{name: "user is not there", call: form("Action=DeleteUser&Version=2010-05-08&UserName=never"), status: 404, code: "NoSuchEntity",
			message: "The user with name never cannot be found."},
	}
}

// badSignatures are calls of nobody.
func badSignatures(s *process.Server, session process.Credentials) []badInput {
	call := func(change func(*wireCall)) *wireCall { return with(newWireCall(s, createUserBody), change) }
	late := time.Now().Add(-20 * time.Minute)
	return []badInput{
		{name: "unsigned", call: call(func(c *wireCall) { c.sign = false }), status: 403, code: "MissingAuthenticationToken", message: missingToken},
		{name: "tampered body", call: call(func(c *wireCall) { c.sent = strings.Replace(c.body, "never", "Never", 1) }), status: 403, code: "SignatureDoesNotMatch", message: tampered},
		{name: "tampered header", call: call(func(c *wireCall) {
			c.header.Set("X-Amz-Test", "1")
			c.alter = header("X-Amz-Test", "2")
		}), status: 403, code: "SignatureDoesNotMatch", message: tampered},
		{name: "tampered host", call: call(func(c *wireCall) { c.alter = func(r *http.Request) { r.Host = "iam.amazonaws.com" } }), status: 403, code: "SignatureDoesNotMatch", message: tampered},
		{name: "added query", call: call(func(c *wireCall) { c.alter = func(r *http.Request) { r.URL.RawQuery = "Path=/x/" } }), status: 403, code: "SignatureDoesNotMatch", message: tampered},
		{name: "wrong secret", call: call(func(c *wireCall) { c.credentials.SecretAccessKey += "x" }), status: 403, code: "SignatureDoesNotMatch", message: tampered},
		{name: "unknown key", call: call(func(c *wireCall) { c.credentials.AccessKeyID = "AKIAUNKNOWNUNKNOWN12" }), status: 403, code: "InvalidClientTokenId", message: noSuchToken},
		{name: "stale date", call: call(func(c *wireCall) { c.at = late }), status: 403, code: "SignatureDoesNotMatch",
			message: "Signature expired: " + late.UTC().Format("20060102T150405Z") + " is now earlier than "},
		{name: "date to come", call: call(func(c *wireCall) { c.at = time.Now().Add(20 * time.Minute) }), status: 403, code: "SignatureDoesNotMatch", message: "Signature not yet current: "},
		{name: "wrong region", call: call(func(c *wireCall) { c.region = "eu-north-1" }), status: 403, code: "SignatureDoesNotMatch", message: "Credential should be scoped to a valid region"},
		{name: "wrong service", call: call(func(c *wireCall) { c.service = "sts" }), status: 400, code: "InvalidAction"},
		{name: "unknown service", call: call(func(c *wireCall) { c.service = "sqs" }), status: 403, code: "SignatureDoesNotMatch", message: "Credential should be scoped to correct service: "},
		{name: "cut signature", call: call(func(c *wireCall) {
			c.alter = func(r *http.Request) {
				r.Header.Set("Authorization", r.Header.Get("Authorization")[:60])
			}
		}), status: 403, code: "IncompleteSignature"},
		{name: "wrong session token", call: call(func(c *wireCall) {
			c.credentials = session
			c.credentials.SessionToken = strings.Repeat("A", len(session.SessionToken))
		}), status: 403, code: "InvalidClientTokenId", message: noSuchToken},
		{name: "session without its token", call: call(func(c *wireCall) { c.credentials = session; c.credentials.SessionToken = "" }), status: 403, code: "InvalidClientTokenId", message: noSuchToken},
		{name: "token of no session", call: call(func(c *wireCall) { c.credentials.SessionToken = session.SessionToken }), status: 403, code: "InvalidClientTokenId", message: noSuchToken},
	}
}

// badJSON are calls of Organizations, which speaks JSON 1.1.
func badJSON(s *process.Server) []badInput {
	call := func(target, body string) *wireCall {
		return with(newWireCall(s, body), func(c *wireCall) {
			c.service, c.contentType = "organizations", "application/x-amz-json-1.1"
			c.header.Set("X-Amz-Target", target)
		})
	}
	const create = "AWSOrganizationsV20161128.CreateOrganization"
	return []badInput{
		{name: "cut JSON", call: call(create, `{"FeatureSet":"AL`), status: 400, code: "SerializationException"},
		{name: "JSON with a member twice", call: call(create, `{"FeatureSet":"ALL","FeatureSet":"ALL"}`), status: 400, code: "SerializationException"},
		{name: "deep JSON", call: call(create, `{"FeatureSet":`+strings.Repeat("[", 100000)+"}"), status: 400, code: "SerializationException"},
		{name: "JSON of another type", call: call(create, `{"FeatureSet":7}`), status: 400, code: "SerializationException"},
		{name: "JSON and more", call: call(create, `{} {}`), status: 400, code: "SerializationException"},
		{name: "no target", call: call("", `{}`), status: 400, code: "UnknownOperationException"},
		{name: "unknown target", call: call("AWSOrganizationsV20161128.CreateOrganisation", `{}`), status: 400, code: "UnknownOperationException"},
		{name: "unsigned JSON", call: with(call(create, `{}`), func(c *wireCall) { c.sign = false }), status: 400, code: "MissingAuthenticationTokenException"},
		{name: "value outside the enum", call: call(create, `{"FeatureSet":"SOME"}`), status: 400, code: "InvalidInputException"},
	}
}

// TestBadInput: whatever is sent, the answer is AWS's error, one line stands in
// the log, and nothing has changed.
func TestBadInput(t *testing.T) {
	server := rootServer(t)
	root := iam.NewFromConfig(connection(server, process.Root))
	createUser(t, server, "there")
	session := federated(t, server, root)
	awaitRootPassword(t, root)
	before := everything(t, root)

	all := append(append(badBodies(server), badCalls(server)...), append(badSignatures(server, session), badJSON(server)...)...)
	for _, c := range all {
		t.Run(c.name, func(t *testing.T) { c.check(t, server) })
	}
	if d := cmp.Diff(before, everything(t, root)); d != "" {
		t.Errorf("refused calls changed something:\n%s", d)
	}
	t.Run("unknown parameter", func(t *testing.T) { // ignored, as AWS's query services do
		status, body := exchange(t, server, newWireCall(server, createUserBody+"&Nonsense.member.1=x").bytes(t))
		if status != http.StatusOK || !strings.Contains(body, "<UserName>never</UserName>") {
			t.Errorf("%d %s", status, body)
		}
	})
}

func (c *badInput) check(t *testing.T, s *process.Server) {
	text := c.call.bytes(t)
	if c.alter != nil {
		text = c.alter(text)
	}
	logged := len(s.Log())
	status, body := exchange(t, s, text)
	e := parseError(t, body)
	if status != c.status || e.Code != c.code || !strings.HasPrefix(e.Message, c.message) {
		t.Errorf("%d %+v\nwant %d %s %q", status, e, c.status, c.code, c.message)
	}
	lines := s.LogLines(logged)
	if len(lines) != 1 || !strings.Contains(lines[0], "code="+c.code) {
		t.Errorf("log lines: %d %q", len(lines), lines)
	}
	if strings.Contains(s.Log(), process.Root.SecretAccessKey) {
		t.Error("a secret in the log")
	}
}

// federated are temporary credentials of a user who may do everything.
func federated(t *testing.T, s *process.Server, root *iam.Client) process.Credentials {
	t.Helper()
	name := aws.String("there")
	if _, err := root.AttachUserPolicy(t.Context(), &iam.AttachUserPolicyInput{UserName: name, PolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess")}); err != nil {
		t.Fatal(err)
	}
	key, err := root.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: name})
	if err != nil {
		t.Fatal(err)
	}
	user := process.Credentials{AccessKeyID: *key.AccessKey.AccessKeyId, SecretAccessKey: *key.AccessKey.SecretAccessKey}
	out, err := sts.NewFromConfig(connection(s, user)).GetSessionToken(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return process.Credentials{AccessKeyID: *out.Credentials.AccessKeyId, SecretAccessKey: *out.Credentials.SecretAccessKey, SessionToken: *out.Credentials.SessionToken}
}

// awaitRootPassword waits for what the first start does while it serves already:
// a password's hash takes long, by design.
func awaitRootPassword(t *testing.T, root *iam.Client) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; {
		out, err := root.GetAccountSummary(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if out.SummaryMap["AccountPasswordPresent"] == 1 {
			return
		}
		if time.Now().After(end) {
			t.Fatal("the root user has no password")
		}
	}
}

// everything is all that IAM tells of the account, as JSON.
func everything(t *testing.T, root *iam.Client) string {
	t.Helper()
	out, err := root.GetAccountAuthorizationDetails(t.Context(), &iam.GetAccountAuthorizationDetailsInput{MaxItems: aws.Int32(1000)})
	if err != nil || out.IsTruncated {
		t.Fatalf("%v %v", out, err)
	}
	summary, err := root.GetAccountSummary(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.MarshalIndent([]any{out.UserDetailList, out.GroupDetailList, out.RoleDetailList, out.Policies, summary.SummaryMap}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
