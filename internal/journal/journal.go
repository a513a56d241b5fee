// Package journal is what happened: one append-only log of segments with two
// views, CloudTrail events of every call and decision records of every denial.
// It decides nothing, and nothing waits for its disk.
//
// A segment is a file of JSON lines, journal-NNNNNNNNNNNNNNNN.jsonl, numbered
// upwards. The first line is {"journal":1}: the format's version. Every other
// line is one event (it has "eventID"), one decision (it has "decisionOf", the
// event's id), or a note of the journal about itself (it has "note").
package journal

import (
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
)

// Entry is one call, as the journal records it. It is read only during Record or
// AppendEvent.
type Entry struct {
	EventID string // a UUID
	Call    *api.Call
	Input   any           // decoded; nil where the call did not get so far
	Output  any           // nil for a call that failed
	Failure *api.Error    // nil for a call that went well
	Denial  *authz.Denial // nil unless authorization refused the call
}

// Options of a Journal.
type Options struct {
	SegmentBytes int64 // a segment is closed at this size; default 64 MiB
	Segments     int   // the oldest are removed beyond this many; default 16
	Clock        func() time.Time
	Log          *slog.Logger
}

// maxPending bounds what waits for the disk; calls beyond it are dropped, counted
// and noted.
const maxPending = 16 << 20

// flushEvery is how long a call that changed nothing may wait for the disk.
const flushEvery = time.Second / 2

// Journal is the log in one folder. It is safe for concurrent use.
type Journal struct {
	log   *slog.Logger
	clock func() time.Time

	mu      sync.Mutex
	pending []byte
	dropped int

	write    sync.Mutex // held while segments are written
	segments *segments
	spare    []byte // the buffer that was written last

	stop chan struct{}
	done chan struct{}
}

// Open opens the log in dir, or creates it. What a crash cut off at its end is
// dropped, and noted.
func Open(dir string, o Options) (*Journal, error) {
	if o.SegmentBytes == 0 {
		o.SegmentBytes = 64 << 20
	}
	if o.Segments == 0 {
		o.Segments = 16
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	s, lost, err := openSegments(dir, o.SegmentBytes, o.Segments)
	if err != nil {
		return nil, err
	}
	j := &Journal{log: o.Log, clock: o.Clock, segments: s, stop: make(chan struct{}), done: make(chan struct{})}
	if lost.unclean {
		j.note(fmt.Sprintf("the journal was not closed: calls that changed nothing may be missing from its last %v; %d bytes of a torn line were cut off", flushEvery, lost.torn))
		o.Log.Warn("the journal was not closed; calls that changed nothing may be missing from its last moments", "torn_bytes", lost.torn)
	}
	go j.flushLoop()
	return j, nil
}

// Record takes a call in. It does not wait for the disk: what it takes is written
// within a second. Where the disk cannot follow, calls are dropped and counted.
func (j *Journal) Record(e *Entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.pending) > maxPending {
		j.dropped++
		return
	}
	j.pending = appendLines(j.pending, e)
}

// appendLines appends the lines of an entry: its event and, for a denial, its
// decision.
func appendLines(dst []byte, e *Entry) []byte {
	dst = append(AppendEvent(dst, e), '\n')
	if e.Denial != nil {
		dst = append(appendDecision(dst, e), '\n')
	}
	return dst
}

// note adds a line of the journal about itself.
func (j *Journal) note(text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.pending = appendNote(j.pending, j.clock(), text)
}

func appendNote(dst []byte, at time.Time, text string) []byte {
	dst = append(dst, `{"note":`...)
	dst = api.AppendJSONString(dst, text)
	dst = append(dst, `,"time":`...)
	dst = appendTime(dst, at)
	return append(dst, '}', '\n')
}

func (j *Journal) flushLoop() {
	defer close(j.done)
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-j.stop:
			return
		case <-tick.C:
			if err := j.Flush(); err != nil {
				j.log.Error("the journal cannot be written; calls go on, and are kept in memory while there is room", "err", err)
			}
		}
	}
}

// Flush writes what Record took in.
func (j *Journal) Flush() error {
	j.write.Lock()
	defer j.write.Unlock()
	lines := j.take()
	if len(lines) == 0 {
		return nil
	}
	written, err := j.segments.append(lines)
	if err != nil {
		j.giveBack(lines[written:])
		return err
	}
	j.spare = lines[:0]
	return nil
}

// take takes what is pending, and notes what was dropped.
func (j *Journal) take() []byte {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.dropped > 0 {
		j.pending = appendNote(j.pending, j.clock(), fmt.Sprintf("%d calls are missing here: the disk did not follow", j.dropped))
		j.dropped = 0
	}
	lines := j.pending
	j.pending, j.spare = j.spare[:0], nil
	return lines
}

// giveBack keeps lines that could not be written for the next time.
func (j *Journal) giveBack(lines []byte) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.pending = append(lines[:len(lines):len(lines)], j.pending...)
}

// appendSynced writes lines and returns when they are on the disk.
func (j *Journal) appendSynced(lines []byte) error {
	j.write.Lock()
	defer j.write.Unlock()
	if _, err := j.segments.append(lines); err != nil {
		return err
	}
	return j.segments.sync()
}

// Close writes what is still in memory, and that the journal was closed.
func (j *Journal) Close() error {
	close(j.stop)
	<-j.done
	if err := j.Flush(); err != nil {
		j.segments.close(j.clock())
		return err
	}
	return j.segments.close(j.clock())
}
