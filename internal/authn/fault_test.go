package authn

import (
	"net/http"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

var (
	ec2API  = &api.Service{Name: "ec2", Protocol: api.EC2Query}
	s3API   = &api.Service{Name: "s3", Protocol: api.RESTXML}
	restAPI = &api.Service{Name: "lambda", Protocol: api.RESTJSON}
)

// answer is a fault as a service words it.
type answer struct {
	status        int
	code, message string
}

const words = "what package sigv4 says"

type faultRow struct {
	fault                   Fault
	iam, sts, json, ec2, s3 answer
}

// faultAnswers is the table of design.md ("The path of a signed call") and section
// 3 of aws-errors, a row a fault.
var faultAnswers = map[string]faultRow{
	"no signature": {
		Fault{Kind: Signature, Signature: &sigv4.Error{Fault: sigv4.MissingToken, Message: words}},
		answer{403, "MissingAuthenticationToken", "Request is missing Authentication Token"},
		answer{403, "MissingAuthenticationToken", "Request is missing Authentication Token"},
		answer{400, "MissingAuthenticationTokenException", "Request is missing Authentication Token"},
		ec2AuthFailure, answer{403, "AccessDenied", "Access Denied"},
	},
	"unknown key": {
		Fault{Kind: UnknownKey, AccessKeyID: "AKIAEXAMPLE"},
		answer{403, "InvalidClientTokenId", "The security token included in the request is invalid"},
		answer{403, "InvalidClientTokenId", "The security token included in the request is invalid."},
		answer{400, "UnrecognizedClientException", "The security token included in the request is invalid."},
		ec2AuthFailure, answer{403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."},
	},
	"bad session token": {
		Fault{Kind: InvalidToken},
		answer{403, "InvalidClientTokenId", "The security token included in the request is invalid"},
		answer{403, "InvalidClientTokenId", "The security token included in the request is invalid."},
		answer{400, "UnrecognizedClientException", "The security token included in the request is invalid."},
		ec2AuthFailure, answer{400, "InvalidToken", "The provided token is malformed or otherwise invalid."},
	},
	"expired session": {
		Fault{Kind: ExpiredSession},
		answer{403, "ExpiredToken", "The security token included in the request is expired"},
		answer{403, "ExpiredToken", "The security token included in the request is expired"},
		answer{400, "ExpiredTokenException", "The security token included in the request is expired"},
		ec2Expired, answer{400, "ExpiredToken", "The provided token has expired."},
	},
	"wrong signature":   signatureAnswers(sigv4.Mismatch, "SignatureDoesNotMatch", "InvalidSignatureException", ec2AuthFailure, answer{403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method."}),
	"signed long ago":   signatureAnswers(sigv4.Expired, "SignatureDoesNotMatch", "InvalidSignatureException", ec2Expired, s3Skewed),
	"signed in future":  signatureAnswers(sigv4.NotYetCurrent, "SignatureDoesNotMatch", "InvalidSignatureException", ec2AuthFailure, s3Skewed),
	"scope":             signatureAnswers(sigv4.BadScope, "SignatureDoesNotMatch", "InvalidSignatureException", ec2AuthFailure, s3Malformed),
	"header incomplete": signatureAnswers(sigv4.Incomplete, "IncompleteSignature", "IncompleteSignatureException", ec2AuthFailure, s3Malformed),
	"other algorithm":   signatureAnswers(sigv4.Unsupported, "IncompleteSignature", "IncompleteSignatureException", ec2AuthFailure, s3Malformed),
	"header not signed": signatureAnswers(sigv4.HeaderNotSigned, "SignatureDoesNotMatch", "InvalidSignatureException", ec2AuthFailure, answer{403, "AccessDenied", "There were headers present in the request which were not signed"}),
	"another body":      signatureAnswers(sigv4.PayloadMismatch, "SignatureDoesNotMatch", "InvalidSignatureException", ec2AuthFailure, answer{400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed."}),
}

var (
	ec2AuthFailure = answer{401, "AuthFailure", "AWS was not able to validate the provided access credentials"}
	ec2Expired     = answer{400, "RequestExpired", "Request has expired."}
	s3Skewed       = answer{403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."}
	s3Malformed    = answer{400, "AuthorizationHeaderMalformed", "The authorization header is malformed; " + words}
)

// signatureAnswers are those of a fault that the query and JSON services answer
// with the signature's own words.
func signatureAnswers(f sigv4.Fault, query, json string, ec2, s3 answer) faultRow {
	return faultRow{
		Fault{Kind: Signature, Signature: &sigv4.Error{Fault: f, Message: words}},
		answer{403, query, words}, answer{403, query, words}, answer{400, json, words}, ec2, s3,
	}
}

func TestFaultAnswers(t *testing.T) {
	for name, c := range faultAnswers {
		rest := c.json
		rest.status = http.StatusForbidden
		for svc, want := range map[*api.Service]answer{iam.API: c.iam, sts.API: c.sts, organizations.API: c.json, restAPI: rest, ec2API: c.ec2, s3API: c.s3} {
			t.Run(name+"/"+svc.Name, func(t *testing.T) {
				e := c.fault.Answer(svc)
				if got := (answer{e.Status, e.Code, e.Message}); got != want {
					t.Errorf("%+v, want %+v", got, want)
				}
				if e.Fault || http.StatusText(e.Status) == "" {
					t.Errorf("%+v is no fault of the sender's", e)
				}
			})
		}
	}
}

// S3 alone names the key; nothing else of a fault comes back to the caller.
func TestFaultMembers(t *testing.T) {
	for name, c := range faultAnswers {
		for _, svc := range []*api.Service{iam.API, organizations.API, ec2API, s3API} {
			e := c.fault.Answer(svc)
			named := len(e.Members) == 1 && e.Members[0] == api.Member{Name: "AWSAccessKeyId", Value: "AKIAEXAMPLE"}
			if want := svc == s3API && c.fault.Kind == UnknownKey; named != want || !named && len(e.Members) > 0 {
				t.Errorf("%s of %s: members %v", name, svc.Name, e.Members)
			}
		}
	}
}

// What the log says of a fault.
func TestFaultError(t *testing.T) {
	for want, f := range map[string]*Fault{
		words:                   {Kind: Signature, Signature: &sigv4.Error{Fault: sigv4.Mismatch, Message: words}},
		"unknown access key":    {Kind: UnknownKey, AccessKeyID: "AKIAEXAMPLE"},
		"invalid session token": {Kind: InvalidToken},
		"expired session":       {Kind: ExpiredSession},
	} {
		if got := f.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
