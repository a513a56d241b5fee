package policy

import "testing"

// coverage counts what random cases have reached: how often each feature of the
// language came out as no and as yes. The slow evaluator counts.
type coverage map[string]*[2]int

// row counts a feature, and gives back how it came out.
func (c coverage) row(feature string, holds bool) bool {
	if c == nil {
		return holds
	}
	counts := c[feature]
	if counts == nil {
		counts = new([2]int)
		c[feature] = counts
	}
	if holds {
		counts[1]++
	} else {
		counts[0]++
	}
	return holds
}

func (c coverage) add(other coverage) {
	for feature, counts := range other {
		if c[feature] == nil {
			c[feature] = new([2]int)
		}
		c[feature][0] += counts[0]
		c[feature][1] += counts[1]
	}
}

// want fails where a feature came out in one way alone, fewer times than least.
func (c coverage) want(t *testing.T, least int, features ...string) {
	t.Helper()
	for _, feature := range features {
		counts := c[feature]
		if counts == nil {
			counts = new([2]int)
		}
		if min(counts[0], counts[1]) < least {
			t.Errorf("%s: %d times no, %d times yes, want %d of each", feature, counts[0], counts[1], least)
		}
	}
}

// some fails where a feature was not reached so often.
func (c coverage) some(t *testing.T, least int, features ...string) {
	t.Helper()
	for _, feature := range features {
		if counts := c[feature]; counts == nil || counts[0]+counts[1] < least {
			t.Errorf("%s was reached less than %d times", feature, least)
		}
	}
}

// everyOperator is every name of a condition operator.
func everyOperator() (names []string) {
	for _, base := range append(append([]string{}, positives...), negatives...) {
		for _, prefix := range []string{"", "ForAllValues:", "ForAnyValue:"} {
			names = append(names, prefix+base, prefix+base+"IfExists")
		}
	}
	return append(names, "Null")
}

// features come out both ways, whatever the seed.
var features = []string{
	"Action", "NotAction", "Resource", "NotResource", "NotPrincipal Allow", "NotPrincipal Deny",
	"Principal account", "Principal :root", "Principal :user/", "Principal :role/", "Principal :assumed-role/",
	"Principal :federated-user/", "Principal AIDA", "Principal AROA", "Principal Servicee", "Principal Federateda",
	"G-10 short ARN", "G-10 short ARN in a resource-based policy", "G-10 short ARN in a VPC endpoint policy",
	"G-10 short ARN in a service control policy", "M-03 pattern", "M-07 variable", "M-09 default",
	"key with a list", "key absent", "service control policy level", "resource control policy level",
	"E-02 own bucket policy", "E-03 service-linked", "E-06 direct grant", "E-07 grant by role",
	"E-09 grant by account", "E-13 across accounts", "E-13 the resource's side must allow", "E-14 key",
	"E-15 no identity side", "E-25 broken Allow", "E-25 broken Deny", "E-25 unreadable",
}

// events come out in one way, and happen.
var events = []string{
	"E-17 GetCallerIdentity", "E-17 GetSessionToken", "E-18 federated user", "E-18 role session", "E-18 root",
	"M-05 everything", "M-08 ${*}", "M-08 ${?}", "M-08 ${$}", "M-10 variable without a value", "no operator",
	"no Resource", "Principal AWS*", "Principal CanonicalUser7", "Principal something else", "Principal :group/",
	"G-10 short ARN in a resource control policy",
}
