package policy

import (
	"math/bits"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestTarget is what the ARN of a request is read into.
func TestTarget(t *testing.T) {
	for text, want := range map[string]struct {
		tail  string
		tails int
		arn   bool
	}{
		"":                                  {"", 1, false},
		"*":                                 {"", 1, false},
		"arn:aws:s3::b":                     {"", 1, false},
		":::::":                             {"", 1, true},
		"arn:aws:s3:::b":                    {"b", 1, true},
		"arn:aws:s3:::b:c":                  {"b:c", 2, true},
		"arn:aws:sns:eu:111122223333:a::b:": {"a::b:", 4, true},
	} {
		tgt := newTarget(text)
		if tgt.text != text || tgt.tail != want.tail || tgt.arn != want.arn || tgt.tails() != want.tails {
			t.Errorf("%q: %+v, %d tails", text, tgt, tgt.tails())
		}
	}
}

// TestIsAccount: twelve digits, each of them any, and none of the bytes beside
// the digits.
func TestIsAccount(t *testing.T) {
	for at := range 12 {
		for c := range 256 {
			s := []byte("012345678909")
			s[at] = byte(c)
			if got, want := isAccount(string(s)), '0' <= c && c <= '9'; got != want {
				t.Errorf("%q: %v", s, got)
			}
		}
	}
	for n := range 30 {
		if got := isAccount(strings.Repeat("0", n)); got != (n == 12) {
			t.Errorf("%d digits: %v", n, got)
		}
	}
	for _, account := range []string{"000000000000", "999999999999"} {
		if tgt := newTarget("arn:aws:sqs:eu:" + account + ":q"); tgt.account() != account {
			t.Errorf("%s: %q", account, tgt.account())
		}
	}
}

// TestShortestAccount: no more need stand before an account than its colon.
func TestShortestAccount(t *testing.T) {
	tgt := target{text: ":111122223333:", arn: true}
	if got := tgt.account(); got != "111122223333" {
		t.Errorf("%q", got)
	}
	tgt.text = tgt.text[1:]
	if got := tgt.account(); got != "" {
		t.Errorf("without its colon: %q", got)
	}
}

// TestLongTail: what is kept of a literal ends at 16 bits, and is no other text
// there.
func TestLongTail(t *testing.T) {
	for _, length := range []int{maxHead - 1, maxHead, maxHead + 1, maxHead + 100} {
		text := "arn:aws:s3:::" + strings.Repeat("a", length-len("arn:aws:s3:::")) + "*b*"
		r := newResource(Identity, text, true)
		kept := min(length, maxHead)
		if int(r.literal) != kept || int(r.anchor) != kept || r.start() != text[len("arn:aws:s3:::"):kept] {
			t.Errorf("%d: literal %d, anchor %d, start of %d", length, r.literal, r.anchor, len(r.start()))
		}
	}
}

// TestPlausible is what a few compared bytes say.
func TestPlausible(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"arn:aws:s3:::b/*/k*", "arn:aws:s3:::b/c", true}, // no more than the start is compared
		{"arn:aws:s3:::b/*/k*", "arn:aws:s3:::a/c", false},
		{"arn:aws:*:::b/*", "arn:aws:s3:::b/c", true},
		{"arn:aws:*:::b/*", "arn:aws:s3:::a:b/c", true}, // M-03
		{"arn:aws:*:::b/*", "arn:aws:s3:::a", false},
		{"arn:aws:*:::b/*", "arn:aws:s3:::ab/", false},
		{"arn:aws:*:::b/*", "arn:aws:s3:::a:b", false},
		{"arn:aws:*:::b/*", "arn:gov:s3:::b/c", false},
		{"arn:aws:*", "arn:aws:s3:::b", true},
	} {
		r, tgt := newResource(Boundary, c.pattern, true), newTarget(c.text)
		if got := r.plausible(&tgt); got != c.want {
			t.Errorf("%s on %s: %v", c.pattern, c.text, got)
		}
	}
}

// TestStretchedStars: a star that ends a part takes in as many parts as it must
// (M-03), and no more.
func TestStretchedStars(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"arn:*:b*:c:d:e", "arn:x:by:z:c:d:e", true}, // the second of two stars alone
		{"arn:a*:*:c:d:e", "arn:a:x:y:c:d:e", true},
		{"arn:*:*:*:*:e", "arn:a:b:c:d:x:y:e", true},
		{"arn:*:*:*:*:e", "arn:a:b:c:d:x:y:f", false},
		{"arn:*:b*:c:d:e", "arn:x:y:z:c:d:e", false},
		{"arn:*:x*", "arn:a:b:x1:c:d", true}, // a short pattern's last star takes the rest
		{"arn:*:x*", "arn:a:b:c:d:e:x1", true},
		{"arn:*:x*", "arn:a:b:c:d:e", false},
		{"arn:*:x", "arn:a:b:x:c:d", false},
		{"arn:*:x", "arn:a:x:b:c:d", true}, // G-10
	} {
		r, tgt := newResource(Identity, c.pattern, true), newTarget(c.text)
		if got := r.match(&tgt, nil); got != c.want {
			t.Errorf("%s on %s: %v", c.pattern, c.text, got)
		}
	}
}

