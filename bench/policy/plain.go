package main

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// answer is what a decision comes to.
type answer uint8

const (
	implicitly answer = iota // denied: nothing allows
	explicitly               // denied: a statement denies
	allowed
)

// plainly decides by reading the description from top to bottom: what every
// engine is compared with.
func (d *description) plainly(r *request) answer {
	identity, resource := implicitly, implicitly
	for i := range d.identity {
		identity = either(identity, d.identity[i].says(d, r))
	}
	if d.resource != nil {
		resource = d.resource.says(d, r)
	}
	granted := either(identity, resource)
	for _, limit := range []*document{d.boundary, d.session} {
		if limit != nil {
			granted = both(granted, limit.says(d, r))
		}
	}
	return granted
}

// either: one that allows is enough; one that denies explicitly is final.
func either(a, b answer) answer {
	if a == explicitly || b == explicitly {
		return explicitly
	}
	return max(a, b)
}

// both must allow.
func both(a, b answer) answer {
	if a == explicitly || b == explicitly {
		return explicitly
	}
	return min(a, b)
}

func (p *document) says(d *description, r *request) answer {
	all := implicitly
	for i := range p.statements {
		s := &p.statements[i]
		switch {
		case !s.applies(d, r):
		case s.deny:
			all = either(all, explicitly)
		default:
			all = either(all, allowed)
		}
	}
	return all
}

func (s *statement) applies(d *description, r *request) bool {
	if len(s.roles) > 0 && !one(s.roles, func(role string) bool { return role == "*" || role == d.role }) {
		return false
	}
	if !one(s.actions, func(a string) bool { return like(a, r.action) }) {
		return false
	}
	if !one(s.resources, func(p string) bool { return concerns(p, r) }) {
		return false
	}
	for _, c := range s.conditions {
		if !c.holds(r) {
			return false
		}
	}
	return true
}

func one(list []string, is func(string) bool) bool {
	for _, s := range list {
		if is(s) {
			return true
		}
	}
	return false
}

// concerns replaces the variable. No name in the descriptions has a star.
func concerns(pattern string, r *request) bool {
	if strings.Contains(pattern, variable) {
		name, ok := r.keys["aws:username"]
		if !ok {
			return false
		}
		pattern = strings.ReplaceAll(pattern, variable, name)
	}
	return like(pattern, r.resource)
}

// like is the slow, obvious matcher: a star is any run.
func like(pattern, text string) bool {
	if pattern == "" {
		return text == ""
	}
	if pattern[0] == '*' {
		return like(pattern[1:], text) || text != "" && like(pattern, text[1:])
	}
	return text != "" && pattern[0] == text[0] && like(pattern[1:], text[1:])
}

// holds: an absent key meets a negated condition and no other.
func (c *condition) holds(r *request) bool {
	positive, negated := strings.CutPrefix(c.operator, "Not")
	if base, found := strings.CutPrefix(c.operator, "StringNot"); found {
		positive, negated = "String"+base, true
	}
	value, present := r.keys[c.key]
	if !present {
		return negated
	}
	return one(c.values, func(want string) bool { return compares(positive, value, want) }) != negated
}

func compares(operator, value, want string) bool {
	switch operator {
	case "StringEquals", "Bool":
		return value == want
	case "StringLike":
		return like(want, value)
	case "ArnLike":
		return likeARN(want, value)
	case "NumericLessThan":
		return must(strconv.Atoi(value)) < must(strconv.Atoi(want))
	case "DateLessThan":
		return must(time.Parse(time.RFC3339, value)).Before(must(time.Parse(time.RFC3339, want)))
	case "DateGreaterThan":
		return must(time.Parse(time.RFC3339, value)).After(must(time.Parse(time.RFC3339, want)))
	case "IpAddress":
		return must(netip.ParsePrefix(want)).Contains(must(netip.ParseAddr(value)))
	}
	panic("no operator " + operator)
}

// likeARN compares the six parts one by one.
func likeARN(pattern, text string) bool {
	p, t := strings.SplitN(pattern, ":", 6), strings.SplitN(text, ":", 6)
	if len(p) != len(t) {
		return false
	}
	for i := range p {
		if !like(p[i], t[i]) {
			return false
		}
	}
	return true
}

// must is for what the descriptions themselves hold.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
