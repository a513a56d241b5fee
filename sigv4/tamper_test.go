package sigv4

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
)

// sealed is a signed request in parts, each of which can be changed.
type sealed struct {
	rules   *Rules
	method  string
	target  string
	headers [][2]string
	body    string
}

// seal takes a received request apart.
func seal(t testing.TB, r *http.Request, rules *Rules, body string) sealed {
	t.Helper()
	s := sealed{rules: rules, method: r.Method, target: r.RequestURI, body: body, headers: [][2]string{{"Host", r.Host}}}
	for key, values := range r.Header {
		if key == "Content-Length" {
			continue // not signed
		}
		for _, value := range values {
			s.headers = append(s.headers, [2]string{key, value})
		}
	}
	return s
}

// request is the request of the parts. It is made without a reader of HTTP, so
// that no change is refused before it is verified.
func (s sealed) request() *http.Request {
	r := &http.Request{Method: s.method, RequestURI: s.target, Header: http.Header{}, ContentLength: int64(len(s.body))}
	for _, h := range s.headers {
		if h[0] == "Host" {
			r.Host = h[1]
			continue
		}
		r.Header.Add(h[0], h[1])
	}
	return r
}

func (s sealed) verify() error {
	r := s.request()
	var parsed Signature
	if err := Parse(r, &parsed); err != nil {
		return err
	}
	secret := testCredentials.SecretAccessKey
	if parsed.AccessKeyID != testCredentials.AccessKeyID {
		secret = "another's"
	}
	return NewVerifier(4).Verify(r, &parsed, []byte(s.body), secret, testTime, s.rules)
}

// sealedRequests are one of each kind.
func sealedRequests(t testing.TB) map[string]sealed {
	t.Helper()
	const body = "Action=ListUsers&Version=2010-05-08"
	return map[string]sealed{
		"query service": seal(t, signed(t, iamRules, "POST", "/path/to?b=2&a=1", body, hashOf(body), "Content-Type: text/plain", "X-Other: a b"), iamRules, body),
		"S3":            seal(t, signed(t, s3Rules, "PUT", "/bucket/key%20a?acl", body, hashOf(body), "X-Amz-Meta-Name: value"), s3Rules, body),
		"presigned":     seal(t, presigned(t, s3Rules, MaxExpires), s3Rules, ""),
	}
}

// TestTampering flips a bit of each byte of everything that is signed.
func TestTampering(t *testing.T) {
	for name, s := range sealedRequests(t) {
		t.Run(name, func(t *testing.T) {
			if err := s.verify(); err != nil {
				t.Fatal(err)
			}
			eachFlip(s.method, func(at int, method string) {
				changed := s
				changed.method = method
				wantRefused(t, changed, s, "method", at)
			})
			eachFlip(s.target, func(at int, target string) {
				changed := s
				changed.target = target
				wantRefused(t, changed, s, "target", at)
			})
			eachFlip(s.body, func(at int, body string) {
				changed := s
				changed.body = body
				wantRefused(t, changed, s, "body", at)
			})
			for i, h := range s.headers {
				eachFlip(h[1], func(at int, value string) {
					changed := s
					changed.headers = append([][2]string{}, s.headers...)
					changed.headers[i][1] = value
					wantRefused(t, changed, s, h[0], at)
				})
			}
		})
	}
}

// eachFlip yields s with one bit of one byte changed, in two ways: the lowest, and
// the one that tells capitals from small letters.
func eachFlip(s string, yield func(at int, changed string)) {
	for at := range len(s) {
		for _, bit := range []byte{1, 0x20} {
			changed := []byte(s)
			changed[at] ^= bit
			yield(at, string(changed))
		}
	}
}

// wantRefused wants a changed request not to verify, unless the change is one that
// AWS's rules do not see and a service does not either: %2f for %2F.
func wantRefused(t *testing.T, changed, original sealed, part string, at int) {
	t.Helper()
	if changed.verify() == nil && !(part == "target" && sameTarget(t, changed.target, original.target)) {
		t.Errorf("verified with byte %d of the %s changed: %+v", at, part, changed)
	}
}

func sameTarget(t *testing.T, a, b string) bool {
	t.Helper()
	ua, err := url.ParseRequestURI(a)
	if err != nil {
		t.Fatal(err)
	}
	ub, err := url.ParseRequestURI(b)
	if err != nil {
		t.Fatal(err)
	}
	return ua.Path == ub.Path && reflect.DeepEqual(ua.Query(), ub.Query())
}

// TestTamperingByParts adds, removes and moves what is signed.
func TestTamperingByParts(t *testing.T) {
	s := sealedRequests(t)["query service"]
	for rule, change := range map[string]func(*http.Request){
		"a parameter added":           func(r *http.Request) { r.RequestURI += "&c=3" },
		"a parameter removed":         func(r *http.Request) { r.RequestURI = "/path/to?b=2" },
		"a parameter repeated":        func(r *http.Request) { r.RequestURI += "&a=1" },
		"values exchanged":            func(r *http.Request) { r.RequestURI = "/path/to?b=1&a=2" },
		"the query in the path":       func(r *http.Request) { r.RequestURI = "/path/to%3Fb=2&a=1" },
		"a segment added":             func(r *http.Request) { r.RequestURI = "/path/to/x?b=2&a=1" },
		"a slash encoded":             func(r *http.Request) { r.RequestURI = "/path%2Fto?b=2&a=1" },
		"a header's value repeated":   func(r *http.Request) { r.Header.Add("X-Other", "a b") },
		"a header's value joined":     func(r *http.Request) { r.Header.Set("X-Other", "ab") },
		"a header removed":            func(r *http.Request) { r.Header.Del("X-Other") },
		"a header under another name": func(r *http.Request) { r.Header.Del("X-Other"); r.Header.Set("X-Othes", "a b") },
		"the date moved":              func(r *http.Request) { r.Header.Set("X-Amz-Date", "20150830T123601Z") },
		"a token added":               func(r *http.Request) { r.Header.Set("X-Amz-Security-Token", "t") },
		"a target added":              func(r *http.Request) { r.Header.Set("X-Amz-Target", "t") },
		"a host added":                func(r *http.Request) { r.Host += ":80" },
		"another access key": func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "AKIDEXAMPLE", "AKIDEXAMPLF", 1))
		},
	} {
		t.Run(rule, func(t *testing.T) {
			r := s.request()
			change(r)
			secret := testCredentials.SecretAccessKey
			if rule == "another access key" {
				secret = "the secret of the other key"
			}
			if err := verify(r, []byte(s.body), secret, testTime, s.rules); err == nil {
				t.Error("verified")
			}
		})
	}
}
