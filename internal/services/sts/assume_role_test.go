package sts

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
	"github.com/gatehouse-iam/gatehouse/internal/authn"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// denied is the access-denied sentence up to its reason.
func denied(caller *api.Principal, action, arn string) string {
	return "User: " + caller.ARN + " is not authorized to perform: " + action + " on resource: " + arn
}

func TestAssumeRole(t *testing.T) {
	f := newFixture(t)
	ana := f.user(home, "ana", "")
	arn := f.role(home, "/team/", "reader", trusts(ana.ARN), "")
	out := did[sts.AssumeRoleOutput](f, ana, "AssumeRole", assumeInput(arn))
	p := f.caller(out.Credentials)

	t.Run("P-03 the session's ARN has no path", func(t *testing.T) {
		if *out.AssumedRoleUser.Arn != "arn:aws:sts::111122223333:assumed-role/reader/sess" || p.EntityARN != arn {
			t.Errorf("%s of %s", *out.AssumedRoleUser.Arn, p.EntityARN)
		}
	})
	t.Run("K-08 the id is the role's with the session name", func(t *testing.T) {
		if id := *out.AssumedRoleUser.AssumedRoleId; !strings.HasPrefix(id, "AROA") || id != p.EntityID+":sess" || id != p.UserID {
			t.Error(id)
		}
	})
	t.Run("S-01 one hour by default", func(t *testing.T) {
		if got := out.Credentials.Expiration.Sub(p.Session.Issued); got != time.Hour || p.Session.Expires != *out.Credentials.Expiration {
			t.Errorf("%v", got)
		}
	})
	t.Run("K-14 issued in whole seconds, not later than the call", func(t *testing.T) {
		if !p.Session.Issued.Equal(f.now.Truncate(time.Second)) {
			t.Error(p.Session.Issued)
		}
	})
	t.Run("credentials", func(t *testing.T) {
		if !strings.HasPrefix(*out.Credentials.AccessKeyId, "ASIA") || directory.AccessKeyAccount(*out.Credentials.AccessKeyId) != home || len(*out.Credentials.SecretAccessKey) != 40 {
			t.Error(*out.Credentials.AccessKeyId)
		}
	})
	t.Run("no policies, no packed size", func(t *testing.T) {
		if out.PackedPolicySize != nil || out.SourceIdentity != nil {
			t.Error("told of what was not passed")
		}
	})
	t.Run("the token's size", func(t *testing.T) {
		size := len(*out.Credentials.SessionToken)
		if int(*out.SessionTokenSize) != size || *out.SessionTokenUtilization < 1 || *out.SessionTokenUtilization > 100 {
			t.Errorf("%d bytes, %d %% of a token of %d", *out.SessionTokenSize, *out.SessionTokenUtilization, size)
		}
		in := assumeInput(arn)
		in.MinimumSessionTokenSize = ptr(int32(4096))
		full := did[sts.AssumeRoleOutput](f, ana, "AssumeRole", in)
		if *full.SessionTokenSize != 4096 || *full.SessionTokenUtilization != 100 || len(*full.Credentials.SessionToken) != 4096 {
			t.Errorf("%d bytes, %d %%", *full.SessionTokenSize, *full.SessionTokenUtilization)
		}
	})
}

