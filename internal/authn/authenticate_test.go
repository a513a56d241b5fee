package authn

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
	"github.com/gatehouse-iam/gatehouse/internal/store"
	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// Who the credentials of each kind are, and where their use is noted.
func TestAuthenticate(t *testing.T) {
	h := newHouse(t)
	arn := "arn:aws:iam::" + tokenAccount
	for name, want := range map[string]struct {
		kind         policy.PrincipalKind
		entity, arn  string
		user, userID string
		noted        string // whose use is noted: "": nobody's
	}{
		"user's key":   {policy.User, h.ana, arn + ":user/team/ana", "ana", h.ana, h.key.AccessKeyID},
		"root key":     {policy.Root, tokenAccount, arn + ":root", "", tokenAccount, fixedKey},
		"role":         {policy.RoleSession, h.app, "arn:aws:sts::" + tokenAccount + ":assumed-role/reader/ana", "", "AROAEXAMPLE:ana", h.app},
		"session":      {policy.User, h.ana, arn + ":user/ana", "ana", "AIDAEXAMPLE", ""},
		"root session": {policy.Root, tokenAccount, arn + ":root", "", tokenAccount, ""},
		"federation":   {policy.FederatedUser, h.ana, "arn:aws:sts::" + tokenAccount + ":federated-user/app", "", tokenAccount + ":app", ""},
	} {
		t.Run(name, func(t *testing.T) {
			credentials := h.everyone()[name]
			for range 2 { // not cached, and cached
				c, err := h.ask(credentials, iam.API, homeRegion, tokenTime)
				if err != nil {
					t.Fatal(err)
				}
				p := c.Principal
				if p.Kind != want.kind || p.Account != tokenAccount || p.EntityID != want.entity || p.ARN != want.arn || p.UserName != want.user || p.UserID != want.userID {
					t.Errorf("principal %+v", p)
				}
				if p.AccessKeyID != credentials.AccessKeyID || (p.Session != nil) != (credentials.SessionToken != "") {
					t.Errorf("credentials %s, session %v", p.AccessKeyID, p.Session)
				}
				c.Use.Note("iam", homeRegion, tokenTime)
				if _, noted := h.d.LastUsed(want.noted); noted != (want.noted != "") {
					t.Errorf("the use of %q is noted: %v", want.noted, noted)
				}
				if !c.Still(h.a.View(tokenAccount)) {
					t.Error("it does not hold in the state that it was found in")
				}
			}
		})
	}
}

