package sigv4

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	testCredentials = Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
	iamRules        = &Rules{Region: "us-east-1", Service: []string{"iam"}}
	s3Rules         = &Rules{Region: "us-east-1", Service: []string{"s3"}, RawPath: true, AllAmzHeaders: true, UnsignedPayload: true}
)

// signed is a received request that Signer signed for rules.
func signed(t testing.TB, rules *Rules, method, target, body, payloadHash string, headers ...string) *http.Request {
	t.Helper()
	lines := append([]string{method + " " + target + " HTTP/1.1", "Host: example.amazonaws.com", "Content-Length: " + strconv.Itoa(len(body))}, headers...)
	r := receive(t, strings.Join(lines, "\r\n"), body)
	signer := Signer{Region: rules.Region, Service: rules.Service[0], RawPath: rules.RawPath}
	if err := signer.Sign(r, testCredentials, payloadHash, testTime); err != nil {
		t.Fatal(err)
	}
	return r
}

// verify parses and verifies with a Verifier of its own.
func verify(r *http.Request, body []byte, secret string, now time.Time, rules *Rules) error {
	var s Signature
	if err := Parse(r, &s); err != nil {
		return err
	}
	return NewVerifier(4).Verify(r, &s, body, secret, now, rules)
}

// resign gives a changed request a true signature, of the headers named.
func resign(t testing.TB, r *http.Request, rules *Rules, names []string, payloadHash string) {
	t.Helper()
	stamp := r.Header.Get("X-Amz-Date")
	signer := Signer{Region: rules.Region, Service: rules.Service[0], RawPath: rules.RawPath}
	signature := signer.signature(r, r.URL.RawQuery, names, testCredentials.SecretAccessKey, payloadHash, stamp)
	r.Header.Set("Authorization", Algorithm+" Credential="+testCredentials.AccessKeyID+"/"+signer.scope(stamp)+
		", SignedHeaders="+strings.Join(names, ";")+", Signature="+signature)
}

