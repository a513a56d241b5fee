package policy

import (
	"strings"
	"testing"
)

// refusing is the test of a row whose faults have one message.
func refusing(kind Type, message string, texts ...string) func(*testing.T) {
	return func(t *testing.T) {
		for _, text := range texts {
			refused(t, kind, text, message)
		}
	}
}

// resourceRefused is a case of V-06 to V-10: a resource and the words for it.
type resourceRefused struct{ resource, message string }

func refusingResources(list ...resourceRefused) func(*testing.T) {
	return func(t *testing.T) {
		for _, c := range list {
			text := statements(allows("s3:*", "*"), allows("s3:*", []string{"arn:aws:s3:::b", c.resource}))
			if c.message == "" {
				saved(t, Identity, text)
				continue
			}
			refused(t, Identity, text, c.message)
			refused(t, Identity, statements(allows("s3:*", nil, "NotResource", c.resource)), c.message)
		}
	}
}

func both(tests ...func(*testing.T)) func(*testing.T) {
	return func(t *testing.T) {
		for _, test := range tests {
			test(t)
		}
	}
}

var savingRows = []row{
	{"V-01", both(
		refusing(Identity, messageSyntax,
			"{", "[]", docWith(good+`,"X":1`), docWith(`"Effect":"Allow","Action":{},"Resource":"*"`),
			docWith(good+`,"NotAction":"*"`),
			docWith(good+`,"Condition":{"Like":{"k":"x"}}`), docWith(strings.Replace(good, "Allow", "Allowed", 1)),
			docWith(`"Action":"s3:*","Resource":"*"`),
			docWith(good+`,"Condition":"x"`), docWith(good+`,"Condition":[]`),
			docWith(good+`,"Condition":{"StringEquals":"x"}`)),
		refusing(ServiceControl, messageSyntax, "{"), refusing(Resource, messageSyntax, "{"),
		refusing(Trust, messageNotJSON, "{"),
	)},
	{"V-00", both(
		refusing(Identity, messagePrincipal, named1("*"), docWith(good+`,"NotPrincipal":{"AWS":"111122223333"}`)),
		refusing(Trust, messageMissing, docWith(`"Effect":"Allow","Action":"sts:AssumeRole"`)),
		refusing(Resource, messageMissing, docWith(good)),
	)},
	{"V-02", func(t *testing.T) {
		old := []string{documentOf("", allows("*", "*")), documentOf(version2008, allows("*", "*"))}
		both(refusing(Identity, messageVersion, old...), refusing(Boundary, messageVersion, old...))(t)
		for _, text := range old {
			saved(t, Session, text)
			saved(t, ServiceControl, text)
			compiled(t, Identity, text)
		}
		saved(t, Trust, documentOf(version2008, clauseOf("Allow", "sts:AssumeRole", nil,
			[]any{"Principal", m{"Service": "ec2.amazonaws.com"}})))
	}},
	{"V-03", func(t *testing.T) {
		refusing(Identity, messageLegacy,
			docWith(strings.Replace(good, "Allow", "allow", 1)), docWith(strings.Replace(good, "Allow", "DENY", 1)),
			docWith(good+`,"Condition":{"DateLessThan":{"aws:CurrentTime":"tomorrow"}}`),
			docWith(good+`,"Condition":{"ForAnyValue:DateEqualsIfExists":{"aws:CurrentTime":["2024-01-01","2024-01-32"]}}`),
			statements(allows("s3:*", "arn:aws:s3::b")), statements(allows("s3:*", "arn:aws::b")),
			statements(allows("s3:*", "arn:aws:")),
		)(t)
		saved(t, Identity,
			docWith(good+`,"Condition":{"DateLessThan":{"aws:CurrentTime":["2024-01-01T00:00:00Z",1704067200]}}`))
		uncompiled(t, Identity, docWith(strings.Replace(good, "Allow", "allow", 1)))
	}},
	{"V-04", both(
		refusing(Identity, messageSameSid, statements(allows("*", "*", "Sid", "A"), allows("*", "*", "Sid", "A"))),
		refusing(Identity, messageSid, statements(allows("*", "*", "Sid", "A-1"))),
	)},
	{"V-05", refusing(Identity, messageNoAction, docWith(`"Effect":"Allow","Resource":"*"`),
		docWith(`"Effect":"Allow","Action":[],"Resource":"*"`),
		docWith(`"Effect":"Allow","NotAction":[],"Resource":"*"`))},
	{"V-06", refusingResources(
		resourceRefused{"bucket", `Resource bucket must be in ARN format or "*".`},
		resourceRefused{"", `Resource must be in ARN format or "*"`},
		resourceRefused{"b/*", `Resource b/* must be in ARN format or "*".`},
		resourceRefused{"urn:aws:s3:::b", `Resource urn:aws:s3:::b must be in ARN format or "*".`},
		resourceRefused{"arn:aws:s3:::b/*", ""}, resourceRefused{"arn:*:s3:::b", ""},
	)},
	{"V-07", refusingResources(
		resourceRefused{"arn:error:s3:::b", `Partition "error" is not valid for resource "arn:error:s3:::b".`},
		resourceRefused{"a:b", `Partition "b" is not valid for resource "arn:b:*:*:*:*".`},
		resourceRefused{"arn:AWS:s3:::b", `Partition "AWS" is not valid for resource "arn:AWS:s3:::b".`},
		resourceRefused{"arn:aws-cn:s3:::b", ""}, resourceRefused{"arn:aws-us-gov:s3:::b", ""},
	)},
	{"V-08", refusingResources(
		resourceRefused{"arn:aws", messageVendor}, resourceRefused{"arn:aws:*", messageVendor},
		resourceRefused{"arn:aws:s*:::b", messageVendor},
		resourceRefused{"arn:aws::::b", messageVendor}, resourceRefused{"arn:aws:s3", ""},
		resourceRefused{"arn:aws:s3:*", ""},
	)},
	{"V-09", refusingResources(
		resourceRefused{"arn:aws:iam:eu-west-1:111122223333:user/a",
			"IAM resource arn:aws:iam:eu-west-1:111122223333:user/a cannot contain region information."},
		resourceRefused{"arn:aws:s3:eu-west-1::b",
			"Resource arn:aws:s3:eu-west-1::b can not contain region information."},
		resourceRefused{"arn:aws:s3:eu-west-1", "Resource arn:aws:s3:eu-west-1 can not contain region information."},
		resourceRefused{"arn:aws:s3:eu-west-1:111122223333:accesspoint/p", ""},
		resourceRefused{"arn:aws:sqs:eu-west-1:111122223333:q", ""},
	)},
	{"V-10", refusingResources(
		resourceRefused{"arn:aws:iam::111122223333:usr/a", messageIAMPath},
		resourceRefused{"arn:aws:iam::111122223333:user*", messageIAMPath},
		resourceRefused{"arn:aws:iam::111122223333:user/${aws:username}", ""},
		resourceRefused{"arn:aws:iam::111122223333:*", ""}, resourceRefused{"arn:aws:iam::111122223333:root", ""},
	)},
	{"V-11", both(
		refusing(Identity, messageNoVendor, statements(allows("GetObject", "*")), statements(allows("", "*")),
			statements(allows(nil, "*", "NotAction", []string{"s3:*", "x"}))),
		refusing(Identity, messageTwoColons, statements(allows("s3:Get:Object", "*"))),
		refusing(Identity, "Vendor s*3 is not valid", statements(allows("s*3:GetObject", "*"))),
		refusing(Identity, "Vendor  is not valid", statements(allows(":GetObject", "*"))),
	)},
	{"V-12", refusing(Identity, messageNoResource, docWith(`"Effect":"Allow","Action":"s3:*"`),
		docWith(`"Effect":"Allow","Action":"s3:*","Resource":[]`),
		docWith(`"Effect":"Allow","Action":"s3:*","NotResource":[]`))},
	{"V-13", func(t *testing.T) {
		for _, action := range []any{"*", "s3:GetObject", "sts:Assume", []string{"sts:AssumeRole", "iam:*"}, "sts:X*"} {
			refused(t, Trust, statements(clauseOf("Allow", action, nil, []any{"Principal", m{"AWS": accountC}})),
				messageTrustAction)
		}
		for _, action := range []any{"sts:AssumeRole", "STS:assumerole", "sts:*", "sts:Assume*",
			[]string{"sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity", "sts:AssumeRoleWithSAML"}} {
			saved(t, Trust, statements(clauseOf("Allow", action, nil, []any{"Principal", m{"AWS": accountC}})))
		}
	}},
	{"V-14", both(
		refusing(Trust, "Has prohibited field Resource",
			statements(clauseOf("Allow", "sts:AssumeRole", "*", []any{"Principal", m{"AWS": accountC}}))),
		refusing(Trust, "Has prohibited field NotResource",
			statements(clauseOf("Allow", "sts:AssumeRole", nil,
				[]any{"Principal", m{"AWS": accountC}, "NotResource", "*"}))),
	)},
	{"V-15", both(
		refusing(Trust, `Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:user/*"`,
			trustOf(m{"AWS": []string{anaARN, "arn:aws:iam::111122223333:user/*"}})),
		refusing(Trust, `Invalid principal in policy: "SERVICE":"ec2"`, trustOf(m{"Service": "ec2"})),
		refusing(Trust, messageStar, trustOf("*")),
		refusing(Resource, `Invalid principal in policy: "AWS":"nobody"`, named1(m{"AWS": "nobody"})),
		existing,
	)},
	{"V-16", func(t *testing.T) { // who saves compares Size with the quota
		long := statements(allows("s3:*", "arn:aws:s3:::"+strings.Repeat("b", 200000)))
		saved(t, Identity, long)
		if Size(Identity, long) != len(long) {
			t.Error("there is no white space in it")
		}
	}},
}

