package inventory

import (
	"strings"
	"testing"
)

const (
	local    = "arn:aws:iam::123456789012:policy/local"
	document = `{"Version":"2012-10-17","Statement":[]}`
)

// sound is an account that breaks nothing.
func sound() *State {
	s := NewState()
	s.Users["ann"] = User{Grants: Grants{ID: "AIDA1", Path: "/", Attached: []string{local}}, Groups: []string{"crew"}, Keys: map[string]bool{"AKIA1": true}}
	s.Groups["crew"] = Group{Grants: Grants{ID: "AGPA1", Path: "/", Attached: []string{"arn:aws:iam::aws:policy/ReadOnlyAccess", local}}, Members: []string{"ann"}}
	s.Roles["reader"] = Role{Grants: Grants{ID: "AROA1", Path: "/", Boundary: local}, Profiles: []string{"machine"}}
	s.Profiles["machine"] = Profile{ID: "AIPA1", Path: "/", Role: "reader"}
	s.Policies[local] = Policy{ID: "ANPA1", Path: "/", Default: "v2", Versions: map[string]string{"v2": document}, Attachments: 2, Boundaries: 1}
	return &s
}

// change changes one entry of a map of structs.
func change[V any](m map[string]V, name string, how func(*V)) {
	v := m[name]
	how(&v)
	m[name] = v
}

// TestBroken: each invariant is missed where it does not hold, and none where all do.
func TestBroken(t *testing.T) {
	if faults := sound().Broken(); len(faults) > 0 {
		t.Errorf("sound: %v", faults)
	}
	for fault, breaks := range map[string]func(*State){
		"attached 1 times and counts 2":             func(s *State) { change(s.Users, "ann", func(u *User) { u.Attached = nil }) },
		"attached 2 times and counts 3":             func(s *State) { change(s.Policies, local, func(p *Policy) { p.Attachments = 3 }) },
		"bounds 0 and counts 1":                     func(s *State) { change(s.Roles, "reader", func(r *Role) { r.Boundary = "" }) },
		"has " + local + " twice":                   func(s *State) { change(s.Users, "ann", func(u *User) { u.Attached = []string{local, local} }) },
		"has " + local + "x, which is not there":    func(s *State) { change(s.Users, "ann", func(u *User) { u.Attached = []string{local + "x"} }) },
		"bounded by " + local + "x":                 func(s *State) { change(s.Roles, "reader", func(r *Role) { r.Boundary = local + "x" }) },
		"which does not have it":                    func(s *State) { change(s.Groups, "crew", func(g *Group) { g.Members = nil }) },
		"member bob, who is not in it":              func(s *State) { change(s.Groups, "crew", func(g *Group) { g.Members = []string{"ann", "bob"} }) },
		"is in the profile machine, which has":      func(s *State) { change(s.Profiles, "machine", func(p *Profile) { p.Role = "" }) },
		`has the role "reader", which is not in it`: func(s *State) { change(s.Roles, "reader", func(r *Role) { r.Profiles = nil }) },
		"default v1":       func(s *State) { change(s.Policies, local, func(p *Policy) { p.Default = "v1" }) },
		"has the id AGPA1": func(s *State) { change(s.Users, "ann", func(u *User) { u.ID = "AGPA1" }) },
		"two spellings":    func(s *State) { s.Users["ANN"] = User{Grants: Grants{ID: "AIDA2"}} },
		"3 keys": func(s *State) {
			change(s.Users, "ann", func(u *User) { u.Keys = map[string]bool{"AKIA1": true, "AKIA2": true, "AKIA3": true} })
		},
	} {
		s := sound()
		breaks(s)
		if faults := strings.Join(s.Broken(), "\n"); !strings.Contains(faults, fault) {
			t.Errorf("%q is not among:\n%s", fault, faults)
		}
	}
}
