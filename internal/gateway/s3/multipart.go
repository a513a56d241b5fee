package s3

import (
	"context"
	"net/http"
	"net/url"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

func (g *Gateway) multipartMethods() methods {
	return methods{
		"AbortMultipartUpload":    read(g.abortMultipartUpload),
		"CompleteMultipartUpload": read(g.completeMultipartUpload),
		"CreateMultipartUpload":   read(g.createMultipartUpload),
		"ListParts":               read(g.listParts),
		"UploadPart":              read(g.uploadPart),
		"UploadPartCopy":          read(g.uploadPartCopy),
	}
}

func (g *Gateway) createMultipartUpload(ctx context.Context, call *api.Call, v *directory.View, in *s3.CreateMultipartUploadInput) (any, error) {
	w := written{
		acl: in.ACL, grants: []*string{in.GrantRead, in.GrantReadACP, in.GrantWriteACP}, fullControl: in.GrantFullControl,
		storageClass: in.StorageClass, tagging: in.Tagging,
		encryption: []*string{in.ServerSideEncryption, in.SSECustomerAlgorithm, in.SSECustomerKey, in.SSECustomerKeyMD5, in.SSEKMSKeyId, in.SSEKMSEncryptionContext},
		locks:      in.ObjectLockMode != nil || in.ObjectLockRetainUntilDate != nil || in.ObjectLockLegalHoldStatus != nil || in.ObjectLockEventHold != nil,
	}
	if err := g.checkWritten(v, in.Bucket, &w); err != nil {
		return nil, err
	}
	sent := *in
	sent.ContentEncoding, sent.Tagging = objectEncoding(in.ContentEncoding), w.tags
	out, err := fetch[s3.CreateMultipartUploadOutput](settled(ctx), g, call.Operation, &sent)
	if err != nil {
		return nil, err
	}
	out.Bucket, out.Key = in.Bucket, in.Key
	return out, nil
}

// maxPart is the highest number of a part [qfacts].
const maxPart = 10_000

func checkPart(n *int32) error {
	if n == nil || *n < 1 || *n > maxPart {
		return api.Errorf(http.StatusBadRequest, "InvalidArgument", "Part number must be an integer between 1 and %d, inclusive", maxPart)
	}
	return nil
}

func (g *Gateway) uploadPart(ctx context.Context, call *api.Call, _ *directory.View, in *s3.UploadPartInput) (any, error) {
	if err := checkPart(in.PartNumber); err != nil {
		return nil, err
	}
	return nil, g.upload(ctx, call, in)
}

func (g *Gateway) completeMultipartUpload(ctx context.Context, call *api.Call, _ *directory.View, in *s3.CompleteMultipartUploadInput) (any, error) {
	if in.MultipartUpload == nil || len(in.MultipartUpload.Parts) == 0 || len(in.MultipartUpload.Parts) > maxPart {
		return nil, errMalformedXML()
	}
	out, err := fetch[s3.CompleteMultipartUploadOutput](settled(ctx), g, call.Operation, in)
	if err != nil {
		return nil, err
	}
	out.Bucket, out.Key = in.Bucket, in.Key
	out.Location = ptr(location(call, *in.Bucket, *in.Key))
	return out, nil
}

// location is the URL of an object as the client reached us.
func location(call *api.Call, bucket, key string) string {
	u := url.URL{Scheme: "http", Host: call.Host, Path: "/" + bucket + "/" + key}
	if call.Secure {
		u.Scheme = "https"
	}
	return u.String()
}

func (g *Gateway) abortMultipartUpload(ctx context.Context, call *api.Call, _ *directory.View, in *s3.AbortMultipartUploadInput) (any, error) {
	answer, err := g.backend.Do(settled(ctx), call.Operation, in, nil, 0)
	if err != nil {
		return nil, err
	}
	g.pass(call, answer)
	return nil, nil
}

func (g *Gateway) listParts(ctx context.Context, call *api.Call, v *directory.View, in *s3.ListPartsInput) (any, error) {
	out, err := fetch[s3.ListPartsOutput](ctx, g, call.Operation, in)
	if err != nil {
		return nil, err
	}
	out.Owner = bucketOwner(v, in.Bucket)
	out.Initiator = &s3.Initiator{ID: out.Owner.ID}
	out.Bucket, out.Key = in.Bucket, in.Key
	return out, nil
}
