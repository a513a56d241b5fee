package directory

import (
	"fmt"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// compiledUses reads what decisions read: everybody's identity side, and the trust
// policy of app.
func compiledUses(d *Directory) {
	v := d.View(testAccount)
	for u := range v.Users("") {
		v.UserPolicies(u)
	}
	app := v.role("app")
	v.RolePolicies(app)
	app.Trust.Compile(policy.Trust, app.ARN(testAccount))
}

// A change compiles its own document, once, however many principals it concerns;
// and what a change leaves as it was stays compiled.
func TestAChangeCompilesItsOwnDocument(t *testing.T) {
	const managed = testARN + ":policy/Managed"
	for name, c := range map[string]struct {
		change func(tx *Tx) error
		want   int64
	}{
		"version in force": {func(tx *Tx) error {
			_, err := tx.AddVersion(must(tx.CustomerPolicy(managed)), allowing("New"), true)
			return err
		}, 1},
		"version that is not in force": {func(tx *Tx) error {
			_, err := tx.AddVersion(must(tx.CustomerPolicy(managed)), allowing("New"), false)
			return err
		}, 0},
		"policy tagged": {func(tx *Tx) error {
			return tx.TagPolicy(must(tx.CustomerPolicy(managed)), []api.Tag{{Key: "a", Value: "b"}})
		}, 0},
		"policy attached once more": {func(tx *Tx) error { return tx.AttachRolePolicy(must(tx.Role("app")), testARN+":policy/Grouped") }, 0},
		"user tagged": {func(tx *Tx) error {
			return tx.TagUser(must(tx.User("ana")), []api.Tag{{Key: "a", Value: "b"}})
		}, 0},
		"role tagged": {func(tx *Tx) error {
			return tx.TagRole(must(tx.Role("app")), []api.Tag{{Key: "a", Value: "b"}})
		}, 0},
		"group's attachment": {func(tx *Tx) error { return tx.DetachGroupPolicy(must(tx.Group("readers")), testARN+":policy/Grouped") }, 0},
		"inline policy":      {func(tx *Tx) error { return tx.PutUserPolicy(must(tx.User("ana")), "in", allowing("New")) }, 1},
		"another inline policy": {func(tx *Tx) error {
			return tx.PutUserPolicy(must(tx.User("ana")), "in2", allowing("New"))
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			d := effectiveHouse(t)
			for i := range 40 {
				addUsers(t, d, fmt.Sprintf("user-%d", i))
				change(t, d, func(tx *Tx) error { return tx.AttachUserPolicy(must(tx.User(fmt.Sprintf("user-%d", i))), managed) })
			}
			compiledUses(d)
			before := Compilations()
			change(t, d, c.change)
			compiledUses(d)
			if got := Compilations() - before; got != c.want {
				t.Errorf("%d documents compiled, want %d", got, c.want)
			}
		})
	}
}

// A version that comes into force is compiled before anybody sees it, where its
// predecessor was in use; what nobody uses is not.
func TestAVersionInForceComesCompiled(t *testing.T) {
	for name, used := range map[string]bool{"in use": true, "unused": false} {
		t.Run(name, func(t *testing.T) {
			d := effectiveHouse(t)
			if used {
				compiledUses(d)
			}
			change(t, d, func(tx *Tx) error {
				_, err := tx.AddVersion(must(tx.CustomerPolicy(testARN+":policy/Managed")), allowing("New"), true)
				return err
			})
			document := d.View(testAccount).policy("Managed").DefaultVersion().Document
			if got := document.compiled.Load() != nil; got != used {
				t.Errorf("compiled: %v", got)
			}
			if p, err := document.Compile(policy.Identity, ""); err != nil || used && p.Name() != testARN+":policy/Managed" {
				t.Errorf("%v, %v", p, err)
			}
		})
	}
}

// A policy that comes again under its name is another policy: it keeps nothing.
func TestADeletedPolicysDocumentIsNotKept(t *testing.T) {
	d := effectiveHouse(t)
	change(t, d, func(tx *Tx) error {
		_, err := tx.CreatePolicy(Entity{Name: "Again", Path: "/a/"}, "", allowing("New"))
		return err
	})
	first := d.View(testAccount).policy("Again").DefaultVersion().Document
	first.Compile(policy.Identity, testARN+":policy/a/Again")
	change(t, d, func(tx *Tx) error { return tx.DeletePolicy(must(tx.CustomerPolicy(testARN + ":policy/a/Again"))) })
	change(t, d, func(tx *Tx) error {
		_, err := tx.CreatePolicy(Entity{Name: "Again", Path: "/b/"}, "", allowing("New"))
		return err
	})
	if p, err := d.View(testAccount).CompiledPolicy(testARN + ":policy/b/Again"); err != nil || p.Name() != testARN+":policy/b/Again" {
		t.Errorf("%v, %v", p, err)
	}
}
