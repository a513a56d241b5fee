package authn

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// s3Signature is a fault of a signature as S3 words it (S3 API Reference, "List of error
// codes" and "Troubleshooting presigned URL errors").
func (f *Fault) s3Signature() *api.Error {
	e := f.Signature
	switch e.Fault {
	case sigv4.MissingToken:
		return s3Forbidden("AccessDenied", "Access Denied")
	case sigv4.Expired, sigv4.NotYetCurrent:
		return f.s3Time()
	case sigv4.BadScope:
		return f.s3Scope()
	case sigv4.Incomplete:
		return f.s3Incomplete()
	case sigv4.Unsupported:
		return s3Bad("InvalidRequest", "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.")
	case sigv4.HeaderNotSigned:
		return s3Forbidden("AccessDenied", "There were headers present in the request which were not signed",
			api.Member{Name: "HeadersNotSigned", Value: strings.Join(e.NotSigned, ", ")})
	case sigv4.PayloadMismatch:
		return s3Bad("XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.")
	}
	return s3Forbidden("SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method.")
}

func s3Forbidden(code, words string, members ...api.Member) *api.Error {
	return &api.Error{Code: code, Status: http.StatusForbidden, Message: words, Members: members}
}

func s3Bad(code, words string, members ...api.Member) *api.Error {
	return &api.Error{Code: code, Status: http.StatusBadRequest, Message: words, Members: members}
}

// s3Time: a presigned URL is denied, a header's clock is wrong.
func (f *Fault) s3Time() *api.Error {
	at := func(name string, t time.Time) api.Member {
		return api.Member{Name: name, Value: t.UTC().Format("2006-01-02T15:04:05Z")}
	}
	switch {
	case f.Presigned && f.Signature.Fault == sigv4.Expired:
		return s3Forbidden("AccessDenied", "Request has expired", at("ServerTime", f.Now))
	case f.Presigned:
		return s3Forbidden("AccessDenied", "Request is not valid yet", at("ServerTime", f.Now))
	}
	return s3Forbidden("RequestTimeTooSkewed", "The difference between the request time and the current time is too large.",
		at("RequestTime", f.Signature.Signed), at("ServerTime", f.Now),
		api.Member{Name: "MaxAllowedSkewMilliseconds", Value: strconv.FormatInt(sigv4.MaxSkew.Milliseconds(), 10)})
}

// regionWord is how regions look; anything else is not repeated.
var regionWord = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)

// s3Scope: clients read the right region from the answer and ask again.
func (f *Fault) s3Scope() *api.Error {
	code, words := f.s3Malformed()
	if f.Expected == "" || f.Region == f.Expected || !regionWord.MatchString(f.Region) {
		return s3Bad(code, words+f.Signature.Message)
	}
	if f.Presigned {
		words = "Error parsing the X-Amz-Credential parameter; "
	}
	return s3Bad(code, words+"the region '"+f.Region+"' is wrong; expecting '"+f.Expected+"'", api.Member{Name: "Region", Value: f.Expected})
}

func (f *Fault) s3Malformed() (code, words string) {
	if f.Presigned {
		return "AuthorizationQueryParametersError", ""
	}
	return "AuthorizationHeaderMalformed", "The authorization header is malformed; "
}

// s3Incomplete: what lacks is not always a part of the signature.
func (f *Fault) s3Incomplete() *api.Error {
	words := f.Signature.Message
	switch {
	case strings.HasPrefix(words, "Missing required header"):
		return s3Bad("InvalidRequest", words)
	case strings.HasPrefix(words, "x-amz-content-sha256 must be"):
		return s3Bad("InvalidArgument", words)
	case strings.HasPrefix(words, "Found both 'X-Amz-Algorithm'"):
		return s3Bad("InvalidArgument", "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified")
	}
	code, before := f.s3Malformed()
	return s3Bad(code, before+words)
}
