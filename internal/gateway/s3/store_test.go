package s3

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
)

// The life of an object at the built-in back end.
func TestObjectLife(t *testing.T) {
	f := storeFixture(t)
	f.must("PutObject", &s3.PutObjectInput{
		Bucket: ptr("photos"), Key: ptr("a/cat.jpg"), ContentType: ptr("image/jpeg"), Metadata: map[string]string{"who": "ana"},
		CacheControl: ptr("no-cache"), Tagging: ptr("team=blue&n=1"), ContentEncoding: ptr("aws-chunked,gzip"),
	}, "meow")
	got := f.get("a/cat.jpg")
	for name, want := range map[string]string{
		"Content-Type": "image/jpeg", "X-Amz-Meta-Who": "ana", "Cache-Control": "no-cache", "Content-Encoding": "gzip",
		"Etag": `"4a4be40c96ac6314e91d93f38043a634"`, "X-Amz-Tagging-Count": "2", "Content-Length": "4", "Accept-Ranges": "bytes",
	} {
		if got.header.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.header.Get(name), want)
		}
	}
	if got.status != 200 || got.body != "meow" || got.header.Get("Last-Modified") == "" {
		t.Errorf("%+v", got)
	}
	f.must("CopyObject", &s3.CopyObjectInput{Bucket: ptr("photos"), Key: ptr("b"), CopySource: ptr("photos/a%2Fcat.jpg")})
	f.must("DeleteObject", &s3.DeleteObjectInput{Bucket: ptr("photos"), Key: ptr("a/cat.jpg")})
	f.fails("GetObject", &s3.GetObjectInput{Bucket: ptr("photos"), Key: ptr("a/cat.jpg")}, 404, "NoSuchKey")
	if got := f.get("b"); got.body != "meow" {
		t.Error(got)
	}
	a := f.must("GetObjectAttributes", &s3.GetObjectAttributesInput{Bucket: ptr("photos"), Key: ptr("b"), ObjectAttributes: []string{"ObjectSize"}})
	if out := a.out.(*s3.GetObjectAttributesOutput); *out.ObjectSize != 4 || out.LastModified == nil {
		t.Errorf("%+v", out)
	}
	f.must("DeleteObject", &s3.DeleteObjectInput{Bucket: ptr("photos"), Key: ptr("never")})
}

// API_GetObject: ranges and conditions.
func TestConditionsAndRanges(t *testing.T) {
	f := storeFixture(t)
	tag := f.put("k", "hello").header.Get("Etag")
	in := func(change func(*s3.GetObjectInput)) *s3.GetObjectInput {
		i := &s3.GetObjectInput{Bucket: ptr("photos"), Key: ptr("k")}
		change(i)
		return i
	}
	part := f.must("GetObject", in(func(i *s3.GetObjectInput) { i.Range = ptr("bytes=1-2") }))
	if part.status != 206 || part.body != "el" || part.header.Get("Content-Range") != "bytes 1-2/5" {
		t.Errorf("%+v", part)
	}
	if same := f.must("GetObject", in(func(i *s3.GetObjectInput) { i.IfNoneMatch = &tag })); same.status != 304 || same.body != "" {
		t.Errorf("%+v", same)
	}
	f.fails("GetObject", in(func(i *s3.GetObjectInput) { i.IfMatch = ptr(`"no"`) }), 412, "PreconditionFailed")
	f.fails("GetObject", in(func(i *s3.GetObjectInput) { i.Range = ptr("bytes=100-") }), 416, "InvalidRange")
	if as := f.must("GetObject", in(func(i *s3.GetObjectInput) { i.ResponseContentType = ptr("text/html") })); as.header.Get("Content-Type") != "text/html" {
		t.Errorf("%+v", as)
	}
	f.fails("PutObject", &s3.PutObjectInput{Bucket: ptr("photos"), Key: ptr("k"), IfNoneMatch: ptr("*")}, 412, "PreconditionFailed", "other")
	f.fails("DeleteObject", &s3.DeleteObjectInput{Bucket: ptr("photos"), Key: ptr("k"), IfMatch: ptr(`"no"`)}, 412, "PreconditionFailed")
	if got := f.get("k"); got.body != "hello" {
		t.Error(got)
	}
}

// brokenBody is a body whose end is not what was signed: the last block never comes.
type brokenBody struct{ left int }

