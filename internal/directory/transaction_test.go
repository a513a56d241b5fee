package directory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

var errRefused = errors.New("the store refuses")

// refusing is a store that refuses commits while refuse is set, and keeps the last
// one that it took.
type refusing struct {
	store.Store
	refuse  *bool
	pre     []store.Precondition
	changes []store.Change
}

func (s *refusing) Commit(ctx context.Context, pre []store.Precondition, changes []store.Change) (int64, error) {
	if *s.refuse {
		return 0, errRefused
	}
	s.pre, s.changes = pre, changes
	return s.Store.Commit(ctx, pre, changes)
}

// watched is a directory with one account, and the store that sees its commits.
func watched(t *testing.T) (*Directory, *refusing) {
	t.Helper()
	s := &refusing{Store: openStore(t), refuse: new(bool)}
	d := openNode(t, s)
	bootstrap(t, d)
	return d, s
}

// asserted are the keys of the last commit's preconditions, without the account's
// prefix; those asserted to be absent end in "!".
func (s *refusing) asserted() []string {
	var keys []string
	for _, p := range s.pre {
		key := strings.TrimPrefix(p.Key, "a/"+testAccount+"/")
		if p.Revision == 0 {
			key += "!"
		}
		keys = append(keys, key)
	}
	return keys
}

func (s *refusing) changed() []string {
	var keys []string
	for _, c := range s.changes {
		key := strings.TrimPrefix(c.Key, "a/"+testAccount+"/")
		if c.Delete {
			key += "!"
		}
		keys = append(keys, key)
	}
	return keys
}

func expectKeys(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s %v, want %v", what, got, want)
	}
}

// Every record that a transaction read is asserted, absences too, and so is what a
// decision in it read.
func TestReadsAreAsserted(t *testing.T) {
	d, s := watched(t)
	addGroups(t, d, "readers", "idle")
	addPolicies(t, d, "own", "unused")
	addRoles(t, d, "app")
	addUsers(t, d, "ana")
	change(t, d, func(tx *Tx) error {
		g := must(tx.Group("readers"))
		if err := tx.AddToGroup(must(tx.User("ana")), g); err != nil {
			return err
		}
		return tx.AttachGroupPolicy(must(tx.Group("readers")), testARN+":policy/own")
	})
	const wrote = "user/new"
	for name, c := range map[string]struct {
		read func(tx *Tx)
		want []string
	}{
		"a user that is there":     {func(tx *Tx) { tx.User("ANA") }, []string{"user/ana"}},
		"a user that is not":       {func(tx *Tx) { tx.User("bob") }, []string{"user/bob!"}},
		"read twice":               {func(tx *Tx) { tx.User("ana"); tx.User("Ana") }, []string{"user/ana"}},
		"a group":                  {func(tx *Tx) { tx.Group("none") }, []string{"group/none!"}},
		"a role":                   {func(tx *Tx) { tx.Role("app") }, []string{"role/app"}},
		"a profile":                {func(tx *Tx) { tx.Profile("p") }, []string{"profile/p!"}},
		"a policy":                 {func(tx *Tx) { tx.CustomerPolicy(testARN + ":policy/own") }, []string{"policy/own"}},
		"a policy of another path": {func(tx *Tx) { tx.CustomerPolicy(testARN + ":policy/x/own") }, []string{"policy/own"}},
		"AWS's policy":             {func(tx *Tx) { tx.Policy(testReadOnly) }, nil},
		"a key":                    {func(tx *Tx) { tx.AccessKey("AKIA1") }, []string{"key/AKIA1!"}},
		"a creation":               {func(tx *Tx) { tx.Creation("car-1") }, []string{"creation/car-1!"}},
		"the account":              {func(tx *Tx) { tx.Exists() }, []string{"account"}},
		"the organization":         {func(tx *Tx) { tx.OrganizationRecord() }, []string{"organization!"}},
		"another account":          {func(tx *Tx) { tx.In("999999999999").Exists() }, []string{"a/999999999999/account!"}},
		"an alias":                 {func(tx *Tx) { tx.AccountByAlias("Main") }, []string{"alias/main!"}},
		"an e-mail":                {func(tx *Tx) { tx.AccountByEmail("ROOT@example.com") }, []string{"email/root@example.com"}},
		"the first account":        {func(tx *Tx) { tx.firstAccount() }, []string{"first"}},
		"a user by id":             {func(tx *Tx) { tx.UserByID(d.View(testAccount).user("ana").ID) }, []string{"user/ana"}},
		"the groups of a user":     {func(tx *Tx) { tx.GroupsOf(must(tx.User("ana"))) }, []string{"group/readers", "user/ana"}},
		"the members of a group": {func(tx *Tx) {
			for range tx.Members(d.View(testAccount).group("readers").ID) {
			}
		}, []string{"user/ana"}},
		"what decides about a user": {func(tx *Tx) { tx.UserPolicies(must(tx.User("ana"))) }, []string{"group/readers", "policy/own", "user/ana"}},
		"what decides about a role": {func(tx *Tx) { tx.RolePolicies(must(tx.Role("app"))) }, []string{"role/app"}},
	} {
		t.Run(name, func(t *testing.T) {
			change(t, d, func(tx *Tx) error {
				c.read(tx)
				if u := tx.user("new"); u != nil {
					tx.RemoveUser(u)
					return nil
				}
				_, err := tx.CreateUser(NewUser{Name: "new", Path: "/"})
				return err
			})
			created := wrote
			if slices.Contains(s.asserted(), wrote+"!") {
				created += "!"
			}
			expectKeys(t, "asserted", s.asserted(), append(c.want, created)...)
		})
	}
}

