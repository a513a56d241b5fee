package main

import (
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
)

// The bars of a decision: times as fast as the faster of the two.
const (
	gate  = 25
	reach = 60
)

// size is what was measured of one description.
type size struct {
	description *description
	ours        float64 // µs a decision
	allocs      float64
	peers       []peer
}

// peer is an engine beside ours.
type peer struct {
	name  string
	time  float64 // µs a decision
	ratio float64 // to ours, the median of the rounds
	// idiomatic: the policies are as the engine's documentation has them.
	idiomatic bool
}

func measureSizes(e effort) ([]size, error) {
	var sizes []size
	for _, d := range descriptions() {
		engines, err := enginesOf(d)
		if err != nil {
			return nil, err
		}
		if err := compare(d, engines); err != nil {
			return nil, err
		}
		sizes = append(sizes, measureSize(e, d, engines))
	}
	return sizes, nil
}

func measureSize(e effort, d *description, engines []engine) size {
	n := len(d.requests)
	rounds := make([]func(), len(engines))
	for i, one := range engines {
		rounds[i] = round(one, n)
	}
	times := interleaved(e.rounds, e.about, rounds...)
	micro := func(i int) float64 { return median(times[i]) / float64(n) / 1000 }
	s := size{description: d, ours: micro(0), allocs: allocations(engines[0], n)}
	for i := 1; i < len(engines); i++ {
		p := peer{name: engines[i].name(), time: micro(i), ratio: ratio(times[i], times[0]), idiomatic: true}
		if c, ok := engines[i].(*cedarEngine); ok {
			p.idiomatic = c.style == inScope
		}
		if last := len(s.peers) - 1; last >= 0 && s.peers[last].name == p.name { // the faster form of the two
			if p.time < s.peers[last].time {
				s.peers[last] = p
			}
			continue
		}
		s.peers = append(s.peers, p)
	}
	return s
}

// faster is the smaller of the ratios, of the two as their documentation has
// policies written.
func (s size) faster() peer {
	var best peer
	for _, p := range s.peers {
		if p.idiomatic && (best.name == "" || p.ratio < best.ratio) {
			best = p
		}
	}
	return best
}

func (s size) bars() []bar {
	best := s.faster()
	small := s.description.name == "small"
	speed := bar{name: s.description.name + ": times as fast as the faster of the two", measured: best.ratio, unit: "×",
		limit: gate, reach: reach, atLeast: true, note: "against " + best.name}
	if small {
		speed.reach = 0 // the reach is for typical and large
	}
	allocs := bar{name: s.description.name + ": allocations a decision", measured: s.allocs, zero: true}
	bars := []bar{speed, allocs}
	for _, p := range s.peers {
		if !p.idiomatic {
			bars = append(bars, bar{name: s.description.name + ": times as fast as " + p.name, measured: p.ratio, unit: "×"})
		}
	}
	return bars
}

func printSizes(sizes []size) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	heads := []string{"SIZE", "STATEMENTS", "REQUESTS", "gatehouse"}
	for _, p := range sizes[0].peers {
		heads = append(heads, p.name, "ratio")
	}
	fmt.Fprintln(w, strings.Join(heads, "\t"))
	for _, s := range sizes {
		fmt.Fprintf(w, "%s\t%d\t%d\t%.3f µs", s.description.name, s.description.statements(), len(s.description.requests), s.ours)
		for _, p := range s.peers {
			fmt.Fprintf(w, "\t%.2f µs\t%.1f×", p.time, p.ratio)
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}
