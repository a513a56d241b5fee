package directory

import (
	"net/netip"
	"strings"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// IsPublicPolicy says whether a bucket policy is public, as Block Public Access means
// the word [access-control-block-public-access]: it is, unless each statement that
// allows something allows it to fixed values alone. One that cannot be read is.
func IsPublicPolicy(text string) bool {
	d, err := policy.Parse(policy.Resource, text)
	if err != nil {
		return true
	}
	for _, s := range d.Statements() {
		if !s.Denies() && !namesFixedPrincipals(s) && !isLimited(s.Element("Condition")) {
			return true
		}
	}
	return false
}

// HasPublicPolicy says whether the bucket has a policy that is public.
func (b *Bucket) HasPublicPolicy() bool { return b.Policy != nil && b.Policy.isPublic() }

// isPublic is IsPublicPolicy, worked out once a document.
func (d *Document) isPublic() bool {
	if known := d.public.Load(); known != nil {
		return *known
	}
	public := IsPublicPolicy(d.Text)
	d.public.Store(&public)
	return public
}

// namesFixedPrincipals: accounts, users, roles and services by their names, and none of
// a web identity, which anyone can have.
func namesFixedPrincipals(s *policy.Statement) bool {
	p := s.Element("Principal")
	if p == nil || p.Kind() != policy.JSONObject {
		return false
	}
	for _, m := range p.Members() {
		if m.Name() == "Federated" {
			return false
		}
		for _, v := range m.Value().List() {
			if !isFixed(v.Text()) {
				return false
			}
		}
	}
	return true
}

// isFixed: without a wildcard and without a policy variable.
func isFixed(value string) bool {
	return value != "" && !strings.ContainsAny(value, "*?") && !strings.Contains(value, "${")
}

// limiting are the condition keys that limit an Allow to those who are meant, and when
// a value of each is fixed. Those of the principal stand for "an AWS principal".
var limiting = map[string]func(string) bool{
	"aws:sourceip":              isNarrow,
	"aws:sourcearn":             isFixed,
	"aws:sourcevpc":             isFixed,
	"aws:sourcevpce":            isFixed,
	"aws:sourceowner":           isFixed,
	"aws:sourceaccount":         isFixed,
	"aws:userid":                isFixed,
	"aws:principalarn":          isFixed,
	"aws:principalaccount":      isFixed,
	"aws:principalorgid":        isFixed,
	"aws:principalorgpaths":     isFixed,
	"s3:dataaccesspointarn":     isOfFixedAccount,
	"s3:dataaccesspointaccount": isFixed,
	"s3:x-amz-server-side-encryption-aws-kms-key-id": isFixed,
}

// isLimited says whether a Condition holds for fixed values only.
func isLimited(condition *policy.Node) bool {
	if condition == nil {
		return false
	}
	for _, operator := range condition.Members() {
		if !isPositive(operator.Name()) {
			continue
		}
		for _, key := range operator.Value().Members() {
			if fixed := limiting[strings.ToLower(key.Name())]; fixed != nil && all(key.Value().List(), fixed) {
				return true
			}
		}
	}
	return false
}

func all(values []*policy.Node, fixed func(string) bool) bool {
	for _, v := range values {
		if !fixed(v.Text()) {
			return false
		}
	}
	return len(values) > 0
}

// isPositive says whether an operator holds for its values and not for an absent key
// (C-03, C-04, C-06).
func isPositive(operator string) bool {
	operator = strings.TrimPrefix(strings.ToLower(operator), "foranyvalue:")
	switch operator {
	case "stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress":
		return true
	}
	return false
}

// private are the ranges of RFC 1918, which are never too broad.
var private = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16")}

// isNarrow: a range not broader than /8, or /32 of IPv6.
func isNarrow(value string) bool {
	if _, err := netip.ParseAddr(value); err == nil {
		return true
	}
	p, err := netip.ParsePrefix(value)
	if err != nil {
		return false
	}
	for _, of := range private {
		if of.Contains(p.Addr()) && p.Bits() >= of.Bits() {
			return true
		}
	}
	if p.Addr().Is4() {
		return p.Bits() >= 8
	}
	return p.Bits() >= 32
}

// isOfFixedAccount: an access point's ARN may leave its name open.
func isOfFixedAccount(value string) bool {
	head, _, ok := strings.Cut(value, ":accesspoint/")
	return ok && isFixed(head)
}
