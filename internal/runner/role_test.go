package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/client"
)

// asked is a request that a server got.
type asked struct {
	form   url.Values
	target string
	body   string
	signed string // the Authorization header
}

// answering is a client of a server that answers each request with what answer says,
// and the requests that it got.
func answering(t *testing.T, answer func(asked) (int, string)) (*client.Client, *[]asked) {
	t.Helper()
	var list []asked
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		a := asked{target: r.Header.Get("X-Amz-Target"), body: string(text), signed: r.Header.Get("Authorization")}
		a.form, _ = url.ParseQuery(a.body)
		list = append(list, a)
		status, body := answer(a)
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
	t.Cleanup(s.Close)
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE000000000", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "",
		"AWS_PROFILE": "", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_CA_BUNDLE": "",
	} {
		t.Setenv(name, value)
		if value == "" {
			os.Unsetenv(name)
		}
	}
	c, err := client.Open(context.Background(), client.Options{Endpoint: s.URL, Env: os.Getenv})
	if err != nil {
		t.Fatal(err)
	}
	return c, &list
}

const assumed = `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>hush</SecretAccessKey>` +
	`<SessionToken>token</SessionToken><Expiration>2026-11-30T23:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`

func TestAssume(t *testing.T) {
	c, got := answering(t, func(asked) (int, string) { return 200, assumed })
	s, err := Assume(t.Context(), c, Assumption{RoleARN: "arn:aws:iam::1:role/r", SessionName: "ana", Duration: 15 * time.Minute, ExternalID: "x"})
	if err != nil {
		t.Fatal(err)
	}
	form := (*got)[0].form.Encode()
	if form != "Action=AssumeRole&DurationSeconds=900&ExternalId=x&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&RoleSessionName=ana&Version=2011-06-15" {
		t.Error(form)
	}
	text, err := s.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var printed map[string]any
	if err := json.Unmarshal(text, &printed); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(printed) != "map[AccessKeyId:ASIA1 Expiration:2026-11-30T23:00:00Z SecretAccessKey:hush SessionToken:token Version:1]" {
		t.Error(printed)
	}
	if text := fmt.Sprintf("%v %+v %#v", s, s, s); strings.Contains(text, "hush") || strings.Contains(text, "token") {
		t.Error(text)
	}
	if _, err := Assume(t.Context(), c, Assumption{}); err != nil || (*got)[1].form.Has("DurationSeconds") || (*got)[1].form.Has("ExternalId") {
		t.Error((*got)[1], err)
	}
}

// A refusal is told in AWS's words, with what to do next.
func TestAssumeRefused(t *testing.T) {
	for message, want := range map[string]string{
		"Roles may not be assumed by root accounts.": "AccessDenied: Roles may not be assumed by root accounts. Use the credentials of a user",
		"User: x is not authorized":                  "AccessDenied: User: x is not authorized (the role's trust policy must name you",
	} {
		c, _ := answering(t, func(asked) (int, string) {
			return 403, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>" + message + "</Message></Error></ErrorResponse>"
		})
		if _, err := Assume(t.Context(), c, Assumption{}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	c, _ := answering(t, func(asked) (int, string) { return 200, "<AssumeRoleResponse/>" })
	if _, err := Assume(t.Context(), c, Assumption{}); err == nil {
		t.Error("an empty answer is a session")
	}
}

func TestSessionName(t *testing.T) {
	for text, want := range map[string]string{
		"ana": "ana", "": "gatehouse", "a": "gatehouse", `CORP\ana b`: "CORP-ana-b", "é.é": "-.-", strings.Repeat("x", 70): strings.Repeat("x", 64), "a_+=,.@-1": "a_+=,.@-1",
	} {
		if got := SessionName(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}
