package model

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"pgregory.net/rapid"
)

func (h *history) createPolicy() { h.newPolicy(h.pick("policy", policyNames), h.pick("path", paths)) }

// newPolicy: names are unique in the account, whatever the path.
func (h *history) newPolicy(name, path string) {
	document := h.document()
	f := faults{}.when(h.policyNamed(name) != "", alreadyExists)
	out, err := h.iam.CreatePolicy(h.Context(), &iam.CreatePolicyInput{PolicyName: &name, Path: &path, PolicyDocument: &document})
	if h.answered("CreatePolicy "+name, f, err) {
		arn := h.ref.policyARN(path, name)
		if *out.Policy.Arn != arn {
			h.Fatalf("CreatePolicy %s answers %s", name, *out.Policy.Arn)
		}
		h.ref.policies[arn] = &managed{id: *out.Policy.PolicyId, path: path, versions: map[int]string{1: document}, standard: 1, last: 1}
	}
}

// policyNamed is the ARN of the policy with a name, or "".
func (h *history) policyNamed(name string) string {
	for arn := range h.ref.policies {
		if strings.HasSuffix(arn, "/"+name) {
			return arn
		}
	}
	return ""
}

// pickOwnPolicy picks a policy of the account, which may be gone.
func (h *history) pickOwnPolicy() string {
	arns := append(slices.Sorted(maps.Keys(h.ref.policies)), h.ref.policyARN("/", "never"))
	return h.pick("policy", arns)
}

func (h *history) deletePolicy() {
	arn := h.pickOwnPolicy()
	f := faults{}.when(missing(h.ref.policies, arn), noSuchEntity)
	if p := h.ref.policies[arn]; p != nil {
		attachments, boundaries := h.ref.uses(arn)
		f = f.when(attachments+boundaries > 0 || len(p.versions) > 1, conflict)
	}
	_, err := h.iam.DeletePolicy(h.Context(), &iam.DeletePolicyInput{PolicyArn: &arn})
	if h.answered("DeletePolicy "+arn, f, err) {
		delete(h.ref.policies, arn)
	}
}

func (h *history) createVersion() {
	arn, document, standard := h.pickOwnPolicy(), h.document(), rapid.Bool().Draw(h.T, "default")
	p := h.ref.policies[arn]
	f := faults{}.when(p == nil, noSuchEntity).when(p != nil && len(p.versions) >= maxVersions, limitExceeded)
	out, err := h.iam.CreatePolicyVersion(h.Context(), &iam.CreatePolicyVersionInput{PolicyArn: &arn, PolicyDocument: &document, SetAsDefault: standard})
	if !h.answered("CreatePolicyVersion "+arn, f, err) {
		return
	}
	p.last++
	p.versions[p.last] = document
	if standard {
		p.standard = p.last
	}
	if *out.PolicyVersion.VersionId != versionID(p.last) {
		h.Fatalf("CreatePolicyVersion answers %s and not %s: numbers are not given twice", *out.PolicyVersion.VersionId, versionID(p.last))
	}
}

func (h *history) pickVersion() (arn string, n int, f faults) {
	arn, n = h.pickOwnPolicy(), rapid.IntRange(1, 7).Draw(h.T, "version")
	p := h.ref.policies[arn]
	return arn, n, f.when(p == nil || p.versions[n] == "", noSuchEntity)
}

func (h *history) deleteVersion() {
	arn, n, f := h.pickVersion()
	p := h.ref.policies[arn]
	f = f.when(p != nil && p.standard == n, conflict)
	version := versionID(n)
	_, err := h.iam.DeletePolicyVersion(h.Context(), &iam.DeletePolicyVersionInput{PolicyArn: &arn, VersionId: &version})
	if h.answered("DeletePolicyVersion "+arn+" "+version, f, err) {
		delete(p.versions, n)
	}
}

func (h *history) setDefaultVersion() {
	arn, n, f := h.pickVersion()
	version := versionID(n)
	_, err := h.iam.SetDefaultPolicyVersion(h.Context(), &iam.SetDefaultPolicyVersionInput{PolicyArn: &arn, VersionId: &version})
	if h.answered("SetDefaultPolicyVersion "+arn+" "+version, f, err) {
		h.ref.policies[arn].standard = n
	}
}
