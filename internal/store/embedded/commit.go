package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

const (
	maxBatch      = 512     // commits written together
	maxBatchBytes = 8 << 20 // of their values, roughly
)

// request is a commit on its way. It shares nothing with its caller, who may
// be gone before it is made.
type request struct {
	ctx     context.Context
	pre     []store.Precondition
	changes []change
	bytes   int
	done    chan outcome
}

type change struct {
	key    string
	record []byte // nil: delete
}

type outcome struct {
	revision int64
	err      error
}

// errUnchanged ends a transaction that has nothing to write.
var errUnchanged = errors.New("nothing to write")

// Commit implements store.Store.
func (s *Store) Commit(ctx context.Context, pre []store.Precondition, changes []store.Change) (int64, error) {
	if err := store.Check(pre, changes); err != nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	select {
	case <-s.closing:
		return 0, store.ErrClosed
	default:
	}
	r := newRequest(ctx, pre, changes)
	select {
	case s.queue <- r:
		return s.wait(ctx, r)
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-s.closing:
		return 0, store.ErrClosed
	}
}

func newRequest(ctx context.Context, pre []store.Precondition, changes []store.Change) *request {
	r := &request{
		ctx:     ctx,
		pre:     slices.Clone(pre),
		changes: make([]change, len(changes)),
		done:    make(chan outcome, 1),
	}
	for i, c := range changes {
		r.changes[i].key = c.Key
		if !c.Delete {
			r.changes[i].record = newRecord(c.Value)
			r.bytes += len(c.Value)
		}
	}
	return r
}

func (s *Store) wait(ctx context.Context, r *request) (int64, error) {
	select {
	case o := <-r.done:
		return o.revision, o.err
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-s.stopped:
	}
	select {
	case o := <-r.done: // answered just before the end
		return o.revision, o.err
	default:
		return 0, store.ErrClosed
	}
}

// commitLoop owns every write to the file.
func (s *Store) commitLoop() {
	defer close(s.stopped)
	for {
		select {
		case <-s.closing:
			return
		case r := <-s.queue:
			s.commitBatch(s.collect(r))
		}
	}
}

// collect takes what waits behind the first commit, without waiting for more.
func (s *Store) collect(first *request) []*request {
	batch, size := []*request{first}, first.bytes
	for len(batch) < maxBatch && size < maxBatchBytes {
		select {
		case r := <-s.queue:
			batch, size = append(batch, r), size+r.bytes
		default:
			return batch
		}
	}
	return batch
}

// commitBatch writes the commits together and answers them. Where that fails
// each is tried alone, so that one too large for the disk fails by itself.
func (s *Store) commitBatch(batch []*request) {
	outcomes, err := s.write(batch)
	if err != nil && len(batch) > 1 && s.failure.Load() == nil {
		for _, r := range batch {
			s.commitBatch([]*request{r})
		}
		return
	}
	for i, r := range batch {
		if err != nil {
			outcomes[i] = outcome{err: err}
		}
		r.done <- outcomes[i]
	}
}

// write makes one transaction of the commits. Its error is that of all of
// them: nothing was changed.
func (s *Store) write(batch []*request) ([]outcome, error) {
	outcomes := make([]outcome, len(batch))
	if failure := s.failure.Load(); failure != nil {
		return outcomes, *failure
	}
	var w writer
	err := s.update(func(tx *bbolt.Tx) error {
		if err := w.begin(tx); err != nil {
			return err
		}
		for i, r := range batch {
			o, err := w.commit(r)
			if err != nil {
				return err
			}
			outcomes[i] = o
		}
		return w.finish(s.history)
	})
	switch {
	case errors.Is(err, errUnchanged):
		return outcomes, nil
	case err != nil:
		return outcomes, s.writeFailed(w.before, err)
	}
	s.advance(w.revision)
	return outcomes, nil
}

func (s *Store) update(fn func(*bbolt.Tx) error) (err error) {
	defer recoverDamage(s.path, &err)
	defer panicOnFault()()
	return s.db.Update(fn)
}

