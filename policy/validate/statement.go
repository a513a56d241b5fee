package validate

import (
	"fmt"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// statement is a statement with its elements where they are of a form that can
// be read on; an element that is absent is nil.
type statement struct {
	spot                    *spot
	allows, denies          bool
	sid, effect             *spot
	principal, notPrincipal *spot
	action, notAction       *spot
	resource, notResource   *spot
	condition               *spot
	conditions              []condition
	actionItems             []*spot // the strings of Action
	resourceItems           []*spot // the strings of Resource
}

var elementNames = []string{"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"}

// statementRules are asked of every statement.
var statementRules = []func(*validator, *statement){
	(*validator).effect,
	(*validator).combinations,
	(*validator).actions,
	(*validator).resources,
	(*validator).principals,
	(*validator).conditionBlock,
	(*validator).resourceControl,
	(*validator).resourceOfAction,
	(*validator).keyOfAction,
	(*validator).tagKeys,
	(*validator).pairedKeys,
	(*validator).attachedTo,
	(*validator).passedRoles,
	(*validator).trust,
	(*validator).redundantEntries,
}

func (v *validator) statement(at *spot) *statement {
	s := &statement{spot: at}
	members := at.node.Members()
	for i := range members {
		e := at.member(&members[i])
		if place := s.place(e.name); place != nil {
			*place = e
			continue
		}
		v.unknownElement(e, "A statement", elementNames)
	}
	s.actionItems, s.resourceItems = s.action.strings(), s.resource.strings()
	v.sid(s.sid)
	return s
}

// place is where the element of a name is kept, nil for none.
func (s *statement) place(name string) **spot {
	switch name {
	case "Sid":
		return &s.sid
	case "Effect":
		return &s.effect
	case "Principal":
		return &s.principal
	case "NotPrincipal":
		return &s.notPrincipal
	case "Action":
		return &s.action
	case "NotAction":
		return &s.notAction
	case "Resource":
		return &s.resource
	case "NotResource":
		return &s.notResource
	case "Condition":
		return &s.condition
	}
	return nil
}

func (v *validator) effect(s *statement) {
	const fix = "Write \"Allow\" or \"Deny\", in this case."
	switch {
	case s.effect == nil:
		v.report("MISSING_EFFECT", "The statement does not say whether it allows or denies. Add an Effect. "+fix, s.spot)
	case !v.expect(s.effect, policy.JSONString, "a string"):
	case s.effect.text() == "Allow":
		s.allows = true
	case s.effect.text() == "Deny":
		s.denies = true
	default:
		v.report("INVALID_EFFECT", fmt.Sprintf("There is no effect %q. ", clip(s.effect.text()))+fix, s.effect)
	}
}

// combinations is G-05: which elements exclude each other, and which the type
// of the policy asks for.
func (v *validator) combinations(s *statement) {
	for _, pair := range [...]struct {
		plain, not *spot
	}{{s.principal, s.notPrincipal}, {s.action, s.notAction}, {s.resource, s.notResource}} {
		if pair.plain != nil && pair.not != nil {
			v.report("UNSUPPORTED_ELEMENT_COMBINATION", fmt.Sprintf("%s and %s exclude each other. Keep one, and make the other a statement of its own.", pair.plain.name, pair.not.name), pair.plain.asKey(), pair.not.asKey())
		}
	}
	if s.action == nil && s.notAction == nil {
		v.report("MISSING_ACTION", "The statement names no action. Add an Action or NotAction element.", s.spot)
	}
	if s.resource == nil && s.notResource == nil && v.kind != policy.Trust && v.kind != policy.Resource {
		v.report("MISSING_RESOURCE", "The statement names no resource. Add a Resource or NotResource element; \"*\" is every resource.", s.spot)
	}
	if v.kind == policy.Trust {
		for _, e := range [...]*spot{s.resource, s.notResource} {
			if e != nil {
				v.report("ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE", "A trust policy is about the role that it belongs to. Remove the "+e.name+" element.", e.asKey())
			}
		}
	}
	if s.allows && s.notResource != nil {
		v.report("GATEHOUSE_ALLOW_WITH_NOT_RESOURCE", "Allow with NotResource lets in every resource that is not listed, those of other services and accounts and actions without a resource too (X-29). List what is meant in Resource, or deny what is not.", s.notResource.asKey())
	}
}

// either is the first of an element and its Not form that is there.
func either(plain, not *spot) *spot {
	if plain != nil {
		return plain
	}
	return not
}

// emptyList reports a list in which nothing stands.
func (v *validator) emptyList(s *spot, code, of string) {
	if s != nil && s.node.Kind() == policy.JSONArray && len(s.node.Items()) == 0 {
		v.report(code, "The list of "+of+" is empty, so the statement does nothing, and saving refuses it. Fill it, or remove the statement.", s)
	}
}

// resourceControl is O-02: what an RCP may say.
func (v *validator) resourceControl(s *statement) {
	if v.kind != policy.ResourceControl {
		return
	}
	if s.allows {
		v.report("RCP_SYNTAX_ERROR_ALLOW", "A resource control policy only denies. Change the Effect to Deny; what it does not deny is left to the other policies.", s.effect)
	}
	if s.notAction != nil {
		v.report("RCP_SYNTAX_ERROR_NOTACTION", "A resource control policy has no NotAction. List the actions in Action.", s.notAction.asKey())
	}
	for _, a := range s.actionItems {
		if a.text() == "*" {
			v.report("RCP_SYNTAX_ERROR_ACTION", "An action of a resource control policy names its service. Write \"s3:*\" and so on for each service that is meant.", a)
		}
	}
	v.resourceControlKeys(s)
}
