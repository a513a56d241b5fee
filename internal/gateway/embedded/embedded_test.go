package embedded_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/gateway/embedded"
	"github.com/gatehouse-iam/gatehouse/internal/gateway/embedded/versity"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// TestMain is the child, too: the test's binary takes the subcommand as gatehouse does.
func TestMain(m *testing.M) {
	if len(os.Args) == 6 && os.Args[1] == embedded.Command && os.Args[2] == "--data" && os.Args[4] == "--socket" {
		os.Exit(child(os.Args[3], os.Args[5]))
	}
	os.Exit(m.Run())
}

func child(data, socket string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := versity.Serve(ctx, versity.Options{Data: data, Listen: socket, In: os.Stdin, Out: os.Stdout}); err != nil {
		io.WriteString(os.Stderr, err.Error()+"\n")
		return 2
	}
	return 0
}

// record is a log that a test reads.
type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *record) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(b)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, data string) (*embedded.Backend, *record) {
	t.Helper()
	executable, err := os.Executable()
	ok(t, err)
	log := &record{}
	b, err := embedded.New(embedded.Options{Executable: executable, Data: data, Region: "eu-west-1",
		Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})), Patience: 30 * time.Second})
	ok(t, err)
	t.Cleanup(func() { ok(t, b.Close(context.Background())) })
	return b, log
}

// send sends a signed request.
func send(t testing.TB, b *embedded.Backend, method, path, body string) (status int, answer string, err error) {
	t.Helper()
	if err := b.Ready(t.Context()); err != nil {
		return 0, "", err
	}
	r, err := http.NewRequestWithContext(t.Context(), method, b.URL().JoinPath(path).String(), strings.NewReader(body))
	ok(t, err)
	keys, err := b.Credentials(t.Context())
	ok(t, err)
	r.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
	ok(t, (&sigv4.Signer{Region: "eu-west-1", Service: "s3", RawPath: true}).Sign(r, keys, "UNSIGNED-PAYLOAD", time.Now()))
	resp, err := (&http.Client{Transport: &http.Transport{DialContext: b.Dial, DisableKeepAlives: true}}).Do(r)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), err
}

func expect(t testing.TB, b *embedded.Backend, method, path, body string, status int, words string) {
	t.Helper()
	got, answer, err := send(t, b, method, path, body)
	if err != nil || got != status || !strings.Contains(answer, words) {
		t.Errorf("%s %s: %d %s, %v", method, path, got, answer, err)
	}
}

// The child starts with the first call, serves, and what it keeps outlives it.
func TestBackend(t *testing.T) {
	data := filepath.Join(t.TempDir(), "s3")
	b, _ := open(t, data)
	if _, err := os.Stat(filepath.Join(data, "objects")); !os.IsNotExist(err) {
		t.Error("it runs before it is needed:", err)
	}
	expect(t, b, "PUT", "/photos", "", 200, "")
	expect(t, b, "PUT", "/photos/a%20b/c", "one", 200, "")
	expect(t, b, "GET", "/photos/a%20b/c", "", 200, "one")
	expect(t, b, "GET", "/photos/none", "", 404, "NoSuchKey")
	ok(t, b.Close(context.Background()))
	var e *api.Error
	if err := b.Ready(t.Context()); !errors.As(err, &e) || e.Code != "SlowDown" || e.Status != 503 {
		t.Error("after its end:", err)
	}
	b, _ = open(t, data)
	expect(t, b, "GET", "/photos/a%20b/c", "", 200, "one")
}