// writeFailed tells a failure that left the file as it was, after which
// commits may succeed again (a full disk), from one after which the file
// shows the commit but the disk may not have it (the last sync failed). Then
// only what the disk really has can be believed: nothing is accepted until
// the file was opened anew.
func (s *Store) writeFailed(before int64, cause error) error {
	err := fmt.Errorf("store: write %s: %w", s.path, cause)
	var now int64
	readErr := s.view(context.Background(), func(tx *bbolt.Tx) (err error) {
		now, err = currentRevision(tx)
		return err
	})
	if readErr == nil && now == before {
		return err
	}
	err = fmt.Errorf("%w; the last commit may not be on the disk: restart gatehouse", err)
	s.failure.CompareAndSwap(nil, &err)
	return err
}

// advance makes a revision known that is on the disk.
func (s *Store) advance(revision int64) {
	s.durable.Store(revision)
	s.wakeMu.Lock()
	defer s.wakeMu.Unlock()
	close(s.wake)
	s.wake = make(chan struct{})
}

// writer makes commits in one bbolt transaction.
type writer struct {
	keys, log, meta *bbolt.Bucket
	before          int64 // the revision at the beginning
	revision        int64 // the last one made
}

func (w *writer) begin(tx *bbolt.Tx) (err error) {
	w.keys, w.log, w.meta = tx.Bucket(bucketKeys), tx.Bucket(bucketLog), tx.Bucket(bucketMeta)
	w.log.FillPercent = 0.95 // it is only appended to
	w.before, err = currentRevision(tx)
	w.revision = w.before
	return err
}

// commit makes one. The outcome is the commit's own; the error is the file's.
func (w *writer) commit(r *request) (outcome, error) {
	if err := r.ctx.Err(); err != nil {
		return outcome{err: err}, nil
	}
	for _, p := range r.pre {
		holds, err := w.holds(p)
		if err != nil {
			return outcome{}, err
		}
		if !holds {
			return outcome{err: store.ErrConflict}, nil
		}
	}
	record := make([]byte, logHeader, logHeader+r.bytes+64*len(r.changes))
	for _, c := range r.changes {
		var err error
		if record, err = w.change(record, c); err != nil {
			return outcome{}, err
		}
	}
	if len(record) == logHeader {
		return outcome{revision: w.revision}, nil
	}
	w.revision++
	stampLog(record, w.revision)
	return outcome{revision: w.revision}, w.log.Put(revisionKey(w.revision), record)
}

func (w *writer) holds(p store.Precondition) (bool, error) {
	record := w.keys.Get([]byte(p.Key))
	if record == nil {
		return p.Revision == 0, nil
	}
	revision, _, err := openRecord(p.Key, record)
	return err == nil && revision == p.Revision, err
}

// change makes one change and appends it to the log record.
func (w *writer) change(record []byte, c change) ([]byte, error) {
	key := []byte(c.key)
	l := logged{Change: store.Change{Key: c.key, Delete: c.record == nil}}
	if old := w.keys.Get(key); old != nil {
		var err error
		if l.previousRevision, l.previous, err = openRecord(c.key, old); err != nil {
			return nil, err
		}
	} else if l.Delete {
		return record, nil // as in etcd, nothing happened
	}
	if l.Delete {
		return appendLogged(record, l), w.keys.Delete(key)
	}
	l.Value = c.record[recordHeader:]
	record = appendLogged(record, l) // before Put: previous is the page's own memory
	stampRecord(c.record, c.key, w.revision+1)
	return record, w.keys.Put(key, c.record)
}

// finish writes the revision and forgets the oldest part of the log: a little
// more than was added, so that a shorter history is reached in passing too.
func (w *writer) finish(history int64) error {
	added := w.revision - w.before
	if added == 0 {
		return errUnchanged
	}
	if err := w.meta.Put(metaRevision, revisionKey(w.revision)); err != nil {
		return err
	}
	if w.revision <= history {
		return nil
	}
	oldest := revisionKey(w.revision - history + 1)
	var expired [][]byte
	c := w.log.Cursor()
	for k, _ := c.First(); k != nil && bytes.Compare(k, oldest) < 0 && int64(len(expired)) < 2*added+64; k, _ = c.Next() {
		expired = append(expired, bytes.Clone(k))
	}
	for _, k := range expired {
		if err := w.log.Delete(k); err != nil {
			return err
		}
	}
	return nil
}
