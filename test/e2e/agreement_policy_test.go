package e2e

import (
	"encoding/json"
	"math/rand/v2"
)

// The policies of TestAgreement: random ones about the things that it asks for, of
// all elements that such policies have and of the keys that its calls set.

func choose[T any](random *rand.Rand, from ...T) T { return from[random.IntN(len(from))] }

// document has so many statements at most.
func (w *agreementWorker) document(most int) string {
	list := []map[string]any{w.statement()}
	for range w.random.IntN(most) {
		list = append(list, w.statement())
	}
	return written(list)
}

// limit is a policy as one limits others with: it allows much, or denies some.
func (w *agreementWorker) limit() string {
	wide := map[string]any{"Effect": "Allow", "Action": choose(w.random, "*", "iam:*", "iam:List*", "iam:*User*"), "Resource": "*"}
	other := w.statement()
	other["Effect"] = choose(w.random, "Allow", "Deny")
	return written([]map[string]any{wide, other})
}

func written(statements []map[string]any) string {
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": statements})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func (w *agreementWorker) statement() map[string]any {
	s := map[string]any{"Effect": choose(w.random, "Allow", "Allow", "Allow", "Allow", "Deny")}
	s[choose(w.random, "Action", "Action", "Action", "Action", "NotAction")] = w.several(func() string {
		return choose(w.random, "*", "iam:*", "iam:Get*", "IAM:list*", "iam:List*Policies", "iam:GetUser", "iam:GetRole",
			"iam:?et*", "iam:*User*", "iam:TagUser", "iam:ListUsers", "*:Get*", "iam:*Tags", "s3:*", "iam:GetPolicy",
			"iam:List*s", "iam:GetAccountSummary")
	})
	s[choose(w.random, "Resource", "Resource", "Resource", "Resource", "NotResource")] = w.several(func() string {
		return choose(w.random, "*", "*", w.arn("*"), w.arn("user/*"), w.arn("user/alpha"), w.arn("user/alpha*"), w.arn("user/eng/*"),
			w.arn("user/eng/ops/gamma"), w.arn("role/*"), w.arn("role/svc/delta"), w.arn("policy/eng/*"), w.arn("group/*"),
			w.arn("user/"), w.arn("user/${aws:PrincipalTag/Team, 'eng'}/*"), w.arn("user/${aws:username}"), "arn:aws:iam::*:user/?*a",
			"arn:aws:iam", w.arn("user/eng/${aws:PrincipalTag/none, 'ops'}/*"), "arn:aws:s3:::*", w.arn("user/e${*}"), w.arn("user/*/${aws:PrincipalTag/none, 'ga'}*"), "arn:aws:iam:*")
	})
	if w.random.IntN(2) == 0 {
		s["Condition"] = w.condition()
	}
	return s
}

func (w *agreementWorker) several(make func() string) any {
	list := []string{make()}
	for range w.random.IntN(3) {
		list = append(list, make())
	}
	if len(list) == 1 && w.random.IntN(2) == 0 {
		return list[0]
	}
	return list
}

// condition is of one operator or two, and keys with values that may fit.
func (w *agreementWorker) condition() map[string]any {
	c := map[string]any{}
	for range 1 + w.random.IntN(2) {
		suffix := choose(w.random, "", "", "IfExists")
		switch w.random.IntN(9) {
		case 0, 1:
			operator := choose(w.random, "StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase",
				"StringNotEqualsIgnoreCase")
			c[operator+suffix] = map[string]any{
				choose(w.random, "aws:ResourceTag/Team", "iam:ResourceTag/team", "aws:PrincipalTag/Team", "aws:RequestTag/Team"): w.several(func() string {
					return choose(w.random, "red", "blue", "RED", "r*", "${aws:PrincipalTag/Team}", "${aws:ResourceTag/Team, 'red'}", "r?d")
				}),
			}
		case 2:
			c[choose(w.random, "StringEquals", "StringLike", "StringNotLike")+suffix] = map[string]any{
				choose(w.random, "aws:username", "aws:UserAgent", "aws:PrincipalType"): w.several(func() string {
					return choose(w.random, w.user, "caller*", "probe/1", "probe/?", "User", "Assumed*", "x")
				}),
			}
		case 3:
			c[choose(w.random, "NumericEquals", "NumericLessThan", "NumericGreaterThanEquals", "NumericNotEquals")+suffix] = map[string]any{
				choose(w.random, "aws:PrincipalTag/level", "aws:ResourceTag/cost"): choose[any](w.random, 7, "10.0", "6.5", []string{"7", "11"}, -1),
			}
		case 4:
			c[choose(w.random, "DateGreaterThan", "DateLessThan", "DateLessThanEquals", "DateNotEquals")+suffix] = map[string]any{
				choose(w.random, "aws:CurrentTime", "aws:EpochTime", "aws:TokenIssueTime"): choose(w.random, "2020-01-01", "2100-01-01T00:00:00Z", "1600000000"),
			}
		case 5:
			c[choose(w.random, "IpAddress", "NotIpAddress")+suffix] = map[string]any{
				"aws:SourceIp": choose(w.random, "127.0.0.0/8", "203.0.113.0/24", "127.0.0.1", "::/0"),
			}
		case 6:
			c[choose(w.random, "ArnLike", "ArnNotLike", "ArnEquals")+suffix] = map[string]any{
				"aws:PrincipalArn": choose(w.random, "arn:aws:iam::*:user/*", w.arn("role/svc/"+w.role), w.arn("user/eng/"+w.user), "arn:*:iam::*:role/*"),
			}
		case 7:
			c[choose(w.random, "ForAllValues:", "ForAnyValue:")+choose(w.random, "StringEquals", "StringNotEquals", "StringLike")+suffix] = map[string]any{
				choose(w.random, "aws:TagKeys", "aws:PrincipalTag/Team"): w.several(func() string { return choose(w.random, "Team", "cost", "red", "T*") }),
			}
		default:
			if w.random.IntN(2) == 0 {
				c["Bool"+suffix] = map[string]any{
					choose(w.random, "aws:SecureTransport", "aws:MultiFactorAuthPresent", "aws:ViaAWSService"): choose[any](w.random, "true", false, "false"),
				}
				continue
			}
			c["Null"] = map[string]any{
				choose(w.random, "aws:TokenIssueTime", "aws:username", "aws:ResourceTag/Team", "aws:TagKeys", "aws:MultiFactorAuthPresent", "aws:UserAgent"): choose(w.random, "true", "false"),
			}
		}
	}
	return c
}
