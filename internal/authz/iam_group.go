package authz

func groupRows() Table { return Table{} }
