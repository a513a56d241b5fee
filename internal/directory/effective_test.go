package directory

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// allowing is a document that allows one action of S3.
func allowing(action string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:` + action + `","Resource":"*"}]}`
}

// allowed are the actions that the identity side allows, and the boundary does not
// keep from it.
func allowed(e *Effective) (actions []string) {
	for _, action := range []string{"Managed", "Grouped", "Inline", "GroupInline", "New"} {
		r := &policy.Request{Principal: &policy.Principal{Kind: policy.User, Account: testAccount}, Action: "s3:" + action, Resource: "arn:aws:s3:::b"}
		if policy.Decide(r, &policy.Set{Identity: e.Identity, Boundary: e.Boundary}).Outcome == policy.Allowed {
			actions = append(actions, action)
		}
	}
	return actions
}

// effectiveHouse has ana with a policy of every origin.
func effectiveHouse(t *testing.T) *Directory {
	t.Helper()
	d := openDirectory(t)
	addUsers(t, d, "ana")
	addGroups(t, d, "readers")
	addRoles(t, d, "app")
	change(t, d, func(tx *Tx) error {
		for _, name := range []string{"Managed", "Grouped"} {
			if _, err := tx.CreatePolicy(Entity{Name: name, Path: "/"}, "", allowing(name)); err != nil {
				return err
			}
		}
		if err := tx.AttachUserPolicy(must(tx.User("ana")), testARN+":policy/Managed"); err != nil {
			return err
		}
		if err := tx.AttachGroupPolicy(must(tx.Group("readers")), testARN+":policy/Grouped"); err != nil {
			return err
		}
		if err := tx.PutUserPolicy(must(tx.User("ana")), "in", allowing("Inline")); err != nil {
			return err
		}
		if err := tx.PutGroupPolicy(must(tx.Group("readers")), "in", allowing("GroupInline")); err != nil {
			return err
		}
		if err := tx.AttachRolePolicy(must(tx.Role("app")), testARN+":policy/Managed"); err != nil {
			return err
		}
		return tx.AddToGroup(must(tx.User("ana")), must(tx.Group("readers")))
	})
	return d
}

// effectiveChanges are what changes the identity side of ana, and what it then
// allows.
var effectiveChanges = map[string]struct {
	change  func(tx *Tx) error
	allowed []string
}{
	"nothing":  {func(*Tx) error { return nil }, []string{"Managed", "Grouped", "Inline", "GroupInline"}},
	"detached": {func(tx *Tx) error { return tx.DetachUserPolicy(must(tx.User("ana")), testARN+":policy/Managed") }, []string{"Grouped", "Inline", "GroupInline"}},
	"detached from the group": {func(tx *Tx) error {
		return tx.DetachGroupPolicy(must(tx.Group("readers")), testARN+":policy/Grouped")
	}, []string{"Managed", "Inline", "GroupInline"}},
	"out of the group": {func(tx *Tx) error {
		tx.RemoveFromGroup(must(tx.User("ana")), must(tx.Group("readers")))
		return nil
	}, []string{"Managed", "Inline"}},
	"inline policy replaced":    {func(tx *Tx) error { return tx.PutUserPolicy(must(tx.User("ana")), "in", allowing("New")) }, []string{"Managed", "Grouped", "GroupInline", "New"}},
	"inline policy deleted":     {func(tx *Tx) error { return tx.DeleteUserPolicy(must(tx.User("ana")), "in") }, []string{"Managed", "Grouped", "GroupInline"}},
	"group's inline policy new": {func(tx *Tx) error { return tx.PutGroupPolicy(must(tx.Group("readers")), "in", allowing("New")) }, []string{"Managed", "Grouped", "Inline", "New"}},
	"version that is not in force": {func(tx *Tx) error {
		_, err := tx.AddVersion(must(tx.CustomerPolicy(testARN+":policy/Managed")), allowing("New"), false)
		return err
	}, []string{"Managed", "Grouped", "Inline", "GroupInline"}},
	"version in force": {func(tx *Tx) error {
		_, err := tx.AddVersion(must(tx.CustomerPolicy(testARN+":policy/Managed")), allowing("New"), true)
		return err
	}, []string{"Grouped", "Inline", "GroupInline", "New"}},
	"group's policy switched": {func(tx *Tx) error {
		if _, err := tx.AddVersion(must(tx.CustomerPolicy(testARN+":policy/Grouped")), allowing("New"), false); err != nil {
			return err
		}
		return tx.SetDefaultVersion(must(tx.CustomerPolicy(testARN+":policy/Grouped")), "v2")
	}, []string{"Managed", "Inline", "GroupInline", "New"}},
	"boundary": {func(tx *Tx) error {
		return tx.SetUserBoundary(must(tx.User("ana")), testARN+":policy/Grouped")
	}, []string{"Grouped"}},
	"boundary of AWS": {func(tx *Tx) error { return tx.SetUserBoundary(must(tx.User("ana")), AdministratorAccess) }, []string{"Managed", "Grouped", "Inline", "GroupInline"}},
	"group renamed":   {func(tx *Tx) error { return tx.MoveGroup(must(tx.Group("readers")), "writers", "/w/") }, []string{"Managed", "Grouped", "Inline", "GroupInline"}},
}