// T-01 to T-03, T-10, D-05, with the worked cases.
func TestAssumeRoleDecision(t *testing.T) {
	f := newFixture(t)
	ana := f.user(home, "ana", "")
	admin := f.user(home, "admin", allowAll)
	guest := f.user(other, "guest", allowAssume)
	idle := f.user(other, "idle", "")
	barred := f.user(home, "barred", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"sts:*","Resource":"*"}]}`)
	root := "arn:aws:iam::" + home + ":root"
	foreignRoot := "arn:aws:iam::" + other + ":root"
	named := f.role(home, "/", "named", trusts(ana.ARN)+","+trusts(barred.ARN), "")
	open := f.role(home, "/", "open", trusts(root), "")
	closed := f.role(home, "/", "closed", trusts(ana.ARN), "")
	abroad := f.role(home, "/", "abroad", trusts(foreignRoot), "")
	visitor := f.role(home, "/", "visitor", trusts(guest.ARN), "")
	shut := f.role(home, "/", "shut", `{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"},`+trusts(root), "")
	everyone := f.role(home, "/", "everyone", trusts("*"), "")
	absent := "arn:aws:iam::" + home + ":role/absent"
	for row, c := range map[string]struct {
		caller  *api.Principal
		arn     string
		message string // "": allowed
	}{
		"X-18 T-01 named, no policy":                 {ana, named, ""},
		"X-19 T-01 account named, no policy":         {ana, open, noIdentity},
		"T-01 account named, allowed":                {admin, open, ""},
		"X-20 T-01 not named, administrator":         {admin, closed, noTrust},
		"T-01 everyone":                              {ana, everyone, ""},
		"T-02 other account, trusted and allowed":    {guest, abroad, ""},
		"T-02 other account, named and allowed":      {guest, visitor, ""},
		"T-02 other account, trusted only":           {idle, abroad, "short"},
		"D-05 other account, not trusted: short":     {guest, closed, "short"},
		"T-03 explicit deny of the trust policy":     {admin, shut, " with an explicit deny in the role trust policy"},
		"T-03 explicit deny of the caller's":         {barred, named, " with an explicit deny in an identity-based policy"},
		"T-10 role not there, same account":          {admin, absent, noTrust},
		"T-10 role not there, other account":         {guest, absent, "short"},
		"T-10 role not there, the caller is denied":  {barred, absent, " with an explicit deny in an identity-based policy"},
		"T-10 right name, wrong path":                {ana, "arn:aws:iam::" + home + ":role/team/named", noTrust},
		"T-10 right name, other case":                {ana, "arn:aws:iam::" + home + ":role/NAMED", noTrust},
		"T-10 account not there":                     {guest, "arn:aws:iam::999999999999:role/any", "short"},
		"T-10 not there and barred in other account": {barred, "arn:aws:iam::999999999999:role/any", "short"},
	} {
		t.Run(row, func(t *testing.T) {
			f := *f
			f.t = t
			if c.message == "" {
				f.assume(c.caller, assumeInput(c.arn))
				return
			}
			f.refused(c.caller, "AssumeRole", assumeInput(c.arn), 403, "AccessDenied",
				denied(c.caller, "sts:AssumeRole", c.arn)+strings.TrimPrefix(c.message, "short"))
		})
	}
}

// X-30, P-04: a user who is made again is not the one that the trust policy names.
func TestAssumeRoleAfterTheUserIsMadeAgain(t *testing.T) {
	f := newFixture(t)
	bob := f.user(home, "bob", "")
	arn := f.role(home, "/", "named", trusts(bob.ARN), "")
	f.assume(bob, assumeInput(arn))
	f.change(home, func(tx *directory.Tx) error {
		u, err := tx.User("bob")
		if err != nil {
			return err
		}
		k, err := tx.KeyOf(u, bob.AccessKeyID)
		if err != nil {
			return err
		}
		tx.DeleteAccessKey(u, k)
		return nil
	})
	f.change(home, func(tx *directory.Tx) error {
		u, err := tx.User("bob")
		if err != nil {
			return err
		}
		return tx.DeleteUser(u)
	})
	again := f.user(home, "bob", "")
	f.refused(again, "AssumeRole", assumeInput(arn), 403, "AccessDenied", denied(again, "sts:AssumeRole", arn)+noTrust)
	v := f.directory.View(home)
	r, err := v.Role("named")
	if err != nil {
		t.Fatal(err)
	}
	if text := v.TrustText(r); !strings.Contains(text, bob.EntityID) || strings.Contains(text, bob.ARN) {
		t.Errorf("the document shows %s", text)
	}
}

// T-07: a role's own session needs the trust policy to name the role.
func TestAssumeOwnRole(t *testing.T) {
	f := newFixture(t)
	ana := f.user(home, "ana", "")
	loner := f.role(home, "/", "loner", trusts(ana.ARN), allowAssume)
	session := f.assume(ana, assumeInput(loner))
	f.refused(session, "AssumeRole", assumeInput(loner), 403, "AccessDenied", denied(session, "sts:AssumeRole", loner)+noTrust)
	f.change(home, func(tx *directory.Tx) error {
		r, err := tx.Role("loner")
		if err != nil {
			return err
		}
		return tx.SetTrust(r, `{"Version":"2012-10-17","Statement":[`+trusts(loner)+`]}`)
	})
	f.assume(session, assumeInput(loner))
}

// E-22: nothing of the caller's own permissions is carried over.
func TestChainedRoleHasItsOwnPermissions(t *testing.T) {
	f := newFixture(t)
	ana := f.user(home, "ana", allowAll)
	arn := f.role(home, "/", "poor", trusts(ana.ARN), "")
	session := f.assume(ana, assumeInput(arn))
	f.refused(session, "GetAccessKeyInfo", &sts.GetAccessKeyInfoInput{AccessKeyId: &ana.AccessKeyID}, 403, "AccessDenied",
		denied(session, "sts:GetAccessKeyInfo", "*")+" because no identity-based policy allows the sts:GetAccessKeyInfo action")
}

