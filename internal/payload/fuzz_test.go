package payload

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"testing"
	"testing/iotest"

	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// FuzzChunks: whatever is taken for aws-chunked encoding encodes again to itself, but
// for the spelling of its numbers and its trailer, and has the length and the checksum
// that were announced. How the bytes arrive makes no difference.
func FuzzChunks(f *testing.F) {
	for _, body := range []string{"", "hello", random(20000)} {
		f.Add([]byte(unsignedUpload(body, minChunk).body), len(body))
	}
	f.Add([]byte("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:"+sum("crc32", "hello")+"\n\r\n\r\n"), 5)
	f.Add([]byte("000005\r\nhello\r\n0\r\n\r\n"), 5)
	f.Fuzz(func(t *testing.T, wire []byte, length int) {
		read := func(r io.Reader) ([]byte, error) {
			b, err := Open(Options{
				Body: r, ContentLength: -1, PayloadHash: sigv4.StreamingUnsignedTrailer,
				Header: http.Header{"X-Amz-Decoded-Content-Length": {strconv.Itoa(length)}, "X-Amz-Trailer": {"x-amz-checksum-crc32"}},
			})
			if err != nil {
				return nil, err
			}
			return io.ReadAll(b)
		}
		got, err := read(bytes.NewReader(wire))
		slowly, slowErr := read(iotest.OneByteReader(bytes.NewReader(wire)))
		if (err == nil) != (slowErr == nil) || !bytes.Equal(got, slowly) {
			t.Fatalf("%v, by the byte %v", err, slowErr)
		}
		if err != nil {
			if len(got) > 0 && len(got) >= length {
				t.Fatalf("%d bytes of a bad body of %d", len(got), length)
			}
			return
		}
		if len(got) != length {
			t.Fatalf("%d bytes, announced %d", len(got), length)
		}
		if !bytes.Contains(wire, []byte(sum("crc32", string(got)))) {
			t.Fatal("the checksum is not that of the body")
		}
	})
}
