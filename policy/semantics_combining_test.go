package policy

import (
	"fmt"
	"strings"
	"testing"
)

// does is full where the policy allows, silent where it does not.
func does(allow bool) []string {
	if allow {
		return full
	}
	return silent
}

var (
	denyAll = one(denyOf("*", "*"))
	bob     = userOf(accountB, "bob")
	linked  = &Principal{Kind: RoleSession, Account: accountC, ARN: "arn:aws:sts::111122223333:assumed-role/L/S",
		EntityARN: "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/L"}
	lookalike = &Principal{Kind: RoleSession, Account: accountC, ARN: "arn:aws:sts::111122223333:assumed-role/L/S",
		EntityARN: "arn:aws:iam::111122223333:role/x:role/aws-service-role/L"} // of the path /x:role/aws-service-role/
	bucketAll = named1("*")
	keyARN    = "arn:aws:kms:eu-west-1:111122223333:key/1234"
)

var combiningRows = []row{
	{"E-01", cases(
		decisionCase{name: "nothing", deniedBy: Identity},
		decisionCase{name: "identity", identity: append(full[:1:1], denyAll...), want: ExplicitDeny,
			deniedBy: Identity},
		decisionCase{name: "resource", identity: full, resourcePolicy: statements(named1Clause("Deny", "*")),
			want: ExplicitDeny, deniedBy: Resource},
		decisionCase{name: "boundary", identity: full, boundary: denyAll, want: ExplicitDeny, deniedBy: Boundary},
		decisionCase{name: "session", identity: full, by: worker, session: denyAll, want: ExplicitDeny,
			deniedBy: Session},
		decisionCase{name: "SCP", identity: full, scp: [][]string{full, {full[0], denyAll[0]}}, want: ExplicitDeny,
			deniedBy: ServiceControl},
		decisionCase{name: "RCP", identity: full, rcp: [][]string{{rcpFull}, {rcpFull, rcpDeny}}, want: ExplicitDeny,
			deniedBy: ResourceControl},
		decisionCase{name: "endpoint", identity: full, endpoint: denyAll, want: ExplicitDeny, deniedBy: Endpoint},
		decisionCase{name: "identity, though the resource grants", identity: denyAll, resourcePolicy: bucketAll,
			want: ExplicitDeny, deniedBy: Identity},
		decisionCase{name: "boundary, though the resource grants", boundary: denyAll, resourcePolicy: bucketAll,
			want: ExplicitDeny, deniedBy: Boundary},
		decisionCase{name: "session, though the resource grants", by: worker, session: denyAll,
			resourcePolicy: bucketAll, want: ExplicitDeny, deniedBy: Session},
	)},
	{"E-02", cases(
		decisionCase{name: "root", by: root, want: Allowed},
		decisionCase{name: "no identity policy", by: root, identity: denyAll, boundary: denyAll, want: Allowed},
		decisionCase{name: "SCP", by: root, scp: [][]string{{full[0], denyAll[0]}}, want: ExplicitDeny,
			deniedBy: ServiceControl},
		decisionCase{name: "silent SCP", by: root, scp: [][]string{silent}, deniedBy: ServiceControl},
		decisionCase{name: "RCP", by: root, rcp: [][]string{{rcpFull, rcpDeny}}, want: ExplicitDeny,
			deniedBy: ResourceControl},
		decisionCase{name: "endpoint", by: root, endpoint: silent, deniedBy: Endpoint},
		decisionCase{name: "resource", by: root, resourcePolicy: statements(named1Clause("Deny", "*")),
			want: ExplicitDeny, deniedBy: Resource},
		decisionCase{name: "another account", by: root, owner: accountB, deniedBy: Resource},
		decisionCase{name: "its bucket's policy", by: root, action: "s3:PutBucketPolicy", on: "arn:aws:s3:::b",
			resourcePolicy: statements(named1Clause("Deny", "*")), want: Allowed},
		decisionCase{name: "its bucket's policy, SCP", by: root, action: "s3:GetBucketPolicy", scp: [][]string{silent},
			deniedBy: ServiceControl},
		decisionCase{name: "another's bucket's policy", by: root, owner: accountB, action: "s3:DeleteBucketPolicy",
			resourcePolicy: statements(named1Clause("Deny", "*")), want: ExplicitDeny, deniedBy: Resource},
		decisionCase{name: "user on its bucket's policy", identity: full, action: "s3:DeleteBucketPolicy",
			resourcePolicy: statements(named1Clause("Deny", "*")), want: ExplicitDeny, deniedBy: Resource},
	)},
	{"E-03", cases(
		decisionCase{name: "each level", identity: full, rcp: [][]string{{rcpFull}, {rcpFull}}, want: Allowed},
		decisionCase{name: "one is silent", identity: full, rcp: [][]string{{rcpFull}, {}}, deniedBy: ResourceControl},
		decisionCase{name: "another account's caller", by: bob, owner: accountC, identity: full,
			resourcePolicy: bucketAll, rcp: [][]string{{rcpFull, rcpDeny}}, want: ExplicitDeny,
			deniedBy: ResourceControl},
		decisionCase{name: "anonymous", by: nobody, resourcePolicy: bucketAll, rcp: [][]string{{rcpFull, rcpDeny}},
			want: ExplicitDeny, deniedBy: ResourceControl},
		decisionCase{name: "service-linked role", by: linked, identity: full, rcp: [][]string{{rcpFull, rcpDeny}},
			want: Allowed},
		decisionCase{name: "a role with such a path inside its own", by: lookalike, identity: full,
			rcp: [][]string{{rcpFull, rcpDeny}}, want: ExplicitDeny, deniedBy: ResourceControl},
	)},
	{"E-04", cases(
		decisionCase{name: "each level", identity: full, scp: [][]string{full, {silent[0], full[0]}}, want: Allowed},
		decisionCase{name: "one is silent", identity: full, scp: [][]string{full, silent}, deniedBy: ServiceControl},
		decisionCase{name: "limits a direct grant too", scp: [][]string{silent}, resourcePolicy: bucketAll,
			deniedBy: ServiceControl},
		decisionCase{name: "service-linked role", by: linked, identity: full, scp: [][]string{silent, denyAll},
			want: Allowed},
		decisionCase{name: "a role with such a path inside its own", by: lookalike, identity: full,
			scp: [][]string{silent}, deniedBy: ServiceControl},
		decisionCase{name: "a service", by: ec2, resourcePolicy: bucketAll, scp: [][]string{denyAll}, want: Allowed},
		decisionCase{name: "anonymous", by: nobody, resourcePolicy: bucketAll, scp: [][]string{denyAll}, want: Allowed},
	)},
	{"E-05", cases(
		decisionCase{name: "silent", identity: full, endpoint: silent, deniedBy: Endpoint},
		decisionCase{name: "allows", identity: full, endpoint: []string{silent[0], full[0]}, want: Allowed},
		decisionCase{name: "names another", identity: full, endpoint: []string{named1(m{"AWS": accountB})},
			deniedBy: Endpoint},
	)},
	{"E-06", func(t *testing.T) {
		for name, c := range map[string]decisionCase{
			"user":      {by: ana, resourcePolicy: named1(m{"AWS": anaARN})},
			"session":   {by: worker, resourcePolicy: named1(m{"AWS": sessionARN})},
			"federated": {by: visitor, resourcePolicy: named1(m{"AWS": visitorARN}), sessionRequired: true},
			"everyone":  {by: worker, resourcePolicy: bucketAll},
		} {
			c.name, c.identity, c.boundary, c.session, c.want = name, silent, silent, silent, Allowed
			if c.sessionRequired {
				c.session = nil
			}
			t.Run(name, c.check)
		}
	}},
	{"E-07", cases(
		decisionCase{name: "identity need not", by: worker, boundary: full, session: full,
			resourcePolicy: named1(m{"AWS": roleARN}), want: Allowed},
		decisionCase{name: "boundary must", by: worker, boundary: silent, session: full,
			resourcePolicy: named1(m{"AWS": roleARN}), deniedBy: Boundary},
		decisionCase{name: "session must", by: worker, boundary: full, session: silent,
			resourcePolicy: named1(m{"AWS": roleARN}), deniedBy: Session},
		decisionCase{name: "both silent", by: worker, boundary: silent, session: silent,
			resourcePolicy: named1(m{"AWS": roleARN}), deniedBy: Boundary},
	)},
	{"E-08", cases(
		decisionCase{name: "allowed", by: visitor, boundary: full, session: full,
			resourcePolicy: named1(m{"AWS": anaARN}), want: Allowed},
		decisionCase{name: "boundary", by: visitor, boundary: silent, session: full,
			resourcePolicy: named1(m{"AWS": anaARN}), deniedBy: Boundary},
		decisionCase{name: "session", by: visitor, session: silent, resourcePolicy: named1(m{"AWS": anaARN}),
			deniedBy: Session},
		decisionCase{name: "no session policy", by: visitor, sessionRequired: true,
			resourcePolicy: named1(m{"AWS": anaARN}), deniedBy: Session},
	)},
	{"E-09", cases(
		decisionCase{name: "alone", resourcePolicy: named1(m{"AWS": accountARN}), deniedBy: Identity},
		decisionCase{name: "with identity", identity: full, resourcePolicy: named1(m{"AWS": accountARN}),
			want: Allowed},
		decisionCase{name: "with identity, not boundary", identity: full, boundary: silent,
			resourcePolicy: named1(m{"AWS": accountARN}), deniedBy: Boundary},
	)},
	{"E-10", cases(
		decisionCase{by: worker, boundary: silent, session: silent, want: Allowed,
			context: m{"aws:PrincipalArn": roleARN},
			resourcePolicy: statements(named1Clause("Allow", "*", "Condition",
				m{"ArnEquals": m{"aws:PrincipalArn": roleARN}}))},
		decisionCase{by: worker, context: m{"aws:PrincipalArn": "arn:aws:iam::111122223333:role/Q"}, deniedBy: Identity,
			resourcePolicy: statements(named1Clause("Allow", "*", "Condition",
				m{"ArnEquals": m{"aws:PrincipalArn": roleARN}}))},
	)},
	{"E-11", sameAccount},
	{"E-12", cases(
		decisionCase{name: "one of the set", by: worker, identity: full, session: []string{silent[0], full[0]},
			want: Allowed},
		decisionCase{name: "intersection", by: worker, identity: silent, session: full, deniedBy: Identity},
		decisionCase{name: "the other way", by: worker, identity: full, session: silent, deniedBy: Session},
		decisionCase{name: "federated without policy", by: visitor, identity: full, sessionRequired: true,
			deniedBy: Session},
		decisionCase{name: "federated with one", by: visitor, identity: full, session: full, sessionRequired: true,
			want: Allowed},
		decisionCase{name: "federated, resource grants", by: visitor, sessionRequired: true, resourcePolicy: bucketAll,
			want: Allowed},
	)},
	{"E-13", acrossAccounts},
	{"E-14", cases(
		decisionCase{name: "key policy silent", identity: full, action: "kms:Decrypt", on: keyARN,
			resourcePolicy: named1(m{"AWS": accountB}), deniedBy: Resource},
		decisionCase{name: "no key policy", identity: full, action: "kms:Decrypt", on: keyARN, deniedBy: Resource},
		decisionCase{name: "names the account", identity: full, action: "kms:Decrypt", on: keyARN,
			resourcePolicy: named1(m{"AWS": accountC}), want: Allowed},
		decisionCase{name: "names the account, identity silent", action: "kms:Decrypt", on: keyARN,
			resourcePolicy: named1(m{"AWS": accountC}), deniedBy: Identity},
		decisionCase{name: "names the user", action: "kms:Decrypt", on: keyARN,
			resourcePolicy: named1(m{"AWS": anaARN}), want: Allowed},
		decisionCase{name: "an alias is no key", identity: full, action: "kms:UpdateAlias",
			on: "arn:aws:kms:eu-west-1:111122223333:alias/a", want: Allowed},
		decisionCase{name: "root without the key policy", by: root, action: "kms:Decrypt", on: keyARN,
			deniedBy: Resource},
		decisionCase{name: "no trust policy", identity: full, action: "sts:AssumeRole", on: roleARN, deniedBy: Trust},
	)},
	{"E-15", cases(
		decisionCase{name: "everyone", by: nobody, resourcePolicy: bucketAll, want: Allowed},
		decisionCase{name: "nobody", by: nobody, identity: full, deniedBy: Resource},
		decisionCase{name: "account", by: nobody, resourcePolicy: named1(m{"AWS": accountC}), deniedBy: Resource},
		decisionCase{name: "condition", by: nobody, context: m{"aws:SourceIp": "203.0.113.9"}, want: Allowed,
			resourcePolicy: statements(named1Clause("Allow", "*", "Condition",
				m{"IpAddress": m{"aws:SourceIp": "203.0.113.0/24"}}))},
		decisionCase{name: "RCP", by: nobody, resourcePolicy: bucketAll, rcp: [][]string{{}},
			deniedBy: ResourceControl},
		decisionCase{name: "endpoint", by: nobody, resourcePolicy: bucketAll, endpoint: silent, deniedBy: Endpoint},
	)},
	{"E-16", cases(
		decisionCase{name: "named", by: ec2, resourcePolicy: named1(m{"Service": "ec2.amazonaws.com"}), want: Allowed},
		decisionCase{name: "not named", by: ec2, identity: full, resourcePolicy: named1(m{"AWS": accountC}),
			deniedBy: Resource},
		decisionCase{name: "RCP", by: ec2, resourcePolicy: bucketAll, rcp: [][]string{{rcpFull, rcpDeny}},
			want: ExplicitDeny, deniedBy: ResourceControl},
		decisionCase{name: "no SCP, no endpoint", by: ec2, resourcePolicy: bucketAll, scp: [][]string{denyAll},
			endpoint: denyAll, want: Allowed},
	)},
	{"E-17", cases(
		decisionCase{name: "GetCallerIdentity", action: "sts:GetCallerIdentity", on: "*", identity: denyAll,
			scp: [][]string{denyAll}, want: Allowed},
		decisionCase{name: "GetSessionToken", action: "sts:GetSessionToken", on: "*", identity: denyAll, want: Allowed},
		decisionCase{name: "GetSessionToken, unsigned", by: nobody, action: "sts:GetSessionToken", on: "*",
			deniedBy: Resource},
		decisionCase{name: "web identity", by: google, action: "sts:AssumeRoleWithWebIdentity", on: roleARN,
			trust: webTrust, context: m{"accounts.google.com:aud": "app"}, want: Allowed},
		decisionCase{name: "web identity, no SCP", by: google, scp: [][]string{denyAll},
			action: "sts:AssumeRoleWithWebIdentity", on: roleARN, trust: webTrust,
			context: m{"accounts.google.com:aud": "app"}, want: Allowed},
	)},
	{"E-18", cases(
		decisionCase{name: "federated user, IAM", by: visitor, identity: full, session: full, action: "iam:ListUsers",
			on: "arn:aws:iam::111122223333:user/", deniedBy: Session},
		decisionCase{name: "federated user, STS", by: visitor, identity: full, session: full,
			action: "sts:GetSessionToken", on: "*", deniedBy: Session},
		decisionCase{name: "federated user, itself", by: visitor, action: "sts:GetCallerIdentity", on: "*",
			want: Allowed},
		decisionCase{name: "role session, session token", by: worker, identity: full, action: "sts:GetSessionToken",
			on: "*", deniedBy: Identity},
		decisionCase{name: "role session, federation token", by: worker, identity: full,
			action: "sts:GetFederationToken", on: visitorARN, deniedBy: Identity},
		decisionCase{name: "root, AssumeRole", by: root, action: "sts:AssumeRole", on: roleARN,
			trust: trustOf(m{"AWS": "*"}), deniedBy: Trust},
	)},
	{"E-21", monotone},
	{"E-25", func(t *testing.T) {
		unknown := []any{"Condition", m{"StringResembles": m{"aws:username": "x"}}}
		cases(
			decisionCase{name: "Allow never", identity: one(allows("*", "*", unknown...)), deniedBy: Identity},
			decisionCase{name: "Deny always", identity: []string{statements(allows("*", "*"),
				denyOf("s3:*", "*", unknown...))}, want: ExplicitDeny, deniedBy: Identity},
			decisionCase{name: "Deny of another service", action: "iam:GetUser", on: anaARN,
				identity: []string{statements(allows("*", "*"), denyOf("s3:*", "*", unknown...))}, want: Allowed},
			decisionCase{name: "Deny whatever else its condition says", want: ExplicitDeny, deniedBy: Identity,
				identity: []string{statements(allows("*", "*"),
					denyOf("s3:*", "*", "Condition", m{"StringResembles": m{"k": "x"}, "StringEquals": m{"k": "y"}}))}},
			decisionCase{name: "NullIfExists is none",
				identity: one(allows("*", "*", "Condition", m{"NullIfExists": m{"k": "true"}})), deniedBy: Identity},
			decisionCase{name: "ForAllValues:Null is none",
				identity: one(allows("*", "*", "Condition", m{"ForAllValues:Null": m{"k": "true"}})),
				deniedBy: Identity},
		)(t)
		allow := compiled(t, Identity, full[0])
		for name, s := range map[string]*Set{
			"Identity": {Identity: []*Policy{allow, Unreadable(Identity, "p")}},
			"Boundary": {Identity: []*Policy{allow}, Boundary: []*Policy{Unreadable(Boundary, "p")}},
			"no level": {Identity: []*Policy{allow}, ServiceControl: [][]*Policy{{nil}}},
			"Resource": {Identity: []*Policy{allow}, Resource: Unreadable(Resource, "p")},
		} {
			d := Decide((&decisionCase{}).request(t), s)
			if d.Outcome != ExplicitDeny || d.Statement != -1 {
				t.Errorf("%s: %+v", name, d)
			}
		}
	}},
}

