package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/accessanalyzer"
	analyzertypes "github.com/aws/aws-sdk-go-v2/service/accessanalyzer/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/gatehouse-iam/gatehouse/internal/authz/authztest"
	"github.com/gatehouse-iam/gatehouse/sigv4"
	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// denials are callers of one account who are denied, each by another kind of policy.
// The denied calls are the AWS CLI's; what they need is made with the SDK for Go,
// which is faster.
type denials struct {
	server *process.Server
	admin  *cli
	key    process.Credentials // the administrator's
	iam    *iam.Client
	sts    *sts.Client
	deny   string // ARN of the managed policy that denies
}

func newDenials(t *testing.T, server *process.Server, key process.Credentials) *denials {
	t.Helper()
	c := fromEnvironment(t, append(server.Environment(key), process.Environment(t)...))
	return &denials{server: server, admin: newCLI(t, server, key), key: key, iam: iam.NewFromConfig(c), sts: sts.NewFromConfig(c)}
}

// made is the answer to a call that makes something.
func made[Out any](t *testing.T) func(*Out, error) *Out {
	return func(out *Out, err error) *Out {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

func arnOf(account, rest string) string { return "arn:aws:iam::" + account + ":" + rest }

// TestDenials: whoever is denied learns why, by the message and with the id in it,
// and the account's administrator learns all of it, also when the policies have
// changed since.
func TestDenials(t *testing.T) {
	server, key, _ := adminServer(t)
	d := newDenials(t, server, key)
	d.deny = d.admin.do("iam", "create-policy", "--policy-name", "NoLists", "--query", "Policy.Arn", "--policy-document",
		`{"Version":"2012-10-17","Statement":[{"Sid":"NoLists","Effect":"Deny","Action":"iam:List*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`)
	for _, kind := range d.kinds() {
		t.Run(kind.name, func(t *testing.T) {
			d.admin.t = t
			m := d.message(t, kind.caller(t, d), kind.call)
			if want := " on resource: " + kind.resource(server.Account) + kind.reason; !strings.HasSuffix(m.Sentence, want) {
				t.Errorf("%s\nwant …%s", m.Sentence, want)
			}
			if want := server.Console + "/iam/home?region=us-east-1#/authorization-details/" + m.ID; m.Link != want {
				t.Errorf("link %s, want %s", m.Link, want)
			}
			d.check(t, m.ID, &kind)
		})
	}
	t.Run("policies as they were", d.policiesAsTheyWere)
	t.Run("of another account", d.ofAnotherAccount)
	t.Run("without permission", d.withoutPermission)
}

// kind is a way to be denied.
type kind struct {
	name     string
	caller   func(t *testing.T, d *denials) *cli
	call     []string
	resource func(account string) string
	reason   string
	effect   string
	types    []string // of the policies that took part
}

func (d *denials) kinds() []kind {
	users := func(account string) string { return arnOf(account, "user/") }
	list := []string{"iam", "list-users"}
	return []kind{
		{"identity, implicit", func(t *testing.T, d *denials) *cli { return d.user(t, "implicit", allowing("iam:GetUser"), "") }, list, users,
			" because no identity-based policy allows the iam:ListUsers action", "IMPLICIT_DENY", []string{"IDENTITY_BASED_POLICY"}},
		{"identity, explicit, managed", func(t *testing.T, d *denials) *cli {
			c := d.user(t, "explicit", allowing("iam:*"), "")
			made[iam.AttachUserPolicyOutput](t)(d.iam.AttachUserPolicy(t.Context(), &iam.AttachUserPolicyInput{UserName: aws.String("explicit"), PolicyArn: &d.deny}))
			return c
		}, list, users, " with an explicit deny in an identity-based policy: " + arnOf(d.server.Account, "policy/NoLists"), "EXPLICIT_DENY",
			[]string{"IDENTITY_BASED_POLICY", "IDENTITY_BASED_POLICY"}},
		{"identity, explicit, inline", func(t *testing.T, d *denials) *cli {
			return d.user(t, "inline", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:List*","Resource":"*"}]}`, "")
		}, list, users, " with an explicit deny in an identity-based policy", "EXPLICIT_DENY", []string{"IDENTITY_BASED_POLICY"}},
		{"boundary, implicit", func(t *testing.T, d *denials) *cli {
			return d.user(t, "bounded", allowing("iam:*"), "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
		}, list, users, " because no permissions boundary allows the iam:ListUsers action", "IMPLICIT_DENY", []string{"IDENTITY_BASED_POLICY", "PERMISSIONS_BOUNDARY"}},
		{"boundary, explicit", func(t *testing.T, d *denials) *cli { return d.user(t, "barred", allowing("iam:*"), d.deny) }, list, users,
			" with an explicit deny in a permissions boundary: " + arnOf(d.server.Account, "policy/NoLists"), "EXPLICIT_DENY", []string{"IDENTITY_BASED_POLICY", "PERMISSIONS_BOUNDARY"}},
		{"session, implicit", func(t *testing.T, d *denials) *cli { return d.session(t, "reader", allowing("iam:GetUser")) }, list, users,
			" because no session policy allows the iam:ListUsers action", "IMPLICIT_DENY", []string{"IDENTITY_BASED_POLICY", "SESSION_POLICY"}},
		{"trust, implicit", func(t *testing.T, d *denials) *cli {
			d.role(t, "closed", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)
			return d.user(t, "assumer", allowing("sts:*"), "")
		}, []string{"sts", "assume-role", "--role-session-name", "session", "--role-arn", arnOf(d.server.Account, "role/closed")},
			func(account string) string { return arnOf(account, "role/closed") },
			" because no role trust policy allows the sts:AssumeRole action", "IMPLICIT_DENY", []string{"RESOURCE_BASED_POLICY", "IDENTITY_BASED_POLICY"}},
	}
}

// user is a new user with an inline policy, and a boundary where there is one.
func (d *denials) user(t *testing.T, name, policy, boundary string) *cli {
	t.Helper()
	in := &iam.CreateUserInput{UserName: &name}
	if boundary != "" {
		in.PermissionsBoundary = &boundary
	}
	made[iam.CreateUserOutput](t)(d.iam.CreateUser(t.Context(), in))
	d.putPolicy(t, name, policy)
	key := made[iam.CreateAccessKeyOutput](t)(d.iam.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: &name})).AccessKey
	return newCLI(t, d.server, process.Credentials{AccessKeyID: *key.AccessKeyId, SecretAccessKey: *key.SecretAccessKey})
}

func (d *denials) putPolicy(t *testing.T, user, policy string) {
	t.Helper()
	made[iam.PutUserPolicyOutput](t)(d.iam.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: &user, PolicyName: aws.String("own"), PolicyDocument: &policy}))
}

