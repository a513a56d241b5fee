package policy

import (
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// TestLongStarts decides on resources whose starts are alike for longer than
// what the index compares at once, against prefixes by definition.
func TestLongStarts(t *testing.T) {
	var matched atomic.Int64
	tries(t, 17, func(t *testing.T, random *rand.Rand) int {
		const batch = 40
		var texts []string
		var list []m
		for range 1 + random.IntN(14) {
			text := "arn:aws:s3:::" + randomText(random, "ab", 4) + strings.Repeat("a", 6+random.IntN(4)) + randomText(random, "ab", 4)
			texts = append(texts, text+pick(random, "*", "*", ""))
			list = append(list, allows("s3:*", texts[len(texts)-1]))
		}
		s := &Set{Identity: []*Policy{compiled(t, Identity, statements(list...))}}
		for range batch {
			on := strings.TrimSuffix(pick(random, texts...), "*") + randomText(random, "ab", 3)
			want := slices.ContainsFunc(texts, func(text string) bool {
				start, open := strings.CutSuffix(text, "*")
				return on == text || open && strings.HasPrefix(on, start)
			})
			d := Decide(&Request{Principal: ana, Action: "s3:GetObject", Resource: on, ResourceAccount: accountC}, s)
			if (d.Outcome == Allowed) != want {
				t.Errorf("%s of %q: %s", on, texts, outcomeText(d.Outcome, d.By))
			}
			if want {
				matched.Add(1)
			}
		}
		return batch
	})
	if matched.Load() < int64(randomCases()/4) {
		t.Errorf("only %d matches", matched.Load())
	}
}
