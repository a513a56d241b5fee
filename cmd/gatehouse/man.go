package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

type manCommand struct{}

// Help is the long help.
func (*manCommand) Help() string {
	return `Example:
  gatehouse man | man -l -
  gatehouse man > /usr/local/share/man/man1/gatehouse.1`
}

// Run prints the page, from the commands as they are read.
func (*manCommand) Run(k *kong.Kong, s *streams) error {
	var b strings.Builder
	b.WriteString(".TH GATEHOUSE 1\n.SH NAME\ngatehouse \\- " + roff(k.Model.Help) + "\n.SH SYNOPSIS\n.B gatehouse\n.I command\n[flags]\n")
	b.WriteString(".SH COMMANDS\n")
	for _, leaf := range k.Model.Leaves(true) {
		manCommandPart(&b, leaf)
	}
	b.WriteString(".SH ENVIRONMENT\nEach flag has a twin: \\fB\\-\\-root\\-email\\fR is \\fBGATEHOUSE_ROOT_EMAIL\\fR. At the start of the server these are read, too:\n")
	for _, name := range firstStartVariables {
		b.WriteString(".br\n.B " + roff(name) + "\n")
	}
	b.WriteString(".SH EXIT STATUS\n0: done. 1: the answer is no. 2: wrong usage or failure.\n")
	_, err := io.WriteString(s.out, b.String())
	return err
}

func manCommandPart(b *strings.Builder, n *kong.Node) {
	fmt.Fprintf(b, ".SS %s\n%s\n", roff(strings.TrimPrefix(n.FullPath(), "gatehouse ")), roff(n.Help))
	for _, f := range n.Flags {
		if f.Hidden {
			continue
		}
		fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roff(strings.TrimSuffix(f.Summary(), ",")), roff(f.Help))
	}
	if n.Detail != "" {
		fmt.Fprintf(b, ".PP\n.nf\n%s\n.fi\n", roff(n.Detail))
	}
}

// roff is text as roff reads it: no backslash, hyphen or line that means more than
// itself.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
