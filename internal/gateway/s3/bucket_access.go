package s3

import (
	"context"
	"net/http"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

func bucketAccessMethods() methods {
	return methods{
		"DeleteBucketOwnershipControls": services.Write(deleteBucketOwnershipControls),
		"DeletePublicAccessBlock":       services.Write(deletePublicAccessBlock),
		"GetBucketOwnershipControls":    services.Read(getBucketOwnershipControls),
		"GetPublicAccessBlock":          services.Read(getPublicAccessBlock),
		"PutBucketOwnershipControls":    services.Write(putBucketOwnershipControls),
		"PutPublicAccessBlock":          services.Write(putPublicAccessBlock),
	}
}

func getPublicAccessBlock(_ context.Context, _ *api.Call, v *directory.View, in *s3.GetPublicAccessBlockInput) (*s3.GetPublicAccessBlockOutput, error) {
	_, b, err := bucketOf(v, in.Bucket)
	if err != nil {
		return nil, err
	}
	p := b.PublicAccess
	if p == nil {
		return nil, directory.BucketError(http.StatusNotFound, "NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found", b.Name)
	}
	return &s3.GetPublicAccessBlockOutput{PublicAccessBlockConfiguration: &s3.PublicAccessBlockConfiguration{
		BlockPublicAcls: &p.BlockPublicACLs, IgnorePublicAcls: &p.IgnorePublicACLs,
		BlockPublicPolicy: &p.BlockPublicPolicy, RestrictPublicBuckets: &p.RestrictPublicBuckets,
	}}, nil
}

// putPublicAccessBlock sets all four settings: one that is not given is off.
func putPublicAccessBlock(_ context.Context, _ *api.Call, tx *directory.Tx, in *s3.PutPublicAccessBlockInput) (*s3.PutPublicAccessBlockOutput, error) {
	owner, b, err := bucketOf(&tx.View, in.Bucket)
	if err != nil {
		return nil, err
	}
	c := in.PublicAccessBlockConfiguration
	tx.In(owner).SetPublicAccessBlock(b, &directory.PublicAccessBlock{
		BlockPublicACLs: or(c.BlockPublicAcls, false), IgnorePublicACLs: or(c.IgnorePublicAcls, false),
		BlockPublicPolicy: or(c.BlockPublicPolicy, false), RestrictPublicBuckets: or(c.RestrictPublicBuckets, false),
	})
	return &s3.PutPublicAccessBlockOutput{}, nil
}

func deletePublicAccessBlock(_ context.Context, _ *api.Call, tx *directory.Tx, in *s3.DeletePublicAccessBlockInput) (*s3.DeletePublicAccessBlockOutput, error) {
	owner, b, err := bucketOf(&tx.View, in.Bucket)
	if err != nil {
		return nil, err
	}
	tx.In(owner).SetPublicAccessBlock(b, nil)
	return &s3.DeletePublicAccessBlockOutput{}, nil
}

func getBucketOwnershipControls(_ context.Context, _ *api.Call, v *directory.View, in *s3.GetBucketOwnershipControlsInput) (*s3.GetBucketOwnershipControlsOutput, error) {
	_, b, err := bucketOf(v, in.Bucket)
	if err != nil {
		return nil, err
	}
	if b.Ownership == directory.NoOwnershipControls {
		return nil, directory.BucketError(http.StatusNotFound, "OwnershipControlsNotFoundError", "The bucket ownership controls were not found", b.Name)
	}
	rules := []s3.OwnershipControlsRule{{ObjectOwnership: &b.Ownership}}
	return &s3.GetBucketOwnershipControlsOutput{OwnershipControls: &s3.OwnershipControls{Rules: rules}}, nil
}

// putBucketOwnershipControls: ACLs cannot be turned on.
func putBucketOwnershipControls(_ context.Context, _ *api.Call, tx *directory.Tx, in *s3.PutBucketOwnershipControlsInput) (*s3.PutBucketOwnershipControlsOutput, error) {
	owner, b, err := bucketOf(&tx.View, in.Bucket)
	if err != nil {
		return nil, err
	}
	if len(in.OwnershipControls.Rules) != 1 {
		return nil, errMalformedXML()
	}
	switch or(in.OwnershipControls.Rules[0].ObjectOwnership, "") {
	case directory.BucketOwnerEnforced:
		tx.In(owner).SetObjectOwnership(b, directory.BucketOwnerEnforced)
		return &s3.PutBucketOwnershipControlsOutput{}, nil
	case "BucketOwnerPreferred", "ObjectWriter":
		return nil, errElement("ObjectOwnership")
	}
	return nil, errMalformedXML()
}

// deleteBucketOwnershipControls takes the setting away. ACLs stay off all the same.
func deleteBucketOwnershipControls(_ context.Context, _ *api.Call, tx *directory.Tx, in *s3.DeleteBucketOwnershipControlsInput) (*s3.DeleteBucketOwnershipControlsOutput, error) {
	owner, b, err := bucketOf(&tx.View, in.Bucket)
	if err != nil {
		return nil, err
	}
	tx.In(owner).SetObjectOwnership(b, directory.NoOwnershipControls)
	return &s3.DeleteBucketOwnershipControlsOutput{}, nil
}
