package directory

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/gatehouse-iam/gatehouse/internal/store"
	"github.com/tidwall/btree"
)

// record is what every stored record can say of itself.
type record interface {
	version() int
	setRevision(int64)
	rev() int64
}

// named is a record with an id, found by its name too.
type named interface {
	record
	id() string
}

func (e *Entity) version() int        { return e.Version }
func (e *Entity) setRevision(r int64) { e.revision = r }
func (e *Entity) rev() int64          { return e.revision }
func (e *Entity) id() string          { return e.ID }

func (k *AccessKey) version() int        { return k.Version }
func (k *AccessKey) setRevision(r int64) { k.revision = r }
func (k *AccessKey) rev() int64          { return k.revision }

func (a *Account) version() int        { return a.Version }
func (a *Account) setRevision(r int64) { a.revision = r }
func (a *Account) rev() int64          { return a.revision }

func (o *Organization) version() int        { return o.Version }
func (o *Organization) setRevision(r int64) { o.revision = r }
func (o *Organization) rev() int64          { return o.revision }

func (p *ResourcePolicy) version() int        { return p.Version }
func (p *ResourcePolicy) setRevision(r int64) { p.revision = r }
func (p *ResourcePolicy) rev() int64          { return p.revision }

func (c *AccountCreation) version() int        { return c.Version }
func (c *AccountCreation) setRevision(r int64) { c.revision = r }
func (c *AccountCreation) rev() int64          { return c.revision }

func (b *Bucket) version() int        { return b.Version }
func (b *Bucket) setRevision(r int64) { b.revision = r }
func (b *Bucket) rev() int64          { return b.revision }

func (i *Instance) version() int        { return i.Version }
func (i *Instance) setRevision(r int64) { i.revision = r }
func (i *Instance) rev() int64          { return i.revision }

func (a *Address) version() int        { return a.Version }
func (a *Address) setRevision(r int64) { a.revision = r }
func (a *Address) rev() int64          { return a.revision }

func (u *LastUsed) version() int        { return u.Version }
func (u *LastUsed) setRevision(r int64) { u.revision = r }
func (u *LastUsed) rev() int64          { return u.revision }

func (r *reference) version() int          { return r.Version }
func (r *reference) setRevision(rev int64) { r.revision = rev }
func (r *reference) rev() int64            { return r.revision }

// decode reads a record and refuses one of a newer version.
func decode(value []byte, revision int64, r record) error {
	if err := json.Unmarshal(value, r); err != nil {
		return err
	}
	if v := r.version(); v != recordVersion {
		return fmt.Errorf("is of version %d, this Gatehouse reads %d: start the version that wrote it", v, recordVersion)
	}
	if whole, ok := r.(interface{ whole() bool }); ok && !whole.whole() {
		return errors.New("is not whole: it lacks an id or a policy document")
	}
	r.setRevision(revision)
	return nil
}

// whole says whether a record has what decisions count on (E-25).
func (u *User) whole() bool            { return u.ID != "" && u.documented() }
func (g *Group) whole() bool           { return g.ID != "" && g.documented() }
func (r *Role) whole() bool            { return r.ID != "" && r.documented() && r.Trust != nil }
func (p *InstanceProfile) whole() bool { return p.ID != "" }
func (p *ResourcePolicy) whole() bool  { return p.ID != "" && p.Content != nil }

func (b *Bucket) whole() bool   { return b.Name != "" && b.Ownership != "" }
func (i *Instance) whole() bool { return i.ID != "" }
func (a *Address) whole() bool  { return a.Account != "" && a.Instance != "" }

func (p *Policy) whole() bool {
	return p.ID != "" && p.DefaultVersion() != nil &&
		!slices.ContainsFunc(p.Versions, func(v PolicyVersion) bool { return v.Document == nil })
}

func (g *Grants) documented() bool {
	return !slices.ContainsFunc(g.Inline, func(in Inline) bool { return in.Document == nil })
}

// single applies a change of a record of which an account has one.
func single[T any, P interface {
	*T
	record
}](place *P, revision int64, c store.Change) error {
	*place = nil
	if c.Delete {
		return nil
	}
	now := P(new(T))
	if err := decode(c.Value, revision, now); err != nil {
		return err
	}
	*place = now
	return nil
}

// keyed applies a change of a record that is found by one key.
func keyed[T any, P interface {
	*T
	record
}](m *btree.Map[string, P], key string, revision int64, c store.Change) error {
	if c.Delete {
		m.Delete(key)
		return nil
	}
	now := P(new(T))
	if err := decode(c.Value, revision, now); err != nil {
		return err
	}
	m.Set(key, now)
	return nil
}

// put applies a change of an entity, and of what follows from it. An entity that
// another one takes the name of ends, unless the same commit has brought it under
// another name already.
func put[T any, P interface {
	*T
	named
}](s *state, t table[T], name string, revision int64, c store.Change, relate func(s *state, old, now *T)) error {
	var now *T
	id := ""
	if !c.Delete {
		now = new(T)
		if err := decode(c.Value, revision, P(now)); err != nil {
			return err
		}
		id = P(now).id()
		if r, ok := any(now).(interface{ keepARN(string) }); ok {
			r.keepARN(s.id)
		}
	}
	if old, had := t.byName.Delete(name); had && P(old).id() != id && get(t.byID, P(old).id()) == old {
		t.byID.Delete(P(old).id())
		relate(s, old, nil)
	}
	if now != nil {
		relate(s, get(t.byID, id), now)
		t.byName.Set(name, now)
		t.byID.Set(id, now)
	}
	return nil
}
