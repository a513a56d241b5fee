package sigv4

import "net/http"

// scratch is the memory in which one request is made canonical and signed.
type scratch struct {
	canonical []byte // the canonical request
	toSign    []byte // the string to sign
	payload   []byte // the payload's hash, or what stands for it
	signature []byte // as computed
	key       []byte // a header's key while it is looked up
	path      []byte // a path while its dot segments are removed
	pairs     []pair // the query's parameters, encoded, while they are sorted
	encoded   []byte // what pairs point into
	sum       [hashSize]byte
	mac       mac
}

func newScratch() *scratch { return &scratch{mac: newMAC()} }

// target is the path and query that a request was, or will be, sent with.
type target struct {
	path, query string
	rawPath     bool // encode the path once and leave its dot segments (S3)
	presigned   bool // X-Amz-Signature is no part of the query
}

// canonicalRequest writes the canonical request of r (IAM User Guide, "Create a
// signed AWS API request", step 1), whose last line is in c.payload. list
// is the names joined with semicolons.
func (c *scratch) canonicalRequest(r *http.Request, t target, names []string, list string) {
	method := r.Method
	if method == "" {
		method = http.MethodGet // what net/http sends for it
	}
	b := append(c.canonical[:0], method...)
	b = append(b, '\n')
	b = c.appendPath(b, t.path, t.rawPath)
	b = append(b, '\n')
	b = c.appendQuery(b, t.query, t.presigned)
	b = append(b, '\n')
	for _, name := range names {
		b = append(b, name...)
		b = append(b, ':')
		b = c.appendHeader(b, r, name)
		b = append(b, '\n')
	}
	b = append(b, '\n')
	b = append(b, list...)
	b = append(b, '\n')
	c.canonical = append(b, c.payload...)
}

// stringToSign writes the string to sign of the canonical request (step 3 there).
func (c *scratch) stringToSign(stamp, scope string) {
	b := append(c.toSign[:0], Algorithm+"\n"...)
	b = append(b, stamp...)
	b = append(b, '\n')
	b = append(b, scope...)
	b = append(b, '\n')
	c.toSign = c.appendHash(b, c.canonical)
}
