// Package payload reads the body of a signed S3 request: plain, or in the chunks of
// aws-chunked encoding, signed or not, with trailing checksums. It gives the last
// block of a body only when its length, its hash, its chunk signatures and its checksums
// are right, so that whoever reads never has the whole of a bad one. It keeps one block
// in memory, whatever the body's size. What a body means is not its business.
package payload

import (
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// Options say what body is expected.
type Options struct {
	Body          io.Reader
	Header        http.Header // of the request
	ContentLength int64       // of the request, -1 where it has none
	PayloadHash   string      // sigv4.Signature.PayloadHash, "" for a presigned URL without one
	Chunks        *sigv4.Chunks
	// ObjectChecksum: the x-amz-checksum-* headers are not of this body but of the object
	// that it speaks of [API_CompleteMultipartUpload].
	ObjectChecksum bool
	// ChecksumRequired: a body without Content-MD5 or a checksum is refused, however it is
	// signed [API_DeleteObjects].
	ChecksumRequired bool
}

// Open says what is wrong with the headers that announce the body, as an *api.Error, or
// returns the body. An object of no bytes is verified here, as nobody may read it.
func Open(o Options) (*Body, error) {
	if o.Body == nil {
		o.Body = http.NoBody
	}
	b := &Body{}
	if err := b.frame(&o); err != nil {
		return nil, err
	}
	if err := b.expect(&o); err != nil {
		return nil, err
	}
	b.left = b.length
	if b.length > 0 {
		return b, nil
	}
	if err := b.finish(); err != nil {
		return nil, err
	}
	b.err = io.EOF
	return b, nil
}

// frame reads how the body is framed and how long it is ([sigv4-streaming]: the header
// x-amz-decoded-content-length has the length of the object).
func (b *Body) frame(o *Options) error {
	switch o.PayloadHash {
	case sigv4.StreamingPayload, sigv4.StreamingPayloadTrailer:
		if o.Chunks == nil {
			return errSignature(nil) // nobody signed, so no chunk's signature can be right
		}
		b.source = newChunkSource(o.Body, o.Chunks)
	case sigv4.StreamingUnsignedTrailer:
		b.source = newChunkSource(o.Body, nil)
	default:
		b.plain, b.length = o.Body, o.ContentLength
		if b.length < 0 {
			return errNoLength()
		}
		return nil
	}
	values := o.Header["X-Amz-Decoded-Content-Length"]
	if len(values) == 0 {
		return errNoLength()
	}
	n, err := strconv.ParseUint(values[0], 10, 63)
	if len(values) > 1 || err != nil {
		return invalid("Value for x-amz-decoded-content-length header is invalid.")
	}
	if b.length = int64(n); o.ContentLength >= 0 && b.length > o.ContentLength {
		return errIncomplete() // the encoding makes a body longer
	}
	return nil
}

// expect reads what must be right about the body.
func (b *Body) expect(o *Options) error {
	if err := b.digests.readPayloadHash(o.PayloadHash); err != nil {
		return err
	}
	if err := b.digests.readContentMD5(o.Header["Content-Md5"]); err != nil {
		return err
	}
	trailer, err := announced(o.Header["X-Amz-Trailer"], o.PayloadHash)
	if err != nil {
		return err
	}
	if err := b.digests.readChecksum(o.Header, trailer, o.ObjectChecksum); err != nil {
		return err
	}
	if o.ChecksumRequired && b.digests.md5.hash == nil && b.digests.checksum.hash == nil {
		return errNoChecksum()
	}
	if b.chunked() {
		b.source.trailer = trailer
	}
	return nil
}

// announced is the one header that comes behind the body, in lower case: S3 takes
// checksums there and nothing else. Only the payload hashes that say so have one.
func announced(values []string, payloadHash string) (string, error) {
	has := payloadHash == sigv4.StreamingPayloadTrailer || payloadHash == sigv4.StreamingUnsignedTrailer
	switch {
	case !has && len(values) > 0:
		return "", errTrailer()
	case !has:
		return "", nil
	case len(values) != 1:
		return "", invalid(wordsTrailer)
	}
	name := strings.ToLower(strings.TrimSpace(values[0]))
	if checksumOf(name) == nil {
		return "", invalid(wordsTrailer)
	}
	return name, nil
}

// ContentEncoding is what a Content-Encoding header says of the object: all but
// aws-chunked, which is of the request alone ([API_PutObject]: S3 keeps the rest).
func ContentEncoding(header string) string {
	if !strings.Contains(strings.ToLower(header), "aws-chunked") {
		return header
	}
	var kept []string
	for _, coding := range strings.Split(header, ",") {
		if coding = strings.TrimSpace(coding); coding != "" && !strings.EqualFold(coding, "aws-chunked") {
			kept = append(kept, coding)
		}
	}
	return strings.Join(kept, ",")
}