// aws-errors section 2 and E-18: the root user.
func TestRootMayNotAssumeRoles(t *testing.T) {
	f := newFixture(t)
	arn := f.role(home, "/", "any", trusts("arn:aws:iam::"+home+":root"), "")
	session := f.caller(did[sts.GetSessionTokenOutput](f, f.root(home), "GetSessionToken", &sts.GetSessionTokenInput{}).Credentials)
	for _, root := range []*api.Principal{f.root(home), session, f.root(other)} {
		f.refused(root, "AssumeRole", assumeInput(arn), 403, "AccessDenied", "Roles may not be assumed by root accounts.")
	}
}

// aws-errors section 2: RoleArn is an ARN of something else, or garbage.
func TestAssumeRoleOfNoRole(t *testing.T) {
	f := newFixture(t)
	ana := f.user(home, "ana", allowAll)
	for _, arn := range []string{
		"arn:aws:iam::111122223333:oidc-provider/example.com", "arn:aws:acm:us-east-1:111122223333:certificate/1",
		"arn:aws:iam::111122223333:role/", "arn:aws:iam::11112222333:role/short", "arn:aws:iam::aws:role/any/name",
		"arn:aws-cn:iam::111122223333:role/china", "arn:aws:sts::111122223333:assumed-role/r/s", "a role of mine, twenty long",
	} {
		f.refused(ana, "AssumeRole", assumeInput(arn), 400, "ValidationError", "Request ARN is invalid")
	}
}

// aws-errors sections 1.7 and 2: what the model's constraints refuse.
func TestAssumeRoleConstraints(t *testing.T) {
	f := newFixture(t)
	ana := f.user(home, "ana", "")
	arn := f.role(home, "/", "named", trusts(ana.ARN), "")
	long := strings.Repeat("n", 65)
	in := assumeInput(arn)
	in.RoleSessionName = &long
	f.refused(ana, "AssumeRole", in, 400, "ValidationError",
		"1 validation error detected: Value '"+long+"' at 'roleSessionName' failed to satisfy constraint: Member must have length less than or equal to 64")
	in.RoleSessionName = ptr("an a")
	f.refused(ana, "AssumeRole", in, 400, "ValidationError",
		`1 validation error detected: Value 'an a' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*`)
}

// S-01, aws-errors section 2.
func TestAssumeRoleDuration(t *testing.T) {
	f := newFixture(t)
	ana := f.user(home, "ana", "")
	first := f.role(home, "/", "first", trusts(ana.ARN), allowAssume)
	second := f.role(home, "/", "second", trusts("*"), "")
	session := f.assume(ana, assumeInput(first))
	own := f.caller(did[sts.GetSessionTokenOutput](f, ana, "GetSessionToken", &sts.GetSessionTokenInput{}).Credentials)
	const chaining = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
	for row, c := range map[string]struct {
		caller  *api.Principal
		seconds int32
		message string
	}{
		"900 seconds":                       {ana, 900, ""},
		"the role's maximum":                {ana, 7200, ""},
		"over the role's maximum":           {ana, 7201, "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."},
		"chained, an hour":                  {session, 3600, ""},
		"chained, more":                     {session, 3601, chaining},
		"GetSessionToken credentials":       {own, 3600, ""},
		"GetSessionToken credentials, more": {own, 3601, chaining},
	} {
		t.Run(row, func(t *testing.T) {
			f := *f
			f.t = t
			in := assumeInput(second)
			in.DurationSeconds = &c.seconds
			if c.message != "" {
				f.refused(c.caller, "AssumeRole", in, 400, "ValidationError", c.message)
				return
			}
			p := f.assume(c.caller, in)
			if got := p.Session.Expires.Sub(p.Session.Issued); got != time.Duration(c.seconds)*time.Second {
				t.Errorf("%v", got)
			}
			if p.Session.Chained != (c.caller == session) {
				t.Errorf("chained: %v", p.Session.Chained)
			}
		})
	}
	t.Run("over the role's maximum tells nothing to who may not assume it", func(t *testing.T) {
		f := *f
		f.t = t
		in := assumeInput(first)
		in.DurationSeconds = ptr(int32(43200))
		stranger := f.user(home, "stranger", "")
		f.refused(stranger, "AssumeRole", in, 403, "AccessDenied", denied(stranger, "sts:AssumeRole", first)+noTrust)
	})
}

