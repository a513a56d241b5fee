// Package trace writes the explanation of a decision for eyes: what each policy
// says, which element of a statement does not match and on what values, what
// the request lacked, and what to change. It decides nothing.
package trace

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/x/cases"
)

// Writer writes explanations.
type Writer struct {
	Out    io.Writer
	Indent string // before each line
	// All writes statements about other actions, too; otherwise they are only
	// counted.
	All bool
	// Place says where a statement stands, where there is more to say than its
	// line in the document; nil, and "", say that.
	Place func(p *policy.Policy, line, column int) string
	// Command is the command that makes a change, "" where there is none, and what
	// is to be said of it; nil gives neither. Of the changes of one policy it is
	// asked for the last, whose document holds them all.
	Command func(*policy.Change) (command, note string)

	err error
}

// Explain writes all of an explanation but the decision itself. The error is
// that of Out.
func (w *Writer) Explain(e *policy.Explanation) error {
	for i := range e.Policies {
		w.policy(&e.Policies[i])
	}
	if len(e.Policies) == 0 {
		w.line("no policy applies")
	}
	if len(e.Missing) > 0 {
		w.line("the request has no %s", strings.Join(e.Missing, ", "))
	}
	if e.Outcome != policy.Allowed {
		w.changes(e)
	}
	return w.err
}

func (w *Writer) line(format string, args ...any) {
	if w.err == nil {
		w.err = Line(w.Out, w.Indent+fmt.Sprintf(format, args...))
	}
}

// Line writes a line for eyes: values in it cannot end it, nor make a terminal do
// anything (policy.Visible).
func Line(w io.Writer, text string) error {
	_, err := io.WriteString(w, policy.Visible(text)+"\n")
	return err
}

// indented writes with two more blanks.
func (w *Writer) indented(write func()) {
	before := w.Indent
	w.Indent += "  "
	write()
	w.Indent = before
}

func (w *Writer) policy(p *policy.PolicyTrace) {
	w.line("%s: %s", Policy(p), says(p))
	w.indented(func() {
		others := 0
		for i := range p.Statements {
			s := &p.Statements[i]
			if !w.All && aboutOthers(s) {
				others++
				continue
			}
			w.statement(p, s)
		}
		if others > 0 {
			w.line("%s about other actions", count(others, "statement is", "statements are"))
		}
	})
}

// Policy names a policy of a trace.
func Policy(p *policy.PolicyTrace) string {
	name := p.Type.String()
	if p.Level >= 0 {
		name += " of level " + strconv.Itoa(p.Level)
	}
	if p.Policy == nil {
		return name
	}
	if p.Policy.Name() != "" {
		name += " " + p.Policy.Name()
	}
	return name
}

func says(p *policy.PolicyTrace) string {
	said := [...]string{
		policy.ImplicitDeny: "does not allow it", policy.ExplicitDeny: "denies it", policy.Allowed: "allows it",
	}[p.Outcome]
	switch {
	case !p.Takes && p.Note != "":
		return "takes no part: " + p.Note
	case !p.Takes:
		return "takes no part"
	case p.Note != "":
		return said + ": " + p.Note
	}
	return said
}

// aboutOthers: the action alone keeps the statement from applying.
func aboutOthers(s *policy.StatementTrace) bool {
	for i := range s.Elements {
		if e := &s.Elements[i]; !e.Matched && (e.Element == "Action" || e.Element == "NotAction") {
			return true
		}
	}
	return false
}

func (w *Writer) statement(p *policy.PolicyTrace, s *policy.StatementTrace) {
	name := "statement " + strconv.Itoa(s.Statement+1) // as changes count them
	if s.Sid != "" {
		name += " " + s.Sid
	}
	applies := "does not apply"
	if s.Matched {
		applies = "applies"
	}
	w.line("%s %s (%s) %s", mark(s.Matched), name, s.Effect+", "+w.place(p.Policy, s.Line, s.Column), applies)
	w.indented(func() {
		for i := range s.Elements {
			if e := &s.Elements[i]; !e.Matched || w.All && s.Matched && e.Element == "Condition" || e.Note != "" {
				w.element(e)
			}
		}
	})
}

