package sts

import (
	"context"
	"net/http"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
	"github.com/gatehouse-iam/gatehouse/internal/authn"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// assumeRole gives an authorized caller a session of the role.
func (s *Service) assumeRole(_ context.Context, call *api.Call, v *directory.View, in *sts.AssumeRoleInput) (*sts.AssumeRoleOutput, error) {
	account, name, _ := authz.RoleOfARN(*in.RoleArn)
	role := authz.RoleByARN(v, account, name, *in.RoleArn)
	if role == nil { // it was there when the call was authorized
		return nil, api.Errorf(http.StatusForbidden, "AccessDenied", "User: %s is not authorized to perform: sts:AssumeRole on resource: %s", call.Principal.ARN, *in.RoleArn)
	}
	seconds, err := roleDuration(call.Principal.Session, role, in.DurationSeconds)
	if err != nil {
		return nil, err
	}
	g, err := roleGrant(call, v.Of(account), role, in)
	if err != nil {
		return nil, err
	}
	i, err := s.issue(call, g, seconds, in.MinimumSessionTokenSize)
	if err != nil {
		return nil, err
	}
	out := &sts.AssumeRoleOutput{
		Credentials:      i.credentials,
		AssumedRoleUser:  &sts.AssumedRoleUser{Arn: &g.Principal.ARN, AssumedRoleId: &g.UserID},
		PackedPolicySize: i.packed, SessionTokenSize: i.size, SessionTokenUtilization: i.used,
	}
	if g.SourceIdentity != "" {
		out.SourceIdentity = &g.SourceIdentity
	}
	return out, nil
}

// roleDuration is S-01: one hour where it was not asked for, at most the role's
// maximum, and one hour at most with temporary credentials. More is an error, not
// a cut.
func roleDuration(caller *api.Session, role *directory.Role, asked *int32) (int, error) {
	seconds := int(or(asked, defaultRoleDuration))
	if seconds > role.MaxSessionDuration {
		return 0, validationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	if caller != nil && seconds > maxChainedDuration {
		return 0, validationError("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	}
	return seconds, nil
}

// roleGrant is the session: nothing of the caller is carried over but its source
// identity and transitive tags (E-22). v is the view of the role's account.
func roleGrant(call *api.Call, v *directory.View, role *directory.Role, in *sts.AssumeRoleInput) (*authn.Grant, error) {
	caller := call.Principal.Session
	policies, err := sessionPolicies(v, in.Policy, in.PolicyArns)
	if err != nil {
		return nil, err
	}
	tags, err := inheritedTags(caller).with(authz.SessionTags(in.Tags), in.TransitiveTagKeys)
	if err != nil {
		return nil, err
	}
	g := &authn.Grant{
		Kind: authn.RoleSession,
		Principal: policy.Principal{
			Kind: policy.RoleSession, Account: v.Account(), EntityID: role.ID, EntityARN: role.ARN(v.Account()),
			ARN: "arn:aws:sts::" + v.Account() + ":assumed-role/" + role.Name + "/" + *in.RoleSessionName,
		},
		UserID: role.ID + ":" + *in.RoleSessionName, Generation: role.Generation, Name: *in.RoleSessionName,
		Policies: policies, Tags: tags.tags, TransitiveKeys: tags.transitive, SourceIdentity: or(in.SourceIdentity, ""),
	}
	if caller != nil {
		g.Chained = call.Principal.Kind == policy.RoleSession
		if caller.Kind == authn.UserSession { // MFA of GetSessionToken counts for the role, too
			g.MFA, g.MFATime = caller.MFA, caller.MFATime
		}
		g.SourceIdentity, err = stickySourceIdentity(call.Principal, in)
	}
	return g, err
}

// stickySourceIdentity: what was set once stays through the chain and cannot be
// changed (S-02) [id_credentials_temp_control-access_monitor].
func stickySourceIdentity(p *api.Principal, in *sts.AssumeRoleInput) (string, error) {
	set := p.Session.SourceIdentity
	if set == "" {
		return or(in.SourceIdentity, ""), nil
	}
	if asked := or(in.SourceIdentity, set); asked != set {
		return "", api.Errorf(http.StatusForbidden, "AccessDenied", "User: %s is not authorized to perform: sts:SetSourceIdentity on resource: %s", p.ARN, *in.RoleArn)
	}
	return set, nil
}
