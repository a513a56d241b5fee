package directory

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/store"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
)

// Whatever one node writes, the other shows, as soon as it is as new as the store.
func TestNodesSeeEachOther(t *testing.T) {
	s := openStore(t)
	nodes := [2]*Directory{openNode(t, s), openNode(t, s)}
	bootstrap(t, nodes[0])
	for i := range 50 {
		writer, reader := nodes[i%2], nodes[(i+1)%2]
		name := fmt.Sprint("u", i)
		if err := writer.catchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		addUsers(t, writer, name)
		if err := reader.catchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, want := reader.View(testAccount).user(name), writer.View(testAccount).user(name); got == nil || got.ID != want.ID || got.revision != want.revision {
			t.Fatalf("%s is %v on the other node, want %v", name, got, want)
		}
		if got, want := reader.View(testAccount).Counts(), writer.View(testAccount).Counts(); got != want {
			t.Fatalf("counts %v, want %v", got, want)
		}
	}
}

// S-05: two nodes together give a user no more access keys than one.
func TestAccessKeyQuotaOfTwoNodes(t *testing.T) {
	create := func(tx *Tx, round string) error {
		_, _, err := tx.CreateAccessKey(must(tx.User(round)))
		return err
	}
	race(t, raceRounds, func(tx *Tx, round string) error {
		u, err := tx.CreateUser(NewUser{Name: round, Path: "/"})
		if err != nil {
			return err
		}
		_, _, err = tx.CreateAccessKey(u)
		return err
	}, create, create)
}

// Groups and users that two nodes create in one name, in another case.
func TestNamesOfTwoNodes(t *testing.T) {
	for name, create := range map[string]func(tx *Tx, name string) error{
		"CreateGroup": func(tx *Tx, name string) error { _, err := tx.CreateGroup(name, "/"); return err },
		"CreateUser": func(tx *Tx, name string) error {
			_, err := tx.CreateUser(NewUser{Name: name, Path: "/"})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			race(t, raceRounds, func(*Tx, string) error { return nil }, create, func(tx *Tx, round string) error { return create(tx, strings.ToUpper(round)) })
		})
	}
}

// A user that is deleted on one node while a policy is attached to it, or while it
// joins a group, on another; a group likewise.
func TestMembershipRaces(t *testing.T) {
	set := func(tx *Tx, round string) error {
		_, errUser := tx.CreateUser(NewUser{Name: round, Path: "/"})
		_, errGroup := tx.CreateGroup(round, "/")
		return errors.Join(errUser, errGroup)
	}
	withBoth := func(fn func(tx *Tx, u *User, g *Group) error) func(tx *Tx, round string) error {
		return func(tx *Tx, round string) error {
			u, err := tx.User(round)
			if err != nil {
				return err
			}
			g, err := tx.Group(round)
			if err != nil {
				return err
			}
			return fn(tx, u, g)
		}
	}
	deleteUser := withBoth(func(tx *Tx, u *User, _ *Group) error { return tx.DeleteUser(u) })
	deleteGroup := withBoth(func(tx *Tx, _ *User, g *Group) error { return tx.DeleteGroup(g) })
	join := withBoth(func(tx *Tx, u *User, g *Group) error { return tx.AddToGroup(u, g) })
	for name, c := range map[string][2]func(tx *Tx, round string) error{
		"DeleteUser and AttachUserPolicy": {deleteUser, withBoth(func(tx *Tx, u *User, _ *Group) error { return tx.AttachUserPolicy(u, testReadOnly) })},
		"DeleteUser and AddUserToGroup":   {deleteUser, join},
		"DeleteGroup and AddUserToGroup":  {deleteGroup, join},
		"DeleteGroup and AttachGroupPolicy": {deleteGroup, withBoth(func(tx *Tx, _ *User, g *Group) error {
			return tx.AttachGroupPolicy(g, testReadOnly)
		})},
		"DeleteUser and CreateAccessKey": {deleteUser, withBoth(func(tx *Tx, u *User, _ *Group) error {
			_, _, err := tx.CreateAccessKey(u)
			return err
		})},
	} {
		t.Run(name, func(t *testing.T) { race(t, raceRounds, set, c[0], c[1]) })
	}
}

