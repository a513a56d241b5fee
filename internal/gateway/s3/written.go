package s3

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/payload"
)

// written is what a request that makes an object says of it beside its bytes.
type written struct {
	acl, fullControl *string
	grants           []*string // but full control
	storageClass     *string
	encryption       []*string
	locks            bool
	tagging          *string
	tags             *string // tagging as it goes to the back end
}

// checkWritten refuses what the back end or this service does not do, and makes the tags
// anew from what they were read as.
func (g *Gateway) checkWritten(v *directory.View, bucket *string, w *written) error {
	if w.locks {
		return api.Errorf(http.StatusBadRequest, "InvalidRequest", "Bucket is missing Object Lock Configuration")
	}
	owner, _ := v.Bucket(*bucket)
	if !w.ownersACL(owner, v.Account()) {
		return directory.BucketError(http.StatusBadRequest, "AccessControlListNotSupported", "The bucket does not allow ACLs", *bucket)
	}
	if err := g.checkStorage(w); err != nil {
		return err
	}
	return w.readTags()
}

// ownersACL: with ACLs off a request may still say that the bucket's owner has full
// control, which is so anyway [about-object-ownership]. From the owner's own account
// "private" says the same, and tools send it (redpanda-data/connect#4372).
func (w *written) ownersACL(owner, caller string) bool {
	for _, g := range w.grants {
		if g != nil {
			return false
		}
	}
	if w.acl != nil && *w.acl != "bucket-owner-full-control" && !(*w.acl == "private" && caller == owner) {
		return false
	}
	if w.fullControl == nil {
		return true
	}
	kind, id, _ := strings.Cut(*w.fullControl, "=")
	return strings.EqualFold(strings.TrimSpace(kind), "id") && strings.Trim(strings.TrimSpace(id), `"`) == directory.CanonicalID(owner)
}

// checkStorage: the built-in back end has one class of storage and does not encrypt.
func (g *Gateway) checkStorage(w *written) error {
	if g.backend == nil || !g.backend.Embedded {
		return nil
	}
	if w.storageClass != nil && *w.storageClass != "STANDARD" {
		return api.Errorf(http.StatusBadRequest, "InvalidStorageClass", "The storage class you specified is not valid")
	}
	for _, e := range w.encryption {
		if e != nil {
			return errHeader("x-amz-server-side-encryption")
		}
	}
	return nil
}

// readTags reads the tags, and writes them as they were read: what was decided is what
// the object gets.
func (w *written) readTags() error {
	if w.tagging == nil {
		return nil
	}
	tags, err := authz.ObjectTagging(*w.tagging)
	if err != nil {
		return err
	}
	if err := checkObjectTags(tags); err != nil {
		return err
	}
	var text strings.Builder
	for i, t := range tags {
		if i > 0 {
			text.WriteByte('&')
		}
		text.WriteString(url.QueryEscape(t.Key) + "=" + url.QueryEscape(t.Value))
	}
	w.tags = ptr(text.String())
	return nil
}

// objectEncoding is the object's Content-Encoding without what is the request's.
func objectEncoding(header *string) *string {
	if header == nil {
		return nil
	}
	if kept := payload.ContentEncoding(*header); kept != "" {
		return &kept
	}
	return nil
}
