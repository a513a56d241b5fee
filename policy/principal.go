package policy

import "strings"

// PrincipalKind is what the caller is.
type PrincipalKind uint8

// The kinds of principal.
const (
	Anonymous PrincipalKind = iota
	Root
	User
	RoleSession
	FederatedUser
	Service
	// Provider is a token of an OIDC or SAML provider that asks for a session
	// (AssumeRoleWithWebIdentity, AssumeRoleWithSAML): only a trust policy that
	// names the provider under Federated lets it in.
	Provider
)

// Principal is the caller, as policies see it.
type Principal struct {
	Kind    PrincipalKind
	Account string // 12 digits, "" for an anonymous caller, a service or a provider
	// ARN is the caller's own: user ARN, session ARN
	// (arn:aws:sts::A:assumed-role/R/S, arn:aws:sts::A:federated-user/N),
	// root ARN, a service principal's name, or a provider's ARN or host name.
	ARN string
	// EntityARN is the ARN of the user or role behind the caller: equal to ARN
	// for a user, the role's ARN (with its path) for a role session, the
	// maker's ARN for a federated user.
	EntityARN string
	// EntityID is the unique id of that user or role (AIDA…, AROA…), "" where
	// it is not known. Saved principals are compared by it.
	EntityID string
}

// serviceLinked reports a session of a service-linked role, which SCPs and
// RCPs do not bind (E-03, E-04): one whose path begins with that of AWS's services.
// Further on in a path, which may hold colons, the same text is anyone's.
func (p *Principal) serviceLinked() bool {
	if p.Kind != RoleSession {
		return false
	}
	_, path, _ := strings.Cut(p.EntityARN, ":role/")
	return strings.HasPrefix(path, "aws-service-role/")
}

// grant is how strongly a policy names the caller (P-10): what section E makes
// of an Allow in a resource policy depends on it.
type grant uint8

const (
	notNamed  grant = iota
	byAccount       // the account: its own policies must allow as well (P-02)
	byRole          // the role, or the user who made a federated session (E-07, E-08)
	direct          // the user, the session, or everyone (E-06)
)

// named is one compiled entry of a Principal.
type named struct {
	kind  namedKind
	value string // an account's 12 digits, an ARN, an id, a service
}

type namedKind uint8

const (
	namedNobody namedKind = iota // what no caller can be: groups, wildcards, CanonicalUser (P-01, P-07, P-08)
	namedEveryone
	namedAccount
	namedUser
	namedRole
	namedSession // role session or federated user
	namedID      // unique id of a user or role (P-04)
	namedService
	namedProvider
)

// newNamed compiles a principal of a kind as a document writes it.
func newNamed(kind, value string) named {
	switch kind {
	case "Service":
		return named{namedService, value}
	case "Federated":
		return named{namedProvider, value}
	case "AWS", "*":
		return newAWSPrincipal(value)
	}
	return named{}
}

func newAWSPrincipal(value string) named {
	switch {
	case value == "*":
		return named{kind: namedEveryone}
	case isAccount(value):
		return named{namedAccount, value}
	case isUniqueID(value):
		return named{namedID, value}
	}
	arn := newTarget(value)
	if !arn.arn || arn.part(0) != "arn" || arn.part(3) != "" || !isAccount(arn.part(4)) || strings.ContainsAny(value, "*?") {
		return named{}
	}
	kind, rest, _ := strings.Cut(arn.part(5), "/")
	switch service := arn.part(2); {
	case service == "iam" && arn.part(5) == "root":
		return named{namedAccount, arn.part(4)}
	case rest == "":
		return named{}
	case service == "iam" && kind == "user":
		return named{namedUser, value}
	case service == "iam" && kind == "role":
		return named{namedRole, value}
	case service == "sts" && kind == "federated-user", service == "sts" && kind == "assumed-role" && isSession(rest):
		return named{namedSession, value}
	}
	return named{}
}

// isSession reports role/session.
func isSession(s string) bool {
	role, session, ok := strings.Cut(s, "/")
	return ok && role != "" && session != "" && !strings.Contains(session, "/")
}

