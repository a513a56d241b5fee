package policy

import (
	"strings"
	"unicode/utf8"
)

// maxDepth is how deep containers may nest: one more than the grammar needs
// and then one (G-14).
const maxDepth = 8

// JSONKind is the kind of a JSON value.
type JSONKind uint8

// The kinds of JSON value.
const (
	JSONObject JSONKind = iota
	JSONArray
	JSONString
	JSONNumber
	JSONBool
	JSONNull
)

// Node is a JSON value and where it stands in the text.
type Node struct {
	kind    JSONKind
	start   int
	end     int
	text    string   // a string's value after unescaping; a number's or boolean's own text
	members []Member // of an object, in order
	items   []*Node  // of an array
}

// Member is a name and its value in an object.
type Member struct {
	name  string
	start int // of the name's opening quote
	value *Node
}

// get is the member's value, nil if the object has none of the name.
func (n *Node) get(name string) *Node {
	for i := range n.members {
		if n.members[i].name == name {
			return n.members[i].value
		}
	}
	return nil
}

// fault is what is wrong with a text, at a byte of it.
type fault struct {
	message string // AWS's words, "" for those of V-01
	detail  string
	offset  int
	notJSON bool // the text is no JSON at all
}

// reader reads one JSON text, strictly and in linear time: RFC 8259, and
// besides no byte-order mark, no lone surrogate, no invalid UTF-8, no member
// name twice (G-01, G-14, G-15).
type reader struct {
	text string
	at   int
}

// readJSON reads the one value that text is.
func readJSON(text string) (*Node, *fault) {
	r := &reader{text: text}
	if strings.HasPrefix(text, "\ufeff") {
		return nil, r.fail(0, "the text starts with a byte-order mark")
	}
	r.space()
	n, f := r.value(1)
	if f != nil {
		return nil, f
	}
	r.space()
	if r.at < len(text) {
		return nil, r.fail(r.at, "text after the end of the policy")
	}
	return n, nil
}

func (r *reader) fail(offset int, detail string) *fault {
	return &fault{detail: detail, offset: offset, notJSON: true}
}

