package policy

// changesOfKeys are denials that the caller can turn by how it calls.
var changesOfKeys = []changing{
	{
		name: "MFA by an Allow",
		decisionCase: decisionCase{identity: one(allows("*", "*", "Condition",
			m{"Bool": m{"aws:MultiFactorAuthPresent": "true"}}))},
		changes: []string{
			"Call with aws:MultiFactorAuthPresent = true (sign in with MFA)",
		},
	},
	{
		name: "not with MFA",
		decisionCase: decisionCase{identity: one(allows("*", "*", "Condition",
			m{"Bool": m{"aws:MultiFactorAuthPresent": "false"}})),
			context: m{"aws:MultiFactorAuthPresent": "true"}},
		changes: []string{
			"Call with aws:MultiFactorAuthPresent = false (without MFA)",
		},
	},
	{
		name: "TLS",
		decisionCase: decisionCase{identity: full, resourcePolicy: statements(named1Clause("Deny", "*",
			"Condition", m{"Bool": m{"aws:SecureTransport": "false"}})),
			context: m{"aws:SecureTransport": "false"}},
		changes: []string{
			"Call with aws:SecureTransport = true (over TLS)",
		},
	},
	{
		name: "no TLS",
		decisionCase: decisionCase{identity: full, resourcePolicy: statements(named1Clause("Deny", "*",
			"Condition", m{"Bool": m{"aws:SecureTransport": "true"}})),
			context: m{"aws:SecureTransport": "true"}},
		changes: []string{
			"Call with aws:SecureTransport = false (without TLS)",
		},
	},
	{
		name: "Region",
		decisionCase: decisionCase{identity: full, scp: [][]string{{full[0], statements(denyOf(nil, "*",
			"NotAction", "iam:*", "Condition",
			m{"StringNotEquals": m{"aws:RequestedRegion": []string{"eu-west-1", "eu-central-1"}}}))}},
			context: m{"aws:RequestedRegion": "us-east-1"}},
		changes: []string{
			"Call with aws:RequestedRegion = eu-west-1 (in that Region)",
		},
	},
	{
		name: "tag",
		decisionCase: decisionCase{identity: one(allows("*", "*", "Condition",
			m{"StringEquals": m{"aws:RequestTag/team": "${aws:PrincipalTag/team}"}})),
			context: m{"aws:PrincipalTag/team": "blue"}},
		changes: []string{
			"Call with aws:RequestTag/team = blue (with that tag)",
		},
	},
	{
		name: "tag keys",
		decisionCase: decisionCase{identity: one(allows("*", "*", "Condition",
			m{"ForAnyValue:StringEquals": m{"aws:TagKeys": []string{"a", "b"}}})),
			context: m{"aws:TagKeys": []string{"c", "d"}}},
		changes: []string{
			"Call with aws:TagKeys = a (with that tag alone)",
		},
	},
	{
		name: "tag keys, none sent",
		decisionCase: decisionCase{identity: one(allows("*", "*", "Condition",
			m{"ForAnyValue:StringEquals": m{"aws:TagKeys": []string{"a", "b"}}}))},
		changes: []string{
			"Call with aws:TagKeys = a (with that tag alone)",
		},
	},
	{
		name: "external id",
		decisionCase: assuming("", decisionCase{owner: accountB, identity: full,
			trust: statements(clauseOf("Allow", "sts:AssumeRole", nil, []any{"Principal", m{"AWS": accountC},
				"Condition", m{"StringEquals": m{"sts:ExternalId": "x1"}}}))}),
		changes: []string{
			"Call with sts:ExternalId = x1",
		},
	},
	{
		name: "passed to service",
		decisionCase: decisionCase{action: "iam:PassRole", on: roleARN, identity: one(allows("iam:PassRole",
			"*", "Condition", m{"StringLike": m{"iam:PassedToService": "ec2.amazonaws.com*"}}))},
		changes: []string{
			"Call with iam:PassedToService = ec2.amazonaws.com",
		},
	},
	{
		name: "a wildcard that must be something",
		decisionCase: decisionCase{identity: one(allows("*", "*", "Condition",
			m{"StringLike": m{"s3:prefix": "home/?"}}))},
		changes: []string{attached},
	},
	{
		name: "prefix",
		decisionCase: decisionCase{identity: one(allows("*", "*", "Condition",
			m{"StringLike": m{"s3:prefix": "home/*"}}))},
		changes: []string{
			"Call with s3:prefix = home/",
		},
	},
	{
		name: "number",
		decisionCase: decisionCase{identity: one(allows("*", "*", "Condition",
			m{"NumericLessThan": m{"s3:max-keys": 10}})), context: m{"s3:max-keys": "20"}},
		changes: []string{
			"Call with s3:max-keys = 9",
		},
	},
	{
		name: "number above",
		decisionCase: decisionCase{identity: one(allows("*", "*", "Condition",
			m{"NumericGreaterThan": m{"s3:max-keys": 10}})), context: m{"s3:max-keys": "1"}},
		changes: []string{
			"Call with s3:max-keys = 11",
		},
	},
	{
		name: "fraction",
		decisionCase: decisionCase{identity: one(allows("*", "*", "Condition",
			m{"NumericLessThanEquals": m{"s3:max-keys": 10.5}})), context: m{"s3:max-keys": "20"}},
		changes: []string{
			"Call with s3:max-keys = 10.5",
		},
	},
	{
		name: "MFA age",
		decisionCase: decisionCase{identity: one(allows("*", "*", "Condition",
			m{"NumericLessThan": m{"aws:MultiFactorAuthAge": "3600"}})),
			context: m{"aws:MultiFactorAuthAge": "4000"}},
		changes: []string{
			"Call with aws:MultiFactorAuthAge = 3599 (sign in with MFA again)",
		},
	},
	{
		name: "date",
		decisionCase: decisionCase{identity: one(allows("*", "*", "Condition",
			m{"DateGreaterThanEquals": m{"s3:retain": "2030-01-01"}}))},
		changes: []string{
			"Call with s3:retain = 2030-01-01",
		},
	},
	{
		name: "binary",
		decisionCase: decisionCase{identity: one(allows("*", "*", "Condition",
			m{"BinaryEquals": m{"s3:bytes": "QQ=="}}))},
		changes: []string{
			"Call with s3:bytes = QQ==",
		},
	},
	{
		name: "ARN",
		decisionCase: decisionCase{identity: one(allows("*", "*", "Condition",
			m{"ArnEquals": m{"iam:PolicyARN": managed}}))},
		changes: []string{
			"Call with iam:PolicyARN = arn:aws:iam::111122223333:policy/p",
		},
	},
	{
		name: "ARN with wildcards",
		decisionCase: decisionCase{identity: one(allows("*", "*", "Condition",
			m{"ArnEquals": m{"iam:PolicyARN": "arn:aws:iam::*:policy/p"}}))},
		changes: []string{attached},
	},
	{
		name: "wildcards of the old version",
		decisionCase: decisionCase{identity: []string{documentOf(version2008, allows("*", "*", "Condition",
			m{"StringLike": m{"s3:prefix": "${a}*"}}))}},
		changes: []string{
			"Call with s3:prefix = ${a}",
		},
	},
	{
		name: "a variable without value",
		decisionCase: decisionCase{identity: one(allows("*", "*", "Condition",
			m{"StringEquals": m{"s3:prefix": "${aws:username}"}}))},
		changes: []string{attached},
	},
	{
		name: "Null",
		decisionCase: decisionCase{identity: one(allows("*", "*", "Condition",
			m{"Null": m{"s3:prefix": "false"}}))},
		changes: []string{attached},
	},
	{
		name: "who one is",
		decisionCase: decisionCase{identity: one(allows("*", "*", "Condition",
			m{"StringEquals": m{"aws:PrincipalTag/team": "blue"}}))},
		changes: []string{attached},
	},
	{
		name: "what the resource is",
		decisionCase: decisionCase{identity: one(allows("*", "*", "Condition",
			m{"StringEquals": m{"s3:ExistingObjectTag/team": "blue"}}))},
		changes: []string{attached},
	},
	{
		name: "two keys lack",
		decisionCase: decisionCase{identity: one(allows("*", "*", "Condition",
			m{"StringEquals": m{"s3:prefix": "a", "aws:RequestTag/x": "b"}}))},
		changes: []string{attached},
	},
	{
		name: "VPC endpoint",
		decisionCase: decisionCase{identity: full, resourcePolicy: statements(named1Clause("Deny", "*",
			"Condition", m{"StringNotEquals": m{"aws:SourceVpce": "vpce-1"}}))},
		changes: []string{
			"Call with aws:SourceVpce = vpce-1 (through that VPC endpoint)",
		},
	},
	{
		name: "claims of a token",
		decisionCase: assuming("", decisionCase{by: google, action: "sts:AssumeRoleWithWebIdentity",
			context: m{"accounts.google.com:sub": "2"}, trust: statements(clauseOf("Allow",
				"sts:AssumeRoleWithWebIdentity", nil, []any{"Principal", m{"Federated": "accounts.google.com"},
					"Condition", m{"StringEquals": m{"accounts.google.com:sub": "1"}}}))}),
		changes: []string{
			`Add "2" to Condition.StringEquals.accounts.google.com:sub of statement 1 of role trust policy role trust policy`,
		},
	},
	{
		name: "a value of an action that is another",
		decisionCase: decisionCase{context: m{"s3:prefix": "a"}, identity: []string{statements(allows("*", "*"),
			denyOf("*", "*", "Condition", m{"StringEquals": m{"s3:prefix": "a"}}),
			denyOf("s3:PutObject", "*", "Condition", m{"StringEquals": m{"s3:prefix": "b"}}))}},
		changes: []string{"Remove statement 2 from identity-based policy identity-based policy"},
	},
	{
		name: "a value of a resource that is another",
		decisionCase: decisionCase{context: m{"s3:prefix": "a"}, identity: []string{statements(allows("*", "*"),
			denyOf("*", "*", "Condition", m{"StringEquals": m{"s3:prefix": "a"}}),
			denyOf("*", "arn:aws:s3:::c", "Condition", m{"StringEquals": m{"s3:prefix": "b"}}))}},
		changes: []string{"Remove statement 2 from identity-based policy identity-based policy"},
	},
	{
		name: "a value of a principal that is another",
		decisionCase: decisionCase{context: m{"s3:prefix": "a"},
			identity: []string{statements(allows("*", "*"),
				denyOf("*", "*", "Condition", m{"StringEquals": m{"s3:prefix": "a"}}))},
			resourcePolicy: statements(named1Clause("Allow", m{"AWS": accountB}, "Condition",
				m{"StringEquals": m{"s3:prefix": "b"}}))},
		changes: []string{"Remove statement 2 from identity-based policy identity-based policy"},
	},
	{
		name: "another value of the same statement",
		decisionCase: decisionCase{context: m{"s3:prefix": "a"}, identity: []string{statements(allows("*", "*"),
			denyOf("*", "*", "Condition", m{"StringEquals": m{"s3:prefix": "a"}}),
			denyOf("*", "*", "Condition", m{"StringEquals": m{"s3:prefix": "c"}, "StringNotEquals": m{"s3:prefix": "b"}}))}},
		changes: []string{"Call with s3:prefix = b"},
	},
	{
		name: "any value at all",
		decisionCase: decisionCase{
			identity: one(allows("*", "*", "Condition", m{"StringLike": m{"s3:prefix": "*"}}))},
		changes: []string{attached},
	},
	{
		name: "any first character",
		decisionCase: decisionCase{
			identity: one(allows("*", "*", "Condition", m{"StringLike": m{"s3:prefix": "?x"}}))},
		changes: []string{attached},
	},
	{
		name: "after a key that is not the caller's",
		decisionCase: decisionCase{context: m{"aws:PrincipalTag/t": "x"}, identity: one(allows("*", "*", "Condition",
			m{"StringEquals": m{"aws:PrincipalTag/t": "x", "s3:prefix": "a"}}))},
		changes: []string{"Call with s3:prefix = a"},
	},
}
