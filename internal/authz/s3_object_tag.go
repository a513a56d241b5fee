package authz

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
)

// existingTags are an object's tags as they were looked up for a decision.
type existingTags struct {
	tags []api.Tag
	err  error
}

// lookupTime bounds the look-up of an object's tags.
const lookupTime = 10 * time.Second

// existing are the tags of the object that an ask is about: looked up once a decision,
// and not before a policy asks.
func (q *s3Request) existing(a *Ask) *existingTags {
	p := a.place()
	if p.existing == nil {
		p.existing = &existingTags{}
		p.existing.tags, p.existing.err = q.lookup(p)
	}
	return p.existing
}

func (q *s3Request) lookup(p *s3Place) ([]api.Tag, error) {
	if q.row.tags == nil {
		return nil, noTags("there is nothing to ask")
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookupTime)
	defer cancel()
	version := ""
	if p.version != nil {
		version = *p.version
	}
	tags, err := q.row.tags(ctx, p.bucket, p.key, version)
	if err != nil {
		return nil, noTags(err.Error())
	}
	return tags, nil
}

// noTags: what a policy asks for is not known, so nothing is decided.
func noTags(why string) error {
	return &api.Error{
		Code: "ServiceUnavailable", Status: http.StatusServiceUnavailable, Fault: true,
		Message: "Service is unable to handle request.", Log: "tags of an object: " + why,
	}
}

// place is what the ask of an S3 call is about.
func (a *Ask) place() *s3Place {
	if a.source {
		return &a.request.source
	}
	return &a.request.target
}

// requestTags are the tags that a call puts on an object or a new bucket.
func (r *s3Row) requestTags(in any) ([]api.Tag, error) {
	v, ok := r.requests.value(in)
	if !ok {
		return nil, nil
	}
	switch t := v.Interface().(type) {
	case *string:
		return ObjectTagging(*t)
	case *s3.Tagging:
		return s3Tags(t.TagSet), nil
	case []s3.Tag:
		return s3Tags(t), nil
	}
	return nil, nil
}

func s3Tags(set []s3.Tag) []api.Tag {
	tags := make([]api.Tag, 0, len(set))
	for _, t := range set {
		tag := api.Tag{}
		if t.Key != nil {
			tag.Key = *t.Key
		}
		if t.Value != nil {
			tag.Value = *t.Value
		}
		tags = append(tags, tag)
	}
	return tags
}

// ObjectTagging reads x-amz-tagging: key=value pairs as in a query, without the same key
// twice [API_PutObject].
func ObjectTagging(header string) ([]api.Tag, error) {
	values, err := url.ParseQuery(header)
	if err != nil {
		return nil, badTagging()
	}
	tags := make([]api.Tag, 0, len(values))
	for key, v := range values {
		if key == "" || len(v) > 1 {
			return nil, badTagging()
		}
		tags = append(tags, api.Tag{Key: key, Value: v[0]})
	}
	slices.SortFunc(tags, func(a, b api.Tag) int { return strings.Compare(a.Key, b.Key) })
	return tags, nil
}

func badTagging() *api.Error {
	return api.Errorf(http.StatusBadRequest, "InvalidArgument",
		"The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.")
}

// lookedUp says whether what policies asked of the object is known.
func (a *Ask) lookedUp() error {
	if a.keys == nil || a.place().existing == nil {
		return nil
	}
	return a.place().existing.err
}

// needless says whether the permission to copy tags is not needed: the source has none.
func (a *Ask) needless() (bool, error) {
	if !a.tagged {
		return false, nil
	}
	source := Ask{request: a.request, source: true}
	e := a.request.existing(&source)
	return len(e.tags) == 0 && e.err == nil, e.err
}

// kept is the ask for after the decision, without the memory of the question.
func (a *Ask) kept() Ask {
	kept := *a
	if a.request != nil {
		request := *a.request
		kept.request = &request
	}
	return kept
}
