package embedded

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"
)

// Verify reads the whole file and says what is wrong with it: pages, checksums,
// the log's completeness, and that undoing the log leads back through entries
// that fit. It takes as long as reading the file does, and commits wait for it.
func (s *Store) Verify(ctx context.Context) error {
	if err := s.view(ctx, func(*bbolt.Tx) error { return nil }); err != nil {
		return err
	}
	err := s.update(func(tx *bbolt.Tx) error {
		if err := verify(ctx, tx); err != nil {
			return s.historyError(err)
		}
		return errUnchanged
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return err
}

// verify walks the trees itself before bbolt does: what is wrong there ends in
// an error here, but would end the process in the goroutine of Check.
func verify(ctx context.Context, tx *bbolt.Tx) error {
	revision, err := currentRevision(tx)
	if err != nil {
		return err
	}
	revisions, err := verifyKeys(ctx, tx.Bucket(bucketKeys), revision)
	if err != nil {
		return err
	}
	if err := verifyLog(ctx, tx.Bucket(bucketLog), revision, revisions); err != nil {
		return err
	}
	for e := range tx.Check() { // to its end, since it reads from the transaction
		if err == nil {
			err = e
		}
	}
	return err
}

// verifyKeys checks every entry and returns the revisions.
func verifyKeys(ctx context.Context, keys *bbolt.Bucket, now int64) (map[string]int64, error) {
	revisions := map[string]int64{}
	err := keys.ForEach(func(k, record []byte) error {
		revision, _, err := openRecord(string(k), record)
		if err == nil && (revision < 1 || revision > now) {
			err = fmt.Errorf("key %q has revision %d of %d", k, revision, now)
		}
		revisions[string(k)] = revision
		return errors.Join(err, ctx.Err())
	})
	return revisions, err
}

// verifyLog walks the log backwards from the current entries: each change must
// have led to what is there, and what it replaced is there before it.
func verifyLog(ctx context.Context, log *bbolt.Bucket, now int64, revisions map[string]int64) error {
	c := log.Cursor()
	for k, record := c.Last(); k != nil; k, record = c.Prev() {
		if len(k) != 8 || int64(binary.BigEndian.Uint64(k)) != now {
			return fmt.Errorf("the log has %x in the place of revision %d", k, now)
		}
		err := openLog(now, record, func(l logged) error {
			want := now
			if l.Delete {
				want = 0
			}
			if revisions[l.Key] != want {
				return fmt.Errorf("key %q has revision %d, the log says %d", l.Key, revisions[l.Key], want)
			}
			revisions[l.Key] = l.previousRevision
			return nil
		})
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		now--
	}
	for key, revision := range revisions {
		if revision > now {
			return fmt.Errorf("key %q has revision %d, which the log does not know", key, revision)
		}
	}
	return nil
}

// Backup writes a copy of the store, as of one revision, to a new file, durably,
// while commits go on. Restoring is copying it to the store's place.
func (s *Store) Backup(ctx context.Context, path string) (revision int64, err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, fmt.Errorf("store: back up: %w", err)
	}
	defer func() {
		if err != nil {
			os.Remove(path)
		}
	}()
	err = s.view(ctx, func(tx *bbolt.Tx) (err error) {
		if revision, err = currentRevision(tx); err != nil {
			return s.damage(err)
		}
		_, err = tx.WriteTo(f)
		return err
	})
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return 0, fmt.Errorf("store: back up to %s: %w", path, err)
	}
	return revision, syncFolder(filepath.Dir(path))
}