// T-05 and the other keys of K-26.
func TestAssumeRoleConditions(t *testing.T) {
	f := newFixture(t)
	ana := f.user(home, "ana", "", api.Tag{Key: "team", Value: "blue"})
	for row, c := range map[string]struct {
		condition string
		in        func(in *sts.AssumeRoleInput)
		ok        bool
	}{
		"T-05 external id not sent":         {`{"StringEquals":{"sts:ExternalId":"x1"}}`, func(*sts.AssumeRoleInput) {}, false},
		"T-05 external id":                  {`{"StringEquals":{"sts:ExternalId":"x1"}}`, func(in *sts.AssumeRoleInput) { in.ExternalId = ptr("x1") }, true},
		"T-05 wrong external id":            {`{"StringEquals":{"sts:ExternalId":"x1"}}`, func(in *sts.AssumeRoleInput) { in.ExternalId = ptr("X1") }, false},
		"K-26 session name is the caller's": {`{"StringLike":{"sts:RoleSessionName":"${aws:username}"}}`, func(in *sts.AssumeRoleInput) { in.RoleSessionName = ptr("ana") }, true},
		"K-26 session name is another's":    {`{"StringLike":{"sts:RoleSessionName":"${aws:username}"}}`, func(in *sts.AssumeRoleInput) { in.RoleSessionName = ptr("bob") }, false},
		"K-26 duration":                     {`{"NumericLessThanEquals":{"sts:DurationSeconds":"900"}}`, func(in *sts.AssumeRoleInput) { in.DurationSeconds = ptr(int32(900)) }, true},
		"K-26 too long a duration":          {`{"NumericLessThanEquals":{"sts:DurationSeconds":"900"}}`, func(in *sts.AssumeRoleInput) { in.DurationSeconds = ptr(int32(901)) }, false},
		"K-26 source identity":              {`{"StringEquals":{"sts:SourceIdentity":"ana"}}`, func(in *sts.AssumeRoleInput) { in.SourceIdentity = ptr("ana") }, true},
		"K-26 no source identity":           {`{"StringEquals":{"sts:SourceIdentity":"ana"}}`, func(*sts.AssumeRoleInput) {}, false},
		"K-23 request tag":                  {`{"StringEquals":{"aws:RequestTag/project":"p"}}`, func(in *sts.AssumeRoleInput) { in.Tags = tags("project", "p") }, true},
		"K-23 no request tag":               {`{"StringEquals":{"aws:RequestTag/project":"p"}}`, func(*sts.AssumeRoleInput) {}, false},
		"K-23 tag keys":                     {`{"ForAllValues:StringEquals":{"aws:TagKeys":["project"]}}`, func(in *sts.AssumeRoleInput) { in.Tags = tags("project", "p") }, true},
		"K-23 other tag keys":               {`{"ForAllValues:StringEquals":{"aws:TagKeys":["project"]}}`, func(in *sts.AssumeRoleInput) { in.Tags = tags("cost", "p") }, false},
		"K-26 transitive keys": {`{"ForAnyValue:StringEquals":{"sts:TransitiveTagKeys":["project"]}}`, func(in *sts.AssumeRoleInput) {
			in.Tags, in.TransitiveTagKeys = tags("project", "p"), []string{"project"}
		}, true},
		"K-26 no transitive keys":       {`{"ForAnyValue:StringEquals":{"sts:TransitiveTagKeys":["project"]}}`, func(in *sts.AssumeRoleInput) { in.Tags = tags("project", "p") }, false},
		"K-22 the role's tag":           {`{"StringEquals":{"aws:ResourceTag/tier":"gold"}}`, func(*sts.AssumeRoleInput) {}, true},
		"K-27 the role's tag":           {`{"StringEquals":{"iam:ResourceTag/tier":"gold"}}`, func(*sts.AssumeRoleInput) {}, true},
		"K-22 not the role's tag":       {`{"StringEquals":{"iam:ResourceTag/tier":"tin"}}`, func(*sts.AssumeRoleInput) {}, false},
		"K-10 the caller's tag":         {`{"StringEquals":{"aws:PrincipalTag/team":"blue"}}`, func(*sts.AssumeRoleInput) {}, true},
		"K-15 MFA with a long-term key": {`{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`, func(*sts.AssumeRoleInput) {}, false},
		"K-21 the resource's account":   {`{"StringEquals":{"aws:ResourceAccount":"111122223333"}}`, func(*sts.AssumeRoleInput) {}, true},
	} {
		t.Run(row, func(t *testing.T) {
			f := *f
			f.t = t
			name := fmt.Sprintf("role-%x", row)
			name = name[:min(len(name), 64)]
			arn := f.role(home, "/", name, trusts(ana.ARN, c.condition), "")
			in := assumeInput(arn)
			c.in(in)
			_, err := f.as(ana, "AssumeRole", in)
			if (err == nil) != c.ok {
				t.Errorf("%v", err)
			}
		})
	}
}

