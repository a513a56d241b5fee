package policy

import (
	"slices"
	"strings"
)

// search looks for the changes that allow a denied request: those that lift
// what denies explicitly, and then those that grant what nothing allows.
type search struct {
	*evaluation
	places  []place
	changes []Change
	gone    map[slot]bool // policies that a change removes
}

// changes are the smallest changes found, or why none can be (Fixed).
func (e *evaluation) changes(d Decision) (changes []Change, fixed string) {
	if d.Outcome == Allowed {
		return nil, ""
	}
	s := &search{evaluation: e, places: e.places(), gone: make(map[slot]bool)}
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
	s.document()
	return s.changes, ""
}

// Why no change can allow a request.
const (
	fixedKind      = "credentials of this kind may not make the call, whatever the policies say (E-18)"
	fixedAnonymous = "a trust policy cannot let an anonymous caller in (T-11)"
	fixedOtherwise = "no change of the policies was found that allows the request"
)

func (s *search) fixed() string {
	if _, settled := s.settled(); settled {
		return fixedKind
	}
	for i := range s.places {
		if p := &s.places[i]; p.note == "" && unreadable(p.policy) {
			name := ""
			if p.policy != nil && p.policy.name != "" {
				name = " " + p.policy.name
			}
			return "a " + p.kind.String() + " that applies cannot be read, and denies until it can:" + name + " (E-25)"
		}
	}
	if by, _ := s.resourceSide(); by == Trust && s.principal.Kind == Anonymous {
		return fixedAnonymous
	}
	return ""
}

// decide is the decision once changes are made.
func (s *search) decide(changes []Change) (Decision, *Set, bool) {
	r, set, err := Apply(changes, s.request, s.set)
	if err != nil {
		return Decision{}, nil, false
	}
	return Decide(r, set), set, true
}

// taking calls do for each policy that takes part and stays.
func (s *search) taking(do func(p *place)) {
	for i := range s.places {
		if p := &s.places[i]; p.note == "" && !s.gone[p.slot()] {
			do(p)
		}
	}
}

func (p *place) slot() slot { return slot{p.kind, p.level, p.index} }

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

// walk of a policy that was compiled, and so can be read.
func (s *search) walk(p *Policy) (*walk, bool) {
	d, err := parse(p.kind, p.text)
	if err != nil {
		return nil, false
	}
	return &walk{evaluation: s.evaluation, policy: p, document: d}, true
}

// owned reports a policy that is AWS's own (E-23).
func owned(p *Policy) bool { return strings.Contains(p.name, "::aws:policy/") }

// inline reports a policy that belongs to one principal alone.
func inline(p *Policy) bool { return !strings.HasPrefix(p.name, "arn:") }

// emptied says whether a list of the type limits nothing once it is empty, or
// may not be empty: then its last policy is changed, not removed.
func emptied(t Type) bool {
	return t == Boundary || t == Session || t == Endpoint || t == Trust
}

// prune drops the changes that turn out needless. What lifts an explicit denial
// never is: each of those denies by itself.
func (s *search) prune() {
	for i := len(s.changes) - 1; i >= 0; i-- {
		switch s.changes[i].Kind {
		case AddStatement, AddPolicy:
			without := slices.Delete(slices.Clone(s.changes), i, i+1)
			if d, _, ok := s.decide(without); ok && d.Outcome == Allowed {
				s.changes = without
			}
		}
	}
}

// document puts the whole changed text to each change.
func (s *search) document() {
	d := newDraft(s.request, s.set)
	for i := range s.changes {
		_ = d.make(&s.changes[i]) // it was made before
	}
	texts := make(map[*edits]string)
	for i := range s.changes {
		c := &s.changes[i]
		if c.Kind == AddPolicy {
			c.Document = newDocument(c.Text)
			continue
		}
		p, err := d.policy(c)
		if err != nil || d.edits[p] == nil || c.Kind == RemovePolicy {
			continue
		}
		e := d.edits[p]
		if texts[e] == "" {
			texts[e], _ = e.text()
		}
		c.Document = texts[e]
	}
}
