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
	ID       string // the authorization id (D-08): 25 lower-case letters and digits, a secret of those it is told to
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
	e.fillSet(side)
	e.fillTrust(ask)
	e.set.Resource = ask.ResourcePolicy
	e.keys = conditions{call: e.Call, ask: ask, tags: side.Tags, view: e.View}
	e.request = policy.Request{
		Principal: policyPrincipal(e.Call.Principal), Action: ask.Action,
		Resource: ask.Resource, ResourceAccount: ask.Account, Context: &e.keys,
	}
	d := outcome(ask, &e.request, &e.set)
	if err := ask.lookedUp(); err != nil {
		return err
	}
	if d.Outcome == policy.Allowed || ask.Granted && d.Outcome == policy.ImplicitDeny {
		return nil
	}
	if needless, err := ask.needless(); needless || err != nil {
		return err
	}
	return e.denial(ask, d, side.Tags)
}

func (e *evaluation) denial(ask *Ask, d policy.Decision, tags []api.Tag) *Denial {
	id := newAuthorizationID()
	return &Denial{
		ID: id, Answer: e.refusal(ask, d, id), Ask: ask.kept(), Decision: d,
		Set: e.set, Tags: tags, Revision: e.View.Revision(), view: e.View,
	}
}

func outcome(ask *Ask, r *policy.Request, set *policy.Set) policy.Decision {
	if ask.NoTrust {
		return withoutTrust(r, set)
	}
	return policy.Decide(r, set)
}

// fillTrust takes the trust policy of the role that is asked for, under the name of
// its role. One that cannot be read denies (E-25).
func (e *evaluation) fillTrust(ask *Ask) {
	e.set.Trust = nil
	if ask.Trust == nil {
		return
	}
	arn := ask.Trust.ARN(e.trustAccount(ask))
	trust, err := ask.Trust.Trust.Compile(policy.Trust, arn)
	if err != nil {
		trust = policy.Unreadable(policy.Trust, arn)
	}
	e.set.Trust = trust
}

func (e *evaluation) trustAccount(ask *Ask) string {
	if ask.Account != "" {
		return ask.Account
	}
	return e.Call.Account
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
