package policy

import (
	"slices"
	"testing"
)

// guard is a control policy that denies everything under the condition, beside
// what allows everything.
func guard(operator, key string, values any) []string {
	return []string{full[0], statements(denyOf("*", "*", "Sid", "Guard", "Condition", m{operator: m{key: values}}))}
}

// guardOf is the same as an RCP's.
func guardOf(operator, key string, values any) []string {
	return []string{allowingRCP(), statements(denyOf("*", "*", "Sid", "Guard", "Principal", "*", "Condition",
		m{operator: m{key: values}}))}
}

// allowingRCP is AWS's own RCP, which allows everything (O-02).
func allowingRCP() string { return statements(allows("*", "*", "Principal", "*")) }

// TestChangeExceptions: a Deny with a negated condition is kept for all others,
// by the operators that have one (C-02, C-03, C-06, C-07), in SCPs and RCPs. A
// case without want is one where no exception is possible.
func TestChangeExceptions(t *testing.T) {
	const tag = "aws:PrincipalTag/t"
	for _, c := range []struct {
		operator, key string
		values, value any
		want          []string
	}{
		{"StringNotEquals", "aws:PrincipalOrgID", "o-mine", "o-x", []string{"o-x"}},
		{"StringNotEqualsIfExists", "aws:PrincipalOrgID", []string{"o-mine", "o-y"}, "o-x", []string{"o-x"}},
		{"stringnotequals", "AWS:PrincipalOrgID", "o-mine", "o-x", []string{"o-x"}},
		{"StringNotEquals", tag, "a", "${b}*", []string{"${$}{b}*"}},
		{"StringNotEqualsIgnoreCase", tag, "a", "B", []string{"B"}},
		{"StringNotEqualsIgnoreCaseIfExists", tag, "a", "B", []string{"B"}},
		{"StringNotLike", tag, "a*", "b*${c}?", []string{"b${*}${$}{c}${?}"}},
		{"StringNotLikeIfExists", tag, "a*", "b", []string{"b"}},
		{"ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/Admin", "arn:aws:iam::1:role/R", []string{"arn:aws:iam::1:role/R"}},
		{"ArnNotEquals", "aws:PrincipalArn", "arn:aws:iam::1:role/Admin", "arn:aws:iam::1:role/*", []string{"arn:aws:iam::1:role/${*}"}},
		{"ArnNotLike", tag, "arn:aws:iam::1:role/Admin", "no ARN", nil},
		{"NotIpAddress", tag, "10.0.0.0/8", "203.0.113.7", []string{"203.0.113.7"}},
		{"NotIpAddressIfExists", tag, "10.0.0.0/8", "2001:db8::7", []string{"2001:db8::7"}},
		{"NotIpAddress", tag, "10.0.0.0/8", "no address", nil},
		{"NumericNotEquals", tag, "7", "8", []string{"8"}},
		{"NumericNotEquals", tag, "7", "eight", nil},
		{"DateNotEquals", tag, "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", []string{"2026-01-02T00:00:00Z"}},
		{"DateNotEquals", tag, "2026-01-01T00:00:00Z", "someday", nil},
		{"DateNotEquals", "aws:CurrentTime", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", nil},
		{"NumericNotEquals", "aws:EpochTime", "1", "2", nil},
		{"StringNotEquals", tag, "a", nil, nil},
		{"StringEquals", tag, "b", "b", nil},
		{"ForAnyValue:StringNotEquals", "aws:PrincipalOrgPaths", "o/a", []string{"o/a", "o/b", "o/c", "o/b"}, []string{"o/b", "o/c"}},
		{"ForAnyValue:StringNotLike", "aws:PrincipalOrgPaths", "o/a*", []string{"o/a1", "o/*"}, []string{"o/${*}"}},
		{"ForAnyValue:StringNotEqualsIgnoreCase", "aws:PrincipalOrgPaths", "a", []string{"B", "b"}, []string{"B"}},
		{"ForAnyValue:NumericNotEquals", "aws:PrincipalOrgPaths", "1", []string{"2", "x"}, nil},
		{"ForAllValues:StringNotEquals", "aws:PrincipalOrgPaths", "o/a", []string{"o/b", "o/c"}, []string{"o/b"}},
		{"ForAllValues:NumericNotEquals", "aws:PrincipalOrgPaths", "1", []string{"x", "2"}, []string{"2"}},
		{"ForAllValues:StringNotEquals", tag, "a", "b", []string{"b"}},
		{"ForAllValues:StringNotEquals", "aws:PrincipalOrgPaths", "o/a", []string{}, nil},
	} {
		scp := decisionCase{identity: full, scp: [][]string{full, guard(c.operator, c.key, c.values), full}}
		rcp := decisionCase{identity: full, rcp: [][]string{{allowingRCP()}, guardOf(c.operator, c.key, c.values)}}
		for _, at := range []decisionCase{scp, rcp} {
			kind := ServiceControl
			if at.rcp != nil {
				kind = ResourceControl
			}
			at.context = m{}
			if c.value != nil {
				at.context[c.key] = c.value
			}
			t.Run(kind.String()+" "+c.operator, func(t *testing.T) {
				at.explain(t)
				var want []Change
				for _, value := range c.want {
					want = append(want, Change{Kind: AddValue, Type: kind, Level: 1, Index: 1, Policy: kind.String(),
						Sid: "Guard", Element: "Condition." + c.operator + "." + c.key, Value: value})
				}
				if c.want == nil {
					want = []Change{{Kind: RemovePolicy, Type: kind, Level: 1, Index: 1, Policy: kind.String(), Statement: -1}}
				}
				at.changes(t, want)
			})
		}
	}
}

// changes are the changes of a denial, but for their documents.
func (c *decisionCase) changes(t *testing.T, want []Change) {
	t.Helper()
	got := Explain(c.request(t), c.set(t)).Changes
	for i := range got {
		got[i].Document = ""
	}
	if !slices.Equal(got, want) {
		t.Errorf("%+v, want\n%+v", got, want)
	}
}

// changesOfExceptions is what goes before an exception, and where there are
// several to choose from.
var changesOfExceptions = []changing{
	{
		name: "an action of several before an exception",
		decisionCase: decisionCase{identity: append(full[:1:1], one(denyOf([]string{"s3:GetObject", "s3:PutObject"}, "*",
			"Condition", m{"StringNotEquals": m{"aws:PrincipalOrgID": "o"}}))...), context: m{"aws:PrincipalOrgID": "o-x"}},
		changes: []string{
			`Remove "s3:GetObject" from Action of statement 1 of identity-based policy identity-based policy`,
		},
	},
	{
		name: "NotAction before an exception",
		decisionCase: decisionCase{identity: append(full[:1:1], one(denyOf(nil, "*", "NotAction", "iam:*",
			"Condition", m{"StringNotEquals": m{"aws:PrincipalOrgID": "o"}}))...), context: m{"aws:PrincipalOrgID": "o-x"}},
		changes: []string{
			`Add "s3:GetObject" to NotAction of statement 1 of identity-based policy identity-based policy`,
		},
	},
	{
		name: "the first condition that an exception lifts",
		decisionCase: decisionCase{identity: append(full[:1:1], one(denyOf("*", "*", "Condition",
			m{"NumericNotEquals": m{"aws:PrincipalTag/n": "1"}, "StringEquals": m{"aws:PrincipalTag/s": "s"},
				"StringNotLike": m{"aws:PrincipalTag/s": "t*", "aws:PrincipalTag/x": "y"}}))...),
			context: m{"aws:PrincipalTag/n": "none", "aws:PrincipalTag/s": "s", "aws:PrincipalTag/x": "x"}},
		changes: []string{
			`Add "s" to Condition.StringNotLike.aws:PrincipalTag/s of statement 1 of identity-based policy identity-based policy`,
		},
	},
	{
		name: "a pattern of the old version",
		decisionCase: decisionCase{identity: append(full[:1:1], documentOf("", denyOf("*", "*", "Condition",
			m{"StringNotLike": m{"aws:PrincipalTag/s": "t"}}))), context: m{"aws:PrincipalTag/s": "s*"}},
		changes: []string{"Delete identity-based policy identity-based policy"},
	},
	{
		name: "a text of the old version",
		decisionCase: decisionCase{identity: append(full[:1:1], documentOf("", denyOf("*", "*", "Condition",
			m{"StringNotEquals": m{"aws:PrincipalTag/s": "t"}}))), context: m{"aws:PrincipalTag/s": "${s}*"}},
		changes: []string{
			`Add "${s}*" to Condition.StringNotEquals.aws:PrincipalTag/s of statement 1 of identity-based policy identity-based policy`,
		},
	},
	{
		name: "an exception beside a statement that goes",
		decisionCase: decisionCase{identity: full, scp: [][]string{{full[0], statements(
			denyOf("*", "*", "Condition", m{"StringNotEquals": m{"aws:PrincipalOrgID": "o"}}), denyOf("s3:*", "*"))}},
			context: m{"aws:PrincipalOrgID": "o-x"}},
		changes: []string{
			`Add "o-x" to Condition.StringNotEquals.aws:PrincipalOrgID of statement 1 of service control policy service control policy`,
			"Remove statement 2 from service control policy service control policy",
		},
	},
	{
		name: "two exceptions",
		decisionCase: decisionCase{identity: full, scp: [][]string{
			guard("StringNotEquals", "aws:PrincipalOrgID", "o"), guard("StringNotLike", "aws:PrincipalOrgID", "o*m")}, context: m{"aws:PrincipalOrgID": "o-x"}},
		changes: []string{
			`Add "o-x" to Condition.StringNotEquals.aws:PrincipalOrgID of statement 1 (Sid Guard) of service control policy service control policy`,
			`Add "o-x" to Condition.StringNotLike.aws:PrincipalOrgID of statement 1 (Sid Guard) of service control policy service control policy`,
		},
	},
}
