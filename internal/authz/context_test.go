package authz

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
)

const (
	memberID  = "222233334444" // of the organization that accountID manages
	outsideID = "333344445555" // in no organization
)

// accounts adds the other two accounts, and the organization of the first two. It
// returns the organization's id and path.
func accounts(t *testing.T, d *directory.Directory) (id, path string) {
	t.Helper()
	var o *directory.Organization
	change(t, d, func(tx *directory.Tx) (err error) {
		o, err = tx.CreateOrganization(directory.AllFeatures)
		return err
	})
	for id, organization := range map[string]string{memberID: accountID, outsideID: ""} {
		change(t, d, func(tx *directory.Tx) error {
			other := tx.In(id)
			other.AccountRecord()
			other.PutAccount(&directory.Account{ID: id, Name: id, Email: id + "@example.com", Organization: organization})
			return nil
		})
	}
	return o.ID, o.ID + "/" + o.Root + "/"
}

// callers are one of each kind of principal.
func callers() map[string]*api.Principal {
	arn := "arn:aws:iam::" + accountID
	user := policy.Principal{Kind: policy.User, Account: accountID, ARN: arn + ":user/ops/Ana", EntityARN: arn + ":user/ops/Ana", EntityID: "AIDAEXAMPLE"}
	issued := time.Date(2026, 3, 1, 11, 0, 0, 999, time.FixedZone("CET", 3600))
	session := func(kind string, mfa bool) *api.Session {
		s := &api.Session{Kind: kind, Issued: issued}
		if mfa {
			s.MFA, s.MFATime = true, time.Date(2026, 3, 1, 11, 58, 20, 0, time.UTC)
		}
		return s
	}
	chained := session("role", false)
	chained.SourceIdentity = "boss"
	return map[string]*api.Principal{
		"anonymous": nil,
		"root":      rootCaller(),
		"user":      {Principal: user, UserName: "Ana", UserID: "AIDAEXAMPLE"},
		"session":   {Principal: user, UserName: "Ana", UserID: "AIDAEXAMPLE", Session: session("session", false)},
		"mfa":       {Principal: user, UserName: "Ana", UserID: "AIDAEXAMPLE", Session: session("session", true)},
		"role": {Principal: policy.Principal{
			Kind: policy.RoleSession, Account: accountID, ARN: "arn:aws:sts::" + accountID + ":assumed-role/App/host",
			EntityARN: arn + ":role/team/App", EntityID: "AROAEXAMPLE",
		}, UserID: "AROAEXAMPLE:host", Session: chained},
		"federated": {Principal: policy.Principal{
			Kind: policy.FederatedUser, Account: accountID, ARN: "arn:aws:sts::" + accountID + ":federated-user/app",
			EntityARN: user.EntityARN, EntityID: "AIDAEXAMPLE",
		}, UserID: accountID + ":app", Session: session("federation", false)},
	}
}

// shown is what a condition key has: "-" where it is absent, [a b] where it is
// multivalued.
func shown(c *conditions, key string) string {
	v, ok := c.Lookup(policy.KeyOf(key))
	switch {
	case !ok:
		return "-"
	case v.IsMany:
		return fmt.Sprint(v.Many)
	}
	return v.One
}

func conditionsOf(v *directory.View, p *api.Principal) *conditions {
	return &conditions{call: &api.Call{
		Principal: p, Account: accountID, Region: "eu-west-1", Time: time.Date(2026, 3, 1, 13, 0, 0, 0, time.FixedZone("CET", 3600)),
		SourceIP: netip.MustParseAddr("203.0.113.7"), UserAgent: "aws-cli/2", Referer: "https://example.com/", Secure: true,
	}, ask: &Ask{Action: "iam:GetUser", Resource: "arn:aws:iam::" + accountID + ":user/x"}, view: v}
}

// contextRows is section K, a row a key: what each kind of caller has, in the order
// of the columns.
var contextColumns = []string{"anonymous", "root", "user", "session", "mfa", "role", "federated"}

