package validate

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// slowMatches is matches, said directly.
func slowMatches(pattern, text string) bool {
	switch {
	case pattern == "":
		return text == ""
	case pattern[0] == '*':
		return slowMatches(pattern[1:], text) || text != "" && slowMatches(pattern, text[1:])
	}
	return text != "" && (pattern[0] == '?' || pattern[0] == text[0]) && slowMatches(pattern[1:], text[1:])
}

// slowOverlaps is overlaps, said directly: the first character of a common text
// is taken by both.
func slowOverlaps(a, b string) bool {
	switch {
	case a == "" && b == "":
		return true
	case a != "" && a[0] == '*':
		return slowOverlaps(a[1:], b) || b != "" && slowOverlaps(a, b[1:])
	case b != "" && b[0] == '*':
		return slowOverlaps(a, b[1:]) || a != "" && slowOverlaps(a[1:], b)
	case a == "" || b == "":
		return false
	}
	return (a[0] == b[0] || a[0] == '?' || b[0] == '?') && slowOverlaps(a[1:], b[1:])
}

func randomText(random *rand.Rand, letters string) string {
	var b strings.Builder
	for range random.IntN(8) {
		b.WriteByte(letters[random.IntN(len(letters))])
	}
	return b.String()
}

func TestMatchingAsTheSlowWay(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var matched, overlapped, covered int
	for range 200_000 {
		p, q, text := randomText(random, "ab*?"), randomText(random, "ab*?"), randomText(random, "ab")
		if got := matches(p, text); got != slowMatches(p, text) {
			t.Fatalf("%q and the text %q: %v", p, text, got)
		} else if got {
			matched++
		}
		if got := overlaps(p, q); got != slowOverlaps(p, q) || got != overlaps(q, p) {
			t.Fatalf("%q and %q: %v", p, q, got)
		} else if got {
			overlapped++
		}
		if patternCovers(p, q) {
			covered++
			if slowMatches(q, text) && !slowMatches(p, text) {
				t.Fatalf("%q covers %q and does not match %q", p, q, text)
			}
		}
	}
	if matched < 1000 || overlapped < 1000 || covered < 1000 {
		t.Errorf("too few that match: %d, %d, %d", matched, overlapped, covered)
	}
}

func TestDistance(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{{"", "", 0}, {"abc", "abc", 0}, {"abc", "", 3}, {"", "ab", 2}, {"abc", "acb", 1}, {"abc", "abd", 1}, {"abc", "xabc", 1}, {"kitten", "sitting", 3}, {"ca", "abc", 3}}
	for _, tt := range tests {
		if got := distance(tt.a, tt.b); got != tt.want || distance(tt.b, tt.a) != tt.want {
			t.Errorf("%q and %q: got %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestNearest(t *testing.T) {
	names := slices.Values([]string{"GetObject", "GetObjectAcl", "PutObject", "ListBucket"})
	tests := []struct{ wrong, want string }{
		{"GetObjekt", "GetObject"}, {"getobject", "GetObject"}, {"GetObjectACLs", "GetObjectAcl"}, {"PtuObject", "PutObject"},
		{"", ""}, {"Fly", ""}, {strings.Repeat("GetObject", 8), ""}, {"ListBuckets", "ListBucket"},
	}
	for _, tt := range tests {
		v := &validator{effort: mostEffort}
		if got := v.nearest(tt.wrong, names); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.wrong, got, tt.want)
		}
	}
	if got := (&validator{effort: 120}).nearest("GetObjekt", names); got != "GetObject" {
		t.Errorf("with little effort left: %q", got)
	}
	if got := (&validator{effort: -1}).nearest("GetObjekt", names); got != "" {
		t.Errorf("with no effort left: %q", got)
	}
}

func TestStarred(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "a": "a", "${a}": "*", "x/${a}/${b, 'c'}y": "x/*/*y", "a${b": "a*", "${a}${": "**",
	} {
		if got := starred(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
