package s3

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// smallBackend is a back end that keeps buckets and the names of their objects. It is no
// S3: just the answers that the bucket operations need.
type smallBackend struct {
	mu       sync.Mutex
	buckets  map[string]*smallBucket
	requests []string
	fail     func(r *http.Request) (status int, code string)
}

type smallBucket struct {
	keys, uploads []string
	versioning    string
}

// put adds a bucket, and an object, behind the gateway's back.
func (b *smallBackend) put(bucket, key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.buckets[bucket] == nil {
		b.buckets[bucket] = &smallBucket{}
	}
	if key != "" {
		b.buckets[bucket].keys = append(b.buckets[bucket].keys, key)
	}
}

func (b *smallBackend) has(bucket string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buckets[bucket] != nil
}

// took are the requests since the last time.
func (b *smallBackend) took() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := strings.Join(b.requests, "\n")
	b.requests = nil
	return all
}

func (b *smallBackend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.requests = append(b.requests, r.Method+" "+r.URL.RequestURI())
	if b.fail != nil {
		if status, code := b.fail(r); status != 0 {
			smallError(w, status, code)
			return
		}
	}
	name, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	bucket := b.buckets[name]
	switch {
	case name == "":
		w.Write([]byte("<ListAllMyBucketsResult><Buckets>" + b.names() + "</Buckets></ListAllMyBucketsResult>"))
	case r.Method == http.MethodPut && r.URL.RawQuery == "" && key == "":
		if bucket != nil {
			smallError(w, http.StatusConflict, "BucketAlreadyOwnedByYou")
			return
		}
		b.buckets[name] = &smallBucket{}
	case bucket == nil:
		smallError(w, http.StatusNotFound, "NoSuchBucket")
	case r.Method == http.MethodDelete:
		if len(bucket.keys)+len(bucket.uploads) > 0 {
			smallError(w, http.StatusConflict, "BucketNotEmpty")
			return
		}
		delete(b.buckets, name)
		w.WriteHeader(http.StatusNoContent)
	default:
		bucket.serve(w, r, key)
	}
}

func (b *smallBackend) names() string {
	var all []string
	for name := range b.buckets {
		all = append(all, "<Bucket><Name>"+name+"</Name></Bucket>")
	}
	slices.Sort(all)
	return strings.Join(all, "")
}

func (bucket *smallBucket) serve(w http.ResponseWriter, r *http.Request, key string) {
	q := r.URL.Query()
	switch {
	case r.Method == http.MethodHead:
		if key != "" && !slices.Contains(bucket.keys, key) {
			w.WriteHeader(http.StatusNotFound)
		}
	case r.Method == http.MethodPut && q.Has("versioning"):
		var body bytes.Buffer
		body.ReadFrom(r.Body)
		_, after, _ := strings.Cut(body.String(), "<Status>")
		bucket.versioning, _, _ = strings.Cut(after, "<")
	case q.Has("versioning") && bucket.versioning == "":
		w.Write([]byte("<VersioningConfiguration></VersioningConfiguration>"))
	case q.Has("versioning"):
		w.Write([]byte("<VersioningConfiguration><Status>" + bucket.versioning + "</Status></VersioningConfiguration>"))
	case q.Has("versions"):
		smallError(w, http.StatusNotImplemented, "NotImplemented")
	case q.Has("uploads"):
		w.Write([]byte("<ListMultipartUploadsResult>" + strings.Repeat("<Upload><Key>k</Key></Upload>", len(bucket.uploads)) + "</ListMultipartUploadsResult>"))
	default:
		w.Write([]byte("<ListBucketResult>" + strings.Repeat("<Contents><Key>k</Key></Contents>", len(bucket.keys)) + "</ListBucketResult>"))
	}
}

func smallError(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	w.Write([]byte("<Error><Code>" + code + "</Code><Message>m</Message></Error>"))
}
