package policy

import (
	"slices"
	"strings"
)

// lift takes the request out of every statement that denies it explicitly.
func (s *search) lift() {
	edited := make(map[*Policy]bool)
	s.taking(func(p *place) {
		w := s.walk(p.policy)
		denials := w.denials()
		switch {
		case len(denials) == 0:
		case owned(p.policy) && !s.last(p), len(denials) == len(p.policy.statements) && s.whole(w, denials) && !s.last(p):
			s.gone[p.slot()] = true
			s.found = append(s.found, s.change(RemovePolicy, p))
		case !edited[p.policy]:
			edited[p.policy] = true
			s.liftEach(p, w, denials)
		}
	})
}

// denials are the statements that deny the request.
func (w *walk) denials() (all []int) {
	for i := range w.policy.statements {
		if w.enter(i); w.rule.flags&deny != 0 && w.matched() {
			all = append(all, i)
		}
	}
	return all
}

// last: without the policy its list would limit nothing any more.
func (s *search) last(p *place) bool {
	if !emptied(p.kind) || p.kind == Session && s.set.SessionRequired {
		return false
	}
	list, _ := s.set.list(p.kind, p.level)
	for i := range list {
		if i != p.index && !s.gone[slot{shelf{p.kind, p.level}, i}] {
			return false
		}
	}
	return true
}

// whole: no narrower change than to remove them does for any of the statements.
func (s *search) whole(w *walk, denials []int) bool {
	for _, i := range denials {
		w.enter(i)
		if len(s.narrower(w)) > 0 {
			return false
		}
	}
	return true
}

// liftEach changes or removes each of the statements.
func (s *search) liftEach(p *place, w *walk, denials []int) {
	removed := 0
	for _, i := range denials {
		w.enter(i)
		narrower := s.narrower(w)
		if len(narrower) == 0 {
			removed++
			narrower = []Change{{Kind: RemoveStatement}}
		}
		for _, c := range narrower {
			full := s.change(c.Kind, p)
			full.Statement, full.Sid, full.Element, full.Value = i, w.rule.sid, c.Element, c.Value
			s.found = append(s.found, full)
		}
	}
	if removed == len(p.policy.statements) { // a policy has a statement: the one that allows this
		c := s.change(AddStatement, p)
		c.Text = s.allowing(p.kind, w.document.variables, s.principals(p.kind)[0])
		s.found = append(s.found, c)
	}
}

// narrower are the changes that take the request out of a statement that denies
// it and leave the statement for others; none where there are no such.
func (s *search) narrower(w *walk) []Change {
	if w.rule.flags&broken != 0 {
		return nil
	}
	for _, attempt := range []func(*search, *walk) []Change{
		(*search).dropAction, (*search).dropResource, (*search).dropPrincipal,
		(*search).exceptAction, (*search).exceptResource, (*search).exceptPrincipal,
	} {
		if changes := attempt(s, w); w.lifted(changes) {
			return changes
		}
	}
	for _, changes := range s.exceptValues(w) {
		if w.lifted(changes) {
			return changes
		}
	}
	return nil
}

// lifted: the changes can be made to the statement, and then it does not deny
// any more.
func (w *walk) lifted(changes []Change) bool {
	e := newEdits(w.document, "")
	for i := range changes {
		c := &changes[i]
		edit := e.addValue
		if c.Kind == RemoveValue {
			edit = e.removeValue
		}
		if edit(w.index, c.Element, c.Value) != nil {
			return false
		}
	}
	var b strings.Builder
	b.WriteString(`{"Version":"` + w.document.edition() + `","Statement":`)
	e.write(&b, w.written.node)
	b.WriteString("}")
	p, err := Compile(w.policy.kind, "", b.String())
	return err == nil && len(w.evaluation.walk(p).denials()) == 0
}

// edition is the version of the language that the document is in.
func (d *Document) edition() string {
	if d.variables {
		return version2012
	}
	return version2008
}

// dropAction: the action is one of several, spelt out.
func (s *search) dropAction(w *walk) []Change {
	list := w.written.at(w.written.action, w.written.notAction).list()
	for i, a := range of(w.policy.actions, w.rule.actions) {
		if a.kind == actionExact && a.match(s.action, s.colon) {
			return []Change{{Kind: RemoveValue, Element: "Action", Value: list[i].text}}
		}
	}
	return nil
}

// dropResource: the resource is one of several, spelt out.
func (s *search) dropResource(w *walk) []Change {
	pattern, exact := narrowestResource(w.policy.kind, &s.target, w.document.variables)
	if !exact {
		return nil
	}
	return []Change{{Kind: RemoveValue, Element: "Resource", Value: pattern}}
}

// dropPrincipal: the caller is one of several.
func (s *search) dropPrincipal(w *walk) []Change {
	for i, n := range w.written.principal.principals() {
		e := w.rule.principals.entries[i]
		if e.closer(s.principal) {
			return []Change{{Kind: RemoveValue, Element: "Principal." + n.kind, Value: n.node.text}}
		}
	}
	return nil
}

// closer: the entry names the caller, and not its account or everyone.
func (n *named) closer(p *Principal) bool {
	return n.kind != namedEveryone && n.kind != namedAccount && n.grants(p) != notNamed
}

func (s *search) exceptAction(w *walk) []Change {
	action, exact := narrowestAction(s.request.Action)
	if !exact {
		return nil
	}
	return []Change{{Kind: AddValue, Element: "NotAction", Value: action}}
}

func (s *search) exceptResource(w *walk) []Change {
	pattern, exact := narrowestResource(w.policy.kind, &s.target, w.document.variables)
	if !exact {
		return nil
	}
	return []Change{{Kind: AddValue, Element: "NotResource", Value: pattern}}
}

// exceptPrincipal lists the levels of the caller that a NotPrincipal does not
// list yet (P-06).
func (s *search) exceptPrincipal(w *walk) (changes []Change) {
	if w.written.notPrincipal == nil {
		return nil
	}
	for _, level := range s.levelsOf() {
		own := newNamed(level.kind, level.value)
		listed := slices.ContainsFunc(w.rule.principals.entries, func(e named) bool {
			return e.level() == own.level() && e.grants(s.principal) != notNamed
		})
		if !listed {
			changes = append(changes, Change{Kind: AddValue, Element: "NotPrincipal." + level.kind, Value: level.value})
		}
	}
	return changes
}

// level is what an entry of a NotPrincipal lists of a caller that it names: its
// account, its user or role, or its very self (P-06).
func (n *named) level() namedKind {
	if n.kind == namedUser || n.kind == namedRole {
		return namedID
	}
	return n.kind
}

// identity is a principal as a policy writes it.
type identity struct{ kind, value string }

// levelsOf are all the names of the caller, from the account down (P-06).
func (s *search) levelsOf() []identity {
	p := s.principal
	account := identity{"AWS", "arn:aws:iam::" + p.Account + ":root"}
	switch p.Kind {
	case Root:
		return []identity{account}
	case User:
		return []identity{account, {"AWS", p.EntityARN}}
	case RoleSession, FederatedUser:
		return []identity{account, {"AWS", p.EntityARN}, {"AWS", p.ARN}}
	case Service:
		return []identity{{"Service", p.ARN}}
	}
	return nil
}
