package server

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// find says which operation a request calls, where that does not take its body: that of
// S3 lies in method, path and query. They are read once: what is decided on is what is
// decoded.
func (s *Server) find(x *exchange) (found bool, unknown error) {
	x.routed = x.r
	svc := s.registry.Scoped(x.signature.Service, x.r)
	if svc == nil && s.s3 != nil && x.signature.Service == "" && s.isS3(x.r) {
		svc = s.s3
	}
	if svc == nil || svc.Protocol != api.RESTXML {
		return false, nil
	}
	x.call.Service = svc
	if svc == s.s3 {
		if x.routed, unknown = s.routeS3(x.r, x.signature.Presigned); unknown != nil {
			return true, unknown
		}
	}
	op, err := s.registry.FindIn(svc, x.routed, nil)
	x.call.Operation, x.op = op, s.operations[op]
	return true, err
}

// isS3 says whether a request that names no service is S3's: everything is that is not
// of the form of another. Query and JSON services answer at "/".
func (s *Server) isS3(r *http.Request) bool {
	if s.registry.Targeted(r) || s.registry.HasAction(r) {
		return false
	}
	if bucket, _ := s.hosts.bucket(r.Host); bucket != "" {
		return true
	}
	if r.Method == http.MethodPost && strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return false
	}
	return r.URL.Path != "/" || r.Method == http.MethodGet || r.Method == http.MethodHead
}

// routeS3 is the request with its bucket in the path and its headers in the header,
// wherever they were sent.
func (s *Server) routeS3(r *http.Request, presigned bool) (*http.Request, error) {
	if presigned {
		var err *api.Error
		if r, err = api.Hoisted(r); err != nil {
			return nil, err
		}
	}
	path := r.URL.EscapedPath()
	if path == "" || path[0] != '/' { // OPTIONS *, CONNECT
		return nil, api.ErrInvalidURI()
	}
	bucket, found := s.hosts.bucket(r.Host)
	if !found {
		return r, checkPath(path, r.URL.Path)
	}
	if !isBucketName(bucket) {
		return nil, errInvalidBucketName()
	}
	routed := *r
	routed.URL = &url.URL{Path: "/" + bucket + r.URL.Path, RawPath: "/" + bucket + path, RawQuery: r.URL.RawQuery}
	return &routed, checkPath(routed.URL.RawPath, routed.URL.Path)
}

// checkPath refuses paths that a store could read as another key's: see api.CheckKey.
// The slash that ends the bucket's name is one that was sent as a slash.
func checkPath(escaped, path string) error {
	if path == "/" {
		return nil
	}
	bucket, _, _ := strings.Cut(escaped[1:], "/")
	if strings.IndexByte(bucket, '%') >= 0 {
		bucket, _ = url.PathUnescape(bucket)
	}
	if !isBucketName(bucket) {
		return errInvalidBucketName()
	}
	_, key, _ := strings.Cut(path[1:], "/")
	return noError(api.CheckKey(key))
}

// errInvalidBucketName: S3's "List of error codes".
func errInvalidBucketName() error {
	return api.Errorf(http.StatusBadRequest, "InvalidBucketName", "The specified bucket is not valid.")
}

func noError(e *api.Error) error {
	if e == nil {
		return nil
	}
	return e
}

// isBucketName says whether a name has only what buckets' names ever had ("Bucket naming
// rules"; those before March 2018 had capitals and underscores, up to 255 characters).
func isBucketName(name string) bool {
	for i := range len(name) {
		c := name[i]
		if !(c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '-' || c == '.' || c == '_') {
			return false
		}
	}
	return len(name) > 0 && len(name) <= 255 && name[0] != '.'
}
