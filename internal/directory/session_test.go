package directory_test

import (
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// sessionHouse is an account with a root key, the administrator and a role of
// generation 2.
type sessionHouse struct {
	*testing.T
	d                *directory.Directory
	rootKey, userKey string
	user             *directory.User
	role             *directory.Role
}

func newSessionHouse(t *testing.T) *sessionHouse {
	h := &sessionHouse{T: t, rootKey: "ROOTKEYFORTESTS_1"}
	d, b := bootstrapped(t, directory.BootstrapOptions{AccountID: firstAccount, RootEmail: "root@localhost", RootKeyID: h.rootKey, RootSecret: "secret", Admin: true})
	h.d, h.userKey = d, b.AdminKeyID
	h.change(func(tx *directory.Tx) error {
		r, err := tx.CreateRole(directory.NewRole{
			Name: "reader", Path: "/",
			Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`,
		})
		if err != nil {
			return err
		}
		_, err = tx.ChangeRole(r, func(r *directory.Role) { r.Generation = 2 })
		return err
	})
	var err error
	if h.role, err = d.View(firstAccount).Role("reader"); err != nil {
		t.Fatal(err)
	}
	if h.user, err = d.View(firstAccount).User("admin"); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *sessionHouse) change(fn func(tx *directory.Tx) error) {
	h.Helper()
	if err := h.d.Update(h.Context(), firstAccount, fn); err != nil {
		h.Fatal(err)
	}
}

// sessions are one of each kind, with the generation that it was issued for.
func (h *sessionHouse) sessions() map[string]*api.Principal {
	principal := func(kind policy.PrincipalKind, session, entity, entityARN, issuer string) *api.Principal {
		return &api.Principal{
			Principal: policy.Principal{Kind: kind, Account: firstAccount, EntityID: entity, EntityARN: entityARN},
			Session:   &api.Session{Kind: session, Issuer: issuer},
		}
	}
	root, user := directory.RootARN(firstAccount), h.user.ARN(firstAccount)
	return map[string]*api.Principal{
		"role":                   principal(policy.RoleSession, "role", h.role.ID, h.role.ARN(firstAccount), ""),
		"user":                   principal(policy.User, "session", h.user.ID, user, h.userKey),
		"root":                   principal(policy.Root, "session", firstAccount, root, h.rootKey),
		"federated":              principal(policy.FederatedUser, "federation", h.user.ID, user, h.userKey),
		"federated of the root":  principal(policy.FederatedUser, "federation", firstAccount, root, h.rootKey),
		"user by root's key":     principal(policy.User, "session", h.user.ID, user, h.rootKey),
		"root by a user's key":   principal(policy.Root, "session", firstAccount, root, h.userKey),
		"user by no key":         principal(policy.User, "session", h.user.ID, user, ""),
		"role that is not there": principal(policy.RoleSession, "role", "AROAGONE", h.role.ARN(firstAccount), ""),
		"user that is not there": principal(policy.User, "session", "AIDAGONE", user, h.userKey),
		"role id as a user":      principal(policy.User, "session", h.role.ID, h.role.ARN(firstAccount), h.userKey),
		"long-term credentials":  {Principal: policy.Principal{Kind: policy.User, Account: firstAccount, EntityID: h.user.ID, EntityARN: user}},
		"nobody":                 nil,
	}
}

// alive names the sessions that are alive.
func (h *sessionHouse) alive() map[string]bool {
	alive := map[string]bool{}
	for name, p := range h.sessions() {
		generation := 0
		if name == "role" {
			generation = 2
		}
		if h.d.View(firstAccount).SessionAlive(p, generation) {
			alive[name] = true
		}
	}
	return alive
}

// E-24, S-04: what ends a session, and what does not.
func TestSessionAlive(t *testing.T) {
	all := []string{"role", "user", "root", "federated", "federated of the root"}
	for name, c := range map[string]struct {
		change func(h *sessionHouse, tx *directory.Tx) error
		alive  []string
	}{
		"nothing happened": {func(*sessionHouse, *directory.Tx) error { return nil }, all},
		"the role is revoked": {func(h *sessionHouse, tx *directory.Tx) error {
			_, err := tx.ChangeRole(must(tx.Role("reader")), func(r *directory.Role) { r.Generation++ })
			return err
		}, all[1:]},
		"the role is deleted": {func(h *sessionHouse, tx *directory.Tx) error {
			return tx.DeleteRole(must(tx.Role("reader")))
		}, all[1:]},
		"the user is revoked": {func(h *sessionHouse, tx *directory.Tx) error {
			u := must(tx.User("admin")).Clone()
			u.Generation++
			tx.PutUser(u)
			return nil
		}, []string{"role", "root", "federated of the root"}},
		"the user's key is inactive": {func(h *sessionHouse, tx *directory.Tx) error {
			tx.ActivateAccessKey(tx.AccessKey(h.userKey), false)
			return nil
		}, []string{"role", "root", "federated of the root"}},
		"the user has another name": {func(h *sessionHouse, tx *directory.Tx) error {
			return tx.MoveUser(must(tx.User("admin")), "boss", "")
		}, []string{"role", "root", "federated of the root"}},
		"the root user is revoked": {func(h *sessionHouse, tx *directory.Tx) error {
			a := tx.AccountRecord().Clone()
			a.Root.Generation++
			tx.PutAccount(a)
			return nil
		}, []string{"role", "user", "federated"}},
		"the root key is deleted": {func(h *sessionHouse, tx *directory.Tx) error {
			tx.RemoveAccessKey(tx.AccessKey(h.rootKey))
			return nil
		}, []string{"role", "user", "federated"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newSessionHouse(t)
			h.change(func(tx *directory.Tx) error { return c.change(h, tx) })
			alive := h.alive()
			for _, want := range c.alive {
				if !alive[want] {
					t.Errorf("%s is not alive", want)
				}
				delete(alive, want)
			}
			for name := range alive {
				t.Errorf("%s is alive", name)
			}
		})
	}
	t.Run("another account's view", func(t *testing.T) {
		h := newSessionHouse(t)
		for name, p := range h.sessions() {
			if h.d.View("999999999999").SessionAlive(p, 0) {
				t.Errorf("%s is alive", name)
			}
		}
	})
}

// Sessions of users and federated users have no use that IAM tells of.
func TestUseOfNothing(t *testing.T) {
	directory.Use{}.Note("sts", "us-east-1", startTime)
	h := newSessionHouse(t)
	h.d.Use(firstAccount, h.role.ID).Note("sts", "us-east-1", startTime)
	if last, ok := h.d.LastUsed(h.role.ID); !ok || last.Service != "sts" {
		t.Errorf("%+v %v", last, ok)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
