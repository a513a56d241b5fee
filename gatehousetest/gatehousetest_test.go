package gatehousetest_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/gatehousetest"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// form is what the query APIs take.
func form(action string, parameters ...string) string {
	version := "2010-05-08"
	if strings.HasPrefix(action, "Assume") || strings.HasPrefix(action, "GetCaller") || strings.HasPrefix(action, "GetSession") {
		version = "2011-06-15"
	}
	return "Action=" + action + "&Version=" + version + strings.Join(append([]string{""}, parameters...), "&")
}

// call signs a call at a time, and returns its status and answer.
func call(t testing.TB, endpoint, region, service, body string, c gatehousetest.Credentials, at time.Time) (int, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, endpoint+"/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	sum := sha256.Sum256([]byte(body))
	signer := sigv4.Signer{Region: region, Service: service}
	keys := sigv4.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken}
	if err := signer.Sign(r, keys, hex.EncodeToString(sum[:]), at); err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func now(t testing.TB, a *gatehousetest.Account, service, body string, c gatehousetest.Credentials) (int, string) {
	t.Helper()
	return call(t, a.Endpoint, "us-east-1", service, body, c, time.Now())
}

func field(text, name string) string {
	_, rest, _ := strings.Cut(text, "<"+name+">")
	value, _, _ := strings.Cut(rest, "</"+name+">")
	return value
}

// An account's root user and administrator may call at once, and are who they are.
func TestNewAccount(t *testing.T) {
	a := gatehousetest.NewAccount(t)
	for who, c := range map[string]gatehousetest.Credentials{":root": a.Root, ":user/admin": a.Admin} {
		status, body := now(t, a, "sts", form("GetCallerIdentity"), c)
		if want := "arn:aws:iam::" + a.ID + who; status != 200 || field(body, "Arn") != want {
			t.Errorf("%d %s; want %s", status, body, want)
		}
	}
}

// Two accounts see nothing of each other, the root user neither.
func TestAccountsAreApart(t *testing.T) {
	a, b := gatehousetest.NewAccount(t), gatehousetest.NewAccount(t)
	if a.ID == b.ID || a.Endpoint != b.Endpoint {
		t.Fatal("not two accounts of one server")
	}
	if status, body := now(t, a, "iam", form("CreateUser", "UserName=ana"), a.Admin); status != 200 {
		t.Fatal(body)
	}
	for _, c := range []gatehousetest.Credentials{b.Admin, b.Root} {
		if status, body := now(t, b, "iam", form("GetUser", "UserName=ana"), c); status != 404 {
			t.Errorf("%d %s", status, body)
		}
		if _, body := now(t, b, "iam", form("ListUsers"), c); strings.Contains(body, "ana") || strings.Contains(body, a.ID) {
			t.Error(body)
		}
		if status, body := now(t, b, "sts", form("AssumeRole", "RoleArn=arn:aws:iam::"+a.ID+":role/none", "RoleSessionName=intruder"), c); status != 403 {
			t.Errorf("%d %s", status, body)
		}
	}
	crossed := gatehousetest.Credentials{AccessKeyID: a.Admin.AccessKeyID, SecretAccessKey: b.Admin.SecretAccessKey}
	if status, body := now(t, a, "sts", form("GetCallerIdentity"), crossed); status != 403 {
		t.Errorf("%d %s", status, body)
	}
}

// Tests that run at the same time share a server, and do not disturb each other.
func TestParallel(t *testing.T) {
	var endpoints sync.Map
	t.Run("group", func(t *testing.T) {
		for i := range 8 {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				a := gatehousetest.NewAccount(t)
				endpoints.Store(a.Endpoint, true)
				for _, action := range []string{"CreateUser", "GetUser", "DeleteUser"} { // of one name in all
					if status, body := now(t, a, "iam", form(action, "UserName=ana"), a.Admin); status != 200 {
						t.Errorf("%s: %s", action, body)
					}
				}
			})
		}
	})
}

// Start's server is one's own.
func TestStart(t *testing.T) {
	shared := gatehousetest.NewAccount(t)
	var log lockedBuffer
	s := gatehousetest.Start(t, gatehousetest.WithLog(slog.New(slog.NewTextHandler(&log, nil))))
	other := gatehousetest.Start(t)
	if s.Endpoint == shared.Endpoint || s.Endpoint == other.Endpoint {
		t.Fatal("not a server of its own")
	}
	a := s.NewAccount(t)
	if status, body := call(t, other.Endpoint, "us-east-1", "sts", form("GetCallerIdentity"), a.Admin, time.Now()); status != 403 {
		t.Errorf("another server knows the key: %s", body)
	}
	if status, _ := now(t, a, "iam", form("GetUser", "UserName=nobody"), a.Admin); status != 404 || !strings.Contains(log.String(), "NoSuchEntity") {
		t.Error("the log says nothing of it:", log.String())
	}
	resp, err := http.Get(s.Console + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Error(resp.Status)
	}
}

