package policy

import "strings"

// list is what several policies that are ORed say: an explicit denial of one
// is final, else one that allows is enough.
func (e *evaluation) list(policies []*Policy) verdict {
	var all verdict
	for _, p := range policies {
		if e.passes(p, all.grant) {
			continue
		}
		v := e.policy(p, all.grant)
		if v.outcome == ExplicitDeny {
			return v
		}
		if v.outcome == Allowed {
			all = v
		}
	}
	return all
}

// passes: by the filters alone, the policy says nothing of the request, or
// nothing beyond the grant that there is. It saves the time of finding the
// same out by asking policy.
func (e *evaluation) passes(p *Policy, have grant) bool {
	if p == nil {
		return false
	}
	concerned := p.services
	if have == direct {
		concerned = p.denials
	}
	return concerned&e.bit == 0
}

// policy is what one policy says, beyond the grant that there is already. Its
// statements are a set: a Deny counts wherever it stands (M-14). Of several
// that deny the first of the document is named; of several that allow, the
// first of those that grant the most (P-10).
func (e *evaluation) policy(p *Policy, have grant) verdict {
	if p == nil || p.unreadable { // E-25
		return verdict{outcome: ExplicitDeny, policy: p, statement: -1}
	}
	v := verdict{grant: have}
	x := &p.index
	if x.any.filings.from < x.any.filings.to {
		e.group(p, &x.any, &v)
	}
	if g := x.find(e.service); g != nil {
		e.group(p, g, &v)
	}
	return v
}

// maxTails is in how many places of a resource a start is looked for, where it
// may follow a later colon than the fifth. A resource with more colons is
// compared with every statement of the group.
const maxTails = 4

// group considers the statements of a group that can match the resource.
func (e *evaluation) group(p *Policy, g *group, v *verdict) {
	free := g.filings
	free.to = g.indexed
	if g.shifts && e.target.tails() > maxTails {
		free.to = g.filings.to
	}
	for i := free.from; i < free.to; i++ {
		e.consider(p, &p.index.filings[i], v)
	}
	if free.to == g.filings.to || !e.target.arn {
		return
	}
	for tail, more := e.target.tail, true; more; _, tail, more = strings.Cut(tail, ":") {
		found := false // then all parents are starts of it too
		at, head := p.longest(g, tail)
		for ; at > 0; at = p.index.starts[at-1].parent {
			s := &p.index.starts[at-1]
			if found = found || s.begins(g, tail, head); !found {
				continue
			}
			for _, i := range of(p.index.numbers, s.filings) {
				e.consider(p, &p.index.filings[i], v)
			}
		}
		if !g.shifts {
			return
		}
	}
}

// consider adds what one statement says to what is known.
func (e *evaluation) consider(p *Policy, f *filing, v *verdict) {
	s := &p.statements[f.statement]
	g := e.concerns(s, p.kind)
	if g < v.grant || g == v.grant && (v.policy == nil || int32(f.statement) > v.statement) {
		return // nobody named, or nothing that there is not already
	}
	if !e.acts(p, s, f) || !e.matchesResource(p, s) || !e.meetsConditions(p, s) {
		return
	}
	*v = verdict{outcome: Allowed, policy: p, statement: int32(f.statement), grant: g}
	if g == denies {
		v.outcome = ExplicitDeny
	}
}

// acts is matchesAction with the actions that are filed.
func (e *evaluation) acts(p *Policy, s *rule, f *filing) bool {
	for _, i := range of(p.index.numbers, f.actions) {
		if p.actions[i].match(e.action, e.colon) {
			return s.flags&notAction == 0
		}
	}
	return s.flags&notAction != 0
}

// denies is a grant above all that an Allow can give: a Deny is always looked
// at.
const denies = direct + 1

// concerns says how a statement names the caller: with a grant if it allows,
// with denies if it denies.
func (e *evaluation) concerns(s *rule, t Type) grant {
	if s.principals != nil {
		return e.named(s, t)
	}
	return unnamed[s.flags&(deny|broken)]
}

// unnamed is concerns for statements without principals.
var unnamed = [...]grant{
	0:             direct,
	deny:          denies,
	broken:        notNamed, // E-25
	deny | broken: denies,   // E-25
}

// named is concerns for a statement with principals.
func (e *evaluation) named(s *rule, t Type) grant {
	switch {
	case s.flags&deny != 0:
		return ifTrue(s.principals.denies(e.principal, len(e.set.Boundary) > 0), denies)
	case s.flags&broken != 0:
		return notNamed // E-25
	case t == Trust && !e.hasIdentitySide():
		return s.principals.only(e.principal)
	}
	return s.principals.grants(e.principal)
}

// applies: action, resource and condition match (M-14).
func (e *evaluation) applies(p *Policy, s *rule) bool {
	return e.matchesAction(p, s) && e.matchesResource(p, s) && e.meetsConditions(p, s)
}

func (e *evaluation) matchesAction(p *Policy, s *rule) bool {
	actions := of(p.actions, s.actions)
	for i := range actions {
		if actions[i].match(e.action, e.colon) {
			return s.flags&notAction == 0
		}
	}
	return s.flags&notAction != 0
}

func (e *evaluation) matchesResource(p *Policy, s *rule) bool {
	resources := of(p.resources, s.resources)
	if len(resources) == 0 {
		return true
	}
	for i := range resources {
		if resources[i].match(&e.target, e.request.Context) {
			return s.flags&notResource == 0
		}
	}
	return s.flags&notResource != 0
}

func (e *evaluation) meetsConditions(p *Policy, s *rule) bool {
	conditions := of(p.conditions, s.conditions)
	for i := range conditions {
		if !conditions[i].holds(e.request.Context) {
			return false
		}
	}
	return true
}
