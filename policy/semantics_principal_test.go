package policy

import "testing"

// granted is a case of a resource policy that names a principal and a caller
// whose own policies say nothing: allowed means a direct grant (E-06).
func granted(name string, principal any, by *Principal, want Outcome, deniedBy Type) decisionCase {
	return decisionCase{name: name, resourcePolicy: named1(principal), by: by, want: want, deniedBy: deniedBy}
}

// exempted is a case of a Deny with NotPrincipal and a caller who may do
// everything.
func exempted(name string, listed any, by *Principal, want Outcome) decisionCase {
	return decisionCase{
		name: name, identity: full, by: by, want: want, deniedBy: Resource,
		resourcePolicy: statements(clauseOf("Deny", "*", "*", []any{"NotPrincipal", listed})),
	}
}

const (
	anaARN     = "arn:aws:iam::111122223333:user/ana"
	roleARN    = "arn:aws:iam::111122223333:role/R"
	sessionARN = "arn:aws:sts::111122223333:assumed-role/R/S"
	visitorARN = "arn:aws:sts::111122223333:federated-user/N"
	accountARN = "arn:aws:iam::111122223333:root"
)

// roleCaller is a decision case's caller that is given as a role (P-11).
var roleCaller = &Principal{Kind: RoleSession, Account: accountC, ARN: roleARN, EntityARN: roleARN}

