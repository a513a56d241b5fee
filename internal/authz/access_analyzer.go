package authz

// AccessAnalyzer are the rows of the Access Analyzer API.
func AccessAnalyzer() Table {
	return Table{"ValidatePolicy": onAll}
}
