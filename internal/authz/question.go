// Package authz answers whether a caller may make a call. Each operation has a
// Row that turns its input into asks: an action on a resource, with the condition
// keys that AWS documents for it. authz fills the request's context, collects the
// policies that apply in one state of the directory, asks package policy, and
// words the refusal. It changes nothing.
package authz

import (
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// Row says what an operation is decided on. It fills the Question from the input.
type Row func(q *Question, in any) error

// Table holds the rows of a service, by operation. An operation without a row is
// refused.
type Table map[string]Row

// On makes a Row of a function over the operation's input type. An error is the
// call's answer, before any decision: it must not tell what the caller may not know.
func On[In any](f func(q *Question, in *In) error) Row {
	return func(q *Question, in any) error { return f(q, in.(*In)) }
}

// Free is the Row of an operation that needs no permission and cannot be denied
// (E-17).
func Free(*Question, any) error { return nil }

// Question is what one call is decided on: every ask must be allowed (E-20). A
// Question without asks is allowed.
type Question struct {
	Call *api.Call
	View *directory.View // of the caller's account, or of no account where it is anonymous
	Asks []Ask

	s3 s3Request
}

// Ask is one action on one resource.
type Ask struct {
	Action   string
	Resource string // ARN, or "*"
	// Printed is what the refusal prints after "on resource: " where AWS prints
	// something else than the ARN: "user ana". "-" prints no such part.
	// PrintedKind goes before it: "user ".
	PrintedKind, Printed string
	// Account owns the resource; "" is the account in the ARN, else the caller's.
	Account string
	Keys    []KeyValue
	// Trust is the role whose trust policy decides; NoTrust: the role is not there.
	Trust   *directory.Role
	NoTrust bool
	// Resource-based policy of what is asked for, if it has one.
	ResourcePolicy *policy.Policy
	// Granted: the account's settings allow it to whom no policy denies it explicitly.
	Granted bool

	// Of a call of S3: what it asks for, and the condition keys that are read in it when
	// a policy asks. source: the ask is about what a copy reads; tagged: it is needed only
	// where that has tags.
	request        *s3Request
	keys           *s3Keys
	source, tagged bool
	// unrecorded: no decision record tells of a denial, so no id leads to one.
	unrecorded bool
}

// KeyValue is a condition key of an ask.
type KeyValue struct {
	Name  string
	Value policy.Value
}

// Ask adds an ask for an action of the operation's service, or of another where
// action holds a colon. The pointer is good until the next Ask.
func (q *Question) Ask(action, resource string) *Ask {
	if !strings.Contains(action, ":") {
		action = q.Call.Service.Name + ":" + action
	}
	q.Asks = append(q.Asks, Ask{Action: action, Resource: resource})
	return &q.Asks[len(q.Asks)-1]
}

// On adds the ask that most operations have: their own name as the action.
func (q *Question) On(resource string) *Ask { return q.Ask(q.Call.Operation.Action, resource) }

// Print sets what the refusal prints for the resource.
func (a *Ask) Print(s string) *Ask {
	a.PrintedKind, a.Printed = "", s
	return a
}

// PrintName is Print of a kind, with its blank, and a name: it costs an allowed
// call nothing.
func (a *Ask) PrintName(kind, name string) *Ask {
	a.PrintedKind, a.Printed = kind, name
	return a
}

// Key adds a single-valued condition key; a nil value adds nothing.
func (a *Ask) Key(name string, value *string) *Ask {
	if value != nil {
		a.Keys = append(a.Keys, KeyValue{name, policy.Value{One: *value}})
	}
	return a
}

// Keys adds a multivalued condition key, which is present even without a value.
func (a *Ask) KeyList(name string, values []string) *Ask {
	a.Keys = append(a.Keys, KeyValue{name, policy.Value{Many: values, IsMany: true}})
	return a
}

// RequestTags adds aws:RequestTag/… and aws:TagKeys of tags that the call passes
// (K-23).
func (a *Ask) RequestTags(tags []api.Tag) *Ask {
	keys := make([]string, 0, len(tags))
	for _, t := range tags {
		a.Key("aws:RequestTag/"+t.Key, &t.Value)
		keys = append(keys, t.Key)
	}
	return a.KeyList("aws:TagKeys", keys)
}

// ResourceTags adds aws:ResourceTag/… and the service's own twin, iam:ResourceTag/…
// (K-22, K-27).
func (a *Ask) ResourceTags(tags []api.Tag) *Ask {
	service, _, _ := strings.Cut(a.Action, ":")
	for _, t := range tags {
		a.Key("aws:ResourceTag/"+t.Key, &t.Value)
		a.Key(service+":ResourceTag/"+t.Key, &t.Value)
	}
	return a
}
