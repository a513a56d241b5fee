package api

import (
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// maxPath is how many parts a parameter's name may have: Tags.member.1.Key has
// four. No model of AWS's goes half as deep.
const maxPath = 32

// decodeQuery reads a request of IAM's or STS's protocol: parameters of the URL
// or of a form. Lists are Name.member.N, in any order and with gaps; Name= is an
// empty list. Unknown parameters are ignored, as AWS ignores them.
func decodeQuery(s *Shape, v reflect.Value, r *http.Request, body []byte) *Error {
	return queryDecoder{}.decode(s, v, r, body)
}

// queryDecoder reads both query protocols. EC2's writes lists as Name.N and has
// names of its own for members.
type queryDecoder struct{ ec2 bool }

func (d queryDecoder) decode(s *Shape, v reflect.Value, r *http.Request, body []byte) *Error {
	var tree parameter // of the parameters that are more than a scalar
	err := eachParameter(parameters(r, body), func(name, value string) *Error {
		first, _, _ := strings.Cut(name, ".")
		i := d.member(s, first)
		if i < 0 {
			return nil
		}
		m := &s.Members[i]
		if len(first) < len(name) || m.Shape.Kind == List || m.Shape.Kind == Map || m.Shape.Kind == Structure {
			return tree.insert(name, value)
		}
		if !absent(v.Field(i)) {
			return errTwice(name)
		}
		return scalar(v.Field(i), m.Shape, value)
	})
	if err != nil {
		return err
	}
	return d.members(s, v, &tree)
}

// member finds a member by its name in requests; -1 when there is none.
func (d queryDecoder) member(s *Shape, name string) int {
	for i := range s.Members {
		if d.name(&s.Members[i]) == name {
			return i
		}
	}
	return -1
}

func (d queryDecoder) name(m *MemberShape) string {
	switch {
	case !d.ec2:
		return m.Wire
	case m.Query != "":
		return m.Query
	}
	return upperFirst(m.Wire)
}

func (d queryDecoder) members(s *Shape, v reflect.Value, p *parameter) *Error {
	for _, child := range p.children {
		i := d.member(s, child.name)
		if i < 0 {
			continue
		}
		if err := d.value(s.Members[i].Shape, v.Field(i), child); err != nil {
			return err
		}
	}
	return nil
}

func (d queryDecoder) value(s *Shape, v reflect.Value, p *parameter) *Error {
	switch s.Kind {
	case Structure:
		if p.set {
			return malformed("Unexpected complex element termination")
		}
		return d.members(s, target(v), p)
	case List:
		return d.list(s, v, p)
	case Map:
		return d.mapping(s, v, p)
	}
	switch {
	case len(p.children) > 0:
		return malformed("Start of structure or map found where not expected.")
	case !absent(v) && v.Kind() == reflect.Pointer:
		return errTwice(p.name)
	}
	return scalar(v, s, p.value)
}

func (d queryDecoder) list(s *Shape, v reflect.Value, p *parameter) *Error {
	elements, err := d.elements(p, s.ElementName, s.Flattened)
	if err != nil {
		return err
	}
	list := reflect.MakeSlice(v.Type(), len(elements), len(elements))
	for i, e := range elements {
		if err := d.value(s.Element, list.Index(i), e); err != nil {
			return err
		}
	}
	v.Set(list)
	return nil
}

func (d queryDecoder) mapping(s *Shape, v reflect.Value, p *parameter) *Error {
	entries, err := d.elements(p, "entry", s.Flattened)
	if err != nil {
		return err
	}
	m := reflect.MakeMapWithSize(v.Type(), len(entries))
	for _, e := range entries {
		key, value := e.child(s.KeyName), e.child(s.ValueName)
		if key == nil || !key.set {
			return malformed("Map entry without a key")
		}
		if m.MapIndex(reflect.ValueOf(key.value)).IsValid() {
			return errTwice(p.name)
		}
		element := reflect.New(v.Type().Elem()).Elem()
		if value != nil {
			if err := d.value(s.Element, element, value); err != nil {
				return err
			}
		}
		m.SetMapIndex(reflect.ValueOf(key.value), element)
	}
	v.Set(m)
	return nil
}

// elements are the numbered parts below p or below p's child of that name, in
// the order of their numbers. Numbers order, and nothing is allocated by them.
func (d queryDecoder) elements(p *parameter, below string, flattened bool) ([]*parameter, *Error) {
	if p.set && (p.value != "" || len(p.children) > 0) {
		return nil, malformed("Unexpected list element termination")
	}
	if !flattened && !d.ec2 {
		if p = p.child(below); p == nil {
			return nil, nil // Tags= and Tags.other=: an empty list
		}
		if p.set {
			return nil, malformed("Unexpected list element termination")
		}
	}
	elements := slices.Clone(p.children)
	for _, e := range elements {
		if e.number = listIndex(e.name); e.number == 0 {
			return nil, malformed("Key in list is not a positive number")
		}
	}
	slices.SortFunc(elements, func(a, b *parameter) int { return a.number - b.number })
	return elements, nil
}

// listIndex reads a list's N; 0 for anything that is not a number of at most
// nine digits without leading zeros.
func listIndex(s string) int {
	if len(s) == 0 || len(s) > 9 || s[0] == '0' {
		return 0
	}
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0
	}
	return int(n)
}

// parameter is a node of the tree that the names of parameters span.
type parameter struct {
	name     string
	value    string
	set      bool
	number   int // in a list
	children []*parameter
	byName   map[string]*parameter // once there are many
}

