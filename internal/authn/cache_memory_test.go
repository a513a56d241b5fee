package authn

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// inside says whether a text is a part of a header's memory.
func inside(text, header string) bool {
	start := uintptr(unsafe.Pointer(unsafe.StringData(header)))
	at := uintptr(unsafe.Pointer(unsafe.StringData(text)))
	return start <= at && at < start+uintptr(len(header))
}

// TestCachesKeepNoHeaders: an access key id and a token are parts of headers, which
// a caller can make long. Kept as they come, thousands of sessions would keep as
// many headers.
func TestCachesKeepNoHeaders(t *testing.T) {
	header := strings.Repeat("ASIAEXAMPLE ", 5000)
	id := header[:len("ASIAEXAMPLE")]
	callers := newCallerCache()
	callers.store(id, &Caller{})
	if e := callers.slot(id).Load(); e.key != id || inside(e.key, header) {
		t.Errorf("caller kept by %q, in the header: %v", e.key, inside(e.key, header))
	}
	opened := newOpenedCache(1)
	opened.store(id, &Opened{Principal: &api.Principal{}})
	if e := opened.slot("").Load(); e.token != id || inside(e.token, header) {
		t.Errorf("token kept as %q, in the header: %v", e.token, inside(e.token, header))
	}

	tokens := newTokens(t)
	c, err := tokens.Issue(tokenGrants()["role"])
	if err != nil {
		t.Fatal(err)
	}
	header = c.AccessKeyID + strings.Repeat(" ", 50000)
	o, err := tokens.Open(c.SessionToken, header[:len(c.AccessKeyID)])
	if err != nil || o.Principal.AccessKeyID != c.AccessKeyID || inside(o.Principal.AccessKeyID, header) {
		t.Errorf("principal of %q, in the header: %v", o.Principal.AccessKeyID, inside(o.Principal.AccessKeyID, header))
	}
}
