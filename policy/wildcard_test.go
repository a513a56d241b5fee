package policy

import (
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"
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
	var matched atomic.Int64
	tries(t, 3, func(t *testing.T, random *rand.Rand) int {
		for range 100 {
			pattern, text := randomText(random, "ab*?é", 8), randomText(random, "abéé", 10)
			want := obvious([]rune(pattern), []rune(text))
			if got := written.match(pattern, text); got != want {
				t.Errorf("%q on %q: %v", pattern, text, got)
			}
			if got := marked.match(mark(pattern), text); got != want {
				t.Errorf("%q on %q, marked: %v", pattern, text, got)
			}
			if want {
				matched.Add(1)
			}
		}
		return 100
	})
	if matched.Load() < 50 {
		t.Errorf("only %d matches", matched.Load())
	}
}

// TestFindTogether holds the finding of all starts at once against the trying of
// each: at any place of a text, with bytes that are no characters in it, and with
// pieces across the borders of the words.
func TestFindTogether(t *testing.T) {
	var found, longer atomic.Int64
	each := func(piece, text string) int {
		for start := 0; start <= len(text); {
			if end, ok := written.prefix(piece, text[start:]); ok {
				return start + end
			}
			_, size := utf8.DecodeRuneInString(text[start:])
			start += max(size, 1)
		}
		return -1
	}
	tries(t, 7, func(t *testing.T, random *rand.Rand) int {
		for i := range 15 {
			most := []int{6, 70, 200}[i%3]
			text := randomText(random, "aaaaé€😀", 2*most+4)
			if random.IntN(3) == 0 && text != "" {
				at := random.IntN(len(text))
				text = text[:at] + "\xe2" + text[at:]
			}
			piece := strings.ReplaceAll(randomText(random, "aaaab????", most), "b", "?") + "?"
			if runes := []rune(text); random.IntN(2) == 0 && utf8.ValidString(text) && len(runes) > 3 { // one that is there
				from := random.IntN(len(runes) - 2)
				runes = runes[from : from+1+random.IntN(len(runes)-from-1)]
				for j := range runes {
					if j == 0 || random.IntN(3) == 0 {
						runes[j] = '?'
					}
				}
				piece = string(runes)
			}
			want := each(piece, text)
			if got := written.findTogether(piece, text, 0); got != want {
				t.Errorf("%q in %q: %d, want %d", piece, text, got, want)
			}
			if got := written.find(piece, text); got != want {
				t.Errorf("%q in %q: find %d, want %d", piece, text, got, want)
			}
			if want >= 0 {
				found.Add(1)
				if len(piece) > 64 {
					longer.Add(1)
				}
			}
		}
		return 15
	})
	if found.Load() < 20 || longer.Load() < 2 {
		t.Errorf("only %d found, %d of long pieces", found.Load(), longer.Load())
	}
}

// TestMatchLong is M-06 for pieces with wildcards: at worst piece x text / 64.
func TestMatchLong(t *testing.T) {
	for _, c := range []struct {
		name, pattern, text string
		want                bool
		within              time.Duration
	}{
		{"every other one, none", "*" + strings.Repeat("?a", 8000) + "b*", strings.Repeat("a", 80_000), false, 400 * time.Millisecond},
		{"every other one, at the end", "*" + strings.Repeat("?a", 8000) + "b*", strings.Repeat("a", 80_000) + "b", true, 400 * time.Millisecond},
		{"a long head", "*" + strings.Repeat("a", 16_000) + "?b*", strings.Repeat("a", 80_000), false, 400 * time.Millisecond},
		{"a long middle", "*a?" + strings.Repeat("a", 16_000) + "b*", strings.Repeat("a", 80_000), false, 400 * time.Millisecond},
		{"characters of several bytes", "*" + strings.Repeat("?é", 4000) + "b*", strings.Repeat("é", 20_000), false, 400 * time.Millisecond},
		{"many pieces", strings.Repeat("*"+strings.Repeat("?a", 100)+"b", 50) + "*", strings.Repeat("a", 80_000), false, 100 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			start := time.Now()
			if got := written.match(c.pattern, c.text); got != c.want {
				t.Errorf("matches: %v", got)
			}
			t.Log(time.Since(start))
			inTime(t, start, c.within)
		})
	}
}

// TestMatchAllocates: patterns as people write them need no memory.
func TestMatchAllocates(t *testing.T) {
	for _, pattern := range []string{"*?a?c*", "*team-?/index/*", "arn:*:table/team-????s*"} {
		if n := testing.AllocsPerRun(100, func() {
			written.match(pattern, "arn:aws:dynamodb:eu-west-1:111122223333:table/team-files/index/by-owner")
		}); n != 0 {
			t.Errorf("%q: %v allocations", pattern, n)
		}
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

// obviousARN is M-03 by definition, with all the backtracking there is. seen
// counts the colons of the text so far: after the fifth a wildcard may be one.
func obviousARN(p, text []rune, seen int) bool {
	if len(p) == 0 || len(text) == 0 {
		return len(text) == 0 && strings.Trim(string(p), "*") == ""
	}
	ends := p[0] == '*' && (len(p) == 1 || p[1] == ':')
	colon := 0
	if text[0] == ':' {
		colon = 1
	}
	wild := colon == 0 || seen >= 5 || ends
	switch p[0] {
	case '*':
		return obviousARN(p[1:], text, seen) || wild && obviousARN(p, text[1:], seen+colon)
	case '?':
		return wild && obviousARN(p[1:], text[1:], seen+colon)
	}
	return p[0] == text[0] && obviousARN(p[1:], text[1:], seen+colon)
}

// obviousShort is G-10: the parts that an ARN pattern lacks are "*".
func obviousShort(pattern, text string) bool {
	given := strings.SplitN(text, ":", 6)
	for i, part := range strings.Split(pattern, ":") {
		if !obvious([]rune(part), []rune(given[i])) {
			return false
		}
	}
	return true
}

// TestResourcesAgainstObvious lays whole ARN patterns on ARNs.
func TestResourcesAgainstObvious(t *testing.T) {
	var matched, short atomic.Int64
	tries(t, 5, func(t *testing.T, random *rand.Rand) int {
		for range 100 {
			pattern := "arn:" + randomText(random, "ab*?::", 12)
			text := "arn:" + randomText(random, "aabb::::", 14)
			colons := strings.Count(pattern, ":")
			want := strings.Count(text, ":") >= 5 && (obviousARN([]rune(pattern), []rune(text), 0) ||
				colons < 5 && obviousShort(pattern, text))
			tgt := newTarget(text)
			r := newResource(Identity, pattern, true)
			if got := r.match(&tgt, nil); got != want {
				t.Errorf("%q on %q: %v", pattern, text, got)
			}
			if want {
				matched.Add(1)
				if colons < 5 {
					short.Add(1)
				}
			}
		}
		return 100
	})
	if matched.Load() < 20 || short.Load() < 5 {
		t.Errorf("only %d matches, %d of short patterns", matched.Load(), short.Load())
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
