package payload

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"net/http"
	"strings"

	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// checksumPrefix begins the names of the headers that hold checksums, and of a few that
// speak about them.
const checksumPrefix = "x-amz-checksum-"

// checksum is an algorithm ([API_Checksum]).
type checksum struct {
	name string // of its header
	size int
	new  func() hash.Hash // nil for those that are not verified here
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksums are those of today's S3 model. The XXHash ones are in no standard library.
var checksums = []checksum{
	{"x-amz-checksum-crc32", 4, func() hash.Hash { return crc32.NewIEEE() }},
	{"x-amz-checksum-crc32c", 4, func() hash.Hash { return crc32.New(castagnoli) }},
	{"x-amz-checksum-crc64nvme", 8, func() hash.Hash { return new(crc64NVME) }},
	{"x-amz-checksum-sha1", sha1.Size, sha1.New},
	{"x-amz-checksum-sha256", sha256.Size, sha256.New},
	{"x-amz-checksum-sha512", sha512.Size, sha512.New},
	{"x-amz-checksum-md5", md5.Size, md5.New},
	{"x-amz-checksum-xxhash64", 8, nil},
	{"x-amz-checksum-xxhash3", 8, nil},
	{"x-amz-checksum-xxhash128", 16, nil},
}

// checksumOf is the algorithm of a header, in lower case; nil where it is none.
func checksumOf(name string) *checksum {
	for i := range checksums {
		if checksums[i].name == name {
			return &checksums[i]
		}
	}
	return nil
}

// digest is what is computed over a body and what it must be.
type digest struct {
	hash hash.Hash
	want []byte
}

func (d *digest) right() bool {
	return d.hash == nil || subtle.ConstantTimeCompare(d.hash.Sum(nil), d.want) == 1
}

// digests are all that is computed over the bytes of one object.
type digests struct {
	payload, md5, checksum digest
	checksumName           string
	checksumText           string // as it was sent
	size                   int    // of the checksum
}

// write takes in bytes of the object.
func (d *digests) write(p []byte) {
	for _, h := range [...]hash.Hash{d.payload.hash, d.md5.hash, d.checksum.hash} {
		if h != nil {
			h.Write(p)
		}
	}
}

// verify compares all.
func (d *digests) verify() error {
	switch {
	case !d.payload.right():
		return errHash()
	case !d.md5.right():
		return errMD5()
	case !d.checksum.right():
		return errChecksum(d.checksumName)
	}
	return nil
}

// readPayloadHash expects the hash that was signed, where one was.
func (d *digests) readPayloadHash(payloadHash string) error {
	switch payloadHash {
	case "", sigv4.UnsignedPayload, sigv4.StreamingPayload, sigv4.StreamingPayloadTrailer, sigv4.StreamingUnsignedTrailer:
		return nil
	}
	want, err := hex.DecodeString(payloadHash)
	if err != nil || len(want) != sha256.Size {
		return errHash()
	}
	d.payload = digest{sha256.New(), want}
	return nil
}

// readContentMD5 expects the MD5 of a Content-MD5 header (RFC 1864).
func (d *digests) readContentMD5(values []string) error {
	if len(values) == 0 {
		return nil
	}
	want, ok := decode(values[0], md5.Size)
	if len(values) > 1 || !ok {
		return errDigestForm()
	}
	d.md5 = digest{md5.New(), want}
	return nil
}

// decode reads the base64 of so many bytes, in its only spelling.
func decode(text string, size int) ([]byte, bool) {
	b, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != size || strings.ContainsAny(text, "\r\n") {
		return nil, false
	}
	return b, true
}

// readChecksum expects the one checksum of the headers, or of the trailer. A header
// that is the object's is left to whoever completes the object.
func (d *digests) readChecksum(h http.Header, trailer string, object bool) error {
	name, text, err := headerChecksum(h)
	if object {
		name, err = "", nil
	}
	switch {
	case err != nil:
		return err
	case name != "" && trailer != "":
		return invalid(wordsMultiple)
	case name == "" && trailer == "":
		return d.checkAlgorithm(h, "")
	case trailer != "":
		name = trailer
	}
	c := checksumOf(name)
	if c.new == nil {
		return errUnknownChecksum(name)
	}
	if err := d.checkAlgorithm(h, name); err != nil {
		return err
	}
	d.checksumName, d.size, d.checksum.hash = name, c.size, c.new()
	if trailer != "" {
		return nil // the value comes behind the body
	}
	return d.expectChecksum(text, "header")
}

// headerChecksum is the one x-amz-checksum-* header that holds a checksum.
func headerChecksum(h http.Header) (name, text string, err error) {
	const prefix = "X-Amz-Checksum-"
	for key, values := range h {
		if !strings.HasPrefix(key, prefix) {
			continue
		}
		lower := strings.ToLower(key)
		switch lower[len(prefix):] {
		case "algorithm", "mode", "type": // of other operations
			continue
		}
		if name != "" || len(values) != 1 {
			return "", "", invalid(wordsMultiple)
		}
		if checksumOf(lower) == nil {
			return "", "", invalid("The algorithm type you specified in x-amz-checksum- header is invalid.")
		}
		name, text = lower, values[0]
	}
	return name, text, nil
}

// checkAlgorithm says whether x-amz-sdk-checksum-algorithm names the checksum that is
// there: S3 refuses a request that promises one and brings none ([API_PutObject]).
func (d *digests) checkAlgorithm(h http.Header, name string) error {
	values := h["X-Amz-Sdk-Checksum-Algorithm"]
	switch {
	case len(values) == 0:
		return nil
	case len(values) > 1 || checksumOf(checksumPrefix+strings.ToLower(values[0])) == nil:
		return invalid("Value for x-amz-sdk-checksum-algorithm header is invalid.")
	case name == "" && h.Get("Content-Md5") == "":
		return invalid("x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.")
	case name != "" && name != checksumPrefix+strings.ToLower(values[0]):
		return invalid("Value for x-amz-sdk-checksum-algorithm header is invalid.")
	}
	return nil
}

// expectTrailer expects the checksum that came behind the body.
func (d *digests) expectTrailer(text string) error { return d.expectChecksum(text, "trailing header") }

func (d *digests) expectChecksum(text, where string) error {
	want, ok := decode(text, d.size)
	if !ok {
		return invalid("Value for " + d.checksumName + " " + where + " is invalid.")
	}
	d.checksum.want, d.checksumText = bytes.Clone(want), text
	return nil
}
