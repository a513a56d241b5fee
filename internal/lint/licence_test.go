package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Nothing under the GPL or AGPL is linked or imported, tests included
// (docs/decisions). The LGPL is no exception: the binary is static.
func TestNothingIsUnderTheGPL(t *testing.T) {
	list := exec.Command("go", "list", "-e", "-deps", "-test", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Dir}}{{end}}{{end}}", "./...")
	list.Dir = filepath.Join("..", "..")
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	modules := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if path, dir, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			modules[path] = dir
		}
	}
	if len(modules) == 0 {
		t.Fatal("no module is listed")
	}
	for path, dir := range modules {
		t.Run(path, func(t *testing.T) {
			text := licenceOf(t, dir)
			if text == "" {
				t.Error("no licence file")
			}
			if underGPL(text) {
				t.Error("under the GPL or AGPL")
			}
		})
	}
}

// licenceOf is all that a module's licence files say.
func licenceOf(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile(`(?i)^(licen[cs]e|copying)`)
	var all strings.Builder
	for _, entry := range entries {
		if !name.MatchString(entry.Name()) || entry.IsDir() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

// underGPL looks at the beginning, where a licence names itself: the MPL
// speaks of the GPL further down and is not it.
func underGPL(text string) bool {
	head := strings.ToUpper(text[:min(len(text), 400)])
	return regexp.MustCompile(`GNU\s+(LESSER\s+|AFFERO\s+)?GENERAL\s+PUBLIC\s+LICENSE`).MatchString(head)
}

func TestUnderGPL(t *testing.T) {
	tests := []struct {
		text string
		want bool
	}{
		{"                    GNU GENERAL PUBLIC LICENSE\n                       Version 3", true},
		{"GNU AFFERO GENERAL PUBLIC LICENSE", true},
		{"GNU Lesser General Public License", true},
		{"Mozilla Public License Version 2.0" + strings.Repeat("\n", 800) + "the GNU General Public License", false},
		{"The MIT License (MIT)", false},
		{"", false},
	}
	for _, tt := range tests {
		if got := underGPL(tt.text); got != tt.want {
			t.Errorf("%.40q: %v", tt.text, got)
		}
	}
}
