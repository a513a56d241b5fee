package storetest

import (
	"fmt"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

// restart: what was acknowledged, its history and its order outlive the process.
func (e Engine) restart(t *testing.T) {
	s := e.Open(t)
	start := currentRevision(t, s)
	var commits []store.Commit
	for i := range 20 {
		changes := []store.Change{put(fmt.Sprint("k", i%7), fmt.Sprint(i)), put(fmt.Sprint("l", i), "x")}
		if i > 10 {
			changes = append(changes, remove(fmt.Sprint("l", i-10)))
		}
		commits = append(commits, store.Commit{Revision: commit(t, s, changes...), Changes: changes})
	}
	middle := commits[9].Revision
	nowBefore := all(t, s, "", store.ListOptions{})
	middleBefore := all(t, s, "", store.ListOptions{Revision: middle})
	last := currentRevision(t, s)

	s = e.Reopen(t, s)

	if got := currentRevision(t, s); got != last {
		t.Errorf("revision %d, want %d", got, last)
	}
	wantEntries(t, all(t, s, "", store.ListOptions{}), nowBefore)
	wantEntries(t, all(t, s, "", store.ListOptions{Revision: middle}), middleBefore)
	w := startWatch(t, s, start)
	for _, c := range commits {
		w.want(c.Revision, c.Changes...)
	}
	r, err := s.Commit(t.Context(), []store.Precondition{at("k5", commits[19].Revision), absent("l1")}, []store.Change{put("k5", "new")})
	if err != nil || r <= last {
		t.Errorf("the first commit after: %d, %v; want more than %d", r, err, last)
	}
}
