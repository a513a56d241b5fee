package sigv4

import (
	"net/http"
	"strconv"
	"strings"
)

// appendHeader appends the canonical value of a header: all its values in the
// order they were sent, joined with commas, each trimmed, with one blank for
// white space inside.
func (c *scratch) appendHeader(b []byte, r *http.Request, name string) []byte {
	values, ok := c.values(r.Header, name)
	if !ok {
		return appendPromoted(b, r, name)
	}
	for i, value := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendCollapsed(b, value)
	}
	return b
}

// values are those of a header whose name is in lower case.
func (c *scratch) values(h http.Header, name string) ([]string, bool) {
	switch name { // every request has these
	case "host":
		return nil, false // net/http keeps it apart; one in the map is not sent
	case "content-type":
		v, ok := h["Content-Type"]
		return v, ok
	case "x-amz-date":
		v, ok := h[keyDate]
		return v, ok
	}
	c.key = appendKey(c.key[:0], name)
	v, ok := h[string(c.key)]
	return v, ok
}

// appendKey appends the form in which net/http keeps a header's name.
func appendKey(b []byte, name string) []byte {
	up := true
	for i := range len(name) {
		ch := name[i]
		if up && ch >= 'a' && ch <= 'z' {
			ch -= 'a' - 'A'
		}
		b = append(b, ch)
		up = ch == '-'
	}
	return b
}

// appendPromoted appends a header that net/http keeps outside of r.Header. Any
// other was not sent, and has the empty value.
func appendPromoted(b []byte, r *http.Request, name string) []byte {
	switch name {
	case "host":
		return appendCollapsed(b, host(r))
	case "content-length":
		if r.ContentLength >= 0 {
			return strconv.AppendInt(b, r.ContentLength, 10)
		}
	case "transfer-encoding":
		return append(b, strings.Join(r.TransferEncoding, ",")...)
	}
	return b
}

// host is the Host header that a client sent or, for its own request, will send.
func host(r *http.Request) string {
	if r.Host == "" && r.RequestURI == "" {
		return r.URL.Host
	}
	return r.Host
}

func appendCollapsed(b []byte, value string) []byte {
	if plain(value) {
		return append(b, value...)
	}
	start := len(b)
	for i := range len(value) {
		ch := value[i]
		if ch == '\t' {
			ch = ' '
		}
		if ch == ' ' && (len(b) == start || b[len(b)-1] == ' ') {
			continue
		}
		b = append(b, ch)
	}
	if len(b) > start && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}

// plain says whether there is no white space to trim or to collapse.
func plain(value string) bool {
	if strings.IndexByte(value, '\t') >= 0 {
		return false
	}
	for from := 0; ; {
		at := strings.IndexByte(value[from:], ' ')
		if at < 0 {
			return true
		}
		if from += at + 1; at == 0 || from == len(value) {
			return false // at an end, or after another
		}
	}
}