// Who is nobody here, and as what fault.
func TestAuthenticateRefuses(t *testing.T) {
	h := newHouse(t)
	everyone := h.everyone()
	role, session := everyone["role"], everyone["session"]
	with := func(c sigv4.Credentials, change func(c *sigv4.Credentials)) sigv4.Credentials { change(&c); return c }
	other, err := seal.OpenKeyring(t.Context(), h.store, seal.Master{})
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := NewTokens(other.For("another-purpose"), 1)
	foreign, err := elsewhere.Issue(tokenGrants()["root session"])
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		credentials sigv4.Credentials
		kind        Kind
	}{
		"a key that nobody has":               {sigv4.Credentials{AccessKeyID: directory.NewAccessKeyID("AKIA", tokenAccount), SecretAccessKey: "s"}, UnknownKey},
		"a key of an account that is not":     {sigv4.Credentials{AccessKeyID: directory.NewAccessKeyID("AKIA", "999999999999"), SecretAccessKey: "s"}, UnknownKey},
		"a key that encodes no account":       {sigv4.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "s"}, UnknownKey},
		"the key in lower case":               {with(h.key, func(c *sigv4.Credentials) { c.AccessKeyID = strings.ToLower(c.AccessKeyID) }), UnknownKey},
		"another secret":                      {with(h.key, func(c *sigv4.Credentials) { c.SecretAccessKey += "x" }), Signature},
		"the root key's secret":               {with(h.key, func(c *sigv4.Credentials) { c.SecretAccessKey = fixedPass }), Signature},
		"ASIA without its token":              {with(role, func(c *sigv4.Credentials) { c.SessionToken = "" }), UnknownKey},
		"AKIA with a token":                   {with(h.key, func(c *sigv4.Credentials) { c.SessionToken = session.SessionToken }), InvalidToken},
		"another session's token":             {with(role, func(c *sigv4.Credentials) { c.SessionToken = session.SessionToken }), InvalidToken},
		"a session's secret with another key": {with(role, func(c *sigv4.Credentials) { c.SecretAccessKey = session.SecretAccessKey }), Signature},
		"a token that is a key id":            {with(h.key, func(c *sigv4.Credentials) { c.SessionToken = c.AccessKeyID }), InvalidToken},
		"a root token that is the key id":     {with(h.root, func(c *sigv4.Credentials) { c.SessionToken = c.AccessKeyID }), InvalidToken},
		"a token that is not ours":            {with(role, func(c *sigv4.Credentials) { c.SessionToken = "IQoJb3JpZ2luX2VjEXAMPLE" }), InvalidToken},
		"a token cut short":                   {with(role, func(c *sigv4.Credentials) { c.SessionToken = c.SessionToken[:len(c.SessionToken)-4] }), InvalidToken},
		"a token sealed for something else":   {sigv4.Credentials(foreign), InvalidToken},
		"a session of a user that is not":     {h.session("session", func(g *Grant) { g.Principal.EntityID = "AIDAGONE" }), InvalidToken},
		"a session of a role that is not":     {h.session("role", func(g *Grant) { g.Principal.EntityID = "AROAGONE" }), InvalidToken},
		"a session of an older generation":    {h.session("role", func(g *Grant) { g.Generation = 1 }), InvalidToken},
		"a session that no key made":          {h.session("session", func(g *Grant) { g.Issuer = "" }), InvalidToken},
		"a session of an account that is not": {h.session("root session", func(g *Grant) { g.Principal.Account, g.Principal.EntityID = "999999999999", "999999999999" }), InvalidToken},
	} {
		t.Run(name, func(t *testing.T) {
			h := *h
			h.T = t
			for kind, known := range everyone { // those that hold are in the cache, and stay in it
				if err := h.knows(known); err != nil {
					t.Fatalf("%s: %v", kind, err)
				}
			}
			for range 2 {
				h.expectFault(h.knows(c.credentials), c.kind)
			}
			for kind, known := range everyone {
				if err := h.knows(known); err != nil {
					t.Errorf("%s, after it: %v", kind, err)
				}
			}
		})
	}
}

// A session token can be no access key id: its text finds no session without the
// token's own way.
func TestTokenAsAccessKeyID(t *testing.T) {
	h := newHouse(t)
	session := h.session("role", nil)
	if err := h.knows(session); err != nil {
		t.Fatal(err)
	}
	_, err := h.a.caller(&sigv4.Signature{AccessKeyID: session.SessionToken})
	h.expectFault(err, UnknownKey)
}

