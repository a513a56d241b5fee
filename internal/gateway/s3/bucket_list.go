package s3

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

func bucketListMethods() methods {
	return methods{
		"GetBucketLocation": services.Read(getBucketLocation),
		"HeadBucket":        services.Read(headBucket),
		"ListBuckets":       services.Read(listBuckets),
	}
}

// locationDocument is the one document of S3 whose root element is the value itself
// [API_GetBucketLocation].
const locationDocument = `<?xml version="1.0" encoding="UTF-8"?>
<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">%s</LocationConstraint>`

// getBucketLocation: us-east-1 has no location constraint.
func getBucketLocation(_ context.Context, call *api.Call, v *directory.View, in *s3.GetBucketLocationInput) (*s3.GetBucketLocationOutput, error) {
	_, b, err := bucketOf(v, in.Bucket)
	if err != nil {
		return nil, err
	}
	out := &s3.GetBucketLocationOutput{}
	if b.Region != defaultRegion {
		out.LocationConstraint = &b.Region
	}
	answerText(call, "application/xml", fmt.Sprintf(locationDocument, or(out.LocationConstraint, ""))) // a region's name needs no escape
	return out, nil
}

// headBucket tells where the bucket is. It has no access point alias: that it is not one
// itself is what the answer says [API_HeadBucket].
func headBucket(_ context.Context, _ *api.Call, v *directory.View, in *s3.HeadBucketInput) (*s3.HeadBucketOutput, error) {
	_, b, err := bucketOf(v, in.Bucket)
	if err != nil {
		return nil, err
	}
	return &s3.HeadBucketOutput{BucketRegion: &b.Region, BucketArn: ptr(b.ARN()), AccessPointAlias: ptr(false)}, nil
}

// listBuckets lists the buckets that the caller's account owns, all of them or a page
// [API_ListBuckets].
func listBuckets(_ context.Context, call *api.Call, v *directory.View, in *s3.ListBucketsInput) (*s3.ListBucketsOutput, error) {
	after, err := afterToken(in.ContinuationToken)
	if err != nil {
		return nil, err
	}
	size := int(or(in.MaxBuckets, directory.MaxBuckets))
	if size < 1 || size > directory.MaxBuckets {
		return nil, errArgument("max-buckets", "", "Argument max-buckets must be an integer between 1 and %d", directory.MaxBuckets)
	}
	out := &s3.ListBucketsOutput{Owner: ownerOf(call.Account), Buckets: []s3.Bucket{}, Prefix: in.Prefix}
	for b := range v.Buckets(after) {
		if !strings.HasPrefix(b.Name, or(in.Prefix, "")) || or(in.BucketRegion, b.Region) != b.Region {
			continue
		}
		if len(out.Buckets) == size {
			out.ContinuationToken = ptr(tokenAfter(*out.Buckets[size-1].Name))
			break
		}
		out.Buckets = append(out.Buckets, s3.Bucket{Name: &b.Name, CreationDate: &b.Created, BucketRegion: &b.Region, BucketArn: ptr(b.ARN())})
	}
	return out, nil
}

// ownerOf names an account as S3 names owners. AWS has given no display names since
// November 2025.
func ownerOf(account string) *s3.Owner { return &s3.Owner{ID: ptr(directory.CanonicalID(account))} }

// tokenVersion starts a continuation token, before it is encoded; the name of the last
// bucket that was shown follows. It needs no seal: it says where in the caller's own list
// to go on, and nothing else.
const tokenVersion = "1/"

func tokenAfter(name string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(tokenVersion + name))
}

func afterToken(token *string) (string, error) {
	if token == nil || *token == "" {
		return "", nil
	}
	plain, err := base64.RawURLEncoding.DecodeString(*token)
	after, ok := strings.CutPrefix(string(plain), tokenVersion)
	if err != nil || !ok || after == "" {
		return "", errArgument("continuation-token", *token, "The continuation token provided is incorrect")
	}
	return after, nil
}
