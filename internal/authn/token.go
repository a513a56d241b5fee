package authn

import (
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/policy"
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
	Issuer         string // access key id that asked, for "session" and "federation"
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

// Tokens seals and opens session tokens. A token is self-contained: nothing is
// stored when one is issued.
type Tokens struct{}

// Issue returns credentials that stand for the grant.
func (t *Tokens) Issue(g *Grant) (Credentials, error) { panic("stub") }

// Open returns the principal and secret access key of a session token that
// belongs to the access key id. Opened tokens are kept, with their compiled
// session policies, in bounded memory. Expiry is not checked here.
func (t *Tokens) Open(token, accessKeyID string) (*Opened, error) { panic("stub") }

// Opened is an opened token.
type Opened struct {
	Principal  *api.Principal
	Secret     string
	Generation int
}
