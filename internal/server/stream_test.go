package server_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

func newFileHouse(t *testing.T, name string) (*house, *files) {
	t.Helper()
	f := newFiles(name)
	return newHouse(t, f.implementation()), f
}

// newNobody makes a user of account a that nothing allows anything.
func (h *house) newNobody(t *testing.T) sigv4.Credentials {
	t.Helper()
	h.must(t, admin(h.a), "iam", "CreateUser", map[string]any{"UserName": "nobody"})
	key := h.must(t, admin(h.a), "iam", "CreateAccessKey", map[string]any{"UserName": "nobody"})
	return sigv4.Credentials{AccessKeyID: key.field("AccessKeyId"), SecretAccessKey: key.field("SecretAccessKey")}
}

// A streamed body of any size arrives as it was sent, and comes back so.
func TestStreamedBody(t *testing.T) {
	h, f := newFileHouse(t, "files")
	for _, size := range []int{0, 1, 16<<10 - 1, 16 << 10, 16<<10 + 1, 64 << 10, 64<<10 + 1, 3 << 20} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			content := strings.Repeat("0123456789abcdef", size/16+1)[:size]
			if a := do(t, h.file(t, admin(h.a), "PUT", "whole", content)); a.status != http.StatusOK {
				t.Fatal(a)
			}
			if put, _ := f.content(h.a.Account, "whole"); put != content {
				t.Error("another body arrived")
			}
			a := do(t, h.file(t, admin(h.a), "GET", "whole", ""))
			if a.status != http.StatusOK || a.body != content || a.header.Get("Content-Length") != fmt.Sprint(size) {
				t.Errorf("%d, %d bytes, Content-Length %s", a.status, len(a.body), a.header.Get("Content-Length"))
			}
		})
	}
	f.closes(t, 8)
}

// A body that is not what was signed never reaches its method whole, and changes
// nothing.
func TestTamperedBody(t *testing.T) {
	for name, size := range map[string]int{"within a block": 1000, "a block": 32 << 10, "blocks": 200_000} {
		t.Run(name, func(t *testing.T) {
			h, f := newFileHouse(t, "files")
			signed := strings.Repeat("x", size)
			for _, key := range []string{"careful", "careless", "first-byte"} {
				r := h.file(t, admin(h.a), "PUT", key, signed)
				r.Body = io.NopCloser(strings.NewReader(signed[:size-1] + "y"))
				if a := do(t, r); a.code() != "XAmzContentSHA256Mismatch" || a.status != http.StatusBadRequest {
					t.Errorf("%s: %d %s", key, a.status, a.body)
				}
			}
			if len(f.stored) > 0 {
				t.Error("a method committed on a body that was not signed")
			}
			if len(f.partial) > size-16<<10 && len(f.partial) > 0 {
				t.Errorf("a method got %d bytes of %d: the last block was not held back", len(f.partial), size)
			}
		})
	}
}

// A body that its method does not look at cannot do harm.
func TestUnreadBody(t *testing.T) {
	h, f := newFileHouse(t, "files")
	if a := do(t, h.file(t, admin(h.a), "PUT", "unread", "something")); a.status != http.StatusOK {
		t.Error(a)
	}
	if content, stored := f.content(h.a.Account, "unread"); !stored || content != "" {
		t.Error("the call that needs no body did not go through")
	}
}

// An upload that is cut off reaches no method whole.
func TestTruncatedUpload(t *testing.T) {
	h, f := newFileHouse(t, "files")
	content := strings.Repeat("x", 100_000)
	r := h.file(t, admin(h.a), "PUT", "cut", content)
	answer := h.raw(t, dump(t, r, content[:90_000]), true)
	if answer.code() != "IncompleteBody" || answer.status != http.StatusBadRequest {
		t.Errorf("%d %s", answer.status, answer.body)
	}
	if len(f.stored) > 0 || len(f.partial) > 100_000-16<<10 {
		t.Errorf("%d stored, %d bytes reached the method", len(f.stored), len(f.partial))
	}
	if lines := h.log.lines("IncompleteBody"); len(lines) != 1 {
		t.Errorf("log: %q", lines)
	}
}

// UNSIGNED-PAYLOAD holds where the service's rules allow it [S3 API, "Signature
// Calculations for the Authorization Header"], and nowhere else.
func TestUnsignedPayload(t *testing.T) {
	for service, want := range map[string]string{"files": "SignatureDoesNotMatch", "s3": ""} {
		t.Run(service, func(t *testing.T) {
			h, f := newFileHouse(t, service)
			r := h.unsignedFile(t, "PUT", "open", "anything")
			signer := sigv4.Signer{Region: region, Service: service, RawPath: true}
			ok(t, signer.Sign(r, root(h.a), sigv4.UnsignedPayload, time.Now()))
			a := do(t, r)
			if a.code() != want {
				t.Errorf("%d %s", a.status, a.body)
			}
			if _, stored := f.content(h.a.Account, "open"); stored != (want == "") {
				t.Error("stored:", stored)
			}
		})
	}
}

