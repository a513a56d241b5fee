package directory

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
	"github.com/gatehouse-iam/gatehouse/internal/store"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
)

const testAccount = "111122223333"

var testStart = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func openStore(t *testing.T) store.Store {
	t.Helper()
	s, err := embedded.Open(filepath.Join(t.TempDir(), "db"), embedded.Options{Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// openNode opens a directory over a store: more than one on a store are nodes.
func openNode(t *testing.T, s store.Store) *Directory {
	t.Helper()
	ring, err := seal.OpenKeyring(t.Context(), s, seal.Master{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := Open(t.Context(), s, Options{Sealer: ring.For("secret-access-key"), Clock: func() time.Time { return testStart }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return d
}

// openDirectory is a directory with one account.
func openDirectory(t *testing.T) *Directory {
	t.Helper()
	d := openNode(t, openStore(t))
	bootstrap(t, d)
	return d
}

func bootstrap(t *testing.T, d *Directory) {
	t.Helper()
	if _, _, err := d.Bootstrap(t.Context(), BootstrapOptions{AccountID: testAccount, RootEmail: "root@example.com"}); err != nil {
		t.Fatal(err)
	}
}

// change runs a transaction that must succeed.
func change(t *testing.T, d *Directory, fn func(tx *Tx) error) {
	t.Helper()
	if err := d.Update(t.Context(), testAccount, fn); err != nil {
		t.Fatal(err)
	}
}

// addUsers and addGroups make entities under /.
func addUsers(t *testing.T, d *Directory, names ...string) {
	t.Helper()
	change(t, d, func(tx *Tx) error {
		for _, name := range names {
			if _, err := tx.CreateUser(NewUser{Name: name, Path: "/"}); err != nil {
				return err
			}
		}
		return nil
	})
}

func addGroups(t *testing.T, d *Directory, names ...string) {
	t.Helper()
	change(t, d, func(tx *Tx) error {
		for _, name := range names {
			if _, err := tx.CreateGroup(name, "/"); err != nil {
				return err
			}
		}
		return nil
	})
}

// withUser runs fn on a user.
func withUser(name string, fn func(tx *Tx, u *User) error) func(tx *Tx) error {
	return func(tx *Tx) error {
		u, err := tx.User(name)
		if err != nil {
			return err
		}
		return fn(tx, u)
	}
}

// expectError compares an error with AWS's.
func expectError(t *testing.T, err error, code, message string) {
	t.Helper()
	var e *api.Error
	if !errors.As(err, &e) || e.Code != code || e.Message != message {
		t.Errorf("error %v, want %s: %s", err, code, message)
	}
}
