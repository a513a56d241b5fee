// Package embedded is the store that one server keeps in a file of its own,
// on bbolt.
//
// The file has three buckets. keys has the current entries. log has the last
// commits, each with what it replaced: from it Watch resumes, and List answers
// for a revision that is past, by undoing what came after. meta has the format
// version, the revision and the store's id. format.go says how each is written.
//
// Commits that arrive while another is being written to the disk are written
// together, with one sync; each keeps its own preconditions, revision and
// outcome. A commit is acknowledged, and watchers are told of it, when it is
// on the disk.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

const (
	// DefaultHistory is the number of past commits that are kept.
	DefaultHistory = 10_000

	lockTimeout = time.Second // how long a start waits for a predecessor that is ending
	queueLength = 1024        // commits that may wait before Commit itself waits to hand one over
)

// Options of a store; the zero value is right for a server.
type Options struct {
	// Ephemeral does without syncing to the disk: for tests and for servers
	// whose state may end with the machine. A killed process still loses nothing.
	Ephemeral bool
	// HistoryRevisions is how many commits back Watch can resume and List can
	// look; 0 means DefaultHistory.
	HistoryRevisions int
}

// Store implements store.Store.
type Store struct {
	db      *bbolt.DB
	path    string
	id      string
	history int64

	queue   chan *request
	closing chan struct{} // closed when Close begins
	stopped chan struct{} // closed when the last commit is answered
	close   sync.Once
	failure atomic.Pointer[error] // set once: no commit is accepted any more

	durable atomic.Int64 // the newest revision that is on the disk
	wakeMu  sync.Mutex
	wake    chan struct{} // closed and replaced at every advance of durable
}

var _ store.Store = (*Store)(nil)

// Open opens the store in the file, which is made if it does not exist; its
// folder must. The errors that a person can act on are ErrInUse, ErrDamaged
// and ErrFormat.
func Open(path string, o Options) (*Store, error) {
	_, statErr := os.Stat(path)
	db, err := openFile(path, o)
	if err != nil {
		return nil, err
	}
	s := &Store{
		db:      db,
		path:    path,
		history: int64(o.HistoryRevisions),
		queue:   make(chan *request, queueLength),
		closing: make(chan struct{}),
		stopped: make(chan struct{}),
		wake:    make(chan struct{}),
	}
	if s.history <= 0 {
		s.history = DefaultHistory
	}
	if err := s.prepare(errors.Is(statErr, os.ErrNotExist)); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	go s.commitLoop()
	return s, nil
}

// openFile opens the file under its lock, and turns the ways in which bbolt
// refuses a file, panics among them, into ours.
func openFile(path string, o Options) (db *bbolt.DB, err error) {
	defer recoverDamage(path, &err)
	defer panicOnFault()()
	db, err = bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:      lockTimeout,
		FreelistType: bbolt.FreelistMapType,
		NoSync:       o.Ephemeral,
		NoGrowSync:   o.Ephemeral,
		NoStatistics: true,
	})
	switch {
	case err == nil:
		return db, nil
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, inUse(path)
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum),
		errors.Is(err, bolterrors.ErrVersionMismatch), isTooSmall(path):
		return nil, damaged(path, err)
	default:
		return nil, fmt.Errorf("store: open %s: %w", path, err)
	}
}

// prepare writes a new file's first contents, or checks an old one's.
func (s *Store) prepare(created bool) (err error) {
	defer recoverDamage(s.path, &err)
	defer panicOnFault()()
	if err := s.checkSize(); err != nil {
		return err
	}
	if err := s.db.View(s.check); !errors.Is(err, errEmpty) {
		return err
	}
	if err := s.db.Update(s.create); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if created && !s.db.NoSync {
		return syncFolder(filepath.Dir(s.path))
	}
	return nil
}

// syncFolder makes a new file's name as durable as its contents.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// ID is the store's own, made with it; a copy has the same.
func (s *Store) ID() string { return s.id }

// Revision implements store.Store.
func (s *Store) Revision(ctx context.Context) (revision int64, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		revision, err = currentRevision(tx)
		return err
	})
	return revision, err
}

// Close answers the commits that are being written, refuses those that wait,
// ends the watches and releases the file.
func (s *Store) Close() error {
	err := store.ErrClosed
	s.close.Do(func() {
		close(s.closing)
		<-s.stopped
		err = s.db.Close()
	})
	if errors.Is(err, store.ErrClosed) {
		return nil // closed before
	}
	return err
}

// view runs fn on a snapshot. fn must not call out: an open snapshot can
// make a commit wait that needs to enlarge the file's mapping.
func (s *Store) view(ctx context.Context, fn func(*bbolt.Tx) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-s.closing:
		return store.ErrClosed
	default:
	}
	defer recoverDamage(s.path, &err)
	defer panicOnFault()()
	err = s.db.View(fn)
	if errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		return store.ErrClosed
	}
	return err
}
