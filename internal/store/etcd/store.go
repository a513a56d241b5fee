// Package etcd is the store that several nodes share, in an etcd cluster.
//
// Everything is under a prefix, so that a cluster can serve others too:
//
//	PREFIX/meta      {"format":1,"id":"…"}, written once
//	PREFIX/revision  empty; written by every commit, so that its revision is
//	                 that of the last commit under the prefix, whatever
//	                 others write to the cluster
//	PREFIX/k/KEY     the value
//
// Revisions are etcd's. Reads are linearizable: they ask a majority. The
// history lasts until the cluster is compacted; nothing here does that: run
// etcd with --auto-compaction-retention (an hour is plenty).
package etcd

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

const (
	formatVersion = 1
	maxPrefix     = 256 // bytes; with it the largest commit stays under etcd's limit
)

var (
	// ErrFormat: what is under the prefix was written by a later version.
	ErrFormat = errors.New("etcd prefix has a newer format")
	// ErrForeign: what is under the prefix is not a store of Gatehouse.
	ErrForeign = errors.New("etcd prefix holds something else")
)

// Options of a connection; the zero value is right for a cluster without
// authentication.
type Options struct {
	TLS         *tls.Config // nil: no TLS
	Username    string
	Password    string
	DialTimeout time.Duration // how long Open waits; 0 means 5 s
}

// Store implements store.Store.
type Store struct {
	client *clientv3.Client
	prefix string // ends with "/"
	id     string
	life   context.Context // ends with Close
	end    context.CancelFunc
}

var _ store.Store = (*Store)(nil)

// Open connects to a cluster and checks, or makes, what is under the prefix.
func Open(ctx context.Context, endpoints []string, prefix string, o Options) (*Store, error) {
	prefix = strings.TrimSuffix(prefix, "/") + "/"
	if len(prefix) > maxPrefix {
		return nil, fmt.Errorf("etcd: a prefix of %d bytes, of %d", len(prefix), maxPrefix)
	}
	if o.DialTimeout == 0 {
		o.DialTimeout = 5 * time.Second
	}
	client, err := clientv3.New(clientv3.Config{
		Endpoints: endpoints, TLS: o.TLS, Username: o.Username, Password: o.Password,
		DialTimeout: o.DialTimeout, DialKeepAliveTime: 10 * time.Second, DialKeepAliveTimeout: 5 * time.Second,
		Logger: zap.NewNop(), // what fails is returned
	})
	if err != nil {
		return nil, fmt.Errorf("etcd: %w", err)
	}
	s := &Store{client: client, prefix: prefix}
	s.life, s.end = context.WithCancel(context.Background())
	ctx, cancel := context.WithTimeout(ctx, o.DialTimeout)
	defer cancel()
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("etcd: %s: %w", strings.Join(endpoints, ","), err), s.Close())
	}
	return s, nil
}

// meta describes the store.
type meta struct {
	Format int    `json:"format"`
	ID     string `json:"id"`
}

// prepare writes the meta record, of which the first of several nodes wins, and
// checks the one that is there.
func (s *Store) prepare(ctx context.Context) error {
	var id [16]byte
	rand.Read(id[:]) // never fails
	fresh, err := json.Marshal(meta{Format: formatVersion, ID: hex.EncodeToString(id[:])})
	if err != nil {
		return err
	}
	key := s.prefix + "meta"
	r, err := s.client.Txn(ctx).
		If(clientv3.Compare(clientv3.CreateRevision(key), "=", 0)).
		Then(clientv3.OpPut(key, string(fresh)), clientv3.OpPut(s.head(), "")).
		Else(clientv3.OpGet(key)).
		Commit()
	if err != nil {
		return err
	}
	if !r.Succeeded {
		fresh = r.Responses[0].GetResponseRange().Kvs[0].Value
	}
	var m meta
	if err := json.Unmarshal(fresh, &m); err != nil || m.Format < 1 {
		return fmt.Errorf("%w: %s; choose another prefix", ErrForeign, key)
	}
	if m.Format > formatVersion {
		return fmt.Errorf("%w: %s has version %d, this gatehouse reads up to %d; run the gatehouse that wrote it or a later one",
			ErrFormat, key, m.Format, formatVersion)
	}
	s.id = m.ID
	return nil
}

// head is the key whose revision is that of the last commit.
func (s *Store) head() string { return s.prefix + "revision" }

// key is where etcd has a key of ours.
func (s *Store) key(key string) string { return s.prefix + "k/" + key }

// ID is the store's own, the same on every node.
func (s *Store) ID() string { return s.id }

// Close ends the watches and the connection.
func (s *Store) Close() error {
	if s.life.Err() != nil {
		return nil // closed before
	}
	s.end()
	return s.client.Close()
}

// call runs fn with a context that ends with the caller's or with Close, and
// maps what etcd says to the errors that the interface names.
func (s *Store) call(ctx context.Context, fn func(context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	both, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(s.life, func() { cancel(store.ErrClosed) })()
	err := fn(both)
	switch {
	case err == nil:
		return nil
	case s.life.Err() != nil:
		return store.ErrClosed
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, rpctypes.ErrCompacted):
		return store.ErrCompacted
	case errors.Is(err, rpctypes.ErrFutureRev):
		return store.ErrFuture
	case errors.Is(err, rpctypes.ErrRequestTooLarge), errors.Is(err, rpctypes.ErrTooManyOps):
		return fmt.Errorf("%w: etcd is configured with smaller limits than its defaults: %w", store.ErrTooLarge, err)
	}
	return err
}
