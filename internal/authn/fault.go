package authn

import (
	"net/http"
	"strings"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// Kind of a Fault.
type Kind uint8

// The kinds of fault. Each protocol has its own codes and words for them.
const (
	Signature      Kind = iota + 1 // Signature says what
	UnknownKey                     // no such access key, or it is inactive
	InvalidToken                   // the session token is not ours, or its principal is gone
	ExpiredSession                 // the temporary credentials have expired
)

// Fault is why a caller is not authenticated.
type Fault struct {
	Kind        Kind
	Signature   *sigv4.Error
	AccessKeyID string
	Presigned   bool   // the signature is in the query
	Region      string // that was signed for, where it is not that of Expected
	Expected    string
	Now         time.Time
}

func (f *Fault) Error() string {
	switch f.Kind {
	case Signature:
		return f.Signature.Error()
	case UnknownKey:
		return "unknown access key"
	case InvalidToken:
		return "invalid session token"
	}
	return "expired session"
}

const (
	wordsInvalid  = "The security token included in the request is invalid."
	wordsExpired  = "The security token included in the request is expired"
	wordsMissing  = "Request is missing Authentication Token"
	wordsMismatch = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)

// Answer is the fault in the words of the service's protocol (aws-errors section 3).
func (f *Fault) Answer(svc *api.Service) *api.Error {
	e := f.answer(svc)
	if s := f.Signature; s != nil {
		e.Recorded = s.Loggable
	}
	return e
}

func (f *Fault) answer(svc *api.Service) *api.Error {
	switch {
	case svc.Name == "s3":
		return f.s3()
	case svc.Protocol == api.EC2Query:
		return f.ec2()
	case svc.Protocol == api.JSON:
		return f.json(http.StatusBadRequest)
	case svc.Protocol == api.RESTJSON: // aws-errors 3: API Gateway's answers
		return f.json(http.StatusForbidden)
	}
	return f.query(svc)
}

func (f *Fault) query(svc *api.Service) *api.Error {
	forbidden := func(code, words string) *api.Error {
		return &api.Error{Code: code, Status: http.StatusForbidden, Message: words}
	}
	switch f.Kind {
	case UnknownKey, InvalidToken:
		if svc.Name == "iam" { // IAM prints no final dot
			return forbidden("InvalidClientTokenId", strings.TrimSuffix(wordsInvalid, "."))
		}
		return forbidden("InvalidClientTokenId", wordsInvalid)
	case ExpiredSession:
		return forbidden("ExpiredToken", wordsExpired)
	}
	switch f.Signature.Fault {
	case sigv4.MissingToken:
		return forbidden("MissingAuthenticationToken", wordsMissing)
	case sigv4.Incomplete, sigv4.Unsupported:
		return forbidden("IncompleteSignature", f.Signature.Message)
	}
	return forbidden("SignatureDoesNotMatch", f.Signature.Message)
}

func (f *Fault) json(status int) *api.Error {
	bad := func(code, words string) *api.Error {
		return &api.Error{Code: code, Status: status, Message: words}
	}
	switch f.Kind {
	case UnknownKey, InvalidToken:
		return bad("UnrecognizedClientException", wordsInvalid)
	case ExpiredSession:
		return bad("ExpiredTokenException", wordsExpired)
	}
	switch f.Signature.Fault {
	case sigv4.MissingToken:
		return bad("MissingAuthenticationTokenException", wordsMissing)
	case sigv4.Incomplete, sigv4.Unsupported:
		return bad("IncompleteSignatureException", f.Signature.Message)
	}
	return bad("InvalidSignatureException", f.Signature.Message)
}

func (f *Fault) ec2() *api.Error {
	late := f.Kind == ExpiredSession
	if e := f.Signature; e != nil {
		late = e.Fault == sigv4.Expired
	}
	if late {
		return &api.Error{Code: "RequestExpired", Status: http.StatusBadRequest, Message: "Request has expired."}
	}
	return &api.Error{Code: "AuthFailure", Status: http.StatusUnauthorized, Message: "AWS was not able to validate the provided access credentials"}
}

func (f *Fault) s3() *api.Error {
	switch f.Kind {
	case UnknownKey:
		return &api.Error{Code: "InvalidAccessKeyId", Status: http.StatusForbidden, Message: "The AWS Access Key Id you provided does not exist in our records.",
			Members: []api.Member{{Name: "AWSAccessKeyId", Value: f.AccessKeyID}}}
	case InvalidToken:
		return &api.Error{Code: "InvalidToken", Status: http.StatusBadRequest, Message: "The provided token is malformed or otherwise invalid."}
	case ExpiredSession:
		return &api.Error{Code: "ExpiredToken", Status: http.StatusBadRequest, Message: "The provided token has expired."}
	}
	return f.s3Signature()
}
