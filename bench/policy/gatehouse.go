package main

import (
	"encoding/json"
	"fmt"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// engine decides a description's requests: each is prepared once, so that what
// is timed is the decision alone.
type engine interface {
	name() string
	// decide says whether the request is allowed.
	decide(request int) bool
}

// gatehouse is package policy.
type gatehouse struct {
	set      *policy.Set
	requests []policy.Request
}

func (g *gatehouse) name() string { return "gatehouse" }

func (g *gatehouse) decide(i int) bool {
	return policy.Decide(&g.requests[i], g.set).Outcome == policy.Allowed
}

func newGatehouse(d *description) (*gatehouse, error) {
	g := &gatehouse{set: &policy.Set{}}
	for i := range d.identity {
		p, err := compile(policy.Identity, &d.identity[i])
		if err != nil {
			return nil, err
		}
		g.set.Identity = append(g.set.Identity, p)
	}
	for _, layer := range []struct {
		kind     policy.Type
		document *document
		keep     func(*policy.Policy)
	}{
		{policy.Boundary, d.boundary, func(p *policy.Policy) { g.set.Boundary = []*policy.Policy{p} }},
		{policy.Session, d.session, func(p *policy.Policy) { g.set.Session = []*policy.Policy{p} }},
		{policy.Resource, d.resource, func(p *policy.Policy) { g.set.Resource = p }},
	} {
		if layer.document == nil {
			continue
		}
		p, err := compile(layer.kind, layer.document)
		if err != nil {
			return nil, err
		}
		layer.keep(p)
	}
	principal := d.principal()
	for i := range d.requests {
		r, err := d.requests[i].aws(principal)
		if err != nil {
			return nil, err
		}
		g.requests = append(g.requests, r)
	}
	return g, nil
}

func (d *description) principal() *policy.Principal {
	if d.role == "" {
		return &policy.Principal{Kind: policy.User, Account: account, ARN: userARN, EntityARN: userARN, EntityID: "AIDAQABCDEFGHIJKLMNOP"}
	}
	return &policy.Principal{Kind: policy.RoleSession, Account: account, ARN: "arn:aws:sts::" + account + ":assumed-role/pipeline/run",
		EntityARN: d.role, EntityID: "AROAQABCDEFGHIJKLMNOP"}
}

func (r *request) aws(p *policy.Principal) (policy.Request, error) {
	values := make(map[string]any, len(r.keys))
	for name, v := range r.keys {
		values[name] = v
	}
	context, err := policy.ContextOf(values)
	return policy.Request{Principal: p, Action: r.action, Resource: r.resource, ResourceAccount: account, Context: context}, err
}

func compile(kind policy.Type, d *document) (*policy.Policy, error) {
	p, err := policy.Compile(kind, d.name, d.aws())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.name, err)
	}
	return p, nil
}

// aws is the document in AWS's language.
func (d *document) aws() string {
	statements := make([]map[string]any, len(d.statements))
	for i := range d.statements {
		statements[i] = d.statements[i].aws()
	}
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": statements})
	if err != nil {
		panic(err) // there is nothing in it but strings
	}
	return string(text)
}

func (s *statement) aws() map[string]any {
	m := map[string]any{"Sid": s.sid, "Effect": "Allow", "Action": list(s.actions), "Resource": list(s.resources)}
	if s.deny {
		m["Effect"] = "Deny"
	}
	if len(s.roles) > 0 {
		m["Principal"] = map[string]any{"AWS": list(s.roles)}
	}
	if len(s.conditions) > 0 {
		operators := map[string]map[string]any{}
		for _, c := range s.conditions {
			if operators[c.operator] == nil {
				operators[c.operator] = map[string]any{}
			}
			operators[c.operator][c.key] = list(c.values)
		}
		m["Condition"] = operators
	}
	return m
}

// list is how people write a list: one value stands by itself.
func list(values []string) any {
	if len(values) == 1 {
		return values[0]
	}
	return values
}
