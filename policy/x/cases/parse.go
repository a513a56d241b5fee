package cases

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// Parse reads one case. The error is an *Error; place says where a byte of text
// stands, nil counts lines and columns of text itself. With an error comes as
// much of the case as was read: its id, where that stands before the fault.
//
// The policies' documents are only delimited here: what is wrong inside one
// shows when the case is decided.
func Parse(text string, place Place) (*Case, error) {
	if place == nil {
		place = func(offset int) (int, int) { return policy.Position(text, offset) }
	}
	c := &Case{place: place}
	p := &parser{scanner: scanner{text: text}, c: c}
	if f := p.read(); f != nil {
		return c, f.at(place)
	}
	return c, nil
}

type parser struct {
	scanner
	c *Case
}

func (p *parser) read() *fault {
	request := false
	p.space()
	f := p.object("a decision case", func(name string, start int) (f *fault) {
		switch name {
		case "id":
			p.c.ID, f = p.takeString()
		case "request":
			request = true
			f = p.request()
		case "policies":
			f = p.policies()
		case "expect":
			f = p.expect()
		default:
			f = unknown(start, "a decision case", name, "id", "request", "policies", "expect")
		}
		return f
	})
	if f != nil {
		return f
	}
	switch p.space(); {
	case p.at < len(p.text):
		return faultf(p.at, "text after the end of the case")
	case !request:
		return faultf(0, "the case has no request")
	}
	return nil
}

func unknown(offset int, what, name string, known ...string) *fault {
	return faultf(offset, "%s has no member %q; it has %s", what, name, strings.Join(known, ", "))
}

func (p *parser) request() *fault {
	root, base, f := p.take()
	if f != nil {
		return f
	}
	if root.Kind() != policy.JSONObject {
		return faultf(base, "request is a JSON object")
	}
	r, at := &p.c.Request, &p.c.offset
	*at = memberPlace{base, base, base, base}
	for _, m := range root.Members() {
		offset := base + m.Value().Start()
		switch m.Name() {
		case "principal":
			r.Principal, f = stringIn(m.Value(), base)
			at.principal = offset
		case "action":
			r.Action, f = stringIn(m.Value(), base)
			at.action = offset
		case "resource":
			r.Resource, f = stringIn(m.Value(), base)
			at.resource = offset
		case "resource_account":
			r.ResourceAccount, f = accountIn(m.Value(), base)
		case "context":
			r.Context, f = contextIn(m.Value(), base)
			at.context = offset
		default:
			f = unknown(base+m.Start(), "a request", m.Name(), "principal", "action", "resource", "resource_account", "context")
		}
		if f != nil {
			return f
		}
	}
	return p.checkRequest(base)
}

// checkRequest: what a request must have, and what it must look like.
func (p *parser) checkRequest(base int) *fault {
	r, at := &p.c.Request, &p.c.offset
	for _, m := range []struct{ name, value string }{{"principal", r.Principal}, {"action", r.Action}, {"resource", r.Resource}} {
		if m.value == "" {
			return faultf(base, "the request has no %s", m.name)
		}
	}
	if err := checkAction(r.Action); err != nil {
		return faultf(at.action, "%v", err)
	}
	if err := checkResource(r.Resource); err != nil {
		return faultf(at.resource, "%v", err)
	}
	if _, err := ParsePrincipal(r.Principal, r.Action); err != nil {
		return faultf(at.principal, "%v", err)
	}
	return nil
}

// checkAction: one action, no pattern.
func checkAction(action string) error {
	service, name, ok := strings.Cut(action, ":")
	if !ok || service == "" || name == "" || strings.ContainsAny(action, "*? ") || strings.Contains(name, ":") {
		return fmt.Errorf("action %q is not accepted: one action of a service, as s3:GetObject", action)
	}
	return nil
}

func checkResource(resource string) error {
	if resource == "*" || strings.HasPrefix(resource, "arn:") && strings.Count(resource, ":") >= 5 {
		return nil
	}
	return fmt.Errorf("resource %q is not accepted: an ARN of six parts, or * for an action without a resource", resource)
}

func stringIn(n *policy.Node, base int) (string, *fault) {
	if n.Kind() != policy.JSONString {
		return "", faultf(base+n.Start(), "a string is expected here")
	}
	return n.Text(), nil
}

func accountIn(n *policy.Node, base int) (string, *fault) {
	text, f := stringIn(n, base)
	if f == nil && !isAccount(text) {
		f = faultf(base+n.Start(), "resource_account %q is not accepted: 12 digits", text)
	}
	return text, f
}

func isAccount(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}

