package s3

import (
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// grants is a policy of one statement on all of a bucket; principal is "" for an
// identity policy.
func grants(principal, action, bucket string) string {
	if principal != "" {
		principal = `"Principal":` + principal + `,`
	}
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` + principal + `"Action":"` + action + `","Resource":["arn:aws:s3:::` + bucket + `","arn:aws:s3:::` + bucket + `/*"]}]}`
}

func (f *bucketFixture) setPolicy(account, bucket, text string) {
	f.t.Helper()
	did[s3.PutBucketPolicyOutput](f, rootOf(account), "PutBucketPolicy", &s3.PutBucketPolicyInput{Bucket: &bucket, Policy: &text})
}

// API_PutBucketPolicy, API_GetBucketPolicy, API_DeleteBucketPolicy.
func TestBucketPolicyLife(t *testing.T) {
	f := newBucketFixture(t)
	f.create(firstAccount, "photos")
	get := &s3.GetBucketPolicyInput{Bucket: ptr("photos")}
	f.refused(rootOf(firstAccount), "GetBucketPolicy", get, 404, "NoSuchBucketPolicy", "The bucket policy does not exist")
	f.refused(rootOf(firstAccount), "GetBucketPolicyStatus", &s3.GetBucketPolicyStatusInput{Bucket: ptr("photos")}, 404, "NoSuchBucketPolicy", "")
	text := grants(`{"AWS":"`+secondAccount+`"}`, "s3:*", "photos")
	f.setPolicy(firstAccount, "photos", text)
	if _, body := wire(t, "GetBucketPolicy", did[s3.GetBucketPolicyOutput](f, rootOf(firstAccount), "GetBucketPolicy", get)); body != text {
		t.Errorf("it is shown as %s", body)
	}
	f.refused(rootOf(firstAccount), "PutBucketPolicy", &s3.PutBucketPolicyInput{Bucket: ptr("photos"), Policy: ptr("{")}, 400, "MalformedPolicy", "This policy contains invalid Json")
	e := f.refused(rootOf(firstAccount), "PutBucketPolicy", &s3.PutBucketPolicyInput{Bucket: ptr("photos"), Policy: ptr(grants(`{"AWS":"arn:aws:iam::`+secondAccount+`:user/nobody"}`, "s3:*", "photos"))},
		400, "MalformedPolicy", "Invalid principal in policy")
	if len(e.Members) != 1 || e.Members[0].Value != `"AWS" : "arn:aws:iam::`+secondAccount+`:user/nobody"` {
		t.Errorf("%+v", e.Members)
	}
	for range 2 {
		did[s3.DeleteBucketPolicyOutput](f, rootOf(firstAccount), "DeleteBucketPolicy", &s3.DeleteBucketPolicyInput{Bucket: ptr("photos")})
	}
	f.refused(rootOf(firstAccount), "GetBucketPolicy", get, 404, "NoSuchBucketPolicy", "")
}

// access-control-block-public-access: a new bucket refuses a public policy; without that
// setting it takes one, and says that it is public.
func TestPublicBucketPolicy(t *testing.T) {
	f := newBucketFixture(t)
	f.create(firstAccount, "photos")
	public := &s3.PutBucketPolicyInput{Bucket: ptr("photos"), Policy: ptr(grants(`"*"`, "s3:GetObject", "photos"))}
	public.Policy = ptr(strings.Replace(*public.Policy, `"arn:aws:s3:::photos",`, "", 1))
	f.refused(rootOf(firstAccount), "PutBucketPolicy", public, 403, "AccessDenied", "Access Denied")
	if f.directory.View(firstAccount).OwnBucket("photos").Policy != nil {
		t.Fatal("it was saved")
	}
	did[s3.PutPublicAccessBlockOutput](f, rootOf(firstAccount), "PutPublicAccessBlock", &s3.PutPublicAccessBlockInput{
		Bucket: ptr("photos"), PublicAccessBlockConfiguration: &s3.PublicAccessBlockConfiguration{RestrictPublicBuckets: ptr(true)},
	})
	did[s3.PutBucketPolicyOutput](f, rootOf(firstAccount), "PutBucketPolicy", public)
	status := func() bool {
		return *did[s3.GetBucketPolicyStatusOutput](f, rootOf(firstAccount), "GetBucketPolicyStatus", &s3.GetBucketPolicyStatusInput{Bucket: ptr("photos")}).PolicyStatus.IsPublic
	}
	if !status() {
		t.Error("a policy for everybody is not public")
	}
	f.setPolicy(firstAccount, "photos", grants(`{"AWS":"`+secondAccount+`"}`, "s3:*", "photos"))
	if status() {
		t.Error("a policy for an account is public")
	}
}

// API_PutBucketPolicy: another account's caller gets 405 even if all policies allow it.
func TestBucketPolicyIsTheOwners(t *testing.T) {
	f := newBucketFixture(t)
	f.create(firstAccount, "photos")
	all := grants(`{"AWS":"`+secondAccount+`"}`, "s3:*", "photos")
	f.setPolicy(firstAccount, "photos", all)
	admin := f.user(secondAccount, "admin", grants("", "s3:*", "photos"))
	for operation, in := range map[string]any{
		"GetBucketPolicy":    &s3.GetBucketPolicyInput{Bucket: ptr("photos")},
		"PutBucketPolicy":    &s3.PutBucketPolicyInput{Bucket: ptr("photos"), Policy: &all},
		"DeleteBucketPolicy": &s3.DeleteBucketPolicyInput{Bucket: ptr("photos")},
	} {
		f.refused(admin, operation, in, 405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
	}
	did[s3.PutBucketTaggingOutput](f, admin, "PutBucketTagging", &s3.PutBucketTaggingInput{Bucket: ptr("photos"), Tagging: &s3.Tagging{TagSet: []s3.Tag{{Key: ptr("k"), Value: ptr("v")}}}})
	if b := f.directory.View(firstAccount).OwnBucket("photos"); len(b.Tags) != 1 || b.Policy == nil {
		t.Errorf("%+v", b)
	}
}

// roleSession makes a role with an inline policy or none, and is a session of it.
func (f *bucketFixture) roleSession(account, name, document string) *api.Principal {
	f.t.Helper()
	var p *api.Principal
	if err := f.directory.Update(f.t.Context(), account, func(tx *directory.Tx) error {
		r, err := tx.CreateRole(directory.NewRole{Name: name, Path: "/",
			Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + account + `"},"Action":"sts:AssumeRole"}]}`})
		if err != nil {
			return err
		}
		p = &api.Principal{
			Principal: policy.Principal{
				Kind: policy.RoleSession, Account: account, ARN: "arn:aws:sts::" + account + ":assumed-role/" + name + "/s",
				EntityARN: r.ARN(account), EntityID: r.ID,
			},
			UserID: r.ID + ":s", Session: &api.Session{Name: "s", Kind: "role"},
		}
		if document == "" {
			return nil
		}
		return tx.PutRolePolicy(r, "inline", document)
	}); err != nil {
		f.t.Fatal(err)
	}
	return p
}

