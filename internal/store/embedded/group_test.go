package embedded

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

func openStore(t *testing.T, o Options) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "gatehouse.db"), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// transactions is the number of bbolt's transactions, each of which syncs.
func (s *Store) transactions(t *testing.T) (n int) {
	t.Helper()
	if err := s.view(t.Context(), func(tx *bbolt.Tx) error { n = tx.ID(); return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestGroup gives the writer several commits at once, as collect would.
func TestGroup(t *testing.T) {
	s := openStore(t, Options{})
	if _, err := s.Commit(t.Context(), nil, []store.Change{{Key: "taken"}}); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	type commit struct {
		name string
		ctx  context.Context
		pre  []store.Precondition
		key  string
		want outcome
	}
	table := []commit{
		{"first", t.Context(), []store.Precondition{{Key: "a"}}, "a", outcome{revision: 2}},
		{"asserts what the first has changed", t.Context(), []store.Precondition{{Key: "a"}}, "x", outcome{err: store.ErrConflict}},
		{"conflict with what was there", t.Context(), []store.Precondition{{Key: "taken"}}, "x", outcome{err: store.ErrConflict}},
		{"builds on the first", t.Context(), []store.Precondition{{Key: "a", Revision: 2}}, "a", outcome{revision: 3}},
		{"nobody waits for it", ended, nil, "x", outcome{err: context.Canceled}},
		{"changes nothing", t.Context(), nil, "", outcome{revision: 3}},
		{"last", t.Context(), nil, "b", outcome{revision: 4}},
	}
	var batch []*request
	for _, c := range table {
		changes := []store.Change{{Key: c.key, Value: []byte(c.name)}}
		if c.key == "" {
			changes = []store.Change{{Key: "none", Delete: true}}
		}
		batch = append(batch, newRequest(c.ctx, c.pre, changes))
	}
	before := s.transactions(t)
	s.commitBatch(batch)
	if n := s.transactions(t) - before; n != 1 {
		t.Errorf("%d transactions, want 1", n)
	}
	for i, c := range table {
		if got := <-batch[i].done; got.revision != c.want.revision || !errors.Is(got.err, c.want.err) {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
	for key, want := range map[string]string{"a": "builds on the first", "b": "last", "x": ""} {
		if e, _, err := s.Get(t.Context(), key); err != nil || string(e.Value) != want {
			t.Errorf("%s: %q, %v; want %q", key, e.Value, err, want)
		}
	}
	if err := s.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestGroupOfConflicts writes nothing.
func TestGroupOfConflicts(t *testing.T) {
	s := openStore(t, Options{})
	if _, err := s.Commit(t.Context(), nil, []store.Change{{Key: "a"}}); err != nil {
		t.Fatal(err)
	}
	before := s.transactions(t)
	for range 5 {
		_, err := s.Commit(t.Context(), []store.Precondition{{Key: "a"}}, []store.Change{{Key: "b"}})
		if !errors.Is(err, store.ErrConflict) {
			t.Error(err)
		}
	}
	if n := s.transactions(t) - before; n != 0 {
		t.Errorf("%d transactions, want none", n)
	}
}

func TestCollect(t *testing.T) {
	waiting := func(size int) *request {
		return newRequest(t.Context(), nil, []store.Change{{Key: "a", Value: make([]byte, size)}})
	}
	for _, c := range []struct {
		name                string
		waiting, size, want int
	}{
		{"nobody waits", 0, 1, 1},
		{"some wait", 5, 1, 6},
		{"more than a batch", maxBatch + 10, 1, maxBatch},
		{"large ones", 20, 1 << 20, 8},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &Store{queue: make(chan *request, queueLength)}
			for range c.waiting {
				s.queue <- waiting(c.size)
			}
			if got := len(s.collect(waiting(c.size))); got != c.want {
				t.Errorf("%d, want %d", got, c.want)
			}
		})
	}
}

// TestLastSyncFailed: after a failure that left the file changed, nothing is
// acknowledged any more; the message says what to do.
func TestLastSyncFailed(t *testing.T) {
	s := openStore(t, Options{})
	revision, err := s.Commit(t.Context(), nil, []store.Change{{Key: "a", Value: []byte("1")}})
	if err != nil {
		t.Fatal(err)
	}
	cause := errors.New("input/output error")

	t.Run("the file is as before", func(t *testing.T) {
		if err := s.writeFailed(revision, cause); !errors.Is(err, cause) || strings.Contains(err.Error(), "restart") {
			t.Error(err)
		}
		if _, err := s.Commit(t.Context(), nil, []store.Change{{Key: "b"}}); err != nil {
			t.Errorf("the next commit: %v", err)
		}
	})
	t.Run("the file has changed", func(t *testing.T) {
		if err := s.writeFailed(revision, cause); !errors.Is(err, cause) || !strings.Contains(err.Error(), "restart gatehouse") {
			t.Error(err)
		}
		if _, err := s.Commit(t.Context(), nil, []store.Change{{Key: "c"}}); !errors.Is(err, cause) {
			t.Errorf("the next commit: %v", err)
		}
		if e, ok, err := s.Get(t.Context(), "a"); err != nil || !ok || string(e.Value) != "1" {
			t.Errorf("Get: %q, %v, %v", e.Value, ok, err)
		}
	})
}

func TestCommitAfterClose(t *testing.T) {
	s := openStore(t, Options{})
	errs := make(chan error)
	for i := range 50 {
		go func() {
			for n := 0; ; n++ {
				if _, err := s.Commit(context.Background(), nil, []store.Change{{Key: fmt.Sprint(i), Value: fmt.Append(nil, n)}}); err != nil {
					errs <- err
					return
				}
			}
		}()
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	for range 50 {
		if err := <-errs; !errors.Is(err, store.ErrClosed) {
			t.Errorf("%v, want ErrClosed", err)
		}
	}
}
