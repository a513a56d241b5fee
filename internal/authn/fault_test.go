package authn

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

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
	"other algorithm":   signatureAnswers(sigv4.Unsupported, "IncompleteSignature", "IncompleteSignatureException", ec2AuthFailure, answer{400, "InvalidRequest", "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."}),
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

// S3 alone tells more of a fault: the key, the headers, the times.
func TestFaultMembers(t *testing.T) {
	told := map[string]string{
		"unknown key": "AWSAccessKeyId", "header not signed": "HeadersNotSigned",
		"signed long ago": "RequestTime ServerTime MaxAllowedSkewMilliseconds", "signed in future": "RequestTime ServerTime MaxAllowedSkewMilliseconds",
	}
	for name, c := range faultAnswers {
		for _, svc := range []*api.Service{iam.API, organizations.API, ec2API, s3API} {
			var names []string
			for _, m := range c.fault.Answer(svc).Members {
				names = append(names, m.Name)
			}
			want := told[name]
			if svc != s3API {
				want = ""
			}
			if got := strings.Join(names, " "); got != want {
				t.Errorf("%s of %s: members %q", name, svc.Name, got)
			}
		}
	}
}

// TestS3Faults: S3's own words ("List of error codes"; "Troubleshooting presigned URL
// errors").
func TestS3Faults(t *testing.T) {
	at := time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		fault   Fault
		code    string
		words   string
		members string
	}{
		"presigned, too late": {Fault{Presigned: true, Signature: &sigv4.Error{Fault: sigv4.Expired}}, "AccessDenied 403", "Request has expired", "ServerTime=2026-11-24T14:00:00Z"},
		"presigned, too soon": {Fault{Presigned: true, Signature: &sigv4.Error{Fault: sigv4.NotYetCurrent}}, "AccessDenied 403", "Request is not valid yet", "ServerTime=2026-11-24T14:00:00Z"},
		"clock": {Fault{Signature: &sigv4.Error{Fault: sigv4.Expired, Signed: at.Add(-time.Hour)}}, "RequestTimeTooSkewed 403", "The difference between the request time and the current time is too large.",
			"RequestTime=2026-11-24T13:00:00Z ServerTime=2026-11-24T14:00:00Z MaxAllowedSkewMilliseconds=900000"},
		"region": {Fault{Region: "eu-west-1", Expected: "us-east-1", Signature: &sigv4.Error{Fault: sigv4.BadScope, Message: "m"}},
			"AuthorizationHeaderMalformed 400", "The authorization header is malformed; the region 'eu-west-1' is wrong; expecting 'us-east-1'", "Region=us-east-1"},
		"region, presigned": {Fault{Presigned: true, Region: "eu-west-1", Expected: "us-east-1", Signature: &sigv4.Error{Fault: sigv4.BadScope, Message: "m"}},
			"AuthorizationQueryParametersError 400", "Error parsing the X-Amz-Credential parameter; the region 'eu-west-1' is wrong; expecting 'us-east-1'", "Region=us-east-1"},
		"no region": {Fault{Region: "<b>", Expected: "us-east-1", Signature: &sigv4.Error{Fault: sigv4.BadScope, Message: "m"}},
			"AuthorizationHeaderMalformed 400", "The authorization header is malformed; m", ""},
		"date of the scope": {Fault{Region: "us-east-1", Expected: "us-east-1", Signature: &sigv4.Error{Fault: sigv4.BadScope, Message: "m"}},
			"AuthorizationHeaderMalformed 400", "The authorization header is malformed; m", ""},
		"presigned, parts missing": {Fault{Presigned: true, Signature: &sigv4.Error{Fault: sigv4.Incomplete, Message: "m"}}, "AuthorizationQueryParametersError 400", "m", ""},
		"no hash":                  {Fault{Signature: &sigv4.Error{Fault: sigv4.Incomplete, Message: "Missing required header for this request: x-amz-content-sha256"}}, "InvalidRequest 400", "Missing required header for this request: x-amz-content-sha256", ""},
		"two signatures": {Fault{Signature: &sigv4.Error{Fault: sigv4.Incomplete, Message: "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."}},
			"InvalidArgument 400", "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified", ""},
		"not signed": {Fault{Signature: &sigv4.Error{Fault: sigv4.HeaderNotSigned, NotSigned: []string{"x-amz-acl", "x-amz-tagging"}}},
			"AccessDenied 403", "There were headers present in the request which were not signed", "HeadersNotSigned=x-amz-acl, x-amz-tagging"},
	} {
		c.fault.Kind, c.fault.Now = Signature, at
		e := c.fault.Answer(s3API)
		var members []string
		for _, m := range e.Members {
			members = append(members, m.Name+"="+m.Value)
		}
		if got := fmt.Sprint(e.Code, " ", e.Status); got != c.code || e.Message != c.words || strings.Join(members, " ") != c.members {
			t.Errorf("%s: %s, %q, %q", name, got, e.Message, members)
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
