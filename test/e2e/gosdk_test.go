package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"

	"github.com/gatehouse-iam/gatehouse/internal/authz/authztest"
	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// fromEnvironment is the SDK's configuration from nothing but the environment, as
// a program of a user has it.
func fromEnvironment(t *testing.T, environment []string) aws.Config {
	t.Helper()
	for _, e := range environment {
		name, value, _ := strings.Cut(e, "=")
		t.Setenv(name, value)
	}
	c, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// trusting is a trust policy for an account.
func trusting(account string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + account + `"},"Action":["sts:AssumeRole","sts:TagSession"]}]}`
}

// allowing is an identity policy for one action on everything.
func allowing(action string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + action + `","Resource":"*"}]}`
}

// TestGoSDK is the SDK for Go v2 with AWS_ENDPOINT_URL and AWS_REGION alone.
func TestGoSDK(t *testing.T) {
	server, admin, _ := adminServer(t, "--region", "eu-central-1")
	c := fromEnvironment(t, append(server.Environment(admin), process.Environment(t)...))
	g := &goSDK{account: server.Account, config: c, iam: iam.NewFromConfig(c), sts: sts.NewFromConfig(c), organizations: organizations.NewFromConfig(c)}
	for name, test := range map[string]func(*testing.T){
		"caller identity": g.callerIdentity, "paginators": g.paginators, "waiters": g.waiters, "typed errors": g.typedErrors,
		"denials": g.denials, "authorization details": g.details, "assume role provider": g.assumeRoleProvider,
		"presigned call": g.presigned, "session credentials": g.sessionErrors, "organizations": g.organization,
	} {
		t.Run(name, test)
	}
}

type goSDK struct {
	account       string
	config        aws.Config
	iam           *iam.Client
	sts           *sts.Client
	organizations *organizations.Client
}

func (g *goSDK) callerIdentity(t *testing.T) {
	out, err := g.sts.GetCallerIdentity(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if *out.Account != g.account || *out.Arn != "arn:aws:iam::"+g.account+":user/admin" {
		t.Errorf("%s %s", *out.Account, *out.Arn)
	}
}

func (g *goSDK) paginators(t *testing.T) {
	ctx := t.Context()
	want := []string{}
	for _, c := range "abcdefgh" {
		name := "paged-" + string(c)
		want = append(want, name)
		if _, err := g.iam.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: &name, Path: aws.String("/paged/")}); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	pages := 0
	for p := iam.NewListGroupsPaginator(g.iam, &iam.ListGroupsInput{PathPrefix: aws.String("/paged/"), MaxItems: aws.Int32(3)}); p.HasMorePages(); pages++ {
		out, err := p.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, group := range out.Groups {
			got = append(got, *group.GroupName)
		}
	}
	if pages != 3 || strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("%d pages: %v", pages, got)
	}
}

func (g *goSDK) waiters(t *testing.T) {
	ctx := t.Context()
	trust, document, name := trusting(g.account), allowing("s3:*"), aws.String("waited")
	if _, err := g.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: name}); err != nil {
		t.Fatal(err)
	}
	if _, err := g.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: name, AssumeRolePolicyDocument: &trust}); err != nil {
		t.Fatal(err)
	}
	if _, err := g.iam.CreateInstanceProfile(ctx, &iam.CreateInstanceProfileInput{InstanceProfileName: name}); err != nil {
		t.Fatal(err)
	}
	made, err := g.iam.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: name, PolicyDocument: &document})
	if err != nil {
		t.Fatal(err)
	}
	// What was made is there at the waiter's first look: it has no time for a second.
	const first = 500 * time.Millisecond
	for kind, err := range map[string]error{
		"user":             iam.NewUserExistsWaiter(g.iam).Wait(ctx, &iam.GetUserInput{UserName: name}, first),
		"role":             iam.NewRoleExistsWaiter(g.iam).Wait(ctx, &iam.GetRoleInput{RoleName: name}, first),
		"policy":           iam.NewPolicyExistsWaiter(g.iam).Wait(ctx, &iam.GetPolicyInput{PolicyArn: made.Policy.Arn}, first),
		"instance profile": iam.NewInstanceProfileExistsWaiter(g.iam).Wait(ctx, &iam.GetInstanceProfileInput{InstanceProfileName: name}, first),
	} {
		if err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if err := iam.NewUserExistsWaiter(g.iam).Wait(ctx, &iam.GetUserInput{UserName: aws.String("never")}, first); err == nil {
		t.Error("a waiter saw a user that is not there")
	}
}

