package sigv4

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Header keys in the form that net/http keeps them in.
const (
	keyAuthorization = "Authorization"
	keyDate          = "X-Amz-Date"
	keyToken         = "X-Amz-Security-Token"
	keyContentHash   = "X-Amz-Content-Sha256"
	keyTarget        = "X-Amz-Target"
)

// Parse reads the signature from a request's headers or query. Nothing is
// verified yet. The error is an *Error.
//
// What s held before is lost, but for the memory of its SignedHeaders, so that
// one Signature can serve request after request.
func Parse(r *http.Request, s *Signature) error {
	headers := s.SignedHeaders[:0]
	*s = Signature{}
	s.SignedHeaders = headers
	authorization, duplicate := single(r.Header, keyAuthorization)
	if duplicate {
		return incomplete("Found more than one 'Authorization' HTTP header.")
	}
	query := rawQuery(r)
	if carriesSignature(query) {
		if authorization != "" {
			return &Error{Fault: Incomplete, Message: wordsBoth}
		}
		return failure(s.parseQuery(r, query))
	}
	if authorization == "" {
		return &Error{Fault: MissingToken, Message: wordsMissing}
	}
	return failure(s.parseHeader(r, authorization))
}

// failure keeps a nil *Error from becoming an error that is not nil.
func failure(e *Error) error {
	if e == nil {
		return nil
	}
	return e
}

// single is the one value of a header, "" where there is none.
func single(h http.Header, key string) (value string, duplicate bool) {
	values := h[key]
	switch len(values) {
	case 0:
		return "", false
	case 1:
		return values[0], false
	}
	return "", true
}

// parseHeader reads an Authorization header and those that go with it.
func (s *Signature) parseHeader(r *http.Request, authorization string) *Error {
	algorithm, rest, _ := cut(authorization, ' ')
	if algorithm == "AWS" || strings.HasPrefix(algorithm, "AWS4-ECDSA-") {
		return unsupported(algorithm)
	}
	var p headerParts
	if e := p.read(rest, authorization); e != nil {
		return e
	}
	date, dateKey, e := signingDate(r.Header)
	if e != nil {
		return e
	}
	if e := p.missing(authorization, date); e != nil {
		return e
	}
	if algorithm != Algorithm {
		return unsupported(algorithm)
	}
	if e := s.setDate(date, dateKey); e != nil {
		return e
	}
	s.datedByAmz = dateKey == keyDate
	s.Signature = p.signature
	if e := s.setCredential(p.credential); e != nil {
		return e
	}
	if e := s.setSignedHeaders(p.signedHeaders); e != nil {
		return e
	}
	return s.readHeaders(r.Header)
}

// readHeaders reads the session token and the payload's hash.
func (s *Signature) readHeaders(h http.Header) *Error {
	var duplicate bool
	if s.SecurityToken, duplicate = single(h, keyToken); duplicate {
		return incomplete("Found more than one 'X-Amz-Security-Token' HTTP header.")
	}
	s.tokenInHeader = s.SecurityToken != ""
	if s.PayloadHash, duplicate = single(h, keyContentHash); duplicate {
		return incomplete("Found more than one 'X-Amz-Content-Sha256' HTTP header.")
	}
	return nil
}

// headerParts are the parts of an Authorization header.
type headerParts struct{ credential, signature, signedHeaders string }

// read takes the parts, which commas or blanks separate, from rest. Parts of
// another name mean nothing, as they are not signed.
func (p *headerParts) read(rest, authorization string) *Error {
	for rest != "" {
		var parts string
		parts, rest, _ = cut(rest, ',')
		for parts != "" {
			if parts[0] == ' ' {
				parts = parts[1:]
				continue
			}
			var part string
			part, parts, _ = cut(parts, ' ')
			if e := p.set(part, authorization); e != nil {
				return e
			}
		}
	}
	return nil
}

