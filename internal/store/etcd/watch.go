package etcd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

// Watch implements store.Store. It ends with an error where its member loses
// the cluster, rather than fall silent; the caller watches on from where it was.
// Commits that come faster than fn takes them wait in memory.
func (s *Store) Watch(ctx context.Context, after int64, fn func(store.Commit) error) error {
	if after < 0 {
		return store.ErrCompacted // etcd takes it for now
	}
	return s.call(ctx, func(ctx context.Context) error {
		if err := s.reached(ctx, after); err != nil {
			return err
		}
		ctx, cancel := context.WithCancel(clientv3.WithRequireLeader(ctx))
		defer cancel()
		for r := range s.client.Watch(ctx, s.prefix, clientv3.WithPrefix(), clientv3.WithRev(after+1)) {
			if err := r.Err(); err != nil {
				return fmt.Errorf("etcd: watch: %w", err)
			}
			for len(r.Events) > 0 {
				var c store.Commit
				c, r.Events = s.firstCommit(r.Events)
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := fn(c); err != nil {
					return err
				}
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		return errors.New("etcd: watch: the connection has ended")
	})
}

// reached says whether the cluster is as far as a revision: etcd itself would
// wait for one to come.
func (s *Store) reached(ctx context.Context, revision int64) error {
	r, err := s.client.Get(ctx, s.head())
	if err != nil {
		return fmt.Errorf("etcd: watch: %w", err)
	}
	if revision > r.Header.Revision {
		return store.ErrFuture
	}
	return nil
}

// firstCommit takes the events of the first revision; etcd never parts them.
// The head's own event is there even where nothing else has changed.
func (s *Store) firstCommit(events []*clientv3.Event) (c store.Commit, rest []*clientv3.Event) {
	c.Revision = events[0].Kv.ModRevision
	for len(events) > 0 && events[0].Kv.ModRevision == c.Revision {
		kv := events[0].Kv
		if key, ours := strings.CutPrefix(string(kv.Key), s.key("")); ours {
			change := store.Change{Key: key, Delete: events[0].Type == clientv3.EventTypeDelete}
			if !change.Delete {
				change.Value = kv.Value
			}
			c.Changes = append(c.Changes, change)
		}
		events = events[1:]
	}
	return c, events
}
