package authz

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
)

// [API_PutObject], x-amz-tagging.
func TestObjectTagging(t *testing.T) {
	for header, want := range map[string]string{
		"a=1":           "[{a 1}]",
		"b=2&a=1":       "[{a 1} {b 2}]",
		"a=":            "[{a }]",
		"a":             "[{a }]",
		"a%20b=c%3Dd+e": "[{a b c=d e}]",
		"":              "[]",
		"a=1&A=2":       "[{A 2} {a 1}]",
		"a=1&a=1":       "refused",
		"=1":            "refused",
		"a=%":           "refused",
		"a=1;b=2":       "refused",
	} {
		tags, err := ObjectTagging(header)
		got := fmt.Sprint(tags)
		if e := (*api.Error)(nil); errors.As(err, &e) && e.Code == "InvalidArgument" {
			got = "refused"
		} else if err != nil {
			t.Error(err)
		}
		if got != want {
			t.Errorf("%q: %s, and should %s", header, got, want)
		}
	}
}

func FuzzObjectTagging(f *testing.F) {
	for _, seed := range []string{"a=1&b=2", "a=1&a=2", "%zz", "a;b", "a=%26"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		tags, err := ObjectTagging(header)
		if err != nil {
			return
		}
		var pairs []string
		for _, tag := range tags {
			pairs = append(pairs, url.QueryEscape(tag.Key)+"="+url.QueryEscape(tag.Value))
		}
		again, err := ObjectTagging(strings.Join(pairs, "&"))
		if err != nil || !slices.Equal(tags, again) {
			t.Errorf("%q is %v, which is %v, %v", header, tags, again, err)
		}
	})
}

// What cannot be read is refused before it is decided, however much is allowed: no
// policy would see it.
func TestUnreadableRequests(t *testing.T) {
	d := shelf(t, "")
	for name, tt := range map[string]struct {
		operation string
		in        any
		want      string
	}{
		"tags":      {"PutObject", &s3.PutObjectInput{Bucket: ptr("b"), Key: ptr("k"), Tagging: ptr("a=1&a=2")}, "InvalidArgument"},
		"source":    {"CopyObject", &s3.CopyObjectInput{Bucket: ptr("b"), Key: ptr("k"), CopySource: ptr("b")}, "InvalidArgument"},
		"no source": {"UploadPartCopy", &s3.UploadPartCopyInput{Bucket: ptr("b"), Key: ptr("k")}, "InvalidArgument"},
		"gone":      {"CopyObject", &s3.CopyObjectInput{Bucket: ptr("b"), Key: ptr("k"), CopySource: ptr("gone/k")}, "NoSuchBucket"},
	} {
		if got := answer(t, decide(d, rootCaller(), tt.operation, tt.in)); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}
