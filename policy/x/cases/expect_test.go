package cases

import (
	"strings"
	"testing"
)

func TestCompare(t *testing.T) {
	read := m{"identity": []m{a("Read", allow("s3:Get*", "*", "Sid", "Get"), allow("s3:*", "*"))}}
	never := m{"identity": []m{a("Read", allow("ec2:*", "*", "Condition", m{"Bool": m{"x": "true"}}))}}
	for _, c := range []struct {
		name   string
		given  given
		expect m
		want   string
	}{
		{"nothing", given{}, nil, ""},
		{"nothing in it", given{}, m{}, ""},
		{"decision", given{policies: read}, m{"decision": "allowed"}, ""},
		{"other decision", given{}, m{"decision": "allowed"}, "decision is implicitDeny, expected allowed"},
		{"denied by", given{}, m{"denied_by": "identity"}, ""},
		{"denied by none", given{policies: read}, m{"denied_by": ""}, ""},
		{"denied by another", given{}, m{"decision": "explicitDeny", "denied_by": "scp"},
			"decision is implicitDeny, expected explicitDeny; denied_by is identity, expected scp"},
		{"message", given{account: accountB}, m{"message": "Access Denied"}, ""},
		{"other message", given{policies: read}, m{"message": "x"}, "message is none, expected x"},
		{"sid", given{policies: read}, m{"matched": []any{"Get"}}, ""},
		{"statement", given{policies: read}, m{"matched": []any{m{"policy_type": "identity", "policy": "Read", "statement": 1, "sid": "", "effect": "Allow"}}}, ""},
		{"other sid", given{policies: read}, m{"matched": []any{"Get", "Put"}}, "matched is identity Read Get, identity Read statement 1, expected Get, Put"},
		{"sid of the wrong effect", given{policies: read}, m{"matched": []any{m{"sid": "Get", "effect": "Deny"}}},
			"matched is identity Read Get, identity Read statement 1, expected Deny Get"},
		{"other statement", given{policies: read}, m{"matched": []any{m{"statement": 2}}}, "matched is identity Read Get, identity Read statement 1, expected statement 2"},
		{"matched nothing", given{policies: never}, m{"matched": []any{}}, ""},
		{"matched something", given{policies: read}, m{"matched": []any{}}, "matched is identity Read Get, identity Read statement 1, expected none"},
		{"missing", given{policies: m{"identity": []m{a("R", allow("*", "*", "Condition", m{"Bool": m{"b": "x", "A": "x"}}))}}}, m{"missing_context": []string{"B", "a"}}, ""},
		{"missing none", given{policies: read}, m{"missing_context": []string{}}, ""},
		{"missing another", given{policies: read}, m{"missing_context": []string{"k"}}, "missing_context is none, expected k"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.given.expect = c.expect
			one := c.given.parse(t)
			r, err := decider().Decide(one)
			if err != nil {
				t.Fatal(err)
			}
			var parts []string
			for _, d := range one.Compare(&r) {
				parts = append(parts, d.String())
			}
			if got := strings.Join(parts, "; "); got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
		})
	}
}
