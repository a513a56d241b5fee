package s3

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

func (g *Gateway) bucketCreationMethods() methods {
	return methods{
		"CreateBucket": services.WritePrepared(g.prepareBucket, createBucket),
		"DeleteBucket": services.WritePrepared(g.emptyBucket, deleteBucket),
	}
}

// prepareBucket makes the bucket at the back end. The registry says whose a name is, and
// it is asked again after this and in the transaction: of two accounts that make a bucket
// at once one gets it, and a creation that is interrupted here leaves an empty bucket that
// is nobody's.
func (g *Gateway) prepareBucket(ctx context.Context, call *api.Call, in *s3.CreateBucketInput) (*directory.NewBucket, error) {
	n, err := newBucket(call, in)
	if err != nil {
		return nil, err
	}
	switch err := g.directory.View(call.Account).MayCreateBucket(n.Name); {
	case code(err) == "BucketAlreadyOwnedByYou" && createsAgain(call):
		return n, nil
	case err != nil:
		return nil, err
	}
	if err := g.makeBucket(ctx, n.Name); err != nil {
		return nil, err
	}
	return n, unless(g.directory.View(call.Account).MayCreateBucket(n.Name), "BucketAlreadyOwnedByYou")
}

// createsAgain: whoever makes a bucket of the own again in us-east-1 succeeds, and
// nothing is changed [API_CreateBucket, BucketAlreadyOwnedByYou].
func createsAgain(call *api.Call) bool { return call.Region == defaultRegion }

func createBucket(_ context.Context, call *api.Call, tx *directory.Tx, _ *s3.CreateBucketInput, n *directory.NewBucket) (*s3.CreateBucketOutput, error) {
	_, err := tx.CreateBucket(*n)
	if err != nil && !(code(err) == "BucketAlreadyOwnedByYou" && createsAgain(call)) {
		return nil, err
	}
	return &s3.CreateBucketOutput{Location: ptr("/" + n.Name), BucketArn: ptr("arn:aws:s3:::" + n.Name)}, nil
}

// newBucket is what the input asks for, if it can be had.
func newBucket(call *api.Call, in *s3.CreateBucketInput) (*directory.NewBucket, error) {
	for _, check := range []error{directory.CheckBucketName(*in.Bucket), checkCreationHeaders(in), checkLocation(call.Region, in.CreateBucketConfiguration)} {
		if check != nil {
			return nil, check
		}
	}
	n := &directory.NewBucket{Name: *in.Bucket, Region: call.Region}
	if c := in.CreateBucketConfiguration; c != nil {
		n.Tags = tagsOf(c.Tags)
	}
	return n, nil
}

// checkCreationHeaders: ACLs are off, and there is no object lock
// [about-object-ownership].
func checkCreationHeaders(in *s3.CreateBucketInput) error {
	switch or(in.ObjectOwnership, directory.BucketOwnerEnforced) {
	case directory.BucketOwnerEnforced:
	case "BucketOwnerPreferred", "ObjectWriter":
		return errHeader("x-amz-object-ownership")
	default:
		return errArgument("x-amz-object-ownership", *in.ObjectOwnership, "Invalid x-amz-object-ownership header: %s", *in.ObjectOwnership)
	}
	if or(in.BucketNamespace, "global") != "global" {
		return errHeader("x-amz-bucket-namespace")
	}
	if or(in.ObjectLockEnabledForBucket, false) {
		return errHeader("x-amz-bucket-object-lock-enabled")
	}
	grants := []*string{in.GrantFullControl, in.GrantRead, in.GrantReadACP, in.GrantWrite, in.GrantWriteACP}
	if slices.ContainsFunc(grants, func(g *string) bool { return g != nil }) || !withoutACLs(in.ACL) {
		return directory.BucketError(http.StatusBadRequest, "InvalidBucketAclWithObjectOwnership",
			"Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting", *in.Bucket)
	}
	return nil
}

// withoutACLs reports a canned ACL that grants the owner alone, as is so without any.
func withoutACLs(acl *string) bool {
	return slices.Contains([]string{"", "private", "bucket-owner-full-control"}, or(acl, ""))
}

// defaultRegion is the one that has no location constraint [API_CreateBucket].
const defaultRegion = "us-east-1"

// checkLocation: a bucket is made in the region of the endpoint, which is named unless
// it is us-east-1; that is never named [API_CreateBucketConfiguration].
func checkLocation(region string, c *s3.CreateBucketConfiguration) error {
	if c == nil {
		c = &s3.CreateBucketConfiguration{}
	}
	if c.Location != nil || c.Bucket != nil {
		return errElement("Location")
	}
	constraint := or(c.LocationConstraint, "")
	named := constraint
	if named == "EU" { // the old name of eu-west-1
		named = "eu-west-1"
	}
	switch {
	case constraint == "" && region == defaultRegion, constraint != "" && named == region && region != defaultRegion:
		return nil
	case constraint == "":
		constraint = "unspecified"
	case named != region && slices.Contains(knownLocations(), constraint):
	default:
		e := api.Errorf(http.StatusBadRequest, "InvalidLocationConstraint", "The specified location-constraint is not valid")
		e.Members = []api.Member{{Name: "LocationConstraint", Value: constraint}}
		return e
	}
	return api.Errorf(http.StatusBadRequest, "IllegalLocationConstraintException",
		"The %s location constraint is incompatible for the region specific endpoint this request was sent to.", constraint)
}

