package sts

import (
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

const maxSessionTags = 50 // S-02

// sessionTags are the tags of a session to be.
type sessionTags struct {
	tags       []api.Tag
	transitive []string // keys
}

// inheritedTags are what a session hands on through a chain of roles
// [id_session-tags: chaining roles].
func inheritedTags(s *api.Session) sessionTags {
	var inherited sessionTags
	if s == nil {
		return inherited
	}
	for _, t := range s.Tags {
		if hasKey(s.TransitiveKeys, t.Key) {
			inherited.tags = append(inherited.tags, t)
			inherited.transitive = append(inherited.transitive, t.Key)
		}
	}
	return inherited
}

// with adds the tags that a call passes.
func (s sessionTags) with(tags []api.Tag, transitive []string) (sessionTags, error) {
	for i, t := range tags {
		if strings.HasPrefix(strings.ToLower(t.Key), "aws:") {
			return s, validationError("Tag keys that begin with aws: are reserved for system use.")
		}
		if slices.ContainsFunc(tags[:i], func(u api.Tag) bool { return strings.EqualFold(t.Key, u.Key) }) {
			return s, validationError("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		if hasKey(s.transitive, t.Key) {
			return s, validationError("One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.")
		}
	}
	for _, key := range transitive {
		if !slices.ContainsFunc(tags, func(t api.Tag) bool { return strings.EqualFold(t.Key, key) }) {
			return s, validationError("The specified transitive tag key must be included in the requested tags.")
		}
	}
	all := sessionTags{slices.Concat(s.tags, tags), slices.Concat(s.transitive, transitive)}
	if len(all.tags) > maxSessionTags {
		return s, validationError("1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to %d", maxSessionTags)
	}
	return all, nil
}

// hasKey compares tag keys as AWS does: without regard to case.
func hasKey(keys []string, key string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, key) })
}
