package sigv4

import (
	"net/http"
	"sync"
	"time"
)

// Verifier verifies signatures and keeps keyed HMAC states in bounded memory.
// It is safe for concurrent use.
type Verifier struct {
	keys    keyCache
	scratch sync.Pool
}

// NewVerifier returns a Verifier that keeps at most keys signing keys, but four
// at the least. A key takes about half a kilobyte; deriving one that is not kept
// costs about three times a verification. Keys share places in fours, so allow
// twice as many as there are access keys in use.
func NewVerifier(keys int) *Verifier {
	return &Verifier{
		keys:    newKeyCache(keys),
		scratch: sync.Pool{New: func() any { return newScratch() }},
	}
}

// Verify checks s, which Parse read from r, with the secret access key. body is
// the whole body, or nil where the payload hash that s carries is trusted to be
// checked while the body is read. The error is an *Error.
func (v *Verifier) Verify(r *http.Request, s *Signature, body []byte, secret string, now time.Time, rules *Rules) error {
	if e := check(r, s, now, rules); e != nil {
		return e
	}
	c := v.scratch.Get().(*scratch)
	e := v.verify(c, r, s, body, secret, rules)
	v.scratch.Put(c)
	return failure(e)
}

// check looks at everything that takes no cryptography, in AWS's order.
func check(r *http.Request, s *Signature, now time.Time, rules *Rules) *Error {
	if s.stamp == "" {
		return &Error{Fault: MissingToken, Message: wordsMissing}
	}
	if e := checkTime(s, now, rules); e != nil {
		return e
	}
	if e := checkSigned(r.Header, s, rules); e != nil {
		return e
	}
	return checkScope(s, rules)
}

// verify computes the signature and compares it.
func (v *Verifier) verify(c *scratch, r *http.Request, s *Signature, body []byte, secret string, rules *Rules) *Error {
	if e := c.setPayload(r, s, body, rules); e != nil {
		return e
	}
	c.canonicalRequest(r, target{rawPath(r), rawQuery(r), rules.RawPath, s.Presigned}, s.SignedHeaders, s.headerList)
	c.stringToSign(s.stamp, s.scope)
	if cached := v.keys.find(s, secret); cached != nil {
		c.sign(&cached.key)
		return c.compare(s)
	}
	key := deriveKey(secret, s.Date, s.Region, s.Service)
	c.sign(&key)
	if e := c.compare(s); e != nil {
		return e
	}
	v.keys.add(s, secret, key) // only now: a forger must not push others' keys out
	return nil
}

func (c *scratch) compare(s *Signature) *Error {
	if equal(c.signature, s.Signature) {
		return nil
	}
	return &Error{Fault: Mismatch, Message: wordsMismatch, CanonicalRequest: string(c.canonical), StringToSign: string(c.toSign)}
}
