package organizations

import (
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// checkTags refuses tags that an account cannot be given [InvalidInputException].
func checkTags(tags []api.Tag) error {
	for i, t := range tags {
		if strings.HasPrefix(strings.ToLower(t.Key), "aws:") {
			return invalidInput("INVALID_SYSTEM_TAGS_PARAMETER", "You specified a tag key that is a system tag: keys cannot begin with aws:.")
		}
		if slices.ContainsFunc(tags[:i], func(u api.Tag) bool { return strings.EqualFold(t.Key, u.Key) }) {
			return invalidInput("DUPLICATE_TAG_KEY", "Your request includes duplicate tag keys")
		}
	}
	if len(tags) > directory.MaxTags {
		return invalidInput("MAX_LENGTH_EXCEEDED", "You provided a list of tags that is longer than allowed.")
	}
	return nil
}
