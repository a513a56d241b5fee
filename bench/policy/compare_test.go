package main

import (
	"testing"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// TestEveryEngineDecidesAlike: what is timed is compared before, every request
// of every size.
func TestEveryEngineDecidesAlike(t *testing.T) {
	for _, d := range descriptions() {
		t.Run(d.name, func(t *testing.T) {
			engines, err := enginesOf(d)
			if err != nil {
				t.Fatal(err)
			}
			if err := compare(d, engines); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestCompareTellsAMismatch: a comparison that finds nothing is worth nothing.
func TestCompareTellsAMismatch(t *testing.T) {
	d := descriptions()[0]
	for _, wrong := range []bool{true, false} {
		if err := compare(d, []engine{always(wrong)}); err == nil {
			t.Errorf("an engine that always says %v was not noticed", wrong)
		}
	}
}

type always bool

func (a always) name() string    { return "always" }
func (a always) decide(int) bool { return bool(a) }

// TestExplicitDenials: where the description denies explicitly, so does ours.
func TestExplicitDenials(t *testing.T) {
	outcomes := map[answer]policy.Outcome{implicitly: policy.ImplicitDeny, explicitly: policy.ExplicitDeny, allowed: policy.Allowed}
	for _, d := range descriptions() {
		g, err := newGatehouse(d)
		if err != nil {
			t.Fatal(err)
		}
		explicit := 0
		for i := range d.requests {
			want := d.plainly(&d.requests[i])
			if want == explicitly {
				explicit++
			}
			if got := policy.Decide(&g.requests[i], g.set).Outcome; got != outcomes[want] {
				t.Errorf("%s: %+v: %v, not %v", d.name, d.requests[i], got, outcomes[want])
			}
		}
		if explicit == 0 {
			t.Errorf("%s: nothing is denied explicitly", d.name)
		}
	}
}

// TestDecideAllocatesNothing: at every size, for every request.
func TestDecideAllocatesNothing(t *testing.T) {
	for _, d := range descriptions() {
		g, err := newGatehouse(d)
		if err != nil {
			t.Fatal(err)
		}
		if n := allocations(g, len(d.requests)); n != 0 {
			t.Errorf("%s: %v allocations a round of decisions", d.name, n)
		}
	}
}
