package authz

func instanceProfileRows() Table { return Table{} }