func (b *brokenBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, api.Errorf(400, "XAmzContentSHA256Mismatch", "no")
	}
	n := min(len(p), b.left)
	b.left -= n
	return n, nil
}

// A body that is not what was signed never becomes an object, nor a part.
func TestBrokenBodyIsNotStored(t *testing.T) {
	f := storeFixture(t)
	f.put("there", "before")
	for _, key := range []string{"new", "there"} {
		for _, size := range []int{1, 10, 100_000, 3_000_000} {
			in := &s3.PutObjectInput{Bucket: ptr("photos"), Key: &key}
			_, err := f.ask(rootOf(firstAccount), "PutObject", in, &brokenBody{size - 1}, int64(size))
			isRefusal(t, "PutObject", err, 400, "XAmzContentSHA256Mismatch", "")
		}
	}
	f.fails("GetObject", &s3.GetObjectInput{Bucket: ptr("photos"), Key: ptr("new")}, 404, "NoSuchKey")
	if got := f.get("there"); got.body != "before" {
		t.Errorf("%d bytes", len(got.body))
	}
	up := f.begin("mp")
	_, err := f.ask(rootOf(firstAccount), "UploadPart", &s3.UploadPartInput{Bucket: ptr("photos"), Key: ptr("mp"), UploadId: up, PartNumber: ptr(int32(1))}, &brokenBody{99_999}, 100_000)
	isRefusal(t, "UploadPart", err, 400, "XAmzContentSHA256Mismatch", "")
	parts := f.must("ListParts", &s3.ListPartsInput{Bucket: ptr("photos"), Key: ptr("mp"), UploadId: up}).out.(*s3.ListPartsOutput)
	if len(parts.Parts) != 0 || *parts.Owner.ID != *ownerOf(firstAccount).ID {
		t.Errorf("%+v", parts)
	}
}

func (f *objectFixture) begin(key string) *string {
	f.t.Helper()
	return f.must("CreateMultipartUpload", &s3.CreateMultipartUploadInput{Bucket: ptr("photos"), Key: &key}).out.(*s3.CreateMultipartUploadOutput).UploadId
}

// trailedBody is a body with a checksum behind it.
type trailedBody struct {
	io.Reader
	name, value string
}

func (b *trailedBody) Announced() string      { return b.name }
func (b *trailedBody) Trailer() (n, v string) { return b.name, b.value }

// The back end keeps the checksum that came behind the body [checking-object-integrity].
func TestTrailerIsKept(t *testing.T) {
	f := storeFixture(t)
	for content, sum := range map[string]string{"123456789": "y/Q5Jg==", "": "AAAAAA=="} {
		body := &trailedBody{strings.NewReader(content), "x-amz-checksum-crc32", sum}
		a, err := f.ask(rootOf(firstAccount), "PutObject", &s3.PutObjectInput{Bucket: ptr("photos"), Key: ptr("k"), ChecksumAlgorithm: ptr("CRC32")}, body, int64(len(content)))
		if err != nil {
			t.Fatal(err, detailOf(err))
		}
		if a.header.Get("X-Amz-Checksum-Crc32") != sum {
			t.Errorf("%v", a.header)
		}
		got := f.must("GetObject", &s3.GetObjectInput{Bucket: ptr("photos"), Key: ptr("k"), ChecksumMode: ptr("ENABLED")})
		if got.body != content || got.header.Get("X-Amz-Checksum-Crc32") != sum || got.header.Get("Content-Encoding") != "" {
			t.Errorf("%+v", got)
		}
	}
}

