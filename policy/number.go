package policy

import "strings"

// decimal is an exact decimal of any length (C-11), as pieces of its text:
// parsing and comparing allocate nothing.
type decimal struct {
	negative bool
	whole    string // without leading zeros, "" for 0
	fraction string // without trailing zeros
}

// parseDecimal reads an integer or a fraction with a sign. There is no
// exponent, no blank, no grouping.
func parseDecimal(s string) (decimal, bool) {
	var d decimal
	if s != "" && (s[0] == '-' || s[0] == '+') {
		d.negative = s[0] == '-'
		s = s[1:]
	}
	whole, fraction, dot := strings.Cut(s, ".")
	if !isDigits(whole) || dot && !isDigits(fraction) {
		return decimal{}, false
	}
	d.whole = strings.TrimLeft(whole, "0")
	d.fraction = strings.TrimRight(fraction, "0")
	if d.whole == "" && d.fraction == "" {
		d.negative = false // -0 is 0
	}
	return d, true
}

// isDigits reports one or more digits and nothing else.
func isDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || '9' < s[i] {
			return false
		}
	}
	return s != ""
}

// compare orders two decimals: below, at or above 0.
func (d decimal) compare(e decimal) int {
	switch {
	case d.negative && !e.negative:
		return -1
	case !d.negative && e.negative:
		return 1
	case d.negative:
		return e.magnitude(d)
	}
	return d.magnitude(e)
}

func (d decimal) magnitude(e decimal) int {
	if len(d.whole) != len(e.whole) {
		return len(d.whole) - len(e.whole)
	}
	if order := strings.Compare(d.whole, e.whole); order != 0 {
		return order
	}
	return strings.Compare(d.fraction, e.fraction)
}

// numbers is the operand of the numeric operators.
type numbers struct {
	holds  comparison
	values []decimal
}

func numberOperand(holds comparison) func([]string, bool) operand {
	return func(values []string, _ bool) operand {
		n := &numbers{holds: holds}
		for _, v := range values {
			if d, ok := parseDecimal(v); ok {
				n.values = append(n.values, d)
			}
		}
		return n
	}
}

func (n *numbers) matches(value string, _ Context) bool {
	d, ok := parseDecimal(value)
	if !ok {
		return false
	}
	for _, e := range n.values {
		if n.holds(d.compare(e)) {
			return true
		}
	}
	return false
}
