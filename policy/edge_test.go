package policy

import (
	"fmt"
	"strings"
	"testing"
)

// The edges of what saving accepts: the last value that is good, and the first
// that is not.

// TestServiceEdges: a service of an action is 256 characters at most.
func TestServiceEdges(t *testing.T) {
	saved(t, Identity, statements(allows(strings.Repeat("a", 256)+":Get", "*")))
	refused(t, Identity, statements(allows(strings.Repeat("a", 257)+":Get", "*")), "Vendor "+strings.Repeat("a", 257)+" is not valid")
}

// TestCharacterEdges is G-13: tab, line feed and carriage return, and U+0020 to
// U+00FF.
func TestCharacterEdges(t *testing.T) {
	with := func(value string) string {
		return docWith(good + `,"Condition":{"StringEquals":{"k":"` + value + `"}}`)
	}
	for _, value := range []string{"ÿ", `\u00ff`, " ", `\t\n\r`} {
		saved(t, Identity, with(value))
	}
	for _, value := range []string{"Ā", `\u0100`, `\u001f`, `\u000e`, `\u000b`, `\u000c`, `\u0008`} {
		refused(t, Identity, with(value), messageSyntax)
	}
	saved(t, Identity, "\r\n\t "+docWith(good)+"\r\n")
}

// TestSidEdges is G-03: digits and letters of ASCII, and what stands beside them.
func TestSidEdges(t *testing.T) {
	saved(t, Identity, statements(allows("*", "*", "Sid", "09AZaz")))
	for _, sid := range strings.Split("/ : @ [ ` { é", " ") {
		refused(t, Identity, statements(allows("*", "*", "Sid", sid)), messageSid)
	}
	for _, kind := range []Type{Resource, Endpoint} {
		saved(t, kind, statements(named1Clause("Allow", "*", "Sid", "a b")))
	}
	refused(t, Identity, statements(allows("*", "*"), allows("*", "*", "Sid", ""), allows("*", "*", "Sid", "A"),
		allows("*", "*", "Sid", "A")), messageSameSid)
}

// TestVersionPlace: the error about an old version is at the version, if there
// is one.
func TestVersionPlace(t *testing.T) {
	if e := refused(t, Identity, documentOf(version2008, allows("*", "*")), messageVersion); e.Element != "Version" {
		t.Errorf("%+v", e)
	}
	if e := refused(t, Identity, documentOf("", allows("*", "*")), messageVersion); e.Element != "" || e.Offset != 0 {
		t.Errorf("%+v", e)
	}
}

// TestDateEdges: a bad date is found behind other conditions and behind good
// dates.
func TestDateEdges(t *testing.T) {
	refused(t, Identity, docWith(good+`,"Condition":{"StringEquals":{"k":"x"},"Bool":{"k":true},"DateLessThan":{"k":"2024-01-01","l":["2024-01-01","x"]}}`),
		messageLegacy)
	for _, good := range []string{"2024-02-29", "2000-02-29", "2024-01-31", "2024-04-30", "2024-12-31", "0000-01-01",
		"2024-01-01T23:59:59+23:59"} {
		conditions(conditionCase{"DateEquals", good, m{"k": good}, true})(t)
	}
	for _, bad := range []string{"2024-02-30", "2000-02-30", "2023-02-29", "2100-02-29", "2024-04-31", "2024-12-32",
		"2024-01-01T00:00:60", "2024-01-01T00:60", "2024-01-01T24:00"} {
		conditions(conditionCase{"DateEquals", bad, m{"k": bad}, false})(t)
		conditions(conditionCase{"DateNotEquals", "2024-01-01", m{"k": bad}, true})(t)
	}
}

// TestUnknownOperatorWithoutKeys is G-08: it says nothing, so nothing in it cannot
// be evaluated.
func TestUnknownOperatorWithoutKeys(t *testing.T) {
	cases(
		decisionCase{name: "Allow", identity: one(allows("*", "*", "Condition", m{"StringResembles": m{}})), want: Allowed},
		decisionCase{name: "Allow, another condition", context: m{"k": "b"}, deniedBy: Identity,
			identity: one(allows("*", "*", "Condition", m{"StringResembles": m{}, "StringEquals": m{"k": "a"}}))},
		decisionCase{name: "Deny, another condition", context: m{"k": "b"}, want: Allowed,
			identity: []string{full[0], statements(denyOf("*", "*", "Condition", m{"StringResembles": m{}, "StringEquals": m{"k": "a"}}))}},
	)(t)
}

