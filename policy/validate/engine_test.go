package validate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// The findings make claims about what a document does. Here they are held
// against the engine that decides by it.

const ana = "arn:aws:iam::111122223333:user/ana"

// decides says whether an identity policy allows ana an action on a resource
// with these condition keys.
func decides(t *testing.T, text, action, resource string, context map[string]any) policy.Outcome {
	t.Helper()
	p, err := policy.Compile(policy.Identity, "p", text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	keys, err := policy.ContextOf(context)
	if err != nil {
		t.Fatal(err)
	}
	request := policy.Request{
		Principal: &policy.Principal{
			Kind:      policy.User,
			Account:   "111122223333",
			ARN:       ana,
			EntityARN: ana,
		},
		Action:   action,
		Resource: resource,
		Context:  keys,
	}
	return policy.Decide(&request, &policy.Set{Identity: []*policy.Policy{p}}).Outcome
}

// allowsWhen says whether a condition holds: it alone decides.
func allowsWhen(t *testing.T, condition string, context map[string]any) bool {
	t.Helper()
	text := of(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":` + condition + `}`)
	return decides(t, text, "s3:GetObject", "arn:aws:s3:::b/k", context) == policy.Allowed
}

// detailsOf are those of the first finding of a code on a condition.
func detailsOf(t *testing.T, code, condition string) string {
	t.Helper()
	text := of(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":` + condition + `}`)
	found := Policy(policy.Identity, text, Options{})
	i := slices.IndexFunc(found, func(f Finding) bool { return f.Code == code })
	if i < 0 {
		t.Fatalf("no %s on %s, only %s", code, condition, codesOf(found))
	}
	return found[i].Details
}

// list writes texts as a JSON list.
func list(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = fmt.Sprintf("%q", text)
	}
	return "[" + strings.Join(quoted, ",") + "]"
}

// some random entries out of a choice, perhaps one of them twice.
func choose(random *rand.Rand, from []string) []string {
	chosen := make([]string, 2+random.IntN(3))
	for i := range chosen {
		chosen[i] = from[random.IntN(len(from))]
	}
	return chosen
}

// without is the list without the entries that the findings of a code are at.
func without(entries []string, found []Finding, code string) []string {
	redundant := map[int]bool{}
	for _, f := range found {
		if f.Code != code {
			continue
		}
		for _, l := range f.Locations {
			redundant[l.Path[len(l.Path)-1].Index] = true
		}
	}
	var left []string
	for i, e := range entries {
		if !redundant[i] {
			left = append(left, e)
		}
	}
	return left
}

func TestRedundantActionsCanGo(t *testing.T) {
	entries := []string{
		"s3:*", "s3:Get*", "s3:GetObject", "s3:getobject", "s3:*Object", "s3:Get?bject",
		"s3:G*t*", "*:GetObject", "*:Get*", "iam:*", "iam:GetUser", "s3:GetObject*", "*",
	}
	asked := []string{"s3:GetObject", "s3:PutObject", "s3:GetObjectAcl", "iam:GetUser", "iam:CreateUser", "sqs:SendMessage"}
	random := rand.New(rand.NewPCG(7, 8))
	removed := 0
	for range 1000 {
		actions := choose(random, entries)
		text := func(actions []string) string {
			return of(`{"Effect":"Allow","Action":` + list(actions) + `,"Resource":"*"}`)
		}
		left := without(actions, Policy(policy.Identity, text(actions), Options{}), "REDUNDANT_ACTION")
		removed += len(actions) - len(left)
		for _, action := range asked {
			before := decides(t, text(actions), action, "*", nil)
			after := decides(t, text(left), action, "*", nil)
			if before != after {
				t.Fatalf("%q without what is redundant is %q: %s was %v and is %v", actions, left, action, before, after)
			}
		}
	}
	if removed < 500 {
		t.Errorf("only %d entries were redundant", removed)
	}
}

func TestRedundantResourcesCanGo(t *testing.T) {
	entries := []string{
		"*", "arn:aws:s3:::*", "arn:aws:s3:::b*", "arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws:s3:::b/k",
		"arn:*:s3:::b/?", "arn:aws:s3:::b/k*", "arn:aws:sqs:*:111122223333:b", "arn:aws:sqs:eu-west-1:*:b",
		"arn:aws:sqs:eu-*:111122223333:*", "arn:aws:sqs:eu-west-1:111122223333:b", "arn:aws:s3:::b/${aws:username}",
		"arn:aws:s3:::b/${aws:username}*",
	}
	asked := []string{
		"arn:aws:s3:::b", "arn:aws:s3:::b/k", "arn:aws:s3:::b/k:l/m", "arn:aws:s3:::c", "arn:aws:s3:::b/ana",
		"arn:aws:sqs:eu-west-1:111122223333:b", "arn:aws:sqs:eu-west-1:111122223333:c", "arn:aws:sqs:us-east-1:111122223333:b", "*",
	}
	random := rand.New(rand.NewPCG(9, 10))
	removed := 0
	for range 1000 {
		resources := choose(random, entries)
		text := func(resources []string) string {
			return of(`{"Effect":"Allow","Action":"*","Resource":` + list(resources) + `}`)
		}
		left := without(resources, Policy(policy.Identity, text(resources), Options{}), "REDUNDANT_RESOURCE")
		removed += len(resources) - len(left)
		for _, resource := range asked {
			context := map[string]any{"aws:username": "ana"}
			before := decides(t, text(resources), "s3:GetObject", resource, context)
			after := decides(t, text(left), "s3:GetObject", resource, context)
			if before != after {
				t.Fatalf("%q without what is redundant is %q: %s was %v and is %v", resources, left, resource, before, after)
			}
		}
	}
	if removed < 500 {
		t.Errorf("only %d entries were redundant", removed)
	}
}

// Only the bound that the finding keeps counts.
func TestRedundantNumbersCanGo(t *testing.T) {
	operators := []string{
		"NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals",
	}
	for _, operator := range operators {
		bounds := []string{"10", "-5", "7.5", "100"}
		condition := func(values string) string {
			return `{"` + operator + `":{"aws:MultiFactorAuthAge":` + values + `}}`
		}
		details := detailsOf(t, "REDUNDANT_CONDITION_VALUE_NUM", condition(list(bounds)))
		_, kept, _ := strings.Cut(strings.TrimSuffix(details, "."), "Keep ")
		if !slices.Contains(bounds, kept) {
			t.Fatalf("%s keeps %q", operator, kept)
		}
		for _, age := range []string{"-6", "-5", "0", "7.5", "10", "99", "100", "101"} {
			context := map[string]any{"aws:MultiFactorAuthAge": age}
			all := allowsWhen(t, condition(list(bounds)), context)
			one := allowsWhen(t, condition(list([]string{kept})), context)
			if all != one {
				t.Errorf("%s of %s: %v with all bounds, %v with %s", operator, age, all, one, kept)
			}
		}
	}
}

// What a finding says of an empty list is what the engine makes of it.
func TestWhatAnEmptyListDoes(t *testing.T) {
	tests := []struct {
		operator, key           string
		absent, present, nobody bool // holds without the key, with a value, with an empty list
		says                    string
	}{
		{"StringEquals", "aws:username", false, false, false, "never holds"},
		{"StringNotEquals", "aws:username", true, true, true, "always holds"},
		{"StringEqualsIfExists", "aws:username", true, false, false, "holds when the request has no such key"},
		{"StringNotEqualsIfExists", "aws:username", true, true, true, "always holds"},
		{"NumericLessThan", "aws:username", false, false, false, "never holds"},
		{"ForAllValues:StringEquals", "aws:TagKeys", true, false, true, "holds when the request has no such key"},
		{"ForAllValues:StringNotEquals", "aws:TagKeys", true, true, true, "always holds"},
		{"ForAnyValue:StringEquals", "aws:TagKeys", false, false, false, "never holds"},
		{"ForAnyValue:StringNotEquals", "aws:TagKeys", false, true, false, "holds whenever the key has a value"},
	}
	for _, tt := range tests {
		t.Run(tt.operator, func(t *testing.T) {
			condition := `{"` + tt.operator + `":{"` + tt.key + `":[]}}`
			if details := detailsOf(t, "GATEHOUSE_EMPTY_CONDITION_VALUES", condition); !strings.Contains(details, tt.says) {
				t.Errorf("the finding says: %s", details)
			}
			var value any = "ana"
			if tt.key == "aws:TagKeys" {
				value = []string{"team"}
			}
			if got := allowsWhen(t, condition, nil); got != tt.absent {
				t.Errorf("without the key: %v", got)
			}
			if got := allowsWhen(t, condition, map[string]any{tt.key: value}); got != tt.present {
				t.Errorf("with a value: %v", got)
			}
			if tt.key != "aws:TagKeys" {
				return
			}
			if got := allowsWhen(t, condition, map[string]any{tt.key: []string{}}); got != tt.nobody {
				t.Errorf("with an empty list: %v", got)
			}
		})
	}
}

// C-08: without a set operator a key with a list never holds, and with one of
// those that the finding names it does.
func TestMissingQualifierNeverHolds(t *testing.T) {
	context := map[string]any{"aws:TagKeys": []string{"team"}}
	for _, operator := range []string{"StringEquals", "StringLike", "StringEqualsIgnoreCase", "StringNotEquals"} {
		condition := `{"` + operator + `":{"aws:TagKeys":"team"}}`
		if details := detailsOf(t, "MISSING_QUALIFIER", condition); !strings.Contains(details, "never holds") {
			t.Errorf("%s: %s", operator, details)
		}
		if allowsWhen(t, condition, context) {
			t.Errorf("%s holds with a list", operator)
		}
	}
	for _, operator := range []string{"ForAnyValue:StringEquals", "ForAllValues:StringEquals"} {
		condition := `{"` + operator + `":{"aws:TagKeys":"team"}}`
		if !allowsWhen(t, condition, context) {
			t.Errorf("%s does not hold with a list", operator)
		}
	}
}

// C-20: ForAllValues is open without the key, and the check that the finding
// asks for closes it.
func TestForAllValuesIsOpen(t *testing.T) {
	const open = `{"ForAllValues:StringEquals":{"aws:TagKeys":["team"]}}`
	detailsOf(t, "GATEHOUSE_FORALLVALUES_WITHOUT_NULL_CHECK", open)
	const closed = `{"ForAllValues:StringEquals":{"aws:TagKeys":["team"]},"Null":{"aws:TagKeys":"false"}}`
	tests := []struct {
		name         string
		context      map[string]any
		open, closed bool
	}{
		{"no key", nil, true, false},
		{"no value", map[string]any{"aws:TagKeys": []string{}}, true, false},
		{"the value", map[string]any{"aws:TagKeys": []string{"team"}}, true, true},
		{"another value", map[string]any{"aws:TagKeys": []string{"team", "cost"}}, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := allowsWhen(t, open, tt.context); got != tt.open {
				t.Errorf("without the check: %v", got)
			}
			if got := allowsWhen(t, closed, tt.context); got != tt.closed {
				t.Errorf("with the check: %v", got)
			}
		})
	}
}

// A value that is called of the wrong type holds with no value of the request.
func TestMismatchedValuesMatchNothing(t *testing.T) {
	tests := []struct {
		code, operator, value string
		asked                 []string
	}{
		{"TYPE_MISMATCH_NUMBER", "NumericEquals", "1h", []string{"1", "3600", "1h"}},
		{"TYPE_MISMATCH_NUMBER", "NumericLessThan", "", []string{"0", "-1"}},
		{"TYPE_MISMATCH_BOOLEAN", "Bool", "yes", []string{"true", "false", "yes"}},
		{"TYPE_MISMATCH_IP_RANGE", "IpAddress", "203.0.113.*", []string{"203.0.113.1", "203.0.113.*"}},
		{"TYPE_MISMATCH_IP_RANGE", "IpAddress", "203.0.113.007", []string{"203.0.113.7"}},
		{"TYPE_MISMATCH_STRING", "BinaryEquals", "not base64", []string{"not base64", ""}},
		{"TYPE_MISMATCH_DATE", "DateLessThan", "soon", []string{"2020-01-01", "soon"}},
	}
	for _, tt := range tests {
		t.Run(tt.code+" "+tt.value, func(t *testing.T) {
			condition := `{"` + tt.operator + `":{"aws:username":` + fmt.Sprintf("%q", tt.value) + `}}`
			detailsOf(t, tt.code, condition)
			for _, asked := range tt.asked {
				if allowsWhen(t, condition, map[string]any{"aws:username": asked}) {
					t.Errorf("%q holds with %q", tt.value, asked)
				}
			}
		})
	}
}

// C-10: under StringEquals a star is a character, and the operator that the
// finding names takes it for a wildcard.
func TestWildcardWithoutLike(t *testing.T) {
	const equals = `{"StringEquals":{"aws:username":"a*"}}`
	if details := detailsOf(t, "WILDCARD_WITHOUT_LIKE_OPERATOR", equals); !strings.Contains(details, "Use StringLike ") {
		t.Error(details)
	}
	for _, tt := range []struct {
		name         string
		equals, like bool
	}{
		{"a*", true, true},
		{"ana", false, true},
		{"bob", false, false},
	} {
		context := map[string]any{"aws:username": tt.name}
		if got := allowsWhen(t, equals, context); got != tt.equals {
			t.Errorf("StringEquals and %s: %v", tt.name, got)
		}
		if got := allowsWhen(t, `{"StringLike":{"aws:username":"a*"}}`, context); got != tt.like {
			t.Errorf("StringLike and %s: %v", tt.name, got)
		}
	}
}

// M-11: what a finding calls literal text is that, what it says has never a
// value has none, and a variable without findings is replaced.
func TestFaultyVariables(t *testing.T) {
	tests := []struct {
		text     string
		found    bool
		literal  bool // the text itself is compared
		replaced bool // the user's name is
	}{
		{"${aws:username", true, true, false},
		{"${}", true, true, false},
		{"${ }", true, true, false},
		{"${aws:username, nobody}", true, true, false},
		{"${aws:username,'nobody'}", true, true, false},
		{"${aws:username, 'nobody}", true, true, false},
		{"${aws:user name}", true, false, false},
		{"${aws:username!}", true, false, false},
		{"${aws:nosuchkey}", true, false, false},
		{"${aws:username}", false, false, true},
		{"${AWS:UserName}", false, false, true},
		{"${aws:username, 'nobody'}", false, false, true},
		{"${aws:username, ''}", false, false, true},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			condition := `{"StringEquals":{"aws:PrincipalTag/a":` + fmt.Sprintf("%q", tt.text) + `}}`
			text := of(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":` + condition + `}`)
			if found := Policy(policy.Identity, text, Options{}); (len(found) > 0) != tt.found {
				t.Errorf("got %s", codesOf(found))
			}
			context := func(value string) map[string]any {
				return map[string]any{"aws:username": "ana", "aws:PrincipalTag/a": value}
			}
			if got := allowsWhen(t, condition, context(tt.text)); got != tt.literal {
				t.Errorf("as literal text: %v", got)
			}
			if got := allowsWhen(t, condition, context("ana")); got != tt.replaced {
				t.Errorf("as a variable: %v", got)
			}
		})
	}
}

