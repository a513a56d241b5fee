package policy

import "strings"

// base is what an operator's name says once prefix and IfExists are off.
type base struct {
	negated bool
	// compile makes the operand of the policy's values.
	compile func(values []string, variables bool) operand
}

// operand is the policy's side of a condition: its values, parsed.
type operand interface {
	// matches reports whether a value of the request matches at least one of
	// the policy's (C-02). Negated operators ask the same and turn it round.
	matches(value string, c Context) bool
	// measure adds the memory that it takes.
	measure(m *measure)
}

// operators by their names in lower case (G-08). Null stands apart.
var operators = map[string]base{
	"stringequals":              {compile: stringOperand(exactly)},
	"stringnotequals":           {compile: stringOperand(exactly), negated: true},
	"stringequalsignorecase":    {compile: stringOperand(ignoringCase)},
	"stringnotequalsignorecase": {compile: stringOperand(ignoringCase), negated: true},
	"stringlike":                {compile: patternOperand(asText)},
	"stringnotlike":             {compile: patternOperand(asText), negated: true},

	"numericequals":            {compile: numberOperand(equal)},
	"numericnotequals":         {compile: numberOperand(equal), negated: true},
	"numericlessthan":          {compile: numberOperand(less)},
	"numericlessthanequals":    {compile: numberOperand(lessOrEqual)},
	"numericgreaterthan":       {compile: numberOperand(greater)},
	"numericgreaterthanequals": {compile: numberOperand(greaterOrEqual)},

	"dateequals":            {compile: dateOperand(equal)},
	"datenotequals":         {compile: dateOperand(equal), negated: true},
	"datelessthan":          {compile: dateOperand(less)},
	"datelessthanequals":    {compile: dateOperand(lessOrEqual)},
	"dategreaterthan":       {compile: dateOperand(greater)},
	"dategreaterthanequals": {compile: dateOperand(greaterOrEqual)},

	"bool":         {compile: stringOperand(asBool)},
	"binaryequals": {compile: newBinaryOperand},
	"ipaddress":    {compile: newAddressOperand},
	"notipaddress": {compile: newAddressOperand, negated: true},

	"arnequals":    {compile: patternOperand(asARN)},
	"arnlike":      {compile: patternOperand(asARN)},
	"arnnotequals": {compile: patternOperand(asARN), negated: true},
	"arnnotlike":   {compile: patternOperand(asARN), negated: true},
}

// quantifier is an operator's set prefix.
type quantifier uint8

const (
	single quantifier = iota // no prefix: the key is to have one value
	forAllValues
	forAnyValue
)

// operator is an operator's whole name, read.
type operator struct {
	base
	quantifier quantifier
	ifExists   bool
	null       bool
}

// readOperator reads an operator's name in any case (G-08).
func readOperator(name string) (operator, bool) {
	name = strings.ToLower(name)
	if name == "null" {
		return operator{null: true}, true
	}
	var o operator
	if rest, ok := strings.CutPrefix(name, "forallvalues:"); ok {
		o.quantifier, name = forAllValues, rest
	} else if rest, ok := strings.CutPrefix(name, "foranyvalue:"); ok {
		o.quantifier, name = forAnyValue, rest
	}
	name, o.ifExists = strings.CutSuffix(name, "ifexists")
	b, ok := operators[name]
	o.base = b
	return o, ok
}

// comparison says which orders of request value and policy value hold.
type comparison func(order int) bool

func equal(order int) bool          { return order == 0 }
func less(order int) bool           { return order < 0 }
func lessOrEqual(order int) bool    { return order <= 0 }
func greater(order int) bool        { return order > 0 }
func greaterOrEqual(order int) bool { return order >= 0 }
