package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

func (e Engine) watch(t *testing.T) {
	t.Run("from any revision", e.watchResumes)
	t.Run("what comes while it runs", e.watchFollows)
	t.Run("a revision too old or to come", e.watchBounds)
	t.Run("ends with fn's error", e.watchEnds)
	t.Run("a slow fn keeps nobody waiting", e.watchSlow)
	t.Run("fn may use the store", e.watchReenters)
	t.Run("many commits at once", e.watchOrder)
}

func (e Engine) watchResumes(t *testing.T) {
	a, b := e.nodes(t)
	start := currentRevision(t, a)
	commits := []store.Commit{
		{Changes: []store.Change{put("b", "1"), put("a", "1")}},
		{Changes: []store.Change{put("a", "2")}},
		{Changes: []store.Change{remove("b"), put("c", "")}},
		{Changes: []store.Change{put("b", "3")}},
	}
	revisions := []int64{start}
	for i := range commits {
		commits[i].Revision = commit(t, a, commits[i].Changes...)
		revisions = append(revisions, commits[i].Revision)
	}
	for i, after := range revisions {
		w := startWatch(t, b, after)
		for _, c := range commits[i:] {
			w.want(c.Revision, c.Changes...)
		}
		w.cancel()
		wantError(t, "Watch", w.end(), context.Canceled)
	}
}

func (e Engine) watchFollows(t *testing.T) {
	a, b := e.nodes(t)
	w := startWatch(t, b, currentRevision(t, a))
	for i := range 20 {
		value := fmt.Sprint(i)
		w.want(commit(t, a, put("a", value)), put("a", value))
	}
}

func (e Engine) watchBounds(t *testing.T) {
	s := e.Open(t)
	old := commit(t, s, put("a", "1"))
	commit(t, s, put("a", "2"))
	r := commit(t, s, put("a", "3"))
	e.Forget(t, s, r)
	now := currentRevision(t, s)
	wantError(t, "Watch", startWatch(t, s, old).end(), store.ErrCompacted)
	wantError(t, "Watch from the beginning", startWatch(t, s, 0).end(), store.ErrCompacted)
	wantError(t, "Watch from before it", startWatch(t, s, -1).end(), store.ErrCompacted)
	wantError(t, "Watch from the future", startWatch(t, s, now+1).end(), store.ErrFuture)
	w := startWatch(t, s, now)
	w.want(commit(t, s, put("a", "4")), put("a", "4"))
}

func (e Engine) watchEnds(t *testing.T) {
	s := e.Open(t)
	start := currentRevision(t, s)
	commit(t, s, put("a", "1"))
	commit(t, s, put("a", "2"))
	own := errors.New("enough")
	calls := 0
	err := s.Watch(t.Context(), start, func(store.Commit) error { calls++; return own })
	wantError(t, "Watch", err, own)
	if calls != 1 {
		t.Errorf("fn was called %d times, want 1", calls)
	}
}

func (e Engine) watchSlow(t *testing.T) {
	s := e.Open(t)
	slow, fast := startWatch(t, s, currentRevision(t, s)), startWatch(t, s, currentRevision(t, s))
	for i := range 300 {
		value := fmt.Sprint(i)
		fast.want(commit(t, s, put("a", value)), put("a", value))
	}
	for i := range 300 { // the slow one comes for them now
		c := slow.next()
		if len(c.Changes) != 1 || string(c.Changes[0].Value) != fmt.Sprint(i) {
			t.Fatalf("the %dth: %s", i, describe(c))
		}
	}
}

func (e Engine) watchReenters(t *testing.T) {
	s := e.Open(t)
	start := currentRevision(t, s)
	commit(t, s, put("a", "0"))
	done := errors.New("done")
	err := s.Watch(t.Context(), start, func(c store.Commit) error {
		if len(c.Changes) == 0 {
			return nil
		}
		if len(c.Changes[0].Value) == 5 {
			return done
		}
		e, _, err := s.Get(t.Context(), "a")
		if err != nil {
			return err
		}
		_, err = s.Commit(t.Context(), []store.Precondition{at("a", e.Revision)},
			[]store.Change{{Key: "a", Value: append(e.Value, '0')}})
		return err
	})
	wantError(t, "Watch", err, done)
}

// watchOrder watches writers on two nodes: every commit comes once, in the
// order of revisions, the same to all.
func (e Engine) watchOrder(t *testing.T) {
	a, b := e.nodes(t)
	start := currentRevision(t, a)
	watches := []*watching{startWatch(t, a, start), startWatch(t, b, start)}
	const writers, each = 8, 25
	acknowledged := make(chan int64, writers*each)
	for i := range writers {
		s := []store.Store{a, b}[i%2]
		go func() {
			for j := range each {
				r, err := s.Commit(t.Context(), nil, []store.Change{put(fmt.Sprint("w", i), fmt.Sprint(j))})
				if err != nil {
					t.Error(err)
				}
				acknowledged <- r
			}
		}()
	}
	want := map[int64]bool{}
	for range writers * each {
		want[<-acknowledged] = true
	}
	if len(want) != writers*each {
		t.Errorf("%d commits had %d revisions", writers*each, len(want))
	}
	for i, w := range watches {
		last := start
		for range writers * each {
			c := w.next()
			if c.Revision <= last || !want[c.Revision] || len(c.Changes) != 1 {
				t.Fatalf("watch %d: %s after %d", i, describe(c), last)
			}
			last = c.Revision
		}
	}
}
