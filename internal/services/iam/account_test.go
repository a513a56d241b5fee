package iam

import (
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

func (f *fixture) aliases() []string {
	f.t.Helper()
	return did[iam.ListAccountAliasesOutput](f, "ListAccountAliases", &iam.ListAccountAliasesInput{}).AccountAliases
}

func TestAccountAlias(t *testing.T) {
	f := newFixture(t)
	set := func(alias string) {
		did[iam.CreateAccountAliasOutput](f, "CreateAccountAlias", &iam.CreateAccountAliasInput{AccountAlias: &alias})
	}
	if got := f.aliases(); len(got) != 0 {
		t.Errorf("aliases %v of a new account", got)
	}
	set("acme")
	f.refused("CreateAccountAlias", &iam.CreateAccountAliasInput{AccountAlias: ptr("acme")}, 409, "EntityAlreadyExists", "The account alias acme already exists.") // its own, too
	set("acme-eu")
	if got := f.aliases(); len(got) != 1 || got[0] != "acme-eu" {
		t.Errorf("aliases %v, want the newest alone", got)
	}
	if v := f.directory.View(accountID); v.AccountByAlias("acme") != "" || v.AccountByAlias("acme-eu") != accountID {
		t.Error("the alias does not lead to its account, or the old one still does")
	}
	f.refused("DeleteAccountAlias", &iam.DeleteAccountAliasInput{AccountAlias: ptr("acme")}, 404, "NoSuchEntity", "The account alias acme cannot be found.")
	did[iam.DeleteAccountAliasOutput](f, "DeleteAccountAlias", &iam.DeleteAccountAliasInput{AccountAlias: ptr("acme-eu")})
	if got := f.aliases(); len(got) != 0 || f.directory.View(accountID).AccountByAlias("acme-eu") != "" {
		t.Errorf("aliases %v after it was deleted", got)
	}
	set("acme-eu") // free again
}

// TestAliasTaken is the row of 1.3: aliases are unique over all accounts.
func TestAliasTaken(t *testing.T) {
	f := newFixture(t)
	other, err := f.directory.NewTestAccount(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = f.directory.Update(t.Context(), other.Account, func(tx *directory.Tx) error { return tx.SetAccountAlias("acme") })
	if err != nil {
		t.Fatal(err)
	}
	f.refused("CreateAccountAlias", &iam.CreateAccountAliasInput{AccountAlias: ptr("acme")}, 409, "EntityAlreadyExists", "The account alias acme already exists.")
	f.refused("DeleteAccountAlias", &iam.DeleteAccountAliasInput{AccountAlias: ptr("acme")}, 404, "NoSuchEntity", "The account alias acme cannot be found.")
	if got := f.directory.View(accountID).AccountByAlias("acme"); got != other.Account {
		t.Errorf("the alias leads to %s", got)
	}
}

// TestAliasSyntax is S-06.
func TestAliasSyntax(t *testing.T) {
	f := newFixture(t)
	for _, alias := range []string{"ab", "Acme", "a--b", "-ab", "ab-", "a_b", "111122223333"} {
		if _, err := f.as(root(), "CreateAccountAlias", &iam.CreateAccountAliasInput{AccountAlias: &alias}); err == nil {
			t.Errorf("alias %s was taken", alias)
		}
	}
	if got := f.aliases(); len(got) != 0 {
		t.Errorf("aliases %v", got)
	}
}

func TestPasswordPolicy(t *testing.T) {
	f := newFixture(t)
	missing := "The Password Policy with domain name 111122223333 cannot be found."
	f.refused("GetAccountPasswordPolicy", &iam.GetAccountPasswordPolicyInput{}, 404, "NoSuchEntity", missing)
	f.refused("DeleteAccountPasswordPolicy", &iam.DeleteAccountPasswordPolicyInput{}, 404, "NoSuchEntity", missing)

	did[iam.UpdateAccountPasswordPolicyOutput](f, "UpdateAccountPasswordPolicy", &iam.UpdateAccountPasswordPolicyInput{
		MinimumPasswordLength: ptr(int32(12)), RequireNumbers: ptr(true), MaxPasswordAge: ptr(int32(90)),
		PasswordReusePrevention: ptr(int32(5)), HardExpiry: ptr(true), AllowUsersToChangePassword: ptr(true),
	})
	p := did[iam.GetAccountPasswordPolicyOutput](f, "GetAccountPasswordPolicy", &iam.GetAccountPasswordPolicyInput{}).PasswordPolicy
	if *p.MinimumPasswordLength != 12 || !*p.RequireNumbers || *p.RequireSymbols || *p.RequireUppercaseCharacters || *p.RequireLowercaseCharacters ||
		!*p.ExpirePasswords || *p.MaxPasswordAge != 90 || *p.PasswordReusePrevention != 5 || !*p.HardExpiry || !*p.AllowUsersToChangePassword {
		t.Errorf("password policy %+v", p)
	}
	// What is not given returns to its default [API_UpdateAccountPasswordPolicy].
	did[iam.UpdateAccountPasswordPolicyOutput](f, "UpdateAccountPasswordPolicy", &iam.UpdateAccountPasswordPolicyInput{})
	p = did[iam.GetAccountPasswordPolicyOutput](f, "GetAccountPasswordPolicy", &iam.GetAccountPasswordPolicyInput{}).PasswordPolicy
	if *p.MinimumPasswordLength != 6 || *p.RequireNumbers || *p.ExpirePasswords || p.MaxPasswordAge != nil || p.PasswordReusePrevention != nil || *p.HardExpiry || *p.AllowUsersToChangePassword {
		t.Errorf("password policy %+v", p)
	}
	did[iam.DeleteAccountPasswordPolicyOutput](f, "DeleteAccountPasswordPolicy", &iam.DeleteAccountPasswordPolicyInput{})
	f.refused("GetAccountPasswordPolicy", &iam.GetAccountPasswordPolicyInput{}, 404, "NoSuchEntity", missing)
}

// TestUsersChangePasswords: with AllowUsersToChangePassword a user needs no policy
// for the own password; an explicit deny still counts.
func TestUsersChangePasswords(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana", "bob")
	f.setPassword("ana", goodPassword)
	f.setPassword("bob", goodPassword)
	in := &iam.ChangePasswordInput{OldPassword: ptr(goodPassword), NewPassword: ptr("Battery staple 2")}
	denied := "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: iam:ChangePassword on resource: user ana because no identity-based policy allows the iam:ChangePassword action"
	f.refusedAs(f.user("ana"), "ChangePassword", in, 403, "AccessDenied", denied)

	did[iam.UpdateAccountPasswordPolicyOutput](f, "UpdateAccountPasswordPolicy", &iam.UpdateAccountPasswordPolicyInput{AllowUsersToChangePassword: ptr(true)})
	didAs[iam.ChangePasswordOutput](f, f.user("ana"), "ChangePassword", in)
	didAs[iam.GetAccountPasswordPolicyOutput](f, f.user("ana"), "GetAccountPasswordPolicy", &iam.GetAccountPasswordPolicyInput{})
	f.allow("bob", `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iam:ChangePassword","Resource":"*"}}`)
	f.refusedAs(f.user("bob"), "ChangePassword", in, 403, "AccessDenied",
		"User: arn:aws:iam::111122223333:user/bob is not authorized to perform: iam:ChangePassword on resource: user bob with an explicit deny in an identity-based policy")
}

// TestAccountSummary holds every figure of AWS's [API_GetAccountSummary].
func TestAccountSummary(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana", "bob")
	f.addGroup("readers")
	f.addKey(root(), nil)
	f.change(func(tx *directory.Tx) error {
		p, err := tx.CreatePolicy(directory.Entity{Name: "p", Path: "/"}, "", allowIAM)
		if err != nil {
			return err
		}
		_, err = tx.AddVersion(p, allowIAM, true)
		return err
	})
	got := did[iam.GetAccountSummaryOutput](f, "GetAccountSummary", &iam.GetAccountSummaryInput{}).SummaryMap
	want := map[string]int32{
		"Users": 2, "UsersQuota": 5000, "Groups": 1, "GroupsQuota": 300, "Roles": 0, "RolesQuota": 1000,
		"Policies": 1, "PoliciesQuota": 1500, "PolicyVersionsInUse": 2, "PolicyVersionsInUseQuota": 10000,
		"VersionsPerPolicyQuota": 5, "InstanceProfiles": 0, "InstanceProfilesQuota": 1000, "Providers": 0,
		"ServerCertificates": 0, "ServerCertificatesQuota": 20, "SigningCertificatesPerUserQuota": 2,
		"AccessKeysPerUserQuota": 2, "GroupsPerUserQuota": 10, "AttachedPoliciesPerUserQuota": 10,
		"AttachedPoliciesPerGroupQuota": 10, "AttachedPoliciesPerRoleQuota": 10, "UserPolicySizeQuota": 2048,
		"GroupPolicySizeQuota": 5120, "RolePolicySizeQuota": 10240, "PolicySizeQuota": 6144,
		"AssumeRolePolicySizeQuota": 2048, "MFADevices": 0, "MFADevicesInUse": 0, "AccountMFAEnabled": 0,
		"AccountAccessKeysPresent": 1, "AccountPasswordPresent": 0, "AccountSigningCertificatesPresent": 0,
		"GlobalEndpointTokenVersion": 1,
	}
	for key, value := range want {
		if n, ok := got[key]; !ok || n != value {
			t.Errorf("%s is %d (%v), want %d", key, n, ok, value)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d figures, want %d: %v", len(got), len(want), got)
	}
}
