package directory

import (
	"iter"
	"net/http"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/tidwall/btree"
)

// View reads one account at one revision. In a transaction it also shows what
// the transaction staged, and notes each record that was read.
type View struct {
	directory *Directory
	account   string
	snapshot  *Snapshot
	state     *state // nil: there is no such account
	tx        *transaction
}

// Account is the id of the account that the view reads.
func (v *View) Account() string { return v.account }

// Revision is the revision of the state that the view reads.
func (v *View) Revision() int64 { return v.snapshot.Revision }

// Of returns the view of another account at the same revision, in the same
// transaction.
func (v *View) Of(account string) *View {
	return newView(v.directory, v.snapshot, account, v.tx)
}

func newView(d *Directory, s *Snapshot, account string, tx *transaction) *View {
	v := &View{directory: d, account: account, snapshot: s, tx: tx}
	v.state, _ = s.accounts.Get(account)
	return v
}

// Exists says whether the account exists.
func (v *View) Exists() bool { return v.AccountRecord() != nil }

// key of a record of the view's account.
func (v *View) key(kind, name string) string {
	return "a/" + v.account + "/" + kind + "/" + strings.ToLower(name)
}

// find reads one record by its key, from the transaction or from the state.
func find[T any, P interface {
	*T
	record
}](v *View, key string, inState func(*state) P) P {
	var found P
	if v.state != nil {
		found = inState(v.state)
	}
	if v.tx == nil {
		return found
	}
	return noted(v, key, found)
}

// byName finds an entity by its name, as find does by its key. Outside a
// transaction it makes no key.
func byName[T any, P interface {
	*T
	record
}](v *View, kind, name string, tree func(*state) *btree.Map[string, P]) P {
	var found P
	if v.state != nil {
		found = get(tree(v.state), strings.ToLower(name))
	}
	if v.tx == nil {
		return found
	}
	return noted(v, v.key(kind, name), found)
}

// noted is what the transaction staged under the key, or what is in the state,
// whose revision the transaction then asserts.
func noted[T any, P interface {
	*T
	record
}](v *View, key string, inState P) P {
	if staged, ok := v.tx.staged[key]; ok {
		p, _ := staged.(P)
		return p
	}
	v.tx.read(key, revisionOf(inState))
	return inState
}

func revisionOf[T any, P interface {
	*T
	record
}](p P) int64 {
	if p == nil {
		return 0
	}
	return p.rev()
}

func get[K ~string, V any](m *btree.Map[K, V], key K) V {
	value, _ := m.Get(key)
	return value
}

// AccountRecord is the account itself, or nil.
func (v *View) AccountRecord() *Account {
	return find(v, "a/"+v.account+"/account", func(s *state) *Account { return s.account })
}

// OrganizationRecord is the organization that the account manages, or nil.
func (v *View) OrganizationRecord() *Organization {
	return find(v, "a/"+v.account+"/organization", func(s *state) *Organization { return s.organization })
}

// ResourcePolicyRecord is the resource policy of the organization that the account
// manages, or nil.
func (v *View) ResourcePolicyRecord() *ResourcePolicy {
	return find(v, "a/"+v.account+"/resourcepolicy", func(s *state) *ResourcePolicy { return s.resourcePolicy })
}

func (v *View) user(name string) *User {
	return byName(v, "user", name, func(s *state) *btree.Map[string, *User] { return s.users.byName })
}

func (v *View) group(name string) *Group {
	return byName(v, "group", name, func(s *state) *btree.Map[string, *Group] { return s.groups.byName })
}

func (v *View) role(name string) *Role {
	return byName(v, "role", name, func(s *state) *btree.Map[string, *Role] { return s.roles.byName })
}

func (v *View) policy(name string) *Policy {
	return byName(v, "policy", name, func(s *state) *btree.Map[string, *Policy] { return s.policies.byName })
}

func (v *View) profile(name string) *InstanceProfile {
	return byName(v, "profile", name, func(s *state) *btree.Map[string, *InstanceProfile] { return s.profiles.byName })
}

