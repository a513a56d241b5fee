// Package policy is the AWS policy language: it parses policy documents
// strictly, compiles them, and decides requests as AWS decides them.
//
// The package imports nothing beyond the standard library, reads no clock,
// does no I/O and takes no lock while it decides.
package policy

// Type is the kind of a policy: it says which elements a document may hold and
// how it takes part in a decision.
type Type uint8

// The policy types of AWS.
const (
	Identity        Type = iota // managed or inline, of a user, group or role
	Boundary                    // permissions boundary of a user or role
	Session                     // passed to AssumeRole or GetFederationToken
	Trust                       // a role's trust policy
	Resource                    // resource-based, e.g. a bucket policy
	ServiceControl              // SCP
	ResourceControl             // RCP
	Endpoint                    // VPC endpoint policy
)

// Policy is a compiled policy document. It is immutable.
type Policy struct{}

// Compile parses and compiles a document. The error is an *Error.
// name is what decisions and messages call the policy: a managed policy's ARN
// or an inline policy's name.
func Compile(t Type, name, text string) (*Policy, error) { panic("stub") }

// Check says whether AWS would save the document as a policy of the type.
// It is stricter than Compile, which also reads old documents. The error is an
// *Error with AWS's message.
func Check(t Type, text string) error { panic("stub") }

// Error is what is wrong with a document, and where.
type Error struct {
	Message string // AWS's words, e.g. "Syntax errors in policy."
	Detail  string // our own, precise words
	Element string // path of the element, e.g. "Statement[1].Condition"
	Offset  int    // bytes from the start
	Line    int    // from 1
	Column  int    // in characters, from 1
}

func (e *Error) Error() string { return e.Message }

// Principals of a trust or resource policy, as they stand in the document, in
// order: for turning ARNs into unique ids when the policy is saved.
// (PrincipalValue.Offset and End delimit the JSON string in the text.)
func Principals(t Type, text string) ([]PrincipalValue, error) { panic("stub") }

// PrincipalValue is one principal written in a document.
type PrincipalValue struct {
	Kind   string // "AWS", "Service", "Federated", "CanonicalUser", "*"
	Value  string
	Offset int
	End    int
}

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
)

// Principal is the caller, as policies see it.
type Principal struct {
	Kind    PrincipalKind
	Account string // 12 digits, "" for an anonymous caller or a service
	// ARN is the caller's own: user ARN, session ARN
	// (arn:aws:sts::A:assumed-role/R/S, arn:aws:sts::A:federated-user/N),
	// root ARN, or a service principal's name.
	ARN string
	// EntityARN is the ARN of the user or role behind the caller: equal to ARN
	// for a user, the role's ARN (with its path) for a role session, the
	// maker's ARN for a federated user.
	EntityARN string
	// EntityID is the unique id of that user or role (AIDA…, AROA…), "" where
	// it is not known. Saved principals are compared by it.
	EntityID string
}

// Key is a condition key as a policy writes it, and folded to lower case.
type Key struct {
	Name   string
	Folded string
}

// Value is what a request has for a condition key.
type Value struct {
	One    string
	Many   []string
	IsMany bool // the key is multivalued: Many holds, even when it is empty or has one value
}

// Context answers for a request's condition keys; it is asked only for what a
// statement needs. An absent key answers false.
type Context interface {
	Lookup(key Key) (Value, bool)
}

// Request is one action on one resource by one principal.
type Request struct {
	Principal *Principal
	Action    string // "iam:GetUser", any case
	Resource  string // ARN, or "*" for an action without a resource
	// ResourceAccount owns the resource; "" means the account in Resource's
	// ARN, else the principal's.
	ResourceAccount string
	Context         Context
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

// Decision is the answer to a Request.
type Decision struct {
	Outcome   Outcome
	By        Type    // the type that decided a denial
	Policy    *Policy // the policy that allowed or explicitly denied, if one did
	Statement int     // its statement, from 0
}

// Decide decides one request. It allocates nothing.
func Decide(r *Request, s *Set) Decision { panic("stub") }

// Message is AWS's access-denied sentence for a denial of r, without policy ARN.
// resource is what it prints after "on resource: ", "" for no such part.
func (d Decision) Message(r *Request, resource string) string { panic("stub") }
