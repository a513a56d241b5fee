package model

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/iam"
)

func (h *history) attach() {
	kind, name := h.pickOwner()
	h.attachTo(kind, name, h.pickPolicy())
}

// attachAll makes all policies and attaches each to one owner: some are too many.
func (h *history) attachAll() {
	kind, name := h.pickOwner()
	for _, policy := range policyNames {
		if h.policyNamed(policy) == "" {
			h.newPolicy(policy, "/")
		}
		h.attachTo(kind, name, h.policyNamed(policy))
	}
}

func (h *history) attachTo(kind, name, arn string) {
	g := h.grantsOf(kind, name)
	f := faults{}.when(g == nil || h.ref.policyMissing(arn), noSuchEntity)
	attached := g != nil && slices.Contains(g.attached, arn)
	f = f.when(g != nil && !attached && len(g.attached) >= maxAttached, limitExceeded)
	var err error
	switch kind {
	case "user":
		_, err = h.iam.AttachUserPolicy(h.Context(), &iam.AttachUserPolicyInput{UserName: &name, PolicyArn: &arn})
	case "group":
		_, err = h.iam.AttachGroupPolicy(h.Context(), &iam.AttachGroupPolicyInput{GroupName: &name, PolicyArn: &arn})
	case "role":
		_, err = h.iam.AttachRolePolicy(h.Context(), &iam.AttachRolePolicyInput{RoleName: &name, PolicyArn: &arn})
	}
	if h.answered("attach to "+kind+" "+name+" "+arn, f, err) && !attached {
		g.attached = append(g.attached, arn)
	}
}

func (h *history) detach() {
	kind, name := h.pickOwner()
	h.detachFrom(kind, name, h.pickPolicy())
}

func (h *history) detachFrom(kind, name, arn string) {
	g := h.grantsOf(kind, name)
	f := faults{}.when(g == nil || !slices.Contains(g.attached, arn), noSuchEntity)
	var err error
	switch kind {
	case "user":
		_, err = h.iam.DetachUserPolicy(h.Context(), &iam.DetachUserPolicyInput{UserName: &name, PolicyArn: &arn})
	case "group":
		_, err = h.iam.DetachGroupPolicy(h.Context(), &iam.DetachGroupPolicyInput{GroupName: &name, PolicyArn: &arn})
	case "role":
		_, err = h.iam.DetachRolePolicy(h.Context(), &iam.DetachRolePolicyInput{RoleName: &name, PolicyArn: &arn})
	}
	if h.answered("detach from "+kind+" "+name+" "+arn, f, err) {
		g.attached = remove(g.attached, arn)
	}
}

func (h *history) putInline() {
	kind, name := h.pickOwner()
	policy, document := h.pick("inline", inlineNames), h.document()
	g := h.grantsOf(kind, name)
	f := faults{}.when(g == nil, noSuchEntity)
	var err error
	switch kind {
	case "user":
		_, err = h.iam.PutUserPolicy(h.Context(), &iam.PutUserPolicyInput{UserName: &name, PolicyName: &policy, PolicyDocument: &document})
	case "group":
		_, err = h.iam.PutGroupPolicy(h.Context(), &iam.PutGroupPolicyInput{GroupName: &name, PolicyName: &policy, PolicyDocument: &document})
	case "role":
		_, err = h.iam.PutRolePolicy(h.Context(), &iam.PutRolePolicyInput{RoleName: &name, PolicyName: &policy, PolicyDocument: &document})
	}
	if h.answered("put a policy of "+kind+" "+name, f, err) {
		g.inline[policy] = document
	}
}

func (h *history) deleteInline() {
	kind, name := h.pickOwner()
	h.deleteInlineOf(kind, name, h.pick("inline", inlineNames))
}

func (h *history) deleteInlineOf(kind, name, policy string) {
	g := h.grantsOf(kind, name)
	f := faults{}.when(g == nil || g.inline[policy] == "", noSuchEntity)
	var err error
	switch kind {
	case "user":
		_, err = h.iam.DeleteUserPolicy(h.Context(), &iam.DeleteUserPolicyInput{UserName: &name, PolicyName: &policy})
	case "group":
		_, err = h.iam.DeleteGroupPolicy(h.Context(), &iam.DeleteGroupPolicyInput{GroupName: &name, PolicyName: &policy})
	case "role":
		_, err = h.iam.DeleteRolePolicy(h.Context(), &iam.DeleteRolePolicyInput{RoleName: &name, PolicyName: &policy})
	}
	if h.answered("delete a policy of "+kind+" "+name, f, err) {
		delete(g.inline, policy)
	}
}

// pickBounded picks a user or role: groups have no boundary.
func (h *history) pickBounded() (kind, name string) {
	kind = h.pick("kind", []string{"user", "role"})
	return kind, h.pickNamed(kind)
}

func (h *history) putBoundary() {
	kind, name := h.pickBounded()
	arn, g := h.pickPolicy(), h.grantsOf(kind, name)
	f := faults{}.when(g == nil || h.ref.policyMissing(arn), noSuchEntity)
	var err error
	if kind == "user" {
		_, err = h.iam.PutUserPermissionsBoundary(h.Context(), &iam.PutUserPermissionsBoundaryInput{UserName: &name, PermissionsBoundary: &arn})
	} else {
		_, err = h.iam.PutRolePermissionsBoundary(h.Context(), &iam.PutRolePermissionsBoundaryInput{RoleName: &name, PermissionsBoundary: &arn})
	}
	if h.answered("put the boundary of "+kind+" "+name, f, err) {
		g.boundary = arn
	}
}

// deleteBoundary: where there is none, nothing changes.
func (h *history) deleteBoundary() {
	kind, name := h.pickBounded()
	g := h.grantsOf(kind, name)
	f := faults{}.when(g == nil, noSuchEntity)
	var err error
	if kind == "user" {
		_, err = h.iam.DeleteUserPermissionsBoundary(h.Context(), &iam.DeleteUserPermissionsBoundaryInput{UserName: &name})
	} else {
		_, err = h.iam.DeleteRolePermissionsBoundary(h.Context(), &iam.DeleteRolePermissionsBoundaryInput{RoleName: &name})
	}
	if h.answered("delete the boundary of "+kind+" "+name, f, err) {
		g.boundary = ""
	}
}