// interrupted is a store at which something happens just before a commit or a page
// of a listing: what another node does in that moment.
type interrupted struct {
	store.Store
	beforeCommit, beforeList func()
}

func (s *interrupted) Commit(ctx context.Context, pre []store.Precondition, changes []store.Change) (int64, error) {
	if s.beforeCommit != nil {
		s.beforeCommit()
	}
	return s.Store.Commit(ctx, pre, changes)
}

func (s *interrupted) List(ctx context.Context, prefix string, o store.ListOptions) (store.Page, error) {
	if s.beforeList != nil {
		s.beforeList()
	}
	return s.Store.List(ctx, prefix, o)
}

// A transaction whose reads another node changed is run again, on the new state.
func TestUpdateRunsAgain(t *testing.T) {
	s := openStore(t)
	other := openNode(t, s)
	bootstrap(t, other)
	addUsers(t, other, "ana")
	between := &interrupted{Store: s}
	d := openNode(t, between)
	rival := 0
	between.beforeCommit = func() {
		if rival < 3 {
			rival++
			change(t, other, withUser("ana", func(tx *Tx, u *User) error { return tx.MoveUser(u, "", fmt.Sprintf("/%d/", rival)) }))
		}
	}
	var paths []string
	var revisions []int64
	change(t, d, withUser("ana", func(tx *Tx, u *User) error {
		paths, revisions = append(paths, u.Path), append(revisions, tx.Revision())
		return tx.MoveUser(u, "", u.Path+"end/")
	}))
	if !slices.Equal(paths, []string{"/", "/1/", "/2/", "/3/"}) || !slices.IsSorted(revisions) {
		t.Errorf("the runs saw %v at %v", paths, revisions)
	}
	if u := d.View(testAccount).user("ana"); u.Path != "/3/end/" {
		t.Errorf("the path is %s", u.Path)
	}
}

// A transaction that others overtake again and again ends with AWS's error, and
// changes nothing.
func TestUpdateGivesUp(t *testing.T) {
	s := openStore(t)
	other := openNode(t, s)
	bootstrap(t, other)
	addUsers(t, other, "ana")
	between := &interrupted{Store: s}
	d := openNode(t, between)
	n := 0
	between.beforeCommit = func() {
		n++
		change(t, other, withUser("ana", func(tx *Tx, u *User) error { return tx.MoveUser(u, "", fmt.Sprintf("/%d/", n)) }))
	}
	err := d.Update(t.Context(), testAccount, withUser("ana", func(tx *Tx, u *User) error { return tx.MoveUser(u, "lost", "") }))
	expectError(t, err, errConcurrent.Code, errConcurrent.Message)
	if n != 16 || d.View(testAccount).user("lost") != nil {
		t.Errorf("after %d runs", n)
	}
}

// An error of the transaction's function is returned as it is; nothing is changed.
func TestUpdateReturnsTheError(t *testing.T) {
	d := openDirectory(t)
	want := errors.New("own")
	before := d.View(testAccount).Revision()
	err := d.Update(t.Context(), testAccount, func(tx *Tx) error {
		if _, err := tx.CreateUser(NewUser{Name: "ana", Path: "/"}); err != nil {
			return err
		}
		return want
	})
	if err != want || d.View(testAccount).user("ana") != nil || d.View(testAccount).Revision() != before {
		t.Errorf("error %v", err)
	}
}

// A transaction that stages nothing commits nothing.
func TestUpdateOfNothing(t *testing.T) {
	d := openDirectory(t)
	before := must(d.store.Revision(t.Context()))
	change(t, d, func(tx *Tx) error { tx.user("ana"); return nil })
	if after := must(d.store.Revision(t.Context())); after != before {
		t.Errorf("revision %d, was %d", after, before)
	}
}

// A caller that hangs up while its commit is under way changes nothing of it: the
// call is done, or it is not begun.
func TestUpdateOfACanceledCaller(t *testing.T) {
	s := openStore(t)
	between := &interrupted{Store: s}
	d := openNode(t, between)
	bootstrap(t, d)
	t.Run("while committing", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		between.beforeCommit = cancel
		err := d.Update(ctx, testAccount, func(tx *Tx) error {
			_, err := tx.CreateUser(NewUser{Name: "ana", Path: "/"})
			return err
		})
		if err != nil || d.View(testAccount).user("ana") == nil {
			t.Errorf("error %v, user %v", err, d.View(testAccount).user("ana"))
		}
		between.beforeCommit = nil
	})
	t.Run("while waiting for its turn", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		change(t, d, func(*Tx) error { // holds the turn
			cancel()
			err := d.Update(ctx, testAccount, func(*Tx) error { t.Error("it ran"); return nil })
			if !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
			return nil
		})
	})
}

