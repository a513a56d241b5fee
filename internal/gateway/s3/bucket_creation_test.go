package s3

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

const taken = "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again."

func creation(name string) *s3.CreateBucketInput { return &s3.CreateBucketInput{Bucket: &name} }
func deletion(name string) *s3.DeleteBucketInput { return &s3.DeleteBucketInput{Bucket: &name} }

// API_CreateBucket, API_DeleteBucket.
func TestBucketLife(t *testing.T) {
	f := newBucketFixture(t)
	out := did[s3.CreateBucketOutput](f, rootOf(firstAccount), "CreateBucket", &s3.CreateBucketInput{
		Bucket: ptr("photos"), CreateBucketConfiguration: &s3.CreateBucketConfiguration{Tags: []s3.Tag{{Key: ptr("k"), Value: ptr("v")}}},
	})
	if *out.Location != "/photos" || *out.BucketArn != "arn:aws:s3:::photos" {
		t.Errorf("%s %s", *out.Location, *out.BucketArn)
	}
	if got := f.backend.took(); got != "PUT /photos" {
		t.Errorf("the back end was asked: %s", got)
	}
	if b := f.directory.View(firstAccount).OwnBucket("photos"); b == nil || b.Region != "us-east-1" || len(b.Tags) != 1 {
		t.Errorf("%+v", b)
	}
	f.refused(rootOf(secondAccount), "CreateBucket", creation("photos"), 409, "BucketAlreadyExists", taken)
	if f.refused(rootOf(firstAccount), "DeleteBucket", deletion("other"), 404, "NoSuchBucket", "The specified bucket does not exist"); f.backend.took() != "" {
		t.Error("the back end was asked for a bucket that nobody owns")
	}
	f.backend.put("photos", "a")
	f.refused(rootOf(firstAccount), "DeleteBucket", deletion("photos"), 409, "BucketNotEmpty", "")
	if f.directory.View(firstAccount).OwnBucket("photos") == nil {
		t.Fatal("the bucket is gone though it is not empty")
	}
	f.backend.buckets["photos"].keys = nil
	did[s3.DeleteBucketOutput](f, rootOf(firstAccount), "DeleteBucket", deletion("photos"))
	if _, b := f.directory.View(firstAccount).Bucket("photos"); b != nil || f.backend.has("photos") {
		t.Error("the bucket is still there")
	}
	did[s3.CreateBucketOutput](f, rootOf(secondAccount), "CreateBucket", creation("photos"))
}

