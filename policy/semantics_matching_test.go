package policy

import (
	"strings"
	"testing"
	"time"
)

// on is a case of one Allow: the pattern of its resource, what is asked, and
// whether it is allowed.
func on(pattern any, resource string, allowed bool, context ...m) decisionCase {
	c := decisionCase{name: resource, identity: one(allows("*", pattern)), on: resource, deniedBy: Identity}
	c.owner = accountC // of the account of the tests, whatever the ARN says
	if allowed {
		c.want = Allowed
	}
	if len(context) > 0 {
		c.context = context[0]
	}
	return c
}

func asked(actions any, action string, allowed bool) decisionCase {
	c := decisionCase{name: action, identity: one(allows(actions, "*")), action: action, deniedBy: Identity}
	if allowed {
		c.want = Allowed
	}
	return c
}

var matchingRows = []row{
	{"M-01", cases(
		asked("s3:Get*", "S3:getobject", true), asked("s3:Get*", "s3:PutObject", false),
		asked("s3:GetObject", "s3:GETOBJECT", true),
		asked("s3:GetObject", "s3:GetObjectTagging", false), asked("s3:Get?bject", "s3:GetObject", true),
		asked("s3:Get?bject", "s3:Getbject", false), asked("s3:*Object", "s3:GetObject", true),
		asked("s3:*Object", "s3:Object", true),
		asked("*", "iam:GetUser", true), asked("*:*", "iam:GetUser", true), asked("*:Get*", "iam:GetUser", true),
		asked("*:Get*", "iam:PutUser", false), asked("s3:*", "s3express:Get", false), asked("s3:", "s3:Get", false),
		asked("s3:*", "s3", false), asked("*", "nonsense", true), asked("*:g*", "nonsense", false),
		asked("s3:*", "s3:"+strings.Repeat("Long", 100), true), asked([]string{"iam:*", "s3:G*t"}, "s3:Get", true),
	)},
	{"M-02", cases(
		decisionCase{name: "not listed", identity: one(allows(nil, "*", "NotAction", "iam:*")), want: Allowed},
		decisionCase{name: "listed", identity: one(allows(nil, "*", "NotAction", []string{"s3:Get*", "iam:*"})),
			deniedBy: Identity},
		decisionCase{name: "resource not listed", identity: one(allows("*", nil, "NotResource", "arn:aws:s3:::c/*")),
			want: Allowed},
		decisionCase{name: "resource listed", identity: one(allows("*", nil, "NotResource", "arn:aws:s3:::b/*")),
			deniedBy: Identity},
	)},
	{"M-03", cases(
		on("arn:aws:s3:::b/*", "arn:aws:s3:::b/a:b/c", true), on("arn:aws:s3:::b/*", "arn:aws:s3:::B/x", false),
		on("arn:AWS:s3:::b/*", "arn:aws:s3:::b/x", false),
		on("arn:aws:sqs:*:jobs", "arn:aws:sqs:eu-west-1:111122223333:jobs", true),
		on("arn:aws:sqs:*:jobs", "arn:aws:sqs:eu-west-1:111122223333:jobs2", false),
		on("arn:aws:sqs:*:jobs", "arn:aws:sqs:eu-west-1:111122223333:a:jobs", true),
		on("arn:aws:sqs:e*1:1*3:jobs", "arn:aws:sqs:eu-west-1:111122223333:jobs", true),
		on("arn:aws:sqs:eu*1:jobs", "arn:aws:sqs:eu-west-1:111122221111:jobs", false),
		// a star inside a part stays in it
		on("arn:aws:sqs:eu-west-?:111122223333:jobs", "arn:aws:sqs:eu-west-1:111122223333:jobs", true),
		on("arn:aws:sqs:eu-west-1?111122223333:*:jobs", "arn:aws:sqs:eu-west-1:111122223333:x:jobs", false),
		on("arn:aws:s3:*", "arn:aws:s3:::b/k", true), on("arn:aws:s3:*", "arn:aws:sqs:::b", false),
		on("arn:aws:s3:::b?k", "arn:aws:s3:::b:k", true), on("arn:aws:s3:::b*k", "arn:aws:s3:::b:x/k", true),
		on("arn:aws:sqs:*:x:y*z", "arn:aws:sqs:eu-west-1:111122223333:x:y:z", true),
		on("arn:aws:dynamodb:*:111122223333:table/a*", "arn:aws:dynamodb:eu-west-1:444455556666:table/abc", false),
		on("arn:aws:dynamodb:*:111122223333:table/a*", "arn:aws:dynamodb:eu-west-1:111122223333:table/abc", true),
		on("arn:*", "arn:aws:iam::111122223333:user/ana", true),
		on("arn:aws:*:*:*:a", "arn:aws:sqs:eu:1:b:c:a", true), on("arn:aws:*:*:*:a", "arn:aws:sqs:eu:1:b:c:d", false),
	)},
	{"M-04", cases(
		on("arn:aws:s3:::b", "arn:aws:s3:::b", true), on("arn:aws:s3:::b", "arn:aws:s3:::b/k", false),
		on("arn:aws:s3:::b", "arn:aws:s3:::B", false), on("arn:aws:s3:::b/k", "arn:aws:s3:::b", false),
	)},
	{"M-05", cases(
		on("*", "*", true), on("**", "*", true), on("*", "arn:aws:s3:::b", true), on("**", "arn:aws:s3:::b", true),
		on("arn:*", "*", false), on("arn:aws:s3:::*", "*", false), on("arn:aws:s3:::*", "arn:aws:s3:::*", true),
		on("arn:aws:iam::111122223333:user/*", "arn:aws:iam::111122223333:user/", true),
		decisionCase{name: "excludes nothing", on: "*",
			identity: one(allows("*", nil, "NotResource", "arn:aws:s3:::secret/*")), want: Allowed},
		decisionCase{name: "excludes all", on: "*", identity: one(allows("*", nil, "NotResource", "*")),
			deniedBy: Identity},
	)},
	{"M-06", linearMatching},
	{"M-07", cases(
		on("arn:aws:s3:::${v}/k", "arn:aws:s3:::any/k", false, m{"v": "*"}),
		on("arn:aws:s3:::${v}/k", "arn:aws:s3:::*/k", true, m{"v": "*"}),
		on("arn:aws:s3:::${v}/k", "arn:aws:s3:::a/k", false, m{"v": "?"}),
		on("arn:aws:s3:::${v}/k", "arn:aws:s3:::${w}/k", true, m{"v": "${w}", "w": "x"}),
		on("arn:aws:s3:::b/${v}/*", "arn:aws:s3:::b/ana/x", true, m{"v": "ana"}),
		on("arn:aws:s3:::b/${v}/*", "arn:aws:s3:::b/eve/x", false, m{"v": "ana"}),
		on("arn:aws:sqs:${v}:111122223333:q", "arn:aws:sqs:eu:111122223333:q", false, m{"v": "eu"}),
		on("arn:aws:sqs:*:111122223333:${v}-*", "arn:aws:sqs:eu:111122223333:ana-q", true, m{"v": "ana"}),
		on("arn:aws:sqs:*:111122223333:${v}-*", "arn:aws:sqs:eu:111122223333:eve-q", false, m{"v": "ana"}),
		on("arn:aws:s3:::${v}", "arn:aws:s3:::"+strings.Repeat("x", 600), true, m{"v": strings.Repeat("x", 600)}),
		on("arn:aws:s3:::b/${v}", "arn:aws:s3:::b/\xff", false, m{"v": "\xff"}), // a byte that no text has is no value
		on("arn:aws:s3:::b/${v}", "arn:aws:s3:::b/all", false, m{"v": "\xff"}),
	)},
	{"M-08", cases(
		on("arn:aws:s3:::b/${*}", "arn:aws:s3:::b/*", true), on("arn:aws:s3:::b/${*}", "arn:aws:s3:::b/x", false),
		on("arn:aws:s3:::b/${?}", "arn:aws:s3:::b/?", true),
		on("arn:aws:s3:::b/${$}{v}", "arn:aws:s3:::b/${v}", true, m{"v": "x"}),
		on("arn:aws:s3:::b/${*}*", "arn:aws:s3:::b/*x", true), on("arn:aws:s3:::b/${*}*", "arn:aws:s3:::b/xx", false),
	)},
	{"M-09", cases(
		on("arn:aws:s3:::${AWS:UserName}", "arn:aws:s3:::ana", true, m{"aws:username": "ana"}),
		on("arn:aws:s3:::${v}", "arn:aws:s3:::ana", false, m{"v": []string{"ana"}}),
		on("arn:aws:s3:::${v, 'x'}", "arn:aws:s3:::x", false, m{"v": []string{"ana"}}),
		on("arn:aws:s3:::${v, 'x y'}", "arn:aws:s3:::x y", true),
		on("arn:aws:s3:::${v, 'x'}", "arn:aws:s3:::ana", true, m{"v": "ana"}),
		on("arn:aws:s3:::${v, '*'}", "arn:aws:s3:::x", false), on("arn:aws:s3:::${v, '*'}", "arn:aws:s3:::*", true),
		on("arn:aws:s3:::${v, ''}k", "arn:aws:s3:::k", true),
		on("arn:aws:s3:::${v, 'a}b'}k", "arn:aws:s3:::a}bk", true),
		on("arn:aws:s3:::${aws:PrincipalTag/cost center}", "arn:aws:s3:::a", true,
			m{"aws:principaltag/Cost Center": "a"}),
	)},
	{"M-10", cases(
		on("arn:aws:s3:::b/${v}/*", "arn:aws:s3:::b/x/y", false), on("arn:aws:s3:::b/${v}*", "arn:aws:s3:::b/x", false),
		decisionCase{name: "not resource", identity: one(allows("*", nil, "NotResource", "arn:aws:s3:::b/${v}*")),
			want: Allowed},
		decisionCase{name: "not resource, with a value",
			identity: one(allows("*", nil, "NotResource", "arn:aws:s3:::b/${v}*")), context: m{"v": "k"},
			deniedBy: Identity},
	)},
	{"M-11", cases(
		on("arn:aws:s3:::b/${v", "arn:aws:s3:::b/${v", true, m{"v": "x"}),
		on("arn:aws:s3:::b/${}", "arn:aws:s3:::b/${}", true),
		on("arn:aws:s3:::b/${v,'x'}", "arn:aws:s3:::b/${v,'x'}", true),
		on("arn:aws:s3:::b/${v, x}", "arn:aws:s3:::b/${v, x}", true),
		on("arn:aws:s3:::b/${ v}", "arn:aws:s3:::b/${ v}", true, m{"v": "x"}),
		on("arn:aws:s3:::b/${a${v}", "arn:aws:s3:::b/${ax", true, m{"v": "x"}),
		on("arn:aws:s3:::b/${v, 'x}", "arn:aws:s3:::b/${v, 'x}", true),
		on("arn:aws:s3:::b/$v", "arn:aws:s3:::b/$v", true),
	)},
	{"M-12", cases(
		on("arn:aws:s3:::b/${v, 'x'}", "arn:aws:s3:::b/", true, m{"v": ""}),
		on("arn:aws:s3:::b/${v, 'x'}", "arn:aws:s3:::b/x", false, m{"v": ""}),
	)},
	{"M-13", cases(
		on("arn:aws:iam::111122223333:user/Ana", "arn:aws:iam::111122223333:user/ana", false),
		decisionCase{name: "principal", resourcePolicy: named1(m{"AWS": "arn:aws:iam::111122223333:user/Ana"}),
			deniedBy: Identity},
	)},
	{"M-14", cases(
		decisionCase{name: "deny before allow", identity: []string{statements(denyOf("s3:*", "*"), allows("*", "*"))},
			want: ExplicitDeny, deniedBy: Identity},
		decisionCase{name: "deny after allow", identity: []string{statements(allows("*", "*"), denyOf("s3:*", "*"))},
			want: ExplicitDeny, deniedBy: Identity},
		decisionCase{name: "another action", identity: []string{statements(allows("*", "*"), denyOf("iam:*", "*"))},
			want: Allowed},
		decisionCase{name: "another resource", identity: []string{statements(allows("*", "*"),
			denyOf("*", "arn:aws:s3:::c/*"))}, want: Allowed},
		decisionCase{name: "another principal", resourcePolicy: statements(named1Clause("Deny",
			m{"AWS": "arn:aws:iam::111122223333:user/eve"})), identity: full, want: Allowed},
	)},
}

// named1 is a resource policy that allows everything to a principal.
func named1(principal any) string { return statements(named1Clause("Allow", principal)) }

func named1Clause(effect string, principal any, more ...any) m {
	return clauseOf(effect, "*", "*", append([]any{"Principal", principal}, more...))
}

// linearMatching holds the bars of M-06, ten times over for slow machines.
func linearMatching(t *testing.T) {
	for _, c := range []struct {
		name          string
		pattern, text string
		want          bool
		most          time.Duration
	}{
		{"a thousand stars", strings.Repeat("*a", 1000), strings.Repeat("a", 10000), true, 10 * time.Millisecond},
		{"a thousand stars, no match", strings.Repeat("*a", 1000) + "b", strings.Repeat("a", 10000), false,
			10 * time.Millisecond},
		{"a piece with a question mark", "*" + strings.Repeat("a", 3000) + "?b", strings.Repeat("a", 10000), false,
			300 * time.Millisecond},
		{"the same in the middle", "*" + strings.Repeat("a", 3000) + "?b*", strings.Repeat("a", 10000), false,
			300 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			start := time.Now()
			if got := written.match(c.pattern, c.text); got != c.want {
				t.Errorf("matches: %v", got)
			}
			inTime(t, start, c.most)
		})
	}
}
