package validate

import (
	"encoding/base64"
	"fmt"
	"math/big"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// values checks the values of a key by their number and by the operator.
func (v *validator) values(c *condition) {
	if len(c.values) == 0 {
		v.noValues(c)
		return
	}
	var good []*spot
	kinds := map[policy.JSONKind]bool{}
	for _, value := range c.values {
		switch kind := value.node.Kind(); kind {
		case policy.JSONString, policy.JSONNumber, policy.JSONBool:
			kinds[kind] = true
			good = append(good, value)
		default:
			v.expect(value, policy.JSONString, "a string, a number or a boolean")
		}
	}
	if len(kinds) > 1 {
		v.report("INVALID_CONDITION_DATA_TYPE", "The values are of several JSON types. Write all of them as strings.", c.at)
	}
	if v.variableValues(c, good) {
		if check := valueChecks[c.operator.family]; check != nil {
			check(v, c, good)
		}
		v.wellKnownValues(c, good)
	}
}

// noValues is an empty list: no value is like one of it (G-06).
func (v *validator) noValues(c *condition) {
	o := c.operator
	code, meaning := "EMPTY_ARRAY_CONDITION", "never holds"
	switch {
	case o.qualifier == "ForAnyValue":
		code = "EMPTY_ARRAY_CONDITION_FORANYVALUE"
		if o.negated {
			meaning = "holds whenever the key has a value"
		}
	case o.qualifier == "ForAllValues" && o.negated, o.negated:
		meaning = "always holds"
	case o.qualifier == "ForAllValues":
		code, meaning = "EMPTY_ARRAY_CONDITION_FORALLVALUES", "holds when the request has no such key"
	case o.ifExists:
		code, meaning = "EMPTY_ARRAY_CONDITION_IFEXISTS", "holds when the request has no such key"
	}
	v.report(code, fmt.Sprintf("There are no values for %s. List some, remove the key, or ask with Null whether the request has it.", clip(c.at.name)), c.at)
	v.report("GATEHOUSE_EMPTY_CONDITION_VALUES", fmt.Sprintf("Without values %s on %s %s (G-06), which is hardly what is meant.", o.name, clip(c.at.name), meaning), c.at)
}

// variableValues checks the variables in values (C-17); it says whether none
// stands where it would not be replaced.
func (v *validator) variableValues(c *condition, values []*spot) bool {
	good := true
	replaced := c.operator.family == familyString || c.operator.family == familyARN
	for _, value := range values {
		at := strings.Index(value.text(), "${")
		switch {
		case at < 0:
		case replaced:
			good = v.variablesOf(value) && good
		default:
			v.report("INVALID_VARIABLE_FOR_OPERATOR", fmt.Sprintf("Variables are replaced under the operators of strings and ARNs, and %s is none.", c.operator.name), value.part(at, variableEnd(value.text(), at)))
			good = false
		}
	}
	return good
}

// valueChecks by the operator's family.
var valueChecks = map[family]func(*validator, *condition, []*spot){
	familyString:  (*validator).stringValues,
	familyNumeric: (*validator).numbers,
	familyDate:    (*validator).dates,
	familyBool:    (*validator).booleans,
	familyNull:    (*validator).booleans,
	familyBinary:  (*validator).binaries,
	familyAddress: (*validator).addresses,
}

func (v *validator) stringValues(c *condition, values []*spot) {
	if strings.Contains(c.operator.base, "Like") {
		return
	}
	for _, value := range values {
		if text := strings.NewReplacer("${*}", "", "${?}", "").Replace(value.text()); strings.ContainsAny(text, "*?") {
			like := strings.Replace(strings.TrimSuffix(c.operator.base, "IgnoreCase"), "Equals", "Like", 1)
			v.report("WILDCARD_WITHOUT_LIKE_OPERATOR", fmt.Sprintf("Under %s a * or ? is a character like any other. Use %s if it is meant as a wildcard.", c.operator.name, like), value)
		}
	}
}

var decimal = regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?$`)

func (v *validator) numbers(c *condition, values []*spot) {
	good := 0
	for _, value := range values {
		if decimal.MatchString(value.text()) {
			good++
			continue
		}
		v.report("TYPE_MISMATCH_NUMBER", fmt.Sprintf("%q is no decimal number, so %s never holds with it. Write one.", clip(value.text()), c.operator.name), value)
	}
	if good == len(values) && good > 1 && (strings.Contains(c.operator.base, "Less") || strings.Contains(c.operator.base, "Greater")) {
		v.redundantNumbers(c, values)
	}
}

// redundantNumbers: of several bounds only the widest counts.
func (v *validator) redundantNumbers(c *condition, values []*spot) {
	widest, extreme := values[0], "least"
	sign := 1
	if strings.Contains(c.operator.base, "Less") {
		extreme, sign = "greatest", -1
	}
	for _, value := range values[1:] {
		if compareDecimals(value.text(), widest.text())*sign < 0 {
			widest = value
		}
	}
	v.report("REDUNDANT_CONDITION_VALUE_NUM", fmt.Sprintf("One value is enough, so of several bounds only the %s counts. Keep %s.", extreme, clip(widest.text())), c.at)
}

// compareDecimals compares two texts that are decimals. Very long ones, which
// cost more than their length to convert, count as equal.
func compareDecimals(a, b string) int {
	const longest = 100
	if len(a) > longest || len(b) > longest {
		return 0
	}
	x, _ := new(big.Rat).SetString(a)
	y, _ := new(big.Rat).SetString(b)
	if x == nil || y == nil {
		return 0
	}
	return x.Cmp(y)
}

var (
	epoch   = regexp.MustCompile(`^[0-9]+$`)
	isoDate = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])(T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?)?)?$`)
)