// TestStraight compares parts that stand in the same places, whatever kind the
// entry is of, with both sorts of wildcards.
func TestStraight(t *testing.T) {
	random := rand.New(rand.NewPCG(41, 42))
	matched := 0
	for range 20_000 {
		pattern, text := []string{"arn"}, []string{"arn"}
		for range arnParts - 1 {
			pattern = append(pattern, randomText(random, "a*?b", 3))
			text = append(text, randomText(random, "aab", 2))
		}
		if random.IntN(2) == 0 {
			for i := range 1 + random.IntN(arnParts-1) {
				pattern[i] = text[i] // a longer literal start
			}
		}
		want := true
		for i := range pattern {
			want = want && obvious([]rune(pattern[i]), []rune(text[i]))
		}
		whole := strings.Join(pattern, ":")
		tgt, r := newTarget(strings.Join(text, ":")), newResource(Identity, whole, true)
		if r.kind == resourcePrefix {
			r.text += "*"
		}
		if r.kind == resourceEverything || !strings.HasPrefix(tgt.text, r.text[:r.literal]) {
			continue
		}
		if want {
			matched++
		}
		if r.straight(whole, written, &tgt) != want || r.straight(mark(whole), marked, &tgt) != want {
			t.Fatalf("%s on %s: want %v", whole, tgt.text, want)
		}
	}
	if matched < 500 {
		t.Errorf("only %d match", matched)
	}
}

// TestStraightFromTheLiteral: the parts that plausible has compared are not
// compared again.
func TestStraightFromTheLiteral(t *testing.T) {
	r := newResource(Identity, "arn:aws:s3:*:c:d*", true)
	for text, want := range map[string]bool{
		"arn:aws:s3:x:c:dd": true, "arn:gov:s3:x:c:dd": true, "arn:aws:s4:x:c:dd": true,
		"arn:aws:s3:x:b:dd": false, "arn:aws:s3:x:c:e": false,
	} {
		tgt := newTarget(text)
		if got := r.straight(r.text, written, &tgt); got != want {
			t.Errorf("%s: %v", text, got)
		}
		if got := r.match(&tgt, nil); got != (text == "arn:aws:s3:x:c:dd") {
			t.Errorf("%s as a whole: %v", text, got)
		}
	}
}

// layOut is the alignment of a pattern with an ARN.
func layOut(pattern, text string) *alignment {
	a := &alignment{pattern: pattern, wildcards: written, text: text}
	a.at, a.parts = splitARN(pattern)
	a.colons, _ = splitARN(text)
	return a
}

// TestTriedPairs: what failed once is not tried again, and nothing else is taken
// for it.
func TestTriedPairs(t *testing.T) {
	const all = "arn:*:*:*:*:*"
	for i := range arnParts {
		for j := range arnParts {
			a := layOut(all, "arn:a:b:c:d:e:f:g:h:i")
			if a.from(i, j) != (i > 0 || j == 0) {
				t.Errorf("%d on %d", i, j)
			}
			a.failed = 1 << (6*i + j)
			if a.from(i, j) {
				t.Errorf("%d on %d is tried again", i, j)
			}
			a.failed = ^a.failed
			if i == arnParts-1 && !a.from(i, j) {
				t.Errorf("%d on %d is taken for another", i, j)
			}
		}
	}
	a := layOut("arn:*:*:*:x:*", "arn:a:b:c:d:e")
	if a.from(0, 0) {
		t.Error("x is nowhere")
	}
	// The first two parts in their places, and what follows a star in each place
	// from its own on.
	want := map[[2]int]bool{{0, 0}: true, {1, 1}: true}
	for i := 2; i <= 4; i++ {
		for j := i; j < arnParts; j++ {
			want[[2]int{i, j}] = true
		}
	}
	for at := range want {
		if a.failed&(1<<(6*at[0]+at[1])) == 0 {
			t.Errorf("%v is not marked", at)
		}
	}
	if n := bits.OnesCount64(a.failed); n != len(want) {
		t.Errorf("%d marked, want %d", n, len(want))
	}
}

// TestShortWithoutStars: a short pattern's last part fills no further parts
// unless it ends with a star; that they are stars is for filled to say (G-10).
func TestShortWithoutStars(t *testing.T) {
	const text = "arn:a:b:c:dx:rn:a:b:c:dx"
	for pattern, want := range map[string]bool{"arn:a:b:c:d?": false, "arn:a:b:c:d*": true, "arn:a:b:c:*": true, "arn:a:b:c": false} {
		if a := layOut(pattern, text); a.from(0, 0) != want {
			t.Errorf("%s: %v", pattern, !want)
		}
		if a := layOut(pattern, text); !a.filled() {
			t.Errorf("%s leaves parts out", pattern)
		}
	}
}