var contextRows = []struct {
	row, key string
	want     []string // one: everyone has it
}{
	{"K-01", "aws:CurrentTime", []string{"2026-03-01T12:00:00Z"}},
	{"K-01", "aws:EpochTime", []string{"1772366400"}},
	{"K-02", "aws:SecureTransport", []string{"true"}},
	{"K-03", "aws:SourceIp", []string{"203.0.113.7"}},
	{"K-04", "aws:VpcSourceIp", []string{"-"}},
	{"K-04", "aws:SourceVpc", []string{"-"}},
	{"K-04", "aws:SourceVpce", []string{"-"}},
	{"K-05", "aws:UserAgent", []string{"aws-cli/2"}},
	{"K-05", "aws:Referer", []string{"https://example.com/"}},
	{"K-06", "aws:RequestedRegion", []string{"eu-west-1"}},
	{"K-07", "aws:PrincipalArn", []string{"-", "arn:aws:iam::A:root", "arn:aws:iam::A:user/ops/Ana", "arn:aws:iam::A:user/ops/Ana", "arn:aws:iam::A:user/ops/Ana", "arn:aws:iam::A:role/team/App", "arn:aws:sts::A:federated-user/app"}},
	{"K-08", "aws:PrincipalAccount", []string{"anonymous", "A", "A", "A", "A", "A", "A"}},
	{"K-08", "aws:PrincipalType", []string{"Anonymous", "Account", "User", "User", "User", "AssumedRole", "FederatedUser"}},
	{"K-08", "aws:userid", []string{"anonymous", "A", "AIDAEXAMPLE", "AIDAEXAMPLE", "AIDAEXAMPLE", "AROAEXAMPLE:host", "A:app"}},
	{"K-09", "aws:PrincipalOrgID", []string{"-", "ORG", "ORG", "ORG", "ORG", "ORG", "ORG"}},
	{"K-09", "aws:PrincipalOrgPaths", []string{"-", "[PATH]", "[PATH]", "[PATH]", "[PATH]", "[PATH]", "[PATH]"}},
	{"K-11", "aws:username", []string{"-", "-", "Ana", "Ana", "Ana", "-", "-"}},
	{"K-12", "aws:PrincipalIsAWSService", []string{"-", "false", "false", "false", "false", "false", "false"}},
	{"K-13", "aws:PrincipalServiceName", []string{"-"}},
	{"K-14", "aws:TokenIssueTime", []string{"-", "-", "-", "2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"}},
	{"K-15", "aws:MultiFactorAuthPresent", []string{"-", "-", "-", "false", "true", "false", "false"}},
	{"K-16", "aws:MultiFactorAuthAge", []string{"-", "-", "-", "-", "100", "-", "-"}},
	{"K-17", "aws:FederatedProvider", []string{"-"}},
	{"K-18", "aws:SourceIdentity", []string{"-", "-", "-", "-", "-", "boss", "-"}},
	{"K-19", "aws:AssumedRoot", []string{"-"}},
	{"K-20", "ec2:SourceInstanceArn", []string{"-"}},
	{"K-21", "aws:ResourceAccount", []string{"A"}},
	{"K-21", "aws:ResourceOrgID", []string{"ORG"}},
	{"K-21", "aws:ResourceOrgPaths", []string{"[PATH]"}},
	{"K-22", "aws:ResourceTag/team", []string{"-"}},
	{"K-23", "aws:RequestTag/team", []string{"-"}},
	{"K-23", "aws:TagKeys", []string{"-"}},
	{"K-24", "aws:ViaAWSService", []string{"false"}},
	{"K-24", "aws:CalledVia", []string{"-"}},
	{"K-25", "aws:SourceArn", []string{"-"}},
	{"K-10", "aws:PrincipalTag/team", []string{"-"}},
	{"K-10", "aws:PrincipalTag/", []string{"-"}},
	{"K-10", "aws:PrincipalTag", []string{"-"}},
	{"C-01", "AWS:USERNAME", []string{"-", "-", "Ana", "Ana", "Ana", "-", "-"}},
	{"C-06", "aws:NoSuchKey", []string{"-"}},
	{"C-06", "", []string{"-"}},
}

func TestContextKeys(t *testing.T) {
	d := openDirectory(t)
	id, path := accounts(t, d)
	real := strings.NewReplacer("::A:", "::"+accountID+":", "ORG", id, "PATH", path)
	for _, row := range contextRows {
		for i, caller := range contextColumns {
			t.Run(row.row+" "+row.key+" of "+caller, func(t *testing.T) {
				want := row.want[0]
				if len(row.want) > 1 {
					want = row.want[i]
				}
				want = real.Replace(want)
				if rest, ok := strings.CutPrefix(want, "A"); ok && (rest == "" || rest[0] == ':') {
					want = accountID + rest
				}
				if got := shown(conditionsOf(d.View(accountID), callers()[caller]), row.key); got != want {
					t.Errorf("%s, want %s", got, want)
				}
			})
		}
	}
}

