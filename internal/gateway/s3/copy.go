package s3

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

func (g *Gateway) copyObject(ctx context.Context, call *api.Call, v *directory.View, in *s3.CopyObjectInput) (any, error) {
	w := written{
		acl: in.ACL, grants: []*string{in.GrantRead, in.GrantReadACP, in.GrantWriteACP}, fullControl: in.GrantFullControl,
		storageClass: in.StorageClass, tagging: in.Tagging,
		encryption: []*string{
			in.ServerSideEncryption, in.SSECustomerAlgorithm, in.SSECustomerKey, in.SSECustomerKeyMD5, in.SSEKMSKeyId, in.SSEKMSEncryptionContext,
			in.CopySourceSSECustomerAlgorithm, in.CopySourceSSECustomerKey, in.CopySourceSSECustomerKeyMD5,
		},
		locks: in.ObjectLockMode != nil || in.ObjectLockRetainUntilDate != nil || in.ObjectLockLegalHoldStatus != nil || in.ObjectLockEventHold != nil,
	}
	if err := g.checkWritten(v, in.Bucket, &w); err != nil {
		return nil, err
	}
	source, err := g.copySource(in.CopySource)
	if err != nil {
		return nil, err
	}
	sent := *in
	sent.CopySource, sent.ContentEncoding, sent.Tagging = &source, objectEncoding(in.ContentEncoding), w.tags
	out, err := fetch[s3.CopyObjectOutput](settled(ctx), g, call.Operation, &sent)
	if err != nil {
		return nil, g.missingSource(v, call, in.CopySource, err)
	}
	return out, nil
}

func (g *Gateway) uploadPartCopy(ctx context.Context, call *api.Call, v *directory.View, in *s3.UploadPartCopyInput) (any, error) {
	if err := checkPart(in.PartNumber); err != nil {
		return nil, err
	}
	source, err := g.copySource(in.CopySource)
	if err != nil {
		return nil, err
	}
	sent := *in
	sent.CopySource = &source
	out, err := fetch[s3.UploadPartCopyOutput](settled(ctx), g, call.Operation, &sent)
	if err != nil {
		return nil, g.missingSource(v, call, in.CopySource, err)
	}
	return out, nil
}

// copySource is the header as it goes to the back end: made of the bucket, key and
// version that were decided on, so that nothing can be read in it that was not.
func (g *Gateway) copySource(header *string) (string, error) {
	source, err := authz.CopySource(or(header, ""))
	if err != nil {
		return "", err
	}
	embedded := g.backend != nil && g.backend.Embedded
	if err := directory.CheckBucketName(source.Bucket); err != nil {
		return "", api.Errorf(http.StatusBadRequest, "InvalidArgument", "Copy Source must mention the source bucket and key: sourcebucket/sourcekey")
	}
	if err := checkKey(source.Key, embedded); err != nil {
		return "", err
	}
	if err := checkVersion(source.VersionID, embedded); err != nil {
		return "", err
	}
	made := "/" + source.Bucket + "/" + escapeKey(source.Key)
	if source.VersionID != nil {
		made += "?versionId=" + url.QueryEscape(*source.VersionID)
	}
	return made, nil
}

// escapeKey escapes all of a key but its slashes and what is unreserved.
func escapeKey(key string) string {
	return strings.NewReplacer("+", "%20", "%2F", "/").Replace(url.QueryEscape(key))
}

// missingSource is missing for the source of a copy.
func (g *Gateway) missingSource(v *directory.View, call *api.Call, header *string, err error) error {
	source, bad := authz.CopySource(*header)
	if bad != nil {
		return err
	}
	return g.missing(v, call, &source.Bucket, err)
}
