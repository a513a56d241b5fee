package api_test

import (
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	s3api "github.com/gatehouse-iam/gatehouse/internal/api/s3"
)

// TestS3Roots: clients of few lines look for the root elements of S3's pages, and those
// that know namespaces for S3's.
func TestS3Roots(t *testing.T) {
	for name, root := range map[string]string{
		"ListObjectsV2": "ListBucketResult", "ListBuckets": "ListAllMyBucketsResult", "DeleteObjects": "DeleteResult",
		"CreateMultipartUpload": "InitiateMultipartUploadResult", "GetObjectTagging": "Tagging", "ListParts": "ListPartsResult",
	} {
		op := s3api.API.Operation(name)
		if body := encode(t, s3api.API, name, op.NewOutput(), api.Native).Body; !strings.Contains(string(body), "<"+root+` xmlns="http://s3.amazonaws.com/doc/2006-03-01/"`) {
			t.Errorf("%s: %s", name, body)
		}
	}
}

// A body that is one member is in the namespace, too; errors are in none ([API_CopyObject],
// "Sample response"; "REST error responses").
func TestS3Namespace(t *testing.T) {
	etag := `"e"`
	out := &s3api.CopyObjectOutput{CopyObjectResult: &s3api.CopyObjectResult{ETag: &etag}}
	const want = `<CopyObjectResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><ETag>"e"</ETag></CopyObjectResult>`
	if body := string(encode(t, s3api.API, "CopyObject", out, api.Native).Body); !strings.HasSuffix(body, want) {
		t.Errorf("%s, want %s", body, want)
	}
	e := api.Errorf(404, "NoSuchKey", "The specified key does not exist.")
	if body := string(api.EncodeError(nil, s3api.API, e, requestID, api.Native).Body); strings.Contains(body, "xmlns") || !strings.Contains(body, "<Error><Code>NoSuchKey</Code>") {
		t.Error(body)
	}
}
