package policy

import "strings"

// Document is a policy as it is written: the parts of it that the grammar
// knows, each with its place in the text. It is immutable.
type Document struct {
	kind       Type
	text       string
	root       *Node
	variables  bool // Version 2012-10-17: ${…} is a variable (G-02)
	version    *Node
	statements []*Statement
}

// Statement is one statement as it is written. An element that is absent is nil.
type Statement struct {
	node *Node

	sid, effect             *Node
	principal, notPrincipal *Node
	action, notAction       *Node
	resource, notResource   *Node
	condition               *Node
}

// The two versions of the language (G-02).
const (
	version2008 = "2008-10-17"
	version2012 = "2012-10-17"
)

// parse reads a document as far as every policy of every age keeps to: the
// part of V-01 that evaluating depends on.
func parse(t Type, text string) (*Document, *Error) {
	root, f := readJSON(text)
	if f != nil {
		return nil, newError(t, text, nil, f)
	}
	d := &Document{kind: t, text: text, root: root}
	if f := d.read(); f != nil {
		return nil, d.error(f)
	}
	return d, nil
}

func (d *Document) error(f *fault) *Error { return newError(d.kind, d.text, d.root, f) }

// wrong is a fault in AWS's general words for V-01.
func wrong(n *Node, detail string) *fault { return &fault{detail: detail, offset: n.start} }

func (d *Document) read() *fault {
	if d.root.kind != JSONObject {
		return wrong(d.root, "a policy is a JSON object")
	}
	var statements *Node
	for i := range d.root.members {
		m := &d.root.members[i]
		switch m.name {
		case "Version":
			d.version = m.value
		case "Id":
			if m.value.kind != JSONString {
				return wrong(m.value, "Id is a string")
			}
		case "Statement":
			statements = m.value
		default:
			return d.unknownMember(m)
		}
	}
	if f := d.readVersion(); f != nil {
		return f
	}
	if statements == nil {
		return wrong(d.root, "the policy has no Statement")
	}
	return d.readStatements(statements)
}

func (d *Document) unknownMember(m *Member) *fault {
	f := &fault{detail: "a policy has no member " + quoteShort(m.name), offset: m.start}
	if d.kind == Trust {
		f.message = "Unknown field " + m.name
	}
	return f
}

func (d *Document) readVersion() *fault {
	if d.version == nil {
		return nil
	}
	if d.version.kind == JSONString {
		switch d.version.text {
		case version2012:
			d.variables = true
			return nil
		case version2008:
			return nil
		}
	}
	f := wrong(d.version, "Version is "+version2012+" or "+version2008)
	if d.kind == Resource { // S3's words
		f.message = "The policy must contain a valid version string"
	}
	return f
}

func (d *Document) readStatements(n *Node) *fault {
	list := []*Node{n}
	if n.kind == JSONArray {
		list = n.items
	}
	if len(list) == 0 {
		return wrong(n, "Statement is empty")
	}
	for _, item := range list {
		c, f := readClause(item)
		if f != nil {
			return f
		}
		d.statements = append(d.statements, c)
	}
	return nil
}

// place is where a statement's member of this name goes, nil for none.
func (c *Statement) place(name string) **Node {
	switch name {
	case "Sid":
		return &c.sid
	case "Effect":
		return &c.effect
	case "Principal":
		return &c.principal
	case "NotPrincipal":
		return &c.notPrincipal
	case "Action":
		return &c.action
	case "NotAction":
		return &c.notAction
	case "Resource":
		return &c.resource
	case "NotResource":
		return &c.notResource
	case "Condition":
		return &c.condition
	}
	return nil
}

func readClause(n *Node) (*Statement, *fault) {
	if n.kind != JSONObject {
		return nil, wrong(n, "a statement is a JSON object")
	}
	c := &Statement{node: n}
	for i := range n.members {
		m := &n.members[i]
		place := c.place(m.name)
		if place == nil {
			return nil, &fault{detail: "a statement has no member " + quoteShort(m.name), offset: m.start}
		}
		*place = m.value
	}
	return c, c.check()
}