// K-20: credentials from an instance's metadata say where they came from; the address is
// absent where the instance has none.
func TestInstanceKeys(t *testing.T) {
	c := conditionsOf(openDirectory(t).View(accountID), callers()["role"])
	origin := &c.call.Principal.Session.Instance
	*origin = api.Origin{RoleDelivery: "2.0", ARN: "arn:aws:ec2:eu-west-1:" + accountID + ":instance/i-1", PrivateIP: "10.0.0.5"}
	for key, want := range map[string]string{
		"ec2:RoleDelivery": "2.0", "ec2:SourceInstanceARN": origin.ARN, "aws:Ec2InstanceSourcePrivateIPv4": "10.0.0.5",
	} {
		if got := shown(c, key); got != want {
			t.Errorf("%s is %s, want %s", key, got, want)
		}
	}
	origin.PrivateIP = ""
	if got := shown(c, "aws:Ec2InstanceSourcePrivateIPv4"); got != "-" {
		t.Errorf("an address of none: %s", got)
	}
}

// K-02, K-03, K-05, K-18: what a call does not have is absent, not empty.
func TestAbsentKeys(t *testing.T) {
	d := openDirectory(t)
	c := conditionsOf(d.View(accountID), callers()["role"])
	c.call.SourceIP, c.call.UserAgent, c.call.Referer, c.call.Secure = netip.Addr{}, "", "", false
	for key, want := range map[string]string{
		"aws:SourceIp": "-", "aws:UserAgent": "-", "aws:Referer": "-", "aws:SecureTransport": "false",
		"aws:PrincipalOrgID": "-", "aws:PrincipalOrgPaths": "-", "aws:ResourceOrgID": "-", "aws:ResourceOrgPaths": "-", // K-09, K-21: in no organization
	} {
		if got := shown(c, key); got != want {
			t.Errorf("%s is %s, want %s", key, got, want)
		}
	}
	c.call.Principal.Session.SourceIdentity = "ana@example.com"
	if got := shown(c, "aws:sourceidentity"); got != "ana@example.com" {
		t.Errorf("K-18: %s", got)
	}
	c.call.SourceIP = netip.MustParseAddr("2001:db8::7")
	if got := shown(c, "aws:SourceIp"); got != "2001:db8::7" {
		t.Errorf("K-03: %s", got)
	}
}

