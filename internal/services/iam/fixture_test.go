package iam

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/authz/authztest"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
	"github.com/gatehouse-iam/gatehouse/internal/services"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
	"github.com/gatehouse-iam/gatehouse/policy"
)

const (
	accountID = "111122223333"
	rootEmail = "root@example.com"
)

// start is the instant at which every fixture's clock stands at first.
var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// fixture is the service over a real directory and store, with one account.
type fixture struct {
	t         *testing.T
	now       time.Time
	directory *directory.Directory
	service   *Service
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
	f := &fixture{t: t, now: start}
	f.directory, err = directory.Open(t.Context(), s, directory.Options{
		Sealer: ring.For("secret-access-key"), Clock: func() time.Time { return f.now },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(f.directory.Close(context.Background()), s.Close()); err != nil {
			t.Error(err)
		}
	})
	_, _, err = f.directory.Bootstrap(t.Context(), directory.BootstrapOptions{AccountID: accountID, RootEmail: rootEmail})
	if err != nil {
		t.Fatal(err)
	}
	f.service = New(f.directory)
	f.service.passwords = seal.NewPasswords(seal.Cost{Memory: 8, Passes: 1, Threads: 1})
	f.served = f.service.Implementation()
	return f
}

// root is the account's root user, whom no policy limits.
func root() *api.Principal {
	arn := directory.RootARN(accountID)
	return &api.Principal{
		Principal: policy.Principal{Kind: policy.Root, Account: accountID, ARN: arn, EntityARN: arn, EntityID: accountID},
		UserID:    accountID,
	}
}

// user is the caller who signs with a key of the user.
func (f *fixture) user(name string) *api.Principal {
	f.t.Helper()
	u, err := f.directory.View(accountID).User(name)
	if err != nil {
		f.t.Fatal(err)
	}
	arn := u.ARN(accountID)
	return &api.Principal{
		Principal: policy.Principal{Kind: policy.User, Account: accountID, ARN: arn, EntityARN: arn, EntityID: u.ID},
		UserName:  u.Name, UserID: u.ID,
	}
}

// session is the caller of a session of the role.
func (f *fixture) session(role, name string) *api.Principal {
	f.t.Helper()
	r, err := f.directory.View(accountID).Role(role)
	if err != nil {
		f.t.Fatal(err)
	}
	return &api.Principal{
		Principal: policy.Principal{
			Kind: policy.RoleSession, Account: accountID, ARN: "arn:aws:sts::" + accountID + ":assumed-role/" + r.Name + "/" + name,
			EntityARN: r.ARN(accountID), EntityID: r.ID,
		},
		UserID: r.ID + ":" + name, Session: &api.Session{Name: name, Kind: "role"},
	}
}

// as makes a call as a caller, by the steps of the server's pipeline.
func (f *fixture) as(caller *api.Principal, operation string, in any) (any, error) {
	f.t.Helper()
	op := iam.API.Operation(operation)
	method, served := f.served.Methods[operation]
	if op == nil || !served {
		f.t.Fatalf("%s is not served", operation)
	}
	call := &api.Call{
		Service: iam.API, Operation: op, Principal: caller, Account: caller.Account,
		Region: "us-east-1", Time: f.now,
	}
	if e := api.Validate(iam.API, op, in); e != nil {
		return nil, e
	}
	v := f.directory.View(caller.Account)
	if err := authz.Authorize(v, call, f.served.Rows[operation], in); err != nil {
		return nil, err
	}
	if method.Read != nil {
		return method.Read(f.t.Context(), call, v, in)
	}
	return f.write(call, method, in)
}

func (f *fixture) write(call *api.Call, method services.Method, in any) (out any, err error) {
	var prepared any
	if method.Prepare != nil {
		if prepared, err = method.Prepare(f.t.Context(), call, in); err != nil {
			return nil, err
		}
	}
	err = f.directory.Update(f.t.Context(), call.Account, func(tx *directory.Tx) error {
		out, err = method.Write(f.t.Context(), call, tx, in, prepared)
		return err
	})
	return out, err
}

// did makes a call as the root user that must succeed, and returns its output.
func did[Out any](f *fixture, operation string, in any) *Out {
	f.t.Helper()
	return didAs[Out](f, root(), operation, in)
}

func didAs[Out any](f *fixture, caller *api.Principal, operation string, in any) *Out {
	f.t.Helper()
	out, err := f.as(caller, operation, in)
	if err != nil {
		f.t.Fatalf("%s: %v", operation, err)
	}
	return out.(*Out)
}

// refused makes a call as the root user that must fail as AWS fails it.
func (f *fixture) refused(operation string, in any, status int, code, message string) {
	f.t.Helper()
	f.refusedAs(root(), operation, in, status, code, message)
}

func (f *fixture) refusedAs(caller *api.Principal, operation string, in any, status int, code, message string) {
	f.t.Helper()
	_, err := f.as(caller, operation, in)
	var e *api.Error
	if !errors.As(err, &e) {
		f.t.Fatalf("%s: error %v, want %s: %s", operation, err, code, message)
	}
	if e.Status != status || e.Code != code || authztest.Sentence(f.t, e.Message) != message {
		f.t.Errorf("%s:\n got %d %s: %s\nwant %d %s: %s", operation, e.Status, e.Code, e.Message, status, code, message)
	}
}

// addUser, addGroup make an entity under /.
func (f *fixture) addUser(names ...string) {
	f.t.Helper()
	for _, name := range names {
		did[iam.CreateUserOutput](f, "CreateUser", &iam.CreateUserInput{UserName: &name})
	}
}

func (f *fixture) addGroup(names ...string) {
	f.t.Helper()
	for _, name := range names {
		did[iam.CreateGroupOutput](f, "CreateGroup", &iam.CreateGroupInput{GroupName: &name})
	}
}

// join makes the user a member of the groups.
func (f *fixture) join(user string, groups ...string) {
	f.t.Helper()
	for _, group := range groups {
		did[iam.AddUserToGroupOutput](f, "AddUserToGroup", &iam.AddUserToGroupInput{GroupName: &group, UserName: &user})
	}
}

// allow gives a user an inline policy.
func (f *fixture) allow(user, document string) {
	f.t.Helper()
	f.change(func(tx *directory.Tx) error {
		u, err := tx.User(user)
		if err != nil {
			return err
		}
		c := u.Clone()
		c.Inline = append(c.Inline, directory.Inline{Name: "allowed", Document: directory.NewDocument(document)})
		tx.PutUser(c)
		return nil
	})
}

// change changes the account's records themselves.
func (f *fixture) change(fn func(tx *directory.Tx) error) {
	f.t.Helper()
	if err := f.directory.Update(f.t.Context(), accountID, fn); err != nil {
		f.t.Fatal(err)
	}
}

func ptr[T any](v T) *T { return &v }

// tags makes tags of keys and values in turn.
func tags(pairs ...string) []iam.Tag {
	var out []iam.Tag
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, iam.Tag{Key: &pairs[i], Value: &pairs[i+1]})
	}
	return out
}