// A multipart upload, its lists, and a copy of a part.
func TestMultipart(t *testing.T) {
	f := storeFixture(t)
	big := strings.Repeat("x", 5<<20)
	f.put("source", big)
	up := f.begin("mp")
	at := func(n int32) *s3.UploadPartInput {
		return &s3.UploadPartInput{Bucket: ptr("photos"), Key: ptr("mp"), UploadId: up, PartNumber: &n}
	}
	copied := f.must("UploadPartCopy", &s3.UploadPartCopyInput{
		Bucket: ptr("photos"), Key: ptr("mp"), UploadId: up, PartNumber: ptr(int32(1)), CopySource: ptr("/photos/source"), CopySourceRange: ptr("bytes=0-5242879"),
	}).out.(*s3.UploadPartCopyOutput)
	last := f.must("UploadPart", at(2), "end")
	f.fails("UploadPart", at(10_001), 400, "InvalidArgument", "x")
	uploads := f.must("ListMultipartUploads", &s3.ListMultipartUploadsInput{Bucket: ptr("photos")}).out.(*s3.ListMultipartUploadsOutput)
	if len(uploads.Uploads) != 1 || *uploads.Uploads[0].Key != "mp" || *uploads.Uploads[0].Owner.ID != *ownerOf(firstAccount).ID {
		t.Errorf("%+v", uploads)
	}
	done := f.must("CompleteMultipartUpload", &s3.CompleteMultipartUploadInput{Bucket: ptr("photos"), Key: ptr("mp"), UploadId: up, MultipartUpload: &s3.CompletedMultipartUpload{
		Parts: []s3.CompletedPart{{ETag: copied.CopyPartResult.ETag, PartNumber: ptr(int32(1))}, {ETag: ptr(last.header.Get("Etag")), PartNumber: ptr(int32(2))}},
	}}).out.(*s3.CompleteMultipartUploadOutput)
	if *done.Location != "http://localhost:4566/photos/mp" || *done.Bucket != "photos" || *done.Key != "mp" {
		t.Errorf("%+v", done)
	}
	if got := f.get("mp"); got.body != big+"end" {
		t.Errorf("%d bytes", len(got.body))
	}
	other := f.begin("gone")
	f.must("AbortMultipartUpload", &s3.AbortMultipartUploadInput{Bucket: ptr("photos"), Key: ptr("gone"), UploadId: other})
	f.fails("ListParts", &s3.ListPartsInput{Bucket: ptr("photos"), Key: ptr("gone"), UploadId: other}, 404, "NoSuchUpload")
	for _, id := range []string{"../../x", "..", "a/b", "a\x00"} {
		f.fails("ListParts", &s3.ListPartsInput{Bucket: ptr("photos"), Key: ptr("gone"), UploadId: &id}, 404, "NoSuchUpload")
	}
}

// Two keys are two objects, whatever a file system makes of them: what is allowed on one
// is not done to the other.
func TestKeysAreNoAliases(t *testing.T) {
	f := storeFixture(t)
	tags := &s3.Tagging{TagSet: []s3.Tag{{Key: ptr("k"), Value: ptr("v")}}}
	untouched := func(key, other string) {
		t.Helper()
		b := ptr("photos")
		for operation, in := range map[string]any{
			"GetObject": &s3.GetObjectInput{Bucket: b, Key: &other}, "HeadObject": &s3.HeadObjectInput{Bucket: b, Key: &other},
			"GetObjectTagging": &s3.GetObjectTaggingInput{Bucket: b, Key: &other}, "PutObjectTagging": &s3.PutObjectTaggingInput{Bucket: b, Key: &other, Tagging: tags},
			"DeleteObjectTagging": &s3.DeleteObjectTaggingInput{Bucket: b, Key: &other},
			"GetObjectAttributes": &s3.GetObjectAttributesInput{Bucket: b, Key: &other, ObjectAttributes: []string{"ETag"}},
			"CopyObject":          &s3.CopyObjectInput{Bucket: b, Key: ptr("copy"), CopySource: ptr("photos/" + strings.ReplaceAll(other, "%", "%25"))},
		} {
			if _, err := f.ask(rootOf(firstAccount), operation, in, nil, 0); code(err) != "NoSuchKey" && code(err) != "NotFound" {
				t.Errorf("%s of %q, where %q is: %v", operation, other, key, err)
			}
		}
		f.must("DeleteObject", &s3.DeleteObjectInput{Bucket: b, Key: &other})
		f.must("HeadObject", &s3.HeadObjectInput{Bucket: b, Key: &key})
		if got, err := f.gateway.objectTags(t.Context(), "photos", other, ""); len(got) != 0 || err != nil {
			t.Errorf("tags of %q: %v %v", other, got, err)
		}
	}
	for _, pair := range [][2]string{{"a", "a/"}, {"dir/", "dir"}, {"x%2Fy", "x/y"}, {"\u00e9", "e\u0301"}, {"Up", "up"}, {"b c", "b+c"}} {
		content := "text"
		if strings.HasSuffix(pair[0], "/") {
			content = ""
		}
		f.must("PutObject", &s3.PutObjectInput{Bucket: ptr("photos"), Key: &pair[0], Tagging: ptr("team=blue")}, content)
		untouched(pair[0], pair[1])
	}
	f.fails("PutObject", &s3.PutObjectInput{Bucket: ptr("photos"), Key: ptr("a/b")}, 400, "InvalidRequest", "under a file")
	f.put("deep/er", "x")
	f.fails("PutObject", &s3.PutObjectInput{Bucket: ptr("photos"), Key: ptr("deep")}, 400, "InvalidRequest", "over a folder")
}

