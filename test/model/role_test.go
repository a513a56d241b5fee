package model

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// pickTrust picks whom a role trusts: the account or a user, who may not be there.
func (h *history) pickTrust() (document, principal string, f faults) {
	name := named(h.ref.users, h.pick("trusted", append(slices.Clone(userNames), "")))
	arn := "arn:aws:iam::" + h.ref.id + ":root"
	principal = h.ref.id
	if name != "" {
		arn = "arn:aws:iam::" + h.ref.id + ":user/" + name
		u := h.ref.users[name]
		f = f.when(u == nil || u.path != "/", malformed) // no ARN of anybody
		if u != nil {
			principal = u.id
		}
	}
	return trust(arn), principal, f
}

func trust(principal string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + principal + `"},"Action":"sts:AssumeRole"}]}`
}

func (h *history) createRole() {
	name, path := h.pickNew("role", roleNames), h.pick("path", paths)
	document, principal, f := h.pickTrust()
	f = f.when(taken(h.ref.roles, name, ""), alreadyExists)
	out, err := h.iam.CreateRole(h.Context(), &iam.CreateRoleInput{RoleName: &name, Path: &path, AssumeRolePolicyDocument: &document})
	if h.answered("CreateRole "+name, f, err) {
		h.ref.roles[name] = &role{
			grants: grants{id: *out.Role.RoleId, path: path, inline: map[string]string{}, tags: map[string]string{}},
			trusts: principal, maxSession: 3600,
		}
	}
}

func (h *history) updateRole() {
	name := h.pickNamed("role")
	f := faults{}.when(missing(h.ref.roles, name), noSuchEntity)
	_, err := h.iam.UpdateRole(h.Context(), &iam.UpdateRoleInput{RoleName: &name, MaxSessionDuration: aws.Int32(7200)})
	if h.answered("UpdateRole "+name, f, err) {
		h.ref.roles[name].maxSession = 7200
	}
}

func (h *history) updateTrust() {
	name := h.pickNamed("role")
	document, principal, f := h.pickTrust()
	f = f.when(missing(h.ref.roles, name), noSuchEntity)
	_, err := h.iam.UpdateAssumeRolePolicy(h.Context(), &iam.UpdateAssumeRolePolicyInput{RoleName: &name, PolicyDocument: &document})
	if h.answered("UpdateAssumeRolePolicy "+name, f, err) {
		h.ref.roles[name].trusts = principal
	}
}

func (h *history) deleteRole() {
	name := h.pickNamed("role")
	f := faults{}.when(missing(h.ref.roles, name), noSuchEntity)
	if r := h.ref.roles[name]; r != nil {
		f = f.when(len(h.ref.profilesOf(name))+len(r.attached)+len(r.inline) > 0, conflict)
	}
	_, err := h.iam.DeleteRole(h.Context(), &iam.DeleteRoleInput{RoleName: &name})
	if h.answered("DeleteRole "+name, f, err) {
		delete(h.ref.roles, name)
	}
}

func (h *history) createProfile() {
	name, path := h.pick("profile", profileNames), h.pick("path", paths)
	f := faults{}.when(taken(h.ref.profiles, name, ""), alreadyExists)
	out, err := h.iam.CreateInstanceProfile(h.Context(), &iam.CreateInstanceProfileInput{InstanceProfileName: &name, Path: &path})
	if h.answered("CreateInstanceProfile "+name, f, err) {
		h.ref.profiles[name] = &profile{id: *out.InstanceProfile.InstanceProfileId, path: path}
	}
}

func (h *history) deleteProfile() {
	name := h.pick("profile", profileNames)
	f := faults{}.when(missing(h.ref.profiles, name), noSuchEntity)
	if p := h.ref.profiles[name]; p != nil {
		f = f.when(p.role != "", conflict)
	}
	_, err := h.iam.DeleteInstanceProfile(h.Context(), &iam.DeleteInstanceProfileInput{InstanceProfileName: &name})
	if h.answered("DeleteInstanceProfile "+name, f, err) {
		delete(h.ref.profiles, name)
	}
}

func (h *history) addRole() {
	name, role := h.pick("profile", profileNames), h.pickNamed("role")
	f := faults{}.when(missing(h.ref.profiles, name) || missing(h.ref.roles, role), noSuchEntity)
	if p := h.ref.profiles[name]; p != nil {
		f = f.when(p.role != "", limitExceeded)
	}
	_, err := h.iam.AddRoleToInstanceProfile(h.Context(), &iam.AddRoleToInstanceProfileInput{InstanceProfileName: &name, RoleName: &role})
	if h.answered("AddRoleToInstanceProfile "+name+" "+role, f, err) {
		h.ref.profiles[name].role = role
	}
}

func (h *history) removeRole() {
	name, role := h.pick("profile", profileNames), h.pickNamed("role")
	p := h.ref.profiles[name]
	f := faults{}.when(p == nil || p.role != role || missing(h.ref.roles, role), noSuchEntity)
	_, err := h.iam.RemoveRoleFromInstanceProfile(h.Context(), &iam.RemoveRoleFromInstanceProfileInput{InstanceProfileName: &name, RoleName: &role})
	if h.answered("RemoveRoleFromInstanceProfile "+name+" "+role, f, err) {
		p.role = ""
	}
}
