package sts

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
	"github.com/gatehouse-iam/gatehouse/internal/authn"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/authz/authztest"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/journal"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
	"github.com/gatehouse-iam/gatehouse/internal/services"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
)

// home and other are the accounts of the worked cases (X).
const (
	home  = "111122223333"
	other = "444455556666"
)

const (
	allowAll      = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	allowAssume   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}`
	noIdentity    = " because no identity-based policy allows the sts:AssumeRole action"
	noTrust       = " because no role trust policy allows the sts:AssumeRole action"
	trustedAction = `["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]`
)

// fixture is the service over a real directory and store, with two accounts.
type fixture struct {
	t         *testing.T
	now       time.Time
	directory *directory.Directory
	tokens    *authn.Tokens
	journal   *journal.Journal
	messages  *journal.Messages
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
	f := &fixture{t: t, now: time.Date(2026, 3, 1, 12, 0, 0, 500, time.UTC), tokens: authn.NewTokens(ring.For(authn.TokenPurpose), 64)}
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
	for _, account := range []string{home, other} {
		f.change(account, func(tx *directory.Tx) error {
			tx.AccountRecord()
			key := tx.FixedAccessKey("ROOTKEYOF"+account, "", "secret")
			tx.PutAccessKey(key)
			tx.PutAccount(&directory.Account{ID: account, Name: account, Email: account + "@example.com", Created: f.now, Root: directory.RootUser{Keys: []string{key.ID}}})
			return nil
		})
	}
	f.journal, err = journal.Open(t.TempDir(), journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.journal.Close(); err != nil {
			t.Error(err)
		}
	})
	f.messages = journal.NewMessages(ring.For(journal.MessagePurpose))
	f.served = New(f.directory, f.tokens, f.journal, f.messages).Implementation()
	return f
}

// change changes an account.
func (f *fixture) change(account string, fn func(tx *directory.Tx) error) {
	f.t.Helper()
	if err := f.directory.Update(f.t.Context(), account, fn); err != nil {
		f.t.Fatal(err)
	}
}

// root is the root user, with its access key.
func (f *fixture) root(account string) *api.Principal {
	p := authn.RootPrincipal(account)
	p.AccessKeyID = "ROOTKEYOF" + account
	return p
}

// user makes a user with an access key and, where there is one, an inline policy.
func (f *fixture) user(account, name, policy string, tags ...api.Tag) *api.Principal {
	f.t.Helper()
	var p *api.Principal
	f.change(account, func(tx *directory.Tx) error {
		u, err := tx.CreateUser(directory.NewUser{Name: name, Path: "/", Tags: tags})
		if err != nil {
			return err
		}
		key, _, err := tx.CreateAccessKey(u)
		if err != nil {
			return err
		}
		p = authn.UserPrincipal(account, u)
		p.AccessKeyID = key.ID
		return nil
	})
	if policy != "" {
		f.change(account, func(tx *directory.Tx) error {
			u, err := tx.User(name)
			if err != nil {
				return err
			}
			return tx.PutUserPolicy(u, "inline", policy)
		})
	}
	return p
}

// role makes a role whose trust policy has the statement, and which may do what
// the policy allows, and returns its ARN.
func (f *fixture) role(account, path, name, statement, policy string) string {
	f.t.Helper()
	var arn string
	f.change(account, func(tx *directory.Tx) error {
		r, err := tx.CreateRole(directory.NewRole{
			Name: name, Path: path, MaxSessionDuration: 7200,
			Trust: `{"Version":"2012-10-17","Statement":[` + statement + `]}`,
			Tags:  []api.Tag{{Key: "tier", Value: "gold"}},
		})
		if err != nil {
			return err
		}
		arn = r.ARN(account)
		return nil
	})
	if policy != "" {
		f.change(account, func(tx *directory.Tx) error {
			r, err := tx.Role(name)
			if err != nil {
				return err
			}
			return tx.PutRolePolicy(r, "inline", policy)
		})
	}
	return arn
}

// trusts is a statement that lets a principal assume a role, tag its session and
// set its source identity, under a condition where there is one.
func trusts(principal string, condition ...string) string {
	c := ""
	if len(condition) > 0 {
		c = `,"Condition":` + condition[0]
	}
	return fmt.Sprintf(`{"Effect":"Allow","Principal":{"AWS":%q},"Action":%s%s}`, principal, trustedAction, c)
}

// as makes a call as a caller, by the steps of the server's pipeline.
func (f *fixture) as(caller *api.Principal, operation string, in any) (any, error) {
	f.t.Helper()
	method, served := f.served.Methods[operation]
	op := sts.API.Operation(operation)
	if op == nil || !served {
		f.t.Fatalf("%s is not served", operation)
	}
	call := &api.Call{
		Service: sts.API, Operation: op, Principal: caller, Account: caller.Account, Region: "us-east-1", Time: f.now,
	}
	if e := api.Validate(sts.API, op, in); e != nil {
		return nil, e
	}
	v := f.directory.View(caller.Account)
	if err := authz.SessionLimit(call); err != nil {
		return nil, err
	}
	if err := authz.Authorize(v, call, f.served.Rows[operation], in); err != nil {
		return nil, err
	}
	return method.Read(f.t.Context(), call, v, in)
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

// refused makes a call that must fail as AWS fails it.
func (f *fixture) refused(caller *api.Principal, operation string, in any, status int, code, message string) {
	f.t.Helper()
	_, err := f.as(caller, operation, in)
	var e *api.Error
	if !errors.As(err, &e) {
		f.t.Errorf("%s: error %v, want %s: %s", operation, err, code, message)
		return
	}
	if e.Status != status || e.Code != code || authztest.Sentence(f.t, e.Message) != message {
		f.t.Errorf("%s:\n got %d %s: %s\nwant %d %s: %s", operation, e.Status, e.Code, e.Message, status, code, message)
	}
}

// assume assumes a role, which must succeed, and returns the session as the next
// call's caller.
func (f *fixture) assume(caller *api.Principal, in *sts.AssumeRoleInput) *api.Principal {
	f.t.Helper()
	return f.caller(did[sts.AssumeRoleOutput](f, caller, "AssumeRole", in).Credentials)
}

// caller is who signs with temporary credentials.
func (f *fixture) caller(c *sts.Credentials) *api.Principal {
	f.t.Helper()
	o, err := f.tokens.Open(*c.SessionToken, *c.AccessKeyId)
	if err != nil {
		f.t.Fatal(err)
	}
	if o.Secret != *c.SecretAccessKey {
		f.t.Fatal("the token holds another secret")
	}
	if !f.directory.View(o.Principal.Account).SessionAlive(o.Principal, o.Generation) {
		f.t.Fatal("a fresh session is not alive")
	}
	return o.Principal
}

func assumeInput(arn string) *sts.AssumeRoleInput {
	return &sts.AssumeRoleInput{RoleArn: &arn, RoleSessionName: ptr("sess")}
}

func ptr[T any](v T) *T { return &v }

// tags are session tags of keys and values by turns.
func tags(pairs ...string) []sts.Tag {
	var all []sts.Tag
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, sts.Tag{Key: &pairs[i], Value: &pairs[i+1]})
	}
	return all
}
