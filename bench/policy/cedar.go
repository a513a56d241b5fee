package main

import (
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
)

// cedarEngine is cedar-go. Cedar has no layers that must all allow, so each
// layer is a policy set of its own, and the smallest is asked first: most of
// what is denied is denied there.
type cedarEngine struct {
	style    cedarStyle
	limits   []cedarPolicies // each must allow
	grants   []cedarPolicies // one must allow
	entities []cedar.EntityMap
	requests []cedar.Request
}

// cedarStyle is where a policy says which actions it is for.
type cedarStyle uint8

const (
	// inScope is as Cedar's documentation has it: in the policy's scope, patterns
	// as groups of actions.
	inScope cedarStyle = iota
	// inCondition is what cedar-go decides several times as fast, and Cedar's
	// documentation advises against: an unrestricted scope, and the action
	// compared in the condition, patterns with a copy of its name as text.
	inCondition
)

// cedarPolicies is walked faster than cedar's own set, which is a map.
type cedarPolicies []*cedar.Policy

// All makes it a cedar.PolicyIterator.
func (p cedarPolicies) All() iter.Seq2[cedar.PolicyID, *cedar.Policy] {
	return func(yield func(cedar.PolicyID, *cedar.Policy) bool) {
		for _, one := range p {
			if !yield("", one) {
				return
			}
		}
	}
}

func (c *cedarEngine) name() string {
	if c.style == inCondition {
		return "cedar-go, actions in conditions"
	}
	return "cedar-go"
}

func (c *cedarEngine) decide(i int) bool {
	for _, layer := range c.limits {
		if ok, _ := cedar.Authorize(layer, c.entities[i], c.requests[i]); ok != cedar.Allow {
			return false
		}
	}
	granted := false
	for _, layer := range c.grants {
		ok, why := cedar.Authorize(layer, c.entities[i], c.requests[i])
		switch {
		case ok == cedar.Allow:
			granted = true
		case len(why.Reasons) > 0: // a forbid
			return false
		}
	}
	return granted
}

func newCedar(d *description, style cedarStyle) (*cedarEngine, error) {
	c := &cedarEngine{style: style}
	layer := func(documents ...document) (cedarPolicies, error) {
		var all cedarPolicies
		for _, one := range documents {
			for i := range one.statements {
				p, err := newCedarPolicy(&one.statements[i], style)
				if err != nil {
					return nil, err
				}
				all = append(all, p)
			}
		}
		return all, nil
	}
	for _, limit := range []*document{d.session, d.boundary} {
		if limit == nil {
			continue
		}
		p, err := layer(*limit)
		if err != nil {
			return nil, err
		}
		c.limits = append(c.limits, p)
	}
	if d.resource != nil {
		p, err := layer(*d.resource)
		if err != nil {
			return nil, err
		}
		c.grants = append(c.grants, p)
	}
	p, err := layer(d.identity...)
	if err != nil {
		return nil, err
	}
	c.grants = append(c.grants, p)
	var groups []string
	if style == inScope {
		groups = d.actionGroups()
	}
	for i := range d.requests {
		c.ask(d, &d.requests[i], groups)
	}
	return c, nil
}

// actionGroups are the action patterns with a star: in Cedar, groups of actions.
func (d *description) actionGroups() []string {
	var groups []string
	seen := map[string]bool{"*": true}
	for _, one := range d.documents() {
		for i := range one.statements {
			for _, a := range one.statements[i].actions {
				if strings.HasSuffix(a, "*") && !seen[a] {
					seen[a] = true
					groups = append(groups, a)
				}
			}
		}
	}
	return groups
}

// ask adds a request with the entities it needs.
func (c *cedarEngine) ask(d *description, r *request, groups []string) {
	principal := cedar.NewEntityUID("User", user)
	if d.role != "" {
		principal = cedar.NewEntityUID("Role", cedar.String(d.role))
	}
	action := cedar.NewEntityUID("Action", cedar.String(r.action))
	resource := cedar.NewEntityUID("Resource", cedar.String(r.resource))
	var parents []cedar.EntityUID
	for _, g := range groups {
		if like(g, r.action) {
			parents = append(parents, cedar.NewEntityUID("Action", cedar.String(g)))
		}
	}
	attributes := cedar.NewRecord(cedar.RecordMap{"arn": cedar.String(r.resource), "folder": cedar.String(folder(r.resource))})
	c.entities = append(c.entities, cedar.EntityMap{
		principal: {UID: principal},
		action:    {UID: action, Parents: cedar.NewEntityUIDSet(parents...)},
		resource:  {UID: resource, Attributes: attributes},
	})
	context := cedar.RecordMap{}
	if c.style == inCondition {
		context["action"] = cedar.String(r.action)
	}
	for name, v := range r.keys {
		k := keyNamed(name)
		context[cedar.String(k.attribute)] = k.form.cedar(v)
	}
	c.requests = append(c.requests, cedar.Request{Principal: principal, Action: action, Resource: resource, Context: cedar.NewRecord(context)})
}

