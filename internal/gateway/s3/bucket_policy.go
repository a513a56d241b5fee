package s3

import (
	"context"
	"net/http"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

func bucketPolicyMethods() methods {
	return methods{
		"DeleteBucketPolicy":    services.Write(deleteBucketPolicy),
		"GetBucketPolicy":       services.Read(getBucketPolicy),
		"GetBucketPolicyStatus": services.Read(getBucketPolicyStatus),
		"PutBucketPolicy":       services.Write(putBucketPolicy),
	}
}

// ownBucket is bucketOf for what the owner's account alone may do, whoever is allowed
// to [API_PutBucketPolicy: 405].
func ownBucket(v *directory.View, call *api.Call, name *string) (string, *directory.Bucket, error) {
	owner, b, err := bucketOf(v, name)
	if err == nil && owner != call.Account {
		return "", nil, api.Errorf(http.StatusMethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.")
	}
	return owner, b, err
}

func getBucketPolicy(_ context.Context, call *api.Call, v *directory.View, in *s3.GetBucketPolicyInput) (*s3.GetBucketPolicyOutput, error) {
	_, b, err := ownBucket(v, call, in.Bucket)
	if err != nil {
		return nil, err
	}
	text, err := v.BucketPolicy(b)
	if err != nil {
		return nil, err
	}
	answerText(call, "application/json", text)
	return &s3.GetBucketPolicyOutput{Policy: &text}, nil
}

// putBucketPolicy. That the caller could not change the policy again is no reason to
// refuse it: the root user always can [API_PutBucketPolicy].
func putBucketPolicy(_ context.Context, call *api.Call, tx *directory.Tx, in *s3.PutBucketPolicyInput) (*s3.PutBucketPolicyOutput, error) {
	owner, b, err := ownBucket(&tx.View, call, in.Bucket)
	if err != nil {
		return nil, err
	}
	text, err := tx.IdentifyBucketPolicy(b, *in.Policy)
	if err != nil {
		return nil, err
	}
	if p := b.PublicAccess; p != nil && p.BlockPublicPolicy && directory.IsPublicPolicy(text) {
		e := errAccessDenied()
		e.Log = "the policy is public, and the bucket's Block Public Access refuses public policies"
		return nil, e
	}
	tx.In(owner).SetBucketPolicy(b, text)
	return &s3.PutBucketPolicyOutput{}, nil
}

func deleteBucketPolicy(_ context.Context, call *api.Call, tx *directory.Tx, in *s3.DeleteBucketPolicyInput) (*s3.DeleteBucketPolicyOutput, error) {
	owner, b, err := ownBucket(&tx.View, call, in.Bucket)
	if err != nil {
		return nil, err
	}
	tx.In(owner).DeleteBucketPolicy(b)
	return &s3.DeleteBucketPolicyOutput{}, nil
}

// getBucketPolicyStatus says whether the policy is public
// [access-control-block-public-access: the meaning of public].
func getBucketPolicyStatus(_ context.Context, _ *api.Call, v *directory.View, in *s3.GetBucketPolicyStatusInput) (*s3.GetBucketPolicyStatusOutput, error) {
	_, b, err := bucketOf(v, in.Bucket)
	if err != nil {
		return nil, err
	}
	if _, err := v.BucketPolicy(b); err != nil {
		return nil, err
	}
	return &s3.GetBucketPolicyStatusOutput{PolicyStatus: &s3.PolicyStatus{IsPublic: ptr(b.HasPublicPolicy())}}, nil
}
