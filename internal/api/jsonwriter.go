package api

import (
	"reflect"
	"unicode/utf8"
)

// appendJSONStructure appends the members of v, a struct or the zero Value, as
// an object. Absent members are left out.
func appendJSONStructure(dst []byte, s *Shape, v reflect.Value) []byte {
	dst = append(dst, '{')
	if v.IsValid() {
		empty := true
		for i := range s.Members {
			m := &s.Members[i]
			if m.Location != "" || absent(v.Field(i)) {
				continue
			}
			if !empty {
				dst = append(dst, ',')
			}
			empty = false
			dst = append(appendJSONString(dst, m.Wire), ':')
			dst = appendJSON(dst, m.Shape, v.Field(i))
		}
	}
	return append(dst, '}')
}

func appendJSON(dst []byte, s *Shape, v reflect.Value) []byte {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch s.Kind {
	case Structure:
		return appendJSONStructure(dst, s, v)
	case List:
		dst = append(dst, '[')
		for i := range v.Len() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJSON(dst, s.Element, v.Index(i))
		}
		return append(dst, ']')
	case Map:
		return appendJSONMap(dst, s, v)
	case String:
		return appendJSONString(dst, v.String())
	case AnyDocument:
		return append(dst, v.Bytes()...)
	case Blob:
		return append(appendText(append(dst, '"'), v, s, ""), '"')
	case Timestamp:
		return appendJSONTime(dst, s, v)
	case Float, Double:
		return appendJSONFloat(dst, v.Float())
	}
	return appendText(dst, v, s, unixFormat)
}

func appendJSONMap(dst []byte, s *Shape, v reflect.Value) []byte {
	dst = append(dst, '{')
	for i, key := range sortedKeys(v) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendJSONString(dst, key.String()), ':')
		dst = appendJSON(dst, s.Element, v.MapIndex(key))
	}
	return append(dst, '}')
}

// appendJSONTime: seconds since 1970 as a number, unless the model has a format
// that is text.
func appendJSONTime(dst []byte, s *Shape, v reflect.Value) []byte {
	if s.TimeFormat == "" || s.TimeFormat == unixFormat {
		return appendTime(dst, timeOf(v), unixFormat)
	}
	return append(appendTime(append(dst, '"'), timeOf(v), s.TimeFormat), '"')
}

// appendJSONFloat: what JSON has no number for is text, as in AWS's protocols.
func appendJSONFloat(dst []byte, f float64) []byte {
	if f-f != 0 {
		return append(appendFloat(append(dst, '"'), f), '"')
	}
	return appendFloat(dst, f)
}

// appendJSONMembers appends the extra members of an error, each after a comma.
func appendJSONMembers(dst []byte, members []Member) []byte {
	for _, m := range members {
		dst = append(appendJSONString(append(dst, ','), m.Name), ':')
		dst = appendJSONString(dst, m.Value)
	}
	return dst
}

const hexDigits = "0123456789abcdef"

// appendJSONString quotes s. Bytes that are not UTF-8 become U+FFFD.
func appendJSONString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c < ' ' || c == '"' || c == '\\' {
				dst = appendJSONEscape(append(dst, s[start:i]...), c)
				start = i + 1
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			dst = append(append(dst, s[start:i]...), "\uFFFD"...)
			start = i + 1
		}
		i += size
	}
	return append(append(dst, s[start:]...), '"')
}

func appendJSONEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}

// AppendJSONString appends s as a JSON string. Bytes that are not UTF-8 become
// U+FFFD.
func AppendJSONString(dst []byte, s string) []byte { return appendJSONString(dst, s) }
