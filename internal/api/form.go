package api

import (
	"net/http"
	"strings"
	"unicode/utf8"
)

// formType is what a POST of the query protocols carries.
const formType = "application/x-www-form-urlencoded"

// parameters are the texts that hold a query request's parameters: the URL's
// query string and the body of a POST, if it is a form. A body without a
// Content-Type is taken for one.
func parameters(r *http.Request, body []byte) [2]string {
	p := [2]string{r.URL.RawQuery, ""}
	if len(body) > 0 && isForm(r) {
		p[1] = string(body)
	}
	return p
}

func isForm(r *http.Request) bool {
	t := r.Header["Content-Type"]
	return len(t) == 0 || len(t) == 1 && hasMediaType(t[0], formType)
}

// eachParameter calls f with every name and value, decoded, in order, until f
// returns an error. Pairs are separated by & alone.
func eachParameter(texts [2]string, f func(name, value string) *Error) *Error {
	for _, text := range texts {
		for text != "" {
			var pair string
			pair, text, _ = strings.Cut(text, "&")
			if pair == "" {
				continue
			}
			rawName, rawValue, _ := strings.Cut(pair, "=")
			name, ok1 := unescape(rawName)
			value, ok2 := unescape(rawValue)
			if !ok1 || !ok2 {
				return errQueryString()
			}
			if err := f(name, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// errQueryString: IAM API Reference, Common Errors.
func errQueryString() *Error {
	return Errorf(http.StatusNotFound, "MalformedQueryString", "The query string contains a syntax error.")
}

// unescape decodes a form's text: false for a bad escape and for bytes that are
// not UTF-8. It allocates only when there is something to decode.
func unescape(s string) (string, bool) {
	i := 0
	for i < len(s) && s[i] < utf8.RuneSelf && s[i] != '%' && s[i] != '+' {
		i++
	}
	if i == len(s) {
		return s, true
	}
	b := make([]byte, i, len(s))
	copy(b, s)
	for ; i < len(s); i++ {
		switch c := s[i]; c {
		case '+':
			b = append(b, ' ')
		case '%':
			if i+2 >= len(s) || hex(s[i+1]) < 0 || hex(s[i+2]) < 0 {
				return "", false
			}
			b = append(b, byte(hex(s[i+1])<<4|hex(s[i+2])))
			i += 2
		default:
			b = append(b, c)
		}
	}
	return string(b), utf8.Valid(b)
}

func hex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
