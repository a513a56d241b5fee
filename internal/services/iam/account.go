package iam

import (
	"context"
	"maps"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

func (s *Service) accountMethods() methods {
	return methods{
		"CreateAccountAlias":          services.Write(createAccountAlias),
		"DeleteAccountAlias":          services.Write(deleteAccountAlias),
		"ListAccountAliases":          services.Read(listAccountAliases),
		"GetAccountSummary":           services.Read(getAccountSummary),
		"GetAccountPasswordPolicy":    services.Read(getAccountPasswordPolicy),
		"UpdateAccountPasswordPolicy": services.Write(updateAccountPasswordPolicy),
		"DeleteAccountPasswordPolicy": services.Write(deleteAccountPasswordPolicy),
	}
}

func createAccountAlias(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.CreateAccountAliasInput) (*iam.CreateAccountAliasOutput, error) {
	return &iam.CreateAccountAliasOutput{}, tx.SetAccountAlias(*in.AccountAlias)
}

func deleteAccountAlias(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.DeleteAccountAliasInput) (*iam.DeleteAccountAliasOutput, error) {
	return &iam.DeleteAccountAliasOutput{}, tx.RemoveAccountAlias(*in.AccountAlias)
}

func listAccountAliases(_ context.Context, call *api.Call, v *directory.View, in *iam.ListAccountAliasesInput) (*iam.ListAccountAliasesOutput, error) {
	p, err := pageOf(call, "", in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	var aliases []string
	if a := v.AccountRecord(); a.Alias != "" {
		aliases = append(aliases, a.Alias)
	}
	l, err := collectSlice(p, aliases, func(alias string) string { return alias })
	if err != nil {
		return nil, err
	}
	return &iam.ListAccountAliasesOutput{AccountAliases: l.items, IsTruncated: l.truncated, Marker: l.marker}, nil
}

func getAccountPasswordPolicy(_ context.Context, _ *api.Call, v *directory.View, _ *iam.GetAccountPasswordPolicyInput) (*iam.GetAccountPasswordPolicyOutput, error) {
	p, err := v.PasswordPolicy()
	if err != nil {
		return nil, err
	}
	minimum, expires := int32(p.MinimumLength), p.MaxAge > 0
	out := &iam.PasswordPolicy{
		MinimumPasswordLength: &minimum, RequireSymbols: &p.Symbols, RequireNumbers: &p.Numbers,
		RequireUppercaseCharacters: &p.Uppercase, RequireLowercaseCharacters: &p.Lowercase,
		AllowUsersToChangePassword: &p.UsersChange, ExpirePasswords: &expires, HardExpiry: &p.HardExpiry,
		MaxPasswordAge: positive(p.MaxAge), PasswordReusePrevention: positive(p.Reuse),
	}
	return &iam.GetAccountPasswordPolicyOutput{PasswordPolicy: out}, nil
}

// positive is nil for 0: AWS leaves out what is not in force.
func positive(n int) *int32 {
	if n == 0 {
		return nil
	}
	out := int32(n)
	return &out
}

// updateAccountPasswordPolicy sets all of the policy: what is not given returns to
// its default [API_UpdateAccountPasswordPolicy].
func updateAccountPasswordPolicy(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.UpdateAccountPasswordPolicyInput) (*iam.UpdateAccountPasswordPolicyOutput, error) {
	tx.SetPasswordPolicy(directory.PasswordPolicy{
		MinimumLength: numberOr(in.MinimumPasswordLength, minimumPasswordLength),
		Symbols:       isSet(in.RequireSymbols), Numbers: isSet(in.RequireNumbers),
		Uppercase: isSet(in.RequireUppercaseCharacters), Lowercase: isSet(in.RequireLowercaseCharacters),
		UsersChange: isSet(in.AllowUsersToChangePassword), HardExpiry: isSet(in.HardExpiry),
		MaxAge: numberOr(in.MaxPasswordAge, 0), Reuse: numberOr(in.PasswordReusePrevention, 0),
	})
	return &iam.UpdateAccountPasswordPolicyOutput{}, nil
}

// minimumPasswordLength of a policy that does not name one.
const minimumPasswordLength = 6

func numberOr(n *int32, otherwise int) int {
	if n == nil {
		return otherwise
	}
	return int(*n)
}

func isSet(b *bool) bool { return b != nil && *b }

func deleteAccountPasswordPolicy(_ context.Context, _ *api.Call, tx *directory.Tx, _ *iam.DeleteAccountPasswordPolicyInput) (*iam.DeleteAccountPasswordPolicyOutput, error) {
	return &iam.DeleteAccountPasswordPolicyOutput{}, tx.RemovePasswordPolicy()
}

// getAccountSummary gives every figure of AWS's [API_GetAccountSummary]. What an
// account cannot hold yet is counted as none.
func getAccountSummary(_ context.Context, _ *api.Call, v *directory.View, _ *iam.GetAccountSummaryInput) (*iam.GetAccountSummaryOutput, error) {
	use := v.InUse()
	summary := map[string]int32{
		"Users": int32(use.Users), "Groups": int32(use.Groups), "Roles": int32(use.Roles),
		"Policies": int32(use.Policies), "PolicyVersionsInUse": int32(use.PolicyVersions),
		"InstanceProfiles": int32(use.Profiles), "Providers": 0, "ServerCertificates": 0,
		"MFADevices": 0, "MFADevicesInUse": 0, "AccountMFAEnabled": 0,
		"AccountAccessKeysPresent":          oneIf(use.RootKeys),
		"AccountPasswordPresent":            oneIf(use.RootPassword),
		"AccountSigningCertificatesPresent": 0,
		"GlobalEndpointTokenVersion":        1,
	}
	maps.Copy(summary, directory.Quotas)
	return &iam.GetAccountSummaryOutput{SummaryMap: summary}, nil
}

func oneIf(b bool) int32 {
	if b {
		return 1
	}
	return 0
}
