package journal

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"time"
)

// clockMargin is how far back a clock may have been set between an event and the
// lines behind it.
const clockMargin = time.Hour

// find finds which of the events are in the log. None of them can be in front of
// lines that are older than the oldest of them.
func (j *Journal) find(events map[string]bool, oldest string) (map[string]bool, error) {
	found := map[string]bool{}
	if len(events) == 0 {
		return found, nil
	}
	if at, err := time.Parse(iso, oldest); err == nil {
		oldest = at.Add(-clockMargin).Format(iso)
	}
	numbers, err := segmentNumbers(j.dir)
	if err != nil {
		return nil, err
	}
	for _, n := range slices.Backward(numbers) {
		done, err := findIn(segmentPath(j.dir, n), events, oldest, found)
		if err != nil {
			return nil, err
		}
		if done {
			break
		}
	}
	return found, nil
}

func findIn(path string, events map[string]bool, oldest string, found map[string]bool) (done bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return false, fmt.Errorf("journal: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false, fmt.Errorf("journal: %w", err)
	}
	lines := newBackward(f, info.Size())
	for lines.next() {
		// The id stands behind all that a caller can word: the last one counts.
		id := textBehind(lines.line, bytes.LastIndex(lines.line, idMember), idMember)
		if events[id] {
			found[id] = true
		}
		if at := eventTime(lines.line); at != "" && at < oldest || len(found) == len(events) {
			return true, nil
		}
	}
	return false, lines.err
}
