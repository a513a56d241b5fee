package policy

// Parse reads a document as far as every policy of every age keeps to the
// grammar: what Compile and Check start from. The error is an *Error.
func Parse(t Type, text string) (*Document, error) {
	d, err := parse(t, text)
	if err != nil {
		return nil, err
	}
	return d, nil
}

// ParseJSON reads a text as JSON alone, as strictly as Parse does (G-01, G-14,
// G-15), and leaves open whether it is a policy. The error is an *Error.
func ParseJSON(text string) (*Node, error) {
	n, f := readJSON(text)
	if f != nil {
		return nil, newError(Identity, text, nil, f)
	}
	return n, nil
}

// Type is what Parse was given.
func (d *Document) Type() Type { return d.kind }

// Text is what Parse was given.
func (d *Document) Text() string { return d.text }

// Root is the whole document.
func (d *Document) Root() *Node { return d.root }

// Version is the element of that name, nil where it is absent.
func (d *Document) Version() *Node { return d.version }

// Variables says whether "${…}" is a variable: in version 2012-10-17 (G-02).
func (d *Document) Variables() bool { return d.variables }

// Statements are in the order of the document, which is that of a compiled
// Policy's.
func (d *Document) Statements() []*Statement { return d.statements }

// Node is the whole statement.
func (s *Statement) Node() *Node { return s.node }

// Element is the statement's element of a name: "Sid", "Effect", "NotAction" …;
// nil where it is absent.
func (s *Statement) Element(name string) *Node {
	if place := s.place(name); place != nil {
		return *place
	}
	return nil
}

// Denies says whether the statement's Effect is Deny.
func (s *Statement) Denies() bool { return s.effect.text == "Deny" }

// Kind is the kind of JSON value.
func (n *Node) Kind() JSONKind { return n.kind }

// Text is a string's value after unescaping, a number's or boolean's own text.
func (n *Node) Text() string { return n.text }

// Start is where the value starts in the text, in bytes.
func (n *Node) Start() int { return n.start }

// End is where it ends: the byte after its last.
func (n *Node) End() int { return n.end }

// Members are an object's, in order.
func (n *Node) Members() []Member { return n.members }

// Items are an array's.
func (n *Node) Items() []*Node { return n.items }

// List is the items of a value that may be one or a list (G-06). A nil Node has
// none.
func (n *Node) List() []*Node { return n.list() }

// Get is the object's member of a name, nil for none.
func (n *Node) Get(name string) *Node { return n.get(name) }

// Name is the member's name after unescaping.
func (m *Member) Name() string { return m.name }

// Start is where the name's opening quote stands in the text.
func (m *Member) Start() int { return m.start }

// Value is the member's value.
func (m *Member) Value() *Node { return m.value }

// Position is the line and the column of a byte of a text, both from 1; columns
// count characters.
func Position(text string, offset int) (line, column int) { return position(text, offset) }
