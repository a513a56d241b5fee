package e2e

import (
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// acrossAccounts is a bucket, and a user of another account.
type acrossAccounts struct {
	*s3World
	other  string // the other account
	inside *cli   // its administrator
	reader *cli   // its user
}

// TestS3CrossAccount reads an object of another account: by a bucket policy together
// with an identity policy, or by a role of the owner's, and by neither half alone
// [example-walkthroughs-managing-access].
func TestS3CrossAccount(t *testing.T) {
	a := &acrossAccounts{s3World: newS3World(t)}
	a.organize(t)
	path, _ := file(t, "x", 100)
	a.admin.do("s3", "cp", path, "s3://photos/shared/x")
	for _, step := range []struct {
		name string
		test func(*testing.T)
	}{
		{"neither", a.neither}, {"the identity policy alone", a.identityAlone}, {"both", a.both}, {"the bucket policy alone", a.bucketAlone},
		{"a role of the owner's", a.byRole}, {"not listed, not owned", a.notOwned}, {"a public policy is blocked", a.blocked},
	} {
		t.Run(step.name, step.test)
	}
}

func (a *acrossAccounts) organize(t *testing.T) {
	a.admin.do("organizations", "create-organization")
	a.other = a.admin.do("organizations", "create-account", "--email", "other@example.com", "--account-name", "other", "--query", "CreateAccountStatus.AccountId")
	a.inside = newCLI(t, a.server, a.admin.credentials("Credentials", "sts", "assume-role", "--role-session-name", "walk",
		"--role-arn", "arn:aws:iam::"+a.other+":role/OrganizationAccountAccessRole"))
	a.inside.do("iam", "create-user", "--user-name", "reader")
	a.reader = newCLI(t, a.server, a.inside.credentials("AccessKey", "iam", "create-access-key", "--user-name", "reader"))
}

func (a *acrossAccounts) read(t *testing.T) process.Result {
	t.Helper()
	a.reader.t = t
	return a.reader.call("s3api", "get-object", "--bucket", "photos", "--key", "shared/x", "/dev/null")
}

func (a *acrossAccounts) reads(t *testing.T) {
	t.Helper()
	if r := a.read(t); r.Code != 0 {
		t.Error(r.Stderr)
	}
}

func (a *acrossAccounts) denied(t *testing.T, reason string) {
	t.Helper()
	if r := a.read(t); r.Code != 254 || !strings.Contains(r.Stderr, "(AccessDenied)") || !strings.Contains(r.Stderr, reason) {
		t.Errorf("exit %d %s", r.Code, r.Stderr)
	}
}

func (a *acrossAccounts) mayRead() {
	a.inside.do("iam", "put-user-policy", "--user-name", "reader", "--policy-name", "read", "--policy-document",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/shared/*"}}`)
}

func (a *acrossAccounts) neither(t *testing.T) {
	a.denied(t, "because no identity-based policy allows the s3:GetObject action")
}

func (a *acrossAccounts) identityAlone(t *testing.T) {
	a.inside.t = t
	a.mayRead()
	a.denied(t, "because no resource-based policy allows the s3:GetObject action")
}

func (a *acrossAccounts) both(t *testing.T) {
	a.admin.t = t
	a.admin.do("s3api", "put-bucket-policy", "--bucket", "photos", "--policy",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::`+a.other+`:user/reader"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/shared/*"}}`)
	a.reads(t)
}

func (a *acrossAccounts) bucketAlone(t *testing.T) {
	a.admin.t, a.inside.t = t, t
	a.inside.do("iam", "delete-user-policy", "--user-name", "reader", "--policy-name", "read")
	a.denied(t, "because no identity-based policy allows the s3:GetObject action")
	a.admin.do("s3api", "delete-bucket-policy", "--bucket", "photos")
}

func (a *acrossAccounts) byRole(t *testing.T) {
	a.admin.t, a.inside.t = t, t
	a.admin.do("iam", "update-assume-role-policy", "--role-name", "worker", "--policy-document", trusting(a.other))
	a.inside.do("iam", "put-user-policy", "--user-name", "reader", "--policy-name", "assume", "--policy-document", allowing("sts:AssumeRole"))
	a.reader.t = t
	as := newCLI(t, a.server, a.reader.credentials("Credentials", "sts", "assume-role", "--role-arn", a.role, "--role-session-name", "visit"))
	as.do("s3api", "get-object", "--bucket", "photos", "--key", "shared/x", "/dev/null")
	a.denied(t, "s3:GetObject") // with its own credentials
}

func (a *acrossAccounts) notOwned(t *testing.T) {
	a.inside.t = t
	if out := a.inside.do("s3api", "list-buckets", "--query", "Buckets[].Name"); out != "" && out != "None" {
		t.Error(out)
	}
	if r := a.inside.call("s3api", "create-bucket", "--bucket", "photos"); !strings.Contains(r.Stderr, "(BucketAlreadyExists)") {
		t.Error(r.Stderr)
	}
	if r := a.inside.call("s3api", "delete-bucket", "--bucket", "photos"); !strings.Contains(r.Stderr, "(AccessDenied)") {
		t.Error(r.Stderr)
	}
	if r := a.inside.call("s3api", "put-bucket-policy", "--bucket", "photos", "--policy", "{}"); !strings.Contains(r.Stderr, "(AccessDenied)") {
		t.Error(r.Stderr)
	}
}

const publicPolicy = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/shared/*"}}`

func (a *acrossAccounts) blocked(t *testing.T) {
	a.admin.t = t
	if r := a.admin.call("s3api", "put-bucket-policy", "--bucket", "photos", "--policy", publicPolicy); !strings.Contains(r.Stderr, "(AccessDenied)") {
		t.Error(r.Stderr)
	}
	anonymous := func() (int, string) { return send(t, "GET", a.server.URL+"/photos/shared/x") }
	if status, body := anonymous(); status != 403 || !strings.Contains(body, "<Code>AccessDenied</Code>") {
		t.Errorf("%d %s", status, body)
	}
	a.admin.do("s3api", "delete-public-access-block", "--bucket", "photos")
	a.admin.do("s3api", "put-bucket-policy", "--bucket", "photos", "--policy", publicPolicy)
	if status, _ := anonymous(); status != 200 {
		t.Errorf("%d", status)
	}
	a.admin.do("s3api", "put-public-access-block", "--bucket", "photos", "--public-access-block-configuration", "RestrictPublicBuckets=true")
	if status, body := anonymous(); status != 403 || !strings.Contains(body, "<Code>AccessDenied</Code>") {
		t.Errorf("%d %s", status, body)
	}
}
