package policy

// ChangeKind is what a Change does.
type ChangeKind uint8

// The kinds of change, from the one that reaches least far.
const (
	SetKey          ChangeKind = iota // the request comes with another value of a condition key
	AddValue                          // one more value in a statement's element or condition
	RemoveValue                       // one value less
	AddStatement                      // one more statement in a policy
	AddPolicy                         // one more policy, with one statement
	RemoveStatement                   // one statement less
	RemovePolicy                      // the policy does not apply any more
)

// Change is one edit that, with the others of its Explanation, allows a denied
// request.
type Change struct {
	Kind ChangeKind
	// Which policy: its type, the level of an SCP or RCP (-1 for other types),
	// and its place among the Set's policies of that type and level (-1: a new
	// one).
	Type  Type
	Level int
	Index int
	// Policy is its name, "" for a new one.
	Policy string
	// Account owns the policy: the principal's account, or the resource's. ""
	// for SCPs and RCPs, which are the organization's, and endpoint policies.
	Account   string
	Statement int    // of RemoveStatement, AddValue and RemoveValue, from 0; -1 otherwise
	Element   string // of AddValue and RemoveValue: "Action", "Resource", "Principal.AWS", "Condition.StringEquals.aws:SourceIp" …
	Value     string // of AddValue, RemoveValue and SetKey
	Key       string // of SetKey
	// Text is the statement that AddStatement adds, as JSON.
	Text string
	// Document is the whole policy once it is changed: what to save. "" for
	// SetKey and RemovePolicy.
	Document string
}

// String says in one sentence what to do.
func (c *Change) String() string {
	panic("stub")
}

// Apply makes the changes: the request and the set as they would be. It changes
// neither r nor s.
func Apply(changes []Change, r *Request, s *Set) (*Request, *Set, error) {
	panic("stub")
}
