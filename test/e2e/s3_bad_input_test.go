package e2e

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// s3Call is a request to S3 that is signed, perhaps changed after that, and sent as
// bytes.
type s3Call struct {
	method, target string // as on the wire
	host           string
	body           string
	hash           string // "": of the body
	region         string
	at             time.Time
	before         func(*http.Request) // signing
	after          func(*http.Request) // signing
	alter          func([]byte) []byte // the bytes on the wire
	presign        time.Duration
}

// wire is the request as bytes.
func (c s3Call) wire(t *testing.T, w *s3World) []byte {
	t.Helper()
	address := strings.TrimPrefix(w.server.URL, "http://")
	r, err := http.NewRequest(c.method, w.server.URL, strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	path, query, _ := strings.Cut(c.target, "?")
	if r.URL.Path, err = url.PathUnescape(path); err != nil {
		r.URL.Path = path
	}
	r.URL.RawPath, r.URL.RawQuery = path, query
	r.Host = address
	if c.host != "" {
		r.Host = c.host
	}
	if c.before != nil {
		c.before(r)
	}
	if c.hash == "" {
		sum := sha256.Sum256([]byte(c.body))
		c.hash = hex.EncodeToString(sum[:])
	}
	if c.at.IsZero() {
		c.at = time.Now()
	}
	if c.region == "" {
		c.region = w.server.Region
	}
	signer := sigv4.Signer{Region: c.region, Service: "s3", RawPath: true}
	keys := sigv4.Credentials{AccessKeyID: w.worker.AccessKeyID, SecretAccessKey: w.worker.SecretAccessKey, SessionToken: w.worker.SessionToken}
	if c.presign > 0 {
		signed, err := signer.Presign(r, keys, sigv4.UnsignedPayload, c.at, c.presign)
		if err != nil {
			t.Fatal(err)
		}
		_, r.URL.RawQuery, _ = strings.Cut(signed, "?")
	} else if err := signer.Sign(r, keys, c.hash, c.at); err != nil {
		t.Fatal(err)
	}
	if c.after != nil {
		c.after(r)
	}
	var b bytes.Buffer
	target := path
	if r.URL.RawQuery != "" {
		target += "?" + r.URL.RawQuery
	}
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n", c.method, target, r.Host, len(c.body))
	r.Header.Write(&b)
	b.WriteString("\r\n" + c.body)
	if c.alter != nil {
		return c.alter(b.Bytes())
	}
	return b.Bytes()
}

// s3Exchange sends bytes and reads the answer.
func s3Exchange(t *testing.T, address string, text []byte) (status int, body string) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := conn.Write(text); err != nil {
		t.Fatal(err)
	}
	// The truncated one ends here; others leave the connection open, as clients do.
	if strings.Contains(t.Name(), "truncated") && bytes.HasPrefix(text, []byte("PUT")) {
		conn.(*net.TCPConn).CloseWrite()
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, err.Error()
	}
	defer answer.Body.Close()
	read, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(read)
}

func setHeader(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header[name] = append(r.Header[name], value) }
}

// bomb is a document that defines an entity.
const bomb = `<!DOCTYPE d [<!ENTITY a "aaaa">]><Delete><Object><Key>&a;</Key></Object></Delete>`

