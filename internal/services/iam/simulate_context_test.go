package iam

import (
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

func entry(name, kind string, values ...string) iam.ContextEntry {
	e := iam.ContextEntry{ContextKeyName: &name, ContextKeyValues: values}
	if kind != "" {
		e.ContextKeyType = &kind
	}
	return e
}

// API_ContextEntry: every type, with an operator of its family.
func TestContextEntries(t *testing.T) {
	f := newFixture(t)
	for _, c := range []struct {
		name, condition string
		entry           iam.ContextEntry
		want            string
	}{
		{"string", `"StringEquals":{"s3:prefix":"a"}`, entry("S3:Prefix", "string", "a"), "allowed"},
		{"no type", `"StringEquals":{"s3:prefix":"a"}`, entry("s3:prefix", "", "a"), "allowed"},
		{"stringList", `"ForAnyValue:StringEquals":{"aws:TagKeys":"b"}`, entry("aws:TagKeys", "stringList", "a", "b"), "allowed"},
		{"C-08: a list under a plain operator", `"StringEquals":{"aws:TagKeys":"a"}`, entry("aws:TagKeys", "stringList", "a"), "implicitDeny"},
		{"C-06: an empty list", `"ForAllValues:StringEquals":{"aws:TagKeys":"a"}`, entry("aws:TagKeys", "stringList"), "allowed"},
		{"numeric", `"NumericLessThan":{"s3:max-keys":"10"}`, entry("s3:max-keys", "numeric", "9.5"), "allowed"},
		{"numericList", `"ForAllValues:NumericLessThan":{"s3:max-keys":"10"}`, entry("s3:max-keys", "numericList", "-1", "11"), "implicitDeny"},
		{"boolean", `"Bool":{"aws:MultiFactorAuthPresent":"true"}`, entry("aws:MultiFactorAuthPresent", "boolean", "True"), "allowed"},
		{"booleanList", `"ForAnyValue:Bool":{"aws:SecureTransport":"true"}`, entry("aws:SecureTransport", "booleanList", "false", "true"), "allowed"},
		{"ip", `"IpAddress":{"aws:SourceIp":"2001:db8::/32"}`, entry("aws:SourceIp", "ip", "2001:db8::1"), "allowed"},
		{"ipList", `"ForAllValues:IpAddress":{"aws:SourceIp":"192.0.2.0/24"}`, entry("aws:SourceIp", "ipList", "192.0.2.1", "192.0.2.129"), "allowed"},
		{"binary", `"BinaryEquals":{"kms:Key":"QmluYXJ5"}`, entry("kms:Key", "binary", "QmluYXJ5"), "allowed"},
		{"binaryList", `"ForAnyValue:BinaryEquals":{"kms:Key":"QmluYXJ5"}`, entry("kms:Key", "binaryList", "AA==", "QmluYXJ5"), "allowed"},
		{"date", `"DateLessThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}`, entry("aws:CurrentTime", "date", "2025-12-31T23:59:59Z"), "allowed"},
		{"dateList", `"ForAllValues:DateLessThan":{"aws:CurrentTime":"2026-01-01"}`, entry("aws:CurrentTime", "dateList", "2025-12", "1767225599"), "allowed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			results := on(f, t).custom(&iam.SimulateCustomPolicyInput{
				PolicyInputList: []string{allowing(`"*"`, "*", c.condition)}, ActionNames: []string{"s3:GetObject"}, ContextEntries: []iam.ContextEntry{c.entry},
			})
			same(t, "decision", decisions(results), c.want)
		})
	}
	for _, c := range []struct {
		name, message string
		entries       []iam.ContextEntry
	}{
		{"twice", "The context key AWS:SourceIp is given more than once.", []iam.ContextEntry{entry("aws:SourceIp", "ip", "192.0.2.1"), entry("AWS:SourceIp", "ip", "192.0.2.1")}},
		{"several values", "The context key s3:prefix must have exactly one value, or a type that ends in List.", []iam.ContextEntry{entry("s3:prefix", "string", "a", "b")}},
		{"no value", "The context key s3:prefix must have exactly one value, or a type that ends in List.", []iam.ContextEntry{entry("s3:prefix", "")}},
		{"no number", "The value 0x1p-2 of the context key s3:max-keys is not of the type numeric.", []iam.ContextEntry{entry("s3:max-keys", "numeric", "0x1p-2")}},
		{"no boolean", "The value 1 of the context key aws:SecureTransport is not of the type boolean.", []iam.ContextEntry{entry("aws:SecureTransport", "boolean", "1")}},
		{"no address", "The value 192.0.2.0/24 of the context key aws:SourceIp is not of the type ip.", []iam.ContextEntry{entry("aws:SourceIp", "ipList", "192.0.2.1", "192.0.2.0/24")}},
		{"no base64", "The value - of the context key kms:Key is not of the type binary.", []iam.ContextEntry{entry("kms:Key", "binary", "-")}},
		{"no date", "The value now of the context key aws:CurrentTime is not of the type date.", []iam.ContextEntry{entry("aws:CurrentTime", "date", "now")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			on(f, t).refused("SimulateCustomPolicy", &iam.SimulateCustomPolicyInput{
				PolicyInputList: []string{allowAll}, ActionNames: []string{"s3:GetObject"}, ContextEntries: c.entries,
			}, 400, "InvalidInput", c.message)
		})
	}
}

