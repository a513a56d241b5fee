package sigv4

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// queryParts are the parameters of a presigned URL.
type queryParts struct {
	algorithm, credential, date, expires, signedHeaders, signature, token, contentHash queryPart
}

type queryPart struct {
	value string
	sent  bool
}

// part finds the place of a parameter, nil for one of the operation's own.
func (p *queryParts) part(name string) *queryPart {
	switch name {
	case "X-Amz-Algorithm":
		return &p.algorithm
	case "X-Amz-Credential":
		return &p.credential
	case "X-Amz-Date":
		return &p.date
	case "X-Amz-Expires":
		return &p.expires
	case "X-Amz-SignedHeaders":
		return &p.signedHeaders
	case "X-Amz-Signature":
		return &p.signature
	case "X-Amz-Security-Token":
		return &p.token
	case "X-Amz-Content-Sha256":
		return &p.contentHash
	}
	return nil
}

// carriesSignature says whether a query has the parameters of a presigned URL,
// of Version 4 or of Version 2.
func carriesSignature(query string) bool {
	if query == "" || !strings.Contains(query, "X-") && !strings.Contains(query, "%") && !strings.Contains(query, "AWSAccessKeyId") {
		return false
	}
	for name := range parameters(query) {
		switch name {
		case "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "AWSAccessKeyId":
			return true
		}
	}
	return false
}

// parameters yields the names and values of a query, decoded. One that cannot be
// decoded is yielded as it was sent.
func parameters(query string) func(yield func(name, value string) bool) {
	return func(yield func(name, value string) bool) {
		for rest, more := query, true; more; {
			var pair string
			pair, rest, more = cut(rest, '&')
			name, value, _ := cut(pair, '=')
			if !yield(unescape(name), unescape(value)) {
				return
			}
		}
	}
}

func unescape(s string) string {
	if decoded, err := url.QueryUnescape(s); err == nil {
		return decoded
	}
	return s
}

// read collects the parameters. Each may be there once: of two, one would be
// checked and the other might be acted on.
func (p *queryParts) read(query string) *Error {
	for name, value := range parameters(query) {
		if name == "AWSAccessKeyId" {
			return unsupported("AWS")
		}
		part := p.part(name)
		if part == nil {
			continue
		}
		if part.sent {
			return incomplete("AWS query-string parameters must include '" + name + "' once. Re-examine the query-string parameters.")
		}
		part.value, part.sent = value, true
	}
	return nil
}

// missing says which parameters are not there, in AWS's order, all at once.
func (p *queryParts) missing() *Error {
	var b strings.Builder
	for _, part := range [...]struct{ name, value string }{
		{"X-Amz-Algorithm", p.algorithm.value}, {"X-Amz-Credential", p.credential.value}, {"X-Amz-Signature", p.signature.value},
		{"X-Amz-SignedHeaders", p.signedHeaders.value}, {"X-Amz-Date", p.date.value},
	} {
		if part.value == "" {
			b.WriteString("AWS query-string parameters must include '" + part.name + "'. ")
		}
	}
	if b.Len() == 0 {
		return nil
	}
	return incomplete(b.String() + "Re-examine the query-string parameters.")
}

// parseQuery reads a presigned request.
func (s *Signature) parseQuery(r *http.Request, query string) *Error {
	var p queryParts
	if e := p.read(query); e != nil {
		return e
	}
	if strings.HasPrefix(p.algorithm.value, "AWS4-ECDSA-") {
		return unsupported(p.algorithm.value)
	}
	if e := p.missing(); e != nil {
		return e
	}
	if p.algorithm.value != Algorithm {
		return unsupported(p.algorithm.value)
	}
	s.Presigned, s.Signature = true, p.signature.value
	if e := s.setDate(p.date.value, keyDate); e != nil {
		return e
	}
	if e := s.setExpires(p.expires); e != nil {
		return e
	}
	if e := s.setCredential(p.credential.value); e != nil {
		return e
	}
	if e := s.setSignedHeaders(p.signedHeaders.value); e != nil {
		return e
	}
	if e := s.readHeaders(r.Header); e != nil {
		return e
	}
	return s.preferQuery(&p)
}

// preferQuery takes the session token and the payload's hash from the query, and
// refuses two that differ.
func (s *Signature) preferQuery(p *queryParts) *Error {
	for _, both := range [...]struct {
		name   string
		header *string
		query  queryPart
	}{{keyToken, &s.SecurityToken, p.token}, {keyContentHash, &s.PayloadHash, p.contentHash}} {
		if !both.query.sent {
			continue
		}
		if *both.header != "" && *both.header != both.query.value {
			return incomplete("Found both '" + both.name + "' as a query-string param and as HTTP header, and they differ.")
		}
		*both.header = both.query.value
	}
	return nil
}

// setExpires reads a number of seconds from 1 to 604800.
func (s *Signature) setExpires(p queryPart) *Error {
	if !p.sent {
		return nil
	}
	seconds, ok := digits(p.value)
	if !ok || p.value == "" || len(p.value) > 6 || seconds < 1 || seconds > int(MaxExpires/time.Second) {
		return incomplete(wordsExpires)
	}
	s.Expires = time.Duration(seconds) * time.Second
	return nil
}
