package authn

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// Kinds of temporary credentials: the values of api.Session.Kind.
const (
	RoleSession       = "role"       // AssumeRole and its kind
	UserSession       = "session"    // GetSessionToken
	FederationSession = "federation" // GetFederationToken
)

// Grant is what a session token carries: whom it stands for, and the session.
type Grant struct {
	Kind           string // of api.Session: "role", "session", "federation"
	Principal      policy.Principal
	UserName       string
	UserID         string // aws:userid
	Generation     int    // of the user or role when it was issued
	Name           string // session name
	Issued         time.Time
	Expires        time.Time
	Policies       []SessionPolicy
	PolicyRequired bool
	Tags           []api.Tag
	TransitiveKeys []string
	SourceIdentity string
	MFA            bool
	MFATime        time.Time
	Chained        bool
	Issuer         string     // access key id that asked, for "session" and "federation"
	Instance       api.Origin // zero but for credentials from an instance's metadata
	MinimumSize    int        // of the session token, up to MaxToken; 0: as it comes
}

// SessionPolicy is a session policy: an inline document, or a managed policy's ARN.
type SessionPolicy struct {
	Document string
	ARN      string
}

// Credentials are temporary credentials.
type Credentials struct {
	AccessKeyID, SecretAccessKey, SessionToken string
}

// String keeps credentials out of logs and errors.
func (c Credentials) String() string { return "[credentials of " + c.AccessKeyID + "]" }

// GoString as String.
func (c Credentials) GoString() string { return c.String() }

// TokenPurpose is the seal purpose of session tokens: what is sealed for another
// purpose never opens as a token.
const TokenPurpose = "session-token"

// MaxToken is the largest session token in bytes: AWS's limit for the size that
// a caller may ask for [API_AssumeRole, MinimumSessionTokenSize], and under the
// 8 KiB that proxies allow for all headers.
const MaxToken = 4096

// ErrToken: a text is no session token of ours, or not of that access key id.
var ErrToken = errors.New("authn: not a session token of this access key")

// Tokens seals and opens session tokens. A token is self-contained: nothing is
// stored when one is issued. The access key id is what the seal binds a token to,
// and the secret access key is random and inside: nothing that a caller sees
// tells either without the master key.
type Tokens struct {
	sealer directory.Sealer
	opened *openedCache
}

// NewTokens returns Tokens that seal with the sealer of TokenPurpose and keep at
// most so many opened tokens.
func NewTokens(sealer directory.Sealer, cached int) *Tokens {
	return &Tokens{sealer: sealer, opened: newOpenedCache(cached)}
}

// tokenText is the text form of a sealed token. Strict: one token, one text.
var tokenText = base64.StdEncoding.Strict()

// Issue returns credentials that stand for the grant. Times are kept in seconds.
func (t *Tokens) Issue(g *Grant) (Credentials, error) {
	var secret [secretSize]byte
	rand.Read(secret[:]) // never fails
	plain, err := encodeGrant(g, secret)
	if err != nil {
		return Credentials{}, err
	}
	id := directory.NewAccessKeyID("ASIA", g.Principal.Account)
	return Credentials{
		AccessKeyID:     id,
		SecretAccessKey: secretText(secret),
		SessionToken:    tokenText.EncodeToString(t.sealer.Seal(plain, []byte(id))),
	}, nil
}

// secretText is the secret access key of random bytes: 40 characters of AWS's
// alphabet, without padding.
func secretText(secret [secretSize]byte) string { return base64.StdEncoding.EncodeToString(secret[:]) }

// Open returns the principal and secret access key of a session token that
// belongs to the access key id. Opened tokens are kept, with their compiled
// session policies, in bounded memory. Expiry is not checked here.
func (t *Tokens) Open(token, accessKeyID string) (*Opened, error) {
	if o := t.opened.load(token, accessKeyID); o != nil {
		return o, nil
	}
	sealed, err := tokenText.DecodeString(token)
	if err != nil || strings.ContainsAny(token, "\r\n") { // which base64 would skip
		return nil, ErrToken
	}
	plain, err := t.sealer.Open(sealed, []byte(accessKeyID))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrToken, err)
	}
	g, secret, err := decodeGrant(plain)
	if err != nil {
		return nil, err
	}
	p, err := g.principal(strings.Clone(accessKeyID)) // it is kept, the header that it stands in is not
	if err != nil {
		return nil, err
	}
	o := &Opened{Principal: p, Secret: secretText(secret), Generation: g.Generation}
	t.opened.store(token, o)
	return o, nil
}

// Opened is an opened token.
type Opened struct {
	Principal  *api.Principal
	Secret     string
	Generation int
}

// principal is the caller that the grant stands for. A session policy that
// cannot be compiled opens nothing (E-25).
func (g *Grant) principal(accessKeyID string) (*api.Principal, error) {
	s := &api.Session{
		Issued: g.Issued, Expires: g.Expires, Name: g.Name, Kind: g.Kind,
		PolicyRequired: g.PolicyRequired, Tags: g.Tags, TransitiveKeys: g.TransitiveKeys,
		SourceIdentity: g.SourceIdentity, MFA: g.MFA, MFATime: g.MFATime, Chained: g.Chained, Issuer: g.Issuer,
		Instance: g.Instance,
	}
	for _, p := range g.Policies {
		if p.ARN != "" {
			s.ManagedPolicies = append(s.ManagedPolicies, p.ARN)
			continue
		}
		compiled, err := policy.Compile(policy.Session, "", p.Document)
		if err != nil {
			return nil, fmt.Errorf("authn: session policy: %w", err)
		}
		s.Policies = append(s.Policies, compiled)
	}
	return &api.Principal{
		Principal: g.Principal, UserName: g.UserName, UserID: g.UserID, AccessKeyID: accessKeyID, Session: s,
	}, nil
}
