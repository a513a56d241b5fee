package sigv4

import (
	"crypto/sha256"
	"encoding"
	"hash"
	"net/http"
	"testing"
)

const (
	benchBody   = "Action=GetCallerIdentity&Version=2011-06-15"
	benchSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	benchID     = "AKIAIOSFODNN7EXAMPLE"
)

var benchRules = &Rules{Region: "us-east-1", Service: []string{"sts"}}

// benchRequest is a GetCallerIdentity as the AWS CLI sends it.
func benchRequest(t testing.TB) *http.Request {
	t.Helper()
	head := "POST / HTTP/1.1\r\nHost: 127.0.0.1:4780\r\nAccept-Encoding: identity\r\n" +
		"Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n" +
		"User-Agent: aws-cli/2.9.19 Python/3.11.2 Linux/6.1.0-amd64 source/x86_64.debian.12 prompt/off command/sts.get-caller-identity\r\n" +
		"Content-Length: 43"
	r := receive(t, head, benchBody)
	signer := Signer{Region: "us-east-1", Service: "sts"}
	if err := signer.Sign(r, Credentials{AccessKeyID: benchID, SecretAccessKey: benchSecret}, hashOf(benchBody), testTime); err != nil {
		t.Fatal(err)
	}
	return r
}

// BenchmarkBare is the bare cryptography of verifying one request, with all bytes
// at hand and the key's HMAC state kept: the F of the speed bars.
func BenchmarkBare(b *testing.B) {
	r := benchRequest(b)
	var s Signature
	if err := Parse(r, &s); err != nil {
		b.Fatal(err)
	}
	body := []byte(benchBody)
	c := newScratch()
	c.payload = append(c.payload, hashOf(benchBody)...)
	c.canonicalRequest(r, target{path: "/"}, s.SignedHeaders, s.headerList)
	c.stringToSign(s.stamp, s.scope)
	key := deriveKey(benchSecret, s.Date, s.Region, s.Service)
	var h hash.Hash = sha256.New()
	state := h.(encoding.BinaryUnmarshaler)
	sum := make([]byte, 0, sha256.Size)
	var total byte
	b.ReportAllocs()
	for b.Loop() {
		bodySum := sha256.Sum256(body)
		canonicalSum := sha256.Sum256(c.canonical)
		state.UnmarshalBinary(key.inner)
		h.Write(c.toSign)
		inner := h.Sum(sum[:0])
		state.UnmarshalBinary(key.outer)
		h.Write(inner)
		total ^= bodySum[0] ^ canonicalSum[0] ^ h.Sum(sum[:0])[0]
	}
}

// BenchmarkVerify parses and verifies the same request.
func BenchmarkVerify(b *testing.B) {
	r := benchRequest(b)
	v := NewVerifier(1024)
	body := []byte(benchBody)
	var s Signature
	b.ReportAllocs()
	for b.Loop() {
		if err := Parse(r, &s); err != nil {
			b.Fatal(err)
		}
		if err := v.Verify(r, &s, body, benchSecret, testTime, benchRules); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkVerifyParallel is BenchmarkVerify on all processors with one Verifier.
func BenchmarkVerifyParallel(b *testing.B) {
	r := benchRequest(b)
	v := NewVerifier(1024)
	body := []byte(benchBody)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		var s Signature
		for pb.Next() {
			if err := Parse(r, &s); err != nil {
				b.Error(err)
			}
			if err := v.Verify(r, &s, body, benchSecret, testTime, benchRules); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkVerifyPresigned verifies a presigned S3 GET.
func BenchmarkVerifyPresigned(b *testing.B) {
	for _, e := range examples(b) {
		if e.Name != "s3 presigned GET" {
			continue
		}
		r := e.received(b)
		v := NewVerifier(16)
		rules := e.rules()
		var s Signature
		b.ReportAllocs()
		for b.Loop() {
			if err := Parse(r, &s); err != nil {
				b.Fatal(err)
			}
			if err := v.Verify(r, &s, nil, e.Secret, s.Signed, rules); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkDerive is what a miss of the key cache costs on top.
func BenchmarkDerive(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		deriveKey(benchSecret, "20150830", "us-east-1", "sts")
	}
}
