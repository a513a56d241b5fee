package authz

func loginProfileRows() Table { return Table{} }
