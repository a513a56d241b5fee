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
	moveEvery = 200 * time.Millisecond // how long committed events are collected
	moveMax   = store.DefaultLimit     // events that are written with one sync
	drainTime = 5 * time.Second        // what the last move may take
)

// Follow moves events that writes committed from the store to the log until ctx
// ends: the log first, synced, then the store's key. An event is in the log once,
// also after a crash between the two. A journal follows one store, and a store is
// followed by one journal.
func (j *Journal) Follow(ctx context.Context, s store.Store) error {
	m := newMover(j, s)
	watching := make(chan struct{})
	watchCtx, stop := context.WithCancel(ctx)
	go func() {
		defer close(watching)
		m.watch(watchCtx)
	}()
	err := m.run(ctx)
	stop()
	<-watching
	return err
}

// mover moves committed events to the log.
type mover struct {
	journal *Journal
	store   store.Store
	wake    chan struct{} // told that there may be events
	// logged are events that are in the log and whose keys may still be in the
	// store: of a crash before this start, or of a commit that failed.
	logged map[string]bool
	moving trouble
}

func newMover(j *Journal, s store.Store) *mover {
	return &mover{journal: j, store: s, wake: make(chan struct{}, 1), moving: trouble{
		comes: "events of writes cannot be moved to the journal; they are safe in the store meanwhile",
		over:  "events of writes are moved to the journal again",
	}}
}

// run moves until ctx ends, and then what is there once more.
func (m *mover) run(ctx context.Context) error {
	if err := m.retry(ctx, m.recall); err != nil {
		return err
	}
	for {
		err := m.retry(ctx, m.moveAll)
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return m.drain(ctx)
		case <-m.wake:
		}
		if !pause(ctx, moveEvery) {
			return m.drain(ctx)
		}
	}
}

func (m *mover) drain(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if m.logged == nil {
		if err := m.recall(ctx); err != nil {
			return err
		}
	}
	return m.moveAll(ctx)
}

// pause waits; false when ctx ended.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// retryEvery is how soon a move that failed is tried again.
const retryEvery = time.Second

// retry does something until it succeeds, ctx ends, or the store is closed.
func (m *mover) retry(ctx context.Context, do func(context.Context) error) error {
	for {
		err := do(ctx)
		if ctx.Err() != nil || errors.Is(err, store.ErrClosed) {
			return ignoreEnd(ctx, err)
		}
		if m.moving.tell(m.journal.log, err) == nil {
			return nil
		}
		pause(ctx, retryEvery)
	}
}

func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// watch wakes the mover when events are committed. What it may have missed, after
// a failure or because the store has forgotten, the mover finds by listing.
func (m *mover) watch(ctx context.Context) {
	for ctx.Err() == nil {
		revision, err := m.store.Revision(ctx)
		m.wakeUp()
		if err == nil {
			err = m.store.Watch(ctx, revision, m.see)
		}
		if errors.Is(err, store.ErrClosed) || !pause(ctx, retryEvery) {
			return
		}
	}
}

// see looks for events in a commit; the mover's own deletions are none.
func (m *mover) see(c store.Commit) error {
	for i := range c.Changes {
		if !c.Changes[i].Delete && strings.HasPrefix(c.Changes[i].Key, eventPrefix) {
			m.wakeUp()
			break
		}
	}
	return nil
}

func (m *mover) wakeUp() {
	select {
	case m.wake <- struct{}{}:
	default: // awake
	}
}

// recall finds out which of the store's events are in the log already, because a
// crash came before their keys were deleted.
func (m *mover) recall(ctx context.Context) error {
	left := map[string]bool{}
	oldest := ""
	for after := ""; ; {
		page, err := m.store.List(ctx, eventPrefix, store.ListOptions{After: after})
		if err != nil {
			return err
		}
		for _, e := range page.Entries {
			left[eventID(e)] = true
			if at := eventTime(e.Value); oldest == "" || at < oldest {
				oldest = at
			}
			after = e.Key
		}
		if !page.More {
			break
		}
	}
	logged, err := m.journal.find(left, oldest)
	m.logged = logged
	return err
}

// moveAll moves until there is nothing left.
func (m *mover) moveAll(ctx context.Context) error {
	for {
		page, err := m.store.List(ctx, eventPrefix, store.ListOptions{Limit: moveMax})
		if err != nil {
			return err
		}
		if err := m.move(ctx, page.Entries); err != nil {
			return err
		}
		if !page.More {
			return nil
		}
	}
}

// move writes events that are not in the log yet, and deletes their keys.
func (m *mover) move(ctx context.Context, entries []store.Entry) error {
	var lines []byte
	for _, e := range entries {
		if !m.logged[eventID(e)] {
			lines = append(append(lines, e.Value...), '\n')
		}
	}
	if len(lines) > 0 {
		if err := m.journal.appendSynced(lines); err != nil {
			return err
		}
	}
	for _, e := range entries {
		m.logged[eventID(e)] = true
	}
	return m.delete(ctx, entries)
}

// delete deletes the keys of events that are in the log.
func (m *mover) delete(ctx context.Context, entries []store.Entry) error {
	for len(entries) > 0 {
		n := min(len(entries), store.MaxOperations)
		changes := make([]store.Change, n)
		for i, e := range entries[:n] {
			changes[i] = store.Change{Key: e.Key, Delete: true}
		}
		if _, err := m.store.Commit(ctx, nil, changes); err != nil {
			return err
		}
		for _, e := range entries[:n] {
			delete(m.logged, eventID(e))
		}
		entries = entries[n:]
	}
	return nil
}

func eventID(e store.Entry) string { return strings.TrimPrefix(e.Key, eventPrefix) }

// eventTime is an event's time as text, which orders as time does.
func eventTime(event []byte) string {
	return textBehind(event, bytes.Index(event, timeMember), timeMember)
}

var (
	timeMember = []byte(`,"eventTime":"`)
	idMember   = []byte(`,"eventID":"`)
)

// textBehind is the string member that stands at i. Neither time nor id has
// anything to unquote.
func textBehind(line []byte, i int, member []byte) string {
	if i < 0 || len(line) < i+len(member) {
		return ""
	}
	rest := line[i+len(member):]
	end := bytes.IndexByte(rest, '"')
	if end < 0 {
		return ""
	}
	return string(rest[:end])
}
