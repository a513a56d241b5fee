package cases

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/policy"
)

const trusting = "arn:aws:iam::" + accountC + ":role/T"

// The cases of section X that depend on how a case is read, and the rows that
// say so.
func TestDecide(t *testing.T) {
	all := []m{a("All", allow("*", "*"))}
	trust := func(principal any, action string) m { return a("trust", allow(action, "", "Principal", principal)) }
	for _, c := range []struct {
		row      string
		given    given
		decision string
		by       string
	}{
		{"X-01", given{policies: m{"identity": []m{a("R", allow("s3:Get*", "arn:aws:s3:::b/*"))}}}, "allowed", ""},
		{"no policies", given{}, "implicitDeny", "identity"},
		{"X-06", given{principal: session, resource: "arn:aws:s3:::b/shared/y",
			policies: m{"identity": []m{a("R", allow("s3:*", "arn:aws:s3:::b/${aws:username, 'shared'}/*"))}}}, "allowed", ""},
		{"X-17", given{account: accountB, policies: m{"resource": a("b", allow("s3:*", "*", "Principal", m{"AWS": anaARN}))}}, "implicitDeny", "identity"},
		{"X-18", given{action: "sts:AssumeRole", resource: trusting, policies: m{"resource": trust(m{"AWS": anaARN}, "sts:AssumeRole")}}, "allowed", ""},
		{"X-19", given{action: "sts:AssumeRole", resource: trusting, policies: m{"resource": trust(m{"AWS": accountC}, "sts:AssumeRole")}}, "implicitDeny", "identity"},
		{"X-20", given{action: "sts:AssumeRole", resource: trusting, policies: m{"identity": all, "resource": trust(m{"AWS": bobARN}, "sts:AssumeRole")}}, "implicitDeny", "resource"},
		{"X-20 without a trust policy", given{action: "sts:assumerole", resource: trusting, policies: m{"identity": all}}, "implicitDeny", "resource"},
		{"T-04 tags", given{action: "sts:TagSession", resource: trusting, policies: m{"identity": all, "resource": trust(m{"AWS": accountC}, "sts:AssumeRole")}}, "implicitDeny", "resource"},
		{"T-09", given{principal: "ec2.amazonaws.com", action: "sts:AssumeRole", resource: trusting, policies: m{"resource": trust(m{"Service": "ec2.amazonaws.com"}, "sts:AssumeRole")}}, "allowed", ""},
		{"T-11", given{principal: "accounts.google.com", action: "sts:AssumeRoleWithWebIdentity", resource: trusting, context: m{"accounts.google.com:sub": "s"},
			policies: m{"resource": a("trust", allow("sts:AssumeRoleWithWebIdentity", "", "Principal", m{"Federated": "accounts.google.com"},
				"Condition", m{"StringEquals": m{"accounts.google.com:sub": "s"}}))}}, "allowed", ""},
		{"T-13 key policy", given{action: "kms:Decrypt", resource: "arn:aws:kms:eu-west-1:" + accountC + ":key/k", policies: m{"identity": all}}, "implicitDeny", "resource"},
		{"X-25", given{principal: "*", policies: m{"resource": a("b", allow("s3:GetObject", "*", "Principal", "*"))}}, "allowed", ""},
		{"X-25 put", given{principal: "*", action: "s3:PutObject", policies: m{"resource": a("b", allow("s3:GetObject", "*", "Principal", "*"))}}, "implicitDeny", "resource"},
		{"X-26", given{action: "sts:GetCallerIdentity", resource: "*", policies: m{"identity": []m{a("D", deny("*", "*"))}}}, "allowed", ""},
		{"X-27", given{principal: visitor, action: "s3:ListAllMyBuckets", resource: "arn:aws:s3:::*", policies: m{"identity": all}}, "implicitDeny", "session"},
		{"X-27 with an empty list", given{principal: visitor, policies: m{"identity": all, "session": []m{}}}, "implicitDeny", "session"},
		{"E-12", given{principal: visitor, policies: m{"identity": all, "session": all}}, "allowed", ""},
		{"no session policy is no limit", given{principal: session, policies: m{"identity": all, "session": []m{}}}, "allowed", ""},
		{"no boundary is no limit", given{policies: m{"identity": all, "permissions_boundary": []m{}, "endpoint": []m{}}}, "allowed", ""},
		{"boundary", given{policies: m{"identity": all, "permissions_boundary": []m{a("B", allow("ec2:*", "*"))}}}, "implicitDeny", "permissions_boundary"},
		{"X-35", given{policies: m{"identity": all, "endpoint": []m{a("E", allow("ec2:*", "*", "Principal", "*"))}}}, "implicitDeny", "endpoint"},
		{"O-04 no level", given{policies: m{"identity": all, "scp": []m{}, "rcp": []m{}}}, "allowed", ""},
		{"O-04 an empty level", given{policies: m{"identity": all, "scp": [][]m{all, {}}}}, "implicitDeny", "scp"},
		{"X-21", given{principal: rootARN, policies: m{"scp": [][]m{{a("S", allow("*", "*"), deny("s3:*", "*"))}}}}, "explicitDeny", "scp"},
		{"rcp", given{policies: m{"identity": all, "rcp": [][]m{{a("R", deny("s3:*", "*", "Principal", "*"))}}}}, "explicitDeny", "rcp"},
		{"E-25", given{policies: m{"identity": []m{{"name": "gone", "unreadable": true}}}}, "explicitDeny", "identity"},
		{"P-04", given{context: m{"aws:userid": "AIDAEXAMPLE00000000"},
			policies: m{"resource": a("b", allow("s3:*", "*", "Principal", m{"AWS": "AIDAEXAMPLE00000000"}))}}, "allowed", ""},
		{"P-11 the role", given{principal: roleARN, policies: m{"resource": a("b", allow("s3:*", "*", "Principal", m{"AWS": roleARN}))}}, "allowed", ""},
		{"P-11 no session", given{principal: roleARN, policies: m{"resource": a("b", allow("s3:*", "*", "Principal", m{"AWS": session}))}}, "implicitDeny", "identity"},
	} {
		t.Run(c.row, func(t *testing.T) {
			r := c.given.decide(t)
			if r.Decision != c.decision || r.DeniedBy != c.by || r.Error != "" {
				t.Errorf("%s by %q (%s), want %s by %q", r.Decision, r.DeniedBy, r.Error, c.decision, c.by)
			}
			if (r.Message == "") != (c.decision == "allowed") {
				t.Errorf("message %q", r.Message)
			}
		})
	}
}

