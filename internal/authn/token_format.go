package authn

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// The plain text of a session token, before it is sealed with the access key id
// as additional data and written in base64. Golden tests fix it. Numbers are
// unsigned varints, a text is its length and its bytes, times are Unix seconds.
//
//	1 byte    format, 1
//	1 byte    kind of credentials: 1 role, 2 session, 3 federation
//	1 byte    kind of principal: 1 root, 2 user, 3 role session, 4 federated user
//	1 byte    flags: 1 a session policy is required, 2 MFA was used, 4 chained, 8 it
//	          was delivered to an instance
//	30 bytes  the secret access key, whose base64 it is
//	number    issued
//	number    seconds until it expires
//	number    when MFA was used; only with flag 2
//	number    generation of the user or role
//	texts     account, ARN, entity ARN, entity id, user name, user id, session
//	          name, source identity, issuing access key id
//	texts     version of the metadata service, ARN and private address of the instance;
//	          only with flag 8
//	text      packed session policies, tags and transitive tag keys; empty: none
//	zeros     up to the size that was asked for
//
// A reader refuses a format, kind, flag or tail that it does not know: it could
// be a limit of the session.
const (
	tokenFormat = 1
	secretSize  = 30

	flagPolicyRequired = 1
	flagMFA            = 2
	flagChained        = 4
	flagInstance       = 8

	knownFlags = flagPolicyRequired | flagMFA | flagChained | flagInstance
)

var sessionKinds = [...]string{1: RoleSession, 2: UserSession, 3: FederationSession}

var principalKinds = [...]policy.PrincipalKind{1: policy.Root, 2: policy.User, 3: policy.RoleSession, 4: policy.FederatedUser}

var errTokenFormat = errors.New("authn: a session token has a format that this gatehouse does not read")

// codeOf is the place of a kind in its table, 0 for one that is not there.
func codeOf[K comparable](table []K, kind K) byte {
	for i := 1; i < len(table); i++ {
		if table[i] == kind {
			return byte(i)
		}
	}
	return 0
}

// texts are the grant's texts in the order they are written.
func (g *Grant) texts(flags byte) []*string {
	p, o := &g.Principal, &g.Instance
	all := [12]*string{
		&p.Account, &p.ARN, &p.EntityARN, &p.EntityID,
		&g.UserName, &g.UserID, &g.Name, &g.SourceIdentity, &g.Issuer,
		&o.RoleDelivery, &o.ARN, &o.PrivateIP,
	}
	if flags&flagInstance == 0 {
		return all[:9]
	}
	return all[:]
}

func (g *Grant) flags() byte {
	var flags byte
	if g.PolicyRequired {
		flags |= flagPolicyRequired
	}
	if g.MFA {
		flags |= flagMFA
	}
	if g.Chained {
		flags |= flagChained
	}
	if g.Instance != (api.Origin{}) {
		flags |= flagInstance
	}
	return flags
}

func encodeGrant(g *Grant, secret [secretSize]byte) ([]byte, error) {
	kind, principal := codeOf(sessionKinds[:], g.Kind), codeOf(principalKinds[:], g.Principal.Kind)
	lifetime := g.Expires.Unix() - g.Issued.Unix()
	if kind == 0 || principal == 0 || lifetime <= 0 || g.Issued.Unix() < 0 || g.Generation < 0 {
		return nil, fmt.Errorf("authn: no token for a %q session of principal kind %d and %d seconds", g.Kind, g.Principal.Kind, lifetime)
	}
	packed, err := g.pack()
	if err != nil {
		return nil, err
	}
	b := append(make([]byte, 0, 512+len(packed)), tokenFormat, kind, principal, g.flags())
	b = append(b, secret[:]...)
	b = binary.AppendUvarint(b, uint64(g.Issued.Unix()))
	b = binary.AppendUvarint(b, uint64(lifetime))
	if g.MFA {
		b = binary.AppendUvarint(b, uint64(g.MFATime.Unix()))
	}
	b = binary.AppendUvarint(b, uint64(g.Generation))
	for _, text := range g.texts(g.flags()) {
		b = appendText(b, *text)
	}
	return pad(appendText(b, packed), g.MinimumSize), nil
}

// pad fills the plain text up so that the token's text has the size.
func pad(b []byte, size int) []byte {
	sealed := (min(size, MaxToken) + 3) / 4 * 3
	return append(b, make([]byte, max(0, sealed-seal.Overhead-len(b)))...)
}

func appendText[T ~string | ~[]byte](b []byte, text T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// maxLifetime is more seconds than any session has, and few enough to be a Duration.
const maxLifetime = 1 << 31

func decodeGrant(plain []byte) (*Grant, [secretSize]byte, error) {
	var secret [secretSize]byte
	r := &tokenReader{rest: plain}
	if r.byte() != tokenFormat {
		return nil, secret, errTokenFormat
	}
	g := &Grant{}
	kind, principal, flags := r.byte(), r.byte(), r.byte()
	if kind == 0 || int(kind) >= len(sessionKinds) || principal == 0 || int(principal) >= len(principalKinds) ||
		flags&^knownFlags != 0 {
		return nil, secret, errTokenFormat
	}
	g.Kind, g.Principal.Kind = sessionKinds[kind], principalKinds[principal]
	g.PolicyRequired, g.MFA, g.Chained = flags&flagPolicyRequired != 0, flags&flagMFA != 0, flags&flagChained != 0
	copy(secret[:], r.bytes(secretSize))
	g.Issued = r.time()
	lifetime := r.number()
	if lifetime > maxLifetime {
		return nil, secret, errTokenFormat
	}
	g.Expires = g.Issued.Add(time.Duration(lifetime) * time.Second)
	if g.MFA {
		g.MFATime = r.time()
	}
	g.Generation = int(r.number())
	for _, text := range g.texts(flags) {
		*text = string(r.text())
	}
	packed := r.text()
	if r.bad || len(bytes.Trim(r.rest, "\x00")) > 0 {
		return nil, secret, errTokenFormat
	}
	return g, secret, g.unpack(packed)
}

// tokenReader reads the parts of a token; bad says that one was not there.
type tokenReader struct {
	rest []byte
	bad  bool
}

func (r *tokenReader) bytes(n uint64) []byte {
	if n > uint64(len(r.rest)) {
		r.bad, r.rest = true, nil
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *tokenReader) byte() byte {
	if b := r.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *tokenReader) number() uint64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 || n > 1<<40 {
		r.bad, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *tokenReader) time() time.Time { return time.Unix(int64(r.number()), 0).UTC() }

func (r *tokenReader) text() []byte { return r.bytes(r.number()) }
