package policy

import "testing"

// sentenceOf is what a denial says.
func sentenceOf(t *testing.T, c decisionCase, resource string) string {
	t.Helper()
	r := c.request(t)
	return Decide(r, c.set(t)).Message(r, resource)
}

const anaMayNot = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b/k"

var sentenceRows = []row{
	{"D-01", func(t *testing.T) {
		for by, want := range map[*Principal]string{
			ana: anaARN, worker: sessionARN, visitor: visitorARN, nobody: "anonymous", roleCaller: roleARN,
			ec2: "ec2.amazonaws.com",
		} {
			got := sentenceOf(t, decisionCase{by: by, scp: [][]string{{}}, endpoint: silent}, "r")
			if start := "User: " + want + " is not authorized to perform: s3:GetObject on resource: r because no "; len(got) < len(start) || got[:len(start)] != start {
				t.Errorf("%q, want it to start with %q", got, start)
			}
		}
		if got := (Decision{}).Message(&Request{Action: "s3:GetObject"},
			""); got != "User: anonymous is not authorized to perform: s3:GetObject because no identity-based policy allows the s3:GetObject action" {
			t.Error(got)
		}
	}},
	{"D-02", func(t *testing.T) {
		everything := decisionCase{
			identity: denyAll, boundary: denyAll, session: denyAll, endpoint: denyAll,
			resourcePolicy: statements(named1Clause("Deny", "*")),
			scp:            [][]string{denyAll}, rcp: [][]string{{rcpDeny}},
		}
		explicit := []struct {
			by    Type
			words string
			off   func(*decisionCase)
		}{
			{ServiceControl, "a service control policy", func(c *decisionCase) { c.scp = nil }},
			{ResourceControl, "a resource control policy", func(c *decisionCase) { c.rcp = nil }},
			{Endpoint, "a VPC endpoint policy", func(c *decisionCase) { c.endpoint = nil }},
			{Resource, "a resource-based policy", func(c *decisionCase) { c.resourcePolicy = "" }},
			{Identity, "an identity-based policy", func(c *decisionCase) { c.identity = full }},
			{Boundary, "a permissions boundary", func(c *decisionCase) { c.boundary = nil }},
			{Session, "a session policy", func(c *decisionCase) { c.session = nil }},
		}
		c := everything
		for _, line := range explicit {
			c.want, c.deniedBy = ExplicitDeny, line.by
			c.check(t)
			if got := sentenceOf(t, c, "arn:aws:s3:::b/k"); got != anaMayNot+" with an explicit deny in "+line.words {
				t.Error(got)
			}
			line.off(&c)
		}
		implicit := []struct {
			by    Type
			words string
			off   func(*decisionCase)
		}{
			{ResourceControl, "resource control policy", func(c *decisionCase) { c.rcp = nil }},
			{ServiceControl, "service control policy", func(c *decisionCase) { c.scp = nil }},
			{Endpoint, "VPC endpoint policy", func(c *decisionCase) { c.endpoint = nil }},
			{Resource, "resource-based policy", func(c *decisionCase) { c.owner = "" }},
			{Identity, "identity-based policy", func(c *decisionCase) { c.identity = full }},
			{Boundary, "permissions boundary", func(c *decisionCase) { c.boundary = nil }},
			{Session, "session policy", func(c *decisionCase) { c.session = nil }},
		}
		c = decisionCase{identity: silent, boundary: silent, session: silent, endpoint: silent, owner: accountB,
			scp: [][]string{silent}, rcp: [][]string{{}}}
		for _, line := range implicit {
			c.want, c.deniedBy = ImplicitDeny, line.by
			c.check(t)
			if got := sentenceOf(t, c,
				"arn:aws:s3:::b/k"); got != anaMayNot+" because no "+line.words+" allows the s3:GetObject action" {
				t.Error(got)
			}
			line.off(&c)
		}
		c.want = Allowed
		c.check(t)
		if got := sentenceOf(t, c, "*"); got != "" {
			t.Errorf("an allowance says %q", got)
		}
	}},
	{"D-03", func(t *testing.T) { // the quotes are S3's, so its gateway gives them
		got := sentenceOf(t, decisionCase{}, `"arn:aws:s3:::b/k"`)
		want := `User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/k" ` +
			"because no identity-based policy allows the s3:GetObject action"
		if got != want {
			t.Error(got)
		}
	}},
	{"D-05", func(t *testing.T) {
		const start = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/R"
		if got := sentenceOf(t, assuming("", decisionCase{trust: trustOf(m{"AWS": accountB})}),
			roleARN); got != start+" because no role trust policy allows the sts:AssumeRole action" {
			t.Error(got)
		}
		deny := statements(clauseOf("Deny", "sts:*", nil, []any{"Principal", m{"AWS": anaARN}}))
		if got := sentenceOf(t, assuming("", decisionCase{trust: deny}),
			roleARN); got != start+" with an explicit deny in the role trust policy" {
			t.Error(got)
		}
	}},
	{"D-06", func(t *testing.T) { // the caller of Message knows the table's spelling
		got := sentenceOf(t, decisionCase{action: "ec2:DescribeInstances", on: "*"}, "")
		if got != "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: ec2:DescribeInstances because no identity-based policy allows the ec2:DescribeInstances action" {
			t.Error(got)
		}
	}},
}

func TestTypeString(t *testing.T) {
	if got := Trust.String(); got != "role trust policy" {
		t.Error(got)
	}
	if got := Type(200).String(); got != "policy" {
		t.Error(got)
	}
}
