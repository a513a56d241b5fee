package sigv4

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Signer signs requests.
type Signer struct {
	Region, Service string
	// RawPath: the path is encoded once and dot segments stay, and the payload's
	// hash goes into x-amz-content-sha256 (S3).
	RawPath bool
}

// Sign adds the headers of a signature to r. payloadHash is the lower-case hex
// SHA-256 of the body, or "UNSIGNED-PAYLOAD". Every header of r is signed but
// those that a hop on the way may add, change or remove.
func (s *Signer) Sign(r *http.Request, c Credentials, payloadHash string, at time.Time) error {
	if err := s.valid(c, payloadHash); err != nil {
		return err
	}
	if r.Header == nil {
		r.Header = http.Header{}
	}
	stamp := formatStamp(at)
	r.Header.Del(keyAuthorization)
	r.Header.Del(keyToken)
	r.Header.Set(keyDate, stamp)
	if c.SessionToken != "" {
		r.Header.Set(keyToken, c.SessionToken)
	}
	if s.RawPath || payloadHash == UnsignedPayload {
		r.Header.Set(keyContentHash, payloadHash)
	}
	names := signedNames(r.Header)
	signature := s.signature(r, r.URL.RawQuery, names, c.SecretAccessKey, payloadHash, stamp)
	r.Header.Set(keyAuthorization, Algorithm+" Credential="+c.AccessKeyID+"/"+s.scope(stamp)+
		", SignedHeaders="+strings.Join(names, ";")+", Signature="+signature)
	return nil
}

// Presign returns r's URL with a signature that holds for the given time, from a
// second to MaxExpires. Whoever uses the URL must send the headers that r has,
// but those that Sign does not sign either.
func (s *Signer) Presign(r *http.Request, c Credentials, payloadHash string, at time.Time, expires time.Duration) (string, error) {
	if err := s.valid(c, payloadHash); err != nil {
		return "", err
	}
	if expires < time.Second || expires > MaxExpires {
		return "", errors.New("sigv4: " + wordsExpires)
	}
	stamp := formatStamp(at)
	names := signedNames(r.Header)
	parameters := [][2]string{
		{"X-Amz-Algorithm", Algorithm},
		{"X-Amz-Credential", c.AccessKeyID + "/" + s.scope(stamp)},
		{"X-Amz-Date", stamp},
		{"X-Amz-Expires", strconv.Itoa(int(expires / time.Second))},
		{"X-Amz-SignedHeaders", strings.Join(names, ";")},
	}
	if c.SessionToken != "" {
		parameters = append(parameters, [2]string{keyToken, c.SessionToken})
	}
	if s.RawPath && payloadHash != UnsignedPayload {
		parameters = append(parameters, [2]string{keyContentHash, payloadHash})
	}
	query := withParameters(r.URL.RawQuery, parameters)
	u := *r.URL
	u.RawQuery = query + "&X-Amz-Signature=" + s.signature(r, query, names, c.SecretAccessKey, payloadHash, stamp)
	return u.String(), nil
}

// withParameters adds parameters to a query.
func withParameters(query string, parameters [][2]string) string {
	b := []byte(query)
	for _, p := range parameters {
		if len(b) > 0 {
			b = append(b, '&')
		}
		b = append(b, p[0]...)
		b = append(b, '=')
		b = append(b, url.QueryEscape(p[1])...)
	}
	return string(b)
}

// valid keeps a signature from being made that nobody could verify.
func (s *Signer) valid(c Credentials, payloadHash string) error {
	switch {
	case c.AccessKeyID == "" || c.SecretAccessKey == "":
		return errors.New("sigv4: no credentials to sign with")
	case strings.ContainsAny(c.AccessKeyID, "/, ="):
		return errors.New("sigv4: an access key id has no slash, comma, blank or equal sign")
	case s.Region == "" || s.Service == "":
		return errors.New("sigv4: no region or no service to sign for")
	case !isHash(payloadHash) && payloadHash != UnsignedPayload && !isStreaming(payloadHash):
		return errors.New("sigv4: the payload hash is no SHA-256 in lower-case hexadecimal digits")
	}
	return nil
}

func (s *Signer) scope(stamp string) string {
	return stamp[:len("20060102")] + "/" + s.Region + "/" + s.Service + "/" + terminator
}

// signature signs r as it will be sent, which its URL says: the RequestURI of a
// request that is being passed on is that of the request that came.
func (s *Signer) signature(r *http.Request, query string, names []string, secret, payloadHash, stamp string) string {
	c := newScratch()
	c.payload = append(c.payload, payloadHash...)
	c.canonicalRequest(r, target{path: r.URL.EscapedPath(), query: query, rawPath: s.RawPath}, names, strings.Join(names, ";"))
	c.stringToSign(stamp, s.scope(stamp))
	key := deriveKey(secret, stamp[:len("20060102")], s.Region, s.Service)
	c.sign(&key)
	return string(c.signature)
}

// unsignedHeaders are those that a hop on the way, or the transport, adds,
// changes or removes.
var unsignedHeaders = map[string]bool{
	"accept-encoding": true, "authorization": true, "connection": true, "content-length": true,
	"expect": true, "forwarded": true, "host": true, "keep-alive": true, "proxy-authorization": true,
	"proxy-connection": true, "te": true, "trailer": true, "transfer-encoding": true, "upgrade": true,
	"user-agent": true, "via": true, "x-amzn-trace-id": true, "x-forwarded-for": true,
	"x-forwarded-host": true, "x-forwarded-proto": true,
}

// signedNames are the headers to sign, sorted: the host and what h has.
func signedNames(h http.Header) []string {
	names := []string{"host"}
	for key, values := range h {
		if name := strings.ToLower(key); len(values) > 0 && !unsignedHeaders[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
