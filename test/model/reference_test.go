package model

import (
	"fmt"
	"slices"
	"strings"
)

// account is the reference: what an account holds after the calls so far, written
// from AWS's documentation in the plainest way. It counts nothing and indexes
// nothing; what can be derived is derived each time.
type account struct {
	id       string
	users    map[string]*user
	groups   map[string]*group
	roles    map[string]*role
	policies map[string]*managed // by ARN
	profiles map[string]*profile
}

// grants is what users, groups and roles have alike.
type grants struct {
	id, path string
	attached []string          // ARNs
	inline   map[string]string // documents
	boundary string            // an ARN; never of a group
	tags     map[string]string // never of a group
}

type user struct {
	grants
	groups []string
	keys   map[string]*key
}

type key struct {
	secret string
	active bool
}

type group struct{ grants }

type role struct {
	grants
	trusts     string // the account's id, or a user's
	maxSession int32
}

type managed struct {
	id, path string
	versions map[int]string
	standard int // the default version
	last     int // the highest number that was given
}

type profile struct {
	id, path, role string
}

func newAccount(id string) *account {
	return &account{
		id: id, users: map[string]*user{}, groups: map[string]*group{}, roles: map[string]*role{},
		policies: map[string]*managed{}, profiles: map[string]*profile{},
	}
}

// Quotas [iam-quotas].
const (
	maxKeys     = 2
	maxGroups   = 10
	maxAttached = 10
	maxVersions = 5
)

// The faults that calls of a history can meet.
const (
	noSuchEntity  = "NoSuchEntity"
	alreadyExists = "EntityAlreadyExists"
	conflict      = "DeleteConflict"
	limitExceeded = "LimitExceeded"
	malformed     = "MalformedPolicyDocument"
)

// faults are all that is wrong with a call. AWS names one of them, and does not
// say which comes first.
type faults []string

// when adds a fault where the condition holds.
func (f faults) when(condition bool, code string) faults {
	if condition {
		return append(f, code)
	}
	return f
}

func missing[V any](m map[string]*V, name string) bool { return m[name] == nil }

// taken says whether a name is given already: names are unique without regard to
// case [reference_iam-quotas]. Who is except may keep its own.
func taken[V any](m map[string]*V, name, except string) bool {
	for other := range m {
		if other != except && strings.EqualFold(other, name) {
			return true
		}
	}
	return false
}

// named is a name as it is spelt in the account, itself where it is not there.
func named[V any](m map[string]*V, name string) string {
	for spelt := range m {
		if strings.EqualFold(spelt, name) {
			return spelt
		}
	}
	return name
}

// policyMissing says whether an ARN names no policy; AWS's own are always there.
func (a *account) policyMissing(arn string) bool {
	return !strings.HasPrefix(arn, "arn:aws:iam::aws:policy/") && a.policies[arn] == nil
}

func (a *account) policyARN(path, name string) string {
	return "arn:aws:iam::" + a.id + ":policy" + path + name
}

// everyGrants are those of all users, groups and roles.
func (a *account) everyGrants() []*grants {
	var all []*grants
	for _, u := range a.users {
		all = append(all, &u.grants)
	}
	for _, g := range a.groups {
		all = append(all, &g.grants)
	}
	for _, r := range a.roles {
		all = append(all, &r.grants)
	}
	return all
}

// uses counts where a policy is attached and where it is a boundary.
func (a *account) uses(arn string) (attachments, boundaries int) {
	for _, g := range a.everyGrants() {
		if slices.Contains(g.attached, arn) {
			attachments++
		}
		if g.boundary == arn {
			boundaries++
		}
	}
	return attachments, boundaries
}

func (a *account) members(group string) []string {
	var names []string
	for name, u := range a.users {
		if slices.Contains(u.groups, group) {
			names = append(names, name)
		}
	}
	return names
}

func (a *account) profilesOf(role string) []string {
	var names []string
	for name, p := range a.profiles {
		if p.role == role {
			names = append(names, name)
		}
	}
	return names
}

// keyOwner finds whose a key is.
func (a *account) keyOwner(id string) (owner string, k *key) {
	for name, u := range a.users {
		if u.keys[id] != nil {
			return name, u.keys[id]
		}
	}
	return "", nil
}

// trusted is how a role's trust policy shows its principal: by the ARN as it is
// now, or by the id of who is gone (P-04).
func (a *account) trusted(principal string) string {
	if principal == a.id {
		return "arn:aws:iam::" + a.id + ":root"
	}
	for name, u := range a.users {
		if u.id == principal {
			return "arn:aws:iam::" + a.id + ":user" + u.path + name
		}
	}
	return principal
}

func remove(list []string, item string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(x string) bool { return x == item })
}

func replace(list []string, old, now string) []string {
	list = slices.Clone(list)
	for i := range list {
		if list[i] == old {
			list[i] = now
		}
	}
	return list
}

func versionID(n int) string { return fmt.Sprintf("v%d", n) }
