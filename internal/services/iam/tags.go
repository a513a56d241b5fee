package iam

import (
	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
)

// tagsIn are the tags of an input.
func tagsIn(in []iam.Tag) []api.Tag {
	tags := make([]api.Tag, len(in))
	for i, t := range in {
		tags[i] = api.Tag{Key: *t.Key, Value: *t.Value}
	}
	return tags
}

// tagsOut are the tags of an answer, nil where there are none.
func tagsOut(tags []api.Tag) []iam.Tag {
	if len(tags) == 0 {
		return nil
	}
	out := make([]iam.Tag, len(tags))
	for i := range tags {
		out[i] = tagOut(tags[i])
	}
	return out
}

func tagOut(t api.Tag) iam.Tag { return iam.Tag{Key: &t.Key, Value: &t.Value} }
