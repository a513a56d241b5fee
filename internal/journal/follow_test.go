package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/store"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
)

// faulty is a store that fails where a test says so.
type faulty struct {
	store.Store
	commits atomic.Int64

	mu     sync.Mutex
	commit error
	list   error
	watch  error
	// after: a failing commit is made all the same.
	after bool
}

func (f *faulty) set(change func(f *faulty)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

func (f *faulty) get(of func(f *faulty) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return of(f)
}

func (f *faulty) Commit(ctx context.Context, pre []store.Precondition, changes []store.Change) (int64, error) {
	f.commits.Add(1)
	f.mu.Lock()
	err, after := f.commit, f.after
	f.mu.Unlock()
	if err == nil {
		return f.Store.Commit(ctx, pre, changes)
	}
	if after {
		f.Store.Commit(ctx, pre, changes)
	}
	return 0, err
}

func (f *faulty) List(ctx context.Context, prefix string, o store.ListOptions) (store.Page, error) {
	if err := f.get(func(f *faulty) error { return f.list }); err != nil {
		return store.Page{}, err
	}
	return f.Store.List(ctx, prefix, o)
}

// Watch fails once where it is told to.
func (f *faulty) Watch(ctx context.Context, after int64, fn func(store.Commit) error) error {
	if err := f.get(func(f *faulty) error { return f.watch }); err != nil {
		f.set(func(f *faulty) { f.watch = nil })
		return err
	}
	return f.Store.Watch(ctx, after, fn)
}

func openStore(t *testing.T) *faulty {
	t.Helper()
	s, err := embedded.Open(filepath.Join(t.TempDir(), "db"), embedded.Options{Ephemeral: true})
	ok(t, err)
	return &faulty{Store: s}
}

func event(id string) []byte {
	e := entryOf(call(iam.API, "CreateUser", userCaller()))
	e.EventID = id
	return AppendEvent(nil, &e)
}

// commit commits events as writes do, beside a change.
func commit(t *testing.T, s store.Store, ids ...string) {
	t.Helper()
	for _, id := range ids {
		_, err := s.Commit(t.Context(), nil, []store.Change{{Key: "a/" + id, Value: []byte("1")}, {Key: "event/" + id, Value: event(id)}})
		ok(t, err)
	}
}

// assertMoved: the log has the events, once each, and the store has none.
func assertMoved(t *testing.T, s store.Store, dir string, want ...string) {
	t.Helper()
	got := slices.DeleteFunc(logged(t, dir), func(l string) bool { return strings.HasPrefix(l, "[") })
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the log has %v, want %v", got, want)
	}
	page, err := s.List(t.Context(), eventPrefix, store.ListOptions{})
	ok(t, err)
	if len(page.Entries) > 0 {
		t.Errorf("%d events are left in the store", len(page.Entries))
	}
}

// following runs Follow until stop, which returns what it returned.
func following(j *Journal, s store.Store) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- j.Follow(ctx, s) }()
	return func() error {
		cancel()
		return <-done
	}
}

// TestFollow: events that are there, that come, and that come last are moved; the
// journal's own deletions wake nobody.
func TestFollow(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := openStore(t)
		commit(t, s, "before")
		j, err := Open(dir, Options{})
		ok(t, err)
		stop := following(j, s)
		time.Sleep(time.Second)
		assertMoved(t, s, dir, "before")
		commit(t, s, "b", "a")
		time.Sleep(time.Second)
		assertMoved(t, s, dir, "before", "a", "b")
		commits := s.commits.Load()
		time.Sleep(time.Hour)
		if n := s.commits.Load() - commits; n > 0 {
			t.Errorf("%d commits while nothing happened", n)
		}
		commit(t, s, "last")
		ok(t, stop())
		assertMoved(t, s, dir, "before", "a", "b", "last")
		ok(t, errors.Join(j.Close(), s.Close()))
	})
}

// TestFollowCollects: many writes cost one sync and few commits.
func TestFollowCollects(t *testing.T) {
	dir, d := t.TempDir(), &disk{}
	synctest.Test(t, func(t *testing.T) {
		s := openStore(t)
		j := openOn(t, dir, d, Options{})
		stop := following(j, s)
		time.Sleep(time.Second)
		var want []string
		for i := range 250 {
			want = append(want, fmt.Sprintf("e%04d", i))
		}
		commit(t, s, want...)
		before, writes := s.commits.Load(), d.written()
		time.Sleep(time.Second)
		assertMoved(t, s, dir, want...)
		if n := s.commits.Load() - before; n != 3 {
			t.Errorf("%d commits for 250 events, want 3 of at most 100", n)
		}
		if n := d.written() - writes; n != 1 {
			t.Errorf("%d writes for 250 events", n)
		}
		ok(t, stop())
		ok(t, errors.Join(j.Close(), s.Close()))
	})
}

