package sigv4

import (
	"net/http"
)

// setPayload puts into c.payload what the last line of the canonical request
// must be for this body.
func (c *scratch) setPayload(r *http.Request, s *Signature, body []byte, rules *Rules) *Error {
	if rules.UnsignedPayload {
		return c.declaredPayload(s, body)
	}
	if body == nil && s.PayloadHash != "" {
		if !isHash(s.PayloadHash) {
			return payloadMismatch()
		}
		c.payload = append(c.payload[:0], s.PayloadHash...)
		return nil
	}
	if body == nil && r.ContentLength != 0 {
		return payloadMismatch() // a body that nobody read and nobody will check
	}
	c.payload = c.appendHash(c.payload[:0], body)
	if s.PayloadHash != "" && s.PayloadHash != string(c.payload) {
		return payloadMismatch()
	}
	return nil
}

// declaredPayload is S3's rule: x-amz-content-sha256 says what was signed, and
// must be there unless the request is presigned.
func (c *scratch) declaredPayload(s *Signature, body []byte) *Error {
	switch {
	case s.PayloadHash == "" && s.Presigned, s.PayloadHash == UnsignedPayload:
		c.payload = append(c.payload[:0], UnsignedPayload...)
		return nil
	case s.PayloadHash == "":
		return incomplete(wordsNoHash)
	case isStreaming(s.PayloadHash):
		c.payload = append(c.payload[:0], s.PayloadHash...)
		return nil
	case !isHash(s.PayloadHash):
		return incomplete(wordsBadHash)
	}
	if body != nil {
		if c.payload = c.appendHash(c.payload[:0], body); s.PayloadHash != string(c.payload) {
			return payloadMismatch()
		}
		return nil
	}
	c.payload = append(c.payload[:0], s.PayloadHash...)
	return nil
}

func isStreaming(payloadHash string) bool {
	return payloadHash == StreamingPayload || payloadHash == StreamingPayloadTrailer || payloadHash == StreamingUnsignedTrailer
}

func isHash(s string) bool {
	for i := range len(s) {
		if c := s[i]; !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f') {
			return false
		}
	}
	return len(s) == 2*hashSize
}

func payloadMismatch() *Error { return &Error{Fault: PayloadMismatch, Message: wordsPayload} }
