package authz

import "maps"

// IAM are the rows of the IAM API.
func IAM() Table {
	return merge(
		userRows(), groupRows(), accessKeyRows(), otherCredentialRows(), loginProfileRows(), accountRows(),
		policyRows(), attachmentRows(), inlinePolicyRows(), roleRows(), instanceProfileRows(),
		boundaryRows(), authorizationDetailsRows(), simulateRows(),
	)
}

func merge(all ...Table) Table {
	merged := Table{}
	for _, t := range all {
		maps.Copy(merged, t)
	}
	return merged
}
