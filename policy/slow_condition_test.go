package policy

import (
	"bytes"
	"encoding/base64"
	"math/big"
	"net"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The slow evaluator's conditions: section C, with big numbers, the time
// package and regular expressions.

// key is a context value: a string, a list, or nil.
func (q *slowAsk) key(name string) any {
	if v, ok := q.context[name]; ok {
		return v
	}
	names := []string{}
	for k := range q.context {
		if strings.EqualFold(k, name) {
			names = append(names, k)
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	return q.context[names[0]]
}

func (q *slowAsk) conditions(c any, variables bool) (holds, known bool) {
	holds = true
	operators, _ := c.(m)
	for operator, keys := range operators {
		for key, values := range keys.(m) {
			ok, understood := q.condition(operator, key, slowList(values), variables)
			if !understood {
				return false, false
			}
			holds = holds && ok
		}
	}
	return holds, true
}

var slowOperator = regexp.MustCompile(`(?i)^(?:(forallvalues|foranyvalue):)?(string|numeric|date|arn|ipaddress|notipaddress|bool|binary)(not)?(equals|equalsignorecase|like|lessthan|lessthanequals|greaterthan|greaterthanequals)?(ifexists)?$`)

func (q *slowAsk) condition(operator, key string, values []string, variables bool) (holds, known bool) {
	found := q.key(key)
	list, many := found.([]string)
	if one, ok := found.(string); ok {
		list = []string{one}
	}
	empty := found == nil || many && (len(list) == 0 || len(list) == 1 && list[0] == "")
	if strings.EqualFold(operator, "Null") {
		return slices.ContainsFunc(values, func(v string) bool {
			return strings.EqualFold(v, map[bool]string{true: "true", false: "false"}[empty])
		}), true
	}
	parts := slowOperator.FindStringSubmatch(strings.ToLower(operator))
	if parts == nil {
		return false, false
	}
	set, family, not, how, ifExists := parts[1], parts[2], parts[3] != "" || parts[2] == "notipaddress", parts[4],
		parts[5] != ""
	one := func(v string) bool {
		return not != slices.ContainsFunc(values,
			func(p string) bool { return q.compareOne(family, how, p, v, variables) })
	}
	switch {
	case set == "forallvalues":
		return empty || !slices.ContainsFunc(list, func(v string) bool { return !one(v) }), true
	case set == "foranyvalue" && found == nil:
		return ifExists, true
	case set == "foranyvalue":
		return !empty && slices.ContainsFunc(list, one), true
	case found == nil:
		return not || ifExists, true
	case many:
		return false, true
	}
	return one(list[0]), true
}

// compareOne is one value of the policy against one of the request.
func (q *slowAsk) compareOne(family, how, policy, value string, variables bool) bool {
	pattern := slowPattern(policy)
	if variables && (family == "string" || family == "arn" || family == "bool") {
		var ok bool
		if pattern, ok = q.replace(policy); !ok {
			return false
		}
	}
	text, quoted := slowTexts(pattern)
	switch family {
	case "string":
		switch how {
		case "equals":
			return text == value
		case "equalsignorecase":
			return strings.EqualFold(text, value)
		}
		return regexp.MustCompile(`(?s)^` + quoted + `$`).MatchString(value)
	case "arn":
		wanted, given := strings.SplitN(quoted, ":", 6), strings.SplitN(value, ":", 6)
		if len(wanted) < 6 || len(given) < 6 || given[0] != "arn" {
			return false
		}
		return !slices.ContainsFunc([]int{0, 1, 2, 3, 4, 5}, func(i int) bool {
			return !regexp.MustCompile(`(?s)^` + wanted[i] + `$`).MatchString(given[i])
		})
	case "bool":
		return regexp.MustCompile(`(?i)^(true|false)$`).MatchString(text) && strings.EqualFold(text, value)
	case "binary":
		a, errA := base64.StdEncoding.DecodeString(policy)
		b, errB := base64.StdEncoding.DecodeString(value)
		return errA == nil && errB == nil && bytes.Equal(a, b)
	case "numeric":
		return slowOrder(how, slowNumber(value), slowNumber(policy))
	case "date":
		return slowOrder(how, slowDate(value), slowDate(policy))
	}
	return slowAddress(policy, value)
}

// slowTexts is a pattern as literal text and as a regular expression.
func slowTexts(p []slowRune) (text, quoted string) {
	for _, r := range p {
		switch r.wild {
		case '*':
			text, quoted = text+"*", quoted+".*"
		case '?':
			text, quoted = text+"?", quoted+"."
		default:
			text, quoted = text+string(r.char), quoted+regexp.QuoteMeta(string(r.char))
		}
	}
	return text, quoted
}

func slowNumber(s string) *big.Rat {
	if !regexp.MustCompile(`^[+-]?\d+(\.\d+)?$`).MatchString(s) {
		return nil
	}
	n, _ := new(big.Rat).SetString(s)
	return n
}

func slowDate(s string) *big.Rat {
	if regexp.MustCompile(`^\d+$`).MatchString(s) {
		return slowNumber(s)
	}
	if !regexp.MustCompile(`^\d{4}-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?$`).MatchString(s) {
		return nil
	}
	for _, layout := range []string{
		"2006-01", "2006-01-02", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04",
		"2006-01-02T15:04:05",
	} {
		if at, err := time.Parse(layout, s); err == nil {
			n := new(big.Rat).SetInt64(at.Unix())
			return n.Add(n, big.NewRat(int64(at.Nanosecond()), 1e9))
		}
	}
	return nil
}

func slowOrder(how string, value, policy *big.Rat) bool {
	if value == nil || policy == nil {
		return false
	}
	order := value.Cmp(policy)
	return map[string]bool{
		"equals": order == 0, "lessthan": order < 0, "lessthanequals": order <= 0,
		"greaterthan": order > 0, "greaterthanequals": order >= 0,
	}[how]
}

func slowAddress(policy, value string) bool {
	address := net.ParseIP(value)
	if address == nil {
		return false
	}
	if other := net.ParseIP(policy); other != nil {
		return other.Equal(address)
	}
	_, network, err := net.ParseCIDR(policy)
	return err == nil && (network.IP.To4() == nil) == (address.To4() == nil) && network.Contains(address)
}