// The statements that pass any role do, and the fixed ones of the page do not.
func TestPassedRolesArePassed(t *testing.T) {
	const other = "arn:aws:iam::111122223333:role/other"
	const linked = "arn:aws:iam::111122223333:role/aws-service-role/other.amazonaws.com/Other"
	for _, e := range readPage(t) {
		action, role := "iam:PassRole", other
		switch {
		case strings.HasPrefix(e.code, "CREATE_SLR_"):
			action, role = "iam:CreateServiceLinkedRole", linked
		case !strings.HasPrefix(e.code, "PASS_ROLE_"):
			continue
		}
		t.Run(e.code, func(t *testing.T) {
			if got := decides(t, e.bad, action, role, nil); got != policy.Allowed {
				t.Errorf("the bad example decides %v", got)
			}
			if got := decides(t, e.fixed, action, role, nil); got == policy.Allowed {
				t.Errorf("the fixed example decides %v", got)
			}
		})
	}
}

// Allow with NotResource takes in what has nothing to do with it.
func TestAllowWithNotResourceTakesInAll(t *testing.T) {
	text := of(`{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::secret/*"}`)
	if found := Policy(policy.Identity, text, Options{}); !hasCode(found, "GATEHOUSE_ALLOW_WITH_NOT_RESOURCE") {
		t.Errorf("got %s", codesOf(found))
	}
	for resource, want := range map[string]policy.Outcome{
		"*":                     policy.Allowed,
		"arn:aws:s3:::photos/k": policy.Allowed,
		"arn:aws:s3:::secret/k": policy.ImplicitDeny,
	} {
		if got := decides(t, text, "iam:CreateUser", resource, nil); got != want {
			t.Errorf("%s: %v, want %v", resource, got, want)
		}
	}
}

