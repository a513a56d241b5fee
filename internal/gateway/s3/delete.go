package s3

import (
	"context"
	"errors"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// maxDeletes is how many keys one request names [API_DeleteObjects].
const maxDeletes = 1000

// deleteObjects decides each key by itself. The allowed ones go to the back end, and no
// other is named to it; the others are errors in the answer [API_DeleteObjects].
func (g *Gateway) deleteObjects(ctx context.Context, call *api.Call, v *directory.View, in *s3.DeleteObjectsInput) (any, error) {
	if n := len(in.Delete.Objects); n == 0 || n > maxDeletes {
		return nil, errMalformedXML()
	}
	allowed, refused := g.decideDeletes(call, v, in)
	out := &s3.DeleteObjectsOutput{}
	if len(allowed) > 0 {
		sent := *in
		sent.Delete = &s3.Delete{Objects: allowed, Quiet: in.Delete.Quiet}
		done, err := fetch[s3.DeleteObjectsOutput](settled(ctx), g, call.Operation, &sent)
		if err != nil {
			return nil, err
		}
		out = done
		g.wordDeletes(call.Operation, out.Errors)
	}
	out.Errors = append(out.Errors, refused...)
	return out, nil
}

func (g *Gateway) decideDeletes(call *api.Call, v *directory.View, in *s3.DeleteObjectsInput) (allowed []s3.ObjectIdentifier, refused []s3.Error) {
	for _, o := range in.Delete.Objects {
		if err := g.decideDelete(call, v, in, &o); err != nil {
			refused = append(refused, deleteError(&o, err))
			continue
		}
		allowed = append(allowed, o)
	}
	return allowed, refused
}

func (g *Gateway) decideDelete(call *api.Call, v *directory.View, in *s3.DeleteObjectsInput, o *s3.ObjectIdentifier) error {
	embedded := g.backend != nil && g.backend.Embedded
	if err := checkKey(or(o.Key, ""), embedded); err != nil {
		return err
	}
	if o.VersionId != nil && *o.VersionId == "" { // an empty element names none
		o.VersionId = nil
	}
	if err := checkVersion(o.VersionId, embedded); err != nil {
		return err
	}
	if embedded && (o.ETag != nil || o.LastModifiedTime != nil || o.Size != nil) { // VersityGW deletes all the same
		return errElement("ETag")
	}
	return authz.Authorize(v, call, g.deletes, &authz.DeleteKey{
		Bucket: in.Bucket, Key: o.Key, VersionId: o.VersionId, IfMatch: o.ETag, BypassGovernanceRetention: in.BypassGovernanceRetention,
	})
}

// deleteError is a key's entry in the answer. What is not for the caller's eyes is an
// InternalError [API_Error].
func deleteError(o *s3.ObjectIdentifier, err error) s3.Error {
	entry := s3.Error{Key: o.Key, VersionId: o.VersionId, Code: ptr("InternalError"), Message: ptr("We encountered an internal error. Please try again.")}
	var e *api.Error
	if errors.As(err, &e) && !e.Fault {
		entry.Code, entry.Message = &e.Code, &e.Message
	}
	return entry
}

// wordDeletes words the back end's errors as those of other operations are.
func (g *Gateway) wordDeletes(op *api.Operation, all []s3.Error) {
	for i := range all {
		e := &all[i]
		fault := backendError{Code: or(e.Code, ""), Message: or(e.Message, "")}
		err := g.backend.mapped(op, &s3.DeleteObjectInput{Key: e.Key, VersionId: e.VersionId}, lateStatus(fault.Code), &fault)
		*e = deleteError(&s3.ObjectIdentifier{Key: e.Key, VersionId: e.VersionId}, err)
	}
}
