package policy

// list is what several policies that are ORed say: an explicit denial of one
// is final, else one that allows is enough.
func (e *evaluation) list(policies []*Policy) verdict {
	var all verdict
	for _, p := range policies {
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

// policy is what one policy says, beyond the grant that there is already. Its
// statements are a set: a Deny counts wherever it stands (M-14).
func (e *evaluation) policy(p *Policy, have grant) verdict {
	if p == nil || p.unreadable { // E-25
		return verdict{outcome: ExplicitDeny, policy: p, statement: -1}
	}
	all := verdict{grant: have}
	if e.skips(p.services) {
		return all
	}
	for i, filter := range p.filters {
		if e.skips(filter) {
			continue
		}
		s := &p.statements[i]
		g := e.concerns(s, p.kind)
		if g <= all.grant {
			continue // nobody named, or nothing that there is not already
		}
		if !e.applies(p, s) {
			continue
		}
		if s.flags&deny != 0 {
			return verdict{outcome: ExplicitDeny, policy: p, statement: i}
		}
		all = verdict{outcome: Allowed, policy: p, statement: i, grant: g}
	}
	return all
}

// skips: the filter says that nothing of these can be the request's service.
// An action without a service is matched by "*" alone.
func (e *evaluation) skips(s services) bool {
	return s&e.service == 0 && s != allServices
}

// denies is a grant above all that an Allow can give: a Deny is always looked
// at.
const denies = direct + 1

// concerns says how a statement names the caller: with a grant if it allows,
// with denies if it denies.
func (e *evaluation) concerns(s *rule, t Type) grant {
	if s.flags&deny != 0 {
		if s.principals == nil || s.principals.denies(e.principal, len(e.set.Boundary) > 0) {
			return denies
		}
		return notNamed
	}
	switch {
	case s.flags&broken != 0:
		return notNamed // E-25
	case s.principals == nil:
		return direct
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