// session is a session of a new role that may do all of IAM, with a session policy.
func (d *denials) session(t *testing.T, name, policy string) *cli {
	t.Helper()
	d.role(t, name, trusting(d.server.Account))
	made[iam.PutRolePolicyOutput](t)(d.iam.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: &name, PolicyName: aws.String("own"), PolicyDocument: aws.String(allowing("iam:*"))}))
	c := made[sts.AssumeRoleOutput](t)(d.sts.AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn: aws.String(arnOf(d.server.Account, "role/"+name)), RoleSessionName: aws.String("session"), Policy: &policy,
	})).Credentials
	return newCLI(t, d.server, process.Credentials{AccessKeyID: *c.AccessKeyId, SecretAccessKey: *c.SecretAccessKey, SessionToken: *c.SessionToken})
}

func (d *denials) role(t *testing.T, name, trust string) {
	t.Helper()
	made[iam.CreateRoleOutput](t)(d.iam.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &trust}))
}

// message is what the AWS CLI prints of a call that is denied.
func (d *denials) message(t *testing.T, c *cli, call []string) authztest.Message {
	t.Helper()
	r := c.call(call...)
	m := cliError.FindStringSubmatch(strings.TrimSpace(r.Stderr))
	if r.Code != 254 || m == nil || m[1] != "AccessDenied" {
		t.Fatalf("exit %d, %s%s", r.Code, r.Stdout, r.Stderr)
	}
	return authztest.Read(t, m[3])
}

// toolbox makes a signed call of the IAM toolbox, which the SDK for Go does not have.
func (d *denials) toolbox(t *testing.T, c process.Credentials, path string) (status int, header http.Header, body []byte) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, d.server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	empty := sha256.Sum256(nil)
	signer := sigv4.Signer{Region: d.server.Region, Service: "iam"}
	signed := sigv4.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken}
	if err := signer.Sign(r, signed, hex.EncodeToString(empty[:]), time.Now()); err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err = io.ReadAll(resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, body
}

