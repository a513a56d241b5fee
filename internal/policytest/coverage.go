package policytest

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/x/cases"
)

// Statement is one that no case ever matched.
type Statement struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Policy string `json:"policy,omitempty"` // its name in the case that holds it
	Index  int    `json:"statement"`        // from 0
	Sid    string `json:"sid"`
}

// Coverage is how many statements of the policies any case matched.
type Coverage struct {
	Statements int         `json:"statements"`
	Matched    int         `json:"matched"`
	Unmatched  []Statement `json:"unmatched"`
}

// document is a policy under test: a file, or what stands in a case.
type document struct {
	file    string
	name    string // of one that stands in a case
	text    string
	kind    policy.Type
	used    bool // by a case
	starts  []Statement
	matched []bool
}

// ledger counts which statements matched, by the documents' texts: the same
// text in several places is one document.
type ledger struct{ documents map[string]*document }

// add enters a policy file, whether or not a case refers to it.
func (l *ledger) add(d *document) {
	if l.documents[d.text] == nil {
		d.place(func(offset int) (int, int) { return policy.Position(d.text, offset) })
		l.documents[d.text] = d
	}
}

// enter enters the documents of a case, before it is decided.
func (l *ledger) enter(file string, folder *folder, c *cases.Case) {
	for kind, d := range c.All {
		if d.Unreadable {
			continue
		}
		known := l.documents[d.Text]
		if known == nil {
			known = &document{file: folder.shown(file), name: d.Name, text: strings.Clone(d.Text)}
			if d.File != "" {
				known.file, known.name = folder.shown(path.Join(path.Dir(file), d.File)), ""
			}
			known.place(func(offset int) (int, int) { return c.PlaceIn(d, offset) })
			l.documents[known.text] = known
		}
		if !known.used {
			known.used, known.kind = true, kind
		}
	}
}

// place finds where the statements start. A document that is no policy has none.
func (d *document) place(at func(offset int) (line, column int)) {
	parsed, err := policy.Parse(d.kind, d.text)
	if err != nil {
		return
	}
	for i, s := range parsed.Statements() {
		start := Statement{File: d.file, Policy: d.name, Index: i}
		start.Line, start.Column = at(s.Node().Start())
		if sid := s.Element("Sid"); sid != nil {
			start.Sid = sid.Text()
		}
		d.starts = append(d.starts, start)
	}
	d.matched = make([]bool, len(d.starts))
}

// count notes which statements a decided case matched.
func (l *ledger) count(e *policy.Explanation) {
	for i := range e.Policies {
		p := &e.Policies[i]
		if p.Policy == nil || !p.Takes {
			continue
		}
		d := l.documents[p.Policy.Text()]
		for _, s := range p.Statements {
			if d != nil && s.Matched && s.Statement < len(d.matched) {
				d.matched[s.Statement] = true
			}
		}
	}
}

// where says where a statement of a policy stands, by where it starts in its
// document.
func (l *ledger) where(p *policy.Policy, line, column int) (Statement, bool) {
	d := l.documents[p.Text()]
	if d == nil {
		return Statement{}, false
	}
	parsed, err := policy.Parse(p.Type(), p.Text())
	if err != nil {
		return Statement{}, false
	}
	for i, s := range parsed.Statements() {
		if l, c := policy.Position(p.Text(), s.Node().Start()); l == line && c == column {
			return d.starts[i], true
		}
	}
	return Statement{}, false
}

func (l *ledger) coverage() Coverage {
	c := Coverage{Unmatched: []Statement{}}
	for _, d := range l.documents {
		for i, s := range d.starts {
			c.Statements++
			if d.matched[i] {
				c.Matched++
			} else {
				c.Unmatched = append(c.Unmatched, s)
			}
		}
	}
	slices.SortFunc(c.Unmatched, func(a, b Statement) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return c
}
