package etcd

import (
	"context"
	"fmt"
	"strings"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

// Get implements store.Store.
func (s *Store) Get(ctx context.Context, key string) (e store.Entry, ok bool, err error) {
	err = s.call(ctx, func(ctx context.Context) error {
		r, err := s.client.Get(ctx, s.key(key))
		if err != nil {
			return fmt.Errorf("etcd: get: %w", err)
		}
		if len(r.Kvs) > 0 {
			e, ok = s.entry(r.Kvs[0]), true
		}
		return nil
	})
	return e, ok, err
}

func (s *Store) entry(kv *mvccpb.KeyValue) store.Entry {
	return store.Entry{
		Key:      strings.TrimPrefix(string(kv.Key), s.key("")),
		Value:    append([]byte{}, kv.Value...),
		Revision: kv.ModRevision,
	}
}

// List implements store.Store.
func (s *Store) List(ctx context.Context, prefix string, o store.ListOptions) (page store.Page, err error) {
	if o.Revision < 0 {
		return store.Page{}, store.ErrCompacted // etcd takes it for now
	}
	limit := int64(o.Limit)
	if limit <= 0 {
		limit = store.DefaultLimit
	}
	from, end := s.key(prefix), clientv3.GetPrefixRangeEnd(s.key(prefix))
	if o.After >= prefix {
		from = s.key(o.After) + "\x00"
	}
	if from >= end {
		from = end // etcd refuses a range that ends before it begins
	}
	err = s.call(ctx, func(ctx context.Context) error {
		r, err := s.client.Get(ctx, from, clientv3.WithRange(end), clientv3.WithLimit(limit), clientv3.WithRev(o.Revision))
		if err != nil {
			return fmt.Errorf("etcd: list: %w", err)
		}
		page.Revision, page.More = o.Revision, r.More
		if o.Revision == 0 {
			page.Revision = r.Header.Revision
		}
		for _, kv := range r.Kvs {
			page.Entries = append(page.Entries, s.entry(kv))
		}
		return nil
	})
	return page, err
}

// Revision implements store.Store. It is that of the last commit under the
// prefix, not of the cluster, so that a watch comes to it.
func (s *Store) Revision(ctx context.Context) (revision int64, err error) {
	err = s.call(ctx, func(ctx context.Context) error {
		r, err := s.client.Get(ctx, s.head())
		if err != nil {
			return fmt.Errorf("etcd: revision: %w", err)
		}
		revision, err = s.headRevision(r.Kvs)
		return err
	})
	return revision, err
}

func (s *Store) headRevision(kvs []*mvccpb.KeyValue) (int64, error) {
	if len(kvs) == 0 {
		return 0, fmt.Errorf("%w: %s is gone", ErrForeign, s.head())
	}
	return kvs[0].ModRevision, nil
}
