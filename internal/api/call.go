// Package api is what calls look like: the shapes that are generated from AWS's
// models, the codecs that read and write them, the one error type, and what a
// handler may know of its call. It knows nothing of who may do what, and stores
// nothing.
package api

import (
	"io"
	"net/http"
	"net/netip"
	"time"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// Principal is the authenticated caller.
type Principal struct {
	policy.Principal
	UserName    string // IAM users and their GetSessionToken sessions
	UserID      string // aws:userid: AIDA…, AROA…:session, account id, account:name
	AccessKeyID string
	Session     *Session // nil with a long-term key
}

// Tag is a key and its value.
type Tag struct {
	Key   string `json:"k"`
	Value string `json:"v"`
}

// Session is what temporary credentials carry. It is fixed at issue.
type Session struct {
	Issued, Expires time.Time
	Name            string // role session name, or federated user's name
	// Kind of credentials: "role", "session" (GetSessionToken), "federation".
	Kind            string
	Policies        []*policy.Policy // compiled session policies, inline and managed
	ManagedPolicies []string         // ARNs of managed session policies
	PolicyRequired  bool             // federation without a policy: nothing is allowed
	Tags            []Tag
	TransitiveKeys  []string
	SourceIdentity  string
	MFA             bool
	MFATime         time.Time // when MFA was used
	Chained         bool      // the role was assumed with another role's session
	Issuer          string    // access key id that asked for a session or federation token
	Instance        Origin    // of credentials from an instance's metadata; zero otherwise
}

// Origin is the instance that temporary credentials were delivered to.
type Origin struct {
	RoleDelivery string // version of the metadata service that gave them: "1.0", "2.0"
	ARN          string
	PrivateIP    string // "" where it has none
}

// Call is what a handler may know of its call.
type Call struct {
	Service   *Service
	Operation *Operation
	Principal *Principal // nil: anonymous
	Account   string     // the caller's
	Region    string
	Time      time.Time // the one clock reading of the request
	RequestID string
	SourceIP  netip.Addr
	UserAgent string
	Referer   string
	Secure    bool   // TLS to us or to a trusted proxy
	Host      string // as the client named it
	// TLSVersion of the connection to us, "1.2", "1.3"; "" where it has none.
	TLSVersion string
	// Signed is how the request was signed; zero for an anonymous one.
	Signed Signed
	// ConsoleURL is where people read more about the call; "" for no console.
	ConsoleURL string

	// Body is the verified body of a streaming operation: its last block comes
	// only when the whole is what was signed. nil for any other operation.
	Body io.Reader
	// BodyLength is the length of Body, -1 where it is not known before its end.
	BodyLength int64
	// Stream is what a streaming operation answers after its headers; its method
	// sets it, the server closes it.
	Stream *Stream
	// Passed is the head of an answer that a gateway passes on from its back end, in
	// the place of an output; its body is Stream. The server adds the request id.
	Passed *Passed
}

// Signed is what conditions may ask of a request's signature.
type Signed struct {
	Algorithm string        // "AWS4-HMAC-SHA256"; "" for an unsigned request
	Presigned bool          // in the query, and not in a header
	Age       time.Duration // of the signature
	// PayloadHash is x-amz-content-sha256, or what stands for it in a presigned
	// request; "" where the request has none.
	PayloadHash string
}

// Passed is the status line and the headers of an answer from a back end, as they go
// to the client: only what the model of the operation has.
type Passed struct {
	Status int
	Header http.Header
}

// Stream is the body of a streamed answer.
type Stream struct {
	io.ReadCloser
	Length int64 // -1: not known
}
