package api_test

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	s3api "github.com/gatehouse-iam/gatehouse/internal/api/s3"
)

// sendable makes of a random input one that a request can carry: a label is not empty,
// a header has no line feeds, and a list that is not wrapped in an element is not empty.
func sendable(v reflect.Value, s *api.Shape) {
	for i := range s.Members {
		m, field := &s.Members[i], v.Field(i)
		if field.Kind() != reflect.Struct && field.IsNil() {
			if m.Location == "uri" {
				text := "k"
				field.Set(reflect.ValueOf(&text))
			}
			continue
		}
		switch m.Location {
		case "uri":
			field.Elem().SetString(field.Elem().String() + "k")
		case "header", "headers":
			overTexts(field, headerForm(m.Shape.Kind == api.List))
		}
		if (field.Kind() == reflect.Slice || field.Kind() == reflect.Map) && field.Len() == 0 && (m.Location != "" || m.Shape.Flattened || m.Payload) {
			field.SetZero()
		}
		if m.Location == "" {
			inside(field, m.Shape)
		}
	}
}

// inside goes on to the structures below a member.
func inside(v reflect.Value, s *api.Shape) {
	switch s.Kind {
	case api.Structure:
		sendable(reflect.Indirect(v), s)
	case api.List:
		for i := range v.Len() {
			inside(v.Index(i), s.Element)
		}
	}
}

func headerForm(listed bool) func(string) string {
	return func(text string) string {
		text = strings.TrimSpace(strings.NewReplacer("\n", "", "\t", "").Replace(text))
		if listed { // commas part the elements of a list
			text = strings.TrimSpace(strings.ReplaceAll(text, ",", ""))
		}
		return text
	}
}

func overTexts(v reflect.Value, f func(string) string) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.Elem().Kind() == reflect.String {
			v.Elem().SetString(f(v.Elem().String()))
		}
	case reflect.Slice:
		for i := range v.Len() {
			if v.Index(i).Kind() == reflect.String {
				v.Index(i).SetString(f(v.Index(i).String()))
			}
		}
	case reflect.Map:
		for key, value := range v.Seq2() {
			v.SetMapIndex(key, reflect.ValueOf(f(value.String())))
		}
	}
}

func arrived(t testing.TB, out *api.Outgoing) *http.Request {
	t.Helper()
	target := out.Path
	if out.Query != "" {
		target += "?" + out.Query
	}
	r := httptest.NewRequest(out.Method, target, nil)
	r.Header = out.Header
	return r
}

// TestEveryRequest: what a request of an input is read as is that input, for random
// inputs of every operation of S3, and the request is the operation's.
func TestEveryRequest(t *testing.T) {
	n := 0
	for _, op := range s3api.API.Operations {
		if op.Input == nil {
			continue
		}
		for seed := range uint64(50) {
			in := op.NewInput()
			v := reflect.ValueOf(in).Elem()
			varied(seed).structure(v, op.Input)
			sendable(v, op.Input)
			out, err := api.EncodeRequest(s3api.API, op, in)
			if err != nil {
				t.Fatalf("%s, seed %d: %v", op.Name, seed, err)
			}
			got, err := api.DecodeInput(s3api.API, op, arrived(t, out), out.Body)
			if err != nil || !reflect.DeepEqual(got, in) {
				t.Fatalf("%s, seed %d: %v\n%s %s?%s\n%v\n%s", op.Name, seed, err, out.Method, out.Path, out.Query, out.Header, out.Body)
			}
			n++
		}
	}
	if n < 4000 {
		t.Errorf("only %d inputs", n)
	}
}

// TestRequestRoute: a request with every required member is found as the operation that
// it was made of.
func TestRequestRoute(t *testing.T) {
	for _, op := range s3api.API.Operations {
		if op.Input == nil {
			continue
		}
		in := op.NewInput()
		v := reflect.ValueOf(in).Elem()
		f := canaries()
		for i := range op.Input.Members {
			if m := &op.Input.Members[i]; m.Required {
				f.below(m.Name, v.Field(i), m.Shape)
			}
		}
		out, err := api.EncodeRequest(s3api.API, op, in)
		if err != nil {
			t.Fatal(err)
		}
		// The model's older twins have the same request: GetBucketLifecycle is
		// GetBucketLifecycleConfiguration, GetBucketNotification …Configuration.
		if got := s3api.API.Route(arrived(t, out)); got == nil || got != op && got.URI != op.URI {
			t.Errorf("%s: %s %s?%s is %v", op.Name, out.Method, out.Path, out.Query, got)
		}
	}
}

