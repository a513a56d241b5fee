package directory

import (
	"fmt"
	"testing"
)

func TestGroupsPerAccount(t *testing.T) {
	d := openDirectory(t)
	for n := 0; n < maxGroups; n += 50 {
		names := make([]string, 50)
		for i := range names {
			names[i] = fmt.Sprint("group", n+i)
		}
		addGroups(t, d, names...)
	}
	err := d.Update(t.Context(), testAccount, func(tx *Tx) error {
		_, err := tx.CreateGroup("more", "/")
		return err
	})
	expectError(t, err, "LimitExceeded", "Cannot exceed quota for GroupsPerAccount: 300")
}

// TestMoveGroupKeepsMembers: memberships name the group's id.
func TestMoveGroupKeepsMembers(t *testing.T) {
	d := openDirectory(t)
	addUsers(t, d, "ana")
	addGroups(t, d, "readers", "writers")
	change(t, d, withUser("ana", func(tx *Tx, u *User) error {
		g, err := tx.Group("readers")
		if err != nil {
			return err
		}
		return tx.AddToGroup(u, g)
	}))
	move := func(name string) error {
		return d.Update(t.Context(), testAccount, func(tx *Tx) error {
			g, err := tx.Group("readers")
			if err != nil {
				return err
			}
			return tx.MoveGroup(g, name, "")
		})
	}
	expectError(t, move("Writers"), "EntityAlreadyExists", "Group with name Writers already exists.")
	if err := move("authors"); err != nil {
		t.Fatal(err)
	}
	v := d.View(testAccount)
	u, err := v.User("ana")
	if err != nil {
		t.Fatal(err)
	}
	if groups := v.GroupsOf(u); len(groups) != 1 || groups[0].Name != "authors" || groups[0].Members != 1 {
		t.Errorf("groups %v", groups)
	}
}
