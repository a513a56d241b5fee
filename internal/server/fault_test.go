package server_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/server"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

// What is not made for the caller is InternalFailure outside and one full line
// inside, and the server lives on (docs/error-handling.md).
func TestInternalFailure(t *testing.T) {
	for operation, inside := range map[string]string{
		"Break":  innermost,
		"Panic":  "probe_test.go", // the stack
		"Misfit": "is not its output",
	} {
		t.Run(operation, func(t *testing.T) {
			h := newHouse(t, newProbe().implementation())
			before := h.dir.Mark(h.a.Account)
			a := h.call(t, admin(h.a), "probe", operation, nil)
			if a.status != http.StatusInternalServerError || a.code() != "InternalFailure" || a.field("Type") != "Receiver" {
				t.Errorf("%d %s", a.status, a.body)
			}
			for _, secret := range []string{innermost, "hunter2", "goroutine", ".go"} {
				if strings.Contains(a.body, secret) {
					t.Errorf("the client sees %q: %s", secret, a.body)
				}
			}
			lines := h.log.lines("internal failure")
			if len(lines) != 1 || !strings.Contains(lines[0], inside) || !strings.Contains(lines[0], a.header.Get("x-amzn-RequestId")) ||
				!strings.Contains(lines[0], "probe:"+operation) || !strings.Contains(lines[0], "level=ERROR") {
				t.Errorf("log: %q", lines)
			}
			if h.dir.Mark(h.a.Account) != before {
				t.Error("the account has changed")
			}
			h.must(t, admin(h.a), "iam", "CreateUser", map[string]any{"UserName": "after"})
		})
	}
}

// A service answers in its own protocol: the query services have a JSON twin.
func TestJSONTwin(t *testing.T) {
	h := newHouse(t)
	send := func(accept, user string) answer {
		svc, op := h.find(t, "iam", "GetUser")
		r, body := h.request(t, svc, op, map[string]any{"UserName": user})
		r.Header.Set("Accept", accept)
		sign(t, r, body, "iam", admin(h.a))
		return do(t, r)
	}
	var found struct {
		GetUserResponse struct {
			GetUserResult    struct{ User struct{ UserName string } }
			ResponseMetadata struct{ RequestId string }
		}
	}
	a := send("application/json", "admin")
	ok(t, json.Unmarshal([]byte(a.body), &found))
	if r := found.GetUserResponse; a.status != http.StatusOK || r.GetUserResult.User.UserName != "admin" || r.ResponseMetadata.RequestId != a.header.Get("x-amzn-RequestId") {
		t.Errorf("%d %s", a.status, a.body)
	}
	var failed struct{ Error struct{ Code string } }
	a = send("application/json", "nobody")
	ok(t, json.Unmarshal([]byte(a.body), &failed))
	if a.status != http.StatusNotFound || failed.Error.Code != "NoSuchEntity" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := send("*/*", "admin"); !strings.HasPrefix(a.body, "<GetUserResponse") {
		t.Error(a.body)
	}
}

// Every refused call has one line in the log, and no secret that it carried is in
// the line, the answer or the journal.
func TestNoSecretOutside(t *testing.T) {
	h := newHouse(t)
	const secret = "Sw0rdfish-of-the-caller"
	h.must(t, admin(h.a), "iam", "CreateUser", map[string]any{"UserName": "ana"})
	for name, call := range map[string]func() answer{
		"a password that breaks the policy": func() answer {
			return h.call(t, admin(h.a), "iam", "CreateLoginProfile", map[string]any{"UserName": "ana", "Password": secret + "\x01"})
		},
		"a password that is too long": func() answer {
			return h.call(t, admin(h.a), "iam", "CreateLoginProfile", map[string]any{"UserName": "ana", "Password": strings.Repeat(secret, 20)})
		},
		"a password for nobody": func() answer {
			return h.call(t, admin(h.a), "iam", "CreateLoginProfile", map[string]any{"UserName": "bob", "Password": secret})
		},
		"a forged session token": func() answer {
			r, _ := h.identity(t, admin(h.a), 0)
			r.Header.Set("X-Amz-Security-Token", secret)
			return do(t, r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			lines, events := h.log.String(), len(h.journal.texts())
			a := call()
			if a.status/100 != 4 {
				t.Fatalf("%d %s", a.status, a.body)
			}
			line := strings.TrimPrefix(h.log.String(), lines)
			if strings.Count(line, "\n") != 1 || strings.Contains(line, secret) {
				t.Errorf("log: %s", line)
			}
			if strings.Contains(a.body, secret) {
				t.Errorf("answer: %s", a.body)
			}
			if e := h.journal.texts()[events:]; len(e) != 1 || strings.Contains(e[0], secret) {
				t.Errorf("journal: %q", e)
			}
		})
	}
	made := h.must(t, admin(h.a), "iam", "CreateAccessKey", map[string]any{"UserName": "ana"}).field("SecretAccessKey")
	for key, event := range h.events(t) {
		if strings.Contains(event, made) {
			t.Errorf("%s has the secret access key", key)
		}
	}
	if strings.Contains(h.log.String(), made) || strings.Contains(h.log.String(), h.a.AdminSecret) {
		t.Error("the log has a secret access key")
	}
}