// K-21: the resource's owner is the one that the row names, else the one in its
// ARN, else the caller's account; its organization is that account's.
func TestResourceAccount(t *testing.T) {
	d := openDirectory(t)
	id, path := accounts(t, d)
	for name, c := range map[string]struct {
		resource, account string
		want              [3]string
	}{
		"own":                       {"arn:aws:iam::" + accountID + ":user/x", "", [3]string{accountID, id, "[" + path + "]"}},
		"a member's":                {"arn:aws:iam::" + memberID + ":role/x", "", [3]string{memberID, id, "[" + path + "]"}},
		"an outsider's":             {"arn:aws:iam::" + outsideID + ":role/x", "", [3]string{outsideID, "-", "-"}},
		"of an account that is not": {"arn:aws:iam::999999999999:role/x", "", [3]string{"999999999999", "-", "-"}},
		"named by the row":          {"arn:aws:s3:::bucket", outsideID, [3]string{outsideID, "-", "-"}},
		"named against the ARN":     {"arn:aws:iam::" + accountID + ":user/x", memberID, [3]string{memberID, id, "[" + path + "]"}},
		"an ARN without account":    {"arn:aws:s3:::bucket", "", [3]string{accountID, id, "[" + path + "]"}},
		"none":                      {"*", "", [3]string{accountID, id, "[" + path + "]"}},
		"a colon in the resource":   {"arn:aws:iam::" + memberID + ":role/a:b:c", "", [3]string{memberID, id, "[" + path + "]"}},
	} {
		t.Run(name, func(t *testing.T) {
			k := conditionsOf(d.View(accountID), callers()["user"])
			k.ask.Resource, k.ask.Account = c.resource, c.account
			got := [3]string{shown(k, "aws:ResourceAccount"), shown(k, "aws:ResourceOrgID"), shown(k, "aws:ResourceOrgPaths")}
			if got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

// K-10 and S-02: the session's tag is before the entity's, case ignored. C-19: of
// tags that differ in case, the one that is equal, else the first in byte order.
func TestPrincipalTags(t *testing.T) {
	tags := func(pairs ...string) (tags []api.Tag) {
		for i := 0; i < len(pairs); i += 2 {
			tags = append(tags, api.Tag{Key: pairs[i], Value: pairs[i+1]})
		}
		return tags
	}
	for name, c := range map[string]struct {
		entity, session []api.Tag
		key, want       string
	}{
		"K-10 the entity's":                {tags("team", "blue"), nil, "aws:PrincipalTag/team", "blue"},
		"K-10 the session's":               {nil, tags("team", "red"), "aws:PrincipalTag/team", "red"},
		"K-10 the session's first":         {tags("team", "blue"), tags("team", "red"), "aws:PrincipalTag/team", "red"},
		"S-02 the session's in other case": {tags("team", "blue"), tags("TEAM", "red"), "aws:PrincipalTag/team", "red"},
		"K-10 another of the session":      {tags("team", "blue"), tags("cost", "1"), "aws:PrincipalTag/team", "blue"},
		"K-10 empty value":                 {tags("team", ""), nil, "aws:PrincipalTag/team", ""},
		"K-10 none":                        {tags("team", "blue"), nil, "aws:PrincipalTag/cost", "-"},
		"C-19 other case":                  {tags("Team", "blue"), nil, "aws:PrincipalTag/tEAM", "blue"},
		"C-19 prefix in other case":        {tags("Team", "blue"), nil, "AWS:principaltag/Team", "blue"},
		"C-19 the equal one":               {tags("TEAM", "1", "Team", "2", "team", "3"), nil, "aws:PrincipalTag/Team", "2"},
		"C-19 the first in byte order":     {tags("team", "3", "Team", "2", "TEAM", "1"), nil, "aws:PrincipalTag/tEaM", "1"},
		"a slash in the key":               {tags("a/b", "deep"), nil, "aws:PrincipalTag/a/b", "deep"},
		"a colon in the key":               {tags("a:b", "x"), nil, "aws:PrincipalTag/A:B", "x"},
		"letters that grow when folded":    {tags(strings.Repeat("Ⱥ", 40), "long"), nil, "aws:PrincipalTag/" + strings.Repeat("Ⱥ", 40), "long"},
		"letters that shrink when folded":  {tags("İstanbul", "x"), nil, "aws:PrincipalTag/İstanbul", "x"},
	} {
		t.Run(name, func(t *testing.T) {
			k := conditionsOf(openDirectory(t).View(accountID), callers()["role"])
			k.tags, k.call.Principal.Session.Tags = c.entity, c.session
			if got := shown(k, c.key); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			if k.call.Principal = nil; shown(k, c.key) != "-" {
				t.Error("an anonymous caller has tags")
			}
		})
	}
}

// K-22, K-23, K-27 and C-19: the keys of the operation's row are before all others,
// and are found in any case.
func TestAskedKeys(t *testing.T) {
	k := conditionsOf(openDirectory(t).View(accountID), callers()["user"])
	value := func(s string) *string { return &s }
	k.ask.Key("iam:PolicyARN", value("arn")).Key("iam:Absent", nil).Key("iam:Empty", value(""))
	k.ask.RequestTags([]api.Tag{{Key: "team", Value: "3"}, {Key: "Team", Value: "2"}, {Key: "TEAM", Value: "1"}})
	k.ask.ResourceTags([]api.Tag{{Key: "Owner", Value: "ana"}})
	for key, want := range map[string]string{
		"iam:PolicyARN": "arn", "IAM:policyarn": "arn", "iam:Absent": "-", "iam:Empty": "",
		"aws:RequestTag/Team": "2", "aws:RequestTag/tEAM": "1", "aws:TagKeys": "[team Team TEAM]",
		"aws:ResourceTag/owner": "ana", "iam:ResourceTag/OWNER": "ana", "s3:ResourceTag/Owner": "-",
		"aws:username": "Ana",
	} {
		if got := shown(k, key); got != want {
			t.Errorf("%s is %s, want %s", key, got, want)
		}
	}
	none := (&Ask{Action: "iam:CreateUser"}).RequestTags(nil)
	k.ask = none
	if got := shown(k, "aws:TagKeys"); got != "[]" { // K-23 (choice): present without a value
		t.Errorf("K-23: aws:TagKeys is %s", got)
	}
}