// badS3 are requests that must change nothing, and what they are answered.
func badS3() map[string]struct {
	call s3Call
	code string // any of several
} {
	type c = struct {
		call s3Call
		code string
	}
	put := func(target string, change func(*s3Call)) s3Call {
		call := s3Call{method: "PUT", target: target, body: "evil"}
		if change != nil {
			change(&call)
		}
		return call
	}
	otherHash := strings.Repeat("ab", 32)
	return map[string]c{
		"another body than signed": {put("/photos/evil", func(c *s3Call) { c.hash = otherHash }), "XAmzContentSHA256Mismatch"},
		"a hash that is none": {put("/photos/evil", func(c *s3Call) {
			c.hash = otherHash
			c.after = func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", "none") }
		}), "InvalidArgument XAmzContentSHA256Mismatch SignatureDoesNotMatch InvalidRequest"},
		"a truncated body":              {put("/photos/evil", func(c *s3Call) { c.alter = func(b []byte) []byte { return b[:len(b)-2] } }), "IncompleteBody RequestTimeout"},
		"an MD5 of another body":        {put("/photos/evil", func(c *s3Call) { c.before = setHeader("Content-Md5", "XUFAKrxLKna5cZ2REBfFkg==") }), "BadDigest"},
		"a CRC32 of another body":       {put("/photos/evil", func(c *s3Call) { c.before = setHeader("X-Amz-Checksum-Crc32", "AAAAAA==") }), "BadDigest"},
		"signed an hour ago":            {put("/photos/evil", func(c *s3Call) { c.at = time.Now().Add(-time.Hour) }), "RequestTimeTooSkewed"},
		"signed an hour ahead":          {put("/photos/evil", func(c *s3Call) { c.at = time.Now().Add(time.Hour) }), "RequestTimeTooSkewed"},
		"a presigned URL that expired":  {put("/photos/evil", func(c *s3Call) { c.at, c.presign = time.Now().Add(-time.Minute), time.Second }), "AccessDenied"},
		"a presigned URL of the future": {put("/photos/evil", func(c *s3Call) { c.at, c.presign = time.Now().Add(time.Hour), time.Minute }), "AccessDenied"},
		"a presigned ACL":               {put("/photos/evil?x-amz-acl=public-read", func(c *s3Call) { c.presign = time.Minute }), "AccessControlListNotSupported"},
		"a presigned copy of two": {put("/photos/evil?x-amz-copy-source=photos%2Fkept&X-Amz-Copy-Source=photos%2Fkept", func(c *s3Call) {
			c.body, c.presign = "", time.Minute
		}), "InvalidArgument"},
		"a presigned copy of what is not":          {put("/photos/evil?x-amz-copy-source=photos%2Fnone", func(c *s3Call) { c.body, c.presign = "", time.Minute }), "NoSuchKey"},
		"a presigned copy of nothing":              {put("/photos/kept?x-amz-copy-source=", func(c *s3Call) { c.body, c.presign = "", time.Minute }), "InvalidArgument"},
		"a copy of nothing":                        {put("/photos/kept", func(c *s3Call) { c.body = ""; c.before = setHeader("X-Amz-Copy-Source", "") }), "InvalidArgument"},
		"a presigned header within another":        {put("/photos/evil?x-amz-meta-a%0d%0ax-amz-acl:%20public-read=v", func(c *s3Call) { c.presign = time.Minute }), "InvalidArgument"},
		"a presigned expectation of another owner": {put("/photos/evil?x-amz-expected-bucket-owner=000000000000", func(c *s3Call) { c.presign = time.Minute }), "AccessDenied"},
		"a region that is another":                 {put("/photos/evil", func(c *s3Call) { c.region = "eu-north-1" }), "AuthorizationHeaderMalformed"},
		"an x-amz header not signed":               {put("/photos/evil", func(c *s3Call) { c.after = setHeader("X-Amz-Acl", "public-read") }), "AccessDenied"},
		"another path than signed": {put("/photos/evil", func(c *s3Call) {
			c.alter = func(b []byte) []byte { return bytes.Replace(b, []byte("/photos/evil"), []byte("/photos/evi1"), 1) }
		}), "SignatureDoesNotMatch"},
		"another host than signed": {put("/photos/evil", func(c *s3Call) {
			c.alter = func(b []byte) []byte {
				return bytes.Replace(b, []byte("Host: 127"), []byte("Host: photos.localhost\r\nX-O: 127"), 1)
			}
		}), "SignatureDoesNotMatch"},
		"an empty segment":            {put("/photos//evil", nil), "InvalidURI"},
		"an empty segment within":     {put("/photos/a//evil", nil), "InvalidURI"},
		"a parent segment":            {put("/photos/a/../evil", nil), "InvalidURI"},
		"an escaped parent segment":   {put("/photos/a/%2e%2E/evil", nil), "InvalidURI"},
		"an escaped slash and parent": {put("/photos/a%2F..%2Fevil", nil), "InvalidURI"},
		"out of the bucket":           {put("/photos/../other/evil", nil), "InvalidURI"},
		"a NUL":                       {put("/photos/ev%00il", nil), "InvalidURI InvalidArgument"},
		"half an escape":              {put("/photos/evil%2", nil), "InvalidURI 400"},
		"a parameter twice":           {put("/photos/evil?partNumber=1&partNumber=2&uploadId=u", nil), "InvalidArgument"},
		"a part without an upload":    {put("/photos/evil?partNumber=1&uploadId=none", nil), "NoSuchUpload"},
		"a key that is too long":      {put("/photos/"+strings.Repeat("k", 1100), nil), "KeyTooLongError"},
		"a copy source that climbs":   {put("/photos/evil", func(c *s3Call) { c.body = ""; c.before = setHeader("X-Amz-Copy-Source", "photos/a/../secret") }), "InvalidArgument InvalidURI"},
		"a copy source of two": {put("/photos/evil", func(c *s3Call) {
			c.body = ""
			c.before = func(r *http.Request) { r.Header["X-Amz-Copy-Source"] = []string{"photos/a", "photos/b"} }
		}), "InvalidArgument NoSuchKey NoSuchBucket InvalidRequest AccessDenied"},
		"two lengths": {put("/photos/evil", func(c *s3Call) {
			c.alter = func(b []byte) []byte {
				return bytes.Replace(b, []byte("Content-Length: 4"), []byte("Content-Length: 4\r\nContent-Length: 5"), 1)
			}
		}), "400"},
		"a length and chunks": {put("/photos/evil", func(c *s3Call) {
			c.alter = func(b []byte) []byte {
				return bytes.Replace(bytes.Replace(b, []byte("Content-Length: 4"), []byte("Content-Length: 4\r\nTransfer-Encoding: chunked"), 1), []byte("\r\n\r\nevil"), []byte("\r\n\r\n4\r\nevil\r\n0\r\n\r\n"), 1)
			}
		}), "400 MissingContentLength"},
		"chunks of unknown length": {put("/photos/evil", func(c *s3Call) {
			c.alter = func(b []byte) []byte {
				return bytes.Replace(bytes.Replace(b, []byte("Content-Length: 4"), []byte("Transfer-Encoding: chunked"), 1), []byte("\r\n\r\nevil"), []byte("\r\n\r\n4\r\nevil\r\n0\r\n\r\n"), 1)
			}
		}), "MissingContentLength"},
		"a forged chunk signature": {put("/photos/evil", func(c *s3Call) {
			chunked(c, sigv4.StreamingPayload, "4;chunk-signature="+otherHash+"\r\nevil\r\n0;chunk-signature="+otherHash+"\r\n\r\n")
		}), "SignatureDoesNotMatch"},
		"chunks without signatures": {put("/photos/evil", func(c *s3Call) { chunked(c, sigv4.StreamingPayload, "4\r\nevil\r\n0\r\n\r\n") }), "IncompleteBody InvalidRequest InvalidChunkSizeError SignatureDoesNotMatch"},
		"a trailer of another body": {put("/photos/evil", func(c *s3Call) {
			chunked(c, sigv4.StreamingUnsignedTrailer, "4\r\nevil\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n")
		}), "BadDigest"},
		"a trailer that does not come": {put("/photos/evil", func(c *s3Call) { chunked(c, sigv4.StreamingUnsignedTrailer, "4\r\nevil\r\n0\r\n\r\n") }), "MalformedTrailerError InvalidRequest IncompleteBody"},
		"more in chunks than announced": {put("/photos/evil", func(c *s3Call) {
			chunked(c, sigv4.StreamingUnsignedTrailer, "8\r\nevilevil\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n")
		}), "IncompleteBody InvalidRequest BadDigest"},
		"a bucket in host and path":   {put("/photos/evil", func(c *s3Call) { c.host = "none.localhost" }), "NoSuchBucket"},
		"an owner that is expected":   {put("/photos/evil", func(c *s3Call) { c.before = setHeader("X-Amz-Expected-Bucket-Owner", "000000000000") }), "AccessDenied"},
		"an ACL":                      {put("/photos/evil", func(c *s3Call) { c.before = setHeader("X-Amz-Acl", "public-read") }), "AccessDenied AccessControlListNotSupported"},
		"a key of the back end's own": {put("/photos/.sgwtmp/evil", nil), "InvalidArgument InvalidURI AccessDenied InvalidRequest InvalidObjectName KeyUnsupported NotImplemented"},
		"an XML bomb":                 {s3Call{method: "POST", target: "/photos?delete", body: bomb, before: setHeader("X-Amz-Checksum-Crc32", crc32Of(bomb))}, "MalformedXML"},
		"deleting without a checksum": {s3Call{method: "POST", target: "/photos?delete", body: `<Delete><Object><Key>kept</Key></Object></Delete>`}, "InvalidRequest"},
		"deleting keys that climb":    {s3Call{method: "POST", target: "/photos?delete", body: `<Delete><Object><Key>a/../kept</Key></Object></Delete>`, before: setHeader("Content-Md5", "s0FYyIMyeu1oPGpwhjUFfg==")}, ""},
	}
}

