package s3

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// trailed is a body whose checksum comes behind it (payload.Body).
type trailed interface {
	// Announced is the trailer's name in lower case, "" for none.
	Announced() string
	// Trailer is known once the body has given io.EOF.
	Trailer() (name, value string)
}

// checksumLengths are the lengths of the checksums' base64 texts [checking-object-integrity].
var checksumLengths = map[string]int64{
	"x-amz-checksum-crc32": 8, "x-amz-checksum-crc32c": 8, "x-amz-checksum-crc64nvme": 12,
	"x-amz-checksum-sha1": 28, "x-amz-checksum-sha256": 44, "x-amz-checksum-sha512": 88, "x-amz-checksum-md5": 24,
	"x-amz-checksum-xxhash64": 12, "x-amz-checksum-xxhash3": 12, "x-amz-checksum-xxhash128": 24,
}

// isBodyChecksum says whether a header, by its canonical name, is about the bytes of the
// body that it came with.
func isBodyChecksum(name string) bool {
	return name == "Content-Md5" || name == "X-Amz-Sdk-Checksum-Algorithm" || checksumLengths[strings.ToLower(name)] != 0
}

// frame makes the body aws-chunked, as one chunk with the client's trailer behind it, so
// that the back end keeps the checksum [sigv4-streaming-trailers]. Without a trailer the
// frame alone says where the body ends: VersityGW stores what came of a body whose
// connection ends before its Content-Length, and refuses a chunk that is cut off.
func (b *Backend) frame(l *load, h http.Header, t trailed) {
	tail := &trailer{}
	if t != nil {
		tail.of, tail.name = t, t.Announced()
		tail.size = checksumLengths[tail.name]
		h["X-Amz-Trailer"] = []string{tail.name}
	}
	head := strconv.FormatInt(l.length, 16) + "\r\n"
	h["X-Amz-Decoded-Content-Length"] = []string{strconv.FormatInt(l.length, 10)}
	if !b.Embedded { // VersityGW would keep it as the object's
		encoding := "aws-chunked"
		if kept := h.Get("Content-Encoding"); kept != "" {
			encoding += "," + kept
		}
		h["Content-Encoding"] = []string{encoding}
	}
	l.hash = sigv4.StreamingUnsignedTrailer
	l.stream = io.MultiReader(strings.NewReader(head), l.stream, tail)
	l.length += int64(len(head)) + tail.length()
}

// trailer is the end of an aws-chunked body: what it says is known when it is read.
type trailer struct {
	of   trailed // nil: there is none
	name string
	size int64
	text *strings.Reader
}

const (
	beforeTrailer = "\r\n0\r\n"
	afterTrailer  = "\r\n"
)

func (t *trailer) length() int64 {
	n := int64(len(beforeTrailer) + len(afterTrailer))
	if t.of != nil {
		n += int64(len(t.name)+len(":")+len("\r\n")) + t.size
	}
	return n
}

var errTrailer = errors.New("the body ended without the trailer that was announced")

// Read implements io.Reader.
func (t *trailer) Read(p []byte) (int, error) {
	if t.text == nil {
		line, err := t.line()
		if err != nil {
			return 0, err
		}
		t.text = strings.NewReader(beforeTrailer + line + afterTrailer)
	}
	return t.text.Read(p)
}

func (t *trailer) line() (string, error) {
	if t.of == nil {
		return "", nil
	}
	name, value := t.of.Trailer()
	if !strings.EqualFold(name, t.name) || int64(len(value)) != t.size {
		return "", errTrailer
	}
	return t.name + ":" + value + "\r\n", nil
}