// What the built-in back end could read as a path is refused.
func TestReservedKeys(t *testing.T) {
	f := storeFixture(t)
	for key, code := range map[string]string{
		"..": "InvalidURI", "a/../b": "InvalidURI", "a//b": "InvalidURI", "/a": "InvalidURI", "a/.": "InvalidURI",
		".sgwtmp": "InvalidRequest", ".sgwtmp/multipart": "InvalidRequest", ".SGWTMP/x": "InvalidRequest", "a\x01": "InvalidRequest",
		strings.Repeat("k", 256): "KeyTooLongError", strings.Repeat("kk/", 350): "KeyTooLongError",
	} {
		f.fails("PutObject", &s3.PutObjectInput{Bucket: ptr("photos"), Key: &key}, 400, code, "x")
		source := "photos/" + escapeKey(key)
		if _, err := f.ask(rootOf(firstAccount), "CopyObject", &s3.CopyObjectInput{Bucket: ptr("photos"), Key: ptr("copy"), CopySource: &source}, nil, 0); err == nil {
			t.Errorf("%q is copied", key)
		}
		_, err := f.ask(rootOf(firstAccount), "DeleteObjects", &s3.DeleteObjectsInput{Bucket: ptr("photos"), Delete: &s3.Delete{Objects: []s3.ObjectIdentifier{{Key: &key}}}}, nil, 0)
		if err != nil { // the key alone fails
			t.Errorf("%q: %v", key, err)
		}
		if tags, err := f.gateway.objectTags(t.Context(), "photos", key, ""); len(tags) != 0 || err != nil { // a policy may ask for them
			t.Errorf("tags of %q: %v %v", key, tags, err)
		}
	}
	if tags, err := f.gateway.objectTags(t.Context(), "photos", "k", "../x"); len(tags) != 0 || err != nil {
		t.Errorf("tags of no version: %v %v", tags, err)
	}
	for _, prefix := range []string{"../", "a/../", "/", ".sgwtmp/"} {
		if _, err := f.ask(rootOf(firstAccount), "ListObjectsV2", &s3.ListObjectsV2Input{Bucket: ptr("photos"), Prefix: &prefix}, nil, 0); err == nil {
			t.Errorf("%q is listed", prefix)
		}
	}
	for _, id := range []string{"../x", "..", "a/b", ""} {
		f.fails("GetObject", &s3.GetObjectInput{Bucket: ptr("photos"), Key: ptr("k"), VersionId: &id}, 400, "InvalidArgument")
	}
}

// API_ListObjectsV2: names are encoded where the client asks, and owners shown.
func TestListing(t *testing.T) {
	f := storeFixture(t)
	for _, key := range []string{"a b+c&d%é", "dir/one", "dir/two", "n\nl"} {
		f.put(key, "x")
	}
	keys := func(in *s3.ListObjectsV2Input) (names []string, out *s3.ListObjectsV2Output) {
		in.Bucket = ptr("photos")
		out = f.must("ListObjectsV2", in).out.(*s3.ListObjectsV2Output)
		for _, o := range out.Contents {
			names = append(names, *o.Key)
		}
		for _, p := range out.CommonPrefixes {
			names = append(names, *p.Prefix)
		}
		return names, out
	}
	for _, c := range []struct {
		in   s3.ListObjectsV2Input
		want string
	}{
		{s3.ListObjectsV2Input{}, "a b+c&d%é|dir/one|dir/two|n\nl"},
		{s3.ListObjectsV2Input{EncodingType: ptr("url")}, "a+b%2Bc%26d%25%C3%A9|dir/one|dir/two|n%0Al"},
		{s3.ListObjectsV2Input{Delimiter: ptr("/"), Prefix: ptr("d")}, "dir/"},
		{s3.ListObjectsV2Input{StartAfter: ptr("dir/one"), FetchOwner: ptr(true)}, "dir/two|n\nl"},
	} {
		got, out := keys(&c.in)
		if strings.Join(got, "|") != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
		if (out.EncodingType == nil) != (c.in.EncodingType == nil) || *out.Name != "photos" {
			t.Errorf("%+v", out)
		}
		for _, o := range out.Contents {
			if shown := o.Owner != nil; shown != or(c.in.FetchOwner, false) || shown && *o.Owner.ID != *ownerOf(firstAccount).ID {
				t.Errorf("owner %+v", o.Owner)
			}
		}
	}
	first := f.must("ListObjects", &s3.ListObjectsInput{Bucket: ptr("photos"), MaxKeys: ptr(int32(2))}).out.(*s3.ListObjectsOutput)
	if len(first.Contents) != 2 || !*first.IsTruncated || *first.Contents[0].Owner.ID != *ownerOf(firstAccount).ID {
		t.Errorf("%+v", first)
	}
}

