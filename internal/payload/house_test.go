package payload

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// Credentials of AWS's examples.
var (
	exampleKey  = sigv4.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
	exampleTime = time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)
	s3Rules     = &sigv4.Rules{Region: "us-east-1", Service: []string{"s3"}, RawPath: true, AllAmzHeaders: true, UnsignedPayload: true}
)

// upload is a request with a body, as a client would make it.
type upload struct {
	hash    string
	header  map[string]string
	body    string // as it goes over the wire
	chunks  *sigv4.Chunks
	object  bool
	unknown bool // no Content-Length
	reader  io.Reader
}

func (u upload) options() Options {
	h := http.Header{}
	for key, value := range u.header {
		h.Add(key, value)
	}
	body := u.reader
	if body == nil {
		body = strings.NewReader(u.body)
	}
	length := int64(len(u.body))
	if u.unknown {
		length = -1
	}
	return Options{Body: body, Header: h, ContentLength: length, PayloadHash: u.hash, Chunks: u.chunks, ObjectChecksum: u.object}
}

// read opens and reads the whole body; got is what was given before an error too.
func (u upload) read() (got []byte, b *Body, err error) {
	if b, err = Open(u.options()); err != nil {
		return nil, nil, err
	}
	got, err = io.ReadAll(b)
	return got, b, err
}

// isError fails the test where err is not an api.Error of the code and status.
func isError(t *testing.T, err error, status int, code string) {
	t.Helper()
	var e *api.Error
	if !errors.As(err, &e) || e.Code != code || e.Status != status {
		t.Errorf("got %v, want %d %s", err, status, code)
	}
}

func hexHash(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

// sum is the base64 checksum of a body, as a header holds it.
func sum(name, body string) string {
	h := checksumOf("x-amz-checksum-" + name).new()
	h.Write([]byte(body))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// random is text of a length, the same each time.
func random(n int) string {
	b := make([]byte, n)
	x := uint32(2463534242)
	for i := range b {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b[i] = byte(x)
	}
	return string(b)
}

// split cuts a body into chunks of a size.
func split(body string, size int) []string {
	var chunks []string
	for len(body) > size {
		chunks = append(chunks, body[:size])
		body = body[size:]
	}
	if body != "" {
		chunks = append(chunks, body)
	}
	return chunks
}

// unsignedChunks encodes a body without signatures. trailer is what stands between the
// last chunk and the empty line.
func unsignedChunks(chunks []string, trailer string) string {
	var b strings.Builder
	for _, chunk := range chunks {
		fmt.Fprintf(&b, "%x\r\n%s\r\n", len(chunk), chunk)
	}
	return b.String() + "0\r\n" + trailer + "\r\n"
}

// chunkSigner makes the signatures of chunks, apart from what verifies them.
type chunkSigner struct{ previous string }

func hmacSHA256(key []byte, message string) []byte {
	// Written out (RFC 2104), so that no code of the package under test is in it.
	pad := func(with byte) []byte {
		block := make([]byte, 64)
		copy(block, key)
		for i := range block {
			block[i] ^= with
		}
		return block
	}
	inner := sha256.Sum256(append(pad(0x36), message...))
	outer := sha256.Sum256(append(pad(0x5c), inner[:]...))
	return outer[:]
}

func (s *chunkSigner) sign(kind string, hashes ...string) string {
	key := []byte("AWS4" + exampleKey.SecretAccessKey)
	for _, part := range []string{"20130524", "us-east-1", "s3", "aws4_request"} {
		key = hmacSHA256(key, part)
	}
	lines := append([]string{"AWS4-HMAC-SHA256-" + kind, "20130524T000000Z", "20130524/us-east-1/s3/aws4_request", s.previous}, hashes...)
	s.previous = hex.EncodeToString(hmacSHA256(key, strings.Join(lines, "\n")))
	return s.previous
}

func (s *chunkSigner) chunk(data string) string {
	return fmt.Sprintf("%x;chunk-signature=%s\r\n%s\r\n", len(data), s.sign("PAYLOAD", sigv4.EmptyPayload, hexHash(data)), data)
}

// encode encodes and signs a body with a trailer "name:value" or none.
func (s *chunkSigner) encode(chunks []string, trailer string) string {
	var b strings.Builder
	for _, chunk := range chunks {
		b.WriteString(s.chunk(chunk))
	}
	end := s.chunk("")
	if trailer == "" {
		return b.String() + end
	}
	b.WriteString(strings.TrimSuffix(end, "\r\n"))
	return b.String() + trailer + "\r\nx-amz-trailer-signature:" + s.sign("TRAILER", hexHash(trailer+"\n")) + "\r\n\r\n"
}

// signedUpload signs a request for a body of so many bytes and returns what verifies and
// what makes its chunks.
func signedUpload(t testing.TB, hash string, length int, header map[string]string) (upload, *chunkSigner) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPut, "/examplebucket/chunkObject.txt", nil)
	r.Host = "s3.amazonaws.com"
	h := map[string]string{"X-Amz-Decoded-Content-Length": strconv.Itoa(length), "Content-Encoding": "aws-chunked"}
	for key, value := range header {
		h[key] = value
	}
	for key, value := range h {
		r.Header.Set(key, value)
	}
	signer := sigv4.Signer{Region: "us-east-1", Service: "s3", RawPath: true}
	if err := signer.Sign(r, exampleKey, hash, exampleTime); err != nil {
		t.Fatal(err)
	}
	var s sigv4.Signature
	if err := sigv4.Parse(r, &s); err != nil {
		t.Fatal(err)
	}
	v := sigv4.NewVerifier(4)
	if err := v.Verify(r, &s, nil, exampleKey.SecretAccessKey, exampleTime, s3Rules); err != nil {
		t.Fatal(err)
	}
	return upload{hash: hash, header: h, chunks: v.Chunks(&s, exampleKey.SecretAccessKey)}, &chunkSigner{s.Signature}
}

// slow gives a byte at a time, and now and then nothing.
type slow struct {
	data  string
	calls int
}

func (s *slow) Read(p []byte) (int, error) {
	if s.calls++; s.calls%3 == 0 {
		return 0, nil
	}
	if s.data == "" {
		return 0, io.EOF
	}
	n := copy(p[:1], s.data)
	s.data = s.data[n:]
	return n, nil
}

// sameBody fails the test where a body was not read whole and right.
func sameBody(t *testing.T, got []byte, err error, want string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, []byte(want)) {
		t.Fatalf("read %d bytes, want %d, or others", len(got), len(want))
	}
}
