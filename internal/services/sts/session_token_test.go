package sts

import (
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// S-01.
func TestTokenDurations(t *testing.T) {
	f := newFixture(t)
	ana, root := f.user(home, "ana", allowAll), f.root(home)
	for row, c := range map[string]struct {
		caller  *api.Principal
		seconds *int32
		want    time.Duration
	}{
		"12 hours by default":               {ana, nil, 12 * time.Hour},
		"15 minutes":                        {ana, ptr(int32(900)), 15 * time.Minute},
		"36 hours":                          {ana, ptr(int32(129600)), 36 * time.Hour},
		"root: an hour by default":          {root, nil, time.Hour},
		"root: less":                        {root, ptr(int32(900)), 15 * time.Minute},
		"root: more is cut, no error":       {root, ptr(int32(129600)), time.Hour},
		"root: an hour and a second is cut": {root, ptr(int32(3601)), time.Hour},
	} {
		t.Run("S-01 "+row, func(t *testing.T) {
			f := *f
			f.t = t
			own := did[sts.GetSessionTokenOutput](&f, c.caller, "GetSessionToken", &sts.GetSessionTokenInput{DurationSeconds: c.seconds})
			app := did[sts.GetFederationTokenOutput](&f, c.caller, "GetFederationToken", &sts.GetFederationTokenInput{Name: ptr("app"), DurationSeconds: c.seconds})
			for _, got := range []*sts.Credentials{own.Credentials, app.Credentials} {
				if d := got.Expiration.Sub(f.now.Truncate(time.Second)); d != c.want {
					t.Errorf("%v", d)
				}
			}
		})
	}
	for _, seconds := range []int32{899, 129601} {
		if _, err := f.as(ana, "GetSessionToken", &sts.GetSessionTokenInput{DurationSeconds: &seconds}); err == nil {
			t.Errorf("%d seconds", seconds)
		}
	}
}

// P-03, K-11: a GetSessionToken session is the user.
func TestGetSessionToken(t *testing.T) {
	f := newFixture(t)
	ana := f.user(home, "ana", "") // E-17: no permission is needed
	out := did[sts.GetSessionTokenOutput](f, ana, "GetSessionToken", &sts.GetSessionTokenInput{})
	p := f.caller(out.Credentials)
	if p.Principal != ana.Principal || p.UserName != "ana" || p.UserID != ana.EntityID || p.Session.Issuer != ana.AccessKeyID {
		t.Errorf("%+v", p)
	}
	if p.Session.MFA || p.Session.PolicyRequired || out.SessionTokenSize == nil || out.SessionTokenUtilization == nil {
		t.Errorf("%+v", p.Session)
	}
	barred := f.user(home, "barred", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`)
	did[sts.GetSessionTokenOutput](f, barred, "GetSessionToken", &sts.GetSessionTokenInput{})
	t.Run("may assume roles", func(t *testing.T) {
		arn := f.role(home, "/", "named", trusts(ana.ARN), "")
		if session := f.assume(p, assumeInput(arn)); session.Session.Chained {
			t.Error("it is no role session's chain")
		}
	})
}

func TestGetFederationToken(t *testing.T) {
	f := newFixture(t)
	admin := f.user(home, "admin", allowAll)
	in := &sts.GetFederationTokenInput{Name: ptr("app"), Policy: ptr(allowAll), Tags: tags("team", "blue")}
	out := did[sts.GetFederationTokenOutput](f, admin, "GetFederationToken", in)
	p := f.caller(out.Credentials)
	t.Run("K-08 identity", func(t *testing.T) {
		if *out.FederatedUser.Arn != "arn:aws:sts::111122223333:federated-user/app" || *out.FederatedUser.FederatedUserId != "111122223333:app" {
			t.Errorf("%s %s", *out.FederatedUser.Arn, *out.FederatedUser.FederatedUserId)
		}
		if p.Kind != policy.FederatedUser || p.ARN != *out.FederatedUser.Arn || p.EntityARN != admin.ARN || p.EntityID != admin.EntityID || p.UserName != "" {
			t.Errorf("%+v", p)
		}
	})
	t.Run("S-02 tags", func(t *testing.T) {
		if len(p.Session.Tags) != 1 || p.Session.Tags[0] != (api.Tag{Key: "team", Value: "blue"}) || *out.PackedPolicySize < 1 {
			t.Errorf("%v", p.Session.Tags)
		}
	})
	t.Run("E-12 a policy is required", func(t *testing.T) {
		bare := f.caller(did[sts.GetFederationTokenOutput](f, admin, "GetFederationToken", &sts.GetFederationTokenInput{Name: ptr("app")}).Credentials)
		if !bare.Session.PolicyRequired || len(bare.Session.Policies) != 0 {
			t.Errorf("%+v", bare.Session)
		}
	})
	t.Run("by the root user", func(t *testing.T) {
		made := f.caller(did[sts.GetFederationTokenOutput](f, f.root(home), "GetFederationToken", in).Credentials)
		if made.EntityID != home || made.EntityARN != "arn:aws:iam::111122223333:root" {
			t.Errorf("%+v", made)
		}
	})
	t.Run("needs permission on the federated user to be", func(t *testing.T) {
		one := f.user(home, "one", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:GetFederationToken","Resource":"arn:aws:sts::111122223333:federated-user/app"}]}`)
		did[sts.GetFederationTokenOutput](f, one, "GetFederationToken", &sts.GetFederationTokenInput{Name: ptr("app")})
		f.refused(one, "GetFederationToken", &sts.GetFederationTokenInput{Name: ptr("else")}, 403, "AccessDenied",
			denied(one, "sts:GetFederationToken", "arn:aws:sts::111122223333:federated-user/else")+" because no identity-based policy allows the sts:GetFederationToken action")
		f.refused(one, "GetFederationToken", in, 403, "AccessDenied",
			denied(one, "sts:TagSession", *out.FederatedUser.Arn)+" because no identity-based policy allows the sts:TagSession action")
	})
	t.Run("aws-errors 1.7 the name's length", func(t *testing.T) {
		name := "a-name-of-more-than-32-characters"
		f.refused(admin, "GetFederationToken", &sts.GetFederationTokenInput{Name: &name}, 400, "ValidationError",
			"1 validation error detected: Value '"+name+"' at 'name' failed to satisfy constraint: Member must have length less than or equal to 32")
	})
	t.Run("tags and policies are checked", func(t *testing.T) {
		f.refused(admin, "GetFederationToken", &sts.GetFederationTokenInput{Name: ptr("app"), Tags: tags("a", "", "A", "")}, 400, "ValidationError",
			"Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		if _, err := f.as(admin, "GetFederationToken", &sts.GetFederationTokenInput{Name: ptr("app"), Policy: ptr("{")}); err == nil {
			t.Error("a policy that is none")
		}
	})
}