func (c *Statement) check() *fault {
	if c.sid != nil && c.sid.kind != JSONString {
		return wrong(c.sid, "Sid is a string")
	}
	if f := c.checkEffect(); f != nil {
		return f
	}
	for _, pair := range [...]struct {
		plain, not *Node
		name       string
	}{
		{c.principal, c.notPrincipal, "Principal"},
		{c.action, c.notAction, "Action"},
		{c.resource, c.notResource, "Resource"},
	} {
		if pair.plain != nil && pair.not != nil {
			return wrong(c.node, pair.name+" and Not"+pair.name+" exclude each other")
		}
	}
	for _, n := range [...]*Node{c.action, c.notAction, c.resource, c.notResource} {
		if f := checkStrings(n); f != nil {
			return f
		}
	}
	for _, n := range [...]*Node{c.principal, c.notPrincipal} {
		if f := checkPrincipal(n); f != nil {
			return f
		}
	}
	return checkCondition(c.condition)
}

func (c *Statement) checkEffect() *fault {
	if c.effect == nil {
		return wrong(c.node, "the statement has no Effect")
	}
	if c.effect.kind == JSONString && (strings.EqualFold(c.effect.text, "Allow") || strings.EqualFold(c.effect.text, "Deny")) {
		return nil
	}
	return wrong(c.effect, "Effect is Allow or Deny")
}

// list is the items of a value that may be one or a list (G-06).
func (n *Node) list() []*Node {
	switch {
	case n == nil:
		return nil
	case n.kind == JSONArray:
		return n.items
	}
	return []*Node{n}
}

// checkStrings: a string, or a list of strings.
func checkStrings(n *Node) *fault {
	for _, item := range n.list() {
		if item.kind != JSONString {
			return wrong(item, "a string is expected here")
		}
	}
	return nil
}

// checkPrincipal: a string, or an object that names somebody (G-07).
func checkPrincipal(n *Node) *fault {
	if n == nil || n.kind == JSONString {
		return nil
	}
	if n.kind != JSONObject {
		return wrong(n, `a principal is "*" or an object`)
	}
	if len(n.members) == 0 {
		return wrong(n, "the principal names nobody")
	}
	for i := range n.members {
		m := &n.members[i]
		switch m.name {
		case "AWS", "Service", "Federated", "CanonicalUser":
		default:
			return &fault{detail: "there is no kind of principal " + quoteShort(m.name), offset: m.start}
		}
		if len(m.value.list()) == 0 {
			return wrong(m.value, "the principal names nobody")
		}
		if f := checkStrings(m.value); f != nil {
			return f
		}
	}
	return nil
}

// checkCondition: operator → key → value or list (G-08).
func checkCondition(n *Node) *fault {
	if n == nil {
		return nil
	}
	if n.kind != JSONObject {
		return wrong(n, "a Condition is an object")
	}
	for i := range n.members {
		operator := n.members[i].value
		if operator.kind != JSONObject {
			return wrong(operator, "an operator holds an object of keys")
		}
		if f := checkKeys(operator); f != nil {
			return f
		}
	}
	return nil
}

func checkKeys(operator *Node) *fault {
	seen := make(map[string]bool, len(operator.members))
	for i := range operator.members {
		m := &operator.members[i]
		folded := fold(m.name)
		if seen[folded] { // G-15
			return &fault{detail: "the condition key " + quoteShort(m.name) + " stands twice, in different case", offset: m.start}
		}
		seen[folded] = true
		for _, v := range m.value.list() {
			if v.kind != JSONString && v.kind != JSONNumber && v.kind != JSONBool {
				return wrong(v, "a condition value is a string, a number or a boolean")
			}
		}
	}
	return nil
}
