package api

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"unicode/utf8"
)

// Outgoing is a request of a REST service as a client sends it.
type Outgoing struct {
	Method string
	Path   string // escaped
	Query  string // escaped, without "?"
	Header http.Header
	Body   []byte // nil where the payload is a stream
}

// EncodeRequest makes the request of an operation's input struct: the members that the
// model has, at the places that it gives, and nothing else. It is the reverse of
// DecodeInput: what was decided is exactly what is sent on. A value that its place
// cannot hold as it is, a line feed in a header, is refused with an *Error.
//
// The Content-Length of an input that has one is set as any other header; who sends the
// request knows how long the body really is.
func EncodeRequest(svc *Service, op *Operation, in any) (*Outgoing, error) {
	if svc.Protocol != RESTXML {
		return nil, fmt.Errorf("%s: requests of protocol %s are not made here", op.Name, svc.Protocol)
	}
	v, err := inputValue(op, in)
	if err != nil {
		return nil, err
	}
	w := requestWriter{svc: svc, plan: svc.plan(op), out: &Outgoing{Method: op.Method, Header: http.Header{}}}
	w.literals()
	if !v.IsValid() {
		return w.out, w.path(v)
	}
	return w.input(v)
}

// inputValue is the input struct to encode; the zero Value for none.
func inputValue(op *Operation, in any) (reflect.Value, error) {
	v := reflect.ValueOf(in)
	if op.Input == nil {
		return reflect.Value{}, nil
	}
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct || v.Elem().NumField() != len(op.Input.Members) {
		return reflect.Value{}, fmt.Errorf("%s: %T is not its input", op.Name, in)
	}
	return v.Elem(), nil
}

// requestWriter makes one request.
type requestWriter struct {
	svc   *Service
	plan  *plan
	out   *Outgoing
	query []byte
}

func (w *requestWriter) input(v reflect.Value) (*Outgoing, error) {
	if err := w.path(v); err != nil {
		return nil, err
	}
	members := w.plan.op.Input.Members
	for i := range members {
		m := &members[i]
		if m.Payload || m.Location == "" || m.Location == "uri" || absent(v.Field(i)) {
			continue
		}
		if err := w.member(m, i, v.Field(i)); err != nil {
			return nil, err
		}
	}
	if err := w.body(v); err != nil {
		return nil, err
	}
	w.out.Query = string(w.query)
	return w.out, nil
}

func (w *requestWriter) literals() {
	for _, l := range w.plan.literals {
		w.parameter(l.name, l.value, l.valued)
	}
	w.out.Query = string(w.query)
}

// path fills the labels of the template.
func (w *requestWriter) path(v reflect.Value) error {
	var path []byte
	for _, part := range w.plan.path {
		path = append(path, '/')
		if !part.label {
			path = append(path, part.text...)
			continue
		}
		text, ok := w.label(part.text, v)
		if !ok {
			return Errorf(http.StatusBadRequest, "InvalidArgument", "%s is empty.", part.text)
		}
		path = appendEscaped(path, text, part.greedy)
	}
	w.out.Path = string(path)
	return nil
}

// label is the text of a label; there is none without a text.
func (w *requestWriter) label(name string, v reflect.Value) (string, bool) {
	if !v.IsValid() {
		return "", false
	}
	members := w.plan.op.Input.Members
	for i := range members {
		if m := &members[i]; m.Location == "uri" && m.Wire == name && !absent(v.Field(i)) {
			text := string(appendText(nil, v.Field(i), m.Shape, isoFormat))
			return text, text != ""
		}
	}
	return "", false
}

