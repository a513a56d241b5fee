package authz

import (
	"net/http"
	"sync"

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

	view *directory.View
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
	e := evaluations.Get().(*evaluation)
	defer e.release()
	e.Call, e.View, e.Asks = call, v, e.asks[:0]
	if err := row(&e.Question, in); err != nil {
		return err
	}
	if len(e.Asks) == 0 {
		return nil
	}
	return e.decide()
}

// evaluation is a Question with the memory that deciding it needs.
type evaluation struct {
	Question
	asks    [2]Ask
	keys    conditions
	request policy.Request
	set     policy.Set
}

var evaluations = sync.Pool{New: func() any { return new(evaluation) }}

func (e *evaluation) release() {
	clear(e.asks[:min(len(e.Asks), len(e.asks))])
	e.Question, e.keys, e.request, e.set = Question{}, conditions{}, policy.Request{}, policy.Set{}
	evaluations.Put(e)
}

func (e *evaluation) decide() error {
	side, err := identitySide(e.View, e.Call.Principal)
	if err != nil {
		return err
	}
	for i := range e.Asks {
		if err := e.decideAsk(&e.Asks[i], side); err != nil {
			return err
		}
	}
	return nil
}

func (e *evaluation) decideAsk(ask *Ask, side *directory.Effective) error {
	readable := e.fillSet(side)
	e.keys = conditions{call: e.Call, ask: ask, tags: side.Tags, view: e.View}
	e.request = policy.Request{
		Principal: policyPrincipal(e.Call.Principal), Action: ask.Action,
		Resource: ask.Resource, ResourceAccount: ask.Account, Context: &e.keys,
	}
	d := unreadable(policy.Session)
	if readable {
		d = outcome(ask, side, &e.request, &e.set)
	}
	if d.Outcome == policy.Allowed || ask.Granted && d.Outcome == policy.ImplicitDeny {
		return nil
	}
	return &Denial{
		Answer: refusal(e.Call, ask, d, &e.request), Ask: *ask, Decision: d,
		Set: e.set, Tags: side.Tags, Revision: e.View.Revision(), view: e.View,
	}
}

// outcome decides, failing closed where a policy cannot be read (E-25).
func outcome(ask *Ask, side *directory.Effective, r *policy.Request, set *policy.Set) policy.Decision {
	if side.Unreadable != "" {
		return unreadable(policy.Identity)
	}
	if ask.NoTrust {
		return withoutTrust(r, set)
	}
	if ask.Trust != nil {
		trust, err := ask.Trust.Trust.Compile(policy.Trust, "")
		if err != nil {
			return unreadable(policy.Trust)
		}
		set.Trust = trust
	}
	return policy.Decide(r, set)
}

// unreadable is the denial by a policy that cannot be read (E-25).
func unreadable(t policy.Type) policy.Decision {
	return policy.Decision{Outcome: policy.ExplicitDeny, By: t, Statement: -1}
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
