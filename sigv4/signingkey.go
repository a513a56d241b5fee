package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding"
	"hash"
)

const (
	hashSize  = sha256.Size
	blockSize = sha256.BlockSize
)

// signingKey is a derived key as two SHA-256 states that have taken in the key's
// inner and outer pad, so that a signature costs no more than its own bytes.
type signingKey struct{ inner, outer []byte }

// deriveKey makes the key of a day, region and service (IAM User Guide, "Create
// a signed AWS API request", step 4).
func deriveKey(secret, date, region, service string) signingKey {
	key := hmacSum([]byte("AWS4"+secret), date)
	key = hmacSum(key, region)
	key = hmacSum(key, service)
	key = hmacSum(key, terminator)
	return signingKey{inner: padState(key, 0x36), outer: padState(key, 0x5c)}
}

func hmacSum(key []byte, message string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(message))
	return h.Sum(nil)
}

// padState is the state of SHA-256 after one of HMAC's padded keys (RFC 2104).
func padState(key []byte, pad byte) []byte {
	var block [blockSize]byte
	copy(block[:], key)
	for i := range block {
		block[i] ^= pad
	}
	h := sha256.New()
	h.Write(block[:])
	state, err := h.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		panic("sigv4: SHA-256 keeps no state: " + err.Error()) // documented never to happen
	}
	return state
}

// mac is a hash that takes up the states of signing keys.
type mac struct {
	hash  hash.Hash
	state encoding.BinaryUnmarshaler
}

func newMAC() mac {
	h := sha256.New()
	return mac{hash: h, state: h.(encoding.BinaryUnmarshaler)}
}

func (m mac) resume(state []byte) {
	if err := m.state.UnmarshalBinary(state); err != nil {
		panic("sigv4: SHA-256 does not take its own state: " + err.Error()) // it made the state itself
	}
}

// sign computes the signature of the string to sign into c.signature.
func (c *scratch) sign(key *signingKey) {
	c.mac.resume(key.inner)
	c.mac.hash.Write(c.toSign)
	inner := c.mac.hash.Sum(c.sum[:0])
	c.mac.resume(key.outer)
	c.mac.hash.Write(inner)
	c.mac.hash.Sum(c.sum[:0])
	c.signature = appendHex(c.signature[:0], &c.sum)
}

// appendHash appends the SHA-256 of data in lower-case hexadecimal digits.
func (c *scratch) appendHash(b, data []byte) []byte {
	c.sum = sha256.Sum256(data)
	return appendHex(b, &c.sum)
}
