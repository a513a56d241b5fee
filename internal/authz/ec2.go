package authz

// EC2 are the rows of the EC2 API.
func EC2() Table { return Table{} }

// Workload are the rows of the workload API, by which the runner of an instance's
// program asks for what the instance's metadata service tells. It proves itself by a
// secret whose hash stands in the instance's record.
func Workload() Table { return Table{} }
