package api

import (
	"net/http"
	"strings"
)

// IsREST says whether the service's operations lie in method and path.
func (s *Service) IsREST() bool { return s.Protocol == RESTXML || s.Protocol == RESTJSON }

// Route finds the operation of a REST service by a request's method, path and
// query: of those that fit, the one whose template and required members name most
// of the request. nil where none does. It does not allocate.
//
// S3's sub-resources (?acl, ?policy) say what a request is about: one that the operation
// found does not have makes it none. `DELETE /bucket/key?acl` deletes no object.
func (s *Service) Route(r *http.Request) *Operation {
	routes := s.routes()
	given, ok := routes.parameters(r.URL.RawQuery)
	if !ok {
		return nil
	}
	path := r.URL.EscapedPath()
	var best *route
	most := 0
	for _, c := range routes.candidates(r.Method, path) {
		if !c.plan.fits(path) || !given.has(c.literals) || !c.valuesAre(r.URL.RawQuery) {
			continue
		}
		if named := c.named + c.required(given, r.Header); best == nil || named > most {
			best, most = c, named
		}
	}
	if best == nil || s.Protocol == RESTXML && given.beyond(routes.subresources, best.literals) {
		return nil
	}
	return best.plan.op
}

// routes are a REST service's operations in the order in which a request asks for them,
// and their plans. They are made on first use.
type routes struct {
	plans        map[*Operation]*plan
	byMethod     map[string][][]*route // by the number of the path's segments; the last holds all beyond
	names        map[string]int        // of parameters that tell operations apart: their bits
	subresources bitset
}

// route is what finds one operation.
type route struct {
	plan     *plan
	literals bitset
	valued   []literal
	query    []int    // required members: their bits
	headers  []string // and canonical names
	named    int      // how much of a request the template names
}

// maxSegments bounds byMethod: longer paths are all alike.
const maxSegments = 8

func (s *Service) routes() *routes {
	if r := s.compiled.Load(); r != nil {
		return r
	}
	r := &routes{plans: map[*Operation]*plan{}, byMethod: map[string][][]*route{}, names: map[string]int{}}
	for _, op := range s.Operations {
		p := newPlan(op)
		r.plans[op] = p
		r.add(p)
	}
	s.compiled.Store(r)
	return r
}

func (t *routes) add(p *plan) {
	c := &route{plan: p}
	for _, part := range p.path {
		if part.text != "" {
			c.named++ // a longer path is nearer
		}
		if part.text != "" && !part.label {
			c.named++
		}
	}
	for _, l := range p.literals {
		c.named += 2
		bit := t.bit(l.name)
		c.literals.set(bit)
		if l.valued {
			c.valued = append(c.valued, l)
		} else {
			t.subresources.set(bit)
		}
	}
	t.require(c, p.op)
	t.place(c)
}

// require tells operations of one template from one another: UploadPart is PutObject
// with partNumber and uploadId, CopyObject is it with x-amz-copy-source. An operation
// that misses such a member is found where nothing is nearer, so that the missing
// member is what is answered.
func (t *routes) require(c *route, op *Operation) {
	if op.Input == nil {
		return
	}
	for i := range op.Input.Members {
		switch m := &op.Input.Members[i]; {
		case !m.Required:
		case m.Location == "querystring":
			c.query = append(c.query, t.bit(m.Wire))
		case m.Location == "header":
			c.headers = append(c.headers, http.CanonicalHeaderKey(m.Wire))
		}
	}
}

// place puts a route among those of paths with as many segments as its template.
func (t *routes) place(c *route) {
	method := c.plan.op.Method
	if t.byMethod[method] == nil {
		t.byMethod[method] = make([][]*route, maxSegments+1)
	}
	n := min(len(c.plan.path), maxSegments)
	last := n
	if n == maxSegments || c.plan.path[len(c.plan.path)-1].greedy {
		last = maxSegments
	}
	for ; n <= last; n++ {
		t.byMethod[method][n] = append(t.byMethod[method][n], c)
	}
}

func (t *routes) bit(name string) int {
	bit, known := t.names[name]
	if !known {
		bit = len(t.names)
		t.names[name] = bit
	}
	return bit
}

// candidates are the routes of a method and of paths of that length. A slash at the end
// of a path says nothing.
func (t *routes) candidates(method, path string) []*route {
	all := t.byMethod[method]
	if all == nil {
		return nil
	}
	n := strings.Count(path, "/")
	if n > 1 && path[len(path)-1] == '/' {
		n--
	}
	return all[min(n, maxSegments)]
}

// parameters are those of a query that tell operations apart; false where it has a
// syntax error.
func (t *routes) parameters(query string) (given bitset, ok bool) {
	if query == "" {
		return given, true
	}
	err := eachParameter([2]string{query}, func(name, _ string) *Error {
		if bit, known := t.names[name]; known {
			given.set(bit)
		}
		return nil
	})
	return given, err == nil
}

// valuesAre says whether the literals that have a value have it: ?list-type=2.
func (c *route) valuesAre(query string) bool {
	for _, l := range c.valued {
		if value, _ := firstValue(query, l.name); value != l.value {
			return false
		}
	}
	return true
}

func firstValue(query, name string) (value string, found bool) {
	eachParameter([2]string{query}, func(n, v string) *Error {
		if n == name && !found {
			value, found = v, true
		}
		return nil
	})
	return value, found
}

func (c *route) required(given bitset, header http.Header) (named int) {
	for _, bit := range c.query {
		named += found(given.get(bit))
	}
	for _, name := range c.headers {
		named += found(len(header[name]) > 0)
	}
	return named
}

func found(there bool) int {
	if there {
		return 2
	}
	return -1
}

// bitset holds the parameters of a query that matter.
type bitset [4]uint64

func (b *bitset) set(bit int)      { b[bit/64] |= 1 << (bit % 64) }
func (b *bitset) get(bit int) bool { return b[bit/64]&(1<<(bit%64)) != 0 }

// has says whether all of other are there.
func (b *bitset) has(other bitset) bool {
	for i := range b {
		if b[i]&other[i] != other[i] {
			return false
		}
	}
	return true
}

// beyond says whether there is one of some that other has not.
func (b *bitset) beyond(some, other bitset) bool {
	for i := range b {
		if b[i]&some[i]&^other[i] != 0 {
			return true
		}
	}
	return false
}