// TestFollowMany: more events than a page of the store.
func TestFollowMany(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t)
	var want []string
	for i := range moveMax + 150 {
		want = append(want, fmt.Sprintf("e%05d", i))
	}
	commit(t, s, want...)
	j, err := Open(dir, Options{SegmentBytes: 100_000})
	ok(t, err)
	ok(t, following(j, s)())
	assertMoved(t, s, dir, want...)
	ok(t, errors.Join(j.Close(), s.Close()))
}

// TestFollowExactlyOnce crashes between every two steps of a move: an event is in
// the log once, and not lost.
func TestFollowExactlyOnce(t *testing.T) {
	broken := errors.New("broken")
	crashes := map[string]func(t *testing.T, j *Journal, s *faulty){
		"before anything": func(*testing.T, *Journal, *faulty) {},
		"in the middle of the lines": func(t *testing.T, j *Journal, _ *faulty) {
			line := event("a")
			_, err := j.segments.file.Write(append(append(line, '\n'), line[:40]...))
			ok(t, err)
		},
		"between log and store": func(t *testing.T, j *Journal, s *faulty) {
			s.set(func(s *faulty) { s.commit = broken })
			m := newMover(j, s)
			ok(t, m.recall(t.Context()))
			if err := m.moveAll(t.Context()); !errors.Is(err, broken) {
				t.Errorf("error %v", err)
			}
		},
		"between log and store, with other lines behind": func(t *testing.T, j *Journal, s *faulty) {
			s.set(func(s *faulty) { s.commit = broken })
			m := newMover(j, s)
			ok(t, m.recall(t.Context()))
			if m.moveAll(t.Context()) == nil {
				t.Error("no error")
			}
			for i := range 500 { // some segments
				record(j, fmt.Sprint("read", i))
				ok(t, j.Flush())
			}
		},
		"with the commit made and not answered": func(t *testing.T, j *Journal, s *faulty) {
			s.set(func(s *faulty) { s.commit, s.after = broken, true })
			m := newMover(j, s)
			ok(t, m.recall(t.Context()))
			if m.moveAll(t.Context()) == nil {
				t.Error("no error")
			}
		},
	}
	for name, crash := range crashes {
		t.Run(name, func(t *testing.T) {
			dir, s := t.TempDir(), openStore(t)
			o := Options{SegmentBytes: 50_000, Segments: 100}
			j, err := Open(dir, o)
			ok(t, err)
			commit(t, s, "a", "b", "c")
			crash(t, j, s)
			abandon(j)
			s.set(func(s *faulty) { s.commit = nil })
			j, err = Open(dir, o)
			ok(t, err)
			ok(t, following(j, s)())
			got := slices.DeleteFunc(logged(t, dir), func(l string) bool { return strings.HasPrefix(l, "[") || strings.HasPrefix(l, "read") })
			if !slices.Equal(got, []string{"a", "b", "c"}) {
				t.Errorf("%v", got)
			}
			assertEmpty(t, s)
			ok(t, errors.Join(j.Close(), s.Close()))
		})
	}
}

func assertEmpty(t *testing.T, s store.Store) {
	t.Helper()
	page, err := s.List(t.Context(), eventPrefix, store.ListOptions{})
	ok(t, err)
	if len(page.Entries) > 0 {
		t.Errorf("%d events are left in the store", len(page.Entries))
	}
}

// TestFollowTriesAgain: a fault of either side delays, loses nothing, writes
// nothing twice, and is logged once.
func TestFollowTriesAgain(t *testing.T) {
	broken := errors.New("broken")
	for name, fault := range map[string]struct{ comes, goes func(s *faulty, d *disk) }{
		"the store takes no commits": {
			func(s *faulty, _ *disk) { s.set(func(s *faulty) { s.commit = broken }) },
			func(s *faulty, _ *disk) { s.set(func(s *faulty) { s.commit = nil }) },
		},
		"the store cannot be listed": {
			func(s *faulty, _ *disk) { s.set(func(s *faulty) { s.list = broken }) },
			func(s *faulty, _ *disk) { s.set(func(s *faulty) { s.list = nil }) },
		},
		"the log's disk is full": {
			func(_ *faulty, d *disk) { d.set(func(d *disk) { d.limited, d.room = true, 900 }) },
			func(_ *faulty, d *disk) { d.set(func(d *disk) { d.limited = false }) },
		},
		"the log cannot be synced": {
			func(_ *faulty, d *disk) { d.set(func(d *disk) { d.sync = broken }) },
			func(_ *faulty, d *disk) { d.set(func(d *disk) { d.sync = nil }) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, d, log := t.TempDir(), &disk{}, &logLines{}
			synctest.Test(t, func(t *testing.T) {
				s := openStore(t)
				j := openOn(t, dir, d, Options{Log: log.logger()})
				commit(t, s, "a", "b")
				fault.comes(s, d)
				stop := following(j, s)
				time.Sleep(10 * time.Second)
				fault.goes(s, d)
				time.Sleep(2 * time.Second)
				assertMoved(t, s, dir, "a", "b")
				commit(t, s, "c")
				time.Sleep(2 * time.Second)
				assertMoved(t, s, dir, "a", "b", "c")
				ok(t, stop())
				ok(t, errors.Join(j.Close(), s.Close()))
			})
			for _, text := range []string{"events of writes cannot be moved", "events of writes are moved to the journal again"} {
				if n := log.count(text); n != 1 {
					t.Errorf("the log says %q %d times", text, n)
				}
			}
		})
	}
}

