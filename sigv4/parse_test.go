package sigv4

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	credential    = "AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request"
	zeros         = "0000000000000000000000000000000000000000000000000000000000000000"
	authorization = "AWS4-HMAC-SHA256 Credential=" + credential + ", SignedHeaders=host;x-amz-date, Signature=" + zeros
	presignQuery  = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fiam%2Faws4_request" +
		"&X-Amz-Date=20150830T123600Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=" + zeros
)

// get is a received GET with header lines.
func get(t testing.TB, target string, headers ...string) *http.Request {
	t.Helper()
	return receive(t, strings.Join(append([]string{"GET " + target + " HTTP/1.1", "Host: iam.amazonaws.com"}, headers...), "\r\n"), "")
}

// faultOf is the *Error that err must be.
func faultOf(t testing.TB, err error) *Error {
	t.Helper()
	var fault *Error
	if !errors.As(err, &fault) {
		t.Fatalf("error %v (%T), want an *Error", err, err)
	}
	return fault
}

func TestParseHeader(t *testing.T) {
	r := get(t, "/", "X-Amz-Date: 20150830T123600Z", "Authorization: "+authorization, "X-Amz-Security-Token: token", "X-Amz-Content-Sha256: "+EmptyPayload)
	s := Signature{SignedHeaders: []string{"stale"}, Presigned: true, Expires: time.Hour, SecurityToken: "stale"}
	if err := Parse(r, &s); err != nil {
		t.Fatal(err)
	}
	checkParsed(t, &s, []string{"host", "x-amz-date"})
	if s.Presigned || s.Expires != 0 || s.SecurityToken != "token" || s.PayloadHash != EmptyPayload {
		t.Errorf("parsed %+v", s)
	}
}

func TestParsePresigned(t *testing.T) {
	r := get(t, "/?Action=ListUsers&"+presignQuery+"&X-Amz-Security-Token=a%2Fb%2Bc%3D&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD")
	var s Signature
	if err := Parse(r, &s); err != nil {
		t.Fatal(err)
	}
	checkParsed(t, &s, []string{"host"})
	if !s.Presigned || s.Expires != time.Minute || s.SecurityToken != "a/b+c=" || s.PayloadHash != UnsignedPayload {
		t.Errorf("parsed %+v", s)
	}
}

func checkParsed(t *testing.T, s *Signature, headers []string) {
	t.Helper()
	if s.AccessKeyID != "AKIDEXAMPLE" || s.Date != "20150830" || s.Region != "us-east-1" || s.Service != "iam" {
		t.Errorf("credential %s %s %s %s", s.AccessKeyID, s.Date, s.Region, s.Service)
	}
	if !s.Signed.Equal(testTime) || s.Signature != zeros || !slices.Equal(s.SignedHeaders, headers) {
		t.Errorf("signed %v, headers %q, signature %s", s.Signed, s.SignedHeaders, s.Signature)
	}
}

// TestParseForms are forms of the Authorization header that say the same.
func TestParseForms(t *testing.T) {
	for name, form := range map[string]string{
		"blanks and commas": authorization,
		"commas alone":      strings.ReplaceAll(authorization, ", ", ","),
		"blanks alone":      strings.ReplaceAll(authorization, ", ", " "),
		"another order":     "AWS4-HMAC-SHA256 Signature=" + zeros + ",SignedHeaders=host;x-amz-date,Credential=" + credential,
		"more of both":      strings.ReplaceAll(authorization, ", ", " ,, "),
		"a part unknown":    authorization + ", Comment=x=y",
	} {
		t.Run(name, func(t *testing.T) {
			var s Signature
			if err := Parse(get(t, "/", "X-Amz-Date: 20150830T123600Z", "Authorization: "+form), &s); err != nil {
				t.Fatal(err)
			}
			checkParsed(t, &s, []string{"host", "x-amz-date"})
		})
	}
}