// E-24: whatever is changed counts at once; nothing that is cached outlives it, on
// the other node neither.
func TestEffectiveIsNeverOld(t *testing.T) {
	for name, c := range effectiveChanges {
		t.Run(name, func(t *testing.T) {
			d := effectiveHouse(t)
			other := openNode(t, d.store)
			for _, d := range []*Directory{d, other} { // cached
				d.View(testAccount).UserPolicies(d.View(testAccount).user("ana"))
			}
			change(t, d, c.change)
			if err := other.catchUp(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, d := range []*Directory{d, other} {
				v := d.View(testAccount)
				if got := allowed(v.UserPolicies(v.user("ana"))); !slices.Equal(got, c.allowed) {
					t.Errorf("it allows %v, want %v", got, c.allowed)
				}
			}
		})
	}
}

// In a transaction, what it has staged decides, and none of that is cached.
func TestEffectiveOfATransaction(t *testing.T) {
	for name, c := range effectiveChanges {
		t.Run(name, func(t *testing.T) {
			d := effectiveHouse(t)
			before := d.View(testAccount)
			failed := fmt.Errorf("undone")
			err := d.Update(t.Context(), testAccount, func(tx *Tx) error {
				if err := c.change(tx); err != nil {
					return err
				}
				want := c.allowed
				if name == "group renamed" { // by id, what a transaction renamed is not found: it decides before it stages
					want = []string{"Managed", "Inline"}
				}
				if got := allowed(tx.UserPolicies(must(tx.User("ana")))); !slices.Equal(got, want) {
					t.Errorf("in the transaction it allows %v, want %v", got, want)
				}
				return failed
			})
			if err != failed {
				t.Fatal(err)
			}
			if got := allowed(before.UserPolicies(before.user("ana"))); !slices.Equal(got, effectiveChanges["nothing"].allowed) {
				t.Errorf("after it was undone: %v", got)
			}
		})
	}
}

// An identity side is built once for a state of the account.
func TestEffectiveIsKept(t *testing.T) {
	d := effectiveHouse(t)
	v := d.View(testAccount)
	first := v.UserPolicies(v.user("ana"))
	if again := d.View(testAccount).UserPolicies(v.user("ana")); again != first {
		t.Error("it was built again for the same state")
	}
	role := v.RolePolicies(v.role("app"))
	if again := v.RolePolicies(v.role("app")); again != role || role == first || !slices.Equal(allowed(role), []string{"Managed"}) {
		t.Error("the role's was built again, or is the user's")
	}
	addUsers(t, d, "bob")
	now := d.View(testAccount)
	if again := now.UserPolicies(now.user("ana")); again == first || !slices.Equal(again.Identity, first.Identity) {
		t.Error("a new state has the old side, or compiled its documents anew")
	}
	if old := v.UserPolicies(v.user("ana")); !slices.Equal(allowed(old), allowed(first)) {
		t.Error("the old state changed")
	}
}

// A view of no account keeps nothing: a failed directory and a later one share no
// identity side.
func TestEffectiveOfNoAccount(t *testing.T) {
	d := effectiveHouse(t)
	ana := d.View(testAccount).user("ana")
	empty := d.View("999999999999")
	if e := empty.UserPolicies(ana); len(e.Boundary) != 0 || e.Unreadable == "" {
		t.Errorf("another account's view allows %v", allowed(e))
	}
	if e := empty.UserPolicies(ana); e == empty.UserPolicies(ana) {
		t.Error("it is kept")
	}
}

func TestEffectiveTags(t *testing.T) {
	d := effectiveHouse(t)
	tags := []api.Tag{{Key: "team", Value: "blue"}}
	change(t, d, func(tx *Tx) error {
		if err := tx.TagUser(must(tx.User("ana")), tags); err != nil {
			return err
		}
		return tx.TagRole(must(tx.Role("app")), tags)
	})
	v := d.View(testAccount)
	if u, r := v.UserPolicies(v.user("ana")), v.RolePolicies(v.role("app")); !slices.Equal(u.Tags, tags) || !slices.Equal(r.Tags, tags) {
		t.Errorf("tags %v and %v", u.Tags, r.Tags)
	}
}

// E-25: a policy that cannot be compiled, or is attached but not there, names
// itself, wherever it stands.
func TestEffectiveUnreadable(t *testing.T) {
	const bad = `{"Statement":`
	user := func(grants Grants, groups ...string) *User {
		return &User{Entity: Entity{Version: recordVersion, ID: "AIDABAD", Name: "bad", Path: "/"}, Grants: grants, Groups: groups}
	}
	badPolicy := &Policy{Entity: Entity{Version: recordVersion, ID: "ANPABAD", Name: "bad", Path: "/"}, Default: 1, Versions: []PolicyVersion{{Number: 1, Document: NewDocument(bad)}}}
	badGroup := &Group{Entity: Entity{Version: recordVersion, ID: "AGPABAD", Name: "bad", Path: "/"}, Grants: Grants{Inline: []Inline{{"gin", NewDocument(bad)}}}}
	for name, c := range map[string]struct {
		user       *User
		unreadable string
	}{
		"attached":             {user(Grants{Attached: []string{testARN + ":policy/bad"}}), testARN + ":policy/bad"},
		"not there":            {user(Grants{Attached: []string{testARN + ":policy/gone"}}), testARN + ":policy/gone"},
		"under another path":   {user(Grants{Attached: []string{testARN + ":policy/x/bad"}}), testARN + ":policy/x/bad"},
		"of another account":   {user(Grants{Attached: []string{"arn:aws:iam::999999999999:policy/bad"}}), "arn:aws:iam::999999999999:policy/bad"},
		"of AWS and not there": {user(Grants{Attached: []string{"arn:aws:iam::aws:policy/NoSuchPolicy"}}), "arn:aws:iam::aws:policy/NoSuchPolicy"},
		"inline":               {user(Grants{Inline: []Inline{{"in", NewDocument(bad)}}}), "in"},
		"boundary":             {user(Grants{Boundary: testARN + ":policy/bad"}), testARN + ":policy/bad"},
		"boundary not there":   {user(Grants{Boundary: testARN + ":policy/gone"}), testARN + ":policy/gone"},
		"the group's":          {user(Grants{}, "AGPABAD"), "gin"},
		"beside a good one":    {user(Grants{Attached: []string{testARN + ":policy/bad", testReadOnly}}), testARN + ":policy/bad"},
		"none":                 {user(Grants{Attached: []string{testReadOnly}, Boundary: testReadOnly}), ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := openDirectory(t)
			change(t, d, func(tx *Tx) error {
				tx.policy("bad")
				tx.PutPolicy(badPolicy)
				tx.group("bad")
				tx.PutGroup(badGroup)
				tx.user("bad")
				tx.PutUser(c.user)
				return nil
			})
			v := d.View(testAccount)
			if e := v.UserPolicies(v.user("bad")); e.Unreadable != c.unreadable {
				t.Errorf("unreadable %q, want %q", e.Unreadable, c.unreadable)
			}
		})
	}
}

