package policy

import (
	"cmp"
	"slices"
)

// grantAll adds what is lacking, a type at a time, until the request is
// allowed. It answers false where nothing does it.
func (s *search) grantAll() bool {
	for { // it ends, since a type that allows goes on allowing
		d, set := s.decide(s.found)
		if d.Outcome == Allowed {
			return true
		}
		if !s.grantType(d.By, set) {
			return false
		}
	}
}

// grantType makes one type allow, all its levels at once. set is the one that
// it does not allow in.
func (s *search) grantType(by Type, set *Set) bool {
	levels := s.silent(by, set)
	var widened []Change
	var open []int
	for _, level := range levels {
		if c := s.widening(by, level); c != nil {
			widened = append(widened, *c)
		} else {
			open = append(open, level)
		}
	}
	for _, principal := range s.principals(by) {
		if s.attempt(by, widened, s.adding(by, open, principal)) || s.attempt(by, s.adding(by, levels, principal)) {
			return true
		}
	}
	return false
}

// attempt keeps the changes if the type allows with them.
func (s *search) attempt(by Type, changes ...[]Change) bool {
	all := append([][]Change{s.found}, changes...)
	found := slices.Concat(all...)
	if d, _ := s.decide(found); d.Outcome != Allowed && d.By == by {
		return false
	}
	s.found = found
	return true
}

// silent are the levels of a type at which nothing allows; -1 of a type that
// has no levels.
func (s *search) silent(by Type, set *Set) (levels []int) {
	lists := set.ServiceControl
	switch by {
	case ResourceControl:
		lists = set.ResourceControl
	case ServiceControl:
	default:
		return []int{-1}
	}
	e := newEvaluation(s.request, set)
	for level, list := range lists {
		if e.list(list).outcome != Allowed {
			levels = append(levels, level)
		}
	}
	return levels
}

// adding is one more statement or policy at each of the levels.
func (s *search) adding(by Type, levels []int, principal string) (changes []Change) {
	for _, level := range levels {
		changes = append(changes, s.addition(by, level, principal))
	}
	return changes
}

// addition is a statement in the first policy of the type and level that can
// have one more, else a new policy. Identity policies may be others' as well,
// so it is always a new one there.
func (s *search) addition(by Type, level int, principal string) Change {
	var c *Change
	s.taking(func(p *place) {
		if c != nil || by == Identity || p.kind != by || p.level != level || owned(p.policy) && by != Boundary {
			return
		}
		added := s.change(AddStatement, p)
		added.Text = s.allowing(by, s.walk(p.policy).document.variables, principal)
		c = &added
	})
	if c != nil {
		return *c
	}
	return Change{Kind: AddPolicy, Type: by, Level: level, Index: -1, Statement: -1, Account: s.owner(by),
		Target: s.recipient(by), Text: s.allowing(by, true, principal)}
}

// recipient is what a new policy of the type goes to.
func (s *search) recipient(t Type) string {
	switch t {
	case Identity, Boundary:
		return cmp.Or(s.principal.EntityARN, s.principal.ARN)
	case Session:
		return s.principal.ARN
	case Resource, Trust:
		return s.request.Resource
	}
	return ""
}

// allowing is a statement that allows the request, and as little else as can be.
func (s *search) allowing(t Type, variables bool, principal string) string {
	action, _ := narrowestAction(s.request.Action)
	resource, _ := narrowestResource(t, &s.target, variables)
	if t == Trust {
		resource = ""
	}
	return newStatement(principal, action, resource)
}

// principals are what a new statement may say of whom it is about, as JSON,
// from the narrowest that AWS saves. "" of a type that names none.
func (s *search) principals(t Type) []string {
	switch t {
	case Resource, Trust:
	case ResourceControl, Endpoint:
		// Gateway endpoints take no other principal, and none of these types
		// grants anything by itself (vpc-endpoints-access).
		return []string{`"*"`}
	default:
		return []string{""}
	}
	var all []string
	for _, i := range s.names(t) {
		all = append(all, `{"`+i.kind+`": `+quoteJSON(i.value)+`}`)
	}
	if t == Resource {
		all = append(all, `"*"`)
	}
	return append(all, `{"AWS": "*"}`)
}

// names are the caller's in a policy of the type, from the one that it would
// use first: a role rather than its session, which ends.
func (s *search) names(t Type) []identity {
	p := s.principal
	switch p.Kind {
	case Provider:
		if t == Trust { // P-05: no other names one
			return []identity{{"Federated", p.ARN}}
		}
	case RoleSession:
		return []identity{{"AWS", p.EntityARN}, {"AWS", p.ARN}}
	case FederatedUser:
		return []identity{{"AWS", p.ARN}, {"AWS", p.EntityARN}}
	case User, Root, Service:
		levels := s.levelsOf()
		slices.Reverse(levels)
		return levels
	}
	return nil
}