func TestMatched(t *testing.T) {
	get := func(more ...any) m { return allow("s3:*", "*", append(more, "Sid", "Get")...) }
	r := given{policies: m{
		"identity": []m{a("R", allow("ec2:*", "*"), get()), a("D", deny("s3:*", "*"))},
		"resource": a("b", get("Principal", "*")),
		"scp":      [][]m{{a("Full", allow("*", "*"))}},
	}}.decide(t)
	want := []Match{
		{"scp", "Full", 0, "", "Allow"},
		{"resource", "b", 0, "Get", "Allow"},
		{"identity", "R", 1, "Get", "Allow"},
		{"identity", "D", 0, "", "Deny"},
	}
	if !reflect.DeepEqual(r.Matched, want) {
		t.Errorf("%+v", r.Matched)
	}
	// What takes no part does not match: the root user has no identity policies (E-02).
	r = given{principal: rootARN, policies: m{"identity": []m{a("D", deny("*", "*"))}}}.decide(t)
	if r.Decision != "allowed" || len(r.Matched) != 0 {
		t.Errorf("%+v", r)
	}
}

func TestMissingContext(t *testing.T) {
	r := given{policies: m{"identity": []m{a("R", allow("s3:*", "*",
		"Condition", m{"StringEquals": m{"aws:SourceVpce": "x", "aws:SourceIp": "y", "aws:username": "ana"}}))}}}.decide(t)
	if !reflect.DeepEqual(r.MissingContext, []string{"aws:SourceIp", "aws:SourceVpce"}) {
		t.Errorf("%q", r.MissingContext)
	}
}