// typed says whether an error is one of the SDK's type.
func typed[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}

func (g *goSDK) typedErrors(t *testing.T) {
	ctx, name, bad := t.Context(), aws.String("typed"), `{"Version":"2012-10-17"}`
	create := func() error {
		_, err := g.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: name})
		return err
	}
	key := func() error {
		_, err := g.iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: name})
		return err
	}
	if err := errors.Join(create(), key(), key()); err != nil {
		t.Fatal(err)
	}
	_, noSuch := g.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("never")})
	_, conflict := g.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: name})
	_, malformed := g.iam.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: name, PolicyName: name, PolicyDocument: &bad})
	tags := []iamtypes.Tag{{Key: aws.String("k"), Value: aws.String("1")}, {Key: aws.String("K"), Value: aws.String("2")}}
	_, invalid := g.iam.TagUser(ctx, &iam.TagUserInput{UserName: name, Tags: tags})
	_, weak := g.iam.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: name, Password: aws.String("weak")})
	_, session := g.sts.GetFederationToken(ctx, &sts.GetFederationTokenInput{Name: name, Policy: &bad})
	for _, c := range []struct {
		name string
		is   func(error) bool
		err  error
	}{
		{"NoSuchEntity", typed[*iamtypes.NoSuchEntityException], noSuch},
		{"EntityAlreadyExists", typed[*iamtypes.EntityAlreadyExistsException], create()},
		{"LimitExceeded", typed[*iamtypes.LimitExceededException], key()},
		{"DeleteConflict", typed[*iamtypes.DeleteConflictException], conflict},
		{"MalformedPolicyDocument", typed[*iamtypes.MalformedPolicyDocumentException], malformed},
		{"InvalidInput", typed[*iamtypes.InvalidInputException], invalid},
		{"PasswordPolicyViolation", typed[*iamtypes.PasswordPolicyViolationException], weak},
		{"MalformedPolicyDocument of STS", typed[*ststypes.MalformedPolicyDocumentException], session},
	} {
		if !c.is(c.err) {
			t.Errorf("%s: %T %v", c.name, c.err, c.err)
		}
		if code, fault := codeOf(c.err); code != strings.Fields(c.name)[0] || fault == smithy.FaultServer {
			t.Errorf("%s: code %s, fault %v", c.name, code, fault)
		}
	}
}

// codeOf is the wire's code of an error.
func codeOf(err error) (string, smithy.ErrorFault) {
	var e smithy.APIError
	if !errors.As(err, &e) {
		return "", smithy.FaultUnknown
	}
	return e.ErrorCode(), e.ErrorFault()
}

// as is the IAM client of other credentials.
func (g *goSDK) as(p aws.CredentialsProvider) *iam.Client {
	return iam.NewFromConfig(g.config, func(o *iam.Options) { o.Credentials = p })
}

// keyOf makes a user with an access key, and one inline policy where it is not "".
func (g *goSDK) keyOf(t *testing.T, name, policy string) aws.CredentialsProvider {
	t.Helper()
	if _, err := g.iam.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name}); err != nil {
		t.Fatal(err)
	}
	if policy != "" {
		if _, err := g.iam.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: &name, PolicyName: aws.String("own"), PolicyDocument: &policy}); err != nil {
			t.Fatal(err)
		}
	}
	out, err := g.iam.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: &name})
	if err != nil {
		t.Fatal(err)
	}
	key := aws.Credentials{AccessKeyID: *out.AccessKey.AccessKeyId, SecretAccessKey: *out.AccessKey.SecretAccessKey}
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return key, nil })
}

func (g *goSDK) denials(t *testing.T) {
	deny := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"},{"Effect":"Deny","Action":"iam:List*","Resource":"*"}]}`
	_, err := g.as(g.keyOf(t, "denied", deny)).ListUsers(t.Context(), nil)
	var e smithy.APIError
	want := "User: arn:aws:iam::" + g.account + ":user/denied is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::" + g.account +
		":user/ with an explicit deny in an identity-based policy"
	if !errors.As(err, &e) || e.ErrorCode() != "AccessDenied" || authztest.Sentence(t, e.ErrorMessage()) != want {
		t.Errorf("%v", err)
	}
}

