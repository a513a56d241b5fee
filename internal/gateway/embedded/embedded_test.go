package embedded_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
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

// children are the processes that this test's children are, by what they were told.
func children(t testing.TB, data string) (pids []int) {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/cmdline")
	ok(t, err)
	for _, path := range all {
		text, _ := os.ReadFile(path) // it may have ended
		if strings.Contains(string(text), "\x00"+embedded.Command+"\x00--data\x00"+data+"\x00") {
			pid, err := strconv.Atoi(strings.Split(path, "/")[2])
			ok(t, err)
			pids = append(pids, pid)
		}
	}
	return pids
}

// A child that dies is started again, and the next call waits for it.
func TestChildDies(t *testing.T) {
	data := filepath.Join(t.TempDir(), "s3")
	b, log := open(t, data)
	expect(t, b, "PUT", "/photos", "", 200, "")
	expect(t, b, "PUT", "/photos/k", "kept", 200, "")
	for range 2 {
		pids := children(t, data)
		if len(pids) != 1 {
			t.Fatal(pids)
		}
		ok(t, syscall.Kill(pids[0], syscall.SIGKILL))
		awaitAnswer(t, b, "/photos/k", "kept")
		if now := children(t, data); len(now) != 1 || now[0] == pids[0] {
			t.Errorf("%v after %v", now, pids)
		}
	}
	if !strings.Contains(log.String(), `the S3 back end ended; it is started again" err="signal: killed"`) {
		t.Error(log)
	}
	ok(t, b.Close(context.Background()))
	if left := children(t, data); len(left) > 0 {
		t.Error("left:", left)
	}
}

// awaitAnswer calls as a client does that tries again: a call may meet the moment in
// which the child is gone and that is not known yet.
func awaitAnswer(t testing.TB, b *embedded.Backend, path, want string) {
	t.Helper()
	var status int
	var answer string
	var err error
	for range 1000 {
		if status, answer, err = send(t, b, "GET", path, ""); err == nil && answer == want {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("%d %s %v", status, answer, err)
}

// What cannot be started refuses calls at once, and does not start in a loop.
func TestCannotStart(t *testing.T) {
	log := &record{}
	b, err := embedded.New(embedded.Options{Executable: "/nowhere/gatehouse", Data: t.TempDir(), Region: "us-east-1", Log: slog.New(slog.NewTextHandler(log, nil))})
	ok(t, err)
	for range 20 {
		var e *api.Error
		if err := b.Ready(t.Context()); !errors.As(err, &e) || e.Code != "SlowDown" || e.Status != 503 {
			t.Fatal(err)
		}
	}
	ok(t, b.Close(context.Background()))
	if n := strings.Count(log.String(), "/nowhere/gatehouse: no such file"); n < 1 || n > 3 {
		t.Errorf("%d starts:\n%s", n, log)
	}
}

// One child on a folder at a time: the second waits until the first is gone, and calls
// wait no longer than they have patience.
func TestOneChildOnAFolder(t *testing.T) {
	data := filepath.Join(t.TempDir(), "s3")
	first, _ := open(t, data)
	expect(t, first, "PUT", "/photos", "", 200, "")
	executable, err := os.Executable()
	ok(t, err)
	second, err := embedded.New(embedded.Options{Executable: executable, Data: data, Region: "eu-west-1", Patience: 300 * time.Millisecond})
	ok(t, err)
	defer second.Close(context.Background())
	var e *api.Error
	if err := second.Ready(t.Context()); !errors.As(err, &e) || e.Code != "SlowDown" {
		t.Error("both run:", err)
	}
	expect(t, first, "PUT", "/photos/k", "one", 200, "")
	ok(t, first.Close(context.Background()))
	awaitAnswer(t, second, "/photos/k", "one")
}

// The socket and what is kept are the owner's alone, whatever the umask is, and the
// secret is nowhere that others can read.
func TestPrivate(t *testing.T) {
	before := syscall.Umask(0)
	defer syscall.Umask(before)
	data := filepath.Join(t.TempDir(), "s3")
	b, log := open(t, data)
	expect(t, b, "PUT", "/photos", "", 200, "")
	expect(t, b, "PUT", "/photos/dir/k", "one", 200, "")
	keys, err := b.Credentials(t.Context())
	ok(t, err)
	ok(t, filepath.WalkDir(data, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		if err == nil && info.Mode().IsRegular() {
			if text, _ := os.ReadFile(path); bytes.Contains(text, []byte(keys.SecretAccessKey)) {
				t.Errorf("%s has the secret", path)
			}
		}
		return err
	}))
	for _, pid := range children(t, data) {
		for _, name := range []string{"cmdline", "environ"} {
			if text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), name)); err != nil || bytes.Contains(text, []byte(keys.SecretAccessKey)) {
				t.Errorf("%s has the secret, or %v", name, err)
			}
		}
	}
	if strings.Contains(log.String(), keys.SecretAccessKey) || strings.Contains(fmt.Sprintf("%v %+v %#v", embedded.Start{SecretAccessKey: "hunter2"}, embedded.Start{SecretAccessKey: "hunter2"}, embedded.Start{SecretAccessKey: "hunter2"}), "hunter2") {
		t.Error("the log has the secret")
	}
}

// A data folder whose path is longer than a socket's may be has its socket elsewhere.
func TestLongPath(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	b, _ := open(t, filepath.Join(t.TempDir(), strings.Repeat("d", 120)))
	expect(t, b, "PUT", "/photos", "", 200, "")
	ok(t, b.Close(context.Background()))
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Error(left, err)
	}
}

// Where attributes were kept in files of their own, they still are.
func TestAttributesBeside(t *testing.T) {
	data := filepath.Join(t.TempDir(), "s3")
	ok(t, os.MkdirAll(filepath.Join(data, "attributes"), 0o700))
	b, _ := open(t, data)
	expect(t, b, "PUT", "/photos", "", 200, "")
	expect(t, b, "PUT", "/photos/k", "one", 200, "")
	expect(t, b, "GET", "/photos/k", "", 200, "one")
	if found, err := os.ReadDir(filepath.Join(data, "attributes", "photos", "k")); err != nil || len(found) == 0 {
		t.Error(found, err)
	}
}