func (w *Writer) place(p *policy.Policy, line, column int) string {
	if w.Place != nil && p != nil {
		if place := w.Place(p, line, column); place != "" {
			return place
		}
	}
	return "line " + strconv.Itoa(line)
}

func mark(matched bool) string {
	if matched {
		return "+"
	}
	return "-"
}

func (w *Writer) element(e *policy.ElementTrace) {
	w.line("%s %s", mark(e.Matched), Element(e))
}

// Element is one element in a sentence: what the request has and what the
// policy says.
func Element(e *policy.ElementTrace) string {
	name := e.Element
	if e.Operator != "" {
		name += " " + e.Operator
	}
	if e.Key != "" {
		name += " " + e.Key
	}
	text := name + ": "
	if e.Present {
		text += "the request has " + Value(e.Request)
	} else {
		text += "the request has no such key"
	}
	if len(e.Values) > 0 {
		text += ", the policy says " + values(e.Values)
	}
	if e.Note != "" && e.Present {
		text += " (" + e.Note + ")"
	}
	return text
}

// Value is a value of the request, quoted where it would not be seen.
func Value(v policy.Value) string {
	if !v.IsMany {
		return visible(v.One)
	}
	if len(v.Many) == 0 {
		return "an empty list"
	}
	return "[" + values(v.Many) + "]"
}

// mostValues is how many values of a list are written.
const mostValues = 8

func values(list []string) string {
	var parts []string
	for i, s := range list {
		if i == mostValues {
			parts = append(parts, fmt.Sprintf("and %d more", len(list)-i))
			break
		}
		parts = append(parts, visible(s))
	}
	return strings.Join(parts, ", ")
}

// visible quotes what is empty, or holds what a terminal would obey or hide.
func visible(s string) string {
	if s == "" || strings.ContainsAny(s, " ,\"") || strconv.Quote(s) != `"`+s+`"` {
		return strconv.Quote(s)
	}
	return s
}

func (w *Writer) changes(e *policy.Explanation) {
	switch {
	case e.Fixed != "":
		w.line("no change of policies can allow it: %s", e.Fixed)
	case len(e.Changes) == 0:
		w.line("no change was found that would allow it")
	case len(e.Changes) == 1:
		w.line("to allow it: %s", e.Changes[0].String())
		w.command(&e.Changes[0])
	default:
		w.line("to allow it, do all of these:")
		for i := range e.Changes {
			w.line("%d. %s", i+1, e.Changes[i].String())
			if !MadeLater(e.Changes, i) {
				w.command(&e.Changes[i])
			}
		}
	}
}

func (w *Writer) command(c *policy.Change) {
	if w.Command == nil {
		return
	}
	command, note := w.Command(c)
	w.indented(func() {
		if note != "" {
			w.line("note: %s", note)
		}
		if command != "" {
			w.line("%s", command)
		}
	})
}

// MadeLater says whether a later change edits the same document: one command
// makes both, since each change has the document with all of them.
func MadeLater(changes []policy.Change, i int) bool {
	for k := i + 1; k < len(changes); k++ {
		if sameDocument(&changes[i], &changes[k]) {
			return true
		}
	}
	return false
}

func sameDocument(a, b *policy.Change) bool {
	switch {
	case a.Document == "" || b.Document == "" || a.Kind == policy.AddPolicy || b.Kind == policy.AddPolicy:
		return false
	case strings.HasPrefix(a.Policy, "arn:"): // wherever it stands
		return a.Policy == b.Policy
	}
	return a.Type == b.Type && a.Level == b.Level && a.Index == b.Index && a.Policy == b.Policy
}

// Decision is a result in a line: what came out, and by what.
func Decision(r *cases.Result) string {
	switch {
	case r.Error != "":
		return "error: " + r.Error
	case r.DeniedBy == "":
		return r.Decision
	}
	return r.Decision + " by " + r.DeniedBy
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