func TestVerifyClock(t *testing.T) {
	r := signed(t, iamRules, "POST", "/", "Action=ListUsers", hashOf("Action=ListUsers"))
	for _, test := range []struct {
		rule  string
		ahead time.Duration
		fault Fault
		words string
	}{
		{"now", 0, 0, ""},
		{"15 minutes ago", 15 * time.Minute, 0, ""},
		{"15 minutes and a second ago", 15*time.Minute + time.Second, Expired,
			"Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T125101Z - 15 min.)"},
		{"a day ago", 24 * time.Hour, Expired,
			"Signature expired: 20150830T123600Z is now earlier than 20150831T122100Z (20150831T123600Z - 15 min.)"},
		{"in 15 minutes", -15 * time.Minute, 0, ""},
		{"in 15 minutes and a second", -15*time.Minute - time.Second, NotYetCurrent,
			"Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z (20150830T122059Z + 15 min.)"},
	} {
		t.Run(test.rule, func(t *testing.T) {
			now := testTime.Add(test.ahead).In(time.FixedZone("", 7200))
			err := verify(r, []byte("Action=ListUsers"), testCredentials.SecretAccessKey, now, iamRules)
			if test.fault == 0 {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			fault := faultOf(t, err)
			if fault.Fault != test.fault || fault.Message != test.words || !fault.Signed.Equal(testTime) {
				t.Errorf("%d %q %v, want %d %q", fault.Fault, fault.Message, fault.Signed, test.fault, test.words)
			}
		})
	}
}

// TestVerifyPresignedClock: a presigned URL may be used from the time of signing,
// skew included, until it expires.
func TestVerifyPresignedClock(t *testing.T) {
	for _, test := range []struct {
		rule    string
		rules   *Rules
		expires time.Duration
		ahead   time.Duration
		fault   Fault
		words   string
	}{
		{"before it expires", s3Rules, time.Hour, time.Hour, 0, ""},
		{"after it expired", s3Rules, time.Hour, time.Hour + time.Second, Expired, "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T133601Z - 60 min.)"},
		{"after seconds", s3Rules, 90 * time.Second, 91 * time.Second, Expired, "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T123731Z - 90 sec.)"},
		{"less than the skew", s3Rules, time.Second, 2 * time.Second, Expired, "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T123602Z - 1 sec.)"},
		{"a minute, for a query service", iamRules, time.Minute, 15 * time.Minute, 0, ""},
		{"a week, for a query service", iamRules, MaxExpires, 16 * time.Minute, Expired, "Signature expired: 20150830T123600Z is now earlier than 20150830T123700Z (20150830T125200Z - 15 min.)"},
		{"in the future", iamRules, time.Hour, -16 * time.Minute, NotYetCurrent, "Signature not yet current: 20150830T123600Z is still later than 20150830T123500Z (20150830T122000Z + 15 min.)"},
		{"no expiry", iamRules, 0, 15 * time.Minute, 0, ""},
		{"no expiry, too late", iamRules, 0, 16 * time.Minute, Expired, "Signature expired: 20150830T123600Z is now earlier than 20150830T123700Z (20150830T125200Z - 15 min.)"},
		{"no expiry on S3", s3Rules, 0, 0, Incomplete, "AWS query-string parameters must include 'X-Amz-Expires'. Re-examine the query-string parameters."},
	} {
		t.Run(test.rule, func(t *testing.T) {
			err := verify(presigned(t, test.rules, test.expires), nil, testCredentials.SecretAccessKey, testTime.Add(test.ahead), test.rules)
			if test.fault == 0 {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if fault := faultOf(t, err); fault.Fault != test.fault || fault.Message != test.words {
				t.Errorf("%d %q, want %d %q", fault.Fault, fault.Message, test.fault, test.words)
			}
		})
	}
}

// presigned is a received presigned GET; without an expiry where that is 0.
func presigned(t testing.TB, rules *Rules, expires time.Duration) *http.Request {
	t.Helper()
	made, err := http.NewRequest("GET", "http://example.amazonaws.com/key?a=b", nil)
	if err != nil {
		t.Fatal(err)
	}
	signer := Signer{Region: rules.Region, Service: rules.Service[0], RawPath: rules.RawPath}
	payloadHash := EmptyPayload
	if rules.UnsignedPayload {
		payloadHash = UnsignedPayload
	}
	u, err := signer.Presign(made, testCredentials, payloadHash, testTime, max(expires, time.Second))
	if err != nil {
		t.Fatal(err)
	}
	if expires == 0 {
		u = strings.Replace(u, "&X-Amz-Expires=1", "", 1)
		query := u[strings.Index(u, "?")+1 : strings.Index(u, "&X-Amz-Signature=")]
		signature := signer.signature(made, query, []string{"host"}, testCredentials.SecretAccessKey, payloadHash, formatStamp(testTime))
		u = u[:strings.Index(u, "&X-Amz-Signature=")] + "&X-Amz-Signature=" + signature
	}
	return receive(t, "GET "+strings.TrimPrefix(u, "http://example.amazonaws.com")+" HTTP/1.1\r\nHost: example.amazonaws.com", "")
}

func TestVerifyScope(t *testing.T) {
	for _, test := range []struct{ rule, scope, words string }{
		{"region", "20150830/eu-west-1/iam/aws4_request", "Credential should be scoped to a valid region. "},
		{"region in capitals", "20150830/US-EAST-1/iam/aws4_request", "Credential should be scoped to a valid region. "},
		{"service", "20150830/us-east-1/sts/aws4_request", "Credential should be scoped to correct service: 'iam'. "},
		{"terminator", "20150830/us-east-1/iam/aws5_request", "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. "},
		{"date", "20150829/us-east-1/iam/aws4_request", "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20150829' != '20150830', from '20150830T123600Z'. "},
		{"all of them", "b/c/d/e", "Credential should be scoped to a valid region. Credential should be scoped to correct service: 'iam'. Credential should be scoped with a valid terminator: 'aws4_request', not 'e'. " +
			"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: 'b' != '20150830', from '20150830T123600Z'. "},
		{"nothing", "///", "Credential should be scoped to a valid region. Credential should be scoped to correct service: 'iam'. Credential should be scoped with a valid terminator: 'aws4_request', not ''. " +
			"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '' != '20150830', from '20150830T123600Z'. "},
	} {
		t.Run(test.rule, func(t *testing.T) {
			r := get(t, "/", "X-Amz-Date: 20150830T123600Z", "Authorization: "+strings.Replace(authorization, "20150830/us-east-1/iam/aws4_request", test.scope, 1))
			fault := faultOf(t, verify(r, nil, "", testTime, iamRules))
			if fault.Fault != BadScope || fault.Message != test.words {
				t.Errorf("%d %q\nwant %q", fault.Fault, fault.Message, test.words)
			}
		})
	}
}

// TestVerifySeveralServices: a service may have more than one name.
func TestVerifySeveralServices(t *testing.T) {
	r := signed(t, iamRules, "GET", "/", "", EmptyPayload)
	if err := verify(r, nil, testCredentials.SecretAccessKey, testTime, &Rules{Region: "us-east-1", Service: []string{"sts", "iam"}}); err != nil {
		t.Error(err)
	}
	if fault := faultOf(t, verify(r, nil, testCredentials.SecretAccessKey, testTime, &Rules{Region: "us-east-1"})); fault.Fault != BadScope {
		t.Errorf("no service is served, yet %v", fault)
	}
}

// TestVerifySignedHeaders signs truly, but leaves headers out.
func TestVerifySignedHeaders(t *testing.T) {
	for _, test := range []struct {
		rule      string
		rules     *Rules
		headers   []string
		signed    string
		notSigned []string
		words     string
	}{
		{"host", iamRules, nil, "x-amz-date", []string{"host"}, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
		{"date", iamRules, nil, "host", []string{"x-amz-date"}, "'x-amz-date' must be a 'SignedHeader' in the AWS Authorization."},
		{"token", iamRules, []string{"X-Amz-Security-Token: t"}, "host;x-amz-date", []string{"x-amz-security-token"}, "'x-amz-security-token' must be a 'SignedHeader' in the AWS Authorization."},
		{"target", iamRules, []string{"X-Amz-Target: T.Op"}, "host;x-amz-date", []string{"x-amz-target"}, "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization."},
		{"all that are acted on", iamRules, []string{"X-Amz-Target: T.Op"}, "host;x-amz-date;x-amz-target", nil, ""},
		{"one that is not acted on", iamRules, []string{"X-Amz-User-Agent: js", "Content-Type: text/plain", "X-Other: 1"}, "host;x-amz-date", nil, ""},
		{"S3, any", s3Rules, []string{"X-Amz-Meta-B: 1", "x-AMZ-meta-a: 2"}, "host;x-amz-content-sha256;x-amz-date", []string{"x-amz-meta-a", "x-amz-meta-b"}, "'x-amz-meta-a', 'x-amz-meta-b' must be a 'SignedHeader' in the AWS Authorization."},
		{"S3, all", s3Rules, []string{"X-Amz-Meta-A: 1"}, "host;x-amz-content-sha256;x-amz-date;x-amz-meta-a", nil, ""},
		{"in any order", iamRules, []string{"X-Other: 1"}, "x-other;x-amz-date;host", nil, ""},
	} {
		t.Run(test.rule, func(t *testing.T) {
			r := signed(t, test.rules, "GET", "/", "", EmptyPayload)
			for _, line := range test.headers {
				key, value, _ := strings.Cut(line, ": ")
				r.Header.Set(key, value)
			}
			resign(t, r, test.rules, strings.Split(test.signed, ";"), EmptyPayload)
			err := verify(r, []byte{}, testCredentials.SecretAccessKey, testTime, test.rules)
			if test.notSigned == nil {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			fault := faultOf(t, err)
			if fault.Fault != HeaderNotSigned || fault.Message != test.words || !slices.Equal(fault.NotSigned, test.notSigned) {
				t.Errorf("%d %q %q, want %q %q", fault.Fault, fault.Message, fault.NotSigned, test.words, test.notSigned)
			}
		})
	}
}

// TestVerifyPresignedHeaders: the query brings a presigned request's date.
func TestVerifyPresignedHeaders(t *testing.T) {
	r := presigned(t, iamRules, time.Minute)
	r.Header.Set("X-Amz-Date", "20150830T123600Z")
	if err := verify(r, nil, testCredentials.SecretAccessKey, testTime, iamRules); err != nil {
		t.Error(err)
	}
	r.Header.Set("X-Amz-Security-Token", "t")
	if fault := faultOf(t, verify(r, nil, testCredentials.SecretAccessKey, testTime, iamRules)); fault.Fault != HeaderNotSigned {
		t.Errorf("an unsigned token: %v", fault)
	}
}

func TestVerifyPayload(t *testing.T) {
	const body = "Action=ListUsers"
	right, wrong := hashOf(body), hashOf("Action=ListRoles")
	for _, test := range []struct {
		rule        string
		rules       *Rules
		payloadHash string // signed
		header      string // x-amz-content-sha256; "" for none
		body        []byte
		fault       Fault
	}{
		{"the body's hash", iamRules, right, "", []byte(body), 0},
		{"the body's hash, sent too", iamRules, right, right, []byte(body), 0},
		{"another body", iamRules, wrong, "", []byte(body), Mismatch},
		{"another body, its hash sent", iamRules, wrong, wrong, []byte(body), PayloadMismatch},
		{"the right hash sent, another signed", iamRules, wrong, right, []byte(body), Mismatch},
		{"unsigned, which only S3 allows", iamRules, UnsignedPayload, UnsignedPayload, []byte(body), PayloadMismatch},
		{"streaming, which only S3 allows", iamRules, StreamingPayload, StreamingPayload, nil, PayloadMismatch},
		{"a hash that is trusted", iamRules, right, right, nil, 0},
		{"a body that nobody read", iamRules, EmptyPayload, "", nil, PayloadMismatch},
		{"S3, the body's hash", s3Rules, right, right, []byte(body), 0},
		{"S3, a hash that is trusted", s3Rules, right, right, nil, 0},
		{"S3, another body", s3Rules, wrong, wrong, []byte(body), PayloadMismatch},
		{"S3, unsigned", s3Rules, UnsignedPayload, UnsignedPayload, []byte(body), 0},
		{"S3, unsigned and not read", s3Rules, UnsignedPayload, UnsignedPayload, nil, 0},
		{"S3, streaming", s3Rules, StreamingPayload, StreamingPayload, nil, 0},
		{"S3, streaming with a trailer", s3Rules, StreamingPayloadTrailer, StreamingPayloadTrailer, nil, 0},
		{"S3, streaming unsigned with a trailer", s3Rules, StreamingUnsignedTrailer, StreamingUnsignedTrailer, nil, 0},
		{"S3, unsigned where a hash was signed", s3Rules, right, UnsignedPayload, []byte(body), Mismatch},
		{"S3, nothing sent", s3Rules, right, "", []byte(body), Incomplete},
		{"S3, no hash", s3Rules, "UNSIGNED", "UNSIGNED", []byte(body), Incomplete},
		{"S3, capitals", s3Rules, strings.ToUpper(right), strings.ToUpper(right), []byte(body), Incomplete},
		{"S3, Version 4A streaming", s3Rules, "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", nil, Incomplete},
	} {
		t.Run(test.rule, func(t *testing.T) {
			r := signed(t, test.rules, "POST", "/", body, right)
			names := []string{"host", "x-amz-date"}
			r.Header.Del("X-Amz-Content-Sha256")
			if test.header != "" {
				r.Header.Set("X-Amz-Content-Sha256", test.header)
				names = []string{"host", "x-amz-content-sha256", "x-amz-date"}
			}
			resign(t, r, test.rules, names, test.payloadHash)
			err := verify(r, test.body, testCredentials.SecretAccessKey, testTime, test.rules)
			if test.fault == 0 && err != nil {
				t.Fatal(err)
			}
			if test.fault != 0 && faultOf(t, err).Fault != test.fault {
				t.Errorf("fault %d: %v, want %d", faultOf(t, err).Fault, err, test.fault)
			}
		})
	}
}

// TestVerifyPresignedPayload: S3 leaves it unsigned unless the URL says otherwise.
func TestVerifyPresignedPayload(t *testing.T) {
	made, err := http.NewRequest("PUT", "http://example.amazonaws.com/key", nil)
	if err != nil {
		t.Fatal(err)
	}
	signer := Signer{Region: "us-east-1", Service: "s3", RawPath: true}
	for payloadHash, want := range map[string]Fault{UnsignedPayload: 0, hashOf("body"): 0, hashOf("other"): PayloadMismatch} {
		u, err := signer.Presign(made, testCredentials, payloadHash, testTime, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		r := receive(t, "PUT "+strings.TrimPrefix(u, "http://example.amazonaws.com")+" HTTP/1.1\r\nHost: example.amazonaws.com\r\nContent-Length: 4", "body")
		err = verify(r, []byte("body"), testCredentials.SecretAccessKey, testTime, s3Rules)
		if want == 0 && err != nil || want != 0 && faultOf(t, err).Fault != want {
			t.Errorf("%s: %v", payloadHash, err)
		}
	}
}

func TestVerifyMismatch(t *testing.T) {
	r := signed(t, iamRules, "GET", "/?b=2&a=1", "", EmptyPayload)
	fault := faultOf(t, verify(r, nil, "another secret", testTime, iamRules))
	if fault.Fault != Mismatch || fault.Error() != wordsMismatch {
		t.Fatalf("%d %q", fault.Fault, fault.Message)
	}
	canonical := "GET\n/\na=1&b=2\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\n" + EmptyPayload
	toSign := "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n" + hashOf(canonical)
	if fault.CanonicalRequest != canonical || fault.StringToSign != toSign {
		t.Errorf("canonical request\n%s\nstring to sign\n%s", fault.CanonicalRequest, fault.StringToSign)
	}
	if strings.Contains(fault.Message+fault.CanonicalRequest+fault.StringToSign, "secret") {
		t.Error("the secret is in the error")
	}
}

// TestVerifySignatureForms: only 64 digits in lower case are a signature.
func TestVerifySignatureForms(t *testing.T) {
	r := signed(t, iamRules, "GET", "/", "", EmptyPayload)
	var s Signature
	if err := Parse(r, &s); err != nil {
		t.Fatal(err)
	}
	right := s.Signature
	for _, wrong := range []string{"", right[:63], right + "0", strings.ToUpper(right), right[1:] + right[:1], strings.Repeat("0", 64)} {
		s.Signature = wrong
		if fault := faultOf(t, NewVerifier(4).Verify(r, &s, nil, testCredentials.SecretAccessKey, testTime, iamRules)); fault.Fault != Mismatch {
			t.Errorf("%q: %v", wrong, fault)
		}
	}
}

// TestVerifyUnparsed: a Signature that Parse did not make does not verify.
func TestVerifyUnparsed(t *testing.T) {
	s := Signature{AccessKeyID: "AKIDEXAMPLE", Signed: testTime, SignedHeaders: []string{"host"}, Region: "us-east-1", Service: "iam"}
	if fault := faultOf(t, NewVerifier(4).Verify(get(t, "/"), &s, nil, "", testTime, iamRules)); fault.Fault != MissingToken {
		t.Errorf("%v", fault)
	}
}

func TestVerifyAllocatesNothing(t *testing.T) {
	r := benchRequest(t)
	v := NewVerifier(16)
	body := []byte(benchBody)
	var s Signature
	c := newScratch() // not from the pool, which may be emptied at any time
	if allocs := testing.AllocsPerRun(1000, func() {
		if err := Parse(r, &s); err != nil {
			t.Fatal(err)
		}
		if e := check(r, &s, testTime, benchRules); e != nil {
			t.Fatal(e)
		}
		if e := v.verify(c, r, &s, body, benchSecret, benchRules); e != nil {
			t.Fatal(e)
		}
	}); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func TestVerifyConcurrently(t *testing.T) {
	v := NewVerifier(4)
	r := signed(t, iamRules, "GET", "/?a=b", "", EmptyPayload)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			secret := testCredentials.SecretAccessKey
			if i%2 == 1 {
				secret = "another"
			}
			var s Signature
			for range 200 {
				if err := Parse(r, &s); err != nil {
					t.Error(err)
				}
				if err := v.Verify(r, &s, nil, secret, testTime, iamRules); (err == nil) != (i%2 == 0) {
					t.Errorf("with secret %d: %v", i, err)
				}
			}
		})
	}
	group.Wait()
}
