package validate

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/policy"
)

var allTypes = []policy.Type{
	policy.Identity, policy.Boundary, policy.Session, policy.Trust, policy.Resource, policy.ServiceControl, policy.ResourceControl, policy.Endpoint,
}

// Pieces of random documents, good and bad: the members of a statement.
var statementPieces = []string{
	`"Sid":"a"`, `"Sid":"a"`, `"Sid":"b c"`, `"Sid":""`, `"Sid":7`, `"Sid":"日"`,
	`"Effect":"Allow"`, `"Effect":"Deny"`, `"Effect":"allow"`, `"Effect":"No"`, `"Effect":null`,
	`"Principal":"*"`, `"Principal":"111122223333"`, `"Principal":{}`, `"Principal":{"AWS":"*"}`, `"Principal":{"AWS":[]}`,
	`"Principal":{"AWS":["111122223333","arn:aws:iam::111122223333:role/r"]}`, `"Principal":{"AWS":"arn:aws:iam::111122223333:group/g"}`,
	`"Principal":{"AWS":"arn:aws:iam::111122223333:user/*"}`, `"Principal":{"Service":"ec2.amazonaws.com"}`, `"Principal":{"Service":"*"}`,
	`"Principal":{"Federated":"gitlab.com"}`, `"Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}`,
	`"Principal":{"Federated":"arn:aws:iam::111122223333:saml-provider/corp"}`, `"Principal":{"CanonicalUser":"0a"}`, `"Principal":{"Nobody":"x"}`,
	`"NotPrincipal":{"AWS":"111122223333"}`, `"NotPrincipal":"*"`,
	`"Action":"*"`, `"Action":"s3:GetObject"`, `"Action":["s3:*","iam:PassRole"]`, `"Action":[]`, `"Action":"GetObject"`, `"Action":"s3:a:b"`,
	`"Action":"s*:Get"`, `"Action":"é:Get"`, `"Action":"sts:AssumeRole"`, `"Action":["sts:AssumeRoleWithWebIdentity","sts:TagSession"]`, `"Action":{}`, `"Action":"sts:Fly"`, `"Action":":"`,
	`"NotAction":"iam:*"`, `"NotAction":[]`, `"NotAction":"x"`,
	`"Resource":"*"`, `"Resource":"arn:aws:s3:::b/*"`, `"Resource":["arn:aws:s3:::b","arn:aws:s3:::b/${aws:username}"]`, `"Resource":[]`,
	`"Resource":""`, `"Resource":"b"`, `"Resource":"arn:aws"`, `"Resource":"arn:mars:s3:::b"`, `"Resource":"arn:aws:s3:eu-west-1::b"`, `"Resource":"arn:aws:s*:::b"`,
	`"Resource":"arn:aws::x"`, `"Resource":"arn:aws::::b"`, `"Resource":"arn:aws:iam::111122223333:person/a"`, `"Resource":"arn:aws:iam:eu-west-1:1:user/a"`, `"Resource":"arn:aws:sqs:*:jobs"`, `"Resource":"x:aws:s3:::b"`, `"Resource":true`,
	`"NotResource":"arn:aws:s3:::b"`, `"NotResource":[]`,
	`"Condition":{}`, `"Condition":{"Bool":{"aws:SecureTransport":"true"}}`, `"Condition":{"Bool":{}}`, `"Condition":{"Is":{"a:b":"c"}}`, `"Condition":{"Is":{}}`,
	`"Condition":{"StringEquals":{"aws:username":"a","aws:UserName":"b"}}`, `"Condition":{"DateLessThan":{"aws:CurrentTime":"tomorrow"}}`, `"Condition":{"DateLessThan":{"aws:CurrentTime":"2030-02-30"}}`,
	`"Condition":{"DateLessThan":{"aws:CurrentTime":["2030-02-28",5]}}`, `"Condition":{"StringLike":{"token.actions.githubusercontent.com:sub":"*"}}`, `"Condition":{"StringLike":{"token.actions.githubusercontent.com:sub":"repo:o/r:*"}}`,
	`"Condition":{"ForAllValues:Null":{"aws:TagKeys":"true"}}`, `"Condition":{"NullIfExists":{"aws:TagKeys":"true"}}`, `"Condition":{"StringEquals":{"aws:username":[]}}`,
	`"Condition":{"StringEquals":{"aws:username":null}}`, `"Condition":{"StringEquals":"x"}`, `"Condition":[]`, `"Rule":1`, `"action":"*"`,
}

var policyPieces = []string{
	`"Version":"2012-10-17"`, `"Version":"2012-10-17"`, `"Version":"2012-10-17"`, `"Version":"2008-10-17"`, `"Version":"2030-01-01"`, `"Version":5`, `"Id":"x"`, `"Id":[]`, `"Extra":1`,
}

