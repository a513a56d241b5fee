package policy

import (
	"fmt"
	"testing"
)

// A conditionCase is a condition, a context, and whether the condition holds.
type conditionCase struct {
	operator string
	values   any
	context  m // keys of the request; the condition's key is k
	want     bool
}

// conditions is the test of a row that is a table of conditions. Each is
// decided as the condition of an Allow, and by the slow evaluator too.
func conditions(list ...conditionCase) func(*testing.T) {
	return func(t *testing.T) {
		for _, c := range list {
			t.Run(fmt.Sprintf("%s %v of %v", c.operator, c.values, c.context), func(t *testing.T) {
				key, condition := when(c.operator, "k", c.values)
				d := decisionCase{identity: one(allows("*", "*", key, condition)), context: c.context,
					deniedBy: Identity}
				if c.want {
					d.want = Allowed
				}
				d.check(t)
			})
		}
	}
}

// holding and failing are the cases of one operator and values by what k is.
func holding(operator string, values any, ks ...any) (list []conditionCase) {
	for _, k := range ks {
		list = append(list, conditionCase{operator, values, kIs(k), true})
	}
	return list
}

func failing(operator string, values any, ks ...any) []conditionCase {
	list := holding(operator, values, ks...)
	for i := range list {
		list[i].want = false
	}
	return list
}

// absentKey says in a case that the request has no k.
type absentKey struct{}

func kIs(v any) m {
	if v == (any)(absentKey{}) {
		return nil
	}
	return m{"k": v}
}

func join(lists ...[]conditionCase) (all []conditionCase) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

func conditionRow(id string, lists ...[]conditionCase) row {
	return row{id, conditions(join(lists...)...)}
}

var absent = absentKey{}

var positives = []string{
	"StringEquals", "StringEqualsIgnoreCase", "StringLike", "NumericEquals", "NumericLessThan", "NumericLessThanEquals",
	"NumericGreaterThan", "NumericGreaterThanEquals", "DateEquals", "DateLessThan", "DateLessThanEquals",
	"DateGreaterThan",
	"DateGreaterThanEquals", "Bool", "BinaryEquals", "IpAddress", "ArnEquals", "ArnLike",
}

var negatives = []string{
	"StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "NumericNotEquals", "DateNotEquals",
	"NotIpAddress",
	"ArnNotEquals", "ArnNotLike",
}

// overAll is the cases of several operators with a suffix.
func overAll(names []string, suffix string, values any, want bool, ks ...any) (all []conditionCase) {
	for _, name := range names {
		for _, k := range ks {
			all = append(all, conditionCase{name + suffix, values, kIs(k), want})
		}
	}
	return all
}

