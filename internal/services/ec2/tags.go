package ec2

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/ec2"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// Limits of tags [Using_Tags: tag restrictions].
const (
	maxTagKey   = 128
	maxTagValue = 256
)

// checkTags refuses tags that no instance can be given. Keys that differ in case alone
// are one key here, as everywhere in this house: conditions compare them so.
func checkTags(tags []api.Tag) error {
	for n, t := range tags {
		switch {
		case t.Key == "":
			return invalidValue("Tag key cannot be empty.")
		case strings.HasPrefix(strings.ToLower(t.Key), "aws:"):
			return invalidValue("Tag keys starting with 'aws:' are reserved for internal use")
		case utf8.RuneCountInString(t.Key) > maxTagKey:
			return invalidValue("Tag key exceeds the maximum length of %d characters", maxTagKey)
		case utf8.RuneCountInString(t.Value) > maxTagValue:
			return invalidValue("Tag value exceeds the maximum length of %d characters", maxTagValue)
		case slices.ContainsFunc(tags[:n], func(o api.Tag) bool { return strings.EqualFold(o.Key, t.Key) }):
			return invalidValue("Duplicate tag key '%s' specified.", t.Key)
		}
	}
	return nil
}

// mergeTags are old with tags added, in the order of their keys.
func mergeTags(old, tags []api.Tag) ([]api.Tag, error) {
	if err := checkTags(tags); err != nil {
		return nil, err
	}
	keys := make([]string, len(tags))
	for n, t := range tags {
		keys[n] = t.Key
	}
	merged := append(directory.RemoveTags(old, keys), tags...)
	if len(merged) > directory.MaxTags {
		return nil, fault("TagLimitExceeded", "You have reached the maximum number of tags: a resource has at most %d.", directory.MaxTags)
	}
	slices.SortFunc(merged, func(a, b api.Tag) int { return strings.Compare(a.Key, b.Key) })
	return merged, nil
}

func tagsOut(tags []api.Tag) []ec2.Tag {
	out := []ec2.Tag{}
	for _, t := range tags {
		out = append(out, ec2.Tag{Key: &t.Key, Value: &t.Value})
	}
	return out
}

func tagKeys(i *directory.Instance) []string {
	var keys []string
	for _, t := range i.Tags {
		keys = append(keys, t.Key)
	}
	return keys
}

func tagValues(i *directory.Instance, key string) []string {
	for _, t := range i.Tags {
		if t.Key == key {
			return []string{t.Value}
		}
	}
	return nil
}
