package iam

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
)

// pages lists everything page by page: fetch returns a page's names, whether it is
// truncated, and the next marker.
func pages(t *testing.T, fetch func(marker *string) ([]string, *bool, *string)) (all []string, count int) {
	t.Helper()
	var marker *string
	for {
		names, truncated, next := fetch(marker)
		all, count = append(all, names...), count+1
		if *truncated != (next != nil) {
			t.Fatalf("truncated %v with marker %v", *truncated, next)
		}
		if next == nil {
			return all, count
		}
		if len(*next) > 320 {
			t.Fatalf("a marker of %d characters: the model takes 320", len(*next))
		}
		marker = next
	}
}

func TestPaging(t *testing.T) {
	f := newFixture(t)
	var names []string
	for i := range 7 {
		names = append(names, fmt.Sprint("user", i, strings.Repeat("x", 59)))
	}
	f.addUser(names...)
	f.addGroup("all", "g1", "g2", "g3", strings.Repeat("g", 128))
	for _, name := range names {
		f.join(name, "all")
	}
	f.join(names[0], "g1", "g2", "g3", strings.Repeat("g", 128))
	did[iam.TagUserOutput](f, "TagUser", &iam.TagUserInput{UserName: &names[0], Tags: tags("a", "1", "b", "2", strings.Repeat("é", 128), "3")})
	did[iam.CreateAccessKeyOutput](f, "CreateAccessKey", &iam.CreateAccessKeyInput{UserName: &names[0]})
	did[iam.CreateAccessKeyOutput](f, "CreateAccessKey", &iam.CreateAccessKeyInput{UserName: &names[0]})

	one, two := ptr(int32(1)), ptr(int32(2))
	for _, c := range []struct {
		operation   string
		items, want int
		fetch       func(marker *string) ([]string, *bool, *string)
	}{
		{"ListUsers", 7, 4, func(m *string) ([]string, *bool, *string) {
			out := did[iam.ListUsersOutput](f, "ListUsers", &iam.ListUsersInput{Marker: m, MaxItems: two})
			return namesOf(out.Users, func(u iam.User) *string { return u.UserName }), out.IsTruncated, out.Marker
		}},
		{"ListGroups", 5, 3, func(m *string) ([]string, *bool, *string) {
			out := did[iam.ListGroupsOutput](f, "ListGroups", &iam.ListGroupsInput{Marker: m, MaxItems: two})
			return namesOf(out.Groups, func(g iam.Group) *string { return g.GroupName }), out.IsTruncated, out.Marker
		}},
		{"GetGroup", 7, 4, func(m *string) ([]string, *bool, *string) {
			out := did[iam.GetGroupOutput](f, "GetGroup", &iam.GetGroupInput{GroupName: ptr("all"), Marker: m, MaxItems: two})
			return namesOf(out.Users, func(u iam.User) *string { return u.UserName }), out.IsTruncated, out.Marker
		}},
		{"ListGroupsForUser", 5, 3, func(m *string) ([]string, *bool, *string) {
			out := did[iam.ListGroupsForUserOutput](f, "ListGroupsForUser", &iam.ListGroupsForUserInput{UserName: &names[0], Marker: m, MaxItems: two})
			return namesOf(out.Groups, func(g iam.Group) *string { return g.GroupName }), out.IsTruncated, out.Marker
		}},
		{"ListUserTags", 3, 3, func(m *string) ([]string, *bool, *string) {
			out := did[iam.ListUserTagsOutput](f, "ListUserTags", &iam.ListUserTagsInput{UserName: &names[0], Marker: m, MaxItems: one})
			return namesOf(out.Tags, func(t iam.Tag) *string { return t.Key }), out.IsTruncated, out.Marker
		}},
		{"ListAccessKeys", 2, 2, func(m *string) ([]string, *bool, *string) {
			out := did[iam.ListAccessKeysOutput](f, "ListAccessKeys", &iam.ListAccessKeysInput{UserName: &names[0], Marker: m, MaxItems: one})
			return namesOf(out.AccessKeyMetadata, func(k iam.AccessKeyMetadata) *string { return k.AccessKeyId }), out.IsTruncated, out.Marker
		}},
	} {
		t.Run(c.operation, func(t *testing.T) {
			f.t = t
			all, count := pages(t, c.fetch)
			seen := map[string]bool{}
			for _, name := range all {
				seen[name] = true
			}
			if len(all) != c.items || len(seen) != c.items || count != c.want {
				t.Errorf("%d items (%d distinct) on %d pages, want %d on %d", len(all), len(seen), count, c.items, c.want)
			}
		})
	}
}

func namesOf[T any](items []T, name func(T) *string) []string {
	names := make([]string, len(items))
	for i, item := range items {
		names[i] = *name(item)
	}
	return names
}

