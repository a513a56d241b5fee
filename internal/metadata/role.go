package metadata

import (
	"fmt"
	"strconv"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// Codes and words of why an instance has no credentials [troubleshoot_iam-ec2, "What do
// the errors from the info document in the IAM subtree mean?"].
const (
	codeUnauthorized = "AssumeRoleUnauthorizedAccess"
	codeNoProfile    = "InstanceProfileNotFound"
)

// servicePrincipal is who assumes a role for an instance
// [id_roles_use_switch-role-ec2: the trust policy of an instance's role names it].
const servicePrincipal = "ec2.amazonaws.com"

// addRole tells of the instance's profile and its role, and returns the role where EC2
// may assume it.
func (s *Service) addRole(v *directory.View, i *directory.Instance, told *Instance, now time.Time) *directory.Role {
	if i.Profile == "" {
		return nil
	}
	told.ProfileARN, told.ProfileID = i.ProfileARN, i.Profile
	p := v.ProfileByID(i.Profile)
	if p == nil {
		told.Failure, told.FailureMessage = codeNoProfile, fmt.Sprintf("Instance Profile %s cannot be found.", i.ProfileARN)
		return nil
	}
	role := v.RoleByID(p.Role)
	if role == nil {
		return nil
	}
	told.Role, told.RoleARN = role.Name, role.ARN(v.Account())
	if !trusted(role, told, now) {
		told.Failure = codeUnauthorized
		told.FailureMessage = "EC2 cannot assume the role " + role.Name + ".  Please see documentation at https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html#troubleshoot_iam-ec2_errors-info-doc."
		return nil
	}
	return role
}

// trusted says whether the role's trust policy lets EC2 assume it. One that cannot be
// read does not (E-25).
func trusted(role *directory.Role, told *Instance, now time.Time) bool {
	trust, err := role.Trust.Compile(policy.Trust, told.RoleARN)
	if err != nil {
		return false
	}
	d := policy.Decide(&policy.Request{
		Principal: &policy.Principal{Kind: policy.Service, ARN: servicePrincipal},
		Action:    "sts:AssumeRole", Resource: told.RoleARN, ResourceAccount: told.Account,
		Context: &assumption{told, now},
	}, &policy.Set{Trust: trust})
	return d.Outcome == policy.Allowed
}

// assumption is the context of EC2's own call of AssumeRole. A key that AWS does not
// document for it is absent, so that a condition on it lets nobody in.
type assumption struct {
	instance *Instance
	now      time.Time
}

// Lookup implements policy.Context.
func (a *assumption) Lookup(key policy.Key) (policy.Value, bool) {
	switch key.Folded {
	case "aws:currenttime": // K-01
		return policy.Value{One: a.now.UTC().Format(iso)}, true
	case "aws:epochtime":
		return policy.Value{One: strconv.FormatInt(a.now.Unix(), 10)}, true
	case "aws:principalisawsservice": // K-12
		return policy.Value{One: "true"}, true
	case "aws:principalservicename": // K-13
		return policy.Value{One: servicePrincipal}, true
	case "aws:requestedregion": // K-06
		return policy.Value{One: a.instance.Region}, true
	case "aws:sourceaccount": // [confused-deputy]
		return policy.Value{One: a.instance.Account}, true
	case "aws:sourcearn": // K-25
		return policy.Value{One: a.instance.ARN}, true
	case "aws:resourceaccount": // K-21
		return policy.Value{One: a.instance.Account}, true
	case "sts:rolesessionname":
		return policy.Value{One: a.instance.ID}, true
	}
	return policy.Value{}, false
}
