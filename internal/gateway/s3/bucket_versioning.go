package s3

import (
	"context"
	"net/http"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

// The back end keeps versions, and whether it does.
func (g *Gateway) bucketVersioningMethods() methods {
	return methods{
		"GetBucketVersioning": services.Read(g.getBucketVersioning),
		"PutBucketVersioning": services.WritePrepared(g.versionBucket, putBucketVersioning),
	}
}

func (g *Gateway) getBucketVersioning(ctx context.Context, _ *api.Call, v *directory.View, in *s3.GetBucketVersioningInput) (*s3.GetBucketVersioningOutput, error) {
	if _, _, err := bucketOf(v, in.Bucket); err != nil {
		return nil, err
	}
	return ask[s3.GetBucketVersioningOutput](ctx, g, "GetBucketVersioning", &s3.GetBucketVersioningInput{Bucket: in.Bucket})
}

func (g *Gateway) versionBucket(ctx context.Context, call *api.Call, in *s3.PutBucketVersioningInput) (struct{}, error) {
	if _, _, err := bucketOf(g.directory.View(call.Account), in.Bucket); err != nil {
		return struct{}{}, err
	}
	c := in.VersioningConfiguration
	switch {
	case in.MFA != nil || or(c.MFADelete, "Disabled") != "Disabled":
		return struct{}{}, errElement("MfaDelete")
	case c.Status == nil:
		return struct{}{}, api.Errorf(http.StatusBadRequest, "IllegalVersioningConfigurationException", "The Versioning element must be specified")
	}
	_, err := ask[s3.PutBucketVersioningOutput](ctx, g, "PutBucketVersioning", &s3.PutBucketVersioningInput{
		Bucket: in.Bucket, VersioningConfiguration: &s3.VersioningConfiguration{Status: c.Status},
	})
	return struct{}{}, err
}

// putBucketVersioning is for the journal: the change is the back end's.
func putBucketVersioning(_ context.Context, _ *api.Call, tx *directory.Tx, in *s3.PutBucketVersioningInput, _ struct{}) (*s3.PutBucketVersioningOutput, error) {
	_, _, err := bucketOf(&tx.View, in.Bucket)
	return &s3.PutBucketVersioningOutput{}, err
}
