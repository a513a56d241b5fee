package sigv4

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestCanonicalPath: S3's path is encoded once, that of all others is normalised
// and encoded twice (IAM User Guide, "Create a signed AWS API request").
func TestCanonicalPath(t *testing.T) {
	for _, test := range []struct{ rule, path, others, s3 string }{
		{"root", "/", "/", "/"},
		{"empty", "", "/", "/"},
		{"plain", "/a/b", "/a/b", "/a/b"},
		{"slash at the end", "/a/b/", "/a/b/", "/a/b/"},
		{"unreserved", "/-._~aZ09", "/-._~aZ09", "/-._~aZ09"},
		{"percent-encoded", "/a%20b", "/a%2520b", "/a%20b"},
		{"small hexadecimal digits", "/%c3%bc", "/%25c3%25bc", "/%C3%BC"},
		{"encoded unreserved", "/%7Ea", "/%257Ea", "/~a"},
		{"plus sign", "/a+b", "/a%2Bb", "/a%2Bb"},
		{"sub-delimiters", "/a:b@c!$&'()*,;=", "/a%3Ab%40c%21%24%26%27%28%29%2A%2C%3B%3D", "/a%3Ab%40c%21%24%26%27%28%29%2A%2C%3B%3D"},
		{"raw UTF-8", "/ሴ", "/%E1%88%B4", "/%E1%88%B4"},
		{"invalid UTF-8", "/\xff", "/%FF", "/%FF"},
		{"stray per cent sign", "/%zz%4", "/%25zz%254", "/%25zz%254"},
		{"dot", "/a/./b", "/a/b", "/a/./b"},
		{"dot alone", "/.", "/", "/."},
		{"dot at the end", "/a/.", "/a", "/a/."},
		{"dot and slash", "/./", "/", "/./"},
		{"dot dot", "/a/b/../c", "/a/c", "/a/b/../c"},
		{"dot dot at the end", "/a/b/..", "/a", "/a/b/.."},
		{"dot dot and slash", "/a/b/../", "/a/", "/a/b/../"},
		{"above the root", "/../../a", "/a", "/../../a"},
		{"only above the root", "/..", "/", "/.."},
		{"three dots", "/.../a", "/.../a", "/.../a"},
		{"encoded dots", "/a/%2E%2E/b", "/a/%252E%252E/b", "/a/../b"},
		{"slashes", "//a///b//", "/a/b/", "//a///b//"},
		{"only slashes", "//", "/", "//"},
		{"encoded slash", "/a%2Fb", "/a%252Fb", "/a/b"},
	} {
		t.Run(test.rule, func(t *testing.T) {
			c := newScratch()
			if got := string(c.appendPath(nil, test.path, false)); got != test.others {
				t.Errorf("%q is %q, want %q", test.path, got, test.others)
			}
			if got := string(c.appendPath(nil, test.path, true)); got != test.s3 {
				t.Errorf("%q is %q for S3, want %q", test.path, got, test.s3)
			}
		})
	}
}

func TestCanonicalQuery(t *testing.T) {
	for _, test := range []struct{ rule, query, want string }{
		{"empty", "", ""},
		{"one", "a=b", "a=b"},
		{"no value", "lifecycle", "lifecycle="},
		{"empty value", "a=", "a="},
		{"empty name", "=b", "=b"},
		{"equal sign in a value", "a=b=c", "a=b%3Dc"},
		{"no parameters", "&&", ""},
		{"empty parameters left out", "&b=1&&a=2&", "a=2&b=1"},
		{"sorted by name", "b=1&a=2&B=3&A=4", "A=4&B=3&a=2&b=1"},
		{"sorted by value", "k=b&k=a&k=&k&k=B", "k=&k=&k=B&k=a&k=b"},
		{"a name before what it begins", "a1=2&a=1&a-=3", "a=1&a-=3&a1=2"},
		{"sorted after it is encoded", "Param-3=3&Param=2&%E1%88%B4=1", "%E1%88%B4=1&Param=2&Param-3=3"},
		{"sorted by encoded values", "k=ü&k=z&k=%7E", "k=%C3%BC&k=z&k=~"},
		{"blank as a plus sign", "a+b=c+d", "a%20b=c%20d"},
		{"blank as %20", "a%20b=c%20d", "a%20b=c%20d"},
		{"plus sign", "a=%2B", "a=%2B"},
		{"small hexadecimal digits", "a=%2b%c3%bc", "a=%2B%C3%BC"},
		{"encoded unreserved", "%61=%7e", "a=~"},
		{"reserved", "a=/:?#[]@!$'()*,;", "a=%2F%3A%3F%23%5B%5D%40%21%24%27%28%29%2A%2C%3B"},
		{"stray per cent sign", "a=100%&b=%zz&c=%4", "a=100%25&b=%25zz&c=%254"},
		{"encoded ampersand and equal sign", "a%26=b%3D", "a%26=b%3D"},
		{"raw UTF-8", "ሴ=bar", "%E1%88%B4=bar"},
		{"a semicolon separates nothing", "a=1;b=2", "a=1%3Bb%3D2"},
	} {
		t.Run(test.rule, func(t *testing.T) {
			if got := string(newScratch().appendQuery(nil, test.query, false)); got != test.want {
				t.Errorf("%q is %q, want %q", test.query, got, test.want)
			}
		})
	}
}