// AccessKey is the account's access key with the id, or nil.
func (v *View) AccessKey(id string) *AccessKey {
	return find(v, "a/"+v.account+"/key/"+id, func(s *state) *AccessKey { return get(s.keys, id) })
}

// Creation is a request to create an account, or nil.
func (v *View) Creation(id string) *AccountCreation {
	return find(v, "a/"+v.account+"/creation/"+id, func(s *state) *AccountCreation { return get(s.creations, id) })
}

// UserByID is the user with the unique id, or nil.
func (v *View) UserByID(id string) *User {
	if v.state == nil {
		return nil
	}
	if u := get(v.state.users.byID, id); u != nil {
		return sameID(v.user(u.Name), id)
	}
	return nil
}

// GroupByID is the group with the unique id, or nil.
func (v *View) GroupByID(id string) *Group {
	if v.state == nil {
		return nil
	}
	if g := get(v.state.groups.byID, id); g != nil {
		return sameID(v.group(g.Name), id)
	}
	return nil
}

// RoleByID is the role with the unique id, or nil.
func (v *View) RoleByID(id string) *Role {
	if v.state == nil {
		return nil
	}
	if r := get(v.state.roles.byID, id); r != nil {
		return sameID(v.role(r.Name), id)
	}
	return nil
}

// ProfileByID is the instance profile with the unique id, or nil.
func (v *View) ProfileByID(id string) *InstanceProfile {
	if v.state == nil {
		return nil
	}
	if p := get(v.state.profiles.byID, id); p != nil {
		return sameID(v.profile(p.Name), id)
	}
	return nil
}

// sameID is the record unless the transaction renamed or replaced it.
func sameID[T any, P interface {
	*T
	named
}](p P, id string) P {
	if p == nil || p.id() != id {
		return nil
	}
	return p
}

// User is the user with the name, in any case.
func (v *View) User(name string) (*User, error) {
	return found(v.user(name), "The user with name %s cannot be found.", name)
}

// Group is the group with the name, in any case.
func (v *View) Group(name string) (*Group, error) {
	return found(v.group(name), "The group with name %s cannot be found.", name)
}

// Role is the role with the name, in any case.
func (v *View) Role(name string) (*Role, error) {
	return found(v.role(name), "The role with name %s cannot be found.", name)
}

// Profile is the instance profile with the name, in any case.
func (v *View) Profile(name string) (*InstanceProfile, error) {
	return found(v.profile(name), "Instance Profile %s cannot be found.", name)
}

func found[T any](p *T, format, name string) (*T, error) {
	if p == nil {
		return nil, NoSuchEntity(format, name)
	}
	return p, nil
}

// NoSuchEntity is AWS's error for what does not exist.
func NoSuchEntity(format string, args ...any) *api.Error {
	return api.Errorf(http.StatusNotFound, "NoSuchEntity", format, args...)
}

// Users ranges over the account's users in the order of their lower-case names,
// from those after the given name. Records that only a transaction staged are
// not in it.
func (v *View) Users(after string) iter.Seq[*User] {
	return ordered(v, after, func(s *state) *btree.Map[string, *User] { return s.users.byName })
}

// Groups ranges over the groups, as Users does.
func (v *View) Groups(after string) iter.Seq[*Group] {
	return ordered(v, after, func(s *state) *btree.Map[string, *Group] { return s.groups.byName })
}

// Roles ranges over the roles, as Users does.
func (v *View) Roles(after string) iter.Seq[*Role] {
	return ordered(v, after, func(s *state) *btree.Map[string, *Role] { return s.roles.byName })
}

// Policies ranges over the customer-managed policies, as Users does.
func (v *View) Policies(after string) iter.Seq[*Policy] {
	return ordered(v, after, func(s *state) *btree.Map[string, *Policy] { return s.policies.byName })
}

// Profiles ranges over the instance profiles, as Users does.
func (v *View) Profiles(after string) iter.Seq[*InstanceProfile] {
	return ordered(v, after, func(s *state) *btree.Map[string, *InstanceProfile] { return s.profiles.byName })
}

