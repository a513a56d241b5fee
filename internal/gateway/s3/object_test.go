package s3

import (
	"encoding/xml"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// API_DeleteObjects: a key at a time. What is denied is not named to the back end.
func TestDeleteObjects(t *testing.T) {
	var g got
	asked := 0
	b := fakeBackend(t, func(w http.ResponseWriter, r *http.Request) {
		asked++
		g.take(r)
		var d struct {
			Object []struct{ Key string }
			Quiet  bool
		}
		if err := xml.Unmarshal([]byte(g.body), &d); err != nil {
			t.Error(err)
		}
		io.WriteString(w, "<DeleteResult>")
		for _, o := range d.Object {
			switch {
			case o.Key == "mine/locked":
				io.WriteString(w, "<Error><Key>"+o.Key+"</Key><Code>AccessDenied</Code><Message>theirs</Message></Error>")
			case !d.Quiet:
				io.WriteString(w, "<Deleted><Key>"+o.Key+"</Key></Deleted>")
			}
		}
		io.WriteString(w, "</DeleteResult>")
	})
	f := newObjectFixture(t, b)
	ana := f.user(firstAccount, "ana", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::photos/mine/*"}]}`)
	deletes := func(quiet bool, keys ...string) string {
		t.Helper()
		in := &s3.DeleteObjectsInput{Bucket: ptr("photos"), Delete: &s3.Delete{Quiet: &quiet, Objects: []s3.ObjectIdentifier{}}}
		for _, k := range keys {
			key, version, versioned := strings.Cut(k, "?")
			o := s3.ObjectIdentifier{Key: &key}
			if versioned {
				o.VersionId = &version
			}
			in.Delete.Objects = append(in.Delete.Objects, o)
		}
		a, err := f.ask(ana, "DeleteObjects", in, nil, 0)
		if err != nil {
			return code(err)
		}
		var text []string
		out := a.out.(*s3.DeleteObjectsOutput)
		for _, d := range out.Deleted {
			text = append(text, *d.Key)
		}
		for _, e := range out.Errors {
			text = append(text, *e.Key+":"+*e.Code)
		}
		return strings.Join(text, " ")
	}
	for _, c := range []struct {
		quiet bool
		keys  []string
		want  string
		named string // to the back end; "" where it is not asked
	}{
		{false, []string{"mine/a", "theirs/b", "mine/c"}, "mine/a mine/c theirs/b:AccessDenied", "mine/a mine/c"},
		{true, []string{"mine/a", "theirs/b"}, "theirs/b:AccessDenied", "mine/a"},
		{false, []string{"theirs/b"}, "theirs/b:AccessDenied", ""},
		{false, []string{"mine/a?v1"}, "mine/a:AccessDenied", ""}, // DeleteObjectVersion is not allowed
		{false, []string{"mine/../theirs/b", "mine/a"}, "mine/a mine/../theirs/b:InvalidURI", "mine/a"},
		{false, []string{"mine/locked"}, "mine/locked:InternalError", "mine/locked"},
		{false, nil, "MalformedXML", ""},
		{false, make([]string, 1001), "MalformedXML", ""},
	} {
		asked, g.body = 0, ""
		for i := range c.keys {
			if c.keys[i] == "" {
				c.keys[i] = "mine/a"
			}
		}
		if got := deletes(c.quiet, c.keys...); got != c.want {
			t.Errorf("%v: %s, want %s", c.keys, got, c.want)
		}
		var d struct {
			Object []struct{ Key string }
		}
		xml.Unmarshal([]byte(g.body), &d)
		var named []string
		for _, o := range d.Object {
			named = append(named, o.Key)
		}
		if strings.Join(named, " ") != c.named || (asked == 0) != (c.named == "") {
			t.Errorf("%v: the back end was named %v", c.keys, named)
		}
	}
}

// API_GetObject: that an object is not there is told to those who may list.
func TestMissingObject(t *testing.T) {
	b := fakeBackend(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(404)
		io.WriteString(w, errorXML("NoSuchKey", ""))
	})
	f := newObjectFixture(t, b)
	reads := f.user(firstAccount, "reads", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject*","Resource":"*"}]}`)
	lists := f.user(firstAccount, "lists", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject*","s3:ListBucket"],"Resource":"*"}]}`)
	for operation, in := range map[string]any{
		"GetObject": &s3.GetObjectInput{Bucket: ptr("photos"), Key: ptr("k")}, "HeadObject": &s3.HeadObjectInput{Bucket: ptr("photos"), Key: ptr("k")},
		"GetObjectAttributes": &s3.GetObjectAttributesInput{Bucket: ptr("photos"), Key: ptr("k"), ObjectAttributes: []string{"ETag"}},
	} {
		if _, err := f.ask(reads, operation, in, nil, 0); code(err) != "AccessDenied" && !strings.Contains(err.Error(), "AccessDenied") {
			t.Errorf("%s tells who may not list: %v", operation, err)
		}
		if _, err := f.ask(lists, operation, in, nil, 0); code(err) != "NoSuchKey" && code(err) != "NotFound" {
			t.Errorf("%s: %v", operation, err)
		}
	}
}

// about-object-ownership, API_PutObject: what goes with an object and what cannot.
func TestWritten(t *testing.T) {
	f := storeFixture(t)
	own := directory.CanonicalID(firstAccount)
	many := ""
	for _, k := range strings.Split("abcdefghijk", "") {
		many += k + "=1&"
	}
	for _, c := range []struct {
		name   string
		change func(*s3.PutObjectInput)
		status int
		code   string
	}{
		{"owner's ACL", func(i *s3.PutObjectInput) { i.ACL = ptr("bucket-owner-full-control") }, 0, ""},
		{"owner's grant", func(i *s3.PutObjectInput) { i.GrantFullControl = ptr("id=" + own) }, 0, ""},
		{"another ACL", func(i *s3.PutObjectInput) { i.ACL = ptr("public-read") }, 400, "AccessControlListNotSupported"},
		{"authenticated-read", func(i *s3.PutObjectInput) { i.ACL = ptr("authenticated-read") }, 400, "AccessControlListNotSupported"},
		{"another's grant", func(i *s3.PutObjectInput) {
			i.GrantFullControl = ptr("id=" + directory.CanonicalID(secondAccount))
		}, 400, "AccessControlListNotSupported"},
		{"two grants", func(i *s3.PutObjectInput) { i.GrantFullControl = ptr("id=" + own + ", id=x") }, 400, "AccessControlListNotSupported"},
		{"reading", func(i *s3.PutObjectInput) { i.GrantRead = ptr("id=" + own) }, 400, "AccessControlListNotSupported"},
		{"standard", func(i *s3.PutObjectInput) { i.StorageClass = ptr("STANDARD") }, 0, ""},
		{"glacier", func(i *s3.PutObjectInput) { i.StorageClass = ptr("GLACIER") }, 400, "InvalidStorageClass"},
		{"encrypted", func(i *s3.PutObjectInput) { i.ServerSideEncryption = ptr("AES256") }, 501, "NotImplemented"},
		{"locked", func(i *s3.PutObjectInput) { i.ObjectLockLegalHoldStatus = ptr("ON") }, 400, "InvalidRequest"},
		{"appended", func(i *s3.PutObjectInput) { i.WriteOffsetBytes = ptr(int64(4)) }, 501, "NotImplemented"},
		{"tags", func(i *s3.PutObjectInput) { i.Tagging = ptr("a=1&b=x%20y") }, 0, ""},
		{"tags twice", func(i *s3.PutObjectInput) { i.Tagging = ptr("a=1&a=2") }, 400, "InvalidArgument"},
		{"reserved tag", func(i *s3.PutObjectInput) { i.Tagging = ptr("aws%3Aa=1") }, 400, "InvalidTag"},
		{"long tag", func(i *s3.PutObjectInput) { i.Tagging = ptr(strings.Repeat("k", 129) + "=1") }, 400, "InvalidTag"},
		{"long value", func(i *s3.PutObjectInput) { i.Tagging = ptr("k=" + strings.Repeat("v", 257)) }, 400, "InvalidTag"},
		{"odd tag", func(i *s3.PutObjectInput) { i.Tagging = ptr("k=%3Cv%3E") }, 400, "InvalidTag"},
		{"eleven tags", func(i *s3.PutObjectInput) { i.Tagging = ptr(strings.TrimSuffix(many, "&")) }, 400, "BadRequest"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := &s3.PutObjectInput{Bucket: ptr("photos"), Key: ptr(c.name)}
			c.change(in)
			_, err := f.ask(rootOf(firstAccount), "PutObject", in, strings.NewReader("x"), 1)
			there := f.head(c.name)
			if c.code == "" {
				if err != nil || !there {
					t.Error(err, detailOf(err))
				}
				return
			}
			isRefusal(t, "PutObject", err, c.status, c.code, "")
			if there {
				t.Error("and yet it is there")
			}
		})
	}
	tags, err := f.gateway.objectTags(t.Context(), "photos", "tags", "")
	if err != nil || len(tags) != 2 || !slices.Contains(tags, api.Tag{Key: "b", Value: "x y"}) {
		t.Error(tags, err)
	}
}

func (f *objectFixture) head(key string) bool {
	_, err := f.ask(rootOf(firstAccount), "HeadObject", &s3.HeadObjectInput{Bucket: ptr("photos"), Key: &key}, nil, 0)
	return err == nil
}

// API_GetObject: only who signs may say how the answer's headers are.
func TestAnonymousOverride(t *testing.T) {
	asked := false
	f := newObjectFixture(t, fakeBackend(t, func(w http.ResponseWriter, r *http.Request) { asked = true }))
	call := f.call(nil, "GetObject")
	_, err := f.gateway.getObject(t.Context(), call, f.directory.View(""), &s3.GetObjectInput{Bucket: ptr("photos"), Key: ptr("k"), ResponseContentType: ptr("text/html")})
	isRefusal(t, "GetObject", err, 400, "InvalidRequest", "")
	if asked {
		t.Error("the back end was asked")
	}
}

// The built-in back end deletes whatever the condition of a key says: so such keys stay.
func TestConditionalDeletes(t *testing.T) {
	f := storeFixture(t)
	f.put("k", "x")
	out := f.must("DeleteObjects", &s3.DeleteObjectsInput{Bucket: ptr("photos"), Delete: &s3.Delete{Objects: []s3.ObjectIdentifier{
		{Key: ptr("k"), ETag: ptr(`"no"`)}, {Key: ptr("other")},
	}}}).out.(*s3.DeleteObjectsOutput)
	if len(out.Deleted) != 1 || len(out.Errors) != 1 || *out.Errors[0].Code != "NotImplemented" || !f.head("k") {
		t.Errorf("%+v", out)
	}
}