// A decision's record that changes before the commit makes the transaction run
// again: the group's policy, a membership, the boundary.
func TestDecisionIsAsserted(t *testing.T) {
	for name, rival := range map[string]func(tx *Tx) error{
		"policy version": func(tx *Tx) error {
			_, err := tx.AddVersion(must(tx.CustomerPolicy(testARN+":policy/own")), testDocument, true)
			return err
		},
		"group policy": func(tx *Tx) error {
			return tx.DetachGroupPolicy(must(tx.Group("readers")), testARN+":policy/own")
		},
		"membership": func(tx *Tx) error {
			tx.RemoveFromGroup(must(tx.User("ana")), must(tx.Group("readers")))
			return nil
		},
		"boundary": func(tx *Tx) error { return tx.SetUserBoundary(must(tx.User("ana")), testReadOnly) },
	} {
		t.Run(name, func(t *testing.T) {
			s := openStore(t)
			other := openNode(t, s)
			bootstrap(t, other)
			addUsers(t, other, "ana")
			addGroups(t, other, "readers")
			addPolicies(t, other, "own")
			change(t, other, func(tx *Tx) error { return tx.AddToGroup(must(tx.User("ana")), must(tx.Group("readers"))) })
			change(t, other, func(tx *Tx) error {
				return tx.AttachGroupPolicy(must(tx.Group("readers")), testARN+":policy/own")
			})
			between := &interrupted{Store: s}
			d := openNode(t, between)
			once := false
			between.beforeCommit = func() {
				if !once {
					once = true
					change(t, other, rival)
				}
			}
			runs := 0
			change(t, d, func(tx *Tx) error {
				runs++
				tx.UserPolicies(must(tx.User("ana")))
				_, err := tx.CreateUser(NewUser{Name: "new", Path: "/"})
				return err
			})
			if runs != 2 {
				t.Errorf("it ran %d times", runs)
			}
		})
	}
}

