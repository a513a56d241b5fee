package e2e

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/gatehouse-iam/gatehouse/gatehousetest"
	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// TestReader is the test of gatehousetest's package comment, to its end.
func TestReader(t *testing.T) {
	account := gatehousetest.NewAccount(t)
	client := iam.New(iam.Options{
		BaseEndpoint: &account.Endpoint, Region: account.Region,
		Credentials: credentials.NewStaticCredentialsProvider(account.Admin.AccessKeyID, account.Admin.SecretAccessKey, ""),
	})
	if _, err := client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("reader")}); err != nil {
		t.Fatal(err)
	}
	key, err := client.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("reader")})
	if err != nil {
		t.Fatal(err)
	}
	account.Setenv(t, gatehousetest.Credentials{AccessKeyID: *key.AccessKey.AccessKeyId, SecretAccessKey: *key.AccessKey.SecretAccessKey})
	c, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = iam.NewFromConfig(c).ListUsers(t.Context(), nil)
	if code, _ := codeOf(err); code != "AccessDenied" {
		t.Errorf("a user without policies: %v", err)
	}
}

// TestAccountsOfTests see nothing of each other, though they share a server.
func TestAccountsOfTests(t *testing.T) {
	a, b := gatehousetest.NewAccount(t), gatehousetest.NewAccount(t)
	if a.Endpoint != b.Endpoint || a.ID == b.ID {
		t.Errorf("%s %s, %s %s", a.Endpoint, a.ID, b.Endpoint, b.ID)
	}
	clientOf := func(account *gatehousetest.Account) *iam.Client {
		account.Setenv(t, account.Root)
		c, err := config.LoadDefaultConfig(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return iam.NewFromConfig(c)
	}
	name := aws.String("only-in-one")
	if _, err := clientOf(a).CreateUser(t.Context(), &iam.CreateUserInput{UserName: name}); err != nil {
		t.Fatal(err)
	}
	_, err := clientOf(b).GetUser(t.Context(), &iam.GetUserInput{UserName: name})
	if code, _ := codeOf(err); code != "NoSuchEntity" {
		t.Errorf("%v", err)
	}
}

// TestServerOfOneTest has the region and the clock that the test gives it.
func TestServerOfOneTest(t *testing.T) {
	var ahead atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	server := gatehousetest.Start(t, gatehousetest.WithRegion("eu-west-1"), gatehousetest.WithClock(clock))
	account := server.NewAccount(t)
	account.Setenv(t, account.Admin)
	c, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out, err := sts.NewFromConfig(c).GetFederationToken(t.Context(), &sts.GetFederationTokenInput{Name: aws.String("guest"), DurationSeconds: aws.Int32(900)})
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []struct {
		after time.Duration
		code  string
	}{{14 * time.Minute, ""}, {16 * time.Minute, "ExpiredToken"}} {
		ahead.Store(int64(at.after))
		call := newWireCall(&process.Server{URL: server.Endpoint}, "Action=GetCallerIdentity&Version=2011-06-15")
		call.service, call.region, call.at = "sts", "eu-west-1", clock()
		call.credentials = process.Credentials{AccessKeyID: *out.Credentials.AccessKeyId, SecretAccessKey: *out.Credentials.SecretAccessKey, SessionToken: *out.Credentials.SessionToken}
		status, body := exchange(t, call.server, call.bytes(t))
		if e := parseError(t, body); e.Code != at.code || (status == http.StatusOK) != (at.code == "") {
			t.Errorf("after %v: %d %s", at.after, status, body)
		}
	}
}
