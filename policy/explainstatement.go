package policy

import "slices"

// walk goes through the statements of one policy, the compiled and the written
// form side by side.
type walk struct {
	*evaluation
	policy   *Policy
	document *Document
	ruler    *ruler

	index   int
	rule    *rule
	written *Statement
}

// walk of a policy that can be read: it was compiled from a text that parses.
func (e *evaluation) walk(p *Policy) *walk {
	d, _ := parse(p.kind, p.text)
	return &walk{evaluation: e, policy: p, document: d}
}

func (w *walk) enter(statement int) {
	w.index, w.rule, w.written = statement, &w.policy.statements[statement], w.document.statements[statement]
}

// What a walk notes at elements.
const (
	noteByAccount = "names the account: its own policies must allow as well (P-02, E-09)"
	noteByRole    = "names the role or user behind the session: its boundary and session policies still limit it (E-07, E-08)"
	noteNotExempt = "a caller is exempt only if its account, its user or role, and its session are all listed (P-06)"
	noteBounded   = "a principal with a permissions boundary is never exempt (P-06)"
	noteByName    = "a trust policy lets a service or a provider in by its own name alone (T-09, T-11)"
	noteNobody    = "no caller can be one of these (P-01, P-07)"
)

// matched says whether the statement applies, as policy asks it.
func (w *walk) matched() bool {
	return w.concerns(w.rule, w.policy.kind) != notNamed && w.applies(w.policy, w.rule)
}

// outcome is what the statement makes of a request that it matches.
func (w *walk) outcome() Outcome {
	if w.rule.flags&deny != 0 {
		return ExplicitDeny
	}
	return Allowed
}

func (w *walk) statement() StatementTrace {
	t := StatementTrace{Statement: w.index, Sid: w.rule.sid, Effect: w.written.effect.text, Matched: w.matched()}
	t.Line, t.Column = w.ruler.at(w.written.node.start)
	if w.rule.principals != nil {
		t.Elements = append(t.Elements, w.principal())
	}
	t.Elements = append(t.Elements, w.action())
	if w.written.resource != nil || w.written.notResource != nil {
		t.Elements = append(t.Elements, w.resource())
	}
	t.Elements = append(t.Elements, w.conditions()...)
	return t
}

// element is the trace of the plain or the Not form of an element, whichever
// the statement has.
func (w *walk) element(plain, not string, request string) ElementTrace {
	members := w.written.node.members
	m := members[slices.IndexFunc(members, func(m Member) bool { return m.name == plain || m.name == not })]
	t := ElementTrace{Element: m.name, Values: stringsOf(m.value.list()), Request: Value{One: request}, Present: true,
		Entry: -1}
	t.Line, t.Column = w.ruler.at(m.start)
	return t
}

// grant is how the statement names the caller, as if it could be evaluated.
func (w *walk) grant() grant {
	whole := *w.rule
	whole.flags &^= broken
	return w.concerns(&whole, w.policy.kind)
}

func (w *walk) principal() ElementTrace {
	who := w.evaluation.principal.ARN
	if w.evaluation.principal.Kind == Anonymous {
		who = "anonymous" // D-01
	}
	t := w.element("Principal", "NotPrincipal", who)
	t.Values = nil
	for _, v := range w.written.at(w.written.principal, w.written.notPrincipal).principals() {
		t.Values = append(t.Values, v.node.text)
	}
	g := w.grant()
	t.Matched = g != notNamed
	if w.rule.principals.not {
		t.Note = w.exemptNote(t.Matched)
		return t
	}
	t.Entry, t.Note = w.strongest(t.Matched)
	return t
}

// exemptNote is about a NotPrincipal.
func (w *walk) exemptNote(matched bool) string {
	kind := w.evaluation.principal.Kind
	switch {
	case !matched || w.rule.flags&deny == 0:
		return ""
	case len(w.set.Boundary) > 0 && (kind == User || kind == RoleSession):
		return noteBounded
	}
	return noteNotExempt
}

// strongest is the entry of a Principal that names the caller most closely, and
// what is to be said of it.
func (w *walk) strongest(matched bool) (entry int, note string) {
	best := notNamed
	entry = -1
	nobody := true
	for i := range w.rule.principals.entries {
		n := &w.rule.principals.entries[i]
		nobody = nobody && n.kind == namedNobody
		if !matched || w.byNameOnly() && n.kind != namedService && n.kind != namedProvider {
			continue
		}
		if g := n.grants(w.evaluation.principal); g > best {
			best, entry = g, i
		}
	}
	switch {
	case nobody:
		return entry, noteNobody
	case !matched && w.rule.principals.grants(w.evaluation.principal) != notNamed:
		return entry, noteByName
	case w.rule.flags&deny != 0:
		return entry, ""
	case best == byAccount:
		return entry, noteByAccount
	case best == byRole:
		return entry, noteByRole
	}
	return entry, ""
}

// byNameOnly: see principals.only.
func (w *walk) byNameOnly() bool {
	return w.policy.kind == Trust && w.rule.flags&deny == 0 && !w.hasIdentitySide()
}

func (w *walk) action() ElementTrace {
	t := w.element("Action", "NotAction", w.request.Action)
	t.Matched = w.matchesAction(w.policy, w.rule)
	actions := of(w.policy.actions, w.rule.actions)
	for i := range actions {
		if actions[i].match(w.evaluation.action, w.colon) {
			t.Entry = i
			break
		}
	}
	return t
}

func (w *walk) resource() ElementTrace {
	t := w.element("Resource", "NotResource", w.request.Resource)
	t.Matched = w.matchesResource(w.policy, w.rule)
	resources := of(w.policy.resources, w.rule.resources)
	for i := range resources {
		if resources[i].match(&w.target, w.request.Context) {
			t.Entry = i
			break
		}
	}
	if t.Entry < 0 {
		t.Note = w.resourceNotes(resources)
	}
	return t
}

// resourceNotes is why entries match nothing, beyond being others.
func (w *walk) resourceNotes(resources []resource) string {
	for i := range resources {
		r := &resources[i]
		switch {
		case r.kind == resourceNothing:
			return "an entry is no ARN pattern that counts here, and matches nothing (G-10)"
		case r.template != nil:
			if name := r.template.lacking(w.request.Context); name != "" {
				return "the request has no " + name + " of one value, so the entry with that variable matches nothing (M-10)"
			}
		}
	}
	return ""
}

// lacking is the first variable of a template that the request has no value
// for; "" for none.
func (t template) lacking(c Context) string {
	for i := range t {
		if v := t[i].variable; v != nil {
			if _, ok := v.value(c); !ok {
				return v.key.Name
			}
		}
	}
	return ""
}