// details are GetRequestAuthorizationDetails' answer [API_GetRequestAuthorizationDetails].
type details struct {
	RequestContext map[string]any
	Evaluations    []struct {
		Action, Resource, EvaluatedEffect string
		Context                           map[string]any
		MatchedPolicies                   []struct {
			URI               string
			MatchedStatements []struct{ SID, EvaluatedEffect string }
		}
	}
	Policies []struct {
		Type, URI  string
		Inline     bool
		AttachedTo []struct{ ARN string }
	}
}

func (d *denials) details(t *testing.T, id string) *details {
	t.Helper()
	status, _, body := d.toolbox(t, d.key, "/authorization-details/"+id)
	found := &details{}
	if status != http.StatusOK || json.Unmarshal(body, found) != nil || len(found.Evaluations) != 1 {
		t.Fatalf("%d %s", status, body)
	}
	return found
}

// document is GetRequestAuthorizationPolicy's answer.
func (d *denials) document(t *testing.T, id, uri string) string {
	t.Helper()
	status, _, body := d.toolbox(t, d.key, "/authorization-details/"+id+"/policy?policyUri="+url.QueryEscape(uri))
	answer := struct{ PolicyDocument json.RawMessage }{}
	if status != http.StatusOK || json.Unmarshal(body, &answer) != nil {
		t.Fatalf("%d %s", status, body)
	}
	return string(answer.PolicyDocument)
}

// check holds the toolbox and DecodeAuthorizationMessage against what is known of a
// denial.
func (d *denials) check(t *testing.T, id string, k *kind) {
	t.Helper()
	found := d.details(t, id)
	e := found.Evaluations[0]
	if e.EvaluatedEffect != k.effect || e.Resource != k.resource(d.server.Account) || found.RequestContext["aws:PrincipalAccount"] != d.server.Account {
		t.Errorf("%+v", found)
	}
	var types []string
	for _, p := range found.Policies {
		types = append(types, p.Type)
		if text := d.document(t, id, p.URI); !strings.Contains(text, `"Statement"`) {
			t.Errorf("%s: %s", p.URI, text)
		}
	}
	if fmt.Sprint(types) != fmt.Sprint(k.types) {
		t.Errorf("policies %v, want %v", types, k.types)
	}
	if explicit := k.effect == "EXPLICIT_DENY"; explicit != (len(e.MatchedPolicies) > 0) {
		t.Errorf("%+v", e.MatchedPolicies)
	}
	decoded := *made[sts.DecodeAuthorizationMessageOutput](t)(d.sts.DecodeAuthorizationMessage(t.Context(), &sts.DecodeAuthorizationMessageInput{EncodedMessage: &id})).DecodedMessage
	for _, want := range []string{`"allowed":false`, fmt.Sprintf(`"explicitDeny":%t`, k.effect == "EXPLICIT_DENY"), `"action":"` + e.Action + `"`, `"resource":"` + e.Resource + `"`} {
		if !strings.Contains(decoded, want) {
			t.Errorf("%s\nhas no %s", decoded, want)
		}
	}
}

// policiesAsTheyWere: the policy that denied is put right and then deleted, and the
// denial is told as it was.
func (d *denials) policiesAsTheyWere(t *testing.T) {
	d.admin.t = t
	caller := d.user(t, "later", `{"Version":"2012-10-17","Statement":[{"Sid":"WasSo","Effect":"Deny","Action":"iam:ListGroups","Resource":"*"}]}`, "")
	m := d.message(t, caller, []string{"iam", "list-groups"})
	d.putPolicy(t, "later", allowing("iam:*"))
	caller.t = t
	caller.do("iam", "list-groups")
	for _, gone := range []bool{false, true} {
		if gone {
			d.deleteUser(t, "later")
		}
		found := d.details(t, m.ID)
		e := found.Evaluations[0]
		if e.EvaluatedEffect != "EXPLICIT_DENY" || len(e.MatchedPolicies) != 1 || e.MatchedPolicies[0].MatchedStatements[0].SID != "WasSo" {
			t.Errorf("%+v", e)
		}
		if text := d.document(t, m.ID, e.MatchedPolicies[0].URI); !strings.Contains(text, `"Sid":"WasSo"`) {
			t.Errorf("%s", text)
		}
	}
	decoded := d.admin.do("sts", "decode-authorization-message", "--encoded-message", m.ID, "--query", "DecodedMessage")
	if !strings.Contains(decoded, `"statementId":"WasSo","effect":"DENY"`) {
		t.Errorf("%s", decoded)
	}
}

