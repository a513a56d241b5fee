package journal

import (
	"fmt"
	"strings"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// Case is the denial as package policy decides it: the request and the policies as
// they were. A policy whose text is Missing stands in the set as one that cannot be
// read, and denies: who explains the case must say so.
func (d *Denial) Case() (*policy.Request, *policy.Set, error) {
	keys, err := policy.ContextOf(d.Request.Context)
	if err != nil {
		return nil, nil, fmt.Errorf("journal: denial %s: %w", d.EventID, err)
	}
	r := &policy.Request{
		Principal: d.principal(), Action: d.Request.Action, Resource: d.Request.Resource,
		ResourceAccount: d.Request.ResourceAccount, Context: keys,
	}
	p := &d.Policies
	s := &policy.Set{
		Identity: compileAll(policy.Identity, p.Identity), Boundary: compileAll(policy.Boundary, p.Boundary),
		Session: compileAll(policy.Session, p.Session), SessionRequired: p.Session != nil, Endpoint: compileAll(policy.Endpoint, p.Endpoint),
		ServiceControl: compileLevels(policy.ServiceControl, p.SCP), ResourceControl: compileLevels(policy.ResourceControl, p.RCP),
	}
	switch {
	case d.NoTrust:
		s.Trust = nobody
	case p.Resource != nil && d.byTrust():
		s.Trust = p.Resource.compile(policy.Trust)
	case p.Resource != nil:
		s.Resource = p.Resource.compile(policy.Resource)
	}
	return r, s, nil
}

// byTrust: the resource policy is a role's trust policy (T-04, T-13).
func (d *Denial) byTrust() bool {
	return strings.HasPrefix(d.Request.Action, "sts:") && strings.Contains(d.Request.Resource, ":role/")
}

// Missing says whether the text of a policy is not there any more. One of another
// account's does not count, as it is told of no more than if it were (D-09).
func (d *Denial) Missing() bool {
	for p := range d.Policies.All {
		if p.Missing && (p != d.Policies.Resource || !d.ofAnother()) {
			return true
		}
	}
	return false
}

// nobody stands for the trust policy of a role that is not there: it names nobody
// (T-10).
var nobody = func() *policy.Policy {
	p, err := policy.Compile(policy.Trust, "", `{"Statement":{"Effect":"Allow","Principal":{"Service":"nobody.invalid"},"Action":"sts:AssumeRole"}}`)
	if err != nil {
		panic(err)
	}
	return p
}()

// IsNobody says whether a policy of a Case stands for a role that was not there.
func IsNobody(p *policy.Policy) bool { return p == nobody }

// kinds are the callers as records name them.
var kinds = map[string]policy.PrincipalKind{
	"Root": policy.Root, "IAMUser": policy.User, "AssumedRole": policy.RoleSession, "FederatedUser": policy.FederatedUser, "AWSService": policy.Service,
}

func (d *Denial) principal() *policy.Principal {
	kind := kinds[d.Caller.Type]
	if kind == policy.Anonymous {
		return &policy.Principal{Kind: policy.Anonymous, ARN: "*"}
	}
	return &policy.Principal{
		Kind: kind, Account: d.Caller.Account, ARN: d.Request.Principal,
		EntityARN: d.Caller.EntityARN, EntityID: d.Caller.EntityID,
	}
}

func compileLevels(t policy.Type, levels [][]Policy) [][]*policy.Policy {
	all := make([][]*policy.Policy, len(levels))
	for i, level := range levels {
		all[i] = compileAll(t, level)
	}
	return all
}

func compileAll(t policy.Type, list []Policy) []*policy.Policy {
	var all []*policy.Policy
	for i := range list {
		all = append(all, list[i].compile(t))
	}
	return all
}

// compile is the policy as it was; one that could not be read then cannot be now.
func (p *Policy) compile(t policy.Type) *policy.Policy {
	if p.Text == "" {
		return policy.Unreadable(t, p.Name)
	}
	compiled, err := policy.Compile(t, p.Name, p.Text)
	if err != nil {
		return policy.Unreadable(t, p.Name)
	}
	return compiled
}
