package policy

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
)

// casesOfLibrary is how many cases are decided over the documents of one
// library: enough to make up for compiling them.
const casesOfLibrary = 200

// TestAgainstSlow decides random cases twice, and sees to it that they reach
// the whole language and every way to be denied.
func TestAgainstSlow(t *testing.T) {
	outcomes, seen := make(map[string]int), make(coverage)
	var merging sync.Mutex
	tries(t, 1, func(t *testing.T, random *rand.Rand) int {
		mine, reached := make(map[string]int), make(coverage)
		l := newLibrary(random, 6)
		for range casesOfLibrary {
			c := l.decision()
			r := c.request(t)
			d := Decide(r, l.set(t, &c))
			outcome, by := c.slowly(r, l.slow, reached)
			if outcome != d.Outcome || outcome != Allowed && by != d.By {
				failSmall(t, &c, disagrees(t), "slow evaluator: %s, quick: %s", outcomeText(outcome, by),
					outcomeText(d.Outcome, d.By))
			}
			mine[outcomeText(d.Outcome, d.By)]++
			if t.Failed() {
				break
			}
		}
		merging.Lock()
		defer merging.Unlock()
		seen.add(reached)
		for text, n := range mine {
			outcomes[text] += n
		}
		return casesOfLibrary
	})
	t.Logf("%v", outcomes)
	if testing.Short() || t.Failed() {
		return // too few to reach everything
	}
	for by := Identity; by <= Endpoint; by++ {
		for _, outcome := range []Outcome{ImplicitDeny, ExplicitDeny} {
			if text := outcomeText(outcome, by); outcomes[text] < 100 {
				t.Errorf("%d cases came out as %s: %v", outcomes[text], text, outcomes)
			}
		}
	}
	if outcomes["allowed"] < randomCases()/10 {
		t.Errorf("too few are allowed: %v", outcomes)
	}
	seen.want(t, 10, everyOperator()...)
	seen.want(t, 10, features...)
	seen.some(t, 10, events...)
}

// FuzzDecide lets the fuzzer choose the random cases.
func FuzzDecide(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed, seed*7)
	}
	f.Fuzz(func(t *testing.T, a, b uint64) {
		c := randomCase(rand.New(rand.NewPCG(a, b)))
		r := c.request(t)
		c.compare(t, r, Decide(r, c.set(t)))
	})
}

// TestKeys is ContextOf.
func TestKeys(t *testing.T) {
	c, err := ContextOf(m{"A": "1", "b": []string{"2"}, "C": []any{"3"}, "d": Value{One: "4"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"a": "{1 [] false}", "B": "{ [2] true}", "c": "{ [3] true}",
		"D": "{4 [] false}"} {
		if v, ok := c.Lookup(KeyOf(name)); !ok || fmt.Sprint(v) != want {
			t.Errorf("%s: %v, %v", name, v, ok)
		}
	}
	if _, ok := c.Lookup(KeyOf("e")); ok {
		t.Error("there is no e")
	}
	if _, ok := (*Keys)(nil).Lookup(KeyOf("a")); ok {
		t.Error("nil has no key")
	}
	for _, bad := range []any{1, []any{1}, nil, map[string]string{}} {
		if _, err := ContextOf(m{"a": bad}); err == nil {
			t.Errorf("%T is no value", bad)
		}
	}
	if d := Decide(&Request{Action: "s3:GetObject", Resource: "*"},
		&Set{}); d.Outcome != ImplicitDeny || d.By != Resource {
		t.Errorf("without a principal: %+v", d)
	}
}

// TestPolicyAccessors is what a Policy tells of itself.
func TestPolicyAccessors(t *testing.T) {
	p := compiled(t, Boundary, statements(allows("*", "*", "Sid", "A"), allows("*", "*")))
	if p.Name() != Boundary.String() || p.Type() != Boundary || p.Statements() != 2 || p.Sid(0) != "A" || p.Sid(1)+p.Sid(2)+p.Sid(-1) != "" {
		t.Errorf("%q %v %d %q", p.Name(), p.Type(), p.Statements(), p.Sid(0))
	}
}