func (d *denials) deleteUser(t *testing.T, name string) {
	t.Helper()
	made[iam.DeleteUserPolicyOutput](t)(d.iam.DeleteUserPolicy(t.Context(), &iam.DeleteUserPolicyInput{UserName: &name, PolicyName: aws.String("own")}))
	keys := made[iam.ListAccessKeysOutput](t)(d.iam.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: &name}))
	for _, k := range keys.AccessKeyMetadata {
		made[iam.DeleteAccessKeyOutput](t)(d.iam.DeleteAccessKey(t.Context(), &iam.DeleteAccessKeyInput{UserName: &name, AccessKeyId: k.AccessKeyId}))
	}
	made[iam.DeleteUserOutput](t)(d.iam.DeleteUser(t.Context(), &iam.DeleteUserInput{UserName: &name}))
}

// ofAnotherAccount: a caller of another account gets neither an id nor, with one that
// it came by, anything of the denial.
func (d *denials) ofAnotherAccount(t *testing.T) {
	d.admin.t = t
	m := d.message(t, d.user(t, "watched", allowing("iam:GetUser"), ""), []string{"iam", "list-users"})
	d.admin.do("organizations", "create-organization")
	second := d.admin.do("organizations", "create-account", "--email", "second@example.com", "--account-name", "second", "--query", "CreateAccountStatus.AccountId")
	other := d.admin.credentials("Credentials", "sts", "assume-role", "--role-session-name", "session",
		"--role-arn", arnOf(second, "role/OrganizationAccountAccessRole"))
	for _, path := range []string{m.ID, m.ID + "/policy?policyUri=" + url.QueryEscape(d.deny), strings.Repeat("0", 25)} {
		status, header, body := d.toolbox(t, other, "/authorization-details/"+path)
		if status != http.StatusNotFound || header.Get("x-amzn-ErrorType") != "ResourceNotFoundException" || strings.Contains(string(body), "watched") {
			t.Errorf("%d %v %s", status, header, body)
		}
	}
	c := newCLI(t, d.server, other)
	for _, message := range []string{m.ID, "AQAAAAE" + strings.Repeat("A", 60)} {
		c.refused("InvalidAuthorizationMessageException", "The authorization message is not valid.", "sts", "decode-authorization-message", "--encoded-message", message)
	}
}

// withoutPermission: each operation has its own.
func (d *denials) withoutPermission(t *testing.T) {
	d.admin.t = t
	c := d.user(t, "curious", allowing("iam:GetRequestAuthorizationDetails"), "")
	m := d.message(t, c, []string{"iam", "list-users"})
	key := process.Credentials{}
	for _, e := range c.environ {
		name, value, _ := strings.Cut(e, "=")
		switch name {
		case "AWS_ACCESS_KEY_ID":
			key.AccessKeyID = value
		case "AWS_SECRET_ACCESS_KEY":
			key.SecretAccessKey = value
		}
	}
	if status, _, body := d.toolbox(t, key, "/authorization-details/"+m.ID); status != http.StatusOK {
		t.Errorf("%d %s", status, body)
	}
	status, header, body := d.toolbox(t, key, "/authorization-details/"+m.ID+"/policy?policyUri=x")
	answer := struct{ Message string }{}
	if status != http.StatusForbidden || header.Get("x-amzn-ErrorType") != "AccessDeniedException" || json.Unmarshal(body, &answer) != nil {
		t.Fatalf("%d %s", status, body)
	}
	want := "User: " + arnOf(d.server.Account, "user/curious") + " is not authorized to perform: iam:GetRequestAuthorizationPolicy on resource: *" +
		" because no identity-based policy allows the iam:GetRequestAuthorizationPolicy action"
	if got := authztest.Sentence(t, answer.Message); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	c.refused("AccessDenied", "User: "+arnOf(d.server.Account, "user/curious")+" is not authorized to perform: sts:DecodeAuthorizationMessage"+
		" because no identity-based policy allows the sts:DecodeAuthorizationMessage action", "sts", "decode-authorization-message", "--encoded-message", m.ID)
	c.refused("AccessDeniedException", "User: "+arnOf(d.server.Account, "user/curious")+" is not authorized to perform: access-analyzer:ValidatePolicy on resource: *"+
		" because no identity-based policy allows the access-analyzer:ValidatePolicy action",
		"accessanalyzer", "validate-policy", "--policy-type", "IDENTITY_POLICY", "--policy-document", allowing("*"))
}

