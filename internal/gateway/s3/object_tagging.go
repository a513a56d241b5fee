package s3

import (
	"context"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

func (g *Gateway) objectTaggingMethods() methods {
	return methods{
		"DeleteObjectTagging": read(g.deleteObjectTagging),
		"GetObjectTagging":    read(g.getObjectTagging),
		"PutObjectTagging":    read(g.putObjectTagging),
	}
}

func (g *Gateway) getObjectTagging(ctx context.Context, call *api.Call, _ *directory.View, in *s3.GetObjectTaggingInput) (any, error) {
	if err := g.exact(ctx, in.Bucket, in.Key, in.VersionId); err != nil {
		return nil, err
	}
	out, err := fetch[s3.GetObjectTaggingOutput](ctx, g, call.Operation, in)
	switch {
	case code(err) == "NoSuchTagSet": // S3 answers an empty set [API_GetObjectTagging]
		return &s3.GetObjectTaggingOutput{TagSet: []s3.Tag{}, VersionId: in.VersionId}, nil
	case err != nil:
		return nil, err
	case out.TagSet == nil:
		out.TagSet = []s3.Tag{}
	}
	return out, nil
}

func (g *Gateway) putObjectTagging(ctx context.Context, call *api.Call, _ *directory.View, in *s3.PutObjectTaggingInput) (any, error) {
	if err := checkObjectTags(tagsOf(in.Tagging.TagSet)); err != nil {
		return nil, err
	}
	if err := g.exact(ctx, in.Bucket, in.Key, in.VersionId); err != nil {
		return nil, err
	}
	answer, err := g.backend.Do(settled(ctx), call.Operation, in, nil, 0)
	if err != nil {
		return nil, err
	}
	g.pass(call, answer)
	return nil, nil
}

func (g *Gateway) deleteObjectTagging(ctx context.Context, call *api.Call, _ *directory.View, in *s3.DeleteObjectTaggingInput) (any, error) {
	if err := g.exact(ctx, in.Bucket, in.Key, in.VersionId); err != nil {
		return nil, err
	}
	answer, err := g.backend.Do(settled(ctx), call.Operation, in, nil, 0)
	if err != nil {
		return nil, err
	}
	g.pass(call, answer)
	return nil, nil
}

// exact: VersityGW reads and writes the tags of "a" where "a/" is asked for, and those of
// the folder "a/" where "a" is. It tells them apart in HeadObject, so that what was
// decided on one is not done to the other.
func (g *Gateway) exact(ctx context.Context, bucket, key, version *string) error {
	if g.backend == nil || !g.backend.Embedded {
		return nil
	}
	answer, err := g.backend.Do(ctx, headObjectOperation, &s3.HeadObjectInput{Bucket: bucket, Key: key, VersionId: version}, nil, 0)
	if err == nil {
		return answer.Body.Close()
	}
	if code(err) != "NotFound" {
		return err
	}
	name, in := "NoSuchKey", &s3.HeadObjectInput{Key: key, VersionId: version}
	if version != nil {
		name = "NoSuchVersion"
	}
	return faults[name].error(name, "", in, &backendError{})
}

var (
	headObjectOperation       = s3.API.Operation("HeadObject")
	getObjectTaggingOperation = s3.API.Operation("GetObjectTagging")
)

// objectTags are the tags of an object as the back end keeps them, for decisions that
// ask for s3:ExistingObjectTag. No such object has none, nor has one that the back end
// could not have: the operation says what is wrong with its name. They are asked for anew
// each time: another may have changed them.
func (g *Gateway) objectTags(ctx context.Context, bucket, key, version string) ([]api.Tag, error) {
	in := &s3.GetObjectTaggingInput{Bucket: &bucket, Key: &key}
	if version != "" {
		in.VersionId = &version
	}
	if g.backend != nil && passages[getObjectTaggingOperation].check(in, g.backend.Embedded) != nil {
		return nil, nil
	}
	err := g.exact(ctx, in.Bucket, in.Key, in.VersionId)
	var out *s3.GetObjectTaggingOutput
	if err == nil {
		out, err = fetch[s3.GetObjectTaggingOutput](ctx, g, getObjectTaggingOperation, in)
	}
	switch code(err) {
	case "":
		return tagsOf(out.TagSet), nil
	case "NoSuchKey", "NoSuchVersion", "NoSuchTagSet", "MethodNotAllowed": // the last: a delete marker
		return nil, nil
	}
	return nil, err
}

// Limits of an object's tags [object-tagging]; lengths are in UTF-16 code units.
const (
	maxObjectTags = 10
	maxTagKey     = 128
	maxTagValue   = 256
)

// checkObjectTags refuses what S3 does.
func checkObjectTags(tags []api.Tag) error {
	if len(tags) > maxObjectTags {
		return api.Errorf(http.StatusBadRequest, "BadRequest", "Object tags cannot be greater than %d", maxObjectTags)
	}
	seen := map[string]bool{}
	for _, t := range tags {
		switch {
		case t.Key == "" || utf16Length(t.Key) > maxTagKey || !isTagText(t.Key) || strings.HasPrefix(t.Key, "aws:"):
			return errTag("The TagKey you have provided is invalid", "TagKey", t.Key)
		case utf16Length(t.Value) > maxTagValue || !isTagText(t.Value):
			return errTag("The TagValue you have provided is invalid", "TagValue", t.Value)
		case seen[t.Key]:
			return errTag("Cannot provide multiple Tags with the same key", "TagKey", t.Key)
		}
		seen[t.Key] = true
	}
	return nil
}

func errTag(words, member, value string) error {
	e := api.Errorf(http.StatusBadRequest, "InvalidTag", "%s", words)
	e.Members = []api.Member{{Name: member, Value: value}}
	return e
}

func utf16Length(s string) int { return len(utf16.Encode([]rune(s))) }

// isTagText: letters, numbers and spaces of UTF-8, and + - = . _ : / @ [object-tagging].
func isTagText(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r == unicode.ReplacementChar || !(unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) || unicode.IsSpace(r) || strings.ContainsRune("+-=._:/@", r))
	})
}
