package policy

// Explanation is a decision and all that led to it: every policy and every
// statement, not only the first that decided.
type Explanation struct {
	// Decision is what Decide answers for the same request and set.
	Decision
	// Policies is every policy of the set, in the order of D-02: SCPs and RCPs
	// level by level, endpoint, resource, trust, identity, boundary, session.
	Policies []PolicyTrace
	// Missing are the condition keys that a statement asked for, in a condition
	// or as a variable, and that the request did not have: as the policies
	// write them, sorted, each once. A statement asks if its policy takes part
	// and its principal, action and resource match, whatever the variables in
	// the resource would be: no other could change the decision.
	Missing []string
	// Changes is the smallest set of changes found that turns a denial into an
	// allowance: Apply makes them. It is empty for an allowance, and where
	// nothing can (see Fixed).
	Changes []Change
	// Fixed says why no change of policies can allow the request, "" where
	// Changes can: the session's kind may not call it (E-18), or a policy
	// cannot be read (E-25).
	Fixed string
}

// PolicyTrace is what one policy says of the request.
type PolicyTrace struct {
	Type   Type
	Level  int     // of an SCP or RCP, from 0 at the organization's root; -1 for the other types
	Index  int     // its place among the Set's policies of that type and level
	Policy *Policy // nil for one that could not be loaded
	// Note says why the policy takes no part ("the root user has no identity
	// policies", E-02), or that it cannot be read (E-25); "" otherwise.
	Note       string
	Takes      bool    // it takes part in the decision
	Outcome    Outcome // what it says by itself
	Statements []StatementTrace
}

// StatementTrace is one statement, element by element.
type StatementTrace struct {
	Statement    int // from 0
	Sid          string
	Effect       string // Allow or Deny
	Line, Column int    // where it starts in the document, from 1
	Matched      bool   // it applies: all its elements match
	Elements     []ElementTrace
}

// ElementTrace is one element of a statement: who, what, on what, and each
// condition by itself.
type ElementTrace struct {
	Element  string   // "Principal", "NotAction", "Resource", "Condition" …
	Operator string   // of a condition, as written
	Key      string   // of a condition, as written
	Values   []string // what the policy says, as written
	Request  Value    // what the request has: its principal's ARN, action, resource, or the key's value
	Present  bool     // the request has the key; true for the other elements
	Matched  bool
	// Entry is which of Values matched first, from 0, also where an element
	// that negates fails by it: of principals the strongest (P-10). It is -1
	// for none, and where no one entry decides.
	Entry        int
	Note         string // why, where the values do not say it: "the request has no such key", "cannot be evaluated (E-25)"
	Line, Column int    // where the element's name, or the key, stands
}

// Explain decides like Decide and tells everything that was considered. It is
// for people: it costs as much as reading every policy again.
func Explain(r *Request, s *Set) *Explanation {
	e := newEvaluation(r, s)
	x := e.trace()
	x.Changes, x.Fixed = e.findChanges(x.Decision)
	return x
}

// Trace is Explain without Changes and Fixed: for who decides many requests and
// tells what matched and what was missing, but proposes nothing.
func Trace(r *Request, s *Set) *Explanation { return newEvaluation(r, s).trace() }

func (e *evaluation) trace() *Explanation {
	x := &Explanation{Decision: Decide(e.request, e.set)}
	var missing missingKeys
	for _, place := range e.places() {
		x.Policies = append(x.Policies, e.explain(&place, &missing))
	}
	x.Missing = missing.sorted()
	return x
}

// newEvaluation sets out like Decide.
func newEvaluation(r *Request, s *Set) *evaluation {
	e := &evaluation{request: r, set: s, action: view(appendFolded(nil, r.Action))}
	e.prepare()
	return e
}

// explain is the trace of one policy; the keys that it asked for in vain go to
// missing.
func (e *evaluation) explain(place *place, missing *missingKeys) PolicyTrace {
	p := place.policy
	t := PolicyTrace{Type: place.kind, Level: place.level, Index: place.index, Policy: p, Note: place.note,
		Takes: place.note == ""}
	if unreadable(p) {
		t.Outcome = ExplicitDeny
		if t.Takes {
			t.Note = noteUnreadable
		}
		return t
	}
	w := e.walk(p)
	w.ruler = newRuler(p.text)
	for i := range p.statements {
		w.enter(i)
		s := w.statement()
		t.Statements = append(t.Statements, s)
		if s.Matched && t.Outcome != ExplicitDeny {
			t.Outcome = w.outcome()
		}
		if t.Takes {
			w.missing(missing)
		}
	}
	return t
}

const noteUnreadable = "the policy cannot be read, so it denies (E-25)"

// unreadable reports a policy that is not there to be asked (E-25).
func unreadable(p *Policy) bool { return p == nil || p.unreadable }