// E-18, aws-errors section 2.
func TestSessionCredentialsGetNoTokens(t *testing.T) {
	f := newFixture(t)
	ana := f.user(home, "ana", allowAll)
	arn := f.role(home, "/", "named", trusts(ana.ARN), allowAll)
	own := f.caller(did[sts.GetSessionTokenOutput](f, ana, "GetSessionToken", &sts.GetSessionTokenInput{}).Credentials)
	app := f.caller(did[sts.GetFederationTokenOutput](f, ana, "GetFederationToken", &sts.GetFederationTokenInput{Name: ptr("app"), Policy: ptr(allowAll)}).Credentials)
	for _, session := range []*api.Principal{own, app, f.assume(ana, assumeInput(arn))} {
		f.refused(session, "GetSessionToken", &sts.GetSessionTokenInput{}, 403, "AccessDenied", "Cannot call GetSessionToken with session credentials")
		f.refused(session, "GetFederationToken", &sts.GetFederationTokenInput{Name: ptr("app")}, 403, "AccessDenied", "Cannot call GetFederationToken with session credentials")
	}
}

// E-24: a session of a key ends with it, with its user, and with another name.
func TestUserSessionEnds(t *testing.T) {
	user := func(tx *directory.Tx) *directory.User {
		u, err := tx.User("ana")
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	for name, end := range map[string]func(tx *directory.Tx, key string) error{
		"key deactivated": func(tx *directory.Tx, key string) error {
			k, err := tx.KeyOf(user(tx), key)
			if err == nil {
				tx.ActivateAccessKey(k, false)
			}
			return err
		},
		"key deleted": func(tx *directory.Tx, key string) error {
			k, err := tx.KeyOf(user(tx), key)
			if err == nil {
				tx.DeleteAccessKey(user(tx), k)
			}
			return err
		},
		"user renamed": func(tx *directory.Tx, _ string) error { return tx.MoveUser(user(tx), "anna", "") },
		"user moved":   func(tx *directory.Tx, _ string) error { return tx.MoveUser(user(tx), "", "/team/") },
		"revoked": func(tx *directory.Tx, _ string) error {
			u := user(tx).Clone()
			u.Generation++
			tx.PutUser(u)
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			ana := f.user(home, "ana", allowAll)
			own := did[sts.GetSessionTokenOutput](f, ana, "GetSessionToken", &sts.GetSessionTokenInput{}).Credentials
			app := did[sts.GetFederationTokenOutput](f, ana, "GetFederationToken", &sts.GetFederationTokenInput{Name: ptr("app")}).Credentials
			f.change(home, func(tx *directory.Tx) error { return end(tx, ana.AccessKeyID) })
			for _, c := range []*sts.Credentials{own, app} {
				o, err := f.tokens.Open(*c.SessionToken, *c.AccessKeyId)
				if err != nil {
					t.Fatal(err)
				}
				if f.directory.View(home).SessionAlive(o.Principal, o.Generation) {
					t.Errorf("a %s session is alive", o.Principal.Session.Kind)
				}
			}
		})
	}
}

// The method refuses a caller who is gone.
func TestTokenOfACallerWhoIsGone(t *testing.T) {
	f := newFixture(t)
	ana := f.user(home, "ana", allowAll)
	ana.EntityID = "AIDAGONE"
	nobody := f.root("999999999999")
	for _, p := range []*api.Principal{ana, nobody} {
		_, err := f.as(p, "GetSessionToken", &sts.GetSessionTokenInput{})
		if e, ok := err.(*api.Error); !ok || e.Code != "InvalidClientTokenId" {
			t.Errorf("%v", err)
		}
	}
}
