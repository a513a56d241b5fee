package directory

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// TestUsersPerAccount and its kind are the quotas of S-05.
func TestUsersPerAccount(t *testing.T) {
	d := openDirectory(t)
	for n := 0; n < maxUsers; n += 50 { // a commit has at most 100 operations
		names := make([]string, 50)
		for i := range names {
			names[i] = fmt.Sprint("user", n+i)
		}
		addUsers(t, d, names...)
	}
	err := d.Update(t.Context(), testAccount, func(tx *Tx) error {
		_, err := tx.CreateUser(NewUser{Name: "more", Path: "/"})
		return err
	})
	expectError(t, err, "LimitExceeded", "Cannot exceed quota for UsersPerAccount: 5000")
	err = d.Update(t.Context(), testAccount, func(tx *Tx) error {
		_, err := tx.CreateUser(NewUser{Name: "USER1", Path: "/"})
		return err
	})
	expectError(t, err, "EntityAlreadyExists", "User with name USER1 already exists.")
}

// TestTwoNodes: transactions on two nodes that cannot both hold. Each pair runs on
// the same records at the same time; one of them must see what the other did.
func TestTwoNodes(t *testing.T) {
	type step struct {
		name string
		do   func(tx *Tx) error
	}
	deleteUser := step{"DeleteUser", withUser("ana", func(tx *Tx, u *User) error { return tx.DeleteUser(u) })}
	for _, c := range []struct {
		first, second step
		refusals      []string // codes that the loser may get
	}{
		{deleteUser, step{"CreateAccessKey", withUser("ana", func(tx *Tx, u *User) error {
			_, _, err := tx.CreateAccessKey(u)
			return err
		})}, []string{"NoSuchEntity", "DeleteConflict"}},
		{deleteUser, step{"AddToGroup", withUser("ana", func(tx *Tx, u *User) error {
			g, err := tx.Group("readers")
			if err != nil {
				return err
			}
			return tx.AddToGroup(u, g)
		})}, []string{"NoSuchEntity", "DeleteConflict"}},
		{step{"DeleteGroup", func(tx *Tx) error {
			g, err := tx.Group("readers")
			if err != nil {
				return err
			}
			return tx.DeleteGroup(g)
		}}, step{"AddToGroup", withUser("ana", func(tx *Tx, u *User) error {
			g, err := tx.Group("readers")
			if err != nil {
				return err
			}
			return tx.AddToGroup(u, g)
		})}, []string{"NoSuchEntity", "DeleteConflict"}},
		{step{"CreateUser", func(tx *Tx) error {
			_, err := tx.CreateUser(NewUser{Name: "zoe", Path: "/"})
			return err
		}}, step{"MoveUser", withUser("ana", func(tx *Tx, u *User) error { return tx.MoveUser(u, "ZOE", "") })}, []string{"EntityAlreadyExists"}},
	} {
		t.Run(c.first.name+" and "+c.second.name, func(t *testing.T) {
			s := openStore(t)
			nodes := [2]*Directory{openNode(t, s), openNode(t, s)}
			bootstrap(t, nodes[0])
			addUsers(t, nodes[0], "ana")
			addGroups(t, nodes[0], "readers")
			if err := nodes[1].catchUp(t.Context()); err != nil {
				t.Fatal(err)
			}
			// The second node's transaction starts before the first one's commit.
			runs := 0
			err := nodes[1].Update(t.Context(), testAccount, func(tx *Tx) error {
				err := c.second.do(tx)
				if runs++; runs == 1 {
					if err != nil {
						t.Errorf("%s alone: %v", c.second.name, err)
					}
					change(t, nodes[0], c.first.do)
				}
				return err
			})
			e, ok := err.(*api.Error)
			if !ok || !slices.Contains(c.refusals, e.Code) {
				t.Errorf("%s after %s: %v", c.second.name, c.first.name, err)
			}
		})
	}
}

// TestRenamedUser: nothing is lost when the new name sorts before or after the old
// one, neither in the running state nor in one that is loaded anew.
func TestRenamedUser(t *testing.T) {
	for _, name := range []string{"abe", "zoe", "ANA"} {
		t.Run(name, func(t *testing.T) {
			s := openStore(t)
			d := openNode(t, s)
			bootstrap(t, d)
			addUsers(t, d, "ana")
			addGroups(t, d, "readers")
			var id, group string
			change(t, d, withUser("ana", func(tx *Tx, u *User) error {
				g, err := tx.Group("readers")
				if err != nil {
					return err
				}
				id, group = u.ID, g.ID
				return tx.AddToGroup(u, g)
			}))
			change(t, d, withUser("ana", func(tx *Tx, u *User) error { return tx.AttachUserPolicy(u, AdministratorAccess) }))
			change(t, d, withUser("ana", func(tx *Tx, u *User) error { return tx.MoveUser(u, name, "/ops/") }))
			for _, d := range []*Directory{d, openNode(t, s)} {
				v := d.View(testAccount)
				u := v.UserByID(id)
				if u == nil || u.Name != name || u.Path != "/ops/" || v.Counts().Users != 1 {
					t.Fatalf("user by id %v of %d", u, v.Counts().Users)
				}
				members, attached := slices.Collect(v.Members(group)), slices.Collect(v.Attached(AdministratorAccess))
				if len(members) != 1 || members[0] != u || !slices.Equal(attached, []string{id}) {
					t.Errorf("%d members, attached to %v", len(members), attached)
				}
			}
		})
	}
}

// TestUserChangesCopy: a state that a reader holds never changes.
func TestUserChangesCopy(t *testing.T) {
	d := openDirectory(t)
	addUsers(t, d, "ana")
	addGroups(t, d, "readers")
	change(t, d, withUser("ana", func(tx *Tx, u *User) error {
		return tx.TagUser(u, []api.Tag{{Key: "a", Value: "1"}, {Key: "b", Value: "2"}})
	}))
	v := d.View(testAccount)
	before, err := v.User("ana")
	if err != nil {
		t.Fatal(err)
	}
	change(t, d, withUser("ana", func(tx *Tx, u *User) error {
		tx.UntagUser(u, []string{"a"})
		u, err := tx.User("ana")
		if err != nil {
			return err
		}
		g, err := tx.Group("readers")
		if err != nil {
			return err
		}
		if err := tx.AddToGroup(u, g); err != nil {
			return err
		}
		if u, err = tx.User("ana"); err != nil {
			return err
		}
		return tx.TagUser(u, []api.Tag{{Key: "b", Value: "3"}})
	}))
	if !slices.Equal(before.Tags, []api.Tag{{Key: "a", Value: "1"}, {Key: "b", Value: "2"}}) || len(before.Groups) != 0 {
		t.Errorf("the old state has tags %v and groups %v", before.Tags, before.Groups)
	}
	after, err := d.View(testAccount).User("ana")
	if err != nil || !slices.Equal(after.Tags, []api.Tag{{Key: "b", Value: "3"}}) || len(after.Groups) != 1 {
		t.Errorf("the new state has tags %v and groups %v: %v", after.Tags, after.Groups, err)
	}
}
