package policy

// worked is a row of section X.
func worked(id string, list ...decisionCase) row { return row{id, cases(list...)} }

// with gives a case another question.
func with(c decisionCase, change func(*decisionCase)) decisionCase {
	change(&c)
	return c
}

var (
	getB = one(allows("s3:Get*", "arn:aws:s3:::b/*"))
	x05  = decisionCase{identity: one(allows("s3:*", "arn:aws:s3:::b/${aws:username}/*")), by: worker,
		on: "arn:aws:s3:::b/x/y", deniedBy: Identity}
	noMFA = func(op string) []string {
		return []string{statements(allows("*", "*"),
			denyOf("*", "*", "Condition", m{op: m{"aws:MultiFactorAuthPresent": "false"}}))}
	}
	x14     = decisionCase{by: worker, boundary: one(allows("dynamodb:*", "*")), action: "s3:GetObject"}
	scpNoS3 = [][]string{{full[0], statements(denyOf("s3:*", "*"))}}
	old     = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringResembles":{"aws:username":"x"}}},{"Effect":"Allow","Action":"*","Resource":"*"}]}`
)

func conditionCaseOf(operator, key string, values, given any, want Outcome) decisionCase {
	return decisionCase{identity: one(allows("*", "*", "Condition", m{operator: m{key: values}})),
		context: m{key: given}, want: want, deniedBy: Identity}
}

