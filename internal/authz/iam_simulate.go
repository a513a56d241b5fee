package authz

import (
	"net/http"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

func simulateRows() Table {
	return Table{
		"SimulateCustomPolicy":          onAccount,
		"GetContextKeysForCustomPolicy": onAccount,
		"SimulatePrincipalPolicy": On(func(q *Question, in *iam.SimulatePrincipalPolicyInput) error {
			return q.onSource(*in.PolicySourceArn)
		}),
		"GetContextKeysForPrincipalPolicy": On(func(q *Question, in *iam.GetContextKeysForPrincipalPolicyInput) error {
			return q.onSource(*in.PolicySourceArn)
		}),
	}
}

// onSource asks about the user, group or role whose policies are told. One of
// another account is that account's, which allows it to nobody: whether it is
// there cannot be learnt (D-09).
func (q *Question) onSource(arn string) error {
	kind, name, ok := PolicySource(arn)
	if !ok {
		return api.Errorf(http.StatusBadRequest, "InvalidInput", "Invalid ARN provided in the request: %s", arn)
	}
	ask := q.On(arn)
	switch kind {
	case "user":
		if u, err := q.View.User(name); err == nil && u.ARN(q.Call.Account) == arn {
			ask.ResourceTags(u.Tags)
		}
	case "role":
		if r, err := q.View.Role(name); err == nil && r.ARN(q.Call.Account) == arn {
			ask.ResourceTags(r.Tags)
		}
	}
	return nil
}

// PolicySource cuts the ARN of a user, group or role into its kind and the entity's
// name. Others have no policies of their own, sessions neither (aws-errors 1.8).
func PolicySource(arn string) (kind, name string, ok bool) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[1] != "aws" || parts[2] != "iam" || parts[3] != "" || !directory.IsAccountID(parts[4]) {
		return "", "", false
	}
	kind, path, _ := strings.Cut(parts[5], "/")
	name = path[strings.LastIndexByte(path, '/')+1:]
	return kind, name, name != "" && (kind == "user" || kind == "group" || kind == "role")
}
