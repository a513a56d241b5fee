package policy

// changesOfRows are the denials among the worked cases of section X.
var changesOfRows = []changing{
	{
		name:         "X-03",
		decisionCase: decisionCase{identity: getB, on: "arn:aws:s3:::B/x"},
		changes: []string{
			"Attach a policy to user ana that allows s3:GetObject on arn:aws:s3:::B/x",
		},
	},
	{
		name: "X-04",
		decisionCase: decisionCase{identity: one(allows("*", "arn:aws:dynamodb:*:111122223333:table/a*")),
			action: "dynamodb:GetItem", on: "arn:aws:dynamodb:eu-west-1:444455556666:table/abc"},
		changes: []string{
			"Give arn:aws:dynamodb:eu-west-1:444455556666:table/abc a resource-based policy that allows dynamodb:GetItem on arn:aws:dynamodb:eu-west-1:444455556666:table/abc to arn:aws:iam::111122223333:user/ana",
			"Attach a policy to user ana that allows dynamodb:GetItem on arn:aws:dynamodb:eu-west-1:444455556666:table/abc",
		},
	},
	{
		name:         "X-05",
		decisionCase: x05,
		changes: []string{
			"Attach a policy to role R that allows s3:GetObject on arn:aws:s3:::b/x/y",
		},
	},
	{
		name: "X-07",
		decisionCase: decisionCase{identity: one(allows("s3:*", "arn:aws:s3:::${aws:PrincipalTag/team}/k")),
			on: "arn:aws:s3:::any/k", context: m{"aws:PrincipalTag/team": "*"}},
		changes: []string{
			"Attach a policy to user ana that allows s3:GetObject on arn:aws:s3:::any/k",
		},
	},
	{
		name: "X-08",
		decisionCase: decisionCase{identity: []string{documentOf("", allows("s3:*",
			"arn:aws:s3:::b/${aws:username}"))}, on: "arn:aws:s3:::b/ana", context: m{"aws:username": "ana"}},
		changes: []string{
			"Attach a policy to user ana that allows s3:GetObject on arn:aws:s3:::b/ana",
		},
	},
	{
		name:         "X-10",
		decisionCase: decisionCase{identity: noMFA("BoolIfExists")},
		changes: []string{
			"Call with aws:MultiFactorAuthPresent = true (sign in with MFA)",
		},
	},
	{
		name: "X-11",
		decisionCase: decisionCase{identity: []string{statements(allows("*", "*"), denyOf(nil, "*", "NotAction",
			"iam:*", "Condition", m{"NotIpAddress": m{"aws:SourceIp": "203.0.113.0/24"}}))}},
		changes: []string{
			"Call with aws:SourceIp = 203.0.113.0 (from that address)",
		},
	},
	{
		name: "X-13",
		decisionCase: conditionCaseOf("ArnLike", "aws:SourceArn", "arn:aws:sns:*:111122223333:t",
			"arn:aws:sns:x:y:111122223333:t", ImplicitDeny),
		changes: []string{attached},
	},
	{
		name:         "X-15",
		decisionCase: with(x14, func(c *decisionCase) { c.resourcePolicy = named1(m{"AWS": roleARN}) }),
		changes: []string{
			"Add a statement to permissions boundary permissions boundary that allows s3:GetObject on arn:aws:s3:::b/k",
		},
	},
	{
		name:         "X-17",
		decisionCase: decisionCase{owner: accountB, resourcePolicy: named1(m{"AWS": anaARN})},
		changes:      []string{attached},
	},
	{
		name:         "X-19",
		decisionCase: assuming("", decisionCase{trust: trustOf(m{"AWS": accountC})}),
		changes: []string{
			"Attach a policy to user ana that allows sts:AssumeRole on arn:aws:iam::111122223333:role/R",
		},
	},
	{
		name: "X-20",
		decisionCase: assuming("", decisionCase{identity: full,
			trust: trustOf(m{"AWS": "arn:aws:iam::111122223333:user/eve"})}),
		changes: []string{
			`Add "arn:aws:iam::111122223333:user/ana" to Principal.AWS of statement 1 of role trust policy role trust policy`,
		},
	},
	{
		name:         "X-21",
		decisionCase: decisionCase{by: root, action: "s3:ListBucket", on: "arn:aws:s3:::b", scp: scpNoS3},
		changes: []string{
			"Detach service control policy service control policy at level 0 of the organization",
		},
	},
	{
		name:         "X-23",
		decisionCase: decisionCase{identity: full, scp: [][]string{full, full, {}}},
		changes: []string{
			"Attach a service control policy at level 2 of the organization that allows s3:GetObject on arn:aws:s3:::b/k",
		},
	},
	{
		name:         "X-24",
		decisionCase: exempted("", m{"AWS": []string{accountC, roleARN}}, worker, ExplicitDeny),
		changes: []string{
			`Add "arn:aws:sts::111122223333:assumed-role/R/S" to NotPrincipal.AWS of statement 1 of resource-based policy resource-based policy`,
		},
	},
	{
		name: "X-25",
		decisionCase: decisionCase{by: nobody, action: "s3:PutObject",
			resourcePolicy: statements(clauseOf("Allow", "s3:GetObject", "*", []any{"Principal", "*"}))},
		changes: []string{
			"Add a statement to resource-based policy resource-based policy that allows s3:PutObject on arn:aws:s3:::b/k to *",
		},
	},
	{
		name: "X-27",
		decisionCase: decisionCase{by: visitor, identity: full, sessionRequired: true,
			action: "s3:ListAllMyBuckets", on: "arn:aws:s3:::*"},
		changes: []string{
			"Pass a session policy that allows s3:ListAllMyBuckets on arn:aws:s3:::${*}",
		},
	},
	{
		name: "X-28 identity",
		decisionCase: decisionCase{by: worker, identity: one(allows("dynamodb:*", "*")),
			session: one(allows("s3:*", "*"))},
		changes: []string{
			"Attach a policy to role R that allows s3:GetObject on arn:aws:s3:::b/k",
		},
	},
	{
		name: "X-28 session",
		decisionCase: decisionCase{by: worker, identity: one(allows("dynamodb:*", "*")),
			session: one(allows("s3:*", "*")), action: "dynamodb:GetItem",
			on: "arn:aws:dynamodb:eu-west-1:111122223333:table/t"},
		changes: []string{
			"Add a statement to session policy session policy that allows dynamodb:GetItem on arn:aws:dynamodb:eu-west-1:111122223333:table/t",
		},
	},
	{
		name: "X-30",
		decisionCase: assuming("", decisionCase{trust: trustOf(m{"AWS": "AIDABOBOLDEXAMPLE000"}),
			identity: full, by: userOf(accountC, "bob")}),
		changes: []string{
			`Add "arn:aws:iam::111122223333:user/bob" to Principal.AWS of statement 1 of role trust policy role trust policy`,
		},
	},
	{
		name: "X-31",
		decisionCase: conditionCaseOf("StringEquals", "aws:PrincipalOrgPaths", "o-a/r-b/", []string{"o-a/r-b/"},
			ImplicitDeny),
		changes: []string{attached},
	},
	{
		name:         "X-32",
		decisionCase: conditionCaseOf("NumericLessThan", "s3:max-keys", 10, "abc", ImplicitDeny),
		changes: []string{
			"Call with s3:max-keys = 9",
		},
	},
	{
		name: "X-33",
		decisionCase: conditionCaseOf("DateLessThan", "aws:CurrentTime", "2030-01-01", "2030-01-01T00:00:00Z",
			ImplicitDeny),
		changes: []string{attached},
	},
	{
		name: "X-34",
		decisionCase: conditionCaseOf("IpAddress", "aws:SourceIp", "2001:db8::/32", "203.0.113.1",
			ImplicitDeny),
		changes: []string{
			"Call with aws:SourceIp = 2001:db8:: (from that address)",
		},
	},
	{
		name:         "X-35",
		decisionCase: decisionCase{identity: full, endpoint: silent},
		changes: []string{
			"Add a statement to VPC endpoint policy VPC endpoint policy that allows s3:GetObject on arn:aws:s3:::b/k",
		},
	},
	{
		name: "X-36",
		decisionCase: decisionCase{by: bob, owner: accountC, identity: full,
			resourcePolicy: named1(m{"AWS": bob.ARN}), context: m{"aws:PrincipalOrgID": "o-other"},
			rcp: [][]string{{rcpFull, statements(clauseOf("Deny", "s3:*", "*", []any{"Principal", "*",
				"Condition", m{"StringNotEquals": m{"aws:PrincipalOrgID": "o-own"}}}))}}},
		changes: []string{
			`Add "o-other" to Condition.StringNotEquals.aws:PrincipalOrgID of statement 1 of resource control policy resource control policy`,
		},
	},
	{
		name: "X-37",
		decisionCase: decisionCase{identity: one(allows("sqs:SendMessage", "arn:aws:sqs:*:jobs")),
			action: "sqs:SendMessage", on: "arn:aws:sqs:eu-west-1:111122223333:jobs2"},
		changes: []string{
			`Add "arn:aws:sqs:eu-west-1:111122223333:jobs2" to Resource of statement 1 of identity-based policy identity-based policy`,
		},
	},
	{
		name: "X-38",
		decisionCase: with(exempted("", m{"AWS": []string{accountC, roleARN, sessionARN}}, worker,
			ExplicitDeny), func(c *decisionCase) { c.boundary = full }),
		changes: []string{
			"Delete resource-based policy resource-based policy",
		},
	},
	{
		name:         "X-40",
		decisionCase: decisionCase{identity: []string{old}},
		changes: []string{
			"Remove statement 1 from identity-based policy identity-based policy",
		},
	},
}
