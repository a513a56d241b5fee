package validate

import (
	"sort"
	"unicode/utf8"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// spot is a place in the document: a JSON value and the way to it.
type spot struct {
	parent *spot
	node   *policy.Node
	name   string // of the member it is the value of
	index  int    // of the item it is, with name ""

	key   bool // the member's name is meant: from tells where that starts
	piece bool // only a part of the value, or of the text: its bytes are from and to
	from  int
	to    int
}

// member is the spot of an object's member.
func (s *spot) member(m *policy.Member) *spot {
	return &spot{parent: s, node: m.Value(), name: m.Name(), from: m.Start()}
}

// asKey is the member's name instead of its value.
func (s *spot) asKey() *spot {
	k := *s
	k.key = true
	return &k
}

// items are the spots of a value that may be one or a list (G-06). A value
// without a list stands for itself.
func (s *spot) items() []*spot {
	if s == nil {
		return nil
	}
	if s.node.Kind() != policy.JSONArray {
		return []*spot{s}
	}
	spots := make([]*spot, len(s.node.Items()))
	for i, n := range s.node.Items() {
		spots[i] = &spot{parent: s, node: n, index: i}
	}
	return spots
}

// strings are the items that are strings.
func (s *spot) strings() []*spot {
	var spots []*spot
	for _, item := range s.items() {
		if item.node.Kind() == policy.JSONString {
			spots = append(spots, item)
		}
	}
	return spots
}

func (s *spot) text() string { return s.node.Text() }

// part is a piece of the string by its bytes; the whole string where an escape
// stands in it, so that the two are not counted alike.
func (s *spot) part(from, to int) *spot {
	text := s.text()
	if s.node.Kind() != policy.JSONString || s.node.End()-s.node.Start() != len(text)+2 || from >= to {
		return s
	}
	return &spot{parent: s, node: s.node, piece: true, from: s.node.Start() + 1 + from, to: s.node.Start() + 1 + to}
}

func (s *spot) start() int {
	if s.key || s.piece {
		return s.from
	}
	return s.node.Start()
}

func (s *spot) end(text string) int {
	switch {
	case s.piece:
		return s.to
	case s.key:
		return stringEnd(text, s.from)
	}
	return s.node.End()
}

// stringEnd is where the JSON string ends that starts here.
func stringEnd(text string, start int) int {
	for i := start + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// path is the way to the spot. A piece of a string has its place there in
// characters.
func (s *spot) path(r *ruler) []PathElement {
	if s.parent == nil {
		return nil
	}
	step := PathElement{Name: s.name, Key: s.key, Index: -1}
	switch {
	case s.piece:
		first := r.characters(s.from)
		step.Index, step.Length = first-r.characters(s.node.Start()+1), r.characters(s.to)-first
	case s.name == "" && s.parent.node.Kind() == policy.JSONArray:
		step.Index = s.index
	}
	return append(s.parent.path(r), step)
}

// spotAt is the innermost value that holds a byte.
func (v *validator) spotAt(offset int) *spot {
	s := v.root
	for {
		inner := s.inside(offset)
		if inner == nil {
			return s
		}
		s = inner
	}
}

func (s *spot) inside(offset int) *spot {
	members := s.node.Members()
	for i := range members {
		if m := &members[i]; m.Start() <= offset && offset < m.Value().End() {
			return s.member(m)
		}
	}
	if s.node.Kind() != policy.JSONArray {
		return nil
	}
	for _, item := range s.items() {
		if item.node.Start() <= offset && offset < item.node.End() {
			return item
		}
	}
	return nil
}

// ruler turns bytes of a text into lines, columns and characters.
type ruler struct {
	text  string
	lines []int // the byte that each line starts at
	marks []int // how many characters stand before each markth byte
}

// A mark every so many bytes: finding a place counts no more than these.
const mark = 64

func newRuler(text string) *ruler {
	r := &ruler{text: text, lines: []int{0}}
	characters := 0
	for i := range len(text) {
		if i%mark == 0 {
			r.marks = append(r.marks, characters)
		}
		if startsCharacter(text[i]) {
			characters++
		}
		if text[i] == '\n' {
			r.lines = append(r.lines, i+1)
		}
	}
	r.marks = append(r.marks, characters) // for the end of a text that fills its last mark
	return r
}

// startsCharacter is false for the further bytes of a character of several.
func startsCharacter(b byte) bool { return b&0xc0 != 0x80 }

func (r *ruler) characters(at int) int {
	n := r.marks[at/mark]
	for i := at / mark * mark; i < at; i++ {
		if startsCharacter(r.text[i]) {
			n++
		}
	}
	return n
}

func (r *ruler) position(at int) Position {
	line := sort.SearchInts(r.lines, at+1)
	offset := r.characters(at)
	return Position{Line: line, Column: offset - r.characters(r.lines[line-1]), Offset: offset}
}

// clip shortens a text of the document for a sentence about it.
func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	cut := most
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
