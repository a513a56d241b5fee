package sigv4

import (
	"bytes"
	"net/http"
	"strings"
)

// rawPath is the path of the request target as the client sent it, which r.URL
// no longer tells exactly. A request that no server received has only its URL.
func rawPath(r *http.Request) string {
	if r.RequestURI == "" {
		return r.URL.EscapedPath()
	}
	path, _, _ := cut(originForm(r.RequestURI), '?')
	return path
}

// rawQuery is the query of the request target as the client sent it.
func rawQuery(r *http.Request) string {
	if r.RequestURI == "" {
		return r.URL.RawQuery
	}
	_, query, _ := cut(r.RequestURI, '?')
	return query
}

// originForm is a request target without the scheme and authority that a client
// sends to a proxy (RFC 9112, 3.2.2).
func originForm(target string) string {
	if strings.HasPrefix(target, "/") {
		return target
	}
	_, rest, ok := strings.Cut(target, "://")
	if !ok {
		return target
	}
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		return rest[i:]
	}
	return ""
}

// appendPath appends the canonical URI. S3's is the path decoded and encoded
// again; that of all others is the path as sent, without dot segments and empty
// ones, encoded once more.
func (c *scratch) appendPath(b []byte, path string, raw bool) []byte {
	switch {
	case path == "" || path == "/":
		return append(b, '/')
	case raw:
		return appendOnce(b, path)
	}
	c.path = appendNormalized(c.path[:0], path)
	for _, p := range c.path {
		if p == '/' {
			b = append(b, '/')
		} else {
			b = appendEncoded(b, p)
		}
	}
	return b
}

func appendOnce(b []byte, path string) []byte {
	for i := 0; i < len(path); {
		p, size := decodeAt(path, i)
		if p == '/' {
			b = append(b, '/')
		} else {
			b = appendEncoded(b, p)
		}
		i += size
	}
	return b
}

// appendNormalized appends path without its dot segments and empty segments. A
// slash at the end stays, one that a last ".." leaves behind does not: so sign
// botocore and the SDK for JavaScript.
func appendNormalized(b []byte, path string) []byte {
	for rest, more := path, true; more; {
		var segment string
		segment, rest, more = cut(rest, '/')
		switch segment {
		case "", ".":
		case "..":
			b = b[:max(0, bytes.LastIndexByte(b, '/'))]
		default:
			b = append(b, '/')
			b = append(b, segment...)
		}
	}
	if len(b) == 0 || strings.HasSuffix(path, "/") {
		b = append(b, '/')
	}
	return b
}
