package sigv4

import (
	"crypto/sha256"
	"errors"
	"net/http"
	"strings"
	"testing"
)

// chunkedExample is one of AWS's two examples of a chunked upload: 66,560 bytes of 'a',
// in chunks of 64 KiB and 1 KiB.
type chunkedExample struct {
	name, payloadHash, trailerName string
	headers                        string // signed
	seed                           string
	chunks                         [3]string // signatures of the chunks
	trailer, trailerSignature      string
}

var chunkedExamples = []chunkedExample{
	{
		name:        "sigv4-streaming",
		payloadHash: StreamingPayload,
		headers:     "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class",
		seed:        "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
		chunks: [3]string{
			"ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
			"0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
			"b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
		},
	},
	{
		name:        "sigv4-streaming-trailers",
		payloadHash: StreamingPayloadTrailer,
		trailerName: "x-amz-checksum-crc32c",
		headers:     "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer",
		seed:        "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
		chunks: [3]string{
			"b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
			"1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
			"2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
		},
		trailer:          "x-amz-checksum-crc32c:sOO8/Q==\n",
		trailerSignature: "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435",
	},
}

const chunkedSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

var chunkedHashes = [3][32]byte{
	sha256.Sum256([]byte(strings.Repeat("a", 65536))),
	sha256.Sum256([]byte(strings.Repeat("a", 1024))),
	sha256.Sum256(nil),
}

func (e *chunkedExample) request(t testing.TB) *http.Request {
	t.Helper()
	head := []string{
		"PUT /examplebucket/chunkObject.txt HTTP/1.1",
		"Host: s3.amazonaws.com",
		"x-amz-date: 20130524T000000Z",
		"x-amz-storage-class: REDUCED_REDUNDANCY",
		"Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=" + e.headers + ",Signature=" + e.seed,
		"x-amz-content-sha256: " + e.payloadHash,
		"Content-Encoding: aws-chunked",
		"x-amz-decoded-content-length: 66560",
		"Content-Length: 66824",
	}
	if e.trailerName != "" {
		head = append(head, "x-amz-trailer: "+e.trailerName)
	}
	return receive(t, strings.Join(head, "\r\n"), "")
}

// open verifies the request and returns what verifies its chunks.
func (e *chunkedExample) open(t testing.TB, v *Verifier, cached bool) *Chunks {
	t.Helper()
	r := e.request(t)
	var s Signature
	if err := Parse(r, &s); err != nil {
		t.Fatal(err)
	}
	rules := &Rules{Region: "us-east-1", Service: []string{"s3"}, RawPath: true, AllAmzHeaders: true, UnsignedPayload: true}
	if err := v.Verify(r, &s, nil, chunkedSecret, s.Signed, rules); err != nil {
		t.Fatal(err)
	}
	if !cached {
		v = NewVerifier(4)
	}
	return v.Chunks(&s, chunkedSecret)
}

// [sigv4-streaming], "Example: PUT Object"; [sigv4-streaming-trailers], the same.
func TestDocumentedChunkSignatures(t *testing.T) {
	for _, e := range chunkedExamples {
		for _, cached := range []bool{true, false} {
			t.Run(e.name, func(t *testing.T) {
				c := e.open(t, NewVerifier(4), cached)
				for i, signature := range e.chunks {
					if err := c.Chunk([]byte(signature), chunkedHashes[i]); err != nil {
						t.Fatalf("chunk %d: %v", i+1, err)
					}
				}
				if e.trailer == "" {
					return
				}
				if err := c.Trailer([]byte(e.trailerSignature), sha256.Sum256([]byte(e.trailer))); err != nil {
					t.Fatalf("trailer: %v", err)
				}
			})
		}
	}
}

// isMismatch fails the test where err is no Mismatch with AWS's words.
func isMismatch(t *testing.T, err error) {
	t.Helper()
	var fault *Error
	if !errors.As(err, &fault) || fault.Fault != Mismatch || fault.Message != wordsMismatch {
		t.Errorf("got %v, want a mismatch", err)
	}
}

