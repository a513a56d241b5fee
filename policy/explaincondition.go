package policy

import "strings"

// What a walk notes at conditions.
const (
	noteAbsent         = "the request has no such key"
	noteAbsentNegated  = "the request has no such key, which is enough for an operator that negates (C-03)"
	noteAbsentIfExists = "the request has no such key, which IfExists lets pass (C-04)"
	noteAbsentForAll   = "the request has no value for the key, which ForAllValues lets pass (C-06)"
	noteNoValue        = "the request has no value for the key (C-07)"
	noteList           = "the key has a list of values: without ForAllValues or ForAnyValue the operator never holds (C-08)"
	noteBrokenAllow    = "the statement cannot be evaluated and never allows (E-25)"
	noteBrokenDeny     = "the statement cannot be evaluated and denies whatever its conditions say (E-25)"
)

// conditions is a trace for each key under each operator.
func (w *walk) conditions() (all []ElementTrace) {
	if w.written.condition == nil {
		return nil
	}
	compiled := of(w.policy.conditions, w.rule.conditions)
	for i := range w.written.condition.members {
		m := &w.written.condition.members[i]
		o, known := readOperator(m.name)
		for j := range m.value.members {
			key := &m.value.members[j]
			t := w.condition(m.name, key)
			switch {
			case !known:
				t.Note = "there is no operator " + quoteShort(m.name) + ": " + w.brokenNote()
			case w.rule.flags&broken != 0: // its conditions were not compiled
				c := newCondition(o, KeyOf(key.name), t.Values, w.document.variables)
				w.judge(&t, &c, o)
				t.Note = w.brokenNote()
			default:
				w.judge(&t, &compiled[0], o)
				compiled = compiled[1:]
			}
			all = append(all, t)
		}
	}
	return all
}

func (w *walk) brokenNote() string {
	if w.rule.flags&deny != 0 {
		return noteBrokenDeny
	}
	return noteBrokenAllow
}

// condition is the trace of what is written, without a judgement.
func (w *walk) condition(operator string, key *Member) ElementTrace {
	t := ElementTrace{Element: "Condition", Operator: operator, Key: key.name, Values: stringsOf(key.value.list()),
		Entry: -1}
	t.Line, t.Column = w.ruler.at(key.start)
	t.Request, t.Present = lookup(w.request.Context, KeyOf(key.name))
	return t
}

// judge says how the compiled condition comes out.
func (w *walk) judge(t *ElementTrace, c *condition, o operator) {
	t.Matched = c.holds(w.request.Context)
	t.Entry = w.entry(t, c, o)
	t.Note = w.conditionNote(t, c)
}

// entry is the first value of the policy that a value of the request matches.
// Of ForAllValues each value of the request is matched by one of its own.
func (w *walk) entry(t *ElementTrace, c *condition, o operator) int {
	if c.null != 0 {
		return nullEntry(t)
	}
	request := t.Request.Many
	switch {
	case !t.Present, c.quantifier == forAllValues, c.quantifier == single && t.Request.IsMany:
		return -1
	case !t.Request.IsMany:
		request = []string{t.Request.One}
	}
	for i, v := range t.Values {
		one := o.compile([]string{v}, w.document.variables)
		for _, value := range request {
			if one.matches(value, w.request.Context) {
				return i
			}
		}
	}
	return -1
}

// nullEntry is the value of a Null that says what is the case.
func nullEntry(t *ElementTrace) int {
	absent := "false"
	if !t.Present || t.Request.none() {
		absent = "true"
	}
	for i, v := range t.Values {
		if strings.EqualFold(v, absent) {
			return i
		}
	}
	return -1
}

// conditionNote is why a condition holds or not, where comparing values does
// not say it.
func (w *walk) conditionNote(t *ElementTrace, c *condition) string {
	switch {
	case c.null != 0:
		return ""
	case !t.Present || t.Request.none() && c.quantifier != single:
		return absentNote(t, c)
	case c.quantifier == single && t.Request.IsMany:
		return noteList
	case t.Entry < 0 && !t.Matched != c.negated:
		return w.variableNote(t.Values)
	}
	return ""
}

func absentNote(t *ElementTrace, c *condition) string {
	switch {
	case c.quantifier == forAllValues:
		return noteAbsentForAll
	case t.Present:
		return noteNoValue
	case !t.Matched:
		return noteAbsent
	case c.ifExists:
		return noteAbsentIfExists
	}
	return noteAbsentNegated
}

// variableNote names a variable that the request has no value for, which makes
// the policy's value match nothing (C-17).
func (w *walk) variableNote(values []string) string {
	if !w.document.variables {
		return ""
	}
	for _, v := range values {
		if name := newTemplate(v, unchanged).lacking(w.request.Context); name != "" {
			return "the request has no " + name + " of one value, so the value with that variable matches nothing (C-17)"
		}
	}
	return ""
}
