package policy

// exceptValues are the ways to list the request's values in one of the
// statement's negated conditions, in the order they are written: the statement
// goes on denying all other values (C-02). Each way is a list of changes.
func (s *search) exceptValues(w *walk) (ways [][]Change) {
	if w.written.condition == nil {
		return nil
	}
	compiled := of(w.policy.conditions, w.rule.conditions)
	for i := range w.written.condition.members {
		m := &w.written.condition.members[i]
		for j := range m.value.members {
			c := &compiled[0]
			compiled = compiled[1:]
			if c.negated && !passing[c.key.Folded] {
				ways = append(ways, s.exceptions(c, m.name, m.value.members[j].name, w.document.variables)...)
			}
		}
	}
	return ways
}

// passing are the keys whose value is another one at the next call, so that an
// exception for it would be none (condition-keys).
var passing = map[string]bool{"aws:currenttime": true, "aws:epochtime": true}

// exceptions are those of one condition. Without a prefix there is one value to
// list; ForAnyValue holds until all that the request has are listed (C-07), and
// ForAllValues until any of them is (C-06).
func (s *search) exceptions(c *condition, operator, key string, variables bool) (ways [][]Change) {
	value, present := lookup(s.request.Context, c.key)
	if !present {
		return nil
	}
	values := value.Many
	if !value.IsMany {
		values = []string{value.One}
	}
	reads, _ := readOperator(operator)
	var all []Change
	var listed []string
	for _, v := range values {
		text, ok := literalText(operator, v, variables)
		known := reads.compile(listed, variables).matches(v, s.request.Context)
		if !ok || known || !c.accepts(v, s.request.Context) {
			continue
		}
		listed = append(listed, text)
		change := Change{Kind: AddValue, Element: "Condition." + operator + "." + key, Value: text}
		if c.quantifier == forAllValues {
			ways = append(ways, []Change{change})
		}
		all = append(all, change)
	}
	if c.quantifier == forAllValues {
		return ways
	}
	return append(ways, all)
}
