package s3

import (
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
)

// The life of an object at the built-in back end.
func TestObjectLife(t *testing.T) {
	f := storeFixture(t)
	f.must("PutObject", &s3.PutObjectInput{
		Bucket: ptr("photos"), Key: ptr("a/cat.jpg"), ContentType: ptr("image/jpeg"), Metadata: map[string]string{"who": "ana"},
		CacheControl: ptr("no-cache"), Tagging: ptr("team=blue&n=1"),
	}, "meow")
	got := f.get("a/cat.jpg")
	for name, want := range map[string]string{"Content-Type": "image/jpeg", "X-Amz-Meta-Who": "ana", "Cache-Control": "no-cache", "Etag": `"4a4be40c96ac6314e91d93f38043a634"`} {
		if got.header.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.header.Get(name), want)
		}
	}
	if got.status != 200 || got.body != "meow" || got.header.Get("Last-Modified") == "" {
		t.Errorf("%+v", got)
	}
	t.Logf("%v", got.header)
	head := f.must("HeadObject", &s3.HeadObjectInput{Bucket: ptr("photos"), Key: ptr("a/cat.jpg")})
	t.Logf("%v", head.header)
	list := f.must("ListObjectsV2", &s3.ListObjectsV2Input{Bucket: ptr("photos")}).out.(*s3.ListObjectsV2Output)
	t.Logf("%+v", list)
	f.must("CopyObject", &s3.CopyObjectInput{Bucket: ptr("photos"), Key: ptr("b"), CopySource: ptr("photos/a/cat.jpg")})
	f.must("DeleteObject", &s3.DeleteObjectInput{Bucket: ptr("photos"), Key: ptr("a/cat.jpg")})
	f.fails("GetObject", &s3.GetObjectInput{Bucket: ptr("photos"), Key: ptr("a/cat.jpg")}, 404, "NoSuchKey")
	if got := f.get("b"); got.body != "meow" {
		t.Error(got)
	}
}
