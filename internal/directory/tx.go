package directory

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

// Tx is a transaction in one account: a View that shows what it staged, and
// methods that stage. What it read is asserted when it commits.
type Tx struct {
	View
}

// transaction is what the views of one transaction share.
type transaction struct {
	reads  map[string]int64  // key → revision read, 0: absent
	staged map[string]record // key → record, nil: deleted
	unread []store.Change    // written without an assertion: events, uses
}

func newTransaction() *transaction {
	return &transaction{reads: map[string]int64{}, staged: map[string]record{}}
}

func (t *transaction) read(key string, revision int64) {
	if _, ok := t.reads[key]; !ok {
		t.reads[key] = revision
	}
}

// In returns the same transaction in another account.
func (tx *Tx) In(account string) *Tx {
	return &Tx{View: *tx.View.Of(account)}
}

// Event adds an event to the commit: it is written with the change or not at all.
func (tx *Tx) Event(id string, value []byte) {
	tx.tx.unread = append(tx.tx.unread, store.Change{Key: "event/" + id, Value: value})
}

// stage puts a record, or deletes the key where r is nil.
func (tx *Tx) stage(key string, r record) {
	if _, ok := tx.tx.reads[key]; !ok {
		panic("directory: " + key + " is staged without having been read")
	}
	tx.tx.staged[key] = r
}

// PutUser, PutGroup, … stage a record that was read, created or cloned in this
// transaction. A record must have been looked up by its name before, so that the
// commit asserts what was there.
func (tx *Tx) PutUser(u *User)     { u.Version = recordVersion; tx.stage(tx.key("user", u.Name), u) }
func (tx *Tx) PutGroup(g *Group)   { g.Version = recordVersion; tx.stage(tx.key("group", g.Name), g) }
func (tx *Tx) PutRole(r *Role)     { r.Version = recordVersion; tx.stage(tx.key("role", r.Name), r) }
func (tx *Tx) PutPolicy(p *Policy) { p.Version = recordVersion; tx.stage(tx.key("policy", p.Name), p) }
func (tx *Tx) PutProfile(p *InstanceProfile) {
	p.Version = recordVersion
	tx.stage(tx.key("profile", p.Name), p)
}
func (tx *Tx) PutAccessKey(k *AccessKey) {
	k.Version = recordVersion
	tx.stage("a/"+tx.account+"/key/"+k.ID, k)
}
func (tx *Tx) PutCreation(c *AccountCreation) {
	c.Version = recordVersion
	tx.stage("a/"+tx.account+"/creation/"+c.ID, c)
}
func (tx *Tx) PutAccount(a *Account) {
	a.Version = recordVersion
	tx.stage("a/"+tx.account+"/account", a)
}
func (tx *Tx) PutOrganization(o *Organization) {
	o.Version = recordVersion
	tx.stage("a/"+tx.account+"/organization", o)
}

func (tx *Tx) PutResourcePolicy(p *ResourcePolicy) {
	p.Version = recordVersion
	tx.stage("a/"+tx.account+"/resourcepolicy", p)
}

func (tx *Tx) PutInstance(i *Instance) {
	i.Version = recordVersion
	tx.stage("a/"+tx.account+"/instance/"+i.ID, i)
}

// RemoveUser and its kind delete the record. Their callers have checked that
// nothing depends on it.
func (tx *Tx) RemoveUser(u *User)               { tx.stage(tx.key("user", u.Name), nil) }
func (tx *Tx) RemoveGroup(g *Group)             { tx.stage(tx.key("group", g.Name), nil) }
func (tx *Tx) RemoveRole(r *Role)               { tx.stage(tx.key("role", r.Name), nil) }
func (tx *Tx) RemovePolicy(p *Policy)           { tx.stage(tx.key("policy", p.Name), nil) }
func (tx *Tx) RemoveProfile(p *InstanceProfile) { tx.stage(tx.key("profile", p.Name), nil) }
func (tx *Tx) RemoveAccessKey(k *AccessKey)     { tx.stage("a/"+tx.account+"/key/"+k.ID, nil) }
func (tx *Tx) RemoveInstance(i *Instance)       { tx.stage("a/"+tx.account+"/instance/"+i.ID, nil) }
func (tx *Tx) RemoveResourcePolicy()            { tx.stage("a/"+tx.account+"/resourcepolicy", nil) }

// SetAlias points an account alias at an account; "" frees it. It must have been
// looked up with AccountByAlias before.
func (tx *Tx) SetAlias(alias, account string) {
	tx.setReference("alias/"+strings.ToLower(alias), account)
}

// SetEmail points a root e-mail at an account, as SetAlias does.
func (tx *Tx) SetEmail(email, account string) {
	tx.setReference("email/"+strings.ToLower(email), account)
}