// An action that can be on none of the resources is never allowed on one that
// it is on.
func TestUnsupportedResourcesHaveNoEffect(t *testing.T) {
	tests := []struct{ action, listed, own string }{
		{"s3:GetObject", "arn:aws:dynamodb:*:*:table/*", "arn:aws:s3:::b/k"},
		{"dynamodb:GetItem", "arn:aws:s3:::*", "arn:aws:dynamodb:eu-west-1:111122223333:table/t"},
		{"ec2:DescribeInstances", "arn:aws:ec2:*:*:instance/*", "*"},
		{"iam:GetUser", "arn:aws:iam::*:role/*", "arn:aws:iam::111122223333:user/ana"},
	}
	for _, tt := range tests {
		t.Run(tt.action, func(t *testing.T) {
			text := of(`{"Effect":"Allow","Action":"` + tt.action + `","Resource":"` + tt.listed + `"}`)
			if found := Policy(policy.Identity, text, Options{}); !hasCode(found, "GATEHOUSE_UNSUPPORTED_RESOURCE_FOR_ACTION") {
				t.Errorf("got %s", codesOf(found))
			}
			if got := decides(t, text, tt.action, tt.own, nil); got != policy.ImplicitDeny {
				t.Errorf("decides %v", got)
			}
		})
	}
}

// Statements that are called equal decide alike.
func TestRedundantStatementsCanGo(t *testing.T) {
	first := `{"Effect":"Deny","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::b/*","Condition":{"StringEquals":{"aws:username":["ana","eve"]}}}`
	second := `{"Sid":"Again","Condition":{"StringEquals":{"aws:username":["eve","ana"]}},"Resource":["arn:aws:s3:::b/*"],"Action":["s3:putobject","s3:GetObject","s3:PutObject"],"Effect":"Deny"}`
	allow := `{"Effect":"Allow","Action":"s3:*","Resource":"*"}`
	if found := Policy(policy.Identity, of(allow+","+first+","+second), Options{}); !hasCode(found, "REDUNDANT_STATEMENT") {
		t.Errorf("got %s", codesOf(found))
	}
	for _, action := range []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject"} {
		for _, user := range []string{"ana", "eve", "bob"} {
			context := map[string]any{"aws:username": user}
			one := decides(t, of(allow+","+first), action, "arn:aws:s3:::b/k", context)
			other := decides(t, of(allow+","+second), action, "arn:aws:s3:::b/k", context)
			if one != other {
				t.Errorf("%s by %s: %v and %v", action, user, one, other)
			}
		}
	}
}