// Versions are read, listed and deleted by their id; "a/" has none of "a"'s.
func TestVersions(t *testing.T) {
	f := storeFixture(t)
	answer, err := f.back.Do(t.Context(), s3.API.Operation("PutBucketVersioning"), &s3.PutBucketVersioningInput{
		Bucket: ptr("photos"), VersioningConfiguration: &s3.VersioningConfiguration{Status: ptr("Enabled")}}, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	v1 := f.put("v", "one").header.Get("X-Amz-Version-Id")
	f.put("v", "two")
	if got := f.must("GetObject", &s3.GetObjectInput{Bucket: ptr("photos"), Key: ptr("v"), VersionId: &v1}); got.body != "one" {
		t.Error(got)
	}
	f.must("PutObjectTagging", &s3.PutObjectTaggingInput{Bucket: ptr("photos"), Key: ptr("v"), VersionId: &v1, Tagging: &s3.Tagging{TagSet: []s3.Tag{{Key: ptr("k"), Value: ptr("v")}}}})
	if tags, err := f.gateway.objectTags(t.Context(), "photos", "v", v1); err != nil || len(tags) != 1 || tags[0] != (api.Tag{Key: "k", Value: "v"}) {
		t.Error(tags, err)
	}
	if tags, err := f.gateway.objectTags(t.Context(), "photos", "v", ""); err != nil || len(tags) != 0 {
		t.Error(tags, err)
	}
	f.fails("GetObject", &s3.GetObjectInput{Bucket: ptr("photos"), Key: ptr("v/"), VersionId: &v1}, 404, "NoSuchVersion")
	f.fails("GetObjectTagging", &s3.GetObjectTaggingInput{Bucket: ptr("photos"), Key: ptr("v/"), VersionId: &v1}, 404, "NoSuchVersion")
	f.must("DeleteObject", &s3.DeleteObjectInput{Bucket: ptr("photos"), Key: ptr("v/"), VersionId: &v1})
	f.must("DeleteObject", &s3.DeleteObjectInput{Bucket: ptr("photos"), Key: ptr("v/")})
	if got := f.get("v"); got.body != "two" {
		t.Error(got)
	}
	f.must("CopyObject", &s3.CopyObjectInput{Bucket: ptr("photos"), Key: ptr("c"), CopySource: ptr("photos/v?versionId=" + v1)})
	if got := f.get("c"); got.body != "one" {
		t.Error(got)
	}
	if gone := f.must("DeleteObject", &s3.DeleteObjectInput{Bucket: ptr("photos"), Key: ptr("v")}); gone.header.Get("X-Amz-Delete-Marker") != "true" {
		t.Errorf("%v", gone.header)
	}
	list := f.must("ListObjectVersions", &s3.ListObjectVersionsInput{Bucket: ptr("photos")}).out.(*s3.ListObjectVersionsOutput)
	if len(list.Versions) != 3 || len(list.DeleteMarkers) != 1 || *list.DeleteMarkers[0].Owner.ID != *ownerOf(firstAccount).ID {
		t.Errorf("%+v", list)
	}
}

// Large bodies pass whole.
func TestLargeBody(t *testing.T) {
	f := storeFixture(t)
	content := bytes.Repeat([]byte("0123456789abcdef"), 1<<18)
	f.put("large", string(content))
	if got := f.get("large"); got.body != string(content) {
		t.Errorf("%d bytes", len(got.body))
	}
}
