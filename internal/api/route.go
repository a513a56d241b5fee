package api

import (
	"net/http"
	"net/url"
	"strings"
)

// IsREST says whether the service's operations lie in method and path.
func (s *Service) IsREST() bool { return s.Protocol == RESTXML || s.Protocol == RESTJSON }

// Route finds the operation of a REST service by a request's method, path and
// query: of those that fit, the one whose template names most. nil where none does.
func (s *Service) Route(r *http.Request) *Operation {
	query := url.Values{}
	if err := eachParameter([2]string{r.URL.RawQuery}, func(name, value string) *Error {
		query.Add(name, value)
		return nil
	}); err != nil {
		return nil
	}
	path := r.URL.EscapedPath()
	var best *Operation
	most := -1
	for _, op := range s.Operations {
		named, fits := op.fits(r.Method, path, query)
		if fits && named > most {
			best, most = op, named
		}
	}
	return best
}

// fits says whether a request is of the operation, and how much of it the
// operation's template names: literal parts of the path and of the query.
func (op *Operation) fits(method, path string, query url.Values) (named int, fits bool) {
	if op.Method != method {
		return 0, false
	}
	if _, ok := matchURI(op.URI, path); !ok {
		return 0, false
	}
	template, literals, _ := strings.Cut(op.URI, "?")
	for _, part := range strings.Split(template, "/") {
		if part != "" && part[0] != '{' {
			named++
		}
		if part != "" {
			named++ // a longer path is nearer
		}
	}
	for _, literal := range strings.FieldsFunc(literals, func(c rune) bool { return c == '&' }) {
		name, value, hasValue := strings.Cut(literal, "=")
		if !query.Has(name) || hasValue && query.Get(name) != value {
			return 0, false
		}
		named += 2
	}
	return named, true
}
