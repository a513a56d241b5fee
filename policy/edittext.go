package policy

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// quoteJSON is a JSON string of a text. Bytes that are no UTF-8 become U+FFFD.
func quoteJSON(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteRune(c)
		case c < 0x20:
			fmt.Fprintf(&b, `\u%04x`, c)
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// escapeVariables makes literal text of what could be read as a variable (M-08).
var escapeVariables = strings.NewReplacer("${", "${$}{").Replace

// escapePattern makes literal text of what could be read as a variable or a
// wildcard (M-08).
var escapePattern = strings.NewReplacer("${", "${$}{", "*", "${*}", "?", "${?}").Replace

// narrowestResource is the narrowest entry of Resource that a request's resource
// matches. exact: it matches no other. Version 2008-10-17 has no escapes, and
// the first five parts of an ARN never do (M-07).
func narrowestResource(t Type, on *target, variables bool) (pattern string, exact bool) {
	if !on.arn || !utf8.ValidString(on.text) || !strings.HasPrefix(on.text, "arn:") {
		return "*", false
	}
	pattern = on.text
	root := len(on.text) - len(on.tail)
	exact = !written.any(pattern[:root])
	if variables {
		pattern = pattern[:root] + escapePattern(pattern[root:])
	} else {
		exact = exact && !written.any(pattern)
	}
	if r := newResource(t, pattern, variables); !r.match(on, nil) {
		return "*", false
	}
	return pattern, exact
}

// narrowestAction is the narrowest entry of Action that a request's action
// matches. exact: it matches no other.
func narrowestAction(action string) (pattern string, exact bool) {
	folded := view(appendFolded(nil, action))
	service, _, _ := strings.Cut(action, ":")
	for _, pattern := range []string{action, service + ":*"} {
		if checkAction(pattern) != "" {
			continue
		}
		a := newAction(view(appendFolded(nil, pattern)))
		if a.match(folded, strings.IndexByte(folded, ':')) {
			return pattern, pattern == action && a.kind == actionExact
		}
	}
	return "*", false
}

// newStatement is a statement as JSON. principal is a JSON value, "" where the
// type of policy has none; resource is "" likewise.
func newStatement(principal, action, resource string) string {
	s := `{"Effect": "Allow"`
	if principal != "" {
		s += `, "Principal": ` + principal
	}
	s += `, "Action": ` + quoteJSON(action)
	if resource != "" {
		s += `, "Resource": ` + quoteJSON(resource)
	}
	return s + "}"
}
