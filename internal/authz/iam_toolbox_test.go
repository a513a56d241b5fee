package authz

import (
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/iamtoolbox"
)

// Each operation of the toolbox has its own permission, which is IAM's: the reference
// says "you must have the iam:GetRequestAuthorizationDetails permission". (The service
// authorization tables do not have them yet.)
func TestToolboxRows(t *testing.T) {
	d := desk(t, "")
	for _, op := range iamtoolbox.API.Operations {
		call := iamCall(userCaller(t, d, "ana"), "GetUser")
		call.Service, call.Operation = iamtoolbox.API, op
		q := Question{Call: call, View: d.View(accountID)}
		if err := IAMToolbox()[op.Name](&q, nil); err != nil || len(q.Asks) != 1 || q.Asks[0].Action != "iam:"+op.Name || q.Asks[0].Resource != "*" {
			t.Errorf("%s: %+v, %v", op.Name, q.Asks, err)
		}
	}
}
