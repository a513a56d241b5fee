package policy

import (
	"bytes"
	"encoding/base64"
	"math/big"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
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

var slowOperator = regexp.MustCompile(`^(?:(forallvalues|foranyvalue):)?(string|numeric|date|arn|ipaddress|notipaddress|bool|binary)(not)?(equals|equalsignorecase|like|lessthan|lessthanequals|greaterthan|greaterthanequals)?(ifexists)?$`)

// slowOperators keeps what slowOperator says of a name.
var slowOperators sync.Map

func slowOperatorParts(operator string) []string {
	if parts, ok := slowOperators.Load(operator); ok {
		return parts.([]string)
	}
	parts := slowOperator.FindStringSubmatch(strings.ToLower(operator))
	known := func(name string) bool { return strings.EqualFold(name, parts[2]+parts[3]+parts[4]) }
	if parts != nil && !slices.ContainsFunc(positives, known) && !slices.ContainsFunc(negatives, known) {
		parts = nil // as BoolNot
	}
	slowOperators.Store(operator, parts)
	return parts
}

func (q *slowAsk) condition(operator, key string, values []string, variables bool) (holds, known bool) {
	holds, known = q.operator(operator, key, values, variables)
	if known {
		q.seen.row(operator, holds)
	} else {
		q.seen.row("no operator", true)
	}
	return holds, known
}

func (q *slowAsk) operator(operator, key string, values []string, variables bool) (holds, known bool) {
	found := q.key(key)
	list, many := found.([]string)
	if one, ok := found.(string); ok {
		list = []string{one}
	}
	q.seen.row("key with a list", many)
	q.seen.row("key absent", found == nil)
	empty := found == nil || many && (len(list) == 0 || len(list) == 1 && list[0] == "")
	if strings.EqualFold(operator, "Null") {
		want := "false"
		if empty {
			want = "true"
		}
		return slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, want) }), true
	}
	parts := slowOperatorParts(operator)
	if parts == nil {
		return false, false
	}
	set, family, how := parts[1], parts[2], parts[4]
	not, ifExists := parts[3] != "" || family == "notipaddress", parts[5] != ""
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
	switch family {
	case "string":
		switch how {
		case "equals":
			return slowText(pattern) == value
		case "equalsignorecase":
			return strings.EqualFold(slowText(pattern), value)
		}
		return slowWalk(pattern, value, nil)
	case "arn":
		wanted, given := slowCut(pattern), strings.SplitN(value, ":", 6)
		if len(wanted) < 6 || len(given) < 6 || given[0] != "arn" {
			return false
		}
		return !slices.ContainsFunc([]int{0, 1, 2, 3, 4, 5}, func(i int) bool {
			return !slowWalk(wanted[i], given[i], nil)
		})
	case "bool":
		text := slowText(pattern)
		return slowBool.MatchString(text) && strings.EqualFold(text, value)
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

// slowText is a pattern whose wildcards are characters.
func slowText(p []slowRune) string {
	var b strings.Builder
	for _, r := range p {
		if r.wild != 0 {
			r.char = rune(r.wild)
		}
		b.WriteRune(r.char)
	}
	return b.String()
}

// slowCut is a pattern cut at its first five colons.
func slowCut(p []slowRune) (parts [][]slowRune) {
	for len(parts) < 5 {
		colon := slices.Index(p, slowRune{char: ':'})
		if colon < 0 {
			break
		}
		parts, p = append(parts, p[:colon]), p[colon+1:]
	}
	return append(parts, p)
}

var (
	slowBool    = regexp.MustCompile(`(?i)^(true|false)$`)
	slowDecimal = regexp.MustCompile(`^[+-]?\d+(\.\d+)?$`)
	slowSeconds = regexp.MustCompile(`^\d+$`)
	slowISO     = regexp.MustCompile(`^(\d{4}-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d)?)?)?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?$`)
)

func slowNumber(s string) *big.Rat {
	if !slowDecimal.MatchString(s) {
		return nil
	}
	n, _ := new(big.Rat).SetString(s)
	return n
}

func slowDate(s string) *big.Rat {
	if slowSeconds.MatchString(s) {
		if n := slowNumber(s); n.Num().IsInt64() {
			return n
		}
		return nil // no clock comes to it
	}
	found := slowISO.FindStringSubmatch(s)
	if found == nil {
		return nil
	}
	day, fraction, zone := found[1], found[2], found[3]
	timed := strings.Contains(day, "T")
	if zone != "" && !timed || fraction != "" && len(day) != len("2006-01-02T15:04:05") {
		return nil
	}
	if zone == "" {
		zone = "Z"
	}
	for _, layout := range []string{"2006-01", "2006-01-02", "2006-01-02T15:04", "2006-01-02T15:04:05"} {
		at, err := time.Parse(layout+"Z07:00", day+zone)
		if err != nil {
			continue
		}
		n := new(big.Rat).SetInt64(at.Unix())
		if fraction != "" {
			n.Add(n, slowNumber("0."+fraction))
		}
		return n
	}
	return nil
}

func slowOrder(how string, value, policy *big.Rat) bool {
	if value == nil || policy == nil {
		return false
	}
	order := value.Cmp(policy)
	switch how {
	case "equals":
		return order == 0
	case "lessthan":
		return order < 0
	case "lessthanequals":
		return order <= 0
	case "greaterthan":
		return order > 0
	}
	return order >= 0
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
