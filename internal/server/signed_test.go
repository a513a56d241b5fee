package server

import (
	"crypto/tls"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// [bucket-policy-s3-sigv4-conditions], [sigv4-query-string-auth].
func TestSignedWith(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name      string
		signature sigv4.Signature
		want      api.Signed
	}{
		{"in a header", sigv4.Signature{Signed: now, PayloadHash: "ab"}, api.Signed{Algorithm: "AWS4-HMAC-SHA256", PayloadHash: "ab"}},
		{"in a header, without a hash", sigv4.Signature{Signed: now}, api.Signed{Algorithm: "AWS4-HMAC-SHA256"}},
		{"presigned", sigv4.Signature{Signed: now.Add(-time.Minute), Presigned: true}, api.Signed{Algorithm: "AWS4-HMAC-SHA256", Presigned: true, Age: time.Minute, PayloadHash: "UNSIGNED-PAYLOAD"}},
		{"presigned, with a hash", sigv4.Signature{Signed: now, Presigned: true, PayloadHash: "cd"}, api.Signed{Algorithm: "AWS4-HMAC-SHA256", Presigned: true, PayloadHash: "cd"}},
	}
	for _, tt := range tests {
		if got := signedWith(&tt.signature, now); got != tt.want {
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
}

func TestTLSVersion(t *testing.T) {
	for want, state := range map[string]*tls.ConnectionState{
		"": nil, "1.2": {Version: tls.VersionTLS12}, "1.3": {Version: tls.VersionTLS13},
	} {
		if got := tlsVersion(state); got != want {
			t.Errorf("%q, and should %q", got, want)
		}
	}
	if got := tlsVersion(&tls.ConnectionState{Version: tls.VersionTLS10}); got != "" {
		t.Errorf("a version that nobody may speak is %q", got)
	}
}
