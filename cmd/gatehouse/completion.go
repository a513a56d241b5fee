package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help is the long help.
func (*completionCommand) Help() string {
	return `The script completes commands, flags and the values of those that have a few. It is
fixed text: completing starts no program.

Example:
  . <(gatehouse completion bash)
  gatehouse completion fish > ~/.config/fish/completions/gatehouse.fish`
}

// Run prints the script.
func (c *completionCommand) Run(k *kong.Kong, s *streams) error {
	choices := choicesOf(k.Model.Node, "")
	if c.Shell == "fish" {
		return fishCompletion(s.out, choices)
	}
	return bashCompletion(s.out, choices, c.Shell == "zsh")
}

// choice is a word that may follow a command: a command, a flag or an argument.
type choice struct {
	command string // after which it may stand: "root reset-password", or ""
	word    string
	values  []string // that a flag takes, where there are a few
	file    bool     // it takes the name of a file or folder
	help    string
}

// choicesOf lists what may follow a command and those below it.
func choicesOf(n *kong.Node, command string) (list []choice) {
	for _, child := range n.Children {
		if child.Hidden {
			continue
		}
		list = append(list, choice{command: command, word: child.Name, help: child.Help})
		list = append(list, choicesOf(child, strings.TrimSpace(command+" "+child.Name))...)
	}
	for _, f := range n.Flags {
		c := choice{command: command, word: "--" + f.Name, help: f.Help, file: f.PlaceHolder == "FILE" || f.PlaceHolder == "DIR"}
		if f.Enum != "" {
			c.values = f.EnumSlice()
		}
		list = append(list, c)
	}
	for _, a := range n.Positional {
		for _, value := range a.EnumSlice() {
			list = append(list, choice{command: command, word: value, help: a.Help})
		}
	}
	return list
}

// bashCompletion prints a function that finds the command by the words before the
// cursor. Zsh reads it too, with its bashcompinit.
func bashCompletion(w io.Writer, choices []choice, zsh bool) error {
	var b strings.Builder
	if zsh {
		b.WriteString("#compdef gatehouse\nautoload -U +X bashcompinit && bashcompinit\n")
	}
	b.WriteString("_gatehouse() {\n  local command= word words=\n  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n  COMPREPLY=()\n")
	b.WriteString("  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n    case \"$command $word\" in\n")
	for _, path := range commandPaths(choices) {
		parent, name := splitCommand(path)
		fmt.Fprintf(&b, "      %q) command=%q;;\n", parent+" "+name, path)
	}
	b.WriteString("    esac\n  done\n  case \"$command $previous\" in\n")
	for _, c := range choices {
		switch {
		case len(c.values) > 0:
			fmt.Fprintf(&b, "    %q) COMPREPLY=($(compgen -W %q -- \"$current\")); return;;\n", c.command+" "+c.word, strings.Join(c.values, " "))
		case c.file:
			fmt.Fprintf(&b, "    %q) COMPREPLY=($(compgen -f -- \"$current\")); return;;\n", c.command+" "+c.word)
		}
	}
	b.WriteString("  esac\n  case \"$command\" in\n")
	for _, path := range append([]string{""}, commandPaths(choices)...) {
		fmt.Fprintf(&b, "    %q) words=%q;;\n", path, strings.Join(wordsAfter(choices, path), " "))
	}
	b.WriteString("  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n}\ncomplete -o default -F _gatehouse gatehouse\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func splitCommand(path string) (parent, name string) {
	i := strings.LastIndexByte(path, ' ')
	return path[:max(i, 0)], path[i+1:]
}

// commandPaths are the commands that something may follow.
func commandPaths(choices []choice) (paths []string) {
	for _, c := range choices {
		if c.command != "" && !slices.Contains(paths, c.command) {
			paths = append(paths, c.command)
		}
	}
	return paths
}

func wordsAfter(choices []choice, command string) (words []string) {
	for _, c := range choices {
		if c.command == command || c.command == "" && strings.HasPrefix(c.word, "-") {
			words = append(words, c.word)
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// fishCompletion prints one line a word.
func fishCompletion(w io.Writer, choices []choice) error {
	var b strings.Builder
	b.WriteString("complete -c gatehouse -f\n")
	for _, c := range choices {
		condition := "__fish_use_subcommand"
		if c.command != "" {
			condition = "__fish_seen_subcommand_from " + lastWord(c.command)
		}
		fmt.Fprintf(&b, "complete -c gatehouse -n '%s'", condition)
		if name, isFlag := strings.CutPrefix(c.word, "--"); isFlag {
			fmt.Fprintf(&b, " -l %s", name)
		} else {
			fmt.Fprintf(&b, " -a %s", c.word)
		}
		switch {
		case len(c.values) > 0:
			fmt.Fprintf(&b, " -x -a '%s'", strings.Join(c.values, " "))
		case c.file:
			b.WriteString(" -r -F")
		}
		fmt.Fprintf(&b, " -d '%s'\n", strings.ReplaceAll(c.help, "'", `\'`))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func lastWord(command string) string {
	_, name := splitCommand(command)
	return name
}
