package main

import (
	"testing"
	"time"
)

// briefly is just enough to see that a measurement measures.
var briefly = effort{rounds: 1, about: 2 * time.Millisecond}

// TestBesides: the five decide, of their requests half are found.
func TestBesides(t *testing.T) {
	d := besides()
	g, err := newGatehouse(d)
	if err != nil {
		t.Fatal(err)
	}
	granted := 0
	for i := range d.requests {
		if g.decide(i) {
			granted++
		}
		if g.decide(i) != (d.plainly(&d.requests[i]) == allowed) {
			t.Errorf("%+v", d.requests[i])
		}
	}
	if granted == 0 || granted == len(d.requests) || d.statements() != 5 {
		t.Errorf("%d of %d allowed by %d statements", granted, len(d.requests), d.statements())
	}
}

// TestMeasurementsMeasure: each gives its figures, and none of them is nothing.
func TestMeasurementsMeasure(t *testing.T) {
	growth, err := measureGrowth(briefly)
	if err != nil || len(growth) != 4 {
		t.Fatalf("%v, %v", growth, err)
	}
	for _, b := range growth {
		if b.measured == 0 || b.limit == 0 {
			t.Errorf("%+v", b)
		}
	}
	memory, err := measureMemory(briefly)
	if err != nil || len(memory) != 1 || memory[0].measured < 1000 || memory[0].measured > 100_000 {
		t.Errorf("%+v, %v", memory, err)
	}
}

func TestMeasureSize(t *testing.T) {
	d := descriptions()[0]
	engines, err := enginesOf(d)
	if err != nil {
		t.Fatal(err)
	}
	s := measureSize(briefly, d, engines)
	if s.ours <= 0 || s.allocs != 0 || len(s.peers) != 3 {
		t.Fatalf("%+v", s)
	}
	for _, p := range s.peers {
		if p.time <= s.ours || p.ratio <= 1 {
			t.Errorf("%s takes %v µs, %v times ours", p.name, p.time, p.ratio)
		}
	}
}
