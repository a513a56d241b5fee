package s3

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/gateway/embedded"
	"github.com/gatehouse-iam/gatehouse/internal/gateway/embedded/versity"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// TestMain is also the built-in back end's child process, which the tests start.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == embedded.Command {
		if err := serveStore(os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func serveStore(arguments []string) error {
	o := versity.Options{In: os.Stdin, Out: os.Stdout}
	for i, a := range arguments {
		name, value, ok := strings.Cut(a, "=")
		if !ok && i+1 < len(arguments) {
			value = arguments[i+1]
		}
		switch name {
		case "--data":
			o.Data = value
		case "--socket":
			o.Listen = value
		}
	}
	return versity.Serve(context.Background(), o)
}

// openStore starts the built-in back end: the real one.
func openStore(t *testing.T) (b *Backend, data string) {
	t.Helper()
	data = filepath.Join(t.TempDir(), "s3")
	child, err := embedded.New(embedded.Options{Executable: os.Args[0], Data: data, Region: "us-east-1", Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := child.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return NewBackend(BackendOptions{
		URL: child.URL(), Region: "us-east-1", Credentials: child.Credentials, Transport: NewTransport(child.Dial),
		Ready: child.Ready, Embedded: true, Log: slog.New(slog.DiscardHandler),
	}), data
}

// objectFixture is the gateway over a real directory, with a bucket "photos" of the first
// account, in front of a back end.
type objectFixture struct {
	*bucketFixture
	back *Backend
}

func newObjectFixture(t *testing.T, b *Backend) *objectFixture {
	t.Helper()
	f := &objectFixture{&bucketFixture{t: t, log: &bytes.Buffer{}, region: "us-east-1", directory: openTwoAccounts(t)}, b}
	f.gateway = New(f.directory, b, slog.New(slog.NewTextHandler(f.log, nil)))
	f.served = f.gateway.Implementation()
	f.own(firstAccount, "photos")
	return f
}

// own registers a bucket without asking the back end.
func (f *objectFixture) own(account, name string) {
	f.t.Helper()
	if err := f.directory.Update(f.t.Context(), account, func(tx *directory.Tx) error {
		_, err := tx.CreateBucket(directory.NewBucket{Name: name, Region: f.region})
		return err
	}); err != nil {
		f.t.Fatal(err)
	}
}

// storeFixture is in front of the built-in back end, which has the bucket.
func storeFixture(t *testing.T) *objectFixture {
	t.Helper()
	b, _ := openStore(t)
	f := newObjectFixture(t, b)
	f.makeBucket("photos")
	return f
}

func (f *objectFixture) makeBucket(name string) {
	f.t.Helper()
	answer, err := f.back.Do(f.t.Context(), s3.API.Operation("CreateBucket"), &s3.CreateBucketInput{Bucket: &name}, nil, 0)
	if err != nil {
		f.t.Fatal(err)
	}
	answer.Body.Close()
}

// answered is what a client would see.
type answered struct {
	status int
	header http.Header
	body   string
	out    any
}

// body is a client's body; its trailer is empty but for trailedBody.
type body interface{ io.Reader }

// ask makes an object's call by the steps of the pipeline.
func (f *objectFixture) ask(caller *api.Principal, operation string, in any, content body, length int64) (*answered, error) {
	f.t.Helper()
	call := f.call(caller, operation)
	call.RequestID, call.Host = "request", "localhost:4566"
	call.Body, call.BodyLength = content, length
	return f.run(f.t.Context(), call, in)
}

func (f *objectFixture) run(ctx context.Context, call *api.Call, in any) (*answered, error) {
	f.t.Helper()
	method := f.served.Methods[call.Operation.Name]
	if method.Read == nil {
		f.t.Fatalf("%s is not served", call.Operation.Name)
	}
	if e := api.Validate(s3.API, call.Operation, in); e != nil {
		return nil, e
	}
	v := f.directory.View(call.Account)
	if err := authz.Authorize(v, call, f.served.Rows[call.Operation.Name], in); err != nil {
		return nil, err
	}
	out, err := method.Read(ctx, call, v, in)
	if err != nil {
		return nil, err
	}
	a := &answered{out: out}
	if call.Passed != nil {
		a.status, a.header = call.Passed.Status, call.Passed.Header
	}
	if call.Stream != nil {
		text, err := io.ReadAll(call.Stream)
		call.Stream.Close()
		if err != nil {
			return nil, err
		}
		a.body = string(text)
	}
	return a, nil
}

// must is ask of the bucket's owner that succeeds.
func (f *objectFixture) must(operation string, in any, content ...string) *answered {
	f.t.Helper()
	var reader io.Reader
	var length int64
	if len(content) > 0 {
		reader, length = strings.NewReader(content[0]), int64(len(content[0]))
	}
	a, err := f.ask(rootOf(firstAccount), operation, in, reader, length)
	if err != nil {
		f.t.Fatalf("%s: %v %s", operation, err, detailOf(err))
	}
	return a
}

// fails is ask of the bucket's owner that fails so.
func (f *objectFixture) fails(operation string, in any, status int, code string, content ...string) *api.Error {
	f.t.Helper()
	var reader io.Reader
	var length int64
	if len(content) > 0 {
		reader, length = strings.NewReader(content[0]), int64(len(content[0]))
	}
	_, err := f.ask(rootOf(firstAccount), operation, in, reader, length)
	return isRefusal(f.t, operation, err, status, code, "")
}

func (f *objectFixture) put(key, content string) *answered {
	f.t.Helper()
	return f.must("PutObject", &s3.PutObjectInput{Bucket: ptr("photos"), Key: &key}, content)
}

func (f *objectFixture) get(key string) *answered {
	f.t.Helper()
	return f.must("GetObject", &s3.GetObjectInput{Bucket: ptr("photos"), Key: &key})
}

func detailOf(err error) string {
	if e, ok := err.(*api.Error); ok {
		return e.Log
	}
	return ""
}

// fakeBackend is a back end that answers as it is told; what it was asked is verified to
// be signed for it.
func fakeBackend(t *testing.T, answer http.HandlerFunc) *Backend {
	t.Helper()
	return fakeBackendWith(t, BackendOptions{}, answer)
}

var backendKey = sigv4.Credentials{AccessKeyID: "AKIABACKEND", SecretAccessKey: "backend secret"}

func fakeBackendWith(t *testing.T, o BackendOptions, answer http.HandlerFunc) *Backend {
	t.Helper()
	verifier := sigv4.NewVerifier(1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var s sigv4.Signature
		if err := sigv4.Parse(r, &s); err != nil || s.AccessKeyID != backendKey.AccessKeyID {
			t.Errorf("%s %s: %v", r.Method, r.URL, err)
		}
		rules := sigv4.Rules{Region: "eu-west-1", Service: []string{"s3"}, RawPath: true, AllAmzHeaders: true, UnsignedPayload: true}
		if err := verifier.Verify(r, &s, nil, backendKey.SecretAccessKey, time.Now(), &rules); err != nil {
			t.Errorf("%s %s: %v", r.Method, r.URL, err)
		}
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	at, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	o.URL, o.Region = at, "eu-west-1"
	o.Credentials = func(context.Context) (sigv4.Credentials, error) { return backendKey, nil }
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return NewBackend(o)
}
