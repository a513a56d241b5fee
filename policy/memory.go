package policy

import "unsafe"

// What a compiled policy takes, its text not counted: about twice the text for
// the documents that people write, and at most maxFactor times it, and
// maxBase, for any. The text is kept too, once.
const (
	maxBase   = 1024
	maxFactor = 20
)

// Bytes is how much memory the compiled form takes, its text not counted, as
// far as the policy knows: what the allocator adds is not in it.
func (p *Policy) Bytes() int {
	m := measure{text: p.text, bytes: int(unsafe.Sizeof(*p))}
	array(&m, p.statements)
	array(&m, p.actions)
	array(&m, p.resources)
	array(&m, p.conditions)
	array(&m, p.index.groups)
	array(&m, p.index.filings)
	array(&m, p.index.starts)
	array(&m, p.index.numbers)
	for i := range p.statements {
		m.statement(&p.statements[i])
	}
	for i := range p.actions {
		m.string(p.actions[i].text)
	}
	for i := range p.resources {
		m.resource(&p.resources[i])
	}
	for i := range p.conditions {
		c := &p.conditions[i]
		m.key(c.key)
		if c.operand != nil {
			c.operand.measure(&m)
		}
	}
	return m.bytes
}

// measure sums up what a policy is made of.
type measure struct {
	text  string
	bytes int
}

// array adds the memory of a slice's elements, not what they point to. (A
// function, since methods have no type parameters.)
func array[T any](m *measure, list []T) {
	var one T
	m.bytes += cap(list) * int(unsafe.Sizeof(one))
}

// object adds what a pointer points to.
func object[T any](m *measure, _ *T) {
	var one T
	m.bytes += int(unsafe.Sizeof(one))
}

// string adds a string's bytes, unless it is a piece of the document.
func (m *measure) string(s string) {
	at, text := uintptr(unsafe.Pointer(unsafe.StringData(s))), uintptr(unsafe.Pointer(unsafe.StringData(m.text)))
	if at < text || text+uintptr(len(m.text)) <= at {
		m.bytes += len(s)
	}
}

func (m *measure) strings(list []string) {
	array(m, list)
	for _, s := range list {
		m.string(s)
	}
}

func (m *measure) key(k Key) {
	m.string(k.Name)
	m.string(k.Folded)
}

func (m *measure) statement(s *rule) {
	m.string(s.sid)
	if s.principals == nil {
		return
	}
	object(m, s.principals)
	array(m, s.principals.entries)
	for i := range s.principals.entries {
		m.string(s.principals.entries[i].value)
	}
}

func (m *measure) resource(r *resource) {
	m.string(r.text)
	if r.template != nil {
		object(m, r.template)
		m.template(*r.template)
	}
}

func (m *measure) templates(list []template) {
	array(m, list)
	for _, t := range list {
		m.template(t)
	}
}

// template counts a variable that several segments share once for each run of
// them.
func (m *measure) template(t template) {
	array(m, t)
	var last *variable
	for i := range t {
		m.string(t[i].text)
		if v := t[i].variable; v != nil && v != last {
			last = v
			object(m, v)
			m.key(v.key)
			m.string(v.fallback)
		}
	}
}

func (t *texts) measure(m *measure) {
	object(m, t)
	m.strings(t.plain)
}

func (t *variedTexts) measure(m *measure) {
	object(m, t)
	m.strings(t.plain)
	m.templates(t.templates)
}

func (p *patterns) measure(m *measure) {
	object(m, p)
	m.strings(p.plain)
}

func (p *variedPatterns) measure(m *measure) {
	object(m, p)
	m.strings(p.plain)
	m.templates(p.templates)
}

func (b blobs) measure(m *measure) {
	object(m, &b)
	m.strings(b)
}

func (n networks) measure(m *measure) {
	object(m, &n)
	array(m, n)
}

func (n *numbers) measure(m *measure) {
	object(m, n)
	array(m, n.values)
	for i := range n.values {
		m.string(n.values[i].digits)
	}
}

func (d *dates) measure(m *measure) {
	object(m, d)
	array(m, d.values)
	for i := range d.values {
		m.string(d.values[i].fraction)
	}
}