// What is staged without having been read would be written over what others wrote.
func TestStagingUnread(t *testing.T) {
	d := openDirectory(t)
	entity := Entity{ID: "X", Name: "x"}
	for name, stage := range map[string]func(tx *Tx){
		"PutUser":         func(tx *Tx) { tx.PutUser(&User{Entity: entity}) },
		"PutGroup":        func(tx *Tx) { tx.PutGroup(&Group{Entity: entity}) },
		"PutRole":         func(tx *Tx) { tx.PutRole(&Role{Entity: entity}) },
		"PutPolicy":       func(tx *Tx) { tx.PutPolicy(&Policy{Entity: entity}) },
		"PutProfile":      func(tx *Tx) { tx.PutProfile(&InstanceProfile{Entity: entity}) },
		"PutAccessKey":    func(tx *Tx) { tx.PutAccessKey(&AccessKey{ID: "x"}) },
		"PutCreation":     func(tx *Tx) { tx.PutCreation(&AccountCreation{ID: "x"}) },
		"PutAccount":      func(tx *Tx) { tx.PutAccount(&Account{}) },
		"PutOrganization": func(tx *Tx) { tx.PutOrganization(&Organization{}) },
		"RemoveUser":      func(tx *Tx) { tx.RemoveUser(&User{Entity: entity}) },
		"RemoveGroup":     func(tx *Tx) { tx.RemoveGroup(&Group{Entity: entity}) },
		"RemoveRole":      func(tx *Tx) { tx.RemoveRole(&Role{Entity: entity}) },
		"RemovePolicy":    func(tx *Tx) { tx.RemovePolicy(&Policy{Entity: entity}) },
		"RemoveProfile":   func(tx *Tx) { tx.RemoveProfile(&InstanceProfile{Entity: entity}) },
		"RemoveAccessKey": func(tx *Tx) { tx.RemoveAccessKey(&AccessKey{ID: "x"}) },
		"SetAlias":        func(tx *Tx) { tx.SetAlias("x", testAccount) },
		"SetEmail":        func(tx *Tx) { tx.SetEmail("x", "") },
		"another account": func(tx *Tx) {
			tx.user("x")
			tx.In("999999999999").PutUser(&User{Entity: entity})
		},
	} {
		t.Run(name, func(t *testing.T) {
			change(t, d, func(tx *Tx) error {
				defer func() {
					if said := fmt.Sprint(recover()); !strings.HasSuffix(said, " is staged without having been read") {
						t.Errorf("it said %s", said)
					}
				}()
				stage(tx)
				return nil
			})
		})
	}
	if n := d.View(testAccount).Counts(); n != (Counts{}) {
		t.Errorf("something was written: %v", n)
	}
}

// In a transaction, what it staged is what it reads, in this account and others.
func TestStagedIsRead(t *testing.T) {
	d := openDirectory(t)
	addUsers(t, d, "ana", "bob")
	change(t, d, func(tx *Tx) error {
		ana := must(tx.User("ana"))
		if err := tx.MoveUser(ana, "zoe", "/z/"); err != nil {
			return err
		}
		if tx.user("ana") != nil || tx.UserByID(ana.ID) != nil || tx.user("ZOE").Path != "/z/" {
			t.Error("the renamed user is read under the old name")
		}
		if err := tx.DeleteUser(must(tx.User("bob"))); err != nil {
			return err
		}
		if _, err := tx.User("bob"); err == nil {
			t.Error("the deleted user is read")
		}
		if _, err := tx.CreateUser(NewUser{Name: "bob", Path: "/again/"}); err != nil || tx.user("bob").Path != "/again/" {
			t.Errorf("the name is not free again: %v", err)
		}
		if tx.In(testAccount).user("zoe") != tx.user("zoe") || d.View(testAccount).user("zoe") != nil {
			t.Error("staged records are of this transaction and of no other view")
		}
		return nil
	})
	v := d.View(testAccount)
	if v.user("zoe") == nil || v.user("bob").Path != "/again/" || v.Counts().Users != 2 || v.UserByID(v.user("bob").ID) != v.user("bob") {
		t.Errorf("after the commit: %v", v.Counts())
	}
}

// An event is written with the change, or not at all.
func TestEventIsWrittenWithTheChange(t *testing.T) {
	d, s := watched(t)
	create := func(tx *Tx) error {
		tx.Event("e1", []byte("told"))
		_, err := tx.CreateUser(NewUser{Name: "ana", Path: "/"})
		return err
	}
	*s.refuse = true
	if err := d.Update(t.Context(), testAccount, create); !errors.Is(err, errRefused) {
		t.Fatalf("error %v", err)
	}
	*s.refuse = false
	if _, ok, _ := s.Get(t.Context(), "event/e1"); ok {
		t.Error("the event of a call that failed is there")
	}
	change(t, d, create)
	if e, ok, _ := s.Get(t.Context(), "event/e1"); !ok || string(e.Value) != "told" || e.Revision != d.View(testAccount).user("ana").revision {
		t.Errorf("event %s at %d", e.Value, e.Revision)
	}
	expectKeys(t, "changed", s.changed(), "event/e1", "user/ana")
}

