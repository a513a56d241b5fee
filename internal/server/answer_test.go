package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// The names of user metadata go out in lower case, as S3 keeps them [UsingMetadata].
func TestUserMetadataIsLowerCase(t *testing.T) {
	x := exchange{call: api.Call{RequestID: "id", Passed: &api.Passed{Header: http.Header{"X-Amz-Meta-Place": {"Paris"}, "Etag": {`"e"`}}}}}
	h := http.Header{}
	x.headS3(h, make([]string, 1))
	for name, want := range map[string]string{
		"x-amz-meta-place": "Paris", "Etag": `"e"`, "x-amz-request-id": "id", "Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff",
	} {
		if got := h[name]; len(got) != 1 || got[0] != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if _, canonical := h["X-Amz-Meta-Place"]; canonical {
		t.Error("the name is sent twice")
	}
}

// A client that awaited 100 and got its answer finds the connection closed, whether its
// body was empty or not: what it reads next is not taken for the answer to that.
func TestRefusedExpectation(t *testing.T) {
	for _, c := range []struct {
		expect, body string
		status       int
		closed       bool
	}{
		{"100-continue", "x", 403, true}, {"100-continue", "x", 200, false}, {"", "x", 403, false},
		{"100-continue", "", 403, true}, {"100-continue", "", 200, true}, {"", "", 200, false},
	} {
		r := httptest.NewRequest(http.MethodPut, "/b/k", strings.NewReader(c.body))
		if c.expect != "" {
			r.Header.Set("Expect", c.expect)
		}
		w := httptest.NewRecorder()
		(&Server{}).send(w, &exchange{r: r}, api.Response{Status: c.status})
		if closed := w.Header().Get("Connection") == "close"; closed != c.closed || w.Code != c.status {
			t.Errorf("%q, %q, %d: closed %v", c.expect, c.body, c.status, closed)
		}
	}
}
