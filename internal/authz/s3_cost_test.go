package authz

import (
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// A decision allocates twice at most, the ARN of the resource among it, unless a policy asks for what
// must be made: a list of tags.
func TestS3DecisionAllocations(t *testing.T) {
	const policy = `{"Version":"2012-10-17","Statement":[
		{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"maybe"}}},
		{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"s3:authType":"POST"}}},
		{"Effect":"Deny","Action":"s3:GetObject*","Resource":"*","Condition":{"StringEquals":{"s3:VersionId":"bad"}}},
		{"Effect":"Deny","Action":"s3:PutObject","Resource":"*","Condition":{"StringEquals":{"s3:x-amz-storage-class":"GLACIER"}}},
		{"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]}]}`
	d := shelf(t, policy)
	putBucket(t, d, accountID, directory.Bucket{Name: "b", Policy: policyOf(grantTo(`{"AWS":"`+outsideID+`"}`, "s3:GetObject", "b"))})
	rows, v := S3(noObjectTags), d.View(accountID)
	ana := userCaller(t, d, "ana")
	for operation, in := range map[string]any{
		"GetObject":     &s3.GetObjectInput{Bucket: ptr("b"), Key: ptr("dir/key"), VersionId: ptr("v1")},
		"HeadObject":    &s3.HeadObjectInput{Bucket: ptr("b"), Key: ptr("dir/key")},
		"PutObject":     &s3.PutObjectInput{Bucket: ptr("b"), Key: ptr("dir/key"), StorageClass: ptr("STANDARD")},
		"UploadPart":    &s3.UploadPartInput{Bucket: ptr("b"), Key: ptr("dir/key")},
		"ListObjectsV2": &s3.ListObjectsV2Input{Bucket: ptr("b"), Prefix: ptr("dir/")},
		"DeleteObject":  &s3.DeleteObjectInput{Bucket: ptr("b"), Key: ptr("dir/key")},
	} {
		call := s3Call(ana, operation)
		n := testing.AllocsPerRun(100, func() {
			if err := Authorize(v, call, rows[operation], in); err != nil {
				t.Fatal(err)
			}
		})
		if n > 2 {
			t.Errorf("%s allocates %v times", operation, n)
		}
	}
}