func (p *parameter) insert(name, value string) *Error {
	if strings.Count(name, ".") >= maxPath {
		return malformed("Parameter name is nested too deeply")
	}
	at := p
	for rest, more := name, true; more; {
		var part string
		part, rest, more = strings.Cut(rest, ".")
		next := at.child(part)
		if next == nil {
			next = at.add(part)
		}
		at = next
	}
	if at.set {
		return errTwice(name)
	}
	at.value, at.set = value, true
	return nil
}

func (p *parameter) child(name string) *parameter {
	if p.byName != nil {
		return p.byName[name]
	}
	for _, c := range p.children {
		if c.name == name {
			return c
		}
	}
	return nil
}

func (p *parameter) add(name string) *parameter {
	c := &parameter{name: name}
	p.children = append(p.children, c)
	switch {
	case p.byName != nil:
		p.byName[name] = c
	case len(p.children) > 16:
		p.byName = make(map[string]*parameter, 2*len(p.children))
		for _, c := range p.children {
			p.byName[c.name] = c
		}
	}
	return c
}

func scalar(v reflect.Value, s *Shape, text string) *Error {
	if err := setText(v, s, text); err != nil {
		return malformed(err.Error())
	}
	return nil
}

// malformed is what AWS's query services answer to parameters that do not have
// the form of the operation's input.
func malformed(words string) *Error {
	return Errorf(http.StatusBadRequest, "MalformedInput", "%s", words)
}

// errTwice refuses a parameter that is given twice. What AWS does then is not
// documented; taking either one would let what was checked and what is used be
// two different values, so neither is taken.
func errTwice(name string) *Error {
	return malformed("Parameter " + shorten(name, maxName) + " is given more than once")
}

func upperFirst(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

const (
	xmlType  = "text/xml"
	jsonType = "application/json"
)

// encodeQuery makes the answer of aws-errors 5: indented by two blanks, no XML
// declaration, a line feed at the end.
func encodeQuery(dst []byte, svc *Service, op *Operation, v reflect.Value, requestID string, form Form) Response {
	if form == JSONTwin {
		return queryResponse(op.status(), jsonType, appendTwin(dst, op, v, requestID), requestID)
	}
	w := xmlWriter{dst: dst, indent: 2, format: isoFormat}
	w.openResponse(op.Name, svc.Namespace)
	if op.ResultWrapper != "" {
		w.structure(op.ResultWrapper, op.Output, v, "")
	}
	w.open("ResponseMetadata", "")
	w.text("RequestId", requestID)
	w.close("ResponseMetadata")
	w.closeResponse(op.Name)
	return queryResponse(op.status(), xmlType, w.dst, requestID)
}

// openResponse writes <OpResponse xmlns="…"> without joining strings.
func (w *xmlWriter) openResponse(op, namespace string) {
	w.dst = append(append(append(w.dst, '<'), op...), "Response"...)
	if namespace != "" {
		w.dst = append(append(append(w.dst, ` xmlns="`...), namespace...), '"')
	}
	w.dst = append(w.dst, '>')
	w.end()
	w.depth++
}

func (w *xmlWriter) closeResponse(op string) {
	w.depth--
	w.dst = append(append(append(w.dst, "</"...), op...), "Response>"...)
	w.end()
}

func (op *Operation) status() int {
	if op.Status != 0 {
		return op.Status
	}
	return http.StatusOK
}

func queryResponse(status int, contentType string, body []byte, requestID string) Response {
	return Response{Status: status, Body: body, Header: []Field{{"x-amzn-RequestId", requestID}, {"Content-Type", contentType}}}
}

// appendTwin writes {"OpResponse":{"OpResult":{…},"ResponseMetadata":{"RequestId":"…"}}}.
func appendTwin(dst []byte, op *Operation, v reflect.Value, requestID string) []byte {
	dst = appendJSONString(append(dst, '{'), op.Name+"Response")
	dst = append(dst, ':', '{')
	if op.ResultWrapper != "" {
		dst = append(appendJSONString(dst, op.ResultWrapper), ':')
		dst = append(appendJSONStructure(dst, op.Output, v), ',')
	}
	dst = append(dst, `"ResponseMetadata":{"RequestId":`...)
	return append(appendJSONString(dst, requestID), "}}}"...)
}

func encodeQueryError(dst []byte, svc *Service, e *Error, requestID string, form Form) Response {
	if form == JSONTwin {
		return queryResponse(e.Status, jsonType, appendErrorTwin(dst, e, requestID), requestID)
	}
	namespace := svc.Namespace
	if namespace == "" || e.Code == codeInvalidAction {
		namespace = faultNamespace
	}
	w := xmlWriter{dst: dst, indent: 2}
	w.openResponse("Error", namespace)
	w.open("Error", "")
	w.text("Type", e.side())
	w.text("Code", e.Code)
	w.text("Message", e.Message)
	for _, m := range e.Members {
		w.text(m.Name, m.Value)
	}
	w.close("Error")
	w.text("RequestId", requestID)
	w.closeResponse("Error")
	return queryResponse(e.Status, xmlType, w.dst, requestID)
}

// faultNamespace is that of errors that no operation made, as AWS's front end of
// the query services writes it where it finds none (django-ses/django-ses#158).
const faultNamespace = "http://webservices.amazon.com/AWSFault/2005-15-09"

// side is whose fault the error is, as the query protocols name it.
func (e *Error) side() string {
	if e.Fault {
		return "Receiver"
	}
	return "Sender"
}

func appendErrorTwin(dst []byte, e *Error, requestID string) []byte {
	dst = appendJSONString(append(dst, `{"Error":{"Code":`...), e.Code)
	dst = appendJSONString(append(dst, `,"Message":`...), e.Message)
	dst = appendJSONString(append(dst, `,"Type":`...), e.side())
	dst = appendJSONMembers(dst, e.Members)
	return append(appendJSONString(append(dst, `},"RequestId":`...), requestID), '}')
}
