package main

import (
	"strings"
	"testing"
)

// TestLanguages: one statement, as each language has it.
func TestLanguages(t *testing.T) {
	for name, c := range map[string]struct {
		statement statement
		aws       string
		cedar     string
		rego      string
	}{
		"an action and a prefix": {
			statement{sid: "A", actions: []string{"s3:GetObject"}, resources: []string{"arn:aws:s3:::b/*"}},
			`{"Statement":[{"Action":"s3:GetObject","Effect":"Allow","Resource":"arn:aws:s3:::b/*","Sid":"A"}],"Version":"2012-10-17"}`,
			`permit (principal, action == Action::"s3:GetObject", resource) when { resource.arn like "arn:aws:s3:::b/*" };`,
			`input.action == "s3:GetObject"; startswith(input.arn, "arn:aws:s3:::b/")`,
		},
		"a denial of everything": {
			statement{sid: "A", deny: true, actions: []string{"*"}, resources: []string{"*"}, conditions: []condition{{"Bool", "aws:SecureTransport", []string{"false"}}}},
			`{"Statement":[{"Action":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny","Resource":"*","Sid":"A"}],"Version":"2012-10-17"}`,
			`forbid (principal, action, resource) when { context.tls == false };`,
			`input.tls == false`,
		},
		"an open region and an optional key": {
			statement{sid: "A", actions: []string{"sqs:Get*"}, resources: []string{"arn:aws:sqs:*:111122223333:q"},
				conditions: []condition{{"NumericLessThan", "aws:MultiFactorAuthAge", []string{"60"}}}},
			`{"Statement":[{"Action":"sqs:Get*","Condition":{"NumericLessThan":{"aws:MultiFactorAuthAge":"60"}},"Effect":"Allow","Resource":"arn:aws:sqs:*:111122223333:q","Sid":"A"}],"Version":"2012-10-17"}`,
			`permit (principal, action in Action::"sqs:Get*", resource) when { resource.arn like "arn:aws:sqs:*:111122223333:q" && context has mfaAge && context.mfaAge < 60 };`,
			`startswith(input.action, "sqs:Get"); input.service == "sqs"; input.account == "111122223333"; input.name == "q"; input.mfaAge < 60`,
		},
		"the user's name": {
			own(1),
			`{"Statement":[{"Action":["s3:GetObject","s3:PutObject","s3:DeleteObject"],"Effect":"Allow","Resource":"arn:aws:s3:::home/${aws:username}/*","Sid":"Own1"}],"Version":"2012-10-17"}`,
			`permit (principal, action in [Action::"s3:GetObject", Action::"s3:PutObject", Action::"s3:DeleteObject"], resource) when { (context has username && resource.arn like "arn:aws:s3:::home/*" && resource.folder == context.username) };`,
			`input.action in {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"}; startswith(input.arn, "arn:aws:s3:::home/"); input.folder == input.username`,
		},
		"addresses that are not": {
			statement{sid: "A", roles: []string{"r"}, actions: []string{"s3:*", "sqs:*"}, resources: []string{"*"},
				conditions: []condition{{"NotIpAddress", "aws:SourceIp", []string{"10.0.0.0/8", "192.0.2.0/24"}}}},
			`{"Statement":[{"Action":["s3:*","sqs:*"],"Condition":{"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8","192.0.2.0/24"]}},"Effect":"Allow","Principal":{"AWS":"r"},"Resource":"*","Sid":"A"}],"Version":"2012-10-17"}`,
			`permit (principal == Role::"r", action in [Action::"s3:*", Action::"sqs:*"], resource) when { !((context.ip.isInRange(ip("10.0.0.0/8")) || context.ip.isInRange(ip("192.0.2.0/24")))) };`,
			`input.role == "r"; input.service in {"s3", "sqs"}; not net.cidr_contains("10.0.0.0/8", input.ip); not net.cidr_contains("192.0.2.0/24", input.ip)`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := document{name: "d", statements: []statement{c.statement}}
			if got := d.aws(); got != c.aws {
				t.Errorf("AWS:\n%s\nnot\n%s", got, c.aws)
			}
			if got := c.statement.cedar(inScope); got != c.cedar {
				t.Errorf("Cedar:\n%s\nnot\n%s", got, c.cedar)
			}
			if got := strings.ReplaceAll(strings.Join(c.statement.rego(), "\n"), "\n\t", "\n"); strings.ReplaceAll(got, "\n", "; ") != c.rego {
				t.Errorf("Rego:\n%s\nnot\n%s", got, c.rego)
			}
		})
	}
}

