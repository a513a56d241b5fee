package authz

// Organizations are the rows of the Organizations API.
func Organizations() Table { return Table{} }
