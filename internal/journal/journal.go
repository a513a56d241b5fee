// Package journal is what happened: one append-only log of segments with two
// views, CloudTrail events of every call and decision records of every denial.
// It decides nothing, and nothing waits for its disk.
//
// A segment is a file of JSON lines, journal-NNNNNNNNNNNNNNNN.jsonl, numbered
// upwards. The first line is {"journal":2}: the format's version. Every other
// line is one of
//
//   - an event, in CloudTrail's form: it has "eventID";
//   - the decision of a denied call, behind its event: it begins with
//     "decisionOf", the event's id, and is a case and result of policy decisions
//     whose policies stand as name and hash. "caller" is what policies compare of
//     the caller beyond its ARN, "no_trust" marks a role that was not there, and
//     "cut" names what is not in it as it was: "action", "resource", "message" and
//     condition keys with a value that was cut at 2 KiB, and "context" where keys are
//     left out because all of them are more than 32 KiB. Where nothing is, and in
//     records of former versions, there is no "cut";
//   - the text of a policy: it begins with "policy", the SHA-256 of its text in
//     hex. It stands in its segment in front of the first decision that names it,
//     so that a segment needs no other;
//   - a note of the journal about itself: it begins with "note", and says
//     "opened" and "closed", or "not closed" (in the place of "opened": what the
//     crash before may have cost), "dropped" or "policies dropped" (how many calls,
//     or texts of policies, had no room in memory, because the disk was full or slow).
//
// A segment of version 1 has decisions without "authorizationID", "account" and
// "caller", and no texts. It is read, and not written to any more.
//
// The oldest segments are removed beyond a number; those that hold denials within
// the retention stay longer, up to the disk's bound of Options.MostSegments.
//
// The order is that in which lines came to the log, which is nearly that of time:
// a write's event comes from the store, up to a second after the call, or after
// the restart where a crash came between.
package journal

import (
	"errors"
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
	Segments     int   // the oldest are removed beyond this many, once they are older than the retention; default 16
	// MostSegments is the disk's bound: the oldest are removed beyond this many
	// however young; default 64, which is 4 GiB.
	MostSegments int
	// Retention is how long a denial can be explained: default 24 hours; negative
	// for as long as the segments are there.
	Retention time.Duration
	Clock     func() time.Time
	Log       *slog.Logger
}

const (
	// flushEvery is how often what is pending is written and synced.
	flushEvery = time.Second / 2
	// mayMiss is how much a crash may cost of calls that changed nothing.
	mayMiss = time.Second
)

// Journal is the log in one folder. It is safe for concurrent use.
type Journal struct {
	dir     string
	log     *slog.Logger
	clock   func() time.Time
	pending *pending
	lines   sync.Pool // of *[]byte: one entry's lines

	write     sync.Mutex // held while segments are written
	segments  *segments
	unwritten batch // what was taken from pending and could not be written
	index     *index
	searching sync.Mutex // held while segments are read for what the index does not know
	writing   trouble
	syncing   trouble

	stop chan struct{}
	done chan struct{}
}

// Open opens the log in dir, or creates it. What a crash cut off at its end is
// dropped, and noted.
func Open(dir string, o Options) (*Journal, error) { return open(dir, o, openFile) }

// DefaultRetention is AWS's promise: authorization details are there for at least 24
// hours [API_GetRequestAuthorizationDetails].
const DefaultRetention = 24 * time.Hour

