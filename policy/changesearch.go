package policy

import (
	"slices"
	"strings"
)

// search looks for the changes that allow a denied request: those that lift
// what denies explicitly, and then those that grant what nothing allows.
type search struct {
	*evaluation
	policies []place
	found    []Change
	gone     map[slot]bool // policies that a change removes
}

// findChanges is the smallest list of them, or why there is none (Fixed).
func (e *evaluation) findChanges(d Decision) (changes []Change, fixed string) {
	if d.Outcome == Allowed {
		return nil, ""
	}
	s := &search{evaluation: e, policies: e.places(), gone: make(map[slot]bool)}
	if fixed = s.fixed(); fixed != "" {
		return nil, fixed
	}
	if c, ok := s.keyChange(); ok {
		return []Change{c}, ""
	}
	s.lift()
	if !s.grantAll() {
		return nil, fixedOtherwise
	}
	s.prune()
	if s.serviceTrust() {
		return nil, fixedService
	}
	s.document()
	return s.found, ""
}

// Why no change can allow a request.
const (
	fixedKind      = "credentials of this kind may not make the call, whatever the policies say (E-18)"
	fixedService   = "the trust policy of a service-linked role is its service's, and nobody can change it (E-23)"
	fixedAnonymous = "a trust policy cannot let an anonymous caller in (T-11)"
	fixedOtherwise = "no change of the policies was found that allows the request"
)

func (s *search) fixed() string {
	if _, settled := s.settled(); settled {
		return fixedKind
	}
	for i := range s.policies {
		if p := &s.policies[i]; p.note == "" && unreadable(p.policy) {
			which := sentences[p.kind].explicit
			if p.policy != nil {
				which = strings.TrimSuffix(which+" "+p.policy.name, " ")
			}
			return which + " cannot be read, and denies until it can (E-25)"
		}
	}
	if by, _ := s.resourceSide(); by == Trust && s.principal.Kind == Anonymous {
		return fixedAnonymous
	}
	return ""
}

// serviceTrust: the changes would change the trust policy of a service-linked
// role.
func (s *search) serviceTrust() bool {
	return strings.Contains(s.target.text, ":role/aws-service-role/") &&
		slices.ContainsFunc(s.found, func(c Change) bool { return c.Type == Trust })
}

// decide is the decision once changes are made. Those that cannot be made allow
// nothing.
func (s *search) decide(changes []Change) (Decision, *Set) {
	r, set, err := Apply(changes, s.request, s.set)
	if err != nil {
		return Decision{}, nil
	}
	return Decide(r, set), set
}

// taking calls do for each policy that takes part and stays.
func (s *search) taking(do func(p *place)) {
	for i := range s.policies {
		if p := &s.policies[i]; p.note == "" && !s.gone[p.slot()] {
			do(p)
		}
	}
}

func (p *place) slot() slot { return slot{shelf{p.kind, p.level}, p.index} }

// change is one of a policy that is there.
func (s *search) change(kind ChangeKind, p *place) Change {
	return Change{Kind: kind, Type: p.kind, Level: p.level, Index: p.index, Policy: p.policy.name,
		Account: s.owner(p.kind), Statement: -1}
}

// owner is the account whose principals can change policies of a type.
func (s *search) owner(t Type) string {
	switch t {
	case Identity, Boundary, Session:
		return s.principal.Account
	case Resource, Trust:
		if s.request.ResourceAccount != "" {
			return s.request.ResourceAccount
		}
		if account := s.target.account(); account != "" {
			return account
		}
		return s.principal.Account
	}
	return ""
}

// owned reports a policy that is AWS's own (E-23).
func owned(p *Policy) bool { return strings.Contains(p.name, awsPolicy) }

// awsPolicy is in the ARN of each policy that is AWS's.
const awsPolicy = "::aws:policy/"

// inline reports a policy that belongs to one principal alone.
func inline(p *Policy) bool { return !strings.HasPrefix(p.name, "arn:") }

// emptied says whether a list of the type limits nothing once it is empty, or
// may not be empty: then its last policy is changed, not removed.
func emptied(t Type) bool {
	return t == Boundary || t == Session || t == Endpoint || t == Trust
}

// prune drops what turns out needless: a statement where another one stands in
// the same document or names the caller better, and that a policy goes where the
// same one, in another place, is changed. All else that lifts an explicit denial
// is needed, since each of those denies by itself, and so is a new policy.
func (s *search) prune() {
	for i, c := range slices.Backward(s.found) {
		if c.Kind != AddStatement && c.Kind != RemovePolicy {
			continue
		}
		without := slices.Delete(slices.Clone(s.found), i, i+1)
		if d, _ := s.decide(without); d.Outcome == Allowed {
			s.found = without
		}
	}
}

// document puts the whole changed text to each change.
func (s *search) document() {
	d := newDraft(s.request, s.set)
	for i := range s.found {
		_ = d.make(&s.found[i]) // it was made before, as all that follows
	}
	texts := make(map[*Policy]string)
	for p, e := range d.edits {
		texts[p], _ = e.text()
	}
	for i := range s.found {
		c := &s.found[i]
		if c.Kind == AddPolicy {
			c.Document = newDocument(c.Text)
			continue
		}
		p, _ := d.policy(c)
		c.Document = texts[p] // none where the policy goes
	}
}