// BucketAlreadyOwnedByYou: in us-east-1 a bucket can be made again, which changes nothing.
func TestCreateOwnBucketAgain(t *testing.T) {
	f := newBucketFixture(t)
	f.create(firstAccount, "photos")
	before := f.directory.View(firstAccount).OwnBucket("photos")
	f.backend.took()
	f.create(firstAccount, "photos")
	if f.directory.View(firstAccount).OwnBucket("photos") != before || f.backend.took() != "" {
		t.Error("it was made again")
	}
	f.region = "eu-west-1"
	in := creation("photos")
	in.CreateBucketConfiguration = &s3.CreateBucketConfiguration{LocationConstraint: ptr("eu-west-1")}
	f.refused(rootOf(firstAccount), "CreateBucket", in, 409, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.")
}

// API_CreateBucketConfiguration: the location constraint, by region of the endpoint.
func TestLocationConstraint(t *testing.T) {
	const illegal, invalid = "IllegalLocationConstraintException", "InvalidLocationConstraint"
	for _, c := range []struct{ region, constraint, code, message string }{
		{"us-east-1", "", "", ""},
		{"us-east-1", "us-east-1", invalid, "The specified location-constraint is not valid"},
		{"us-east-1", "eu-west-1", illegal, "The eu-west-1 location constraint is incompatible for the region specific endpoint this request was sent to."},
		{"us-east-1", "EU", illegal, "The EU location constraint is incompatible for the region specific endpoint this request was sent to."},
		{"us-east-1", "nowhere", invalid, "The specified location-constraint is not valid"},
		{"eu-west-1", "eu-west-1", "", ""},
		{"eu-west-1", "EU", "", ""},
		{"eu-west-1", "", illegal, "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to."},
		{"eu-west-1", "us-east-1", invalid, "The specified location-constraint is not valid"},
		{"eu-west-1", "eu-west-2", illegal, "The eu-west-2 location constraint is incompatible for the region specific endpoint this request was sent to."},
		{"home-1", "home-1", "", ""}, // a region of the house
		{"home-1", "", illegal, "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to."},
	} {
		t.Run(c.region+"/"+c.constraint, func(t *testing.T) {
			err := checkLocation(c.region, &s3.CreateBucketConfiguration{LocationConstraint: &c.constraint})
			if c.code == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			isRefusal(t, "CreateBucket", err, 400, c.code, c.message)
		})
	}
	if err := checkLocation("us-east-1", nil); err != nil {
		t.Error(err)
	}
	isRefusal(t, "CreateBucket", checkLocation("us-east-1", &s3.CreateBucketConfiguration{Bucket: &s3.BucketInfo{Type: ptr("Directory")}}), 501, "NotImplemented", "")
}

// about-object-ownership: ACLs are off; what would turn them on is refused, and nothing
// is made.
func TestCreationHeaders(t *testing.T) {
	f := newBucketFixture(t)
	const acl = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
	with := func(edit func(in *s3.CreateBucketInput)) *s3.CreateBucketInput {
		in := creation("photos")
		edit(in)
		return in
	}
	for _, c := range []struct {
		name, code string
		in         *s3.CreateBucketInput
		status     int
	}{
		{"a public ACL", "InvalidBucketAclWithObjectOwnership", with(func(in *s3.CreateBucketInput) { in.ACL = ptr("public-read") }), 400},
		{"a grant", "InvalidBucketAclWithObjectOwnership", with(func(in *s3.CreateBucketInput) { in.GrantRead = ptr("id=1") }), 400},
		{"object writer", "NotImplemented", with(func(in *s3.CreateBucketInput) { in.ObjectOwnership = ptr("ObjectWriter") }), 501},
		{"no ownership", "InvalidArgument", with(func(in *s3.CreateBucketInput) { in.ObjectOwnership = ptr("Nobody") }), 400},
		{"object lock", "NotImplemented", with(func(in *s3.CreateBucketInput) { in.ObjectLockEnabledForBucket = ptr(true) }), 501},
		{"a namespace", "NotImplemented", with(func(in *s3.CreateBucketInput) { in.BucketNamespace = ptr("account-regional") }), 501},
		{"a name", "InvalidBucketName", creation("Photos"), 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := f.gateway.prepareBucket(t.Context(), f.call(rootOf(firstAccount), "CreateBucket"), c.in)
			e := isRefusal(t, "CreateBucket", err, c.status, c.code, "")
			if c.code == "InvalidBucketAclWithObjectOwnership" && e.Message != acl {
				t.Error(e.Message)
			}
		})
	}
	if got := f.backend.took(); got != "" {
		t.Errorf("the back end was asked: %s", got)
	}
	did[s3.CreateBucketOutput](f, rootOf(firstAccount), "CreateBucket", with(func(in *s3.CreateBucketInput) {
		in.ACL, in.ObjectOwnership, in.ObjectLockEnabledForBucket = ptr("private"), ptr("BucketOwnerEnforced"), ptr(false)
	}))
}