const (
	rcpFull = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`
	rcpDeny = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}]}`
)

// sameAccount is the table "Same account: does it come out allowed?".
func sameAccount(t *testing.T) {
	const any = 2
	for _, line := range []struct {
		identity, boundary, session int
		by                          *Principal
		resource                    string
		want                        Outcome
		deniedBy                    Type
	}{
		{1, 1, 1, worker, "", Allowed, 0},
		{1, 0, 1, worker, "", ImplicitDeny, Boundary},
		{1, 1, 0, worker, "", ImplicitDeny, Session},
		{0, any, any, ana, named1(m{"AWS": anaARN}), Allowed, 0},
		{0, any, any, worker, named1(m{"AWS": sessionARN}), Allowed, 0},
		{0, any, any, visitor, named1(m{"AWS": visitorARN}), Allowed, 0},
		{0, any, any, worker, bucketAll, Allowed, 0},
		{0, 1, 1, worker, named1(m{"AWS": roleARN}), Allowed, 0},
		{0, 0, any, worker, named1(m{"AWS": roleARN}), ImplicitDeny, Boundary},
		{0, 1, 0, worker, named1(m{"AWS": roleARN}), ImplicitDeny, Session},
		{1, 0, 1, worker, named1(m{"AWS": roleARN}), ImplicitDeny, Boundary},
		{0, 1, 1, visitor, named1(m{"AWS": anaARN}), Allowed, 0},
		{0, 0, any, visitor, named1(m{"AWS": anaARN}), ImplicitDeny, Boundary},
		{0, any, any, ana, named1(m{"AWS": accountC}), ImplicitDeny, Identity},
		{0, any, any, ana, "", ImplicitDeny, Identity},
	} {
		for boundary := range 2 {
			for session := range 2 {
				if line.boundary != any && line.boundary != boundary || line.session != any && line.session != session {
					continue
				}
				c := decisionCase{by: line.by, identity: does(line.identity == 1), boundary: does(boundary == 1),
					session:        does(session == 1),
					resourcePolicy: line.resource, want: line.want, deniedBy: line.deniedBy}
				c.check(t)
			}
		}
	}
}

