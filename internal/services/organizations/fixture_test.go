package organizations

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/authn"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/authz/authztest"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
	"github.com/gatehouse-iam/gatehouse/internal/services"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
)

const manager = "111122223333"

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// AWS's words: aws-errors 2.1, and the descriptions of the exceptions' pages.
const (
	notInUse  = "Your account is not a member of an organization."
	noAccess  = "You don't have permissions to access this resource."
	noAccount = "You specified an account that doesn't exist."
)

// fixture is the service over a real directory and store, with one account.
type fixture struct {
	t         *testing.T
	directory *directory.Directory
	served    services.Implementation
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	s, err := embedded.Open(filepath.Join(t.TempDir(), "db"), embedded.Options{Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	ring, err := seal.OpenKeyring(t.Context(), s, seal.Master{})
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{t: t}
	f.directory, err = directory.Open(t.Context(), s, directory.Options{
		Sealer: ring.For("secret-access-key"), Clock: func() time.Time { return start },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(f.directory.Close(context.Background()), s.Close()); err != nil {
			t.Error(err)
		}
	})
	if _, _, err := f.directory.Bootstrap(t.Context(), directory.BootstrapOptions{AccountID: manager, RootEmail: "root@example.com"}); err != nil {
		t.Fatal(err)
	}
	f.served = New(f.directory).Implementation()
	return f
}

// organized is a fixture whose account manages an organization.
func organized(t *testing.T) *fixture {
	t.Helper()
	f := newFixture(t)
	did[organizations.CreateOrganizationOutput](f, root(), "CreateOrganization", &organizations.CreateOrganizationInput{})
	return f
}

func root() *api.Principal { return authn.RootPrincipal(manager) }

// user makes a user with an inline policy.
func (f *fixture) user(name, policy string) *api.Principal {
	f.t.Helper()
	var p *api.Principal
	for _, step := range []func(tx *directory.Tx) error{
		func(tx *directory.Tx) error {
			u, err := tx.CreateUser(directory.NewUser{Name: name, Path: "/"})
			if err == nil {
				p = authn.UserPrincipal(manager, u)
			}
			return err
		},
		func(tx *directory.Tx) error {
			u, err := tx.User(name)
			if err != nil {
				return err
			}
			return tx.PutUserPolicy(u, "inline", policy)
		},
	} {
		if err := f.directory.Update(f.t.Context(), manager, step); err != nil {
			f.t.Fatal(err)
		}
	}
	return p
}

// create makes a member account, and returns its id.
func (f *fixture) create(name string) string {
	f.t.Helper()
	out := did[organizations.CreateAccountOutput](f, root(), "CreateAccount", accountInput(name))
	return *out.CreateAccountStatus.AccountId
}

func accountInput(name string) *organizations.CreateAccountInput {
	return &organizations.CreateAccountInput{AccountName: &name, Email: ptr(name + "@example.com")}
}

// as makes a call as a caller, by the steps of the server's pipeline.
func (f *fixture) as(caller *api.Principal, operation string, in any) (out any, err error) {
	f.t.Helper()
	op := organizations.API.Operation(operation)
	method, served := f.served.Methods[operation]
	if op == nil || !served {
		f.t.Fatalf("%s is not served", operation)
	}
	call := &api.Call{
		Service: organizations.API, Operation: op, Principal: caller, Account: caller.Account, Region: "us-east-1", Time: start,
	}
	if e := api.Validate(organizations.API, op, in); e != nil {
		return nil, e
	}
	if method.Read != nil {
		v := f.directory.View(caller.Account)
		if err := authz.Authorize(v, call, f.served.Rows[operation], in); err != nil {
			return nil, err
		}
		return method.Read(f.t.Context(), call, v, in)
	}
	err = f.directory.Update(f.t.Context(), caller.Account, func(tx *directory.Tx) error {
		if err := authz.Authorize(&tx.View, call, f.served.Rows[operation], in); err != nil {
			return err
		}
		out, err = method.Write(f.t.Context(), call, tx, in, nil)
		return err
	})
	return out, err
}

// did makes a call that must succeed.
func did[Out any](f *fixture, caller *api.Principal, operation string, in any) *Out {
	f.t.Helper()
	out, err := f.as(caller, operation, in)
	if err != nil {
		f.t.Fatalf("%s: %v", operation, err)
	}
	return out.(*Out)
}

// refused makes a call that must fail as AWS fails it: 400, whatever it is.
func (f *fixture) refused(caller *api.Principal, operation string, in any, code, message string) *api.Error {
	f.t.Helper()
	_, err := f.as(caller, operation, in)
	var e *api.Error
	if !errors.As(err, &e) {
		f.t.Fatalf("%s: error %v, want %s: %s", operation, err, code, message)
	}
	if e.Status != 400 || e.Code != code || authztest.Sentence(f.t, e.Message) != message {
		f.t.Errorf("%s:\n got %d %s: %s\nwant 400 %s: %s", operation, e.Status, e.Code, e.Message, code, message)
	}
	return e
}

func ptr[T any](v T) *T { return &v }

// inputs are an input of every operation that is served.
func inputs() map[string]any {
	return map[string]any{
		"CreateAccount":               accountInput("new"),
		"CreateOrganization":          &organizations.CreateOrganizationInput{},
		"DescribeAccount":             &organizations.DescribeAccountInput{AccountId: ptr(manager)},
		"DescribeCreateAccountStatus": &organizations.DescribeCreateAccountStatusInput{CreateAccountRequestId: ptr("car-12345678")},
		"DescribeOrganization":        &organizations.DescribeOrganizationInput{},
		"ListAccounts":                &organizations.ListAccountsInput{},
		"ListCreateAccountStatus":     &organizations.ListCreateAccountStatusInput{},
		"ListRoots":                   &organizations.ListRootsInput{},
		"DeleteResourcePolicy":        &organizations.DeleteResourcePolicyInput{},
		"DescribeResourcePolicy":      &organizations.DescribeResourcePolicyInput{},
		"PutResourcePolicy":           &organizations.PutResourcePolicyInput{Content: ptr(delegation("*", "organizations:List*"))},
	}
}

// on is the fixture for a subtest.
func on(f *fixture, t *testing.T) *fixture {
	sub := *f
	sub.t = t
	return &sub
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: %s", what, diff)
	}
}