func (f form) cedar(v string) cedar.Value {
	switch f {
	case number:
		return cedar.Long(must(strconv.Atoi(v)))
	case date:
		return must(types.ParseDatetime(v))
	case boolean:
		return cedar.Boolean(v == "true")
	case address:
		return must(types.ParseIPAddr(v))
	}
	return cedar.String(v)
}

// folder is what stands between the first two slashes of a resource: what a
// pattern with the user's name is compared by where patterns are constant.
func folder(resource string) string {
	_, rest, _ := strings.Cut(resource, "/")
	name, _, found := strings.Cut(rest, "/")
	if !found {
		return ""
	}
	return name
}

func newCedarPolicy(s *statement, style cedarStyle) (*cedar.Policy, error) {
	source := s.cedar(style)
	var p cedar.Policy
	if err := p.UnmarshalCedar([]byte(source)); err != nil {
		return nil, fmt.Errorf("%s: %w", source, err)
	}
	return &p, nil
}

// cedar is the statement in Cedar's language.
func (s *statement) cedar(style cedarStyle) string {
	effect := "permit"
	if s.deny {
		effect = "forbid"
	}
	var conditions []string
	scope := cedarAction(s.actions)
	if style == inCondition {
		scope = "action"
		if action := cedarActionCondition(s.actions); action != "" {
			conditions = append(conditions, action)
		}
	}
	if resource := anyOf(s.resources, cedarResource); resource != "" {
		conditions = append(conditions, resource)
	}
	for _, c := range s.conditions {
		conditions = append(conditions, c.cedar())
	}
	source := fmt.Sprintf("%s (%s, %s, resource)", effect, cedarPrincipal(s.roles), scope)
	if len(conditions) > 0 {
		source += " when { " + strings.Join(conditions, " && ") + " }"
	}
	return source + ";"
}

func cedarPrincipal(roles []string) string {
	if len(roles) == 0 || roles[0] == "*" {
		return "principal"
	}
	return fmt.Sprintf("principal == Role::%q", roles[0])
}

func cedarAction(actions []string) string {
	var entities []string
	for _, a := range actions {
		if a == "*" {
			return "action"
		}
		entities = append(entities, fmt.Sprintf("Action::%q", a))
	}
	switch {
	case len(actions) > 1:
		return "action in [" + strings.Join(entities, ", ") + "]"
	case strings.HasSuffix(actions[0], "*"):
		return "action in " + entities[0]
	}
	return "action == " + entities[0]
}

// cedarActionCondition compares in the condition: a constant set of actions, or
// the action's name.
func cedarActionCondition(actions []string) string {
	var entities []string
	for _, a := range actions {
		if strings.HasSuffix(a, "*") {
			return anyOf(actions, func(a string) string { return cedarLike("context.action", a) })
		}
		entities = append(entities, fmt.Sprintf("Action::%q", a))
	}
	if len(entities) == 1 {
		return "action == " + entities[0]
	}
	return "[" + strings.Join(entities, ", ") + "].contains(action)"
}

func cedarResource(pattern string) string {
	if before, _, found := strings.Cut(pattern, variable); found {
		return fmt.Sprintf(`(context has username && resource.arn like %q && resource.folder == context.username)`, before+"*")
	}
	return cedarLike("resource.arn", pattern)
}

// cedarLike is "" for what matches everything.
func cedarLike(what, pattern string) string {
	switch {
	case pattern == "*":
		return ""
	case strings.Contains(pattern, "*"):
		return fmt.Sprintf("%s like %q", what, pattern)
	}
	return fmt.Sprintf("%s == %q", what, pattern)
}

// anyOf joins what the values come to; "" where one of them is always true.
func anyOf(values []string, say func(string) string) string {
	var all []string
	for _, v := range values {
		one := say(v)
		if one == "" {
			return ""
		}
		all = append(all, one)
	}
	if len(all) == 1 {
		return all[0]
	}
	return "(" + strings.Join(all, " || ") + ")"
}

func (c *condition) cedar() string {
	k := keyNamed(c.key)
	what := "context." + k.attribute
	positive, negated := strings.CutPrefix(c.operator, "Not")
	if base, found := strings.CutPrefix(c.operator, "StringNot"); found {
		positive, negated = "String"+base, true
	}
	source := anyOf(c.values, func(v string) string { return cedarComparison(positive, what, v) })
	if k.optional {
		source = fmt.Sprintf("context has %s && %s", k.attribute, source)
	}
	if negated {
		return "!(" + source + ")"
	}
	return source
}

func cedarComparison(operator, what, v string) string {
	switch operator {
	case "StringEquals":
		return fmt.Sprintf("%s == %q", what, v)
	case "Bool":
		return what + " == " + v
	case "StringLike", "ArnLike":
		return cedarLike(what, v)
	case "NumericLessThan":
		return what + " < " + v
	case "DateLessThan":
		return fmt.Sprintf("%s < datetime(%q)", what, v)
	case "DateGreaterThan":
		return fmt.Sprintf("%s > datetime(%q)", what, v)
	case "IpAddress":
		return fmt.Sprintf("%s.isInRange(ip(%q))", what, v)
	}
	panic("no operator " + operator)
}
