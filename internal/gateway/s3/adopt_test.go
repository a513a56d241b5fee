package s3

import (
	"errors"
	"slices"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3admin"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
)

// admin makes a call of the admin API by the steps of the pipeline.
func (f *bucketFixture) admin(caller *api.Principal, operation string, in any) (any, error) {
	f.t.Helper()
	served := f.gateway.AdminImplementation()
	op := s3admin.API.Operation(operation)
	call := &api.Call{Service: s3admin.API, Operation: op, Principal: caller, Account: caller.Account, Region: f.region, Time: bucketStart}
	if e := api.Validate(s3admin.API, op, in); e != nil {
		return nil, e
	}
	v := f.directory.View(call.Account)
	if err := authz.Authorize(v, call, served.Rows[operation], in); err != nil {
		return nil, err
	}
	method := served.Methods[operation]
	if method.Read != nil {
		return method.Read(f.t.Context(), call, v, in)
	}
	prepared, err := method.Prepare(f.t.Context(), call, in)
	if err != nil {
		return nil, err
	}
	f.served.Rows[operation] = served.Rows[operation]
	return f.write(call, method, in, prepared)
}

func (f *bucketFixture) unowned() (names []string) {
	f.t.Helper()
	out, err := f.admin(rootOf(firstAccount), "ListUnownedBuckets", &s3admin.ListUnownedBucketsInput{})
	if err != nil {
		f.t.Fatal(err)
	}
	for _, b := range out.(*s3admin.ListUnownedBucketsOutput).Buckets {
		names = append(names, *b.Name)
	}
	return names
}

// A bucket that the back end has already becomes an account's as if it had made it, with
// what is in it.
func TestAdoptBucket(t *testing.T) {
	f := newBucketFixture(t)
	f.create(firstAccount, "own")
	f.backend.put("old", "a")
	f.backend.put("older", "a")
	f.refused(rootOf(firstAccount), "GetBucketAcl", &s3.GetBucketAclInput{Bucket: ptr("old")}, 404, "NoSuchBucket", "")
	if got := f.unowned(); !slices.Equal(got, []string{"old", "older"}) {
		t.Errorf("%v", got)
	}
	adopt := func(bucket string, account *string) error {
		out, err := f.admin(rootOf(firstAccount), "AdoptBucket", &s3admin.AdoptBucketInput{Bucket: &bucket, Account: account})
		if err == nil {
			o := out.(*s3admin.AdoptBucketOutput)
			if *o.BucketArn != "arn:aws:s3:::"+bucket || *o.Account != or(account, firstAccount) {
				t.Errorf("%s %s", *o.BucketArn, *o.Account)
			}
		}
		return err
	}
	if err := errors.Join(adopt("old", nil), adopt("older", ptr(secondAccount))); err != nil {
		t.Fatal(err)
	}
	if got := f.unowned(); got != nil {
		t.Errorf("%v", got)
	}
	for name, account := range map[string]string{"old": firstAccount, "older": secondAccount} {
		owner, b := f.directory.View("").Bucket(name)
		if owner != account || b.PublicAccess == nil || !b.PublicAccess.RestrictPublicBuckets || b.Policy != nil || b.Region != "us-east-1" {
			t.Errorf("%s: %s %+v", name, owner, b)
		}
		if !f.backend.has(name) || len(f.backend.buckets[name].keys) != 1 {
			t.Errorf("%s is not as it was", name)
		}
	}
	did[s3.GetObjectAclOutput](f, rootOf(secondAccount), "GetObjectAcl", &s3.GetObjectAclInput{Bucket: ptr("older"), Key: ptr("a")})

	isRefusal(t, "AdoptBucket", adopt("old", nil), 409, "BucketAlreadyOwnedByYou", "")
	isRefusal(t, "AdoptBucket", adopt("older", nil), 409, "BucketAlreadyExists", "")
	isRefusal(t, "AdoptBucket", adopt("nothing", nil), 404, "NoSuchBucket", "")
	isRefusal(t, "AdoptBucket", adopt("../etc", nil), 400, "InvalidBucketName", "")
	f.backend.put("last", "")
	isRefusal(t, "AdoptBucket", adopt("last", ptr("999988887777")), 400, "InvalidParameterValue", "There is no account 999988887777.")
}

// Buckets that nobody owns are the first account's to give away, by whoever may make
// buckets in it.
func TestWhoMayAdopt(t *testing.T) {
	f := newBucketFixture(t)
	f.backend.put("old", "a")
	everything := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	for _, c := range []struct {
		name    string
		caller  *api.Principal
		allowed bool
	}{
		{"no permission", f.user(firstAccount, "nobody", ""), false},
		{"another bucket", f.user(firstAccount, "other", grants("", "s3:CreateBucket", "new")), false},
		{"another account's administrator", f.user(secondAccount, "admin", everything), false},
		{"another account's root user", rootOf(secondAccount), false},
		{"the bucket", f.user(firstAccount, "maker", grants("", "s3:CreateBucket", "old")), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := f.on(t)
			_, err := f.admin(c.caller, "AdoptBucket", &s3admin.AdoptBucketInput{Bucket: ptr("old")})
			if c.allowed {
				if err != nil {
					t.Error(err)
				}
			} else {
				isRefusal(t, "AdoptBucket", err, 400, "AccessDeniedException", "")
			}
			_, err = f.admin(c.caller, "ListUnownedBuckets", &s3admin.ListUnownedBucketsInput{})
			isRefusal(t, "ListUnownedBuckets", err, 400, "AccessDeniedException", "")
		})
	}
}
