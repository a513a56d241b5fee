package model

import (
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/smithy-go"
	"pgregory.net/rapid"

	"github.com/gatehouse-iam/gatehouse/gatehousetest"
)

// history is a random sequence of calls, made to a server and to the reference.
type history struct {
	*rapid.T
	server *gatehousetest.Account
	iam    *iam.Client
	ref    *account
	calls  int
}

// answered compares a call's answer with what the reference finds wrong with it,
// and says whether the call succeeded.
func (h *history) answered(call string, f faults, err error) bool {
	h.calls++
	if err == nil {
		if len(f) > 0 {
			h.Fatalf("%s succeeded; it should be refused: %v", call, f)
		}
		return true
	}
	var e smithy.APIError
	if !errors.As(err, &e) {
		h.Fatalf("%s: %v", call, err)
	}
	if !slices.Contains(f, e.ErrorCode()) {
		h.Fatalf("%s: %s: %s; it should be refused with one of %v", call, e.ErrorCode(), e.ErrorMessage(), f)
	}
	return false
}

// The names that histories use: few, so that calls meet each other.
var (
	userNames    = []string{"ann", "bob", "eve"}
	groupNames   = []string{"g0", "g1", "g2", "g3", "g4", "g5", "g6", "g7", "g8", "g9", "g10"}
	roleNames    = []string{"reader", "writer"}
	policyNames  = []string{"p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "p10"}
	profileNames = []string{"machine", "worker"}
	inlineNames  = []string{"i0", "i1"}
	paths        = []string{"/", "/a/", "/a/b/"}
	ownerKinds   = []string{"user", "group", "role"}
)

const awsPolicy = "arn:aws:iam::aws:policy/ReadOnlyAccess"

func (h *history) pick(label string, from []string) string {
	return rapid.SampledFrom(from).Draw(h.T, label)
}

// pickNew picks a name to create; now and then in capitals, which collides with
// the same name in small letters.
func (h *history) pickNew(label string, from []string) string {
	if rapid.IntRange(0, 7).Draw(h.T, "capitals") == 0 {
		return strings.ToUpper(h.pick(label, from))
	}
	return h.pick(label, from)
}

// pickPolicy picks the ARN of a policy that is there, mostly.
func (h *history) pickPolicy() string {
	arns := []string{awsPolicy, h.ref.policyARN("/", "never")}
	for arn := range h.ref.policies {
		arns = append(arns, arn, arn)
	}
	slices.Sort(arns)
	return h.pick("policy", arns)
}

// document is an identity policy that can be told from others.
func (h *history) document() string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:` + h.pick("action", []string{"Get*", "Put*", "List*"}) + `","Resource":"*"}]}`
}

// grantsOf are those of an owner, nil where it is not there.
func (h *history) grantsOf(kind, name string) *grants {
	switch {
	case kind == "user" && h.ref.users[name] != nil:
		return &h.ref.users[name].grants
	case kind == "group" && h.ref.groups[name] != nil:
		return &h.ref.groups[name].grants
	case kind == "role" && h.ref.roles[name] != nil:
		return &h.ref.roles[name].grants
	}
	return nil
}

func (h *history) pickOwner() (kind, name string) {
	kind = h.pick("kind", ownerKinds)
	return kind, h.pickNamed(kind)
}

// pickNamed picks a user, group or role, which may not be there. One that is there
// is called as it is spelt: names that differ in case alone are the same.
func (h *history) pickNamed(kind string) string {
	switch kind {
	case "user":
		return named(h.ref.users, h.pick(kind, userNames))
	case "group":
		return named(h.ref.groups, h.pick(kind, groupNames))
	default:
		return named(h.ref.roles, h.pick(kind, roleNames))
	}
}

// actions are the calls of a history.
func (h *history) actions() map[string]func(*rapid.T) {
	steps := map[string]func(){
		"CreateUser": h.createUser, "CreateUser again": h.createUser, "UpdateUser": h.updateUser, "DeleteUser": h.deleteUser,
		"TagUser": h.tagUser, "UntagUser": h.untagUser,
		"CreateAccessKey": h.createAccessKey, "UpdateAccessKey": h.updateAccessKey, "DeleteAccessKey": h.deleteAccessKey,
		"CreateGroup": h.createGroup, "UpdateGroup": h.updateGroup, "DeleteGroup": h.deleteGroup,
		"AddUserToGroup": h.addUserToGroup, "RemoveUserFromGroup": h.removeUserFromGroup, "join all groups": h.joinAllGroups,
		"CreateRole": h.createRole, "UpdateRole": h.updateRole, "UpdateAssumeRolePolicy": h.updateTrust, "DeleteRole": h.deleteRole,
		"CreatePolicy": h.createPolicy, "CreatePolicy again": h.createPolicy, "DeletePolicy": h.deletePolicy,
		"CreatePolicyVersion": h.createVersion, "DeletePolicyVersion": h.deleteVersion, "SetDefaultPolicyVersion": h.setDefaultVersion,
		"AttachPolicy": h.attach, "AttachPolicy again": h.attach, "DetachPolicy": h.detach, "attach all policies": h.attachAll,
		"PutPolicy": h.putInline, "DeleteInlinePolicy": h.deleteInline, "PutPermissionsBoundary": h.putBoundary, "DeletePermissionsBoundary": h.deleteBoundary,
		"CreateInstanceProfile": h.createProfile, "DeleteInstanceProfile": h.deleteProfile, "AddRoleToInstanceProfile": h.addRole,
		"RemoveRoleFromInstanceProfile": h.removeRole, "empty a user": h.emptyUser,
	}
	actions := map[string]func(*rapid.T){}
	for name, step := range steps {
		actions[name] = func(t *rapid.T) {
			h.T = t
			step()
		}
	}
	return actions
}
