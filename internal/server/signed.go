package server

import (
	"crypto/tls"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// signedWith is what conditions may ask of a signature. A presigned request without a
// payload hash has an unsigned payload [sigv4-query-string-auth].
func signedWith(s *sigv4.Signature, now time.Time) api.Signed {
	hash := s.PayloadHash
	if hash == "" && s.Presigned {
		hash = sigv4.UnsignedPayload
	}
	return api.Signed{Algorithm: "AWS4-HMAC-SHA256", Presigned: s.Presigned, Age: now.Sub(s.Signed), PayloadHash: hash}
}

// tlsVersion of a connection, "" without TLS.
func tlsVersion(c *tls.ConnectionState) string {
	if c == nil {
		return ""
	}
	switch c.Version {
	case tls.VersionTLS12:
		return "1.2"
	case tls.VersionTLS13:
		return "1.3"
	}
	return ""
}
