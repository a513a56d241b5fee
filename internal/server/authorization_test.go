package server_test

import (
	"net/http"
	"strings"
	"testing"
)

// A malformed Authorization header may hold what belongs elsewhere: a password, a
// bearer token, a signature. AWS's words repeat it to its sender (aws-errors 3);
// the log and the journal do not.
func TestAuthorizationIsNotLogged(t *testing.T) {
	h := newHouse(t)
	const secret = "Sw0rdfish-of-the-caller"
	for _, authorization := range []string{
		"Bearer " + secret,
		"Basic " + secret + "==",
		secret,
		"AWS4-HMAC-SHA256 SignedHeaders=host, Signature=" + secret,
		"AWS4-HMAC-SHA256 Signature=" + secret + ", Signature=" + secret,
		"AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, " + secret,
	} {
		t.Run(authorization, func(t *testing.T) {
			lines, events := h.log.String(), len(h.journal.texts())
			a := h.raw(t, []byte("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nAuthorization: "+authorization+"\r\n\r\n"), false)
			if a.status != http.StatusForbidden || a.code() != "IncompleteSignature" || !strings.Contains(a.body, secret) {
				t.Errorf("%d %s", a.status, a.body)
			}
			if line := strings.TrimPrefix(h.log.String(), lines); strings.Count(line, "\n") != 1 || strings.Contains(line, secret) {
				t.Errorf("log: %s", line)
			}
			if e := h.journal.texts()[events:]; len(e) != 1 || strings.Contains(e[0], secret) || !strings.Contains(e[0], "Authorization header") {
				t.Errorf("journal: %q", e)
			}
		})
	}
}
