package validate

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/x/services"
)

// condition is one key under one operator.
type condition struct {
	operator operator
	at       *spot                 // the values, whose member's name is the key
	name     string                // of the key, in lower case
	key      services.ConditionKey // Name "" where the tables have no such key
	global   bool                  // the key is one that every service may have
	values   []*spot
}

// conditionBlock reads the Condition: operators, keys and values (G-08).
func (v *validator) conditionBlock(s *statement) {
	if s.condition == nil || !v.expect(s.condition, policy.JSONObject, "an object") {
		return
	}
	members := s.condition.node.Members()
	if len(members) == 0 {
		v.report("EMPTY_OBJECT_CONDITION", "The Condition is empty, so it always holds. Fill it, or remove it.", s.condition)
	}
	for i := range members {
		v.operatorBlock(s, s.condition.member(&members[i]))
	}
	nullChecked := s.nullChecked()
	for i := range s.conditions {
		v.condition(s, &s.conditions[i], nullChecked)
	}
}

func (v *validator) operatorBlock(s *statement, block *spot) {
	if !v.expect(block, policy.JSONObject, "an object of keys and values") {
		return
	}
	o, ok := readOperator(block.name)
	if !ok {
		v.report("INVALID_CONDITION_OPERATOR", fmt.Sprintf("There is no condition operator %q%s", clip(block.name), v.didYouMean(block.name, slices.Values(spellings()))), block.asKey())
		return
	}
	v.operatorForm(block, o)
	members := block.node.Members()
	if len(members) == 0 {
		v.report("EMPTY_OBJECT_CONDITION", "No key stands under the operator, so it always holds. Fill it, or remove it.", block)
	}
	seen := make(map[string]*spot, len(members))
	for i := range members {
		c := condition{operator: o, at: block.member(&members[i])}
		c.name = strings.ToLower(c.at.name)
		if first := seen[c.name]; first != nil {
			v.report("DUPLICATE_KEYS_WITH_DIFFERENT_CASE", fmt.Sprintf("The key %q stands here twice, and case makes no difference to keys. Put the values into one list.", clip(c.at.name)), c.at.asKey(), first.asKey())
			continue
		}
		seen[c.name] = c.at
		c.values = c.at.items()
		s.conditions = append(s.conditions, c)
	}
}

func (v *validator) operatorForm(block *spot, o operator) {
	switch {
	case o.family == familyNull && o.ifExists:
		v.report("NULL_WITH_IF_EXISTS", "Null asks whether there is a key, so it has no IfExists. Write \"Null\".", block.asKey())
	case o.family == familyNull && o.qualifier != "":
		v.report("NULL_WITH_QUALIFIER", "Null asks whether there is a key, whatever number of values it has, and saving refuses it with "+o.qualifier+". Write \"Null\".", block.asKey())
	case o.name != block.name:
		v.report("GATEHOUSE_CONDITION_OPERATOR_CASE", fmt.Sprintf("Not every service takes an operator in other case than AWS's. Write %q.", o.name), block.asKey())
	}
}

// condition checks a key, and its values by the operator.
func (v *validator) condition(s *statement, c *condition, nullChecked map[string]bool) {
	v.conditionKey(c)
	if c.key.Name != "" {
		v.quantity(c)
		v.typeOfKey(s, c)
	}
	if s.allows && c.operator.qualifier == "ForAllValues" && c.operator.family != familyNull && !nullChecked[c.name] {
		v.report("GATEHOUSE_FORALLVALUES_WITHOUT_NULL_CHECK", fmt.Sprintf("ForAllValues holds too when the request has no %s (C-06). Add \"Null\": {%q: \"false\"} to allow only requests that have it.", clip(c.at.name), clip(c.at.name)), c.at.asKey())
	}
	v.values(c)
}

// nullChecked are the keys that have to be present: "Null": {key: "false"}.
func (s *statement) nullChecked() map[string]bool {
	keys := map[string]bool{}
	for _, c := range s.conditions {
		if c.operator.family == familyNull && len(c.values) == 1 && strings.EqualFold(c.values[0].text(), "false") {
			keys[c.name] = true
		}
	}
	return keys
}

