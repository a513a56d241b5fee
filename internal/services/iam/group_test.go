package iam

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

func TestCreateGroup(t *testing.T) {
	f := newFixture(t)
	out := did[iam.CreateGroupOutput](f, "CreateGroup", &iam.CreateGroupInput{GroupName: ptr("Readers"), Path: ptr("/ops/")}).Group
	if *out.GroupName != "Readers" || *out.Arn != "arn:aws:iam::111122223333:group/ops/Readers" || !out.CreateDate.Equal(start) {
		t.Errorf("group %s %s", *out.GroupName, *out.Arn)
	}
	if len(*out.GroupId) != 21 || !strings.HasPrefix(*out.GroupId, "AGPA") {
		t.Errorf("id %s", *out.GroupId)
	}
	f.refused("CreateGroup", &iam.CreateGroupInput{GroupName: ptr("readers")}, 409, "EntityAlreadyExists", "Group with name readers already exists.")
	f.refused("CreateGroup", &iam.CreateGroupInput{GroupName: ptr("a/b")}, 400, "ValidationError",
		"The specified value for groupName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-")
}

// TestMissingGroup is the row of 1.2, and that a missing user is named after it.
func TestMissingGroup(t *testing.T) {
	f := newFixture(t)
	f.addGroup("g")
	f.addUser("ana")
	x, g, ana := ptr("none"), ptr("g"), ptr("ana")
	for name, in := range map[string]any{
		"GetGroup":            &iam.GetGroupInput{GroupName: x},
		"UpdateGroup":         &iam.UpdateGroupInput{GroupName: x},
		"DeleteGroup":         &iam.DeleteGroupInput{GroupName: x},
		"AddUserToGroup":      &iam.AddUserToGroupInput{GroupName: x, UserName: ana},
		"RemoveUserFromGroup": &iam.RemoveUserFromGroupInput{GroupName: x, UserName: ana},
	} {
		f.refused(name, in, 404, "NoSuchEntity", "The group with name none cannot be found.")
	}
	for name, in := range map[string]any{
		"AddUserToGroup":      &iam.AddUserToGroupInput{GroupName: g, UserName: x},
		"RemoveUserFromGroup": &iam.RemoveUserFromGroupInput{GroupName: g, UserName: x},
		"ListGroupsForUser":   &iam.ListGroupsForUserInput{UserName: x},
	} {
		f.refused(name, in, 404, "NoSuchEntity", "The user with name none cannot be found.")
	}
}

func TestMembership(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana", "bob")
	f.addGroup("readers", "writers")
	members := func(group string) string {
		out := did[iam.GetGroupOutput](f, "GetGroup", &iam.GetGroupInput{GroupName: &group})
		g, err := f.directory.View(accountID).Group(group)
		if err != nil || g.Members != len(out.Users) {
			t.Errorf("the group counts %d members of %d: %v", g.Members, len(out.Users), err)
		}
		return fmt.Sprint(len(out.Users))
	}
	groups := func(user string) string {
		out := did[iam.ListGroupsForUserOutput](f, "ListGroupsForUser", &iam.ListGroupsForUserInput{UserName: &user})
		return strings.Join(namesOf(out.Groups, func(g iam.Group) *string { return g.GroupName }), " ")
	}
	leave := func(user, group string) {
		did[iam.RemoveUserFromGroupOutput](f, "RemoveUserFromGroup", &iam.RemoveUserFromGroupInput{GroupName: &group, UserName: &user})
	}
	f.join("ana", "readers", "writers")
	f.join("bob", "readers")
	f.join("BOB", "READERS") // again: nothing changes
	if members("readers") != "2" || members("writers") != "1" || groups("ana") != "readers writers" {
		t.Errorf("readers %s, writers %s, ana in %s", members("readers"), members("writers"), groups("ana"))
	}
	leave("bob", "writers") // was not in it: nothing changes
	leave("ana", "readers")
	leave("ana", "readers")
	if members("readers") != "1" || members("writers") != "1" || groups("ana") != "writers" || groups("bob") != "readers" {
		t.Errorf("readers %s, writers %s, ana in %s", members("readers"), members("writers"), groups("ana"))
	}
}

