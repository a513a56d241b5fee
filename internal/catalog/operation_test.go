package catalog

import (
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
	"github.com/gatehouse-iam/gatehouse/policy/x/services"
)

// Operations that AWS's SDK has and the Service Authorization Reference, of
// the day it was read, has no action for.
var withoutAction = map[string]bool{
	"iam:AcquireRole":             true,
	"iam:UpdateDelegationRequest": true,
}

// For IAM, STS and Organizations an operation asks for the action of its own
// name. Where AWS's table has none, the row in authz has to say what it asks
// for instead.
func TestOperationsHaveTheActionOfTheirName(t *testing.T) {
	for _, service := range []*api.Service{iam.API, sts.API, organizations.API} {
		for _, op := range service.Operations {
			action := service.Name + ":" + op.Name
			t.Run(action, func(t *testing.T) {
				spelt, ok := services.SpellAction(action)
				if withoutAction[action] {
					if ok {
						t.Errorf("%s is in the table now", action)
					}
					return
				}
				if !ok || spelt != action {
					t.Errorf("got %q, %v", spelt, ok)
				}
			})
		}
	}
}
