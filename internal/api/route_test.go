package api_test

import (
	"net/http/httptest"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// The templates are those of S3's model: path, and literal members of the query.
func TestRoute(t *testing.T) {
	svc := &api.Service{Name: "s3", Protocol: api.RESTXML, Operations: []*api.Operation{
		{Name: "ListBuckets", Method: "GET", URI: "/"},
		{Name: "ListObjects", Method: "GET", URI: "/{Bucket}"},
		{Name: "ListObjectsV2", Method: "GET", URI: "/{Bucket}?list-type=2"},
		{Name: "GetBucketTagging", Method: "GET", URI: "/{Bucket}?tagging"},
		{Name: "GetObject", Method: "GET", URI: "/{Bucket}/{Key+}"},
		{Name: "GetObjectTagging", Method: "GET", URI: "/{Bucket}/{Key+}?tagging"},
		{Name: "PutObject", Method: "PUT", URI: "/{Bucket}/{Key+}"},
	}}
	for target, want := range map[string]string{
		"/": "ListBuckets", "/b": "ListObjects", "/b?list-type=2": "ListObjectsV2", "/b?list-type=1": "ListObjects",
		"/b?tagging": "GetBucketTagging", "/b/k": "GetObject", "/b/k/l?tagging=": "GetObjectTagging", "/b/k%2Fl": "GetObject",
		"/b?list-type=2&prefix=a;b": "ListObjectsV2", // a semicolon separates nothing
	} {
		op := svc.Route(httptest.NewRequest("GET", target, nil))
		if op == nil || op.Name != want {
			t.Errorf("GET %s is %v, want %s", target, op, want)
		}
	}
	if op := svc.Route(httptest.NewRequest("PUT", "/b/k", nil)); op == nil || op.Name != "PutObject" {
		t.Errorf("PUT /b/k is %v", op)
	}
	for _, r := range [][2]string{{"DELETE", "/b/k"}, {"PUT", "/b"}} {
		if op := svc.Route(httptest.NewRequest(r[0], r[1], nil)); op != nil {
			t.Errorf("%s %s is %s, want none", r[0], r[1], op.Name)
		}
	}
	if op := svc.Route(httptest.NewRequest("GET", "/b?x=%zz", nil)); op != nil {
		t.Errorf("a malformed query is %s, want none", op.Name)
	}
}