// WithRegion sets the region that calls are signed for; IAM, a global service, is
// signed for us-east-1 too.
func TestWithRegion(t *testing.T) {
	s := gatehousetest.Start(t, gatehousetest.WithRegion("eu-west-1"))
	a := s.NewAccount(t)
	if s.Region != "eu-west-1" || a.Region != "eu-west-1" {
		t.Error(s.Region, a.Region)
	}
	for region, want := range map[string]int{"eu-west-1": 200, "us-east-1": 200, "ap-south-1": 403} {
		if status, body := call(t, a.Endpoint, region, "iam", form("ListUsers"), a.Admin, time.Now()); status != want {
			t.Errorf("%s: %d %s", region, status, body)
		}
	}
}

// WithClock lets a session expire at once, and refuses who signs by another clock.
func TestWithClock(t *testing.T) {
	var clock atomic.Pointer[time.Time]
	set := func(at time.Time) { clock.Store(&at) }
	begin := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	set(begin)
	s := gatehousetest.Start(t, gatehousetest.WithClock(func() time.Time { return *clock.Load() }))
	a := s.NewAccount(t)
	if status, body := now(t, a, "sts", form("GetCallerIdentity"), a.Admin); status != 403 || !strings.Contains(body, "SignatureDoesNotMatch") {
		t.Errorf("the test's clock: %d %s", status, body)
	}
	status, body := call(t, a.Endpoint, a.Region, "sts", form("GetSessionToken", "DurationSeconds=900"), a.Admin, begin)
	if status != 200 || field(body, "Expiration") != "2030-01-02T03:19:05Z" {
		t.Fatal(status, body)
	}
	session := gatehousetest.Credentials{AccessKeyID: field(body, "AccessKeyId"), SecretAccessKey: field(body, "SecretAccessKey"), SessionToken: field(body, "SessionToken")}
	for after, want := range map[time.Duration]int{900*time.Second - 1: 200, 900 * time.Second: 403} {
		set(begin.Add(after))
		if status, body := call(t, a.Endpoint, a.Region, "sts", form("GetCallerIdentity"), session, begin.Add(after)); status != want {
			t.Errorf("after %v: %d %s", after, status, body)
		}
	}
}

// Env and Setenv are what AWS clients read, and nothing of the machine's own
// profile.
func TestEnv(t *testing.T) {
	a := gatehousetest.NewAccount(t)
	env := a.Env(a.Admin)
	for _, want := range []string{
		"AWS_ENDPOINT_URL=" + a.Endpoint, "AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=" + a.Admin.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + a.Admin.SecretAccessKey,
		"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null",
	} {
		if !strings.Contains(strings.Join(env, "\n")+"\n", want+"\n") {
			t.Errorf("%s is missing", want)
		}
	}
	if strings.Contains(strings.Join(env, " "), "AWS_SESSION_TOKEN") {
		t.Error("a session token without a session")
	}
	session := a.Admin
	session.SessionToken = "token=with=equal=signs"
	t.Setenv("AWS_ACCESS_KEY_ID", "of the machine")
	t.Run("set", func(t *testing.T) {
		a.Setenv(t, session)
		if os.Getenv("AWS_ACCESS_KEY_ID") != session.AccessKeyID || os.Getenv("AWS_SESSION_TOKEN") != session.SessionToken {
			t.Error(os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SESSION_TOKEN"))
		}
	})
	if os.Getenv("AWS_ACCESS_KEY_ID") != "of the machine" {
		t.Error("the environment outlives its test")
	}
}

// A session token of an earlier test must not spoil a long-term key's calls.
func TestEnvWithoutSession(t *testing.T) {
	a := gatehousetest.NewAccount(t)
	t.Setenv("AWS_SESSION_TOKEN", "of the machine")
	a.Setenv(t, a.Admin)
	if token, set := os.LookupEnv("AWS_SESSION_TOKEN"); set {
		t.Errorf("AWS_SESSION_TOKEN is %q", token)
	}
}

// Secrets do not come into logs by accident.
func TestCredentialsInLogs(t *testing.T) {
	a := gatehousetest.NewAccount(t)
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, value := range []any{a.Root, *a, a} {
			if text := fmt.Sprintf(format, value); strings.Contains(text, a.Root.SecretAccessKey) || strings.Contains(text, a.Admin.SecretAccessKey) {
				t.Errorf("%s of %T shows a secret", format, value)
			}
		}
	}
}

// Nothing is left when the last test has ended: no folder, no server.
func TestNothingIsLeft(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	var endpoint string
	t.Run("tests", func(t *testing.T) {
		endpoint = gatehousetest.NewAccount(t).Endpoint
		gatehousetest.NewAccount(t)
		gatehousetest.Start(t)
		if folders(t, temp, "gatehouse-") == 0 {
			t.Error("the state is elsewhere")
		}
	})
	if n := folders(t, temp, "gatehouse-"); n > 0 {
		t.Errorf("%d folders are left", n)
	}
	if _, err := http.Get(endpoint); err == nil {
		t.Error("the server still answers")
	}
}

func folders(t *testing.T, dir, prefix string) (n int) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) {
			n++
		}
	}
	return n
}

type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
