package authz

import (
	"net/http"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// refusal is AWS's answer to a call that is not allowed: section D.
func refusal(call *api.Call, ask *Ask, d policy.Decision, r *policy.Request) *api.Error {
	if call.Service.Name == "organizations" { // aws-errors 2.1: the short form
		return api.Errorf(http.StatusBadRequest, "AccessDeniedException", "You don't have permissions to access this resource.")
	}
	message := d.Message(r, printed(ask))
	if owner := (&conditions{call: call, ask: ask}).resourceAccount(); owner != call.Account { // D-04, D-05: short across accounts
		message = short(message)
	}
	return api.Errorf(http.StatusForbidden, "AccessDenied", "%s", message)
}

func printed(ask *Ask) string {
	switch ask.Printed {
	case "":
		return ask.Resource
	case "-":
		return ""
	}
	return ask.PrintedKind + ask.Printed
}

// short cuts the sentence after the resource (D-04).
func short(message string) string {
	for _, reason := range []string{" because no ", " with an explicit deny"} {
		if i := strings.Index(message, reason); i >= 0 {
			return message[:i]
		}
	}
	return message
}