// A presigned URL leaves the payload open where S3's rules do.
func TestPresigned(t *testing.T) {
	for service, want := range map[string]int{"files": http.StatusForbidden, "s3": http.StatusOK} {
		t.Run(service, func(t *testing.T) {
			h, f := newFileHouse(t, service)
			r := h.unsignedFile(t, "PUT", "open", "anything")
			signer := sigv4.Signer{Region: region, Service: service, RawPath: service == "s3"}
			hash := sigv4.EmptyPayload
			if service == "s3" {
				hash = sigv4.UnsignedPayload
			}
			link, err := signer.Presign(r, root(h.a), hash, time.Now(), time.Minute)
			ok(t, err)
			r, err = http.NewRequest("PUT", link, strings.NewReader("anything"))
			ok(t, err)
			if a := do(t, r); a.status != want {
				t.Errorf("%d %s", a.status, a.body)
			}
			if _, stored := f.content(h.a.Account, "open"); stored != (want == http.StatusOK) {
				t.Error("stored:", stored)
			}
		})
	}
}

// The form of the payload is signed: another than the caller's reaches no method.
func TestPayloadFormIsSigned(t *testing.T) {
	h, f := newFileHouse(t, "s3")
	for hash, want := range map[string]string{
		sigv4.StreamingPayload: "SignatureDoesNotMatch", sigv4.StreamingUnsignedTrailer: "SignatureDoesNotMatch", "0123": "InvalidArgument",
	} {
		r := h.unsignedFile(t, "PUT", "chunks", "5;chunk-signature=00\r\nhello\r\n")
		signer := sigv4.Signer{Region: region, Service: "s3", RawPath: true}
		ok(t, signer.Sign(r, root(h.a), sigv4.UnsignedPayload, time.Now()))
		r.Header.Set("X-Amz-Content-Sha256", hash)
		if a := do(t, r); a.code() != want {
			t.Errorf("%s: %d %s", hash, a.status, a.body)
		}
	}
	if len(f.reached) > 0 {
		t.Error("the method ran")
	}
}

// Chunks arrive decoded, with the checksum behind them verified, and one that is
// signed by nobody does not.
func TestChunkedBody(t *testing.T) {
	h, f := newFileHouse(t, "s3")
	send := func(hash, body, checksum string) answer {
		r := h.unsignedFile(t, "PUT", "chunks", body)
		r.Header.Set("Content-Encoding", "aws-chunked")
		r.Header.Set("X-Amz-Decoded-Content-Length", "5")
		r.Header.Set("X-Amz-Trailer", checksum)
		signer := sigv4.Signer{Region: region, Service: "s3", RawPath: true}
		ok(t, signer.Sign(r, root(h.a), hash, time.Now()))
		return do(t, r)
	}
	const body = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"
	if a := send(sigv4.StreamingUnsignedTrailer, body, "x-amz-checksum-crc32"); a.status != http.StatusOK {
		t.Errorf("%d %s", a.status, a.body)
	}
	if content, _ := f.content(h.a.Account, "chunks"); content != "hello" {
		t.Errorf("%q was stored", content)
	}
	for _, c := range [][3]string{
		{sigv4.StreamingUnsignedTrailer, strings.Replace(body, "hello", "jello", 1), "BadDigest"},
		{sigv4.StreamingUnsignedTrailer, body[:12], "IncompleteBody"},
		{sigv4.StreamingPayloadTrailer, body, ""},
	} {
		if a := send(c[0], c[1], "x-amz-checksum-crc32"); a.status/100 != 4 || c[2] != "" && a.code() != c[2] {
			t.Errorf("%s: %d %s", c[1], a.status, a.body)
		}
	}
	if content, _ := f.content(h.a.Account, "chunks"); content != "hello" {
		t.Errorf("%q was stored", content)
	}
}

