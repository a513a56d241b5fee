package policy

import "strings"

// changesOfTypes are denials by each type of policy, and by what no policy decides.
var changesOfTypes = []changing{
	{
		name:         "identity: nothing at all",
		decisionCase: decisionCase{},
		changes:      []string{attached},
	},
	{
		name:         "identity: a managed policy is not widened",
		decisionCase: decisionCase{identity: onlyRead()},
		called:       map[Type][]string{Identity: {managed}},
		changes:      []string{attached},
	},
	{
		name:         "boundary",
		decisionCase: decisionCase{identity: full, boundary: silent},
		called:       map[Type][]string{Boundary: {managed}},
		changes: []string{
			"Add a statement to permissions boundary arn:aws:iam::111122223333:policy/p that allows s3:GetObject on arn:aws:s3:::b/k",
		},
	},
	{
		name:         "boundary of AWS",
		decisionCase: decisionCase{identity: full, boundary: silent},
		called:       map[Type][]string{Boundary: {byAWS}},
		changes: []string{
			"Add a statement to a copy of permissions boundary arn:aws:iam::aws:policy/AdministratorAccess that allows s3:GetObject on arn:aws:s3:::b/k (the original is AWS's: put the copy in its place)",
		},
	},
	{
		name:         "boundary of AWS that denies",
		decisionCase: decisionCase{identity: full, boundary: denyAll},
		called:       map[Type][]string{Boundary: {byAWS}},
		changes: []string{
			"Remove statement 1 from a copy of permissions boundary arn:aws:iam::aws:policy/AdministratorAccess (the original is AWS's: put the copy in its place)",
			"Add a statement to a copy of permissions boundary arn:aws:iam::aws:policy/AdministratorAccess that allows s3:GetObject on arn:aws:s3:::b/k (the original is AWS's: put the copy in its place)",
		},
	},
	{
		name:         "session",
		decisionCase: decisionCase{by: worker, identity: full, session: silent},
		changes: []string{
			"Add a statement to session policy session policy that allows s3:GetObject on arn:aws:s3:::b/k",
		},
	},
	{
		name:         "session of AWS",
		decisionCase: decisionCase{by: worker, identity: full, session: silent},
		called:       map[Type][]string{Session: {byAWS}},
		changes: []string{
			"Pass a session policy that allows s3:GetObject on arn:aws:s3:::b/k",
		},
	},
	{
		name:         "session, none given",
		decisionCase: decisionCase{by: visitor, identity: full, sessionRequired: true},
		changes: []string{
			"Pass a session policy that allows s3:GetObject on arn:aws:s3:::b/k",
		},
	},
	{
		name:         "session that denies, of two",
		decisionCase: decisionCase{by: worker, identity: full, session: append(silent[:1:1], denyAll...)},
		changes: []string{
			"Pass no session policy session policy",
			"Add a statement to session policy session policy that allows s3:GetObject on arn:aws:s3:::b/k",
		},
	},
	{
		name:         "session that denies, the only one",
		decisionCase: decisionCase{by: worker, identity: full, session: denyAll},
		changes: []string{
			"Remove statement 1 from session policy session policy",
			"Add a statement to session policy session policy that allows s3:GetObject on arn:aws:s3:::b/k",
		},
	},
	{
		name:         "session that denies, required",
		decisionCase: decisionCase{by: visitor, identity: full, session: denyAll, sessionRequired: true},
		changes: []string{
			"Pass no session policy session policy",
			"Pass a session policy that allows s3:GetObject on arn:aws:s3:::b/k",
		},
	},
	{
		name:         "sessions that both deny",
		decisionCase: decisionCase{by: worker, identity: full, session: append(denyAll[:1:1], denyAll...)},
		changes: []string{
			"Pass no session policy session policy",
			"Remove statement 1 from session policy session policy",
			"Add a statement to session policy session policy that allows s3:GetObject on arn:aws:s3:::b/k",
		},
	},
	{
		name:         "identity, boundary and session",
		decisionCase: decisionCase{by: worker, boundary: silent, session: silent},
		changes: []string{
			"Attach a policy to role R that allows s3:GetObject on arn:aws:s3:::b/k",
			"Add a statement to permissions boundary permissions boundary that allows s3:GetObject on arn:aws:s3:::b/k",
			"Add a statement to session policy session policy that allows s3:GetObject on arn:aws:s3:::b/k",
		},
	},
	{
		name:         "SCP: two levels of three",
		decisionCase: decisionCase{identity: full, scp: [][]string{silent, full, silent}},
		called:       map[Type][]string{ServiceControl: {"p-x"}},
		changes: []string{
			"Add a statement to service control policy p-x that allows s3:GetObject on arn:aws:s3:::b/k",
			"Add a statement to service control policy service control policy that allows s3:GetObject on arn:aws:s3:::b/k",
		},
	},
	{
		name:         "SCP: an empty level",
		decisionCase: decisionCase{identity: full, scp: [][]string{full, {}}},
		changes: []string{
			"Attach a service control policy at level 1 of the organization that allows s3:GetObject on arn:aws:s3:::b/k",
		},
	},
	{
		name:         "SCP of AWS",
		decisionCase: decisionCase{identity: full, scp: [][]string{silent}},
		called:       map[Type][]string{ServiceControl: {"arn:aws:organizations::aws:policy/service_control_policy/p-X"}},
		changes: []string{
			"Attach a service control policy at level 0 of the organization that allows s3:GetObject on arn:aws:s3:::b/k",
		},
	},
	{
		name:         "SCP that denies",
		decisionCase: decisionCase{identity: full, scp: [][]string{{full[0], denyAll[0]}, full}},
		called:       map[Type][]string{ServiceControl: {"p-full", "p-deny"}},
		changes: []string{
			"Detach service control policy p-deny at level 0 of the organization",
		},
	},
	{
		name:         "SCP that denies, alone at its level",
		decisionCase: decisionCase{identity: full, scp: [][]string{full, denyAll}},
		changes: []string{
			"Detach service control policy service control policy at level 1 of the organization",
			"Attach a service control policy at level 1 of the organization that allows s3:GetObject on arn:aws:s3:::b/k",
		},
	},
	{
		name:         "RCP: nothing allows",
		decisionCase: decisionCase{identity: full, rcp: [][]string{{}, {rcpFull}}},
		changes: []string{
			"Attach a resource control policy at level 0 of the organization that allows s3:GetObject on arn:aws:s3:::b/k",
		},
	},
	{
		name:         "RCP that denies",
		decisionCase: decisionCase{identity: full, rcp: [][]string{{rcpFull, rcpDeny}}},
		changes: []string{
			"Detach resource control policy resource control policy at level 0 of the organization",
		},
	},
	{
		name: "RCP: a silent one",
		decisionCase: decisionCase{identity: full, rcp: [][]string{{strings.ReplaceAll(rcpFull, `"Action":"*"`,
			`"Action":"sqs:*"`)}}},
		changes: []string{
			"Add a statement to resource control policy resource control policy that allows s3:GetObject on arn:aws:s3:::b/k",
		},
	},
	{
		name:         "endpoint that denies",
		decisionCase: decisionCase{identity: full, endpoint: denyAll},
		changes: []string{
			"Remove statement 1 from VPC endpoint policy VPC endpoint policy",
			"Add a statement to VPC endpoint policy VPC endpoint policy that allows s3:GetObject on arn:aws:s3:::b/k",
		},
	},
	{
		name:         "endpoint, two silent",
		decisionCase: decisionCase{identity: full, endpoint: append(silent[:1:1], silent...)},
		changes: []string{
			"Add a statement to VPC endpoint policy VPC endpoint policy that allows s3:GetObject on arn:aws:s3:::b/k",
		},
	},
	{
		name:         "resource across accounts, no policy",
		decisionCase: decisionCase{owner: accountB, identity: full},
		changes: []string{
			"Give arn:aws:s3:::b/k a resource-based policy that allows s3:GetObject on arn:aws:s3:::b/k to arn:aws:iam::111122223333:user/ana",
		},
	},
	{
		name:         "resource across accounts, silent",
		decisionCase: decisionCase{owner: accountB, identity: full, resourcePolicy: named1(m{"AWS": accountB})},
		changes: []string{
			"Add a statement to resource-based policy resource-based policy that allows s3:GetObject on arn:aws:s3:::b/k to arn:aws:iam::111122223333:user/ana",
		},
	},
	{
		name:         "resource across accounts, both sides",
		decisionCase: decisionCase{owner: accountB, by: worker},
		changes: []string{
			"Give arn:aws:s3:::b/k a resource-based policy that allows s3:GetObject on arn:aws:s3:::b/k to arn:aws:iam::111122223333:role/R",
			"Attach a policy to role R that allows s3:GetObject on arn:aws:s3:::b/k",
		},
	},
	{
		name:         "resource across accounts, root",
		decisionCase: decisionCase{owner: accountB, by: root},
		changes: []string{
			"Give arn:aws:s3:::b/k a resource-based policy that allows s3:GetObject on arn:aws:s3:::b/k to arn:aws:iam::111122223333:root",
		},
	},
	{
		name:         "resource across accounts, federated",
		decisionCase: decisionCase{owner: accountB, by: visitor, identity: full, session: full},
		changes: []string{
			"Give arn:aws:s3:::b/k a resource-based policy that allows s3:GetObject on arn:aws:s3:::b/k to arn:aws:sts::111122223333:federated-user/N",
		},
	},
	{
		name: "resource that denies alone",
		decisionCase: decisionCase{owner: accountB, identity: full,
			resourcePolicy: statements(named1Clause("Deny", "*"))},
		changes: []string{
			"Delete resource-based policy resource-based policy",
			"Give arn:aws:s3:::b/k a resource-based policy that allows s3:GetObject on arn:aws:s3:::b/k to arn:aws:iam::111122223333:user/ana",
		},
	},
	{
		name:         "resource that denies in the account",
		decisionCase: decisionCase{identity: full, resourcePolicy: statements(named1Clause("Deny", "*"))},
		changes: []string{
			"Delete resource-based policy resource-based policy",
		},
	},
	{
		name:         "service",
		decisionCase: decisionCase{by: ec2, resourcePolicy: named1(m{"AWS": accountB})},
		changes: []string{
			"Add a statement to resource-based policy resource-based policy that allows s3:GetObject on arn:aws:s3:::b/k to ec2.amazonaws.com",
		},
	},
	{
		name:         "provider of a token, no trust policy's call",
		decisionCase: decisionCase{by: google},
		changes: []string{
			"Give arn:aws:s3:::b/k a resource-based policy that allows s3:GetObject on arn:aws:s3:::b/k to *",
		},
	},
	{
		name:         "anonymous, no policy",
		decisionCase: decisionCase{by: nobody},
		changes: []string{
			"Give arn:aws:s3:::b/k a resource-based policy that allows s3:GetObject on arn:aws:s3:::b/k to *",
		},
	},
	{
		name:         "KMS key in the account",
		decisionCase: decisionCase{action: "kms:Decrypt", on: keyARN, identity: full},
		changes: []string{
			"Give arn:aws:kms:eu-west-1:111122223333:key/1234 a resource-based policy that allows kms:Decrypt on arn:aws:kms:eu-west-1:111122223333:key/1234 to arn:aws:iam::111122223333:user/ana",
		},
	},
	{
		name:         "trust, none",
		decisionCase: assuming("", decisionCase{}),
		changes: []string{
			"Give role R a role trust policy that allows sts:AssumeRole to arn:aws:iam::111122223333:user/ana",
		},
	},
	{
		name:         "trust of another account",
		decisionCase: assuming("", decisionCase{owner: accountB, trust: trustOf(m{"AWS": accountB})}),
		changes: []string{
			`Add "arn:aws:iam::111122223333:user/ana" to Principal.AWS of statement 1 of role trust policy role trust policy`,
			"Attach a policy to user ana that allows sts:AssumeRole on arn:aws:iam::111122223333:role/R",
		},
	},
	{
		name: "trust that denies alone",
		decisionCase: assuming("", decisionCase{trust: statements(clauseOf("Deny", "sts:AssumeRole", nil,
			[]any{"Principal", m{"AWS": "*"}}))}),
		changes: []string{
			"Remove statement 1 from role trust policy role trust policy",
			"Add a statement to role trust policy role trust policy that allows sts:AssumeRole to arn:aws:iam::111122223333:user/ana",
		},
	},
	{
		name:         "trust by a role",
		decisionCase: assuming("", decisionCase{by: worker, trust: trustOf(m{"Service": "ec2.amazonaws.com"})}),
		changes: []string{
			"Add a statement to role trust policy role trust policy that allows sts:AssumeRole to arn:aws:iam::111122223333:role/R",
		},
	},
	{
		name:         "trust of a service",
		decisionCase: assuming("", decisionCase{by: ec2, trust: trustOf(m{"Service": "sqs.amazonaws.com"})}),
		changes: []string{
			`Add "ec2.amazonaws.com" to Principal.Service of statement 1 of role trust policy role trust policy`,
		},
	},
	{
		name: "trust of a provider",
		decisionCase: assuming("", decisionCase{by: google, action: "sts:AssumeRoleWithWebIdentity",
			trust: trustOf(m{"AWS": "*"})}),
		changes: []string{
			"Add a statement to role trust policy role trust policy that allows sts:AssumeRoleWithWebIdentity to accounts.google.com",
		},
	},
	{
		name:         "T-11 anonymous",
		decisionCase: assuming("", decisionCase{by: nobody, trust: trustOf(m{"AWS": "*"})}),
		fixed:        fixedAnonymous,
	},
	{
		name:         "E-18 role session",
		decisionCase: decisionCase{by: worker, action: "sts:GetSessionToken", on: "*", identity: full},
		fixed:        fixedKind,
	},
	{
		name:         "E-18 root",
		decisionCase: assuming("", decisionCase{by: root}),
		fixed:        fixedKind,
	},
	{
		name:         "an action without a service",
		decisionCase: decisionCase{action: "what", on: "*"},
		changes: []string{
			"Attach a policy to user ana that allows * on *",
		},
	},
	{
		name:         "an action without a name",
		decisionCase: decisionCase{action: "s3:", on: "*"},
		changes: []string{
			"Attach a policy to user ana that allows s3:* on *",
		},
	},
	{
		name:         "an action with wildcards",
		decisionCase: decisionCase{action: "s3:Get*", on: "*"},
		changes: []string{
			"Attach a policy to user ana that allows s3:Get* on *",
		},
	},
	{
		name:         "a resource with wildcards and variables",
		decisionCase: decisionCase{on: "arn:aws:s3:::b/*?${a}$"},
		changes: []string{
			"Attach a policy to user ana that allows s3:GetObject on arn:aws:s3:::b/${*}${?}${$}{a}$",
		},
	},
	{
		name:         "a resource that is no ARN",
		decisionCase: decisionCase{on: "b"},
		changes: []string{
			"Attach a policy to user ana that allows s3:GetObject on *",
		},
	},
	{
		name:         "a resource that is no UTF-8",
		decisionCase: decisionCase{on: "arn:aws:s3:::b/\xff"},
		changes: []string{
			"Attach a policy to user ana that allows s3:GetObject on *",
		},
	},
	{
		name:         "a resource with a wildcard in its region",
		decisionCase: decisionCase{on: "arn:aws:sqs:*:111122223333:q"},
		changes: []string{
			"Attach a policy to user ana that allows s3:GetObject on arn:aws:sqs:*:111122223333:q",
		},
	},
	{
		name:         "nothing can: a name that no policy can hold",
		decisionCase: assuming("", decisionCase{by: &Principal{Kind: Provider, ARN: "\xff"}, trust: trustOf(m{"AWS": "*"})}),
		fixed:        fixedOtherwise,
	},
	{
		name: "E-23 trust of a service-linked role",
		decisionCase: decisionCase{action: "sts:AssumeRole", on: "arn:aws:iam::111122223333:role/aws-service-role/x/R",
			identity: full, trust: trustOf(m{"Service": "ec2.amazonaws.com"})},
		fixed: fixedService,
	},
	{
		name: "E-23 trust of a service-linked role, which allows",
		decisionCase: decisionCase{action: "sts:AssumeRole", on: "arn:aws:iam::111122223333:role/aws-service-role/x/R",
			trust: trustOf(m{"AWS": accountC})},
		changes: []string{
			"Attach a policy to user ana that allows sts:AssumeRole on arn:aws:iam::111122223333:role/aws-service-role/x/R",
		},
	},
}