// The keys that need not be given: those that follow from the caller's ARN, from the
// policy source, from the resource and from the moment. docs/differences.md lists
// them. Every key is asked for by a policy of its own, so that it shows as missing.
func TestFilledContextKeys(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	f.addRole("worker")
	f.change(func(tx *directory.Tx) error {
		u, err := tx.User("ana")
		if err != nil {
			return err
		}
		r, err := tx.Role("worker")
		if err != nil {
			return err
		}
		_, err = tx.CreateOrganization(directory.AllFeatures)
		u, r = u.Clone(), r.Clone()
		u.Tags, _ = directory.NewTags(tagsIn(tags("Team", "red")))
		r.Tags, _ = directory.NewTags(tagsIn(tags("Team", "blue")))
		tx.PutUser(u)
		tx.PutRole(r)
		return err
	})
	asked := []string{
		"aws:username", "aws:userid", "aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalType", "aws:PrincipalTag/team",
		"aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalIsAWSService", "aws:PrincipalServiceName", "aws:ResourceAccount",
		"aws:CurrentTime", "aws:EpochTime", "aws:ViaAWSService",
		"aws:SourceIp", "aws:SecureTransport", "aws:RequestedRegion", "aws:UserAgent", "aws:MultiFactorAuthPresent", "aws:TokenIssueTime", "aws:RequestTag/team",
	}
	var conditions []string
	for _, key := range asked {
		conditions = append(conditions, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Null":{"`+key+`":"false"}}}`)
	}
	document := `{"Version":"2012-10-17","Statement":[` + strings.Join(conditions, ",") + `]}`
	const always = "aws:MultiFactorAuthPresent aws:PrincipalServiceName aws:RequestTag/team aws:RequestedRegion aws:SecureTransport aws:SourceIp aws:TokenIssueTime aws:UserAgent"
	run := func(t *testing.T, source string, caller *string, want string) {
		t.Helper()
		in := &iam.SimulatePrincipalPolicyInput{PolicyInputList: []string{document}, ActionNames: []string{"s3:GetObject"}, CallerArn: caller}
		r := on(f, t).principal(source, in)[0]
		var more []string
		for _, key := range r.MissingContextValues {
			if !strings.Contains(always, key) {
				more = append(more, key)
			}
		}
		same(t, "missing", strings.Join(more, " "), want)
	}
	t.Run("a user", func(t *testing.T) { run(t, "user/ana", nil, "") })
	t.Run("a role: the session's name is not known", func(t *testing.T) { run(t, "role/worker", nil, "aws:userid aws:username") })
	t.Run("a session of the role", func(t *testing.T) {
		run(t, "role/worker", ptr("arn:aws:sts::"+accountID+":assumed-role/worker/one"), "aws:username")
	})
	t.Run("of another caller nothing is looked up", func(t *testing.T) {
		run(t, "role/worker", ptr(accountNo+":user/ana"), "aws:PrincipalTag/team aws:userid")
	})
	t.Run("a caller of another account", func(t *testing.T) {
		run(t, "user/ana", ptr("arn:aws:iam::"+otherAccount+":user/ana"), "aws:PrincipalOrgID aws:PrincipalOrgPaths aws:PrincipalTag/team aws:userid")
	})
	t.Run("the root user", func(t *testing.T) {
		run(t, "user/ana", ptr(accountNo+":root"), "") // E-02: it has no identity policies
	})
	for _, c := range []struct{ name, source, caller, condition string }{
		{"K-08 user", "user/ana", "", `"StringEquals":{"aws:userid":"` + f.idOf("ana") + `","aws:PrincipalType":"User","aws:username":"ana","aws:PrincipalTag/team":"red"}`},
		{"K-08 session", "role/worker", "arn:aws:sts::" + accountID + ":assumed-role/worker/one",
			`"StringLike":{"aws:userid":"AROA*:one","aws:PrincipalType":"AssumedRole","aws:PrincipalTag/team":"blue","aws:PrincipalArn":"` + accountNo + `:role/worker"}`},
		{"K-01", "user/ana", "", `"DateEquals":{"aws:CurrentTime":"2026-03-01T12:00:00Z","aws:EpochTime":"2026-03-01T12:00:00Z"}`},
		{"K-21", "user/ana", "", `"StringEquals":{"aws:ResourceAccount":"` + accountID + `","aws:PrincipalAccount":"` + accountID + `"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := &iam.SimulatePrincipalPolicyInput{PolicyInputList: []string{allowing(`"*"`, "*", c.condition)}, ActionNames: []string{"s3:GetObject"}}
			if c.caller != "" {
				in.CallerArn = &c.caller
			}
			same(t, "decision", decisions(on(f, t).principal(c.source, in)), "allowed")
		})
	}
	t.Run("what is given counts", func(t *testing.T) {
		in := &iam.SimulatePrincipalPolicyInput{
			PolicyInputList: []string{allowing(`"*"`, "*", `"StringEquals":{"aws:username":"eve"}`)}, ActionNames: []string{"s3:GetObject"},
			ContextEntries: []iam.ContextEntry{entry("AWS:UserName", "string", "eve")},
		}
		same(t, "decision", decisions(on(f, t).principal("user/ana", in)), "allowed")
	})
}

func (f *fixture) idOf(user string) string {
	f.t.Helper()
	u, err := f.directory.View(accountID).User(user)
	if err != nil {
		f.t.Fatal(err)
	}
	return u.ID
}

// API_GetContextKeysForCustomPolicy, API_GetContextKeysForPrincipalPolicy.
func TestGetContextKeys(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	f.addGroup("team")
	f.join("ana", "team")
	f.allow("ana", allowing(`"s3:*"`, "arn:aws:s3:::b/${aws:username}/*", `"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}`))
	f.change(func(tx *directory.Tx) error {
		g, err := tx.Group("team")
		if err != nil {
			return err
		}
		return tx.PutGroupPolicy(g, "shared", allowing(`"s3:*"`, "*", `"StringLike":{"s3:prefix":"${aws:userid}/*"},"IpAddress":{"AWS:SourceIp":"192.0.2.0/24"}`))
	})
	given := []string{allowing(`"*"`, "*", `"Bool":{"aws:SecureTransport":"true"}`)}
	custom := did[iam.GetContextKeysForCustomPolicyOutput](f, "GetContextKeysForCustomPolicy", &iam.GetContextKeysForCustomPolicyInput{PolicyInputList: append(given, allowAll)})
	same(t, "custom", strings.Join(custom.ContextKeyNames, " "), "aws:SecureTransport")
	user := did[iam.GetContextKeysForPrincipalPolicyOutput](f, "GetContextKeysForPrincipalPolicy", &iam.GetContextKeysForPrincipalPolicyInput{
		PolicySourceArn: ptr(accountNo + ":user/ana"), PolicyInputList: given,
	})
	same(t, "user", strings.Join(user.ContextKeyNames, " "), "aws:SecureTransport aws:SourceIp aws:userid aws:username s3:prefix")
	group := did[iam.GetContextKeysForPrincipalPolicyOutput](f, "GetContextKeysForPrincipalPolicy", &iam.GetContextKeysForPrincipalPolicyInput{
		PolicySourceArn: ptr(accountNo + ":group/team"),
	})
	same(t, "group", strings.Join(group.ContextKeyNames, " "), "AWS:SourceIp aws:userid s3:prefix")
	f.refused("GetContextKeysForCustomPolicy", &iam.GetContextKeysForCustomPolicyInput{PolicyInputList: []string{"{}"}}, 400, "InvalidInput", "Syntax errors in policy.")
}
