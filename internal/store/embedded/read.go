package embedded

import (
	"bytes"
	"context"
	"strings"

	"go.etcd.io/bbolt"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

// Get implements store.Store.
func (s *Store) Get(ctx context.Context, key string) (e store.Entry, ok bool, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		record := tx.Bucket(bucketKeys).Get([]byte(key))
		if record == nil {
			return nil
		}
		e, err = newEntry(key, record)
		ok = err == nil
		return s.damage(err)
	})
	return e, ok, err
}

// newEntry copies an entry out of the file.
func newEntry(key string, record []byte) (store.Entry, error) {
	revision, value, err := openRecord(key, record)
	if err != nil {
		return store.Entry{}, err
	}
	return store.Entry{Key: key, Value: append([]byte{}, value...), Revision: revision}, nil
}

func (s *Store) damage(err error) error {
	if err == nil {
		return nil
	}
	return damaged(s.path, err)
}

// List implements store.Store.
func (s *Store) List(ctx context.Context, prefix string, o store.ListOptions) (page store.Page, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		now, err := currentRevision(tx)
		if err != nil {
			return s.damage(err)
		}
		l := listing{ctx: ctx, prefix: prefix, after: o.After, limit: o.Limit}
		if l.limit <= 0 {
			l.limit = store.DefaultLimit
		}
		page.Revision = now
		if o.Revision != 0 && o.Revision != now {
			page.Revision = o.Revision
			if l.past, err = rollBack(tx, o.Revision, now, &l); err != nil {
				return s.historyError(err)
			}
		}
		page.Entries, page.More, err = l.read(tx.Bucket(bucketKeys))
		return s.historyError(err)
	})
	if err != nil {
		return store.Page{}, err
	}
	return page, nil
}

// listing walks the keys between its bounds, and where past is set shows
// those of past as they were.
type listing struct {
	ctx     context.Context
	prefix  string
	after   string
	limit   int
	past    *past
	entries []store.Entry
	steps   int
}

// covers says whether a key is within the listing's bounds.
func (l *listing) covers(key string) bool {
	return strings.HasPrefix(key, l.prefix) && key > l.after
}

func (l *listing) read(keys *bbolt.Bucket) (entries []store.Entry, more bool, err error) {
	c := keys.Cursor()
	for k, record := l.seek(c); k != nil && bytes.HasPrefix(k, []byte(l.prefix)); k, record = c.Next() {
		if l.steps++; l.steps%256 == 0 && l.ctx.Err() != nil {
			return nil, false, l.ctx.Err()
		}
		key := string(k)
		if l.past.until(key, l.add) {
			return l.entries, true, nil
		}
		if l.past.has(key) {
			continue
		}
		e, err := newEntry(key, record)
		if err != nil {
			return nil, false, err
		}
		if l.add(e) {
			return l.entries, true, nil
		}
	}
	more = l.past.rest(l.add)
	return l.entries, more, nil
}

func (l *listing) seek(c *bbolt.Cursor) (key, record []byte) {
	if l.after < l.prefix {
		return c.Seek([]byte(l.prefix))
	}
	return c.Seek(append([]byte(l.after), 0))
}

// add takes an entry, or says that the page is full without it.
func (l *listing) add(e store.Entry) (full bool) {
	if len(l.entries) == l.limit {
		return true
	}
	l.entries = append(l.entries, e)
	return false
}
