package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/store"
	"github.com/gatehouse-iam/gatehouse/internal/store/etcd"
	"github.com/gatehouse-iam/gatehouse/internal/store/storetest"
)

// TestEtcd runs everything on one cluster, since starting one takes a while.
func TestEtcd(t *testing.T) {
	c := startCluster(t)
	t.Run("Suite", c.testSuite)
	t.Run("Prefix", c.testPrefix)
	t.Run("Open refuses", c.testOpenRefuses)
	t.Run("The leader stops", c.testLeaderStops)
}

// testSuite runs the suite with the two nodes on two members, each test under
// a prefix of its own.
func (c *cluster) testSuite(t *testing.T) {
	var count atomic.Int64
	var prefixes sync.Map
	openAt := func(t *testing.T, prefix string, member int) store.Store {
		s := c.open(t, prefix, member)
		prefixes.Store(s, prefix)
		return s
	}
	prefixOf := func(s store.Store) string {
		prefix, _ := prefixes.Load(s)
		return prefix.(string)
	}
	storetest.Run(t, storetest.Engine{
		Open: func(t *testing.T) store.Store {
			return openAt(t, fmt.Sprint("test/", count.Add(1)), 0)
		},
		Peer: func(t *testing.T, s store.Store) store.Store {
			return openAt(t, prefixOf(s), 1)
		},
		Forget: func(t *testing.T, s store.Store, revision int64) {
			if err := compact(t.Context(), c.client(t), revision); err != nil {
				t.Fatal(err)
			}
		},
		Reopen: func(t *testing.T, s store.Store) store.Store {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			c.stop()
			c.start(t)
			return openAt(t, prefixOf(s), 2)
		},
	})
}

func (c *cluster) testPrefix(t *testing.T) {
	put := []store.Change{{Key: "a", Value: []byte("1")}}
	inner, other := c.open(t, "one/", 0), c.open(t, "one2", 0)
	if _, err := inner.Commit(t.Context(), nil, put); err != nil {
		t.Fatal(err)
	}
	before, err := inner.Revision(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	t.Run("others are not seen", func(t *testing.T) {
		if _, err := other.Commit(t.Context(), nil, []store.Change{{Key: "b"}, {Key: "c"}}); err != nil {
			t.Fatal(err)
		}
		client := c.client(t)
		for _, key := range []string{"one", "one0", "other/k/a"} {
			if _, err := client.Put(t.Context(), key, "x"); err != nil {
				t.Fatal(err)
			}
		}
		page, err := c.open(t, "one", 1).List(t.Context(), "", store.ListOptions{})
		if err != nil || len(page.Entries) != 1 || page.Entries[0].Key != "a" {
			t.Errorf("%v, %v", page.Entries, err)
		}
	})
	t.Run("others do not move the revision, which a watch would wait for", func(t *testing.T) {
		if now, err := inner.Revision(t.Context()); now != before || err != nil {
			t.Errorf("%d became %d, %v", before, now, err)
		}
	})
	t.Run("every revision that Commit returns comes in a watch", func(t *testing.T) {
		revision, err := inner.Commit(t.Context(), nil, []store.Change{{Key: "none", Delete: true}})
		if err != nil {
			t.Fatal(err)
		}
		done := errors.New("done")
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		err = inner.Watch(ctx, before, func(c store.Commit) error {
			if c.Revision == revision && len(c.Changes) == 0 {
				return done
			}
			return fmt.Errorf("%+v, want %d", c, revision)
		})
		if !errors.Is(err, done) {
			t.Error(err)
		}
	})
	t.Run("the same id on every node", func(t *testing.T) {
		if a, b := inner.ID(), c.open(t, "one", 2).ID(); a != b || len(a) != 32 || a == other.ID() {
			t.Errorf("%q and %q, another store has %q", a, b, other.ID())
		}
	})
}

func (c *cluster) testOpenRefuses(t *testing.T) {
	client := c.client(t)
	for _, row := range []struct {
		name, meta string
		want       error
	}{
		{"a later format", `{"format":2,"id":"x"}`, etcd.ErrFormat},
		{"no format", `{}`, etcd.ErrForeign},
		{"something else", `hello`, etcd.ErrForeign},
	} {
		t.Run(row.name, func(t *testing.T) {
			prefix := strings.ReplaceAll(row.name, " ", "-")
			if _, err := client.Put(t.Context(), prefix+"/meta", row.meta); err != nil {
				t.Fatal(err)
			}
			_, err := etcd.Open(t.Context(), []string{c.clients[0].String()}, prefix, etcd.Options{})
			if !errors.Is(err, row.want) || !strings.Contains(err.Error(), prefix+"/meta") {
				t.Errorf("%v, want %v and the key", err, row.want)
			}
			got, err := client.Get(t.Context(), prefix+"/meta")
			if err != nil || string(got.Kvs[0].Value) != row.meta {
				t.Errorf("it was changed, %v", err)
			}
		})
	}
	t.Run("a prefix too long", func(t *testing.T) {
		_, err := etcd.Open(t.Context(), []string{c.clients[0].String()}, strings.Repeat("p", 256), etcd.Options{})
		if err == nil {
			t.Error("it opens")
		}
	})
	t.Run("no cluster there", func(t *testing.T) {
		address := "http://" + freeAddresses(t, 1)[0]
		_, err := etcd.Open(t.Context(), []string{address}, "p", etcd.Options{DialTimeout: 200 * time.Millisecond})
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), address) {
			t.Errorf("%v", err)
		}
	})
}