// randomDocument is a document of some of the pieces. Most are near to a good
// one.
func randomDocument(random *rand.Rand) string {
	var statements []string
	named := random.IntN(2) == 0
	for range 1 + random.IntN(2) {
		members := []string{}
		for _, element := range elementNames {
			if usual := element == "Effect" || element == "Action" || (element == "Principal") == named && element != "Sid" && element != "Condition" && !strings.HasPrefix(element, "Not"); usual == (random.IntN(16) == 0) {
				continue
			}
			var fitting []string
			for _, p := range statementPieces {
				if strings.HasPrefix(p, `"`+element+`"`) {
					fitting = append(fitting, p)
				}
			}
			piece := fitting[0]
			if random.IntN(6) == 0 {
				piece = fitting[random.IntN(len(fitting))]
			}
			members = append(members, piece)
		}
		if random.IntN(8) == 0 {
			members = append(members, statementPieces[random.IntN(len(statementPieces))])
		}
		statements = append(statements, "{"+strings.Join(members, ",")+"}")
	}
	return "{" + policyPieces[random.IntN(len(policyPieces))] + `,"Statement":[` + strings.Join(statements, ",") + "]}"
}

// Where saving refuses a document and no code of AWS says why, these are the
// reasons, by the engine's own words.
var withoutCode = []string{
	"a character that IAM's policies may not hold", "an escape for a character that IAM's policies may not hold",
	"the version is 2008-10-17, said or by being absent", "a date is ISO 8601, or seconds since 1970",
	"the statement names no action", "the statement names no resource", "the principal names nobody",
	"an ARN has six parts", "the third part of the ARN is a service", "there is no condition operator \"ForAllValues:Null\"",
	"there is no condition operator \"ForAnyValue:Null\"", "the resource is empty", "IAM has no resource of this kind",
}

// What saving refuses has an error, and only what AWS has no code for has ours
// for that.
func requireErrorWhereRefused(t *testing.T, kind policy.Type, text string) (refused bool) {
	t.Helper()
	found := Policy(kind, text, Options{ResourceType: "none in particular"})
	err := policy.Check(kind, text)
	var e *policy.Error
	switch hasError := slices.ContainsFunc(found, func(f Finding) bool { return f.Type == Error }); {
	case err == nil:
		if hasCode(found, "GATEHOUSE_REFUSED_WHEN_SAVED") {
			t.Errorf("%s policy, saved: %s\n%s", kind, text, codesOf(found))
		}
	case !hasError:
		t.Errorf("%s policy, refused with %v: %s\n%s", kind, err, text, codesOf(found))
	case errors.As(err, &e) && hasCode(found, "GATEHOUSE_REFUSED_WHEN_SAVED") && !slices.Contains(withoutCode, e.Detail):
		t.Errorf("%s policy, %q has no code: %s", kind, e.Detail, text)
	}
	return err != nil
}

func TestWhatSavingRefusesHasAnError(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	refused, saved := 0, 0
	for range 20_000 {
		text := randomDocument(random)
		if requireErrorWhereRefused(t, allTypes[random.IntN(len(allTypes))], text) {
			refused++
		} else {
			saved++
		}
		if t.Failed() {
			return
		}
	}
	if refused < 1000 || saved < 1000 {
		t.Errorf("%d refused, %d saved: too few of one kind", refused, saved)
	}
}

// The examples of the page, cut and mixed at random places.
func TestWhatSavingRefusesHasAnErrorInMutants(t *testing.T) {
	page, err := os.ReadFile("../../docs/findings.md")
	if err != nil {
		t.Fatal(err)
	}
	var corpus []string
	for _, m := range regexp.MustCompile("(?s)```json\n(.*?)\n```").FindAllStringSubmatch(string(page), -1) {
		corpus = append(corpus, m[1])
	}
	random := rand.New(rand.NewPCG(5, 6))
	for range 10_000 {
		text := corpus[random.IntN(len(corpus))]
		for range 1 + random.IntN(3) {
			from := random.IntN(len(text))
			to := min(len(text), from+random.IntN(6))
			text = text[:from] + []string{"", `"`, "*", ":", "{", "}", ",", "é", "${", "\\u0000", "[]"}[random.IntN(11)] + text[to:]
		}
		kind := allTypes[random.IntN(len(allTypes))]
		requireErrorWhereRefused(t, kind, text)
		if t.Failed() {
			return
		}
	}
}

