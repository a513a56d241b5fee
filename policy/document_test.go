package policy

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSemanticsDocument holds docs/semantics.md and the tests together: every
// row is there once and names its test or the room that keeps the rule, every
// test of a row is named.
func TestSemanticsDocument(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "docs", "semantics.md"))
	if err != nil {
		t.Fatal(err)
	}
	tested := make(map[string]bool)
	for _, r := range rows() {
		tested[r.id] = true
	}
	row := regexp.MustCompile("^\\| ([A-Z]-\\d\\d) \\|.*\\| `([^`|]+)` \\|$")
	seen := make(map[string]bool)
	for number, line := range strings.Split(string(text), "\n") {
		found := row.FindStringSubmatch(line)
		if found == nil {
			if regexp.MustCompile(`^\| [A-Z]-\d\d \|`).MatchString(line) {
				t.Errorf("line %d names no test: %s", number+1, line)
			}
			continue
		}
		id, test := found[1], found[2]
		if seen[id] {
			t.Errorf("%s stands twice", id)
		}
		seen[id] = true
		switch {
		case test == "TestSemantics/"+id && !tested[id]:
			t.Errorf("%s has no test %s", id, test)
		case test != "TestSemantics/"+id && tested[id]:
			t.Errorf("%s is tested by TestSemantics/%s, not by %s", id, id, test)
		case strings.HasPrefix(test, "internal/"):
			if cited := citedIn(t, filepath.Join("..", filepath.FromSlash(test)), id); cited == ahead[id] {
				t.Errorf("%s in the tests of %s: %v", id, test, cited)
			}
		}
	}
	for id := range tested {
		if !seen[id] {
			t.Errorf("%s is tested, but stands in no table", id)
		}
	}
	for section, least := range map[string]int{"G": 16, "V": 17, "M": 14, "C": 21, "K": 28, "P": 12, "E": 25, "T": 13, "O": 7,
		"D": 9, "S": 7, "X": 40} {
		count := 0
		for id := range seen {
			if strings.HasPrefix(id, section+"-") {
				count++
			}
		}
		if count < least {
			t.Errorf("section %s has %d rows, want %d", section, count, least)
		}
	}
}

// ahead are rows about operations that are not there yet: no test cites them.
var ahead = map[string]bool{"K-28": true, "O-05": true, "O-06": true, "O-07": true, "S-07": true}

// citedIn says whether a test below a folder cites a row.
func citedIn(t *testing.T, folder, id string) (cited bool) {
	t.Helper()
	word := regexp.MustCompile(`\b` + id + `\b`)
	err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		cited = cited || word.Match(text)
		return err
	})
	if err != nil {
		t.Errorf("%s: %v", id, err)
	}
	return cited
}