// TestPrincipalEdges: hosts, providers and canonical ids.
func TestPrincipalEdges(t *testing.T) {
	for _, host := range []string{"a.b", "ec2.amazonaws.com", "EC2-x.amazonaws.com.cn"} {
		saved(t, Trust, trustOf(m{"Service": host}))
		saved(t, Trust, trustOf(m{"Federated": host}))
	}
	for _, host := range []string{"a", "a..b", ".a.b", "a.b.", "a_b.com", "a b.com", "*.com", ""} {
		refused(t, Trust, trustOf(m{"Service": host}), `Invalid principal in policy: "SERVICE":"`+host+`"`)
		refused(t, Trust, trustOf(m{"Federated": host}), messageFederated)
	}
	saved(t, Trust, trustOf(m{"Federated": "login.example.com/tenant"}))
	saved(t, Trust, trustOf(m{"Federated": "arn:aws:iam::111122223333:oidc-provider/a/b"}))
	for _, provider := range []string{
		"arx:aws:iam::111122223333:saml-provider/p", "arn:aws:sts::111122223333:saml-provider/p",
		"arn:aws:iam::11112222333:saml-provider/p", "arn:aws:iam::111122223333:saml-provider/*",
		"arn:aws:iam::111122223333:provider/p", "arn:aws:iam::*:saml-provider/p",
	} {
		refused(t, Trust, trustOf(m{"Federated": provider}), messageFederated)
	}
	id := strings.Repeat("0123456789abcdef", 4)
	saved(t, Resource, named1(m{"CanonicalUser": id}))
	for _, bad := range []string{id[1:], id + "0", "g" + id[1:], strings.ToUpper(id)} {
		refused(t, Resource, named1(m{"CanonicalUser": bad}), `Invalid principal in policy: "CanonicalUser":"`+bad+`"`)
	}
}

// TestOrganizationEdges is O-02 where principals and actions are lists.
func TestOrganizationEdges(t *testing.T) {
	rcp := func(principal any, more ...any) string {
		return statements(clauseOf("Deny", "s3:*", "*", append([]any{"Principal", principal}, more...)))
	}
	saved(t, ResourceControl, rcp("*"))
	saved(t, ResourceControl, rcp(m{"AWS": "*"}))
	for _, text := range []string{
		rcp(m{"AWS": []string{"*", accountC}}), rcp(m{"AWS": []string{accountC, "*"}}), rcp(m{"Service": "ec2.amazonaws.com"}),
		rcp("*", "Action", []string{"s3:*", "*"}),
		statements(clauseOf("Deny", "s3:*", "*", []any{"NotPrincipal", "*"})),
	} {
		refused(t, ResourceControl, text, messageOrganizations)
	}
}

// TestResourceEdges: a bad resource is found behind good ones; a region is one,
// also as a wildcard, unless the ARN ends early.
func TestResourceEdges(t *testing.T) {
	refused(t, Identity, statements(allows("s3:*", []string{"*", "*", "bucket"})), `Resource bucket must be in ARN format or "*".`)
	for _, region := range []string{"*", "**", "eu-west-1", "?"} {
		arn := "arn:aws:iam:" + region + ":111122223333:user/a"
		refused(t, Identity, statements(allows("iam:*", arn)), "IAM resource "+arn+" cannot contain region information.")
	}
	saved(t, Identity, statements(allows("iam:*", []string{"arn:aws:iam:*", "arn:aws:iam:*:111122223333", "arn:aws:s3:**"})))
	refused(t, Identity, statements(allows("s3:*", "arn:aws:s3:eu:111122223333")),
		"Resource arn:aws:s3:eu:111122223333 can not contain region information.")
	for _, kind := range s3Regional {
		saved(t, Identity, statements(allows("s3:*", "arn:aws:s3:eu-west-1:111122223333:"+kind+"/x")))
	}
	for _, arn := range []string{"arn::s3:b", "arn:aws::b", "a::b"} {
		refused(t, Identity, statements(allows("s3:*", arn)), messageLegacy)
	}
}