// Issue 4, item 9, and E-24: what ends credentials ends them at the very next
// request, here and on the other node, cached or not; those that it does not
// concern stay.
func TestCredentialsEndAtOnce(t *testing.T) {
	ofUser := []string{"user's key", "session", "federation"}
	ofRoot := []string{"root key", "root session"}
	withUser := func(fn func(tx *directory.Tx, u *directory.User) error) func(h *house, tx *directory.Tx) error {
		return func(h *house, tx *directory.Tx) error {
			u, err := tx.User("ana")
			if err != nil {
				return err
			}
			return fn(tx, u)
		}
	}
	withRole := func(fn func(tx *directory.Tx, r *directory.Role) error) func(h *house, tx *directory.Tx) error {
		return func(h *house, tx *directory.Tx) error {
			r, err := tx.Role("app")
			if err != nil {
				return err
			}
			return fn(tx, r)
		}
	}
	deleteKey := func(tx *directory.Tx, u *directory.User) error {
		tx.DeleteAccessKey(u, tx.AccessKey(u.Keys[0]))
		return nil
	}
	for name, c := range map[string]struct {
		change func(h *house, tx *directory.Tx) error
		ends   []string
	}{
		"nothing": {func(h *house, tx *directory.Tx) error { _, err := tx.CreateGroup("g", "/"); return err }, nil},
		"the key is inactive": {withUser(func(tx *directory.Tx, u *directory.User) error {
			tx.ActivateAccessKey(tx.AccessKey(u.Keys[0]), false)
			return nil
		}), ofUser},
		"the key is deleted": {withUser(deleteKey), ofUser},
		"the user is deleted": {withUser(func(tx *directory.Tx, u *directory.User) error {
			if err := deleteKey(tx, u); err != nil {
				return err
			}
			u, err := tx.User("ana")
			if err != nil {
				return err
			}
			return tx.DeleteUser(u)
		}), ofUser},
		"the user is revoked": {withUser(func(tx *directory.Tx, u *directory.User) error {
			u = u.Clone()
			u.Generation++
			tx.PutUser(u)
			return nil
		}), ofUser[1:]},
		"the user is renamed": {withUser(func(tx *directory.Tx, u *directory.User) error { return tx.MoveUser(u, "zoe", "") }), ofUser[1:]},
		"the user moves":      {withUser(func(tx *directory.Tx, u *directory.User) error { return tx.MoveUser(u, "", "/other/") }), ofUser[1:]},
		"the role is revoked": {withRole(func(tx *directory.Tx, r *directory.Role) error {
			_, err := tx.ChangeRole(r, func(r *directory.Role) { r.Generation++ })
			return err
		}), []string{"role"}},
		"the role is deleted": {withRole(func(tx *directory.Tx, r *directory.Role) error { return tx.DeleteRole(r) }), []string{"role"}},
		"the role is made again": {withRole(func(tx *directory.Tx, r *directory.Role) error {
			if err := tx.DeleteRole(r); err != nil {
				return err
			}
			_, err := tx.CreateRole(directory.NewRole{Name: "app", Path: "/", Trust: r.Trust.Text})
			return err
		}), []string{"role"}},
		"the root key is deleted": {func(h *house, tx *directory.Tx) error {
			tx.DeleteAccessKey(nil, tx.AccessKey(fixedKey))
			return nil
		}, ofRoot},
		"the root user is revoked": {func(h *house, tx *directory.Tx) error {
			a := tx.AccountRecord().Clone()
			a.Root.Generation++
			tx.PutAccount(a)
			return nil
		}, ofRoot[1:]},
	} {
		for _, where := range []string{"here", "on the other node"} {
			t.Run(name+" "+where, func(t *testing.T) {
				h := newHouse(t)
				everyone, callers := h.everyone(), map[string]*Caller{}
				for kind, credentials := range everyone {
					var err error
					if callers[kind], err = h.ask(credentials, sts.API, homeRegion, tokenTime); err != nil {
						t.Fatalf("%s, before: %v", kind, err)
					}
				}
				if where == "here" {
					h.change(func(tx *directory.Tx) error { return c.change(h, tx) })
				} else {
					h.changeOn(h.node(), func(tx *directory.Tx) error { return c.change(h, tx) })
					h.change(func(tx *directory.Tx) error { _, err := tx.CreateGroup("caught-up", "/"); return err })
				}
				for kind, credentials := range everyone {
					err := h.knows(credentials)
					ended := slices.Contains(c.ends, kind)
					if ended != (err != nil) {
						t.Errorf("%s: %v", kind, err)
					}
					still := callers[kind].Still(h.a.View(tokenAccount))
					renamed := kind == "user's key" && (name == "the user is renamed" || name == "the user moves")
					if still != (!ended && !renamed) { // who was renamed meanwhile is decided about as what it was called
						t.Errorf("%s still holds: %v", kind, still)
					}
				}
			})
		}
	}
}

