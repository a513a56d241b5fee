package storetest

import (
	"context"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

func (e Engine) commit(t *testing.T) {
	t.Run("a key that does not exist", func(t *testing.T) {
		s := e.Open(t)
		wantAbsent(t, s, "a")
		wantAbsent(t, s, "")
	})
	t.Run("put, replace and delete", func(t *testing.T) {
		s := e.Open(t)
		r1 := commit(t, s, put("a", "1"), put("b", "1"))
		r2 := commit(t, s, put("a", "2"), remove("b"), put("c", ""))
		if r1 < 1 || r2 <= r1 {
			t.Errorf("revisions %d and %d", r1, r2)
		}
		if now := currentRevision(t, s); now != r2 {
			t.Errorf("Revision: %d, want the last commit's, %d", now, r2)
		}
		wantEntry(t, s, "a", "2", r2)
		wantAbsent(t, s, "b")
		wantEntry(t, s, "c", "", r2)
	})
	t.Run("bytes of any kind", func(t *testing.T) {
		s := e.Open(t)
		for _, key := range []string{"\x00", "\xff\xff", "a\x00b", "ä/€", strings.Repeat("k", store.MaxKey)} {
			r := commit(t, s, put(key, "\x00\xff"+key))
			wantEntry(t, s, key, "\x00\xff"+key, r)
		}
	})
	t.Run("memory is not shared", func(t *testing.T) {
		s := e.Open(t)
		value := []byte("good")
		r := commit(t, s, store.Change{Key: "a", Value: value})
		copy(value, "evil")
		got, _, err := s.Get(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		copy(got.Value, "evil")
		page, err := s.List(t.Context(), "a", store.ListOptions{})
		if err != nil || len(page.Entries) != 1 {
			t.Fatal(page, err)
		}
		copy(page.Entries[0].Value, "evil")
		wantEntry(t, s, "a", "good", r)
	})
	t.Run("preconditions", e.preconditions)
	t.Run("what changes nothing", e.unchanged)
}

func (e Engine) preconditions(t *testing.T) {
	s := e.Open(t)
	r1 := commit(t, s, put("a", "1"))
	r2 := commit(t, s, put("a", "2"), put("gone", "x"))
	commit(t, s, remove("gone"))
	table := []struct {
		name  string
		pre   []store.Precondition
		holds bool
	}{
		{"none", nil, true},
		{"its revision", []store.Precondition{at("a", r2)}, true},
		{"its revision twice", []store.Precondition{at("a", r2), at("a", r2)}, true},
		{"an older revision", []store.Precondition{at("a", r1)}, false},
		{"a later revision", []store.Precondition{at("a", r2+1)}, false},
		{"absent, but there", []store.Precondition{absent("a")}, false},
		{"absent", []store.Precondition{absent("none")}, true},
		{"absent since deleted", []store.Precondition{absent("gone")}, true},
		{"its revision before it was deleted", []store.Precondition{at("gone", r2)}, false},
		{"a revision of what never was", []store.Precondition{at("none", r1)}, false},
		{"all but the last", []store.Precondition{at("a", r2), absent("none"), absent("a")}, false},
		{"all", []store.Precondition{at("a", r2), absent("none"), absent("gone")}, true},
	}
	for _, c := range table {
		t.Run(c.name, func(t *testing.T) {
			before := currentRevision(t, s)
			revision, err := s.Commit(t.Context(), c.pre, []store.Change{put("x/"+c.name, "1")})
			if c.holds {
				if err != nil || revision <= before {
					t.Errorf("%d, %v", revision, err)
				}
				wantEntry(t, s, "x/"+c.name, "1", revision)
				return
			}
			wantError(t, "Commit", err, store.ErrConflict)
			wantAbsent(t, s, "x/"+c.name)
			if now := currentRevision(t, s); now != before {
				t.Errorf("revision %d became %d", before, now)
			}
		})
	}
	wantEntry(t, s, "a", "2", r2)
}

func (e Engine) unchanged(t *testing.T) {
	s := e.Open(t)
	r := commit(t, s, put("a", "1"))
	for name, changes := range map[string][]store.Change{
		"no change":                  nil,
		"deleting what is not there": {remove("none")},
	} {
		if got := commit(t, s, changes...); got < r || got > currentRevision(t, s) {
			t.Errorf("%s: revision %d, want from %d to the current", name, got, r)
		}
		_, err := s.Commit(t.Context(), []store.Precondition{absent("a")}, changes)
		wantError(t, name+", precondition", err, store.ErrConflict)
	}
	last := commit(t, s, remove("none"), put("b", "2"))
	w := startWatch(t, s, r)
	w.want(last, put("b", "2"))
	wantEntry(t, s, "a", "1", r)
}

func (e Engine) limits(t *testing.T) {
	large := strings.Repeat("v", store.MaxValue)
	rest := strings.Repeat("v", store.MaxCommit-store.MaxValue-2)
	many := func(n int) (pre []store.Precondition, changes []store.Change) {
		for i := range n {
			key := strings.Repeat("k", i+1)
			pre, changes = append(pre, absent("p"+key)), append(changes, put("c"+key, key))
		}
		return pre, changes
	}
	pre, changes := many(store.MaxOperations)
	morePre, moreChanges := many(store.MaxOperations + 1)
	longKey := strings.Repeat("k", store.MaxKey+1)
	table := []struct {
		name    string
		pre     []store.Precondition
		changes []store.Change
		want    error
	}{
		{"the longest key", []store.Precondition{absent(longKey[1:])}, []store.Change{put(longKey[1:], "")}, nil},
		{"a longer key", nil, []store.Change{put(longKey, "")}, store.ErrTooLarge},
		{"a longer key, deleted", nil, []store.Change{remove(longKey)}, store.ErrTooLarge},
		{"a longer key, asserted", []store.Precondition{absent(longKey)}, nil, store.ErrTooLarge},
		{"the largest value", nil, []store.Change{put("a", large)}, nil},
		{"a larger value", nil, []store.Change{put("a", large+"v")}, store.ErrTooLarge},
		{"the most operations", pre, changes, nil},
		{"more preconditions", morePre, changes, store.ErrTooLarge},
		{"more changes", pre, moreChanges, store.ErrTooLarge},
		{"the largest commit", nil, []store.Change{put("a", large), put("b", rest)}, nil},
		{"a larger commit", nil, []store.Change{put("a", large), put("b", rest+"v")}, store.ErrTooLarge},
		{"a larger commit, by a precondition", []store.Precondition{absent("p")}, []store.Change{put("a", large), put("b", rest)}, store.ErrTooLarge},
		{"an empty key", nil, []store.Change{put("b", "1"), put("", "1")}, store.ErrInvalid},
		{"an empty key, asserted", []store.Precondition{absent("")}, []store.Change{put("b", "1")}, store.ErrInvalid},
		{"a negative revision", []store.Precondition{at("b", -1)}, []store.Change{put("b", "1")}, store.ErrInvalid},
		{"a key twice", nil, []store.Change{put("b", "1"), put("b", "1")}, store.ErrInvalid},
		{"a key put and deleted", nil, []store.Change{put("b", "1"), put("c", "1"), remove("b")}, store.ErrInvalid},
	}
	for _, c := range table {
		t.Run(c.name, func(t *testing.T) {
			s := e.Open(t)
			before := currentRevision(t, s)
			revision, err := s.Commit(t.Context(), c.pre, c.changes)
			if c.want == nil {
				if err != nil {
					t.Fatal(err)
				}
				for _, change := range c.changes {
					wantEntry(t, s, change.Key, string(change.Value), revision)
				}
				return
			}
			wantError(t, "Commit", err, c.want)
			if now := currentRevision(t, s); now != before || len(all(t, s, "", store.ListOptions{})) != 0 {
				t.Errorf("something was changed: revision %d became %d", before, now)
			}
		})
	}
}

// methods calls every method that takes a context.
func methods(s store.Store) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"Get":      func(ctx context.Context) error { _, _, err := s.Get(ctx, "a"); return err },
		"List":     func(ctx context.Context) error { _, err := s.List(ctx, "", store.ListOptions{}); return err },
		"Revision": func(ctx context.Context) error { _, err := s.Revision(ctx); return err },
		"Commit": func(ctx context.Context) error {
			_, err := s.Commit(ctx, nil, []store.Change{put("a", "late")})
			return err
		},
		"Watch": func(ctx context.Context) error {
			return s.Watch(ctx, 0, func(store.Commit) error { return nil })
		},
	}
}

func (e Engine) contexts(t *testing.T) {
	s := e.Open(t)
	r := commit(t, s, put("a", "1"))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, call := range methods(s) {
		wantError(t, name+" with an ended context", call(ended), context.Canceled)
	}
	wantEntry(t, s, "a", "1", r)
}

func (e Engine) closed(t *testing.T) {
	s := e.Open(t)
	r := commit(t, s, put("a", "1"))
	w := startWatch(t, s, r)
	commit(t, s, put("a", "2"))
	w.next() // it runs
	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	wantError(t, "a Watch that runs", w.end(), store.ErrClosed)
	for name, call := range methods(s) {
		wantError(t, name, call(t.Context()), store.ErrClosed)
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close again: %v", err)
	}
}
