package ec2

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/ec2"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/catalog"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
	"github.com/gatehouse-iam/gatehouse/internal/services"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
	"github.com/gatehouse-iam/gatehouse/policy"
)

const (
	accountID = "111122223333"
	region    = "us-east-1"
	trust     = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}`
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// watch is a Watch whose instances were seen when the test says so.
type watch map[string]time.Time

func (w watch) LastSeen(id string) time.Time { return w[id] }

// fixture is the service over a real directory and store, with one account that has the
// instance profiles readers and writers with their roles, and empty without one.
type fixture struct {
	t         *testing.T
	now       time.Time
	directory *directory.Directory
	seen      watch
	served    services.Implementation
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	s, err := embedded.Open(filepath.Join(t.TempDir(), "db"), embedded.Options{Ephemeral: true})
	ok(t, err)
	ring, err := seal.OpenKeyring(t.Context(), s, seal.Master{})
	ok(t, err)
	f := &fixture{t: t, now: start, seen: watch{}}
	f.directory, err = directory.Open(t.Context(), s, directory.Options{
		Sealer: ring.For("secret-access-key"), Clock: func() time.Time { return f.now },
	})
	ok(t, err)
	t.Cleanup(func() { ok(t, errors.Join(f.directory.Close(context.Background()), s.Close())) })
	_, _, err = f.directory.Bootstrap(t.Context(), directory.BootstrapOptions{AccountID: accountID, RootEmail: "root@example.com"})
	ok(t, err)
	f.change(func(tx *directory.Tx) error {
		for _, name := range []string{"readers", "writers"} {
			r, err := tx.CreateRole(directory.NewRole{Name: name, Path: "/", Trust: trust})
			ok(t, err)
			p, err := tx.CreateProfile(directory.Entity{Name: name, Path: "/team/"})
			ok(t, err)
			ok(t, tx.AddRole(p, r))
		}
		_, err := tx.CreateProfile(directory.Entity{Name: "empty", Path: "/"})
		return err
	})
	f.served = New(catalog.NewRegions(region, nil), f.seen, start).Implementation()
	return f
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) change(fn func(tx *directory.Tx) error) {
	f.t.Helper()
	ok(f.t, f.directory.Update(f.t.Context(), accountID, fn))
}

// root is the account's root user, whom no policy limits.
func root() *api.Principal {
	arn := directory.RootARN(accountID)
	return &api.Principal{
		Principal: policy.Principal{Kind: policy.Root, Account: accountID, ARN: arn, EntityARN: arn, EntityID: accountID},
		UserID:    accountID,
	}
}

// call decides a call of the root user's and runs it, as the pipeline does.
func (f *fixture) call(operation string, in any) (any, error) {
	f.t.Helper()
	return f.callAs(root(), operation, in)
}

func (f *fixture) callAs(caller *api.Principal, operation string, in any) (out any, err error) {
	f.t.Helper()
	op := ec2.API.Operation(operation)
	call := &api.Call{Service: ec2.API, Operation: op, Principal: caller, Account: accountID, Region: region, Time: f.now, Host: "127.0.0.1:4780"}
	if e := api.Validate(ec2.API, op, in); e != nil {
		return nil, e
	}
	method, row := f.served.Methods[operation], f.served.Rows[operation]
	if method.Read != nil {
		v := f.directory.View(accountID)
		if err := authz.Authorize(v, call, row, in); err != nil {
			return nil, err
		}
		return method.Read(f.t.Context(), call, v, in)
	}
	err = f.directory.Update(f.t.Context(), accountID, func(tx *directory.Tx) error {
		if err := authz.Authorize(&tx.View, call, row, in); err != nil {
			return err
		}
		out, err = method.Write(f.t.Context(), call, tx, in, nil)
		return err
	})
	return out, err
}

// must is call of what must succeed.
func must[Out any](f *fixture, operation string, in any) *Out {
	f.t.Helper()
	out, err := f.call(operation, in)
	if err != nil {
		f.t.Fatalf("%s: %v", operation, err)
	}
	return out.(*Out)
}

// refused is the code and message of a call that must fail, and change nothing.
func (f *fixture) refused(operation string, in any) string {
	f.t.Helper()
	before := f.directory.View(accountID).Mark()
	out, err := f.call(operation, in)
	var e *api.Error
	if !errors.As(err, &e) {
		f.t.Fatalf("%s: %v, %+v", operation, err, out)
	}
	if f.directory.View(accountID).Mark() != before {
		f.t.Errorf("%s is refused and changes something", operation)
	}
	if want := 400; e.Status != want && e.Code != "DryRunOperation" {
		f.t.Errorf("%s: status %d", operation, e.Status)
	}
	return e.Code + ": " + e.Message
}

func ptr[T any](v T) *T { return &v }

// runInput is what launches one instance.
func runInput() *ec2.RunInstancesInput {
	return &ec2.RunInstancesInput{MinCount: ptr(int32(1)), MaxCount: ptr(int32(1))}
}

// run launches an instance, with changes to what launches one.
func (f *fixture) run(changes ...func(*ec2.RunInstancesInput)) ec2.Instance {
	f.t.Helper()
	in := runInput()
	for _, change := range changes {
		change(in)
	}
	return must[ec2.RunInstancesOutput](f, "RunInstances", in).Instances[0]
}

func withProfile(name string) func(*ec2.RunInstancesInput) {
	return func(in *ec2.RunInstancesInput) {
		in.IamInstanceProfile = &ec2.IamInstanceProfileSpecification{Name: &name}
	}
}

// describe is an instance as DescribeInstances shows it.
func (f *fixture) describe(id string) ec2.Instance {
	f.t.Helper()
	out := must[ec2.DescribeInstancesOutput](f, "DescribeInstances", &ec2.DescribeInstancesInput{InstanceIds: []string{id}})
	return out.Reservations[0].Instances[0]
}