// A node that fell behind the store's history loads it anew: what was renamed or
// deleted meanwhile is gone, and marks of the old state do not hold.
func TestFollowLoadsAnew(t *testing.T) {
	s := must(embedded.Open(filepath.Join(t.TempDir(), "db"), embedded.Options{Ephemeral: true, HistoryRevisions: 3}))
	t.Cleanup(func() { s.Close() })
	slow := &slowWatch{Store: s}
	d, other := openNode(t, slow), openNode(t, s)
	bootstrap(t, other)
	addUsers(t, other, "ana", "bob")
	if err := d.catchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	mark, id := d.Mark(testAccount), d.View(testAccount).user("bob").ID
	held := make(chan struct{})
	slow.hold.Store(&held)
	change(t, other, withUser("ana", func(tx *Tx, u *User) error { return tx.DeleteUser(u) }))
	change(t, other, withUser("bob", func(tx *Tx, u *User) error { return tx.MoveUser(u, "zoe", "") }))
	for i := range 8 {
		addUsers(t, other, fmt.Sprint("u", i))
	}
	slow.hold.Store(nil)
	close(held)
	if err := d.catchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if slow.compacted.Load() == 0 {
		t.Fatal("the watch did not fall behind")
	}
	v := d.View(testAccount)
	if v.user("ana") != nil || v.user("bob") != nil || v.UserByID(id) == nil || v.UserByID(id).Name != "zoe" || v.Counts().Users != 9 {
		t.Errorf("after loading anew: %v", v.Counts())
	}
	if d.Mark(testAccount) == mark {
		t.Error("the mark of the old state holds")
	}
	addUsers(t, other, "later")
	if err := d.catchUp(t.Context()); err != nil || d.View(testAccount).user("later") == nil {
		t.Errorf("it follows no more: %v", err)
	}
}

// slowWatch holds back what a watch reports while hold is set.
type slowWatch struct {
	store.Store
	hold      atomic.Pointer[chan struct{}]
	compacted atomic.Int32
}

func (s *slowWatch) Watch(ctx context.Context, after int64, fn func(store.Commit) error) error {
	err := s.Store.Watch(ctx, after, func(c store.Commit) error {
		if held := s.hold.Load(); held != nil {
			<-*held
		}
		return fn(c)
	})
	if errors.Is(err, store.ErrCompacted) {
		s.compacted.Add(1)
	}
	return err
}

// A load that the store's history overtakes between two pages begins again.
func TestLoadIsOvertaken(t *testing.T) {
	s := must(embedded.Open(filepath.Join(t.TempDir(), "db"), embedded.Options{Ephemeral: true, HistoryRevisions: 2}))
	t.Cleanup(func() { s.Close() })
	other := openNode(t, s)
	bootstrap(t, other)
	for n := range 12 { // more records than a page
		names := make([]string, 95)
		for i := range names {
			names[i] = fmt.Sprintf("u%d-%d", n, i)
		}
		addUsers(t, other, names...)
	}
	pages, n := 0, 0
	between := &interrupted{Store: s}
	between.beforeList = func() {
		if pages++; pages == 2 {
			for range 5 {
				n++
				addUsers(t, other, fmt.Sprint("more", n))
			}
		}
	}
	d := openNode(t, between)
	if got, want := d.View(testAccount).Counts(), other.View(testAccount).Counts(); got != want || pages < 3 {
		t.Errorf("loaded %v in %d pages, want %v", got, pages, want)
	}
}

// A store that ends under a directory fails it.
func TestStoreEnds(t *testing.T) {
	s := must(embedded.Open(filepath.Join(t.TempDir(), "db"), embedded.Options{Ephemeral: true}))
	d := must(Open(t.Context(), s, Options{}))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	<-d.done
	if err := d.Err(); !errors.Is(err, store.ErrClosed) {
		t.Errorf("error %v", err)
	}
	if err := d.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
