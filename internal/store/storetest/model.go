package storetest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

// state is the simplest store: everything there is at a revision.
type state map[string]store.Entry

// entries lists a state.
func (m state) entries(prefix, after string) []store.Entry {
	var entries []store.Entry
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if strings.HasPrefix(key, prefix) && key > after {
			entries = append(entries, m[key])
		}
	}
	return entries
}

// model makes random commits, keeps what the store must have held after each,
// and then asks the store for all of its past.
func (e Engine) model(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			s, random := e.Open(t), rand.New(rand.NewPCG(seed, 0))
			start := currentRevision(t, s)
			states, commits := []state{{}}, []store.Commit{{Revision: start}}
			for i := range 150 {
				next, c := step(t, s, random, states[len(states)-1], i)
				if len(c.Changes) > 0 {
					states, commits = append(states, next), append(commits, c)
				}
			}
			for range 100 {
				i := random.IntN(len(states))
				prefix := []string{"", "k", "k/", "k/1", "k/11"}[random.IntN(5)]
				after := []string{"", "k/1", "k/111", "k/2"}[random.IntN(4)]
				o := store.ListOptions{Revision: commits[i].Revision, After: after, Limit: 1 + random.IntN(12)}
				if o.Revision == 0 {
					continue // means now
				}
				wantEntries(t, all(t, s, prefix, o), states[i].entries(prefix, after))
			}
			for range 5 {
				i := random.IntN(len(commits))
				w := startWatch(t, s, commits[i].Revision)
				for _, c := range commits[i+1:] {
					w.want(c.Revision, c.Changes...)
				}
			}
		})
	}
}

// step makes one random commit, half of them with preconditions, some of which do not hold.
func step(t *testing.T, s store.Store, random *rand.Rand, before state, i int) (state, store.Commit) {
	t.Helper()
	var pre []store.Precondition
	var changes, effective []store.Change
	holds := true
	next := maps.Clone(before)
	for _, n := range random.Perm(27)[:1+random.IntN(4)] {
		key := fmt.Sprintf("k/%d%d%d", n/9%3, n/3%3, n%3)
		was, exists := before[key]
		if random.IntN(2) == 0 {
			revision := was.Revision
			if random.IntN(8) == 0 {
				revision++
			}
			pre = append(pre, at(key, revision))
			holds = holds && revision == was.Revision
		}
		c := put(key, fmt.Sprintf("%d/%d", i, n))
		if random.IntN(3) == 0 {
			c = remove(key)
		}
		changes = append(changes, c)
		if !c.Delete || exists {
			effective = append(effective, c)
		}
	}
	revision, err := s.Commit(t.Context(), pre, changes)
	if !holds {
		wantError(t, "Commit", err, store.ErrConflict)
		return before, store.Commit{}
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range effective {
		delete(next, c.Key)
		if !c.Delete {
			next[c.Key] = store.Entry{Key: c.Key, Value: c.Value, Revision: revision}
		}
	}
	return next, store.Commit{Revision: revision, Changes: effective}
}