// chunked makes the call one in aws-chunked encoding, of four bytes.
func chunked(c *s3Call, hash, body string) {
	c.hash, c.body = hash, body
	c.before = func(r *http.Request) {
		r.Header.Set("Content-Encoding", "aws-chunked")
		r.Header.Set("X-Amz-Decoded-Content-Length", "4")
		if hash != sigv4.StreamingPayload {
			r.Header.Set("X-Amz-Trailer", "x-amz-checksum-crc32")
		}
	}
}

// TestS3BadInput sends what must never become an object.
func TestS3BadInput(t *testing.T) {
	w := newS3World(t)
	path, _ := file(t, "kept", 10)
	w.admin.do("s3", "cp", path, "s3://photos/kept")
	address := strings.TrimPrefix(w.server.URL, "http://")
	for name, c := range badS3() {
		t.Run(name, func(t *testing.T) {
			status, body := s3Exchange(t, address, c.call.wire(t, w))
			_, rest, _ := strings.Cut(body, "<Code>")
			code, _, _ := strings.Cut(rest, "</Code>")
			if code == "" {
				code = fmt.Sprint(status)
			}
			t.Logf("%d %s", status, code)
			if c.code != "" && (status/100 != 4 || !strings.Contains(" "+c.code+" ", " "+code+" ")) {
				t.Errorf("%d %s\nwant %s", status, body, c.code)
			}
			_, list := s3Exchange(t, address, s3Call{method: "GET", target: "/photos?list-type=2"}.wire(t, w))
			if strings.Count(list, "<Key>") != 1 || !strings.Contains(list, "<Key>kept</Key>") || !strings.Contains(list, "<Size>10</Size>") {
				t.Fatalf("there is now %s", list)
			}
		})
	}
	t.Run("what is right is stored", func(t *testing.T) {
		w.admin.t = t
		if status, body := s3Exchange(t, address, s3Call{method: "PUT", target: "/photos/right", body: "good"}.wire(t, w)); status != 200 {
			t.Errorf("%d %s", status, body)
		}
		crc := s3Call{method: "PUT", target: "/photos/right2"}
		chunked(&crc, sigv4.StreamingUnsignedTrailer, "4\r\ngood\r\n0\r\nx-amz-checksum-crc32:"+crc32Of("good")+"\r\n\r\n")
		if status, body := s3Exchange(t, address, crc.wire(t, w)); status != 200 {
			t.Errorf("%d %s", status, body)
		}
		if left := w.stored(t); len(left) != 3 {
			t.Error(left)
		}
	})
}

func crc32Of(body string) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(body))))
}