// New refuses a service whose methods and rows do not match: what is served is
// always decided.
func TestNewRefuses(t *testing.T) {
	method := services.Read(newFiles("files").get)
	for name, i := range map[string]services.Implementation{
		"a method without a row":   {API: newFiles("files").api, Methods: map[string]services.Method{"GetFile": method}},
		"a row without a method":   {API: newFiles("files").api, Rows: authz.Table{"GetFile": authz.Free}},
		"a method of no operation": {API: newFiles("files").api, Methods: map[string]services.Method{"Get": method}, Rows: authz.Table{}},
		"a row of no operation":    {API: newFiles("files").api, Rows: authz.Table{"Get": authz.Free}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := server.New(server.Options{Implementations: []services.Implementation{i}}); err == nil || !strings.Contains(err.Error(), "files") {
				t.Error(err)
			}
		})
	}
}

// A browser that opens the API's address is sent to the console; no call of a
// client is.
func TestBrowserRedirect(t *testing.T) {
	h := newHouse(t)
	const browser = "text/html,application/xhtml+xml;q=0.9"
	for name, c := range map[string]struct {
		method, path, accept, authorization string
		redirected                          bool
	}{
		"a browser":                    {"GET", "/", browser, "", true},
		"a browser, another path":      {"GET", "/bucket", browser, "", false},
		"a browser, a query":           {"GET", "/?Action=ListUsers", browser, "", false},
		"a presigned link":             {"GET", "/?X-Amz-Signature=00", browser, "", false},
		"a form":                       {"POST", "/", browser, "", false},
		"a signed call":                {"GET", "/", browser, "AWS4-HMAC-SHA256 Credential=x", false},
		"a client that takes anything": {"GET", "/", "*/*", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequest(c.method, h.url+c.path, nil)
			ok(t, err)
			r.Header.Set("Accept", c.accept)
			if c.authorization != "" {
				r.Header.Set("Authorization", c.authorization)
			}
			resp, err := http.DefaultTransport.RoundTrip(r)
			ok(t, err)
			defer resp.Body.Close()
			if redirected := resp.StatusCode == http.StatusFound; redirected != c.redirected {
				t.Errorf("%s", resp.Status)
			}
			if c.redirected && resp.Header.Get("Location") != "http://localhost:4781" {
				t.Error(resp.Header)
			}
		})
	}
}

// The console's listener tells health, readiness and what was called.
func TestConsole(t *testing.T) {
	h := newHouse(t)
	var down error
	console := httptest.NewServer(h.server.Console(func() error { return down }))
	defer console.Close()
	get := func(path string) (int, string) {
		resp, err := http.Get(console.URL + path)
		ok(t, err)
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		ok(t, err)
		return resp.StatusCode, string(text)
	}
	h.must(t, admin(h.a), "sts", "GetCallerIdentity", nil)
	h.call(t, admin(h.a), "iam", "GetUser", map[string]any{"UserName": "nobody"})
	h.raw(t, []byte("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), false)
	down = io.ErrUnexpectedEOF
	if status, text := get("/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(text, down.Error()) {
		t.Errorf("%d %s", status, text)
	}
	down = nil
	for path, want := range map[string]string{
		"/healthz": "ok\n", "/readyz": "ready\n",
		"/metrics": `gatehouse_calls_total{code="",operation="GetCallerIdentity",service="sts"} 1`,
	} {
		if status, text := get(path); status != http.StatusOK || !strings.Contains(text, want) {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
	_, metrics := get("/metrics")
	for _, want := range []string{
		`gatehouse_calls_total{code="NoSuchEntity",operation="GetUser",service="iam"} 1`,
		`gatehouse_calls_total{code="AccessDenied",operation="ListBuckets",service="s3"} 1`,
		"\ngo_goroutines ", "\nprocess_resident_memory_bytes ", "\nprocess_cpu_seconds_total ", // of the process
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("%s is not in %s", want, metrics)
		}
	}
	if status, _ := get("/anything"); status != http.StatusNotFound {
		t.Errorf("%d", status)
	}
}

// Operations tell the same as what is answered.
func TestOperationsTellTheTruth(t *testing.T) {
	h := newHouse(t)
	c := root(h.a)
	for _, o := range h.server.Operations() {
		svc, op := h.find(t, o.Service, o.Operation)
		if o.Implemented || svc.Protocol != api.Query || op.Anonymous {
			continue
		}
		if a := h.call(t, c, o.Service, o.Operation, nil); a.code() != "NotImplemented" {
			t.Errorf("%s:%s: %d %s", o.Service, o.Operation, a.status, a.code())
		}
	}
}
