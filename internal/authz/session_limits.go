package authz

import (
	"net/http"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// SessionLimit refuses what a kind of credentials may not call at all, whatever
// policies say: E-18 [IAM user guide, id_credentials_sts-comparison]. It is asked
// before the operation's row.
func SessionLimit(call *api.Call) error {
	if call.Principal == nil {
		return nil
	}
	if err := rootLimit(call); err != nil || call.Principal.Session == nil {
		return err
	}
	switch call.Service.SigningName() {
	case "iam":
		return iamLimit(call.Principal.Session)
	case "sts":
		return stsLimit(call.Principal.Session, call.Operation.Name)
	}
	return nil
}

// rootLimit: the root user may not assume a role.
func rootLimit(call *api.Call) error {
	if call.Principal.Kind == policy.Root && call.Service.Name == "sts" && call.Operation.Name == "AssumeRole" {
		return errRootAssumes
	}
	return nil
}

var errRootAssumes = api.Errorf(http.StatusForbidden, "AccessDenied", "Roles may not be assumed by root accounts.")

// iamLimit: GetSessionToken credentials reach IAM, its toolbox included, only with MFA, GetFederationToken
// ones never. AWS answers as if the token were wrong, not AccessDenied.
func iamLimit(s *api.Session) error {
	if s.Kind == kindFederation || s.Kind == kindSession && !s.MFA {
		return errGone
	}
	return nil
}

// stsLimit: which STS operations session credentials may call.
func stsLimit(s *api.Session, operation string) error {
	if operation == "GetCallerIdentity" {
		return nil
	}
	if operation == "GetSessionToken" || operation == "GetFederationToken" {
		return api.Errorf(http.StatusForbidden, "AccessDenied", "Cannot call %s with session credentials", operation)
	}
	if s.Kind == kindFederation || s.Kind == kindSession && operation != "AssumeRole" {
		return api.Errorf(http.StatusForbidden, "AccessDenied", "Cannot call %s with session credentials", operation)
	}
	return nil
}

// The kinds of session credentials: api.Session.Kind.
const (
	kindSession    = "session"
	kindFederation = "federation"
)