// TestDenialAfterRestart: a denial is told after the server has stopped and started.
func TestDenialAfterRestart(t *testing.T) {
	server, key, data := adminServer(t)
	d := newDenials(t, server, key)
	m := d.message(t, d.user(t, "nobody", allowing("s3:*"), ""), []string{"iam", "list-users"})
	if code := server.Stop(t); code != 0 {
		t.Fatalf("exit %d", code)
	}
	d.server = process.Serve(t, nil, "--data", data)
	found := d.details(t, m.ID)
	if e := found.Evaluations[0]; e.Action != "iam:ListUsers" || e.EvaluatedEffect != "IMPLICIT_DENY" {
		t.Errorf("%+v", e)
	}
	if text := d.document(t, m.ID, found.Policies[0].URI); !strings.Contains(text, "s3:*") {
		t.Errorf("%s", text)
	}
}

const manyFaults = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:PassRole","s3:GetObjekt","ec2:Nothing","sqs:Whatever"],"Resource":"*"}]}`

// TestValidatePolicy: the AWS CLI and the SDK for Go, which pages.
func TestValidatePolicy(t *testing.T) {
	server, key, _ := adminServer(t)
	admin := newCLI(t, server, key)
	codes := admin.do("accessanalyzer", "validate-policy", "--policy-type", "IDENTITY_POLICY", "--policy-document", manyFaults, "--query", "findings[].issueCode")
	for _, want := range []string{"PASS_ROLE_WITH_STAR_IN_RESOURCE", "INVALID_ACTION"} {
		if !strings.Contains(codes, want) {
			t.Errorf("%s has no %s", codes, want)
		}
	}
	if got := admin.do("accessanalyzer", "validate-policy", "--policy-type", "IDENTITY_POLICY", "--policy-document", allowing("s3:GetObject"), "--query", "length(findings)"); got != "0" {
		t.Errorf("%s findings in a good policy", got)
	}
	c := fromEnvironment(t, append(server.Environment(key), process.Environment(t)...))
	analyzer := accessanalyzer.NewFromConfig(c)
	in := &accessanalyzer.ValidatePolicyInput{PolicyDocument: aws.String(manyFaults), PolicyType: analyzertypes.PolicyTypeIdentityPolicy, MaxResults: aws.Int32(1)}
	pages := accessanalyzer.NewValidatePolicyPaginator(analyzer, in)
	var paged []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range page.Findings {
			paged = append(paged, *f.IssueCode)
			if *f.FindingDetails == "" || *f.LearnMoreLink == "" || len(f.Locations) == 0 || *f.Locations[0].Span.Start.Line != 1 {
				t.Errorf("%+v", f)
			}
		}
	}
	if got := strings.Join(paged, "\t"); got != codes {
		t.Errorf("%s, want %s", got, codes)
	}
	in.NextToken = aws.String("forged")
	_, err := analyzer.ValidatePolicy(t.Context(), in)
	var invalid *analyzertypes.ValidationException
	if !errors.As(err, &invalid) {
		t.Errorf("a forged token: %v", err)
	}
	_, err = analyzer.ListAnalyzers(t.Context(), nil)
	var e smithy.APIError
	if !errors.As(err, &e) || e.ErrorCode() != "NotImplemented" {
		t.Errorf("ListAnalyzers: %v", err)
	}
	_, err = sts.NewFromConfig(c).DecodeAuthorizationMessage(t.Context(), &sts.DecodeAuthorizationMessageInput{EncodedMessage: aws.String("forged")})
	if !errors.As(err, &e) || e.ErrorCode() != "InvalidAuthorizationMessageException" {
		t.Errorf("DecodeAuthorizationMessage: %v", err)
	}
}