// set keeps one part, name=value.
func (p *headerParts) set(text, authorization string) *Error {
	name, value, ok := cut(text, '=')
	if !ok {
		e := incompleteHeader("'"+text+"' not a valid key=value pair (missing equal-sign) in Authorization header: '", authorization, "'.")
		e.Loggable = "A part of the Authorization header is not a valid key=value pair (missing equal-sign)."
		return e
	}
	var part *string
	switch name {
	case "Credential":
		part = &p.credential
	case "Signature":
		part = &p.signature
	case "SignedHeaders":
		part = &p.signedHeaders
	default:
		return nil
	}
	if *part != "" {
		return incompleteHeader("Authorization header has more than one '"+name+"' parameter. Authorization=", authorization, "")
	}
	*part = value
	return nil
}

// missing says which parts are not there, in AWS's order, all at once.
func (p *headerParts) missing(authorization, date string) *Error {
	if p.credential != "" && p.signature != "" && p.signedHeaders != "" && date != "" {
		return nil
	}
	var b strings.Builder
	for _, part := range [...]struct{ name, value string }{
		{"Credential", p.credential}, {"Signature", p.signature}, {"SignedHeaders", p.signedHeaders},
	} {
		if part.value == "" {
			b.WriteString("Authorization header requires '" + part.name + "' parameter. ")
		}
	}
	if date == "" {
		b.WriteString("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
	}
	return incompleteHeader(b.String()+"Authorization=", authorization, "")
}

// signingDate is the value of X-Amz-Date, else of Date, and which it was.
func signingDate(h http.Header) (date, key string, e *Error) {
	date, duplicate := single(h, keyDate)
	if duplicate {
		return "", "", incomplete("Found more than one 'X-Amz-Date' HTTP header.")
	}
	if date != "" {
		return date, keyDate, nil
	}
	date, duplicate = single(h, "Date")
	if duplicate {
		return "", "", incomplete("Found more than one 'Date' HTTP header.")
	}
	return date, "Date", nil
}

// setDate reads the time of signing.
func (s *Signature) setDate(date, key string) *Error {
	if t, ok := parseStamp(date); ok {
		s.Signed, s.stamp = t, date
		return nil
	}
	if t, err := http.ParseTime(date); err == nil && key == "Date" {
		s.Signed, s.stamp = t.UTC(), formatStamp(t)
		return nil
	}
	return incomplete("Date must be in ISO-8601 'basic format'. Got '" + date + "'. See http://en.wikipedia.org/wiki/ISO_8601")
}

// setCredential splits keyid/date/region/service/term.
func (s *Signature) setCredential(credential string) *Error {
	var parts [5]string
	rest, more := credential, true
	for i := range parts {
		if !more {
			return malformedCredential(credential)
		}
		parts[i], rest, more = cut(rest, '/')
	}
	if more || parts[0] == "" {
		return malformedCredential(credential)
	}
	s.scope = credential[len(parts[0])+1:]
	s.AccessKeyID, s.Date, s.Region, s.Service, s.terminator = parts[0], parts[1], parts[2], parts[3], parts[4]
	return nil
}

func malformedCredential(credential string) *Error {
	return incomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" + credential + "'")
}

// maxSignedHeaders is more headers than any client signs.
const maxSignedHeaders = 256

// setSignedHeaders splits the list of signed headers. Only a header's name in
// lower case can be in it: anything else could be read in two ways. And each once:
// the canonical request has a header's value as often as its name is listed, which
// would make gigabytes of one long header and a list of its name.
func (s *Signature) setSignedHeaders(list string) *Error {
	s.headerList = list
	for rest, more := list, true; more; {
		var name string
		name, rest, more = cut(rest, ';')
		if !isHeaderName(name) {
			return incomplete("SignedHeaders must be header names in lower case, separated by ';', got '" + list + "'")
		}
		if len(s.SignedHeaders) >= maxSignedHeaders || slices.Contains(s.SignedHeaders, name) {
			return incomplete("SignedHeaders must name each header once, and at most " + strconv.Itoa(maxSignedHeaders) + ", got '" + list + "'")
		}
		s.SignedHeaders = append(s.SignedHeaders, name)
	}
	return nil
}

// isHeaderName says whether s is an HTTP token (RFC 9110, 5.6.2) without capitals.
func isHeaderName(s string) bool {
	switch s {
	case "host", "x-amz-date", "content-type", "x-amz-security-token": // most are
		return true
	}
	for i := range len(s) {
		if tokenClass[s[i]]&lower == 0 {
			return false
		}
	}
	return s != ""
}
