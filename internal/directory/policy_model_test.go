package directory

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// model is the policy side of an account in the simplest form that can be right.
type model struct {
	policies map[string]int             // name → versions
	holders  map[string]map[string]bool // role → policies attached
	bounds   map[string]string          // role → policy that bounds it
	profiles map[string]string          // profile → role in it, "" none
}

func newModel() *model {
	return &model{map[string]int{}, map[string]map[string]bool{}, map[string]string{}, map[string]string{}}
}

func (m *model) used(policy string) bool {
	for _, attached := range m.holders {
		if attached[policy] {
			return true
		}
	}
	return slices.Contains(slices.Collect(maps.Values(m.bounds)), policy)
}

func (m *model) profiled(role string) bool {
	return slices.Contains(slices.Collect(maps.Values(m.profiles)), role)
}

// step is an operation: what the directory does, and what the model says of it.
// expect is whether it succeeds; it changes the model where it does.
type step struct {
	name   string
	do     func(tx *Tx, role, policy, profile string) error
	expect func(m *model, role, policy, profile string) bool
}

func modelARN(policy string) string { return testARN + ":policy/" + policy }

// withRole, withPolicy, … look up what a step is about.
func withRole(fn func(tx *Tx, r *Role, policy string) error) func(tx *Tx, role, policy, profile string) error {
	return func(tx *Tx, role, policy, _ string) error {
		r, err := tx.Role(role)
		if err != nil {
			return err
		}
		return fn(tx, r, policy)
	}
}

func withPolicy(fn func(tx *Tx, p *Policy) error) func(tx *Tx, role, policy, profile string) error {
	return func(tx *Tx, _, policy, _ string) error {
		p, err := tx.CustomerPolicy(modelARN(policy))
		if err != nil {
			return err
		}
		return fn(tx, p)
	}
}

func withProfile(fn func(tx *Tx, p *InstanceProfile, r *Role) error) func(tx *Tx, role, policy, profile string) error {
	return func(tx *Tx, role, _, profile string) error {
		p, errProfile := tx.Profile(profile)
		r, errRole := tx.Role(role)
		if err := errors.Join(errProfile, errRole); err != nil {
			return err
		}
		return fn(tx, p, r)
	}
}

func steps() []step {
	return []step{
		{"CreatePolicy",
			func(tx *Tx, _, policy, _ string) error {
				_, err := tx.CreatePolicy(Entity{Name: policy, Path: "/"}, "", testDocument)
				return err
			},
			func(m *model, _, policy, _ string) bool {
				return m.policies[policy] == 0 && set(m.policies, policy, 1)
			}},
		{"CreatePolicyVersion",
			withPolicy(func(tx *Tx, p *Policy) error { _, err := tx.AddVersion(p, testDocument, true); return err }),
			func(m *model, _, policy, _ string) bool {
				n := m.policies[policy]
				return n > 0 && n < 5 && set(m.policies, policy, n+1)
			}},
		{"DeletePolicyVersion", // the oldest
			withPolicy(func(tx *Tx, p *Policy) error { return tx.DeleteVersion(p, p.Versions[0].ID()) }),
			func(m *model, _, policy, _ string) bool {
				n := m.policies[policy]
				return n > 1 && set(m.policies, policy, n-1)
			}},
		{"DeletePolicy",
			withPolicy(func(tx *Tx, p *Policy) error { return tx.DeletePolicy(p) }),
			func(m *model, _, policy, _ string) bool {
				return m.policies[policy] == 1 && !m.used(policy) && unset(m.policies, policy)
			}},
		{"CreateRole",
			func(tx *Tx, role, policy, _ string) error {
				_, err := tx.CreateRole(NewRole{Name: role, Path: "/", Trust: testTrust, Boundary: modelARN(policy)})
				return err
			},
			func(m *model, role, policy, _ string) bool {
				return m.holders[role] == nil && m.policies[policy] > 0 && set(m.holders, role, map[string]bool{}) && set(m.bounds, role, policy)
			}},
		{"DeleteRole",
			withRole(func(tx *Tx, r *Role, _ string) error { return tx.DeleteRole(r) }),
			func(m *model, role, _, _ string) bool {
				return m.holders[role] != nil && len(m.holders[role]) == 0 && !m.profiled(role) && unset(m.holders, role) && unset(m.bounds, role)
			}},
		{"AttachRolePolicy",
			withRole(func(tx *Tx, r *Role, policy string) error { return tx.AttachRolePolicy(r, modelARN(policy)) }),
			func(m *model, role, policy, _ string) bool {
				return m.holders[role] != nil && m.policies[policy] > 0 && set(m.holders[role], policy, true)
			}},
		{"DetachRolePolicy",
			withRole(func(tx *Tx, r *Role, policy string) error { return tx.DetachRolePolicy(r, modelARN(policy)) }),
			func(m *model, role, policy, _ string) bool {
				return m.holders[role][policy] && unset(m.holders[role], policy)
			}},
		{"PutRolePermissionsBoundary",
			withRole(func(tx *Tx, r *Role, policy string) error { return tx.SetRoleBoundary(r, modelARN(policy)) }),
			func(m *model, role, policy, _ string) bool {
				return m.holders[role] != nil && m.policies[policy] > 0 && set(m.bounds, role, policy)
			}},
		{"DeleteRolePermissionsBoundary",
			withRole(func(tx *Tx, r *Role, _ string) error { return tx.RemoveRoleBoundary(r) }),
			func(m *model, role, _, _ string) bool { return m.holders[role] != nil && unset(m.bounds, role) }},
		{"CreateInstanceProfile",
			func(tx *Tx, _, _, profile string) error {
				_, err := tx.CreateProfile(Entity{Name: profile, Path: "/"})
				return err
			},
			func(m *model, _, _, profile string) bool {
				_, there := m.profiles[profile]
				return !there && set(m.profiles, profile, "")
			}},
		{"DeleteInstanceProfile",
			func(tx *Tx, _, _, profile string) error {
				p, err := tx.Profile(profile)
				if err != nil {
					return err
				}
				return tx.DeleteProfile(p)
			},
			func(m *model, _, _, profile string) bool {
				role, there := m.profiles[profile]
				return there && role == "" && unset(m.profiles, profile)
			}},
		{"AddRoleToInstanceProfile",
			withProfile(func(tx *Tx, p *InstanceProfile, r *Role) error { return tx.AddRole(p, r) }),
			func(m *model, role, _, profile string) bool {
				in, there := m.profiles[profile]
				return there && in == "" && m.holders[role] != nil && set(m.profiles, profile, role)
			}},
		{"RemoveRoleFromInstanceProfile",
			withProfile(func(tx *Tx, p *InstanceProfile, r *Role) error { return tx.TakeRole(p, r) }),
			func(m *model, role, _, profile string) bool {
				return m.holders[role] != nil && m.profiles[profile] == role && set(m.profiles, profile, "")
			}},
	}
}

