package authz

func attachmentRows() Table { return Table{} }
