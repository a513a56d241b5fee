package s3

import (
	"context"
	"maps"
	"net/http"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// objectMethods are the operations on objects and uploads, which the back end carries out.
func (g *Gateway) objectMethods() methods {
	all := methods{
		"DeleteObject":        read(g.deleteObject),
		"DeleteObjects":       read(g.deleteObjects),
		"GetObject":           read(g.getObject),
		"GetObjectAttributes": read(g.getObjectAttributes),
		"HeadObject":          read(g.headObject),
		"PutObject":           read(g.putObject),
		"CopyObject":          read(g.copyObject),
	}
	for _, some := range []methods{g.objectTaggingMethods(), g.listingMethods(), g.multipartMethods()} {
		maps.Copy(all, some)
	}
	return all
}

func (g *Gateway) getObject(ctx context.Context, call *api.Call, v *directory.View, in *s3.GetObjectInput) (any, error) {
	if call.Principal == nil && overridesHeaders(in) {
		return nil, api.Errorf(http.StatusBadRequest, "InvalidRequest", "Request specific response headers cannot be used for anonymous GET requests.")
	}
	answer, err := g.backend.Do(ctx, call.Operation, in, nil, 0)
	if err != nil {
		return nil, g.missing(v, call, in.Bucket, err)
	}
	g.pass(call, answer)
	return nil, nil
}

// overridesHeaders: only signed requests may [API_GetObject, "Overriding response header
// values through the request"].
func overridesHeaders(in *s3.GetObjectInput) bool {
	return in.ResponseCacheControl != nil || in.ResponseContentDisposition != nil || in.ResponseContentEncoding != nil ||
		in.ResponseContentLanguage != nil || in.ResponseContentType != nil || in.ResponseExpires != nil
}

func (g *Gateway) headObject(ctx context.Context, call *api.Call, v *directory.View, in *s3.HeadObjectInput) (any, error) {
	answer, err := g.backend.Do(ctx, call.Operation, in, nil, 0)
	if err != nil {
		return nil, g.missing(v, call, in.Bucket, err)
	}
	g.pass(call, answer)
	return nil, nil
}

func (g *Gateway) getObjectAttributes(ctx context.Context, call *api.Call, v *directory.View, in *s3.GetObjectAttributesInput) (any, error) {
	out, err := fetch[s3.GetObjectAttributesOutput](ctx, g, call.Operation, in)
	if err != nil {
		return nil, g.missing(v, call, in.Bucket, err)
	}
	return out, nil
}

// missing keeps that an object is not there from those who may not list the bucket: they
// are denied as if it were there and not theirs [API_GetObject, Permissions].
func (g *Gateway) missing(v *directory.View, call *api.Call, bucket *string, err error) error {
	switch code(err) {
	case "NoSuchKey", "NoSuchVersion", "NotFound":
	default:
		return err
	}
	if denied := g.may(v, call, "s3:ListBucket", authz.Place{Bucket: bucket}); denied != nil {
		return denied
	}
	return err
}

func (g *Gateway) putObject(ctx context.Context, call *api.Call, v *directory.View, in *s3.PutObjectInput) (any, error) {
	w := written{
		acl: in.ACL, grants: []*string{in.GrantRead, in.GrantReadACP, in.GrantWriteACP}, fullControl: in.GrantFullControl,
		storageClass: in.StorageClass, tagging: in.Tagging,
		encryption: []*string{in.ServerSideEncryption, in.SSECustomerAlgorithm, in.SSECustomerKey, in.SSECustomerKeyMD5, in.SSEKMSKeyId, in.SSEKMSEncryptionContext},
		locks:      in.ObjectLockMode != nil || in.ObjectLockRetainUntilDate != nil || in.ObjectLockLegalHoldStatus != nil || in.ObjectLockEventHold != nil,
	}
	if err := g.checkWritten(v, in.Bucket, &w); err != nil {
		return nil, err
	}
	if in.WriteOffsetBytes != nil { // appending is for directory buckets [API_PutObject]
		return nil, errHeader("x-amz-write-offset-bytes")
	}
	sent := *in
	sent.ContentEncoding, sent.Tagging = objectEncoding(in.ContentEncoding), w.tags
	return nil, g.upload(ctx, call, &sent)
}

// upload sends the call's body with its input.
func (g *Gateway) upload(ctx context.Context, call *api.Call, in any) error {
	answer, err := g.backend.Do(ctx, call.Operation, in, call.Body, call.BodyLength)
	if err != nil {
		return err
	}
	g.pass(call, answer)
	return nil
}

func (g *Gateway) deleteObject(ctx context.Context, call *api.Call, _ *directory.View, in *s3.DeleteObjectInput) (any, error) {
	answer, err := g.backend.Do(settled(ctx), call.Operation, in, nil, 0)
	if err != nil {
		return nil, err
	}
	g.pass(call, answer)
	return nil, nil
}
