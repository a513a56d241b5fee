package sigv4

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSignRefuses(t *testing.T) {
	valid := Signer{Region: "us-east-1", Service: "iam"}
	for _, test := range []struct {
		rule        string
		signer      Signer
		c           Credentials
		payloadHash string
	}{
		{"no access key", valid, Credentials{SecretAccessKey: "s"}, EmptyPayload},
		{"no secret", valid, Credentials{AccessKeyID: "a"}, EmptyPayload},
		{"a slash in the access key", valid, Credentials{AccessKeyID: "a/b", SecretAccessKey: "s"}, EmptyPayload},
		{"no region", Signer{Service: "iam"}, testCredentials, EmptyPayload},
		{"no service", Signer{Region: "us-east-1"}, testCredentials, EmptyPayload},
		{"no payload hash", valid, testCredentials, ""},
		{"capitals in the payload hash", valid, testCredentials, strings.ToUpper(EmptyPayload)},
	} {
		t.Run(test.rule, func(t *testing.T) {
			r := httptest.NewRequest("GET", "http://example.com/", nil)
			if err := test.signer.Sign(r, test.c, test.payloadHash, testTime); err == nil || r.Header.Get("Authorization") != "" {
				t.Errorf("signed: %v", err)
			}
			if u, err := test.signer.Presign(r, test.c, test.payloadHash, testTime, time.Minute); err == nil || u != "" {
				t.Errorf("presigned %q: %v", u, err)
			}
		})
	}
}

func TestPresignExpiry(t *testing.T) {
	signer := Signer{Region: "us-east-1", Service: "iam"}
	for expires, right := range map[time.Duration]bool{
		0: false, time.Second - 1: false, time.Second: true, MaxExpires: true, MaxExpires + 1: false, -time.Hour: false,
	} {
		_, err := signer.Presign(httptest.NewRequest("GET", "http://example.com/", nil), testCredentials, EmptyPayload, testTime, expires)
		if (err == nil) != right {
			t.Errorf("%v: %v", expires, err)
		}
	}
}

// TestSignHeaders: which headers are signed, and which are replaced.
func TestSignHeaders(t *testing.T) {
	r := httptest.NewRequest("GET", "http://example.com/", nil)
	for _, key := range []string{"Content-Type", "X-Amz-Meta-A", "Range", "User-Agent", "Connection", "Te", "Expect", "Transfer-Encoding", "X-Forwarded-For", "X-Amzn-Trace-Id", "Accept-Encoding"} {
		r.Header.Set(key, "v")
	}
	r.Header.Set("Authorization", "stale")
	r.Header.Set("X-Amz-Security-Token", "stale")
	r.Header["X-Nothing"] = nil
	signer := Signer{Region: "us-east-1", Service: "s3", RawPath: true}
	c := testCredentials
	c.SessionToken = "token"
	if err := signer.Sign(r, c, UnsignedPayload, testTime.In(time.FixedZone("", -3600))); err != nil {
		t.Fatal(err)
	}
	var s Signature
	if err := Parse(r, &s); err != nil {
		t.Fatal(err)
	}
	want := []string{"content-type", "host", "range", "x-amz-content-sha256", "x-amz-date", "x-amz-meta-a", "x-amz-security-token"}
	if !slices.Equal(s.SignedHeaders, want) || s.SecurityToken != "token" || s.PayloadHash != UnsignedPayload || !s.Signed.Equal(testTime) {
		t.Errorf("%+v", s)
	}
	if err := signer.Sign(r, testCredentials, UnsignedPayload, testTime); err != nil {
		t.Fatal(err)
	}
	if got := r.Header.Get("X-Amz-Security-Token"); got != "" {
		t.Errorf("without a token, %q stays", got)
	}
}

func TestSignWithoutHeaders(t *testing.T) {
	r := &http.Request{Method: "GET", URL: &url.URL{Scheme: "http", Host: "example.com"}}
	signer := Signer{Region: "us-east-1", Service: "iam"}
	if err := signer.Sign(r, testCredentials, EmptyPayload, testTime); err != nil {
		t.Fatal(err)
	}
	if err := verify(r, nil, testCredentials.SecretAccessKey, testTime, iamRules); err != nil {
		t.Error(err)
	}
}

