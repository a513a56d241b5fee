package policy

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
)

// conditionFamily is operators that compare alike, and values for both sides of
// them: good ones, near misses, and such as mean nothing to them.
type conditionFamily struct {
	prefix string   // of the operators' names, Not set aside
	key    string   // the key that a random request has such values for
	given  []string // what a request may have
	wanted []string // what a policy may say
}

var conditionFamilies = []conditionFamily{
	{"String", "k",
		[]string{"a", "b", "ab", "A", "aéb", "", "*", "?", "10", "ana", "ANA", "Straße", "STRASSE", "k", "\u212a", "a*",
			"${k}", "true"},
		[]string{"a", "b", "", "a*", "*", "?", "a?b", "A", "straße", "ana", "${k}", "${aws:username}*", "${l, 'a'}",
			"${*}", "${?}", "${$}{k}", "${nokey}", "${", "K", "a${nokey, '*'}", "*b", "${aws:PrincipalTag/team}"}},
	{"Numeric", "n",
		[]string{"10", "10.0", "9.99", "-1", "+2", "0", "-0", "1e1", "abc", "007", "18446744073709551616", "", "10.5"},
		[]string{"10", "9", "10.50", "-1", "0", "2", "7.0", "18446744073709551615", "ten", "1.", "${n}"}},
	{"Date", "d",
		[]string{"2024-01-01", "2024-01-01T00:00:00Z", "2024-02-29T12:00:00.5Z", "2023-12-31T23:59:59-01:00",
			"1704067200", "2024", "2024-02", "2023-02-29", "never", "", "1999-12-31T00:00", "0000-01-01",
			"2024-01-01T00:00:00.00000000001Z", "2100-03-01", "2024-01-01Z", "2024-13-01"},
		[]string{"2024-01-01", "2024-02-29T12:00:00.500Z", "2024-01", "1704067200", "2023-12-31T23:59:59Z",
			"2024-01-01T01:00+01:00", "2000-02-29", "1900-03-01", "never", "2024", "2024-01-01T00:00:00"}},
	{"Bool", "b", []string{"true", "TRUE", "false", "False", "yes", "1", ""},
		[]string{"true", "false", "False", "yes", "", "${b}", "${nokey, 'true'}"}},
	{"Binary", "x", []string{"QQ==", "QQ", "QUJD", "", "%", "QUJDRA=="}, []string{"QQ==", "QUJD", "QQ", "", "%"}},
	{"IpAddress", "ip",
		[]string{"203.0.113.9", "203.0.113.255", "203.0.114.1", "::ffff:203.0.113.9", "2001:db8::1", "2001:DB8:1::2",
			"fe80::1%eth0", "203.0.113.09", "", "10.0.0.1", "no address", "::1"},
		[]string{"203.0.113.0/24", "203.0.113.77/25", "203.0.113.9", "0.0.0.0/0", "::/0", "2001:db8::/32", "2001:db8::1",
			"::ffff:203.0.113.0/120", "203.0.113.0/33", "203.00.113.0", "fe80::1%eth0", "10.0.0.0/8"}},
	{"Arn", "arn",
		[]string{"arn:aws:s3:::b/k", "arn:aws:sns:eu-west-1:111122223333:topic", "arn:aws:sns:x:y:111122223333:t",
			anaARN, roleARN, "arn:aws:s3:::B/k", "arn:aws:s3", "t", "", "x:aws:s3:::b", "arn:aws:s3:::b:k:k"},
		[]string{"arn:aws:s3:::b/k", "arn:aws:s3:::*", "arn:aws:sns:*:111122223333:t*", "arn:aws:iam::*:user/*",
			"arn:*:*:*:*:*", "*:*:*:*:*:*", "arn:aws:s3:::b?k", "arn:aws:s3:*", "*", "arn:aws:iam::111122223333:role/?",
			"arn:aws:iam::111122223333:user/${aws:username}", "${arn}", "arn:aws:iam::${nokey, '*'}:user/ana"}},
}

// randomContext has some keys of every family, in some case and perhaps in two,
// with one value or a list of them.
func randomContext(random *rand.Rand) m {
	c := make(m)
	value := func(from []string) any {
		switch random.IntN(4) {
		case 0:
			return upTo(random, 3, func() string { return pick(random, from...) })
		case 1:
			return append(upTo(random, 1, func() string { return pick(random, from...) }), pick(random, from...))
		}
		return pick(random, from...)
	}
	for _, f := range conditionFamilies {
		if !oneIn(random, 4) {
			c[f.key] = value(f.given)
		}
	}
	if oneIn(random, 2) {
		c["aws:username"] = pick(random, "ana", "ana", "k", "", "*", "${k}")
	}
	for _, key := range []string{"K", "l", "aws:PrincipalTag/Team", "aws:PrincipalTag/team", "aws:PrincipalTag/TEAM"} {
		if oneIn(random, 3) { // C-19
			c[key] = value(conditionFamilies[0].given)
		}
	}
	if oneIn(random, 50) {
		return nil
	}
	return c
}

// literalValue is a value as a policy may write it: in quotes, or not (G-06).
func literalValue(random *rand.Rand, v string) any {
	if oneIn(random, 3) {
		switch {
		case v == "true" || v == "false":
			return v == "true"
		case isNumber(v):
			return json.Number(v)
		}
	}
	return v
}

// isNumber reports a number of JSON.
func isNumber(s string) bool {
	return s != "" && strings.ContainsAny(s[:1], "-0123456789") && json.Valid([]byte(s))
}

func randomCondition(random *rand.Rand) m {
	c := make(m)
	for range 1 + random.IntN(3) {
		if oneIn(random, 20) {
			c[pick(random, "StringResembles", "NullIfExists", "ForAllValues:Null", "BoolNot")] = m{"k": "a"}
			continue
		}
		if oneIn(random, 12) {
			c[pick(random, "Null", "Null", "null")] = m{randomKey(random, "k"): pick[any](random, "true", "false", true,
				"FALSE", "yes", []string{"true", "false"}, []string{})}
			continue
		}
		base := pick(random, pick(random, positives...), pick(random, negatives...))
		keys := make(m)
		for range 1 + random.IntN(2) {
			f := comparedAs(base)
			if oneIn(random, 15) {
				f = &conditionFamilies[random.IntN(len(conditionFamilies))]
			}
			values := []any{}
			for range pick(random, 0, 1, 1, 1, 1, 2, 2, 3) {
				values = append(values, literalValue(random, pick(random, f.wanted...)))
			}
			if key := randomKey(random, f.key); !hasFolded(keys, key) { // G-15
				keys[key] = values
			}
		}
		c[pick(random, "", "", "ForAllValues:", "ForAnyValue:")+base+pick(random, "", "IfExists")] = keys
	}
	return c
}

// randomKey is the family's key, mostly.
func randomKey(random *rand.Rand, key string) string {
	switch random.IntN(12) {
	case 0:
		return pick(random, "l", "nokey", "aws:UserName")
	case 1:
		return pick(random, "aws:PrincipalTag/Team", "aws:principaltag/team", "aws:PrincipalTag/TEAM")
	}
	return folded(random, key)
}

func comparedAs(operator string) *conditionFamily {
	for i := range conditionFamilies {
		if strings.HasPrefix(strings.TrimPrefix(operator, "Not"), conditionFamilies[i].prefix) {
			return &conditionFamilies[i]
		}
	}
	panic(operator)
}

func hasFolded(keys m, key string) bool {
	for other := range keys {
		if strings.EqualFold(other, key) {
			return true
		}
	}
	return false
}
