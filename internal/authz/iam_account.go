package authz

func accountRows() Table {
	rows := Table{}
	for _, operation := range []string{
		"CreateAccountAlias", "DeleteAccountAlias", "ListAccountAliases", "GetAccountSummary",
		"GetAccountPasswordPolicy", "UpdateAccountPasswordPolicy", "DeleteAccountPasswordPolicy",
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
