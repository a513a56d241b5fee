package directory

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"weak"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// Readers iterate while writers write: each view is of one state, in which every
// count and relation agrees, and does not change under the reader.
func TestViewsAreOfOneState(t *testing.T) {
	s := openStore(t)
	nodes := [2]*Directory{openNode(t, s), openNode(t, s)}
	bootstrap(t, nodes[0])
	addGroups(t, nodes[0], "g")
	addPolicies(t, nodes[0], "p")
	if err := nodes[1].catchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	var stop atomic.Bool
	var writers, readers sync.WaitGroup
	for n, d := range nodes {
		writers.Go(func() {
			for i := range 60 {
				if err := d.Update(t.Context(), testAccount, joinAndLeave(fmt.Sprintf("u%d-%d", n, i))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 4 {
		readers.Go(func() {
			for !stop.Load() {
				agrees(t, nodes[i%2].View(testAccount))
			}
		})
	}
	writers.Wait()
	stop.Store(true)
	readers.Wait()
	for _, d := range nodes {
		if err := d.catchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		agrees(t, d.View(testAccount))
	}
	sound(t, s)
}

// joinAndLeave makes a user in the group g with the policy p; every third user
// takes all that from the first one of the group, and deletes it.
func joinAndLeave(name string) func(tx *Tx) error {
	return func(tx *Tx) error {
		for u := range tx.Members(must(tx.Group("g")).ID) {
			if must(tx.Group("g")).Members%3 != 2 {
				break
			}
			tx.RemoveFromGroup(u, must(tx.Group("g")))
			if err := tx.DetachUserPolicy(must(tx.User(u.Name)), testARN+":policy/p"); err != nil {
				return err
			}
			if err := tx.DeleteUser(must(tx.User(u.Name))); err != nil {
				return err
			}
			break
		}
		u, err := tx.CreateUser(NewUser{Name: name, Path: "/", Tags: []api.Tag{{Key: "k", Value: "v"}}})
		if err != nil {
			return err
		}
		if err := tx.AddToGroup(u, must(tx.Group("g"))); err != nil {
			return err
		}
		return tx.AttachUserPolicy(must(tx.User(name)), testARN+":policy/p")
	}
}

// agrees counts the same in every way that a view can, twice.
func agrees(t *testing.T, v *View) {
	g, p := v.group("g"), v.policy("p")
	for range 2 {
		members, attached, users := 0, 0, 0
		for u := range v.Members(g.ID) {
			members++
			if v.user(u.Name) != u {
				t.Errorf("%s is another user by id than by name", u.Name)
			}
		}
		for range v.Attached(p.ARN(testAccount)) {
			attached++
		}
		for u := range v.Users("") {
			users++
			if len(u.Groups) != 1 || u.Groups[0] != g.ID || len(u.Attached) != 1 {
				t.Errorf("%s is in %v with %v", u.Name, u.Groups, u.Attached)
			}
		}
		if counted := v.Counts().Users; members != users || attached != users || counted != users || g.Members != users || p.Attachments != users {
			t.Errorf("%d users, %d counted; %d members, %d counted; attached to %d, %d counted", users, counted, members, g.Members, attached, p.Attachments)
		}
	}
}

// Issue 4, item 12: what a call wrote, the next one reads, 10,000 times over.
func TestReadYourWrites(t *testing.T) {
	d := openDirectory(t)
	const callers, rounds = 20, 500
	var wait sync.WaitGroup
	for c := range callers {
		wait.Go(func() {
			name := fmt.Sprint("u", c)
			for i := range rounds {
				err := d.Update(t.Context(), testAccount, func(tx *Tx) error {
					if i == 0 {
						_, err := tx.CreateUser(NewUser{Name: name, Path: "/"})
						return err
					}
					return tx.MoveUser(must(tx.User(name)), "", fmt.Sprintf("/%d/", i))
				})
				if err != nil {
					t.Error(err)
					return
				}
				want := "/"
				if i > 0 {
					want = fmt.Sprintf("/%d/", i)
				}
				if u := d.View(testAccount).user(name); u == nil || u.Path != want {
					t.Errorf("after write %d: %v", i, u)
					return
				}
			}
		})
	}
	wait.Wait()
}

// A view that someone holds stays as it was, whatever is written.
func TestHeldViewStays(t *testing.T) {
	d := openDirectory(t)
	addUsers(t, d, "ana", "bob", "cid")
	v := d.View(testAccount)
	names := func(v *View) (names []string) {
		for u := range v.Users("") {
			names = append(names, u.Name+u.Path)
		}
		return names
	}
	before, revision, mark := names(v), v.Revision(), v.Mark()
	for i, name := range []string{"ana", "bob", "cid"} {
		change(t, d, withUser(name, func(tx *Tx, u *User) error { return tx.MoveUser(u, fmt.Sprint("z", i), "/moved/") }))
	}
	addUsers(t, d, "dan")
	if after := names(v); !slices.Equal(before, after) || v.Revision() != revision || v.Mark() != mark {
		t.Errorf("the held view has %v, had %v", after, before)
	}
	if now := names(d.View(testAccount)); !slices.Equal(now, []string{"dan/", "z0/moved/", "z1/moved/", "z2/moved/"}) {
		t.Errorf("the new view has %v", now)
	}
}

// A mark changes with every write to its account, and with no other.
func TestMarks(t *testing.T) {
	d := openDirectory(t)
	const other = "444455556666"
	if err := d.Update(t.Context(), other, func(tx *Tx) error {
		tx.stageAccount(&BootstrapOptions{AccountID: other, RootEmail: "other@example.com"})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	mine, others := d.Mark(testAccount), d.Mark(other)
	addUsers(t, d, "ana")
	if d.Mark(testAccount) == mine || d.Mark(other) != others || d.Mark(testAccount) != d.View(testAccount).Mark() {
		t.Error("a mark does not tell of its own account")
	}
	if d.Mark("999999999999") != (Mark{}) || d.View("999999999999").Mark() != (Mark{}) {
		t.Error("an account that is not there has a mark")
	}
}

// What is cached of a state keeps none of it in memory: a state ends when the next
// is published, not when the caches turn over.
func TestOldStatesAreFreed(t *testing.T) {
	d := openDirectory(t)
	addUsers(t, d, "ana")
	old := func() weak.Pointer[state] {
		v := d.View(testAccount)
		v.UserPolicies(v.user("ana"))
		return weak.Make(v.state)
	}()
	mark := d.Mark(testAccount)
	addUsers(t, d, "bob")
	for range 3 {
		runtime.GC()
	}
	if old.Value() != nil {
		t.Error("the old state is still held")
	}
	runtime.KeepAlive(mark)
	runtime.KeepAlive(d)
}
