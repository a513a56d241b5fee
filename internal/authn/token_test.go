package authn

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
	"github.com/gatehouse-iam/gatehouse/policy"
)

const tokenAccount = "111122223333"

var tokenTime = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// tokenKeyring is a keyring in a store of its own.
func tokenKeyring(t testing.TB) *seal.Keyring {
	t.Helper()
	s, err := embedded.Open(filepath.Join(t.TempDir(), "store"), embedded.Options{Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	master, err := seal.LoadMaster("", strings.Repeat("5a", 32), false)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := seal.OpenKeyring(context.Background(), s, master)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func newTokens(t testing.TB) *Tokens { return NewTokens(tokenKeyring(t).For(TokenPurpose), 16) }

// tokenGrants are a grant of every kind.
func tokenGrants() map[string]*Grant {
	user := policy.Principal{
		Kind: policy.User, Account: tokenAccount, EntityID: "AIDAEXAMPLE",
		ARN: "arn:aws:iam::111122223333:user/ana", EntityARN: "arn:aws:iam::111122223333:user/ana",
	}
	return map[string]*Grant{
		"role": {
			Kind: RoleSession,
			Principal: policy.Principal{
				Kind: policy.RoleSession, Account: tokenAccount, EntityID: "AROAEXAMPLE",
				ARN: "arn:aws:sts::111122223333:assumed-role/reader/ana", EntityARN: "arn:aws:iam::111122223333:role/team/reader",
			},
			UserID: "AROAEXAMPLE:ana", Name: "ana", Generation: 3, Issued: tokenTime, Expires: tokenTime.Add(time.Hour),
			Policies: []SessionPolicy{
				{Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`},
				{ARN: "arn:aws:iam::aws:policy/ReadOnlyAccess"},
			},
			Tags:           []api.Tag{{Key: "team", Value: "blue"}, {Key: "Ünïcode", Value: ""}},
			TransitiveKeys: []string{"team"}, SourceIdentity: "ana@example.com", Chained: true,
		},
		"session": {
			Kind: UserSession, Principal: user, UserName: "ana", UserID: "AIDAEXAMPLE",
			Issued: tokenTime, Expires: tokenTime.Add(12 * time.Hour), Issuer: "AKIAEXAMPLEEXAMPLEXX",
			MFA: true, MFATime: tokenTime.Add(-time.Second),
		},
		"root session": {
			Kind: UserSession, UserID: tokenAccount, Issuer: "AKIAEXAMPLEEXAMPLEXX",
			Principal: policy.Principal{
				Kind: policy.Root, Account: tokenAccount, EntityID: tokenAccount,
				ARN: "arn:aws:iam::111122223333:root", EntityARN: "arn:aws:iam::111122223333:root",
			},
			Issued: tokenTime, Expires: tokenTime.Add(time.Hour),
		},
		"federation": {
			Kind: FederationSession, UserID: "111122223333:app", Name: "app", Issuer: "AKIAEXAMPLEEXAMPLEXX",
			Principal: policy.Principal{
				Kind: policy.FederatedUser, Account: tokenAccount, EntityID: "AIDAEXAMPLE",
				ARN: "arn:aws:sts::111122223333:federated-user/app", EntityARN: "arn:aws:iam::111122223333:user/ana",
			},
			Issued: tokenTime, Expires: tokenTime.Add(time.Hour), PolicyRequired: true,
		},
	}
}

// formatGrants are those of every form that a token has.
func formatGrants() map[string]*Grant {
	all := tokenGrants()
	all["instance"] = &Grant{
		Kind: RoleSession,
		Principal: policy.Principal{
			Kind: policy.RoleSession, Account: tokenAccount, EntityID: "AROAEXAMPLE",
			ARN: "arn:aws:sts::111122223333:assumed-role/reader/i-0123456789abcdef0", EntityARN: "arn:aws:iam::111122223333:role/team/reader",
		},
		UserID: "AROAEXAMPLE:i-0123456789abcdef0", Name: "i-0123456789abcdef0", Issued: tokenTime, Expires: tokenTime.Add(6 * time.Hour),
		Instance: api.Origin{RoleDelivery: "2.0", ARN: "arn:aws:ec2:us-east-1:111122223333:instance/i-0123456789abcdef0", PrivateIP: "10.0.0.5"},
	}
	return all
}

// grantOf is what an opened token says.
func grantOf(o *Opened) *Grant {
	p, s := o.Principal, o.Principal.Session
	return &Grant{
		Kind: s.Kind, Principal: p.Principal, UserName: p.UserName, UserID: p.UserID, Generation: o.Generation,
		Name: s.Name, Issued: s.Issued, Expires: s.Expires, PolicyRequired: s.PolicyRequired, Tags: s.Tags,
		TransitiveKeys: s.TransitiveKeys, SourceIdentity: s.SourceIdentity, MFA: s.MFA, MFATime: s.MFATime,
		Chained: s.Chained, Issuer: s.Issuer, Instance: s.Instance,
	}
}

func TestTokenCarriesTheGrant(t *testing.T) {
	tokens := newTokens(t)
	for name, g := range formatGrants() {
		t.Run(name, func(t *testing.T) {
			c, err := tokens.Issue(g)
			if err != nil {
				t.Fatal(err)
			}
			o, err := tokens.Open(c.SessionToken, c.AccessKeyID)
			if err != nil {
				t.Fatal(err)
			}
			want := *g
			want.Policies = nil // compared below: they are compiled
			if diff := cmp.Diff(&want, grantOf(o)); diff != "" {
				t.Error(diff)
			}
			if o.Secret != c.SecretAccessKey || len(o.Secret) != 40 || o.Principal.AccessKeyID != c.AccessKeyID {
				t.Error("the opened secret or access key id is another one")
			}
			if got := directory.AccessKeyAccount(c.AccessKeyID); got != tokenAccount || !strings.HasPrefix(c.AccessKeyID, "ASIA") {
				t.Errorf("access key id %s is of account %q", c.AccessKeyID, got)
			}
			inline, managed := 0, 0
			for _, p := range g.Policies {
				if p.ARN != "" {
					managed++
				} else {
					inline++
				}
			}
			if s := o.Principal.Session; len(s.Policies) != inline || len(s.ManagedPolicies) != managed {
				t.Errorf("%d inline and %d managed session policies", len(s.Policies), len(s.ManagedPolicies))
			}
		})
	}
}

func TestTokenIsNeverTheSameTwice(t *testing.T) {
	tokens, g := newTokens(t), tokenGrants()["role"]
	first, err1 := tokens.Issue(g)
	second, err2 := tokens.Issue(g)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if first.AccessKeyID == second.AccessKeyID || first.SecretAccessKey == second.SecretAccessKey || first.SessionToken == second.SessionToken {
		t.Error("two sessions share their credentials")
	}
}

func TestTokenRefusesWhatItDidNotSeal(t *testing.T) {
	tokens, g := newTokens(t), tokenGrants()["role"]
	c, err := tokens.Issue(g)
	if err != nil {
		t.Fatal(err)
	}
	other, err := tokens.Issue(g)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := base64.StdEncoding.DecodeString(c.SessionToken)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := newTokens(t).Issue(g)
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string][2]string{
		"no token":                   {"", c.AccessKeyID},
		"not base64":                 {"!!!!", c.AccessKeyID},
		"cut short":                  {c.SessionToken[:len(c.SessionToken)-4], c.AccessKeyID},
		"longer":                     {c.SessionToken + "AAAA", c.AccessKeyID},
		"a line break in it":         {c.SessionToken[:8] + "\n" + c.SessionToken[8:], c.AccessKeyID},
		"another session's key id":   {c.SessionToken, other.AccessKeyID},
		"no key id":                  {c.SessionToken, ""},
		"another house's":            {foreign.SessionToken, foreign.AccessKeyID},
		"a nonce and nothing sealed": {base64.StdEncoding.EncodeToString(sealed[:seal.Overhead]), c.AccessKeyID},
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 0x40
		cases[fmt.Sprintf("byte %d changed", i)] = [2]string{base64.StdEncoding.EncodeToString(changed), c.AccessKeyID}
	}
	for _, cached := range []bool{false, true} { // a token that was opened before must not help another
		for name, given := range cases {
			if _, err := tokens.Open(given[0], given[1]); !errors.Is(err, ErrToken) {
				t.Errorf("%s (cached %v): %v", name, cached, err)
			}
		}
		if _, err := tokens.Open(c.SessionToken, c.AccessKeyID); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTokenOfAnotherPurpose(t *testing.T) {
	ring := tokenKeyring(t)
	c, err := NewTokens(ring.For("secret-access-key"), 1).Issue(tokenGrants()["role"])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewTokens(ring.For(TokenPurpose), 1).Open(c.SessionToken, c.AccessKeyID); !errors.Is(err, ErrToken) {
		t.Errorf("what is sealed for another purpose opens: %v", err)
	}
}

func TestTokenOutlivesRotation(t *testing.T) {
	ring := tokenKeyring(t)
	issuer, reader := NewTokens(ring.For(TokenPurpose), 1), NewTokens(ring.For(TokenPurpose), 1)
	c, err := issuer.Issue(tokenGrants()["role"])
	if err != nil {
		t.Fatal(err)
	}
	if err := ring.Rotate(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := reader.Open(c.SessionToken, c.AccessKeyID); err != nil {
		t.Errorf("a token of before the rotation: %v", err)
	}
	after, err := issuer.Issue(tokenGrants()["role"])
	if err != nil {
		t.Fatal(err)
	}
	if after.SessionToken[:7] == c.SessionToken[:7] { // format and key id
		t.Error("the rotated key does not seal")
	}
}

// E-25: a session policy that cannot be read allows nothing.
func TestTokenWithUnreadablePolicy(t *testing.T) {
	tokens, g := newTokens(t), tokenGrants()["role"]
	g.Policies = []SessionPolicy{{Document: `{"Version":"2012-10-17","Statement":{"Effect":"Perhaps"}}`}}
	c, err := tokens.Issue(g)
	if err != nil {
		t.Fatal(err)
	}
	if o, err := tokens.Open(c.SessionToken, c.AccessKeyID); err == nil {
		t.Errorf("opened: %v", o.Principal.Session.Policies)
	}
}

func TestIssueRefusesImpossibleGrants(t *testing.T) {
	for name, change := range map[string]func(*Grant){
		"unknown kind":            func(g *Grant) { g.Kind = "console" },
		"anonymous":               func(g *Grant) { g.Principal.Kind = policy.Anonymous },
		"service":                 func(g *Grant) { g.Principal.Kind = policy.Service },
		"expired when issued":     func(g *Grant) { g.Expires = g.Issued },
		"no times":                func(g *Grant) { g.Issued, g.Expires = time.Time{}, time.Time{} },
		"negative generation":     func(g *Grant) { g.Generation = -1 },
		"more than can be packed": func(g *Grant) { g.Tags = randomTags(50) },
	} {
		g := tokenGrants()["role"]
		change(g)
		if c, err := newTokens(t).Issue(g); err == nil {
			t.Errorf("%s: issued %s", name, c)
		}
	}
}

func TestCredentialsDoNotShowThemselves(t *testing.T) {
	c, err := newTokens(t).Issue(tokenGrants()["role"])
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c), fmt.Sprint(&c)} {
		if strings.Contains(shown, c.SecretAccessKey) || strings.Contains(shown, c.SessionToken) || !strings.Contains(shown, c.AccessKeyID) {
			t.Errorf("shown as %q", shown)
		}
	}
}

func TestOpenedTokensAreKept(t *testing.T) {
	tokens := newTokens(t)
	c, err := tokens.Issue(tokenGrants()["role"])
	if err != nil {
		t.Fatal(err)
	}
	first, err := tokens.Open(c.SessionToken, c.AccessKeyID)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := tokens.Open(c.SessionToken, c.AccessKeyID); err != nil || again != first {
		t.Errorf("opened anew: %v", err)
	}
	if n := testing.AllocsPerRun(100, func() { tokens.Open(c.SessionToken, c.AccessKeyID) }); n != 0 {
		t.Errorf("a kept token costs %v allocations", n)
	}
}

func TestOpenedTokensAreBounded(t *testing.T) {
	tokens := NewTokens(tokenKeyring(t).For(TokenPurpose), 4)
	issued := make([]Credentials, 64)
	for i := range issued {
		c, err := tokens.Issue(tokenGrants()["session"])
		if err != nil {
			t.Fatal(err)
		}
		issued[i] = c
	}
	for range 2 {
		for _, c := range issued {
			o, err := tokens.Open(c.SessionToken, c.AccessKeyID)
			if err != nil || o.Secret != c.SecretAccessKey {
				t.Fatalf("token of %s: %v", c.AccessKeyID, err)
			}
		}
	}
	if n := len(tokens.opened.slots); n != 4 {
		t.Errorf("%d slots", n)
	}
}

func TestOpenedTokensAreShared(t *testing.T) {
	tokens := NewTokens(tokenKeyring(t).For(TokenPurpose), 2)
	issued := make([]Credentials, 8)
	for i := range issued {
		c, err := tokens.Issue(tokenGrants()["role"])
		if err != nil {
			t.Fatal(err)
		}
		issued[i] = c
	}
	done := make(chan error)
	for range 8 {
		go func() {
			for i := range 400 {
				c := issued[i%len(issued)]
				if o, err := tokens.Open(c.SessionToken, c.AccessKeyID); err != nil || o.Secret != c.SecretAccessKey {
					done <- fmt.Errorf("token of %s: %w", c.AccessKeyID, err)
					return
				}
			}
			done <- nil
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	tokens := NewTokens(tokenKeyring(b).For(TokenPurpose), 1<<12)
	c, err := tokens.Issue(tokenGrants()["role"])
	if err != nil {
		b.Fatal(err)
	}
	b.Run("kept", func(b *testing.B) {
		token, id := strings.Clone(c.SessionToken), strings.Clone(c.AccessKeyID) // as another request brings them
		tokens.Open(c.SessionToken, c.AccessKeyID)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := tokens.Open(token, id); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("sealed", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			tokens.opened.slot(c.AccessKeyID).Store(nil)
			if _, err := tokens.Open(c.SessionToken, c.AccessKeyID); err != nil {
				b.Fatal(err)
			}
		}
	})
}
