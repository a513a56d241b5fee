package policy

import "testing"

import "strings"

// changesOfDenials are explicit denials.
var changesOfDenials = []changing{
	{
		name: "one action of several",
		decisionCase: decisionCase{identity: append(full[:1:1], one(denyOf([]string{"s3:PutObject",
			"s3:getobject"}, "*"))...)},
		changes: []string{
			`Remove "s3:getobject" from Action of statement 1 of identity-based policy identity-based policy`,
		},
	},
	{
		name: "one action of several, and a wildcard",
		decisionCase: decisionCase{identity: append(full[:1:1], one(denyOf([]string{"s3:*", "s3:GetObject"},
			"*"))...)},
		changes: []string{
			"Delete identity-based policy identity-based policy",
		},
	},
	{
		name: "one resource of several",
		decisionCase: decisionCase{identity: append(full[:1:1], one(denyOf("s3:*", []string{"arn:aws:s3:::b/k",
			"arn:aws:s3:::b"}))...)},
		changes: []string{
			`Remove "arn:aws:s3:::b/k" from Resource of statement 1 of identity-based policy identity-based policy`,
		},
	},
	{
		name: "one resource of several, exactly the action",
		decisionCase: decisionCase{identity: append(full[:1:1], one(denyOf([]string{"s3:GetObject"},
			[]string{"arn:aws:s3:::b/k", "arn:aws:s3:::b"}))...)},
		changes: []string{
			`Remove "arn:aws:s3:::b/k" from Resource of statement 1 of identity-based policy identity-based policy`,
		},
	},
	{
		name: "one action and one resource of several",
		decisionCase: decisionCase{identity: append(full[:1:1], one(denyOf([]string{"s3:PutObject",
			"s3:GetObject"}, []string{"arn:aws:s3:::b/k", "arn:aws:s3:::b"}))...)},
		changes: []string{
			`Remove "s3:GetObject" from Action of statement 1 of identity-based policy identity-based policy`,
		},
	},
	{
		name: "one principal of several",
		decisionCase: decisionCase{identity: full, resourcePolicy: statements(named1Clause("Deny",
			m{"AWS": []string{bob.ARN, anaARN}}))},
		changes: []string{
			`Remove "arn:aws:iam::111122223333:user/ana" from Principal.AWS of statement 1 of resource-based policy resource-based policy`,
		},
	},
	{
		name: "one principal and the account",
		decisionCase: decisionCase{identity: full, resourcePolicy: statements(named1Clause("Deny",
			m{"AWS": []string{accountC, anaARN}}))},
		changes: []string{
			"Delete resource-based policy resource-based policy",
		},
	},
	{
		name: "NotAction",
		decisionCase: decisionCase{identity: append(full[:1:1], one(denyOf(nil, "*", "NotAction",
			"iam:*"))...)},
		called: map[Type][]string{Identity: {byAWS, managed}},
		changes: []string{
			`Add "s3:GetObject" to NotAction of statement 1 of identity-based policy arn:aws:iam::111122223333:policy/p`,
		},
	},
	{
		name: "NotResource",
		decisionCase: decisionCase{identity: append(full[:1:1], one(denyOf("s3:*", nil, "NotResource",
			"arn:aws:s3:::a"))...)},
		changes: []string{
			`Add "arn:aws:s3:::b/k" to NotResource of statement 1 of identity-based policy identity-based policy`,
		},
	},
	{
		name: "NotResource and no resource",
		decisionCase: decisionCase{on: "*", identity: append(full[:1:1], one(denyOf("s3:*", nil, "NotResource",
			"arn:aws:s3:::a"))...)},
		changes: []string{
			"Delete identity-based policy identity-based policy",
		},
	},
	{
		name:         "NotPrincipal of a user",
		decisionCase: exempted("", m{"AWS": accountB}, ana, ExplicitDeny),
		changes: []string{
			`Add "arn:aws:iam::111122223333:root" to NotPrincipal.AWS of statement 1 of resource-based policy resource-based policy`,
			`Add "arn:aws:iam::111122223333:user/ana" to NotPrincipal.AWS of statement 1 of resource-based policy resource-based policy`,
		},
	},
	{
		name:         "NotPrincipal of a session, by id",
		decisionCase: exempted("", m{"AWS": []string{worker.EntityID}}, worker, ExplicitDeny),
		changes: []string{
			`Add "arn:aws:iam::111122223333:root" to NotPrincipal.AWS of statement 1 of resource-based policy resource-based policy`,
			`Add "arn:aws:sts::111122223333:assumed-role/R/S" to NotPrincipal.AWS of statement 1 of resource-based policy resource-based policy`,
		},
	},
	{
		name:         "NotPrincipal of a service",
		decisionCase: exempted("", m{"Service": "sqs.amazonaws.com"}, ec2, ExplicitDeny),
		changes: []string{
			`Add "ec2.amazonaws.com" to NotPrincipal.Service of statement 1 of resource-based policy resource-based policy`,
			"Add a statement to resource-based policy resource-based policy that allows s3:GetObject on arn:aws:s3:::b/k to ec2.amazonaws.com",
		},
	},
	{
		name:         "NotPrincipal of another kind",
		decisionCase: exempted("", m{"Service": "sqs.amazonaws.com"}, ana, ExplicitDeny),
		changes: []string{
			"Delete resource-based policy resource-based policy",
		},
	},
	{
		name:         "NotPrincipal of root",
		decisionCase: exempted("", m{"AWS": accountB}, root, ExplicitDeny),
		changes: []string{
			`Add "arn:aws:iam::111122223333:root" to NotPrincipal.AWS of statement 1 of resource-based policy resource-based policy`,
		},
	},
	{
		name:         "NotPrincipal of nobody",
		decisionCase: exempted("", m{"AWS": accountB}, nobody, ExplicitDeny),
		changes: []string{
			"Delete resource-based policy resource-based policy",
			"Give arn:aws:s3:::b/k a resource-based policy that allows s3:GetObject on arn:aws:s3:::b/k to *",
		},
	},
	{
		name:         "managed by AWS",
		decisionCase: decisionCase{identity: append(full[:1:1], denyAll...)},
		called:       map[Type][]string{Identity: {managed, byAWS}},
		changes: []string{
			"Detach identity-based policy arn:aws:iam::aws:policy/AdministratorAccess",
		},
	},
	{
		name: "two statements of three",
		decisionCase: decisionCase{identity: []string{statements(denyOf("s3:*", "*", "Sid", "A"), allows("*",
			"*"), denyOf("*", "*", "Sid", "B"))}},
		changes: []string{
			"Remove statement 1 (Sid A) from identity-based policy identity-based policy",
			"Remove statement 3 (Sid B) from identity-based policy identity-based policy",
		},
	},
	{
		name: "a statement beside a narrower one",
		decisionCase: decisionCase{identity: append(full[:1:1], statements(denyOf("s3:*", "*"),
			denyOf([]string{"s3:GetObject", "s3:PutObject"}, "*")))},
		changes: []string{
			"Remove statement 1 from identity-based policy identity-based policy",
			`Remove "s3:GetObject" from Action of statement 2 of identity-based policy identity-based policy`,
		},
	},
	{
		name: "E-25 beside others",
		decisionCase: decisionCase{identity: []string{strings.Replace(old, `"Action":"s3:*"`,
			`"NotAction":"sqs:*"`, 1)}},
		changes: []string{
			"Remove statement 1 from identity-based policy identity-based policy",
		},
	},
	{
		name: "E-25 alone",
		decisionCase: decisionCase{identity: append(full[:1:1], strings.Replace(old,
			`,{"Effect":"Allow","Action":"*","Resource":"*"}`, "", 1))},
		changes: []string{
			"Delete identity-based policy identity-based policy",
		},
	},
	{
		name: "every type",
		decisionCase: decisionCase{by: worker, identity: denyAll, boundary: append(full[:1:1], denyAll...),
			session: append(full[:1:1], denyAll...), endpoint: append(full[:1:1], denyAll...),
			scp: [][]string{append(full[:1:1], denyAll...)}, rcp: [][]string{{rcpFull, rcpDeny}},
			resourcePolicy: statements(named1Clause("Deny", "*"))},
		changes: []string{
			"Detach service control policy service control policy at level 0 of the organization",
			"Detach resource control policy resource control policy at level 0 of the organization",
			"Delete VPC endpoint policy VPC endpoint policy",
			"Delete resource-based policy resource-based policy",
			"Delete identity-based policy identity-based policy",
			"Delete permissions boundary permissions boundary",
			"Pass no session policy session policy",
			"Attach a policy to role R that allows s3:GetObject on arn:aws:s3:::b/k",
		},
	},
	{
		name: "the same policy at two levels",
		decisionCase: decisionCase{identity: full, scp: [][]string{{full[0], statements(allows("iam:*", "*"),
			denyOf("s3:*", "*"))}, {full[0], statements(allows("iam:*", "*"), denyOf("s3:*", "*"))}}},
		changes: []string{
			"Remove statement 2 from service control policy service control policy",
			"Remove statement 2 from service control policy service control policy",
		},
	},
	{
		name: "a narrower statement beside one that goes",
		decisionCase: decisionCase{identity: append(full[:1:1],
			statements(denyOf([]string{"s3:GetObject", "s3:PutObject"}, "*"), denyOf("s3:*", "*")))},
		changes: []string{
			`Remove "s3:GetObject" from Action of statement 1 of identity-based policy identity-based policy`,
			"Remove statement 2 from identity-based policy identity-based policy",
		},
	},
	{
		name: "NotResource with an escape",
		decisionCase: decisionCase{on: "arn:aws:s3:::b/*",
			identity: append(full[:1:1], one(denyOf("s3:*", nil, "NotResource", "arn:aws:s3:::a"))...)},
		changes: []string{
			`Add "arn:aws:s3:::b/${*}" to NotResource of statement 1 of identity-based policy identity-based policy`,
		},
	},
	{
		name: "NotResource of the old version",
		decisionCase: decisionCase{on: "arn:aws:s3:::b/${a}",
			identity: append(full[:1:1], documentOf("", denyOf("s3:*", nil, "NotResource", "arn:aws:s3:::a")))},
		changes: []string{
			`Add "arn:aws:s3:::b/${a}" to NotResource of statement 1 of identity-based policy identity-based policy`,
		},
	},
	{
		name: "NotAction and an action with a wildcard",
		decisionCase: decisionCase{action: "s3:Get*",
			identity: append(full[:1:1], one(denyOf(nil, "*", "NotAction", "iam:*"))...)},
		changes: []string{"Delete identity-based policy identity-based policy"},
	},
	{
		name: "everyone and somebody else",
		decisionCase: decisionCase{identity: full,
			resourcePolicy: statements(named1Clause("Deny", m{"AWS": []string{"*", bob.ARN}}))},
		changes: []string{"Delete resource-based policy resource-based policy"},
	},
	{
		name:         "NotPrincipal of a user, by id",
		decisionCase: exempted("", m{"AWS": []string{ana.EntityID}}, ana, ExplicitDeny),
		changes: []string{
			`Add "arn:aws:iam::111122223333:root" to NotPrincipal.AWS of statement 1 of resource-based policy resource-based policy`,
		},
	},
	{
		name:         "NotPrincipal of a user whose account is listed",
		decisionCase: exempted("", m{"AWS": []string{accountC}}, ana, ExplicitDeny),
		changes: []string{
			`Add "arn:aws:iam::111122223333:user/ana" to NotPrincipal.AWS of statement 1 of resource-based policy resource-based policy`,
		},
	},
	{
		name: "a trust policy, by a session whose role is not known",
		decisionCase: assuming("", decisionCase{
			by: &Principal{Kind: RoleSession, Account: accountC, ARN: sessionARN}, identity: full,
			trust: statements(clauseOf("Deny", "sts:AssumeRole", nil, []any{"Principal", m{"AWS": "*"}}))}),
		changes: []string{
			"Remove statement 1 from role trust policy role trust policy",
			"Add a statement to role trust policy role trust policy that allows sts:AssumeRole to arn:aws:sts::111122223333:assumed-role/R/S",
		},
	},
}

// TestChangeOfNoResource: an action without a resource is granted by a policy of
// no resource in particular.
func TestChangeOfNoResource(t *testing.T) {
	c := Change{Kind: AddPolicy, Type: Resource, Level: -1, Index: -1, Target: "*", Statement: -1,
		Text: `{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"organizations:ListAccounts","Resource":"*"}`}
	want := "Save a resource-based policy that allows organizations:ListAccounts on * to 111122223333"
	if c.String() != want {
		t.Errorf("%s, want %s", c.String(), want)
	}
}