func (tx *Tx) setReference(key, account string) {
	if account == "" {
		tx.stage(key, nil)
		return
	}
	tx.stage(key, &reference{Version: recordVersion, Account: account})
}

// commitment turns what was read of a snapshot, and staged, into a store transaction.
func (t *transaction) commitment(s *Snapshot) ([]store.Precondition, []store.Change, error) {
	if err := t.stagePolicyChanges(); err != nil {
		return nil, nil, err
	}
	reads := t.reads
	if len(reads) > store.MaxOperations {
		reads = t.foldPolicies(s)
	}
	pre := make([]store.Precondition, 0, len(reads))
	for key, revision := range reads {
		pre = append(pre, store.Precondition{Key: key, Revision: revision})
	}
	changes := make([]store.Change, 0, len(t.staged)+len(t.unread))
	for key, r := range t.staged {
		if r == nil {
			changes = append(changes, store.Change{Key: key, Delete: true})
			continue
		}
		value, err := json.Marshal(r)
		if err != nil {
			return nil, nil, err
		}
		changes = append(changes, store.Change{Key: key, Value: value})
	}
	slices.SortFunc(pre, func(a, b store.Precondition) int { return strings.Compare(a.Key, b.Key) })
	slices.SortFunc(changes, func(a, b store.Change) int { return strings.Compare(a.Key, b.Key) })
	return pre, append(changes, t.unread...), nil
}

// policyChange is the record that is rewritten with every change to a policy of the
// account. A caller in 10 groups of 10 policies each (S-05) is decided by more
// policies than a commit may assert: the transaction then asserts this record in
// their place.
const policyChange = "policychange"

// policyAccount is the account of a policy's key; ok is false for any other key.
func policyAccount(key string) (account string, ok bool) {
	account, rest, _ := strings.Cut(strings.TrimPrefix(key, "a/"), "/")
	return account, strings.HasPrefix(rest, "policy/")
}

func policyChangeKey(account string) string { return "a/" + account + "/" + policyChange }

// stagePolicyChanges adds that record, which nothing needs to have read.
func (t *transaction) stagePolicyChanges() error {
	changed := map[string]bool{}
	for key := range t.staged {
		account, ok := policyAccount(key)
		if !ok || changed[account] {
			continue
		}
		changed[account] = true
		value, err := json.Marshal(&reference{Version: recordVersion, Account: account})
		if err != nil {
			return err
		}
		t.unread = append(t.unread, store.Change{Key: policyChangeKey(account), Value: value})
	}
	return nil
}

// foldPolicies are the reads with that record in the place of the policies.
func (t *transaction) foldPolicies(s *Snapshot) map[string]int64 {
	reads := make(map[string]int64, len(t.reads))
	for key, revision := range t.reads {
		account, ok := policyAccount(key)
		if !ok {
			reads[key] = revision
			continue
		}
		key, revision = policyChangeKey(account), 0
		if state := get(s.accounts, account); state != nil {
			revision = revisionOf(state.policyChange)
		}
		reads[key] = revision
	}
	return reads
}

// Clone of a record is for changing it: what is shared with the state is copied.
func (u *User) Clone() *User {
	c := *u
	c.Entity, c.Grants = c.Entity.clone(), c.Grants.clone()
	c.Groups, c.Keys = slices.Clone(u.Groups), slices.Clone(u.Keys)
	return &c
}

// Clone as for a User.
func (g *Group) Clone() *Group {
	c := *g
	c.Entity, c.Grants = c.Entity.clone(), c.Grants.clone()
	return &c
}

// Clone as for a User.
func (r *Role) Clone() *Role {
	c := *r
	c.Entity, c.Grants = c.Entity.clone(), c.Grants.clone()
	return &c
}

// Clone as for a User.
func (p *Policy) Clone() *Policy {
	c := *p
	c.Entity, c.Versions = c.Entity.clone(), slices.Clone(p.Versions)
	return &c
}

// Clone as for a User.
func (p *InstanceProfile) Clone() *InstanceProfile {
	c := *p
	c.Entity = c.Entity.clone()
	return &c
}

// Clone as for a User.
func (a *Account) Clone() *Account {
	c := *a
	c.Root.Keys, c.Tags = slices.Clone(a.Root.Keys), slices.Clone(a.Tags)
	return &c
}

// Clone as for a User.
func (k *AccessKey) Clone() *AccessKey {
	c := *k
	return &c
}

func (e Entity) clone() Entity {
	e.arn = ""
	e.Tags = slices.Clone(e.Tags)
	return e
}

func (g Grants) clone() Grants {
	g.Attached, g.Inline = slices.Clone(g.Attached), slices.Clone(g.Inline)
	return g
}
