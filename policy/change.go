package policy

import "fmt"

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
// request. All of them speak of the set as it is: an index or a statement's
// number does not depend on the other changes.
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
	Account string
	// Target is the ARN of what a new policy goes to: the user or role, or the
	// resource. "" for the policies that are there, and for SCPs and RCPs.
	Target    string
	Statement int    // of RemoveStatement, AddValue and RemoveValue, from 0; -1 otherwise
	Sid       string // that statement's
	Element   string // of AddValue and RemoveValue: "Action", "Resource", "Principal.AWS", "Condition.StringEquals.aws:SourceIp" …
	Value     string // of AddValue, RemoveValue and SetKey
	Key       string // of SetKey
	// Text is the statement that AddStatement and AddPolicy add, as JSON.
	Text string
	// Document is the whole policy with all changes of the Explanation to it:
	// what to save. "" for SetKey and RemovePolicy. Where AWS owns the policy,
	// it is to be saved as another one, and that put in its place.
	Document string
}

// Apply makes the changes: the request and the set as they would be. It changes
// neither r nor s. A policy that stands in several places of the set is changed
// in all of them, but is removed only from the one that the change names.
func Apply(changes []Change, r *Request, s *Set) (*Request, *Set, error) {
	d := newDraft(r, s)
	for i := range changes {
		if err := d.make(&changes[i]); err != nil {
			return nil, nil, fmt.Errorf("change %d: %w", i, err)
		}
	}
	set, err := d.finish()
	if err != nil {
		return nil, nil, err
	}
	return &d.request, set, nil
}
