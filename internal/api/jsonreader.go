package api

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is how deep JSON and XML bodies may nest.
const maxDepth = 64

// jsonReader reads JSON from front to back: strict RFC 8259 and UTF-8, no name
// twice in an object, bounded depth. After an error the reader is done.
type jsonReader struct {
	data  string
	pos   int
	depth int
}

// jsonFault is a text that is not JSON.
type jsonFault struct {
	pos   int
	words string
}

func (f *jsonFault) Error() string { return f.words + " at byte " + strconv.Itoa(f.pos) }

func (r *jsonReader) fault(words string) error { return &jsonFault{r.pos, words} }

// peek skips blanks and gives the byte that the next value begins with; 0 at the
// end.
func (r *jsonReader) peek() byte {
	for r.pos < len(r.data) {
		switch c := r.data[r.pos]; c {
		case ' ', '\t', '\n', '\r':
			r.pos++
		default:
			return c
		}
	}
	return 0
}

// end wants nothing but blanks.
func (r *jsonReader) end() error {
	if r.peek() != 0 || r.pos < len(r.data) {
		return r.fault("something after the value")
	}
	return nil
}

func (r *jsonReader) literal(word string) error {
	if len(r.data)-r.pos < len(word) || r.data[r.pos:r.pos+len(word)] != word {
		return r.fault("no value")
	}
	r.pos += len(word)
	return nil
}

// object calls member for every name; member reads the value.
func (r *jsonReader) object(member func(name string) error) error {
	names := nameSet{}
	return r.sequence('{', '}', func() error {
		if r.peek() != '"' {
			return r.fault("no name")
		}
		name, err := r.text()
		if err != nil {
			return err
		}
		if !names.add(name) {
			return r.fault("a name twice in one object")
		}
		if r.peek() != ':' {
			return r.fault("no colon after a name")
		}
		r.pos++
		return member(name)
	})
}

// array calls element for every element; element reads it.
func (r *jsonReader) array(element func() error) error { return r.sequence('[', ']', element) }

// sequence reads items between open, where the reader stands, and close.
func (r *jsonReader) sequence(open, close byte, item func() error) error {
	if r.peek() != open {
		return r.fault("no value")
	}
	if r.depth++; r.depth > maxDepth {
		return r.fault("nested too deeply")
	}
	r.pos++
	for first := true; ; first = false {
		switch c := r.peek(); {
		case c == close:
			r.pos++
			r.depth--
			return nil
		case !first && c != ',':
			return r.fault("no comma")
		case !first:
			r.pos++
		}
		if err := item(); err != nil {
			return err
		}
	}
}

// nameSet holds the names of one object: few in a list, many in a map.
type nameSet struct {
	few  [8]string
	n    int
	many map[string]bool
}

// add says whether the name is new.
func (s *nameSet) add(name string) bool {
	for _, have := range s.few[:min(s.n, len(s.few))] {
		if have == name {
			return false
		}
	}
	if s.n < len(s.few) {
		s.few[s.n] = name
		s.n++
		return true
	}
	if s.many == nil {
		s.many = map[string]bool{}
	}
	if s.many[name] {
		return false
	}
	s.many[name] = true
	return true
}

// skip reads a value of any kind and forgets it.
func (r *jsonReader) skip() error {
	switch c := r.peek(); c {
	case '{':
		return r.object(func(string) error { return r.skip() })
	case '[':
		return r.array(r.skip)
	case '"':
		_, err := r.text()
		return err
	case 't':
		return r.literal("true")
	case 'f':
		return r.literal("false")
	case 'n':
		return r.literal("null")
	}
	_, err := r.number()
	return err
}

