package s3

import (
	"context"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// A listing is the back end's but for whose the objects are: with ACLs off the owner of
// the bucket owns all that is in it [about-object-ownership].
func (g *Gateway) listingMethods() methods {
	return methods{
		"ListMultipartUploads": read(g.listMultipartUploads),
		"ListObjectVersions":   read(g.listObjectVersions),
		"ListObjects":          read(g.listObjects),
		"ListObjectsV2":        read(g.listObjectsV2),
	}
}

// bucketOwner is the owner of a bucket, as S3 names it.
func bucketOwner(v *directory.View, bucket *string) *s3.Owner {
	owner, _ := v.Bucket(*bucket)
	return ownerOf(owner)
}

func (g *Gateway) listObjects(ctx context.Context, call *api.Call, v *directory.View, in *s3.ListObjectsInput) (any, error) {
	out, err := fetch[s3.ListObjectsOutput](ctx, g, call.Operation, in)
	if err != nil {
		return nil, err
	}
	owner := bucketOwner(v, in.Bucket)
	for i := range out.Contents {
		out.Contents[i].Owner = owner
	}
	out.Name = in.Bucket
	return out, nil
}

// listObjectsV2 shows owners where they are asked for [API_ListObjectsV2].
func (g *Gateway) listObjectsV2(ctx context.Context, call *api.Call, v *directory.View, in *s3.ListObjectsV2Input) (any, error) {
	out, err := fetch[s3.ListObjectsV2Output](ctx, g, call.Operation, in)
	if err != nil {
		return nil, err
	}
	var owner *s3.Owner
	if or(in.FetchOwner, false) {
		owner = bucketOwner(v, in.Bucket)
	}
	for i := range out.Contents {
		out.Contents[i].Owner = owner
	}
	out.Name = in.Bucket
	return out, nil
}

func (g *Gateway) listObjectVersions(ctx context.Context, call *api.Call, v *directory.View, in *s3.ListObjectVersionsInput) (any, error) {
	out, err := fetch[s3.ListObjectVersionsOutput](ctx, g, call.Operation, in)
	if err != nil {
		return nil, err
	}
	owner := bucketOwner(v, in.Bucket)
	for i := range out.Versions {
		out.Versions[i].Owner = owner
	}
	for i := range out.DeleteMarkers {
		out.DeleteMarkers[i].Owner = owner
	}
	out.Name = in.Bucket
	return out, nil
}

// listMultipartUploads: who began an upload the back end does not know.
func (g *Gateway) listMultipartUploads(ctx context.Context, call *api.Call, v *directory.View, in *s3.ListMultipartUploadsInput) (any, error) {
	out, err := fetch[s3.ListMultipartUploadsOutput](ctx, g, call.Operation, in)
	if err != nil {
		return nil, err
	}
	owner := bucketOwner(v, in.Bucket)
	for i := range out.Uploads {
		out.Uploads[i].Owner, out.Uploads[i].Initiator = owner, &s3.Initiator{ID: owner.ID}
	}
	out.Bucket = in.Bucket
	return out, nil
}