func TestMessage(t *testing.T) {
	const start = "User: " + anaARN + " is not authorized to perform: "
	queue := "arn:aws:sqs:eu-west-1:" + accountC + ":q"
	its := "arn:aws:sqs:eu-west-1:" + accountB + ":q"
	for _, c := range []struct {
		row   string
		given given
		want  string
	}{
		{"D", given{action: "sqs:SendMessage", resource: queue}, start + "sqs:SendMessage on resource: " + queue + " because no identity-based policy allows the sqs:SendMessage action"},
		{"D explicit", given{action: "sqs:SendMessage", resource: queue, policies: m{"identity": []m{a("D", deny("*", "*"))}}},
			start + "sqs:SendMessage on resource: " + queue + " with an explicit deny in an identity-based policy"},
		{"D-01 session", given{principal: session, action: "sqs:SendMessage", resource: queue},
			"User: " + session + " is not authorized to perform: sqs:SendMessage on resource: " + queue + " because no identity-based policy allows the sqs:SendMessage action"},
		{"D-01 anonymous", given{principal: "*"}, `User: anonymous is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/k" because no resource-based policy allows the s3:GetObject action`},
		{"D-03", given{}, start + `s3:GetObject on resource: "arn:aws:s3:::b/k" because no identity-based policy allows the s3:GetObject action`},
		{"D-03 outside", given{account: accountB}, "Access Denied"},
		{"D-03 outside anonymous", given{principal: "*", account: accountB}, "Access Denied"},
		{"D-03 organization", given{account: accountB, context: m{"aws:PrincipalOrgID": "o-a", "aws:ResourceOrgID": "o-a"}},
			start + `s3:GetObject on resource: "arn:aws:s3:::b/k" because no resource-based policy allows the s3:GetObject action`},
		{"D-03 other organization", given{account: accountB, context: m{"aws:PrincipalOrgID": "o-a", "aws:ResourceOrgID": "o-b"}}, "Access Denied"},
		{"D-04", given{action: "sqs:SendMessage", resource: its}, start + "sqs:SendMessage on resource: " + its},
		{"D-04 explicit", given{action: "sqs:SendMessage", resource: its, policies: m{"identity": []m{a("D", deny("*", "*"))}}}, start + "sqs:SendMessage on resource: " + its},
		{"D-05", given{action: "sts:AssumeRole", resource: trusting}, start + "sts:AssumeRole on resource: " + trusting + " because no role trust policy allows the sts:AssumeRole action"},
		{"D-06 spelling", given{action: "SQS:sendmessage", resource: queue}, start + "sqs:SendMessage on resource: " + queue + " because no identity-based policy allows the sqs:SendMessage action"},
		{"D-06 unknown action", given{action: "sqs:Fly", resource: queue}, start + "sqs:Fly on resource: " + queue + " because no identity-based policy allows the sqs:Fly action"},
		{"D-06 no resource", given{action: "iam:ListAccountAliases", resource: "*"}, start + "iam:ListAccountAliases on resource: * because no identity-based policy allows the iam:ListAccountAliases action"},
	} {
		t.Run(c.row, func(t *testing.T) {
			if got := c.given.decide(t).Message; got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
		})
	}
	if got := Message(&policy.Request{}, policy.Decision{Outcome: policy.Allowed}); got != "" {
		t.Error(got)
	}
	// A request of a program may have neither principal nor context.
	got := Message(&policy.Request{Action: "sqs:X", Resource: queue}, policy.Decision{By: policy.Resource})
	if got != "User: anonymous is not authorized to perform: sqs:X on resource: "+queue {
		t.Error(got)
	}
}

// Append writes the documented members in their order, on one line.
func TestResultForm(t *testing.T) {
	r := given{policies: m{"identity": []m{a("Read", allow("s3:Get*", "*", "Sid", "Get"))}}}.decide(t)
	line, err := r.Append([]byte("> "))
	if err != nil {
		t.Fatal(err)
	}
	want := `> {"id":"c","decision":"allowed","denied_by":"","message":"",` +
		`"matched":[{"policy_type":"identity","policy":"Read","statement":0,"sid":"Get","effect":"Allow"}],"missing_context":[],"error":""}` + "\n"
	if string(line) != want {
		t.Errorf("%s", line)
	}
	failed := Failed(nil, &Error{Line: 1, Column: 2, Detail: "<d>"})
	line, err = failed.Append(nil)
	if err != nil || string(line) != `{"id":"","decision":"","denied_by":"","message":"","matched":[],"missing_context":[],"error":"line 1, column 2: <d>"}`+"\n" {
		t.Errorf("%s, %v", line, err)
	}
}

func TestNames(t *testing.T) {
	for o, want := range map[policy.Outcome]string{policy.Allowed: "allowed", policy.ExplicitDeny: "explicitDeny", policy.ImplicitDeny: "implicitDeny"} {
		if got := OutcomeName(o); got != want {
			t.Error(got)
		}
	}
	var names []string
	for _, kind := range []policy.Type{policy.Identity, policy.Resource, policy.Boundary, policy.Session, policy.ServiceControl, policy.ResourceControl, policy.Endpoint} {
		names = append(names, TypeName(kind))
	}
	if !reflect.DeepEqual(names, typeNames) || TypeName(policy.Trust) != "resource" {
		t.Error(names)
	}
}

// What was compiled is used again, and no more than so much of it is kept.
func TestDeciderKeepsWithinBounds(t *testing.T) {
	d := decider()
	text := func(n int) string {
		return fmt.Sprintf(`{"Statement":{"Sid":"%s%d","Effect":"Allow","Action":"*","Resource":"*"}}`, strings.Repeat("x", 1<<20), n)
	}
	first, err := d.compile(policy.Identity, "p", text(0))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := d.compile(policy.Identity, "p", text(0)); err != nil || again != first {
		t.Error("compiled twice")
	}
	if other, err := d.compile(policy.Session, "p", text(0)); err != nil || other == first {
		t.Error("one policy of two types")
	}
	for n := range 40 {
		if _, err := d.compile(policy.Identity, "p", text(n)); err != nil {
			t.Fatal(err)
		}
		if d.size > maxCompiled+2<<20 || len(d.compiled) > 17 {
			t.Fatalf("%d bytes, %d policies", d.size, len(d.compiled))
		}
	}
}
