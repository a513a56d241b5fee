package policy

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Error is what is wrong with a document, and where.
type Error struct {
	Message string // AWS's words, e.g. "Syntax errors in policy."
	Detail  string // our own, precise words
	Element string // path of the element, e.g. "Statement[1].Condition"
	Offset  int    // bytes from the start
	Line    int    // from 1
	Column  int    // in characters, from 1
}

// Error is AWS's message. Detail and position are for logs and editors.
func (e *Error) Error() string { return e.Message }

// AWS's words for a document that is not of the grammar.
const (
	messageSyntax  = "Syntax errors in policy."
	messageNotJSON = "This policy contains invalid Json" // CreateRole's trust policy only
)

// newError places a fault in the text. root is nil where the text is no JSON.
func newError(t Type, text string, root *Node, f *fault) *Error {
	e := &Error{Message: f.message, Detail: f.detail, Offset: f.offset}
	switch {
	case e.Message != "":
	case f.notJSON && t == Trust:
		e.Message = messageNotJSON
	default:
		e.Message = messageSyntax
	}
	e.Line, e.Column = position(text, f.offset)
	if root != nil {
		e.Element = elementAt(root, f.offset)
	}
	return e
}

// position is the line and column of a byte. Lines end with a line feed.
func position(text string, offset int) (line, column int) {
	before := text[:offset]
	line = 1 + strings.Count(before, "\n")
	return line, 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
}

// elementAt is the path of the innermost element that holds the byte.
func elementAt(n *Node, offset int) string {
	var path strings.Builder
	for inside := true; inside; {
		n, inside = step(n, offset, &path)
	}
	return path.String()
}

// step goes one level down towards the byte, and writes where it went.
func step(n *Node, offset int, path *strings.Builder) (*Node, bool) {
	for i := range n.members {
		m := &n.members[i]
		if m.start <= offset && offset < m.value.end {
			if path.Len() > 0 {
				path.WriteByte('.')
			}
			path.WriteString(m.name)
			return m.value, true
		}
	}
	for i, item := range n.items {
		if item.start <= offset && offset < item.end {
			path.WriteString("[" + strconv.Itoa(i) + "]")
			return item, true
		}
	}
	return n, false
}
