package policy

import (
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
			if _, err := os.Stat(filepath.Join("..", filepath.FromSlash(test))); err != nil {
				t.Errorf("%s: %v", id, err)
			}
		}
	}
	for id := range tested {
		if !seen[id] {
			t.Errorf("%s is tested, but stands in no table", id)
		}
	}
	for section, least := range map[string]int{"G": 16, "V": 17, "M": 14, "C": 21, "P": 12, "E": 25, "T": 13, "X": 40} {
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
