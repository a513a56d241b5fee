package iam

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

const goodPassword = "Correct horse 1"

func (f *fixture) setPassword(user, password string) {
	f.t.Helper()
	did[iam.CreateLoginProfileOutput](f, "CreateLoginProfile", &iam.CreateLoginProfileInput{UserName: &user, Password: &password})
}

// opens says whether the password is the user's.
func (f *fixture) opens(user, password string) bool {
	f.t.Helper()
	u, err := f.directory.View(accountID).User(user)
	if err != nil || u.Login == nil {
		f.t.Fatalf("user %s has no password: %v", user, err)
	}
	ok, err := f.service.passwords.Verify(f.t.Context(), u.Login.Hash, password)
	if err != nil {
		f.t.Fatal(err)
	}
	return ok
}

func TestLoginProfile(t *testing.T) {
	f := newFixture(t)
	f.addUser("Ana")
	out := did[iam.CreateLoginProfileOutput](f, "CreateLoginProfile", &iam.CreateLoginProfileInput{
		UserName: ptr("ana"), Password: ptr(goodPassword), PasswordResetRequired: ptr(true),
	}).LoginProfile
	if *out.UserName != "Ana" || !*out.PasswordResetRequired || !out.CreateDate.Equal(start) {
		t.Errorf("login profile of %s, reset %v, made %s", *out.UserName, *out.PasswordResetRequired, out.CreateDate)
	}
	if !f.opens("ana", goodPassword) || f.opens("ana", goodPassword+" ") {
		t.Error("not the password that was given")
	}
	u, err := f.directory.View(accountID).User("ana")
	if err != nil || !strings.HasPrefix(u.Login.Hash, "$argon2id$") {
		t.Errorf("the password is not kept as an argon2id hash: %v", err)
	}
	f.refused("CreateLoginProfile", &iam.CreateLoginProfileInput{UserName: ptr("ana"), Password: ptr(goodPassword)}, 409, "EntityAlreadyExists", "Login Profile for user Ana already exists.")

	f.now = f.now.Add(time.Hour)
	did[iam.UpdateLoginProfileOutput](f, "UpdateLoginProfile", &iam.UpdateLoginProfileInput{UserName: ptr("ana"), PasswordResetRequired: ptr(false)})
	if !f.opens("ana", goodPassword) {
		t.Error("the password was changed although none was given")
	}
	did[iam.UpdateLoginProfileOutput](f, "UpdateLoginProfile", &iam.UpdateLoginProfileInput{UserName: ptr("ana"), Password: ptr("Battery staple 2")})
	if f.opens("ana", goodPassword) || !f.opens("ana", "Battery staple 2") {
		t.Error("the password was not changed")
	}
	got := did[iam.GetLoginProfileOutput](f, "GetLoginProfile", &iam.GetLoginProfileInput{UserName: ptr("ana")}).LoginProfile
	if *got.UserName != "Ana" || *got.PasswordResetRequired || !got.CreateDate.Equal(start) {
		t.Errorf("login profile of %s, reset %v, made %s", *got.UserName, *got.PasswordResetRequired, got.CreateDate)
	}
	did[iam.DeleteLoginProfileOutput](f, "DeleteLoginProfile", &iam.DeleteLoginProfileInput{UserName: ptr("ana")})
	f.noLoginProfile("Ana")
}

// noLoginProfile is the row of 1.2 for each operation.
func (f *fixture) noLoginProfile(user string) {
	f.t.Helper()
	for operation, in := range map[string]any{
		"GetLoginProfile":    &iam.GetLoginProfileInput{UserName: &user},
		"UpdateLoginProfile": &iam.UpdateLoginProfileInput{UserName: &user, Password: ptr(goodPassword)},
		"DeleteLoginProfile": &iam.DeleteLoginProfileInput{UserName: &user},
	} {
		f.refused(operation, in, 404, "NoSuchEntity", "Login Profile for User "+user+" cannot be found.")
	}
}

