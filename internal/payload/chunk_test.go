package payload

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// unsignedUpload is an upload with the trailing checksum CRC32, as SDKs send it.
func unsignedUpload(body string, chunk int) upload {
	return upload{
		hash:   sigv4.StreamingUnsignedTrailer,
		header: map[string]string{"X-Amz-Decoded-Content-Length": strconv.Itoa(len(body)), "X-Amz-Trailer": "x-amz-checksum-crc32"},
		body:   unsignedChunks(split(body, chunk), "x-amz-checksum-crc32:"+sum("crc32", body)+"\r\n"),
	}
}

func TestUnsignedChunks(t *testing.T) {
	for _, size := range append([]int{0}, sizes...) {
		for _, chunk := range []int{minChunk, minChunk + 1, blockSize, 1 << 20} {
			body := random(size)
			u := unsignedUpload(body, chunk)
			got, b, err := u.read()
			sameBody(t, got, err, body)
			if name, value := b.Trailer(); name != "x-amz-checksum-crc32" || value != sum("crc32", body) {
				t.Errorf("trailer %s: %s", name, value)
			}
			u.unknown = true // Transfer-Encoding: chunked around it
			got, _, err = u.read()
			sameBody(t, got, err, body)
		}
	}
}

func TestTrailerIsKnownAtTheEndOnly(t *testing.T) {
	b, err := Open(unsignedUpload(random(3*blockSize), blockSize).options())
	if err != nil {
		t.Fatal(err)
	}
	if b.Announced() != "x-amz-checksum-crc32" {
		t.Error("announced", b.Announced())
	}
	if _, err := b.Read(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	if name, value := b.Trailer(); name != "" || value != "" {
		t.Error("a trailer before the end")
	}
}

func TestSignedChunks(t *testing.T) {
	for _, size := range append([]int{0}, sizes...) {
		for _, chunk := range []int{minChunk, blockSize, 1 << 20} {
			body := random(size)
			u, signer := signedUpload(t, sigv4.StreamingPayload, size, nil)
			u.body = signer.encode(split(body, chunk), "")
			got, _, err := u.read()
			sameBody(t, got, err, body)

			u, signer = signedUpload(t, sigv4.StreamingPayloadTrailer, size, map[string]string{"X-Amz-Trailer": "x-amz-checksum-sha256"})
			u.body = signer.encode(split(body, chunk), "x-amz-checksum-sha256:"+sum("sha256", body))
			got, b, err := u.read()
			sameBody(t, got, err, body)
			if _, value := b.Trailer(); value != sum("sha256", body) {
				t.Error("trailer", value)
			}
		}
	}
}

func TestChunksByTheByte(t *testing.T) {
	body := random(minChunk + 10)
	u, signer := signedUpload(t, sigv4.StreamingPayload, len(body), nil)
	u.body = signer.encode(split(body, minChunk), "")
	u.reader = &slow{data: u.body}
	got, _, err := u.read()
	sameBody(t, got, err, body)
}

// TestFormsOfTrailers: the header's name in any case, blanks around its value, and the
// line end of minio-go.
func TestFormsOfTrailers(t *testing.T) {
	body := "hello"
	value := sum("crc32", body)
	for _, trailer := range []string{"X-Amz-Checksum-Crc32: " + value + " \r\n", "x-amz-checksum-crc32:" + value + "\n\r\n"} {
		u := unsignedUpload(body, blockSize)
		u.body = unsignedChunks([]string{body}, trailer)
		got, _, err := u.read()
		sameBody(t, got, err, body)
	}
}

// TestChunksThatAreMalformed: what is not exactly the encoding is refused, and the whole
// body never given.
func TestChunksThatAreMalformed(t *testing.T) {
	body := random(20000)
	good := unsignedUpload(body, minChunk)
	first := "2000\r\n" // the first chunk's header
	replace := func(old, with string) string { return strings.Replace(good.body, old, with, 1) }
	for name, c := range map[string]struct{ body, code string }{
		"no chunk":                  {"", "IncompleteBody"},
		"cut in the header":         {good.body[:3], "IncompleteBody"},
		"cut in a chunk":            {good.body[:9000], "IncompleteBody"},
		"cut before the last chunk": {good.body[:len(good.body)-44], "IncompleteBody"},
		"cut in the trailer":        {good.body[:len(good.body)-12], "IncompleteBody"},
		"no empty line":             {good.body[:len(good.body)-2], "IncompleteBody"},
		"bytes after the end":       {good.body + "x", "IncompleteBody"},
		"another body after it":     {good.body + good.body, "IncompleteBody"},
		"size with a sign":          {replace(first, "+2000\r\n"), "IncompleteBody"},
		"negative size":             {replace(first, "-2000\r\n"), "IncompleteBody"},
		"size with a prefix":        {replace(first, "0x2000\r\n"), "IncompleteBody"},
		"size with a blank":         {replace(first, " 2000\r\n"), "IncompleteBody"},
		"no size":                   {replace(first, "\r\n"), "IncompleteBody"},
		"size that overflows":       {replace(first, "10000000000002000\r\n"), "IncompleteBody"},
		"size of 2^63":              {replace(first, "8000000000000000\r\n"), "IncompleteBody"},
		"size in other digits":      {replace(first, "2\x00\x10\x11\r\n"), "IncompleteBody"},
		"an extension":              {replace(first, "2000;a=b\r\n"), "IncompleteBody"},
		"header without CR":         {replace(first, "2000\n"), "IncompleteBody"},
		"header too long":           {strings.Repeat("0", lineLimit) + good.body, "IncompleteBody"},
		"chunk larger than the object": {
			replace(first, "ffffff\r\n"), "IncompleteBody",
		},
		"chunk longer than its size":  {replace(first, "2001\r\n"), "IncompleteBody"},
		"chunk shorter than its size": {replace(first, "1fff\r\n"), "IncompleteBody"},
		"fewer bytes than announced":  {unsignedChunks([]string{body[:len(body)-1]}, ""), "IncompleteBody"},
		"more bytes than announced":   {unsignedChunks([]string{body, "x"}, ""), "IncompleteBody"},
		"no trailer":                  {unsignedChunks([]string{body}, ""), "MalformedTrailerError"},
		"another trailer":             {unsignedChunks([]string{body}, "x-amz-checksum-sha1:"+sum("sha1", body)+"\r\n"), "MalformedTrailerError"},
		"trailer without a colon":     {unsignedChunks([]string{body}, "x-amz-checksum-crc32\r\n"), "MalformedTrailerError"},
		"two trailers":                {strings.TrimSuffix(good.body, "\r\n") + "x-amz-meta-a:b\r\n\r\n", "MalformedTrailerError"},
		"trailer twice": {
			unsignedChunks([]string{body}, strings.Repeat("x-amz-checksum-crc32:"+sum("crc32", body)+"\r\n", 2)), "MalformedTrailerError",
		},
		"trailer of another body": {unsignedChunks([]string{body}, "x-amz-checksum-crc32:"+sum("crc32", "x")+"\r\n"), "BadDigest"},
		"trailer of no base64":    {unsignedChunks([]string{body}, "x-amz-checksum-crc32:!\r\n"), "InvalidRequest"},
		"trailer too short":       {unsignedChunks([]string{body}, "x-amz-checksum-crc32:AAA=\r\n"), "InvalidRequest"},
		"LF, then no CRLF":        {unsignedChunks([]string{body}, "x-amz-checksum-crc32:"+sum("crc32", body)+"\nx"), "MalformedTrailerError"},
		"small chunk in between":  {unsignedChunks(append([]string{body[:100]}, body[100:]), sum("crc32", body)), "InvalidChunkSizeError"},
	} {
		t.Run(name, func(t *testing.T) {
			u := good
			u.body, u.unknown = c.body, true
			got, _, err := u.read()
			isError(t, err, http.StatusBadRequest, c.code)
			if len(got) >= len(body) {
				t.Error("the whole body was given")
			}
		})
	}
}

// [sigv4-streaming]: a chunk is 8 KiB at the least, but for the last.
func TestSmallChunk(t *testing.T) {
	body := random(2 * minChunk)
	u := unsignedUpload(body, minChunk)
	u.body = unsignedChunks([]string{body[:minChunk], body[minChunk : minChunk+10], body[minChunk+10:]}, "")
	_, _, err := u.read()
	isError(t, err, http.StatusBadRequest, "InvalidChunkSizeError")
	if m := err.(*api.Error).Members; len(m) != 2 || m[0] != (api.Member{Name: "Chunk", Value: "3"}) || m[1] != (api.Member{Name: "BadChunkSize", Value: "10"}) {
		t.Errorf("members %v", m)
	}
}

// TestSignedChunksThatWereTampered: every byte of a signed body counts.
func TestSignedChunksThatWereTampered(t *testing.T) {
	body := random(20000)
	encode := func() (upload, string) {
		u, signer := signedUpload(t, sigv4.StreamingPayloadTrailer, len(body), map[string]string{"X-Amz-Trailer": "x-amz-checksum-crc32"})
		return u, signer.encode(split(body, minChunk), "x-amz-checksum-crc32:"+sum("crc32", body))
	}
	_, good := encode()
	second := strings.Index(good, "2000;")
	second += strings.Index(good[second+1:], "2000;") + 1
	third := strings.Index(good, "\r\ne20;") + 2
	for name, c := range map[string]struct {
		body   string
		status int
		code   string
	}{
		"a byte of the first chunk":  {flip(good, 200), 403, "SignatureDoesNotMatch"},
		"a byte of the last chunk":   {flip(good, third+200), 403, "SignatureDoesNotMatch"},
		"a digit of a signature":     {flip(good, strings.Index(good, "signature=")+12), 403, "SignatureDoesNotMatch"},
		"the last chunk's signature": {flip(good, strings.LastIndex(good, "chunk-signature=")+20), 403, "SignatureDoesNotMatch"},
		"the trailer's signature":    {flip(good, strings.LastIndex(good, "trailer-signature:")+20), 403, "SignatureDoesNotMatch"},
		"the trailer":                {strings.Replace(good, "crc32:"+sum("crc32", body), "crc32:"+sum("crc32", "x"), 1), 403, "SignatureDoesNotMatch"},
		"chunks in another order":    {good[second:third] + good[:second] + good[third:], 403, "SignatureDoesNotMatch"},
		"no signature":               {strings.Replace(good, ";chunk-signature="+good[21:85], "", 1), 400, "IncompleteBody"},
		"another extension":          {strings.Replace(good, ";chunk-signature=", ";chunk-sign=", 1), 400, "IncompleteBody"},
		"no trailer signature":       {good[:strings.Index(good, "x-amz-trailer-signature")] + "\r\n", 400, "MalformedTrailerError"},
		"ended in the trailer":       {good[:strings.Index(good, "x-amz-trailer-signature")], 400, "IncompleteBody"},
		"no final chunk signature": {
			good[:strings.LastIndex(good, ";chunk-signature")] + good[strings.Index(good, "\r\nx-amz-checksum"):], 400, "IncompleteBody",
		},
	} {
		t.Run(name, func(t *testing.T) {
			u, _ := encode()
			u.body, u.unknown = c.body, true
			got, _, err := u.read()
			isError(t, err, c.status, c.code)
			if len(got) >= len(body) {
				t.Error("the whole body was given")
			}
		})
	}
}

// flip changes a byte.
func flip(s string, at int) string {
	return s[:at] + string([]byte{s[at] ^ 1}) + s[at+1:]
}

// TestAWSExample is the whole wire form of [sigv4-streaming-trailers], "Example".
func TestAWSExample(t *testing.T) {
	body := strings.Repeat("a", 66560)
	signer := &chunkSigner{"106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e"}
	wire := signer.encode(split(body, 64<<10), "x-amz-checksum-crc32c:"+sum("crc32c", body))
	for _, documented := range []string{
		"10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n",
		"400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n",
		"0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n",
		"x-amz-checksum-crc32c:sOO8/Q==\r\n",
		"x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n",
	} {
		if !strings.Contains(wire, documented) {
			t.Errorf("the tests' own signer does not make %q", documented)
		}
	}
}

func TestDecodedLength(t *testing.T) {
	for _, value := range []string{"", "-1", "+5", "5 ", "0x5", "99999999999999999999", "9223372036854775808"} {
		u := unsignedUpload("hello", blockSize)
		u.header["X-Amz-Decoded-Content-Length"] = value
		_, err := Open(u.options())
		isError(t, err, http.StatusBadRequest, "InvalidRequest")
	}
	o := unsignedUpload("hello", blockSize).options()
	o.Header.Add("X-Amz-Decoded-Content-Length", "5")
	_, err := Open(o)
	isError(t, err, http.StatusBadRequest, "InvalidRequest")
	u := unsignedUpload("hello", blockSize)
	u.header["X-Amz-Decoded-Content-Length"] = fmt.Sprint(len(u.body) + 1)
	_, err = Open(u.options())
	isError(t, err, http.StatusBadRequest, "IncompleteBody")
}

// TestSignedChunksThatNobodySigned: without a verified request no signature is right.
func TestSignedChunksThatNobodySigned(t *testing.T) {
	for _, hash := range []string{sigv4.StreamingPayload, sigv4.StreamingPayloadTrailer} {
		_, err := Open(upload{hash: hash, header: map[string]string{"X-Amz-Decoded-Content-Length": "1"}}.options())
		isError(t, err, http.StatusForbidden, "SignatureDoesNotMatch")
	}
}

func TestAnnouncedTrailer(t *testing.T) {
	for _, c := range []struct {
		hash, trailer string
		status        int
		code          string
	}{
		{sigv4.StreamingUnsignedTrailer, "", 400, "InvalidRequest"},
		{sigv4.StreamingUnsignedTrailer, "x-amz-meta-a", 400, "InvalidRequest"},
		{sigv4.StreamingUnsignedTrailer, "x-amz-checksum-crc32,x-amz-checksum-sha1", 400, "InvalidRequest"},
		{sigv4.StreamingUnsignedTrailer, "x-amz-checksum-xxhash64", 501, "NotImplemented"},
		{sigv4.UnsignedPayload, "x-amz-checksum-crc32", 400, "MalformedTrailerError"},
		{hexHash("hello"), "x-amz-checksum-crc32", 400, "MalformedTrailerError"},
		{"", "x-amz-checksum-crc32", 400, "MalformedTrailerError"},
	} {
		u := unsignedUpload("hello", blockSize)
		u.hash, u.header["X-Amz-Trailer"] = c.hash, c.trailer
		_, err := Open(u.options())
		isError(t, err, c.status, c.code)
	}
	u := unsignedUpload("hello", blockSize)
	delete(u.header, "X-Amz-Trailer")
	_, err := Open(u.options())
	isError(t, err, http.StatusBadRequest, "InvalidRequest")
	signed, _ := signedUpload(t, sigv4.StreamingPayload, 5, map[string]string{"X-Amz-Trailer": "x-amz-checksum-crc32"})
	signed.unknown = true
	_, err = Open(signed.options())
	isError(t, err, http.StatusBadRequest, "MalformedTrailerError")
}
