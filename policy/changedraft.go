package policy

import (
	"fmt"
	"slices"
)

// draft is a request and a set with changes on them, half made.
type draft struct {
	request Request
	set     *Set // as it was
	edits   map[*Policy]*edits
	removed map[slot]bool
	added   []addition
}

// shelf is the policies of a type, and of a level if the type has levels (else
// -1), in a Set.
type shelf struct {
	kind  Type
	level int
}

// slot is where a policy stands in a Set.
type slot struct {
	shelf
	index int
}

// addition is a policy that is new in a set.
type addition struct {
	shelf
	policy *Policy
}

func newDraft(r *Request, s *Set) *draft {
	return &draft{request: *r, set: s, edits: make(map[*Policy]*edits), removed: make(map[slot]bool)}
}

// make does one change.
func (d *draft) make(c *Change) error {
	switch c.Kind {
	case SetKey:
		d.request.Context = newSetting(d.request.Context, c.Key, c.Value)
		return nil
	case AddPolicy:
		return d.addPolicy(c)
	}
	p, err := d.policy(c)
	if err != nil {
		return err
	}
	if c.Kind == RemovePolicy {
		d.removed[slot{shelf{c.Type, c.Level}, c.Index}] = true
		return nil
	}
	e, err := d.editsOf(p)
	if err != nil {
		return err
	}
	switch c.Kind {
	case AddValue:
		return e.addValue(c.Statement, c.Element, c.Value)
	case RemoveValue:
		return e.removeValue(c.Statement, c.Element, c.Value)
	case AddStatement:
		return e.addStatement(c.Text)
	case RemoveStatement:
		return e.removeStatement(c.Statement)
	}
	return fmt.Errorf("there is no change of kind %d", c.Kind)
}

// policy is the one that a change is about.
func (d *draft) policy(c *Change) (*Policy, error) {
	list, ok := d.set.list(c.Type, c.Level)
	if !ok || c.Index < 0 || c.Index >= len(list) {
		return nil, fmt.Errorf("there is no %s %d at level %d", c.Type, c.Index, c.Level)
	}
	return list[c.Index], nil
}

func (d *draft) editsOf(p *Policy) (*edits, error) {
	if unreadable(p) {
		return nil, fmt.Errorf("the policy cannot be read")
	}
	if e := d.edits[p]; e != nil {
		return e, nil
	}
	document, _ := parse(p.kind, p.text) // which it was compiled from
	e := newEdits(document, document.gap())
	d.edits[p] = e
	return e, nil
}

func (d *draft) addPolicy(c *Change) error {
	if _, ok := d.set.list(c.Type, c.Level); !ok {
		return fmt.Errorf("no %s can stand at level %d", c.Type, c.Level)
	}
	p, err := Compile(c.Type, c.Policy, newDocument(c.Text))
	if err != nil {
		return fmt.Errorf("%q is no statement: %w", c.Text, err)
	}
	d.added = append(d.added, addition{shelf{c.Type, c.Level}, p})
	return nil
}

// finish compiles what was edited and makes the set.
func (d *draft) finish() (*Set, error) {
	edited := make(map[*Policy]*Policy)
	for p, e := range d.edits {
		text, err := e.text()
		if err != nil {
			return nil, fmt.Errorf("policy %q: %w", p.name, err)
		}
		if edited[p], err = Compile(p.kind, p.name, text); err != nil {
			return nil, fmt.Errorf("policy %q, changed: %w", p.name, err)
		}
	}
	s := *d.set
	s.ServiceControl, s.ResourceControl = slices.Clone(s.ServiceControl), slices.Clone(s.ResourceControl)
	for _, at := range s.shelves() {
		list := d.listed(at, edited)
		if (at.kind == Resource || at.kind == Trust) && len(list) > 1 {
			return nil, fmt.Errorf("there cannot be two policies of the type %s", at.kind)
		}
		s.put(at, list)
	}
	return &s, nil
}

// listed is the list of a type and level as it becomes.
func (d *draft) listed(at shelf, edited map[*Policy]*Policy) (list []*Policy) {
	before, _ := d.set.list(at.kind, at.level)
	for i, p := range before {
		switch {
		case d.removed[slot{at, i}]:
		case edited[p] != nil:
			list = append(list, edited[p])
		default:
			list = append(list, p)
		}
	}
	for _, a := range d.added {
		if a.shelf == at {
			list = append(list, a.policy)
		}
	}
	return list
}

// shelves are all those of the set.
func (s *Set) shelves() []shelf {
	all := []shelf{{Endpoint, -1}, {Resource, -1}, {Trust, -1}, {Identity, -1}, {Boundary, -1}, {Session, -1}}
	for level := range s.ServiceControl {
		all = append(all, shelf{ServiceControl, level})
	}
	for level := range s.ResourceControl {
		all = append(all, shelf{ResourceControl, level})
	}
	return all
}

// list is the policies of a type and level; false where a set has no such list.
func (s *Set) list(t Type, level int) ([]*Policy, bool) {
	levels := [][]*Policy{nil}
	switch t {
	case ServiceControl:
		levels = s.ServiceControl
	case ResourceControl:
		levels = s.ResourceControl
	case Identity:
		levels[0] = s.Identity
	case Boundary:
		levels[0] = s.Boundary
	case Session:
		levels[0] = s.Session
	case Endpoint:
		levels[0] = s.Endpoint
	case Resource:
		levels[0] = oneOrNone(s.Resource)
	case Trust:
		levels[0] = oneOrNone(s.Trust)
	default:
		return nil, false
	}
	if t != ServiceControl && t != ResourceControl {
		level++ // from -1
	}
	if level < 0 || level >= len(levels) {
		return nil, false
	}
	return levels[level], true
}

func oneOrNone(p *Policy) []*Policy {
	if p == nil {
		return nil
	}
	return []*Policy{p}
}

// put is list's counterpart.
func (s *Set) put(at shelf, list []*Policy) {
	var only *Policy
	if len(list) > 0 {
		only = list[0]
	}
	switch at.kind {
	case ServiceControl:
		s.ServiceControl[at.level] = list
	case ResourceControl:
		s.ResourceControl[at.level] = list
	case Identity:
		s.Identity = list
	case Boundary:
		s.Boundary = list
	case Session:
		s.Session = list
	case Endpoint:
		s.Endpoint = list
	case Resource:
		s.Resource = only
	case Trust:
		s.Trust = only
	}
}

// setting is a context in which one key has another value.
type setting struct {
	Context
	key   Key
	value Value
}

// newSetting sets a key: to a list of the one value where the key has a list,
// or is known to have one.
func newSetting(c Context, name, value string) *setting {
	s := &setting{c, KeyOf(name), Value{One: value}}
	if before, _ := lookup(c, s.key); before.IsMany || s.key.Folded == "aws:tagkeys" {
		s.value = Value{Many: []string{value}, IsMany: true}
	}
	return s
}

// Lookup asks the context that was there for all other keys.
func (s *setting) Lookup(key Key) (Value, bool) {
	if key.Folded == s.key.Folded {
		return s.value, true
	}
	return lookup(s.Context, key)
}
