package embedded

import (
	"bytes"
	"context"
	"errors"

	"go.etcd.io/bbolt"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

const (
	watchCommits = 512     // read at a time
	watchBytes   = 4 << 20 // of log records, at a time
)

var errEnough = errors.New("enough for now")

// Watch implements store.Store. It reads from the log, a piece at a time, and
// holds nothing open while fn runs: a slow fn keeps nobody waiting, and falls
// out of the history at last.
func (s *Store) Watch(ctx context.Context, after int64, fn func(store.Commit) error) error {
	for {
		wake := s.waker()
		commits, err := s.commitsAfter(ctx, after)
		if err != nil {
			return err
		}
		for _, c := range commits {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := fn(c); err != nil {
				return err
			}
			after = c.Revision
		}
		if len(commits) > 0 {
			continue
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return ctx.Err()
		case <-s.closing:
			return store.ErrClosed
		}
	}
}

// waker is closed at the next commit.
func (s *Store) waker() <-chan struct{} {
	s.wakeMu.Lock()
	defer s.wakeMu.Unlock()
	return s.wake
}

// commitsAfter reads the next commits that are on the disk: a commit that is
// still being synced can be seen in the file already.
func (s *Store) commitsAfter(ctx context.Context, after int64) (commits []store.Commit, err error) {
	durable := s.durable.Load()
	if after == durable {
		return nil, s.view(ctx, func(*bbolt.Tx) error { return nil })
	}
	size := 0
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		return s.historyError(readLog(tx, after, durable, func(revision int64, record []byte) error {
			if len(commits) == watchCommits || size > watchBytes {
				return errEnough
			}
			size += len(record)
			c, err := newCommit(revision, record)
			commits = append(commits, c)
			return err
		}))
	})
	if errors.Is(err, errEnough) {
		return commits, nil
	}
	return commits, err
}

// newCommit copies a commit out of the file.
func newCommit(revision int64, record []byte) (store.Commit, error) {
	c := store.Commit{Revision: revision}
	err := openLog(revision, record, func(l logged) error {
		l.Value = bytes.Clone(l.Value)
		c.Changes = append(c.Changes, l.Change)
		return nil
	})
	return c, err
}