// T-06: MFA fails before the decision; there are no devices yet.
func TestAssumeRoleWithMFA(t *testing.T) {
	f := newFixture(t)
	ana := f.user(home, "ana", "")
	arn := f.role(home, "/", "named", trusts(ana.ARN), "")
	const unknown = "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user."
	in := assumeInput(arn)
	in.SerialNumber, in.TokenCode = ptr("arn:aws:iam::111122223333:mfa/ana"), ptr("123456")
	f.refused(ana, "AssumeRole", in, 403, "AccessDenied", unknown)
	f.refused(ana, "GetSessionToken", &sts.GetSessionTokenInput{SerialNumber: in.SerialNumber, TokenCode: in.TokenCode}, 403, "AccessDenied", unknown)
	in.TokenCode = nil
	f.refused(ana, "AssumeRole", in, 403, "AccessDenied", "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.")
}

// S-04, E-24: a session ends at once with its role, and when it is revoked.
func TestRoleSessionEnds(t *testing.T) {
	f := newFixture(t)
	ana := f.user(home, "ana", "")
	arn := f.role(home, "/", "named", trusts(ana.ARN), "")
	alive := func(c *sts.Credentials) bool {
		o, err := f.tokens.Open(*c.SessionToken, *c.AccessKeyId)
		if err != nil {
			t.Fatal(err)
		}
		return f.directory.View(home).SessionAlive(o.Principal, o.Generation)
	}
	old := did[sts.AssumeRoleOutput](f, ana, "AssumeRole", assumeInput(arn)).Credentials
	f.change(home, func(tx *directory.Tx) error {
		r, err := tx.Role("named")
		if err != nil {
			return err
		}
		_, err = tx.ChangeRole(r, func(r *directory.Role) { r.Generation++ })
		return err
	})
	fresh := did[sts.AssumeRoleOutput](f, ana, "AssumeRole", assumeInput(arn)).Credentials
	if alive(old) || !alive(fresh) {
		t.Errorf("after the revocation: old %v, fresh %v", alive(old), alive(fresh))
	}
	f.change(home, func(tx *directory.Tx) error {
		r, err := tx.Role("named")
		if err != nil {
			return err
		}
		return tx.DeleteRole(r)
	})
	f.role(home, "/", "named", trusts(ana.ARN), "")
	if alive(fresh) {
		t.Error("a session outlives its role")
	}
}

// The method refuses what was there when the call was decided and is not now.
func TestAssumeRoleVanishes(t *testing.T) {
	f := newFixture(t)
	ana := f.user(home, "ana", "")
	call := &api.Call{Service: sts.API, Operation: sts.API.Operation("AssumeRole"), Principal: ana, Account: home, Time: f.now}
	arn := "arn:aws:iam::" + home + ":role/gone"
	_, err := f.served.Methods["AssumeRole"].Read(t.Context(), call, f.directory.View(home), assumeInput(arn))
	if e, ok := err.(*api.Error); !ok || e.Code != "AccessDenied" || e.Message != denied(ana, "sts:AssumeRole", arn) {
		t.Errorf("%v", err)
	}
}

func TestKindsAreTheTokensKinds(t *testing.T) {
	f := newFixture(t)
	ana := f.user(home, "ana", allowAll)
	role := f.assume(ana, assumeInput(f.role(home, "/", "named", trusts(ana.ARN), "")))
	own := f.caller(did[sts.GetSessionTokenOutput](f, ana, "GetSessionToken", &sts.GetSessionTokenInput{}).Credentials)
	app := f.caller(did[sts.GetFederationTokenOutput](f, ana, "GetFederationToken", &sts.GetFederationTokenInput{Name: ptr("app")}).Credentials)
	if role.Session.Kind != authn.RoleSession || own.Session.Kind != authn.UserSession || app.Session.Kind != authn.FederationSession {
		t.Errorf("%s %s %s", role.Session.Kind, own.Session.Kind, app.Session.Kind)
	}
}
