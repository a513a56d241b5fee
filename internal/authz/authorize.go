package authz

import (
	"net/http"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// Denial is a refused call: the error for the caller, and what the decision
// record tells.
type Denial struct {
	Answer   *api.Error
	Ask      Ask
	Decision policy.Decision
	Set      policy.Set
	Tags     []api.Tag
	Revision int64 // of the state that was decided on
}

func (d *Denial) Error() string { return d.Answer.Error() }

// Unwrap gives the error for the caller.
func (d *Denial) Unwrap() error { return d.Answer }

// Authorize decides a call in one state of the directory: nil, or a *Denial, or
// the row's own error.
func Authorize(v *directory.View, call *api.Call, row Row, in any) error {
	if row == nil {
		return api.Errorf(http.StatusForbidden, "AccessDenied", "Operation %s has no authorization row.", call.Operation.Name)
	}
	q := Question{Call: call, View: v}
	if err := row(&q, in); err != nil {
		return err
	}
	if len(q.Asks) == 0 {
		return nil
	}
	return q.decide()
}

func (q *Question) decide() error {
	side, err := identitySide(q.View, q.Call.Principal)
	if err != nil {
		return err
	}
	for i := range q.Asks {
		if err := q.decideAsk(&q.Asks[i], side); err != nil {
			return err
		}
	}
	return nil
}

func (q *Question) decideAsk(ask *Ask, side *directory.Effective) error {
	set := policies(q.View, q.Call.Principal, side)
	keys := conditions{call: q.Call, ask: ask, tags: side.Tags, organization: q.organization}
	request := policy.Request{
		Principal: policyPrincipal(q.Call.Principal), Action: ask.Action,
		Resource: ask.Resource, ResourceAccount: ask.Account, Context: &keys,
	}
	d, err := q.outcome(ask, side, &request, &set)
	if err != nil {
		return err
	}
	if d.Outcome == policy.Allowed || ask.Granted && d.Outcome == policy.ImplicitDeny {
		return nil
	}
	return &Denial{
		Answer: refusal(q.Call, ask, d, &request), Ask: *ask, Decision: d,
		Set: set, Tags: side.Tags, Revision: q.View.Revision(),
	}
}

// outcome decides, failing closed where a policy cannot be read (E-25).
func (q *Question) outcome(ask *Ask, side *directory.Effective, r *policy.Request, set *policy.Set) (policy.Decision, error) {
	if side.Unreadable != "" {
		return policy.Decision{Outcome: policy.ExplicitDeny, By: policy.Identity}, nil
	}
	if ask.NoTrust {
		return withoutTrust(r, set), nil
	}
	if ask.Trust != nil {
		trust, err := ask.Trust.Trust.Compile(policy.Trust, "")
		if err != nil {
			return policy.Decision{Outcome: policy.ExplicitDeny, By: policy.Trust}, nil
		}
		set.Trust = trust
	}
	return policy.Decide(r, set), nil
}

// withoutTrust is the answer where the role is not there: the one of a role whose
// trust policy names nobody (T-10, D-09).
func withoutTrust(r *policy.Request, set *policy.Set) policy.Decision {
	d := policy.Decide(r, set)
	if d.Outcome == policy.Allowed {
		return policy.Decision{Outcome: policy.ImplicitDeny, By: policy.Trust}
	}
	return d
}

func policyPrincipal(p *api.Principal) *policy.Principal {
	if p == nil {
		return &policy.Principal{Kind: policy.Anonymous, ARN: "*"}
	}
	return &p.Principal
}

// organization is the organization of an account, and the account's path in it.
func (q *Question) organization(account string) (id, path string) {
	a := q.View.Of(account).AccountRecord()
	if a == nil || a.Organization == "" {
		return "", ""
	}
	o := q.View.Of(a.Organization).OrganizationRecord()
	if o == nil {
		return "", ""
	}
	return o.ID, o.ID + "/" + o.Root + "/"
}