// TestSignPassedOn: a request that is passed on is signed as its URL says, not as
// it came.
func TestSignPassedOn(t *testing.T) {
	came := get(t, "/came?a=b")
	came.URL.Path, came.URL.RawQuery, came.Host = "/goes", "c=d", "behind.example"
	signer := Signer{Region: "us-east-1", Service: "iam"}
	if err := signer.Sign(came, testCredentials, EmptyPayload, testTime); err != nil {
		t.Fatal(err)
	}
	came.RequestURI = "/goes?c=d"
	if err := verify(came, nil, testCredentials.SecretAccessKey, testTime, iamRules); err != nil {
		t.Error(err)
	}
}

// TestSignedAndSent sends what Signer signs through net/http, both ways.
func TestSignedAndSent(t *testing.T) {
	for name, rules := range map[string]*Rules{"query service": iamRules, "S3": s3Rules} {
		server := httptest.NewServer(verifyingHandler(rules))
		defer server.Close()
		signer := Signer{Region: rules.Region, Service: rules.Service[0], RawPath: rules.RawPath}
		for _, path := range []string{"", "/", "/a%20b/../c//d/%2F%7E", "/ü?q=a+b&q=%2B&r", "/?z=1&a=%C3%BC&a", "/+*'()!?x=*'()!"} {
			t.Run(name+" "+path, func(t *testing.T) {
				r, err := http.NewRequest("POST", server.URL+path, strings.NewReader("body"))
				if err != nil {
					t.Fatal(err)
				}
				r.Header["X-Amz-Meta-Many"] = []string{" a ", "b  c"}
				if err := signer.Sign(r, testCredentials, hashOf("body"), testTime); err != nil {
					t.Fatal(err)
				}
				wantAccepted(t, r)
				wantAccepted(t, presignedCopy(t, signer, server.URL+path))
			})
		}
	}
}

func presignedCopy(t *testing.T, signer Signer, u string) *http.Request {
	t.Helper()
	r, err := http.NewRequest("GET", u, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := testCredentials
	c.SessionToken = "token/with+signs="
	signedURL, err := signer.Presign(r, c, EmptyPayload, testTime, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if r, err = http.NewRequest("GET", signedURL, nil); err != nil {
		t.Fatal(err)
	}
	return r
}

func verifyingHandler(rules *Rules) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = verify(r, body, testCredentials.SecretAccessKey, testTime, rules)
		}
		if fault, ok := err.(*Error); ok {
			http.Error(w, fault.Message+"\n"+fault.CanonicalRequest, http.StatusForbidden)
		} else if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	})
}

func wantAccepted(t *testing.T, r *http.Request) {
	t.Helper()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		t.Errorf("%s\n%s", response.Status, said)
	}
}

// TestVerifyHTTP2: of HTTP/2 the host is :authority, and a signed content-length
// is verified as well.
func TestVerifyHTTP2(t *testing.T) {
	handler := verifyingHandler(iamRules)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			http.Error(w, "came as "+r.Proto, http.StatusHTTPVersionNotSupported)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	for _, method := range []string{"POST", "GET"} {
		r, err := http.NewRequest(method, server.URL+"/a%20b?c=d", strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Amz-Date", formatStamp(testTime))
		resign(t, r, iamRules, []string{"content-length", "host", "x-amz-date"}, hashOf("body"))
		response, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		said, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK {
			t.Errorf("%s: %s %v\n%s", method, response.Status, err, said)
		}
	}
}

// ExampleVerifier is a handler that lets signed requests in.
func ExampleVerifier() {
	secrets := map[string]string{"AKIAIOSFODNN7EXAMPLE": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
	rules := &Rules{Region: "us-east-1", Service: []string{"execute-api"}}
	verifier := NewVerifier(1024)
	handler := func(r *http.Request, body []byte, now time.Time) error {
		var s Signature
		if err := Parse(r, &s); err != nil {
			return err
		}
		secret, ok := secrets[s.AccessKeyID]
		if !ok {
			return errors.New("the access key is unknown")
		}
		return verifier.Verify(r, &s, body, secret, now, rules)
	}

	now := time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)
	r := httptest.NewRequest("GET", "http://example.com/pets?limit=10", nil)
	signer := Signer{Region: "us-east-1", Service: "execute-api"}
	c := Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: secrets["AKIAIOSFODNN7EXAMPLE"]}
	if err := signer.Sign(r, c, EmptyPayload, now); err != nil {
		fmt.Println(err)
	}
	fmt.Println(handler(r, []byte{}, now))
	fmt.Println(handler(r, []byte{}, now.Add(time.Hour)))
	// Output:
	// <nil>
	// Signature expired: 20150830T123600Z is now earlier than 20150830T132100Z (20150830T133600Z - 15 min.)
}