// A bucket that the back end has and nobody owns: an empty one is what an interrupted
// creation left; anything in it makes it somebody's.
func TestBucketOfTheBackend(t *testing.T) {
	for _, c := range []struct {
		name  string
		fill  func(b *smallBackend)
		taken bool
	}{
		{"empty", func(b *smallBackend) { b.put("photos", "") }, true},
		{"an object", func(b *smallBackend) { b.put("photos", "a") }, false},
		{"an upload", func(b *smallBackend) { b.put("photos", ""); b.buckets["photos"].uploads = []string{"u"} }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newBucketFixture(t)
			c.fill(f.backend)
			if c.taken {
				f.create(firstAccount, "photos")
				return
			}
			f.refused(rootOf(firstAccount), "CreateBucket", creation("photos"), 409, "BucketAlreadyExists", taken)
			if _, b := f.directory.View(firstAccount).Bucket("photos"); b != nil || !f.backend.has("photos") {
				t.Error("it was taken, or is gone")
			}
			if got := f.log.String(); !strings.Contains(got, "gatehouse s3 adopt") || !strings.Contains(got, "bucket=photos") {
				t.Errorf("the log says %s", got)
			}
		})
	}
}

// A back end that fails leaves no bucket in the registry, and what it holds alone.
func TestCreationFailsAtTheBackend(t *testing.T) {
	f := newBucketFixture(t)
	f.backend.fail = func(*http.Request) (int, string) { return 500, "InternalError" }
	if _, err := f.as(rootOf(firstAccount), "CreateBucket", creation("photos")); err == nil {
		t.Error("it was made")
	}
	f.backend.fail = func(r *http.Request) (int, string) {
		if r.URL.Query().Has("versions") {
			return 500, "InternalError"
		}
		return 0, ""
	}
	f.backend.put("photos", "")
	if _, err := f.as(rootOf(firstAccount), "CreateBucket", creation("photos")); err == nil {
		t.Error("it was taken though nobody knows that it is empty")
	}
	if _, b := f.directory.View(firstAccount).Bucket("photos"); b != nil {
		t.Error("it is in the registry")
	}
}

// A back end that fails on a bucket that it has is asked what is in it.
func TestCreationOverAForeignBucket(t *testing.T) {
	f := newBucketFixture(t)
	f.backend.fail = func(r *http.Request) (int, string) {
		if r.Method == http.MethodPut {
			return 500, "InternalError"
		}
		return 0, ""
	}
	f.backend.put("photos", "a")
	f.refused(rootOf(firstAccount), "CreateBucket", creation("photos"), 409, "BucketAlreadyExists", taken)
	f.refused(rootOf(firstAccount), "CreateBucket", creation("others"), 503, "ServiceUnavailable", "")
}

// A back end outside us-east-1 wants its region named.
func TestBackendOfAnotherRegion(t *testing.T) {
	f := newBucketFixture(t)
	f.gateway.backend.Region = "eu-west-1"
	refusals := 0
	f.backend.fail = func(r *http.Request) (int, string) {
		if r.ContentLength <= 0 {
			refusals++
			return 400, "IllegalLocationConstraintException"
		}
		return 0, ""
	}
	f.create(firstAccount, "photos")
	if refusals != 1 || !f.backend.has("photos") {
		t.Errorf("%d refusals: %s", refusals, f.backend.took())
	}
}

// A deletion that was interrupted after the back end's part is carried on by the next.
func TestInterruptedDeletion(t *testing.T) {
	f := newBucketFixture(t)
	f.create(firstAccount, "photos")
	delete(f.backend.buckets, "photos")
	did[s3.DeleteBucketOutput](f, rootOf(firstAccount), "DeleteBucket", deletion("photos"))
	if _, b := f.directory.View(firstAccount).Bucket("photos"); b != nil {
		t.Error("it is still there")
	}
}

// step runs one step of a call, so that a test can put another call between two.
func (f *bucketFixture) prepare(caller *api.Principal, operation string, in any) (prepared any, err error) {
	return f.served.Methods[operation].Prepare(f.t.Context(), f.call(caller, operation), in)
}

func (f *bucketFixture) finish(caller *api.Principal, operation string, in, prepared any) error {
	_, err := f.write(f.call(caller, operation), f.served.Methods[operation], in, prepared)
	return err
}