func set[V any](m map[string]V, key string, value V) bool { m[key] = value; return true }

func unset[V any](m map[string]V, key string) bool { delete(m, key); return true }

// Random operations come out as the model says, one by one, and leave the state that
// the model has; read anew from the store it is the same.
func TestPolicySideAgainstModel(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			s := openStore(t)
			d := openNode(t, s)
			bootstrap(t, d)
			m, random := newModel(), rand.New(rand.NewPCG(seed, 4))
			succeeded := map[string]int{}
			for i := range 700 {
				step := steps()[random.IntN(len(steps()))]
				role, policy, profile := fmt.Sprint("r", random.IntN(3)), fmt.Sprint("p", random.IntN(3)), fmt.Sprint("h", random.IntN(2))
				err := d.Update(t.Context(), testAccount, func(tx *Tx) error { return step.do(tx, role, policy, profile) })
				want := step.expect(m, role, policy, profile)
				if (err == nil) != want {
					t.Fatalf("step %d, %s %s %s %s: %v; the model says %v", i, step.name, role, policy, profile, err, want)
				}
				if e := (*api.Error)(nil); err != nil && !errors.As(err, &e) {
					t.Fatalf("step %d, %s: %v is no answer of AWS's", i, step.name, err)
				}
				if err == nil {
					succeeded[step.name]++
				}
			}
			m.compare(t, d.View(testAccount))
			m.compare(t, openNode(t, s).View(testAccount))
			sound(t, s)
			if len(succeeded) != len(steps()) {
				t.Errorf("only these ever succeeded: %v", succeeded)
			}
		})
	}
}

// compare says where the state is not the model's.
func (m *model) compare(t *testing.T, v *View) {
	t.Helper()
	got := newModel()
	for p := range v.Policies("") {
		got.policies[p.Name] = len(p.Versions)
	}
	for r := range v.Roles("") {
		got.holders[r.Name] = map[string]bool{}
		for _, arn := range r.Attached {
			got.holders[r.Name][arn[len(modelARN("")):]] = true
		}
		if r.Boundary != "" {
			got.bounds[r.Name] = r.Boundary[len(modelARN("")):]
		}
	}
	for p := range v.Profiles("") {
		got.profiles[p.Name] = ""
		if r := v.RoleByID(p.Role); r != nil {
			got.profiles[p.Name] = r.Name
		}
	}
	if g, w := fmt.Sprint(*got), fmt.Sprint(*m); g != w { // maps print in the order of their keys
		t.Errorf("the directory has\n%s\nthe model\n%s", g, w)
	}
}
