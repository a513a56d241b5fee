package main

import (
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
)

// TestRegoLike: patterns become what OPA's index knows, where there is a way.
func TestRegoLike(t *testing.T) {
	for want, patterns := range map[string][]string{
		`input.arn == "a"`:                                {"a"},
		`input.arn in {"a", "b"}`:                         {"a", "b"},
		`startswith(input.arn, "a/")`:                     {"a/*"},
		`strings.any_prefix_match(input.arn, ["a", "b"])`: {"a*", "b*"},
		`regex.match("^(?:a|b.*)$", input.arn)`:           {"a", "b*"},
	} {
		if got := strings.Join(regoLike("input.arn", patterns), "; "); got != want {
			t.Errorf("%v is %s, not %s", patterns, got, want)
		}
	}
}

func TestRegoResources(t *testing.T) {
	for name, c := range map[string]struct {
		patterns []string
		want     string
	}{
		"everything":  {[]string{"*"}, ``},
		"a name":      {[]string{"arn:aws:sqs:eu-west-1:1:q"}, `input.arn == "arn:aws:sqs:eu-west-1:1:q"`},
		"a prefix":    {[]string{"arn:aws:s3:::b/*"}, `startswith(input.arn, "arn:aws:s3:::b/")`},
		"a region":    {[]string{"arn:aws:sqs:*:1:q-*"}, `input.service == "sqs"; input.account == "1"; startswith(input.name, "q-")`},
		"in the name": {[]string{"arn:aws:s3:::b-*/r/*"}, `startswith(input.arn, "arn:aws:s3:::b-"); glob.match("arn:aws:s3:::b-*/r/*", null, input.arn)`},
		"the user's":  {[]string{"arn:aws:s3:::home/" + variable + "/*"}, `startswith(input.arn, "arn:aws:s3:::home/"); input.folder == input.username`},
		"two of them": {[]string{"arn:aws:s3:::a/*", "arn:aws:s3:::b/*"}, `strings.any_prefix_match(input.arn, ["arn:aws:s3:::a/", "arn:aws:s3:::b/"])`},
		"two, open": {[]string{"arn:aws:sqs:*:1:a", "arn:aws:sqs:eu-west-1:1:b"},
			`strings.any_prefix_match(input.arn, ["arn:aws:sqs:", "arn:aws:sqs:eu-west-1:1:b"]); regex.match("^(?:arn:aws:sqs:.*:1:a|arn:aws:sqs:eu-west-1:1:b)$", input.arn)`},
	} {
		t.Run(name, func(t *testing.T) {
			if got := strings.Join(regoResources(c.patterns), "; "); got != c.want {
				t.Errorf("%s\nnot\n%s", got, c.want)
			}
		})
	}
}

func TestRegoConditions(t *testing.T) {
	for want, c := range map[string]condition{
		`input.team == "a"`:                                              {"StringEquals", "aws:PrincipalTag/team", []string{"a"}},
		`not input.team in {"a", "b"}`:                                   {"StringNotEquals", "aws:PrincipalTag/team", []string{"a", "b"}},
		`input.tls == true`:                                              {"Bool", "aws:SecureTransport", []string{"true"}},
		`startswith(input.project, "web-")`:                              {"StringLike", "aws:RequestTag/project", []string{"web-*"}},
		`input.mfaAge < 60`:                                              {"NumericLessThan", "aws:MultiFactorAuthAge", []string{"60"}},
		`input.now < 1798761600000000000`:                                {"DateLessThan", "aws:CurrentTime", []string{"2027-01-01T00:00:00Z"}},
		`input.now > 1798761600000000000`:                                {"DateGreaterThan", "aws:CurrentTime", []string{"2027-01-01T00:00:00Z"}},
		`net.cidr_contains("10.0.0.0/8", input.ip)`:                      {"IpAddress", "aws:SourceIp", []string{"10.0.0.0/8"}},
		`net.cidr_contains(["10.0.0.0/8", "192.0.2.0/24"][_], input.ip)`: {"IpAddress", "aws:SourceIp", []string{"10.0.0.0/8", "192.0.2.0/24"}},
	} {
		if got := c.rego(); got != want {
			t.Errorf("%+v is %s, not %s", c, got, want)
		}
	}
}

// TestRegoLayers: a layer is a rule of its own that must hold; what is not there is
// not asked for.
func TestRegoLayers(t *testing.T) {
	head := func(d *description) string {
		_, body, _ := strings.Cut(d.rego(), "allow if {\n")
		body, _, _ = strings.Cut(body, "}")
		return strings.Join(strings.Fields(body), " ")
	}
	if got := head(small()); got != "granted not denied" {
		t.Errorf("small asks for %s", got)
	}
	if got := head(large()); got != "session boundary granted not denied" {
		t.Errorf("large asks for %s", got)
	}
	for name, d := range map[string]*description{"small": small(), "typical": typical(), "large": large()} {
		if _, err := ast.ParseModule("m.rego", d.rego()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if rules := strings.Count(d.rego(), " if {") - 1; rules != d.statements() {
			t.Errorf("%s has %d rules of %d statements", name, rules, d.statements())
		}
	}
}

// TestRegoInput: an ARN is cut ahead, and values have their forms.
func TestRegoInput(t *testing.T) {
	r := request{action: "s3:GetObject", resource: "arn:aws:s3:::home/ana/k", keys: map[string]string{
		"aws:MultiFactorAuthAge": "12", "aws:SecureTransport": "false", "aws:CurrentTime": "1970-01-01T00:00:01Z", "aws:SourceIp": "192.0.2.1"}}
	in, err := r.rego(&description{role: roleARN})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]ast.Value{
		"service": ast.String("s3"), "account": ast.String(""), "name": ast.String("home/ana/k"), "folder": ast.String("ana"), "role": ast.String(roleARN),
		"mfaAge": ast.Number("12"), "tls": ast.Boolean(false), "now": ast.Number("1000000000"), "ip": ast.String("192.0.2.1"),
	} {
		if got := in.(ast.Object).Get(ast.StringTerm(path)); got == nil || got.Value.Compare(want) != 0 {
			t.Errorf("%s is %v, not %v", path, got, want)
		}
	}
}
