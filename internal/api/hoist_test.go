package api

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
)

// The SDKs' presigners put x-amz-* headers into the query ("hoistable headers").
func TestHoisted(t *testing.T) {
	const signing = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=c&X-Amz-Date=d&X-Amz-Expires=60&X-Amz-SignedHeaders=host" +
		"&X-Amz-Signature=s&X-Amz-Security-Token=t&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD"
	for query, want := range map[string]map[string]string{
		"":                                {},
		"&x-id=PutObject":                 {},
		"&amz-x=1&x-amz=2":                {},
		"&x-amz-meta-kind=a+b%2Fc":        {"X-Amz-Meta-Kind": "a b/c"},
		"&X-Amz-Meta-Kind=":               {"X-Amz-Meta-Kind": ""},
		"&x-amz-copy-source=b%2Fk&x-id=C": {"X-Amz-Copy-Source": "b/k"},
		"&x-amz-expected-bucket-owner=1":  {"X-Amz-Expected-Bucket-Owner": "1"},
		// What says how to make checksums, or whether to answer with them, is none.
		"&x-amz-checksum-algorithm=SHA256&x-amz-checksum-type=COMPOSITE": {"X-Amz-Checksum-Algorithm": "SHA256", "X-Amz-Checksum-Type": "COMPOSITE"},
		"&x-amz-checksum-mode=ENABLED":                                   {"X-Amz-Checksum-Mode": "ENABLED"},
		// As the SDK for JavaScript makes them for an upload.
		"&x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32": {},
	} {
		r := httptest.NewRequest("PUT", "/bucket/key?"+signing+query, nil)
		r.Header.Set("If-None-Match", "*")
		before := maps.Clone(r.Header)
		got, err := Hoisted(r)
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		if !maps.EqualFunc(r.Header, before, equalValues) {
			t.Errorf("%s: the request itself has %v", query, r.Header)
		}
		if len(got.Header) != len(want)+1 || got.Header.Get("If-None-Match") != "*" || got.URL != r.URL {
			t.Errorf("%s: %v", query, got.Header)
		}
		for name, value := range want {
			if v := got.Header[name]; len(v) != 1 || v[0] != value {
				t.Errorf("%s: %s is %q, not %q", query, name, v, value)
			}
		}
	}
}

func equalValues(a, b []string) bool { return len(a) == len(b) && (len(a) == 0 || a[0] == b[0]) }

// What is said twice, in the query or in both places, is for the decoder to refuse: it
// must see both. What is no header at all is refused here.
func TestHoistedTwice(t *testing.T) {
	r := httptest.NewRequest("PUT", "/b/k?x-amz-acl=private&X-AMZ-ACL=public-read", nil)
	r.Header.Set("X-Amz-Acl", "bucket-owner-full-control")
	got, err := Hoisted(r)
	if err != nil || len(got.Header["X-Amz-Acl"]) != 3 {
		t.Errorf("%v, %v", got.Header, err)
	}
	for _, query := range []string{"x-amz-meta-a=b%0d%0aX-Amz-Acl:%20public-read", "x-amz-meta-a=%00", "X-Amz-Meta-a%0d%0aX-Amz-Acl:%20public-read=v", "x-amz-meta-a%3ab=c", "x-amz-meta-%20=c", "x-amz-meta-%c3%a9=c", "x-amz-meta-a=%zz", "x-amz-meta-a=%ff"} {
		if _, err := Hoisted(httptest.NewRequest("PUT", "/b/k?"+query, nil)); err == nil || err.Status/100 != 4 {
			t.Errorf("%s: %v", query, err)
		}
	}
	if got, err := Hoisted(&http.Request{URL: r.URL, Header: http.Header{}}); err != nil || len(got.Header["X-Amz-Acl"]) != 2 {
		t.Errorf("%v, %v", got, err)
	}
}
