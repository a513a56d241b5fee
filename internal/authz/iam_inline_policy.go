package authz

func inlinePolicyRows() Table { return Table{} }
