// Package storetest is the suite that every store must pass: what the methods
// do and refuse, in sequence, at once, from two nodes, and after a restart.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

// Engine is a kind of store.
type Engine struct {
	// Open returns a new, empty store, which the test's end closes. It must
	// keep a history of 500 commits at least.
	Open func(t *testing.T) store.Store
	// Peer returns the store of another node on the same data; where nil, the
	// engine has one node, and its own store stands for the other.
	Peer func(t *testing.T, s store.Store) store.Store
	// Forget makes everything before a past revision too old.
	Forget func(t *testing.T, s store.Store, revision int64)
	// Reopen closes a store and opens its data again, as a restart does.
	Reopen func(t *testing.T, s store.Store) store.Store
}

// patience is how long a test waits for what must come; it passes only where
// something is broken.
const patience = 30 * time.Second

// Run runs the suite.
func Run(t *testing.T, e Engine) {
	t.Run("Commit", e.commit)
	t.Run("Limits", e.limits)
	t.Run("Contexts", e.contexts)
	t.Run("Close", e.closed)
	t.Run("List", e.list)
	t.Run("Watch", e.watch)
	t.Run("Model", e.model)
	t.Run("Races", e.races)
	t.Run("Linearizability", e.linearizability)
	t.Run("Restart", e.restart)
}

// nodes returns two stores on the same new data.
func (e Engine) nodes(t *testing.T) (a, b store.Store) {
	a = e.Open(t)
	if e.Peer == nil {
		return a, a
	}
	return a, e.Peer(t, a)
}

func put(key, value string) store.Change {
	return store.Change{Key: key, Value: []byte(value)}
}

func remove(key string) store.Change { return store.Change{Key: key, Delete: true} }

func at(key string, revision int64) store.Precondition {
	return store.Precondition{Key: key, Revision: revision}
}

func absent(key string) store.Precondition { return at(key, 0) }

// commit makes a commit that must succeed.
func commit(t *testing.T, s store.Store, changes ...store.Change) int64 {
	t.Helper()
	revision, err := s.Commit(t.Context(), nil, changes)
	if err != nil {
		t.Fatalf("Commit: %v", err)
	}
	return revision
}

// wantEntry checks that a key has a value, written at a revision.
func wantEntry(t *testing.T, s store.Store, key, value string, revision int64) {
	t.Helper()
	e, ok, err := s.Get(t.Context(), key)
	if err != nil || !ok || e.Key != key || string(e.Value) != value || e.Revision != revision {
		t.Errorf("Get(%.40q): %.40q at %d, %v, %v; want %.40q at %d", key, e.Value, e.Revision, ok, err, value, revision)
	}
}

func wantAbsent(t *testing.T, s store.Store, key string) {
	t.Helper()
	if e, ok, err := s.Get(t.Context(), key); ok || err != nil {
		t.Errorf("Get(%q): %.40q, %v, %v; want nothing", key, e.Value, ok, err)
	}
}

func currentRevision(t *testing.T, s store.Store) int64 {
	t.Helper()
	revision, err := s.Revision(t.Context())
	if err != nil {
		t.Fatalf("Revision: %v", err)
	}
	return revision
}

// all lists every entry under a prefix, page by page, as of one revision.
func all(t *testing.T, s store.Store, prefix string, o store.ListOptions) []store.Entry {
	t.Helper()
	var entries []store.Entry
	for {
		page, err := s.List(t.Context(), prefix, o)
		if err != nil {
			t.Fatalf("List(%q, %+v): %v", prefix, o, err)
		}
		if o.Revision != 0 && page.Revision != o.Revision {
			t.Fatalf("List(%q, %+v): a page as of %d", prefix, o, page.Revision)
		}
		for _, entry := range page.Entries {
			if entry.Key <= o.After {
				t.Fatalf("List(%q, %+v): %q comes after %q", prefix, o, entry.Key, o.After)
			}
			o.After = entry.Key
		}
		entries = append(entries, page.Entries...)
		if !page.More {
			return entries
		}
		if len(page.Entries) == 0 {
			t.Fatalf("List(%q, %+v): an empty page, and more to come", prefix, o)
		}
		o.Revision = page.Revision
	}
}

func wantEntries(t *testing.T, got, want []store.Entry) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d entries %v, want %d %v", len(got), keysOf(got), len(want), keysOf(want))
	}
	for i := range want {
		if got[i].Key != want[i].Key || got[i].Revision != want[i].Revision || !bytes.Equal(got[i].Value, want[i].Value) {
			t.Errorf("entry %d: %q at %d = %.40q, want %q at %d = %.40q", i,
				got[i].Key, got[i].Revision, got[i].Value, want[i].Key, want[i].Revision, want[i].Value)
		}
	}
}

func keysOf(entries []store.Entry) []string {
	keys := make([]string, len(entries))
	for i, e := range entries {
		keys[i] = e.Key
	}
	return keys
}

// watching is a Watch that runs.
type watching struct {
	t       *testing.T
	commits chan store.Commit
	ended   chan error
	cancel  context.CancelFunc
}

// startWatch watches until the test ends or cancel is called.
func startWatch(t *testing.T, s store.Store, after int64) *watching {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	w := &watching{t: t, commits: make(chan store.Commit), ended: make(chan error, 1), cancel: cancel}
	go func() {
		w.ended <- s.Watch(ctx, after, func(c store.Commit) error {
			select {
			case w.commits <- c:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	t.Cleanup(cancel)
	return w
}

// next is the next commit that changed something.
func (w *watching) next() store.Commit {
	w.t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case c := <-w.commits:
			if len(c.Changes) > 0 {
				return c
			}
		case err := <-w.ended:
			w.t.Fatalf("Watch ended: %v", err)
		case <-timeout:
			w.t.Fatal("Watch: nothing came")
		}
	}
}

// want checks the next commit.
func (w *watching) want(revision int64, changes ...store.Change) {
	w.t.Helper()
	if c := w.next(); !sameCommit(c, store.Commit{Revision: revision, Changes: changes}) {
		w.t.Errorf("Watch: %s, want %s", describe(c), describe(store.Commit{Revision: revision, Changes: changes}))
	}
}

// end waits for Watch's error.
func (w *watching) end() error {
	w.t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case <-w.commits:
		case err := <-w.ended:
			return err
		case <-timeout:
			w.t.Fatal("Watch does not end")
		}
	}
}

func sameCommit(a, b store.Commit) bool {
	if a.Revision != b.Revision || len(a.Changes) != len(b.Changes) {
		return false
	}
	for i := range a.Changes {
		x, y := a.Changes[i], b.Changes[i]
		if x.Key != y.Key || x.Delete != y.Delete || !bytes.Equal(x.Value, y.Value) {
			return false
		}
	}
	return true
}

func describe(c store.Commit) string {
	text := fmt.Sprintf("revision %d:", c.Revision)
	for _, change := range c.Changes {
		if change.Delete {
			text += fmt.Sprintf(" -%q", change.Key)
		} else {
			text += fmt.Sprintf(" %q=%.40q", change.Key, change.Value)
		}
	}
	return text
}

// wantError checks an error against the one that the interface names.
func wantError(t *testing.T, method string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", method, err, want)
	}
}