func encodeGet(t *testing.T, key string) *api.Outgoing {
	t.Helper()
	bucket := "b"
	out, err := api.EncodeRequest(s3api.API, s3api.API.Operation("GetObject"), &s3api.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestRequestKey: every byte but the unreserved ones and the slash is escaped, as S3's
// clients do [S3 API Reference, "Create a signed AWS API request", UriEncode].
func TestRequestKey(t *testing.T) {
	for key, path := range map[string]string{
		"a":             "/b/a",
		"a/b":           "/b/a/b",
		"/":             "/b//",
		"a b+c":         "/b/a%20b%2Bc",
		"~._-":          "/b/~._-",
		"żółw":          "/b/%C5%BC%C3%B3%C5%82w",
		"100%?#&=;:@!$": "/b/100%25%3F%23%26%3D%3B%3A%40%21%24",
		"\xff\n":        "/b/%FF%0A",
	} {
		if out := encodeGet(t, key); out.Path != path {
			t.Errorf("%q: %s", key, out.Path)
		}
	}
}

// TestRequestWhole: places, literals and the body of a request, byte for byte.
func TestRequestWhole(t *testing.T) {
	bucket, key, version, id := "b", "k", "v 1", "u+1"
	number, tag := int32(3), `"e"`
	for _, c := range []struct {
		op   string
		in   any
		want api.Outgoing
	}{
		{"DeleteObject", &s3api.DeleteObjectInput{Bucket: &bucket, Key: &key, VersionId: &version},
			api.Outgoing{Method: "DELETE", Path: "/b/k", Query: "versionId=v%201", Header: http.Header{}}},
		{"ListObjectsV2", &s3api.ListObjectsV2Input{Bucket: &bucket, MaxKeys: &number},
			api.Outgoing{Method: "GET", Path: "/b", Query: "list-type=2&max-keys=3", Header: http.Header{}}},
		{"ListBuckets", &s3api.ListBucketsInput{}, api.Outgoing{Method: "GET", Path: "/", Header: http.Header{}}},
		{"CompleteMultipartUpload", &s3api.CompleteMultipartUploadInput{Bucket: &bucket, Key: &key, UploadId: &id,
			MultipartUpload: &s3api.CompletedMultipartUpload{Parts: []s3api.CompletedPart{{ETag: &tag, PartNumber: &number}}}},
			api.Outgoing{Method: "POST", Path: "/b/k", Query: "uploadId=u%2B1", Header: http.Header{"Content-Type": {"application/xml"}},
				Body: []byte(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Part><ETag>"e"</ETag><PartNumber>3</PartNumber></Part></CompleteMultipartUpload>`)}},
		{"PutObject", &s3api.PutObjectInput{Bucket: &bucket, Key: &key, Metadata: map[string]string{"color": "blue"}},
			api.Outgoing{Method: "PUT", Path: "/b/k", Header: http.Header{"X-Amz-Meta-Color": {"blue"}}}},
	} {
		got, err := api.EncodeRequest(s3api.API, s3api.API.Operation(c.op), c.in)
		if err != nil || !reflect.DeepEqual(*got, c.want) {
			t.Errorf("%s: %v\n%+v\n%s", c.op, err, got, got.Body)
		}
	}
}

// TestRequestRefused: a value never becomes anything else than itself.
func TestRequestRefused(t *testing.T) {
	bucket, empty, crlf, bell, blank := "b", "", "a\r\nX-Amz-Acl: public-read", "a\x07", " a"
	put := func(f func(*s3api.PutObjectInput)) *s3api.PutObjectInput {
		in := &s3api.PutObjectInput{Bucket: &bucket, Key: &bucket}
		f(in)
		return in
	}
	for name, c := range map[string]struct {
		op   string
		in   any
		code string
	}{
		"no key":               {"GetObject", &s3api.GetObjectInput{Bucket: &bucket}, "InvalidArgument"},
		"an empty key":         {"GetObject", &s3api.GetObjectInput{Bucket: &bucket, Key: &empty}, "InvalidArgument"},
		"a header's end":       {"PutObject", put(func(in *s3api.PutObjectInput) { in.ContentType = &crlf }), "InvalidArgument"},
		"a bell":               {"PutObject", put(func(in *s3api.PutObjectInput) { in.ContentType = &bell }), "InvalidArgument"},
		"a blank at the front": {"PutObject", put(func(in *s3api.PutObjectInput) { in.CacheControl = &blank }), "InvalidArgument"},
		"a header's name":      {"PutObject", put(func(in *s3api.PutObjectInput) { in.Metadata = map[string]string{"a: b\r\nc": "d"} }), "InvalidArgument"},
		"not in XML": {"DeleteObjects", &s3api.DeleteObjectsInput{Bucket: &bucket, Delete: &s3api.Delete{Objects: []s3api.ObjectIdentifier{{Key: &bell}}}},
			"MalformedXML"},
	} {
		_, err := api.EncodeRequest(s3api.API, s3api.API.Operation(c.op), c.in)
		if e, ok := err.(*api.Error); !ok || e.Code != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := api.EncodeRequest(s3api.API, s3api.API.Operation("PutObject"), &s3api.GetObjectInput{}); err == nil {
		t.Error("another operation's input was taken")
	}
	if _, err := api.EncodeRequest(notes, notes.Operation("PutFile"), &putFile{}); err == nil {
		t.Error("a request in JSON was made")
	}
}

// FuzzRequestKey: any key is the same key on the other side.
func FuzzRequestKey(f *testing.F) {
	for _, key := range []string{"a", "a+b c", "//", "../x", "%2f", "\x00\xff", "?a=b#c"} {
		f.Add(key)
	}
	op := s3api.API.Operation("GetObject")
	f.Fuzz(func(t *testing.T, key string) {
		if key == "" {
			return
		}
		in, err := api.DecodeInput(s3api.API, op, arrived(t, encodeGet(t, key)), nil)
		if err != nil || *in.(*s3api.GetObjectInput).Key != key {
			t.Errorf("%q: %v, %v", key, in, err)
		}
	})
}

// TestEveryAnswer: what an output is written as is read back as that output.
func TestEveryAnswer(t *testing.T) {
	for _, op := range s3api.API.Operations {
		if op.Output == nil || op.Name == "GetBucketLocation" {
			continue
		}
		for seed := range uint64(20) {
			out := op.NewOutput()
			v := reflect.ValueOf(out).Elem()
			varied(seed).structure(v, op.Output)
			sendable(v, op.Output)
			written := encode(t, s3api.API, op.Name, out, api.Native)
			header := http.Header{}
			for _, f := range written.Header {
				header.Add(f.Name, f.Value)
			}
			got, err := api.DecodeAnswer(s3api.API, op, written.Status, header, written.Body)
			if err != nil || !reflect.DeepEqual(nothing(got), nothing(out)) {
				t.Fatalf("%s, seed %d: %v\n%+v\n%s", op.Name, seed, err, written.Header, written.Body)
			}
		}
	}
}

// nothing takes an empty payload for none: both are the same bytes.
func nothing(out any) any {
	v := reflect.ValueOf(out).Elem()
	for i := range v.NumField() {
		f := v.Field(i)
		if f.Kind() == reflect.Slice && f.Len() == 0 || f.Kind() == reflect.Pointer && !f.IsNil() && f.Elem().Kind() == reflect.String && f.Elem().Len() == 0 {
			f.SetZero()
		}
	}
	return out
}

func TestAnswer(t *testing.T) {
	head := s3api.API.Operation("HeadObject")
	header := http.Header{"Etag": {`"e"`}, "Content-Length": {"5"}, "Last-Modified": {"Tue, 24 Nov 2026 14:00:00 GMT"}, "X-Amz-Meta-A": {"1"}}
	got, err := api.DecodeAnswer(s3api.API, head, 200, header, nil)
	if err != nil {
		t.Fatal(err)
	}
	if o := got.(*s3api.HeadObjectOutput); *o.ETag != `"e"` || *o.ContentLength != 5 || !o.LastModified.Equal(time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC)) ||
		!reflect.DeepEqual(o.Metadata, map[string]string{"a": "1"}) {
		t.Errorf("%+v", o)
	}
	for name, c := range map[string]struct {
		op     string
		header http.Header
		body   string
	}{
		"a length that is none": {"HeadObject", http.Header{"Content-Length": {"x"}}, ""},
		"half a document":       {"ListObjectsV2", http.Header{}, "<ListBucketResult><Key>"},
		"half a payload":        {"CopyObject", http.Header{}, "<CopyObjectResult>"},
	} {
		_, err := api.DecodeAnswer(s3api.API, s3api.API.Operation(c.op), 200, c.header, []byte(c.body))
		if _, ours := err.(*api.Error); err == nil || ours {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestErrorInAnswer: [API_CopyObject]: "If the error occurs during the copy operation,
// the error response is embedded in the 200 OK response."
func TestErrorInAnswer(t *testing.T) {
	for body, want := range map[string]string{
		"<Error><Code>InternalError</Code><Message>m</Message></Error>":                                         "InternalError 500",
		"\n \n<?xml version=\"1.0\"?>\n<Error><Code>SlowDown</Code><Message>m</Message></Error>":                "SlowDown 503",
		`<CopyObjectResult><ETag>&lt;Error&gt;</ETag></CopyObjectResult>`:                                       "",
		`<CopyObjectResult><ETag>e</ETag><Error><Code>x</Code></Error></CopyObjectResult>`:                      "",
		`<CopyObjectResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><ETag>"e"</ETag></CopyObjectResult>`: "",
	} {
		_, err := api.DecodeAnswer(s3api.API, s3api.API.Operation("CopyObject"), 200, http.Header{}, []byte(body))
		got := ""
		if e, ok := err.(*api.Error); ok {
			got = e.Code + map[int]string{500: " 500", 503: " 503"}[e.Status]
		} else if err != nil {
			t.Errorf("%s: %v", body, err)
		}
		if got != want {
			t.Errorf("%s: %q", body, got)
		}
	}
}
