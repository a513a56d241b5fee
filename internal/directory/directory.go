package directory

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/store"
)

// Directory is the state of all accounts, and the one way to change it.
type Directory struct {
	store   store.Store
	secrets Sealer
	clock   func() time.Time
	log     *slog.Logger

	snapshot atomic.Pointer[Snapshot]
	writer   chan struct{} // held by the one transaction of this node
	used     *usage
	sides    *sideCache

	mu      sync.Mutex
	applied chan struct{}         // closed and renewed with each snapshot
	failed  atomic.Pointer[error] // the watch has ended with this

	stop context.CancelFunc
	done chan struct{}
}

// Sealer keeps secrets readable only to who holds the master key. aad binds what
// is sealed to where it belongs.
type Sealer interface {
	Seal(plain, aad []byte) []byte
	Open(sealed, aad []byte) ([]byte, error)
}

// Options of a Directory.
type Options struct {
	Sealer Sealer           // seals secret access keys
	Clock  func() time.Time // time.Now where nil
	Log    *slog.Logger
}

// Open loads the state from the store and follows its commits until Close.
func Open(ctx context.Context, s store.Store, o Options) (*Directory, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	d := &Directory{
		store: s, secrets: o.Sealer, clock: o.Clock, log: o.Log,
		writer: make(chan struct{}, 1), used: newUsage(), sides: &sideCache{seed: maphash.MakeSeed()},
		applied: make(chan struct{}), done: make(chan struct{}),
	}
	b, revision, err := d.load(ctx)
	if err != nil {
		return nil, err
	}
	var follow context.Context
	follow, d.stop = context.WithCancel(context.Background())
	go d.follow(follow, b, revision)
	return d, nil
}

// load reads every record as of one revision, again where the store's history has
// overtaken it.
func (d *Directory) load(ctx context.Context) (*builder, int64, error) {
	for {
		b, revision, err := d.loadOnce(ctx)
		if !errors.Is(err, store.ErrCompacted) {
			return b, revision, err
		}
	}
}

func (d *Directory) loadOnce(ctx context.Context) (*builder, int64, error) {
	b := newBuilder(d.used)
	dirty := map[string]*state{}
	var o store.ListOptions
	for {
		page, err := d.store.List(ctx, "", o)
		if err != nil {
			return nil, 0, fmt.Errorf("directory: load: %w", err)
		}
		o.Revision = page.Revision
		for _, e := range page.Entries {
			if err := b.change(e.Revision, store.Change{Key: e.Key, Value: e.Value}, dirty); err != nil {
				return nil, 0, fmt.Errorf("directory: record %q at revision %d: %w", e.Key, e.Revision, err)
			}
			o.After = e.Key
		}
		if !page.More {
			d.publish(b.publish(page.Revision, dirty))
			return b, page.Revision, nil
		}
	}
}

// follow applies commits as the store reports them, and loads anew where it has
// fallen too far behind.
func (d *Directory) follow(ctx context.Context, b *builder, revision int64) {
	defer close(d.done)
	for ctx.Err() == nil {
		err := d.store.Watch(ctx, revision, func(c store.Commit) error {
			next, err := b.apply(c)
			if err != nil {
				return err
			}
			revision = c.Revision
			d.publish(next)
			return nil
		})
		if errors.Is(err, store.ErrCompacted) {
			b, revision, err = d.load(ctx)
		}
		if err != nil && ctx.Err() == nil {
			d.fail(err)
			return
		}
	}
}

func (d *Directory) publish(s *Snapshot) {
	d.snapshot.Store(s)
	d.mu.Lock()
	close(d.applied)
	d.applied = make(chan struct{})
	d.mu.Unlock()
}

// fail ends the directory: it no longer knows what is true (E-25).
func (d *Directory) fail(err error) {
	d.log.Error("the directory cannot follow the store; every call is refused until a restart", "err", err)
	d.mu.Lock()
	d.failed.Store(&err)
	close(d.applied)
	d.applied = make(chan struct{})
	d.mu.Unlock()
	d.snapshot.Store(newBuilder(d.used).publish(0, nil))
}

// Err is why the directory no longer follows its store, or nil.
func (d *Directory) Err() error {
	if failed := d.failed.Load(); failed != nil {
		return *failed
	}
	return nil
}

// wait returns when the snapshot is of the revision or a later one.
func (d *Directory) wait(ctx context.Context, revision int64) error {
	for {
		d.mu.Lock()
		applied := d.applied
		d.mu.Unlock()
		if err := d.Err(); err != nil {
			return err
		}
		if d.snapshot.Load().Revision >= revision {
			return nil
		}
		select {
		case <-applied:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// View returns the newest state of an account.
func (d *Directory) View(account string) *View {
	return newView(d, d.snapshot.Load(), account, nil)
}

// commitTime bounds a commit: it is no longer the caller's to call off.
const commitTime = 30 * time.Second

// Update runs fn in a transaction of the account and commits what it staged. The
// transaction starts at the newest state; where what it read has changed when it
// commits, fn is run again. Update returns when Views show the change. An error
// of fn is returned as it is, and nothing is changed.
func (d *Directory) Update(ctx context.Context, account string, fn func(tx *Tx) error) error {
	select {
	case d.writer <- struct{}{}:
		defer func() { <-d.writer }()
	case <-ctx.Done():
		return ctx.Err()
	}
	for range 16 {
		t := newTransaction()
		s := d.snapshot.Load()
		if err := d.Err(); err != nil { // asked after the load: an emptied state is never written on
			return err
		}
		if err := fn(&Tx{View: *newView(d, s, account, t)}); err != nil {
			return err
		}
		err := d.commit(ctx, t, s)
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
		if err := d.catchUp(ctx); err != nil {
			return err
		}
	}
	return errConcurrent
}

// errConcurrent: others keep changing what the call depends on.
var errConcurrent = api.Errorf(http.StatusConflict, "ConcurrentModification", "The request was rejected because multiple requests to change this object were submitted simultaneously. Wait a few minutes and submit your request again.")

func (d *Directory) commit(ctx context.Context, t *transaction, s *Snapshot) error {
	if len(t.staged) == 0 && len(t.unread) == 0 {
		return nil
	}
	pre, changes, err := t.commitment(s)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTime)
	defer cancel()
	revision, err := d.store.Commit(ctx, pre, changes)
	if errors.Is(err, store.ErrTooLarge) && max(len(pre), len(changes)) <= store.MaxOperations {
		return entityTooLarge(err)
	}
	if err != nil {
		return err
	}
	return d.wait(ctx, revision)
}

// entityTooLarge: an entity's record, with all its policy documents, has outgrown the
// store. AWS has no such quota, and none of its others comes to it but by white space,
// which they do not count (G-12).
func entityTooLarge(err error) error {
	e := limitExceeded("Cannot exceed quota for EntitySize: %d", store.MaxValue)
	e.Log = err.Error()
	return e
}

// catchUp waits until the state is as new as the store.
func (d *Directory) catchUp(ctx context.Context) error {
	revision, err := d.store.Revision(ctx)
	if err != nil {
		return err
	}
	return d.wait(ctx, revision)
}

// Now is the directory's clock.
func (d *Directory) Now() time.Time { return d.clock() }

// Close stops following the store and writes what is still to be written. The
// store stays open.
func (d *Directory) Close(ctx context.Context) error {
	err := d.FlushUsage(ctx)
	d.stop()
	<-d.done
	return err
}

// Mark identifies the newest state of an account.
func (d *Directory) Mark(account string) Mark {
	s, _ := d.snapshot.Load().accounts.Get(account)
	return markOf(s)
}
