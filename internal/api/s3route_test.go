package api_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// s3Routes are method and URI of S3's operations, as its model has them, and what
// tells those of one URI from one another: required members of the query, and of
// the header after a colon.
const s3Routes = `
AbortMultipartUpload                DELETE /{Bucket}/{Key+} uploadId
CompleteMultipartUpload             POST   /{Bucket}/{Key+} uploadId
CopyObject                          PUT    /{Bucket}/{Key+} :x-amz-copy-source
CreateBucket                        PUT    /{Bucket}
CreateMultipartUpload               POST   /{Bucket}/{Key+}?uploads
DeleteBucket                        DELETE /{Bucket}
DeleteBucketAnalyticsConfiguration  DELETE /{Bucket}?analytics id
DeleteBucketCors                    DELETE /{Bucket}?cors
DeleteBucketPolicy                  DELETE /{Bucket}?policy
DeleteBucketTagging                 DELETE /{Bucket}?tagging
DeleteObject                        DELETE /{Bucket}/{Key+}
DeleteObjectTagging                 DELETE /{Bucket}/{Key+}?tagging
DeleteObjects                       POST   /{Bucket}?delete
GetBucketAcl                        GET    /{Bucket}?acl
GetBucketAnalyticsConfiguration     GET    /{Bucket}?analytics id
GetBucketLocation                   GET    /{Bucket}?location
GetBucketPolicy                     GET    /{Bucket}?policy
GetBucketPolicyStatus               GET    /{Bucket}?policyStatus
GetBucketTagging                    GET    /{Bucket}?tagging
GetBucketVersioning                 GET    /{Bucket}?versioning
GetObject                           GET    /{Bucket}/{Key+}
GetObjectAcl                        GET    /{Bucket}/{Key+}?acl
GetObjectAttributes                 GET    /{Bucket}/{Key+}?attributes :x-amz-object-attributes
GetObjectLockConfiguration          GET    /{Bucket}?object-lock
GetObjectTagging                    GET    /{Bucket}/{Key+}?tagging
HeadBucket                          HEAD   /{Bucket}
HeadObject                          HEAD   /{Bucket}/{Key+}
ListBucketAnalyticsConfigurations   GET    /{Bucket}?analytics
ListBuckets                         GET    /
ListMultipartUploads                GET    /{Bucket}?uploads
ListObjectVersions                  GET    /{Bucket}?versions
ListObjects                         GET    /{Bucket}
ListObjectsV2                       GET    /{Bucket}?list-type=2
ListParts                           GET    /{Bucket}/{Key+} uploadId
PutBucketAcl                        PUT    /{Bucket}?acl
PutBucketPolicy                     PUT    /{Bucket}?policy
PutBucketTagging                    PUT    /{Bucket}?tagging
PutObject                           PUT    /{Bucket}/{Key+}
PutObjectAcl                        PUT    /{Bucket}/{Key+}?acl
PutObjectTagging                    PUT    /{Bucket}/{Key+}?tagging
RestoreObject                       POST   /{Bucket}/{Key+}?restore
SelectObjectContent                 POST   /{Bucket}/{Key+}?select&select-type=2
UploadPart                          PUT    /{Bucket}/{Key+} partNumber uploadId
UploadPartCopy                      PUT    /{Bucket}/{Key+} partNumber uploadId :x-amz-copy-source
WriteGetObjectResponse              POST   /WriteGetObjectResponse :x-amz-request-route :x-amz-request-token
`

func s3() *api.Service {
	svc := &api.Service{Name: "s3", ID: "S3", Protocol: api.RESTXML}
	for _, line := range strings.Split(strings.TrimSpace(s3Routes), "\n") {
		f := strings.Fields(line)
		op := &api.Operation{Name: f[0], Method: f[1], URI: f[2], Input: &api.Shape{Kind: api.Structure}}
		for _, required := range f[3:] {
			name, inHeader := strings.CutPrefix(required, ":")
			m := api.MemberShape{Name: name, Wire: name, Location: "querystring", Required: true}
			if inHeader {
				m.Location = "header"
			}
			op.Input.Members = append(op.Input.Members, m)
		}
		svc.Operations = append(svc.Operations, op)
	}
	return svc
}

