package node_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/node"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// logText is a log that can be read while it is written.
type logText struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// config is that of a node on a data folder of the test.
func config(t testing.TB) node.Config {
	t.Helper()
	return node.Config{
		Listen: "127.0.0.1:0", ConsoleListen: "127.0.0.1:0", Data: filepath.Join(t.TempDir(), "data"),
		Region: "us-east-1", RootEmail: "root@localhost",
	}
}

func logged(c *node.Config) *logText {
	l := &logText{}
	c.Log = slog.New(slog.NewTextHandler(l, nil))
	return l
}

func start(t testing.TB, c node.Config) *node.Node {
	t.Helper()
	n, err := node.Start(context.Background(), c)
	ok(t, err)
	t.Cleanup(func() { stop(t, n) })
	return n
}

func stop(t testing.TB, n *node.Node) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	ok(t, n.Close(ctx))
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func welcome(n *node.Node) string {
	var b strings.Builder
	n.Welcome(&b)
	return b.String()
}

// call makes a signed call and returns its status and body.
func call(t testing.TB, c *http.Client, url, service, form string, keys sigv4.Credentials) (int, string) {
	t.Helper()
	return send(t, c, signedRequest(t, url, service, form, keys))
}

func signedRequest(t testing.TB, url, service, form string, keys sigv4.Credentials) *http.Request {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, url+"/", strings.NewReader(form))
	ok(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	sum := sha256.Sum256([]byte(form))
	signer := sigv4.Signer{Region: "us-east-1", Service: service}
	ok(t, signer.Sign(r, keys, hex.EncodeToString(sum[:]), time.Now()))
	return r
}

func send(t testing.TB, c *http.Client, r *http.Request) (int, string) {
	t.Helper()
	resp, err := c.Do(r)
	ok(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	ok(t, err)
	return resp.StatusCode, string(text)
}

func get(t testing.TB, url string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, url, nil)
	ok(t, err)
	return send(t, http.DefaultClient, r)
}

const identity = "Action=GetCallerIdentity&Version=2011-06-15"
