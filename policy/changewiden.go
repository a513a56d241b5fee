package policy

import "strings"

// widening is one more value in a statement that lacks just that, where the
// statement then grants this request and nothing else that it did not grant.
func (s *search) widening(by Type, level int) (found *Change) {
	s.taking(func(p *place) {
		if found != nil || p.kind != by || p.level != level || owned(p.policy) || by == Identity && !inline(p.policy) {
			return
		}
		w := s.walk(p.policy)
		for i := range p.policy.statements {
			w.enter(i)
			element, value := s.lacking(w)
			if element == "" {
				continue
			}
			c := s.change(AddValue, p)
			c.Statement, c.Sid, c.Element, c.Value = i, w.rule.sid, element, value
			found = &c
			return
		}
	})
	return found
}

// lacking is the one value that the statement lacks, and in which element; ""
// where it lacks more, or would grant more.
func (s *search) lacking(w *walk) (element, value string) {
	if w.rule.flags&(deny|broken) != 0 {
		return "", ""
	}
	who, what, on := w.grant() != notNamed, w.matchesAction(w.policy, w.rule), w.matchesResource(w.policy, w.rule)
	when := w.meetsConditions(w.policy, w.rule)
	exactly := [3]bool{w.exactPrincipal(), w.exactAction(), w.exactResource()}
	switch [4]bool{who, what, on, when} {
	case [4]bool{true, true, false, true}:
		if pattern, exact := narrowestResource(w.policy.kind, &s.target, w.document.variables); exact &&
			w.written.resource != nil && exactly[0] && exactly[1] {
			return "Resource", pattern
		}
	case [4]bool{true, false, true, true}:
		if pattern, exact := narrowestAction(s.request.Action); exact && w.written.action != nil && exactly[0] && exactly[2] {
			return "Action", pattern
		}
	case [4]bool{false, true, true, true}:
		if exactly[1] && exactly[2] {
			return s.lackingPrincipal(w)
		}
	case [4]bool{true, true, true, false}:
		if exactly == [3]bool{true, true, true} {
			return s.lackingValue(w)
		}
	}
	return "", ""
}

// exactPrincipal: the statement names the caller alone, or its type no one.
func (w *walk) exactPrincipal() bool {
	p := w.rule.principals
	return p == nil || !p.not && len(p.entries) == 1 && p.entries[0].closer(w.evaluation.principal)
}

// exactAction: the request's action is the only one.
func (w *walk) exactAction() bool {
	actions := of(w.policy.actions, w.rule.actions)
	return w.written.action != nil && len(actions) == 1 && actions[0].kind == actionExact &&
		actions[0].match(w.evaluation.action, w.colon)
}

// exactResource: the request's resource is the only one. A trust policy is
// about its role alone.
func (w *walk) exactResource() bool {
	if w.policy.kind == Trust {
		return true
	}
	list := w.written.resource.list()
	if len(list) != 1 {
		return false
	}
	pattern, exact := narrowestResource(w.policy.kind, &w.target, w.document.variables)
	return exact && list[0].text == pattern
}

// lackingPrincipal is the caller's name, where the statement lists others of
// its kind.
func (s *search) lackingPrincipal(w *walk) (element, value string) {
	if w.written.principal == nil {
		return "", ""
	}
	for _, i := range s.names(w.policy.kind) {
		if w.written.principal.get(i.kind) != nil {
			return "Principal." + i.kind, i.value
		}
	}
	return "", ""
}

// lackingValue is the value of the one condition that does not hold, where its
// operator compares with a list of texts.
func (s *search) lackingValue(w *walk) (element, value string) {
	failed := 0
	compiled := of(w.policy.conditions, w.rule.conditions)
	for i := range w.written.condition.members {
		m := &w.written.condition.members[i]
		for j := range m.value.members {
			c, key := &compiled[0], m.value.members[j].name
			compiled = compiled[1:]
			if c.holds(s.request.Context) {
				continue
			}
			failed++
			if v, ok := lookup(s.request.Context, c.key); ok && !c.negated {
				if text, ok := literalFor(m.name, v, w.document.variables); ok {
					element, value = "Condition."+m.name+"."+key, text
				}
			}
		}
	}
	if failed != 1 {
		return "", ""
	}
	return element, value
}

// literalFor is the value that a condition's operator matches with the
// request's value alone.
func literalFor(operator string, v Value, variables bool) (string, bool) {
	text := v.One
	if v.IsMany {
		if len(v.Many) != 1 {
			return "", false
		}
		text = v.Many[0]
	}
	if f := familyOf(operator); f != "arn" && f != "string" {
		return "", false
	}
	return literalText(operator, text, variables)
}

// literalText is how a value of the operator writes the text, and no other one;
// false where the version of the language cannot (M-08).
func literalText(operator, text string, variables bool) (string, bool) {
	f := familyOf(operator)
	patterns := f == "arn" || f == "string" && strings.Contains(strings.ToLower(operator), "like")
	switch {
	case patterns && variables:
		return escapePattern(text), true
	case patterns:
		return text, !written.any(text)
	case variables:
		return escapeVariables(text), true
	}
	return text, true
}

// familyOf is the first word of an operator's name, in lower case: "string",
// "numeric", "date", "bool", "binary", "ip", "arn", "null"; "" of one that is
// unknown.
func familyOf(operator string) string {
	name := strings.ToLower(operator)
	if _, known := readOperator(name); !known {
		return ""
	}
	if _, rest, ok := strings.Cut(name, ":"); ok {
		name = rest
	}
	name = strings.TrimPrefix(name, "not")
	for _, family := range []string{"string", "numeric", "date", "bool", "binary", "ip", "arn"} {
		if strings.HasPrefix(name, family) {
			return family
		}
	}
	return "null"
}