// TestParseDate: X-Amz-Date goes before Date, whose formats are HTTP's three and
// ISO 8601's basic one (IAM User Guide, "Elements of an AWS API request signature").
func TestParseDate(t *testing.T) {
	for name, headers := range map[string][]string{
		"X-Amz-Date":               {"X-Amz-Date: 20150830T123600Z"},
		"X-Amz-Date before Date":   {"Date: Fri, 24 May 2013 00:00:00 GMT", "X-Amz-Date: 20150830T123600Z"},
		"Date of RFC 9110":         {"Date: Sun, 30 Aug 2015 12:36:00 GMT"},
		"Date of RFC 850":          {"Date: Sunday, 30-Aug-15 12:36:00 GMT"},
		"Date of asctime":          {"Date: Sun Aug 30 12:36:00 2015"},
		"Date of ISO 8601's basic": {"Date: 20150830T123600Z"},
	} {
		t.Run(name, func(t *testing.T) {
			var s Signature
			if err := Parse(get(t, "/", append(headers, "Authorization: "+authorization)...), &s); err != nil {
				t.Fatal(err)
			}
			if !s.Signed.Equal(testTime) || s.stamp != "20150830T123600Z" {
				t.Errorf("signed %v, stamp %s", s.Signed, s.stamp)
			}
		})
	}
}

func TestParseStampRefuses(t *testing.T) {
	for _, stamp := range []string{
		"", "20150830", "20150830T123600", "20150830T123600z", "20150830t123600Z", "2015-08-30T12:36:00Z", "20150830T123600+0",
		"20151330T123600Z", "20150030T123600Z", "20150832T123600Z", "20150800T123600Z", "20150830T243600Z", "20150830T126000Z", "20150830T123660Z",
		"20150229T123600Z", "21000229T000000Z", "20150431T123600Z", "2015083 T123600Z", "-0150830T123600Z", "２150830T123600Z",
	} {
		if got, ok := parseStamp(stamp); ok {
			t.Errorf("%q is %v", stamp, got)
		}
	}
	for _, stamp := range []string{"20160229T123600Z", "20000229T000000Z", "20150131T235959Z", "20150430T000000Z"} {
		if got, ok := parseStamp(stamp); !ok || formatStamp(got) != stamp {
			t.Errorf("%q is %v, %v", stamp, got, ok)
		}
	}
}

