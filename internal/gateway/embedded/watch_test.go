package embedded

import (
	"testing"
	"time"
)

// Starts that fail follow each other slower and slower; a child that ran for a while is
// replaced at once.
func TestNext(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		name       string
		pause, ran time.Duration
		ready      bool
		want       time.Duration
	}{
		{"it ran", 0, time.Minute, true, 0},
		{"it ran after failures", time.Second, time.Minute, true, 0},
		{"it died young", 0, 5 * ms, true, 10 * ms},
		{"it died young again", 10 * ms, 5 * ms, true, 20 * ms},
		{"it does not start", 0, 5 * ms, false, 100 * ms},
		{"it does not start again", 100 * ms, 5 * ms, false, 200 * ms},
		{"it takes long not to start", 0, time.Minute, false, 100 * ms},
		{"no longer than that", 4 * time.Second, 5 * ms, false, 5 * time.Second},
	} {
		if got := next(c.pause, c.ran, c.ready); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
