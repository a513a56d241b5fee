package authz_test

import (
	"errors"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// limited is what SessionLimit says of a call: its code and message, or "".
func limited(t *testing.T, p *api.Principal, svc *api.Service, operation string) string {
	t.Helper()
	op := svc.Operation(operation)
	if op == nil {
		t.Fatalf("there is no %s", operation)
	}
	err := authz.SessionLimit(&api.Call{Service: svc, Operation: op, Principal: p})
	if err == nil {
		return ""
	}
	var e *api.Error
	if !errors.As(err, &e) || e.Status != 403 {
		t.Fatalf("%v", err)
	}
	return e.Code + ": " + e.Message
}

func caller(kind policy.PrincipalKind, session *api.Session) *api.Principal {
	return &api.Principal{Principal: policy.Principal{Kind: kind, Account: "111122223333"}, Session: session}
}

// E-18 and aws-errors section 2 [id_credentials_sts-comparison].
func TestSessionLimit(t *testing.T) {
	const (
		invalid    = "InvalidClientTokenId: The security token included in the request is invalid"
		rootAssume = "AccessDenied: Roles may not be assumed by root accounts."
		noSession  = "AccessDenied: Cannot call GetSessionToken with session credentials"
		noFederate = "AccessDenied: Cannot call GetFederationToken with session credentials"
		noInfo     = "AccessDenied: Cannot call GetAccessKeyInfo with session credentials"
		noAssume   = "AccessDenied: Cannot call AssumeRole with session credentials"
	)
	callers := map[string]*api.Principal{
		"anonymous":         nil,
		"user":              caller(policy.User, nil),
		"root":              caller(policy.Root, nil),
		"root session":      caller(policy.Root, &api.Session{Kind: "session"}),
		"session":           caller(policy.User, &api.Session{Kind: "session"}),
		"session with MFA":  caller(policy.User, &api.Session{Kind: "session", MFA: true}),
		"federation":        caller(policy.FederatedUser, &api.Session{Kind: "federation"}),
		"federation by MFA": caller(policy.FederatedUser, &api.Session{Kind: "federation", MFA: true}),
		"role":              caller(policy.RoleSession, &api.Session{Kind: "role"}),
	}
	operations := []struct {
		svc     *api.Service
		name    string
		refused map[string]string
	}{
		{sts.API, "GetCallerIdentity", nil},
		{sts.API, "AssumeRole", map[string]string{
			"root": rootAssume, "root session": rootAssume, "federation": noAssume, "federation by MFA": noAssume,
		}},
		{sts.API, "GetSessionToken", map[string]string{
			"root session": noSession, "session": noSession, "session with MFA": noSession,
			"federation": noSession, "federation by MFA": noSession, "role": noSession,
		}},
		{sts.API, "GetFederationToken", map[string]string{
			"root session": noFederate, "session": noFederate, "session with MFA": noFederate,
			"federation": noFederate, "federation by MFA": noFederate, "role": noFederate,
		}},
		{sts.API, "GetAccessKeyInfo", map[string]string{
			"root session": noInfo, "session": noInfo, "session with MFA": noInfo, "federation": noInfo, "federation by MFA": noInfo,
		}},
		{iam.API, "GetUser", map[string]string{
			"root session": invalid, "session": invalid, "federation": invalid, "federation by MFA": invalid,
		}},
		{organizations.API, "DescribeOrganization", nil},
	}
	for _, op := range operations {
		for name, p := range callers {
			t.Run("E-18 "+op.name+" by "+name, func(t *testing.T) {
				if got, want := limited(t, p, op.svc, op.name), op.refused[name]; got != want {
					t.Errorf("%q, want %q", got, want)
				}
			})
		}
	}
}
