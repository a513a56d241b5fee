package payload

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// sizes are those at which blocks and chunks end.
var sizes = []int{1, 2, 100, minChunk, blockSize - 1, blockSize, blockSize + 1, 2*blockSize - 1, 2 * blockSize, 2*blockSize + 1, 5*blockSize + 17}

func TestPlainBody(t *testing.T) {
	for _, size := range append([]int{0}, sizes...) {
		body := random(size)
		for name, hash := range map[string]string{"hash": hexHash(body), "unsigned": sigv4.UnsignedPayload, "presigned": ""} {
			t.Run(name, func(t *testing.T) {
				got, b, err := upload{hash: hash, body: body}.read()
				sameBody(t, got, err, body)
				if b.Length() != int64(size) {
					t.Errorf("length %d, want %d", b.Length(), size)
				}
				if name, value := b.Trailer(); b.Announced() != "" || name != "" || value != "" {
					t.Error("a trailer of a plain body")
				}
			})
		}
	}
}

func TestBodyByTheByte(t *testing.T) {
	body := random(300)
	got, _, err := upload{hash: hexHash(body), body: body, reader: &slow{data: body}}.read()
	sameBody(t, got, err, body)
	b, err := Open(upload{hash: hexHash(body), body: body}.options())
	if err != nil {
		t.Fatal(err)
	}
	got, err = io.ReadAll(iotest.OneByteReader(b))
	sameBody(t, got, err, body)
	if n, err := b.Read(nil); n != 0 || err != nil {
		t.Error(n, err)
	}
}

// TestLastBlockIsHeldBack: whoever reads a body that turns out bad lacks its end, by a
// block at the most.
func TestLastBlockIsHeldBack(t *testing.T) {
	for _, size := range sizes {
		body := random(size)
		got, b, err := upload{hash: hexHash("another"), body: body}.read()
		isError(t, err, http.StatusBadRequest, "XAmzContentSHA256Mismatch")
		if len(got) >= size || len(got) < size-blockSize {
			t.Errorf("of %d bytes %d were given", size, len(got))
		}
		if _, again := b.Read(make([]byte, 1)); again != err {
			t.Errorf("after the error: %v", again)
		}
		if again := b.Finish(); again != err {
			t.Errorf("Finish: %v", again)
		}
	}
}

func TestEmptyBodyIsVerifiedAtOnce(t *testing.T) {
	for name, u := range map[string]struct {
		upload
		code string
	}{
		"hash":     {upload{hash: hexHash("a")}, "XAmzContentSHA256Mismatch"},
		"MD5":      {upload{header: map[string]string{"Content-Md5": sum("md5", "a")}}, "BadDigest"},
		"checksum": {upload{header: map[string]string{"X-Amz-Checksum-Crc32": sum("crc32", "a")}}, "BadDigest"},
		"chunked": {upload{
			hash: sigv4.StreamingUnsignedTrailer, body: unsignedChunks(nil, "x-amz-checksum-crc32:"+sum("crc32", "a")+"\r\n"),
			header: map[string]string{"X-Amz-Decoded-Content-Length": "0", "X-Amz-Trailer": "x-amz-checksum-crc32"},
		}, "BadDigest"},
		"longer than announced": {upload{reader: strings.NewReader("a")}, "IncompleteBody"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Open(u.options())
			isError(t, err, http.StatusBadRequest, u.code)
		})
	}
	if b, err := Open(Options{PayloadHash: sigv4.EmptyPayload}); err != nil || b.Finish() != nil {
		t.Error("no body at all:", err)
	}
}

func TestPlainBodyThatIsNotWhole(t *testing.T) {
	body := random(blockSize + 100)
	for name, u := range map[string]upload{
		"too short":        {hash: hexHash(body), body: body, reader: strings.NewReader(body[:blockSize+99])},
		"too long":         {hash: hexHash(body), body: body, reader: strings.NewReader(body + "x")},
		"unsigned, short":  {hash: sigv4.UnsignedPayload, body: body, reader: strings.NewReader(body[:blockSize])},
		"connection reset": {hash: hexHash(body), body: body, reader: io.MultiReader(strings.NewReader(body[:50]), iotest.ErrReader(errors.New("reset")))},
		"reset at the end": {hash: hexHash(body), body: body, reader: io.MultiReader(strings.NewReader(body), iotest.ErrReader(errors.New("reset")))},
		"stuck":            {hash: hexHash(body), body: body, reader: stuck{}},
		"stuck at the end": {hash: hexHash(body), body: body, reader: io.MultiReader(strings.NewReader(body), stuck{})},
	} {
		t.Run(name, func(t *testing.T) {
			got, _, err := u.read()
			isError(t, err, http.StatusBadRequest, "IncompleteBody")
			if len(got) >= len(body) {
				t.Error("the whole body was given")
			}
		})
	}
}

// stuck never gives anything.
type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

// S3 wants a length ([API_PutObject]: Content-Length).
func TestBodyOfNoLength(t *testing.T) {
	for _, u := range []upload{
		{hash: sigv4.UnsignedPayload, unknown: true},
		{hash: sigv4.EmptyPayload, unknown: true},
		{hash: sigv4.StreamingUnsignedTrailer, unknown: true, header: map[string]string{"X-Amz-Trailer": "x-amz-checksum-crc32"}},
	} {
		_, err := Open(u.options())
		isError(t, err, http.StatusLengthRequired, "MissingContentLength")
	}
}

func TestPayloadHashThatIsNone(t *testing.T) {
	for _, hash := range []string{"00", strings.Repeat("z", 64), "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"} {
		_, err := Open(upload{hash: hash}.options())
		isError(t, err, http.StatusBadRequest, "XAmzContentSHA256Mismatch")
	}
}

func TestFinish(t *testing.T) {
	body := random(3 * blockSize)
	open := func(hash string) *Body {
		b, err := Open(upload{hash: hash, body: body}.options())
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	if err := open(hexHash("another")).Finish(); err != nil {
		t.Error("a body that nobody read of:", err)
	}
	one := make([]byte, 1)
	good := open(hexHash(body))
	if _, err := good.Read(one); err != nil || good.Finish() != nil {
		t.Error("a good body:", err)
	}
	bad := open(hexHash("another"))
	if _, err := bad.Read(one); err != nil {
		t.Fatal(err)
	}
	isError(t, bad.Finish(), http.StatusBadRequest, "XAmzContentSHA256Mismatch")
	if n, err := bad.Read(one); n != 0 || err == nil || err == io.EOF {
		t.Error("reading after Finish:", n, err)
	}
}

// [API_PutObject]: aws-chunked is of the request, the rest of the object.
func TestContentEncoding(t *testing.T) {
	for header, want := range map[string]string{
		"":                        "",
		"gzip":                    "gzip",
		"aws-chunked":             "",
		"AWS-Chunked":             "",
		"aws-chunked,gzip":        "gzip",
		"gzip, aws-chunked":       "gzip",
		"gzip, br , aws-chunked ": "gzip,br",
	} {
		if got := ContentEncoding(header); got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
}