func TestPagingSurvivesChanges(t *testing.T) {
	f := newFixture(t)
	f.addUser("a", "c", "e")
	first := did[iam.ListUsersOutput](f, "ListUsers", &iam.ListUsersInput{MaxItems: ptr(int32(2))})
	did[iam.DeleteUserOutput](f, "DeleteUser", &iam.DeleteUserInput{UserName: ptr("c")}) // the marker's own user
	f.addUser("b", "d")
	second := did[iam.ListUsersOutput](f, "ListUsers", &iam.ListUsersInput{Marker: first.Marker})
	if got := namesOf(second.Users, func(u iam.User) *string { return u.UserName }); strings.Join(got, "") != "de" {
		t.Errorf("second page %v, want what comes after c", got)
	}
}

func TestDefaultPage(t *testing.T) {
	f := newFixture(t)
	f.t = t
	for i := range 101 {
		f.addUser(fmt.Sprint("user", i))
	}
	out := did[iam.ListUsersOutput](f, "ListUsers", &iam.ListUsersInput{})
	if len(out.Users) != 100 || !*out.IsTruncated {
		t.Errorf("%d users by default, truncated %v", len(out.Users), *out.IsTruncated)
	}
	out = did[iam.ListUsersOutput](f, "ListUsers", &iam.ListUsersInput{MaxItems: ptr(int32(1000))})
	if len(out.Users) != 101 || *out.IsTruncated || out.Marker != nil {
		t.Errorf("%d users of at most 1,000, truncated %v", len(out.Users), *out.IsTruncated)
	}
	for _, n := range []int32{0, 1001} {
		if _, err := f.as(root(), "ListUsers", &iam.ListUsersInput{MaxItems: &n}); err == nil || !strings.Contains(err.Error(), "'maxItems' failed to satisfy constraint") {
			t.Errorf("MaxItems %d: %v", n, err)
		}
	}
}

func TestMarkerRefused(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana", "bob", "cleo")
	for _, name := range []string{"ana", "bob"} {
		did[iam.TagUserOutput](f, "TagUser", &iam.TagUserInput{UserName: &name, Tags: tags("a", "1", "b", "2")})
	}
	users := did[iam.ListUsersOutput](f, "ListUsers", &iam.ListUsersInput{MaxItems: ptr(int32(1))}).Marker
	tagsOfAna := did[iam.ListUserTagsOutput](f, "ListUserTags", &iam.ListUserTagsInput{UserName: ptr("ana"), MaxItems: ptr(int32(1))}).Marker
	cut, longer, other := (*users)[:len(*users)-1], *users+"A", "A"+(*users)[1:]

	for name, in := range map[string]*iam.ListUsersInput{
		"text":               {Marker: ptr("ana")},
		"not base64":         {Marker: ptr("%%%%")},
		"cut":                {Marker: &cut},
		"longer":             {Marker: &longer},
		"changed":            {Marker: &other},
		"of another list":    {Marker: tagsOfAna},
		"of another prefix":  {Marker: users, PathPrefix: ptr("/ops/")},
		"padded":             {Marker: ptr(*users + "==")},
		"check without more": {Marker: ptr("AAAAAAAA")},
	} {
		t.Run(name, func(t *testing.T) {
			f.t = t
			f.refused("ListUsers", in, 400, "ValidationError", "Invalid Marker.")
		})
	}
	t.Run("of another user", func(t *testing.T) {
		f.t = t
		f.refused("ListUserTags", &iam.ListUserTagsInput{UserName: ptr("bob"), Marker: tagsOfAna}, 400, "ValidationError", "Invalid Marker.")
	})
	t.Run("of the same user in another case", func(t *testing.T) {
		f.t = t
		if out := did[iam.ListUserTagsOutput](f, "ListUserTags", &iam.ListUserTagsInput{UserName: ptr("ANA"), Marker: tagsOfAna}); *out.Tags[0].Key != "b" {
			t.Errorf("tags %v", out.Tags)
		}
	})
}

// FuzzMarker: whatever a caller sends, a marker is refused or it is one that this
// list gave out.
func FuzzMarker(f *testing.F) {
	call := &api.Call{Account: accountID, Operation: &api.Operation{Name: "ListUsers"}}
	first, err := pageOf(call, "", nil, nil)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"", "ana", "AAAAAAAA", "AAAAAAAAA", first.marker("ana"), first.marker(strings.Repeat("x", 128)), first.marker("ana") + "="} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, marker string) {
		p, err := pageOf(call, "", &marker, nil)
		if err == nil && (p.after == "" || first.marker(p.after) != marker) {
			t.Errorf("marker %q leads to %q", marker, p.after)
		}
	})
}
