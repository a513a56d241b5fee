package iam

import (
	"encoding/json"
	"errors"
	"net/url"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
)

const (
	allowAll  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	allowS3   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`
	trustEC2  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	readOnly  = "arn:aws:iam::aws:policy/ReadOnlyAccess"
	accountNo = "arn:aws:iam::" + accountID
)

// addPolicy makes a customer-managed policy under / and returns its ARN.
func (f *fixture) addPolicy(name, document string) string {
	f.t.Helper()
	out := did[iam.CreatePolicyOutput](f, "CreatePolicy", &iam.CreatePolicyInput{PolicyName: &name, PolicyDocument: &document})
	return *out.Policy.Arn
}

func (f *fixture) addRole(names ...string) {
	f.t.Helper()
	for _, name := range names {
		did[iam.CreateRoleOutput](f, "CreateRole", &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: ptr(trustEC2)})
	}
}

func (f *fixture) addProfile(names ...string) {
	f.t.Helper()
	for _, name := range names {
		did[iam.CreateInstanceProfileOutput](f, "CreateInstanceProfile", &iam.CreateInstanceProfileInput{InstanceProfileName: &name})
	}
}

func (f *fixture) attachToUser(user string, arns ...string) {
	f.t.Helper()
	for _, arn := range arns {
		did[iam.AttachUserPolicyOutput](f, "AttachUserPolicy", &iam.AttachUserPolicyInput{UserName: &user, PolicyArn: &arn})
	}
}

// addServiceRole stages a role that a service of AWS made: no operation served
// today makes one.
func (f *fixture) addServiceRole(name string) {
	f.t.Helper()
	f.change(func(tx *directory.Tx) error {
		if _, err := tx.Role(name); err == nil {
			f.t.Fatalf("role %s is there", name)
		}
		tx.PutRole(&directory.Role{
			Entity:             directory.Entity{ID: directory.NewID("AROA"), Name: name, Path: "/aws-service-role/ec2.amazonaws.com/", Created: f.now},
			MaxSessionDuration: 3600, Trust: directory.NewDocument(trustEC2),
		})
		return nil
	})
}

// addAccount makes another account, with the user admin.
func (f *fixture) addAccount() string {
	f.t.Helper()
	a, err := f.directory.NewTestAccount(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	return a.Account
}

// rootOf is the root user of another account.
func rootOf(account string) *api.Principal {
	arn := directory.RootARN(account)
	return &api.Principal{
		Principal: policy.Principal{Kind: policy.Root, Account: account, ARN: arn, EntityARN: arn, EntityID: account},
		UserID:    account,
	}
}

// decoded is the text of a document in an answer.
func decoded(t *testing.T, document *string) string {
	t.Helper()
	if document == nil {
		t.Fatal("no document in the answer")
	}
	text, err := url.PathUnescape(*document)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func same[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n got %v\nwant %v", what, got, want)
	}
}

// on is the fixture for a subtest.
func on(f *fixture, t *testing.T) *fixture {
	sub := *f
	sub.t = t
	return &sub
}

// fault makes a call as the root user that must fail, and returns AWS's error.
func (f *fixture) fault(t *testing.T, operation string, in any) *api.Error {
	t.Helper()
	_, err := f.as(root(), operation, in)
	var e *api.Error
	if !errors.As(err, &e) {
		t.Fatalf("%s: %v is no answer of AWS's", operation, err)
	}
	return e
}

// asText is an answer as comparable text, pointers followed.
func asText(out any) string {
	text, err := json.Marshal(out)
	if err != nil {
		panic(err)
	}
	return string(text)
}
