package policy

import "slices"

// missingKeys collects the keys that the request does not have, as written, by
// their folded names.
type missingKeys map[string]string

// ask notes a key unless the context has it.
func (k *missingKeys) ask(key Key, c Context) {
	if _, present := lookup(c, key); present {
		return
	}
	if *k == nil {
		*k = make(missingKeys)
	}
	if _, noted := (*k)[key.Folded]; !noted {
		(*k)[key.Folded] = key.Name
	}
}

func (k *missingKeys) sorted() []string {
	var names []string
	for _, name := range *k {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// missing notes what the statement asks for and the request does not have, if
// all else in the statement is about the request.
func (w *walk) missing(keys *missingKeys) {
	if w.grant() == notNamed || !w.matchesAction(w.policy, w.rule) || !w.matchesResourceSomehow(keys) {
		return
	}
	if w.written.condition == nil {
		return
	}
	for i := range w.written.condition.members {
		m := &w.written.condition.members[i]
		for j := range m.value.members {
			keys.ask(KeyOf(m.value.members[j].name), w.request.Context)
			if w.document.variables && takesVariables(m.name) {
				for _, v := range m.value.members[j].value.list() {
					w.ask(newTemplate(v.text, unchanged), keys)
				}
			}
		}
	}
}

// takesVariables says whether variables are replaced in an operator's values
// (C-17).
func takesVariables(operator string) bool {
	switch familyOf(operator) {
	case "string", "arn", "bool":
		return true
	}
	return false
}

// ask notes the variables of a template that the request does not have.
func (w *walk) ask(t template, keys *missingKeys) {
	for _, s := range t {
		if s.variable != nil {
			keys.ask(s.variable.key, w.request.Context)
		}
	}
}

// matchesResourceSomehow: with some value for the variables that have none the
// resource matches. It notes those variables.
func (w *walk) matchesResourceSomehow(keys *missingKeys) bool {
	resources := of(w.policy.resources, w.rule.resources)
	somehow := len(resources) == 0 || w.rule.flags&notResource != 0
	for i := range resources {
		r := resources[i].open(w.request.Context)
		if !r.match(&w.target, w.request.Context) {
			continue
		}
		somehow = true
		if t := resources[i].template; t != nil {
			w.ask(*t, keys)
		}
	}
	return somehow
}

// open is the entry with a star in the place of each variable that the request
// does not have.
func (r resource) open(c Context) resource {
	if r.template == nil {
		return r
	}
	t := slices.Clone(*r.template)
	for i := range t {
		if v := t[i].variable; v != nil {
			if _, present := lookup(c, v.key); !present {
				t[i] = segment{text: t[i].text + mark("*")}
			}
		}
	}
	r.template = &t
	return r
}