func TestLoginProfileOfMissingUser(t *testing.T) {
	f := newFixture(t)
	for operation, in := range map[string]any{
		"CreateLoginProfile": &iam.CreateLoginProfileInput{UserName: ptr("eve"), Password: ptr(goodPassword)},
		"GetLoginProfile":    &iam.GetLoginProfileInput{UserName: ptr("eve")},
		"UpdateLoginProfile": &iam.UpdateLoginProfileInput{UserName: ptr("eve"), Password: ptr(goodPassword)},
		"DeleteLoginProfile": &iam.DeleteLoginProfileInput{UserName: ptr("eve")},
	} {
		f.refused(operation, in, 404, "NoSuchEntity", "The user with name eve cannot be found.")
	}
}

// TestDefaultPasswordPolicy: 8 characters, three of the four kinds, not the
// account's name or e-mail [id_credentials_passwords_account-policy].
func TestDefaultPasswordPolicy(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	const upper, lower = "Password should have at least one uppercase letter", "Password should have at least one lowercase letter"
	const number, symbol = "Password should have at least one number", "Password should have at least one symbol"
	for password, message := range map[string]string{
		"Ab1!":             "Password should have a minimum length of 8",
		"Ab1!567":          "Password should have a minimum length of 8",
		"abcdefg1":         "Password should meet 1 more of the following requirements: " + upper + ", " + symbol,
		"ABCDEFGH":         "Password should meet 2 more of the following requirements: " + lower + ", " + number + ", " + symbol,
		"        ":         "Password should meet 3 more of the following requirements: " + upper + ", " + lower + ", " + number + ", " + symbol,
		"ROOT@example.com": "Password should not be identical to the account name or email address",
	} {
		t.Run(password, func(t *testing.T) {
			f.t = t
			f.refused("CreateLoginProfile", &iam.CreateLoginProfileInput{UserName: ptr("ana"), Password: &password}, 400, "PasswordPolicyViolation", message)
		})
	}
	f.t = t
	f.setPassword("ana", "abcdefg1!")
	f.refused("UpdateLoginProfile", &iam.UpdateLoginProfileInput{UserName: ptr("ana"), Password: ptr("short")}, 400, "PasswordPolicyViolation", "Password should have a minimum length of 8")
	if !f.opens("ana", "abcdefg1!") {
		t.Error("a refused password was set")
	}
}

