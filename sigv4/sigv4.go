// Package sigv4 verifies and makes AWS Signature Version 4, in the
// Authorization header and in presigned URLs, as the IAM User Guide ("AWS
// Signature Version 4 for API requests") and the S3 API Reference
// ("Authenticating Requests") describe it.
//
// A server calls [Parse] to learn which access key signed a request, looks its
// secret up, and calls [Verifier.Verify]; where the body comes in signed chunks,
// [Verifier.Chunks] verifies those. A client calls [Signer.Sign] or
// [Signer.Presign].
//
// What is verified is the request as it came over the wire: the request target
// before any decoding, the Host that was sent, every value of a repeated header
// in its order. Two requests have the same canonical form only where AWS says
// that they are the same request.
//
// What is promised: a request that verifies was signed with the secret, for this
// region and service, within [MaxSkew] of now (or within the life of its
// presigned URL), and none of its method, path, query, body or signed headers
// has changed since. The host, and the headers that [Rules] says are acted on,
// are always among those signed. What is not: a request may be replayed within
// that time, and headers that were not signed may have been changed.
//
// Signature Version 2 and Version 4A are recognised and refused. The package
// knows nothing of who a key belongs to. It imports nothing beyond the standard
// library.
package sigv4

import "time"

// Algorithm names Signature Version 4 in a request.
const Algorithm = "AWS4-HMAC-SHA256"

// Payload hashes that are not hashes (S3 API Reference, "Authenticating
// Requests: Using the Authorization Header"). [Rules.UnsignedPayload] allows
// them.
const (
	UnsignedPayload          = "UNSIGNED-PAYLOAD"
	StreamingUnsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
	StreamingPayload         = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
	StreamingPayloadTrailer  = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
)

// EmptyPayload is the payload hash of a request without a body.
const EmptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

const (
	// MaxSkew is how far the time of signing may be from the server's, either way.
	MaxSkew = 15 * time.Minute
	// MaxExpires is the longest life of a presigned URL; the shortest is a second.
	MaxExpires = 7 * 24 * time.Hour
)

// terminator ends every credential scope.
const terminator = "aws4_request"

// Rules are what differs between services.
type Rules struct {
	Region  string   // the region a scope must name
	Service []string // the service names a scope may name, e.g. "iam"
	// RawPath: the path is encoded once and dot segments stay (S3).
	RawPath bool
	// AllAmzHeaders: every x-amz-* header must be signed (S3). Without it those
	// that are acted on must be: x-amz-date, x-amz-security-token, x-amz-target.
	AllAmzHeaders bool
	// UnsignedPayload allows UNSIGNED-PAYLOAD and the STREAMING-… forms (S3). A
	// signed header must then be there to say which, and a presigned URL without
	// one leaves its payload unsigned.
	UnsignedPayload bool
}

// Signature is the signature that a request carries. It comes from [Parse]; one
// that was made otherwise does not verify.
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
	Expires       time.Duration // of a presigned request; 0 where it names none
	PayloadHash   string        // x-amz-content-sha256, "" where not sent

	// What goes into the string to sign and the canonical request as it was sent.
	scope      string // Date/Region/Service/aws4_request
	stamp      string // Signed
	headerList string // SignedHeaders
	terminator string // the scope's last part
	// Which headers what is above came from.
	datedByAmz, tokenInHeader bool
}

// Credentials are an access key, with a session token for temporary ones.
type Credentials struct {
	AccessKeyID, SecretAccessKey, SessionToken string
}
