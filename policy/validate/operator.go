package validate

import "strings"

// family is the type of the values that an operator compares.
type family string

const (
	familyString  family = "String"
	familyNumeric family = "Numeric"
	familyDate    family = "Date"
	familyBool    family = "Bool"
	familyBinary  family = "Binary"
	familyAddress family = "IPAddress"
	familyARN     family = "ARN"
	familyNull    family = "Null"
)

// operator is a condition operator's name, read.
type operator struct {
	name      string // as AWS spells it, with its prefix and suffix
	base      string // without them
	family    family
	negated   bool
	qualifier string // "ForAllValues", "ForAnyValue", or ""
	ifExists  bool
}

// operatorNames are the operators (elements_condition_operators).
var operatorNames = map[family][]string{
	familyString: {"StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike"},
	familyNumeric: {
		"NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals",
	},
	familyDate:    {"DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"},
	familyBool:    {"Bool"},
	familyBinary:  {"BinaryEquals"},
	familyAddress: {"IpAddress", "NotIpAddress"},
	familyARN:     {"ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"},
	familyNull:    {"Null"},
}

// operators are the same by their names in lower case, which is how they are
// compared (G-08).
var operators = func() map[string]operator {
	all := map[string]operator{}
	for f, names := range operatorNames {
		for _, name := range names {
			all[strings.ToLower(name)] = operator{base: name, family: f, negated: strings.Contains(name, "Not")}
		}
	}
	return all
}()

// qualifiers by their prefixes in lower case.
var qualifiers = map[string]string{"forallvalues": "ForAllValues", "foranyvalue": "ForAnyValue"}

// readOperator reads an operator's name in any case.
func readOperator(name string) (operator, bool) {
	rest := strings.ToLower(name)
	qualifier := ""
	if prefix, after, ok := strings.Cut(rest, ":"); ok {
		if qualifier = qualifiers[prefix]; qualifier == "" {
			return operator{}, false
		}
		rest = after
	}
	rest, ifExists := strings.CutSuffix(rest, "ifexists")
	o, ok := operators[rest]
	if !ok {
		return operator{}, false
	}
	o.qualifier, o.ifExists, o.name = qualifier, ifExists, o.base
	if qualifier != "" {
		o.name = qualifier + ":" + o.name
	}
	if ifExists {
		o.name += "IfExists"
	}
	return o, true
}

// spellings are the names that a wrong one is compared with.
func spellings() []string {
	var all []string
	for _, f := range [...]family{familyString, familyNumeric, familyDate, familyBool, familyBinary, familyAddress, familyARN, familyNull} {
		all = append(all, operatorNames[f]...)
	}
	return all
}

// comparesKey says whether keys of a type are compared by operators of the
// family as AWS means them to be.
func (f family) comparesKey(keyType string) bool {
	keyType = strings.TrimPrefix(keyType, "ArrayOf")
	switch {
	case f == familyNull, string(f) == keyType:
		return true
	case keyType == "ARN":
		return f == familyString
	case keyType == "String":
		return f == familyARN || f == familyBinary
	case keyType == "Date":
		return f == familyNumeric // aws:EpochTime
	}
	return false
}
