package directory

import (
	"testing"
	"time"
)

// TestUseEndsWithTheKey: nothing is kept of the use of a deleted key, neither in
// memory nor in the store, whether it was written before or not.
func TestUseEndsWithTheKey(t *testing.T) {
	for _, flushed := range []bool{false, true} {
		s := openStore(t)
		d := openNode(t, s)
		bootstrap(t, d)
		addUsers(t, d, "ana")
		var id string
		change(t, d, withUser("ana", func(tx *Tx, u *User) error {
			k, _, err := tx.CreateAccessKey(u)
			if err == nil {
				id = k.ID
			}
			return err
		}))
		d.Use(testAccount, id).Note("iam", "us-east-1", testStart.Add(time.Minute))
		if flushed {
			if err := d.FlushUsage(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if _, ok := d.LastUsed(id); !ok {
			t.Fatal("the use was not noted")
		}
		change(t, d, withUser("ana", func(tx *Tx, u *User) error {
			k, err := tx.KeyOf(u, id)
			if err != nil {
				return err
			}
			tx.DeleteAccessKey(u, k)
			return nil
		}))
		if use, ok := d.LastUsed(id); ok {
			t.Errorf("flushed %v: %v is still known", flushed, use)
		}
		if err := d.FlushUsage(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := s.Get(t.Context(), "a/"+testAccount+"/used/"+id); ok || err != nil {
			t.Errorf("flushed %v: the use is still in the store (%v)", flushed, err)
		}
	}
}

// TestUseSurvivesRestart: what was flushed is there in a state that is loaded anew.
func TestUseSurvivesRestart(t *testing.T) {
	s := openStore(t)
	d := openNode(t, s)
	bootstrap(t, d)
	at := testStart.Add(time.Minute)
	d.Use(testAccount, "AKIA0000000000000000").Note("sts", "eu-west-1", at)
	if err := d.FlushUsage(t.Context()); err != nil {
		t.Fatal(err)
	}
	last, ok := openNode(t, s).LastUsed("AKIA0000000000000000")
	if !ok || !last.At.Equal(at) || last.Service != "sts" || last.Region != "eu-west-1" {
		t.Errorf("last use %+v (%v)", last, ok)
	}
}

// TestRootKeys stand in the account, up to two (S-05).
func TestRootKeys(t *testing.T) {
	d := openDirectory(t)
	var ids []string
	create := func(tx *Tx) error {
		k, _, err := tx.CreateAccessKey(nil)
		if err == nil {
			ids = append(ids, k.ID)
		}
		return err
	}
	change(t, d, create)
	change(t, d, create)
	expectError(t, d.Update(t.Context(), testAccount, create), "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2")
	change(t, d, func(tx *Tx) error {
		k, err := tx.KeyOf(nil, ids[0])
		if err != nil {
			return err
		}
		tx.DeleteAccessKey(nil, k)
		return nil
	})
	v := d.View(testAccount)
	if keys := v.KeyIDs(nil); len(keys) != 1 || keys[0] != ids[1] || v.AccessKey(ids[0]) != nil {
		t.Errorf("keys %v, want %s", keys, ids[1])
	}
	if k := v.AccessKey(ids[1]); k == nil || k.User != "" {
		t.Errorf("key %v", k)
	}
}

// TestSecretIsBoundToItsKey: a sealed secret does not open under another id.
func TestSecretIsBoundToItsKey(t *testing.T) {
	d := openDirectory(t)
	change(t, d, func(tx *Tx) error {
		a, secret := tx.NewAccessKey("")
		b, _ := tx.NewAccessKey("")
		if got, err := tx.Secret(a); err != nil || got != secret {
			t.Errorf("secret %q: %v", got, err)
		}
		b.Secret = a.Secret
		if _, err := tx.Secret(b); err == nil {
			t.Error("another key's secret opens")
		}
		return nil
	})
}
