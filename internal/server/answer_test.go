package server

import (
	"net/http"
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
