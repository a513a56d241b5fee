package s3

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// wire is an output as a client gets it.
func wire(t *testing.T, operation string, out any) (header map[string]string, body string) {
	t.Helper()
	r, err := api.EncodeOutput(nil, s3.API, s3.API.Operation(operation), out, "request", api.Native)
	if err != nil {
		t.Fatal(err)
	}
	header = map[string]string{}
	for _, f := range r.Header {
		header[f.Name] = f.Value
	}
	return header, string(r.Body)
}

func (f *bucketFixture) list(account string, in *s3.ListBucketsInput) (names []string, next *string) {
	f.t.Helper()
	out := did[s3.ListBucketsOutput](f, rootOf(account), "ListBuckets", in)
	if *out.Owner.ID != directory.CanonicalID(account) {
		f.t.Errorf("the owner is %s", *out.Owner.ID)
	}
	for _, b := range out.Buckets {
		if !b.CreationDate.Equal(bucketStart) || *b.BucketArn != "arn:aws:s3:::"+*b.Name || *b.BucketRegion != f.region {
			f.t.Errorf("%s: %v %s %s", *b.Name, b.CreationDate, *b.BucketArn, *b.BucketRegion)
		}
		names = append(names, *b.Name)
	}
	return names, out.ContinuationToken
}

// API_ListBuckets: the buckets of the caller's account, by name, in pages if asked for.
func TestListBuckets(t *testing.T) {
	f := newBucketFixture(t)
	if names, next := f.list(firstAccount, &s3.ListBucketsInput{}); names != nil || next != nil {
		t.Errorf("%v %v", names, next)
	}
	all := []string{"alpha", "beta", "beta-2", "gamma"}
	for _, name := range all {
		f.create(firstAccount, name)
	}
	f.create(secondAccount, "other")
	for _, c := range []struct {
		name string
		in   s3.ListBucketsInput
		want []string
		more bool
	}{
		{"all", s3.ListBucketsInput{}, all, false},
		{"a prefix", s3.ListBucketsInput{Prefix: ptr("beta")}, all[1:3], false},
		{"a region", s3.ListBucketsInput{BucketRegion: ptr("us-east-1")}, all, false},
		{"another region", s3.ListBucketsInput{BucketRegion: ptr("eu-west-1")}, nil, false},
		{"a page", s3.ListBucketsInput{MaxBuckets: ptr(int32(3))}, all[:3], true},
		{"a whole page", s3.ListBucketsInput{MaxBuckets: ptr(int32(4))}, all, false},
		{"a page of a prefix", s3.ListBucketsInput{MaxBuckets: ptr(int32(1)), Prefix: ptr("beta")}, all[1:2], true},
		{"the last of a prefix", s3.ListBucketsInput{MaxBuckets: ptr(int32(2)), Prefix: ptr("beta")}, all[1:3], false},
	} {
		t.Run(c.name, func(t *testing.T) {
			names, next := f.on(t).list(firstAccount, &c.in)
			if !slices.Equal(names, c.want) || (next != nil) != c.more {
				t.Errorf("%v %v", names, next)
			}
		})
	}
	if names, _ := f.list(secondAccount, &s3.ListBucketsInput{}); !slices.Equal(names, []string{"other"}) {
		t.Errorf("the second account sees %v", names)
	}
	var paged []string
	in := &s3.ListBucketsInput{MaxBuckets: ptr(int32(1))}
	for range len(all) {
		names, next := f.list(firstAccount, in)
		paged, in.ContinuationToken = append(paged, names...), next
	}
	if !slices.Equal(paged, all) || in.ContinuationToken != nil {
		t.Errorf("in pages: %v %v", paged, in.ContinuationToken)
	}
	for _, token := range []string{"x", "%", "MS8", "Mi9i"} {
		f.refused(rootOf(firstAccount), "ListBuckets", &s3.ListBucketsInput{ContinuationToken: &token}, 400, "InvalidArgument", "The continuation token provided is incorrect")
	}
}