// TestParseFaults has the words of the query services. Those of the rows that
// name no page are our own: no page has AWS's.
func TestParseFaults(t *testing.T) {
	const date = "X-Amz-Date: 20150830T123600Z"
	noEqual := "AWS4-HMAC-SHA256 Credential=AKID EXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0"
	for _, test := range []struct {
		rule, target string
		headers      []string
		fault        Fault
		words        string
	}{
		{"no signature", "/", nil, MissingToken, "Request is missing Authentication Token"},
		{"an empty header", "/", []string{date, "Authorization:"}, MissingToken, "Request is missing Authentication Token"},
		{"no parts", "/", []string{"Authorization: AWS4-HMAC-SHA256"}, Incomplete,
			"Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256"},
		{"no signature among the parts", "/", []string{date, "Authorization: AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host"}, Incomplete,
			"Authorization header requires 'Signature' parameter. Authorization=AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host"},
		{"no date", "/", []string{"Authorization: " + authorization}, Incomplete,
			"Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=" + authorization},
		{"a part without an equal sign", "/", []string{date, "Authorization: " + noEqual}, Incomplete,
			"'EXAMPLE/20150830/us-east-1/iam/aws4_request' not a valid key=value pair (missing equal-sign) in Authorization header: '" + noEqual + "'."},
		{"another scheme", "/", []string{date, "Authorization: Bearer abc"}, Incomplete,
			"'abc' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer abc'."},
		{"a part twice", "/", []string{date, "Authorization: " + authorization + ", Credential=a"}, Incomplete,
			"Authorization header has more than one 'Credential' parameter. Authorization=" + authorization + ", Credential=a"},
		{"two headers", "/", []string{date, "Authorization: " + authorization, "Authorization: " + authorization}, Incomplete, "Found more than one 'Authorization' HTTP header."},
		{"two dates", "/", []string{date, date, "Authorization: " + authorization}, Incomplete, "Found more than one 'X-Amz-Date' HTTP header."},
		{"two Date headers", "/", []string{"Date: a", "Date: b", "Authorization: " + authorization}, Incomplete, "Found more than one 'Date' HTTP header."},
		{"two tokens", "/", []string{date, "Authorization: " + authorization, "X-Amz-Security-Token: a", "X-Amz-Security-Token: b"}, Incomplete, "Found more than one 'X-Amz-Security-Token' HTTP header."},
		{"two payload hashes", "/", []string{date, "Authorization: " + authorization, "X-Amz-Content-Sha256: a", "X-Amz-Content-Sha256: b"}, Incomplete, "Found more than one 'X-Amz-Content-Sha256' HTTP header."},
		{"a date of another format", "/", []string{"X-Amz-Date: Sun, 30 Aug 2015 12:36:00 GMT", "Authorization: " + authorization}, Incomplete,
			"Date must be in ISO-8601 'basic format'. Got 'Sun, 30 Aug 2015 12:36:00 GMT'. See http://en.wikipedia.org/wiki/ISO_8601"},
		{"no date in Date", "/", []string{"Date: tomorrow", "Authorization: " + authorization}, Incomplete,
			"Date must be in ISO-8601 'basic format'. Got 'tomorrow'. See http://en.wikipedia.org/wiki/ISO_8601"},
		{"four elements", "/", []string{date, "Authorization: AWS4-HMAC-SHA256 Credential=a/b/c/d, SignedHeaders=host, Signature=0"}, Incomplete,
			"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b/c/d'"},
		{"six elements", "/", []string{date, "Authorization: AWS4-HMAC-SHA256 Credential=a/b/c/d/e/f, SignedHeaders=host, Signature=0"}, Incomplete,
			"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b/c/d/e/f'"},
		{"no key id", "/", []string{date, "Authorization: AWS4-HMAC-SHA256 Credential=/b/c/d/e, SignedHeaders=host, Signature=0"}, Incomplete,
			"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '/b/c/d/e'"},
		{"a signed header in capitals", "/", []string{date, "Authorization: AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=Host, Signature=0"}, Incomplete,
			"SignedHeaders must be header names in lower case, separated by ';', got 'Host'"},
		{"a signed header without a name", "/", []string{date, "Authorization: AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host;, Signature=0"}, Incomplete,
			"SignedHeaders must be header names in lower case, separated by ';', got 'host;'"},
		{"a signed header twice", "/", []string{date, "Authorization: AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host;x-a;host, Signature=0"}, Incomplete,
			"SignedHeaders must name each header once, and at most 256, got 'host;x-a;host'"},
		{"too many signed headers", "/", []string{date, "Authorization: AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host" + manyHeaders(256) + ", Signature=0"}, Incomplete,
			"SignedHeaders must name each header once, and at most 256, got 'host" + manyHeaders(256) + "'"},
		{"Version 2", "/", []string{date, "Authorization: AWS AKIDEXAMPLE:c2lnbmF0dXJl"}, Unsupported, "Unsupported AWS 'algorithm': 'AWS' (only AWS4-HMAC-SHA256 for now). "},
		{"Version 2 in the query", "/?AWSAccessKeyId=AKIDEXAMPLE&Signature=c2ln&SignatureVersion=2", nil, Unsupported, "Unsupported AWS 'algorithm': 'AWS' (only AWS4-HMAC-SHA256 for now). "},
		{"Version 4A", "/", []string{date, "Authorization: AWS4-ECDSA-P256-SHA256 Credential=a/b/iam/aws4_request, SignedHeaders=host, Signature=0"}, Unsupported,
			"Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256' (only AWS4-HMAC-SHA256 for now). "},
		{"Version 4A in the query", "/?X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256", nil, Unsupported, "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256' (only AWS4-HMAC-SHA256 for now). "},
		{"another algorithm", "/", []string{date, "Authorization: " + strings.Replace(authorization, "SHA256", "SHA512", 1)}, Unsupported, "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512' (only AWS4-HMAC-SHA256 for now). "},
		{"another algorithm in the query", "/?" + strings.Replace(presignQuery, "SHA256", "SHA512", 1), nil, Unsupported, "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512' (only AWS4-HMAC-SHA256 for now). "},
		{"header and query", "/?" + presignQuery, []string{date, "Authorization: " + authorization}, Incomplete, "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."},
		{"a parameter of the query beside the header", "/?X-Amz-Signature=0", []string{date, "Authorization: " + authorization}, Incomplete, "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."},
		{"an encoded parameter of the query beside the header", "/?X%2DAmz%2DSignature=0", []string{date, "Authorization: " + authorization}, Incomplete, "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."},
		{"parameters missing", "/?X-Amz-Signature=0", nil, Incomplete,
			"AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters."},
		{"a parameter twice", "/?" + presignQuery + "&X-Amz-Date=20150830T123600Z", nil, Incomplete, "AWS query-string parameters must include 'X-Amz-Date' once. Re-examine the query-string parameters."},
		{"a parameter twice, encoded", "/?" + presignQuery + "&X%2DAmz-Security-Token=&X-Amz-Security-Token=b", nil, Incomplete, "AWS query-string parameters must include 'X-Amz-Security-Token' once. Re-examine the query-string parameters."},
		{"two tokens that differ", "/?" + presignQuery + "&X-Amz-Security-Token=a", []string{"X-Amz-Security-Token: b"}, Incomplete, "Found both 'X-Amz-Security-Token' as a query-string param and as HTTP header, and they differ."},
		{"two headers beside a presigned query", "/?" + presignQuery, []string{"X-Amz-Security-Token: a", "X-Amz-Security-Token: b"}, Incomplete, "Found more than one 'X-Amz-Security-Token' HTTP header."},
		{"a presigned date of another format", "/?" + strings.Replace(presignQuery, "20150830T123600Z", "2015", 1), nil, Incomplete, "Date must be in ISO-8601 'basic format'. Got '2015'. See http://en.wikipedia.org/wiki/ISO_8601"},
		{"a presigned credential of four", "/?" + strings.Replace(presignQuery, "%2Faws4_request", "", 1), nil, Incomplete, "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKIDEXAMPLE/20150830/us-east-1/iam'"},
		{"a line break in the signed headers", "/?" + strings.Replace(presignQuery, "SignedHeaders=host", "SignedHeaders=host%0Ax:y", 1), nil, Incomplete, "SignedHeaders must be header names in lower case, separated by ';', got 'host\nx:y'"},
	} {
		t.Run(test.rule, func(t *testing.T) {
			var s Signature
			fault := faultOf(t, Parse(get(t, test.target, test.headers...), &s))
			if fault.Fault != test.fault || fault.Message != test.words {
				t.Errorf("fault %d, %q\nwant  %d, %q", fault.Fault, fault.Message, test.fault, test.words)
			}
		})
	}
}