// A policy's record is never written without the mark of the account's policies.
func TestPolicyChangeIsMarked(t *testing.T) {
	d, s := watched(t)
	addPolicies(t, d, "own", "other")
	expectKeys(t, "changed", s.changed(), "policy/other", "policy/own", "policychange")
	addUsers(t, d, "ana")
	expectKeys(t, "changed", s.changed(), "user/ana")
	change(t, d, withUser("ana", func(tx *Tx, u *User) error { return tx.AttachUserPolicy(u, testARN+":policy/own") }))
	expectKeys(t, "changed", s.changed(), "policy/own", "policychange", "user/ana")
	change(t, d, withUser("ana", func(tx *Tx, u *User) error { return tx.AttachUserPolicy(u, testReadOnly) }))
	expectKeys(t, "changed", s.changed(), "user/ana")
	change(t, d, func(tx *Tx) error { return tx.DeletePolicy(must(tx.CustomerPolicy(testARN + ":policy/other"))) })
	expectKeys(t, "changed", s.changed(), "policy/other!", "policychange")
}

// wideUser is a user in 10 groups of 10 policies each, with 10 of its own and a
// boundary: as much as S-05 allows, and more than a commit may assert.
func wideUser(t *testing.T, d *Directory) {
	t.Helper()
	addUsers(t, d, "wide")
	attach := func(owner string, do func(tx *Tx, arn string) error) {
		for i := range 10 {
			name := fmt.Sprint(owner, i)
			addPolicies(t, d, name)
			change(t, d, func(tx *Tx) error { return do(tx, testARN+":policy/"+name) })
		}
	}
	for i := range 10 {
		group := fmt.Sprint("g", i)
		addGroups(t, d, group)
		attach(group, func(tx *Tx, arn string) error { return tx.AttachGroupPolicy(must(tx.Group(group)), arn) })
		change(t, d, func(tx *Tx) error { return tx.AddToGroup(must(tx.User("wide")), must(tx.Group(group))) })
	}
	attach("own", func(tx *Tx, arn string) error { return tx.AttachUserPolicy(must(tx.User("wide")), arn) })
	addPolicies(t, d, "limit")
	change(t, d, func(tx *Tx) error { return tx.SetUserBoundary(must(tx.User("wide")), testARN+":policy/limit") })
}

// S-05: whoever has as many policies as there may be can still write, and what
// decided about it is asserted all the same.
func TestDecisionOfManyPolicies(t *testing.T) {
	s := openStore(t)
	other := openNode(t, s)
	bootstrap(t, other)
	wideUser(t, other)
	between := &interrupted{Store: s}
	seen := &refusing{Store: between, refuse: new(bool)}
	d := openNode(t, seen)
	writes := 0
	write := func(t *testing.T, rival func(tx *Tx) error) (runs int) {
		t.Helper()
		between.beforeCommit = func() {
			if rival != nil {
				change(t, other, rival)
			}
			rival = nil
		}
		writes++
		if err := d.catchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		change(t, d, func(tx *Tx) error {
			runs++
			if e := tx.UserPolicies(must(tx.User("wide"))); len(e.Identity) != 110 || e.Unreadable != "" {
				t.Errorf("%d policies, unreadable %q", len(e.Identity), e.Unreadable)
			}
			_, err := tx.CreateUser(NewUser{Name: fmt.Sprint("new", writes), Path: "/"})
			return err
		})
		return runs
	}
	t.Run("alone", func(t *testing.T) {
		if runs := write(t, nil); runs != 1 {
			t.Errorf("it ran %d times", runs)
		}
		want := []string{"user/wide", "user/new1!", "policychange"}
		for i := range 10 {
			want = append(want, fmt.Sprint("group/g", i))
		}
		expectKeys(t, "asserted", seen.asserted(), want...)
	})
	for name, c := range map[string]struct {
		rival func(tx *Tx) error
		runs  int
	}{
		"a policy gets a version": {func(tx *Tx) error {
			_, err := tx.AddVersion(must(tx.CustomerPolicy(testARN+":policy/g31")), testDocument, true)
			return err
		}, 2},
		"the boundary gets a version": {func(tx *Tx) error {
			_, err := tx.AddVersion(must(tx.CustomerPolicy(testARN+":policy/limit")), testDocument, true)
			return err
		}, 2},
		"another policy is made": {func(tx *Tx) error {
			_, err := tx.CreatePolicy(Entity{Name: "more", Path: "/"}, "", testDocument)
			return err
		}, 2},
		"a user that has no policy": {func(tx *Tx) error { _, err := tx.CreateUser(NewUser{Name: "u", Path: "/"}); return err }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			if runs := write(t, c.rival); runs != c.runs {
				t.Errorf("it ran %d times, want %d", runs, c.runs)
			}
		})
	}
}