// TestS3Routes: each request is the operation that its own template and required
// members make it, with and without parameters that say nothing.
func TestS3Routes(t *testing.T) {
	svc := s3()
	for _, op := range svc.Operations {
		target := strings.NewReplacer("{Bucket}", "my-bucket", "{Key+}", "a/b%20c").Replace(op.URI)
		path, query, _ := strings.Cut(target, "?")
		params := strings.FieldsFunc(query, func(r rune) bool { return r == '&' })
		header := map[string]string{}
		for _, m := range op.Input.Members {
			if m.Location == "header" {
				header[m.Wire] = "x"
			} else {
				params = append(params, m.Wire+"=1")
			}
		}
		for _, more := range []string{"", "x-id=" + op.Name, "X-Amz-Signature=abc&X-Amz-Date=20261124T140000Z", "junk=a;b"} {
			all := append(params[:len(params):len(params)], more)
			r := httptest.NewRequest(op.Method, path+"?"+strings.Join(all, "&"), nil)
			for name, value := range header {
				r.Header.Set(name, value)
			}
			if got := svc.Route(r); got != op {
				t.Errorf("%s %s is %v", op.Name, r.URL, got)
			}
		}
	}
}

// TestS3RoutesLack: an operation that a required member is missing from is found,
// where no other is nearer: the answer then names what is missing.
func TestS3RoutesLack(t *testing.T) {
	svc := s3()
	for _, c := range []struct{ method, target, want string }{
		{"PUT", "/b/k?partNumber=1&uploadId=u", "UploadPart"},
		{"PUT", "/b/k?partNumber=1", "UploadPart"}, // without uploadId it is refused, not stored as the object
		{"PUT", "/b/k", "PutObject"},
		{"POST", "/b/k", "CompleteMultipartUpload"},
		{"GET", "/b?analytics", "ListBucketAnalyticsConfigurations"},
		{"DELETE", "/b?analytics", "DeleteBucketAnalyticsConfiguration"},
		{"GET", "/b/k?attributes", "GetObjectAttributes"},
		{"POST", "/b/k?uploadId=u&x-id=CompleteMultipartUpload", "CompleteMultipartUpload"},
		{"GET", "/b?list-type=3", "ListObjects"},
		{"GET", "/b//", "GetObject"}, // the key is a slash
		{"GET", "/b/?acl", "GetBucketAcl"},
	} {
		op := svc.Route(httptest.NewRequest(c.method, c.target, nil))
		if op == nil || op.Name != c.want {
			t.Errorf("%s %s is %v, not %s", c.method, c.target, op, c.want)
		}
	}
	for _, c := range [][2]string{{"PATCH", "/b/k"}, {"POST", "/"}, {"DELETE", "/"}, {"get", "/b"}, {"GET", "/b?x=%zz"}, {"GET", "/b?x=%ff"},
		// A sub-resource that the operation does not have is not passed over: it would be
		// another operation, with other effects.
		{"DELETE", "/b/k?acl"}, {"PUT", "/b/k?cors"}, {"DELETE", "/b?acl"}, {"GET", "/b?tagging&acl"}, {"POST", "/b/k?select"}, {"GET", "/b/k?policy"},
		{"PUT", "/b/k?%61nalytics"}} {
		if op := svc.Route(httptest.NewRequest(c[0], c[1], nil)); op != nil {
			t.Errorf("%s %s is %s", c[0], c[1], op.Name)
		}
	}
}

// FuzzRoute: nothing panics, and what is found is of the request's method and has
// its labels.
func FuzzRoute(f *testing.F) {
	svc := s3()
	for _, s := range []string{"/", "/b", "/b/", "/b/k?uploads", "//", "/b/%2F%2e", "/b?list-type=2&x=%zz", "/%", "/b/k?&&=&a=;"} {
		f.Add("GET", s)
	}
	f.Fuzz(func(t *testing.T, method, target string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.Method = method
		path, query, _ := strings.Cut(target, "?")
		r.URL.Path, r.URL.RawPath, r.URL.RawQuery = path, "", query
		op := svc.Route(r)
		if op == nil {
			return
		}
		if op.Method != method {
			t.Fatalf("%s %s is %s", method, target, op.Name)
		}
		if strings.Contains(op.URI, "{Bucket}") && strings.Trim(path, "/") == "" {
			t.Fatalf("%s has no bucket and is %s", target, op.Name)
		}
	})
}
