package policy

import "strings"

// template is a text with policy variables in it (M-07 to M-12): its pieces in
// order. Texts without variables are kept as plain strings.
type template []segment

// segment is a literal text and the variable after it, if one is.
type segment struct {
	text     string
	variable *variable
}

// variable is ${key} or ${key, 'text'}.
type variable struct {
	key        Key
	fallback   string
	hasDefault bool
}

// scratch is room for an expanded template on the stack of who matches it.
// Longer texts go to the heap.
const scratch = 512

// hasVariables reports whether a text needs a template: under version
// 2012-10-17 every "${" may be one.
func hasVariables(s string) bool { return strings.Contains(s, "${") }

// newTemplate cuts a text at its variables. plain turns the literal text
// between them into what the template holds: the marked form for patterns, the
// text itself elsewhere. ${*}, ${?} and ${$} are literal characters (M-08); a
// "${" that starts nothing known is literal text (M-11).
func newTemplate(s string, plain func(string) string) template {
	var t template
	known := make(map[string]*variable)
	// A default ends no later than here, counted from the end: nobody looks for
	// the end of one in vain, again and again.
	lastDefault := len(s) - strings.LastIndex(s, closing)
	var literal strings.Builder
	for {
		at := strings.Index(s, "${")
		if at < 0 {
			literal.WriteString(plain(s))
			break
		}
		literal.WriteString(plain(s[:at]))
		rest := s[at+2:]
		if len(rest) > 1 && rest[1] == '}' && strings.IndexByte("*?$", rest[0]) >= 0 {
			literal.WriteByte(rest[0])
			s = rest[2:]
			continue
		}
		v, length := readVariable(rest, lastDefault <= len(rest))
		if v == nil {
			literal.WriteString("${")
			s = rest
			continue
		}
		if old := known[rest[:length]]; old != nil {
			v = old // so that many of one take little memory
		} else if len(t) > 0 {
			known[rest[:length]] = v
		}
		t = append(t, segment{text: literal.String(), variable: v})
		literal.Reset()
		s = rest[length:]
	}
	if literal.Len() > 0 || len(t) == 0 {
		t = append(t, segment{text: literal.String()})
	}
	return t
}

// What a default stands between.
const (
	opening = ", '"
	closing = "'}"
)

// readVariable reads what stands after "${" and tells its length with the
// closing brace; nil for a form that is none (M-09, M-11). defaults says that
// the end of a default is somewhere ahead.
func readVariable(s string, defaults bool) (*variable, int) {
	end := strings.IndexAny(s, ",}${'\"*?")
	if end < 1 || s[end] != ',' && s[end] != '}' || strings.TrimSpace(s[:end]) != s[:end] {
		return nil, 0
	}
	name := s[:end]
	v := &variable{key: KeyOf(name)}
	if s[end] == '}' {
		return v, end + 1
	}
	text, ok := strings.CutPrefix(s[end:], opening)
	if !ok || !defaults {
		return nil, 0
	}
	text, _, ok = strings.Cut(text, closing)
	if !ok {
		return nil, 0
	}
	v.fallback, v.hasDefault = text, true
	return v, end + len(opening) + len(text) + len(closing)
}

// unchanged is the plain of newTemplate for texts without wildcards.
func unchanged(s string) string { return s }

// mark turns the wildcards of a written pattern into marked ones.
var mark = strings.NewReplacer("*", "\xff", "?", "\xfe").Replace

// expand appends the template's text for a request to dst. It answers false
// where a variable has neither value nor default (M-10).
func (t template) expand(dst []byte, c Context) ([]byte, bool) {
	for i := range t {
		dst = append(dst, t[i].text...)
		if t[i].variable == nil {
			continue
		}
		value, ok := t[i].variable.value(c)
		if !ok {
			return nil, false
		}
		dst = append(dst, value...)
	}
	return dst, true
}

// value is what replaces the variable. A list is no value (M-09), nor are
// bytes that no UTF-8 text has: they would be taken for wildcards.
func (v *variable) value(c Context) (string, bool) {
	found, ok := lookup(c, v.key)
	switch {
	case !ok:
		return v.fallback, v.hasDefault
	case found.IsMany, marked.any(found.One):
		return "", false // present, so M-12 keeps the default out
	}
	return found.One, true
}

// lookup asks a context that may be nil.
func lookup(c Context, k Key) (Value, bool) {
	if c == nil {
		return Value{}, false
	}
	return c.Lookup(k)
}
