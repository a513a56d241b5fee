package directory

import (
	"fmt"
	"testing"
)

// TestPasswordKinds: three of the four kinds of characters, whichever they are.
func TestPasswordKinds(t *testing.T) {
	v := openDirectory(t).View(testAccount)
	kinds := []string{"ABCD", "abcd", "1234", "!@#$"}
	for set := range 1 << len(kinds) {
		password, n := "    ", 0
		for i, kind := range kinds {
			if set&(1<<i) != 0 {
				password, n = password+kind, n+1
			}
		}
		password += "    "
		if err := v.CheckPassword(password); (err == nil) != (n >= 3) {
			t.Errorf("%q of %d kinds: %v", password, n, err)
		}
	}
}

// TestPasswordStaysUnseen: a password that is on its way is in no log.
func TestPasswordStaysUnseen(t *testing.T) {
	p := NewPassword{Text: "Correct horse 1", Hash: "$argon2id$"}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, value := range []any{p, &p} {
			if got := fmt.Sprintf(format, value); got != "[password]" {
				t.Errorf("%s prints %s", format, got)
			}
		}
	}
}

// TestPreviousPasswords: a hash that was not compared before the transaction ends
// the call: somebody has changed the password meanwhile.
func TestPreviousPasswords(t *testing.T) {
	d := openDirectory(t)
	addUsers(t, d, "ana")
	change(t, d, func(tx *Tx) error {
		tx.SetPasswordPolicy(PasswordPolicy{MinimumLength: 6, Reuse: 24})
		return nil
	})
	set := func(text, hash string, same map[string]bool) error {
		return d.Update(t.Context(), testAccount, withUser("ana", func(tx *Tx, u *User) error {
			return tx.UpdateLoginProfile(u, &NewPassword{Text: text, Hash: hash, Same: same}, nil)
		}))
	}
	expectError(t, set("password2", "h2", nil), "NoSuchEntity", "Login Profile for User ana cannot be found.")
	change(t, d, withUser("ana", func(tx *Tx, u *User) error {
		_, err := tx.CreateLoginProfile(u, NewPassword{Text: "password1", Hash: "h1"}, false)
		return err
	}))
	if err := set("password2", "h2", nil); err != errConcurrent {
		t.Errorf("without a comparison: %v", err)
	}
	expectError(t, set("password1", "h2", map[string]bool{"h1": true}), "PasswordPolicyViolation", "Password should not be one of the 24 previous passwords")
	if err := set("password2", "h2", map[string]bool{"h1": false}); err != nil {
		t.Fatal(err)
	}
	v := d.View(testAccount)
	u, err := v.User("ana")
	if err != nil || fmt.Sprint(v.PasswordHashes(u)) != "[h2 h1]" || !u.Login.Changed.Equal(testStart) {
		t.Errorf("hashes %v, changed %v: %v", v.PasswordHashes(u), u.Login.Changed, err)
	}
}
