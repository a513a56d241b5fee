package metadata

import (
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// TestWhomCredentialsStandFor: as sts:AssumeRole with the instance's id as the session's
// name [iam-roles-for-amazon-ec2; reference_policies_variables, aws:userid of an instance].
func TestWhomCredentialsStandFor(t *testing.T) {
	h := newHouse(t)
	id := h.launch(func(i *directory.Instance) { i.PrivateIP = "10.0.0.5" })
	told := h.told(id)
	p := h.caller(told.Credentials)
	role, err := h.Directory.View(account).Role("reader")
	if err != nil {
		t.Fatal(err)
	}
	want := policy.Principal{
		Kind: policy.RoleSession, Account: account, EntityID: role.ID, EntityARN: "arn:aws:iam::111122223333:role/team/reader",
		ARN: "arn:aws:sts::111122223333:assumed-role/reader/" + id,
	}
	if p.Principal != want || p.UserID != role.ID+":"+id || p.Session.Name != id || p.Session.Kind != "role" || p.Session.Chained {
		t.Errorf("%+v", p)
	}
	if origin := (api.Origin{RoleDelivery: "2.0", ARN: told.ARN, PrivateIP: "10.0.0.5"}); p.Session.Instance != origin {
		t.Errorf("origin %+v", p.Session.Instance)
	}
	if !p.Session.Issued.Equal(start) || !p.Session.Expires.Equal(start.Add(6*time.Hour)) || !told.Credentials.Expires.Equal(p.Session.Expires) {
		t.Errorf("from %v to %v", p.Session.Issued, p.Session.Expires)
	}
}

// ec2:RoleDelivery says by which version of the service credentials came
// [configuring-IMDS-existing-instances]; they differ.
func TestDeliveries(t *testing.T) {
	h := newHouse(t)
	id := h.launch(nil)
	if h.told(id).CredentialsV1 != nil {
		t.Error("credentials of version 1 that is off")
	}
	h.update(id, func(tx *directory.Tx, i *directory.Instance) {
		c := i.Clone()
		c.Metadata.V1 = true
		tx.PutInstance(c)
	})
	told := h.told(id)
	if told.Credentials.AccessKeyID == told.CredentialsV1.AccessKeyID {
		t.Error("the same credentials for both versions")
	}
	for c, want := range map[*Credentials]string{told.Credentials: "2.0", told.CredentialsV1: "1.0"} {
		if got := h.caller(c).Session.Instance.RoleDelivery; got != want {
			t.Errorf("delivered by %s, want %s", got, want)
		}
	}
}

// TestRotation: the same until three quarters of their life, then others, while those
// before hold to their end [instance-metadata-security-credentials].
func TestRotation(t *testing.T) {
	for _, lifetime := range []time.Duration{0, time.Hour, time.Minute} {
		h := newHouse(t)
		if lifetime > 0 {
			h.Lifetime = lifetime
		}
		id := h.launch(nil)
		first := h.told(id).Credentials
		life := first.Expires.Sub(first.Updated)
		h.clock.pass(life*3/4 - time.Second)
		if h.told(id).Credentials.AccessKeyID != first.AccessKeyID {
			t.Fatalf("%v: rotated early", life)
		}
		h.clock.pass(time.Second)
		second := h.told(id).Credentials
		if second.AccessKeyID == first.AccessKeyID || !second.Expires.After(first.Expires) {
			t.Fatalf("%v: not rotated", life)
		}
		if h.caller(first) == nil || h.caller(second) == nil {
			t.Errorf("%v: old and new do not overlap", life)
		}
		h.clock.pass(life / 4)
		if h.caller(first) != nil || h.caller(second) == nil {
			t.Errorf("%v: the old ones outlive their expiry", life)
		}
	}
}

// TestRotationIsAheadOfSDKs: who asks 15 minutes before the end finds newer ones.
func TestRotationIsAheadOfSDKs(t *testing.T) {
	h := newHouse(t)
	id := h.launch(nil)
	first := h.told(id).Credentials
	h.clock.pass(first.Expires.Sub(start) - 15*time.Minute)
	if next := h.told(id).Credentials; next.Expires.Sub(h.clock.now()) < 5*time.Hour {
		t.Errorf("they expire in %v", next.Expires.Sub(h.clock.now()))
	}
}

// TestChangesCountAtOnce: another role, or the same one made anew or revoked, has other
// credentials at the next call.
func TestChangesCountAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		change func(h *house)
		ends   bool // those before
	}{
		"revoked": {func(h *house) {
			h.onRole(func(tx *directory.Tx, r *directory.Role) error {
				_, err := tx.ChangeRole(r, func(r *directory.Role) { r.Generation++ })
				return err
			})
		}, true},
		"another role": {func(h *house) {
			h.onRole(func(tx *directory.Tx, r *directory.Role) error {
				p, _ := tx.Profile("hosts")
				if err := tx.TakeRole(p, r); err != nil {
					return err
				}
				tx.Role("writer")
				w, err := tx.CreateRole(directory.NewRole{Name: "writer", Path: "/", Trust: trustEC2})
				if err != nil {
					return err
				}
				p, _ = tx.Profile("hosts")
				return tx.AddRole(p, w)
			})
		}, false},
		"made anew": {func(h *house) {
			h.onRole(func(tx *directory.Tx, r *directory.Role) error {
				p, _ := tx.Profile("hosts")
				if err := tx.TakeRole(p, r); err != nil {
					return err
				}
				r, _ = tx.Role("reader")
				return tx.DeleteRole(r)
			})
			h.change(func(tx *directory.Tx) error {
				r, err := tx.CreateRole(directory.NewRole{Name: "reader", Path: "/team/", Trust: trustEC2})
				if err != nil {
					return err
				}
				p, _ := tx.Profile("hosts")
				return tx.AddRole(p, r)
			})
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			id := h.launch(nil)
			before := h.told(id).Credentials
			c.change(h)
			after := h.told(id)
			if after.Credentials == nil || after.Credentials.AccessKeyID == before.AccessKeyID {
				t.Fatal("the same credentials")
			}
			if p := h.caller(after.Credentials); p == nil || p.EntityARN != after.RoleARN {
				t.Errorf("%+v", p)
			}
			if ended := h.caller(before) == nil; ended != c.ends {
				t.Errorf("those before have ended: %v", ended)
			}
		})
	}
}

