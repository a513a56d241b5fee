package policy

import (
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// TestDecimalAgainstBig compares decimals with exact fractions.
func TestDecimalAgainstBig(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for range min(randomCases(), 50_000) {
		a, b := randomNumber(random), randomNumber(random)
		x, okX := parseDecimal(a)
		y, okY := parseDecimal(b)
		p, q := slowNumber(a), slowNumber(b)
		if okX != (p != nil) || okY != (q != nil) {
			t.Fatalf("%q %v, %q %v", a, okX, b, okY)
		}
		if okX && okY && sign(x.compare(y)) != p.Cmp(q) {
			t.Fatalf("%q against %q: %d", a, b, x.compare(y))
		}
	}
}

func sign(n int) int { return big.NewInt(int64(n)).Sign() }

func randomNumber(random *rand.Rand) string {
	return pick(random, "", "", "-", "+") + randomText(random, "0019", 4) + pick(random, "", "",
		".") + randomText(random, "0012", 3)
}

// TestInstantAgainstTime compares dates with the time package.
func TestInstantAgainstTime(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	for range min(randomCases(), 50_000) {
		at := time.Unix(random.Int64N(253402300799+62135596800)-62135596800, int64(random.IntN(1e9))).UTC()
		zone := time.FixedZone("", (random.IntN(47)-23)*30*60)
		text := at.In(zone).Format(time.RFC3339Nano)
		if len(text) > 35 || text[4] != '-' {
			continue // the zone took it out of the years of four digits
		}
		got, ok := parseInstant(text)
		if !ok || got.seconds != at.Unix() {
			t.Fatalf("%s: %+v %v, want %d", text, got, ok, at.Unix())
		}
	}
	for _, bad := range []string{
		"", "x", "-1", "2024-", "2024-1", "2024-00", "2024-13", "2024-01-00", "2024-01-32", "2024-04-31", "2023-02-29",
		"1900-02-29",
		"2024-01-01t00:00Z", "2024-01-01T00:00z", "2024-01-01T", "2024-01-01T00", "2024-01-01T00Z", "2024-01-01T24:00Z",
		"2024-01-01T00:60Z",
		"2024-01-01T00:00:60Z", "2024-01-01T00-00Z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00.xZ",
		"2024-01-01T00:00+1", "2024-01-01T00:00+01:60",
		"2024-01-01T00:00+24:00", "2024/01/01", "2024-01-01 00:00:00", "99999999999999999999", "20240101T000000Z",
		"2024-01-0a", "202a-01-01",
	} {
		if i, ok := parseInstant(bad); ok {
			t.Errorf("%q: %+v", bad, i)
		}
	}
	for good, want := range map[string]int64{"0000-01-01": -62167219200, "1970-01": 0, "0": 0, "0000": 0,
		"9999-12-31T23:59:59Z": 253402300799} {
		if i, ok := parseInstant(good); !ok || i.seconds != want {
			t.Errorf("%q: %+v %v, want %d", good, i, ok, want)
		}
	}
}

// TestParseNetwork is C-15's forms.
func TestParseNetwork(t *testing.T) {
	for text, want := range map[string]string{
		"203.0.113.9": "203.0.113.9/32", "203.0.113.9/24": "203.0.113.0/24", "2001:db8::1": "2001:db8::1/128",
		"2001:DB8::1/32":     "2001:db8::/32",
		"::ffff:203.0.113.9": "203.0.113.9/32", "::ffff:203.0.113.9/120": "203.0.113.0/24",
		"::ffff:203.0.113.9/90": "::ffc0:0:0/90", "0.0.0.0/0": "0.0.0.0/0", "::/0": "::/0",
	} {
		if p, ok := parseNetwork(text); !ok || p.String() != want {
			t.Errorf("%s: %v %v, want %s", text, p, ok, want)
		}
	}
	for _, bad := range []string{"", "/", "203.0.113.9/", "203.0.113.9/33", "203.0.113.9/08", "203.0.113.9/-1",
		"203.0.113.09", "203.0.113", "203.0.113.9.1", "fe80::1%eth0", "fe80::1%eth0/64", "2001:db8::/129", "host",
		" 203.0.113.9"} {
		if p, ok := parseNetwork(bad); ok {
			t.Errorf("%q: %v", bad, p)
		}
	}
}

// TestReadOperator: names in any case, with what goes around them.
func TestReadOperator(t *testing.T) {
	for _, name := range append(append([]string{}, positives...), negatives...) {
		for _, spelt := range []string{name, strings.ToLower(name), strings.ToUpper(name)} {
			for prefix, q := range map[string]quantifier{"": single, "ForAllValues:": forAllValues,
				"FORANYVALUE:": forAnyValue} {
				for _, suffix := range []string{"", "IfExists", "ifexists"} {
					o, ok := readOperator(prefix + spelt + suffix)
					if !ok || o.quantifier != q || o.ifExists != (suffix != "") || o.negated != strings.Contains(strings.ToLower(name), "not") || o.null {
						t.Errorf("%s%s%s: %+v %v", prefix, spelt, suffix, o, ok)
					}
				}
			}
		}
	}
	if o, ok := readOperator("NULL"); !ok || !o.null {
		t.Errorf("Null: %+v %v", o, ok)
	}
	if len(operators) != len(positives)+len(negatives) {
		t.Errorf("%d operators, and %d have tests", len(operators), len(positives)+len(negatives))
	}
}

// TestNewTemplate is how texts are cut at their variables.
func TestNewTemplate(t *testing.T) {
	for text, want := range map[string]string{
		"plain": "plain", "${a}": "<a>", "x${a}y${b}z": "x<a>y<b>z", "${a, 'd'}": "<a|d>", "${a, ''}": "<a|>",
		"${*}${?}${$}": "*?$", "${a, '}": "${a, '}", "'}${a, 'd": "'}${a, 'd", "${a, '}'}": "<a|}>",
		"${": "${", "${}": "${}", "${a": "${a", "$a": "$a", "${a,'d'}": "${a,'d'}", "${a, 'd}": "${a, 'd}",
		"${ a}": "${ a}", "${a }": "${a }", "${${a}}": "${<a>}", "": "",
	} {
		var got strings.Builder
		for _, s := range newTemplate(text, unchanged) {
			got.WriteString(s.text)
			if v := s.variable; v != nil {
				got.WriteString("<" + v.key.Name)
				if v.hasDefault {
					got.WriteString("|" + v.fallback)
				}
				got.WriteString(">")
			}
		}
		if got.String() != want {
			t.Errorf("%q: %q, want %q", text, got.String(), want)
		}
	}
}

// TestNewNamed is what each form of principal is taken for.
func TestNewNamed(t *testing.T) {
	for _, c := range []struct {
		kind, value string
		want        namedKind
	}{
		{"*", "*", namedEveryone}, {"AWS", "*", namedEveryone}, {"AWS", accountC, namedAccount},
		{"AWS", accountARN, namedAccount},
		{"AWS", "arn:aws-cn:iam::111122223333:root", namedAccount}, {"AWS", anaARN, namedUser},
		{"AWS", "arn:aws:iam::111122223333:user/a/b/ana", namedUser},
		{"AWS", roleARN, namedRole}, {"AWS", sessionARN, namedSession}, {"AWS", visitorARN, namedSession},
		{"AWS", "AIDACKCEVSQ6C2EXAMPLE", namedID}, {"AWS", "AROACKCEVSQ6C2EXAMPLE", namedID},
		{"Service", "ec2.amazonaws.com", namedService}, {"Federated", "accounts.google.com", namedProvider},
		{"AWS", "11112222333", namedNobody}, {"AWS", "11112222333a", namedNobody},
		{"AWS", "AIDACKCEVSQ6C2exampl", namedNobody}, {"AWS", "AKIACKCEVSQ6C2EXAMPLE", namedNobody},
		{"AWS", "arn:aws:iam:eu:111122223333:user/ana", namedNobody},
		{"AWS", "arn:aws:iam::11112222333:user/ana", namedNobody},
		{"AWS", "arn:aws:sts::111122223333:assumed-role/R", namedNobody},
		{"AWS", "arn:aws:sts::111122223333:assumed-role/R/S/T", namedNobody},
		{"AWS", "arn:aws:iam::111122223333:role", namedNobody},
		{"AWS", "x:aws:iam::111122223333:role/R", namedNobody},
		{"AWS", "arn:aws:sts::111122223333:user/ana", namedNobody}, {"CanonicalUser", "79a5", namedNobody},
		{"AWS", "", namedNobody},
	} {
		if got := newNamed(c.kind, c.value); got.kind != c.want {
			t.Errorf("%s %q: %d, want %d", c.kind, c.value, got.kind, c.want)
		}
	}
}

// TestTemplatesAreLinear: what looks like the start of a variable costs no
// search through the rest of the text, however often it stands there.
func TestTemplatesAreLinear(t *testing.T) {
	for _, unit := range []string{"${", "${a, '", "${a", "${a,", "'}${a, '", "$"} {
		text := strings.Repeat(unit, 200000/len(unit)) + "'"
		start := time.Now()
		newTemplate(text, unchanged)
		if took := time.Since(start); took > time.Second {
			t.Errorf("%q: %v", unit, took)
		}
	}
}

// TestLongVariables: texts that do not fit the stack are matched too.
func TestLongVariables(t *testing.T) {
	long := strings.Repeat("x", 3*scratch)
	context := contextOf(t, m{"v": long})
	for operator, policy := range map[string]string{"StringEquals": "${v}", "StringLike": "${v}*",
		"StringEqualsIgnoreCase": "${v}"} {
		o, _ := readOperator(operator)
		operand := o.compile([]string{policy}, true)
		if !operand.matches(long, context) || operand.matches(long[1:], context) {
			t.Errorf("%s %s", operator, policy)
		}
	}
	o, _ := readOperator("BinaryEquals")
	blob := strings.Repeat("QUJD", scratch)
	if operand := o.compile([]string{blob}, true); !operand.matches(blob, nil) || operand.matches(blob[4:], nil) {
		t.Error("BinaryEquals")
	}
}