func TestGroupsPerUser(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	for i := range 11 {
		f.addGroup(fmt.Sprint("g", i))
	}
	for i := range 10 {
		f.join("ana", fmt.Sprint("g", i))
	}
	f.refused("AddUserToGroup", &iam.AddUserToGroupInput{GroupName: ptr("g10"), UserName: ptr("ana")}, 409, "LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10")
	f.join("ana", "g3") // a member already
}

func TestUpdateGroup(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	f.addGroup("readers", "writers")
	f.join("ana", "readers")
	f.refused("UpdateGroup", &iam.UpdateGroupInput{GroupName: ptr("readers"), NewGroupName: ptr("WRITERS")}, 409, "EntityAlreadyExists", "Group with name WRITERS already exists.")
	id := *did[iam.GetGroupOutput](f, "GetGroup", &iam.GetGroupInput{GroupName: ptr("readers")}).Group.GroupId
	for _, c := range []struct{ name, newName, arn string }{
		{"readers", "Readers", "arn:aws:iam::111122223333:group/ops/Readers"},
		{"readers", "zoo", "arn:aws:iam::111122223333:group/ops/zoo"},
		{"zoo", "abc", "arn:aws:iam::111122223333:group/ops/abc"},
	} {
		did[iam.UpdateGroupOutput](f, "UpdateGroup", &iam.UpdateGroupInput{GroupName: &c.name, NewGroupName: &c.newName, NewPath: ptr("/ops/")})
		out := did[iam.GetGroupOutput](f, "GetGroup", &iam.GetGroupInput{GroupName: &c.newName})
		if *out.Group.GroupId != id || *out.Group.Arn != c.arn || len(out.Users) != 1 {
			t.Errorf("group %s %s with %d members", *out.Group.GroupId, *out.Group.Arn, len(out.Users))
		}
		of := did[iam.ListGroupsForUserOutput](f, "ListGroupsForUser", &iam.ListGroupsForUserInput{UserName: ptr("ana")})
		if len(of.Groups) != 1 || *of.Groups[0].GroupName != c.newName {
			t.Errorf("ana is in %v", of.Groups)
		}
	}
}

// TestDeleteGroup: each refusal is a row of 1.4.
func TestDeleteGroup(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	f.addGroup("readers")
	f.join("ana", "readers")
	in := &iam.DeleteGroupInput{GroupName: ptr("readers")}
	f.refused("DeleteGroup", in, 409, "DeleteConflict", "Cannot delete entity, must remove users from group first.")
	did[iam.RemoveUserFromGroupOutput](f, "RemoveUserFromGroup", &iam.RemoveUserFromGroupInput{GroupName: ptr("readers"), UserName: ptr("ana")})

	setGrants := func(g directory.Grants) {
		f.change(func(tx *directory.Tx) error {
			group, err := tx.Group("readers")
			c := group.Clone()
			c.Grants = g
			tx.PutGroup(c)
			return err
		})
	}
	setGrants(directory.Grants{Inline: []directory.Inline{{Name: "p", Document: directory.NewDocument("{}")}}})
	f.refused("DeleteGroup", in, 409, "DeleteConflict", "Cannot delete entity, must delete policies first.")
	setGrants(directory.Grants{Attached: []string{directory.AdministratorAccess}})
	f.refused("DeleteGroup", in, 409, "DeleteConflict", "Cannot delete entity, must detach all policies first.")
	setGrants(directory.Grants{})
	did[iam.DeleteGroupOutput](f, "DeleteGroup", in)
	if out := did[iam.ListGroupsOutput](f, "ListGroups", &iam.ListGroupsInput{}); len(out.Groups) != 0 {
		t.Errorf("groups %v", out.Groups)
	}
}

func TestListGroups(t *testing.T) {
	f := newFixture(t)
	f.addGroup("b", "A")
	did[iam.CreateGroupOutput](f, "CreateGroup", &iam.CreateGroupInput{GroupName: ptr("c"), Path: ptr("/ops/")})
	for prefix, want := range map[string]string{"/": "A b c", "/ops/": "c", "/o": "c", "/x/": ""} {
		out := did[iam.ListGroupsOutput](f, "ListGroups", &iam.ListGroupsInput{PathPrefix: &prefix})
		if got := strings.Join(namesOf(out.Groups, func(g iam.Group) *string { return g.GroupName }), " "); got != want {
			t.Errorf("under %s: %s, want %s", prefix, got, want)
		}
	}
}
