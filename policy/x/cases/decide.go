package cases

import (
	"fmt"
	"strings"
	"time"

	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/x/services"
)

// Decider decides cases. It keeps what it compiled, within bounds, so that cases
// with the same policies cost their decision only. It is for one goroutine.
type Decider struct {
	// Clock gives the time of requests whose context has none.
	Clock func() time.Time

	compiled map[compiledKey]*policy.Policy
	size     int // of the texts in compiled, in bytes
}

type compiledKey struct {
	kind       policy.Type
	name, text string
}

// maxCompiled bounds the texts that a Decider keeps compiled; the compiled form
// is a few times as large.
const maxCompiled = 16 << 20

// Build makes of a case what package policy decides: the request, with the keys
// that follow from it, and the compiled policies. The error is an *Error.
//
// A document that cannot be compiled is an error of the case: who writes a case
// wants to know, and a denial that stands for a fault (E-25) would hide it.
func (d *Decider) Build(c *Case) (*policy.Request, *policy.Set, error) {
	p, err := ParsePrincipal(c.Request.Principal, c.Request.Action)
	if err != nil {
		return nil, nil, faultf(c.offset.principal, "%v", err).at(c.place)
	}
	identify(p, c.Request.Context)
	context, err := policy.ContextOf(fill(c.Request.Context, p, owner(&c.Request, p), d.Clock))
	if err != nil {
		return nil, nil, faultf(c.offset.context, "%v", err).at(c.place)
	}
	set, err := d.set(c)
	if err != nil {
		return nil, nil, err
	}
	// A federated user without a session policy is allowed nothing (E-12).
	set.SessionRequired = p.Kind == policy.FederatedUser
	return &policy.Request{
		Principal: p, Action: spell(c.Request.Action), Resource: c.Request.Resource,
		ResourceAccount: c.Request.ResourceAccount, Context: context,
	}, set, nil
}

// spell is an action as the authorization tables spell it (D-06).
func spell(action string) string {
	if spelt, ok := services.SpellAction(action); ok {
		return spelt
	}
	return action
}

func (d *Decider) set(c *Case) (*policy.Set, error) {
	b := builder{decider: d, c: c}
	s := &policy.Set{
		Identity: b.list(policy.Identity, c.Policies.Identity), Boundary: b.list(policy.Boundary, c.Policies.Boundary),
		Session: b.list(policy.Session, c.Policies.Session), Endpoint: b.list(policy.Endpoint, c.Policies.Endpoint),
		ServiceControl:  b.levels(policy.ServiceControl, c.Policies.SCP),
		ResourceControl: b.levels(policy.ResourceControl, c.Policies.RCP),
	}
	if r := c.Policies.Resource; r != nil {
		if t := resourceType(c.Request.Action); t == policy.Trust {
			s.Trust = b.one(t, r)
		} else {
			s.Resource = b.one(t, r)
		}
	}
	if b.err != nil {
		return nil, b.err
	}
	return s, nil
}

// resourceType is what the resource's policy is for an action: a role's trust
// policy where it decides who gets a session (T-13), and with which tags and
// source identity (T-04).
func resourceType(action string) policy.Type {
	switch strings.ToLower(action) {
	case "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "sts:tagsession", "sts:setsourceidentity":
		return policy.Trust
	}
	return policy.Resource
}

// builder compiles documents up to the first fault.
type builder struct {
	decider *Decider
	c       *Case
	err     error
}

func (b *builder) levels(t policy.Type, levels [][]Document) [][]*policy.Policy {
	all := make([][]*policy.Policy, len(levels))
	for i, level := range levels {
		all[i] = b.list(t, level)
	}
	return all
}

func (b *builder) list(t policy.Type, documents []Document) []*policy.Policy {
	if len(documents) == 0 {
		return nil
	}
	list := make([]*policy.Policy, len(documents))
	for i := range documents {
		list[i] = b.one(t, &documents[i])
	}
	return list
}

func (b *builder) one(t policy.Type, d *Document) *policy.Policy {
	switch {
	case b.err != nil:
		return nil
	case d.Unreadable:
		return policy.Unreadable(t, d.Name)
	case d.File != "" && !d.inFile:
		b.err = faultf(d.start, "the document stands in the file %q, which only a policy test reads", d.File).at(b.c.place)
		return nil
	}
	p, err := b.decider.compile(t, d.Name, d.Text)
	if err != nil {
		b.err = b.c.documentError(d, err)
	}
	return p
}

// documentError places what is wrong inside a document.
func (c *Case) documentError(d *Document, err error) error {
	f := within(0, err)
	e := &Error{File: d.File, Detail: f.detail}
	if d.Name != "" {
		e.Detail = fmt.Sprintf("policy %q: %s", d.Name, f.detail)
	}
	e.Line, e.Column = c.PlaceIn(d, f.offset)
	return e
}

// compile compiles a text once. When what is kept is too much, all of it goes:
// cases come with the same policies or with ever new ones.
func (d *Decider) compile(t policy.Type, name, text string) (*policy.Policy, error) {
	key := compiledKey{t, name, text}
	if p, ok := d.compiled[key]; ok {
		return p, nil
	}
	key.name, key.text = strings.Clone(name), strings.Clone(text) // pieces of the case's text, which may be long
	p, err := policy.Compile(t, key.name, key.text)
	if err != nil {
		return nil, err
	}
	if d.size += len(name) + len(text); d.compiled == nil || d.size > maxCompiled {
		d.compiled, d.size = make(map[compiledKey]*policy.Policy), len(name)+len(text)
	}
	d.compiled[key] = p
	return p, nil
}
