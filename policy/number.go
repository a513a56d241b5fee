package policy

import (
	"cmp"
	"strings"
)

// decimal is an exact decimal of any length (C-11), as a piece of its text:
// parsing and comparing allocate nothing.
type decimal struct {
	digits   string // without zeros at its ends that say nothing: "12.5", "3", ".25", "" or "." for 0
	point    uint32 // where the point is in digits, or would be
	negative bool
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
	whole = strings.TrimLeft(whole, "0")
	d.point = uint32(len(whole))
	d.digits = s[len(s)-len(whole):]
	if dot {
		d.digits = strings.TrimRight(s[len(s)-len(fraction)-len(".")-len(whole):], "0")
	}
	if d.whole() == "" && d.fraction() == "" {
		d.negative = false // -0 is 0
	}
	return d, true
}

// whole is the digits before the point, "" for 0.
func (d *decimal) whole() string { return d.digits[:d.point] }

// fraction is the digits behind the point.
func (d *decimal) fraction() string {
	return d.digits[min(int(d.point)+len("."), len(d.digits)):]
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
	if d.point != e.point {
		return cmp.Compare(d.point, e.point)
	}
	if order := strings.Compare(d.whole(), e.whole()); order != 0 {
		return order
	}
	return strings.Compare(d.fraction(), e.fraction())
}

// numbers is the operand of the numeric operators.
type numbers struct {
	holds  comparison
	values []decimal
}

func numberOperand(holds comparison) func([]string, bool) operand {
	return func(values []string, _ bool) operand {
		n := &numbers{holds: holds, values: make([]decimal, 0, len(values))}
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
