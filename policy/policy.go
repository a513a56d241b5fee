// Package policy is the AWS policy language: it parses policy documents
// strictly, compiles them, and decides requests as AWS decides them.
//
// Compile once, decide often. A document becomes a Policy with Compile; a Set
// is the policies that apply to a Request; Decide answers. What Decide reads is
// compiled: patterns are cut, operands parsed, variables located, so that a
// decision works on no JSON, no map and no regular expression, and allocates
// nothing. Statements are indexed by the services of their actions and by the
// literal starts of their resources: a decision costs what can match it, not
// what is stored. Policy.Bytes tells what a compiled policy takes.
//
//	p, err := policy.Compile(policy.Identity, "ReadPhotos", document)
//	d := policy.Decide(&request, &policy.Set{Identity: []*policy.Policy{p}})
//	if d.Outcome != policy.Allowed {
//		return errors.New(d.Message(&request, request.Resource))
//	}
//
// Check is for documents that somebody wants to save: it refuses what AWS
// refuses, in AWS's words. Compile reads old documents too and fails closed on
// what it cannot evaluate.
//
// The rules are AWS's, from the IAM user guide; docs/semantics.md numbers them
// (G-05, E-13 …), and comments and tests here cite those numbers.
//
// The package imports nothing beyond the standard library, reads no clock,
// does no I/O and takes no lock while it decides. What applies to a request,
// and which condition keys it has, is its callers' business.
package policy

import "crypto/sha256"

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

// String is the type as AWS's access-denied sentence names it.
func (t Type) String() string {
	if int(t) < len(sentences) {
		return sentences[t].implicit
	}
	return "policy"
}

// Policy is a compiled policy document. It is immutable.
type Policy struct {
	name       string
	text       string
	kind       Type
	unreadable bool
	services   services // what any statement can match
	denials    services // what any Deny can match
	index      index
	sum        [sha256.Size]byte
	statements []rule
	// What the statements are made of, each with its spans of these.
	actions    []action
	resources  []resource
	conditions []condition
}

// Name is what Compile was given.
func (p *Policy) Name() string { return p.name }

// Text is what Compile was given; "" where the document could not be loaded.
func (p *Policy) Text() string { return p.text }

// Type is what Compile was given.
func (p *Policy) Type() Type { return p.kind }

// Sum is the SHA-256 of Text.
func (p *Policy) Sum() [sha256.Size]byte { return p.sum }

// Statements is how many statements the policy has.
func (p *Policy) Statements() int { return len(p.statements) }

// Sid is the id of a statement, from 0; "" where it has none or there is no
// such statement.
func (p *Policy) Sid(statement int) string {
	if statement < 0 || statement >= len(p.statements) {
		return ""
	}
	return p.statements[statement].sid
}

// Unreadable stands in for a document that could not be loaded or compiled:
// whatever it applies to is denied (E-25). A nil *Policy in a Set means the
// same.
func Unreadable(t Type, name string) *Policy {
	return &Policy{name: name, kind: t, unreadable: true, sum: sha256.Sum256(nil), services: allServices, denials: allServices}
}