// TestParseExpires: from a second to seven days (S3 API Reference, "Authenticating
// Requests: Using Query Parameters").
func TestParseExpires(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"1": time.Second, "604800": MaxExpires, "060": time.Minute,
		"": -1, "0": -1, "604801": -1, "-1": -1, "1.5": -1, "1e3": -1, "99999999999999999999": -1, "+60": -1, "60s": -1,
	} {
		var s Signature
		err := Parse(get(t, "/?"+strings.Replace(presignQuery, "Expires=60", "Expires="+strings.ReplaceAll(value, "+", "%2B"), 1)), &s)
		switch {
		case want >= 0 && (err != nil || s.Expires != want):
			t.Errorf("%q: %v, %v", value, s.Expires, err)
		case want < 0 && err == nil:
			t.Errorf("%q is %v", value, s.Expires)
		}
	}
}

func TestParseKeepsMemory(t *testing.T) {
	r := benchRequest(t)
	var s Signature
	if allocs := testing.AllocsPerRun(100, func() {
		if err := Parse(r, &s); err != nil {
			t.Fatal(err)
		}
	}); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

// manyHeaders are names for a list of signed headers, after others.
func manyHeaders(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(";x-" + strconv.Itoa(i))
	}
	return b.String()
}

// TestLoggable: what a message repeats of the Authorization header is not for a log.
func TestLoggable(t *testing.T) {
	for header, want := range map[string]string{
		"Bearer secret": "A part of the Authorization header is not a valid key=value pair (missing equal-sign).",
		"AWS4-HMAC-SHA256 Signature=secret, Signature=secret":                        "Authorization header has more than one 'Signature' parameter. Authorization=(not logged)",
		"AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host,Signature=secret": "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=(not logged)",
	} {
		var s Signature
		fault := faultOf(t, Parse(get(t, "/", "Authorization: "+header), &s))
		if fault.Loggable != want || !strings.Contains(fault.Message, header) {
			t.Errorf("%s: %q, %q", header, fault.Message, fault.Loggable)
		}
	}
}
