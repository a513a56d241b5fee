package journal

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

// eventPrefix is where writes commit their events.
const eventPrefix = "event/"

const (
	moveEvery = 200 * time.Millisecond // how long a committed event may wait to be moved
	moveMax   = store.MaxOperations    // events a move: one commit deletes them
)

// Follow moves events that writes committed from the store to the log until ctx
// ends: the log first, synced, then the store's key. An event is in the log once,
// also after a crash between the two.
func (j *Journal) Follow(ctx context.Context, s store.Store) error {
	m := &mover{journal: j, store: s}
	if err := m.recall(); err != nil {
		return err
	}
	tick := time.NewTicker(moveEvery)
	defer tick.Stop()
	for {
		if err := m.moveAll(ctx); err != nil && ctx.Err() == nil {
			j.log.Error("events stay in the store for now", "err", err)
		}
		select {
		case <-ctx.Done():
			return m.moveAll(context.WithoutCancel(ctx))
		case <-tick.C:
		}
	}
}

// mover moves committed events to the log.
type mover struct {
	journal *Journal
	store   store.Store
	// written are lines that are in the log, and whose keys may still be in the
	// store: of a crash before this start, or of a commit that failed.
	written []byte
}

// tailBytes is more than a move of the largest events and what Record may have
// added behind it.
const tailBytes = 2*maxPending + moveMax*64<<10

// recall reads what a crash may have left moved, but not deleted.
func (m *mover) recall() (err error) {
	m.journal.write.Lock()
	defer m.journal.write.Unlock()
	m.written, err = m.journal.segments.tail(tailBytes)
	return err
}

// moveAll moves until there is nothing left.
func (m *mover) moveAll(ctx context.Context) error {
	for {
		page, err := m.store.List(ctx, eventPrefix, store.ListOptions{Limit: moveMax})
		if err != nil {
			return err
		}
		if len(page.Entries) == 0 {
			m.written = nil
			return nil
		}
		if err := m.move(ctx, page.Entries); err != nil {
			return err
		}
	}
}

// move writes events that are not in the log yet, and deletes their keys.
func (m *mover) move(ctx context.Context, entries []store.Entry) error {
	var lines []byte
	changes := make([]store.Change, 0, len(entries))
	for _, e := range entries {
		if !m.has(strings.TrimPrefix(e.Key, eventPrefix)) {
			lines = append(append(lines, e.Value...), '\n')
		}
		changes = append(changes, store.Change{Key: e.Key, Delete: true})
	}
	if len(lines) > 0 {
		if err := m.journal.appendSynced(lines); err != nil {
			return errors.Join(err, m.recall())
		}
		m.written = append(m.written, lines...)
	}
	_, err := m.store.Commit(ctx, nil, changes)
	return err
}

func (m *mover) has(eventID string) bool {
	return bytes.Contains(m.written, []byte(`"eventID":"`+eventID+`"`))
}
