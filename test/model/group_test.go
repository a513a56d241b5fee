package model

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/iam"
)

func (h *history) createGroup() {
	name := h.pickNew("group", groupNames)
	h.newGroup(name, h.pick("path", paths))
}

func (h *history) newGroup(name, path string) {
	f := faults{}.when(taken(h.ref.groups, name, ""), alreadyExists)
	out, err := h.iam.CreateGroup(h.Context(), &iam.CreateGroupInput{GroupName: &name, Path: &path})
	if h.answered("CreateGroup "+name, f, err) {
		h.ref.groups[name] = &group{grants{id: *out.Group.GroupId, path: path, inline: map[string]string{}}}
	}
}

func (h *history) updateGroup() {
	name, now, path := h.pickNamed("group"), h.pick("new name", groupNames), h.pick("path", paths)
	f := faults{}.when(missing(h.ref.groups, name), noSuchEntity).when(taken(h.ref.groups, now, name), alreadyExists)
	_, err := h.iam.UpdateGroup(h.Context(), &iam.UpdateGroupInput{GroupName: &name, NewGroupName: &now, NewPath: &path})
	if h.answered("UpdateGroup "+name+" "+now, f, err) {
		g := h.ref.groups[name]
		delete(h.ref.groups, name)
		g.path = path
		h.ref.groups[now] = g
		for _, u := range h.ref.users {
			u.groups = replace(u.groups, name, now)
		}
	}
}

func (h *history) deleteGroup() {
	name := h.pickNamed("group")
	f := faults{}.when(missing(h.ref.groups, name), noSuchEntity)
	if g := h.ref.groups[name]; g != nil {
		f = f.when(len(h.ref.members(name))+len(g.attached)+len(g.inline) > 0, conflict)
	}
	_, err := h.iam.DeleteGroup(h.Context(), &iam.DeleteGroupInput{GroupName: &name})
	if h.answered("DeleteGroup "+name, f, err) {
		delete(h.ref.groups, name)
	}
}

func (h *history) addUserToGroup() { h.join(h.pickNamed("user"), h.pickNamed("group")) }

// joinAllGroups makes all groups and puts a user into each: one is too many.
func (h *history) joinAllGroups() {
	name := h.pickNamed("user")
	for _, g := range groupNames {
		if !taken(h.ref.groups, g, "") {
			h.newGroup(g, "/")
		}
		h.join(name, named(h.ref.groups, g))
	}
}

func (h *history) join(name, group string) {
	f := faults{}.when(missing(h.ref.users, name) || missing(h.ref.groups, group), noSuchEntity)
	u := h.ref.users[name]
	if u != nil {
		f = f.when(!slices.Contains(u.groups, group) && len(u.groups) >= maxGroups, limitExceeded)
	}
	_, err := h.iam.AddUserToGroup(h.Context(), &iam.AddUserToGroupInput{UserName: &name, GroupName: &group})
	if h.answered("AddUserToGroup "+name+" "+group, f, err) && !slices.Contains(u.groups, group) {
		u.groups = append(u.groups, group)
	}
}

func (h *history) removeUserFromGroup() {
	h.leave(h.pickNamed("user"), h.pickNamed("group"))
}

// leave: taking out who is not in succeeds (differences.md).
func (h *history) leave(name, group string) {
	f := faults{}.when(missing(h.ref.users, name) || missing(h.ref.groups, group), noSuchEntity)
	_, err := h.iam.RemoveUserFromGroup(h.Context(), &iam.RemoveUserFromGroupInput{UserName: &name, GroupName: &group})
	if h.answered("RemoveUserFromGroup "+name+" "+group, f, err) {
		u := h.ref.users[name]
		u.groups = remove(u.groups, group)
	}
}
