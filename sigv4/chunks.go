package sigv4

import "crypto/subtle"

// Algorithms of the strings to sign of a chunk and of a trailer.
const (
	chunkAlgorithm   = Algorithm + "-PAYLOAD"
	trailerAlgorithm = Algorithm + "-TRAILER"
)

// Chunks verifies the signatures of the chunks of one body, in their order, and of its
// trailer (S3 API Reference, "Signature Calculations for the Authorization Header:
// Transferring Payload in Multiple Chunks", and "… Including Trailing Headers"). Each
// signature takes in the one before it, and the first takes in the request's, so that
// chunks can neither be left out nor change places. It is for one goroutine.
//
// After an error every further signature is refused.
type Chunks struct {
	scope, stamp string
	previous     []byte // signature, in hexadecimal digits; empty after an error
	key          signingKey
	scratch      *scratch
}

// Chunks returns what verifies the chunks of a request that Verify has verified with
// the same secret. One that was not verified gives it signatures that prove nothing.
func (v *Verifier) Chunks(s *Signature, secret string) *Chunks {
	c := &Chunks{scope: s.scope, stamp: s.stamp, previous: []byte(s.Signature), scratch: newScratch()}
	if cached := v.keys.find(s, secret); cached != nil {
		c.key = cached.key
	} else {
		c.key = deriveKey(secret, s.Date, s.Region, s.Service)
	}
	return c
}

// Chunk checks the signature, in lower-case hexadecimal digits, of the next chunk, of
// whose bytes hash is the SHA-256. The chunk of no bytes at the end is one too. The
// error is an *Error, a Mismatch.
func (c *Chunks) Chunk(signature []byte, hash [32]byte) error {
	b := c.beginning(chunkAlgorithm)
	b = append(b, EmptyPayload...) // hash of the chunk's headers, of which there are none
	b = append(b, '\n')
	c.scratch.toSign = appendHex(b, &hash)
	return failure(c.next(signature))
}

// Trailer checks the signature of the trailer, which comes after the last chunk. hash
// is the SHA-256 of its headers in canonical form: each "name:value\n", the name in
// lower case, without x-amz-trailer-signature. The error is an *Error, a Mismatch.
func (c *Chunks) Trailer(signature []byte, hash [32]byte) error {
	c.scratch.toSign = appendHex(c.beginning(trailerAlgorithm), &hash)
	return failure(c.next(signature))
}

// beginning is what both strings to sign begin with.
func (c *Chunks) beginning(algorithm string) []byte {
	b := c.scratch.toSign[:0]
	for _, line := range [...]string{algorithm, c.stamp, c.scope} {
		b = append(b, line...)
		b = append(b, '\n')
	}
	b = append(b, c.previous...)
	return append(b, '\n')
}

// next signs the string to sign and compares.
func (c *Chunks) next(signature []byte) *Error {
	if len(c.previous) == 0 {
		return &Error{Fault: Mismatch, Message: wordsMismatch}
	}
	c.scratch.sign(&c.key)
	if subtle.ConstantTimeCompare(c.scratch.signature, signature) != 1 {
		c.previous = c.previous[:0]
		return &Error{Fault: Mismatch, Message: wordsMismatch, StringToSign: string(c.scratch.toSign)}
	}
	c.previous = append(c.previous[:0], c.scratch.signature...)
	return nil
}
