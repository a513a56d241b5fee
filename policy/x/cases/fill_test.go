package cases

import "testing"

// Keys that follow from the request are there where the context does not give
// them (section K).
func TestFill(t *testing.T) {
	const ec2 = "ec2.amazonaws.com"
	for _, c := range []struct {
		row, key string
		given    given
		want     string
	}{
		{"K-07 user", "aws:PrincipalArn", given{}, anaARN},
		{"K-07 session", "aws:PrincipalArn", given{principal: session}, roleARN},
		{"K-07 role", "aws:PrincipalArn", given{principal: roleARN}, roleARN},
		{"K-07 federated user", "aws:PrincipalArn", given{principal: visitor}, visitor},
		{"K-07 root", "aws:PrincipalArn", given{principal: rootARN}, rootARN},
		{"K-07 anonymous", "aws:PrincipalArn", given{principal: "*"}, "-"},
		{"K-07 service", "aws:PrincipalArn", given{principal: ec2}, "-"},
		{"K-07 given", "aws:PrincipalArn", given{context: m{"AWS:principalarn": "x"}}, "x"},
		{"K-07 given empty", "aws:PrincipalArn", given{context: m{"aws:PrincipalArn": ""}}, ""},

		{"K-08 account", "aws:PrincipalAccount", given{}, accountC},
		{"K-08 account of an anonymous caller", "aws:PrincipalAccount", given{principal: "*"}, "anonymous"},
		{"K-08 account of a service", "aws:PrincipalAccount", given{principal: ec2}, "-"},
		{"K-08 type root", "aws:PrincipalType", given{principal: rootARN}, "Account"},
		{"K-08 type user", "aws:PrincipalType", given{}, "User"},
		{"K-08 type federated", "aws:PrincipalType", given{principal: visitor}, "FederatedUser"},
		{"K-08 type session", "aws:PrincipalType", given{principal: session}, "AssumedRole"},
		{"K-08 type anonymous", "aws:PrincipalType", given{principal: "*"}, "Anonymous"},
		{"K-08 type service", "aws:PrincipalType", given{principal: ec2}, "-"},
		{"K-08 id root", "aws:userid", given{principal: rootARN}, accountC},
		{"K-08 id user", "aws:userid", given{}, "-"},
		{"K-08 id federated", "aws:userid", given{principal: visitor}, accountC + ":N"},
		{"K-08 id anonymous", "aws:userid", given{principal: "*"}, "anonymous"},
		{"K-08 id given", "aws:userid", given{context: m{"aws:userid": "AIDAX"}}, "AIDAX"},

		{"K-11 user", "aws:username", given{principal: "arn:aws:iam::" + accountC + ":user/path/ana"}, "ana"},
		{"K-11 session", "aws:username", given{principal: session}, "-"},
		{"K-11 root", "aws:username", given{principal: rootARN}, "-"},

		{"K-21 of the ARN", "aws:ResourceAccount", given{resource: "arn:aws:sqs:eu-west-1:" + accountB + ":q"}, accountB},
		{"K-21 given", "aws:ResourceAccount", given{account: accountB}, accountB},
		{"K-21 of the caller", "aws:ResourceAccount", given{}, accountC},
		{"K-21 no resource", "aws:ResourceAccount", given{resource: "*"}, accountC},
		{"K-21 of nobody", "aws:ResourceAccount", given{principal: "*"}, "-"},

		{"K-01 clock", "aws:CurrentTime", given{}, "2029-12-31T12:00:00Z"},
		{"K-01 epoch of the clock", "aws:EpochTime", given{}, "1893412800"},
		{"K-01 epoch follows the time", "aws:EpochTime", given{context: m{"aws:CurrentTime": "1970-01-01T01:00:01+01:00"}}, "1"},
		{"K-01 time follows the epoch", "aws:CurrentTime", given{context: m{"aws:epochtime": "60"}}, "1970-01-01T00:01:00Z"},
		{"K-01 time as an epoch", "aws:EpochTime", given{context: m{"aws:CurrentTime": "7"}}, "7"},
		{"K-01 no time", "aws:EpochTime", given{context: m{"aws:CurrentTime": "soon"}}, "1893412800"},
	} {
		t.Run(c.row, func(t *testing.T) {
			if got := c.given.has(t, c.key); got != c.want {
				t.Errorf("%s is %q, want %q", c.key, got, c.want)
			}
		})
	}
}

// The context tells what a session's ARN leaves out: the path of its role, and
// the unique id that saved policies name it by (P-04).
func TestIdentify(t *testing.T) {
	const deep = "arn:aws:iam::" + accountC + ":role/team/a/R"
	for _, c := range []struct {
		name, principal string
		context         m
		entity, id      string
	}{
		{"path", session, m{"AWS:PrincipalArn": deep}, deep, ""},
		{"another role", session, m{"aws:PrincipalArn": "arn:aws:iam::" + accountC + ":role/Q"}, roleARN, ""},
		{"another account", session, m{"aws:PrincipalArn": "arn:aws:iam::" + accountB + ":role/R"}, roleARN, ""},
		{"a list", session, m{"aws:PrincipalArn": []string{deep}}, roleARN, ""},
		{"id of a role", session, m{"aws:userid": "AROAEXAMPLE00000000:S"}, roleARN, "AROAEXAMPLE00000000"},
		{"id of a user", anaARN, m{"aws:UserId": "AIDAEXAMPLE00000000"}, anaARN, "AIDAEXAMPLE00000000"},
		{"a user's ARN is his own", anaARN, m{"aws:PrincipalArn": "arn:aws:iam::" + accountC + ":user/x/ana"}, anaARN, ""},
		{"root", rootARN, m{"aws:userid": accountC}, rootARN, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, _, err := decider().Build(given{principal: c.principal, context: c.context}.parse(t))
			if err != nil {
				t.Fatal(err)
			}
			if p := r.Principal; p.EntityARN != c.entity || p.EntityID != c.id {
				t.Errorf("%s, %q", p.EntityARN, p.EntityID)
			}
		})
	}
}