// testLeaderStops takes the leader away while counters run by the others, and
// brings it back: no acknowledged update is lost, and the watch misses nothing.
func (c *cluster) testLeaderStops(t *testing.T) {
	s := c.open(t, "p", 0, 1, 2)
	start, err := s.Revision(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var acknowledged atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for ctx.Err() == nil {
				if increment(ctx, s) == nil {
					acknowledged.Add(1)
				}
			}
		})
	}
	seen := make(chan int, 1)
	watching, stopWatching := context.WithCancel(t.Context())
	go func() { seen <- watchNumbers(watching, t, s, start) }()

	waitFor(t, &acknowledged, 20)
	leader := c.leader(t)
	c.stopMember(leader)
	waitFor(t, &acknowledged, acknowledged.Load()+20)
	c.startMember(t, leader)
	waitFor(t, &acknowledged, acknowledged.Load()+20)
	cancel()
	wg.Wait()

	e, _, err := s.Get(t.Context(), "n")
	if err != nil {
		t.Fatal(err)
	}
	// More may be there: a commit that failed may have been made.
	if n := int64(len(e.Value)); n < acknowledged.Load() {
		t.Errorf("%d of %d acknowledged updates are there", n, acknowledged.Load())
	}
	if _, err := s.Commit(t.Context(), nil, []store.Change{{Key: "end"}}); err != nil {
		t.Fatal(err)
	}
	select {
	case n := <-seen:
		if n != len(e.Value) {
			t.Errorf("the watch saw %d updates of %d", n, len(e.Value))
		}
	case <-time.After(30 * time.Second):
		t.Error("the watch does not come to the end")
	}
	stopWatching()
}

// increment makes the value a byte longer.
func increment(ctx context.Context, s store.Store) error {
	e, _, err := s.Get(ctx, "n")
	if err != nil {
		return err
	}
	_, err = s.Commit(ctx, []store.Precondition{{Key: "n", Revision: e.Revision}},
		[]store.Change{{Key: "n", Value: append(e.Value, 'x')}})
	return err
}

// watchNumbers watches to the key "end", resuming when the watch fails, and
// returns the updates, each of which must be one byte longer than the last.
func watchNumbers(ctx context.Context, t *testing.T, s store.Store, after int64) (n int) {
	done := errors.New("done")
	for ctx.Err() == nil {
		err := s.Watch(ctx, after, func(c store.Commit) error {
			after = c.Revision
			for _, change := range c.Changes {
				if change.Key == "end" {
					return done
				}
				if n++; len(change.Value) != n {
					t.Errorf("update %d came as the %dth", len(change.Value), n)
				}
			}
			return nil
		})
		if errors.Is(err, done) {
			return n
		}
	}
	return n
}

// waitFor waits until a counter has come to a number.
func waitFor(t *testing.T, counter *atomic.Int64, n int64) {
	t.Helper()
	timeout := time.After(60 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for counter.Load() < n {
		select {
		case <-tick.C:
		case <-timeout:
			t.Fatalf("%d of %d", counter.Load(), n)
		}
	}
}
