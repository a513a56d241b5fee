package directory

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

// applied is the account after commits of users, by key; nil deletes.
func applied(t *testing.T, commits ...map[string]*User) *View {
	t.Helper()
	b := newBuilder(newUsage())
	account, err := json.Marshal(&Account{Version: recordVersion, ID: testAccount})
	if err != nil {
		t.Fatal(err)
	}
	changes := []store.Change{{Key: "a/" + testAccount + "/account", Value: account}}
	var s *Snapshot
	for i, commit := range commits {
		for name, u := range commit {
			c := store.Change{Key: "a/" + testAccount + "/user/" + name, Delete: u == nil}
			if u != nil {
				if c.Value, err = json.Marshal(u); err != nil {
					t.Fatal(err)
				}
			}
			changes = append(changes, c)
		}
		slices.SortFunc(changes, func(a, b store.Change) int { return slices.Compare([]byte(a.Key), []byte(b.Key)) })
		if s, err = b.apply(store.Commit{Revision: int64(i + 1), Changes: changes}); err != nil {
			t.Fatal(err)
		}
		changes = nil
	}
	return newView(&Directory{}, s, testAccount, nil)
}

// What one commit does to names and ids: each id is found once, under its name,
// with the relations of its newest record, and nothing of what has gone stays.
func TestApplyMovesAndReplaces(t *testing.T) {
	user := func(id, name, group string) *User {
		return &User{Entity: Entity{Version: recordVersion, ID: id, Name: name}, Groups: []string{group}, Grants: Grants{Attached: []string{"arn:" + group}, Boundary: "arn:" + group}}
	}
	for name, c := range map[string]struct {
		first, second map[string]*User
	}{
		"renamed forward":             {map[string]*User{"a": user("1", "a", "g")}, map[string]*User{"a": nil, "z": user("1", "z", "h")}},
		"renamed backward":            {map[string]*User{"z": user("1", "z", "g")}, map[string]*User{"z": nil, "a": user("1", "a", "h")}},
		"renamed in case":             {map[string]*User{"a": user("1", "a", "g")}, map[string]*User{"a": user("1", "A", "h")}},
		"replaced":                    {map[string]*User{"a": user("1", "a", "g")}, map[string]*User{"a": user("2", "a", "h")}},
		"deleted":                     {map[string]*User{"a": user("1", "a", "g"), "b": user("2", "b", "g")}, map[string]*User{"a": nil}},
		"moved away and replaced":     {map[string]*User{"z": user("1", "z", "g")}, map[string]*User{"a": user("1", "a", "h"), "z": user("2", "z", "i")}},
		"replaced and moved on":       {map[string]*User{"a": user("1", "a", "g")}, map[string]*User{"a": user("2", "a", "h"), "z": user("1", "z", "i")}},
		"exchanged":                   {map[string]*User{"a": user("1", "a", "g"), "z": user("2", "z", "h")}, map[string]*User{"a": user("2", "a", "i"), "z": user("1", "z", "j")}},
		"deleted what was not there":  {map[string]*User{"a": user("1", "a", "g")}, map[string]*User{"z": nil}},
		"moved onto one that is gone": {map[string]*User{"a": user("1", "a", "g"), "z": user("2", "z", "h")}, map[string]*User{"a": nil, "z": user("1", "z", "i")}},
	} {
		t.Run(name, func(t *testing.T) {
			v := applied(t, c.first, c.second)
			want := map[string]*User{}
			for _, commit := range []map[string]*User{c.first, c.second} {
				for name, u := range commit {
					if delete(want, name); u != nil {
						want[name] = u
					}
				}
			}
			if n := v.state.users.byID.Len(); n != len(want) || v.Counts().Users != len(want) {
				t.Errorf("%d ids and %d names, want %d", n, v.Counts().Users, len(want))
			}
			pairs := 0
			for name, u := range want {
				if got := v.user(name); got == nil || got.ID != u.ID || got.Name != u.Name || v.UserByID(u.ID) != got {
					t.Errorf("under %s: %v", name, got)
				}
				group := u.Groups[0]
				if ids := slices.Collect(v.Attached("arn:" + group)); !slices.Contains(ids, u.ID) {
					t.Errorf("arn:%s is attached to %v, not to %s", group, ids, u.ID)
				}
				if ids := slices.Collect(v.Bounded("arn:" + group)); !slices.Contains(ids, u.ID) {
					t.Errorf("arn:%s bounds %v, not %s", group, ids, u.ID)
				}
				pairs++
			}
			for _, r := range []relation{v.state.members, v.state.attached, v.state.boundaries} {
				if r.pairs.Len() != pairs {
					t.Errorf("%d pairs of %d", r.pairs.Len(), pairs)
				}
			}
		})
	}
}

// An account is there while its own record is: what stands under it before and
// after that is shown to nobody, and is not lost.
func TestAccountIsThereWithItsRecord(t *testing.T) {
	s := openStore(t)
	d := openNode(t, s)
	write := func(key, value string) {
		t.Helper()
		c := store.Change{Key: "a/" + testAccount + "/" + key, Value: []byte(value), Delete: value == ""}
		if _, err := s.Commit(t.Context(), nil, []store.Change{c}); err != nil {
			t.Fatal(err)
		}
		if err := d.catchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(there bool) {
		t.Helper()
		for _, d := range []*Directory{d, openNode(t, s)} {
			v := d.View(testAccount)
			if v.Exists() != there || (v.user("ana") != nil) != there || (d.Mark(testAccount) != Mark{}) != there {
				t.Errorf("the account is there: %v, its user: %v", v.Exists(), v.user("ana"))
			}
		}
	}
	write("user/ana", `{"v":1,"id":"AIDA1","name":"ana","path":"/"}`)
	expect(false)
	write("account", `{"v":1,"id":"`+testAccount+`"}`)
	expect(true)
	write("account", "")
	expect(false)
	write("account", `{"v":1,"id":"`+testAccount+`"}`)
	expect(true)
}
