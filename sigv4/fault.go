package sigv4

import (
	"strconv"
	"strings"
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
	// Loggable is Message without the Authorization header that Message repeats: the
	// header may hold a signature, or a password or token that belongs elsewhere. It
	// is empty where Message may be logged.
	Loggable string
	// CanonicalRequest and StringToSign as the server computed them, for a Mismatch.
	CanonicalRequest, StringToSign string
	// Time signed, for Expired and NotYetCurrent.
	Signed time.Time
	// NotSigned are the headers, in lower case, that ought to have been signed,
	// for HeaderNotSigned.
	NotSigned []string
}

func (e *Error) Error() string { return e.Message }

// Words that AWS's services answer with.
const (
	wordsMissing   = "Request is missing Authentication Token"
	wordsMismatch  = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
	wordsPayload   = "The provided 'x-amz-content-sha256' header does not match what was computed."
	wordsBoth      = "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."
	wordsHost      = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
	wordsNoHash    = "Missing required header for this request: x-amz-content-sha256"
	wordsBadHash   = "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, or a valid sha256 value."
	wordsExpires   = "X-Amz-Expires must be between 1 and 604800 seconds"
	wordsNoExpires = "AWS query-string parameters must include 'X-Amz-Expires'. Re-examine the query-string parameters."
)

func incomplete(message string) *Error { return &Error{Fault: Incomplete, Message: message} }

// incompleteHeader is incomplete, with the Authorization header at the end of the
// message as AWS has it.
func incompleteHeader(message, authorization, end string) *Error {
	return &Error{Fault: Incomplete, Message: message + authorization + end, Loggable: message + "(not logged)" + end}
}

func unsupported(algorithm string) *Error {
	return &Error{Fault: Unsupported, Message: "Unsupported AWS 'algorithm': '" + algorithm + "' (only " + Algorithm + " for now). "}
}

// notSigned is the fault of headers that are acted on but not signed.
func notSigned(names []string) *Error {
	message := wordsHost
	if names[0] != "host" {
		message = "'" + strings.Join(names, "', '") + "' must be a 'SignedHeader' in the AWS Authorization."
	}
	return &Error{Fault: HeaderNotSigned, Message: message, NotSigned: names}
}

// expired says when the signature would have had to be made to hold now.
func expired(s *Signature, now time.Time, life time.Duration) *Error {
	return &Error{Fault: Expired, Signed: s.Signed, Message: "Signature expired: " + s.stamp + " is now earlier than " +
		formatStamp(now.Add(-life)) + " (" + formatStamp(now) + " - " + inMinutes(life) + ")"}
}

func notYetCurrent(s *Signature, now time.Time) *Error {
	return &Error{Fault: NotYetCurrent, Signed: s.Signed, Message: "Signature not yet current: " + s.stamp + " is still later than " +
		formatStamp(now.Add(MaxSkew)) + " (" + formatStamp(now) + " + " + inMinutes(MaxSkew) + ")"}
}

func inMinutes(d time.Duration) string {
	if d%time.Minute == 0 {
		return strconv.Itoa(int(d/time.Minute)) + " min."
	}
	return strconv.Itoa(int(d/time.Second)) + " sec."
}
