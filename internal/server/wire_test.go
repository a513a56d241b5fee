package server_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/authn"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// raw sends bytes over a connection of their own, and nothing more where end says
// so.
func (h *house) raw(t testing.TB, text []byte, end bool) answer {
	t.Helper()
	conn := h.dial(t)
	_, err := conn.Write(text)
	ok(t, err)
	if end {
		ok(t, conn.CloseWrite())
	}
	return readAnswer(t, conn, http.MethodPost)
}

func readAnswer(t testing.TB, conn net.Conn, method string) answer {
	t.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	ok(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	ok(t, err)
	return answer{resp.StatusCode, resp.Header, string(text)}
}

// identity is a signed GetCallerIdentity, whose body is padded to a size.
func (h *house) identity(t testing.TB, c sigv4.Credentials, size int) (*http.Request, string) {
	t.Helper()
	body := "Action=GetCallerIdentity&Version=2011-06-15"
	if pad := size - len(body); pad > 0 {
		body += strings.Repeat("&", pad)
	}
	r, err := http.NewRequest(http.MethodPost, h.url+"/", strings.NewReader(body))
	ok(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	sign(t, r, []byte(body), "sts", c)
	return r, body
}

// A body may have 1 MiB and not a byte more, in either protocol; nothing of one
// that is larger is read.
func TestBodyLimit(t *testing.T) {
	h := newHouse(t)
	r, _ := h.identity(t, admin(h.a), 1<<20)
	if a := do(t, r); a.status != http.StatusOK {
		t.Errorf("1 MiB: %d %s", a.status, a.body)
	}
	r, _ = h.identity(t, admin(h.a), 1<<20+1)
	if a := h.raw(t, dump(t, r, ""), false); a.status != http.StatusRequestEntityTooLarge || a.code() != "RequestEntityTooLarge" {
		t.Errorf("1 MiB and a byte: %d %s", a.status, a.body)
	}
	r, _ = h.identity(t, admin(h.a), 0)
	r.Header.Set("X-Amz-Target", "AWSOrganizationsV20161128.DescribeOrganization")
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Del("Authorization")
	r.ContentLength = 1<<20 + 1
	if a := h.raw(t, dump(t, r, ""), false); a.status != http.StatusRequestEntityTooLarge || !strings.Contains(a.body, `"__type":"RequestEntityTooLarge`) {
		t.Errorf("JSON: %d %s", a.status, a.body)
	}
	if lines := h.log.lines("RequestEntityTooLarge"); len(lines) != 2 {
		t.Errorf("log: %q", lines)
	}
}

// Requests that are not of the form that AWS's clients send: the error, one line
// in the log, one event, and nothing changed.
func TestMalformedRequests(t *testing.T) {
	const form = "Content-Type: application/x-www-form-urlencoded\r\n"
	table := []struct {
		name, request string
		status        int
		code          string // "" where net/http answers
		end           bool
	}{
		{"chunked", "POST / HTTP/1.1\r\nHost: h\r\n" + form + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411, "MissingContentLength", false},
		{"truncated", "POST / HTTP/1.1\r\nHost: h\r\n" + form + "Content-Length: 100\r\n\r\nAction=", 400, "IncompleteBody", true},
		{"no signature", "POST / HTTP/1.1\r\nHost: h\r\n" + form + "Content-Length: 43\r\n\r\nAction=GetCallerIdentity&Version=2011-06-15", 403, "MissingAuthenticationToken", false},
		{"nothing at all", "GET / HTTP/1.1\r\nHost: h\r\n\r\n", 403, "AccessDenied", false},
		{"HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 403, "AccessDenied", false},
		{"no Content-Length", "POST / HTTP/1.1\r\nHost: h\r\n" + form + "\r\n", 403, "MissingAuthenticationToken", false},
		{"half a signature", "POST / HTTP/1.1\r\nHost: h\r\nAuthorization: AWS4-HMAC-SHA256 Credential=x\r\nContent-Length: 0\r\n\r\n", 403, "IncompleteSignature", false},
		{"another scheme", "GET / HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer x\r\n\r\n", 400, "AuthorizationHeaderMalformed", false},
		{"method that no service has", "BREW / HTTP/1.1\r\nHost: h\r\n\r\n", 403, "MissingAuthenticationToken", false},
		{"Content-Length no number", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: many\r\n\r\n", 400, "", false},
		{"Content-Length negative", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", 400, "", false},
		{"Content-Length twice, not the same", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "", false},
		{"Host twice", "GET / HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n", 400, "", false},
		{"no Host", "GET / HTTP/1.1\r\n\r\n", 400, "", false},
		{"blank in a header's name", "GET / HTTP/1.1\r\nHost: h\r\nA b: c\r\n\r\n", 400, "", false},
		{"header too large", "GET / HTTP/1.1\r\nHost: h\r\nA: " + strings.Repeat("x", 40<<10) + "\r\n\r\n", 431, "", false},
		{"request line too large", "GET /?A=" + strings.Repeat("x", 40<<10) + " HTTP/1.1\r\nHost: h\r\n\r\n", 431, "", false},
		{"header that fits", "GET / HTTP/1.1\r\nHost: h\r\nA: " + strings.Repeat("x", 31<<10) + "\r\n\r\n", 403, "AccessDenied", false},
		{"presigned with the largest token", "GET /?X-Amz-Security-Token=" + strings.Repeat("%2B", authn.MaxToken) + " HTTP/1.1\r\nHost: h\r\n\r\n", 403, "AccessDenied", false},
	}
	h := newHouse(t)
	before := h.dir.Mark(h.a.Account)
	for _, c := range table {
		t.Run(c.name, func(t *testing.T) {
			lines, events := len(h.log.lines("refused")), len(h.journal.texts())
			a := h.raw(t, []byte(c.request), c.end)
			if a.status != c.status || a.code() != c.code {
				t.Errorf("%d %s", a.status, a.body)
			}
			want := 1
			if c.code == "" {
				want = 0
			}
			if l, e := len(h.log.lines("refused"))-lines, len(h.journal.texts())-events; l != want || e != want {
				t.Errorf("%d lines, %d events", l, e)
			}
		})
	}
	if h.dir.Mark(h.a.Account) != before {
		t.Error("the account has changed")
	}
}

// Both Content-Length and chunked is refused: where they disagree, a proxy and we
// would see other requests.
func TestBothLengths(t *testing.T) {
	h := newHouse(t)
	r, body := h.identity(t, admin(h.a), 0)
	text := strings.Replace(string(dump(t, r, "")), "\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n", 1)
	text += fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	if a := h.raw(t, []byte(text), false); a.status/100 != 4 {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// What follows a body's end is another request, never part of this one.
func TestBodyLongerThanContentLength(t *testing.T) {
	h := newHouse(t)
	r, body := h.identity(t, admin(h.a), 0)
	a := h.raw(t, dump(t, r, body+"&DurationSeconds=1"), false)
	if a.status != http.StatusOK {
		t.Errorf("%d %s", a.status, a.body)
	}
	if calls := h.journal.texts(); len(calls) != 1 {
		t.Errorf("%d calls", len(calls))
	}
}

// A connection lives on after calls that were refused.
func TestKeepAliveAfterErrors(t *testing.T) {
	h := newHouse(t)
	conn := h.dial(t)
	forged := sigv4.Credentials{AccessKeyID: h.a.AdminKeyID, SecretAccessKey: "forged"}
	for i, want := range []int{http.StatusForbidden, http.StatusOK, http.StatusForbidden, http.StatusOK} {
		c := forged
		if want == http.StatusOK {
			c = admin(h.a)
		}
		r, body := h.identity(t, c, 0)
		_, err := conn.Write(dump(t, r, body))
		ok(t, err)
		if a := readAnswer(t, conn, http.MethodPost); a.status != want {
			t.Errorf("call %d: %d %s", i, a.status, a.body)
		}
	}
}

// HEAD of a query API is answered without a body.
func TestHead(t *testing.T) {
	h := newHouse(t)
	conn := h.dial(t)
	for range 2 {
		_, err := io.WriteString(conn, "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")
		ok(t, err)
		if a := readAnswer(t, conn, http.MethodHead); a.status != http.StatusForbidden || a.body != "" {
			t.Errorf("%d %q", a.status, a.body)
		}
	}
}

// Who sends slowly does not hold a connection: headers, a body, or nothing.
func TestSlowClients(t *testing.T) {
	h := newHouse(t)
	ts := httptest.NewUnstartedServer(nil)
	ts.Config = h.server.HTTP()
	if ts.Config.ReadHeaderTimeout == 0 || ts.Config.ReadTimeout == 0 || ts.Config.WriteTimeout == 0 || ts.Config.IdleTimeout == 0 {
		t.Fatalf("a limit is missing: %+v", ts.Config)
	}
	ts.Config.ReadHeaderTimeout, ts.Config.ReadTimeout, ts.Config.IdleTimeout = 20*time.Millisecond, 40*time.Millisecond, 20*time.Millisecond
	ts.Start()
	defer ts.Close()
	for name, sent := range map[string]string{
		"nothing": "",
		"headers": "POST / HTTP/1.1\r\nHost: h\r\n",
		"a body":  "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nAct",
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", ts.Listener.Addr().String())
			ok(t, err)
			defer conn.Close()
			_, err = io.WriteString(conn, sent)
			ok(t, err)
			ok(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
			if _, err := io.Copy(io.Discard, conn); err != nil {
				t.Errorf("the connection is still held: %v", err)
			}
		})
	}
}

// A streamed call may take longer than any other: it neither loses its context nor
// its connection while its client waits.
func TestLongStream(t *testing.T) {
	h, f := newFileHouse(t, "files")
	ts := httptest.NewUnstartedServer(nil)
	ts.Config = h.server.HTTP()
	ts.Config.ReadTimeout, ts.Config.WriteTimeout = 30*time.Millisecond, 30*time.Millisecond
	ts.Start()
	defer ts.Close()
	h.url = ts.URL
	f.stored[h.a.Account+"/patient"] = "worth waiting for"
	f.proceed = make(chan struct{})
	got := make(chan answer)
	r := h.file(t, admin(h.a), "GET", "patient", "")
	go func() { got <- do(t, r) }()
	waitUntil(t, func() bool { return len(h.journal.texts()) == 1 })
	conn := h.dial(t) // begun later, and cut off: the first call's time has passed too
	_, err := io.WriteString(conn, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nAct")
	ok(t, err)
	io.Copy(io.Discard, conn)
	close(f.proceed)
	if a := <-got; a.status != http.StatusOK || a.body != "worth waiting for" {
		t.Error(a)
	}
	if a := do(t, h.file(t, admin(h.a), "PUT", "after", "x")); a.status != http.StatusOK {
		t.Error(a)
	}
}

func waitUntil(t testing.TB, done func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !done() {
		if time.Now().After(deadline) {
			t.Fatal("it does not happen")
		}
		runtime.Gosched()
	}
}

// A call that came whole is carried out, though its client goes away while it waits,
// or closes its sending side, which looks the same from here.
func TestClientGoesAway(t *testing.T) {
	p := newProbe()
	h := newHouse(t, p.implementation())
	ctx, cancel := context.WithCancel(t.Context())
	held, proceed := make(chan struct{}), make(chan struct{})
	go h.dir.Update(t.Context(), h.b.Account, func(*directory.Tx) error { // the writer that the call waits for
		close(held)
		<-proceed
		return nil
	})
	<-held
	svc, op := h.find(t, "iam", "CreateUser")
	r, body := h.request(t, svc, op, map[string]any{"UserName": "ana"})
	sign(t, r, body, "iam", admin(h.a))
	done := make(chan error)
	go func() {
		resp, err := http.DefaultClient.Do(r.WithContext(ctx))
		if err == nil {
			resp.Body.Close()
		}
		done <- err
	}()
	waitUntil(t, func() bool {
		stacks := make([]byte, 1<<20)
		return strings.Contains(string(stacks[:runtime.Stack(stacks, true)]), "server.(*Server).write")
	})
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(proceed)
	waitUntil(t, func() bool {
		return h.call(t, admin(h.a), "iam", "GetUser", map[string]any{"UserName": "ana"}).status == http.StatusOK
	})
	if len(h.log.lines("level=ERROR")) > 0 {
		t.Error(h.log)
	}
}
