package storetest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

func (e Engine) races(t *testing.T) {
	t.Run("DeleteUser and AttachUserPolicy, attachments in the user", e.phantomInRecord)
	t.Run("DeleteUser and AttachUserPolicy, attachments beside the user", e.phantomBeside)
	t.Run("counters lose no update", e.counters)
	t.Run("one winner a key", e.oneWinner)
	t.Run("a conflict fails nobody else", e.conflictsAlone)
}

// together runs two commits at the same time and returns their errors.
func together(t *testing.T, first, second func() error) (error, error) {
	t.Helper()
	var a, b error
	var wg sync.WaitGroup
	start := make(chan struct{})
	wg.Go(func() { <-start; a = first() })
	wg.Go(func() { <-start; b = second() })
	close(start)
	wg.Wait()
	for _, err := range []error{a, b} {
		if err != nil && !errors.Is(err, store.ErrConflict) {
			t.Fatalf("Commit: %v", err)
		}
	}
	return a, b
}

const rounds = 100

// phantomInRecord: the user's record names its policies, and the policy counts
// its attachments. Both operations read the same user; one must win.
func (e Engine) phantomInRecord(t *testing.T) {
	a, b := e.nodes(t)
	for i := range rounds {
		user, policy := fmt.Sprintf("1/user/%d", i), fmt.Sprintf("1/policy/%d", i)
		r := commit(t, a, put(user, "policies:"), put(policy, "attachments: 0"))
		attachErr, deleteErr := together(t, func() error {
			_, err := a.Commit(t.Context(), []store.Precondition{at(user, r), at(policy, r)},
				[]store.Change{put(user, "policies: "+policy), put(policy, "attachments: 1")})
			return err
		}, func() error {
			_, err := b.Commit(t.Context(), []store.Precondition{at(user, r)}, []store.Change{remove(user)})
			return err
		})
		if (attachErr == nil) == (deleteErr == nil) {
			t.Fatalf("round %d: attach %v, delete %v; want one to succeed", i, attachErr, deleteErr)
		}
		_, exists, _ := b.Get(t.Context(), user)
		p, _, _ := b.Get(t.Context(), policy)
		if exists != (attachErr == nil) || (string(p.Value) == "attachments: 1") != (attachErr == nil) {
			t.Fatalf("round %d: user there %v, %q, attach %v", i, exists, p.Value, attachErr)
		}
	}
}

// phantomBeside: the attachment is a record of its own. Neither operation
// writes what the other writes; each reads what the other writes, and the
// deletion reads an absence.
func (e Engine) phantomBeside(t *testing.T) {
	a, b := e.nodes(t)
	for i := range rounds {
		user, attachment := fmt.Sprintf("1/user/%d", i), fmt.Sprintf("1/attachment/%d", i)
		r := commit(t, a, put(user, "{}"))
		attachErr, deleteErr := together(t, func() error {
			_, err := a.Commit(t.Context(), []store.Precondition{at(user, r), absent(attachment)},
				[]store.Change{put(attachment, "{}")})
			return err
		}, func() error {
			_, err := b.Commit(t.Context(), []store.Precondition{at(user, r), absent(attachment)},
				[]store.Change{remove(user)})
			return err
		})
		if (attachErr == nil) == (deleteErr == nil) {
			t.Fatalf("round %d: attach %v, delete %v; want one to succeed", i, attachErr, deleteErr)
		}
		_, userThere, _ := a.Get(t.Context(), user)
		_, attachmentThere, _ := b.Get(t.Context(), attachment)
		if userThere != attachmentThere {
			t.Fatalf("round %d: user there %v, attachment there %v", i, userThere, attachmentThere)
		}
	}
}

// increment adds one to a number, however often it must try.
func increment(ctx context.Context, s store.Store, key string) error {
	for {
		e, ok, err := s.Get(ctx, key)
		if err != nil {
			return err
		}
		n := 0
		if ok {
			if n, err = strconv.Atoi(string(e.Value)); err != nil {
				return err
			}
		}
		_, err = s.Commit(ctx, []store.Precondition{at(key, e.Revision)}, []store.Change{put(key, strconv.Itoa(n+1))})
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}

func (e Engine) counters(t *testing.T) {
	a, b := e.nodes(t)
	const writers, each = 8, 20
	var wg sync.WaitGroup
	for i := range writers {
		s := []store.Store{a, b}[i%2]
		wg.Go(func() {
			for range each {
				if err := increment(t.Context(), s, "n"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	got, _, err := b.Get(t.Context(), "n")
	if err != nil || string(got.Value) != strconv.Itoa(writers*each) {
		t.Errorf("%s, %v; want %d", got.Value, err, writers*each)
	}
}

// oneWinner: of many that create the same key, one does.
func (e Engine) oneWinner(t *testing.T) {
	a, b := e.nodes(t)
	for round := range 10 {
		key := fmt.Sprint("k", round)
		won := make(chan string, 16)
		var wg sync.WaitGroup
		for i := range cap(won) {
			s, name := []store.Store{a, b}[i%2], fmt.Sprint(i)
			wg.Go(func() {
				_, err := s.Commit(t.Context(), []store.Precondition{absent(key)}, []store.Change{put(key, name)})
				switch {
				case err == nil:
					won <- name
				case !errors.Is(err, store.ErrConflict):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		close(won)
		winner, others := <-won, len(won)
		if got, _, _ := b.Get(t.Context(), key); others != 0 || string(got.Value) != winner {
			t.Fatalf("round %d: %d winners, %q has it, %q was told so", round, others+1, got.Value, winner)
		}
	}
}

// conflictsAlone mixes commits that cannot succeed with such that must.
func (e Engine) conflictsAlone(t *testing.T) {
	a, b := e.nodes(t)
	commit(t, a, put("taken", "1"))
	var wg sync.WaitGroup
	for i := range 64 {
		s, key := []store.Store{a, b}[i%2], fmt.Sprint("k", i)
		wg.Go(func() {
			r, err := s.Commit(t.Context(), []store.Precondition{absent(key)}, []store.Change{put(key, "1")})
			if err != nil {
				t.Errorf("%s: %v", key, err)
			}
			wantEntry(t, s, key, "1", r)
		})
		wg.Go(func() {
			_, err := s.Commit(t.Context(), []store.Precondition{absent("lost"), absent("taken")}, []store.Change{put("lost", "1")})
			wantError(t, "Commit", err, store.ErrConflict)
		})
	}
	wg.Wait()
	wantAbsent(t, a, "lost")
}
