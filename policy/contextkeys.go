package policy

// ContextKeys are the condition keys that the document asks for, in a condition
// or as a variable: as it writes them, sorted, each once whatever its case. They
// are what a request must say of itself for every statement to be decided.
func (d *Document) ContextKeys() []string {
	var keys missingKeys
	for _, s := range d.statements {
		d.resourceKeys(s, &keys)
		d.conditionKeys(s, &keys)
	}
	return keys.sorted()
}

// resourceKeys are the variables in a statement's resources: in their last part
// only, where they are replaced (M-07).
func (d *Document) resourceKeys(s *Statement, keys *missingKeys) {
	for _, list := range [...][]*Node{s.resource.list(), s.notResource.list()} {
		for _, n := range list {
			if t := newResource(d.kind, n.text, d.variables).template; t != nil {
				t.keys(keys)
			}
		}
	}
}

// conditionKeys are the keys of a statement's conditions and the variables in
// their values, where the operator takes some (C-17).
func (d *Document) conditionKeys(s *Statement, keys *missingKeys) {
	if s.condition == nil {
		return
	}
	for i := range s.condition.members {
		operator := &s.condition.members[i]
		for j := range operator.value.members {
			key := &operator.value.members[j]
			keys.ask(KeyOf(key.name), nil)
			if !d.variables || !takesVariables(operator.name) {
				continue
			}
			for _, value := range key.value.list() {
				newTemplate(value.text, unchanged).keys(keys)
			}
		}
	}
}

// keys notes the template's variables.
func (t template) keys(keys *missingKeys) {
	for i := range t {
		if v := t[i].variable; v != nil {
			keys.ask(v.key, nil)
		}
	}
}
