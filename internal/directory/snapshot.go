package directory

import (
	"github.com/tidwall/btree"
)

// Snapshot is the whole state at one revision. It never changes.
type Snapshot struct {
	Revision int64
	accounts *btree.Map[string, *state]
	aliases  *btree.Map[string, reference] // account alias → account id
	emails   *btree.Map[string, reference] // root e-mail → account id
	buckets  *btree.Map[string, reference] // bucket name → account id
	// addresses are the instances' private ones.
	addresses *btree.Map[string, *Address]
	first     reference // the account of the first start
	// identityKey of the service, nil where none was made
	identityKey *IdentityKey
}

// reference is the value of a key that only points to an account.
type reference struct {
	Version  int    `json:"v"`
	Account  string `json:"account"`
	revision int64
}

func (r *reference) accountID() string {
	if r == nil {
		return ""
	}
	return r.Account
}

// state is one account at one revision. It never changes once it is in a
// Snapshot: the revision that published it identifies it.
type state struct {
	revision     int64
	id           string // the account's
	account      *Account
	organization *Organization
	// resourcePolicy of the organization
	resourcePolicy *ResourcePolicy
	policyChange   *reference // its revision is that of the last change to a policy
	users          table[User]
	groups         table[Group]
	roles          table[Role]
	policies       table[Policy]
	profiles       table[InstanceProfile]
	keys           *btree.Map[string, *AccessKey]
	creations      *btree.Map[string, *AccountCreation]
	buckets        *btree.Map[string, *Bucket]
	instances      *btree.Map[string, *Instance]

	members    relation // group id → user ids
	attached   relation // policy ARN → ids of users, groups and roles
	boundaries relation // policy ARN → ids of users and roles
	profiled   relation // role id → ids of instance profiles
}

func newState(id string) *state {
	return &state{
		id:    id,
		users: newTable[User](), groups: newTable[Group](), roles: newTable[Role](),
		policies: newTable[Policy](), profiles: newTable[InstanceProfile](),
		keys: btree.NewMap[string, *AccessKey](0), creations: btree.NewMap[string, *AccountCreation](0),
		buckets: btree.NewMap[string, *Bucket](0), instances: btree.NewMap[string, *Instance](0),
		members: newRelation(), attached: newRelation(), boundaries: newRelation(), profiled: newRelation(),
	}
}

func (s *state) copy() *state {
	return &state{
		id: s.id, account: s.account, organization: s.organization, resourcePolicy: s.resourcePolicy, policyChange: s.policyChange,
		users: s.users.copy(), groups: s.groups.copy(), roles: s.roles.copy(),
		policies: s.policies.copy(), profiles: s.profiles.copy(),
		keys: s.keys.Copy(), creations: s.creations.Copy(),
		buckets: s.buckets.Copy(), instances: s.instances.Copy(),
		members: s.members.copy(), attached: s.attached.copy(),
		boundaries: s.boundaries.copy(), profiled: s.profiled.copy(),
	}
}
