package policy

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// saved wants Check to accept a document, and Compile too.
func saved(t testing.TB, kind Type, text string) {
	t.Helper()
	if err := Check(kind, text); err != nil {
		t.Errorf("%s\n%s policy refused: %s", text, kind, describe(err))
	}
	compiled(t, kind, text)
}

// refused wants Check to refuse a document in these words.
func refused(t testing.TB, kind Type, text, message string) *Error {
	t.Helper()
	err := Check(kind, text)
	var e *Error
	if !errors.As(err, &e) {
		t.Errorf("%s\n%s policy accepted, want %q", text, kind, message)
		return &Error{}
	}
	if e.Message != message {
		t.Errorf("%s\n%s policy refused with %s, want %q", text, kind, describe(err), message)
	}
	if e.Line < 1 || e.Column < 1 || e.Offset > len(text) || e.Detail == "" {
		t.Errorf("%s\nwithout a place or words of our own: %+v", text, e)
	}
	return e
}

// docWith puts a statement's members into the usual policy.
func docWith(statement string) string {
	return `{"Version":"2012-10-17","Statement":[{` + statement + `}]}`
}

const good = `"Effect":"Allow","Action":"s3:*","Resource":"*"`

var grammarRows = []row{
	{"G-01", func(t *testing.T) {
		for _, text := range []string{
			`[]`, `"policy"`, `{}`, docWith(good + `,"Effect":"Allow"`),
			docWith(good + `,"Condition":{"Null":{"k":"true","k":"true"}}`),
			docWith(good + `,"Comment":"x"`), `{"Version":"2012-10-17","Statement":[{` + good + `}],"Comment":"x"}`,
			`{"Version":"2012-10-17","statement":[{` + good + `}]}`,
			docWith(strings.Replace(good, "Effect", "effect", 1)),
			docWith(strings.Replace(good, "Allow", "Permit", 1)), docWith(strings.Replace(good, `"Allow"`, `true`, 1)),
			docWith(`"Action":"s3:*","Resource":"*"`),
			`{"Version":"2012-10-17","Version":"2012-10-17","Statement":[{` + good + `}]}`,
		} {
			refused(t, Identity, text, messageSyntax)
		}
		saved(t, Identity, `{"Statement":[{"Resource":"*","Action":"s3:*","Effect":"Allow"}],"Version":"2012-10-17"}`)
		refused(t, Trust, `{"Version":"2012-10-17","Statement":[],"Comment":1}`, "Unknown field Comment")
	}},
	{"G-02", func(t *testing.T) {
		for version, want := range map[string]Outcome{version2012: Allowed, version2008: ImplicitDeny,
			"": ImplicitDeny} {
			c := decisionCase{identity: []string{documentOf(version, allows("*", "arn:aws:s3:::b/${v}"))},
				context: m{"v": "k"}, want: want, deniedBy: Identity}
			c.check(t)
		}
		literal := decisionCase{identity: []string{documentOf("",
			allows("*", "arn:aws:s3:::b/${v}", "Condition", m{"StringEquals": m{"v": "${v}"}}))},
			on: "arn:aws:s3:::b/${v}", context: m{"v": "${v}"}, want: Allowed}
		literal.check(t)
		refused(t, Identity, documentOf("2012-10-18", allows("*", "*")), messageSyntax)
		refused(t, Identity, `{"Version":20121017,"Statement":[]}`, messageSyntax)
		refused(t, Resource, documentOf("2011", named1Clause("Allow", "*")),
			"The policy must contain a valid version string")
	}},
	{"G-03", func(t *testing.T) {
		saved(t, Identity, `{"Id":"any string, spaces too","Version":"2012-10-17","Statement":{`+good+`}}`)
		refused(t, Identity, `{"Id":1,"Version":"2012-10-17","Statement":{`+good+`}}`, messageSyntax)
		saved(t, Identity, statements(allows("*", "*", "Sid", ""), allows("*", "*", "Sid", ""),
			allows("*", "*", "Sid", "Abc1"), allows("*", "*", "Sid", "abc1")))
		refused(t, Identity, statements(allows("*", "*", "Sid", "a b")), messageSid)
		refused(t, Identity, docWith(good+`,"Sid":1`), messageSyntax)
		saved(t, Resource, statements(named1Clause("Allow", "*", "Sid", "a b")))
	}},
	{"G-04", func(t *testing.T) {
		saved(t, Identity, `{"Version":"2012-10-17","Statement":{`+good+`}}`)
		saved(t, Identity, `{"Version":"2012-10-17","Statement":[{`+good+`},{`+good+`}]}`)
		for _, text := range []string{`{"Version":"2012-10-17"}`, `{"Version":"2012-10-17","Statement":[]}`,
			`{"Version":"2012-10-17","Statement":["x"]}`, `{"Version":"2012-10-17","Statement":"x"}`} {
			refused(t, Identity, text, messageSyntax)
			uncompiled(t, Identity, text)
		}
	}},
	{"G-05", func(t *testing.T) {
		refused(t, Identity, docWith(good+`,"NotAction":"iam:*"`), messageSyntax)
		refused(t, Identity, docWith(good+`,"NotResource":"*"`), messageSyntax)
		refused(t, Resource, docWith(good+`,"Principal":"*","NotPrincipal":"*"`), messageSyntax)
		refused(t, Identity, docWith(`"Effect":"Allow","Resource":"*"`), messageNoAction)
		refused(t, Identity, docWith(`"Effect":"Allow","Action":"s3:*"`), messageNoResource)
		for _, kind := range []Type{Identity, Boundary, Session} {
			refused(t, kind, named1("*"), messagePrincipal)
			uncompiled(t, kind, named1("*"))
		}
		refused(t, Trust, docWith(`"Effect":"Allow","Action":"sts:AssumeRole"`), messageMissing)
		refused(t, Resource, docWith(good), messageMissing)
		saved(t, Resource, docWith(`"Effect":"Allow","Action":"s3:*","Principal":"*"`)) // its own resource
		saved(t, Endpoint, docWith(good))                                               // everyone
		saved(t, Resource,
			docWith(`"Effect":"Deny","Action":"s3:*","Resource":"*","NotPrincipal":{"AWS":"111122223333"}`))
		own := decisionCase{by: nobody, resourcePolicy: docWith(`"Effect":"Allow","Action":"s3:*","Principal":"*"`),
			want: Allowed}
		own.check(t)
	}},
	{"G-06", func(t *testing.T) {
		saved(t, Identity,
			docWith(`"Effect":"Allow","Action":["s3:*"],"Resource":["*"],"Condition":{"Bool":{"k":true},"NumericEquals":{"k":[10,"11"]}}`))
		c := decisionCase{identity: []string{docWith(good + `,"Condition":{"StringEquals":{"k":1.50}}`)},
			context: m{"k": "1.50"}, want: Allowed}
		c.check(t)
		for _, empty := range []string{`"Effect":"Allow","Action":[],"Resource":"*"`,
			`"Effect":"Allow","Action":"*","Resource":[]`} {
			uncompiled(t, Identity, docWith(empty))
		}
		saved(t, Identity, docWith(good+`,"Condition":{"StringEquals":{"k":[]}}`))
		conditions(conditionCase{"StringEquals", []string{}, m{"k": "a"}, false},
			conditionCase{"StringNotEquals", []string{}, m{"k": "a"}, true})(t)
		for _, null := range []string{`,"Sid":null`, `,"Condition":null`, `,"Condition":{"Null":null}`,
			`,"Condition":{"Null":{"k":null}}`, `,"Condition":{"Null":{"k":[null]}}`,
			`,"Condition":{"Null":{"k":[[]]}}`, `,"Condition":{"Null":{"k":{}}}`} {
			refused(t, Identity, docWith(good+null), messageSyntax)
		}
		refused(t, Identity, `{"Version":null,"Statement":{`+good+`}}`, messageSyntax)
		refused(t, Identity, docWith(`"Effect":"Allow","Action":1,"Resource":"*"`), messageSyntax)
		refused(t, Identity, docWith(`"Effect":"Allow","Action":"*","Resource":["*",null]`), messageSyntax)
	}},
	{"G-07", func(t *testing.T) {
		for _, principal := range []any{m{}, m{"AWS": []string{}}, m{"Group": "x"}, m{"aws": accountC}, 1,
			[]string{"*"}, m{"AWS": 111122223333}, m{"AWS": m{}}} {
			refused(t, Resource, named1(principal), messageSyntax)
			uncompiled(t, Resource, named1(principal))
		}
		saved(t, Resource, named1(m{"AWS": []string{accountC, anaARN}, "Service": "ec2.amazonaws.com"}))
		saved(t, Resource, named1("*"))
		saved(t, Trust, trustOf(m{"AWS": "*"}))
		refused(t, Trust, trustOf("*"), messageStar)
	}},
	{"G-08", func(t *testing.T) {
		for _, operator := range append(append([]string{"Null", "stringequals", "FORALLVALUES:STRINGLIKEIFEXISTS",
			"ForAnyValue:NumericEquals"}, positives...), negatives...) {
			values := any("2024-01-01")
			saved(t, Identity, statements(allows("*", "*", "Condition", m{operator: m{"k": values}})))
		}
		for _, operator := range []string{"StringResembles", "NullIfExists", "ForAllValues:Null", "ForAll:StringEquals",
			"", "IfExists", "StringEqualsIfExistsIfExists", "BoolNot", "NotBool", "BinaryNotEquals"} {
			refused(t, Identity, statements(allows("*", "*", "Condition", m{operator: m{"k": "x"}})), messageSyntax)
		}
		saved(t, Identity, statements(allows("*", "*", "Condition", m{"StringResembles": m{}})))
	}},
	{"G-09", func(t *testing.T) {
		for _, action := range []string{"*", "s3:*", "*:*", "s3:Get?bject*", "execute-api:Invoke", "a.b:C"} {
			saved(t, Identity, statements(allows(action, "*")))
		}
		for _, action := range []string{"s3", "", "s*:Get", "s3:a:b", ":x", "s_3:Get", "s 3:x"} {
			if err := Check(Identity, statements(allows(action, "*"))); err == nil {
				t.Errorf("action %q accepted", action)
			}
			uncompiled(t, Identity, statements(allows(action, "*")))
		}
	}},
	{"G-10", func(t *testing.T) {
		cases(
			on("arn:aws:s3", "arn:aws:s3:::b", true), on("arn:aws:s3:*", "arn:aws:s3:::b", true),
			on("arn:aws:sqs", "arn:aws:s3:::b", false),
			on("arn:aws:sqs:eu", "arn:aws:sqs:eu:111122223333:q", true),
			on("arn:aws:sqs:eu:1111*", "arn:aws:sqs:eu:111122223333:q", true),
			on("arn:aws:sqs:eu:2222", "arn:aws:sqs:eu:111122223333:q", false), on("s3:*", "arn:aws:s3:::b", false),
			on("bucket", "bucket", false),
		)(t)
		for _, c := range []struct {
			kind    Type
			pattern string
			want    bool
		}{
			{Resource, "arn:aws:s3", false}, {Resource, "arn:aws:s3:*", true}, {Resource, "arn:aws:s?:", true},
			{Endpoint, "arn:aws:s3", false}, {Endpoint, "arn:aws:s3:*", true},
			{ServiceControl, "arn:aws:s3", false}, {ServiceControl, "arn:aws:s3:*", true},
			{ServiceControl, "arn:aws:s*:", false}, {ResourceControl, "arn:aws:s3:*", false},
			{Boundary, "arn:aws:s3", true}, {Session, "arn:aws:s3", true}, {Trust, "arn:aws:s3:*", false},
		} {
			tgt := newTarget("arn:aws:s3:::b/k")
			r := newResource(c.kind, c.pattern, true)
			if got := r.match(&tgt, nil); got != c.want {
				t.Errorf("%s in a %s: %v", c.pattern, c.kind, got)
			}
		}
	}},
	{"G-11", func(t *testing.T) { // the rest is section O
		for _, statement := range []m{named1Clause("Deny", "*"),
			clauseOf("Deny", "*", "*", []any{"NotPrincipal", "*"})} {
			refused(t, ServiceControl, statements(statement), messageOrganizations)
			uncompiled(t, ServiceControl, statements(statement))
		}
		compiled(t, ResourceControl, rcpFull)
	}},
	{"G-12", func(t *testing.T) {
		const text = "{\n  \"Id\" : \"a b\\\" c\",\t\"Sid\": \"é\" }\r\n"
		for kind, want := range map[Type]int{Identity: 26, Boundary: 26, Session: 26, Trust: 26, ServiceControl: 36,
			ResourceControl: 36, Resource: 37, Endpoint: 37} {
			if got := Size(kind, text); got != want {
				t.Errorf("%s: %d, want %d", kind, got, want)
			}
		}
	}},
	{"G-13", func(t *testing.T) {
		saved(t, Identity, docWith(good+`,"Condition":{"StringEquals":{"k":"Grüße\t"}}`))
		for _, value := range []string{"日本", `\u65e5`, `\u0001`, `\b`, "€"} {
			text := docWith(good + `,"Condition":{"StringEquals":{"k":"` + value + `"}}`)
			for _, kind := range []Type{Identity, Boundary, Session} {
				refused(t, kind, text, messageSyntax)
			}
			saved(t, Resource, docWith(`"Principal":"*",`+good+`,"Condition":{"StringEquals":{"k":"`+value+`"}}`))
		}
		refused(t, Identity, docWith(good+`,"Condition":{"StringEquals":{"\u65e5":"x"}}`), messageSyntax)
	}},
	{"G-14", badText},
	{"G-15", func(t *testing.T) {
		refused(t, Identity, docWith(good+`,"\u0045ffect":"Allow"`), messageSyntax)
		refused(t, Identity, docWith(good+`,"Condition":{"StringEquals":{"aws:username":"a","aws:UserName":"b"}}`),
			messageSyntax)
		saved(t, Identity,
			docWith(good+`,"Condition":{"StringEquals":{"aws:username":"a"},"StringLike":{"aws:UserName":"b"}}`))
		saved(t, Identity, docWith(`"\u0045ffect":"\u0041llow","Action":"s3:*","Resource":"*"`))
	}},
}