var principalRows = []row{
	{"P-01", func(t *testing.T) {
		for _, everyone := range []any{"*", m{"AWS": "*"}, m{"AWS": []string{"x", "*"}}} {
			for _, by := range []*Principal{ana, worker, visitor, root, nobody, ec2} {
				c := granted(by.ARN, everyone, by, Allowed, 0)
				c.check(t)
			}
		}
		for _, wild := range []string{"arn:aws:iam::111122223333:user/*", "arn:aws:sts::111122223333:assumed-role/R/*",
			"arn:aws:iam::*:user/ana", "1111*"} {
			refused(t, Resource, named1(m{"AWS": wild}), `Invalid principal in policy: "AWS":"`+wild+`"`)
			refused(t, Trust, trustOf(m{"AWS": wild}), `Invalid principal in policy: "AWS":"`+wild+`"`)
			c := granted(wild, m{"AWS": wild}, ana, ImplicitDeny, Identity)
			c.check(t)
		}
	}},
	{"P-02", cases(
		granted("account id is no direct grant", m{"AWS": accountC}, ana, ImplicitDeny, Identity),
		granted("account ARN is no direct grant", m{"AWS": accountARN}, worker, ImplicitDeny, Identity),
		decisionCase{name: "delegates across accounts", by: userOf(accountB, "bob"), owner: accountC, identity: full,
			resourcePolicy: named1(m{"AWS": accountB}), want: Allowed},
		decisionCase{name: "not only to root", by: sessionOf(accountB, "X", "Y"), owner: accountC, identity: full,
			resourcePolicy: named1(m{"AWS": "arn:aws:iam::444455556666:root"}), want: Allowed},
		decisionCase{name: "to root too", by: rootOf(accountB), owner: accountC,
			resourcePolicy: named1(m{"AWS": accountB}), want: Allowed},
		decisionCase{name: "another account", by: userOf(accountB, "bob"), owner: accountC, identity: full,
			resourcePolicy: named1(m{"AWS": "777788889999"}), deniedBy: Resource},
	)},
	{"P-03", cases(
		granted("user", m{"AWS": anaARN}, ana, Allowed, 0),
		granted("another user", m{"AWS": anaARN}, userOf(accountC, "eve"), ImplicitDeny, Identity),
		granted("user of another account with the name", m{"AWS": "arn:aws:iam::444455556666:user/ana"}, ana,
			ImplicitDeny, Identity),
		granted("role", m{"AWS": roleARN}, worker, Allowed, 0),
		granted("another role", m{"AWS": roleARN}, sessionOf(accountC, "Q", "S"), ImplicitDeny, Identity),
		granted("session", m{"AWS": sessionARN}, worker, Allowed, 0),
		granted("another session", m{"AWS": sessionARN}, sessionOf(accountC, "R", "T"), ImplicitDeny, Identity),
		granted("federated user", m{"AWS": visitorARN}, visitor, Allowed, 0),
		granted("another federated user", m{"AWS": visitorARN}, federatedOf(accountC, "M", "ana"), ImplicitDeny,
			Identity),
		granted("a role is not the user of its name", m{"AWS": "arn:aws:iam::111122223333:user/R"}, worker,
			ImplicitDeny, Identity),
		granted("role with a path", m{"AWS": "arn:aws:iam::111122223333:role/p/R"}, sessionOf(accountC, "R", "S"),
			ImplicitDeny, Identity),
	)},
	{"P-04", cases(
		granted("user by id", m{"AWS": ana.EntityID}, ana, Allowed, 0),
		granted("user made again", m{"AWS": ana.EntityID},
			&Principal{Kind: User, Account: accountC, ARN: anaARN, EntityARN: anaARN,
				EntityID: "AIDAOTHEREXAMPLE00000"}, ImplicitDeny, Identity),
		granted("role by id", m{"AWS": worker.EntityID}, worker, Allowed, 0),
		granted("role made again", m{"AWS": worker.EntityID},
			&Principal{Kind: RoleSession, Account: accountC, ARN: sessionARN, EntityARN: roleARN,
				EntityID: "AROAOTHEREXAMPLE00000"}, ImplicitDeny, Identity),
		granted("id of nobody", m{"AWS": "AIDANOBODYEXAMPLE0000"}, roleCaller, ImplicitDeny, Identity),
		decisionCase{name: "role by id is limited like the role", by: worker, boundary: silent,
			resourcePolicy: named1(m{"AWS": worker.EntityID}), deniedBy: Boundary},
		decisionCase{name: "trust by id", action: "sts:AssumeRole", on: roleARN, trust: trustOf(m{"AWS": ana.EntityID}),
			want: Allowed},
	)},
	{"P-05", func(t *testing.T) {
		cases(
			granted("service", m{"Service": "ec2.amazonaws.com"}, ec2, Allowed, 0),
			granted("another service", m{"Service": "sns.amazonaws.com"}, ec2, ImplicitDeny, Resource),
			granted("a user is no service", m{"Service": "ec2.amazonaws.com"}, ana, ImplicitDeny, Identity),
		)(t)
		refused(t, Trust, trustOf(m{"Service": "*"}), `Invalid principal in policy: "SERVICE":"*"`)
		refused(t, Trust, trustOf(m{"Federated": "not a provider"}), messageFederated)
		refused(t, Resource, named1(m{"Federated": "accounts.google.com"}), messageSyntax)
		saved(t, Trust, trustOf(m{"Federated": "accounts.google.com"}))
		saved(t, Trust,
			trustOf(m{"Federated": "arn:aws:iam::111122223333:oidc-provider/id.example.com"}))
		saved(t, Trust, trustOf(m{"Federated": "arn:aws:iam::111122223333:saml-provider/corp",
			"Service": []string{"ec2.amazonaws.com", "ecs-tasks.amazonaws.com"}}))
		refused(t, Trust, trustOf(m{"Federated": "arn:aws:iam::111122223333:user/ana"}), messageFederated)
	}},
	{"P-06", func(t *testing.T) {
		cases(
			exempted("user", m{"AWS": []string{accountARN, anaARN}}, ana, Allowed),
			exempted("user without its account", m{"AWS": anaARN}, ana, ExplicitDeny),
			exempted("user by its account alone", m{"AWS": accountC}, ana, ExplicitDeny),
			exempted("session", m{"AWS": []string{accountC, roleARN, sessionARN}}, worker, Allowed),
			exempted("session without itself", m{"AWS": []string{accountC, roleARN}}, worker, ExplicitDeny),
			exempted("session without its role", m{"AWS": []string{accountC, sessionARN}}, worker, ExplicitDeny),
			exempted("root", m{"AWS": accountC}, root, Allowed),
			exempted("somebody else", m{"AWS": []string{accountC, anaARN}}, userOf(accountC, "eve"), ExplicitDeny),
			exempted("nobody is meant", "*", ana, Allowed),
			exempted("federated user", m{"AWS": []string{accountC, anaARN, visitorARN}}, visitor, Allowed),
			exempted("anonymous", m{"AWS": accountC}, nobody, ExplicitDeny),
			exempted("service not listed", m{"AWS": accountC}, ec2, ExplicitDeny),
		)(t)
		bounded := exempted("boundary", m{"AWS": []string{accountC, anaARN}}, ana, ExplicitDeny)
		bounded.boundary = full
		bounded.check(t)
		allowAll := decisionCase{by: userOf(accountC, "eve"), want: Allowed,
			resourcePolicy: statements(clauseOf("Allow", "*", "*", []any{"NotPrincipal", m{"AWS": anaARN}}))}
		allowAll.check(t)
		allowNone := decisionCase{deniedBy: Identity, resourcePolicy: allowAll.resourcePolicy}
		allowNone.check(t)
		refused(t, Resource, allowAll.resourcePolicy, messageSyntax)
		refused(t, Trust, statements(clauseOf("Deny", "sts:AssumeRole", nil, []any{"NotPrincipal", m{"AWS": anaARN}})),
			messageProhibited+"NotPrincipal")
	}}, {"P-07", func(t *testing.T) {
		for _, nobody := range []string{"arn:aws:iam::111122223333:group/g",
			"arn:aws:iam::111122223333:instance-profile/p", "arn:aws:iam::111122223333:user/", "arn:aws:s3:::b",
			"ana"} {
			refused(t, Trust, trustOf(m{"AWS": nobody}), `Invalid principal in policy: "AWS":"`+nobody+`"`)
			c := granted(nobody, m{"AWS": nobody}, ana, ImplicitDeny, Identity)
			c.check(t)
		}
	}},
	{"P-08", func(t *testing.T) {
		const id = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
		saved(t, Resource, named1(m{"CanonicalUser": id}))
		refused(t, Resource, named1(m{"CanonicalUser": "short"}),
			`Invalid principal in policy: "CanonicalUser":"short"`)
		refused(t, Trust, trustOf(m{"CanonicalUser": id}), `Invalid principal in policy: "CanonicalUser":"`+id+`"`)
		c := granted("nobody until it is an ARN", m{"CanonicalUser": id}, ana, ImplicitDeny, Identity)
		c.check(t)
	}},
	{"P-09", cases(
		denied("account denies its users", m{"AWS": accountC}, ana),
		denied("account denies its sessions", m{"AWS": accountARN}, worker),
		denied("account denies its root", m{"AWS": accountC}, root),
		denied("role denies its sessions", m{"AWS": roleARN}, worker),
		denied("user denies the federated users it made", m{"AWS": anaARN}, visitor),
		denied("by id", m{"AWS": ana.EntityID}, visitor),
		denied("everyone", "*", nobody),
	)},
	{"P-10", cases(
		granted("direct before account", m{"AWS": []string{accountC, anaARN}}, ana, Allowed, 0),
		decisionCase{name: "session before role", by: worker, boundary: silent,
			resourcePolicy: named1(m{"AWS": []string{roleARN, sessionARN}}), want: Allowed},
		decisionCase{name: "in another statement", by: worker, boundary: silent, want: Allowed,
			resourcePolicy: statements(named1Clause("Allow", m{"AWS": roleARN}),
				named1Clause("Allow", m{"AWS": accountC}), named1Clause("Allow", m{"AWS": sessionARN}))},
		granted("several kinds", m{"Service": "ec2.amazonaws.com", "AWS": anaARN}, ana, Allowed, 0),
		granted("several kinds, the other", m{"Service": "ec2.amazonaws.com", "AWS": anaARN}, ec2, Allowed, 0),
	)},
	{"P-11", cases(
		granted("role", m{"AWS": roleARN}, roleCaller, Allowed, 0),
		granted("no session matches", m{"AWS": sessionARN}, roleCaller, ImplicitDeny, Identity),
		decisionCase{name: "limited like the role", by: roleCaller, boundary: silent,
			resourcePolicy: named1(m{"AWS": roleARN}), deniedBy: Boundary},
	)},
	{"P-12", func(t *testing.T) {
		refused(t, Resource, named1(anaARN), messageSyntax)
		refused(t, Trust, trustOf(accountC), messageSyntax)
		cases(
			granted("ARN", anaARN, ana, Allowed, 0),
			decisionCase{name: "account", identity: full, action: "sts:AssumeRole", on: roleARN,
				trust: trustOf(accountC), want: Allowed},
		)(t)
	}},
}

func denied(name string, principal any, by *Principal) decisionCase {
	return decisionCase{name: name, by: by, identity: full, want: ExplicitDeny, deniedBy: Resource,
		resourcePolicy: statements(named1Clause("Deny", principal))}
}
