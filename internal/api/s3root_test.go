package api_test

import (
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	s3api "github.com/gatehouse-iam/gatehouse/internal/api/s3"
)

// TestS3Roots: clients of few lines look for the root elements of S3's pages.
func TestS3Roots(t *testing.T) {
	for name, root := range map[string]string{
		"ListObjectsV2": "ListBucketResult", "ListBuckets": "ListAllMyBucketsResult", "DeleteObjects": "DeleteResult",
		"CreateMultipartUpload": "InitiateMultipartUploadResult", "GetObjectTagging": "Tagging", "ListParts": "ListPartsResult",
	} {
		op := s3api.API.Operation(name)
		if body := encode(t, s3api.API, name, op.NewOutput(), api.Native).Body; !strings.Contains(string(body), "<"+root) {
			t.Errorf("%s: %s", name, body)
		}
	}
}