// existing: whether a principal exists is for who asks Principals to find out.
func existing(t *testing.T) {
	text := trustOf(m{"AWS": []string{anaARN, accountC}, "Service": "ec2.amazonaws.com"})
	values, err := Principals(Trust, text)
	if err != nil {
		t.Fatal(err)
	}
	want := []PrincipalValue{{Kind: "AWS", Value: anaARN}, {Kind: "AWS", Value: accountC},
		{Kind: "Service", Value: "ec2.amazonaws.com"}}
	if len(values) != len(want) {
		t.Fatalf("%+v", values)
	}
	for i, v := range values {
		if v.Kind != want[i].Kind || v.Value != want[i].Value || text[v.Offset:v.End] != `"`+v.Value+`"` {
			t.Errorf("%+v at %s", v, text[v.Offset:v.End])
		}
	}
}

// TestSavingOrder: of several faults the first row's message is given,
// wherever the others stand in the document.
func TestSavingOrder(t *testing.T) {
	faults := []struct {
		row, message string
		statement    m
	}{
		{"V-01", messageSyntax, allows("s3:*", "*", "Condition", m{"Like": m{"k": "x"}})},
		{"V-00", messagePrincipal, allows("s3:*", "*", "Principal", "*")},
		{"V-03", messageLegacy, clauseOf("allow", "s3:*", "*", nil)},
		{"V-04", messageSid, allows("s3:*", "*", "Sid", "-")},
		{"V-05", messageNoAction, allows([]string{}, "*")},
		{"V-06", `Resource x must be in ARN format or "*".`, allows("s3:*", "x")},
		{"V-07", `Partition "x" is not valid for resource "arn:x:s3:::b".`, allows("s3:*", "arn:x:s3:::b")},
		{"V-08", messageVendor, allows("s3:*", "arn:aws:*")},
		{"V-09", "Resource arn:aws:s3:eu::b can not contain region information.", allows("s3:*", "arn:aws:s3:eu::b")},
		{"V-10", messageIAMPath, allows("s3:*", "arn:aws:iam::111122223333:x")},
		{"V-11", messageNoVendor, allows("x", "*")},
		{"V-12", messageNoResource, allows("s3:*", []string{})},
	}
	for i, first := range faults {
		for _, later := range faults[i+1:] {
			t.Run(first.row+" before "+later.row, func(t *testing.T) {
				refused(t, Identity, statements(later.statement, first.statement), first.message)
				refused(t, Identity, statements(first.statement, later.statement), first.message)
			})
		}
	}
	t.Run("V-02 before V-03", refusing(Identity, messageVersion, documentOf("", clauseOf("allow", "s3:*", "*", nil))))
	t.Run("V-00 before V-02", refusing(Identity, messagePrincipal,
		documentOf("", allows("s3:*", "*", "Principal", "*"))))
}

// TestPositions: an error says where.
func TestPositions(t *testing.T) {
	for _, c := range []struct {
		text, element        string
		line, column, offset int
	}{
		{"{\n \"Version\": \"2012-10-17\",\n \"Statement\": [x]}", "", 3, 16, 43},
		{"{\"Version\":\"2012-10-17\",\n\"Id\":\"é\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"s3:*\",\"x\"],\"Resource\":\"*\"}]}", "Statement[0].Action[1]", 2, 58, 83},
		{statements(allows("*", "*"), allows("*", "*", "Condition", m{"Like": m{"k": "x"}})),
			"Statement[1].Condition.Like", 1, 89, 88},
		{`{"Version":"2012-10-17","Statement":{"Action":"*"}}`, "Statement", 1, 37, 36},
		{"[]", "", 1, 1, 0},
	} {
		e, ok := Check(Identity, c.text).(*Error)
		if !ok || e.Element != c.element || e.Line != c.line || e.Column != c.column || e.Offset != c.offset {
			t.Errorf("%s\n%+v, want %+v", c.text, *e, c)
		}
	}
}