// knownLocations are those of the model.
func knownLocations() []string {
	for _, m := range s3.API.Operation("CreateBucket").Input.Members {
		if m.Name != "CreateBucketConfiguration" {
			continue
		}
		for _, c := range m.Shape.Members {
			if c.Name == "LocationConstraint" {
				return c.Shape.Enum
			}
		}
	}
	return nil
}

// makeBucket makes a bucket at the back end. One that is there already is taken where it
// is empty: an interrupted creation left it.
func (g *Gateway) makeBucket(ctx context.Context, name string) error {
	err := g.createAtBackend(ctx, name)
	if err == nil || !g.isThere(ctx, name, err) {
		return err
	}
	empty, err := g.isEmpty(ctx, name)
	if err == nil && !empty {
		g.log.Warn("the back end has a bucket that no account owns; 'gatehouse s3 adopt' gives it to one", "bucket", name)
		return directory.BucketTaken(name)
	}
	return err
}

// isThere says whether a creation failed because the bucket is there. VersityGW fails with
// an internal error on a folder that it did not make itself.
func (g *Gateway) isThere(ctx context.Context, name string, failed error) bool {
	switch code(failed) {
	case "BucketAlreadyExists", "BucketAlreadyOwnedByYou":
		return true
	}
	if statusOf(failed) < http.StatusInternalServerError {
		return false
	}
	_, err := ask[s3.HeadBucketOutput](ctx, g, "HeadBucket", &s3.HeadBucketInput{Bucket: &name})
	return err == nil
}

// createAtBackend names the back end's region where that may be what it asks for.
func (g *Gateway) createAtBackend(ctx context.Context, name string) error {
	in := &s3.CreateBucketInput{Bucket: &name}
	_, err := ask[s3.CreateBucketOutput](ctx, g, "CreateBucket", in)
	if statusOf(err) == http.StatusBadRequest && g.backend.Region != defaultRegion {
		in.CreateBucketConfiguration = &s3.CreateBucketConfiguration{LocationConstraint: &g.backend.Region}
		_, err = ask[s3.CreateBucketOutput](ctx, g, "CreateBucket", in)
	}
	return err
}

// isEmpty says whether a bucket of the back end holds nothing: no object, no version of
// one, no upload. A back end need not have versions or uploads.
func (g *Gateway) isEmpty(ctx context.Context, name string) (bool, error) {
	objects, err := ask[s3.ListObjectsV2Output](ctx, g, "ListObjectsV2", &s3.ListObjectsV2Input{Bucket: &name, MaxKeys: ptr(int32(1))})
	if err != nil || len(objects.Contents) > 0 {
		return false, err
	}
	versions, err := ask[s3.ListObjectVersionsOutput](ctx, g, "ListObjectVersions", &s3.ListObjectVersionsInput{Bucket: &name, MaxKeys: ptr(int32(1))})
	if unless(err, "NotImplemented") != nil {
		return false, err
	}
	if err == nil && len(versions.Versions)+len(versions.DeleteMarkers) > 0 {
		return false, nil
	}
	uploads, err := ask[s3.ListMultipartUploadsOutput](ctx, g, "ListMultipartUploads", &s3.ListMultipartUploadsInput{Bucket: &name, MaxUploads: ptr(int32(1))})
	if err != nil {
		return code(err) == "NotImplemented", unless(err, "NotImplemented")
	}
	return len(uploads.Uploads) == 0, nil
}

// emptyBucket deletes the bucket at the back end, which refuses one that holds anything.
// A deletion that was interrupted after this is carried on by the next one.
func (g *Gateway) emptyBucket(ctx context.Context, call *api.Call, in *s3.DeleteBucketInput) (struct{}, error) {
	if _, _, err := bucketOf(g.directory.View(call.Account), in.Bucket); err != nil {
		return struct{}{}, err
	}
	_, err := ask[s3.DeleteBucketOutput](ctx, g, "DeleteBucket", &s3.DeleteBucketInput{Bucket: in.Bucket})
	return struct{}{}, unless(err, "NoSuchBucket")
}

func deleteBucket(_ context.Context, _ *api.Call, tx *directory.Tx, in *s3.DeleteBucketInput, _ struct{}) (*s3.DeleteBucketOutput, error) {
	owner, b, err := bucketOf(&tx.View, in.Bucket)
	if err != nil {
		return nil, err
	}
	tx.In(owner).RemoveBucket(b)
	return &s3.DeleteBucketOutput{}, nil
}

// code of an error, "" for none.
func code(err error) string {
	var e *api.Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Code
	}
	return "InternalFailure"
}

// statusOf an error, 0 for none of S3's.
func statusOf(err error) int {
	var e *api.Error
	if errors.As(err, &e) {
		return e.Status
	}
	return 0
}

// unless is the error where it is not of the code.
func unless(err error, c string) error {
	if code(err) == c {
		return nil
	}
	return err
}
