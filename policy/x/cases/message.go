package cases

import (
	"strings"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// Message is AWS's sentence for a denial, as the caller reads it (section D): S3
// quotes the resource, and a caller of another account and organization reads
// the short form only. "" for an allowance.
func Message(r *policy.Request, d policy.Decision) string {
	if d.Outcome == policy.Allowed {
		return ""
	}
	outside := isOutside(r)
	if isS3(r.Action) { // D-03
		if outside {
			return "Access Denied"
		}
		return d.Message(r, `"`+r.Resource+`"`)
	}
	message := d.Message(r, r.Resource)
	if outside { // D-04, D-05
		message, _, _ = strings.Cut(message, reasonOf(d))
	}
	return message
}

func isS3(action string) bool { return strings.HasPrefix(strings.ToLower(action), "s3:") }

// reasonOf is where the sentence begins to tell the reason.
func reasonOf(d policy.Decision) string {
	if d.Outcome == policy.ExplicitDeny {
		return " with an explicit deny in "
	}
	return " because no "
}

// isOutside: the resource is of another account than the caller, and not of its
// organization.
func isOutside(r *policy.Request) bool {
	p := r.Principal
	if p == nil {
		p = &policy.Principal{}
	}
	owner := owner(&Request{Resource: r.Resource, ResourceAccount: r.ResourceAccount}, p)
	if owner == p.Account {
		return false
	}
	if r.Context == nil {
		return true
	}
	mine, _ := r.Context.Lookup(policy.KeyOf("aws:PrincipalOrgID"))
	its, _ := r.Context.Lookup(policy.KeyOf("aws:ResourceOrgID"))
	return mine.One == "" || mine.One != its.One
}
