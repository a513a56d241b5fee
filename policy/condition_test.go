package policy

import (
	"fmt"
	"testing"
)

// TestSetOperators is the truth table's pattern over every operator that is
// not about presence: what C-06 and C-07 say of sets holds whatever compares.
func TestSetOperators(t *testing.T) {
	// A value that the operator's positive form matches with the policy's, and
	// one that it does not.
	for _, c := range []struct{ operator, negated, policy, match, other string }{
		{"StringEquals", "StringNotEquals", "a", "a", "b"},
		{"StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "a", "A", "b"},
		{"StringLike", "StringNotLike", "a*", "ab", "b"},
		{"NumericEquals", "NumericNotEquals", "1", "1.0", "2"},
		{"NumericLessThan", "", "10", "9", "10"},
		{"NumericLessThanEquals", "", "10", "10", "11"},
		{"NumericGreaterThan", "", "10", "11", "10"},
		{"NumericGreaterThanEquals", "", "10", "10", "9"},
		{"DateEquals", "DateNotEquals", "2024-01-01", "1704067200", "2024-01-02"},
		{"DateLessThan", "", "2024-01-01", "2023-12-31", "2024-01-01"},
		{"DateLessThanEquals", "", "2024-01-01", "2024-01-01", "2024-01-02"},
		{"DateGreaterThan", "", "2024-01-01", "2024-01-02", "2024-01-01"},
		{"DateGreaterThanEquals", "", "2024-01-01", "2024-01-01", "2023-12-31"},
		{"Bool", "", "true", "TRUE", "false"},
		{"BinaryEquals", "", "QQ==", "QQ==", "Qg=="},
		{"IpAddress", "NotIpAddress", "203.0.113.0/24", "203.0.113.7", "198.51.100.1"},
		{"ArnEquals", "ArnNotEquals", "arn:aws:s3:::b*", "arn:aws:s3:::bc", "arn:aws:s3:::c"},
		{"ArnLike", "ArnNotLike", "arn:aws:s3:::b*", "arn:aws:s3:::bc", "arn:aws:s3:::c"},
	} {
		t.Run(c.operator, func(t *testing.T) { setOperator(t, c.operator, c.policy, c.match, c.other) })
		if c.negated != "" {
			t.Run(c.negated, func(t *testing.T) { setOperator(t, c.negated, c.policy, c.other, c.match) })
		}
	}
}

// setOperator holds the rows for an operator that holds for yes and not for
// no.
func setOperator(t *testing.T, operator, policy, yes, no string) {
	for _, line := range []struct {
		k                           any
		single, all, any, anyExists bool
	}{
		{yes, true, true, true, true},
		{no, false, false, false, false},
		{[]string{}, false, true, false, false},
		{[]string{yes}, false, true, true, true},
		{[]string{no}, false, false, false, false},
		{[]string{yes, no}, false, false, true, true},
		{[]string{no, yes}, false, false, true, true},
		{[]string{yes, yes}, false, true, true, true},
	} {
		for name, want := range map[string]bool{
			operator:                                line.single,
			operator + "IfExists":                   line.single,
			"ForAllValues:" + operator:              line.all,
			"ForAllValues:" + operator + "IfExists": line.all,
			"ForAnyValue:" + operator:               line.any,
			"ForAnyValue:" + operator + "IfExists":  line.anyExists,
		} {
			o, ok := readOperator(name)
			if !ok {
				t.Fatalf("no operator %s", name)
			}
			c := newCondition(o, KeyOf("k"), []string{policy}, true)
			if got := c.holds(contextOf(t, m{"K": line.k})); got != want {
				t.Error(fmt.Sprintf("%s %q of %q:", name, policy, line.k), got)
			}
		}
	}
}
