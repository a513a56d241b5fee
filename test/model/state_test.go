package model

import (
	"maps"
	"slices"
)

// state is an account as one can compare it: of the reference, and of the server.
type state struct {
	Users    map[string]userState
	Groups   map[string]groupState
	Roles    map[string]roleState
	Policies map[string]policyState // by ARN
	Profiles map[string]profileState
}

type grantsState struct {
	ID, Path, Boundary string
	Attached           []string
	Inline, Tags       map[string]string
}

type userState struct {
	grantsState
	Groups []string
	Keys   map[string]bool // active?
}

type groupState struct {
	grantsState
	Members []string
}

type roleState struct {
	grantsState
	Trusted    string
	MaxSession int32
	Profiles   []string
}

type policyState struct {
	ID, Path, Default       string
	Versions                map[string]string
	Attachments, Boundaries int
}

type profileState struct{ ID, Path, Role string }

func newState() state {
	return state{map[string]userState{}, map[string]groupState{}, map[string]roleState{}, map[string]policyState{}, map[string]profileState{}}
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	if len(list) == 0 {
		return nil
	}
	return list
}

// filled is a map that is nil where it has nothing.
func filled[V any](m map[string]V) map[string]V {
	if len(m) == 0 {
		return nil
	}
	return maps.Clone(m)
}

func (g *grants) state() grantsState {
	return grantsState{g.id, g.path, g.boundary, sorted(g.attached), filled(g.inline), filled(g.tags)}
}

// state is what the server must show.
func (a *account) state() state {
	s := newState()
	for name, u := range a.users {
		keys := map[string]bool{}
		for id, k := range u.keys {
			keys[id] = k.active
		}
		s.Users[name] = userState{u.grants.state(), sorted(u.groups), filled(keys)}
	}
	for name, g := range a.groups {
		s.Groups[name] = groupState{g.grants.state(), sorted(a.members(name))}
	}
	for name, r := range a.roles {
		s.Roles[name] = roleState{r.grants.state(), a.trusted(r.trusts), r.maxSession, sorted(a.profilesOf(name))}
	}
	for arn, p := range a.policies {
		versions := map[string]string{}
		for n, document := range p.versions {
			versions[versionID(n)] = document
		}
		attachments, boundaries := a.uses(arn)
		s.Policies[arn] = policyState{p.id, p.path, versionID(p.standard), versions, attachments, boundaries}
	}
	for name, p := range a.profiles {
		s.Profiles[name] = profileState{p.id, p.path, p.role}
	}
	return s
}