func (v *validator) dates(_ *condition, values []*spot) {
	for _, value := range values {
		switch text := value.text(); {
		case epoch.MatchString(text):
			v.report("INVALID_DATE_VALUE", "Digits alone are seconds since 1970, which is not what a year looks like it says. Write the date as YYYY-MM-DD, with a time if need be.", value)
		case !isoDate.MatchString(text):
			v.report("TYPE_MISMATCH_DATE", fmt.Sprintf("%q is no date, so saving refuses it. Write it as YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ.", clip(text)), value)
		}
	}
}

func (v *validator) booleans(c *condition, values []*spot) {
	seen := map[string]bool{}
	for _, value := range values {
		text := strings.ToLower(value.text())
		if text == "true" || text == "false" {
			seen[text] = true
			continue
		}
		v.report("TYPE_MISMATCH_BOOLEAN", fmt.Sprintf("%s holds with true or false only, and this is %q.", c.operator.name, clip(value.text())), value)
	}
	if len(seen) > 1 {
		v.report("INVALID_CONDITION_MULTIPLE_BOOLEAN", fmt.Sprintf("With both true and false %s holds whatever the value. Keep one.", c.operator.name), c.at)
	}
}

func (v *validator) binaries(c *condition, values []*spot) {
	for _, value := range values {
		if _, err := base64.StdEncoding.DecodeString(value.text()); err != nil {
			v.report("TYPE_MISMATCH_STRING", fmt.Sprintf("%s compares bytes in base64, and this is no base64.", c.operator.name), value)
		}
	}
}

// privateRanges are those that no address on the internet is of.
var privateRanges = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("fc00::/7"),
}

// addresses is C-15.
func (v *validator) addresses(c *condition, values []*spot) {
	private, public := 0, 0
	for _, value := range values {
		p, ok := readRange(value.text())
		if !ok {
			v.report("TYPE_MISMATCH_IP_RANGE", fmt.Sprintf("%q is no address and no range, so it matches nothing. Write 203.0.113.0/24 or 2001:db8::/32.", clip(value.text())), value)
			continue
		}
		if p != p.Masked() {
			v.report("IMPROVE_IP_RANGE", fmt.Sprintf("Bits after the prefix are not looked at. Write %s.", p.Masked()), value)
		}
		if isPrivate(p) {
			private++
		} else {
			public++
		}
	}
	if c.name == "aws:sourceip" && private > 0 {
		v.privateAddresses(c, public > 0)
	}
}

func readRange(text string) (netip.Prefix, bool) {
	if strings.Contains(text, "/") {
		p, err := netip.ParsePrefix(text)
		return p, err == nil
	}
	a, err := netip.ParseAddr(text)
	if err != nil || a.Zone() != "" {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(a, a.BitLen()), true
}

func isPrivate(p netip.Prefix) bool {
	for _, r := range privateRanges {
		if r.Bits() <= p.Bits() && r.Contains(p.Addr()) {
			return true
		}
	}
	return false
}

func (v *validator) privateAddresses(c *condition, mixed bool) {
	code := "PRIVATE_IP_ADDRESS"
	if c.operator.negated {
		code = "PRIVATE_NOT_IP_ADDRESS"
	}
	if mixed {
		code += "_SUBSET"
	}
	v.report(code, "On AWS aws:SourceIp is an address on the internet and never a private one; aws:VpcSourceIp is that of a caller behind a VPC endpoint. A Gatehouse server sees its peer's address, so on a private network it can match there.", c.at)
}

var (
	vpcID  = regexp.MustCompile(`^vpc-([0-9a-z]{8}|[0-9a-z]{17})$`)
	vpceID = regexp.MustCompile(`^vpce-([0-9a-z]{8}|[0-9a-z]{17})$`)
)

// wellKnownValues are those of keys whose values have a form that is known.
func (v *validator) wellKnownValues(c *condition, values []*spot) {
	if c.operator.family != familyString {
		return
	}
	for _, value := range values {
		text := value.text()
		literal := !isPattern(text)
		switch {
		case c.name == "aws:requestedregion" && !isRegion(text):
			v.report("INVALID_REGION", fmt.Sprintf("There is no region %q%s", clip(text), v.didYouMean(text, slices.Values(regions))), value)
		case c.name == "aws:sourcevpc" && literal && !vpcID.MatchString(text):
			v.report("INVALID_VPC_FORMAT", fmt.Sprintf("%q is no VPC's id: that is vpc- and 8 or 17 letters and digits.", clip(text)), value)
		case c.name == "aws:sourcevpce" && literal && !vpceID.MatchString(text):
			v.report("INVALID_VPCE_FORMAT", fmt.Sprintf("%q is no VPC endpoint's id: that is vpce- and 8 or 17 letters and digits.", clip(text)), value)
		}
	}
}