// TestFollowOfAForgetfulStore: where the watch breaks off, what it missed is found.
func TestFollowOfAForgetfulStore(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := openStore(t)
		s.set(func(s *faulty) { s.watch = store.ErrCompacted })
		j, err := Open(dir, Options{})
		ok(t, err)
		stop := following(j, s)
		time.Sleep(retryEvery / 2) // between two watches
		commit(t, s, "missed")
		time.Sleep(3 * retryEvery)
		assertMoved(t, s, dir, "missed")
		ok(t, stop())
		ok(t, errors.Join(j.Close(), s.Close()))
	})
}

// TestFollowOfAClosedStore ends.
func TestFollowOfAClosedStore(t *testing.T) {
	s := openStore(t)
	j, err := Open(t.TempDir(), Options{})
	ok(t, err)
	ok(t, s.Close())
	if err := j.Follow(t.Context(), s); !errors.Is(err, store.ErrClosed) {
		t.Errorf("error %v", err)
	}
	ok(t, j.Close())
}

// TestFollowThatEndsAtOnce still moves what is there.
func TestFollowThatEndsAtOnce(t *testing.T) {
	dir, s := t.TempDir(), openStore(t)
	commit(t, s, "a")
	j, err := Open(dir, Options{})
	ok(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ok(t, j.Follow(ctx, s))
	assertMoved(t, s, dir, "a")
	ok(t, errors.Join(j.Close(), s.Close()))
}

// TestFindFails: what cannot be read is not taken for missing.
func TestFindFails(t *testing.T) {
	dir, s := t.TempDir(), openStore(t)
	commit(t, s, "a")
	j, err := Open(dir, Options{})
	ok(t, err)
	ok(t, os.Mkdir(segmentPath(dir, 2), 0o700))
	ok(t, os.WriteFile(segmentPath(dir, 2)+"/x", make([]byte, 10), 0o600))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := j.Follow(ctx, s); err == nil {
		t.Error("no error")
	}
	if page, err := s.List(t.Context(), eventPrefix, store.ListOptions{}); err != nil || len(page.Entries) != 1 {
		t.Errorf("%d events in the store, %v", len(page.Entries), err)
	}
	j.dir = filepath.Join(dir, "none")
	if _, err := j.find(map[string]bool{"a": true}, ""); err == nil {
		t.Error("no error without a folder")
	}
	ok(t, errors.Join(j.Close(), s.Close()))
}

// TestTextBehind: a damaged line has no member.
func TestTextBehind(t *testing.T) {
	for line, want := range map[string]string{`{"x":1,"eventID":"e"}`: "e", `{"x":1,"eventID":"e`: "", `{"x":1}`: "", "": ""} {
		if got := textBehind([]byte(line), strings.Index(line, string(idMember)), idMember); got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
	if got := textBehind(nil, 0, decisionStart); got != "" {
		t.Errorf("%q", got)
	}
}

// TestFindGoesNoFurtherBack than an hour before the oldest event.
func TestFindGoesNoFurtherBack(t *testing.T) {
	dir := t.TempDir()
	j, err := Open(dir, Options{})
	ok(t, err)
	line := func(id string, at time.Time) {
		e := entryOf(call(iam.API, "CreateUser", userCaller()))
		e.EventID, e.Call.Time = id, at
		j.Record(&e)
	}
	line("too early to be it", at.Add(-3*time.Hour))
	line("an hour's edge", at.Add(-2*time.Hour))
	line("in time", at)
	line("behind", at.Add(time.Minute))
	ok(t, j.Flush())
	found, err := j.find(map[string]bool{"too early to be it": true, "in time": true, "not there": true}, at.Format(iso))
	ok(t, err)
	if len(found) != 1 || !found["in time"] {
		t.Errorf("%v", found)
	}
	ok(t, j.Close())
}
