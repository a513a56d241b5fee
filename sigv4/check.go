package sigv4

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// checkTime holds the time of signing against the server's clock. A presigned URL
// of S3 lives as long as it says, and must say it; those of the other services live
// 15 minutes, whatever they say: STS takes the tokens of Kubernetes clusters, which
// say 60 seconds, for so long (aws-iam-authenticator, pkg/token).
func checkTime(s *Signature, now time.Time, rules *Rules) *Error {
	life := MaxSkew
	if s.Presigned && rules.UnsignedPayload { // S3
		if s.Expires == 0 {
			return incomplete(wordsNoExpires)
		}
		life = s.Expires
	}
	age := now.Sub(s.Signed)
	if age > life {
		return expired(s, now, life)
	}
	if age < -MaxSkew {
		return notYetCurrent(s, now)
	}
	return nil
}

// checkSigned sees to it that the host is signed, and every header that is acted
// on (IAM User Guide, "Create a signed AWS API request": "You must include the
// host header … and any x-amz-* headers"). Content-Type may be left out there.
func checkSigned(h http.Header, s *Signature, rules *Rules) *Error {
	signed := s.SignedHeaders
	if !slices.Contains(signed, "host") {
		return notSigned([]string{"host"})
	}
	if rules.AllAmzHeaders {
		return checkAllSigned(h, signed)
	}
	switch {
	case s.datedByAmz && !slices.Contains(signed, "x-amz-date"):
		return notSigned([]string{"x-amz-date"})
	case s.tokenInHeader && !slices.Contains(signed, "x-amz-security-token"):
		return notSigned([]string{"x-amz-security-token"})
	case len(h[keyTarget]) > 0 && !slices.Contains(signed, "x-amz-target"):
		return notSigned([]string{"x-amz-target"})
	}
	return nil
}

// checkAllSigned sees to it that every x-amz-* header is signed.
func checkAllSigned(h http.Header, signed []string) *Error {
	var missing []string
	for key := range h {
		if len(key) < len("X-Amz-") || !strings.EqualFold(key[:len("X-Amz-")], "X-Amz-") {
			continue
		}
		if name := strings.ToLower(key); !slices.Contains(signed, name) {
			missing = append(missing, name)
		}
	}
	if missing == nil {
		return nil
	}
	slices.Sort(missing)
	return notSigned(missing)
}

// checkScope compares the credential scope with where and when the request was
// sent, and says all that is wrong at once, as AWS does.
func checkScope(s *Signature, rules *Rules) *Error {
	day := s.stamp[:len("20060102")]
	if s.Region == rules.Region && slices.Contains(rules.Service, s.Service) && s.terminator == terminator && s.Date == day {
		return nil
	}
	var b strings.Builder
	if s.Region != rules.Region {
		b.WriteString("Credential should be scoped to a valid region. ")
	}
	if !slices.Contains(rules.Service, s.Service) {
		b.WriteString("Credential should be scoped to correct service: '" + strings.Join(rules.Service, "', '") + "'. ")
	}
	if s.terminator != terminator {
		b.WriteString("Credential should be scoped with a valid terminator: '" + terminator + "', not '" + s.terminator + "'. ")
	}
	if s.Date != day {
		b.WriteString("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" +
			s.Date + "' != '" + day + "', from '" + s.stamp + "'. ")
	}
	return &Error{Fault: BadScope, Message: b.String()}
}