// member puts a member into the query or the header.
func (w *requestWriter) member(m *MemberShape, i int, v reflect.Value) error {
	switch m.Location {
	case "querystring":
		w.queryMember(m, v)
	case "header":
		return w.header(w.plan.headers[i], headerText(m.Shape, v))
	case "headers":
		for _, key := range sortedKeys(v) {
			if err := w.header(http.CanonicalHeaderKey(m.Wire+key.String()), v.MapIndex(key).String()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *requestWriter) queryMember(m *MemberShape, v reflect.Value) {
	switch m.Shape.Kind {
	case List:
		for i := range v.Len() {
			w.parameter(m.Wire, string(appendText(nil, v.Index(i), m.Shape.Element, isoFormat)), true)
		}
	case Map:
		for _, key := range sortedKeys(v) {
			w.parameter(key.String(), v.MapIndex(key).String(), true)
		}
	default:
		w.parameter(m.Wire, string(appendText(nil, v, m.Shape, isoFormat)), true)
	}
}

func (w *requestWriter) parameter(name, value string, valued bool) {
	if len(w.query) > 0 {
		w.query = append(w.query, '&')
	}
	w.query = appendEscaped(w.query, name, false)
	if valued {
		w.query = appendEscaped(append(w.query, '='), value, false)
	}
}

// header sets a header field. What would begin another field is refused, and what the
// other side would not read as it is: blanks at the ends.
func (w *requestWriter) header(name, value string) error {
	if !isToken(name) || !isFieldValue(value) {
		return Errorf(http.StatusBadRequest, "InvalidArgument", "The value of the header %q is not one that a header can hold.", shorten(name, maxName))
	}
	w.out.Header[name] = []string{value}
	return nil
}

// isToken: RFC 9110, 5.1 and 5.6.2.
func isToken(name string) bool {
	for i := range len(name) {
		c := name[i]
		if !(c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z') && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return name != ""
}

// isFieldValue: RFC 9110, 5.5. A list that ends in an empty element is left as it is.
func isFieldValue(value string) bool {
	for i := range len(value) {
		if c := value[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return strings.Trim(value, " \t") == value
}

// body writes the payload or the members that are the body. A stream is left to who
// sends the request.
func (w *requestWriter) body(v reflect.Value) error {
	op, p := w.plan.op, w.plan
	if p.payload < 0 {
		if p.inBody {
			return w.xml(op.Input.Name, op.Input, v, w.svc.Namespace)
		}
		return nil
	}
	m, field := &op.Input.Members[p.payload], v.Field(p.payload)
	switch {
	case absent(field):
		return nil
	case m.Shape.Kind == Blob:
		w.out.Body = field.Bytes()
		return nil
	case m.Shape.Kind == String:
		w.out.Body = []byte(field.Elem().String())
		return nil
	}
	namespace := m.Namespace
	if namespace == "" {
		namespace = w.svc.Namespace
	}
	return w.xml(m.Wire, m.Shape, field.Elem(), namespace)
}

func (w *requestWriter) xml(root string, s *Shape, v reflect.Value, namespace string) error {
	if !fitsXML(v) {
		return errMalformedXML("a character that XML cannot hold")
	}
	x := xmlWriter{dst: []byte(xmlDeclaration), format: s3Format}
	x.structure(root, s, v, namespace)
	w.out.Body = x.dst
	if w.out.Header["Content-Type"] == nil {
		w.out.Header["Content-Type"] = []string{"application/xml"}
	}
	return nil
}

// fitsXML says whether every text can be written in XML 1.0 as it is.
func fitsXML(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer:
		return v.IsNil() || fitsXML(v.Elem())
	case reflect.String:
		return isXMLText(v.String())
	case reflect.Slice:
		for i := range v.Len() {
			if !fitsXML(v.Index(i)) {
				return false
			}
		}
	case reflect.Map:
		for key, value := range v.Seq2() {
			if !fitsXML(key) || !fitsXML(value) {
				return false
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && !fitsXML(v.Field(i)) {
				return false
			}
		}
	}
	return true
}

func isXMLText(text string) bool {
	for i, r := range text {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				return false
			}
		}
		if r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return false
		}
	}
	return true
}

// appendEscaped escapes every byte but the unreserved ones (RFC 3986, 2.3), as S3's
// clients do: "+" and characters beyond ASCII are exact. The slashes of a key stay.
func appendEscaped(dst []byte, s string, slashes bool) []byte {
	const digits = "0123456789ABCDEF"
	for i := range len(s) {
		c := s[i]
		if c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '-' || c == '.' || c == '_' || c == '~' || c == '/' && slashes {
			dst = append(dst, c)
			continue
		}
		dst = append(dst, '%', digits[c>>4], digits[c&15])
	}
	return dst
}