// design.md, Data: a transaction of more than 100 changes is refused as a whole.
func TestOperationsLimit(t *testing.T) {
	d := openDirectory(t)
	for n, fits := range map[int]bool{store.MaxOperations: true, store.MaxOperations + 1: false} {
		err := d.Update(t.Context(), testAccount, func(tx *Tx) error {
			for i := range n {
				if _, err := tx.CreateUser(NewUser{Name: fmt.Sprintf("u%d-%d", n, i), Path: "/"}); err != nil {
					return err
				}
			}
			return nil
		})
		if fits != (err == nil) || !fits && !errors.Is(err, store.ErrTooLarge) {
			t.Errorf("%d users: %v", n, err)
		}
	}
	if n := d.View(testAccount).Counts().Users; n != store.MaxOperations {
		t.Errorf("%d users", n)
	}
}

// A clone shares nothing that a transaction changes with the record of the state.
func TestCloneSharesNothing(t *testing.T) {
	for _, s := range samples() {
		var clone record
		switch r := s.record.(type) {
		case *User:
			c := r.Clone()
			c.Tags[0].Value, c.Attached[0], c.Inline[0].Name, c.Groups[0], c.Keys[0] = "", "", "", "", ""
			clone = c
		case *Group:
			c := r.Clone()
			c.Tags[0].Value, c.Attached[0], c.Inline[0].Name = "", "", ""
			clone = c
		case *Role:
			c := r.Clone()
			c.Tags[0].Value, c.Attached[0], c.Inline[0].Name = "", "", ""
			clone = c
		case *Policy:
			c := r.Clone()
			c.Tags[0].Value, c.Versions[0].Number = "", 0
			clone = c
		case *InstanceProfile:
			c := r.Clone()
			c.Tags[0].Value = ""
			clone = c
		case *Account:
			c := r.Clone()
			c.Tags[0].Value, c.Root.Keys[0] = "", ""
			clone = c
		default:
			continue
		}
		if fresh := slices.IndexFunc(samples(), func(o sample) bool { return o.key == s.key }); !sameJSON(t, s.record, samples()[fresh].record) || sameJSON(t, s.record, clone) {
			t.Errorf("the clone of %s shares what was changed", s.key)
		}
	}
}

func sameJSON(t *testing.T, a, b record) bool {
	t.Helper()
	of := func(r record) string {
		_, changes, err := (&transaction{staged: map[string]record{"k": r}}).commitment(&Snapshot{})
		if err != nil || len(changes) != 1 {
			t.Fatal(err, len(changes))
		}
		return string(changes[0].Value)
	}
	return of(a) == of(b)
}

// Preconditions and changes are in the order of their keys: two nodes that stage
// the same send the same.
func TestCommitmentIsOrdered(t *testing.T) {
	for range 20 {
		tx := newTransaction()
		for _, s := range samples() {
			tx.read(s.key, 1)
			tx.staged[s.key] = s.record
		}
		pre, changes, err := tx.commitment(&Snapshot{})
		if err != nil {
			t.Fatal(err)
		}
		var asserted, changed []string
		for _, p := range pre {
			asserted = append(asserted, p.Key)
		}
		for _, c := range changes[:len(tx.staged)] {
			changed = append(changed, c.Key)
		}
		want := slices.Sorted(maps.Keys(tx.reads))
		if !slices.Equal(asserted, want) || !slices.Equal(changed, want) {
			t.Fatalf("asserted %v, changed %v", asserted, changed)
		}
	}
}
