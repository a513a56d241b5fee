package api

import (
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// xmlWriter appends XML. AWS's query services indent by two blanks, EC2 by four;
// indent 0 writes everything in one line.
type xmlWriter struct {
	dst    []byte
	depth  int
	indent int
	format string // time format of the protocol
}

const blanks = "                                                                "

func (w *xmlWriter) line() {
	if w.indent == 0 {
		return
	}
	for n := w.depth * w.indent; n > 0; n -= len(blanks) {
		w.dst = append(w.dst, blanks[:min(n, len(blanks))]...)
	}
}

func (w *xmlWriter) end() {
	if w.indent > 0 {
		w.dst = append(w.dst, '\n')
	}
}

// open begins an element that has elements; attributes is written as it is.
func (w *xmlWriter) open(name, attributes string) {
	w.line()
	w.dst = append(w.dst, '<')
	w.dst = append(w.dst, name...)
	w.dst = append(w.dst, attributes...)
	w.dst = append(w.dst, '>')
	w.end()
	w.depth++
}

func (w *xmlWriter) close(name string) {
	w.depth--
	w.line()
	w.closeTag(name)
}

func (w *xmlWriter) closeTag(name string) {
	w.dst = append(w.dst, '<', '/')
	w.dst = append(w.dst, name...)
	w.dst = append(w.dst, '>')
	w.end()
}

func (w *xmlWriter) empty(name, attributes string) {
	w.line()
	w.dst = append(w.dst, '<')
	w.dst = append(w.dst, name...)
	w.dst = append(w.dst, attributes...)
	w.dst = append(w.dst, '/', '>')
	w.end()
}

// text writes an element that has text.
func (w *xmlWriter) text(name, text string) {
	w.startTag(name)
	w.dst = appendXMLText(w.dst, text)
	w.closeTag(name)
}

func (w *xmlWriter) startTag(name string) {
	w.line()
	w.dst = append(w.dst, '<')
	w.dst = append(w.dst, name...)
	w.dst = append(w.dst, '>')
}

// value writes what v holds as an element of that name; nothing when it is
// absent.
func (w *xmlWriter) value(name string, s *Shape, v reflect.Value, namespace string) {
	if absent(v) {
		return
	}
	switch s.Kind {
	case Structure:
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		w.structure(name, s, v, namespace)
	case List:
		w.list(name, s, v)
	case Map:
		w.mapping(name, s, v)
	case String:
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		w.text(name, v.String())
	default:
		w.startTag(name)
		w.dst = appendText(w.dst, v, s, w.format)
		w.closeTag(name)
	}
}

// structure writes an element with the members of v; v may be the zero Value.
func (w *xmlWriter) structure(name string, s *Shape, v reflect.Value, namespace string) {
	before := len(w.dst)
	attributes := w.attributes(s, v, namespace)
	w.open(name, attributes)
	inside := len(w.dst)
	w.members(s, v)
	if len(w.dst) == inside {
		w.dst = w.dst[:before]
		w.depth--
		w.empty(name, attributes)
		return
	}
	w.close(name)
}

func (w *xmlWriter) members(s *Shape, v reflect.Value) {
	if !v.IsValid() {
		return
	}
	for i := range s.Members {
		if m := &s.Members[i]; m.Location == "" && !m.Attribute {
			w.value(m.Wire, m.Shape, v.Field(i), m.Namespace)
		}
	}
}

// attributes are the namespace and the members that the model makes attributes:
// S3's xsi:type.
func (w *xmlWriter) attributes(s *Shape, v reflect.Value, namespace string) string {
	text := ""
	if namespace != "" {
		text = xmlns(namespace)
	}
	if !v.IsValid() {
		return text
	}
	for i := range s.Members {
		if m := &s.Members[i]; m.Attribute && !absent(v.Field(i)) {
			value := appendText(nil, v.Field(i), m.Shape, w.format)
			if strings.HasPrefix(m.Wire, "xsi:") {
				text += ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`
			}
			text += " " + m.Wire + `="` + string(appendXMLAttribute(nil, string(value))) + `"`
		}
	}
	return text
}

func xmlns(namespace string) string { return ` xmlns="` + namespace + `"` }

func (w *xmlWriter) list(name string, s *Shape, v reflect.Value) {
	element := s.ElementName
	if s.Flattened {
		if element == "" {
			element = name
		}
		for i := range v.Len() {
			w.value(element, s.Element, v.Index(i), "")
		}
		return
	}
	if v.Len() == 0 {
		w.empty(name, "")
		return
	}
	w.open(name, "")
	for i := range v.Len() {
		w.value(element, s.Element, v.Index(i), "")
	}
	w.close(name)
}

// mapping writes a map, sorted by key: the same answer gives the same bytes.
func (w *xmlWriter) mapping(name string, s *Shape, v reflect.Value) {
	entry := "entry"
	if s.Flattened {
		entry = name
	} else if v.Len() == 0 {
		w.empty(name, "")
		return
	} else {
		w.open(name, "")
		defer w.close(name)
	}
	for _, key := range sortedKeys(v) {
		w.open(entry, "")
		w.text(s.KeyName, key.String())
		w.value(s.ValueName, s.Element, v.MapIndex(key), "")
		w.close(entry)
	}
}

func sortedKeys(v reflect.Value) []reflect.Value {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int {
		if a.String() < b.String() {
			return -1
		}
		return 1
	})
	return keys
}

// appendXMLText escapes what XML 1.0 does not take as it is. Characters that it
// cannot hold at all, and bytes that are not UTF-8, become U+FFFD.
func appendXMLText(dst []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '&' && c != '<' && c != '>' || c == '\n' || c == '\t' {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if escaped := xmlEscape(r, size); escaped != "" {
			dst = append(dst, s[start:i]...)
			dst = append(dst, escaped...)
			start = i + size
		}
		i += size
	}
	return append(dst, s[start:]...)
}

func xmlEscape(r rune, size int) string {
	switch {
	case r == '&':
		return "&amp;"
	case r == '<':
		return "&lt;"
	case r == '>':
		return "&gt;"
	case r == '\r': // a parser would turn it into a line feed
		return "&#xD;"
	case r < ' ', r == 0xFFFE, r == 0xFFFF, r == utf8.RuneError && size == 1:
		return "\uFFFD"
	}
	return ""
}

func appendXMLAttribute(dst []byte, s string) []byte {
	for _, r := range s {
		switch r {
		case '"':
			dst = append(dst, "&quot;"...)
		case '\n':
			dst = append(dst, "&#xA;"...)
		case '\t':
			dst = append(dst, "&#x9;"...)
		default:
			dst = appendXMLText(dst, string(r))
		}
	}
	return dst
}