func (g *goSDK) details(t *testing.T) {
	document := allowing("sqs:*")
	g.keyOf(t, "detailed", document)
	var found *iamtypes.UserDetail
	for p := iam.NewGetAccountAuthorizationDetailsPaginator(g.iam, &iam.GetAccountAuthorizationDetailsInput{MaxItems: aws.Int32(2)}); p.HasMorePages(); {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range out.UserDetailList {
			if *u.UserName == "detailed" {
				found = &u
			}
		}
	}
	if found == nil || len(found.UserPolicyList) != 1 {
		t.Fatalf("%+v", found)
	}
	got, err := url.QueryUnescape(*found.UserPolicyList[0].PolicyDocument)
	if err != nil || got != document || !json.Valid([]byte(got)) {
		t.Errorf("%v %s", err, got)
	}
}

func (g *goSDK) assumeRoleProvider(t *testing.T) {
	trust, name := trusting(g.account), aws.String("provided")
	out, err := g.iam.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: name, AssumeRolePolicyDocument: &trust})
	if err != nil {
		t.Fatal(err)
	}
	provider := aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(g.sts, *out.Role.Arn, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName, o.Duration = "go", 15*time.Minute
		o.Tags = []ststypes.Tag{{Key: aws.String("team"), Value: aws.String("blue")}}
	}))
	c := g.config.Copy()
	c.Credentials = provider
	who, err := sts.NewFromConfig(c).GetCallerIdentity(t.Context(), nil)
	if err != nil || *who.Arn != "arn:aws:sts::"+g.account+":assumed-role/provided/go" {
		t.Errorf("%v %v", who, err)
	}
	got, err := provider.Retrieve(t.Context())
	if left := time.Until(got.Expires); err != nil || left < 14*time.Minute || left > 15*time.Minute {
		t.Errorf("%v: expires in %v", err, left)
	}
}

func (g *goSDK) sessionErrors(t *testing.T) {
	for name, change := range map[string]func(*aws.Credentials){
		"a changed token": func(c *aws.Credentials) { c.SessionToken = c.SessionToken[:len(c.SessionToken)-8] + "AAAAAAA=" },
		"no token":        func(c *aws.Credentials) { c.SessionToken = "" },
	} {
		out, err := g.sts.GetFederationToken(t.Context(), &sts.GetFederationTokenInput{Name: aws.String("visitor")})
		if err != nil {
			t.Fatal(err)
		}
		session := aws.Credentials{AccessKeyID: *out.Credentials.AccessKeyId, SecretAccessKey: *out.Credentials.SecretAccessKey, SessionToken: *out.Credentials.SessionToken}
		change(&session)
		c := g.config.Copy()
		c.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return session, nil })
		_, err = sts.NewFromConfig(c).GetCallerIdentity(t.Context(), nil)
		if code, _ := codeOf(err); code != "InvalidClientTokenId" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func (g *goSDK) organization(t *testing.T) {
	ctx := t.Context()
	_, err := g.organizations.DescribeOrganization(ctx, nil)
	if !typed[*orgtypes.AWSOrganizationsNotInUseException](err) {
		t.Errorf("before: %v", err)
	}
	if _, err := g.organizations.CreateOrganization(ctx, nil); err != nil {
		t.Fatal(err)
	}
	out, err := g.organizations.CreateAccount(ctx, &organizations.CreateAccountInput{AccountName: aws.String("dev"), Email: aws.String("dev@example.com"), RoleName: aws.String("Break-Glass")})
	if err != nil {
		t.Fatal(err)
	}
	status, err := g.organizations.DescribeCreateAccountStatus(ctx, &organizations.DescribeCreateAccountStatusInput{CreateAccountRequestId: out.CreateAccountStatus.Id})
	if err != nil || status.CreateAccountStatus.State != orgtypes.CreateAccountStateSucceeded {
		t.Fatalf("%+v %v", status, err)
	}
	member := *status.CreateAccountStatus.AccountId
	inside := g.as(stscreds.NewAssumeRoleProvider(g.sts, "arn:aws:iam::"+member+":role/Break-Glass"))
	users, err := inside.ListUsers(ctx, nil)
	if err != nil || len(users.Users) != 0 {
		t.Errorf("%v %v", users, err)
	}
	var accounts []string
	for p := organizations.NewListAccountsPaginator(g.organizations, &organizations.ListAccountsInput{MaxResults: aws.Int32(1)}); p.HasMorePages(); {
		page, err := p.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range page.Accounts {
			accounts = append(accounts, *a.Id)
		}
	}
	if len(accounts) != 2 {
		t.Errorf("accounts: %v", accounts)
	}
}
