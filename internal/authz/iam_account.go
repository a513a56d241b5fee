package authz

func accountRows() Table { return Table{} }
