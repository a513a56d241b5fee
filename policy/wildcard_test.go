package policy

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// obvious is matching by definition, with all the backtracking there is.
func obvious(pattern, text []rune) bool {
	if len(pattern) == 0 {
		return len(text) == 0
	}
	if pattern[0] == '*' {
		return obvious(pattern[1:], text) || len(text) > 0 && obvious(pattern, text[1:])
	}
	return len(text) > 0 && (pattern[0] == '?' || pattern[0] == text[0]) && obvious(pattern[1:], text[1:])
}

func TestMatchAgainstObvious(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	matched := 0
	for range 200000 {
		pattern, text := randomText(random, "ab*?é", 8), randomText(random, "abéé", 10)
		want := obvious([]rune(pattern), []rune(text))
		if got := written.match(pattern, text); got != want {
			t.Fatalf("%q on %q: %v", pattern, text, got)
		}
		if got := marked.match(mark(pattern), text); got != want {
			t.Fatalf("%q on %q, marked: %v", pattern, text, got)
		}
		if want {
			matched++
		}
	}
	if matched < 1000 {
		t.Errorf("only %d matches", matched)
	}
}

func randomText(random *rand.Rand, alphabet string, most int) string {
	letters := []rune(alphabet)
	var b strings.Builder
	for range random.IntN(most + 1) {
		b.WriteRune(letters[random.IntN(len(letters))])
	}
	return b.String()
}

func FuzzMatch(f *testing.F) {
	for _, seed := range [][2]string{{"a*b?c", "aXXbYc"}, {"*?*", "é"}, {"", ""}, {"?", "\xff"}, {"*a*a*a", "aaa"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern) > 12 || len(text) > 16 || !utf8.ValidString(pattern) || !utf8.ValidString(text) {
			return // the obvious matcher is for short texts
		}
		if got, want := written.match(pattern, text), obvious([]rune(pattern), []rune(text)); got != want {
			t.Errorf("%q on %q: %v", pattern, text, got)
		}
	})
}

// TestAlignedAgainstSlow compares whole ARN patterns with the definition of
// M-03, character by character.
func TestAlignedAgainstSlow(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	matched := 0
	for range 200000 {
		pattern := "arn:" + randomText(random, "ab*?::", 12)
		text := "arn:" + randomText(random, "aabb::::", 14)
		tgt := newTarget(text)
		r := newResource(Identity, pattern, true)
		q := slowAsk{on: text}
		want := q.resource(Identity, pattern, true)
		if got := r.match(&tgt, nil); got != want {
			t.Fatalf("%q on %q: %v", pattern, text, got)
		}
		if want {
			matched++
		}
	}
	if matched < 1000 {
		t.Errorf("only %d matches", matched)
	}
}

func BenchmarkMatch(b *testing.B) {
	tgt := newTarget("arn:aws:dynamodb:eu-west-1:111122223333:table/team-files/index/by-owner")
	for name, pattern := range map[string]string{
		"exact":       "arn:aws:dynamodb:eu-west-1:111122223333:table/team-files",
		"prefix":      "arn:aws:dynamodb:eu-west-1:111122223333:table/*",
		"rooted":      "arn:aws:dynamodb:eu-west-1:111122223333:table/*/index/*",
		"aligned":     "arn:aws:dynamodb:*:111122223333:table/team-*",
		"aligned, no": "arn:aws:dynamodb:*:111122223333:table/other-*",
	} {
		b.Run(name, func(b *testing.B) {
			r := newResource(Identity, pattern, true)
			for b.Loop() {
				r.match(&tgt, nil)
			}
		})
	}
}