var conditionRows = []row{
	{"C-01", cases(
		decisionCase{name: "all operators", want: ImplicitDeny, deniedBy: Identity, context: m{"k": "a", "n": "2"},
			identity: one(allows("*", "*", "Condition", m{"StringEquals": m{"k": "a"}, "NumericEquals": m{"n": 1}}))},
		decisionCase{name: "all keys", want: ImplicitDeny, deniedBy: Identity, context: m{"k": "a", "l": "x"},
			identity: one(allows("*", "*", "Condition", m{"StringEquals": m{"k": "a", "l": "b"}}))},
		decisionCase{name: "names in any case", want: Allowed, context: m{"AWS:USERNAME": "ana"},
			identity: one(allows("*", "*", "Condition", m{"StringEquals": m{"aws:UserName": "ana"}}))},
		decisionCase{name: "empty", want: Allowed, identity: one(allows("*", "*", "Condition", m{}))},
		decisionCase{name: "empty operator", want: Allowed,
			identity: one(allows("*", "*", "Condition", m{"StringEquals": m{}}))},
	)},
	conditionRow("C-02",
		holding("StringEquals", []string{"a", "b"}, "a", "b"), failing("StringEquals", []string{"a", "b"}, "c"),
		holding("StringNotEquals", []string{"a", "b"}, "c"), failing("StringNotEquals", []string{"a", "b"}, "a", "b"),
		holding("NumericLessThan", []int{1, 10}, "5"), failing("NumericNotEquals", []int{1, 10}, "10.0")),
	conditionRow("C-03", overAll(positives, "", "1", false, absent), overAll(negatives, "", "1", true, absent)),
	conditionRow("C-04", overAll(positives, "IfExists", "x", true, absent),
		overAll(negatives, "IfExists", "x", true, absent),
		overAll(positives, "IfExists", "x", false, "y"), overAll(negatives, "IfExists", "x", true, "y"),
		failing("StringNotEqualsIfExists", "x", "x"), holding("StringEqualsIfExists", "x", "x")),
	conditionRow("C-05",
		holding("Null", "true", absent, []string{}), failing("Null", "true", "a", []string{"a"}),
		holding("Null", "false", "a", []string{"a"}), failing("Null", "false", absent, []string{}),
		holding("Null", "TRUE", absent), holding("Null", "False", "a"), holding("null", true, absent),
		holding("Null", []string{"true", "false"}, absent, "a"), failing("Null", "yes", absent, "a"),
		failing("Null", []string{}, absent, "a")),
	conditionRow("C-06",
		holding("ForAllValues:StringEquals", []string{"a", "b"}, absent, []string{}, []string{"a"}, []string{"a", "b"}),
		failing("ForAllValues:StringEquals", []string{"a", "b"}, []string{"a", "c"}),
		holding("ForAllValues:StringNotEquals", []string{"a", "b"}, absent, []string{"c", "d"}),
		failing("ForAllValues:StringNotEquals", []string{"a", "b"}, []string{"a", "c"}),
		holding("ForAllValues:StringLike", "a*", []string{"a", "ab"})),
	conditionRow("C-07",
		holding("ForAnyValue:StringEquals", []string{"a", "b"}, []string{"a", "c"}),
		failing("ForAnyValue:StringEquals", []string{"a", "b"}, absent, []string{}, []string{"c"}),
		holding("ForAnyValue:StringNotEquals", []string{"a", "b"}, []string{"a", "c"}),
		failing("ForAnyValue:StringNotEquals", []string{"a", "b"}, absent, []string{}, []string{"a"}),
		holding("ForAnyValue:StringEqualsIfExists", "a", absent),
		failing("ForAnyValue:StringEqualsIfExists", "a", []string{})),
	conditionRow("C-08", overAll(positives, "", "1", false, []string{"1"}),
		overAll(negatives, "", "1", false, []string{"2"}, []string{})),
	conditionRow("C-09",
		holding("ForAllValues:StringEquals", "a", "a"), failing("ForAllValues:StringEquals", "a", "b"),
		holding("ForAnyValue:StringEquals", "a", "a"), failing("ForAnyValue:StringEquals", "a", "b"),
		holding("ForAnyValue:StringNotEquals", "a", "b"), failing("ForAllValues:StringNotEquals", "a", "a")),
	conditionRow("C-10",
		holding("StringEquals", "a*", "a*"), failing("StringEquals", "a*", "ab", "A*", " a*", "a* "),
		holding("StringEqualsIgnoreCase", "Straße", "STRAßE"), failing("StringEqualsIgnoreCase", "Straße", "STRASSE"),
		holding("StringEqualsIgnoreCase", "k", "K", "K"), // the Kelvin sign folds to k
		holding("StringLike", "a?c*", "abc", "aéc", "abcd", "a*c"), failing("StringLike", "a?c*", "ac", "Abc", "abbc")),
	conditionRow("C-11",
		holding("NumericEquals", "10", "10", "10.0", "+10", "010", "10.00"),
		failing("NumericEquals", "10", "10.01", "-10", "", "ten", "1e1", " 10", "0x0a"),
		holding("NumericEquals", "0", "-0", "0.0"),
		holding("NumericLessThan", "10.5", "10.4999999999999999999999", "-11"),
		holding("NumericGreaterThan", "18446744073709551615", "18446744073709551616"),
		holding("NumericLessThanEquals", "-1.5", "-1.5", "-2"), failing("NumericLessThanEquals", "-1.5", "-1.49"),
		holding("NumericGreaterThanEquals", "0.1", "0.10", "0.2"), holding("NumericNotEquals", "10", "abc", "11"),
		holding("NumericNotEquals", "ten", "10"), failing("NumericEquals", "ten", "ten"),
		failing("NumericEquals", "1.", "1"),
		failing("NumericEquals", "1", "1.", ".1", "-", "+", "1.2.3")),
	conditionRow("C-12",
		holding("DateLessThan", "2030-01-01", "2029-12-31T23:59:59Z", "2029-12-31T23:59:59.999Z", "1893455999"),
		failing("DateLessThan", "2030-01-01", "2030-01-01T00:00:00Z", "1893456000", "tomorrow", "2029-13-01",
			"2029-02-29", "2029-01-01T24:00Z"),
		holding("DateEquals", "2030-01", "2030-01-01T00:00Z", "2030-01-01T01:00+01:00", "2029-12-31T23:00:00-01:00",
			"2030-01-01T00:00:00", "1893456000"),
		holding("DateLessThan", "2030-01-01", "2024"), // seconds, not a year
		holding("DateLessThan", "9223372036854775807", "2024"), failing("DateLessThan", "9223372036854775808", "2024"),
		holding("DateEquals", "2024-02-29", "2024-02-29T00:00:00.000Z"),
		holding("DateGreaterThan", "2024-02-29", "2024-02-29T00:00:00.001Z"),
		holding("DateEquals", "1900-03-01", "1900-03-01T00:00Z"), holding("DateEquals", "2000-02-29", "951782400"),
		holding("DateNotEquals", "2030-01-01", "never", "2030-01-02"), holding("DateNotEquals", "never", "2030-01-02"),
		failing("DateEquals", "2024-01-01", "2024-01-01T", "2024-01-01Z", "2024-1-1", "2024-01-01T0:00Z",
			"2024-01-01T00:00.5Z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00+0100", "2024-01T00:00Z"),
		holding("DateGreaterThanEquals", "2024-01-01", "2024-01-01"),
		holding("DateLessThanEquals", "2024-01-01", "2024-01-01")),
	conditionRow("C-13",
		holding("Bool", "true", "true", "TRUE"), failing("Bool", "true", "false", "1", "yes", ""),
		holding("Bool", false, "False"),
		failing("Bool", "yes", "yes"), holding("Bool", []string{"true", "false"}, "true", "false"),
		failing("Bool", "", "")),
	conditionRow("C-14",
		holding("BinaryEquals", "QmluYXJ5", "QmluYXJ5"),
		failing("BinaryEquals", "QmluYXJ5", "QmluYXJ4", "Binary", "", "%"),
		failing("BinaryEquals", "%", "%"), holding("BinaryEquals", "", "")),
	conditionRow("C-15",
		holding("IpAddress", "203.0.113.0/24", "203.0.113.0", "203.0.113.255", "::ffff:203.0.113.9"),
		failing("IpAddress", "203.0.113.0/24", "203.0.114.0", "2001:db8::1", "203.0.113.01", "203.0.113", "",
			"203.0.113.0/24"),
		holding("IpAddress", "203.0.113.9", "203.0.113.9"), failing("IpAddress", "203.0.113.9", "203.0.113.8"),
		holding("IpAddress", "203.0.113.77/24", "203.0.113.1"), // host bits are masked
		holding("IpAddress", "2001:db8::/32", "2001:DB8::1"),
		failing("IpAddress", "2001:db8::/32", "203.0.113.1", "2001:db9::1", "fe80::1%eth0"),
		holding("IpAddress", "0.0.0.0/0", "198.51.100.7"), failing("IpAddress", "::/0", "198.51.100.7"),
		holding("NotIpAddress", "::/0", "198.51.100.7"),
		holding("NotIpAddress", "203.0.113.0/24", "2001:db8::1", "no address"),
		holding("IpAddress", "::ffff:203.0.113.0/120", "203.0.113.9"),
		failing("IpAddress", "203.0.113.0/33", "203.0.113.0"), failing("IpAddress", "203.00.113.0", "203.0.113.0"),
		failing("IpAddress", "fe80::1%eth0", "fe80::1"), failing("NotIpAddress", "203.0.113.0/24", "203.0.113.5")),
	conditionRow("C-16",
		holding("ArnLike", "arn:aws:sns:*:111122223333:t*", "arn:aws:sns:eu-west-1:111122223333:topic",
			"arn:aws:sns::111122223333:t:u"),
		failing("ArnLike", "arn:aws:sns:*:111122223333:t", "arn:aws:sns:x:y:111122223333:t",
			"arn:aws:SNS:x:111122223333:t", "t", "arn:aws:sns"),
		holding("ArnEquals", "arn:aws:s3:::b/?", "arn:aws:s3:::b/k"),
		failing("ArnEquals", "arn:aws:s3:::b/?", "arn:aws:s3:::b/kk"),
		failing("ArnLike", "*", "arn:aws:s3:::b"), failing("ArnLike", "arn:aws:s3:*", "arn:aws:s3:::b"), // no ARNs
		holding("ArnNotLike", "arn:aws:s3:::b", "arn:aws:s3:::c", "no arn"),
		failing("ArnNotEquals", "arn:aws:s3:::*", "arn:aws:s3:::c"),
		failing("ArnLike", "*:*:*:*:*:*", "x:aws:s3:::b")),
	{"C-17", conditions(
		conditionCase{"StringEquals", "${v}", m{"k": "x*", "v": "x*"}, true},
		conditionCase{"StringEquals", "a${v}b${*}", m{"k": "axb*", "V": "x"}, true},
		conditionCase{"StringEquals", "a*${v}", m{"k": "abx", "v": "x"}, false},
		conditionCase{"StringEquals", "a*${v}", m{"k": "a*x", "v": "x"}, true},
		conditionCase{"StringLike", "${v}/*", m{"k": "a*/k", "v": "a*"}, true},
		conditionCase{"StringLike", "${v}/*", m{"k": "ab/k", "v": "a*"}, false},
		conditionCase{"StringLike", "${v}/?", m{"k": "?/k", "v": "?"}, true},
		conditionCase{"StringEqualsIgnoreCase", "${v}", m{"k": "ANA", "v": "ana"}, true},
		conditionCase{"StringEquals", "${v}", m{"k": ""}, false},
		conditionCase{"StringNotEquals", "${v}", m{"k": ""}, true},
		conditionCase{"StringNotLike", "${v}*", m{"k": "x"}, true},
		conditionCase{"StringEquals", []string{"${v}", "b"}, m{"k": "b"}, true},
		conditionCase{"StringEquals", "${v, 'd'}", m{"k": "d"}, true},
		conditionCase{"ArnLike", "arn:aws:iam::${v}:role/*", m{"k": "arn:aws:iam::1:role/x", "v": "1"}, true},
		conditionCase{"ArnLike", "arn:aws:iam::1:role/${v}", m{"k": "arn:aws:iam::1:role/x", "v": "*"}, false},
		conditionCase{"ArnLike", "${v}", m{"k": "arn:aws:iam::1:role/x", "v": "arn:aws:iam::1:role/x"}, true},
		conditionCase{"Bool", "${v}", m{"k": "true", "v": "True"}, true},
		conditionCase{"NumericEquals", "${v}", m{"k": "1", "v": "1"}, false},
		conditionCase{"DateEquals", "${v}", m{"k": "1", "v": "1"}, false},
		conditionCase{"IpAddress", "${v}", m{"k": "203.0.113.1", "v": "203.0.113.1"}, false},
		conditionCase{"BinaryEquals", "${v}", m{"k": "QQ==", "v": "QQ=="}, false},
		conditionCase{"Null", "${v}", m{"v": "true"}, false},
	)},
	conditionRow("C-18", holding("NumericEquals", "10", "10.0"), failing("StringEquals", "10", "10.0"),
		holding("StringEquals", 10, "10"), holding("StringEquals", true, "true")),
	{"C-19", cases(
		decisionCase{name: "tag keys in any case", want: Allowed, context: m{"aws:ResourceTag/TEAM": "a"},
			identity: one(allows("*", "*", "Condition", m{"StringEquals": m{"aws:resourcetag/Team": "a"}}))},
		decisionCase{name: "the one with equal case", want: Allowed,
			context:  m{"aws:ResourceTag/TEAM": "b", "aws:ResourceTag/Team": "a"},
			identity: one(allows("*", "*", "Condition", m{"StringEquals": m{"aws:ResourceTag/Team": "a"}}))},
		decisionCase{name: "else the first in byte order", want: Allowed,
			context:  m{"aws:ResourceTag/TEAM": "b", "aws:ResourceTag/Team": "a"},
			identity: one(allows("*", "*", "Condition", m{"StringEquals": m{"aws:ResourceTag/team": "b"}}))},
	)},
	conditionRow("C-20", holding("ForAllValues:StringEquals", "a", absent)),
	conditionRow("C-21",
		holding("StringEquals", "", ""), holding("Null", "false", ""), holding("Null", "true", []string{""}),
		failing("Null", "true", []string{"", ""}),
		holding("ForAllValues:StringEquals", "a", []string{""}), failing("ForAnyValue:StringEquals", "", []string{""}),
		holding("ForAnyValue:StringEquals", "", []string{"", "x"})),
}

// TestTruthTable is the table of section C.
func TestTruthTable(t *testing.T) {
	operators := []string{
		"StringEquals", "StringNotEquals", "StringEqualsIfExists", "StringNotEqualsIfExists",
		"ForAllValues:StringEquals",
		"ForAllValues:StringNotEquals", "ForAnyValue:StringEquals", "ForAnyValue:StringNotEquals", "Null",
	}
	for _, line := range []struct {
		k    any
		want string // a letter an operator
	}{
		{absent, "FTTTTTFFT"},
		{[]string{}, "FFFFTTFFT"},
		{"a", "TFTFTFTFF"},
		{"c", "FTFTFTFTF"},
		{[]string{"a"}, "FFFFTFTFF"},
		{[]string{"a", "b"}, "FFFFTFTFF"},
		{[]string{"a", "c"}, "FFFFFFTTF"},
		{[]string{"c", "d"}, "FFFFFTFTF"},
	} {
		for i, operator := range operators {
			var values any = []string{"a", "b"}
			if operator == "Null" {
				values = "true"
			}
			conditions(conditionCase{operator, values, kIs(line.k), line.want[i] == 'T'})(t)
		}
	}
}
