package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// The nearest known name is what somebody meant.
func TestNearest(t *testing.T) {
	known := []string{"listen", "console-listen", "region", "root-email", "tls-cert", "tls-key"}
	for name, want := range map[string]string{
		"lisen": "listen", "listn": "listen", "Region": "region", "regoin": "region", "consolelisten": "console-listen",
		"tlscert": "tls-cert", "tls-kye": "tls-key", "rootemail": "root-email",
	} {
		if got := nearest(name, known); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// The edit distance is symmetric, nothing for equal words, and the length for none.
func TestEditDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"abc", "abc", 0}, {"abc", "abd", 1}, {"abc", "acb", 2}, {"kitten", "sitting", 3}} {
		if d, back := editDistance(c.a, c.b), editDistance(c.b, c.a); d != c.want || back != c.want {
			t.Errorf("%q, %q: %d and %d, want %d", c.a, c.b, d, back, c.want)
		}
	}
}

// contract.md: every flag of the server has a twin in the environment and in the
// file, but --config and --help.
func TestTwins(t *testing.T) {
	var c commands
	k, err := kong.New(&c, kong.Name("gatehouse"), kong.Vars{})
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, leaf := range k.Model.Leaves(true) {
		if leaf.Name != "serve" {
			continue
		}
		for _, f := range leaf.Flags {
			variables := map[string]string{variableOf(f.Name): "x"}
			if err := checkEnvironment(k.Model, variables); err != nil {
				t.Error(err)
			}
			path := filepath.Join(t.TempDir(), "c.yaml")
			if err := os.WriteFile(path, []byte(f.Name+": x\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			set, err := configuration(path, leaf.Flags)
			if known := err == nil && set.values[f.Name] == "x"; known == (f.Name == "config" || f.Name == "help") {
				t.Errorf("--%s in a file: %v %v", f.Name, set, err)
			}
			seen++
		}
	}
	for _, name := range firstStartVariables {
		if err := checkEnvironment(k.Model, map[string]string{name: "x"}); err != nil {
			t.Error(err)
		}
	}
	if seen < 18 {
		t.Errorf("%d flags", seen)
	}
	if err := checkEnvironment(k.Model, map[string]string{"GATEHOUSEX": "", "HOME": "", "gatehouse_data": ""}); err != nil {
		t.Error("a variable that is not ours is refused:", err)
	}
}

// A file without settings is one.
func TestEmptyConfiguration(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "a comment": "# nothing\n", "a document's mark": "---\n"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "c.yaml")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if set, err := configuration(path, nil); err != nil || len(set.values) > 0 {
				t.Error(set, err)
			}
		})
	}
}

// Exit codes: 0 done, 1 the answer is no, 2 wrong usage or failure; only the last
// has words.
func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		err   error
		code  int
		words string
	}{{nil, 0, ""}, {errNo, 1, ""}, {fmt.Errorf("search: %w", errNo), 1, ""}, {errors.New("the disk is full"), 2, "gatehouse: the disk is full\n"}} {
		var words bytes.Buffer
		if got := code(&words, c.err); got != c.code || words.String() != c.words {
			t.Errorf("%v: %d %q", c.err, got, &words)
		}
	}
}

// The log has the form and the level that the flags say.
func TestLogger(t *testing.T) {
	for _, c := range []struct {
		format, level string
		want          string
	}{
		{"text", "info", "level=INFO msg=i\nlevel=WARN msg=w\n"},
		{"text", "error", ""},
		{"json", "warn", `{"level":"WARN","msg":"w"}` + "\n"},
		{"json", "debug", `{"level":"DEBUG","msg":"d"}` + "\n" + `{"level":"INFO","msg":"i"}` + "\n" + `{"level":"WARN","msg":"w"}` + "\n"},
	} {
		var text bytes.Buffer
		l := logger(&text, c.format, c.level)
		l.Debug("d")
		l.Info("i")
		l.Warn("w")
		if got := withoutTimes(text.String()); got != c.want {
			t.Errorf("%s %s: %s", c.format, c.level, got)
		}
	}
}

func withoutTimes(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "{") {
			_, rest, _ := strings.Cut(line, `","`)
			b.WriteString(`{"` + rest)
			continue
		}
		_, rest, _ := strings.Cut(line, slog.LevelKey+"=")
		b.WriteString(slog.LevelKey + "=" + rest)
	}
	return b.String()
}

// XDG base directories: a relative path does not count, and no home is no folder.
func TestDefaultData(t *testing.T) {
	for _, c := range []struct{ xdg, home, want string }{
		{"/xdg", "/home", "/xdg/gatehouse"}, {"", "/home", "/home/.local/share/gatehouse"},
		{"relative", "/home", "/home/.local/share/gatehouse"}, {"", "", ""},
	} {
		env := map[string]string{"XDG_DATA_HOME": c.xdg, "HOME": c.home}
		if got := defaultData(func(name string) string { return env[name] }); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

// roff reads our text as it stands.
func TestRoff(t *testing.T) {
	for text, want := range map[string]string{
		"a-b": `a\-b`, `a\b`: `a\eb`, ".start\n'quote\nplain": `\&.start` + "\n" + `\&'quote` + "\nplain",
	} {
		if got := roff(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}
