package directory

import (
	"slices"
	"strings"
	"testing"
)

// Lists are in the order of the lower-case names, and go on after a name in any
// case, whether it is still there or not.
func TestListsAreOrdered(t *testing.T) {
	d := openDirectory(t)
	names := []string{"b", "A", "C", "a-1", "B.x", "z", "Zz", "_u", "1"}
	want := []string{"1", "_u", "A", "a-1", "b", "B.x", "C", "z", "Zz"}
	addUsers(t, d, names...)
	addGroups(t, d, names...)
	addRoles(t, d, names...)
	addPolicies(t, d, names...)
	addProfiles(t, d, names...)
	v := d.View(testAccount)
	lists := map[string]func(after string) []string{
		"Users":  func(after string) []string { return namesOf(v.Users(after), func(u *User) string { return u.Name }) },
		"Groups": func(after string) []string { return namesOf(v.Groups(after), func(g *Group) string { return g.Name }) },
		"Roles":  func(after string) []string { return namesOf(v.Roles(after), func(r *Role) string { return r.Name }) },
		"Policies": func(after string) []string {
			return namesOf(v.Policies(after), func(p *Policy) string { return p.Name })
		},
		"Profiles": func(after string) []string {
			return namesOf(v.Profiles(after), func(p *InstanceProfile) string { return p.Name })
		},
	}
	for kind, list := range lists {
		t.Run(kind, func(t *testing.T) {
			for after, from := range map[string]int{"": 0, "1": 1, "A": 3, "a": 3, "A-1": 4, "aa": 4, "b": 5, "B.X": 6, "c": 7, "y": 7, "ZZ": 9, "zzz": 9} {
				if got := list(after); !slices.Equal(got, want[from:]) {
					t.Errorf("after %q: %v, want %v", after, got, want[from:])
				}
			}
		})
	}
	t.Run("a reader that stops", func(t *testing.T) {
		for u := range v.Users("") {
			if u.Name != "1" {
				t.Errorf("%s came after the first one", u.Name)
			}
			break
		}
	})
}

func namesOf[T any](list func(func(*T) bool), name func(*T) string) (names []string) {
	for t := range list {
		names = append(names, name(t))
	}
	return names
}

// Records that only the transaction staged are in no list; those that it changed
// are as they were.
func TestListsShowTheStateOnly(t *testing.T) {
	d := openDirectory(t)
	addUsers(t, d, "ana")
	change(t, d, func(tx *Tx) error {
		if _, err := tx.CreateUser(NewUser{Name: "bob", Path: "/"}); err != nil {
			return err
		}
		if names := namesOf(tx.Users(""), func(u *User) string { return u.Name }); !slices.Equal(names, []string{"ana"}) {
			t.Errorf("in the transaction: %v", names)
		}
		return nil
	})
}

// An account that is not there has nothing, and asking for it fails nothing.
func TestViewOfNoAccount(t *testing.T) {
	d := openDirectory(t)
	addUsers(t, d, "ana")
	v := d.View("999999999999")
	if v.Account() != "999999999999" || v.Exists() || v.Counts() != (Counts{}) || v.Revision() != d.View(testAccount).Revision() {
		t.Errorf("the view shows %v", v.Counts())
	}
	id := d.View(testAccount).user("ana").ID
	if v.UserByID(id) != nil || v.GroupByID("AGPA") != nil || v.RoleByID("AROA") != nil || v.ProfileByID("AIPA") != nil {
		t.Error("it finds something by id")
	}
	for range v.Users("") {
		t.Error("it lists a user")
	}
	for range v.Creations("") {
		t.Error("it lists a creation")
	}
	for range v.Members("AGPA") {
		t.Error("it lists a member")
	}
	for range v.Bounded(testReadOnly) {
		t.Error("it lists an entity with a boundary")
	}
	for name, err := range map[string]error{
		"The user with name x cannot be found.":  errorOf(v.User("x")),
		"The group with name x cannot be found.": errorOf(v.Group("x")),
		"The role with name x cannot be found.":  errorOf(v.Role("x")),
		"Instance Profile x cannot be found.":    errorOf(v.Profile("x")),
	} { // aws-errors 1.2
		expectError(t, err, "NoSuchEntity", name)
	}
}

func errorOf[T any](_ T, err error) error { return err }

