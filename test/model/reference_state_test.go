package model

import "github.com/gatehouse-iam/gatehouse/test/model/inventory"

func (g *grants) state() inventory.Grants {
	return inventory.Grants{
		ID: g.id, Path: g.path, Boundary: g.boundary,
		Attached: inventory.Sorted(g.attached), Inline: inventory.Filled(g.inline), Tags: inventory.Filled(g.tags),
	}
}

// state is what the server must show.
func (a *account) state() inventory.State {
	s := inventory.NewState()
	for name, u := range a.users {
		keys := map[string]bool{}
		for id, k := range u.keys {
			keys[id] = k.active
		}
		s.Users[name] = inventory.User{Grants: u.grants.state(), Groups: inventory.Sorted(u.groups), Keys: inventory.Filled(keys)}
	}
	for name, g := range a.groups {
		s.Groups[name] = inventory.Group{Grants: g.grants.state(), Members: inventory.Sorted(a.members(name))}
	}
	for name, r := range a.roles {
		s.Roles[name] = inventory.Role{
			Grants: r.grants.state(), Trusted: a.trusted(r.trusts), MaxSession: r.maxSession, Profiles: inventory.Sorted(a.profilesOf(name)),
		}
	}
	for arn, p := range a.policies {
		versions := map[string]string{}
		for n, document := range p.versions {
			versions[versionID(n)] = document
		}
		attachments, boundaries := a.uses(arn)
		s.Policies[arn] = inventory.Policy{
			ID: p.id, Path: p.path, Default: versionID(p.standard), Versions: versions, Attachments: attachments, Boundaries: boundaries,
		}
	}
	for name, p := range a.profiles {
		s.Profiles[name] = inventory.Profile{ID: p.id, Path: p.path, Role: p.role}
	}
	return s
}
