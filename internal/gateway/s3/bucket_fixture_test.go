package s3

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/authn"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
	"github.com/gatehouse-iam/gatehouse/internal/services"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

const (
	firstAccount  = "111122223333"
	secondAccount = "444455556666"
)

var bucketStart = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// bucketFixture is the gateway over a real directory with two accounts, in front of a
// small back end.
type bucketFixture struct {
	t         *testing.T
	directory *directory.Directory
	gateway   *Gateway
	backend   *smallBackend
	log       *bytes.Buffer
	region    string
	served    services.Implementation
}

func newBucketFixture(t *testing.T) *bucketFixture {
	t.Helper()
	f := &bucketFixture{t: t, backend: &smallBackend{buckets: map[string]*smallBucket{}}, log: &bytes.Buffer{}, region: "us-east-1"}
	f.directory = openTwoAccounts(t)
	server := httptest.NewServer(f.backend)
	t.Cleanup(server.Close)
	at, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	b := NewBackend(BackendOptions{URL: at, Region: "us-east-1", Credentials: func(context.Context) (sigv4.Credentials, error) {
		return sigv4.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"}, nil
	}})
	f.gateway = New(f.directory, b, slog.New(slog.NewTextHandler(f.log, nil)))
	f.served = f.gateway.Implementation()
	return f
}

// openTwoAccounts is a real directory with two accounts.
func openTwoAccounts(t *testing.T) *directory.Directory {
	t.Helper()
	s, err := embedded.Open(filepath.Join(t.TempDir(), "db"), embedded.Options{Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	ring, err := seal.OpenKeyring(t.Context(), s, seal.Master{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := directory.Open(t.Context(), s, directory.Options{Sealer: ring.For("secret-access-key"), Clock: func() time.Time { return bucketStart }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(d.Close(context.Background()), s.Close()); err != nil {
			t.Error(err)
		}
	})
	if _, _, err := d.Bootstrap(t.Context(), directory.BootstrapOptions{AccountID: firstAccount, RootEmail: "root@example.com"}); err != nil {
		t.Fatal(err)
	}
	if err := d.Update(t.Context(), secondAccount, func(tx *directory.Tx) error {
		tx.AccountRecord()
		tx.PutAccount(&directory.Account{ID: secondAccount, Name: "second", Created: tx.Now()})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return d
}

// user makes a user of an account, with an inline policy or none.
func (f *bucketFixture) user(account, name, document string) *api.Principal {
	f.t.Helper()
	var p *api.Principal
	if err := f.directory.Update(f.t.Context(), account, func(tx *directory.Tx) error {
		u, err := tx.CreateUser(directory.NewUser{Name: name, Path: "/"})
		if err != nil {
			return err
		}
		p = authn.UserPrincipal(account, u)
		if document == "" {
			return nil
		}
		return tx.PutUserPolicy(u, "inline", document)
	}); err != nil {
		f.t.Fatal(err)
	}
	return p
}

func rootOf(account string) *api.Principal { return authn.RootPrincipal(account) }

// call is a call as the pipeline makes it.
func (f *bucketFixture) call(caller *api.Principal, operation string) *api.Call {
	c := &api.Call{Service: s3.API, Operation: s3.API.Operation(operation), Principal: caller, Region: f.region, Time: bucketStart}
	if caller != nil {
		c.Account = caller.Account
	}
	return c
}

// as makes a call by the steps of the server's pipeline.
func (f *bucketFixture) as(caller *api.Principal, operation string, in any) (any, error) {
	f.t.Helper()
	method, served := f.served.Methods[operation]
	if !served {
		f.t.Fatalf("%s is not served", operation)
	}
	call := f.call(caller, operation)
	if e := api.Validate(s3.API, call.Operation, in); e != nil {
		return nil, e
	}
	v := f.directory.View(call.Account)
	if err := authz.Authorize(v, call, f.served.Rows[operation], in); err != nil {
		return nil, err
	}
	if method.Read != nil {
		return method.Read(f.t.Context(), call, v, in)
	}
	var prepared any
	if method.Prepare != nil {
		p, err := method.Prepare(f.t.Context(), call, in)
		if err != nil {
			return nil, err
		}
		prepared = p
	}
	return f.write(call, method, in, prepared)
}

// write is the last step of a call that changes something.
func (f *bucketFixture) write(call *api.Call, method services.Method, in, prepared any) (out any, err error) {
	err = f.directory.Update(f.t.Context(), call.Account, func(tx *directory.Tx) error {
		if err := authz.Authorize(&tx.View, call, f.served.Rows[call.Operation.Name], in); err != nil {
			return err
		}
		out, err = method.Write(f.t.Context(), call, tx, in, prepared)
		return err
	})
	return out, err
}

// did makes a call that must succeed.
func did[Out any](f *bucketFixture, caller *api.Principal, operation string, in any) *Out {
	f.t.Helper()
	out, err := f.as(caller, operation, in)
	if err != nil {
		f.t.Fatalf("%s: %v", operation, err)
	}
	return out.(*Out)
}

// refused makes a call that must fail so.
func (f *bucketFixture) refused(caller *api.Principal, operation string, in any, status int, code, message string) *api.Error {
	f.t.Helper()
	_, err := f.as(caller, operation, in)
	return isRefusal(f.t, operation, err, status, code, message)
}

func isRefusal(t *testing.T, operation string, err error, status int, code, message string) *api.Error {
	t.Helper()
	var e *api.Error
	if !errors.As(err, &e) {
		t.Fatalf("%s: error %v, want %s", operation, err, code)
	}
	if e.Status != status || e.Code != code || message != "" && e.Message != message {
		t.Errorf("%s:\n got %d %s: %s\nwant %d %s: %s", operation, e.Status, e.Code, e.Message, status, code, message)
	}
	return e
}

// create makes a bucket of an account.
func (f *bucketFixture) create(account, name string) {
	f.t.Helper()
	did[s3.CreateBucketOutput](f, rootOf(account), "CreateBucket", &s3.CreateBucketInput{Bucket: &name})
}

// on is the fixture for a subtest.
func (f *bucketFixture) on(t *testing.T) *bucketFixture {
	sub := *f
	sub.t = t
	return &sub
}
