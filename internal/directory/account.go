package directory

import (
	"net/http"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// SetAccountAlias gives the account an alias, in the place of the one it has: an
// account has one, and it is unique everywhere [API_CreateAccountAlias]. The one that
// it has already exists, too.
func (tx *Tx) SetAccountAlias(alias string) error {
	if IsAccountID(alias) {
		return api.Errorf(http.StatusBadRequest, "InvalidInput", "The account alias must not be 12 digits.")
	}
	if tx.AccountByAlias(alias) != "" {
		return alreadyExists("The account alias %s already exists.", alias)
	}
	a := tx.AccountRecord()
	tx.freeAlias(a)
	c := a.Clone()
	c.Alias = alias
	tx.SetAlias(alias, a.ID)
	tx.PutAccount(c)
	return nil
}

// RemoveAccountAlias takes the alias from the account.
func (tx *Tx) RemoveAccountAlias(alias string) error {
	a := tx.AccountRecord()
	if a.Alias == "" || a.Alias != alias {
		return NoSuchEntity("The account alias %s cannot be found.", alias)
	}
	tx.freeAlias(a)
	c := a.Clone()
	c.Alias = ""
	tx.PutAccount(c)
	return nil
}

func (tx *Tx) freeAlias(a *Account) {
	if a.Alias != "" {
		tx.AccountByAlias(a.Alias) // asserts that it is still the account's
		tx.SetAlias(a.Alias, "")
	}
}

// PasswordPolicy is the account's own password policy; the default one in force
// counts as none.
func (v *View) PasswordPolicy() (*PasswordPolicy, error) {
	if a := v.AccountRecord(); a != nil && a.Passwords != nil {
		return a.Passwords, nil
	}
	return nil, NoSuchEntity("The Password Policy with domain name %s cannot be found.", v.account)
}

// SetPasswordPolicy sets the account's password policy. Passwords that exist stay.
func (tx *Tx) SetPasswordPolicy(p PasswordPolicy) {
	c := tx.AccountRecord().Clone()
	c.Passwords = &p
	tx.PutAccount(c)
}

// RemovePasswordPolicy returns to the default one.
func (tx *Tx) RemovePasswordPolicy() error {
	if _, err := tx.PasswordPolicy(); err != nil {
		return err
	}
	c := tx.AccountRecord().Clone()
	c.Passwords = nil
	tx.PutAccount(c)
	return nil
}

// AccountUse is what an account holds and which of AWS's figures depend on all its
// entities.
type AccountUse struct {
	Counts
	PolicyVersions int  // of customer-managed policies
	RootKeys       bool // the root user has an access key
	RootPassword   bool
}

// InUse counts what the account holds.
func (v *View) InUse() AccountUse {
	use := AccountUse{Counts: v.Counts()}
	for p := range v.Policies("") {
		use.PolicyVersions += len(p.Versions)
	}
	if a := v.AccountRecord(); a != nil {
		use.RootKeys, use.RootPassword = len(a.Root.Keys) > 0, a.Root.Login != nil
	}
	return use
}

// Quotas are the limits that hold in every account (S-05, G-12), by AWS's names in
// GetAccountSummary. Provider and certificate quotas limit what no account holds yet.
var Quotas = map[string]int32{
	"UsersQuota": maxUsers, "GroupsQuota": maxGroups, "RolesQuota": maxRoles,
	"PoliciesQuota": maxPolicies, "InstanceProfilesQuota": maxProfiles,
	"PolicyVersionsInUseQuota": 10000, "VersionsPerPolicyQuota": maxPolicyVersions,
	"ServerCertificatesQuota": 20, "SigningCertificatesPerUserQuota": 2,
	"AccessKeysPerUserQuota": maxAccessKeys, "GroupsPerUserQuota": maxGroupsPerUser,
	"AttachedPoliciesPerUserQuota": maxAttached, "AttachedPoliciesPerGroupQuota": maxAttached,
	"AttachedPoliciesPerRoleQuota": maxAttached,
	"UserPolicySizeQuota":          maxUserInlineSize, "GroupPolicySizeQuota": maxGroupInlineSize,
	"RolePolicySizeQuota": maxRoleInlineSize, "PolicySizeQuota": maxManagedSize,
	"AssumeRolePolicySizeQuota": maxTrustSize,
}
