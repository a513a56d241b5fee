package policy

import "testing"

// D-08: an explicit denial by a managed policy names it; nothing else has an ARN to
// name.
func TestPolicyARN(t *testing.T) {
	const arn = "arn:aws:iam::111122223333:policy/x/Deny"
	named := func(kind Type, name string) *Policy { return Unreadable(kind, name) }
	for name, c := range map[string]struct {
		decision Decision
		want     string
	}{
		"identity":       {Decision{Outcome: ExplicitDeny, By: Identity, Policy: named(Identity, arn)}, arn},
		"boundary":       {Decision{Outcome: ExplicitDeny, By: Boundary, Policy: named(Identity, arn)}, arn},
		"session":        {Decision{Outcome: ExplicitDeny, By: Session, Policy: named(Identity, arn)}, arn},
		"SCP":            {Decision{Outcome: ExplicitDeny, By: ServiceControl, Policy: named(ServiceControl, arn)}, arn},
		"RCP":            {Decision{Outcome: ExplicitDeny, By: ResourceControl, Policy: named(ResourceControl, arn)}, arn},
		"inline":         {Decision{Outcome: ExplicitDeny, By: Identity, Policy: named(Identity, "inline")}, ""},
		"trust":          {Decision{Outcome: ExplicitDeny, By: Trust, Policy: named(Trust, "arn:aws:iam::111122223333:role/r")}, ""},
		"resource-based": {Decision{Outcome: ExplicitDeny, By: Resource, Policy: named(Resource, "arn:aws:s3:::b")}, ""},
		"implicit":       {Decision{By: Identity}, ""},
		"allowed":        {Decision{Outcome: Allowed, By: Identity, Policy: named(Identity, arn)}, ""},
		"not loaded":     {Decision{Outcome: ExplicitDeny, By: Identity}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.decision.PolicyARN(); got != c.want {
				t.Errorf("%q", got)
			}
		})
	}
}
