package policy

import "crypto/sha256"

// rule is one compiled statement. What it is made of stands in arrays of
// the policy's, so that a policy is few objects and a statement is small.
type rule struct {
	sid        string
	actions    span
	resources  span // none: every resource
	conditions span
	flags      flags
	principals *principals // nil: everyone
}

// span is a piece of an array.
type span struct{ from, to uint32 }

// of is the piece. (A function, since methods have no type parameters.)
func of[T any](array []T, s span) []T { return array[s.from:s.to] }

type flags uint8

const (
	deny        flags = 1 << iota // Effect is Deny
	notAction                     // actions are those of NotAction
	notResource                   // resources are those of NotResource
	// broken: something in it cannot be evaluated, so as an Allow it never
	// applies and as a Deny it applies whatever its conditions say (E-25).
	broken
)

// Compile parses and compiles a document. The error is an *Error.
// name is what decisions and messages call the policy: a managed policy's ARN
// or an inline policy's name.
//
// It reads what any time let people save: version 2008-10-17, operators that
// nobody knows (E-25), patterns that match nothing (G-10). Whether AWS would
// save the document today is Check's question.
func Compile(t Type, name, text string) (*Policy, error) {
	d, err := parse(t, text)
	if err != nil {
		return nil, err
	}
	for _, clause := range d.statements {
		if f := d.evaluable(clause); f != nil {
			return nil, d.error(f)
		}
	}
	n := len(d.statements)
	p := &Policy{name: name, text: text, kind: t, sum: sha256.Sum256([]byte(text)), statements: make([]rule, n)}
	c := newCompiler(d, p)
	for i, clause := range d.statements {
		p.statements[i] = c.statement(clause)
	}
	buildIndex(p)
	return p, nil
}

// evaluable says whether a statement has what deciding needs: its action, a
// resource where the type has one, a principal where it has one (G-05), and
// nothing that would be left out silently.
func (d *Document) evaluable(c *Statement) *fault {
	for _, rule := range []func(*Document, *Statement) *fault{
		(*Document).misplacedPrincipal,
		(*Document).missingPrincipal,
		(*Document).effectCase,
		(*Document).missingAction,
		(*Document).malformedAction,
		(*Document).missingResource,
		(*Document).trustResource,
		(*Document).longHead,
	} {
		if f := rule(d, c); f != nil {
			return f
		}
	}
	return nil
}

// compiler turns clauses into the statements of a policy.
type compiler struct {
	document *Document
	policy   *Policy
	keys     map[string]Key // by name: one key, one pair of strings
	names    []byte         // of the actions, folded, one behind the other
}

func newCompiler(d *Document, p *Policy) *compiler {
	var actions, letters, resources, conditions int
	for _, c := range d.statements {
		for _, n := range [...]*Node{c.action, c.notAction} {
			for _, item := range n.list() {
				actions++
				letters += len(item.text)
			}
		}
		resources += len(c.resource.list()) + len(c.notResource.list())
		if c.condition == nil {
			continue
		}
		for i := range c.condition.members {
			conditions += len(c.condition.members[i].value.members)
		}
	}
	p.actions = make([]action, 0, actions)
	p.resources = make([]resource, 0, resources)
	p.conditions = make([]condition, 0, conditions)
	return &compiler{document: d, policy: p, keys: make(map[string]Key), names: make([]byte, 0, letters)}
}

// since is the piece of an array that was appended after it had so many.
func since[T any](array []T, from int) span { return span{uint32(from), uint32(len(array))} }

func (c *compiler) statement(from *Statement) rule {
	s := rule{}
	if from.sid != nil {
		s.sid = from.sid.text
	}
	if from.effect.text == "Deny" {
		s.flags |= deny
	}
	c.actions(&s, from)
	c.resources(&s, from)
	c.principals(&s, from)
	c.conditions(&s, from.condition)
	return s
}

func (c *compiler) actions(s *rule, from *Statement) {
	list := from.action.list()
	if from.notAction != nil {
		list = from.notAction.list()
		s.flags |= notAction
	}
	before := len(c.policy.actions)
	for _, n := range list {
		c.policy.actions = append(c.policy.actions, newAction(c.folded(n.text)))
	}
	s.actions = since(c.policy.actions, before)
}

// folded is an action in lower case, in the one piece of memory for all.
func (c *compiler) folded(action string) string {
	before := len(c.names)
	c.names = appendFolded(c.names, action)
	return view(c.names[before:])
}

// resources compiles Resource and NotResource. A resource policy that leaves
// both out means its own resource, which is the one it is asked for (G-05).
func (c *compiler) resources(s *rule, from *Statement) {
	list := from.resource.list()
	if from.notResource != nil {
		list = from.notResource.list()
		s.flags |= notResource
	}
	before := len(c.policy.resources)
	for _, n := range list {
		c.policy.resources = append(c.policy.resources, newResource(c.document.kind, n.text, c.document.variables))
	}
	s.resources = since(c.policy.resources, before)
}

func (c *compiler) principals(s *rule, from *Statement) {
	n := from.principal
	if from.notPrincipal != nil {
		n = from.notPrincipal
	}
	if n == nil {
		return
	}
	list := n.principals()
	s.principals = &principals{not: from.notPrincipal != nil, entries: make([]named, 0, len(list))}
	for _, v := range list {
		s.principals.entries = append(s.principals.entries, newNamed(v.kind, v.node.text))
	}
}

func (c *compiler) conditions(s *rule, n *Node) {
	if n == nil {
		return
	}
	before := len(c.policy.conditions)
	for i := range n.members {
		name, keys := n.members[i].name, n.members[i].value.members
		o, ok := readOperator(name)
		if !ok && len(keys) > 0 {
			s.flags |= broken
			continue
		}
		for j := range keys {
			values := stringsOf(keys[j].value.list())
			c.policy.conditions = append(c.policy.conditions, newCondition(o, c.key(keys[j].name), values, c.document.variables))
		}
	}
	if s.flags&broken == 0 {
		s.conditions = since(c.policy.conditions, before)
	}
}

func (c *compiler) key(name string) Key {
	k, ok := c.keys[name]
	if !ok {
		k = KeyOf(name)
		c.keys[name] = k
	}
	return k
}

// stringsOf is the text of each node.
func stringsOf(list []*Node) []string {
	values := make([]string, len(list))
	for i, n := range list {
		values[i] = n.text
	}
	return values
}

// principalNode is a principal as it stands in a document.
type principalNode struct {
	kind string
	node *Node
}

// principals lists what a Principal or NotPrincipal names, in order. A bare
// string other than "*" counts as an AWS principal (P-12).
func (n *Node) principals() []principalNode {
	switch {
	case n == nil:
		return nil
	case n.kind == JSONString && n.text == "*":
		return []principalNode{{"*", n}}
	case n.kind == JSONString:
		return []principalNode{{"AWS", n}}
	}
	var all []principalNode
	for i := range n.members {
		for _, item := range n.members[i].value.list() {
			all = append(all, principalNode{n.members[i].name, item})
		}
	}
	return all
}
