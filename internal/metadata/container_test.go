package metadata

import (
	"errors"
	"net/http/httptest"
	"testing"
	"time"
)

const containerToken = "a-token-of-its-own"

// containerInstance has credentials.
func containerInstance() *Instance {
	return &Instance{
		ID: "i-1", RoleARN: "arn:aws:iam::111122223333:role/reader", Role: "reader",
		Credentials: &Credentials{AccessKeyID: "ASIA1", SecretAccessKey: "secret", SessionToken: "session", Updated: start, Expires: start.Add(time.Hour)},
	}
}

// [SDKs and Tools Reference Guide, "Container credential provider"].
func TestContainerCredentials(t *testing.T) {
	w := call{method: "GET", path: "/credentials", host: "127.0.0.1:4711", header: map[string]string{"Authorization": containerToken}}.of(NewContainerCredentials(fixed{instance: containerInstance()}, containerToken))
	want := map[string]string{
		"RoleArn": "arn:aws:iam::111122223333:role/reader", "AccessKeyId": "ASIA1", "SecretAccessKey": "secret", "Token": "session",
		"Expiration": "2026-03-01T13:00:00Z",
	}
	got := document(t, w.Body.String())
	for member, value := range want {
		if got[member] != value {
			t.Errorf("%s is %q, want %q", member, got[member], value)
		}
	}
	if w.Code != 200 || len(got) != len(want) || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("%d %v %v", w.Code, got, w.Header())
	}
}

func TestContainerCredentialsRefused(t *testing.T) {
	failed := containerInstance()
	failed.Credentials, failed.Failure, failed.FailureMessage = nil, codeUnauthorized, "EC2 cannot assume the role reader."
	for name, c := range map[string]struct {
		call
		source fixed
		status int
		code   string
	}{
		"no token":                       {call{}, fixed{}, 401, "Unauthorized"},
		"an empty token":                 {call{header: map[string]string{"Authorization": ""}}, fixed{}, 403, "Forbidden"},
		"another token":                  {call{header: map[string]string{"Authorization": containerToken + "x"}}, fixed{}, 403, "Forbidden"},
		"part of the token":              {call{header: map[string]string{"Authorization": containerToken[:5]}}, fixed{}, 403, "Forbidden"},
		"with a scheme":                  {call{header: map[string]string{"Authorization": "Bearer " + containerToken}}, fixed{}, 403, "Forbidden"},
		"a name pointed here":            {call{host: "attacker.example"}, fixed{}, 403, "Forbidden"},
		"another address":                {call{host: "169.254.169.254"}, fixed{}, 403, "Forbidden"},
		"forwarded":                      {call{header: map[string]string{"Authorization": containerToken, "X-Forwarded-For": "10.0.0.1"}}, fixed{}, 403, "Forbidden"},
		"POST":                           {call{method: "POST"}, fixed{}, 405, "MethodNotAllowed"},
		"a browser":                      {call{method: "OPTIONS"}, fixed{}, 405, "MethodNotAllowed"},
		"the server is gone":             {call{header: map[string]string{"Authorization": containerToken}}, fixed{err: errors.New("no route")}, 503, "ServiceUnavailable"},
		"nothing is told":                {call{header: map[string]string{"Authorization": containerToken}}, fixed{}, 503, "ServiceUnavailable"},
		"terminated":                     {call{header: map[string]string{"Authorization": containerToken}}, fixed{instance: &Instance{Ended: true}}, 403, "Forbidden"},
		"no role":                        {call{header: map[string]string{"Authorization": containerToken}}, fixed{instance: &Instance{}}, 404, "NoRole"},
		"a role that EC2 may not assume": {call{header: map[string]string{"Authorization": containerToken}}, fixed{instance: failed}, 403, codeUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			if c.method == "" {
				c.method = "GET"
			}
			if c.host == "" {
				c.host = "localhost:4711"
			}
			c.path = "/credentials"
			w := c.of(NewContainerCredentials(c.source, containerToken))
			if got := document(t, w.Body.String()); w.Code != c.status || got["code"] != c.code || got["message"] == "" {
				t.Errorf("%d %v, want %d %s", w.Code, got, c.status, c.code)
			}
		})
	}
}

// TestContainerWithoutToken: one that was made without a token lets nobody in.
func TestContainerWithoutToken(t *testing.T) {
	r := httptest.NewRequest("GET", "http://127.0.0.1/", nil)
	r.Header["Authorization"] = []string{""}
	w := httptest.NewRecorder()
	if NewContainerCredentials(fixed{instance: containerInstance()}, "").ServeHTTP(w, r); w.Code != 403 {
		t.Errorf("%d", w.Code)
	}
}
