package authz

import (
	"errors"
	"net/url"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// [API_CopyObject], x-amz-copy-source.
func TestCopySource(t *testing.T) {
	const missing = "InvalidArgument: Copy Source must mention the source bucket and key: sourcebucket/sourcekey"
	const uri = "InvalidURI: Couldn't parse the specified URI."
	for header, want := range map[string]string{
		"b/k":                           "b k",
		"/b/k":                          "b k",
		"b/dir/k.txt":                   "b dir/k.txt",
		"b%2Fdir%2Fk":                   "b dir/k",
		"/b/a%20b%3Fc+d":                "b a b?c+d",
		"b/%C3%A9t%C3%A9":               "b été",
		"b/dir/":                        "b dir/",
		"b/k?versionId=v1":              "b k v1",
		"b/k?versionId=3%2FL4%2Bk":      "b k 3/L4+k",
		"b/k?versionId=null":            "b k null",
		"b/k?versionId=":                missing,
		"b/k?versionId":                 missing,
		"b/k?versionId=v1&versionId=v2": missing,
		"b/k?other=v1":                  missing,
		"b/k?":                          missing,
		"":                              missing,
		"/":                             missing,
		"b":                             missing,
		"b/":                            missing,
		"/b":                            missing,
		"//k":                           missing,
		"b/%":                           missing,
		"b/k?versionId=%":               missing,
		"b//k":                          uri,
		"b/../c/k":                      uri,
		"b/%2e%2e/c":                    uri,
		"b/a/./k":                       uri,
		"b/k%00":                        uri,
		"b/%ff":                         uri,
		"arn:aws:s3:eu-west-1:1:accesspoint/p/object/k": "NotImplemented: Copying from an access point is not implemented.",
	} {
		s, err := CopySource(header)
		got := s.Bucket + " " + s.Key
		if s.VersionID != nil {
			got += " " + *s.VersionID
		}
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: %s\nand should %s", header, got, want)
		}
	}
}

func FuzzCopySource(f *testing.F) {
	for _, seed := range []string{"b/k", "/b/a%2Fb?versionId=v", "b/../k", "arn:aws:s3:::b/k", "b/%zz", "b/k?versionId=a%26b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		s, err := CopySource(header)
		if err != nil {
			if e := (*api.Error)(nil); !errors.As(err, &e) {
				t.Fatalf("no error of S3: %v", err)
			}
			return
		}
		again := "/" + url.PathEscape(s.Bucket) + "/" + url.PathEscape(s.Key)
		if s.VersionID != nil {
			again += "?versionId=" + url.QueryEscape(*s.VersionID)
		}
		r, err := CopySource(again)
		if err != nil || r.Bucket != s.Bucket || r.Key != s.Key || (r.VersionID == nil) != (s.VersionID == nil) || r.VersionID != nil && *r.VersionID != *s.VersionID {
			t.Errorf("%q is %+v, which as %q is %+v, %v", header, s, again, r, err)
		}
		if api.CheckKey(s.Key) != nil {
			t.Errorf("%q has the key %q", header, s.Key)
		}
	})
}
