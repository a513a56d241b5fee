package authz

// IAMToolbox are the rows of the IAM toolbox, whose actions are IAM's and have no
// resource type [API_GetRequestAuthorizationDetails]. Whose denials the caller may
// see, the methods say: those of its account.
func IAMToolbox() Table {
	return Table{
		"GetRequestAuthorizationDetails": onAll,
		"GetRequestAuthorizationPolicy":  onAll,
	}
}
