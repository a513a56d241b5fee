package why

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/trace"
	"github.com/gatehouse-iam/gatehouse/policy/x/cases"
)

// Text writes the answer for eyes. endpoint is for the commands in it.
func (a *Answer) Text(w io.Writer, endpoint string) error {
	head := []string{"id        " + a.ID, "who       " + a.Principal, "what      " + a.Action, "on        " + a.Resource}
	if a.Time != "" {
		head = append(head, "when      "+a.Time)
	}
	if a.Decoded != nil {
		return a.decodedText(w, head)
	}
	head = append(head, "decision  "+trace.Decision(a.Result))
	if a.Result.Message != "" {
		head = append(head, "", a.Result.Message)
	}
	for _, note := range a.Notes {
		head = append(head, "", "note: "+note)
	}
	if err := write(w, append(head, "")); err != nil {
		return err
	}
	t := trace.Writer{Out: w, Command: a.commands(endpoint).of}
	return t.Explain(a.explanation)
}

func (a *Answer) commands(endpoint string) *commands {
	return &commands{endpoint: endpoint, account: a.account, action: a.Action, resource: a.Resource, entity: a.entity}
}

// decodedText tells what a message by itself does.
func (a *Answer) decodedText(w io.Writer, lines []string) error {
	decision := "implicitDeny"
	if a.Decoded.ExplicitDeny {
		decision = "explicitDeny"
	}
	lines = append(lines, "decision  "+decision, "")
	for _, s := range a.Decoded.MatchedStatements.Items {
		lines = append(lines, fmt.Sprintf("statement %s (%s) applies: actions %s, resources %s", s.StatementID, s.Effect, s.Actions.text(), s.Resources.text()))
	}
	for _, f := range a.Decoded.Failures.Items {
		lines = append(lines, strings.TrimPrefix(strings.TrimSpace(f.Policy+" "+f.Key)+": "+f.Reason, ": "))
	}
	lines = append(lines, "note: the denial itself is not kept any more; this is what its message holds")
	return write(w, lines)
}

func write(w io.Writer, lines []string) error {
	for _, line := range lines {
		if err := trace.Line(w, line); err != nil {
			return err
		}
	}
	return nil
}

func (v *values) text() string {
	list := make([]string, len(v.Items))
	for i, item := range v.Items {
		list[i] = item.Value
	}
	return strings.Join(list, ", ")
}

// answerJSON is an answer for programs.
type answerJSON struct {
	ID        string        `json:"id"`
	Principal string        `json:"principal"`
	Action    string        `json:"action"`
	Resource  string        `json:"resource"`
	Time      string        `json:"time"`
	Notes     []string      `json:"notes"`
	Result    *cases.Result `json:"result,omitempty"`
	Commands  []string      `json:"commands"` // one a change, "" for none, and where a later one makes it too
	Decoded   *Decoded      `json:"decoded,omitempty"`
}

// JSON writes the answer for programs: one object, the result in the form of
// decision cases with its explanation.
func (a *Answer) JSON(w io.Writer, endpoint string) error {
	out := answerJSON{a.ID, a.Principal, a.Action, a.Resource, a.Time, a.Notes, a.Result, []string{}, a.Decoded}
	if out.Notes == nil {
		out.Notes = []string{}
	}
	if a.explanation != nil {
		c := a.commands(endpoint)
		for i := range a.explanation.Changes {
			command := ""
			if changes := a.explanation.Changes; !trace.MadeLater(changes, i) {
				command, _ = c.of(&changes[i])
			}
			out.Commands = append(out.Commands, command)
		}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}
