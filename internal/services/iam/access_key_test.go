package iam

import (
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

const allowIAM = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:*","Resource":"*"}}`

func (f *fixture) addKey(caller *api.Principal, user *string) *iam.AccessKey {
	f.t.Helper()
	return didAs[iam.CreateAccessKeyOutput](f, caller, "CreateAccessKey", &iam.CreateAccessKeyInput{UserName: user}).AccessKey
}

func TestCreateAccessKey(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	k := f.addKey(root(), ptr("ana"))
	if *k.UserName != "ana" || *k.Status != "Active" || !k.CreateDate.Equal(start) || len(*k.SecretAccessKey) != 40 {
		t.Errorf("key of %s is %s, secret of %d characters", *k.UserName, *k.Status, len(*k.SecretAccessKey))
	}
	if len(*k.AccessKeyId) != 20 || !strings.HasPrefix(*k.AccessKeyId, "AKIA") || directory.AccessKeyAccount(*k.AccessKeyId) != accountID {
		t.Errorf("id %s encodes account %s", *k.AccessKeyId, directory.AccessKeyAccount(*k.AccessKeyId))
	}
	v := f.directory.View(accountID)
	if secret, err := v.Secret(v.AccessKey(*k.AccessKeyId)); err != nil || secret != *k.SecretAccessKey {
		t.Errorf("the secret kept is not the one shown: %v", err)
	}
	if strings.Contains(string(v.AccessKey(*k.AccessKeyId).Secret), *k.SecretAccessKey) {
		t.Error("the secret is kept in the clear")
	}
	f.refused("CreateAccessKey", &iam.CreateAccessKeyInput{UserName: ptr("eve")}, 404, "NoSuchEntity", "The user with name eve cannot be found.")
	f.addKey(root(), ptr("ana"))
	f.refused("CreateAccessKey", &iam.CreateAccessKeyInput{UserName: ptr("ana")}, 409, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2")
}

// TestAccessKeyOfOmittedUser: without UserName the keys are the caller's, the root
// user's too [API_CreateAccessKey].
func TestAccessKeyOfOmittedUser(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	f.allow("ana", allowIAM)
	for name, c := range map[string]struct {
		caller *api.Principal
		user   *string
	}{"user": {f.user("ana"), ptr("ana")}, "root user": {root(), nil}} {
		t.Run(name, func(t *testing.T) {
			f.t = t
			first, second := f.addKey(c.caller, nil), f.addKey(c.caller, nil)
			if orEmpty(first.UserName) != orEmpty(c.user) {
				t.Errorf("key of %v", first.UserName)
			}
			f.refusedAs(c.caller, "CreateAccessKey", &iam.CreateAccessKeyInput{}, 409, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2")
			didAs[iam.UpdateAccessKeyOutput](f, c.caller, "UpdateAccessKey", &iam.UpdateAccessKeyInput{AccessKeyId: first.AccessKeyId, Status: ptr("Inactive")})
			didAs[iam.DeleteAccessKeyOutput](f, c.caller, "DeleteAccessKey", &iam.DeleteAccessKeyInput{AccessKeyId: second.AccessKeyId})
			keys := didAs[iam.ListAccessKeysOutput](f, c.caller, "ListAccessKeys", &iam.ListAccessKeysInput{}).AccessKeyMetadata
			if len(keys) != 1 || *keys[0].AccessKeyId != *first.AccessKeyId || *keys[0].Status != "Inactive" || !keys[0].CreateDate.Equal(start) {
				t.Errorf("keys %v", keys)
			}
		})
	}
}

// TestMissingAccessKey is the row of 1.2: unknown, or another user's.
func TestMissingAccessKey(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana", "bob")
	f.allow("ana", allowIAM)
	bobs := f.addKey(root(), ptr("bob")).AccessKeyId
	f.addKey(root(), nil)
	for name, c := range map[string]struct {
		caller   *api.Principal
		user, id *string
	}{
		"unknown":                      {root(), ptr("bob"), ptr("AKIA0000000000000000")},
		"another user's":               {root(), ptr("ana"), bobs},
		"omitted, another user's":      {f.user("ana"), nil, bobs},
		"omitted, not the root user's": {root(), nil, bobs},
	} {
		t.Run(name, func(t *testing.T) {
			f.t = t
			message := "The Access Key with id " + *c.id + " cannot be found."
			f.refusedAs(c.caller, "DeleteAccessKey", &iam.DeleteAccessKeyInput{UserName: c.user, AccessKeyId: c.id}, 404, "NoSuchEntity", message)
			f.refusedAs(c.caller, "UpdateAccessKey", &iam.UpdateAccessKeyInput{UserName: c.user, AccessKeyId: c.id, Status: ptr("Inactive")}, 404, "NoSuchEntity", message)
		})
	}
	if keys := did[iam.ListAccessKeysOutput](f, "ListAccessKeys", &iam.ListAccessKeysInput{UserName: ptr("bob")}).AccessKeyMetadata; len(keys) != 1 || *keys[0].Status != "Active" {
		t.Errorf("keys of bob %v: a refused call changed one", keys)
	}
}

func TestUpdateAccessKey(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	id := f.addKey(root(), ptr("ana")).AccessKeyId
	for _, c := range []struct {
		status string
		active bool
	}{{"Inactive", false}, {"Inactive", false}, {"Active", true}} {
		did[iam.UpdateAccessKeyOutput](f, "UpdateAccessKey", &iam.UpdateAccessKeyInput{UserName: ptr("ana"), AccessKeyId: id, Status: &c.status})
		if k := f.directory.View(accountID).AccessKey(*id); k.Active != c.active {
			t.Errorf("after %s: active %v", c.status, k.Active)
		}
	}
	f.refused("UpdateAccessKey", &iam.UpdateAccessKeyInput{UserName: ptr("ana"), AccessKeyId: id, Status: ptr("Expired")}, 400, "ValidationError",
		"1 validation error detected: Value 'Expired' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]")
}

func TestAccessKeyLastUsed(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	id := f.addKey(root(), ptr("ana")).AccessKeyId
	last := func() *iam.GetAccessKeyLastUsedOutput {
		return did[iam.GetAccessKeyLastUsedOutput](f, "GetAccessKeyLastUsed", &iam.GetAccessKeyLastUsedInput{AccessKeyId: id})
	}
	if out := last(); *out.UserName != "ana" || out.AccessKeyLastUsed.LastUsedDate != nil || *out.AccessKeyLastUsed.ServiceName != "N/A" || *out.AccessKeyLastUsed.Region != "N/A" {
		t.Errorf("never used: %s %+v", *out.UserName, out.AccessKeyLastUsed)
	}
	at := start.Add(time.Minute)
	f.directory.Use(accountID, *id).Note("s3", "eu-west-1", at)
	if out := last().AccessKeyLastUsed; !out.LastUsedDate.Equal(at) || *out.ServiceName != "s3" || *out.Region != "eu-west-1" {
		t.Errorf("used: %+v", out)
	}
	t.Run("of the root user", func(t *testing.T) {
		f.t = t
		rootKey := f.addKey(root(), nil).AccessKeyId
		if out := did[iam.GetAccessKeyLastUsedOutput](f, "GetAccessKeyLastUsed", &iam.GetAccessKeyLastUsedInput{AccessKeyId: rootKey}); out.UserName != nil {
			t.Errorf("the root user's name %s", *out.UserName)
		}
	})
	t.Run("ends with the key", func(t *testing.T) {
		f.t = t
		did[iam.DeleteAccessKeyOutput](f, "DeleteAccessKey", &iam.DeleteAccessKeyInput{UserName: ptr("ana"), AccessKeyId: id})
		if use, ok := f.directory.LastUsed(*id); ok {
			t.Errorf("the use of a deleted key is kept: %+v", use)
		}
		f.refused("GetAccessKeyLastUsed", &iam.GetAccessKeyLastUsedInput{AccessKeyId: id}, 404, "NoSuchEntity", "The Access Key with id "+*id+" cannot be found.")
	})
}