// The next request of a user that was renamed is the user's under the new name.
func TestRenamedCaller(t *testing.T) {
	h := newHouse(t)
	if err := h.knows(h.key); err != nil {
		t.Fatal(err)
	}
	h.change(func(tx *directory.Tx) error {
		u, err := tx.User("ana")
		if err != nil {
			return err
		}
		return tx.MoveUser(u, "zoe", "/")
	})
	c, err := h.ask(h.key, iam.API, homeRegion, tokenTime)
	if err != nil || c.Principal.UserName != "zoe" || c.Principal.ARN != "arn:aws:iam::"+tokenAccount+":user/zoe" || c.Principal.UserID != h.ana {
		t.Errorf("%+v: %v", c, err)
	}
}

// A session ends when it says, to the second, cached or not: and a wrong signature
// is told before that.
func TestExpiry(t *testing.T) {
	h := newHouse(t)
	for kind, lasts := range map[string]time.Duration{"role": 15 * time.Minute, "session": 10 * time.Minute, "federation": time.Minute} {
		t.Run(kind, func(t *testing.T) {
			h := *h
			h.T = t
			c := h.session(kind, func(g *Grant) { g.Expires = tokenTime.Add(lasts) })
			for _, before := range []time.Duration{0, lasts - 1} {
				if _, err := h.ask(c, sts.API, homeRegion, tokenTime.Add(before)); err != nil {
					t.Errorf("after %s: %v", before, err)
				}
			}
			_, err := h.ask(c, sts.API, homeRegion, tokenTime.Add(lasts))
			h.expectFault(err, ExpiredSession)
			c.SecretAccessKey += "x"
			_, err = h.ask(c, sts.API, homeRegion, tokenTime.Add(lasts))
			h.expectFault(err, Signature)
		})
	}
}

// K-06 and differences.md: signatures are scoped to the home region; a global
// service, and STS, take us-east-1 too.
func TestRegions(t *testing.T) {
	h := newHouse(t)
	for _, svc := range []*api.Service{iam.API, sts.API, organizations.API, s3API} {
		for region, known := range map[string]bool{homeRegion: true, "us-east-1": svc != s3API, "us-west-2": false, "": false, "aws-global": false, "EU-WEST-1": false} {
			t.Run(svc.Name+" "+region, func(t *testing.T) {
				h := *h
				h.T = t
				_, err := h.ask(h.key, svc, region, tokenTime)
				if known == (err != nil) {
					t.Errorf("error %v", err)
				}
				var f *Fault
				if errors.As(err, &f) && (f.Kind != Signature || f.Signature.Fault != sigv4.BadScope) {
					t.Errorf("%v is no fault of the scope", err)
				}
			})
		}
	}
	t.Run("another service", func(t *testing.T) {
		r, s, err := signedRequest(h.key, "sts", homeRegion)
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.a.Authenticate(r, s, []byte(requestBody), iam.API, tokenTime)
		h.expectFault(err, Signature)
	})
}

// S3 alone may leave its payload unsigned.
func TestUnsignedPayload(t *testing.T) {
	h := newHouse(t)
	for _, svc := range []*api.Service{iam.API, s3API} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(requestBody))
		signer := &sigv4.Signer{Region: homeRegion, Service: svc.Name, RawPath: svc == s3API}
		if err := signer.Sign(r, h.key, sigv4.UnsignedPayload, tokenTime); err != nil {
			t.Fatal(err)
		}
		s := new(sigv4.Signature)
		if err := sigv4.Parse(r, s); err != nil {
			t.Fatal(err)
		}
		if _, err := h.a.Authenticate(r, s, []byte(requestBody), svc, tokenTime); (err == nil) != (svc == s3API) {
			t.Errorf("%s: %v", svc.Name, err)
		}
	}
}

