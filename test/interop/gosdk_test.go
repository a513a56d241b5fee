package interop

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

func TestGoSDKVerifies(t *testing.T) {
	s := newServer(t)
	for _, c := range corpus(t) {
		if slices.Contains(c.Not, "go") {
			continue
		}
		response, err := s.Client().Do(signWithSDK(t, s.URL, c))
		if err != nil {
			t.Fatalf("%s: %v", c.Rule, err)
		}
		response.Body.Close()
	}
	s.checkAll(t, "go")
}

// unsigned is the request of c, to a server at base.
func unsigned(t *testing.T, base string, c request) *http.Request {
	t.Helper()
	r, err := http.NewRequest(c.Method, base+c.Path, strings.NewReader(c.Body))
	if err != nil {
		t.Fatal(err)
	}
	var query []string
	for _, pair := range c.Query {
		parameter := url.QueryEscape(*pair[0])
		if pair[1] != nil {
			parameter += "=" + url.QueryEscape(*pair[1])
		}
		query = append(query, parameter)
	}
	r.URL.RawQuery = strings.Join(query, "&")
	for _, h := range c.Headers {
		r.Header.Add(h[0], h[1])
	}
	return r
}

func signWithSDK(t *testing.T, base string, c request) *http.Request {
	t.Helper()
	r := unsigned(t, base, c)
	credentials := aws.Credentials{AccessKeyID: accessKeyID, SecretAccessKey: secret}
	if c.Token {
		credentials.SessionToken = token
	}
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = c.Service == "s3" })
	if c.Presign {
		r = presignWithSDK(t, signer, credentials, r, c)
	} else {
		payloadHash := hashOf(c.Body)
		if c.Service == "s3" {
			r.Header.Set("X-Amz-Content-Sha256", payloadHash)
		}
		if err := signer.SignHTTP(context.Background(), credentials, r, payloadHash, c.Service, region, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	r.Header.Set("Rule", c.Rule)
	return r
}

func presignWithSDK(t *testing.T, signer *v4.Signer, credentials aws.Credentials, r *http.Request, c request) *http.Request {
	t.Helper()
	payloadHash := hashOf(c.Body)
	if c.Service == "s3" {
		payloadHash = "UNSIGNED-PAYLOAD"
		query := r.URL.Query()
		query.Set("X-Amz-Expires", "60") // as the S3 client's presigner does
		r.URL.RawQuery = query.Encode()
	}
	presigned, header, err := signer.PresignHTTP(context.Background(), credentials, r, payloadHash, c.Service, region, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	out, err := http.NewRequest(c.Method, presigned, strings.NewReader(c.Body))
	if err != nil {
		t.Fatal(err)
	}
	out.Header = header.Clone()
	out.Header.Del("Host")
	return out
}

func hashOf(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}