// acrossAccounts is the table "Across accounts".
func acrossAccounts(t *testing.T) {
	worker := sessionOf(accountB, "R", "S")
	names := []any{m{"AWS": worker.ARN}, m{"AWS": worker.EntityARN}, m{"AWS": accountB}, "*"}
	for _, line := range []struct {
		scp, identity, boundary, session, resource, rcp int
		want                                            Outcome
		deniedBy                                        Type
	}{
		{1, 1, 1, 1, 1, 1, Allowed, 0},
		{0, 1, 1, 1, 1, 1, ImplicitDeny, ServiceControl},
		{1, 0, 1, 1, 1, 1, ImplicitDeny, Identity},
		{1, 1, 0, 1, 1, 1, ImplicitDeny, Boundary},
		{1, 1, 1, 0, 1, 1, ImplicitDeny, Session},
		{1, 1, 1, 1, 0, 1, ImplicitDeny, Resource},
		{1, 1, 1, 1, 1, 0, ImplicitDeny, ResourceControl},
	} {
		for _, name := range names {
			c := decisionCase{
				name: fmt.Sprint(line, name), by: worker, owner: accountC, want: line.want, deniedBy: line.deniedBy,
				identity: does(line.identity == 1), boundary: does(line.boundary == 1),
				session: does(line.session == 1),
				scp:     [][]string{does(line.scp == 1)}, resourcePolicy: named1(m{"AWS": "777788889999"}),
				rcp: [][]string{{}},
			}
			if line.resource == 1 {
				c.resourcePolicy = named1(name)
			}
			if line.rcp == 1 {
				c.rcp = [][]string{{rcpFull}}
			}
			t.Run(c.name, c.check)
		}
	}
}

