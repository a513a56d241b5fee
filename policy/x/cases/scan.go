package cases

import (
	"errors"
	"strings"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// scanner walks a case's outer members, which nest deeper than package policy
// reads, and finds the extent of what is in them. It looks inside nothing that
// it steps over: each value is read strictly by whoever takes it, so a document
// is read once, by the compiler, or not at all where it is known already.
type scanner struct {
	text string
	at   int
}

func (s *scanner) space() {
	for s.at < len(s.text) && strings.IndexByte(" \t\r\n", s.text[s.at]) >= 0 {
		s.at++
	}
}

func (s *scanner) peek() byte {
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

// span is a value in the case's text.
type span struct{ start, end int }

func (s *scanner) of(v span) string { return s.text[v.start:v.end] }

// skip steps over one value, in time linear in it.
func (s *scanner) skip() (span, *fault) {
	v := span{start: s.at}
	depth := 0
	for s.at < len(s.text) {
		switch c := s.text[s.at]; c {
		case '"':
			if f := s.skipString(); f != nil {
				return v, f
			}
			if depth == 0 {
				v.end = s.at
				return v, nil
			}
		case '{', '[':
			depth++
			s.at++
		case '}', ']', ',', ' ', '\t', '\r', '\n', ':':
			if depth == 0 {
				return s.scalar(v)
			}
			s.at++
			if c == '}' || c == ']' {
				depth--
			}
			if depth == 0 {
				v.end = s.at
				return v, nil
			}
		default:
			s.at++
		}
	}
	if depth > 0 {
		return v, faultf(len(s.text), `the text ends where "}" or "]" is expected`)
	}
	return s.scalar(v)
}

func (s *scanner) scalar(v span) (span, *fault) {
	if v.end = s.at; v.end == v.start {
		return v, faultf(s.at, "a value is expected here")
	}
	return v, nil
}

func (s *scanner) skipString() *fault {
	start := s.at
	for s.at++; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case '"':
			s.at++
			return nil
		case '\\':
			s.at++
		}
	}
	return faultf(start, "the string does not end")
}

// object calls member for each member; it must step over the value.
func (s *scanner) object(what string, member func(name string, start int) *fault) *fault {
	if s.peek() != '{' {
		return faultf(s.at, "%s is a JSON object", what)
	}
	seen := make(map[string]bool, 8)
	return s.list('}', func() *fault {
		start := s.at
		if s.peek() != '"' {
			return faultf(s.at, "a member's name is expected here")
		}
		quoted, f := s.skip()
		if f != nil {
			return f
		}
		name, f := s.str(quoted)
		if f != nil {
			return f
		}
		if seen[name] {
			return faultf(start, "the member %q stands twice in one object", name)
		}
		seen[name] = true
		s.space()
		if s.peek() != ':' {
			return faultf(s.at, `":" is expected here`)
		}
		s.at++
		s.space()
		return member(name, start)
	})
}

// array calls item for each item; it must step over it.
func (s *scanner) array(what string, item func() *fault) *fault {
	if s.peek() != '[' {
		return faultf(s.at, "%s is a list", what)
	}
	return s.list(']', item)
}

// list walks what stands between brackets.
func (s *scanner) list(closing byte, one func() *fault) *fault {
	s.at++
	for first := true; ; first = false {
		s.space()
		if first && s.peek() == closing {
			s.at++
			return nil
		}
		if f := one(); f != nil {
			return f
		}
		s.space()
		switch s.peek() {
		case ',':
			s.at++
		case closing:
			s.at++
			return nil
		default:
			return faultf(s.at, `"," or %q is expected here`, string(closing))
		}
	}
}

// json reads a value strictly. It may nest as deep as a policy.
func (s *scanner) json(v span) (*policy.Node, *fault) {
	n, err := policy.ParseJSON(s.of(v))
	if err != nil {
		return nil, within(v.start, err)
	}
	return n, nil
}

// within is an error of package policy in a text that starts at a byte of the
// case.
func within(start int, err error) *fault {
	var e *policy.Error
	if !errors.As(err, &e) {
		return faultf(start, "%v", err)
	}
	return &fault{start + e.Offset, describe(e)}
}

// describe is our words for what is wrong, and the element it is in.
func describe(e *policy.Error) string {
	detail := e.Detail
	if detail == "" {
		detail = e.Message
	}
	if e.Element == "" {
		return detail
	}
	return e.Element + ": " + detail
}

// str is the text of a string.
func (s *scanner) str(v span) (string, *fault) {
	if s.text[v.start] != '"' {
		return "", faultf(v.start, "a string is expected here")
	}
	plain := s.text[v.start+1 : v.end-1]
	if isPlain(plain) {
		return plain, nil
	}
	n, f := s.json(v)
	if f != nil {
		return "", f
	}
	return n.Text(), nil
}

// isPlain: ASCII without escapes, so what is between the quotes is the text.
func isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c > 0x7e || c == '\\' {
			return false
		}
	}
	return true
}

// takeString steps over a string.
func (s *scanner) takeString() (string, *fault) {
	v, f := s.skip()
	if f != nil {
		return "", f
	}
	return s.str(v)
}

// take steps over a value and reads it.
func (s *scanner) take() (*policy.Node, int, *fault) {
	v, f := s.skip()
	if f != nil {
		return nil, 0, f
	}
	n, f := s.json(v)
	return n, v.start, f
}
