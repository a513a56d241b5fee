package s3

import (
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// API_PutPublicAccessBlock and its siblings: all four settings are set at once.
func TestPublicAccessBlock(t *testing.T) {
	f := newBucketFixture(t)
	f.create(firstAccount, "photos")
	get := func() s3.PublicAccessBlockConfiguration {
		return *did[s3.GetPublicAccessBlockOutput](f, rootOf(firstAccount), "GetPublicAccessBlock", &s3.GetPublicAccessBlockInput{Bucket: ptr("photos")}).PublicAccessBlockConfiguration
	}
	if c := get(); !*c.BlockPublicAcls || !*c.IgnorePublicAcls || !*c.BlockPublicPolicy || !*c.RestrictPublicBuckets {
		t.Errorf("a new bucket has %+v", c)
	}
	did[s3.PutPublicAccessBlockOutput](f, rootOf(firstAccount), "PutPublicAccessBlock", &s3.PutPublicAccessBlockInput{
		Bucket: ptr("photos"), PublicAccessBlockConfiguration: &s3.PublicAccessBlockConfiguration{IgnorePublicAcls: ptr(true), BlockPublicPolicy: ptr(false)},
	})
	if c := get(); *c.BlockPublicAcls || !*c.IgnorePublicAcls || *c.BlockPublicPolicy || *c.RestrictPublicBuckets {
		t.Errorf("%v %v %v %v", *c.BlockPublicAcls, *c.IgnorePublicAcls, *c.BlockPublicPolicy, *c.RestrictPublicBuckets)
	}
	for range 2 {
		did[s3.DeletePublicAccessBlockOutput](f, rootOf(firstAccount), "DeletePublicAccessBlock", &s3.DeletePublicAccessBlockInput{Bucket: ptr("photos")})
	}
	f.refused(rootOf(firstAccount), "GetPublicAccessBlock", &s3.GetPublicAccessBlockInput{Bucket: ptr("photos")},
		404, "NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found")
}

// about-object-ownership: ACLs cannot be turned on.
func TestBucketOwnershipControls(t *testing.T) {
	f := newBucketFixture(t)
	f.create(firstAccount, "photos")
	get := &s3.GetBucketOwnershipControlsInput{Bucket: ptr("photos")}
	put := func(ownership ...string) *s3.PutBucketOwnershipControlsInput {
		c := &s3.OwnershipControls{}
		for _, o := range ownership {
			c.Rules = append(c.Rules, s3.OwnershipControlsRule{ObjectOwnership: &o})
		}
		return &s3.PutBucketOwnershipControlsInput{Bucket: ptr("photos"), OwnershipControls: c}
	}
	enforced := func() {
		t.Helper()
		out := did[s3.GetBucketOwnershipControlsOutput](f, rootOf(firstAccount), "GetBucketOwnershipControls", get)
		if r := out.OwnershipControls.Rules; len(r) != 1 || *r[0].ObjectOwnership != "BucketOwnerEnforced" {
			t.Errorf("%+v", r)
		}
	}
	enforced()
	f.refused(rootOf(firstAccount), "PutBucketOwnershipControls", put("ObjectWriter"), 501, "NotImplemented", "")
	f.refused(rootOf(firstAccount), "PutBucketOwnershipControls", put("BucketOwnerPreferred"), 501, "NotImplemented", "")
	f.refused(rootOf(firstAccount), "PutBucketOwnershipControls", put("BucketOwnerEnforced", "BucketOwnerEnforced"), 400, "MalformedXML", "")
	enforced()
	did[s3.DeleteBucketOwnershipControlsOutput](f, rootOf(firstAccount), "DeleteBucketOwnershipControls", &s3.DeleteBucketOwnershipControlsInput{Bucket: ptr("photos")})
	f.refused(rootOf(firstAccount), "GetBucketOwnershipControls", get, 404, "OwnershipControlsNotFoundError", "The bucket ownership controls were not found")
	f.refused(rootOf(firstAccount), "PutBucketAcl", &s3.PutBucketAclInput{Bucket: ptr("photos"), ACL: ptr("public-read")}, 400, "AccessControlListNotSupported", "")
	did[s3.PutBucketOwnershipControlsOutput](f, rootOf(firstAccount), "PutBucketOwnershipControls", put("BucketOwnerEnforced"))
	enforced()
}

// about-object-ownership: with ACLs off they can be read, and not be set.
func TestACLs(t *testing.T) {
	f := newBucketFixture(t)
	f.create(firstAccount, "photos")
	f.backend.put("photos", "a/b c")
	_, body := wire(t, "GetBucketAcl", did[s3.GetBucketAclOutput](f, rootOf(firstAccount), "GetBucketAcl", &s3.GetBucketAclInput{Bucket: ptr("photos")}))
	id := directory.CanonicalID(firstAccount)
	for _, want := range []string{"<Owner><ID>" + id + "</ID></Owner>", "<Grant>", `xsi:type="CanonicalUser"`, "<ID>" + id + "</ID></Grantee>", "<Permission>FULL_CONTROL</Permission>"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
	out := did[s3.GetObjectAclOutput](f, rootOf(firstAccount), "GetObjectAcl", &s3.GetObjectAclInput{Bucket: ptr("photos"), Key: ptr("a/b c")})
	if *out.Owner.ID != id || len(out.Grants) != 1 || *out.Grants[0].Grantee.ID != id {
		t.Errorf("%+v", out)
	}
	const noACLs = "The bucket does not allow ACLs"
	f.refused(rootOf(firstAccount), "GetObjectAcl", &s3.GetObjectAclInput{Bucket: ptr("photos"), Key: ptr("b")}, 404, "NoSuchKey", "The specified key does not exist.")
	f.refused(rootOf(firstAccount), "GetObjectAcl", &s3.GetObjectAclInput{Bucket: ptr("photos"), Key: ptr("b"), VersionId: ptr("v")}, 404, "NoSuchVersion", "The specified version does not exist.")
	f.refused(rootOf(firstAccount), "PutBucketAcl", &s3.PutBucketAclInput{Bucket: ptr("photos"), ACL: ptr("private")}, 400, "AccessControlListNotSupported", noACLs)
	f.refused(rootOf(firstAccount), "PutObjectAcl", &s3.PutObjectAclInput{Bucket: ptr("photos"), Key: ptr("a/b c"), ACL: ptr("private")}, 400, "AccessControlListNotSupported", noACLs)
	f.refused(rootOf(firstAccount), "PutBucketAcl", &s3.PutBucketAclInput{Bucket: ptr("nothing"), ACL: ptr("private")}, 404, "NoSuchBucket", "")
}

// API_PutBucketTagging, API_GetBucketTagging, API_DeleteBucketTagging.
func TestBucketTagging(t *testing.T) {
	f := newBucketFixture(t)
	f.create(firstAccount, "photos")
	get := &s3.GetBucketTaggingInput{Bucket: ptr("photos")}
	f.refused(rootOf(firstAccount), "GetBucketTagging", get, 404, "NoSuchTagSet", "The TagSet does not exist")
	set := func(keys ...string) *s3.PutBucketTaggingInput {
		in := &s3.PutBucketTaggingInput{Bucket: ptr("photos"), Tagging: &s3.Tagging{}}
		for _, k := range keys {
			in.Tagging.TagSet = append(in.Tagging.TagSet, s3.Tag{Key: &k, Value: ptr("v")})
		}
		return in
	}
	did[s3.PutBucketTaggingOutput](f, rootOf(firstAccount), "PutBucketTagging", set("b", "a"))
	did[s3.PutBucketTaggingOutput](f, rootOf(firstAccount), "PutBucketTagging", set("b", "c"))
	out := did[s3.GetBucketTaggingOutput](f, rootOf(firstAccount), "GetBucketTagging", get)
	if len(out.TagSet) != 2 || *out.TagSet[0].Key != "b" || *out.TagSet[1].Key != "c" || *out.TagSet[0].Value != "v" {
		t.Errorf("%+v", out.TagSet)
	}
	f.refused(rootOf(firstAccount), "PutBucketTagging", set("a", "a"), 400, "InvalidTag", "Cannot provide multiple Tags with the same key")
	did[s3.DeleteBucketTaggingOutput](f, rootOf(firstAccount), "DeleteBucketTagging", &s3.DeleteBucketTaggingInput{Bucket: ptr("photos")})
	f.refused(rootOf(firstAccount), "GetBucketTagging", get, 404, "NoSuchTagSet", "")
}

// API_PutBucketVersioning, API_GetBucketVersioning: the back end's, of buckets that
// somebody owns.
func TestBucketVersioning(t *testing.T) {
	f := newBucketFixture(t)
	f.create(firstAccount, "photos")
	get := &s3.GetBucketVersioningInput{Bucket: ptr("photos")}
	if out := did[s3.GetBucketVersioningOutput](f, rootOf(firstAccount), "GetBucketVersioning", get); out.Status != nil {
		t.Error(*out.Status)
	}
	put := func(c s3.VersioningConfiguration) *s3.PutBucketVersioningInput {
		return &s3.PutBucketVersioningInput{Bucket: ptr("photos"), VersioningConfiguration: &c}
	}
	did[s3.PutBucketVersioningOutput](f, rootOf(firstAccount), "PutBucketVersioning", put(s3.VersioningConfiguration{Status: ptr("Enabled")}))
	if out := did[s3.GetBucketVersioningOutput](f, rootOf(firstAccount), "GetBucketVersioning", get); *out.Status != "Enabled" || f.backend.buckets["photos"].versioning != "Enabled" {
		t.Error(*out.Status)
	}
	f.backend.took()
	f.refused(rootOf(firstAccount), "PutBucketVersioning", put(s3.VersioningConfiguration{Status: ptr("Enabled"), MFADelete: ptr("Enabled")}), 501, "NotImplemented", "")
	f.refused(rootOf(firstAccount), "PutBucketVersioning", put(s3.VersioningConfiguration{}), 400, "IllegalVersioningConfigurationException", "")
	f.backend.put("stray", "")
	f.refused(rootOf(firstAccount), "GetBucketVersioning", &s3.GetBucketVersioningInput{Bucket: ptr("stray")}, 404, "NoSuchBucket", "")
	f.refused(rootOf(firstAccount), "PutBucketVersioning", &s3.PutBucketVersioningInput{Bucket: ptr("stray"), VersioningConfiguration: &s3.VersioningConfiguration{Status: ptr("Enabled")}}, 404, "NoSuchBucket", "")
	if got := f.backend.took(); got != "" {
		t.Errorf("the back end was asked: %s", got)
	}
}

// What nobody can set is told as S3 tells it of a bucket for which it was never set; of
// no bucket it is not told, and not to who may not ask.
func TestUnsetConfigurations(t *testing.T) {
	f := newBucketFixture(t)
	f.create(firstAccount, "photos")
	nobody := f.user(firstAccount, "nobody", "")
	for _, c := range []struct {
		operation string
		in        func(bucket *string) any
		code      string
		status    int
	}{
		{"GetBucketAccelerateConfiguration", func(b *string) any { return &s3.GetBucketAccelerateConfigurationInput{Bucket: b} }, "", 0},
		{"GetBucketLogging", func(b *string) any { return &s3.GetBucketLoggingInput{Bucket: b} }, "", 0},
		{"GetBucketNotificationConfiguration", func(b *string) any { return &s3.GetBucketNotificationConfigurationInput{Bucket: b} }, "", 0},
		{"GetBucketRequestPayment", func(b *string) any { return &s3.GetBucketRequestPaymentInput{Bucket: b} }, "", 0},
		{"GetBucketCors", func(b *string) any { return &s3.GetBucketCorsInput{Bucket: b} }, "NoSuchCORSConfiguration", 404},
		{"GetBucketEncryption", func(b *string) any { return &s3.GetBucketEncryptionInput{Bucket: b} }, "ServerSideEncryptionConfigurationNotFoundError", 404},
		{"GetBucketLifecycleConfiguration", func(b *string) any { return &s3.GetBucketLifecycleConfigurationInput{Bucket: b} }, "NoSuchLifecycleConfiguration", 404},
		{"GetBucketReplication", func(b *string) any { return &s3.GetBucketReplicationInput{Bucket: b} }, "ReplicationConfigurationNotFoundError", 404},
		{"GetBucketWebsite", func(b *string) any { return &s3.GetBucketWebsiteInput{Bucket: b} }, "NoSuchWebsiteConfiguration", 404},
		{"GetObjectLockConfiguration", func(b *string) any { return &s3.GetObjectLockConfigurationInput{Bucket: b} }, "ObjectLockConfigurationNotFoundError", 404},
	} {
		t.Run(c.operation, func(t *testing.T) {
			f := f.on(t)
			f.refused(rootOf(firstAccount), c.operation, c.in(ptr("nothing")), 404, "NoSuchBucket", "")
			f.refused(nobody, c.operation, c.in(ptr("photos")), 403, "AccessDenied", "")
			if c.code != "" {
				f.refused(rootOf(firstAccount), c.operation, c.in(ptr("photos")), c.status, c.code, "")
				return
			}
			out, err := f.as(rootOf(firstAccount), c.operation, c.in(ptr("photos")))
			if err != nil {
				t.Fatal(err)
			}
			_, body := wire(t, c.operation, out)
			if got := strings.Contains(body, "BucketOwner"); got != (c.operation == "GetBucketRequestPayment") {
				t.Error(body)
			}
		})
	}
}

// Every method of a bucket has a row, and what sets what is not there has no method.
func TestBucketMethods(t *testing.T) {
	f := newBucketFixture(t)
	for name := range f.gateway.bucketMethods() {
		if f.served.Rows[name] == nil || s3.API.Operation(name) == nil {
			t.Errorf("%s has no row, or is no operation", name)
		}
	}
	for _, name := range []string{
		"PutBucketCors", "PutBucketEncryption", "PutBucketLifecycleConfiguration", "PutBucketReplication", "PutBucketWebsite", "PutBucketLogging",
		"PutBucketNotificationConfiguration", "PutBucketAccelerateConfiguration", "PutBucketRequestPayment", "PutObjectLockConfiguration",
	} {
		if _, ok := f.served.Methods[name]; ok || s3.API.Operation(name) == nil {
			t.Errorf("%s is served, or is no operation", name)
		}
	}
}
