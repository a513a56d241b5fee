package authz

func accountRows() Table {
	rows := Table{"GetAccountPasswordPolicy": passwordPolicyRow}
	for _, operation := range []string{
		"CreateAccountAlias", "DeleteAccountAlias", "ListAccountAliases", "GetAccountSummary",
		"UpdateAccountPasswordPolicy", "DeleteAccountPasswordPolicy",
	} {
		rows[operation] = onAccount
	}
	return rows
}

// onAccount is the Row of an operation on the account itself, which has no ARN.
func onAccount(q *Question, _ any) error {
	q.On("*")
	return nil
}

func passwordPolicyRow(q *Question, _ any) error {
	q.On("*").Granted = q.usersChangePasswords()
	return nil
}