const webTrust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"accounts.google.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"accounts.google.com:aud":"app"}}}]}`

var google = &Principal{Kind: Provider, ARN: "accounts.google.com"}

func trustOf(principal any, more ...any) string {
	return statements(clauseOf("Allow", "sts:AssumeRole", nil, append([]any{"Principal", principal}, more...)))
}

// assuming is a case of sts:AssumeRole on the role R of account C.
func assuming(name string, c decisionCase) decisionCase {
	c.name = name
	c.on = roleARN
	if c.action == "" {
		c.action = "sts:AssumeRole"
	}
	return c
}

var trustRows = []row{
	{"T-01", cases(
		assuming("user", decisionCase{trust: trustOf(m{"AWS": anaARN}), want: Allowed}),
		assuming("role", decisionCase{by: sessionOf(accountC, "Q", "S"),
			trust: trustOf(m{"AWS": "arn:aws:iam::111122223333:role/Q"}), want: Allowed}),
		assuming("session", decisionCase{by: sessionOf(accountC, "Q", "S"),
			trust: trustOf(m{"AWS": "arn:aws:sts::111122223333:assumed-role/Q/S"}), want: Allowed}),
		assuming("everyone", decisionCase{trust: trustOf(m{"AWS": "*"}), want: Allowed}),
		assuming("account, identity silent", decisionCase{trust: trustOf(m{"AWS": accountC}), deniedBy: Identity}),
		assuming("account, identity allows", decisionCase{identity: full, trust: trustOf(m{"AWS": accountC}),
			want: Allowed}),
		assuming("neither", decisionCase{identity: full, trust: trustOf(m{"AWS": accountB}), deniedBy: Trust}),
	)},
	{"T-02", cases(
		assuming("caller, identity allows", decisionCase{by: bob, identity: full, trust: trustOf(m{"AWS": bob.ARN}),
			want: Allowed}),
		assuming("caller, identity silent", decisionCase{by: bob, trust: trustOf(m{"AWS": bob.ARN}),
			deniedBy: Identity}),
		assuming("account, identity allows", decisionCase{by: bob, identity: full, trust: trustOf(m{"AWS": accountB}),
			want: Allowed}),
		assuming("boundary", decisionCase{by: bob, identity: full, boundary: silent, trust: trustOf(m{"AWS": accountB}),
			deniedBy: Boundary}),
		assuming("SCP", decisionCase{by: bob, identity: full, scp: [][]string{silent},
			trust: trustOf(m{"AWS": accountB}), deniedBy: ServiceControl}),
		assuming("trust silent", decisionCase{by: bob, identity: full, trust: trustOf(m{"AWS": accountC}),
			deniedBy: Trust}),
	)},
	{"T-03", cases(
		assuming("trust denies", decisionCase{identity: full, want: ExplicitDeny, deniedBy: Trust,
			trust: statements(clauseOf("Allow", "sts:AssumeRole", nil, []any{"Principal", m{"AWS": anaARN}}),
				clauseOf("Deny", "sts:*", nil, []any{"Principal", m{"AWS": accountC}}))}),
		assuming("identity denies", decisionCase{identity: denyAll, trust: trustOf(m{"AWS": anaARN}),
			want: ExplicitDeny, deniedBy: Identity}),
		assuming("boundary limits a role", decisionCase{by: worker, boundary: silent, trust: trustOf(m{"AWS": roleARN}),
			deniedBy: Boundary}),
		assuming("session policy limits a role", decisionCase{by: worker, session: silent,
			trust: trustOf(m{"AWS": roleARN}), deniedBy: Session}),
		assuming("but not a session named itself",
			decisionCase{by: worker, boundary: silent, session: silent, trust: trustOf(m{"AWS": sessionARN}),
				want: Allowed}),
		assuming("nor a user named itself", decisionCase{boundary: silent, trust: trustOf(m{"AWS": anaARN}),
			want: Allowed}),
	)},
	{"T-04", cases(
		assuming("tags, trust silent", decisionCase{action: "sts:TagSession", trust: trustOf(m{"AWS": anaARN}),
			deniedBy: Trust}),
		assuming("tags, trust allows", decisionCase{action: "sts:TagSession", want: Allowed,
			trust: statements(clauseOf("Allow", []string{"sts:AssumeRole", "sts:TagSession"}, nil,
				[]any{"Principal", m{"AWS": anaARN}}))}),
		assuming("source identity", decisionCase{action: "sts:SetSourceIdentity", identity: full,
			trust: trustOf(m{"AWS": accountC}), deniedBy: Trust}),
		assuming("tags of a provider", decisionCase{by: google, action: "sts:TagSession", trust: webTrust,
			deniedBy: Trust}),
	)},
	{"T-05", cases(
		assuming("not sent", decisionCase{by: bob, identity: full, trust: externalTrust, deniedBy: Trust}),
		assuming("as sent", decisionCase{by: bob, identity: full, trust: externalTrust,
			context: m{"sts:ExternalId": "Xy 1"}, want: Allowed}),
		assuming("another case", decisionCase{by: bob, identity: full, trust: externalTrust,
			context: m{"sts:ExternalId": "xy 1"}, deniedBy: Trust}),
	)},
	{"T-06", cases(
		assuming("without MFA", decisionCase{trust: trustOf(m{"AWS": anaARN}, "Condition",
			m{"Bool": m{"aws:MultiFactorAuthPresent": "true"}}), deniedBy: Trust}),
		assuming("with MFA", decisionCase{trust: trustOf(m{"AWS": anaARN}, "Condition",
			m{"Bool": m{"aws:MultiFactorAuthPresent": true}, "NumericLessThan": m{"aws:MultiFactorAuthAge": 300}}),
			context: m{"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "0"}, want: Allowed}),
	)},
	{"T-07", cases(
		assuming("not named", decisionCase{by: worker, identity: full,
			trust: trustOf(m{"Service": "ec2.amazonaws.com"}), deniedBy: Trust}),
		assuming("named", decisionCase{by: worker, trust: trustOf(m{"AWS": roleARN}), want: Allowed}),
	)},
	{"T-08", cases(
		decisionCase{name: "own account", action: "iam:PassRole", on: roleARN,
			context: m{"iam:PassedToService": "ec2.amazonaws.com"}, want: Allowed,
			identity: one(allows("iam:PassRole", roleARN, "Condition",
				m{"StringEquals": m{"iam:PassedToService": "ec2.amazonaws.com"}}))},
		decisionCase{name: "another service", action: "iam:PassRole", on: roleARN,
			context: m{"iam:PassedToService": "lambda.amazonaws.com"}, deniedBy: Identity,
			identity: one(allows("iam:PassRole", roleARN, "Condition",
				m{"StringEquals": m{"iam:PassedToService": "ec2.amazonaws.com"}}))},
		decisionCase{name: "another account's role", action: "iam:PassRole", by: bob, on: roleARN, identity: full,
			deniedBy: Resource},
	)},
	{"T-09", cases(
		assuming("named", decisionCase{by: ec2, trust: trustOf(m{"Service": "ec2.amazonaws.com"}), want: Allowed}),
		assuming("another", decisionCase{by: ec2, trust: trustOf(m{"Service": "lambda.amazonaws.com"}),
			deniedBy: Trust}),
		assuming("not by everyone", decisionCase{by: ec2, trust: trustOf(m{"AWS": "*"}), deniedBy: Trust}),
		assuming("of a resource", decisionCase{by: ec2, context: m{"aws:SourceAccount": accountC}, want: Allowed,
			trust: trustOf(m{"Service": "ec2.amazonaws.com"}, "Condition",
				m{"StringEquals": m{"aws:SourceAccount": accountC}})}),
		assuming("of another's resource", decisionCase{by: ec2, context: m{"aws:SourceAccount": accountB},
			deniedBy: Trust,
			trust: trustOf(m{"Service": "ec2.amazonaws.com"}, "Condition",
				m{"StringEquals": m{"aws:SourceAccount": accountC}})}),
	)},
	{"T-10", func(t *testing.T) {
		wrong := assuming("wrong", decisionCase{trust: trustOf(m{"AWS": accountB})})
		missing := assuming("missing", decisionCase{})
		var said []string
		for _, c := range []decisionCase{wrong, missing} {
			r := c.request(t)
			said = append(said, Decide(r, c.set(t)).Message(r, roleARN))
		}
		if said[0] != said[1] || !strings.HasSuffix(said[0],
			"because no role trust policy allows the sts:AssumeRole action") {
			t.Errorf("%q", said)
		}
	}},
	{"T-11", all(sharedIssuersAreTold, cases(
		assuming("named and condition", decisionCase{by: google, action: "sts:AssumeRoleWithWebIdentity",
			context: m{"accounts.google.com:aud": "app"}, trust: webTrust, want: Allowed}),
		assuming("condition fails", decisionCase{by: google, action: "sts:AssumeRoleWithWebIdentity",
			context: m{"accounts.google.com:aud": "other"}, trust: webTrust, deniedBy: Trust}),
		assuming("another provider", decisionCase{by: &Principal{Kind: Provider,
			ARN: "arn:aws:iam::111122223333:oidc-provider/idp"}, action: "sts:AssumeRoleWithWebIdentity",
			trust: webTrust, deniedBy: Trust}),
		assuming("not by everyone", decisionCase{by: google,
			trust:  statements(clauseOf("Allow", "sts:*", nil, []any{"Principal", m{"AWS": "*"}})),
			action: "sts:AssumeRoleWithWebIdentity", deniedBy: Trust}),
	))},
	{"T-12", cases(
		assuming("named", decisionCase{by: &Principal{Kind: Provider,
			ARN: "arn:aws:iam::111122223333:saml-provider/corp"}, action: "sts:AssumeRoleWithSAML",
			context: m{"saml:aud": "https://signin.aws.amazon.com/saml"}, want: Allowed,
			trust: statements(clauseOf("Allow", "sts:AssumeRoleWithSAML", nil,
				[]any{"Principal", m{"Federated": "arn:aws:iam::111122223333:saml-provider/corp"}, "Condition",
					m{"StringEquals": m{"SAML:aud": "https://signin.aws.amazon.com/saml"}}}))}),
		assuming("no trust", decisionCase{by: google, action: "sts:AssumeRoleWithSAML", deniedBy: Trust}),
	)},
	{"T-13", mustAllow},
}

// T-13: what a decision case calls the resource policy is the trust policy of
// a role, or the policy of a key; both must allow.
func mustAllow(t *testing.T) {
	cases(
		assuming("a resource policy is no trust policy",
			decisionCase{identity: full, resourcePolicy: bucketAll, deniedBy: Trust}),
		decisionCase{name: "key policy", identity: full, action: "kms:Decrypt", on: keyARN,
			resourcePolicy: named1(m{"AWS": bob.ARN}), deniedBy: Resource},
		decisionCase{name: "bucket policy", identity: full, resourcePolicy: named1(m{"AWS": bob.ARN}), want: Allowed},
	)(t)
}

var externalTrust = trustOf(m{"AWS": accountB}, "Condition", m{"StringEquals": m{"sts:ExternalId": "Xy 1"}})

var organizationRows = []row{
	{"O-01", cases(
		decisionCase{name: "the whole language", identity: full, context: m{"k": "a"}, want: Allowed,
			scp: [][]string{one(allows(nil, "arn:aws:s3:::*", "NotAction", "iam:*G*t", "Condition",
				m{"StringEquals": m{"k": "a"}}))}},
	)},
	{"O-02", func(t *testing.T) {
		saved(t, ResourceControl, rcpDeny)
		refused(t, ResourceControl, rcpFull, messageOrganizations)
		refused(t, ResourceControl, statements(clauseOf("Deny", "s3:*", "*", nil)), messageOrganizations)
		refused(t, ResourceControl, statements(named1Clause("Deny", "*")), messageOrganizations)
		refused(t, ResourceControl, statements(clauseOf("Deny", "s3:*", "*", []any{"Principal", m{"AWS": accountC}})),
			messageOrganizations)
		refused(t, ResourceControl, statements(clauseOf("Deny", nil, "*",
			[]any{"Principal", "*", "NotAction", "s3:*"})), messageOrganizations)
		refused(t, ServiceControl, statements(named1Clause("Deny", "*")), messageOrganizations)
		saved(t, ServiceControl, full[0])
	}},
	{"O-03", cases(
		decisionCase{name: "ORed on a level", identity: full, scp: [][]string{{silent[0], full[0]}}, want: Allowed},
		decisionCase{name: "ANDed over levels", identity: full, scp: [][]string{full, silent, full},
			deniedBy: ServiceControl},
		decisionCase{name: "empty level", identity: full, scp: [][]string{full, {}}, deniedBy: ServiceControl},
	)},
	{"O-04", cases(
		decisionCase{name: "no levels", identity: full, scp: [][]string{}, want: Allowed},
		decisionCase{name: "an empty level", identity: full, scp: [][]string{{}}, deniedBy: ServiceControl},
	)},
}