// A token of another account's list shows nothing but the own.
func TestListBucketsToken(t *testing.T) {
	f := newBucketFixture(t)
	f.create(firstAccount, "alpha")
	f.create(secondAccount, "beta")
	if names, _ := f.list(secondAccount, &s3.ListBucketsInput{ContinuationToken: ptr(tokenAfter("alpha"))}); !slices.Equal(names, []string{"beta"}) {
		t.Errorf("%v", names)
	}
}

// API_GetBucketLocation, API_HeadBucket: what region a bucket is in; us-east-1 has no
// location constraint.
func TestBucketLocation(t *testing.T) {
	f := newBucketFixture(t)
	f.create(firstAccount, "photos")
	if out := did[s3.GetBucketLocationOutput](f, rootOf(firstAccount), "GetBucketLocation", &s3.GetBucketLocationInput{Bucket: ptr("photos")}); out.LocationConstraint != nil {
		t.Error(*out.LocationConstraint)
	}
	f.region = "eu-west-1"
	in := creation("bilder")
	in.CreateBucketConfiguration = &s3.CreateBucketConfiguration{LocationConstraint: ptr("EU")}
	did[s3.CreateBucketOutput](f, rootOf(firstAccount), "CreateBucket", in)
	out := did[s3.GetBucketLocationOutput](f, rootOf(firstAccount), "GetBucketLocation", &s3.GetBucketLocationInput{Bucket: ptr("bilder")})
	if *out.LocationConstraint != "eu-west-1" {
		t.Error(*out.LocationConstraint)
	}
	header, body := wire(t, "HeadBucket", did[s3.HeadBucketOutput](f, rootOf(firstAccount), "HeadBucket", &s3.HeadBucketInput{Bucket: ptr("bilder")}))
	if header["x-amz-bucket-region"] != "eu-west-1" || header["x-amz-access-point-alias"] != "false" || body != "" {
		t.Errorf("%v %s", header, body)
	}
	f.refused(rootOf(firstAccount), "HeadBucket", &s3.HeadBucketInput{Bucket: ptr("nothing")}, 404, "NoSuchBucket", "")
}

// What no shape is encoded as goes out as the text that it is.
func TestBucketTexts(t *testing.T) {
	f := newBucketFixture(t)
	f.create(firstAccount, "photos")
	f.region = "eu-west-1"
	in := creation("bilder")
	in.CreateBucketConfiguration = &s3.CreateBucketConfiguration{LocationConstraint: ptr("eu-west-1")}
	did[s3.CreateBucketOutput](f, rootOf(firstAccount), "CreateBucket", in)
	document := grants(`{"AWS":"`+secondAccount+`"}`, "s3:*", "photos")
	f.setPolicy(firstAccount, "photos", document)
	for _, c := range []struct {
		operation, kind, want string
		in                    any
	}{
		{"GetBucketLocation", "application/xml", `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></LocationConstraint>`, &s3.GetBucketLocationInput{Bucket: ptr("photos")}},
		{"GetBucketLocation", "application/xml", `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">eu-west-1</LocationConstraint>`, &s3.GetBucketLocationInput{Bucket: ptr("bilder")}},
		{"GetBucketPolicy", "application/json", document, &s3.GetBucketPolicyInput{Bucket: ptr("photos")}},
	} {
		call := f.call(rootOf(firstAccount), c.operation)
		if _, err := f.served.Methods[c.operation].Read(t.Context(), call, f.directory.View(firstAccount), c.in); err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(call.Stream)
		if err != nil || !strings.HasSuffix(string(body), c.want) || call.Stream.Length != int64(len(body)) || call.Passed.Status != 200 || call.Passed.Header.Get("Content-Type") != c.kind {
			t.Errorf("%s: %s %v %+v", c.operation, body, err, call.Passed)
		}
	}
}