// TestCanonicalQueryOfPresigned: all but the signature is signed.
func TestCanonicalQueryOfPresigned(t *testing.T) {
	const query = "X-Amz-Signature=1&a=2&X-Amz-Signature-=3&X%2DAmz%2DSignature=4&x-amz-signature=5"
	for presigned, want := range map[bool]string{
		true:  "X-Amz-Signature-=3&a=2&x-amz-signature=5",
		false: "X-Amz-Signature=1&X-Amz-Signature=4&X-Amz-Signature-=3&a=2&x-amz-signature=5",
	} {
		if got := string(newScratch().appendQuery(nil, query, presigned)); got != want {
			t.Errorf("presigned %v: %q, want %q", presigned, got, want)
		}
	}
}

// TestCanonicalHeader has the headers as net/http hands them to a server.
func TestCanonicalHeader(t *testing.T) {
	r := receive(t, strings.Join([]string{
		"POST / HTTP/1.1", "Host: Example.com:8080", "User-Agent: client/1.0  (x)", "Content-Type: text/plain",
		"Content-Length: 3", "Expect: 100-continue", "Connection: keep-alive", "TE: trailers", "Pragma: no-cache",
		"Many: 2", "Many:1", "Many:  3  4 ", "Spaces:   a   b  ", "Tabs: a\t\tb \t c", "Quoted: \"a   b\"",
		"Folded: a", "   b", "\tc", "Empty:", "Blank:   ", "Comma: a, b,c", "X-AMZ-Meta-Name: Zürich", "x_y-z.1: odd",
	}, "\r\n"), "abc")
	for name, want := range map[string]string{
		"host": "Example.com:8080", "user-agent": "client/1.0 (x)", "content-type": "text/plain", "content-length": "3",
		"expect": "100-continue", "connection": "keep-alive", "te": "trailers", "pragma": "no-cache",
		"many": "2,1,3 4", "spaces": "a b", "tabs": "a b c", "quoted": "\"a b\"", "folded": "a b c",
		"empty": "", "blank": "", "comma": "a, b,c", "x-amz-meta-name": "Zürich", "x_y-z.1": "odd", "not-there": "",
	} {
		if got := string(newScratch().appendHeader(nil, r, name)); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// TestCanonicalHeaderKeptApart: what net/http takes out of r.Header.
func TestCanonicalHeaderKeptApart(t *testing.T) {
	chunked := receive(t, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked", "0\r\n\r\n")
	made, err := http.NewRequest("PUT", "http://made.example:9000/", strings.NewReader("12345"))
	if err != nil {
		t.Fatal(err)
	}
	renamed := made.Clone(t.Context())
	renamed.Host = "other.example"
	unnamed := made.Clone(t.Context())
	unnamed.Host = ""
	for _, test := range []struct {
		r          *http.Request
		name, want string
	}{
		{chunked, "transfer-encoding", "chunked"},
		{chunked, "content-length", ""},
		{made, "content-length", "5"},
		{made, "host", "made.example:9000"},
		{renamed, "host", "other.example"},
		{unnamed, "host", "made.example:9000"},
	} {
		if got := string(newScratch().appendHeader(nil, test.r, test.name)); got != test.want {
			t.Errorf("%s is %q, want %q", test.name, got, test.want)
		}
	}
}

// TestHostOfTheMap: a Host among the headers is not what was sent.
func TestHostOfTheMap(t *testing.T) {
	r := get(t, "/")
	r.Header.Set("Host", "forged.example")
	if got := string(newScratch().appendHeader(nil, r, "host")); got != "iam.amazonaws.com" {
		t.Errorf("host is %q", got)
	}
}

// TestRequestTarget: what the client sent, not what net/http made of it.
func TestRequestTarget(t *testing.T) {
	for _, test := range []struct{ rule, target, path, query string }{
		{"origin form", "/a%20b/../c?d=e+f", "/a%20b/../c", "d=e+f"},
		{"raw UTF-8", "/ሴ?ü", "/ሴ", "ü"},
		{"a question mark in the query", "/a?b?c", "/a", "b?c"},
		{"a scheme in the query", "/?a=http://b/c", "/", "a=http://b/c"},
		{"two slashes", "//a/b", "//a/b", ""},
		{"absolute form", "http://iam.amazonaws.com/a?b", "/a", "b"},
		{"absolute form without a path", "http://iam.amazonaws.com?b", "", "b"},
		{"absolute form of a host alone", "http://iam.amazonaws.com", "", ""},
	} {
		t.Run(test.rule, func(t *testing.T) {
			r := get(t, test.target)
			r.URL = &url.URL{Path: "/changed"}
			if path, query := rawPath(r), rawQuery(r); path != test.path || query != test.query {
				t.Errorf("%q and %q, want %q and %q", path, query, test.path, test.query)
			}
		})
	}
	if got := originForm("*"); got != "*" {
		t.Errorf("* is %q", got)
	}
}

// TestCanonicalMethod: net/http sends GET for no method.
func TestCanonicalMethod(t *testing.T) {
	for method, want := range map[string]string{"": "GET\n", "GET": "GET\n", "get": "get\n", "PATCH": "PATCH\n"} {
		c := newScratch()
		c.canonicalRequest(&http.Request{Method: method, URL: &url.URL{}, Header: http.Header{}}, target{}, nil, "")
		if got := string(c.canonical); !strings.HasPrefix(got, want) {
			t.Errorf("%q begins %q", method, got)
		}
	}
}
