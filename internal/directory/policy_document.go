package directory

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// The sizes of policy documents, as policy.Size counts them (G-12, iam-quotas).
const (
	maxManagedSize     = 6144
	maxTrustSize       = 2048
	maxUserInlineSize  = 2048 // inline policies are summed per entity
	maxGroupInlineSize = 5120
	maxRoleInlineSize  = 10240
)

// checkDocument says whether AWS would save the document: nil, or
// MalformedPolicyDocument in AWS's words. Where the fault stands is for the log.
func checkDocument(t policy.Type, text string) error {
	err := policy.Check(t, text)
	if err == nil {
		return nil
	}
	return malformedPolicy(err)
}

func malformedPolicy(err error) *api.Error {
	answer := api.Errorf(http.StatusBadRequest, "MalformedPolicyDocument", "%s", err)
	if e := (*policy.Error)(nil); errors.As(err, &e) {
		answer.Log = fmt.Sprintf("line %d, column %d", e.Line, e.Column)
		if e.Element != "" {
			answer.Log += ", " + e.Element
		}
		if e.Detail != "" {
			answer.Log += ": " + e.Detail
		}
	}
	return answer
}

// limitExceeded is AWS's error for a quota that would be exceeded.
func limitExceeded(format string, args ...any) *api.Error {
	return api.Errorf(http.StatusConflict, "LimitExceeded", format, args...)
}

// deleteConflict is AWS's error for what something still depends on.
func deleteConflict(message string) *api.Error {
	return api.Errorf(http.StatusConflict, "DeleteConflict", "%s", message)
}

// alreadyExists is AWS's error for a name that is taken.
func alreadyExists(format string, args ...any) *api.Error {
	return api.Errorf(http.StatusConflict, "EntityAlreadyExists", format, args...)
}

// accessDenied is the answer to what no policy can allow.
func accessDenied(format string, args ...any) *api.Error {
	return api.Errorf(http.StatusForbidden, "AccessDenied", format, args...)
}