func (r *reader) space() {
	for r.at < len(r.text) && isSpace(r.text[r.at]) {
		r.at++
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// peek is the next byte, 0 at the end.
func (r *reader) peek() byte {
	if r.at < len(r.text) {
		return r.text[r.at]
	}
	return 0
}

func (r *reader) value(depth int) (*Node, *fault) {
	n := &Node{start: r.at}
	var f *fault
	switch c := r.peek(); {
	case (c == '{' || c == '[') && depth > maxDepth:
		return nil, &fault{detail: "nested deeper than a policy can be", offset: r.at}
	case c == '{':
		n.kind = JSONObject
		f = r.object(n, depth)
	case c == '[':
		n.kind = JSONArray
		f = r.array(n, depth)
	case c == '"':
		n.kind = JSONString
		n.text, f = r.str()
	case c == '-' || '0' <= c && c <= '9':
		n.kind = JSONNumber
		n.text, f = r.number()
	default:
		n.kind, n.text, f = r.word()
	}
	n.end = r.at
	return n, f
}

func (r *reader) word() (JSONKind, string, *fault) {
	for _, w := range [...]struct {
		text string
		kind JSONKind
	}{{"true", JSONBool}, {"false", JSONBool}, {"null", JSONNull}} {
		if strings.HasPrefix(r.text[r.at:], w.text) {
			r.at += len(w.text)
			return w.kind, w.text, nil
		}
	}
	if r.at >= len(r.text) {
		return 0, "", r.fail(r.at, "the text ends where a value is expected")
	}
	return 0, "", r.fail(r.at, "a value is expected here")
}

func (r *reader) object(n *Node, depth int) *fault {
	r.at++ // {
	var seen map[string]bool
	for first := true; ; first = false {
		r.space()
		if first && r.peek() == '}' {
			r.at++
			return nil
		}
		m, f := r.member(depth)
		if f != nil {
			return f
		}
		if seen, f = addMember(n, m, seen); f != nil {
			return f
		}
		r.space()
		switch r.peek() {
		case ',':
			r.at++
		case '}':
			r.at++
			return nil
		default:
			return r.fail(r.at, `"," or "}" is expected here`)
		}
	}
}

// addMember appends m unless its name is there already. The map takes over
// from the plain search where that would stop being linear.
func addMember(n *Node, m Member, seen map[string]bool) (map[string]bool, *fault) {
	const few = 16
	duplicate := false
	if seen != nil {
		duplicate = seen[m.name]
	} else {
		duplicate = n.get(m.name) != nil
	}
	if duplicate {
		return seen, &fault{detail: "the member " + quoteShort(m.name) + " stands twice in one object", offset: m.start}
	}
	n.members = append(n.members, m)
	if seen == nil && len(n.members) == few {
		seen = make(map[string]bool, 2*few)
		for i := range n.members {
			seen[n.members[i].name] = true
		}
	} else if seen != nil {
		seen[m.name] = true
	}
	return seen, nil
}

func (r *reader) member(depth int) (m Member, f *fault) {
	m.start = r.at
	if r.peek() != '"' {
		return m, r.fail(r.at, "a member's name is expected here")
	}
	if m.name, f = r.str(); f != nil {
		return m, f
	}
	r.space()
	if r.peek() != ':' {
		return m, r.fail(r.at, `":" is expected here`)
	}
	r.at++
	r.space()
	m.value, f = r.value(depth + 1)
	return m, f
}

func (r *reader) array(n *Node, depth int) *fault {
	r.at++ // [
	for first := true; ; first = false {
		r.space()
		if first && r.peek() == ']' {
			r.at++
			return nil
		}
		item, f := r.value(depth + 1)
		if f != nil {
			return f
		}
		n.items = append(n.items, item)
		r.space()
		switch r.peek() {
		case ',':
			r.at++
		case ']':
			r.at++
			return nil
		default:
			return r.fail(r.at, `"," or "]" is expected here`)
		}
	}
}

func (r *reader) number() (string, *fault) {
	start := r.at
	if r.peek() == '-' {
		r.at++
	}
	switch c := r.peek(); {
	case c == '0':
		r.at++
	case '1' <= c && c <= '9':
		r.digits()
	default:
		return "", r.fail(r.at, "a digit is expected here")
	}
	if r.peek() == '.' {
		r.at++
		if r.digits() == 0 {
			return "", r.fail(r.at, "a digit is expected here")
		}
	}
	if c := r.peek(); c == 'e' || c == 'E' {
		r.at++
		if c := r.peek(); c == '+' || c == '-' {
			r.at++
		}
		if r.digits() == 0 {
			return "", r.fail(r.at, "a digit is expected here")
		}
	}
	return r.text[start:r.at], nil
}

func (r *reader) digits() int {
	start := r.at
	for r.at < len(r.text) && '0' <= r.text[r.at] && r.text[r.at] <= '9' {
		r.at++
	}
	return r.at - start
}

// str reads a string. What holds no escape is a piece of the text, not a copy.
func (r *reader) str() (string, *fault) {
	opening := r.at
	r.at++ // "
	start := r.at
	for r.at < len(r.text) {
		switch c := r.text[r.at]; {
		case c == '"':
			s := r.text[start:r.at]
			r.at++
			return s, nil
		case c == '\\':
			return r.escaped(opening, start)
		default:
			if f := r.char(c); f != nil {
				return "", f
			}
		}
	}
	return "", r.fail(opening, "the string does not end")
}

// char steps over one character that is no quote and no escape.
func (r *reader) char(c byte) *fault {
	if c < 0x20 {
		return r.fail(r.at, "a control character inside a string")
	}
	if c < utf8.RuneSelf {
		r.at++
		return nil
	}
	_, size := utf8.DecodeRuneInString(r.text[r.at:])
	if size == 1 {
		return r.fail(r.at, "bytes that are no UTF-8")
	}
	r.at += size
	return nil
}

func (r *reader) escaped(opening, start int) (string, *fault) {
	var b strings.Builder
	for r.at < len(r.text) {
		switch c := r.text[r.at]; {
		case c == '"':
			b.WriteString(r.text[start:r.at])
			r.at++
			return b.String(), nil
		case c == '\\':
			b.WriteString(r.text[start:r.at])
			if f := r.escape(&b); f != nil {
				return "", f
			}
			start = r.at
		default:
			if f := r.char(c); f != nil {
				return "", f
			}
		}
	}
	return "", r.fail(opening, "the string does not end")
}

func (r *reader) escape(b *strings.Builder) *fault {
	at := r.at
	r.at++ // \
	c := r.peek()
	if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 && c != 0 {
		b.WriteByte("\"\\/\b\f\n\r\t"[i])
		r.at++
		return nil
	}
	unit, ok := r.unit()
	if !ok {
		return r.fail(at, "an escape that JSON does not have")
	}
	if 0xdc00 <= unit && unit <= 0xdfff {
		return r.fail(at, "a lone surrogate")
	}
	if 0xd800 <= unit && unit <= 0xdbff {
		low, ok := rune(0), false
		if r.peek() == '\\' {
			r.at++
			low, ok = r.unit()
		}
		if !ok || low < 0xdc00 || low > 0xdfff {
			return r.fail(at, "a lone surrogate")
		}
		unit = 0x10000 + (unit-0xd800)<<10 + (low - 0xdc00)
	}
	b.WriteRune(unit)
	return nil
}

// unit reads the uXXXX of an escape.
func (r *reader) unit() (rune, bool) {
	if r.peek() != 'u' || len(r.text)-r.at < 5 {
		return 0, false
	}
	var u rune
	for _, c := range []byte(r.text[r.at+1 : r.at+5]) {
		switch {
		case '0' <= c && c <= '9':
			u = u<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			u = u<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	r.at += 5
	return u, true
}

// quoteShort quotes a name for an error message, cut where it is long.
func quoteShort(s string) string {
	const most = 40
	if len(s) > most {
		cut := most
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "…"
	}
	return `"` + s + `"`
}