// Ids and relations find what was renamed, and nothing that was deleted.
func TestRelationsFollowRenames(t *testing.T) {
	d := openDirectory(t)
	addUsers(t, d, "ana", "bob")
	addGroups(t, d, "readers")
	addRoles(t, d, "app")
	addPolicies(t, d, "own", "limit")
	addProfiles(t, d, "hosts")
	own, limit := testARN+":policy/own", testARN+":policy/limit"
	change(t, d, func(tx *Tx) error {
		for _, name := range []string{"ana", "bob"} {
			if err := tx.AddToGroup(must(tx.User(name)), must(tx.Group("readers"))); err != nil {
				return err
			}
			if err := tx.AttachUserPolicy(must(tx.User(name)), own); err != nil {
				return err
			}
			if err := tx.SetUserBoundary(must(tx.User(name)), limit); err != nil {
				return err
			}
		}
		if err := tx.AttachGroupPolicy(must(tx.Group("readers")), own); err != nil {
			return err
		}
		if err := tx.SetRoleBoundary(must(tx.Role("app")), limit); err != nil {
			return err
		}
		return tx.AddRole(must(tx.Profile("hosts")), must(tx.Role("app")))
	})
	v := d.View(testAccount)
	ana, bob, group, role, profile := v.user("ana").ID, v.user("bob").ID, v.group("readers").ID, v.role("app").ID, v.profile("hosts").ID
	expect := func(step string, members, attached, bounded, profiles []string) {
		t.Helper()
		v := d.View(testAccount)
		for what, c := range map[string][2][]string{
			"members":  {namesOf(v.Members(group), func(u *User) string { return u.ID }), members},
			"attached": {slices.Collect(v.Attached(own)), attached},
			"bounded":  {slices.Collect(v.Bounded(limit)), bounded},
			"profiles": {slices.Collect(v.ProfilesOf(role)), profiles},
		} {
			slices.Sort(c[1])
			if !slices.Equal(c[0], c[1]) {
				t.Errorf("%s: %s %v, want %v", step, what, c[0], c[1])
			}
		}
	}
	expect("at first", []string{ana, bob}, []string{ana, bob, group}, []string{ana, bob, role}, []string{profile})
	change(t, d, func(tx *Tx) error {
		if err := tx.MoveUser(must(tx.User("ana")), "Zoe", "/z/"); err != nil {
			return err
		}
		return tx.MoveGroup(must(tx.Group("readers")), "Writers", "/w/")
	})
	expect("renamed", []string{ana, bob}, []string{ana, bob, group}, []string{ana, bob, role}, []string{profile})
	if u, g := d.View(testAccount).UserByID(ana), d.View(testAccount).GroupByID(group); u.Name != "Zoe" || g.Name != "Writers" {
		t.Errorf("by id: %s and %s", u.Name, g.Name)
	}
	for after, want := range map[string]int{"": 2, min(ana, bob): 1, max(ana, bob): 0} {
		if got := len(namesOf(d.View(testAccount).MembersAfter(group, after), func(u *User) string { return u.ID })); got != want {
			t.Errorf("%d members after %q, want %d", got, after, want)
		}
	}
	change(t, d, func(tx *Tx) error {
		tx.RemoveFromGroup(must(tx.User("bob")), must(tx.Group("writers")))
		if err := tx.DetachUserPolicy(must(tx.User("bob")), own); err != nil {
			return err
		}
		if err := tx.DeleteUser(must(tx.User("bob"))); err != nil {
			return err
		}
		return tx.TakeRole(must(tx.Profile("hosts")), must(tx.Role("app")))
	})
	expect("deleted", []string{ana}, []string{ana, group}, []string{ana, role}, nil)
	change(t, d, func(tx *Tx) error { return tx.DeleteRole(must(tx.Role("app"))) })
	expect("role deleted", []string{ana}, []string{ana, group}, []string{ana}, nil)
	if v := d.View(testAccount); v.UserByID(bob) != nil || v.RoleByID(role) != nil || v.ProfileByID(profile) == nil {
		t.Error("ids of the deleted are found, or those of the living are not")
	}
}

// S-06: names are found in any case, and shown in their own.
func TestNamesAreFoundInAnyCase(t *testing.T) {
	d := openDirectory(t)
	addUsers(t, d, "Ana+Bob")
	addGroups(t, d, "Readers")
	addRoles(t, d, "App")
	addProfiles(t, d, "Hosts")
	v := d.View(testAccount)
	for _, as := range []func(string) string{strings.ToLower, strings.ToUpper} {
		if u := must(v.User(as("Ana+Bob"))); u.Name != "Ana+Bob" {
			t.Errorf("user %s", u.Name)
		}
		if g := must(v.Group(as("Readers"))); g.Name != "Readers" {
			t.Errorf("group %s", g.Name)
		}
		if r := must(v.Role(as("App"))); r.Name != "App" {
			t.Errorf("role %s", r.Name)
		}
		if p := must(v.Profile(as("Hosts"))); p.Name != "Hosts" {
			t.Errorf("profile %s", p.Name)
		}
	}
}

// All accounts, in order, after any of them.
func TestAccounts(t *testing.T) {
	d := openDirectory(t)
	for _, id := range []string{"999900001111", "000011112222"} {
		if err := d.Update(t.Context(), id, func(tx *Tx) error {
			tx.stageAccount(&BootstrapOptions{AccountID: id, RootEmail: id + "@example.com"})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	for after, want := range map[string][]string{
		"":             {"000011112222", testAccount, "999900001111"},
		"000011112222": {testAccount, "999900001111"},
		"5":            {"999900001111"},
		"999900001111": nil,
	} {
		if got := slices.Collect(d.View(testAccount).Accounts(after)); !slices.Equal(got, want) {
			t.Errorf("after %q: %v, want %v", after, got, want)
		}
	}
}