// isUniqueID reports the id of a user or role.
func isUniqueID(s string) bool {
	const least = 16 // API_User: 16 to 128 characters
	if len(s) < least || !strings.HasPrefix(s, "AIDA") && !strings.HasPrefix(s, "AROA") {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < 'A' || 'Z' < c) && (c < '0' || '9' < c) {
			return false
		}
	}
	return true
}

// grants says how strongly the entry names the caller (P-01 to P-05, P-09).
func (n *named) grants(p *Principal) grant {
	switch n.kind {
	case namedEveryone:
		return direct
	case namedAccount:
		return ifTrue(n.value == p.Account, byAccount)
	case namedUser:
		return ifTrue(n.value == p.EntityARN, p.entityGrant(User))
	case namedRole:
		return ifTrue(n.value == p.EntityARN, p.entityGrant(RoleSession))
	case namedSession:
		return ifTrue(n.value == p.ARN && (p.Kind == RoleSession || p.Kind == FederatedUser), direct)
	case namedID:
		return ifTrue(n.value == p.EntityID, p.entityGrant(p.Kind))
	case namedService:
		return ifTrue(p.Kind == Service && n.value == p.ARN, direct)
	case namedProvider:
		return ifTrue(p.Kind == Provider && n.value == p.ARN, direct)
	}
	return notNamed
}

func ifTrue(holds bool, g grant) grant {
	if holds {
		return g
	}
	return notNamed
}

// entityGrant is what naming the user or role behind the caller gives it. kind
// is what the entry names: a user is named by a user's ARN, a session by its
// role's, and a federated user by its maker's, which is a user's.
func (p *Principal) entityGrant(kind PrincipalKind) grant {
	switch {
	case p.Kind == User && kind == User:
		return direct
	case p.Kind == RoleSession && kind == RoleSession:
		return byRole
	case p.Kind == FederatedUser && (kind == User || kind == FederatedUser):
		return byRole // E-08
	}
	return notNamed
}

// principals is the compiled Principal or NotPrincipal of a statement.
type principals struct {
	entries []named
	not     bool
}

// grants is the strongest match (P-10). A NotPrincipal names everyone of whom
// it lists nothing (P-06, for an Allow).
func (s *principals) grants(p *Principal) grant {
	best := notNamed
	for i := range s.entries {
		best = max(best, s.entries[i].grants(p))
	}
	if s.not {
		return ifTrue(best == notNamed, direct)
	}
	return best
}

// denies says whether a Deny concerns the caller. bounded: it has a
// permissions boundary.
func (s *principals) denies(p *Principal, bounded bool) bool {
	if !s.not {
		return s.grants(p) != notNamed
	}
	if bounded && (p.Kind == User || p.Kind == RoleSession) {
		return true // access_policies_boundaries: whatever it lists
	}
	return !s.exempts(p)
}

// exempts is P-06: each level of the caller is listed, or everyone is.
func (s *principals) exempts(p *Principal) bool {
	var account, entity, own bool
	for i := range s.entries {
		n := &s.entries[i]
		switch {
		case n.kind == namedEveryone:
			return true
		case n.grants(p) == notNamed:
		case n.kind == namedAccount:
			account = true
		case n.kind == namedUser, n.kind == namedRole, n.kind == namedID:
			entity = true
		default:
			own = true
		}
	}
	switch p.Kind {
	case Root:
		return account
	case User:
		return account && entity
	case RoleSession, FederatedUser:
		return account && entity && own
	case Service, Provider:
		return own
	}
	return false
}

// only is the trust policy's view of a caller that comes without an account:
// a service or a provider is let in by its own name alone, never by "*"
// (T-09, T-11).
func (s *principals) only(p *Principal) grant {
	for i := range s.entries {
		if n := &s.entries[i]; n.kind == namedService || n.kind == namedProvider {
			if g := n.grants(p); g != notNamed {
				return g
			}
		}
	}
	return notNamed
}
