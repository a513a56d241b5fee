package validate

import (
	"fmt"
	"strings"

	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/x/services"
)

// entries are the actions that an entry of Action stands for. They are read
// once for each text.
type entries struct {
	service *services.ServiceTable // nil where the tables know no such service
	actions []*services.Action
	exact   bool // the entry is a name, not a pattern
	every   bool // "*", "*:…": of every service, or of too many to list

	formsRead bool
	forms     []string // the ARNs of what the actions are on
}

func (v *validator) actions(s *statement) {
	v.emptyList(s.action, "EMPTY_ARRAY_ACTION", "actions")
	v.emptyList(s.notAction, "EMPTY_ARRAY_ACTION", "actions")
	for _, list := range [...]*spot{s.action, s.notAction} {
		for _, item := range list.items() {
			if v.expect(item, policy.JSONString, "a string") && v.noVariable(item, list.name) {
				v.actionEntry(item)
			}
		}
	}
}

// actionEntry is G-09, and whether there is such an action.
func (v *validator) actionEntry(item *spot) {
	text := item.text()
	service, name, ok := strings.Cut(text, ":")
	switch {
	case text == "*":
	case !ok || strings.Contains(name, ":"):
		v.report("INVALID_ACTION", fmt.Sprintf("%q is no action: an action is \"*\", or a service, one colon and a name, as in \"s3:GetObject\".", clip(text)), item)
	case service == "*":
	case strings.ContainsAny(service, "*?"):
		v.report("INVALID_SERVICE_IN_ACTION", fmt.Sprintf("The service of an action takes no wildcard in part, and %q has one. Write the service out, or \"*\".", clip(service)), item.part(0, len(service)))
	default:
		v.namedAction(item, service, name)
	}
}

func (v *validator) namedAction(item *spot, service, name string) {
	e := v.lookUp(item.text())
	switch {
	case e.service == nil:
		v.report("INVALID_SERVICE_IN_ACTION", fmt.Sprintf("There is no service %q%s", clip(service), v.didYouMean(service, services.ServicePrefixes())), item.part(0, len(service)))
	case len(e.actions) > 0 || e.every:
	case e.exact:
		v.report("INVALID_ACTION", fmt.Sprintf("%s has no action %q%s", e.service.Prefix, clip(name), v.nearestAction(e.service, name)), item)
	default:
		v.report("INVALID_ACTION", fmt.Sprintf("No action of %s is like %q, so the entry does nothing. Correct the pattern.", e.service.Prefix, clip(name)), item)
	}
}

// nearestAction ends a sentence, with the nearest action if one is near.
func (v *validator) nearestAction(s *services.ServiceTable, name string) string {
	found := v.nearest(name, func(yield func(string) bool) {
		for i := range s.Actions {
			if !yield(s.Actions[i].Name) {
				return
			}
		}
	})
	if found == "" {
		return "."
	}
	return ". Did you mean " + s.Prefix + ":" + found + "?"
}

// lookUp says what an entry of Action stands for. Each text is looked up once.
func (v *validator) lookUp(text string) *entries {
	e, ok := v.known[text]
	if !ok {
		e = v.readEntry(text)
		v.known[text] = e
	}
	return e
}

func (v *validator) readEntry(text string) *entries {
	service, name, _ := strings.Cut(text, ":")
	if service == "*" {
		return &entries{every: true}
	}
	e := &entries{}
	e.exact = !strings.ContainsAny(name, "*?")
	e.service, _ = services.Service(service)
	switch {
	case e.service == nil:
	case e.exact:
		if a, ok := e.service.Action(name); ok {
			e.actions = []*services.Action{a}
		}
	case !v.spend(2 * lookupEffort * len(e.service.Actions)):
		e.every = true // not looked at: nothing is said against it
	default:
		pattern := strings.ToLower(name)
		for i := range e.service.Actions {
			if matches(pattern, strings.ToLower(e.service.Actions[i].Name)) {
				e.actions = append(e.actions, &e.service.Actions[i])
			}
		}
	}
	return e
}

// names says whether an entry of Action stands for the action, and whether it
// does so by a wildcard.
func names(entry, action string) (named, wild bool) {
	entry, action = strings.ToLower(entry), strings.ToLower(action)
	if entry == action {
		return true, false
	}
	if entry == "*" {
		return true, true
	}
	service, pattern, _ := strings.Cut(entry, ":")
	own, name, _ := strings.Cut(action, ":")
	named = (service == "*" || service == own) && strings.ContainsAny(entry, "*?") && matches(pattern, name)
	return named, named
}