// TestTrustTakenAwayAndGivenBack: nobody is told credentials meanwhile.
func TestTrustTakenAwayAndGivenBack(t *testing.T) {
	h := newHouse(t)
	id := h.launch(nil)
	before := h.told(id).Credentials
	h.onRole(func(tx *directory.Tx, r *directory.Role) error {
		return tx.SetTrust(r, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)
	})
	if h.told(id).Credentials != nil {
		t.Error("credentials of a role that EC2 may not assume")
	}
	h.onRole(func(tx *directory.Tx, r *directory.Role) error { return tx.SetTrust(r, trustEC2) })
	if after := h.told(id).Credentials; after == nil || after.AccessKeyID != before.AccessKeyID {
		t.Error("not the same as before")
	}
}

// TestOneIssueForAll: however many ask at once, one set of credentials is made.
func TestOneIssueForAll(t *testing.T) {
	h := newHouse(t)
	id := h.launch(nil)
	v := h.Directory.View(account)
	keys := make([]string, 16)
	var wait sync.WaitGroup
	for n := range keys {
		wait.Go(func() {
			told, err := h.Describe(t.Context(), v, v.Instance(id))
			if err != nil {
				t.Error(err)
				return
			}
			keys[n] = told.Credentials.AccessKeyID
		})
	}
	wait.Wait()
	for _, key := range keys {
		if key != keys[0] {
			t.Fatalf("issued %v", keys)
		}
	}
}

func TestInstancesDoNotShareCredentials(t *testing.T) {
	h := newHouse(t)
	a, b := h.told(h.launch(nil)), h.told(h.launch(nil))
	if a.Credentials.AccessKeyID == b.Credentials.AccessKeyID || h.caller(a.Credentials).ARN == h.caller(b.Credentials).ARN {
		t.Error("two instances are one caller")
	}
}

// TestJSONOfInstance: it is what runners of another version read.
func TestJSONOfInstance(t *testing.T) {
	h := newHouse(t)
	told := h.told(h.launch(func(i *directory.Instance) { i.Metadata.V1 = true }))
	text, err := json.Marshal(told)
	if err != nil {
		t.Fatal(err)
	}
	var read Instance
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	if read.Credentials.SecretAccessKey != told.Credentials.SecretAccessKey || read.CredentialsV1.AccessKeyID != told.CredentialsV1.AccessKeyID {
		t.Error("credentials are read as others")
	}
	if string(read.Credentials.text()) != string(told.Credentials.text()) {
		t.Error("the metadata service of a runner answers otherwise")
	}
}
