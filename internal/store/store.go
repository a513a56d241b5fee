// Package store keeps bytes durably: ordered keys, values with a revision,
// compare-and-set transactions and a watch. It knows nothing of what it keeps.
package store

import (
	"context"
	"errors"
)

// Limits that every store keeps, those of etcd.
const (
	MaxValue      = 1 << 20 // bytes a value
	MaxKey        = 1024    // bytes a key
	MaxOperations = 100     // preconditions, and changes, a commit
	// MaxCommit bounds the bytes of all keys and values of a commit together,
	// so that a request stays under etcd's --max-request-bytes (1.5 MiB).
	MaxCommit = 1<<20 + 256<<10
)

var (
	// ErrConflict: a precondition does not hold; nothing was changed.
	ErrConflict = errors.New("store: a precondition does not hold")
	// ErrCompacted: the revision asked for is too old to be read or watched from.
	ErrCompacted = errors.New("store: revision is too old")
	// ErrTooLarge: the commit passes a limit; nothing was changed.
	ErrTooLarge = errors.New("store: commit passes a limit")
	// ErrFuture: the revision asked for has not been reached; the caller knows
	// of another history than this store (one restored from a backup, say).
	ErrFuture = errors.New("store: revision is not reached yet")
	// ErrInvalid: a key is empty or changed twice, or a precondition's revision
	// is negative; nothing was changed.
	ErrInvalid = errors.New("store: commit is malformed")
	// ErrClosed: the store is closed.
	ErrClosed = errors.New("store: closed")
)

// Entry is a key's value and the revision that wrote it (from 1).
type Entry struct {
	Key      string
	Value    []byte
	Revision int64
}

// Precondition asserts that a key was last written at a revision; 0 asserts
// that it does not exist.
type Precondition struct {
	Key      string
	Revision int64
}

// Change puts a value, or deletes the key where Delete is set.
type Change struct {
	Key    string
	Value  []byte
	Delete bool
}

// Page is a part of a listing, in key order, as of Revision.
type Page struct {
	Entries  []Entry
	Revision int64
	More     bool
}

// ListOptions bound a listing.
type ListOptions struct {
	Revision int64  // as of this revision; 0 means now
	After    string // keys greater than this one only
	Limit    int    // entries at most; 0 means 1,000
}

// Commit is one committed transaction, as Watch reports it: in the order of
// its changes, without those that changed nothing.
type Commit struct {
	Revision int64
	Changes  []Change
}

// Store keeps entries. It is safe for concurrent use. Every method obeys its
// context; a Commit whose context ends may or may not have been made.
type Store interface {
	// Get returns the entry and the store's revision; ok is false where there is none.
	Get(ctx context.Context, key string) (e Entry, ok bool, err error)
	// List returns the entries whose keys start with prefix. The pages of one
	// listing agree when each asks for the first one's Revision; ErrCompacted
	// where that has become too old meanwhile.
	List(ctx context.Context, prefix string, o ListOptions) (Page, error)
	// Commit applies all changes if all preconditions hold, durably, and
	// returns the new revision, which is greater than any before. A key may
	// be changed once. Deleting a key that does not exist changes nothing; a
	// commit that changes nothing returns a revision at which its preconditions
	// held, a new one or the last. Revisions may have gaps.
	Commit(ctx context.Context, pre []Precondition, changes []Change) (int64, error)
	// Watch sends every commit after the revision, in order, to fn, until ctx
	// ends or fn or the store fails, and returns that error. ErrCompacted where
	// the revision is too old, at the start or because fn is too slow;
	// ErrFuture where it is not reached. fn may use the store.
	Watch(ctx context.Context, after int64, fn func(Commit) error) error
	// Revision is the current one.
	Revision(ctx context.Context) (int64, error)
	Close() error
}
