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

// getSessionToken gives a user, or the root user, temporary credentials of its own.
func (s *Service) getSessionToken(_ context.Context, call *api.Call, v *directory.View, in *sts.GetSessionTokenInput) (*sts.GetSessionTokenOutput, error) {
	g, err := callerGrant(call.Principal, v, authn.UserSession)
	if err != nil {
		return nil, err
	}
	i, err := s.issue(call, g, tokenDuration(call.Principal, in.DurationSeconds), in.MinimumSessionTokenSize)
	if err != nil {
		return nil, err
	}
	return &sts.GetSessionTokenOutput{Credentials: i.credentials, SessionTokenSize: i.size, SessionTokenUtilization: i.used}, nil
}

// getFederationToken gives a federated user a session that the caller's and the
// session policies limit both; without a session policy it may do nothing (E-12).
func (s *Service) getFederationToken(_ context.Context, call *api.Call, v *directory.View, in *sts.GetFederationTokenInput) (*sts.GetFederationTokenOutput, error) {
	p := call.Principal
	g, err := callerGrant(p, v, authn.FederationSession)
	if err != nil {
		return nil, err
	}
	if g.Policies, err = sessionPolicies(v, in.Policy, in.PolicyArns); err != nil {
		return nil, err
	}
	tags, err := sessionTags{}.with(authz.SessionTags(in.Tags), nil)
	if err != nil {
		return nil, err
	}
	g.Principal.Kind, g.Principal.ARN = policy.FederatedUser, authz.FederatedUserARN(p.Account, *in.Name)
	g.Principal.EntityARN = p.ARN // its maker
	g.UserName, g.UserID, g.Name = "", p.Account+":"+*in.Name, *in.Name
	g.PolicyRequired, g.Tags = true, tags.tags
	i, err := s.issue(call, g, tokenDuration(p, in.DurationSeconds), in.MinimumSessionTokenSize)
	if err != nil {
		return nil, err
	}
	return &sts.GetFederationTokenOutput{
		Credentials:      i.credentials,
		FederatedUser:    &sts.FederatedUser{Arn: &g.Principal.ARN, FederatedUserId: &g.UserID},
		PackedPolicySize: i.packed, SessionTokenSize: i.size, SessionTokenUtilization: i.used,
	}, nil
}

// callerGrant is a session of the caller itself, which has a long-term key.
func callerGrant(p *api.Principal, v *directory.View, kind string) (*authn.Grant, error) {
	g := &authn.Grant{Kind: kind, Principal: p.Principal, UserName: p.UserName, UserID: p.UserID, Issuer: p.AccessKeyID}
	if p.Kind == policy.Root {
		a := v.AccountRecord()
		if a == nil {
			return nil, errCallerGone
		}
		g.Generation, g.Principal.EntityID = a.Root.Generation, p.Account
		return g, nil
	}
	u := v.UserByID(p.EntityID)
	if u == nil {
		return nil, errCallerGone
	}
	g.Generation = u.Generation
	return g, nil
}

var errCallerGone = api.Errorf(http.StatusForbidden, "InvalidClientTokenId", "The security token included in the request is invalid.")

// tokenDuration is S-01: the root user's sessions last an hour at most, and more
// is cut to it.
func tokenDuration(p *api.Principal, asked *int32) int {
	seconds := int(or(asked, defaultTokenDuration))
	if p.Kind == policy.Root {
		return min(seconds, maxRootDuration)
	}
	return seconds
}
