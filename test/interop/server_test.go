package interop

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// rules are those of the two kinds of service.
var rules = map[string]*sigv4.Rules{
	"sts": {Region: region, Service: []string{"sts"}},
	"s3":  {Region: region, Service: []string{"s3"}, RawPath: true, AllAmzHeaders: true, UnsignedPayload: true},
}

// server verifies what it is sent and keeps what was wrong, by rule.
type server struct {
	*httptest.Server
	requests map[string]request
	verifier *sigv4.Verifier

	mu       sync.Mutex
	outcomes map[string][]string
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{requests: map[string]request{}, verifier: sigv4.NewVerifier(64), outcomes: map[string][]string{}}
	for _, c := range corpus(t) {
		if _, twice := s.requests[c.Rule]; twice {
			t.Fatalf("two requests are named %q", c.Rule)
		}
		s.requests[c.Rule] = c
	}
	s.Server = httptest.NewServer(http.HandlerFunc(s.receive))
	t.Cleanup(s.Close)
	return s
}

func (s *server) receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c, ok := s.requests[r.Header.Get("Rule")]
	if !ok {
		http.Error(w, "no such rule", http.StatusBadRequest)
		return
	}
	failures := s.examine(r, body, c)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outcomes[c.Rule] = failures
}

func (s *server) outcome(rule string) (failures []string, arrived bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	failures, arrived = s.outcomes[rule]
	return failures, arrived
}

// examine says what is wrong with the verdict on a request and on its changes.
func (s *server) examine(r *http.Request, body []byte, c request) []string {
	failures := []string{}
	signature, err := s.verify(r, body, c)
	if err != nil {
		return append(failures, describe(r, err))
	}
	if signature.AccessKeyID != accessKeyID || signature.Presigned != c.Presign || (signature.SecurityToken == token) != c.Token {
		failures = append(failures, fmt.Sprintf("parsed %+v", signature))
	}
	for change, tampered := range changes(r, signature) {
		if _, err := s.verify(tampered, body, c); err == nil {
			failures = append(failures, "verified with another "+change)
		}
	}
	if unsignedBody := c.Service == "s3" && c.Presign; !unsignedBody {
		if _, err := s.verify(r, append(bytes.Clone(body), '.'), c); err == nil {
			failures = append(failures, "verified with another body")
		}
	}
	return failures
}

func (s *server) verify(r *http.Request, body []byte, c request) (*sigv4.Signature, error) {
	var signature sigv4.Signature
	if err := sigv4.Parse(r, &signature); err != nil {
		return nil, err
	}
	return &signature, s.verifier.Verify(r, &signature, body, secret, time.Now(), rules[c.Service])
}

// changes are requests that differ from r in one thing that is signed.
func changes(r *http.Request, signature *sigv4.Signature) map[string]*http.Request {
	all := map[string]*http.Request{}
	change := func(what string, alter func(*http.Request)) {
		tampered := r.Clone(r.Context())
		alter(tampered)
		all[what] = tampered
	}
	change("method", func(r *http.Request) { r.Method = "PATCH" })
	change("path", func(r *http.Request) {
		path, query, _ := strings.Cut(r.RequestURI, "?")
		r.RequestURI = path + "/x?" + query
	})
	change("query", func(r *http.Request) {
		if strings.Contains(r.RequestURI, "?") {
			r.RequestURI += "&x=1"
		} else {
			r.RequestURI += "?x=1"
		}
	})
	for _, name := range signature.SignedHeaders {
		change(name, func(r *http.Request) {
			if name == "host" {
				r.Host = "x" + r.Host
				return
			}
			r.Header.Set(name, "x"+r.Header.Get(name))
		})
	}
	return all
}

func describe(r *http.Request, err error) string {
	var fault *sigv4.Error
	if !errors.As(err, &fault) {
		return err.Error()
	}
	return fmt.Sprintf("%s\nsent %s %s %v\ncanonical request\n%s\nstring to sign\n%s",
		fault.Message, r.Method, r.RequestURI, r.Header, fault.CanonicalRequest, fault.StringToSign)
}
