package sigv4

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// FuzzParse: whatever comes over the wire is parsed or refused with words.
func FuzzParse(f *testing.F) {
	for _, e := range examples(f) {
		f.Add([]byte(strings.Join(e.Request, "\r\n") + "\r\n\r\n" + e.Body))
	}
	f.Add([]byte("GET /?X-Amz-Signature=%zz&X-Amz-Algorithm HTTP/1.1\r\nHost: a\r\n\r\n"))
	f.Add([]byte("GET http://a?b HTTP/1.1\r\nHost: a\r\nAuthorization: AWS4-HMAC-SHA256 ,,=,Credential=////,SignedHeaders=;\r\nDate: x\r\n\r\n"))
	f.Fuzz(func(t *testing.T, wire []byte) {
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(wire)))
		if err != nil {
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		var s Signature
		if err := Parse(r, &s); err != nil {
			if fault := faultOf(t, err); fault.Fault == 0 || fault.Message == "" {
				t.Fatalf("a fault without words: %+v", fault)
			}
			return
		}
		if s.AccessKeyID == "" || s.Signature == "" || len(s.SignedHeaders) == 0 || s.Signed.IsZero() {
			t.Fatalf("parsed without a fault: %+v", s)
		}
		for _, rules := range []*Rules{iamRules, s3Rules} {
			if err := NewVerifier(4).Verify(r, &s, body, "a secret that signed nothing", s.Signed, rules); err == nil {
				t.Fatalf("verified: %q", wire)
			}
		}
	})
}

// FuzzVerify replaces one part of a signed request: it verifies only where a
// service reads the same from it as from the request that was signed.
func FuzzVerify(f *testing.F) {
	const body = "Action=ListUsers&Version=2010-05-08"
	f.Add("POST", "/path/to?b=2&a=1", "example.amazonaws.com", "a b", body)
	f.Add("POST", "/path/../path/to?a=1&&b=%32", "example.amazonaws.com", "a  b", body)
	f.Add("POST", "/path/to?b=2&a=1#", "example.amazonaws.com:80", "a,b", body+"&")
	f.Add("GET", "//path/to/?a=1&b=2&c", "", "", "")
	original := sealedRequests(f)["query service"]
	f.Fuzz(func(t *testing.T, method, target, host, other, body string) {
		s := original
		s.method, s.target, s.body = method, target, body
		s.headers = slices.Clone(original.headers)
		for i, h := range s.headers {
			switch h[0] {
			case "Host":
				s.headers[i][1] = host
			case "X-Other":
				s.headers[i][1] = other
			}
		}
		if s.verify() != nil {
			return
		}
		if method != "POST" || body != original.body || strings.TrimSpace(host) != "example.amazonaws.com" || strings.Join(strings.Fields(other), " ") != "a b" {
			t.Fatalf("verified %+v", s)
		}
		u, err := url.ParseRequestURI(target)
		if err != nil {
			return // no server takes it
		}
		query := u.Query()
		query.Del("") // a parameter of no name and no value
		if normalized := string(appendNormalized(nil, u.EscapedPath())); normalized != "/path/to" || query.Encode() != "a=1&b=2" {
			t.Fatalf("verified target %q", target)
		}
	})
}
