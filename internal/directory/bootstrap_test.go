package directory_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
	"github.com/gatehouse-iam/gatehouse/internal/store"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
)

const firstAccount = "111122223333"

// startTime is the clock of the tests.
var startTime = time.Date(2026, 3, 1, 12, 0, 0, 999, time.UTC)

// emptyStore is a store that nothing was written to, and its sealer of secrets.
func emptyStore(t *testing.T) (store.Store, *seal.Sealer) {
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
	ring, err := seal.OpenKeyring(t.Context(), s, seal.Master{})
	if err != nil {
		t.Fatal(err)
	}
	return s, ring.For("secret-access-key")
}

func openOver(t *testing.T, s store.Store, sealer *seal.Sealer) *directory.Directory {
	t.Helper()
	d, err := directory.Open(t.Context(), s, directory.Options{Sealer: sealer, Clock: func() time.Time { return startTime }})
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

func bootstrapped(t *testing.T, o directory.BootstrapOptions) (*directory.Directory, directory.Bootstrapped) {
	t.Helper()
	s, sealer := emptyStore(t)
	d := openOver(t, s, sealer)
	b, created, err := d.Bootstrap(t.Context(), o)
	if err != nil || !created {
		t.Fatalf("created %v: %v", created, err)
	}
	return d, b
}

// The first start makes the account and its root user, nothing else, as AWS does.
func TestBootstrap(t *testing.T) {
	d, b := bootstrapped(t, directory.BootstrapOptions{AccountID: firstAccount, RootEmail: "Root@Example.com"})
	v := d.View(firstAccount)
	a := v.AccountRecord()
	if b.Account != firstAccount || a == nil || a.ID != firstAccount || a.Email != "Root@Example.com" || !a.Created.Equal(startTime.Truncate(time.Second)) {
		t.Fatalf("%v: %+v", b, a)
	}
	if a.Root.Login != nil || len(a.Root.Keys) != 0 || v.Counts() != (directory.Counts{}) || b.AdminKeyID != "" {
		t.Errorf("more than the root user: %+v %+v", a, v.Counts())
	}
	if v.AccountByEmail("root@example.com") != firstAccount || d.FirstAccount() != firstAccount {
		t.Error("the account is not found")
	}
}

func TestBootstrapOnceOnly(t *testing.T) {
	s, sealer := emptyStore(t)
	d := openOver(t, s, sealer)
	if d.FirstAccount() != "" {
		t.Error("there is a first account already")
	}
	first, created, err := d.Bootstrap(t.Context(), directory.BootstrapOptions{RootEmail: "root@localhost", Admin: true})
	if err != nil || !created || !directory.IsAccountID(first.Account) || first.Account[0] == '0' {
		t.Fatalf("%v %v %v", first, created, err)
	}
	for name, d := range map[string]*directory.Directory{"the same server": d, "a later start": openOver(t, s, sealer)} {
		again, created, err := d.Bootstrap(t.Context(), directory.BootstrapOptions{AccountID: firstAccount, RootEmail: "other@localhost", Admin: true})
		if err != nil || created || again != (directory.Bootstrapped{Account: first.Account}) {
			t.Errorf("%s: %v %v %v", name, again, created, err)
		}
		if d.View(firstAccount).Exists() || d.FirstAccount() != first.Account {
			t.Errorf("%s: a second account", name)
		}
	}
}

// Two nodes that start on one store at the same time make one account.
func TestBootstrapOfTwoNodes(t *testing.T) {
	s, sealer := emptyStore(t)
	type result struct {
		b       directory.Bootstrapped
		created bool
		err     error
	}
	results := make(chan result)
	const nodes = 4
	for range nodes {
		d := openOver(t, s, sealer)
		go func() {
			b, created, err := d.Bootstrap(t.Context(), directory.BootstrapOptions{RootEmail: "root@localhost"})
			results <- result{b, created, err}
		}()
	}
	accounts, created := map[string]bool{}, 0
	for range nodes {
		r := <-results
		if r.err != nil {
			t.Error(r.err)
		}
		accounts[r.b.Account] = true
		if r.created {
			created++
		}
	}
	if len(accounts) != 1 || created != 1 {
		t.Errorf("%d nodes made %v", created, accounts)
	}
}

func TestBootstrapAdmin(t *testing.T) {
	d, b := bootstrapped(t, directory.BootstrapOptions{AccountID: firstAccount, RootEmail: "root@localhost", Admin: true})
	v := d.View(firstAccount)
	key := v.AccessKey(b.AdminKeyID)
	if key == nil || !key.Active || !strings.HasPrefix(key.ID, "AKIA") || directory.AccessKeyAccount(key.ID) != firstAccount {
		t.Fatalf("access key %q", b.AdminKeyID)
	}
	if secret, err := v.Secret(key); err != nil || secret != b.AdminSecret || len(secret) != 40 {
		t.Error("the secret is another one")
	}
	u := v.UserByID(key.User)
	if u == nil || u.Name != "admin" || len(u.Keys) != 1 || u.Keys[0] != key.ID || u.Login != nil {
		t.Fatalf("%+v", u)
	}
	g, err := v.Group("Administrators")
	if err != nil || g.Members != 1 || len(g.Attached) != 1 || g.Attached[0] != directory.AdministratorAccess || len(u.Groups) != 1 || u.Groups[0] != g.ID {
		t.Errorf("%+v %v", g, err)
	}
	if e := v.UserPolicies(u); len(e.Identity) != 1 || e.Unreadable != "" {
		t.Errorf("%+v", e)
	}
	for _, shown := range []string{fmt.Sprint(b), fmt.Sprintf("%+v", b), fmt.Sprintf("%#v", b), fmt.Sprint(&b)} {
		if strings.Contains(shown, b.AdminSecret) {
			t.Error("the secret shows itself")
		}
	}
}

func TestBootstrapRootKey(t *testing.T) {
	id := "ROOTKEYFORTESTS_1"
	d, _ := bootstrapped(t, directory.BootstrapOptions{AccountID: firstAccount, RootEmail: "root@localhost", RootHash: "$argon2id$x", RootKeyID: id, RootSecret: "a fixed secret"})
	v := d.View(firstAccount)
	key := v.AccessKey(id)
	if key == nil || key.User != "" || !key.Active {
		t.Fatalf("%+v", key)
	}
	if secret, err := v.Secret(key); err != nil || secret != "a fixed secret" {
		t.Error("the secret is another one")
	}
	root := v.AccountRecord().Root
	if len(root.Keys) != 1 || root.Keys[0] != id || root.Login == nil || root.Login.Hash != "$argon2id$x" {
		t.Errorf("%+v", root)
	}
}

func TestBootstrapRefusesBadOptions(t *testing.T) {
	s, sealer := emptyStore(t)
	d := openOver(t, s, sealer)
	for name, o := range map[string]directory.BootstrapOptions{
		"11 digits":          {AccountID: "11112222333", RootEmail: "r@l"},
		"letters":            {AccountID: "11112222333x", RootEmail: "r@l"},
		"no e-mail":          {AccountID: firstAccount},
		"key without secret": {AccountID: firstAccount, RootEmail: "r@l", RootKeyID: "AKIAEXAMPLEEXAMPLE00"},
		"secret without key": {AccountID: firstAccount, RootEmail: "r@l", RootSecret: "hidden"},
		"short key":          {AccountID: firstAccount, RootEmail: "r@l", RootKeyID: "AKIA", RootSecret: "hidden"},
		"key with a slash":   {AccountID: firstAccount, RootEmail: "r@l", RootKeyID: "AKIA/EXAMPLEEXAMPLE", RootSecret: "hidden"},
		"long key":           {AccountID: firstAccount, RootEmail: "r@l", RootKeyID: strings.Repeat("A", 129), RootSecret: "hidden"},
	} {
		_, created, err := d.Bootstrap(t.Context(), o)
		if !errors.Is(err, directory.ErrBootstrap) || created || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if d.FirstAccount() != "" {
		t.Error("an account was made")
	}
}

func TestSetRootPassword(t *testing.T) {
	d, _ := bootstrapped(t, directory.BootstrapOptions{AccountID: firstAccount, RootEmail: "root@localhost"})
	passwords := seal.NewPasswords(seal.Cost{Memory: 8, Passes: 1, Threads: 1})
	set := func(password string) directory.RootUser {
		t.Helper()
		if err := d.SetRootPassword(t.Context(), firstAccount, password, passwords); err != nil {
			t.Fatal(err)
		}
		return d.View(firstAccount).AccountRecord().Root
	}
	first := set("one")
	if ok, err := passwords.Verify(t.Context(), first.Login.Hash, "one"); err != nil || !ok {
		t.Errorf("%v %v", ok, err)
	}
	if first.Generation != 0 {
		t.Error("the first password ends sessions")
	}
	second := set("two")
	if ok, err := passwords.Verify(t.Context(), second.Login.Hash, "one"); err != nil || ok {
		t.Errorf("the old password holds: %v", err)
	}
	if second.Generation != 1 {
		t.Error("a new password leaves sessions")
	}
	t.Run("errors", func(t *testing.T) {
		if err := d.SetRootPassword(t.Context(), "999999999999", "one", passwords); err == nil {
			t.Error("of no account")
		}
		if err := d.SetRootPassword(t.Context(), firstAccount, strings.Repeat("p", seal.MaxPassword+1), passwords); !errors.Is(err, seal.ErrPasswordTooLong) {
			t.Errorf("%v", err)
		}
	})
}