// TestDepthEdges is G-14: eight levels, of objects and of lists, and not one more.
func TestDepthEdges(t *testing.T) {
	for _, c := range [][2]string{{`{"a":`, "}"}, {"[", "]"}} {
		for levels, good := range map[int]bool{1: true, maxDepth: true, maxDepth + 1: false} {
			text := strings.Repeat(c[0], levels) + "1" + strings.Repeat(c[1], levels)
			_, err := ParseJSON(text)
			if (err == nil) != good || err != nil && err.(*Error).Detail != "nested deeper than a policy can be" {
				t.Errorf("%s: %v", text, err)
			}
		}
	}
}

// TestEscapeEdges is G-14: surrogates in pairs alone, in any case of their digits.
func TestEscapeEdges(t *testing.T) {
	for text, want := range map[string]string{
		`\ud7ff`: "\ud7ff", `\ue000`: "\ue000", `\uffff`: "\uffff", `\ud800\udc00`: "\U00010000", `\uDBFF\uDFFF`: "\U0010ffff",
		`\udbff\udc00`: "\U0010fc00", `\ud800\udfff`: "\U000103ff", `\u00fFx`: "ÿx",
	} {
		n, err := ParseJSON(`"` + text + `"`)
		if err != nil || n.Text() != want {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{
		`\ud800`, `\udbff`, `\udc00`, `\udfff`, `\ud800x`, `\ud800\n`, `\ud800\ud7ff`, `\ud800\ue000`, `\ud800\udbff`, `\udbff\ud800`,
		`\ud800\`, `\ud800\udc0`, `\ud800udc00`,
	} {
		if _, err := ParseJSON(`"` + text + `"`); err == nil || err.(*Error).Detail != "a lone surrogate" {
			t.Errorf("%s: %v", text, err)
		}
	}
	for text, detail := range map[string]string{
		`"\u0041`: "the string does not end", `"\u004`: "an escape that JSON does not have", `"\u004g"`: "an escape that JSON does not have",
		"\"\\u004`\"": "an escape that JSON does not have", `"\u00:0"`: "an escape that JSON does not have", `"\u00/0"`: "an escape that JSON does not have",
		`"\u00@0"`: "an escape that JSON does not have", `"\u00G0"`: "an escape that JSON does not have", `"\v"`: "an escape that JSON does not have",
		"\"\\\x00\"": "an escape that JSON does not have", `"\`: "an escape that JSON does not have",
	} {
		if _, err := ParseJSON(text); err == nil || err.(*Error).Detail != detail {
			t.Errorf("%q: %v", text, describe(err))
		}
	}
}

// TestNumberEdges: what stands beside the digits is none.
func TestNumberEdges(t *testing.T) {
	for _, text := range []string{"0", "9", "10", "-0", "-9", "1.09", "0.0", "1e09", "1E-9", "1e+0"} {
		if n, err := ParseJSON(text); err != nil || n.Text() != text || n.Kind() != JSONNumber {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{"/", ":", "-/", "-:", "1:", "1/", "00", "01", "-01", "1.", "1.:", "1./", "1e", "1e:", "1e/", "1e+", "1e+:", ".1", "+1", "-"} {
		if n, err := ParseJSON(text); err == nil {
			t.Errorf("%s read as %q", text, n.Text())
		}
	}
}

// TestManyMembers is G-15 in objects of any size: which name stands twice, and
// where the second one does.
func TestManyMembers(t *testing.T) {
	for _, size := range []int{1, 2, 15, 16, 17, 18, 33, 50} {
		name := func(i int) string { return fmt.Sprintf(`"m%d"`, i) }
		var members []string
		for i := range size {
			members = append(members, name(i)+":1")
		}
		text := "{" + strings.Join(members, ",") + "}"
		if n, err := ParseJSON(text); err != nil || len(n.Members()) != size {
			t.Errorf("%d members: %v", size, describe(err))
		}
		for i := range size {
			again := strings.TrimSuffix(text, "}") + "," + name(i) + ":2}"
			_, err := ParseJSON(again)
			if err == nil || err.(*Error).Offset != len(text) || err.(*Error).Detail != "the member "+name(i)+" stands twice in one object" {
				t.Errorf("%d members, number %d again: %v", size, i, describe(err))
			}
		}
	}
}

// TestAddressEdges is C-15: IPv4 in IPv6's clothes, from the prefix of 96 bits on.
func TestAddressEdges(t *testing.T) {
	conditions(join(
		holding("IpAddress", "::ffff:0.0.0.0/96", "0.0.0.0", "198.51.100.7", "255.255.255.255", "::ffff:198.51.100.7"),
		failing("IpAddress", "::ffff:0.0.0.0/96", "::1"),
		holding("IpAddress", "::ffff:128.0.0.0/97", "128.0.0.0", "255.0.0.1"),
		failing("IpAddress", "::ffff:128.0.0.0/97", "127.255.255.255"),
		failing("IpAddress", "::ffff:0.0.0.0/95", "198.51.100.7"),
		holding("IpAddress", "::ffff:203.0.113.0/120", "203.0.113.0", "203.0.113.255"),
		failing("IpAddress", "::ffff:203.0.113.0/120", "203.0.112.255", "203.0.114.0"),
		holding("IpAddress", "203.0.113.128/25", "203.0.113.128"), failing("IpAddress", "203.0.113.128/25", "203.0.113.127"),
		failing("NumericEquals", "1:", "1:"), failing("NumericEquals", "/", "/"), failing("NumericEquals", "1.:", "1.:"),
		failing("DateEquals", ":", ":"), failing("DateEquals", "1:", "1:"), holding("NumericEquals", "90", "90"),
		failing("NumericLessThan", "0", "0", "-0", "+0"), failing("NumericGreaterThan", "-0", "0"),
		holding("NumericGreaterThan", "-1", "0"), holding("NumericLessThan", "1", "-0"),
	)...)(t)
}

// TestNegatedEdges: a negated operator compares as its positive one does.
func TestNegatedEdges(t *testing.T) {
	const pattern, shifted = "arn:aws:sns:*:111122223333:t", "arn:aws:sns:x:y:111122223333:t"
	conditions(join(
		holding("StringNotEquals", "a", "A"), failing("StringNotEquals", "a", "a"),
		failing("StringNotEqualsIgnoreCase", "a", "A"), holding("StringNotLike", "a*", "Ab"), failing("StringNotLike", "a*", "ab"),
		failing("ArnEquals", pattern, shifted), failing("ArnLike", pattern, shifted),
		holding("ArnNotEquals", pattern, shifted), holding("ArnNotLike", pattern, shifted),
		failing("ArnNotEquals", "arn:aws:sns:*:111122223333:t", "arn:aws:sns:x:111122223333:t"),
		failing("ArnNotLike", "arn:aws:sns:*:111122223333:t", "arn:aws:sns:x:111122223333:t"),
		failing("DateNotEquals", "2024-01-01", "2024-01-01T00:00:00Z"), failing("NumericNotEquals", "1", "1.0"),
	)...)(t)
}

// TestTypeEdges: there is no type beyond the last.
func TestTypeEdges(t *testing.T) {
	if Endpoint.String() != "VPC endpoint policy" || (Endpoint+1).String() != "policy" {
		t.Errorf("%s, %s", Endpoint, Endpoint+1)
	}
}

// TestNamedEdges: the forms of an AWS principal, and what stands beside them.
func TestNamedEdges(t *testing.T) {
	for _, good := range []string{
		"AIDA012345678909", "AROAAZ0123456789", "AIDA" + strings.Repeat("Z", 60), "arn:aws:sts::111122223333:assumed-role/R/S",
		"arn:aws:iam::111122223333:user/a", "arn:aws:iam::111122223333:role/p/r", "arn:aws:sts::111122223333:federated-user/f",
		"arn:aws:iam::111122223333:root", "arn:aws-cn:iam::111122223333:root", "111122223333",
	} {
		saved(t, Resource, named1(m{"AWS": good}))
	}
	for _, bad := range []string{
		"AIDA01234567890", "AIDB012345678909", "ANPA012345678909", "aida012345678909", "AIDA01234567890a", "AIDA01234567890:",
		"AIDA01234567890/", "AIDA01234567890@", "AIDA01234567890[", "arn:aws:sts::111122223333:assumed-role/R",
		"arn:aws:sts::111122223333:assumed-role/R/", "arn:aws:sts::111122223333:assumed-role//S",
		"arn:aws:sts::111122223333:assumed-role/R/S/T", "arn:aws:sts::111122223333:assumed-role/", "arn:aws:sts::111122223333:user/a",
		"arn:aws:sts::111122223333:role/r", "arn:aws:iam::111122223333:assumed-role/R/S", "arn:aws:iam::111122223333:federated-user/f",
		"arn:aws:sts::111122223333:root", "arn:aws:s3::111122223333:root", "arn:aws:iam::111122223333:user/", "arn:aws:iam::111122223333:role",
		"arn:aws:iam::11112222333:root", "arn:aws:iam::11112222333a:root", "arn:aws:iam:eu:111122223333:root", "arx:aws:iam::111122223333:root",
		"arn:aws:iam::111122223333:user/a?", "11112222333", "1111222233334", "11112222333/", "11112222333:", "x11122223333", "/11122223333", "",
	} {
		refused(t, Resource, named1(m{"AWS": bad}), `Invalid principal in policy: "AWS":"`+bad+`"`)
		grants := &Set{Resource: compiled(t, Resource, named1(m{"AWS": bad}))}
		for _, kind := range []PrincipalKind{User, RoleSession, FederatedUser} { // not even one that had it for a name
			by := &Principal{Kind: kind, Account: accountC, ARN: bad, EntityARN: bad, EntityID: bad}
			if d := Decide(&Request{Principal: by, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}, grants); d.Outcome != ImplicitDeny {
				t.Errorf("%q names somebody", bad)
			}
		}
	}
}

// TestEntityGrant: what naming an entity of one kind gives a caller of another,
// should both ever have one ARN: nothing.
func TestEntityGrant(t *testing.T) {
	kinds := []PrincipalKind{Anonymous, Root, User, RoleSession, FederatedUser, Service, Provider}
	for _, caller := range kinds {
		for _, entry := range kinds {
			want := notNamed
			switch {
			case caller == User && entry == User:
				want = direct
			case caller == RoleSession && entry == RoleSession, caller == FederatedUser && (entry == User || entry == FederatedUser):
				want = byRole
			}
			if got := (&Principal{Kind: caller}).entityGrant(entry); got != want {
				t.Errorf("a caller of kind %d, named as %d: %d, want %d", caller, entry, got, want)
			}
		}
	}
}

// TestLongHeads: an ARN whose resource begins behind 64 KiB is nobody's, and
// before it is as good as any.
func TestLongHeads(t *testing.T) {
	for length, want := range map[int]bool{1<<16 - 1: true, 1 << 16: false} {
		head := "arn:aws:s3:" + strings.Repeat("r", length-len("arn:aws:s3:")-1) + ":"
		for _, tail := range []string{"k", "*", "${k}", "k?"} {
			r, tgt := newResource(Identity, head+":"+tail, true), newTarget(head+":kk")
			if tail == "k" || tail == "${k}" {
				tgt = newTarget(head + ":k")
			}
			if got := r.match(&tgt, contextOf(t, m{"k": "k"})); got != want {
				t.Errorf("%s behind %d bytes: %v", tail, length, got)
			}
		}
	}
}

// TestDetailEdges: the words for what is no number, and names that are too long
// to be quoted whole.
func TestDetailEdges(t *testing.T) {
	for text, detail := range map[string]string{":": "a value is expected here", "/": "a value is expected here",
		"-:": "a digit is expected here", "-/": "a digit is expected here", "-": "a digit is expected here"} {
		if _, err := ParseJSON(text); err == nil || err.(*Error).Detail != detail {
			t.Errorf("%s: %s", text, describe(err))
		}
	}
	for length, want := range map[int]string{39: "", 40: "", 41: "…", 80: "…"} {
		if got := quoteShort(strings.Repeat("a", length)); got != `"`+strings.Repeat("a", min(length, 40))+want+`"` {
			t.Errorf("%d: %s", length, got)
		}
	}
}
