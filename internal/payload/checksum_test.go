package payload

import (
	"encoding/hex"
	"hash/crc64"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// verified are the algorithms that are verified.
var verified = []string{"crc32", "crc32c", "crc64nvme", "sha1", "sha256", "sha512", "md5"}

// Check values of the digits 1 to 9 (the catalogue of parametrised CRC algorithms; the
// hashes of RFC 1321 and FIPS 180-4).
func TestKnownChecksums(t *testing.T) {
	for name, want := range map[string]string{
		"crc32":     "cbf43926",
		"crc32c":    "e3069283",
		"crc64nvme": "ae8b14860a799888",
		"md5":       "25f9e794323b453885f5181f1b624d0b",
		"sha1":      "f7c3bc1d808e04732adf679965ccc34ca7ae3441",
	} {
		h := checksumOf("x-amz-checksum-" + name).new()
		h.Write([]byte("123456789"))
		if got := hex.EncodeToString(h.Sum(nil)); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestChecksumSizes(t *testing.T) {
	for _, c := range checksums {
		if c.new == nil {
			continue
		}
		if h := c.new(); h.Size() != c.size || len(h.Sum(nil)) != c.size || h.BlockSize() < 1 {
			t.Errorf("%s is %d bytes", c.name, h.Size())
		}
	}
}

// TestCRC64NVME against the standard library's, at every length and cut.
func TestCRC64NVME(t *testing.T) {
	table := crc64.MakeTable(nvmePolynomial)
	data := []byte(random(100))
	for size := range len(data) {
		want := crc64.Checksum(data[:size], table)
		for cut := range size + 1 {
			h := &crc64NVME{sum: 1}
			h.Reset()
			h.Write(data[:cut])
			h.Write(data[cut:size])
			if h.sum != want {
				t.Fatalf("%d bytes cut at %d: %x, want %x", size, cut, h.sum, want)
			}
		}
	}
}

func TestHeaderChecksums(t *testing.T) {
	body := random(blockSize + 5)
	for _, name := range verified {
		for _, hash := range []string{hexHash(body), sigv4.UnsignedPayload, ""} {
			key := http.CanonicalHeaderKey("x-amz-checksum-" + name)
			got, _, err := upload{hash: hash, body: body, header: map[string]string{key: sum(name, body)}}.read()
			sameBody(t, got, err, body)
			got, _, err = upload{hash: hash, body: body, header: map[string]string{key: sum(name, body+"x")}}.read()
			isError(t, err, http.StatusBadRequest, "BadDigest")
			if len(got) >= len(body) {
				t.Error("the whole body was given")
			}
			if want := "The " + strings.ToUpper(name) + " you specified did not match the calculated checksum."; !strings.Contains(err.Error(), want) {
				t.Errorf("words %q", err)
			}
		}
	}
}

func TestHeaderChecksumOfSignedChunks(t *testing.T) {
	body := random(100)
	for _, of := range []string{body, "another"} {
		u, signer := signedUpload(t, sigv4.StreamingPayload, len(body), map[string]string{"X-Amz-Checksum-Sha1": sum("sha1", of)})
		u.body = signer.encode([]string{body}, "")
		got, _, err := u.read()
		if of == body {
			sameBody(t, got, err, body)
			continue
		}
		isError(t, err, http.StatusBadRequest, "BadDigest")
	}
}

// [API_PutObject] Content-MD5; RFC 1864.
func TestContentMD5(t *testing.T) {
	body := "hello"
	for value, code := range map[string]string{
		sum("md5", body):                 "",
		sum("md5", "x"):                  "BadDigest",
		"":                               "InvalidDigest",
		"XUFAKrxLKna5cZ2REBfFkg":         "InvalidDigest", // no padding
		"XUFAKrxLKna5cZ2REBfFkh==":       "InvalidDigest", // another spelling of the same bytes
		"XUFAKrxLKna5c\nZ2REBfFkg==":     "InvalidDigest",
		"5d41402abc4b2a76b9719d911017c5": "InvalidDigest",
		"AAAA":                           "InvalidDigest",
	} {
		got, _, err := upload{hash: sigv4.UnsignedPayload, body: body, header: map[string]string{"Content-Md5": value}}.read()
		if code == "" {
			sameBody(t, got, err, body)
			continue
		}
		isError(t, err, http.StatusBadRequest, code)
	}
	o := upload{body: body, header: map[string]string{"Content-Md5": sum("md5", body)}}.options()
	o.Header.Add("Content-Md5", sum("md5", body))
	_, err := Open(o)
	isError(t, err, http.StatusBadRequest, "InvalidDigest")
}

func TestChecksumHeadersThatAreRefused(t *testing.T) {
	body := "hello"
	for name, c := range map[string]struct {
		header map[string]string
		status int
		code   string
	}{
		"no base64":      {map[string]string{"X-Amz-Checksum-Crc32": "!"}, 400, "InvalidRequest"},
		"wrong size":     {map[string]string{"X-Amz-Checksum-Crc32": sum("sha1", body)}, 400, "InvalidRequest"},
		"empty":          {map[string]string{"X-Amz-Checksum-Crc32": ""}, 400, "InvalidRequest"},
		"two kinds":      {map[string]string{"X-Amz-Checksum-Crc32": sum("crc32", body), "X-Amz-Checksum-Sha1": sum("sha1", body)}, 400, "InvalidRequest"},
		"unknown":        {map[string]string{"X-Amz-Checksum-Rot13": "aaaa"}, 400, "InvalidRequest"},
		"not verifiable": {map[string]string{"X-Amz-Checksum-Xxhash64": "AAAAAAAAAAA="}, 501, "NotImplemented"},
		"promised only":  {map[string]string{"X-Amz-Sdk-Checksum-Algorithm": "CRC32"}, 400, "InvalidRequest"},
		"promised unknown": {
			map[string]string{"X-Amz-Sdk-Checksum-Algorithm": "ROT13"}, 400, "InvalidRequest",
		},
		"promised another": {
			map[string]string{"X-Amz-Sdk-Checksum-Algorithm": "SHA1", "X-Amz-Checksum-Crc32": sum("crc32", body)}, 400, "InvalidRequest",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Open(upload{hash: sigv4.UnsignedPayload, body: body, header: c.header}.options())
			isError(t, err, c.status, c.code)
		})
	}
	u := unsignedUpload(body, blockSize)
	u.header["X-Amz-Checksum-Sha1"] = sum("sha1", body)
	_, err := Open(u.options())
	isError(t, err, http.StatusBadRequest, "InvalidRequest")
}

// API_DeleteObjects: "The Content-MD5 request header is required"; a checksum in its
// place is today's SDKs'. What was signed of the payload does not count.
func TestChecksumRequired(t *testing.T) {
	body := "hello"
	for name, c := range map[string]struct {
		upload
		code string
	}{
		"unsigned":        {upload{hash: sigv4.UnsignedPayload}, "InvalidRequest"},
		"signed":          {upload{hash: hexHash(body)}, "InvalidRequest"},
		"MD5":             {upload{hash: sigv4.UnsignedPayload, header: map[string]string{"Content-Md5": sum("md5", body)}}, ""},
		"another's MD5":   {upload{hash: sigv4.UnsignedPayload, header: map[string]string{"Content-Md5": sum("md5", "x")}}, "BadDigest"},
		"CRC32":           {upload{hash: sigv4.UnsignedPayload, header: map[string]string{"X-Amz-Checksum-Crc32": sum("crc32", body)}}, ""},
		"another's CRC32": {upload{hash: sigv4.UnsignedPayload, header: map[string]string{"X-Amz-Checksum-Crc32": sum("crc32", "x")}}, "BadDigest"},
	} {
		t.Run(name, func(t *testing.T) {
			c.body = body
			o := c.options()
			o.ChecksumRequired = true
			b, err := Open(o)
			if err == nil {
				_, err = io.ReadAll(b)
			}
			if c.code == "" && err != nil {
				t.Fatal(err)
			}
			if c.code != "" {
				isError(t, err, http.StatusBadRequest, c.code)
			}
		})
	}
	u := unsignedUpload(body, blockSize) // its checksum comes behind it
	o := u.options()
	o.ChecksumRequired = true
	if _, err := Open(o); err != nil {
		t.Error(err)
	}
}

func TestChecksumHeadersThatAreTaken(t *testing.T) {
	body := "hello"
	for name, u := range map[string]upload{
		"promised and kept":    {header: map[string]string{"X-Amz-Sdk-Checksum-Algorithm": "crc32", "X-Amz-Checksum-Crc32": sum("crc32", body)}},
		"promised, MD5 came":   {header: map[string]string{"X-Amz-Sdk-Checksum-Algorithm": "CRC32", "Content-Md5": sum("md5", body)}},
		"of other operations":  {header: map[string]string{"X-Amz-Checksum-Algorithm": "CRC32", "X-Amz-Checksum-Mode": "ENABLED", "X-Amz-Checksum-Type": "FULL_OBJECT"}},
		"the object's":         {object: true, header: map[string]string{"X-Amz-Checksum-Crc32": sum("crc32", "all parts")}},
		"the object's, xxhash": {object: true, header: map[string]string{"X-Amz-Checksum-Xxhash64": "AAAAAAAAAAA="}},
	} {
		t.Run(name, func(t *testing.T) {
			u.hash, u.body = sigv4.UnsignedPayload, body
			got, _, err := u.read()
			sameBody(t, got, err, body)
		})
	}
}
