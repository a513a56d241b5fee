package s3

import (
	"context"
	"net/http"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

func bucketTaggingMethods() methods {
	return methods{
		"DeleteBucketTagging": services.Write(deleteBucketTagging),
		"GetBucketTagging":    services.Read(getBucketTagging),
		"PutBucketTagging":    services.Write(putBucketTagging),
	}
}

func getBucketTagging(_ context.Context, _ *api.Call, v *directory.View, in *s3.GetBucketTaggingInput) (*s3.GetBucketTaggingOutput, error) {
	_, b, err := bucketOf(v, in.Bucket)
	if err != nil {
		return nil, err
	}
	if len(b.Tags) == 0 {
		return nil, directory.BucketError(http.StatusNotFound, "NoSuchTagSet", "The TagSet does not exist", b.Name)
	}
	out := &s3.GetBucketTaggingOutput{}
	for _, t := range b.Tags {
		out.TagSet = append(out.TagSet, s3.Tag{Key: &t.Key, Value: &t.Value})
	}
	return out, nil
}

// putBucketTagging sets all tags: those that are not given are gone.
func putBucketTagging(_ context.Context, _ *api.Call, tx *directory.Tx, in *s3.PutBucketTaggingInput) (*s3.PutBucketTaggingOutput, error) {
	return &s3.PutBucketTaggingOutput{}, setTags(tx, in.Bucket, tagsOf(in.Tagging.TagSet))
}

func deleteBucketTagging(_ context.Context, _ *api.Call, tx *directory.Tx, in *s3.DeleteBucketTaggingInput) (*s3.DeleteBucketTaggingOutput, error) {
	return &s3.DeleteBucketTaggingOutput{}, setTags(tx, in.Bucket, nil)
}

func setTags(tx *directory.Tx, bucket *string, tags []api.Tag) error {
	owner, b, err := bucketOf(&tx.View, bucket)
	if err != nil {
		return err
	}
	return tx.In(owner).SetBucketTags(b, tags)
}

func tagsOf(set []s3.Tag) []api.Tag {
	tags := make([]api.Tag, 0, len(set))
	for _, t := range set {
		tags = append(tags, api.Tag{Key: or(t.Key, ""), Value: or(t.Value, "")})
	}
	return tags
}
