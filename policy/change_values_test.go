package policy

// only is the Principal of ana alone.
var only = []any{"Principal", m{"AWS": []string{anaARN}}}

// onlyRead allows the usual action on another object; more members may follow.
func onlyRead(more ...any) []string {
	return one(allows("s3:GetObject", "arn:aws:s3:::other", more...))
}

// hopeless is statements whose condition no further value makes hold, and one
// where it does.
var hopeless = statements(
	allows("s3:GetObject", "arn:aws:s3:::b/k", "Condition", m{"StringNotEquals": m{"aws:PrincipalTag/t": "1"}}),
	allows("s3:GetObject", "arn:aws:s3:::b/k", "Condition", m{"StringEquals": m{"aws:PrincipalTag/none": "1"}}),
	allows("s3:GetObject", "arn:aws:s3:::b/k", "Condition", m{"ForAllValues:StringEquals": m{"aws:PrincipalOrgPaths": "o"}}),
	allows("s3:GetObject", "arn:aws:s3:::b/k", "Condition", m{"NumericEquals": m{"aws:PrincipalTag/t": "2"}}),
	allows("s3:GetObject", "arn:aws:s3:::b/k", "Condition", m{"StringEquals": m{"aws:PrincipalTag/t": "2"}}))

// changesOfValues are denials where a statement nearly allows.
var changesOfValues = []changing{
	{
		name:         "resource, inline",
		decisionCase: decisionCase{identity: onlyRead("Sid", "Read")},
		changes: []string{
			`Add "arn:aws:s3:::b/k" to Resource of statement 1 (Sid Read) of identity-based policy identity-based policy`,
		},
	},
	{
		name: "resource, of the old version",
		decisionCase: decisionCase{identity: []string{documentOf("", allows("s3:GetObject",
			"arn:aws:s3:::other"))}, on: "arn:aws:s3:::b/*"},
		changes: []string{
			"Attach a policy to user ana that allows s3:GetObject on arn:aws:s3:::b/${*}",
		},
	},
	{
		name:         "resource, with an escape",
		decisionCase: decisionCase{identity: onlyRead(), on: "arn:aws:s3:::b/*"},
		changes: []string{
			`Add "arn:aws:s3:::b/${*}" to Resource of statement 1 of identity-based policy identity-based policy`,
		},
	},
	{
		name: "resource, but more actions",
		decisionCase: decisionCase{identity: one(allows([]string{"s3:GetObject", "s3:PutObject"},
			"arn:aws:s3:::other"))},
		changes: []string{attached},
	},
	{
		name: "resource, but a condition lacks",
		decisionCase: decisionCase{identity: onlyRead("Condition",
			m{"StringEquals": m{"aws:PrincipalTag/t": "x"}})},
		changes: []string{attached},
	},
	{
		name: "resource, but NotResource",
		decisionCase: decisionCase{identity: one(allows("s3:GetObject", nil, "NotResource",
			"arn:aws:s3:::b/*"))},
		changes: []string{attached},
	},
	{
		name:         "resource, but NotAction",
		decisionCase: decisionCase{identity: one(allows(nil, "arn:aws:s3:::other", "NotAction", "iam:*"))},
		changes:      []string{attached},
	},
	{
		name:         "resource, the second policy",
		decisionCase: decisionCase{identity: append(silent[:1:1], onlyRead()...)},
		changes: []string{
			`Add "arn:aws:s3:::b/k" to Resource of statement 1 of identity-based policy identity-based policy`,
		},
	},
	{
		name:         "action, inline",
		decisionCase: decisionCase{identity: one(allows("s3:PutObject", "arn:aws:s3:::b/k"))},
		changes: []string{
			`Add "s3:GetObject" to Action of statement 1 of identity-based policy identity-based policy`,
		},
	},
	{
		name: "action, but more resources",
		decisionCase: decisionCase{identity: one(allows("s3:PutObject", []string{"arn:aws:s3:::b/k",
			"arn:aws:s3:::b"}))},
		changes: []string{attached},
	},
	{
		name:         "action, but NotAction",
		decisionCase: decisionCase{identity: one(allows(nil, "arn:aws:s3:::b/k", "NotAction", "s3:*"))},
		changes:      []string{attached},
	},
	{
		name:         "action, but a pattern",
		decisionCase: decisionCase{identity: one(allows("s3:PutObject", "arn:aws:s3:::b/?"))},
		changes:      []string{attached},
	},
	{
		name: "action of SCP",
		decisionCase: decisionCase{identity: full, scp: [][]string{one(allows("s3:PutObject",
			"arn:aws:s3:::b/k"))}},
		changes: []string{
			`Add "s3:GetObject" to Action of statement 1 of service control policy service control policy`,
		},
	},
	{
		name:         "action and resource",
		decisionCase: decisionCase{identity: one(allows("s3:PutObject", "arn:aws:s3:::b"))},
		changes:      []string{attached},
	},
	{
		name: "resource of a bucket policy",
		decisionCase: decisionCase{owner: accountB, identity: full, resourcePolicy: statements(clauseOf("Allow",
			"s3:GetObject", "arn:aws:s3:::b", only))},
		changes: []string{
			`Add "arn:aws:s3:::b/k" to Resource of statement 1 of resource-based policy resource-based policy`,
		},
	},
	{
		name: "resource of a bucket policy of several principals",
		decisionCase: decisionCase{owner: accountB, identity: full, resourcePolicy: statements(clauseOf("Allow",
			"s3:GetObject", "arn:aws:s3:::b", []any{"Principal", m{"AWS": []string{anaARN, bob.ARN}}}))},
		changes: []string{
			"Add a statement to resource-based policy resource-based policy that allows s3:GetObject on arn:aws:s3:::b/k to arn:aws:iam::111122223333:user/ana",
		},
	},
	{
		name: "resource of a bucket policy of an account",
		decisionCase: decisionCase{owner: accountB, identity: full, resourcePolicy: statements(clauseOf("Allow",
			"s3:GetObject", "arn:aws:s3:::b", []any{"Principal", m{"AWS": accountC}}))},
		changes: []string{
			"Add a statement to resource-based policy resource-based policy that allows s3:GetObject on arn:aws:s3:::b/k to arn:aws:iam::111122223333:user/ana",
		},
	},
	{
		name: "principal of a bucket policy",
		decisionCase: decisionCase{owner: accountB, identity: full, resourcePolicy: statements(clauseOf("Allow",
			"s3:GetObject", "arn:aws:s3:::b/k", []any{"Principal", m{"AWS": bob.ARN}}))},
		changes: []string{
			`Add "arn:aws:iam::111122223333:user/ana" to Principal.AWS of statement 1 of resource-based policy resource-based policy`,
		},
	},
	{
		name: "principal, but more resources",
		decisionCase: decisionCase{owner: accountB, identity: full, resourcePolicy: statements(clauseOf("Allow",
			"s3:GetObject", "arn:aws:s3:::b/*", []any{"Principal", m{"AWS": bob.ARN}}))},
		changes: []string{
			"Add a statement to resource-based policy resource-based policy that allows s3:GetObject on arn:aws:s3:::b/k to arn:aws:iam::111122223333:user/ana",
		},
	},
	{
		name: "principal, but a statement without resource",
		decisionCase: decisionCase{owner: accountB, identity: full, resourcePolicy: statements(clauseOf("Allow",
			"s3:GetObject", nil, []any{"Principal", m{"AWS": bob.ARN}}))},
		changes: []string{
			"Add a statement to resource-based policy resource-based policy that allows s3:GetObject on arn:aws:s3:::b/k to arn:aws:iam::111122223333:user/ana",
		},
	},
	{
		name: "principal, but NotPrincipal",
		decisionCase: decisionCase{owner: accountB, identity: full, resourcePolicy: statements(clauseOf("Allow",
			"s3:GetObject", "arn:aws:s3:::b/k", []any{"NotPrincipal", m{"AWS": anaARN}}))},
		changes: []string{
			"Add a statement to resource-based policy resource-based policy that allows s3:GetObject on arn:aws:s3:::b/k to arn:aws:iam::111122223333:user/ana",
		},
	},
	{
		name: "principal of another kind",
		decisionCase: decisionCase{owner: accountB, identity: full, resourcePolicy: statements(clauseOf("Allow",
			"s3:GetObject", "arn:aws:s3:::b/k", []any{"Principal", m{"Service": "ec2.amazonaws.com"}}))},
		changes: []string{
			"Add a statement to resource-based policy resource-based policy that allows s3:GetObject on arn:aws:s3:::b/k to arn:aws:iam::111122223333:user/ana",
		},
	},
	{
		name: "condition value",
		decisionCase: decisionCase{identity: one(allows("s3:GetObject", "arn:aws:s3:::b/k", "Condition",
			m{"StringEquals": m{"aws:PrincipalTag/t": []string{"x"}}})),
			context: m{"aws:PrincipalTag/t": "y${z}"}},
		changes: []string{
			`Add "y${$}{z}" to Condition.StringEquals.aws:PrincipalTag/t of statement 1 of identity-based policy identity-based policy`,
		},
	},
	{
		name: "condition value, old version",
		decisionCase: decisionCase{identity: []string{documentOf("", allows("s3:GetObject", "arn:aws:s3:::b/k",
			"Condition", m{"StringEquals": m{"aws:PrincipalTag/t": []string{"x"}}}))},
			context: m{"aws:PrincipalTag/t": "y${z}"}},
		changes: []string{
			`Add "y${z}" to Condition.StringEquals.aws:PrincipalTag/t of statement 1 of identity-based policy identity-based policy`,
		},
	},
	{
		name: "condition pattern",
		decisionCase: decisionCase{identity: one(allows("s3:GetObject", "arn:aws:s3:::b/k", "Condition",
			m{"StringLike": m{"aws:PrincipalTag/t": "x*"}})), context: m{"aws:PrincipalTag/t": "y*"}},
		changes: []string{
			`Add "y${*}" to Condition.StringLike.aws:PrincipalTag/t of statement 1 of identity-based policy identity-based policy`,
		},
	},
	{
		name: "condition pattern, old version",
		decisionCase: decisionCase{identity: []string{documentOf("", allows("s3:GetObject", "arn:aws:s3:::b/k",
			"Condition", m{"StringLike": m{"aws:PrincipalTag/t": "x*"}}))},
			context: m{"aws:PrincipalTag/t": "y"}},
		changes: []string{
			`Add "y" to Condition.StringLike.aws:PrincipalTag/t of statement 1 of identity-based policy identity-based policy`,
		},
	},
	{
		name: "condition pattern, old version, a star",
		decisionCase: decisionCase{identity: []string{documentOf("", allows("s3:GetObject", "arn:aws:s3:::b/k",
			"Condition", m{"StringLike": m{"aws:PrincipalTag/t": "x*"}}))},
			context: m{"aws:PrincipalTag/t": "y*"}},
		changes: []string{attached},
	},
	{
		name: "condition ARN",
		decisionCase: decisionCase{identity: one(allows("s3:GetObject", "arn:aws:s3:::b/k", "Condition",
			m{"ArnLike": m{"aws:PrincipalArn": bob.ARN}})), context: m{"aws:PrincipalArn": anaARN}},
		changes: []string{
			`Add "arn:aws:iam::111122223333:user/ana" to Condition.ArnLike.aws:PrincipalArn of statement 1 of identity-based policy identity-based policy`,
		},
	},
	{
		name: "condition number",
		decisionCase: decisionCase{identity: one(allows("s3:GetObject", "arn:aws:s3:::b/k", "Condition",
			m{"NumericEquals": m{"aws:PrincipalTag/t": "1"}})), context: m{"aws:PrincipalTag/t": "2"}},
		changes: []string{attached},
	},
	{
		name: "condition negated",
		decisionCase: decisionCase{identity: one(allows("s3:GetObject", "arn:aws:s3:::b/k", "Condition",
			m{"StringNotEquals": m{"aws:PrincipalTag/t": "1"}})), context: m{"aws:PrincipalTag/t": "1"}},
		changes: []string{attached},
	},
	{
		name: "condition key absent",
		decisionCase: decisionCase{identity: one(allows("s3:GetObject", "arn:aws:s3:::b/k", "Condition",
			m{"StringEquals": m{"aws:PrincipalTag/t": "1"}}))},
		changes: []string{attached},
	},
	{
		name: "condition list of one",
		decisionCase: decisionCase{identity: one(allows("s3:GetObject", "arn:aws:s3:::b/k", "Condition",
			m{"ForAllValues:StringEquals": m{"aws:PrincipalOrgPaths": "o"}})),
			context: m{"aws:PrincipalOrgPaths": []string{"p"}}},
		changes: []string{
			`Add "p" to Condition.ForAllValues:StringEquals.aws:PrincipalOrgPaths of statement 1 of identity-based policy identity-based policy`,
		},
	},
	{
		name: "condition list of two",
		decisionCase: decisionCase{identity: one(allows("s3:GetObject", "arn:aws:s3:::b/k", "Condition",
			m{"ForAllValues:StringEquals": m{"aws:PrincipalOrgPaths": "o"}})),
			context: m{"aws:PrincipalOrgPaths": []string{"p", "q"}}},
		changes: []string{attached},
	},
	{
		name: "two conditions lack",
		decisionCase: decisionCase{identity: one(allows("s3:GetObject", "arn:aws:s3:::b/k", "Condition",
			m{"StringEquals": m{"aws:PrincipalTag/t": "1", "aws:PrincipalTag/u": "1"}})),
			context: m{"aws:PrincipalTag/t": "2", "aws:PrincipalTag/u": "2"}},
		changes: []string{attached},
	},
	{
		name: "one of two conditions",
		decisionCase: decisionCase{identity: one(allows("s3:GetObject", "arn:aws:s3:::b/k", "Condition",
			m{"StringEquals": m{"aws:PrincipalTag/t": "1", "aws:PrincipalTag/u": "1"}})),
			context: m{"aws:PrincipalTag/t": "1", "aws:PrincipalTag/u": "2"}},
		changes: []string{
			`Add "2" to Condition.StringEquals.aws:PrincipalTag/u of statement 1 of identity-based policy identity-based policy`,
		},
	},
	{
		name: "E-25 is not widened",
		decisionCase: decisionCase{identity: one(allows("s3:GetObject", "arn:aws:s3:::b", "Condition",
			m{"StringResembles": m{"aws:PrincipalTag/t": "1"}}))},
		changes: []string{attached},
	},
	{
		name: "the first of two",
		decisionCase: decisionCase{identity: []string{statements(allows("s3:GetObject", "arn:aws:s3:::other"),
			allows("s3:GetObject", "arn:aws:s3:::third"))}},
		changes: []string{
			`Add "arn:aws:s3:::b/k" to Resource of statement 1 of identity-based policy identity-based policy`,
		},
	},
	{
		name:         "the first of two policies",
		decisionCase: decisionCase{identity: append(onlyRead("Sid", "First"), onlyRead("Sid", "Second")...)},
		changes: []string{
			`Add "arn:aws:s3:::b/k" to Resource of statement 1 (Sid First) of identity-based policy identity-based policy`,
		},
	},
	{
		name: "the policy of the type that lacks",
		decisionCase: decisionCase{by: worker, identity: onlyRead("Sid", "Identity"), boundary: onlyRead("Sid", "Boundary"),
			session: onlyRead("Sid", "Session")},
		changes: []string{
			`Add "arn:aws:s3:::b/k" to Resource of statement 1 (Sid Identity) of identity-based policy identity-based policy`,
			`Add "arn:aws:s3:::b/k" to Resource of statement 1 (Sid Boundary) of permissions boundary permissions boundary`,
			`Add "arn:aws:s3:::b/k" to Resource of statement 1 (Sid Session) of session policy session policy`,
		},
	},
	{
		name:         "the policy of the level that lacks",
		decisionCase: decisionCase{identity: full, scp: [][]string{append(onlyRead(), full...), onlyRead("Sid", "Lacks")}},
		changes: []string{
			`Add "arn:aws:s3:::b/k" to Resource of statement 1 (Sid Lacks) of service control policy service control policy`,
		},
	},
	{
		name:         "a level that nearly allows, and one that does not",
		decisionCase: decisionCase{identity: full, scp: [][]string{onlyRead(), silent}},
		changes: []string{
			`Add "arn:aws:s3:::b/k" to Resource of statement 1 of service control policy service control policy`,
			"Add a statement to service control policy service control policy that allows s3:GetObject on arn:aws:s3:::b/k",
		},
	},
	{
		name:         "E-23 session of AWS",
		decisionCase: decisionCase{by: worker, identity: full, session: onlyRead()},
		called:       map[Type][]string{Session: {byAWS}},
		changes:      []string{"Pass a session policy that allows s3:GetObject on arn:aws:s3:::b/k"},
	},
	{
		name: "not a Deny",
		decisionCase: decisionCase{identity: []string{statements(denyOf("s3:GetObject", "arn:aws:s3:::other"),
			allows("s3:GetObject", "arn:aws:s3:::third"))}},
		changes: []string{
			`Add "arn:aws:s3:::b/k" to Resource of statement 2 of identity-based policy identity-based policy`,
		},
	},
	{
		name: "not one that cannot be evaluated",
		decisionCase: decisionCase{identity: []string{statements(allows("s3:GetObject", "arn:aws:s3:::other",
			"Condition", m{"StringResembles": m{"k": "v"}}), allows("s3:GetObject", "arn:aws:s3:::third"))}},
		changes: []string{
			`Add "arn:aws:s3:::b/k" to Resource of statement 2 of identity-based policy identity-based policy`,
		},
	},
	{
		name: "action, after a NotAction",
		decisionCase: decisionCase{identity: []string{statements(allows(nil, "arn:aws:s3:::b/k", "NotAction", "s3:*"),
			allows("s3:PutObject", "arn:aws:s3:::b/k"))}},
		changes: []string{
			`Add "s3:GetObject" to Action of statement 2 of identity-based policy identity-based policy`,
		},
	},
	{
		name: "resource, after a NotResource",
		decisionCase: decisionCase{identity: []string{statements(
			allows("s3:GetObject", nil, "NotResource", "arn:aws:s3:::b/*"), allows("s3:GetObject", "arn:aws:s3:::other"))}},
		changes: []string{
			`Add "arn:aws:s3:::b/k" to Resource of statement 2 of identity-based policy identity-based policy`,
		},
	},
	{
		name: "resource, and none is asked for",
		decisionCase: decisionCase{on: "*", identity: []string{statements(
			allows("s3:GetObject", "arn:aws:s3:::other"), allows("s3:PutObject", "*"))}},
		changes: []string{"Attach a policy to user ana that allows s3:GetObject on *"},
	},
	{
		name:         "action with a wildcard",
		decisionCase: decisionCase{action: "s3:Get*", identity: one(allows("s3:PutObject", "arn:aws:s3:::b/k"))},
		changes:      []string{"Attach a policy to user ana that allows s3:Get* on arn:aws:s3:::b/k"},
	},
	{
		name: "action of a bucket policy of several principals",
		decisionCase: decisionCase{owner: accountB, identity: full, resourcePolicy: statements(clauseOf("Allow",
			"s3:PutObject", "arn:aws:s3:::b/k", []any{"Principal", m{"AWS": []string{anaARN, bob.ARN}}}))},
		changes: []string{
			"Add a statement to resource-based policy resource-based policy that allows s3:GetObject on arn:aws:s3:::b/k to arn:aws:iam::111122223333:user/ana",
		},
	},
	{
		name: "action of a bucket policy of a NotPrincipal",
		decisionCase: decisionCase{owner: accountB, identity: full, resourcePolicy: statements(clauseOf("Allow",
			"s3:PutObject", "arn:aws:s3:::b/k", []any{"NotPrincipal", m{"AWS": bob.ARN}}))},
		changes: []string{
			"Add a statement to resource-based policy resource-based policy that allows s3:GetObject on arn:aws:s3:::b/k to arn:aws:iam::111122223333:user/ana",
		},
	},
	{
		name: "principal, but more actions",
		decisionCase: decisionCase{owner: accountB, identity: full, resourcePolicy: statements(clauseOf("Allow",
			[]string{"s3:GetObject", "s3:PutObject"}, "arn:aws:s3:::b/k", []any{"Principal", m{"AWS": bob.ARN}}))},
		changes: []string{
			"Add a statement to resource-based policy resource-based policy that allows s3:GetObject on arn:aws:s3:::b/k to arn:aws:iam::111122223333:user/ana",
		},
	},
	{
		name: "condition value of a bucket policy of everyone",
		decisionCase: decisionCase{owner: accountB, identity: full, context: m{"aws:PrincipalTag/t": "y"},
			resourcePolicy: statements(clauseOf("Allow", "s3:GetObject", "arn:aws:s3:::b/k",
				[]any{"Principal", "*", "Condition", m{"StringEquals": m{"aws:PrincipalTag/t": "x"}}}))},
		changes: []string{
			"Add a statement to resource-based policy resource-based policy that allows s3:GetObject on arn:aws:s3:::b/k to arn:aws:iam::111122223333:user/ana",
		},
	},
	{
		name: "condition value with a star",
		decisionCase: decisionCase{identity: one(allows("s3:GetObject", "arn:aws:s3:::b/k", "Condition",
			m{"StringEquals": m{"aws:PrincipalTag/t": "x"}})), context: m{"aws:PrincipalTag/t": "y*"}},
		changes: []string{
			`Add "y*" to Condition.StringEquals.aws:PrincipalTag/t of statement 1 of identity-based policy identity-based policy`,
		},
	},
	{
		name:         "condition, after those that no value makes hold",
		decisionCase: decisionCase{identity: []string{hopeless}, context: m{"aws:PrincipalTag/t": "1", "aws:PrincipalOrgPaths": []string{"p", "q"}}},
		changes: []string{
			`Add "1" to Condition.StringEquals.aws:PrincipalTag/t of statement 5 of identity-based policy identity-based policy`,
		},
	},
}
