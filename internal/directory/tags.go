package directory

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// MaxTags is how many tags an entity has (S-05).
const MaxTags = 50

// CheckTags refuses tags that no entity can be given: the same key twice, which
// IAM compares without regard to case (aws-errors 1.8), and keys that AWS keeps for
// itself [id_tags: rules for tagging]. Keys are the same here where a condition key
// finds either of them: of two, one would be checked and the other be kept.
func CheckTags(tags []api.Tag) error {
	for i, t := range tags {
		if slices.ContainsFunc(tags[:i], func(o api.Tag) bool { return strings.EqualFold(o.Key, t.Key) }) {
			return api.Errorf(http.StatusBadRequest, "InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		if strings.HasPrefix(strings.ToLower(t.Key), "aws:") {
			return api.Errorf(http.StatusBadRequest, "InvalidInput", "Tag keys that begin with aws: are reserved for system use.")
		}
	}
	return nil
}

// NewTags are the tags of a new entity, in the order of their keys: AWS lists
// them so [API_ListUserTags].
func NewTags(tags []api.Tag) ([]api.Tag, error) { return MergeTags(nil, tags) }

// MergeTags returns old with tags added. A key that differs only in case replaces
// the old one, and its case is the new one (aws-errors 1.8).
func MergeTags(old, tags []api.Tag) ([]api.Tag, error) {
	if err := CheckTags(tags); err != nil {
		return nil, err
	}
	keys := make([]string, len(tags))
	for i, t := range tags {
		keys[i] = t.Key
	}
	merged := append(RemoveTags(old, keys), tags...)
	if len(merged) > MaxTags {
		return nil, limitExceeded("Cannot exceed quota for TagsPerResource: %d", MaxTags)
	}
	slices.SortFunc(merged, func(a, b api.Tag) int { return strings.Compare(a.Key, b.Key) })
	return merged, nil
}

// RemoveTags returns old without the keys, which are compared without regard to
// case; a key that is not there changes nothing.
func RemoveTags(old []api.Tag, keys []string) []api.Tag {
	return slices.DeleteFunc(slices.Clone(old), func(t api.Tag) bool {
		return slices.ContainsFunc(keys, func(key string) bool { return strings.EqualFold(key, t.Key) })
	})
}
