package policy

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// String says in one sentence what to do. Statements are counted from 1, as
// people do. The sentence is one line, whatever the values in it hold.
func (c *Change) String() string { return Visible(c.text()) }

func (c *Change) text() string {
	if c.foreign() && c.Kind != RemovePolicy {
		return c.sentence() + " (the original is AWS's: put the copy in its place)"
	}
	return c.sentence()
}

// foreign: AWS owns the policy (E-23), so that a copy is to be changed.
func (c *Change) foreign() bool { return strings.Contains(c.Policy, awsPolicy) }

func (c *Change) sentence() string {
	switch c.Kind {
	case SetKey:
		return "Call with " + c.Key + " = " + c.Value + c.hint()
	case AddValue:
		return "Add " + strconv.Quote(c.Value) + " to " + c.Element + " of " + c.statement() + " of " + c.policy()
	case RemoveValue:
		return "Remove " + strconv.Quote(c.Value) + " from " + c.Element + " of " + c.statement() + " of " + c.policy()
	case AddStatement:
		return "Add a statement to " + c.policy() + " that " + c.allows()
	case AddPolicy:
		return c.attach() + " that " + c.allows()
	case RemoveStatement:
		return "Remove " + c.statement() + " from " + c.policy()
	case RemovePolicy:
		return c.detach()
	}
	return fmt.Sprintf("change of kind %d", c.Kind)
}

// hint is how to come by the value of a key.
func (c *Change) hint() string {
	folded := fold(c.Key)
	how := ownKeys[folded]
	switch {
	case strings.HasPrefix(folded, "aws:requesttag/"):
		how = "with that tag"
	case folded == "aws:multifactorauthpresent" && c.Value != "true":
		how = "without MFA"
	case folded == "aws:securetransport" && c.Value == "true":
		how = "over TLS"
	case folded == "aws:securetransport":
		how = "without TLS"
	}
	if how == "" {
		return ""
	}
	return " (" + how + ")"
}

func (c *Change) statement() string {
	s := "statement " + strconv.Itoa(c.Statement+1)
	if c.Sid != "" {
		s += " (Sid " + c.Sid + ")"
	}
	return s
}

// policy is the type and name.
func (c *Change) policy() string {
	name := strings.TrimSuffix(c.Type.String()+" "+c.Policy, " ")
	if c.foreign() && c.Kind != RemovePolicy {
		return "a copy of " + name
	}
	return name
}

// attach is where a new policy goes.
func (c *Change) attach() string {
	switch c.Type {
	case ServiceControl, ResourceControl:
		return "Attach a " + c.Type.String() + " at level " + strconv.Itoa(c.Level) + " of the organization"
	case Session:
		return "Pass a session policy"
	case Identity:
		return "Attach a policy to " + entity(c.Target)
	case Resource, Trust:
		if c.Target == "*" { // nothing by itself: an organization's delegation policy
			return "Save a " + c.Type.String()
		}
		return "Give " + entity(c.Target) + " a " + c.Type.String()
	}
	return "Attach a " + c.Type.String()
}

// detach is how a policy stops to apply.
func (c *Change) detach() string {
	switch c.Type {
	case Session:
		return "Pass no " + c.policy()
	case ServiceControl, ResourceControl:
		return "Detach " + c.policy() + " at level " + strconv.Itoa(c.Level) + " of the organization"
	}
	if strings.HasPrefix(c.Policy, "arn:") {
		return "Detach " + c.policy()
	}
	return "Delete " + c.policy()
}

// entity is a user or role by its name, anything else by its ARN.
func entity(arn string) string {
	on := newTarget(arn)
	if !on.arn || on.part(2) != "iam" {
		return arn
	}
	kind, name, ok := strings.Cut(on.part(5), "/")
	if !ok || kind != "user" && kind != "role" {
		return arn
	}
	return kind + " " + name[strings.LastIndexByte(name, '/')+1:]
}

// allows tells what the new statement does.
func (c *Change) allows() string {
	n, f := readJSON(c.Text)
	if f != nil {
		return "allows " + c.Text
	}
	text := "allows " + strings.Join(stringsOf(n.get("Action").list()), ", ")
	if on := n.get("Resource"); on != nil {
		text += " on " + strings.Join(stringsOf(on.list()), ", ")
	}
	var to []string
	for _, p := range n.get("Principal").principals() {
		to = append(to, p.node.text)
	}
	if len(to) > 0 && c.Type != ResourceControl && c.Type != Endpoint {
		text += " to " + strings.Join(to, ", ")
	}
	return text
}

// Visible is text on one line for a terminal: what a terminal would obey, hide or
// reorder is escaped as in a Go string. That is line breaks and the other control
// characters (C0, DEL, C1), the bidirectional controls, whatever else does not
// print, and bytes that are no UTF-8. Requests and documents are others' words, and
// must not pass for the program's.
func Visible(text string) string {
	if !Hidden(text) {
		return text
	}
	var b strings.Builder
	for rest := text; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		if printable(r, size) {
			b.WriteString(rest[:size])
		} else {
			quoted := strconv.Quote(rest[:size])
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		rest = rest[size:]
	}
	return b.String()
}

// Hidden says whether Visible would escape something of a text.
func Hidden(text string) bool {
	for rest := text; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		if !printable(r, size) {
			return true
		}
		rest = rest[size:]
	}
	return false
}

func printable(r rune, size int) bool {
	return strconv.IsPrint(r) && (r != utf8.RuneError || size > 1)
}
