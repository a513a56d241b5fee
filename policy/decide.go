package policy

import "strings"

// Request is one action on one resource by one principal.
type Request struct {
	Principal *Principal // nil: anonymous
	Action    string     // "iam:GetUser", any case
	Resource  string     // ARN, or "*" for an action without a resource
	// ResourceAccount owns the resource; "" means the account in Resource's
	// ARN, else the principal's.
	ResourceAccount string
	Context         Context // nil: no condition key
}

// Set is the policies that apply to a request.
type Set struct {
	Identity []*Policy
	Boundary []*Policy // none: no limit
	Session  []*Policy // none: no limit, unless SessionRequired
	// SessionRequired: an empty Session allows nothing (GetFederationToken
	// without a session policy).
	SessionRequired bool
	Resource        *Policy
	Trust           *Policy // decides sts:AssumeRole* (section T)
	Endpoint        []*Policy
	ServiceControl  [][]*Policy // a slice a level, from the root down
	ResourceControl [][]*Policy
}

// Outcome of a decision.
type Outcome uint8

// The outcomes.
const (
	ImplicitDeny Outcome = iota
	ExplicitDeny
	Allowed
)

// Decision is the answer to a Request. It does not depend on the order of
// statements, but names one of them: of several that deny, the first of the
// document in the first policy of the first type (D-02); of several that allow,
// the first of those that grant the most (P-10).
type Decision struct {
	Outcome   Outcome
	By        Type    // the type that decided a denial
	Policy    *Policy // the policy that allowed or explicitly denied, if one did
	Statement int     // its statement, from 0; -1 for a policy that cannot be read
}

// Decide decides one request (section E of docs/semantics.md). It allocates
// nothing, unless a name in it is longer than any of AWS's.
//
// E-17 holds here: sts:GetCallerIdentity and sts:GetSessionToken are allowed
// whatever the policies say. Which credentials may call what (E-18) is decided
// as far as the kind of principal tells.
func Decide(r *Request, s *Set) Decision {
	var room [maxAction]byte
	e := evaluation{request: r, set: s}
	var action []byte
	action, e.colon, e.service = readAction(room[:], r.Action)
	e.action = view(action)
	e.read()
	return e.decide()
}

var anonymous Principal

// maxAction is room for the longest action of AWS, twice over. Longer ones go
// to the heap.
const maxAction = 128

// evaluation is one decision under way.
type evaluation struct {
	request   *Request
	set       *Set
	principal *Principal
	action    string // folded
	colon     int    // where its service ends
	service   serviceHash
	bit       services
	target    target
	crossing  bool // the resource belongs to another account (E-13)
}

// prepare reads the request of an evaluation whose action is folded.
func (e *evaluation) prepare() {
	e.colon = strings.IndexByte(e.action, ':')
	if e.colon >= 0 {
		e.service = hashService(e.action[:e.colon])
	}
	e.read()
}

// read reads the request, but for its action: the room for that on Decide's
// stack would be moved to the heap if it went through a pointer.
func (e *evaluation) read() {
	e.principal = e.request.Principal
	if e.principal == nil {
		e.principal = &anonymous
	}
	e.bit = e.service.bit()
	e.target.read(e.request.Resource)
	e.crossing = e.crosses()
}

// verdict is what a policy, or a list of them, says of the request.
type verdict struct {
	policy    *Policy
	statement int32
	outcome   Outcome
	grant     grant // of a resource policy's Allow: the strongest
}

// decision makes a denial of a verdict.
func (v verdict) denial(by Type) Decision {
	return Decision{Outcome: v.outcome, By: by, Policy: v.policy, Statement: int(v.statement)}
}

func (v verdict) allowance() Decision {
	return Decision{Outcome: Allowed, Policy: v.policy, Statement: int(v.statement)}
}

// implicit is a denial because no policy of the type allows.
func implicit(by Type) Decision { return Decision{Outcome: ImplicitDeny, By: by} }

// decide asks the types in the order in which D-02 names them, so the first
// explicit denial is the one to report; only then it looks which implicit one
// is.
func (e *evaluation) decide() Decision {
	if e.colon == len("sts") { // or "iam"
		if d, settled := e.settled(); settled {
			return d
		}
	}
	limit, limiting := verdict{outcome: Allowed}, ServiceControl
	if e.limited() {
		if limit, limiting = e.limits(); limit.outcome == ExplicitDeny {
			return limit.denial(limiting)
		}
	}
	by, resource := e.resourceSide()
	if resource.outcome == ExplicitDeny {
		return resource.denial(by)
	}
	identity := e.own(e.set.Identity)
	if identity.outcome == ExplicitDeny {
		return identity.denial(Identity)
	}
	boundary := e.boundary()
	if boundary.outcome == ExplicitDeny {
		return boundary.denial(Boundary)
	}
	session := e.session()
	if session.outcome == ExplicitDeny {
		return session.denial(Session)
	}
	if limit.outcome != Allowed {
		return implicit(limiting)
	}
	return e.combine(by, resource, identity, boundary.outcome, session.outcome)
}

// combine is E-06 to E-16 and section T: nothing denies explicitly, and the
// limits allow.
func (e *evaluation) combine(by Type, resource, identity verdict, boundary, session Outcome) Decision {
	if resource.grant == notNamed && e.resourceMust(by) {
		return implicit(by)
	}
	switch {
	case !e.hasIdentitySide(): // E-15, E-16, E-17
		return resource.allowance()
	case resource.grant == direct && !e.crossing: // E-06
		return resource.allowance()
	case resource.grant == byRole && !e.crossing: // E-07, E-08
		identity = resource
	}
	switch {
	case identity.outcome != Allowed:
		return implicit(Identity)
	case boundary != Allowed:
		return implicit(Boundary)
	case session != Allowed:
		return implicit(Session)
	}
	return identity.allowance()
}

