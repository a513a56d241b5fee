package policy

import "strings"

// condition is one key under one operator, compiled.
type condition struct {
	key        Key
	operand    operand // nil for Null
	quantifier quantifier
	negated    bool
	ifExists   bool
	null       nullValue
}

// nullValue is what a Null condition asks for; both where its values say so.
type nullValue uint8

const (
	wantsAbsent nullValue = 1 << iota
	wantsPresent
	isNull // the operator is Null, whatever it asks for
)

// newCondition compiles a key under an operator.
func newCondition(o operator, key Key, values []string, variables bool) condition {
	c := condition{key: key, quantifier: o.quantifier, negated: o.negated, ifExists: o.ifExists}
	if o.null {
		c.null = isNull
		for _, v := range values { // C-05
			if strings.EqualFold(v, "true") {
				c.null |= wantsAbsent
			} else if strings.EqualFold(v, "false") {
				c.null |= wantsPresent
			}
		}
		return c
	}
	c.operand = o.compile(values, variables)
	return c
}

// holds is section C for one key.
func (c *condition) holds(context Context) bool {
	value, present := lookup(context, c.key)
	if c.null != 0 {
		return c.holdsNull(value, present)
	}
	switch c.quantifier {
	case forAllValues: // C-06
		return !present || value.none() || c.all(value, context)
	case forAnyValue: // C-07
		if !present {
			return c.ifExists
		}
		return !value.none() && c.some(value, context)
	}
	if !present {
		return c.negated || c.ifExists // C-03, C-04
	}
	if value.IsMany {
		return false // C-08
	}
	return c.accepts(value.One, context)
}

func (c *condition) holdsNull(value Value, present bool) bool {
	if !present || value.none() {
		return c.null&wantsAbsent != 0
	}
	return c.null&wantsPresent != 0
}

// accepts: one value of the request against all of the policy's (C-02).
func (c *condition) accepts(value string, context Context) bool {
	return c.operand.matches(value, context) != c.negated
}

func (c *condition) all(value Value, context Context) bool {
	if !value.IsMany {
		return c.accepts(value.One, context) // C-09
	}
	for _, v := range value.Many {
		if !c.accepts(v, context) {
			return false
		}
	}
	return true
}

func (c *condition) some(value Value, context Context) bool {
	if !value.IsMany {
		return c.accepts(value.One, context)
	}
	for _, v := range value.Many {
		if c.accepts(v, context) {
			return true
		}
	}
	return false
}
