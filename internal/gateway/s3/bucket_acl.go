package s3

import (
	"context"
	"net/http"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

// ACLs are off: they can be read, and grant the owner of the bucket everything; setting
// one fails [about-object-ownership].
func (g *Gateway) bucketACLMethods() methods {
	return methods{
		"GetBucketAcl": services.Read(getBucketACL),
		"GetObjectAcl": services.Read(g.getObjectACL),
		"PutBucketAcl": services.Read(putBucketACL), // it changes nothing
		"PutObjectAcl": services.Read(putObjectACL),
	}
}

func getBucketACL(_ context.Context, _ *api.Call, v *directory.View, in *s3.GetBucketAclInput) (*s3.GetBucketAclOutput, error) {
	owner, _, err := bucketOf(v, in.Bucket)
	if err != nil {
		return nil, err
	}
	return &s3.GetBucketAclOutput{Owner: ownerOf(owner), Grants: ownersGrants(owner)}, nil
}

// getObjectACL: an object that is not there has no ACL.
func (g *Gateway) getObjectACL(ctx context.Context, _ *api.Call, v *directory.View, in *s3.GetObjectAclInput) (*s3.GetObjectAclOutput, error) {
	owner, _, err := bucketOf(v, in.Bucket)
	if err != nil {
		return nil, err
	}
	_, err = ask[s3.HeadObjectOutput](ctx, g, "HeadObject", &s3.HeadObjectInput{Bucket: in.Bucket, Key: in.Key, VersionId: in.VersionId})
	if err != nil {
		return nil, errNoObject(err, in)
	}
	return &s3.GetObjectAclOutput{Owner: ownerOf(owner), Grants: ownersGrants(owner)}, nil
}

// errNoObject words what a HEAD request's answer without a body cannot.
func errNoObject(err error, in *s3.GetObjectAclInput) error {
	switch {
	case code(err) != "NotFound" && code(err) != "NoSuchKey" && code(err) != "NoSuchVersion":
		return err
	case in.VersionId != nil:
		return api.Errorf(http.StatusNotFound, "NoSuchVersion", "The specified version does not exist.")
	}
	e := api.Errorf(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
	e.Members = []api.Member{{Name: "Key", Value: *in.Key}}
	return e
}

// ownersGrants is the ACL of all that is in a bucket.
func ownersGrants(owner string) []s3.Grant {
	return []s3.Grant{{
		Grantee:    &s3.Grantee{Type: ptr("CanonicalUser"), ID: ptr(directory.CanonicalID(owner))},
		Permission: ptr("FULL_CONTROL"),
	}}
}

func putBucketACL(_ context.Context, _ *api.Call, v *directory.View, in *s3.PutBucketAclInput) (*s3.PutBucketAclOutput, error) {
	return nil, errACL(v, in.Bucket)
}

func putObjectACL(_ context.Context, _ *api.Call, v *directory.View, in *s3.PutObjectAclInput) (*s3.PutObjectAclOutput, error) {
	return nil, errACL(v, in.Bucket)
}

func errACL(v *directory.View, bucket *string) error {
	if _, _, err := bucketOf(v, bucket); err != nil {
		return err
	}
	return directory.BucketError(http.StatusBadRequest, "AccessControlListNotSupported", "The bucket does not allow ACLs", *bucket)
}
