package main

import (
	"io"
	"testing"
	"time"
)

func TestResult(t *testing.T) {
	for name, c := range map[string]struct {
		bar  bar
		want string
	}{
		"under the limit":       {bar{measured: 1, limit: 1.2}, "met"},
		"over the limit":        {bar{measured: 1.3, limit: 1.2}, "MISSED"},
		"within reach":          {bar{measured: 1, limit: 15, reach: 2}, "reached"},
		"short of reach":        {bar{measured: 3, limit: 15, reach: 2}, "met"},
		"fast enough":           {bar{measured: 26, limit: 25, reach: 60, atLeast: true}, "met"},
		"as fast as hoped":      {bar{measured: 61, limit: 25, reach: 60, atLeast: true}, "reached"},
		"too slow":              {bar{measured: 24.9, limit: 25, reach: 60, atLeast: true}, "MISSED"},
		"nothing, as it should": {bar{measured: 0, zero: true}, "met"},
		"something":             {bar{measured: 0.01, zero: true}, "MISSED"},
		"a figure to look at":   {bar{measured: 9000}, "shown"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.bar.result(); got != c.want {
				t.Errorf("%s, not %s", got, c.want)
			}
		})
	}
}

// TestMissedBarsFail: whoever runs the benchmark learns of a missed bar by its
// exit code.
func TestMissedBarsFail(t *testing.T) {
	if err := printBars(io.Discard, []bar{{name: "a", measured: 1, limit: 2}}); err != nil {
		t.Error(err)
	}
	if err := printBars(io.Discard, []bar{{name: "a", measured: 1, limit: 2}, {name: "b", measured: 3, limit: 2}}); err == nil {
		t.Error("a missed bar is no error")
	}
}

func TestFasterOfTwo(t *testing.T) {
	s := size{description: &description{}, peers: []peer{{"tuned", 5, 10, false}, {"slow", 30, 60, true}, {"fast", 15, 30, true}}}
	if got := s.bars()[0]; got.measured != 30 || got.note != "against fast" {
		t.Errorf("%+v", got)
	}
	if got := s.bars()[2]; got.measured != 10 || got.result() != "shown" {
		t.Errorf("what is not idiomatic is not shown beside: %+v", got)
	}
}

func TestMedianAndRatio(t *testing.T) {
	if got := median([]float64{9, 1, 5}); got != 5 {
		t.Errorf("the median of three is %v", got)
	}
	if got := median([]float64{9, 1, 5, 7}); got != 6 {
		t.Errorf("the median of four is %v", got)
	}
	if got := ratio([]float64{10, 40, 90}, []float64{5, 10, 10}); got != 4 {
		t.Errorf("the median ratio is %v, not that of the second round", got)
	}
}

// TestThreadCPU: work costs time, and waiting does not.
func TestThreadCPU(t *testing.T) {
	x := 1.0
	work := timed(1, func() {
		for begin := threadCPU(); threadCPU()-begin < 20*time.Millisecond; { // until the clock itself says so
			for range 10_000 {
				x = x*1.000001 + 1
			}
		}
	})
	if work < float64(20*time.Millisecond) || x == 0 {
		t.Errorf("20 ms of work took %v ns", work)
	}
	waiting := make(chan bool)
	time.AfterFunc(50*time.Millisecond, func() { close(waiting) })
	if idle := timed(1, func() { <-waiting }); idle > float64(25*time.Millisecond) {
		t.Errorf("waiting took %v ns of CPU time", idle)
	}
}