func TestChunkThatWasTampered(t *testing.T) {
	e := &chunkedExamples[1]
	for name, attack := range map[string]func(c *Chunks) error{
		"another body":         func(c *Chunks) error { return c.Chunk([]byte(e.chunks[0]), chunkedHashes[1]) },
		"another signature":    func(c *Chunks) error { return c.Chunk([]byte(e.chunks[1]), chunkedHashes[0]) },
		"no signature":         func(c *Chunks) error { return c.Chunk([]byte(""), chunkedHashes[0]) },
		"capital digits":       func(c *Chunks) error { return c.Chunk([]byte(strings.ToUpper(e.chunks[0])), chunkedHashes[0]) },
		"the request's own":    func(c *Chunks) error { return c.Chunk([]byte(e.seed), chunkedHashes[0]) },
		"first chunk left out": func(c *Chunks) error { return c.Chunk([]byte(e.chunks[1]), chunkedHashes[1]) },
		"ended at once":        func(c *Chunks) error { return c.Chunk([]byte(e.chunks[2]), chunkedHashes[2]) },
		"a chunk twice": func(c *Chunks) error {
			if err := c.Chunk([]byte(e.chunks[0]), chunkedHashes[0]); err != nil {
				return nil
			}
			return c.Chunk([]byte(e.chunks[0]), chunkedHashes[0])
		},
		"trailer before the chunks": func(c *Chunks) error {
			return c.Trailer([]byte(e.trailerSignature), sha256.Sum256([]byte(e.trailer)))
		},
		"a trailer as a chunk": func(c *Chunks) error {
			return c.Chunk([]byte(e.trailerSignature), sha256.Sum256([]byte(e.trailer)))
		},
		"another trailer": func(c *Chunks) error {
			for i, signature := range e.chunks {
				if err := c.Chunk([]byte(signature), chunkedHashes[i]); err != nil {
					return nil
				}
			}
			return c.Trailer([]byte(e.trailerSignature), sha256.Sum256([]byte("x-amz-checksum-crc32c:AAAAAA==\n")))
		},
	} {
		t.Run(name, func(t *testing.T) { isMismatch(t, attack(e.open(t, NewVerifier(4), true))) })
	}
}

// TestChunkAfterMismatch: nothing is right after something was wrong.
func TestChunkAfterMismatch(t *testing.T) {
	e := &chunkedExamples[0]
	c := e.open(t, NewVerifier(4), true)
	isMismatch(t, c.Chunk([]byte(e.chunks[1]), chunkedHashes[0]))
	isMismatch(t, c.Chunk([]byte(e.chunks[0]), chunkedHashes[0]))
	isMismatch(t, c.Trailer([]byte(""), sha256.Sum256(nil)))
}

// TestChunksOfAnotherSecret: a key in the cache is not taken for another secret.
func TestChunksOfAnotherSecret(t *testing.T) {
	e := &chunkedExamples[0]
	v := NewVerifier(4)
	e.open(t, v, true)
	var s Signature
	if err := Parse(e.request(t), &s); err != nil {
		t.Fatal(err)
	}
	isMismatch(t, v.Chunks(&s, "another").Chunk([]byte(e.chunks[0]), chunkedHashes[0]))
}

func TestChunkAllocatesNothing(t *testing.T) {
	e := &chunkedExamples[0]
	c := e.open(t, NewVerifier(4), true)
	c.scratch.toSign = make([]byte, 0, 512)
	c.scratch.signature = make([]byte, 0, 128)
	seed, signature := []byte(e.seed), []byte(e.chunks[0])
	if n := testing.AllocsPerRun(100, func() {
		c.previous = append(c.previous[:0], seed...)
		if err := c.Chunk(signature, chunkedHashes[0]); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("%v allocations a chunk", n)
	}
}