func contextIn(n *policy.Node, base int) (map[string]any, *fault) {
	if n.Kind() != policy.JSONObject {
		return nil, faultf(base+n.Start(), "context is an object of condition keys")
	}
	context := make(map[string]any, len(n.Members()))
	for _, m := range n.Members() {
		v := m.Value()
		switch v.Kind() {
		case policy.JSONString:
			context[m.Name()] = v.Text()
		case policy.JSONArray:
			list, f := stringsIn(v, base)
			if f != nil {
				return nil, f
			}
			context[m.Name()] = list
		default:
			return nil, faultf(base+v.Start(), "condition key %q: a string or a list of strings is expected here", m.Name())
		}
	}
	return context, nil
}

// stringsIn is never nil: a list without items is a key without value (C-21).
func stringsIn(n *policy.Node, base int) ([]string, *fault) {
	if n.Kind() != policy.JSONArray {
		return nil, faultf(base+n.Start(), "a list of strings is expected here")
	}
	list := make([]string, 0, len(n.Items()))
	for _, item := range n.Items() {
		text, f := stringIn(item, base)
		if f != nil {
			return nil, f
		}
		list = append(list, text)
	}
	return list, nil
}

// policies reads the member of that name.
func (p *parser) policies() *fault {
	to := &p.c.Policies
	return p.object("policies", func(name string, start int) (f *fault) {
		switch name {
		case "identity":
			to.Identity, f = p.documents(name)
		case "resource":
			to.Resource = &Document{}
			f = p.document(to.Resource)
		case "permissions_boundary":
			to.Boundary, f = p.documents(name)
		case "session":
			to.Session, f = p.documents(name)
		case "endpoint":
			to.Endpoint, f = p.documents(name)
		case "scp":
			to.SCP, f = p.levels(name)
		case "rcp":
			to.RCP, f = p.levels(name)
		default:
			f = unknown(start, "policies", name,
				"identity", "resource", "permissions_boundary", "session", "endpoint", "scp", "rcp")
		}
		return f
	})
}

func (p *parser) levels(name string) (levels [][]Document, f *fault) {
	f = p.array(name, func() *fault {
		level, f := p.documents("a level of " + name)
		levels = append(levels, level)
		return f
	})
	return levels, f
}

func (p *parser) documents(what string) (list []Document, f *fault) {
	f = p.array(what, func() *fault {
		list = append(list, Document{})
		return p.document(&list[len(list)-1])
	})
	return list, f
}

// document reads a name and one of document, file and unreadable.
func (p *parser) document(d *Document) *fault {
	at, sources := p.at, 0
	f := p.object("a policy", func(name string, start int) (f *fault) {
		if name != "name" {
			sources++
		}
		switch name {
		case "name":
			d.Name, f = p.takeString()
		case "document":
			f = p.documentText(d)
		case "file":
			d.start = p.at
			if d.File, f = p.takeString(); f == nil && d.File == "" {
				f = faultf(d.start, "the name of a file is expected here")
			}
		case "unreadable":
			d.start = start
			f = p.unreadable(d)
		default:
			f = unknown(start, "a policy", name, "name, and document or file")
		}
		return f
	})
	if f == nil && sources != 1 {
		f = faultf(at, "a policy has a name and one of document, file and unreadable")
	}
	return f
}

// documentText delimits a document.
func (p *parser) documentText(d *Document) *fault {
	if p.peek() != '{' {
		return faultf(p.at, "a document is a JSON object")
	}
	v, f := p.skip()
	if f != nil {
		return f
	}
	d.Text, d.start = p.of(v), v.start
	return nil
}

func (p *parser) unreadable(d *Document) *fault {
	at := p.at
	if v, f := p.skip(); f != nil || p.of(v) != "true" {
		return faultf(at, "unreadable is true, or left out")
	}
	d.Unreadable = true
	return nil
}

// Resolve reads the documents that stand in files. The error is an *Error.
func (c *Case) Resolve(read func(file string) (string, error)) error {
	p := &c.Policies
	lists := [][]Document{p.Identity, p.Boundary, p.Session, p.Endpoint}
	for _, list := range slices.Concat(lists, p.SCP, p.RCP) {
		for i := range list {
			if err := c.resolve(&list[i], read); err != nil {
				return err
			}
		}
	}
	if p.Resource != nil {
		return c.resolve(p.Resource, read)
	}
	return nil
}

func (c *Case) resolve(d *Document, read func(string) (string, error)) error {
	if d.File == "" {
		return nil
	}
	text, err := read(d.File)
	if err != nil {
		return faultf(d.start, "%v", err).at(c.place)
	}
	d.Text, d.inFile = text, true
	if d.Name == "" {
		d.Name = strings.TrimSuffix(path.Base(d.File), ".json")
	}
	return nil
}