// Readers of one identity side, while it is built and while it changes.
func TestEffectiveIsShared(t *testing.T) {
	d := effectiveHouse(t)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 200 {
				v := d.View(testAccount)
				if got := allowed(v.UserPolicies(v.user("ana"))); !slices.Contains(got, "Managed") || len(got) < 3 {
					t.Errorf("it allows %v", got)
				}
			}
		})
	}
	for i := range 20 {
		change(t, d, func(tx *Tx) error {
			return tx.PutUserPolicy(must(tx.User("ana")), "in", allowing([]string{"Inline", "New"}[i%2]))
		})
	}
	wait.Wait()
}

// Other entities that share a slot of the cache take it from each other, and are
// never taken for each other.
func TestSidesThatShareASlot(t *testing.T) {
	d := openDirectory(t)
	c := d.sides
	mark := d.Mark(testAccount)
	first := "AIDA0"
	second := ""
	for i := 1; second == ""; i++ {
		if id := fmt.Sprint("AIDA", i); c.slot(id) == c.slot(first) {
			second = id
		}
	}
	one, two := &Effective{mark: mark}, &Effective{mark: mark}
	c.store(first, one)
	if c.load(first, mark) != one || c.load(second, mark) != nil {
		t.Error("a slot answers for another entity")
	}
	c.store(second, two)
	if c.load(first, mark) != nil || c.load(second, mark) != two || c.load(second, Mark{}) != nil {
		t.Error("a slot answers for the entity that lost it, or for another state")
	}
}