func (o *Options) defaults() {
	if o.SegmentBytes == 0 {
		o.SegmentBytes = 64 << 20
	}
	if o.Segments == 0 {
		o.Segments = 16
	}
	if o.MostSegments == 0 {
		o.MostSegments = max(64, o.Segments)
	}
	if o.Retention == 0 {
		o.Retention = DefaultRetention
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
}

func open(dir string, o Options, files func(path string, flags int) (file, error)) (*Journal, error) {
	o.defaults()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	s := &segments{
		dir: dir, limit: o.SegmentBytes, keep: o.Segments, most: o.MostSegments, retain: o.Retention,
		clock: o.Clock, log: o.Log, open: files,
	}
	lost, err := s.start()
	if err != nil {
		return nil, err
	}
	j := &Journal{
		dir: dir, log: o.Log, clock: o.Clock, pending: newPending(), segments: s,
		writing: trouble{comes: "the journal cannot be written; calls go on, and are kept in memory while there is room", over: "the journal is written again"},
		syncing: trouble{comes: "the journal cannot be synced to its disk; calls go on", over: "the journal is synced to its disk again"},
		stop:    make(chan struct{}), done: make(chan struct{}), index: newIndex(),
	}
	j.lines.New = func() any { return new([]byte) }
	if lost.unclean {
		j.pending.add(appendUnclean(nil, j.clock(), lost.torn))
		o.Log.Warn("the journal was not closed: calls that changed nothing may be missing from its last moments", "up_to", mayMiss, "torn_bytes", lost.torn)
	} else {
		j.pending.add(appendOpened(nil, j.clock()))
	}
	j.Flush() // it has told; a start does not depend on room in the journal
	go j.flushLoop()
	go j.index.build(dir, s.number, s.size, o.Clock().Add(-max(o.Retention, 0)), j.stop)
	return j, nil
}

// Record takes a call in. It does not wait for the disk: what it takes is written
// within a second. Where the disk cannot follow, calls are dropped and counted.
func (j *Journal) Record(e *Entry) {
	lines := j.lines.Get().(*[]byte)
	*lines = append(AppendEvent((*lines)[:0], e), '\n')
	if e.Denial == nil {
		j.pending.add(*lines)
	} else {
		m := j.index.mention(e.Denial.ID, e.Call.RequestID, e.EventID, len(*lines))
		*lines = append(appendDecision(*lines, e), '\n')
		j.pending.addDenial(*lines, &m, textsOf(&e.Denial.Set))
	}
	j.lines.Put(lines)
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
			j.Flush() // it has told
			j.sync()
		case <-j.pending.full:
			j.Flush()
		}
	}
}

// Flush writes what Record took in. That it fails, and that it succeeds again, is
// logged once.
func (j *Journal) Flush() error {
	j.write.Lock()
	defer j.write.Unlock()
	return j.writing.tell(j.log, j.flush())
}

func (j *Journal) flush() error {
	if err := j.flushLines(); err != nil { // of a flush that failed
		return err
	}
	j.unwritten = j.pending.take()
	if err := j.flushLines(); err != nil {
		return err
	}
	return j.noteDropped()
}

// flushLines writes what is unwritten: the texts that its decisions name in front, in
// the same segment.
func (j *Journal) flushLines() error {
	b := &j.unwritten
	if len(b.lines) == 0 {
		return nil
	}
	if err := j.segments.makeRoom(); err != nil {
		return err
	}
	number := j.segments.number
	err := j.segments.writeTexts(b.texts, func(of sum, offset int64) { j.index.addText(number, of, offset) })
	if err != nil {
		return err
	}
	base := j.segments.size
	n, err := j.segments.write(b.lines)
	b.denials = j.index.add(b.denials, number, base, n)
	left := b.lines[n:]
	if len(left) == 0 {
		j.pending.written(0, b.lines)
		*b = batch{}
		return err
	}
	b.lines = left
	j.pending.written(b.size(), nil)
	return err
}

// noteDropped notes what had no room in memory.
func (j *Journal) noteDropped() error {
	m := j.pending.missing()
	if m == (missed{}) {
		return nil
	}
	var notes []byte
	if m.entries > 0 {
		notes = appendDropped(notes, j.clock(), m.entries)
	}
	if m.texts > 0 {
		notes = appendTextsDropped(notes, j.clock(), m.texts)
	}
	if _, err := j.segments.append(notes); err != nil {
		return err
	}
	j.pending.noted(m)
	if m.entries > 0 {
		j.log.Error("calls are missing from the journal: the disk did not follow", "calls", m.entries)
	}
	if m.texts > 0 {
		j.log.Error("policies of denials are missing from the journal: the disk did not follow", "policies", m.texts)
	}
	return nil
}

// sync brings what was flushed onto the disk. Writers need not wait for it.
func (j *Journal) sync() {
	j.write.Lock()
	f, unsynced := j.segments.file, j.segments.unsynced
	j.segments.unsynced = false
	j.write.Unlock()
	if !unsynced {
		return
	}
	err := f.Sync()
	if errors.Is(err, os.ErrClosed) { // full meanwhile, and synced before that
		err = nil
	}
	j.write.Lock()
	defer j.write.Unlock()
	j.segments.unsynced = j.segments.unsynced || err != nil
	j.syncing.tell(j.log, err)
}

// appendSynced writes lines and returns when they are on the disk.
func (j *Journal) appendSynced(lines []byte) error {
	j.write.Lock()
	defer j.write.Unlock()
	return j.segments.appendSynced(lines)
}

// Close writes what is still in memory, and that the journal was closed.
func (j *Journal) Close() error {
	close(j.stop)
	<-j.done
	<-j.index.built
	err := j.Flush()
	j.write.Lock()
	defer j.write.Unlock()
	if err == nil { // else more is missing than a closed journal may miss
		_, err = j.segments.append(appendClosed(nil, j.clock()))
	}
	return errors.Join(err, j.segments.close())
}