// Two accounts make a bucket of one name, in every order of their steps: one gets it,
// and has it at the back end.
func TestCreationsInterleaved(t *testing.T) {
	f := newBucketFixture(t)
	one, err := f.prepare(rootOf(firstAccount), "CreateBucket", creation("photos"))
	if err != nil {
		t.Fatal(err)
	}
	two, err := f.prepare(rootOf(secondAccount), "CreateBucket", creation("photos")) // it takes the empty bucket of the other
	if err != nil {
		t.Fatal(err)
	}
	if err := f.finish(rootOf(secondAccount), "CreateBucket", creation("photos"), two); err != nil {
		t.Fatal(err)
	}
	isRefusal(t, "CreateBucket", f.finish(rootOf(firstAccount), "CreateBucket", creation("photos"), one), 409, "BucketAlreadyExists", taken)
	if owner, _ := f.directory.View("").Bucket("photos"); owner != secondAccount || !f.backend.has("photos") {
		t.Errorf("%q owns it", owner)
	}
}

// A deletion and a creation of another account: the name is free when the deletion is
// done, and not before.
func TestDeletionAndCreationInterleaved(t *testing.T) {
	f := newBucketFixture(t)
	f.create(firstAccount, "photos")
	p, err := f.prepare(rootOf(firstAccount), "DeleteBucket", deletion("photos"))
	if err != nil {
		t.Fatal(err)
	}
	f.refused(rootOf(secondAccount), "CreateBucket", creation("photos"), 409, "BucketAlreadyExists", taken)
	f.create(firstAccount, "photos") // made again: it is the owner's still, and nothing is done
	if f.backend.has("photos") {
		t.Error("the bucket was made again under the deletion")
	}
	if err := f.finish(rootOf(firstAccount), "DeleteBucket", deletion("photos"), p); err != nil {
		t.Fatal(err)
	}
	f.create(secondAccount, "photos")
	if owner, _ := f.directory.View("").Bucket("photos"); owner != secondAccount || !f.backend.has("photos") {
		t.Errorf("%q owns it", owner)
	}
}

// A creation that began before the name was taken does not end as one on it.
func TestSlowCreation(t *testing.T) {
	f := newBucketFixture(t)
	began := false
	f.backend.fail = func(r *http.Request) (int, string) {
		if !began && r.Method == http.MethodPut {
			began = true
			if err := f.directory.Update(t.Context(), firstAccount, func(tx *directory.Tx) error {
				_, err := tx.CreateBucket(directory.NewBucket{Name: "photos", Region: "us-east-1"})
				return err
			}); err != nil {
				t.Error(err)
			}
		}
		return 0, ""
	}
	f.refused(rootOf(secondAccount), "CreateBucket", creation("photos"), 409, "BucketAlreadyExists", taken)
}

// Many callers of two accounts make and delete one bucket: at the end the registry and
// the back end agree, and no name has two owners.
func TestBucketRaces(t *testing.T) {
	f := newBucketFixture(t)
	var wg sync.WaitGroup
	for i := range 8 {
		account := []string{firstAccount, secondAccount}[i%2]
		wg.Go(func() {
			for range 20 {
				for operation, in := range map[string]any{"CreateBucket": creation("photos"), "DeleteBucket": deletion("photos")} {
					_, err := f.as(rootOf(account), operation, in)
					switch code(err) {
					case "", "BucketAlreadyExists", "NoSuchBucket", "AccessDenied", "ConcurrentModification":
					default:
						t.Errorf("%s: %v", operation, err)
					}
				}
			}
		})
	}
	wg.Wait()
	owner, b := f.directory.View("").Bucket("photos")
	if b == nil {
		f.create(firstAccount, "photos") // whatever is left at the back end is taken
		return
	}
	did[s3.DeleteBucketOutput](f, rootOf(owner), "DeleteBucket", deletion("photos"))
}
