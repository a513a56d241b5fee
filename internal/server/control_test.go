package server_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// controlled is a client of the control socket of a house that has a first account.
func controlled(t *testing.T, h *house) *http.Client {
	t.Helper()
	_, _, err := h.dir.Bootstrap(context.Background(), directory.BootstrapOptions{RootEmail: "root@localhost"})
	ok(t, err)
	return overControl(t, h)
}

// overControl is a client of a house's control socket.
func overControl(t *testing.T, h *house) *http.Client {
	t.Helper()
	dir, err := os.MkdirTemp("", "gh") // a socket's path is short
	ok(t, err)
	path := filepath.Join(dir, "s")
	l, err := net.Listen("unix", path)
	ok(t, err)
	control := h.server.Control()
	done := make(chan error, 1)
	go func() { done <- control.Serve(l) }()
	t.Cleanup(func() {
		ok(t, control.Close())
		if err := <-done; err != http.ErrServerClosed {
			t.Error(err)
		}
		os.RemoveAll(dir)
	})
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		}}}
}

func ask(t *testing.T, c *http.Client, r *http.Request) (int, string) {
	t.Helper()
	resp, err := c.Do(r)
	ok(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	ok(t, err)
	return resp.StatusCode, string(text)
}

func form(t *testing.T, host, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, "http://"+host+"/", strings.NewReader(body))
	ok(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

const identityForm = "Action=GetCallerIdentity&Version=2011-06-15"

func TestControlIsTheFirstAccountsRoot(t *testing.T) {
	h := newHouse(t)
	c := controlled(t, h)
	root := "arn:aws:iam::" + h.dir.FirstAccount() + ":root"
	for _, host := range []string{"sts.localhost", "sts", "nothing.localhost"} { // the action tells, too
		if status, text := ask(t, c, form(t, host, identityForm)); status != http.StatusOK || !strings.Contains(text, root) {
			t.Errorf("%s: %d: %s", host, status, text)
		}
	}
	// The same request on the API's listener is nobody's.
	r := form(t, strings.TrimPrefix(h.url, "http://"), identityForm)
	r.Host = "sts.localhost"
	if status, text := ask(t, http.DefaultClient, r); status != http.StatusForbidden || !strings.Contains(text, "MissingAuthenticationToken") {
		t.Errorf("%d: %s", status, text)
	}
	// JSON protocols by their target.
	r = form(t, "organizations.localhost", "{}")
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "AWSOrganizationsV20161128.ListAccounts")
	if status, text := ask(t, c, r); status == http.StatusForbidden {
		t.Errorf("%d: %s", status, text)
	}
}

// What is done over the socket is in the journal as the root user's, without a key.
func TestControlIsJournaled(t *testing.T) {
	h := newHouse(t)
	if status, text := ask(t, controlled(t, h), form(t, "iam.localhost", "Action=GetUser&Version=2010-05-08")); status != http.StatusOK {
		t.Fatalf("%d: %s", status, text)
	}
	texts := h.journal.texts()
	last := texts[len(texts)-1]
	if !strings.Contains(last, `"eventName":"GetUser"`) || !strings.Contains(last, `"userIdentity":{"type":"Root"`) || strings.Contains(last, "accessKeyId") {
		t.Error(last)
	}
}

// A signature counts on the socket as everywhere: a good one names its caller, a
// bad one is refused.
func TestControlTakesSignatures(t *testing.T) {
	h := newHouse(t)
	c := controlled(t, h)
	sign := func(k sigv4.Credentials) *http.Request {
		r := form(t, "sts.localhost", identityForm)
		sum := sha256.Sum256([]byte(identityForm))
		signer := sigv4.Signer{Region: region, Service: "sts"}
		ok(t, signer.Sign(r, k, hex.EncodeToString(sum[:]), time.Now()))
		return r
	}
	if status, text := ask(t, c, sign(admin(h.b))); status != http.StatusOK || !strings.Contains(text, ":user/admin") || !strings.Contains(text, h.b.Account) {
		t.Errorf("%d: %s", status, text)
	}
	forged := admin(h.b)
	forged.SecretAccessKey = "not the secret"
	if status, text := ask(t, c, sign(forged)); status != http.StatusForbidden || !strings.Contains(text, "SignatureDoesNotMatch") {
		t.Errorf("%d: %s", status, text)
	}
	r := form(t, "sts.localhost", identityForm)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 broken")
	if status, text := ask(t, c, r); status < 400 {
		t.Errorf("%d: %s", status, text)
	}
}

// A request with a trace of credentials is never the owner's: it is authenticated
// as everywhere, and lacks a signature.
func TestControlRefusesWhatIsLeftOfCredentials(t *testing.T) {
	h := newHouse(t)
	c := controlled(t, h)
	refused := func(name string, r *http.Request) {
		t.Helper()
		if status, text := ask(t, c, r); status < 400 || status >= 500 || strings.Contains(text, ":root") {
			t.Errorf("%s: %d: %s", name, status, text)
		}
	}
	for _, header := range []string{"Authorization", "X-Amz-Security-Token", "X-Amz-Signature", "X-Amz-Credential", "X-Amz-Algorithm"} {
		for _, value := range []string{"", "x"} {
			r := form(t, "sts.localhost", identityForm)
			r.Header[header] = []string{value}
			refused(header+": "+value, r)
		}
	}
	for _, query := range []string{
		"X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Credential=x", "X-Amz-Signature=x", "X-Amz-SignedHeaders=host", "X-Amz-Security-Token=x",
		"X-Amz-Signature", "X-Amz-Security-Token=", "x-amz-signature=x", "X-Amz-Security%2DToken=x", "a=%zz&X-Amz-Security-Token=x",
		"a;X-Amz-Security-Token=x", "AWSAccessKeyId=x", "Signature=x",
	} {
		r := form(t, "sts.localhost", identityForm)
		r.URL.RawQuery = query
		refused(query, r)
	}
	// What names no credentials takes nothing away.
	r := form(t, "sts.localhost", identityForm)
	r.URL.RawQuery = "X-Amz-Date=20260101T000000Z&x=X-Amz-Signature"
	r.Header.Set("X-Amz-Date", "20260101T000000Z")
	if status, text := ask(t, c, r); status != http.StatusOK || !strings.Contains(text, ":root") {
		t.Errorf("%d: %s", status, text)
	}
}

// Before there is an account, nobody owns it.
func TestControlOfNobody(t *testing.T) {
	h := newHouse(t)
	if status, text := ask(t, overControl(t, h), form(t, "sts.localhost", identityForm)); status != http.StatusForbidden || !strings.Contains(text, "InvalidClientTokenId") {
		t.Errorf("%d: %s", status, text)
	}
}

// What names no operation is answered as everywhere.
func TestControlRefusesWhatIsNoCall(t *testing.T) {
	h := newHouse(t)
	c := controlled(t, h)
	for body, want := range map[string]string{
		"Action=Fly&Version=2010-05-08": "InvalidAction", "x=y": "MissingAuthenticationToken",
	} {
		if status, text := ask(t, c, form(t, "localhost", body)); status < 400 || !strings.Contains(text, want) {
			t.Errorf("%s: %d: %s", body, status, text)
		}
	}
}
