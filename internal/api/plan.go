package api

import (
	"net/http"
	"strings"
)

// plan is what the codecs of the REST protocols need to know of an operation, made once.
type plan struct {
	op       *Operation
	path     []segment
	literals []literal
	headers  []string       // of the input: the canonical name of each header member, "" for others
	query    map[string]int // of the input: the index of each member in the query; of each literal, behind them
	inHeader []int          // the members that have one
	payload  int            // the input member that is the body, or -1
	inBody   bool           // the input has members that are the body's elements
	catchAll []int          // the input members that take every other parameter
	names    int            // of the query: members and literals
}

// segment is a part of a path template between slashes.
type segment struct {
	text   string // literal text, or the label's name
	label  bool
	greedy bool // a label that takes the rest of the path, slashes too
	member int  // of the input, that the label fills, or -1
}

// literal is a parameter of a template: ?acl, ?list-type=2.
type literal struct {
	name, value string
	valued      bool
}

func newPlan(op *Operation) *plan {
	path, query, _ := strings.Cut(op.URI, "?")
	p := &plan{op: op, payload: -1, query: map[string]int{}}
	for _, part := range strings.Split(strings.TrimPrefix(path, "/"), "/") {
		p.path = append(p.path, newSegment(part))
	}
	for _, part := range strings.FieldsFunc(query, func(c rune) bool { return c == '&' }) {
		name, value, valued := strings.Cut(part, "=")
		p.literals = append(p.literals, literal{name, value, valued})
	}
	if op.Input != nil {
		p.place(op.Input)
	}
	for _, l := range p.literals {
		if _, member := p.query[l.name]; !member {
			p.query[l.name] = p.names
			p.names++
		}
	}
	return p
}

func newSegment(part string) segment {
	name, label := strings.CutPrefix(part, "{")
	if !label {
		return segment{text: part, member: -1}
	}
	name, greedy := strings.CutSuffix(strings.TrimSuffix(name, "}"), "+")
	return segment{text: name, label: true, greedy: greedy, member: -1}
}

// fill notes the member that a label fills.
func (p *plan) fill(label string, member int) {
	for i := range p.path {
		if p.path[i].label && p.path[i].text == label {
			p.path[i].member = member
		}
	}
}

// place notes where the input's members lie.
func (p *plan) place(s *Shape) {
	p.headers, p.names = make([]string, len(s.Members)), len(s.Members)
	for i := range s.Members {
		m := &s.Members[i]
		switch {
		case m.Payload:
			p.payload = i
		case m.Location == "":
			p.inBody = true
		case m.Location == "header" || m.Location == "headers":
			p.headers[i], p.inHeader = http.CanonicalHeaderKey(m.Wire), append(p.inHeader, i)
		case m.Location == "uri":
			p.fill(m.Wire, i)
		case m.Location == "querystring" && m.Shape != nil && m.Shape.Kind == Map:
			p.catchAll = append(p.catchAll, i)
		case m.Location == "querystring":
			p.query[m.Wire] = i
		}
	}
}

// plan of an operation of the service.
func (s *Service) plan(op *Operation) *plan {
	if p := s.routes().plans[op]; p != nil {
		return p
	}
	return newPlan(op)
}

// fits says whether a path is of the template. A label is not empty; one with + takes
// the rest of the path, slashes too.
func (p *plan) fits(path string) bool {
	if path == "" || path[0] != '/' {
		return false
	}
	rest, more := path[1:], true
	for i := range p.path {
		part := &p.path[i]
		switch {
		case !more:
			return false
		case part.greedy:
			return rest != ""
		}
		var text string
		text, rest, more = strings.Cut(rest, "/")
		if part.label && text == "" || !part.label && text != part.text {
			return false
		}
	}
	return !more || rest == ""
}