// A call that is denied, forged or malformed never comes to its method's body: a
// client that waits for "100 Continue" does not even send it.
func TestDeniedBodyIsNotRead(t *testing.T) {
	h, f := newFileHouse(t, "files")
	for name, c := range map[string]sigv4.Credentials{
		"AccessDenied":          h.newNobody(t),
		"SignatureDoesNotMatch": {AccessKeyID: h.a.AdminKeyID, SecretAccessKey: h.b.AdminSecret},
		"InvalidClientTokenId":  {AccessKeyID: directory.NewAccessKeyID("AKIA", h.a.Account), SecretAccessKey: "none"},
	} {
		t.Run(name, func(t *testing.T) {
			content := strings.Repeat("x", 1<<20)
			r := h.file(t, c, "PUT", "denied", content)
			r.Header.Set("Expect", "100-continue")
			conn := h.dial(t)
			_, err := conn.Write(dump(t, r, ""))
			ok(t, err)
			a := readAnswer(t, conn, http.MethodPut)
			if a.code() != name {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
	if len(f.reached) > 0 {
		t.Errorf("methods ran for %q", f.reached)
	}
}

// Expect: 100-continue of an allowed call is answered before its body comes.
func TestExpectContinue(t *testing.T) {
	h, f := newFileHouse(t, "files")
	r := h.file(t, admin(h.a), "PUT", "expected", "the body")
	r.Header.Set("Expect", "100-continue")
	conn := h.dial(t)
	_, err := conn.Write(dump(t, r, ""))
	ok(t, err)
	first := make([]byte, len("HTTP/1.1 100 Continue\r\n\r\n"))
	_, err = io.ReadFull(conn, first)
	ok(t, err)
	if !strings.HasPrefix(string(first), "HTTP/1.1 100 ") {
		t.Fatalf("%q", first)
	}
	_, err = io.WriteString(conn, "the body")
	ok(t, err)
	a := readAnswer(t, conn, http.MethodPut)
	if content, _ := f.content(h.a.Account, "expected"); a.status != http.StatusOK || content != "the body" {
		t.Error(a)
	}
}

// A streamed answer that breaks off ends the connection: no client takes it for
// whole.
func TestAnswerBreaksOff(t *testing.T) {
	for _, key := range []string{"broken", "broken-chunked", "short"} {
		t.Run(key, func(t *testing.T) {
			h, f := newFileHouse(t, "files")
			f.stored[h.a.Account+"/"+key] = strings.Repeat("x", 100_000)
			resp, err := http.DefaultClient.Do(h.file(t, admin(h.a), "GET", key, ""))
			if err == nil {
				defer resp.Body.Close()
				_, err = io.Copy(io.Discard, resp.Body)
			}
			if err == nil {
				t.Error("the client takes it for whole")
			}
			f.closes(t, 1)
			if lines := h.log.lines("broke off"); len(lines) != 1 || !strings.Contains(lines[0], "files:GetFile") {
				t.Errorf("log: %q", lines)
			}
		})
	}
}

// A method that fails after it has opened its stream answers an error, and the
// stream is closed.
func TestStreamOfAFailedCall(t *testing.T) {
	for _, key := range []string{"late", "late-panic"} {
		t.Run(key, func(t *testing.T) {
			h, f := newFileHouse(t, "files")
			f.stored[h.a.Account+"/"+key] = "content"
			a := do(t, h.file(t, admin(h.a), "GET", key, ""))
			if a.code() != "InternalFailure" || strings.Contains(a.body, "disk") {
				t.Errorf("%d %s", a.status, a.body)
			}
			f.closes(t, 1)
		})
	}
}

// An answer of unknown length ends as one.
func TestUnknownLength(t *testing.T) {
	h, f := newFileHouse(t, "files")
	content := strings.Repeat("x", 3<<20+17)
	f.stored[h.a.Account+"/unknown-length"] = content
	a := do(t, h.file(t, admin(h.a), "GET", "unknown-length", ""))
	if a.status != http.StatusOK || a.body != content || a.header.Get("Content-Length") != "" {
		t.Errorf("%d, %d bytes", a.status, len(a.body))
	}
}

// HEAD tells what GET would send, and sends nothing; 204 has no body and says so.
func TestHeadAndNoContent(t *testing.T) {
	h, f := newFileHouse(t, "files")
	f.stored[h.a.Account+"/a"] = "12345"
	a := do(t, h.file(t, admin(h.a), "HEAD", "a", ""))
	if a.status != http.StatusOK || a.body != "" || a.header.Get("Content-Length") != "5" {
		t.Errorf("HEAD: %d %q %v", a.status, a.body, a.header)
	}
	conn := h.dial(t)
	_, err := conn.Write(dump(t, h.file(t, admin(h.a), "DELETE", "a", ""), ""))
	ok(t, err)
	if a := readAnswer(t, conn, http.MethodDelete); a.status != http.StatusNoContent || len(f.stored) > 0 {
		t.Error(a)
	}
	_, err = conn.Write(dump(t, h.file(t, admin(h.a), "HEAD", "a", ""), "")) // the connection is still in step
	ok(t, err)
	if a := readAnswer(t, conn, http.MethodHead); a.status != http.StatusNotFound {
		t.Error(a)
	}
}

// dump is a request as it goes over the wire, with the start of its body only.
func dump(t testing.TB, r *http.Request, body string) []byte {
	t.Helper()
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n", r.Method, r.URL.RequestURI(), r.URL.Host, r.ContentLength)
	ok(t, r.Header.Write(&b))
	b.WriteString("\r\n" + body)
	return b.Bytes()
}

func (h *house) dial(t testing.TB) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	ok(t, err)
	t.Cleanup(func() { conn.Close() })
	return conn.(*net.TCPConn)
}
