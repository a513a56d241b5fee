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
	payload  int            // the input member that is the body, or -1
	inBody   bool           // the input has members that are the body's elements
	catchAll int            // the input member that takes every other parameter, or -1
	names    int            // of the query: members and literals
}

// segment is a part of a path template between slashes.
type segment struct {
	text   string // literal text, or the label's name
	label  bool
	greedy bool // a label that takes the rest of the path, slashes too
}

// literal is a parameter of a template: ?acl, ?list-type=2.
type literal struct {
	name, value string
	valued      bool
}

func newPlan(op *Operation) *plan {
	path, query, _ := strings.Cut(op.URI, "?")
	p := &plan{op: op, payload: -1, catchAll: -1, query: map[string]int{}}
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
		return segment{text: part}
	}
	name, greedy := strings.CutSuffix(strings.TrimSuffix(name, "}"), "+")
	return segment{text: name, label: true, greedy: greedy}
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
			p.headers[i] = http.CanonicalHeaderKey(m.Wire)
		case m.Location == "querystring" && m.Shape.Kind == Map:
			p.catchAll = i
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
