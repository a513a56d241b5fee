package payload

import (
	"bytes"
	"crypto/sha256"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/sigv4"
)

const benchSize = 64 << 20

// hidden is a reader without WriteTo, as a connection is.
type hidden struct{ io.Reader }

// discard takes what is given in pieces, as a transport does.
func discard(b *testing.B, r io.Reader, buffer []byte) {
	if _, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, hidden{r}, buffer); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkBody reads 64 MiB: "sha256" and "memcpy" are what the others are measured by.
func BenchmarkBody(b *testing.B) {
	body := []byte(random(benchSize))
	sum := hexHash(string(body))
	buffer := make([]byte, 32<<10)
	plain := func(hash string, header http.Header) func(b *testing.B) {
		return func(b *testing.B) {
			b.SetBytes(benchSize)
			b.ReportAllocs()
			for b.Loop() {
				r, err := Open(Options{Body: hidden{bytes.NewReader(body)}, ContentLength: benchSize, PayloadHash: hash, Header: header})
				if err != nil {
					b.Fatal(err)
				}
				discard(b, r, buffer)
			}
		}
	}
	b.Run("sha256", func(b *testing.B) {
		b.SetBytes(benchSize)
		for b.Loop() {
			sha256.Sum256(body)
		}
	})
	b.Run("memcpy", func(b *testing.B) {
		b.SetBytes(benchSize)
		for b.Loop() {
			discard(b, bytes.NewReader(body), buffer)
		}
	})
	b.Run("unsigned", plain(sigv4.UnsignedPayload, nil))
	b.Run("hash", plain(sum, nil))
	b.Run("crc64nvme", plain(sigv4.UnsignedPayload, http.Header{"X-Amz-Checksum-Crc64nvme": {sumOf("crc64nvme", body)}}))
	b.Run("chunks", func(b *testing.B) { benchChunks(b, string(body), buffer) })
	b.Run("signed", func(b *testing.B) { benchSigned(b, string(body), buffer) })
}

func sumOf(name string, body []byte) string { return sum(name, string(body)) }

// benchChunks reads chunks of 64 KiB with the trailing checksum that SDKs send.
func benchChunks(b *testing.B, body string, buffer []byte) {
	wire := unsignedUpload(body, 64<<10).body
	header := http.Header{"X-Amz-Decoded-Content-Length": {strconv.Itoa(benchSize)}, "X-Amz-Trailer": {"x-amz-checksum-crc32"}}
	b.SetBytes(benchSize)
	b.ReportAllocs()
	for b.Loop() {
		r, err := Open(Options{Body: hidden{strings.NewReader(wire)}, ContentLength: int64(len(wire)), PayloadHash: sigv4.StreamingUnsignedTrailer, Header: header})
		if err != nil {
			b.Fatal(err)
		}
		discard(b, r, buffer)
	}
}

// benchSigned reads signed chunks of 64 KiB.
func benchSigned(b *testing.B, body string, buffer []byte) {
	_, signer := signedUpload(b, sigv4.StreamingPayload, benchSize, nil)
	wire := signer.encode(split(body, 64<<10), "")
	b.SetBytes(benchSize)
	b.ReportAllocs()
	for b.Loop() {
		u, _ := signedUpload(b, sigv4.StreamingPayload, benchSize, nil)
		u.body = wire
		o := u.options()
		o.Body = hidden{o.Body}
		r, err := Open(o)
		if err != nil {
			b.Fatal(err)
		}
		discard(b, r, buffer)
	}
}

// BenchmarkSmallBody is a PUT of 1 KiB.
func BenchmarkSmallBody(b *testing.B) {
	body := random(1 << 10)
	hash := hexHash(body)
	buffer := make([]byte, 2<<10)
	b.ReportAllocs()
	for b.Loop() {
		r, err := Open(Options{Body: hidden{strings.NewReader(body)}, ContentLength: int64(len(body)), PayloadHash: hash})
		if err != nil {
			b.Fatal(err)
		}
		discard(b, r, buffer)
	}
}