// conditionKey finds the key in the tables.
func (v *validator) conditionKey(c *condition) {
	name := c.at.name
	prefix, rest, ok := strings.Cut(c.name, ":")
	switch {
	case !ok || prefix == "" || rest == "":
		v.report("INVALID_CONDITION_KEY_FORMAT", fmt.Sprintf("%q is no condition key: a key is a prefix, a colon and a name, as in aws:SourceIp.", clip(name)), c.at.asKey())
	case slices.Contains([]string{"aws:requesttag", "aws:resourcetag", "aws:principaltag"}, strings.TrimSuffix(c.name, "/")):
		v.report("MISSING_TAG_KEY_IN_CONDITION", fmt.Sprintf("The key does not say which tag. Write %s/ and the tag's key.", strings.TrimSuffix(clip(name), "/")), c.at.asKey())
	case prefix == "aws":
		v.globalKey(c)
	default:
		v.serviceKey(c, prefix)
	}
}

func (v *validator) globalKey(c *condition) {
	key, ok := globalKey(c.name)
	switch {
	case ok:
		c.key, c.global = key, true
	case c.name == "aws:arn":
		v.report("UNSUPPORTED_GLOBAL_CONDITION_KEY", "aws:ARN is no longer in requests. Use aws:PrincipalArn for the caller, or aws:SourceArn for the resource that a service acts for.", c.at.asKey())
	default:
		v.report("INVALID_GLOBAL_CONDITION_KEY", fmt.Sprintf("There is no global condition key %q%s", clip(c.at.name), v.didYouMean(c.at.name, services.GlobalConditionKeys())), c.at.asKey())
	}
}

// serviceKey is a key of a service, or a claim of a provider's token: of those
// AWS documents the ones of providers that it knows by name.
func (v *validator) serviceKey(c *condition, prefix string) {
	key, ok := globalKey(c.name) // ec2:SourceInstanceArn and its kind
	if c.global = ok; !ok {
		key, ok = services.FindConditionKey(c.name)
	}
	service, _ := services.Service(prefix)
	switch {
	case ok:
		c.key = key
	case strings.Contains(prefix, "."):
	case !services.HasConditionKeys(prefix):
		v.report("INVALID_SERVICE", fmt.Sprintf("There is no service %q to have a condition key%s", clip(prefix), v.didYouMean(prefix, services.ServicePrefixes())), c.at.asKey())
	default:
		v.report("INVALID_SERVICE_CONDITION_KEY", fmt.Sprintf("%s has no condition key %q%s", prefix, clip(c.at.name), v.didYouMean(c.at.name, keysOf(service))), c.at.asKey())
	}
}

func keysOf(s *services.ServiceTable) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := 0; s != nil && i < len(s.ConditionKeys); i++ {
			if !yield(s.ConditionKeys[i].Name) {
				return
			}
		}
	}
}

// many says whether the key has a list of values (C-08).
func (c *condition) many() bool { return strings.HasPrefix(c.key.Type, "ArrayOf") }

// quantity is C-08 and C-09: set operators are for keys with a list of values.
func (v *validator) quantity(c *condition) {
	o := c.operator
	switch {
	case o.family == familyNull:
	case c.many() && o.qualifier == "":
		v.report("MISSING_QUALIFIER", fmt.Sprintf("%s has a list of values, with which %s never holds. Write ForAnyValue:%s, or ForAllValues:%s.", c.key.Name, o.name, o.name, o.name), c.at.asKey())
	case c.many():
	case o.qualifier == "ForAllValues":
		v.report("FORALLVALUES_WITH_SINGLE_VALUED_KEY", fmt.Sprintf("%s has one value, and ForAllValues holds too when the request has none. Remove the prefix ForAllValues.", c.key.Name), c.at.asKey())
	case o.qualifier == "ForAnyValue":
		v.report("GATEHOUSE_FORANYVALUE_WITH_SINGLE_VALUED_KEY", fmt.Sprintf("%s has one value. Remove the prefix ForAnyValue.", c.key.Name), c.at.asKey())
	}
}

// typeOfKey compares the operator's family with the key's type.
func (v *validator) typeOfKey(s *statement, c *condition) {
	o := c.operator
	if !o.family.comparesKey(c.key.Type) {
		v.report("TYPE_MISMATCH", fmt.Sprintf("%s is of the type %s, and %s compares %s. Use an operator of the key's type.", c.key.Name, strings.TrimPrefix(c.key.Type, "ArrayOf"), o.name, o.family), c.at.asKey())
	}
	if s.allows && o.base == "StringLike" && strings.TrimPrefix(c.key.Type, "ArrayOf") == "ARN" {
		v.report("STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS", fmt.Sprintf("A wildcard of StringLike runs over the parts of an ARN, so more of them match than it seems. Compare %s with ArnLike.", c.key.Name), c.at.asKey())
	}
}