// E-13: an object of another account is read by the bucket's policy together with the
// caller's own, and by neither alone; by a user and by an assumed role.
func TestCrossAccountRead(t *testing.T) {
	get := "s3:GetObject"
	own := grants("", get, "photos")
	for _, kind := range []string{"user", "role"} {
		for _, c := range []struct {
			name             string
			bucket, identity bool
		}{{"both", true, true}, {"the bucket's policy alone", true, false}, {"the identity's policy alone", false, true}, {"neither", false, false}} {
			t.Run(kind+"/"+c.name, func(t *testing.T) {
				f := newBucketFixture(t)
				f.create(firstAccount, "photos")
				identity := ""
				if c.identity {
					identity = own
				}
				caller, arn := f.user(secondAccount, "ana", identity), "arn:aws:iam::"+secondAccount+":user/ana"
				if kind == "role" {
					caller, arn = f.roleSession(secondAccount, "app", identity), "arn:aws:iam::"+secondAccount+":role/app"
				}
				if c.bucket {
					text := grants(`{"AWS":"`+arn+`"}`, get, "photos")
					f.setPolicy(firstAccount, "photos", strings.Replace(text, `"arn:aws:s3:::photos",`, "", 1))
				}
				call := f.call(caller, "GetObject")
				err := authz.Authorize(f.directory.View(secondAccount), call, f.served.Rows["GetObject"], &s3.GetObjectInput{Bucket: ptr("photos"), Key: ptr("k")})
				if allowed := c.bucket && c.identity; (err == nil) != allowed {
					t.Errorf("allowed %v: %v", allowed, err)
				}
			})
		}
	}
}
