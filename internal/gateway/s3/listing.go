package s3

import (
	"context"
	"net/url"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// A listing is the back end's but for whose the objects are: with ACLs off the owner of
// the bucket owns all that is in it [about-object-ownership].
func (g *Gateway) listingMethods() methods {
	return methods{
		"ListMultipartUploads": read(g.listMultipartUploads),
		"ListObjectVersions":   read(g.listObjectVersions),
		"ListObjects":          read(g.listObjects),
		"ListObjectsV2":        read(g.listObjectsV2),
	}
}

// bucketOwner is the owner of a bucket, as S3 names it.
func bucketOwner(v *directory.View, bucket *string) *s3.Owner {
	owner, _ := v.Bucket(*bucket)
	return ownerOf(owner)
}

// spelling writes the names of a listing as the client asked for them. The back end is
// asked for encoded names, which XML can hold whatever is in them; one that does not
// encode does not say that it did (VersityGW). Its answer has no encoding-type then.
type spelling struct {
	decode, encode bool
	err            error
}

// urlEncoding is the one encoding-type [API_ListObjectsV2].
const urlEncoding = "url"

func newSpelling(asked *string, answered **string) *spelling {
	w := &spelling{decode: or(*answered, "") == urlEncoding, encode: asked != nil}
	*answered = asked
	return w
}

// write writes names anew, in their places.
func (w *spelling) write(names ...*string) {
	for _, name := range names {
		if name == nil || w.decode == w.encode {
			continue
		}
		if w.encode {
			*name = strings.ReplaceAll(url.QueryEscape(*name), "%2F", "/")
			continue
		}
		plain, err := url.QueryUnescape(*name)
		if err != nil {
			w.err = err
		}
		*name = plain
	}
}

func (w *spelling) prefixes(all []s3.CommonPrefix) {
	for i := range all {
		w.write(all[i].Prefix)
	}
}

// spelled is the error of a listing whose names could not be read.
func (g *Gateway) spelled(ctx context.Context, w *spelling) error {
	if w.err != nil {
		return g.backend.unavailable(ctx, w.err)
	}
	return nil
}

func (g *Gateway) listObjects(ctx context.Context, call *api.Call, v *directory.View, in *s3.ListObjectsInput) (any, error) {
	sent := *in
	sent.EncodingType = ptr(urlEncoding)
	out, err := fetch[s3.ListObjectsOutput](ctx, g, call.Operation, &sent)
	if err != nil {
		return nil, err
	}
	w := newSpelling(in.EncodingType, &out.EncodingType)
	w.write(out.Prefix, out.Delimiter, out.Marker, out.NextMarker)
	w.prefixes(out.CommonPrefixes)
	owner := bucketOwner(v, in.Bucket)
	for i := range out.Contents {
		out.Contents[i].Owner = owner
		w.write(out.Contents[i].Key)
	}
	out.Name = in.Bucket
	return out, g.spelled(ctx, w)
}

// listObjectsV2 shows owners where they are asked for [API_ListObjectsV2].
func (g *Gateway) listObjectsV2(ctx context.Context, call *api.Call, v *directory.View, in *s3.ListObjectsV2Input) (any, error) {
	sent := *in
	sent.EncodingType = ptr(urlEncoding)
	out, err := fetch[s3.ListObjectsV2Output](ctx, g, call.Operation, &sent)
	if err != nil {
		return nil, err
	}
	w := newSpelling(in.EncodingType, &out.EncodingType)
	w.write(out.Prefix, out.Delimiter, out.StartAfter)
	w.prefixes(out.CommonPrefixes)
	var owner *s3.Owner
	if or(in.FetchOwner, false) {
		owner = bucketOwner(v, in.Bucket)
	}
	for i := range out.Contents {
		out.Contents[i].Owner = owner
		w.write(out.Contents[i].Key)
	}
	out.Name = in.Bucket
	return out, g.spelled(ctx, w)
}

func (g *Gateway) listObjectVersions(ctx context.Context, call *api.Call, v *directory.View, in *s3.ListObjectVersionsInput) (any, error) {
	sent := *in
	sent.EncodingType = ptr(urlEncoding)
	out, err := fetch[s3.ListObjectVersionsOutput](ctx, g, call.Operation, &sent)
	if err != nil {
		return nil, err
	}
	w := newSpelling(in.EncodingType, &out.EncodingType)
	w.write(out.Prefix, out.Delimiter, out.KeyMarker, out.NextKeyMarker)
	w.prefixes(out.CommonPrefixes)
	owner := bucketOwner(v, in.Bucket)
	for i := range out.Versions {
		out.Versions[i].Owner = owner
		w.write(out.Versions[i].Key)
	}
	for i := range out.DeleteMarkers {
		out.DeleteMarkers[i].Owner = owner
		w.write(out.DeleteMarkers[i].Key)
	}
	out.Name = in.Bucket
	return out, g.spelled(ctx, w)
}

// listMultipartUploads: who began an upload the back end does not know.
func (g *Gateway) listMultipartUploads(ctx context.Context, call *api.Call, v *directory.View, in *s3.ListMultipartUploadsInput) (any, error) {
	sent := *in
	sent.EncodingType = ptr(urlEncoding)
	out, err := fetch[s3.ListMultipartUploadsOutput](ctx, g, call.Operation, &sent)
	if err != nil {
		return nil, err
	}
	w := newSpelling(in.EncodingType, &out.EncodingType)
	w.write(out.Prefix, out.Delimiter, out.KeyMarker, out.NextKeyMarker)
	w.prefixes(out.CommonPrefixes)
	owner := bucketOwner(v, in.Bucket)
	for i := range out.Uploads {
		out.Uploads[i].Owner, out.Uploads[i].Initiator = owner, &s3.Initiator{ID: owner.ID}
		w.write(out.Uploads[i].Key)
	}
	out.Bucket = in.Bucket
	return out, g.spelled(ctx, w)
}
