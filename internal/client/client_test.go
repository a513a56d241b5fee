package client

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/node"
)

// alone keeps the machine's own credentials out of a test.
func alone(t *testing.T, env ...string) {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOME", home)
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ENDPOINT_URL",
		"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CA_BUNDLE"} {
		t.Setenv(name, "")
		os.Unsetenv(name)
	}
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(home, ".aws", "config")) // the SDK looks the home up when it starts
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(home, ".aws", "credentials"))
	for i := 0; i < len(env); i += 2 {
		t.Setenv(env[i], env[i+1])
	}
}

func open(t *testing.T, o Options) *Client {
	t.Helper()
	o.Env = os.Getenv
	c, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// answering is a server that answers everything so, and the last request to it.
func answering(t *testing.T, status int, header, body string) (address string, last *http.Request) {
	t.Helper()
	last = &http.Request{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		*last = *r
		last.Body = io.NopCloser(strings.NewReader(string(text)))
		if header != "" {
			w.Header().Set("x-amzn-ErrorType", header)
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
	t.Cleanup(s.Close)
	return s.URL, last
}

var keys = []string{"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE000000000", "AWS_SECRET_ACCESS_KEY", "secret-example-secret-example-secret-ex"}

func TestQuery(t *testing.T) {
	alone(t, keys...)
	address, last := answering(t, 200, "", `<R><Result><Arn>x</Arn></Result></R>`)
	c := open(t, Options{Endpoint: address + "/"})
	var out struct {
		Result struct{ Arn string }
	}
	if err := c.Query(context.Background(), "sts", "2011-06-15", "Do", url.Values{"A": {"b c"}}, &out); err != nil || out.Result.Arn != "x" {
		t.Fatal(out, err)
	}
	body, _ := io.ReadAll(last.Body)
	if string(body) != "A=b+c&Action=Do&Version=2011-06-15" || last.Method != "POST" || last.URL.Path != "/" {
		t.Errorf("%s %s %s", last.Method, last.URL, body)
	}
	if a := last.Header.Get("Authorization"); !strings.Contains(a, "Credential=AKIDEXAMPLE000000000/") || !strings.Contains(a, "/us-east-1/sts/aws4_request") {
		t.Error(a)
	}
	if c.Endpoint() != address {
		t.Error(c.Endpoint())
	}
}

func TestGet(t *testing.T) {
	alone(t, append([]string{"AWS_SESSION_TOKEN", "token"}, keys...)...)
	address, last := answering(t, 200, "", `{"a":{"b":1}}`)
	t.Setenv("AWS_ENDPOINT_URL", address)
	c := open(t, Options{})
	var out struct{ A struct{ B int } }
	if err := c.Get(context.Background(), "iam", "/x/y%2Fz", url.Values{"q": {"a b+c"}}, &out); err != nil || out.A.B != 1 {
		t.Fatal(out, err)
	}
	if last.RequestURI != "/x/y%2Fz?q=a%20b%2Bc" || last.Header.Get("X-Amz-Security-Token") != "token" {
		t.Errorf("%s %v", last.RequestURI, last.Header)
	}
}

func TestRefusals(t *testing.T) {
	alone(t, keys...)
	for _, c := range []struct{ name, header, body, want string }{
		{"query", "", "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>", "AccessDenied: no"},
		{"EC2", "", "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors><RequestID>r</RequestID></Response>", "UnauthorizedOperation: no"},
		{"JSON", "ResourceNotFoundException:http://x/", `{"message":"gone"}`, "ResourceNotFoundException: gone"},
		{"JSON without a type", "", `{"Message":"m"}`, "404 Not Found: m"},
		{"neither", "", "<html>", "404 Not Found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			address, _ := answering(t, 404, c.header, c.body)
			err := open(t, Options{Endpoint: address}).Get(context.Background(), "iam", "/x", nil, nil)
			var e *Error
			if !errors.As(err, &e) || e.Error() != c.want || e.Status != 404 {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

func TestNoServer(t *testing.T) {
	alone(t, keys...)
	c := open(t, Options{Endpoint: "http://127.0.0.1:1"})
	err := c.Query(context.Background(), "sts", "v", "a", nil, nil)
	if err == nil || !strings.HasPrefix(err.Error(), "no server answers at http://127.0.0.1:1: ") || !strings.Contains(err.Error(), "start one with gatehouse serve") {
		t.Error(err)
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	alone(t, keys...)
	address, _ := answering(t, 200, "", `{`)
	c := open(t, Options{Endpoint: address})
	if err := c.Get(context.Background(), "iam", "/x", nil, &struct{}{}); err == nil {
		t.Error("broken JSON is an answer")
	}
	if err := c.Query(context.Background(), "iam", "v", "a", nil, &struct{}{}); err == nil {
		t.Error("broken XML is an answer")
	}
	if err := c.Get(context.Background(), "iam", "no path", nil, nil); err == nil {
		t.Error("no address is one")
	}
}

func TestEndpointsThatAreNone(t *testing.T) {
	alone(t, keys...)
	for _, text := range []string{"localhost:4780", "ftp://x", "http://", "http://x/?y", "://"} {
		if _, err := Open(context.Background(), Options{Endpoint: text, Env: os.Getenv}); err == nil || !strings.HasPrefix(err.Error(), "--endpoint: ") {
			t.Errorf("%s: %v", text, err)
		}
	}
	t.Setenv("AWS_ENDPOINT_URL", "x")
	if _, err := Open(context.Background(), Options{Env: os.Getenv}); err == nil || !strings.HasPrefix(err.Error(), `AWS_ENDPOINT_URL: "x" is not accepted`) {
		t.Error(err)
	}
}

// listening is a data folder with a control socket, behind which everything is
// answered with the host that was asked for.
func listening(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "gh")
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(dir, node.ControlSocket))
	if err != nil {
		t.Fatal(err)
	}
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"host":"`+r.Host+`","signed":"`+r.Header.Get("Authorization")+`"}`)
	})}}
	s.Start()
	t.Cleanup(func() {
		s.Close()
		os.RemoveAll(dir)
	})
	return dir
}

// Without credentials the control socket is used: unsigned, the service in the host.
func TestOverTheControlSocket(t *testing.T) {
	alone(t)
	data := listening(t)
	c := open(t, Options{Data: data})
	var out struct{ Host, Signed string }
	if err := c.Get(context.Background(), "iam", "/", nil, &out); err != nil || out.Host != "iam.localhost" || out.Signed != "" {
		t.Error(out, err)
	}
	if c.Endpoint() != "" {
		t.Error(c.Endpoint())
	}
	// A profile without keys is none; one with keys is used.
	config := filepath.Join(os.Getenv("HOME"), ".aws")
	if err := os.MkdirAll(config, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(config, "config"), []byte("[default]\nregion = eu-west-1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if c := open(t, Options{Data: data}); c.socket == "" {
		t.Error("a region is taken for credentials")
	}
	if err := os.WriteFile(filepath.Join(config, "credentials"), []byte("[default]\naws_access_key_id = AKID\naws_secret_access_key = secret\n[other]\naws_access_key_id = OTHER\naws_secret_access_key = secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if c := open(t, Options{Data: data}); c.socket != "" {
		t.Error("the profile's keys are not used")
	}
	t.Setenv("AWS_PROFILE", "other")
	k, err := open(t, Options{Data: data}).credentials(context.Background())
	if err != nil || k.AccessKeyID != "OTHER" {
		t.Error(k.AccessKeyID, err)
	}
}

// Whoever asked for a profile, or for a server, is never made root of another one.
func TestNeverRootInstead(t *testing.T) {
	alone(t, "AWS_PROFILE", "gone")
	data := listening(t)
	if _, err := Open(context.Background(), Options{Data: data, Env: os.Getenv}); err == nil || !strings.Contains(err.Error(), "gone") {
		t.Error(err)
	}
	alone(t)
	if _, err := Open(context.Background(), Options{Data: data, Endpoint: "http://elsewhere.example.com", Env: os.Getenv}); err == nil || !strings.Contains(err.Error(), "to call http://elsewhere.example.com with") {
		t.Error(err)
	}
}

func TestNoCredentialsAndNoSocket(t *testing.T) {
	alone(t)
	_, err := Open(context.Background(), Options{Data: t.TempDir(), Env: os.Getenv})
	if err == nil || !strings.Contains(err.Error(), "or name a running server's data folder with --data") {
		t.Error(err)
	}
	for want, cause := range map[string]error{"is its owner's alone": os.ErrPermission, "cannot be used: x": errors.New("x")} {
		if err := noSocket("s", cause); !strings.Contains(err.Error(), want) {
			t.Error(err)
		}
	}
	dir := listening(t)
	c := open(t, Options{Data: dir})
	os.Remove(filepath.Join(dir, node.ControlSocket))
	if err := c.Get(context.Background(), "iam", "/", nil, nil); err == nil || !strings.Contains(err.Error(), "no server answers on its control socket "+filepath.Join(dir, node.ControlSocket)) {
		t.Error(err)
	}
}
