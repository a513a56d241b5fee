package authz

// STS are the rows of the STS API.
func STS() Table { return Table{"GetCallerIdentity": Free} }
