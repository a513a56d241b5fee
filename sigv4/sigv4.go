// Package sigv4 verifies and makes AWS Signature Version 4.
//
// The package imports nothing beyond the standard library.
package sigv4

import (
	"net/http"
	"time"
)

// Fault is what is wrong with a request's signature.
type Fault uint8

// The faults. Each protocol has its own code and words for them.
const (
	MissingToken    Fault = iota + 1 // the request is not signed
	Incomplete                       // parts are missing or malformed; Message says which
	BadScope                         // date, region, service or terminator; Message concatenates what is wrong
	Expired                          // signed too long ago, or a presigned URL past its time
	NotYetCurrent                    // signed in the future
	Mismatch                         // the signature is another
	HeaderNotSigned                  // a header that must be signed is not
	PayloadMismatch                  // the body's hash is another than was signed
	Unsupported                      // SigV2, SigV4A
)

// Error is a fault with AWS's words (those of the query services).
type Error struct {
	Fault   Fault
	Message string
	// CanonicalRequest and StringToSign as the server computed them, for a Mismatch.
	CanonicalRequest, StringToSign string
	// Time signed, for Expired and NotYetCurrent.
	Signed time.Time
}

func (e *Error) Error() string { return e.Message }

// Rules are what differs between services.
type Rules struct {
	Region  string   // the region a scope must name
	Service []string // the service names a scope may name, e.g. "iam"
	// RawPath: the path is encoded once and dot segments stay (S3).
	RawPath bool
	// AllAmzHeaders: every x-amz-* header must be signed (S3).
	AllAmzHeaders bool
	// UnsignedPayload allows UNSIGNED-PAYLOAD and the STREAMING-… forms (S3).
	UnsignedPayload bool
}

// Signature is the signature that a request carries.
type Signature struct {
	AccessKeyID   string
	Date          string // yyyymmdd of the scope
	Region        string
	Service       string
	Signed        time.Time
	SignedHeaders []string
	Signature     string
	SecurityToken string // session token, from header or query
	Presigned     bool
	Expires       time.Duration // of a presigned request
	PayloadHash   string        // x-amz-content-sha256, "" where not sent
}

// Parse reads the signature from a request's headers or query. Nothing is
// verified yet. The error is an *Error.
func Parse(r *http.Request, s *Signature) error { panic("stub") }

// Verifier verifies signatures and keeps keyed HMAC states in bounded memory.
// It is safe for concurrent use.
type Verifier struct{}

// NewVerifier returns a Verifier that keeps at most keys signing keys.
func NewVerifier(keys int) *Verifier { panic("stub") }

// Verify checks s, which Parse read from r, with the secret access key. body is
// the whole body, or nil where the payload hash that s carries is trusted to be
// checked while the body is read. The error is an *Error.
func (v *Verifier) Verify(r *http.Request, s *Signature, body []byte, secret string, now time.Time, rules *Rules) error {
	panic("stub")
}

// Credentials are an access key, with a session token for temporary ones.
type Credentials struct {
	AccessKeyID, SecretAccessKey, SessionToken string
}

// Signer signs requests.
type Signer struct {
	Region, Service string
	RawPath         bool
}

// Sign adds the headers of a signature to r. payloadHash is the lower-case hex
// SHA-256 of the body, or "UNSIGNED-PAYLOAD".
func (s *Signer) Sign(r *http.Request, c Credentials, payloadHash string, at time.Time) error {
	panic("stub")
}

// Presign returns r's URL with a signature that holds for the given time.
func (s *Signer) Presign(r *http.Request, c Credentials, payloadHash string, at time.Time, expires time.Duration) (string, error) {
	panic("stub")
}