// Creations ranges over the account creations in the order of their ids.
func (v *View) Creations(after string) iter.Seq[*AccountCreation] {
	return ordered(v, after, func(s *state) *btree.Map[string, *AccountCreation] { return s.creations })
}

func ordered[T any](v *View, after string, tree func(*state) *btree.Map[string, *T]) iter.Seq[*T] {
	after = strings.ToLower(after)
	return func(yield func(*T) bool) {
		if v.state == nil {
			return
		}
		tree(v.state).Ascend(after, func(key string, t *T) bool {
			return key == after && after != "" || yield(t)
		})
	}
}

// Members ranges over the users of a group, in the order of their ids.
func (v *View) Members(groupID string) iter.Seq[*User] { return v.MembersAfter(groupID, "") }

// MembersAfter ranges over the users of a group whose ids come after the given one.
func (v *View) MembersAfter(groupID, userID string) iter.Seq[*User] {
	return func(yield func(*User) bool) {
		if v.state == nil {
			return
		}
		for id := range v.state.members.after(groupID, userID) {
			if u := v.UserByID(id); u != nil && !yield(u) {
				return
			}
		}
	}
}

// Attached ranges over the ids of the users, groups and roles that a policy is
// attached to.
func (v *View) Attached(policyARN string) iter.Seq[string] {
	return v.related(policyARN, func(s *state) relation { return s.attached })
}

// Bounded ranges over the ids of the users and roles that have a policy as
// permissions boundary.
func (v *View) Bounded(policyARN string) iter.Seq[string] {
	return v.related(policyARN, func(s *state) relation { return s.boundaries })
}

// ProfilesOf ranges over the ids of the instance profiles that hold a role.
func (v *View) ProfilesOf(roleID string) iter.Seq[string] {
	return v.related(roleID, func(s *state) relation { return s.profiled })
}

func (v *View) related(of string, r func(*state) relation) iter.Seq[string] {
	if v.state == nil {
		return func(func(string) bool) {}
	}
	return r(v.state).all(of)
}

// Counts are the sizes that quotas limit.
type Counts struct{ Users, Groups, Roles, Policies, Profiles int }

// Counts counts what the account holds.
func (v *View) Counts() Counts {
	if v.state == nil {
		return Counts{}
	}
	s := v.state
	return Counts{s.users.byName.Len(), s.groups.byName.Len(), s.roles.byName.Len(), s.policies.byName.Len(), s.profiles.byName.Len()}
}

// AccountByAlias is the id of the account with the alias, or "".
func (v *View) AccountByAlias(alias string) string {
	return find(v, "alias/"+strings.ToLower(alias), func(*state) *reference { return pointer(v.snapshot.aliases, strings.ToLower(alias)) }).accountID()
}

// AccountByEmail is the id of the account whose root user has the e-mail, or "".
func (v *View) AccountByEmail(email string) string {
	return find(v, "email/"+strings.ToLower(email), func(*state) *reference { return pointer(v.snapshot.emails, strings.ToLower(email)) }).accountID()
}

func pointer(m *btree.Map[string, reference], key string) *reference {
	r, ok := m.Get(key)
	if !ok {
		return nil
	}
	return &r
}

// Accounts ranges over the ids of all accounts. It is for the organization's
// operations, which show only the accounts of their own organization.
func (v *View) Accounts(after string) iter.Seq[string] {
	return func(yield func(string) bool) {
		v.snapshot.accounts.Ascend(after, func(id string, _ *state) bool { return id == after && after != "" || yield(id) })
	}
}

// Mark identifies the state of one account: it changes with every write to it. It
// holds no memory, so that what is cached for a state does not keep that state. The
// zero Mark is of an account that is not there.
type Mark struct{ revision int64 }

// Mark of the state that the view reads.
func (v *View) Mark() Mark { return markOf(v.state) }

func markOf(s *state) Mark {
	if s == nil {
		return Mark{}
	}
	return Mark{s.revision}
}
