package directory

import (
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// SetBucketTags sets all tags of a bucket; none takes them away [API_PutBucketTagging].
func (tx *Tx) SetBucketTags(b *Bucket, tags []api.Tag) error {
	tags, err := bucketTags(tags)
	if err != nil {
		return err
	}
	c := b.Clone()
	c.Tags = tags
	tx.PutBucket(c)
	return nil
}

// bucketTags are tags as they are kept, in the order of their keys. Keys differ by
// case, as everywhere in S3 [CostAllocTagging]; a condition key finds the one that is
// equal first (C-19).
func bucketTags(tags []api.Tag) ([]api.Tag, error) {
	if len(tags) > MaxTags {
		return nil, api.Errorf(http.StatusBadRequest, "BadRequest", "Bucket tag count cannot be greater than %d", MaxTags)
	}
	sorted := slices.SortedFunc(slices.Values(tags), func(a, b api.Tag) int { return strings.Compare(a.Key, b.Key) })
	for i, t := range sorted {
		switch {
		case i > 0 && sorted[i-1].Key == t.Key:
			return nil, invalidTag(t.Key, "Cannot provide multiple Tags with the same key")
		case strings.HasPrefix(strings.ToLower(t.Key), "aws:"):
			return nil, invalidTag(t.Key, "System tags cannot be added/updated by requester")
		case !isTagText(t.Key, 1, 128):
			return nil, invalidTag(t.Key, "The TagKey you have provided is invalid")
		case !isTagText(t.Value, 0, 256):
			return nil, invalidTag(t.Key, "The TagValue you have provided is invalid")
		}
	}
	return sorted, nil
}

func invalidTag(key, message string) error {
	e := api.Errorf(http.StatusBadRequest, "InvalidTag", "%s", message)
	e.Members = []api.Member{{Name: "TagKey", Value: key}}
	return e
}

// isTagText: letters, digits, spaces and a few signs, so many characters
// [tagging-managing, API_Tag].
func isTagText(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return least <= n && n <= most && utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.Is(unicode.Zs, r) && !strings.ContainsRune("_.:/=+-@", r)
	}) < 0
}

// SetPublicAccessBlock sets the Block Public Access of a bucket; nil takes it away.
func (tx *Tx) SetPublicAccessBlock(b *Bucket, p *PublicAccessBlock) {
	c := b.Clone()
	c.PublicAccess = p
	tx.PutBucket(c)
}

// NoOwnershipControls is the ownership of a bucket whose ownership controls were
// deleted. ACLs are off without them, too.
const NoOwnershipControls = "None"

// SetObjectOwnership sets the ownership of a bucket.
func (tx *Tx) SetObjectOwnership(b *Bucket, ownership string) {
	c := b.Clone()
	c.Ownership = ownership
	tx.PutBucket(c)
}
