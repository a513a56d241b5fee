package directory

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

// usage is when access keys and roles were last used. It is kept in memory and
// written now and then: AWS's own figures lag, too.
type usage struct {
	last sync.Map // id → *lastUse
}

type lastUse struct {
	account string
	now     atomic.Pointer[LastUsed]
	written atomic.Pointer[LastUsed]
}

func newUsage() *usage { return &usage{} }

// of returns the place for an access key or role.
func (u *usage) of(account, id string) *lastUse {
	entry, ok := u.last.Load(id)
	if !ok {
		entry, _ = u.last.LoadOrStore(id, &lastUse{account: account})
	}
	return entry.(*lastUse)
}

func (u *usage) apply(account, id string, revision int64, c store.Change) error {
	if c.Delete {
		u.last.Delete(id)
		return nil
	}
	r := &LastUsed{}
	if err := decode(c.Value, revision, r); err != nil {
		return err
	}
	use := u.of(account, id)
	use.written.Store(r)
	if old := use.now.Load(); old == nil || old.At.Before(r.At) {
		use.now.CompareAndSwap(old, r) // a use that is noted meanwhile is newer
	}
	return nil
}

// same says whether the two tell of the same use: one that comes back from the
// store is another record. Times there are to the nanosecond.
func (u *LastUsed) same(o *LastUsed) bool {
	if u == nil || o == nil {
		return u == o
	}
	return u.At.Equal(o.At) && u.Service == o.Service && u.Region == o.Region
}

// Use is a place to note uses of one access key or role.
type Use struct{ use *lastUse }

// Use returns the place for an id; keep it to note uses cheaply.
func (d *Directory) Use(account, id string) Use { return Use{d.used.of(account, id)} }

// Note notes a use, unless a later one is known already, from another node say; a
// second use of the same service within a second of the first changes nothing. The
// zero Use, of credentials whose uses nobody asks for,
// notes nothing.
func (u Use) Note(service, region string, at time.Time) {
	if u.use == nil {
		return
	}
	old := u.use.now.Load()
	if old != nil && (at.Before(old.At) || old.Service == service && old.Region == region && at.Sub(old.At) < time.Second) {
		return
	}
	u.use.now.Store(&LastUsed{Version: recordVersion, At: at, Service: service, Region: region})
}

// forgetUse drops what is known of the use of an access key. It asserts nothing:
// uses are written beside every transaction.
func (tx *Tx) forgetUse(id string) {
	tx.tx.unread = append(tx.tx.unread, store.Change{Key: "a/" + tx.account + "/used/" + id, Delete: true})
}

// LastUsed is the last use of an access key or role; ok is false where there was none.
func (d *Directory) LastUsed(id string) (LastUsed, bool) {
	entry, ok := d.used.last.Load(id)
	if !ok {
		return LastUsed{}, false
	}
	if last := entry.(*lastUse).now.Load(); last != nil {
		return *last, true
	}
	return LastUsed{}, false
}

// FlushUsage writes the uses that are not written yet.
func (d *Directory) FlushUsage(ctx context.Context) error {
	var changes []store.Change
	var flushed []func()
	d.used.last.Range(func(id, entry any) bool {
		use := entry.(*lastUse)
		now := use.now.Load()
		if now.same(use.written.Load()) {
			return true
		}
		value, err := json.Marshal(now)
		if err != nil {
			return true
		}
		changes = append(changes, store.Change{Key: "a/" + use.account + "/used/" + id.(string), Value: value})
		flushed = append(flushed, func() { use.written.Store(now) })
		return true
	})
	for len(changes) > 0 {
		n := min(len(changes), store.MaxOperations)
		if _, err := d.store.Commit(ctx, nil, changes[:n]); err != nil {
			return err
		}
		for _, done := range flushed[:n] {
			done()
		}
		changes, flushed = changes[n:], flushed[n:]
	}
	return nil
}