// uncompiled wants Compile to refuse a document.
func uncompiled(t testing.TB, kind Type, text string) {
	t.Helper()
	if _, err := Compile(kind, "p", text); err == nil {
		t.Errorf("%s policy compiled: %s", kind, text)
	}
}

// badText is what is no JSON, and how long it takes to say so.
func badText(t *testing.T) {
	deep := strings.Repeat("[", 200000)
	for _, text := range []string{
		"", " ", "\ufeff" + docWith(good), docWith(good) + "x", docWith(good) + "{}", docWith(good) + "\x00",
		docWith(good)[:40],
		docWith(good + `,"Sid":"\ud800"`), docWith(good + `,"Sid":"\udc00\ud800"`),
		docWith(good + `,"Sid":"\ud800\u0041"`), docWith(good + ",\"Sid\":\"\xff\""),
		docWith(good + ",\"Sid\":\"\xc3\""), docWith(good + ",\"Sid\":\"a\nb\""), docWith(good + `,"Sid":"\x"`),
		docWith(good + `,"Sid":"\u12"`), docWith(good + `,"Sid":"`),
		docWith(good + `,`), docWith(good + `,"Condition":{"Null":{"k":01}}`),
		docWith(good + `,"Condition":{"Null":{"k":1.}}`), docWith(good + `,"Condition":{"Null":{"k":1e}}`),
		docWith(good + `,"Condition":{"Null":{"k":-}}`), docWith(good + `,"Condition":{"Null":{"k":nul}}`),
		docWith(good + `,"Condition":{"Null":{"k":[1,]}}`),
		docWith(good + `,"Condition":{"Null":{"k":[1 2]}}`), docWith(good + `,"Condition":{"Null" {}}`),
		docWith(good + `,Sid:"x"`), docWith(good + " /* x */"), `{'a':1}`,
		"{\"a\":1\x0b}", deep, `"\`, `{"a`, `{"a"`, `{"a":`, `{"a":1`, `[`, `{`, `tru`,
	} {
		start := time.Now()
		refused(t, Identity, text, messageSyntax)
		uncompiled(t, Identity, text)
		inTime(t, start, time.Second)
	}
	for _, text := range []string{"", "file://trust.json", docWith(good) + "x", `{"a":1,}`} {
		refused(t, Trust, text, messageNotJSON)
	}
	refused(t, Trust, "{}", messageSyntax)
	inside := func(levels int) string {
		return docWith(good + `,"Condition":{"Null":{"k":` + strings.Repeat("[", levels) + strings.Repeat("]",
			levels) + `}}`)
	}
	if e := refused(t, Identity, inside(4), messageSyntax); e.Detail != "nested deeper than a policy can be" {
		t.Error(e.Detail)
	}
	if e := refused(t, Identity, inside(3), messageSyntax); e.Detail == "nested deeper than a policy can be" {
		t.Error(e.Detail)
	}
	var wide strings.Builder
	wide.WriteString(`{"Version":"2012-10-17","Statement":{` + good + `,"Condition":{"StringEquals":{"k":"x"`)
	for i := range 20000 {
		fmt.Fprintf(&wide, `,"k%d":"x"`, i)
	}
	wide.WriteString(`}}}}`)
	start := time.Now()
	saved(t, Identity, wide.String())
	inTime(t, start, 3*time.Second)
}

// inTime holds what began at start to a bar. Short runs have none: they are many
// at a time.
func inTime(t *testing.T, start time.Time, most time.Duration) {
	t.Helper()
	if took := time.Since(start); took > most && !testing.Short() {
		t.Errorf("took %v, want %v at most", took, most)
	}
}
