package api_test

import (
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	model "github.com/gatehouse-iam/gatehouse/internal/api/s3"
)

// S3 has codes of its own for what breaks its model [ErrorResponses].
func TestValidateS3(t *testing.T) {
	text := func(s string) *string { return &s }
	bucket, key := text("photos"), text("k")
	for _, c := range []struct {
		name, operation string
		in              any
		code, argument  string
	}{
		{"a document that is missing", "PutObjectTagging", &model.PutObjectTaggingInput{Bucket: bucket, Key: key}, "MalformedXML", ""},
		{"a document without a member", "PutObjectTagging", &model.PutObjectTaggingInput{Bucket: bucket, Key: key, Tagging: &model.Tagging{}}, "MalformedXML", ""},
		{"a member in a list", "DeleteObjects", &model.DeleteObjectsInput{Bucket: bucket, Delete: &model.Delete{Objects: []model.ObjectIdentifier{{}}}}, "MalformedXML", ""},
		{"a header that is missing", "GetObjectAttributes", &model.GetObjectAttributesInput{Bucket: bucket, Key: key}, "InvalidRequest", "x-amz-object-attributes"},
		{"a parameter that is missing", "ListParts", &model.ListPartsInput{Bucket: bucket, Key: key}, "InvalidRequest", "uploadId"},
		{"a header that is none of a set", "PutObject", &model.PutObjectInput{Bucket: bucket, Key: key, StorageClass: text("SHELF")}, "InvalidArgument", "x-amz-storage-class"},
		{"a parameter that is none of a set", "ListObjectsV2", &model.ListObjectsV2Input{Bucket: bucket, EncodingType: text("none")}, "InvalidArgument", "encoding-type"},
		{"nothing wrong", "ListParts", &model.ListPartsInput{Bucket: bucket, Key: key, UploadId: text("u")}, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := api.Validate(model.API, model.API.Operation(c.operation), c.in)
			if c.code == "" {
				if e != nil {
					t.Error(e)
				}
				return
			}
			if e == nil || e.Code != c.code || e.Status != 400 {
				t.Fatalf("%+v", e)
			}
			if c.argument != "" && (len(e.Members) != 1 || e.Members[0].Value != c.argument) {
				t.Errorf("%+v", e.Members)
			}
		})
	}
}
