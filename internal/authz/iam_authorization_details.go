package authz

func authorizationDetailsRows() Table {
	return Table{"GetAccountAuthorizationDetails": onAccount}
}