// A key of a member account is found by the account that it encodes; a fixed root
// key, which encodes none, in the first account only.
func TestAccountsOfKeys(t *testing.T) {
	h := newHouse(t)
	member, err := h.d.NewTestAccount(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]sigv4.Credentials{
		"root":  {AccessKeyID: member.RootKeyID, SecretAccessKey: member.RootSecret},
		"admin": {AccessKeyID: member.AdminKeyID, SecretAccessKey: member.AdminSecret},
	} {
		caller, err := h.ask(c, iam.API, homeRegion, tokenTime)
		if err != nil || caller.Principal.Account != member.Account {
			t.Errorf("%s: %+v: %v", name, caller, err)
		}
	}
	const lost = "fixed_key_of_a_member"
	if err := h.d.Update(t.Context(), member.Account, func(tx *directory.Tx) error {
		tx.PutAccessKey(tx.FixedAccessKey(lost, "", "s"))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	h.expectFault(h.knows(sigv4.Credentials{AccessKeyID: lost, SecretAccessKey: "s"}), UnknownKey)
}

// A directory that has lost its store knows nobody: neither the callers that were
// cached nor sessions that come for the first time, the root user's above all.
func TestNobodyIsKnownWithoutState(t *testing.T) {
	h := newHouse(t)
	cached, fresh := h.everyone(), h.everyone()
	for kind, c := range cached {
		if err := h.knows(c); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
	}
	if _, err := h.store.Commit(t.Context(), nil, []store.Change{{Key: "a/" + tokenAccount + "/user/x", Value: []byte("{")}}); err != nil {
		t.Fatal(err)
	}
	if err := h.d.Update(t.Context(), tokenAccount, func(tx *directory.Tx) error { _, err := tx.CreateGroup("g", "/"); return err }); err == nil {
		t.Fatal("the directory goes on")
	}
	for _, credentials := range []map[string]sigv4.Credentials{cached, fresh} {
		for _, c := range credentials {
			for range 2 {
				want := InvalidToken
				if c.SessionToken == "" {
					want = UnknownKey
				}
				h.expectFault(h.knows(c), want)
			}
		}
	}
}

// A secret that this master key does not open is our fault, not the caller's.
func TestSecretOfAnotherMasterKey(t *testing.T) {
	h := newHouse(t)
	d, err := directory.Open(t.Context(), h.store, directory.Options{Sealer: h.ring.For("something-else")})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close(context.Background())
	h.a = New(d, h.tokens, homeRegion, []*api.Service{sts.API})
	err = h.knows(h.key)
	var f *Fault
	if err == nil || errors.As(err, &f) || !strings.Contains(err.Error(), h.key.AccessKeyID) || strings.Contains(err.Error(), h.key.SecretAccessKey) {
		t.Errorf("error %v", err)
	}
}

// Callers authenticate while their key goes on and off: who is refused or known is
// so by the key's state before or after, and none outlives the last change.
func TestAuthenticateWhileKeysChange(t *testing.T) {
	h := newHouse(t)
	everyone := h.everyone()
	var wait sync.WaitGroup
	for kind, c := range everyone {
		wait.Go(func() {
			for range 100 {
				caller, err := h.ask(c, sts.API, homeRegion, tokenTime)
				var f *Fault
				if err != nil && (!errors.As(err, &f) || f.Kind == Signature) || err == nil && caller.Principal.AccessKeyID != c.AccessKeyID {
					t.Errorf("%s: %v", kind, err)
				}
				if err != nil && (kind == "role" || strings.HasPrefix(kind, "root")) {
					t.Errorf("%s depends on another's key: %v", kind, err)
				}
			}
		})
	}
	for i := range 40 {
		h.change(func(tx *directory.Tx) error {
			tx.ActivateAccessKey(tx.AccessKey(h.key.AccessKeyID), i%2 == 1)
			return nil
		})
		if err := h.knows(h.key); (err == nil) != (i%2 == 1) {
			t.Errorf("after change %d: %v", i, err)
		}
	}
	wait.Wait()
}

// A slot of the cache answers for its own key only.
func TestCallersThatShareASlot(t *testing.T) {
	c := newCallerCache()
	second := ""
	for i := 0; second == ""; i++ {
		if key := fmt.Sprint(i); c.slot(key) == c.slot("first") {
			second = key
		}
	}
	one, two := &Caller{secret: "1"}, &Caller{secret: "2"}
	c.store("first", one)
	if c.load("first") != one || c.load(second) != nil {
		t.Error("the slot answers for another key")
	}
	c.store(second, two)
	if c.load("first") != nil || c.load(second) != two {
		t.Error("the slot does not hold the newer caller")
	}
}
