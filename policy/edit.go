package policy

import (
	"fmt"
	"strings"
)

// edits are what is to be done to one document, by the values of its parsed
// form. The text between them stays as its author wrote it.
type edits struct {
	document *Document
	added    map[*Node][]string // JSON values that a list, or a value that becomes one, gets at its end
	removed  map[*Node]bool     // items that a list loses
	gap      string             // what stands after a comma where the document does not show it
}

func newEdits(d *Document, gap string) *edits {
	return &edits{document: d, added: make(map[*Node][]string), removed: make(map[*Node]bool), gap: gap}
}

// element is the value of a statement's element by its path: "Action",
// "Principal.AWS", "Condition.StringEquals.aws:SourceIp"; nil for none.
func (s *Statement) element(path string) *Node {
	name, rest, _ := strings.Cut(path, ".")
	n := s.Element(name)
	switch name {
	case "Condition":
		operator, key, _ := strings.Cut(rest, ".")
		return n.member(operator).member(key)
	case "Principal", "NotPrincipal":
		return n.member(rest)
	}
	return n
}

// member is get for what may be absent.
func (n *Node) member(name string) *Node {
	if n == nil {
		return nil
	}
	return n.get(name)
}

func (e *edits) statement(i int) (*Statement, error) {
	if i < 0 || i >= len(e.document.statements) {
		return nil, fmt.Errorf("the policy has no statement %d", i)
	}
	return e.document.statements[i], nil
}

func (e *edits) addValue(statement int, element, value string) error {
	s, err := e.statement(statement)
	if err != nil {
		return err
	}
	n := s.element(element)
	if n == nil {
		return fmt.Errorf("statement %d has no %s", statement, element)
	}
	e.added[n] = append(e.added[n], quoteJSON(value))
	return nil
}

// removeValue takes an item out of a list, never the last one.
func (e *edits) removeValue(statement int, element, value string) error {
	s, err := e.statement(statement)
	if err != nil {
		return err
	}
	n := s.element(element)
	for _, item := range n.list() {
		if item == n || item.text != value || e.removed[item] {
			continue
		}
		e.removed[item] = true
		if e.left(n) == 0 {
			return fmt.Errorf("statement %d would have no %s left", statement, element)
		}
		return nil
	}
	return fmt.Errorf("%s of statement %d lists no %q", element, statement, value)
}

func (e *edits) addStatement(text string) error {
	statement := e.document.layout().statement(text)
	if statement == "" {
		return fmt.Errorf("%q is no statement", text)
	}
	list := e.document.root.get("Statement")
	e.added[list] = append(e.added[list], statement)
	return nil
}

func (e *edits) removeStatement(i int) error {
	s, err := e.statement(i)
	if err != nil {
		return err
	}
	e.removed[s.node] = true
	return nil
}

// left is how many items a list has in the end.
func (e *edits) left(n *Node) int {
	left := len(e.added[n])
	for _, item := range n.list() {
		if !e.removed[item] {
			left++
		}
	}
	return left
}

// text is the whole document as edited.
func (e *edits) text() (string, error) {
	if e.left(e.document.root.get("Statement")) == 0 {
		return "", fmt.Errorf("the policy would have no statement left")
	}
	var b strings.Builder
	b.WriteString(e.document.text[:e.document.root.start])
	e.write(&b, e.document.root)
	b.WriteString(e.document.text[e.document.root.end:])
	return b.String(), nil
}

// write is a value as edited.
func (e *edits) write(b *strings.Builder, n *Node) {
	switch {
	case n.kind == JSONArray:
		e.writeList(b, n)
	case len(e.added[n]) > 0:
		e.writeOne(b, n)
	default:
		e.writePlain(b, n)
	}
}

// writePlain is a value that is no list and becomes none.
func (e *edits) writePlain(b *strings.Builder, n *Node) {
	if n.kind != JSONObject {
		b.WriteString(e.document.text[n.start:n.end])
		return
	}
	e.writeObject(b, n)
}

func (e *edits) writeObject(b *strings.Builder, n *Node) {
	at := n.start
	for i := range n.members {
		v := n.members[i].value
		b.WriteString(e.document.text[at:v.start])
		e.write(b, v)
		at = v.end
	}
	b.WriteString(e.document.text[at:n.end])
}

// writeOne makes a list of a single value and what is added.
func (e *edits) writeOne(b *strings.Builder, n *Node) {
	comma := "," + e.gap
	b.WriteByte('[')
	if !e.removed[n] {
		e.writePlain(b, n)
		b.WriteString(comma)
	}
	b.WriteString(strings.Join(e.added[n], comma) + "]")
}

// writeList leaves the items where they stand, each with the white space before
// it; what is added stands like the last item.
func (e *edits) writeList(b *strings.Builder, n *Node) {
	text := e.document.text
	b.WriteByte('[')
	at, first := n.start+1, true
	lead, opening := e.gap, ""
	for i, item := range n.items {
		before := text[at:item.start]
		at = item.end
		switch {
		case i == 0:
			opening = before
			if strings.Contains(before, "\n") {
				lead = before
			}
		default:
			before = before[strings.IndexByte(before, ',')+1:]
			lead = before
		}
		if e.removed[item] {
			continue
		}
		if first {
			before = opening
		} else {
			b.WriteByte(',')
		}
		b.WriteString(before)
		e.write(b, item)
		first = false
	}
	for _, item := range e.added[n] {
		if first {
			b.WriteString(opening + item)
		} else {
			b.WriteString("," + lead + item)
		}
		first = false
	}
	b.WriteString(text[at:n.end])
}

// gap is a space, and nothing in a document without any.
func (d *Document) gap() string {
	if spaceOutsideStrings(d.text) == 0 {
		return ""
	}
	return " "
}

// layout is what stands between the parts of a statement.
type layout struct{ opening, colon, comma, closing string }

// layout is that of the document's last statement.
func (d *Document) layout() layout {
	model := d.statements[len(d.statements)-1].node
	first, last := &model.members[0], &model.members[len(model.members)-1]
	name := d.text[first.start:first.value.start]
	return layout{
		opening: d.text[model.start:first.start],
		colon:   name[strings.LastIndexByte(name, '"')+1:],
		comma:   d.text[first.value.end:model.members[1].start],
		closing: d.text[last.value.end:model.end],
	}
}

// statement lays out a statement that is given as JSON; "" for what is no
// object.
func (l layout) statement(text string) string {
	n, f := readJSON(text)
	if f != nil || n.kind != JSONObject {
		return ""
	}
	var b strings.Builder
	before := l.opening
	for i := range n.members {
		m := &n.members[i]
		b.WriteString(before + quoteJSON(m.name) + l.colon + text[m.value.start:m.value.end])
		before = l.comma
	}
	b.WriteString(l.closing)
	return b.String()
}

// newDocument is a policy of one statement.
func newDocument(statement string) string {
	l := layout{"{\n      ", ": ", ",\n      ", "\n    }"}
	return "{\n  \"Version\": \"" + version2012 + "\",\n  \"Statement\": [\n    " + l.statement(statement) + "\n  ]\n}\n"
}
