// Package journal is what happened: one append-only log of segments with two
// views, CloudTrail events of every call and decision records of every denial.
// It decides nothing, and nothing waits for its disk.
package journal

import (
	"context"
	"log/slog"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/store"
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

// Journal is the log in one folder. It is safe for concurrent use.
type Journal struct{}

// Open opens the log in dir, or creates it. What a crash cut off at its end is
// dropped, and counted.
func Open(dir string, o Options) (*Journal, error) { panic("stub") }

// Record takes a call in. It does not wait for the disk: what it takes is written
// within a second. Where the disk cannot follow, calls are dropped and counted.
func (j *Journal) Record(e *Entry) { panic("stub") }

// AppendEvent appends the event of a call to dst: the value that a write commits
// beside its change under the key event/EVENTID.
func AppendEvent(dst []byte, e *Entry) []byte { panic("stub") }

// Follow moves events that writes committed from the store to the log until ctx
// ends: the log first, synced, then the store's key. An event is in the log once,
// also after a crash between the two.
func (j *Journal) Follow(ctx context.Context, s store.Store) error { panic("stub") }

// Close writes what is still in memory.
func (j *Journal) Close() error { panic("stub") }
