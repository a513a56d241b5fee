package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.etcd.io/bbolt"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

// past has what was there, at a revision, under the keys that have changed
// since. The nil past has nothing: it is the present.
type past struct {
	changed map[string]struct{}
	entries []store.Entry // those that existed, in key order; consumed by until and rest
}

// rollBack collects the past of the listing's keys from the log.
func rollBack(tx *bbolt.Tx, revision, now int64, l *listing) (*past, error) {
	p := &past{changed: map[string]struct{}{}}
	err := readLog(tx, revision, now, func(r int64, record []byte) error {
		if err := l.ctx.Err(); err != nil {
			return err
		}
		return openLog(r, record, func(c logged) error {
			if l.covers(c.Key) {
				p.undo(c)
			}
			return nil
		})
	})
	slices.SortFunc(p.entries, func(a, b store.Entry) int { return strings.Compare(a.Key, b.Key) })
	return p, err
}

// undo keeps what the oldest change of a key replaced.
func (p *past) undo(c logged) {
	if _, later := p.changed[c.Key]; later {
		return
	}
	p.changed[c.Key] = struct{}{}
	if c.previousRevision != 0 {
		p.entries = append(p.entries, store.Entry{
			Key: c.Key, Value: append([]byte{}, c.previous...), Revision: c.previousRevision,
		})
	}
}

func (p *past) has(key string) bool {
	if p == nil {
		return false
	}
	_, ok := p.changed[key]
	return ok
}

// until adds the entries up to and with a key.
func (p *past) until(key string, add func(store.Entry) bool) (full bool) {
	for p != nil && len(p.entries) > 0 && p.entries[0].Key <= key {
		if add(p.entries[0]) {
			return true
		}
		p.entries = p.entries[1:]
	}
	return false
}

// rest adds the entries that remain.
func (p *past) rest(add func(store.Entry) bool) (full bool) {
	if p == nil {
		return false
	}
	return slices.ContainsFunc(p.entries, add)
}

// readLog gives the log's records after a revision, up to and with another.
func readLog(tx *bbolt.Tx, after, until int64, fn func(revision int64, record []byte) error) error {
	if after > until {
		return store.ErrFuture
	}
	if after == until {
		return nil
	}
	c := tx.Bucket(bucketLog).Cursor()
	if first, _ := c.First(); after < 0 || bytes.Compare(first, revisionKey(after+1)) > 0 {
		return store.ErrCompacted
	}
	k, record := c.Seek(revisionKey(after + 1))
	for revision := after + 1; revision <= until; revision++ {
		if !bytes.Equal(k, revisionKey(revision)) {
			return fmt.Errorf("log: revision %d is missing", revision)
		}
		if err := fn(revision, record); err != nil {
			return err
		}
		k, record = c.Next()
	}
	return nil
}

// historyError leaves the errors that the interface names as they are; what
// remains is a record that could not be read.
func (s *Store) historyError(err error) error {
	switch {
	case err == nil, errors.Is(err, errEnough),
		errors.Is(err, store.ErrCompacted), errors.Is(err, store.ErrFuture),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return damaged(s.path, err)
}
