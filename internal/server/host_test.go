package server

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// BUCKET.HOST names a bucket ("Virtual hosting of general purpose buckets"); HOST, an
// address and the host of another service do not.
func TestBucketOfHost(t *testing.T) {
	h := newHosts(nil, "eu-west-1", []string{"iam", "sts"})
	for host, want := range map[string]string{
		"photos.localhost": "photos", "photos.localhost:4780": "photos", "Photos.LOCALHOST": "photos", "a.b.localhost": "a.b",
		"photos.s3.localhost": "photos", "a.b.s3.eu-west-1.localhost:1": "a.b",
		"localhost": "", "localhost:4780": "", "s3.localhost": "", "s3.eu-west-1.localhost": "", "iam.localhost": "", "sts.localhost:1": "",
		"127.0.0.1": "", "127.0.0.1:4780": "", "[::1]:4780": "", "[::1]": "", "example.com": "", "photos.localhost.example.com": "",
		"": "", ".": "", ".localhost": "", "s3.x.localhost": "", "photos.localhost.": "",
	} {
		if got, found := h.bucket(host); got != want || found != (want != "") {
			t.Errorf("%q: %q, %v", host, got, found)
		}
	}
}

// The path is read once, with the bucket of the host in it; what a store could read as
// another key's path is refused.
func TestRouteS3(t *testing.T) {
	s := &Server{hosts: newHosts(nil, "us-east-1", nil)}
	for _, c := range []struct{ host, path, want string }{
		{"localhost", "/b/k", "/b/k"}, {"localhost", "/", "/"}, {"localhost", "/b/", "/b/"}, {"localhost", "/b/a/", "/b/a/"},
		{"localhost", "/b/a%2Fb", "/b/a%2Fb"}, {"localhost", "/b/...", "/b/..."}, {"localhost", "/b/.x/..y", "/b/.x/..y"},
		{"b.localhost", "/k", "/b/k"}, {"b.localhost", "/", "/b/"}, {"b.localhost", "/b/k", "/b/b/k"}, {"b.localhost", "/%C5%BC", "/b/%C5%BC"},
		{"localhost", "/b//k", "InvalidURI"}, {"localhost", "/b/a//k", "InvalidURI"}, {"localhost", "/b/k//", "InvalidURI"}, {"localhost", "/b//", "InvalidURI"},
		{"localhost", "/b/../c/k", "InvalidURI"}, {"localhost", "/b/a/..", "InvalidURI"}, {"localhost", "/b/./k", "InvalidURI"},
		{"localhost", "/b/%2e%2e/k", "InvalidURI"}, {"localhost", "/b/a%2F..%2Fk", "InvalidURI"}, {"localhost", "/b/a%2F%2Fk", "InvalidURI"},
		{"localhost", "/b/%00", "InvalidURI"}, {"localhost", "/b/%FF", "InvalidURI"}, {"localhost", "/b/../", "InvalidURI"},
		{"b.localhost", "/../c", "InvalidURI"}, {"b.localhost", "//k", "InvalidURI"},
		{"localhost", "/b%2Fk", "InvalidBucketName"}, {"localhost", "/../k", "InvalidBucketName"}, {"localhost", "//k", "InvalidBucketName"},
		{"localhost", "/%2e%2e/k", "InvalidBucketName"}, {"localhost", "/a%20b/k", "InvalidBucketName"}, {"a%2fb.localhost", "/k", "InvalidBucketName"},
	} {
		u, err := url.ParseRequestURI(c.path)
		if err != nil {
			t.Fatal(err)
		}
		routed, err := s.routeS3(&http.Request{Host: c.host, URL: u}, false)
		got := ""
		if e, ours := err.(*api.Error); ours {
			got = e.Code
		} else if err == nil {
			got = routed.URL.EscapedPath()
		}
		if got != c.want {
			t.Errorf("%s %s: %s, %v", c.host, c.path, got, err)
		}
	}
}