// number reads a number and gives its text.
func (r *jsonReader) number() (string, error) {
	r.peek()
	start := r.pos
	if r.at('-') {
		r.pos++
	}
	switch {
	case r.at('0'):
		r.pos++
	case r.digits() == 0:
		return "", r.fault("no value")
	}
	if r.at('.') {
		r.pos++
		if r.digits() == 0 {
			return "", r.fault("no digit after the point")
		}
	}
	if r.at('e') || r.at('E') {
		r.pos++
		if r.at('+') || r.at('-') {
			r.pos++
		}
		if r.digits() == 0 {
			return "", r.fault("no digit in the exponent")
		}
	}
	return r.data[start:r.pos], nil
}

func (r *jsonReader) at(c byte) bool { return r.pos < len(r.data) && r.data[r.pos] == c }

func (r *jsonReader) digits() int {
	start := r.pos
	for r.pos < len(r.data) && r.data[r.pos] >= '0' && r.data[r.pos] <= '9' {
		r.pos++
	}
	return r.pos - start
}

// text reads a string; the reader stands on its first quote.
func (r *jsonReader) text() (string, error) {
	r.pos++
	start := r.pos
	for r.pos < len(r.data) {
		switch c := r.data[r.pos]; {
		case c == '"':
			s := r.data[start:r.pos]
			r.pos++
			return s, nil
		case c == '\\':
			return r.escaped(r.data[start:r.pos])
		case c < ' ':
			return "", r.fault("a control character in a string")
		default:
			if err := r.rune(); err != nil {
				return "", err
			}
		}
	}
	return "", r.fault("a string without an end")
}

func (r *jsonReader) rune() error {
	c, size := utf8.DecodeRuneInString(r.data[r.pos:])
	if c == utf8.RuneError && size == 1 {
		return r.fault("bytes that are not UTF-8")
	}
	r.pos += size
	return nil
}

// escaped reads on from the first backslash of a string.
func (r *jsonReader) escaped(begun string) (string, error) {
	b := append(make([]byte, 0, len(begun)+32), begun...)
	for r.pos < len(r.data) {
		c := r.data[r.pos]
		switch {
		case c == '"':
			r.pos++
			return string(b), nil
		case c == '\\':
			r.pos++
			char, err := r.escape()
			if err != nil {
				return "", err
			}
			b = utf8.AppendRune(b, char)
		case c < ' ':
			return "", r.fault("a control character in a string")
		default:
			start := r.pos
			if err := r.rune(); err != nil {
				return "", err
			}
			b = append(b, r.data[start:r.pos]...)
		}
	}
	return "", r.fault("a string without an end")
}

// escape reads what follows a backslash. Halves of surrogate pairs are refused:
// UTF-8 cannot hold them.
func (r *jsonReader) escape() (rune, error) {
	if r.pos >= len(r.data) {
		return 0, r.fault("a string without an end")
	}
	c := r.data[r.pos]
	r.pos++
	switch c {
	case '"', '\\', '/':
		return rune(c), nil
	case 'b':
		return '\b', nil
	case 'f':
		return '\f', nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case 'u':
		return r.unicode()
	}
	return 0, r.fault("an unknown escape")
}

func (r *jsonReader) unicode() (rune, error) {
	first, ok := r.hex4()
	if !ok {
		return 0, r.fault("an unknown escape")
	}
	if !utf16.IsSurrogate(first) {
		return first, nil
	}
	if r.at('\\') && r.pos+1 < len(r.data) && r.data[r.pos+1] == 'u' {
		r.pos += 2
		if second, ok := r.hex4(); ok {
			if c := utf16.DecodeRune(first, second); c != utf8.RuneError {
				return c, nil
			}
		}
	}
	return 0, r.fault("half of a surrogate pair")
}

func (r *jsonReader) hex4() (rune, bool) {
	if len(r.data)-r.pos < 4 {
		return 0, false
	}
	n := rune(0)
	for range 4 {
		h := hex(r.data[r.pos])
		if h < 0 {
			return 0, false
		}
		n = n<<4 | rune(h)
		r.pos++
	}
	return n, true
}