// large are documents of some megabytes, each hard on one of the checks.
func large() map[string]string {
	repeat := func(n int, piece func(i int) string) string {
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(piece(i))
		}
		return b.String()
	}
	one := func(actions, resources, condition string) string {
		return of(`{"Effect":"Allow","Action":[` + actions + `],"Resource":[` + resources + `],"Condition":{"StringEquals":{` + condition + `}}}`)
	}
	return map[string]string{
		"statements": of(repeat(100_000, func(i int) string {
			return fmt.Sprintf(`{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::b%d"}`, i)
		})),
		"same":           of(repeat(30_000, func(int) string { return `{"Sid":"a","Effect":"Deny","Action":"s3:*","Resource":"*"}` })),
		"wrong actions":  one(repeat(50_000, func(i int) string { return fmt.Sprintf(`"ec2:DescribeInstance%d"`, i) }), `"*"`, ``),
		"wild actions":   one(repeat(50_000, func(i int) string { return fmt.Sprintf(`"ec2:*%d*"`, i) }), `"*"`, ``),
		"wild resources": one(`"ec2:*"`, repeat(30_000, func(i int) string { return fmt.Sprintf(`"arn:aws:ec2:*:*:instance/*%d*"`, i) }), ``),
		"odd resources":  one(`"ec2:*"`, repeat(30_000, func(i int) string { return fmt.Sprintf(`"arn:aws:ec2:*:*:*a%d"`, i) }), ``),
		"keys":           one(repeat(20_000, func(i int) string { return `"s3:GetObject"` }), `"*"`, repeat(20_000, func(i int) string { return fmt.Sprintf(`"s3:ExistingObjectTag/%d":"x","ec2:ResourceTag/%d":"y"`, i, i) })),
		"principals": of(`{"Effect":"Allow","Principal":{"Service":[` + repeat(20_000, func(i int) string { return fmt.Sprintf(`"s%d.amazonaws.com"`, i) }) + `],"Federated":[` +
			repeat(20_000, func(i int) string { return `"arn:aws:iam::111122223333:oidc-provider/gitlab.com"` }) + `]},"Action":[` + repeat(20_000, func(int) string { return `"sts:AssumeRoleWithSAML"` }) +
			`],"Condition":{"StringLike":{` + repeat(20_000, func(i int) string { return fmt.Sprintf(`"gitlab.com:c%d":"*","aws:RequestTag/%d":"x"`, i, i) }) + `}}}`),
		"a long word":   one(`"s3:`+strings.Repeat("*a?", 1_000_000)+`"`, `"arn:aws:ec2:*:*:`+strings.Repeat("*a", 1_000_000)+`"`, ``),
		"variables":     one(`"*"`, `"arn:aws:s3:::`+strings.Repeat("${", 2_000_000)+`"`, `"aws:username":"`+strings.Repeat("${a, '", 500_000)+`"`),
		"members":       "{" + repeat(50_000, func(i int) string { return fmt.Sprintf(`"Verzion%d":1`, i) }) + "}",
		"one more line": strings.Repeat("\n", 3_000_000) + of(`{"Sid":"`+strings.Repeat("é", 1_000_000)+`"}`),
	}
}

// A large document takes seconds, not hours: no check compares everything with
// everything without bound. The limit allows for a busy machine.
func TestLargeDocuments(t *testing.T) {
	for name, text := range large() {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			kind := policy.Identity
			if name == "principals" {
				kind = policy.Trust
			}
			found := Policy(kind, text, Options{})
			took := time.Since(start)
			t.Logf("%d KiB, %d findings in %v", len(text)>>10, len(found), took)
			if limit := 60 * time.Second; took > limit {
				t.Errorf("took %v", took)
			}
			if len(found) == 0 {
				t.Error("no findings")
			}
		})
	}
}

// Many findings in one string cost as many in strings of their own do: a place is
// not counted from where the string starts, which would take some eighty times as long.
func TestManyFindingsInOneString(t *testing.T) {
	const most = 100_000
	variables := func(n int) string { return strings.Repeat("${é}", n) }
	strung := func(to int) string {
		list := strings.TrimSuffix(strings.Repeat(`"arn:aws:s3:::`+variables(most/to)+`",`, to), ",")
		return of(`{"Effect":"Allow","Action":"s3:GetObject","Resource":[` + list + `]}`)
	}
	fastest := func(text string) time.Duration {
		least := time.Hour
		for range 3 {
			start := time.Now()
			found := Policy(policy.Identity, text, Options{})
			least = min(least, time.Since(start))
			if len(found) < most {
				t.Fatalf("%d findings", len(found))
			}
		}
		return least
	}
	whole, parts := fastest(strung(1)), fastest(strung(1000))
	t.Logf("in one string %v, in a thousand %v", whole, parts)
	if whole > 8*parts {
		t.Errorf("in one string %v, in a thousand %v", whole, parts)
	}
}

func FuzzValidate(f *testing.F) {
	for _, piece := range statementPieces {
		f.Add(uint8(0), of("{"+piece+"}"))
	}
	page, err := os.ReadFile("../../docs/findings.md")
	if err != nil {
		f.Fatal(err)
	}
	for i, m := range regexp.MustCompile("(?s)```json\n(.*?)\n```").FindAllStringSubmatch(string(page), -1) {
		f.Add(uint8(i), m[1])
	}
	f.Fuzz(func(t *testing.T, kind uint8, text string) {
		requireErrorWhereRefused(t, allTypes[int(kind)%len(allTypes)], text)
		for _, finding := range Policy(allTypes[int(kind)%len(allTypes)], text, Options{ResourceType: "AWS::S3::Bucket"}) {
			if finding.Type == "" || finding.Details == "" || len(finding.Locations) == 0 {
				t.Fatalf("%+v", finding)
			}
			for _, l := range finding.Locations {
				if l.Start.Offset > l.End.Offset || l.Start.Line < 1 || l.End.Offset > len(text) {
					t.Fatalf("%+v in %q", l, text)
				}
			}
		}
	})
}
