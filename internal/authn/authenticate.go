// Package authn says who is calling: it turns a signature and a session token
// into a principal. It decides nothing of what the caller may do.
package authn

import (
	"errors"
	"net/http"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// Authenticator authenticates signed requests against the directory.
type Authenticator struct {
	directory *directory.Directory
	tokens    *Tokens
	verifier  *sigv4.Verifier
	callers   *callerCache
	rules     map[*api.Service]*rules
}

// rules are what a service asks of a signature. A global service is signed for
// us-east-1, or by clients that are given an endpoint for their own region.
type rules struct {
	home, global sigv4.Rules
	anywhere     bool // global holds, too
}

// New returns an Authenticator for the services of a region.
func New(d *directory.Directory, t *Tokens, region string, all []*api.Service) *Authenticator {
	a := &Authenticator{
		directory: d, tokens: t, verifier: sigv4.NewVerifier(1 << 14),
		callers: newCallerCache(), rules: map[*api.Service]*rules{},
	}
	for _, svc := range all {
		home := sigv4.Rules{Region: region, Service: svc.SigningNames()}
		if svc.Name == "s3" {
			home.RawPath, home.AllAmzHeaders, home.UnsignedPayload = true, true, true
		}
		global := home
		global.Region = globalRegion
		a.rules[svc] = &rules{home: home, global: global, anywhere: svc.Global || svc.Name == "sts"}
	}
	return a
}

// Caller is an authenticated caller, with the place that notes its uses.
type Caller struct {
	Principal *api.Principal
	Use       directory.Use // of the access key, or of the role

	secret     string
	generation int  // of a session
	owner      bool // no key says who it is: the operating system does
	mark       directory.Mark
}

// Authenticate returns whose signature s, parsed from r, is. body is the whole
// body, or nil for a body that is verified while it is read. The error is a *Fault
// or an internal one.
func (a *Authenticator) Authenticate(r *http.Request, s *sigv4.Signature, body []byte, svc *api.Service, now time.Time) (*Caller, error) {
	caller, err := a.caller(s)
	if err != nil {
		return nil, err
	}
	rules := a.rules[svc].of(s.Region)
	if err := a.verifier.Verify(r, s, body, caller.secret, now, rules); err != nil {
		return nil, signatureFault(err, s, rules, now)
	}
	if session := caller.Principal.Session; session != nil && !now.Before(session.Expires) {
		return nil, &Fault{Kind: ExpiredSession}
	}
	return caller, nil
}

// Chunks verifies the chunks of the body of a request that Authenticate has found to be
// the caller's.
func (a *Authenticator) Chunks(c *Caller, s *sigv4.Signature) *sigv4.Chunks {
	return a.verifier.Chunks(s, c.secret)
}

// caller finds the credentials that the access key id, and the session token if
// there is one, name. They are looked up again when the account has changed.
func (a *Authenticator) caller(s *sigv4.Signature) (*Caller, error) {
	if s.SecurityToken != "" {
		return a.sessionCaller(s)
	}
	if c := a.callers.load(s.AccessKeyID); c != nil && c.Principal.Session == nil && a.directory.Mark(c.Principal.Account) == c.mark {
		return c, nil
	}
	c, err := a.keyCaller(s.AccessKeyID)
	if err == nil {
		a.callers.store(s.AccessKeyID, c)
	}
	return c, err
}

func (a *Authenticator) sessionCaller(s *sigv4.Signature) (*Caller, error) {
	c := a.callers.load(s.SecurityToken)
	if c == nil || c.Principal.Session == nil || c.Principal.AccessKeyID != s.AccessKeyID {
		opened, err := a.tokens.Open(s.SecurityToken, s.AccessKeyID)
		if err != nil {
			return nil, &Fault{Kind: InvalidToken}
		}
		p := opened.Principal
		c = &Caller{Principal: p, secret: opened.Secret, generation: opened.Generation}
		if p.Kind == policy.RoleSession {
			c.Use = a.directory.Use(p.Account, p.EntityID)
		}
	}
	if mark := a.directory.Mark(c.Principal.Account); mark != c.mark || mark == (directory.Mark{}) {
		v := a.directory.View(c.Principal.Account)
		if !v.SessionAlive(c.Principal, c.generation) {
			return nil, &Fault{Kind: InvalidToken}
		}
		renewed := *c
		renewed.mark = v.Mark()
		c = &renewed
		a.callers.store(s.SecurityToken, c)
	}
	return c, nil
}

// keyCaller finds a long-term key in the account that its id encodes, or in the
// first account, where a fixed root key may have any id.
func (a *Authenticator) keyCaller(id string) (*Caller, error) {
	for _, account := range [2]string{directory.AccessKeyAccount(id), a.directory.FirstAccount()} {
		if account == "" {
			continue
		}
		v := a.directory.View(account)
		if key := v.AccessKey(id); key != nil {
			return a.callerOf(v, key)
		}
	}
	return nil, &Fault{Kind: UnknownKey, AccessKeyID: id}
}

func (a *Authenticator) callerOf(v *directory.View, key *directory.AccessKey) (*Caller, error) {
	if !key.Active || v.AccountRecord() == nil {
		return nil, &Fault{Kind: UnknownKey, AccessKeyID: key.ID}
	}
	secret, err := v.Secret(key)
	if err != nil {
		return nil, err
	}
	p := RootPrincipal(v.Account())
	if key.User != "" {
		u := v.UserByID(key.User)
		if u == nil {
			return nil, &Fault{Kind: UnknownKey, AccessKeyID: key.ID}
		}
		p = UserPrincipal(v.Account(), u)
	}
	p.AccessKeyID = key.ID
	return &Caller{Principal: p, Use: a.directory.Use(v.Account(), key.ID), secret: secret, mark: v.Mark()}, nil
}

// RootPrincipal is the root user of an account.
func RootPrincipal(account string) *api.Principal {
	arn := directory.RootARN(account)
	return &api.Principal{
		Principal: policy.Principal{Kind: policy.Root, Account: account, ARN: arn, EntityARN: arn, EntityID: account},
		UserID:    account,
	}
}

// UserPrincipal is a user of an account.
func UserPrincipal(account string, u *directory.User) *api.Principal {
	arn := u.ARN(account)
	return &api.Principal{
		Principal: policy.Principal{Kind: policy.User, Account: account, ARN: arn, EntityARN: arn, EntityID: u.ID},
		UserName:  u.Name, UserID: u.ID,
	}
}

// Still says whether the caller's credentials hold in the state of a view: a
// transaction that starts later than the authentication asks again.
func (c *Caller) Still(v *directory.View) bool {
	p := c.Principal
	if p.Session != nil {
		return v.SessionAlive(p, c.generation)
	}
	if c.owner {
		return v.AccountRecord() != nil
	}
	key := v.AccessKey(p.AccessKeyID)
	if key == nil || !key.Active {
		return false
	}
	if p.Kind == policy.Root {
		return true
	}
	u := v.UserByID(p.EntityID)
	return u != nil && u.ARN(v.Account()) == p.ARN
}

func (r *rules) of(region string) *sigv4.Rules {
	if r.anywhere && region == globalRegion {
		return &r.global
	}
	return &r.home
}

const globalRegion = "us-east-1"

func signatureFault(err error, s *sigv4.Signature, rules *sigv4.Rules, now time.Time) error {
	var e *sigv4.Error
	if errors.As(err, &e) {
		return &Fault{Kind: Signature, Signature: e, Presigned: s.Presigned, Region: s.Region, Expected: rules.Region, Now: now}
	}
	return err
}

// View is the newest state of an account, as the authenticator sees it.
func (a *Authenticator) View(account string) *directory.View { return a.directory.View(account) }
