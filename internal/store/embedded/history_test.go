package embedded_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/store"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
)

// number commits one key's next value and wants the next revision.
func number(t *testing.T, s store.Store, n int64) {
	t.Helper()
	r, err := s.Commit(t.Context(), nil, []store.Change{{Key: "n", Value: fmt.Append(nil, n)}})
	if err != nil || r != n {
		t.Fatalf("%d, %v; want %d", r, err, n)
	}
}

// wantHistory checks from which revision on there is a past.
func wantHistory(t *testing.T, s store.Store, oldest int64) {
	t.Helper()
	stop := errors.New("stop")
	for revision, want := range map[int64]error{oldest: nil, oldest - 1: store.ErrCompacted} {
		if revision < 1 {
			continue
		}
		page, err := s.List(t.Context(), "n", store.ListOptions{Revision: revision})
		if !errors.Is(err, want) {
			t.Errorf("List as of %d: %v, want %v", revision, err, want)
		}
		if want == nil && (len(page.Entries) != 1 || string(page.Entries[0].Value) != fmt.Sprint(revision)) {
			t.Errorf("List as of %d: %v", revision, page.Entries)
		}
		err = s.Watch(t.Context(), revision, func(c store.Commit) error {
			if c.Revision != revision+1 {
				t.Errorf("Watch after %d: %d is the first", revision, c.Revision)
			}
			return stop
		})
		if want == nil {
			want = stop
		}
		if !errors.Is(err, want) {
			t.Errorf("Watch after %d: %v, want %v", revision, err, want)
		}
	}
}

func TestHistoryIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gatehouse.db")
	s := open(t, path, embedded.Options{HistoryRevisions: 10, Ephemeral: true})
	for n := int64(1); n <= 100; n++ {
		number(t, s, n)
		if n > 10 {
			wantHistory(t, s, n-10)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	t.Run("a longer one grows from there", func(t *testing.T) {
		s := open(t, path, embedded.Options{HistoryRevisions: 1000, Ephemeral: true})
		for n := int64(101); n <= 300; n++ {
			number(t, s, n)
		}
		wantHistory(t, s, 90)
		s.Close()
	})
	t.Run("a shorter one is reached in passing", func(t *testing.T) {
		s := open(t, path, embedded.Options{HistoryRevisions: 5, Ephemeral: true})
		for n := int64(301); n <= 305; n++ {
			number(t, s, n)
		}
		wantHistory(t, s, 300)
		if err := s.Verify(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestSlowWatchFallsOut: who cannot follow is told so, and loads anew.
func TestSlowWatchFallsOut(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "gatehouse.db"), embedded.Options{HistoryRevisions: 10, Ephemeral: true})
	number(t, s, 1)
	var last int64
	err := s.Watch(t.Context(), 0, func(c store.Commit) error {
		if c.Revision != last+1 {
			t.Errorf("%d after %d", c.Revision, last)
		}
		last = c.Revision
		for n := int64(2); n <= 30 && last == 1; n++ {
			number(t, s, n)
		}
		return nil
	})
	if !errors.Is(err, store.ErrCompacted) || last != 1 {
		t.Errorf("after %d: %v, want ErrCompacted after 1", last, err)
	}
}

// TestLargeBacklog is read in pieces, all of it in order.
func TestLargeBacklog(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "gatehouse.db"), embedded.Options{Ephemeral: true})
	const commits = 1200 // more than a piece has
	for n := range int64(commits) {
		number(t, s, n+1)
	}
	for i := range int64(12) { // more bytes than a piece has
		if _, err := s.Commit(t.Context(), nil, []store.Change{{Key: fmt.Sprint("large", i), Value: make([]byte, store.MaxValue)}}); err != nil {
			t.Fatal(err)
		}
	}
	stop := errors.New("stop")
	var last int64
	err := s.Watch(t.Context(), 0, func(c store.Commit) error {
		if c.Revision != last+1 || len(c.Changes) != 1 {
			t.Errorf("%d after %d", c.Revision, last)
		}
		if last = c.Revision; last == commits+12 {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) {
		t.Error(err)
	}
}