var workedRows = []row{
	worked("X-01", decisionCase{identity: getB, on: "arn:aws:s3:::b/a:b/c", want: Allowed}),
	worked("X-02", decisionCase{identity: getB, action: "s3:getobject", want: Allowed}),
	worked("X-03", decisionCase{identity: getB, on: "arn:aws:s3:::B/x", deniedBy: Identity}),
	worked("X-04", decisionCase{identity: one(allows("*", "arn:aws:dynamodb:*:111122223333:table/a*")),
		action: "dynamodb:GetItem", on: "arn:aws:dynamodb:eu-west-1:444455556666:table/abc", deniedBy: Resource}),
	worked("X-05", x05),
	worked("X-06", decisionCase{identity: one(allows("s3:*", "arn:aws:s3:::b/${aws:username, 'shared'}/*")), by: worker,
		on: "arn:aws:s3:::b/shared/y", want: Allowed}),
	worked("X-07", decisionCase{identity: one(allows("s3:*", "arn:aws:s3:::${aws:PrincipalTag/team}/k")),
		on: "arn:aws:s3:::any/k", context: m{"aws:PrincipalTag/team": "*"}, deniedBy: Identity}),
	worked("X-08", decisionCase{identity: []string{documentOf("", allows("s3:*", "arn:aws:s3:::b/${aws:username}"))},
		on: "arn:aws:s3:::b/ana", context: m{"aws:username": "ana"}, deniedBy: Identity}),
	worked("X-09", decisionCase{identity: noMFA("Bool"), want: Allowed}),
	worked("X-10", decisionCase{identity: noMFA("BoolIfExists"), want: ExplicitDeny, deniedBy: Identity}),
	worked("X-11", decisionCase{identity: []string{statements(allows("*", "*"),
		denyOf(nil, "*", "NotAction", "iam:*", "Condition", m{"NotIpAddress": m{"aws:SourceIp": "203.0.113.0/24"}}))},
		want: ExplicitDeny, deniedBy: Identity}),
	worked("X-12", decisionCase{identity: one(allows("*", "*", "Condition",
		m{"ForAllValues:StringEquals": m{"aws:TagKeys": []string{"a"}}})), want: Allowed}),
	worked("X-13",
		conditionCaseOf("ArnLike", "aws:SourceArn", "arn:aws:sns:*:111122223333:t", "arn:aws:sns:x:y:111122223333:t",
			ImplicitDeny),
		conditionCaseOf("StringLike", "aws:SourceArn", "arn:aws:sns:*:111122223333:t", "arn:aws:sns:x:y:111122223333:t",
			Allowed)),
	worked("X-14",
		with(x14, func(c *decisionCase) { c.resourcePolicy = named1(m{"AWS": sessionARN}); c.want = Allowed })),
	worked("X-15",
		with(x14, func(c *decisionCase) { c.resourcePolicy = named1(m{"AWS": roleARN}); c.deniedBy = Boundary })),
	worked("X-16", with(x14, func(c *decisionCase) {
		c.resourcePolicy = statements(named1Clause("Allow", "*", "Condition",
			m{"ArnEquals": m{"aws:PrincipalArn": roleARN}}))
		c.context, c.want = m{"aws:PrincipalArn": roleARN}, Allowed
	})),
	worked("X-17", decisionCase{owner: accountB, resourcePolicy: named1(m{"AWS": anaARN}), deniedBy: Identity}),
	worked("X-18", assuming("", decisionCase{trust: trustOf(m{"AWS": anaARN}), want: Allowed})),
	worked("X-19", assuming("", decisionCase{trust: trustOf(m{"AWS": accountC}), deniedBy: Identity})),
	worked("X-20", assuming("", decisionCase{identity: full,
		trust: trustOf(m{"AWS": "arn:aws:iam::111122223333:user/eve"}), deniedBy: Trust})),
	worked("X-21", decisionCase{by: root, action: "s3:ListBucket", on: "arn:aws:s3:::b", scp: scpNoS3,
		want: ExplicitDeny, deniedBy: ServiceControl}),
	worked("X-22", decisionCase{by: root, action: "s3:ListBucket", on: "arn:aws:s3:::b", want: Allowed}),
	// the management account's Set has no SCP
	worked("X-23", decisionCase{identity: full, scp: [][]string{full, full, {}}, deniedBy: ServiceControl}),
	worked("X-24", exempted("", m{"AWS": []string{accountC, roleARN}}, worker, ExplicitDeny)),
	worked("X-25",
		decisionCase{by: nobody, resourcePolicy: statements(clauseOf("Allow", "s3:GetObject", "*",
			[]any{"Principal", "*"})), want: Allowed},
		decisionCase{by: nobody, action: "s3:PutObject",
			resourcePolicy: statements(clauseOf("Allow", "s3:GetObject", "*", []any{"Principal", "*"})),
			deniedBy:       Resource}),
	worked("X-26", decisionCase{identity: denyAll, action: "sts:GetCallerIdentity", on: "*", want: Allowed}),
	worked("X-27", decisionCase{by: visitor, identity: full, sessionRequired: true, action: "s3:ListAllMyBuckets",
		on: "arn:aws:s3:::*", deniedBy: Session}),
	worked("X-28",
		decisionCase{by: worker, identity: one(allows("dynamodb:*", "*")), session: one(allows("s3:*", "*")),
			deniedBy: Identity},
		decisionCase{by: worker, identity: one(allows("dynamodb:*", "*")), session: one(allows("s3:*", "*")),
			action: "dynamodb:GetItem", on: "arn:aws:dynamodb:eu-west-1:111122223333:table/t", deniedBy: Session}),
	worked("X-29", decisionCase{identity: one(allows("*", nil, "NotResource", "arn:aws:s3:::secret/*")),
		action: "iam:CreateUser", on: "*", want: Allowed}),
	worked("X-30", assuming("", decisionCase{trust: trustOf(m{"AWS": "AIDABOBOLDEXAMPLE000"}), identity: full,
		by: userOf(accountC, "bob"), deniedBy: Trust})),
	worked("X-31", conditionCaseOf("StringEquals", "aws:PrincipalOrgPaths", "o-a/r-b/", []string{"o-a/r-b/"},
		ImplicitDeny)),
	worked("X-32",
		conditionCaseOf("NumericLessThan", "s3:max-keys", 10.5, "10", Allowed),
		conditionCaseOf("NumericLessThan", "s3:max-keys", 10.5, "abc", ImplicitDeny)),
	worked("X-33",
		conditionCaseOf("DateLessThan", "aws:CurrentTime", "2030-01-01", "2029-12-31T23:59:59Z", Allowed),
		conditionCaseOf("DateLessThan", "aws:CurrentTime", "2030-01-01", "2030-01-01T00:00:00Z", ImplicitDeny)),
	worked("X-34",
		conditionCaseOf("IpAddress", "aws:SourceIp", "2001:db8::/32", "2001:DB8::1", Allowed),
		conditionCaseOf("IpAddress", "aws:SourceIp", "2001:db8::/32", "203.0.113.1", ImplicitDeny)),
	worked("X-35", decisionCase{identity: full, endpoint: silent, deniedBy: Endpoint}),
	worked("X-36", decisionCase{
		by: bob, owner: accountC, identity: full, resourcePolicy: named1(m{"AWS": bob.ARN}),
		context: m{"aws:PrincipalOrgID": "o-other"}, want: ExplicitDeny, deniedBy: ResourceControl,
		rcp: [][]string{{rcpFull, statements(clauseOf("Deny", "s3:*", "*",
			[]any{"Principal", "*", "Condition", m{"StringNotEquals": m{"aws:PrincipalOrgID": "o-own"}}}))}},
	}),
	worked("X-37",
		decisionCase{identity: one(allows("sqs:SendMessage", "arn:aws:sqs:*:jobs")), action: "sqs:SendMessage",
			on: "arn:aws:sqs:eu-west-1:111122223333:jobs", want: Allowed},
		decisionCase{identity: one(allows("sqs:SendMessage", "arn:aws:sqs:*:jobs")), action: "sqs:SendMessage",
			on: "arn:aws:sqs:eu-west-1:111122223333:jobs2", deniedBy: Identity}),
	worked("X-38", with(exempted("", m{"AWS": []string{accountC, roleARN, sessionARN}}, worker, ExplicitDeny),
		func(c *decisionCase) { c.boundary = full })),
	worked("X-39", decisionCase{identity: one(allows("s3:ListAllMyBuckets", "arn:aws:s3:::*")),
		action: "s3:ListAllMyBuckets", on: "arn:aws:s3:::*", want: Allowed}),
	worked("X-40",
		decisionCase{identity: []string{old}, want: ExplicitDeny, deniedBy: Identity},
		decisionCase{identity: []string{old}, action: "iam:GetUser", on: anaARN, want: Allowed}),
}