// TestActionsInConditions: the same actions, compared elsewhere.
func TestActionsInConditions(t *testing.T) {
	for want, actions := range map[string][]string{
		`permit (principal, action, resource);`:                                                                    {"*"},
		`permit (principal, action, resource) when { action == Action::"s3:GetObject" };`:                          {"s3:GetObject"},
		`permit (principal, action, resource) when { [Action::"s3:A", Action::"s3:B"].contains(action) };`:         {"s3:A", "s3:B"},
		`permit (principal, action, resource) when { (context.action == "s3:A" || context.action like "sqs:*") };`: {"s3:A", "sqs:*"},
	} {
		s := statement{actions: actions, resources: []string{"*"}}
		if got := s.cedar(inCondition); got != want {
			t.Errorf("%s, not %s", got, want)
		}
	}
}

// TestPlainEvaluator holds the judge itself to AWS's rules.
func TestPlainEvaluator(t *testing.T) {
	everywhere := func(deny bool, conditions ...condition) document {
		return document{statements: []statement{{deny: deny, actions: []string{"*"}, resources: []string{"*"}, conditions: conditions}}}
	}
	allow, deny, nothing := everywhere(false), everywhere(true), document{}
	r := &request{action: "s3:GetObject", resource: "arn:aws:s3:::b/k", keys: map[string]string{"aws:SourceIp": "192.0.2.1", "aws:PrincipalArn": userARN}}
	for name, c := range map[string]struct {
		d    description
		want answer
	}{
		"E-01 nothing allows":                  {description{}, implicitly},
		"an identity policy allows":            {description{identity: []document{nothing, allow}}, allowed},
		"a denial is final":                    {description{identity: []document{allow, deny}}, explicitly},
		"the resource's policy allows":         {description{resource: &allow}, allowed},
		"a boundary does not allow":            {description{identity: []document{allow}, boundary: &nothing}, implicitly},
		"a boundary alone allows nothing":      {description{boundary: &allow}, implicitly},
		"a session policy denies":              {description{identity: []document{allow}, session: &deny}, explicitly},
		"all of them allow":                    {description{identity: []document{allow}, boundary: &allow, session: &allow}, allowed},
		"C-03 an absent key":                   {description{identity: []document{everywhere(false, condition{"StringEquals", "aws:PrincipalTag/team", []string{"a"}})}}, implicitly},
		"C-04 an absent key, negated":          {description{identity: []document{everywhere(false, condition{"StringNotEquals", "aws:PrincipalTag/team", []string{"a"}})}}, allowed},
		"C-02 one of the values":               {description{identity: []document{everywhere(false, condition{"IpAddress", "aws:SourceIp", []string{"10.0.0.0/8", "192.0.2.0/24"}})}}, allowed},
		"C-02 none of the values, negated":     {description{identity: []document{everywhere(false, condition{"NotIpAddress", "aws:SourceIp", []string{"10.0.0.0/8", "192.0.2.0/24"}})}}, implicitly},
		"M-10 a variable that has no value":    {description{identity: []document{{statements: []statement{{actions: []string{"*"}, resources: []string{"arn:aws:s3:::b/" + variable}}}}}}, implicitly},
		"C-16 a star stays in its part of ARN": {description{identity: []document{everywhere(false, condition{"ArnLike", "aws:PrincipalArn", []string{"arn:aws:iam:*:user/*"}})}}, implicitly},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.d.plainly(r); got != c.want {
				t.Errorf("%d, not %d", got, c.want)
			}
		})
	}
}
