package etcd

import (
	"context"
	"fmt"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

// Commit implements store.Store.
func (s *Store) Commit(ctx context.Context, pre []store.Precondition, changes []store.Change) (revision int64, err error) {
	if err := store.Check(pre, changes); err != nil {
		return 0, err
	}
	compares := make([]clientv3.Cmp, len(pre))
	for i, p := range pre {
		compares[i] = clientv3.Compare(clientv3.ModRevision(s.key(p.Key)), "=", p.Revision)
	}
	err = s.call(ctx, func(ctx context.Context) error {
		r, err := s.client.Txn(ctx).If(compares...).Then(s.operations(changes)...).Commit()
		if err != nil {
			return fmt.Errorf("etcd: commit: %w", err)
		}
		if !r.Succeeded {
			return store.ErrConflict
		}
		if len(changes) > 0 {
			revision = r.Header.Revision
			return nil
		}
		revision, err = s.headRevision(r.Responses[0].GetResponseRange().Kvs)
		return err
	})
	return revision, err
}

// operations makes the changes and moves the head; where there are none it
// reads the head.
func (s *Store) operations(changes []store.Change) []clientv3.Op {
	if len(changes) == 0 {
		return []clientv3.Op{clientv3.OpGet(s.head())}
	}
	operations := make([]clientv3.Op, 0, len(changes)+1)
	for _, c := range changes {
		if c.Delete {
			operations = append(operations, clientv3.OpDelete(s.key(c.Key)))
		} else {
			operations = append(operations, clientv3.OpPut(s.key(c.Key), string(c.Value)))
		}
	}
	return append(operations, clientv3.OpPut(s.head(), ""))
}
