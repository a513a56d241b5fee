package storetest

import (
	"fmt"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

func (e Engine) list(t *testing.T) {
	t.Run("prefixes and order", e.prefixes)
	t.Run("pages", e.pages)
	t.Run("as of a revision", e.listAsOf)
	t.Run("a revision too old or to come", e.listBounds)
}

func (e Engine) prefixes(t *testing.T) {
	s := e.Open(t)
	keys := []string{"a", "a/", "a/1", "a/10", "a/2", "a0", "b/1", "\xff", "\xff\xff1"}
	for _, i := range []int{4, 0, 8, 2, 6, 1, 7, 3, 5} { // not in their order
		commit(t, s, put(keys[i], "v"))
	}
	table := []struct {
		prefix, after string
		want          []string
	}{
		{"", "", keys},
		{"a", "", keys[:6]},
		{"a/", "", keys[1:5]},
		{"a/1", "", keys[2:4]},
		{"c", "", nil},
		{"\xff", "", keys[7:]},
		{"\xff\xff", "", keys[8:]},
		{"", "a/1", keys[3:]},
		{"a/", "a/1", keys[3:5]},
		{"a/", "a/11", keys[4:5]},
		{"a/", "a", keys[1:5]},
		{"a/", "", keys[1:5]},
		{"a/", "a0", nil},
		{"a/", "z", nil},
	}
	for _, c := range table {
		t.Run(fmt.Sprintf("%q after %q", c.prefix, c.after), func(t *testing.T) {
			page, err := s.List(t.Context(), c.prefix, store.ListOptions{After: c.after})
			if err != nil || page.More {
				t.Errorf("more %v, %v", page.More, err)
			}
			if got := keysOf(page.Entries); fmt.Sprintf("%q", got) != fmt.Sprintf("%q", c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func (e Engine) pages(t *testing.T) {
	s := e.Open(t)
	const n = store.DefaultLimit + 1
	for start := 0; start < n; start += store.MaxOperations {
		var changes []store.Change
		for i := start; i < min(n, start+store.MaxOperations); i++ {
			changes = append(changes, put(fmt.Sprintf("k/%04d", i), ""))
		}
		commit(t, s, changes...)
	}
	commit(t, s, put("l", ""))
	table := []struct {
		name string
		o    store.ListOptions
		want int
		more bool
	}{
		{"no limit given", store.ListOptions{}, store.DefaultLimit, true},
		{"a smaller one", store.ListOptions{Limit: 10}, 10, true},
		{"one less", store.ListOptions{Limit: n - 1}, n - 1, true},
		{"exactly all", store.ListOptions{Limit: n}, n, false},
		{"one more", store.ListOptions{Limit: n + 1}, n, false},
		{"the last page", store.ListOptions{Limit: 10, After: "k/0990"}, 10, false},
		{"nothing more", store.ListOptions{Limit: 10, After: "k/1000"}, 0, false},
	}
	for _, c := range table {
		t.Run(c.name, func(t *testing.T) {
			page, err := s.List(t.Context(), "k/", c.o)
			if err != nil || len(page.Entries) != c.want || page.More != c.more {
				t.Errorf("%d entries, more %v, %v; want %d, %v", len(page.Entries), page.More, err, c.want, c.more)
			}
		})
	}
}

// listAsOf reads a listing page by page while everything in it changes.
func (e Engine) listAsOf(t *testing.T) {
	s := e.Open(t)
	var want []store.Entry
	for i := range 10 {
		key := fmt.Sprintf("k/%d", i)
		r := commit(t, s, put(key, "old"))
		want = append(want, store.Entry{Key: key, Value: []byte("old"), Revision: r})
	}
	before := currentRevision(t, s)
	first, err := s.List(t.Context(), "k/", store.ListOptions{Limit: 3})
	if err != nil || first.Revision != before {
		t.Fatalf("as of %d, %v; want %d", first.Revision, err, before)
	}

	commit(t, s, put("k/5", "new"), remove("k/6"), put("k/55", "new"), put("k/", "new"))
	commit(t, s, put("k/5", "newer"), put("k/6", "again"), remove("k/7"), remove("k/55"))
	commit(t, s, remove("k/5"), remove("k/9"), put("k/99", "new"))

	for limit := 1; limit <= 11; limit++ {
		got := all(t, s, "k/", store.ListOptions{Revision: before, Limit: limit})
		wantEntries(t, got, want)
	}
	rest := all(t, s, "k/", store.ListOptions{Revision: first.Revision, After: "k/2", Limit: 3})
	wantEntries(t, append(first.Entries, rest...), want)
	if got := fmt.Sprint(keysOf(all(t, s, "k/", store.ListOptions{}))); got != "[k/ k/0 k/1 k/2 k/3 k/4 k/6 k/8 k/99]" {
		t.Errorf("now: %s", got)
	}
}

func (e Engine) listBounds(t *testing.T) {
	s := e.Open(t)
	old := commit(t, s, put("a", "1"))
	r := commit(t, s, put("a", "2"))
	e.Forget(t, s, r)
	now := currentRevision(t, s)
	for _, c := range []struct {
		revision int64
		want     error
	}{
		{old, store.ErrCompacted}, {-1, store.ErrCompacted}, {now + 1, store.ErrFuture}, {now, nil},
	} {
		page, err := s.List(t.Context(), "a", store.ListOptions{Revision: c.revision})
		wantError(t, fmt.Sprintf("List as of %d", c.revision), err, c.want)
		if err != nil && len(page.Entries) > 0 {
			t.Errorf("List as of %d: entries beside an error", c.revision)
		}
	}
	wantEntry(t, s, "a", "2", r)
}