func TestPasswordOutsideTheModel(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	for name, password := range map[string]string{"empty": "", "too long": strings.Repeat("a", 129), "character": "Correct horse \u20ac1"} {
		_, err := f.as(root(), "CreateLoginProfile", &iam.CreateLoginProfileInput{UserName: ptr("ana"), Password: &password})
		e, ok := err.(*api.Error)
		if !ok || e.Code != "ValidationError" || !strings.Contains(e.Message, "at 'password' failed to satisfy constraint") {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if password != "" && strings.Contains(e.Message, password) {
			t.Errorf("%s: the password is in the message", name)
		}
	}
}

// TestOwnPasswordPolicy: the words of aws-errors 1.8.
func TestOwnPasswordPolicy(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	did[iam.UpdateAccountPasswordPolicyOutput](f, "UpdateAccountPasswordPolicy", &iam.UpdateAccountPasswordPolicyInput{
		MinimumPasswordLength: ptr(int32(10)), RequireUppercaseCharacters: ptr(true), RequireSymbols: ptr(true),
	})
	for password, message := range map[string]string{
		"abcdefghi!": "Password should have at least one uppercase letter",
		"abcdefghij": "Password should meet 2 more of the following requirements: Password should have at least one uppercase letter, Password should have at least one symbol",
		"Abcdefgh!":  "Password should have a minimum length of 10",
		"ABCDEFGHI~": "Password should have at least one symbol", // not one of AWS's symbols
	} {
		t.Run(password, func(t *testing.T) {
			f.t = t
			f.refused("CreateLoginProfile", &iam.CreateLoginProfileInput{UserName: ptr("ana"), Password: &password}, 400, "PasswordPolicyViolation", message)
		})
	}
	f.t = t
	f.setPassword("ana", "ABCDEFGHI!")
}

func TestPasswordReuse(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	did[iam.UpdateAccountPasswordPolicyOutput](f, "UpdateAccountPasswordPolicy", &iam.UpdateAccountPasswordPolicyInput{PasswordReusePrevention: ptr(int32(2))})
	set := func(n int) *iam.UpdateLoginProfileInput {
		return &iam.UpdateLoginProfileInput{UserName: ptr("ana"), Password: ptr(fmt.Sprint("password", n))}
	}
	f.setPassword("ana", "password1")
	const message = "Password should not be one of the 2 previous passwords"
	f.refused("UpdateLoginProfile", set(1), 400, "PasswordPolicyViolation", message)
	did[iam.UpdateLoginProfileOutput](f, "UpdateLoginProfile", set(2))
	f.refused("UpdateLoginProfile", set(1), 400, "PasswordPolicyViolation", message)
	f.refused("UpdateLoginProfile", set(2), 400, "PasswordPolicyViolation", message)
	did[iam.UpdateLoginProfileOutput](f, "UpdateLoginProfile", set(3))
	did[iam.UpdateLoginProfileOutput](f, "UpdateLoginProfile", set(1)) // the last but two
	if u, err := f.directory.View(accountID).User("ana"); err != nil || len(u.Login.Previous) != 2 {
		t.Errorf("%d previous passwords are kept: %v", len(u.Login.Previous), err)
	}
	did[iam.DeleteAccountPasswordPolicyOutput](f, "DeleteAccountPasswordPolicy", &iam.DeleteAccountPasswordPolicyInput{})
	did[iam.UpdateLoginProfileOutput](f, "UpdateLoginProfile", &iam.UpdateLoginProfileInput{UserName: ptr("ana"), Password: ptr(goodPassword)})
	if u, err := f.directory.View(accountID).User("ana"); err != nil || u.Login.Previous != nil {
		t.Errorf("previous passwords are kept without need: %v", err)
	}
}

func TestChangePassword(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana", "bob")
	f.allow("ana", allowIAM)
	ana := f.user("ana")
	in := &iam.ChangePasswordInput{OldPassword: ptr(goodPassword), NewPassword: ptr("Battery staple 2")}

	t.Run("1.2 caller has no password", func(t *testing.T) {
		f.t = t
		f.refusedAs(ana, "ChangePassword", in, 404, "NoSuchEntity", "Login Profile for User ana cannot be found.")
	})
	t.Run("the root user", func(t *testing.T) {
		f.t = t
		f.refused("ChangePassword", in, 400, "InvalidUserType", "Only IAM Users can change their own password")
	})
	f.t = t
	did[iam.CreateLoginProfileOutput](f, "CreateLoginProfile", &iam.CreateLoginProfileInput{UserName: ptr("ana"), Password: ptr(goodPassword), PasswordResetRequired: ptr(true)})
	t.Run("wrong old password", func(t *testing.T) {
		f.t = t
		f.refusedAs(ana, "ChangePassword", &iam.ChangePasswordInput{OldPassword: ptr("wrong"), NewPassword: ptr("Battery staple 2")}, 403, "AccessDenied", "The old password was incorrect.")
	})
	t.Run("1.8 against the policy", func(t *testing.T) {
		f.t = t
		f.refusedAs(ana, "ChangePassword", &iam.ChangePasswordInput{OldPassword: ptr(goodPassword), NewPassword: ptr("short")}, 400, "PasswordPolicyViolation", "Password should have a minimum length of 8")
	})
	f.t = t
	if !f.opens("ana", goodPassword) {
		t.Error("a refused call changed the password")
	}
	didAs[iam.ChangePasswordOutput](f, ana, "ChangePassword", in)
	u, err := f.directory.View(accountID).User("ana")
	if err != nil || !f.opens("ana", "Battery staple 2") || u.Login.ResetRequired {
		t.Errorf("reset still required: %v, %v", u.Login.ResetRequired, err)
	}
}

// TestChangePasswordRace: what was proved before the transaction must still hold
// in it.
func TestChangePasswordRace(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	f.setPassword("ana", goodPassword)
	call := &api.Call{Service: iam.API, Operation: iam.API.Operation("ChangePassword"), Principal: f.user("ana"), Account: accountID, Time: f.now}
	in := &iam.ChangePasswordInput{OldPassword: ptr(goodPassword), NewPassword: ptr("Battery staple 2")}
	method := f.served.Methods["ChangePassword"]
	prepared, err := method.Prepare(t.Context(), call, in)
	if err != nil {
		t.Fatal(err)
	}
	did[iam.UpdateLoginProfileOutput](f, "UpdateLoginProfile", &iam.UpdateLoginProfileInput{UserName: ptr("ana"), Password: ptr("Reset by root 3")})
	err = f.directory.Update(t.Context(), accountID, func(tx *directory.Tx) error {
		_, err := method.Write(t.Context(), call, tx, in, prepared)
		return err
	})
	if e, ok := err.(*api.Error); !ok || e.Message != "The old password was incorrect." {
		t.Errorf("error %v", err)
	}
	if !f.opens("ana", "Reset by root 3") {
		t.Error("a password that is no longer the user's has changed the new one")
	}
}

// TestLoginProfileOfCaller: UserName may be omitted and is then the caller's own;
// the password may not [API_CreateLoginProfile, API_GetLoginProfile,
// API_DeleteLoginProfile].
func TestLoginProfileOfCaller(t *testing.T) {
	f := newFixture(t)
	f.addUser("Ana", "bob")
	f.allow("Ana", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:*LoginProfile","Resource":"arn:aws:iam::111122223333:user/${aws:username}"}}`)
	ana := f.user("Ana")
	f.refusedAs(ana, "CreateLoginProfile", &iam.CreateLoginProfileInput{}, 400, "ValidationError",
		"1 validation error detected: Value null at 'password' failed to satisfy constraint: Member must not be null")
	made := didAs[iam.CreateLoginProfileOutput](f, ana, "CreateLoginProfile", &iam.CreateLoginProfileInput{Password: ptr(goodPassword)})
	if *made.LoginProfile.UserName != "Ana" || !f.opens("Ana", goodPassword) {
		t.Errorf("the password is %s's", *made.LoginProfile.UserName)
	}
	if got := didAs[iam.GetLoginProfileOutput](f, ana, "GetLoginProfile", &iam.GetLoginProfileInput{}); *got.LoginProfile.UserName != "Ana" {
		t.Errorf("the login profile is %s's", *got.LoginProfile.UserName)
	}
	didAs[iam.DeleteLoginProfileOutput](f, ana, "DeleteLoginProfile", &iam.DeleteLoginProfileInput{})
	f.noLoginProfile("Ana")

	const words = "Must specify userName when calling with non-User credentials"
	for operation, in := range map[string]any{
		"CreateLoginProfile": &iam.CreateLoginProfileInput{Password: ptr(goodPassword)},
		"GetLoginProfile":    &iam.GetLoginProfileInput{},
		"DeleteLoginProfile": &iam.DeleteLoginProfileInput{},
	} {
		f.refused(operation, in, 400, "ValidationError", words)
		if _, err := f.as(f.user("bob"), operation, in); err == nil || !strings.Contains(err.Error(), "on resource: user nullbob because") {
			t.Errorf("%s of one whom nothing is allowed: %v", operation, err)
		}
	}
}
