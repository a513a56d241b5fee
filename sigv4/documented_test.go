package sigv4

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
)

// example is a request whose signature AWS documents.
type example struct {
	Name    string   `json:"name"`
	Source  string   `json:"source"`
	Request []string `json:"request"` // request line and headers, as they go over the wire
	Body    string   `json:"body"`
	Region  string   `json:"region"`
	Service string   `json:"service"`
	Secret  string   `json:"secret"`
	RawPath bool     `json:"rawPath"`
	// Canonical is the documented canonical request, where there is one.
	Canonical []string `json:"canonical"`
	// VerifyOnly says why Signer does not make this signature.
	VerifyOnly string `json:"verifyOnly"`
	// Signature is the documented one. It is in Request too.
	Signature string `json:"signature"`
}

func examples(t testing.TB) []example {
	t.Helper()
	data, err := os.ReadFile("testdata/documented.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []example
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// received is the request as a server reads it.
func (e *example) received(t testing.TB) *http.Request {
	t.Helper()
	return receive(t, strings.Join(e.Request, "\r\n"), e.Body)
}

func receive(t testing.TB, head, body string) *http.Request {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(head + "\r\n\r\n" + body)))
	if err != nil {
		t.Fatalf("%v in %q", err, head)
	}
	return r
}

func (e *example) rules() *Rules {
	return &Rules{Region: e.Region, Service: []string{e.Service}, RawPath: e.RawPath, AllAmzHeaders: e.RawPath, UnsignedPayload: e.RawPath}
}

func hashOf(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

func TestDocumentedSignatures(t *testing.T) {
	for _, e := range examples(t) {
		t.Run(e.Name, func(t *testing.T) {
			r := e.received(t)
			var s Signature
			if err := Parse(r, &s); err != nil {
				t.Fatal(err)
			}
			if s.Signature != e.Signature {
				t.Fatalf("parsed signature %s, documented %s", s.Signature, e.Signature)
			}
			v := NewVerifier(16)
			for _, pass := range []string{"derived key", "cached key"} {
				if err := v.Verify(r, &s, []byte(e.Body), e.Secret, s.Signed, e.rules()); err != nil {
					t.Fatalf("%s: %v\n%s\n%s", pass, err, err.(*Error).CanonicalRequest, err.(*Error).StringToSign)
				}
			}
			e.checkCanonical(t, r, &s)
		})
	}
}

// checkCanonical compares the canonical request that a Mismatch carries with the
// documented one.
func (e *example) checkCanonical(t *testing.T, r *http.Request, s *Signature) {
	t.Helper()
	s.Signature = strings.Repeat("0", 64)
	err := NewVerifier(1).Verify(r, s, []byte(e.Body), e.Secret, s.Signed, e.rules())
	fault, ok := err.(*Error)
	if !ok || fault.Fault != Mismatch {
		t.Fatalf("a signature of zeros: %v", err)
	}
	if want := strings.Join(e.Canonical, "\n"); e.Canonical != nil && fault.CanonicalRequest != want {
		t.Errorf("canonical request\n%s\ndocumented\n%s", fault.CanonicalRequest, want)
	}
}

// TestSignerMakesDocumentedSignatures signs the header-signed examples again.
func TestSignerMakesDocumentedSignatures(t *testing.T) {
	for _, e := range examples(t) {
		if e.VerifyOnly != "" {
			continue
		}
		t.Run(e.Name, func(t *testing.T) {
			r := e.received(t)
			var s Signature
			if err := Parse(r, &s); err != nil {
				t.Fatal(err)
			}
			documented := r.Header.Get("Authorization")
			signer := Signer{Region: e.Region, Service: e.Service, RawPath: e.RawPath}
			c := Credentials{AccessKeyID: s.AccessKeyID, SecretAccessKey: e.Secret, SessionToken: s.SecurityToken}
			if err := signer.Sign(r, c, hashOf(e.Body), s.Signed); err != nil {
				t.Fatal(err)
			}
			if got := r.Header.Get("Authorization"); compact(got) != compact(documented) {
				t.Errorf("signed\n%s\ndocumented\n%s", got, documented)
			}
		})
	}
}

// compact removes the optional blanks after commas.
func compact(authorization string) string { return strings.ReplaceAll(authorization, ", ", ",") }
