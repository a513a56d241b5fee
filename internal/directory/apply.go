package directory

import (
	"fmt"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/store"
	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/tidwall/btree"
)

// builder makes the next snapshot from commits. It owns its trees: a published
// snapshot holds copies that share what did not change.
type builder struct {
	accounts *btree.Map[string, *state]
	aliases  *btree.Map[string, reference]
	emails   *btree.Map[string, reference]
	buckets  *btree.Map[string, reference]
	// addresses of instances
	addresses *btree.Map[string, *Address]
	first     reference // the first account
	// identityKey signs instance identity documents
	identityKey *IdentityKey
	working     map[string]*state // the accounts, as the builder may change them
	used        *usage
}

func newBuilder(u *usage) *builder {
	return &builder{
		accounts:  btree.NewMap[string, *state](0),
		aliases:   btree.NewMap[string, reference](0),
		emails:    btree.NewMap[string, reference](0),
		buckets:   btree.NewMap[string, reference](0),
		addresses: btree.NewMap[string, *Address](0),
		working:   map[string]*state{}, used: u,
	}
}

// apply takes one commit in. An unreadable record is an error: the state would
// be incomplete, and decisions on it could be wrong (E-25).
func (b *builder) apply(c store.Commit) (*Snapshot, error) {
	dirty := map[string]*state{}
	for _, deleting := range []bool{true, false} { // a renamed entity goes under its old name before it comes under the new one
		for _, change := range c.Changes {
			if change.Delete != deleting {
				continue
			}
			if err := b.change(c.Revision, change, dirty); err != nil {
				return nil, fmt.Errorf("directory: record %q at revision %d: %w", change.Key, c.Revision, err)
			}
		}
	}
	return b.publish(c.Revision, dirty), nil
}

// publish returns the snapshot of what the builder holds.
func (b *builder) publish(revision int64, dirty map[string]*state) *Snapshot {
	for id, s := range dirty {
		if s.account == nil {
			b.accounts.Delete(id)
			continue
		}
		published := s.copy()
		published.revision = revision
		b.accounts.Set(id, published)
	}
	return &Snapshot{
		Revision: revision,
		accounts: b.accounts.Copy(), aliases: b.aliases.Copy(), emails: b.emails.Copy(), buckets: b.buckets.Copy(), addresses: b.addresses.Copy(), first: b.first, identityKey: b.identityKey,
	}
}

// change applies one change to the working copies.
func (b *builder) change(revision int64, c store.Change, dirty map[string]*state) error {
	space, rest, _ := strings.Cut(c.Key, "/")
	switch space {
	case "a":
		account, rest, _ := strings.Cut(rest, "/")
		kind, name, _ := strings.Cut(rest, "/")
		s := b.working[account]
		if s == nil {
			s = newState(account)
			b.working[account] = s
		}
		if kind == "used" {
			return b.used.apply(account, name, revision, c)
		}
		if kind == "key" && c.Delete {
			b.used.last.Delete(name)
		}
		dirty[account] = s
		return s.change(account, kind, name, revision, c)
	case "alias":
		return changeReference(b.aliases, rest, revision, c)
	case "email":
		return changeReference(b.emails, rest, revision, c)
	case "bucket":
		return changeReference(b.buckets, rest, revision, c)
	case "address":
		return keyed(b.addresses, rest, revision, c)
	case "first":
		return decode(c.Value, revision, &b.first) // it is never deleted
	case identityKeyKey:
		return single(&b.identityKey, revision, c)
	}
	return nil // events and what later versions keep elsewhere
}

func changeReference(m *btree.Map[string, reference], key string, revision int64, c store.Change) error {
	if c.Delete {
		m.Delete(key)
		return nil
	}
	r := reference{}
	if err := decode(c.Value, revision, &r); err != nil {
		return err
	}
	m.Set(key, r)
	return nil
}

func (s *state) change(account, kind, name string, revision int64, c store.Change) error {
	switch kind {
	case "account":
		return single(&s.account, revision, c)
	case "organization":
		return single(&s.organization, revision, c)
	case "resourcepolicy":
		return single(&s.resourcePolicy, revision, c)
	case "user":
		return put(s, s.users, name, revision, c, (*state).relateUser)
	case "group":
		return put(s, s.groups, name, revision, c, (*state).relateGroup)
	case "role":
		return put(s, s.roles, name, revision, c, (*state).relateRole)
	case "policy":
		return put(s, s.policies, name, revision, c, (*state).relatePolicy)
	case policyChange:
		return single(&s.policyChange, revision, c)
	case "profile":
		return put(s, s.profiles, name, revision, c, (*state).relateProfile)
	case "key":
		return keyed(s.keys, name, revision, c)
	case "creation":
		return keyed(s.creations, name, revision, c)
	case "bucket":
		return putBucket(s.buckets, name, revision, c)
	case "instance":
		return keyed(s.instances, name, revision, c)
	}
	return fmt.Errorf("unknown kind of record %q", kind)
}

func (s *state) relateUser(old, now *User) {
	o, n := orZero(old), orZero(now)
	id := idOf(o.ID, n.ID)
	s.members.replace(id, o.Groups, n.Groups)
	s.relateGrants(id, o.Grants, n.Grants)
}

func (s *state) relateGroup(old, now *Group) {
	o, n := orZero(old), orZero(now)
	s.relateGrants(idOf(o.ID, n.ID), o.Grants, n.Grants)
}

func (s *state) relateRole(old, now *Role) {
	o, n := orZero(old), orZero(now)
	s.relateGrants(idOf(o.ID, n.ID), o.Grants, n.Grants)
	n.Trust = n.Trust.keep(o.Trust)
}

// relatePolicy keeps the documents that a change leaves as they are. Where the
// version in force is another and the one before was in use, it is compiled here,
// once, before anybody sees it: no request waits for it, whoever it concerns.
func (s *state) relatePolicy(old, now *Policy) {
	if old == nil || now == nil {
		return
	}
	for i := range now.Versions {
		v := &now.Versions[i]
		if before := old.VersionNumber(v.Number); before != nil {
			v.Document = v.Document.keep(before.Document)
		}
	}
	if old.DefaultVersion().Document.compiled.Load() != nil {
		now.DefaultVersion().Document.Compile(policy.Identity, now.ARN(s.id)) // its error is kept, for whoever depends on it (E-25)
	}
}

func (s *state) relateProfile(old, now *InstanceProfile) {
	o, n := orZero(old), orZero(now)
	s.profiled.replace(idOf(o.ID, n.ID), nonEmpty(o.Role), nonEmpty(n.Role))
}

func (s *state) relateGrants(id string, old, now Grants) {
	s.attached.replace(id, old.Attached, now.Attached)
	s.boundaries.replace(id, nonEmpty(old.Boundary), nonEmpty(now.Boundary))
	for i := range now.Inline {
		for _, before := range old.Inline {
			if before.Name == now.Inline[i].Name {
				now.Inline[i].Document = now.Inline[i].Document.keep(before.Document)
			}
		}
	}
}

func orZero[T any](p *T) *T {
	if p == nil {
		return new(T)
	}
	return p
}

func idOf(old, now string) string {
	if now != "" {
		return now
	}
	return old
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
