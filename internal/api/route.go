package api

import (
	"net/http"
	"net/url"
	"strings"
)

// IsREST says whether the service's operations lie in method and path.
func (s *Service) IsREST() bool { return s.Protocol == RESTXML || s.Protocol == RESTJSON }

// Route finds the operation of a REST service by a request's method, path and
// query: of those that fit, the one whose template and required members name most
// of the request. nil where none does.
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
	most := 0
	for _, op := range s.Operations {
		named, fits := op.fits(r.Method, path, query)
		if !fits {
			continue
		}
		if named += op.required(query, r.Header); best == nil || named > most {
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

// required tells operations of one template from one another: UploadPart is PutObject
// with partNumber and uploadId, CopyObject is it with x-amz-copy-source. An operation
// that misses such a member is found where nothing is nearer, so that the missing
// member is what is answered.
func (op *Operation) required(query url.Values, header http.Header) (named int) {
	if op.Input == nil {
		return 0
	}
	for i := range op.Input.Members {
		m := &op.Input.Members[i]
		if !m.Required || m.Location != "querystring" && m.Location != "header" {
			continue
		}
		if query.Has(m.Wire) && m.Location == "querystring" || header.Get(m.Wire) != "" && m.Location == "header" {
			named += 2
		} else {
			named--
		}
	}
	return named
}
