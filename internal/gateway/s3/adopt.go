package s3

import (
	"context"
	"net/http"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3admin"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

// AdminImplementation is the API by which buckets that the back end already has become an
// account's: 'gatehouse s3 adopt' calls it.
func (g *Gateway) AdminImplementation() services.Implementation {
	return services.Implementation{API: s3admin.API, Rows: authz.S3Admin(), Methods: methods{
		"AdoptBucket":        services.WritePrepared(g.findBucket, adoptBucket),
		"ListUnownedBuckets": services.Read(g.listUnownedBuckets),
	}}
}

// findBucket says whether the back end has the bucket that is to be adopted.
func (g *Gateway) findBucket(ctx context.Context, _ *api.Call, in *s3admin.AdoptBucketInput) (struct{}, error) {
	if err := directory.CheckBucketName(*in.Bucket); err != nil {
		return struct{}{}, err
	}
	_, err := ask[s3.HeadBucketOutput](ctx, g, "HeadBucket", &s3.HeadBucketInput{Bucket: in.Bucket})
	if statusOf(err) == http.StatusNotFound {
		err = directory.NoSuchBucket(*in.Bucket)
	}
	return struct{}{}, err
}

// adoptBucket gives the bucket to an account, the caller's unless another is named. It is
// then as one that the account made: private, and without a policy.
func adoptBucket(_ context.Context, call *api.Call, tx *directory.Tx, in *s3admin.AdoptBucketInput, _ struct{}) (*s3admin.AdoptBucketOutput, error) {
	account := or(in.Account, call.Account)
	if !tx.Of(account).Exists() {
		return nil, api.Errorf(http.StatusBadRequest, "InvalidParameterValue", "There is no account %s.", account)
	}
	b, err := tx.In(account).CreateBucket(directory.NewBucket{Name: *in.Bucket, Region: call.Region})
	if err != nil {
		return nil, err
	}
	return &s3admin.AdoptBucketOutput{BucketArn: ptr(b.ARN()), Account: &account}, nil
}

// listUnownedBuckets are the buckets of the back end that no account owns.
func (g *Gateway) listUnownedBuckets(ctx context.Context, _ *api.Call, v *directory.View, _ *s3admin.ListUnownedBucketsInput) (*s3admin.ListUnownedBucketsOutput, error) {
	out, in := &s3admin.ListUnownedBucketsOutput{Buckets: []s3admin.UnownedBucket{}}, &s3.ListBucketsInput{}
	for {
		page, err := ask[s3.ListBucketsOutput](ctx, g, "ListBuckets", in)
		if err != nil {
			return nil, err
		}
		for _, b := range page.Buckets {
			if b.Name == nil {
				continue
			}
			if _, owned := v.Bucket(*b.Name); owned == nil {
				out.Buckets = append(out.Buckets, s3admin.UnownedBucket{Name: b.Name, CreationDate: b.CreationDate})
			}
		}
		if or(page.ContinuationToken, "") == "" {
			return out, nil
		}
		in.ContinuationToken = page.ContinuationToken
	}
}