// settled is what no policy decides (E-17, E-18).
func (e *evaluation) settled() (Decision, bool) {
	kind := e.principal.Kind
	switch {
	case e.action == "sts:getcalleridentity":
		return Decision{Outcome: Allowed}, true
	case kind == RoleSession && (e.action == "sts:getsessiontoken" || e.action == "sts:getfederationtoken"):
		return implicit(Identity), true
	case kind == FederatedUser && (strings.HasPrefix(e.action, "sts:") || strings.HasPrefix(e.action, "iam:")):
		return implicit(Session), true
	case kind == Root && e.action == "sts:assumerole":
		return implicit(Trust), true
	case e.action == "sts:getsessiontoken" && kind != Anonymous:
		return Decision{Outcome: Allowed}, true
	}
	return Decision{}, false
}

// hasIdentitySide: the caller belongs to an account whose policies may allow.
func (e *evaluation) hasIdentitySide() bool {
	return Root <= e.principal.Kind && e.principal.Kind <= FederatedUser
}

// crosses: the resource belongs to another account than the caller (E-13).
func (e *evaluation) crosses() bool {
	owner := e.request.ResourceAccount
	if owner == "" {
		owner = e.target.account()
	}
	return owner != "" && e.hasIdentitySide() && owner != e.principal.Account
}

// resourceMust: without an Allow of the resource's own policy nothing goes:
// across accounts, for callers without an account, for a role's trust and for
// a KMS key (E-13 to E-16).
func (e *evaluation) resourceMust(by Type) bool {
	return by == Trust || !e.hasIdentitySide() || e.keyPolicy() || e.crossing
}

// keyPolicy: a key of KMS, whose policy must allow (E-14, T-13).
func (e *evaluation) keyPolicy() bool {
	return strings.HasPrefix(e.action, "kms:") && strings.HasPrefix(e.target.tail, "key/")
}

// limited: there are policies that only limit.
func (e *evaluation) limited() bool {
	return len(e.set.ServiceControl)+len(e.set.ResourceControl)+len(e.set.Endpoint) > 0
}

// limits asks SCPs, RCPs and endpoint policies: for the first explicit denial,
// else for the first implicit one, in the order of D-02.
func (e *evaluation) limits() (verdict, Type) {
	control, resource := verdict{outcome: Allowed}, verdict{outcome: Allowed}
	if e.boundBySCPs() {
		if control = e.levels(e.set.ServiceControl); control.outcome == ExplicitDeny {
			return control, ServiceControl
		}
	}
	if !e.principal.serviceLinked() {
		if resource = e.levels(e.set.ResourceControl); resource.outcome == ExplicitDeny {
			return resource, ResourceControl
		}
	}
	endpoint := e.endpoint()
	switch {
	case endpoint.outcome == ExplicitDeny:
		return endpoint, Endpoint
	case resource.outcome != Allowed:
		return resource, ResourceControl
	case control.outcome != Allowed:
		return control, ServiceControl
	}
	return endpoint, Endpoint
}

// boundBySCPs: SCPs bind the users, roles and root of an account (E-04).
func (e *evaluation) boundBySCPs() bool {
	return e.hasIdentitySide() && !e.principal.serviceLinked()
}

// levels: each must allow, by one policy of it at least (E-03, E-04, O-03).
func (e *evaluation) levels(levels [][]*Policy) verdict {
	all := verdict{outcome: Allowed}
	for _, policies := range levels {
		v := e.list(policies)
		if v.outcome == ExplicitDeny {
			return v
		}
		if v.outcome != Allowed {
			all.outcome = ImplicitDeny
		}
	}
	return all
}

// endpoint is E-05. A service that acts for itself comes through none (E-16).
func (e *evaluation) endpoint() verdict {
	if len(e.set.Endpoint) == 0 || e.principal.Kind == Service {
		return verdict{outcome: Allowed}
	}
	return e.list(e.set.Endpoint)
}

// resourceSide is the resource's own policy: a role's trust policy for the
// operations that give a session of it, else the resource-based one.
func (e *evaluation) resourceSide() (Type, verdict) {
	by, p := Resource, e.set.Resource
	if e.set.Trust != nil || e.assumesRole() {
		by, p = Trust, e.set.Trust
	}
	if p == nil || by == Resource && e.ownBucketPolicy() {
		return by, verdict{}
	}
	return by, e.policy(p, notNamed)
}

// assumesRole: these need a trust policy, so without one they are denied (E-14).
func (e *evaluation) assumesRole() bool {
	switch e.action {
	case "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity":
		return true
	}
	return false
}

// ownBucketPolicy is the exception of E-02: nothing that a bucket's policy says
// keeps the root user of its account from that policy.
func (e *evaluation) ownBucketPolicy() bool {
	if e.principal.Kind != Root || e.crossing {
		return false
	}
	switch e.action {
	case "s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy":
		return true
	}
	return false
}

// own is what policies of the caller's entity say (E-11). The root user has
// neither identity policies nor a boundary (E-02).
func (e *evaluation) own(policies []*Policy) verdict {
	if !e.hasIdentitySide() || e.principal.Kind == Root {
		return verdict{outcome: Allowed}
	}
	return e.list(policies)
}

// boundary is the caller's permissions boundary.
func (e *evaluation) boundary() verdict {
	if len(e.set.Boundary) == 0 {
		return verdict{outcome: Allowed}
	}
	return e.own(e.set.Boundary)
}

// session is the session's policies, one of which must allow (E-12).
func (e *evaluation) session() verdict {
	if len(e.set.Session) == 0 && !e.set.SessionRequired || !e.hasIdentitySide() {
		return verdict{outcome: Allowed}
	}
	return e.list(e.set.Session)
}
