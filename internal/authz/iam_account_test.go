package authz

import (
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// TestAccountRows: operations on the account itself are decided and printed as *
// (aws-errors 4.1).
func TestAccountRows(t *testing.T) {
	d := people(t)
	for operation, in := range map[string]any{
		"CreateAccountAlias":          &iam.CreateAccountAliasInput{AccountAlias: ptr("acme")},
		"DeleteAccountAlias":          &iam.DeleteAccountAliasInput{AccountAlias: ptr("acme")},
		"ListAccountAliases":          &iam.ListAccountAliasesInput{},
		"GetAccountSummary":           &iam.GetAccountSummaryInput{},
		"GetAccountPasswordPolicy":    &iam.GetAccountPasswordPolicyInput{},
		"UpdateAccountPasswordPolicy": &iam.UpdateAccountPasswordPolicyInput{},
		"DeleteAccountPasswordPolicy": &iam.DeleteAccountPasswordPolicyInput{},
	} {
		t.Run(operation, func(t *testing.T) {
			c := rowCase{operation, in, []string{"* | * |"}}
			c.run(t, d, rootCaller())
		})
	}
}

// TestGrantedByPasswordPolicy: the setting grants users what it says, and nobody
// else [id_credentials_passwords_account-policy].
func TestGrantedByPasswordPolicy(t *testing.T) {
	d := people(t)
	granted := func(operation string, in any) [3]bool {
		var got [3]bool
		got[0] = asked(t, d, rootCaller(), operation, in)[0].Granted
		got[1] = asked(t, d, userCaller(t, d, "bob"), operation, in)[0].Granted
		got[2] = asked(t, d, sessionCaller("sam"), operation, in)[0].Granted
		return got
	}
	operations := map[string]any{"ChangePassword": &iam.ChangePasswordInput{}, "GetAccountPasswordPolicy": &iam.GetAccountPasswordPolicyInput{}}
	for _, on := range []bool{false, true} {
		change(t, d, func(tx *directory.Tx) error {
			tx.SetPasswordPolicy(directory.PasswordPolicy{MinimumLength: 8, UsersChange: on})
			return nil
		})
		for operation, in := range operations {
			if got := granted(operation, in); got != [3]bool{false, on, false} {
				t.Errorf("%s with the setting %v: granted to root, user, session: %v", operation, on, got)
			}
		}
		for operation, in := range map[string]any{"UpdateAccountPasswordPolicy": &iam.UpdateAccountPasswordPolicyInput{}, "DeleteUser": &iam.DeleteUserInput{UserName: ptr("bob")}} {
			if got := granted(operation, in); got != [3]bool{} {
				t.Errorf("%s is granted: %v", operation, got)
			}
		}
	}
}
