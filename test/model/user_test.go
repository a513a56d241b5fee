package model

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"pgregory.net/rapid"
)

func (h *history) createUser() {
	name, path := h.pickNew("user", userNames), h.pick("path", paths)
	in := &iam.CreateUserInput{UserName: &name, Path: &path}
	boundary := ""
	if rapid.IntRange(0, 3).Draw(h.T, "bounded") == 0 {
		boundary = h.pickPolicy()
		in.PermissionsBoundary = &boundary
	}
	f := faults{}.when(taken(h.ref.users, name, ""), alreadyExists).when(boundary != "" && h.ref.policyMissing(boundary), noSuchEntity)
	out, err := h.iam.CreateUser(h.Context(), in)
	if h.answered("CreateUser "+name, f, err) {
		h.ref.users[name] = &user{
			grants: grants{id: *out.User.UserId, path: path, boundary: boundary, inline: map[string]string{}, tags: map[string]string{}},
			keys:   map[string]*key{},
		}
	}
}

// updateUser renames or moves a user, which keeps its id and all it has.
func (h *history) updateUser() {
	name, now, path := h.pickNamed("user"), h.pick("new name", userNames), h.pick("path", paths)
	f := faults{}.when(missing(h.ref.users, name), noSuchEntity).when(taken(h.ref.users, now, name), alreadyExists)
	_, err := h.iam.UpdateUser(h.Context(), &iam.UpdateUserInput{UserName: &name, NewUserName: &now, NewPath: &path})
	if h.answered("UpdateUser "+name+" "+now, f, err) {
		u := h.ref.users[name]
		delete(h.ref.users, name)
		u.path = path
		h.ref.users[now] = u
	}
}

func (h *history) deleteUser() {
	name := h.pickNamed("user")
	f := faults{}.when(missing(h.ref.users, name), noSuchEntity)
	if u := h.ref.users[name]; u != nil {
		f = f.when(len(u.keys)+len(u.groups)+len(u.attached)+len(u.inline) > 0, conflict)
	}
	_, err := h.iam.DeleteUser(h.Context(), &iam.DeleteUserInput{UserName: &name})
	if h.answered("DeleteUser "+name, f, err) {
		delete(h.ref.users, name)
	}
}

// emptyUser takes all from a user that keeps it from being deleted, and deletes it.
func (h *history) emptyUser() {
	name := h.pickNamed("user")
	u := h.ref.users[name]
	if u == nil {
		return
	}
	for _, id := range slices.Sorted(maps.Keys(u.keys)) {
		h.deleteKey(name, id)
	}
	for _, g := range slices.Clone(u.groups) {
		h.leave(name, g)
	}
	for _, arn := range slices.Clone(u.attached) {
		h.detachFrom("user", name, arn)
	}
	for _, policy := range slices.Sorted(maps.Keys(u.inline)) {
		h.deleteInlineOf("user", name, policy)
	}
	_, err := h.iam.DeleteUser(h.Context(), &iam.DeleteUserInput{UserName: &name})
	if h.answered("DeleteUser "+name, nil, err) {
		delete(h.ref.users, name)
	}
}

// tagUser: keys are the same without regard to case, and the newest spelling stays.
func (h *history) tagUser() {
	name, tag, value := h.pickNamed("user"), h.pick("tag", []string{"team", "Team", "cost"}), h.pick("value", []string{"", "blue", "red"})
	f := faults{}.when(missing(h.ref.users, name), noSuchEntity)
	_, err := h.iam.TagUser(h.Context(), &iam.TagUserInput{UserName: &name, Tags: []types.Tag{{Key: &tag, Value: &value}}})
	if h.answered("TagUser "+name, f, err) {
		h.removeTag(name, tag)
		h.ref.users[name].tags[tag] = value
	}
}

func (h *history) untagUser() {
	name, tag := h.pickNamed("user"), h.pick("tag", []string{"team", "TEAM", "cost"})
	f := faults{}.when(missing(h.ref.users, name), noSuchEntity)
	_, err := h.iam.UntagUser(h.Context(), &iam.UntagUserInput{UserName: &name, TagKeys: []string{tag}})
	if h.answered("UntagUser "+name, f, err) {
		h.removeTag(name, tag)
	}
}

func (h *history) removeTag(user, tag string) {
	maps.DeleteFunc(h.ref.users[user].tags, func(k, _ string) bool { return strings.EqualFold(k, tag) })
}

func (h *history) createAccessKey() {
	name := h.pickNamed("user")
	f := faults{}.when(missing(h.ref.users, name), noSuchEntity)
	if u := h.ref.users[name]; u != nil {
		f = f.when(len(u.keys) >= maxKeys, limitExceeded)
	}
	out, err := h.iam.CreateAccessKey(h.Context(), &iam.CreateAccessKeyInput{UserName: &name})
	if h.answered("CreateAccessKey "+name, f, err) {
		h.ref.users[name].keys[*out.AccessKey.AccessKeyId] = &key{secret: *out.AccessKey.SecretAccessKey, active: true}
	}
}

// pickKey picks a user and a key that is there, mostly the user's own.
func (h *history) pickKey() (name, id string) {
	name = h.pickNamed("user")
	ids := []string{"AKIANEVERNEVERNEVER2"}
	for _, u := range h.ref.users {
		ids = append(ids, slices.Collect(maps.Keys(u.keys))...)
	}
	slices.Sort(ids)
	id = h.pick("key", ids)
	if owner, _ := h.ref.keyOwner(id); owner != "" && rapid.IntRange(0, 3).Draw(h.T, "of another") > 0 {
		name = owner
	}
	return name, id
}

func (h *history) keyFaults(name, id string) faults {
	owner, _ := h.ref.keyOwner(id)
	return faults{}.when(missing(h.ref.users, name) || owner != name, noSuchEntity)
}

func (h *history) updateAccessKey() {
	name, id := h.pickKey()
	status := types.StatusType(h.pick("status", []string{"Active", "Inactive"}))
	f := h.keyFaults(name, id)
	_, err := h.iam.UpdateAccessKey(h.Context(), &iam.UpdateAccessKeyInput{UserName: &name, AccessKeyId: &id, Status: status})
	if h.answered("UpdateAccessKey of "+name, f, err) {
		h.ref.users[name].keys[id].active = status == types.StatusTypeActive
	}
}

func (h *history) deleteAccessKey() { h.deleteKey(h.pickKey()) }

func (h *history) deleteKey(name, id string) {
	f := h.keyFaults(name, id)
	_, err := h.iam.DeleteAccessKey(h.Context(), &iam.DeleteAccessKeyInput{UserName: &name, AccessKeyId: &id})
	if h.answered("DeleteAccessKey of "+name, f, err) {
		delete(h.ref.users[name].keys, id)
	}
}
