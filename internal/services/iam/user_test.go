package iam

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

func TestCreateUser(t *testing.T) {
	f := newFixture(t)
	out := did[iam.CreateUserOutput](f, "CreateUser", &iam.CreateUserInput{
		UserName: ptr("Ana"), Path: ptr("/division/"), Tags: tags("team", "blue", "Cost", ""),
		PermissionsBoundary: ptr(directory.AdministratorAccess),
	}).User
	if *out.UserName != "Ana" || *out.Path != "/division/" || !out.CreateDate.Equal(start) {
		t.Errorf("user %s at %s of %s", *out.UserName, *out.Path, out.CreateDate)
	}
	if *out.Arn != "arn:aws:iam::111122223333:user/division/Ana" {
		t.Errorf("ARN %s", *out.Arn)
	}
	if len(*out.UserId) != 21 || !strings.HasPrefix(*out.UserId, "AIDA") {
		t.Errorf("id %s", *out.UserId)
	}
	if len(out.Tags) != 2 || *out.Tags[0].Key != "Cost" || *out.Tags[1].Value != "blue" {
		t.Errorf("tags are not in the order of their keys: %v", out.Tags)
	}
	if b := out.PermissionsBoundary; b == nil || *b.PermissionsBoundaryArn != directory.AdministratorAccess {
		t.Errorf("boundary %v", b)
	}
}

func TestCreateUserRefusals(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	many := make([]string, 0, 102)
	for i := range 51 {
		many = append(many, fmt.Sprint("k", i), "v")
	}
	for _, c := range []struct {
		row           string
		in            iam.CreateUserInput
		status        int
		code, message string
	}{
		{"1.3 name taken, in any case", iam.CreateUserInput{UserName: ptr("ANA")}, 409, "EntityAlreadyExists", "User with name ANA already exists."},
		{"1.7 too long", iam.CreateUserInput{UserName: ptr(strings.Repeat("a", 65))}, 400, "ValidationError",
			"1 validation error detected: Value '" + strings.Repeat("a", 65) + "' at 'userName' failed to satisfy constraint: Member must have length less than or equal to 64"},
		{"1.7 bad character", iam.CreateUserInput{UserName: ptr("a b")}, 400, "ValidationError",
			"The specified value for userName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"},
		{"1.7 path malformed", iam.CreateUserInput{UserName: ptr("b"), Path: ptr("no/")}, 400, "ValidationError",
			"The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters."},
		{"1.8 duplicate tag keys", iam.CreateUserInput{UserName: ptr("b"), Tags: tags("Team", "1", "team", "2")}, 400, "InvalidInput",
			"Duplicate tag keys found. Please note that Tag keys are case insensitive."},
		{"tag of the system", iam.CreateUserInput{UserName: ptr("b"), Tags: tags("AWS:x", "1")}, 400, "InvalidInput",
			"Tag keys that begin with aws: are reserved for system use."},
		{"1.2 boundary missing", iam.CreateUserInput{UserName: ptr("b"), PermissionsBoundary: ptr("arn:aws:iam::111122223333:policy/none")}, 404, "NoSuchEntity",
			"Policy arn:aws:iam::111122223333:policy/none does not exist or is not attachable."},
	} {
		t.Run(c.row, func(t *testing.T) {
			f.t = t
			f.refused("CreateUser", &c.in, c.status, c.code, c.message)
		})
	}
	t.Run("S-05 more than 50 tags", func(t *testing.T) {
		if _, err := f.as(root(), "CreateUser", &iam.CreateUserInput{UserName: ptr("b"), Tags: tags(many...)}); err == nil ||
			!strings.Contains(err.Error(), "Member must have length less than or equal to 50") {
			t.Errorf("error %v", err)
		}
	})
	if n := f.directory.View(accountID).Counts().Users; n != 1 {
		t.Errorf("%d users, want 1: a refused call changed something", n)
	}
}

func TestGetUser(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana", "bob")
	f.allow("ana", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:GetUser","Resource":"*"}}`)
	f.change(func(tx *directory.Tx) error {
		u, err := tx.User("bob")
		c := u.Clone()
		c.PasswordLastUsed = start.Add(-time.Hour)
		tx.PutUser(c)
		return err
	})
	t.Run("by name in another case", func(t *testing.T) {
		out := didAs[iam.GetUserOutput](f, f.user("ana"), "GetUser", &iam.GetUserInput{UserName: ptr("BOB")}).User
		if *out.UserName != "bob" || !out.PasswordLastUsed.Equal(start.Add(-time.Hour)) {
			t.Errorf("user %s, password last used %v", *out.UserName, out.PasswordLastUsed)
		}
	})
	t.Run("omitted name is the caller", func(t *testing.T) {
		out := didAs[iam.GetUserOutput](f, f.user("ana"), "GetUser", &iam.GetUserInput{}).User
		if *out.UserName != "ana" || out.PasswordLastUsed != nil || out.Tags != nil || out.PermissionsBoundary != nil {
			t.Errorf("user %+v", out)
		}
	})
	t.Run("the root user", func(t *testing.T) {
		out := did[iam.GetUserOutput](f, "GetUser", &iam.GetUserInput{}).User
		if *out.UserId != accountID || *out.Arn != "arn:aws:iam::111122223333:root" || out.UserName != nil || !out.CreateDate.Equal(start) {
			t.Errorf("root user %+v", out)
		}
	})
	t.Run("1.2 user missing", func(t *testing.T) {
		f.t = t
		f.refused("GetUser", &iam.GetUserInput{UserName: ptr("eve")}, 404, "NoSuchEntity", "The user with name eve cannot be found.")
	})
}

// TestOmittedUserName is the row of 1.7 on callers that are no users.
func TestOmittedUserName(t *testing.T) {
	f := newFixture(t)
	f.change(func(tx *directory.Tx) error {
		_, err := tx.CreateRole(directory.NewRole{Name: "admin", Path: "/", Trust: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"111122223333"}}}`})
		if err != nil {
			return err
		}
		r, err := tx.Role("admin")
		if err != nil {
			return err
		}
		return tx.AttachRolePolicy(r, directory.AdministratorAccess)
	})
	caller := f.session("admin", "sam")
	for operation, in := range map[string]any{
		"GetUser":         &iam.GetUserInput{},
		"CreateAccessKey": &iam.CreateAccessKeyInput{},
		"ListAccessKeys":  &iam.ListAccessKeysInput{},
		"UpdateAccessKey": &iam.UpdateAccessKeyInput{AccessKeyId: ptr("AKIA0000000000000000"), Status: ptr("Active")},
		"DeleteAccessKey": &iam.DeleteAccessKeyInput{AccessKeyId: ptr("AKIA0000000000000000")},
	} {
		t.Run(operation, func(t *testing.T) {
			f.t = t
			f.refusedAs(caller, operation, in, 400, "ValidationError", "Must specify userName when calling with non-User credentials")
		})
	}
}

func TestUpdateUser(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana", "bob")
	f.addGroup("readers")
	f.join("ana", "readers")
	key := did[iam.CreateAccessKeyOutput](f, "CreateAccessKey", &iam.CreateAccessKeyInput{UserName: ptr("ana")}).AccessKey
	before := did[iam.GetUserOutput](f, "GetUser", &iam.GetUserInput{UserName: ptr("ana")}).User

	t.Run("1.3 name taken", func(t *testing.T) {
		f.t = t
		f.refused("UpdateUser", &iam.UpdateUserInput{UserName: ptr("ana"), NewUserName: ptr("BOB")}, 409, "EntityAlreadyExists", "User with name BOB already exists.")
	})
	t.Run("1.2 user missing", func(t *testing.T) {
		f.t = t
		f.refused("UpdateUser", &iam.UpdateUserInput{UserName: ptr("eve"), NewPath: ptr("/x/")}, 404, "NoSuchEntity", "The user with name eve cannot be found.")
	})
	for _, c := range []struct{ name, newName, newPath, arn string }{
		{"ana", "Ana", "", "arn:aws:iam::111122223333:user/Ana"},          // the same key in the store
		{"ana", "zoe", "/ops/", "arn:aws:iam::111122223333:user/ops/zoe"}, // sorts after
		{"zoe", "abe", "", "arn:aws:iam::111122223333:user/ops/abe"},      // sorts before
		{"abe", "", "/", "arn:aws:iam::111122223333:user/abe"},
	} {
		t.Run(c.name+" to "+c.newName+c.newPath, func(t *testing.T) {
			f.t = t
			in := &iam.UpdateUserInput{UserName: &c.name}
			name := c.name
			if c.newName != "" {
				in.NewUserName, name = &c.newName, c.newName
			}
			if c.newPath != "" {
				in.NewPath = &c.newPath
			}
			did[iam.UpdateUserOutput](f, "UpdateUser", in)
			f.stays(before, name, c.arn, *key.AccessKeyId)
		})
	}
	f.refused("GetUser", &iam.GetUserInput{UserName: ptr("zoe")}, 404, "NoSuchEntity", "The user with name zoe cannot be found.")
}

// stays checks what a renamed user keeps: id, membership and key.
func (f *fixture) stays(before *iam.User, name, arn, key string) {
	f.t.Helper()
	after := did[iam.GetUserOutput](f, "GetUser", &iam.GetUserInput{UserName: &name}).User
	if *after.UserId != *before.UserId || *after.UserName != name || *after.Arn != arn {
		f.t.Errorf("user %s %s %s", *after.UserId, *after.UserName, *after.Arn)
	}
	members := did[iam.GetGroupOutput](f, "GetGroup", &iam.GetGroupInput{GroupName: ptr("readers")}).Users
	if len(members) != 1 || *members[0].UserName != name {
		f.t.Errorf("members %v", members)
	}
	keys := did[iam.ListAccessKeysOutput](f, "ListAccessKeys", &iam.ListAccessKeysInput{UserName: &name}).AccessKeyMetadata
	if len(keys) != 1 || *keys[0].AccessKeyId != key || *keys[0].UserName != name {
		f.t.Errorf("keys %v", keys)
	}
	if u := f.directory.View(accountID).UserByID(*before.UserId); u == nil || u.Name != name {
		f.t.Errorf("user by id: %v", u)
	}
}

// TestDeleteUser takes one thing after another from a user: each refusal is a row
// of 1.4.
func TestDeleteUser(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	f.addGroup("readers")
	f.join("ana", "readers")
	ana := ptr("ana")
	f.allow("ana", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`)
	f.change(func(tx *directory.Tx) error {
		u, err := tx.User("ana")
		if err != nil {
			return err
		}
		return tx.AttachUserPolicy(u, directory.AdministratorAccess)
	})
	key := did[iam.CreateAccessKeyOutput](f, "CreateAccessKey", &iam.CreateAccessKeyInput{UserName: ana}).AccessKey
	did[iam.CreateLoginProfileOutput](f, "CreateLoginProfile", &iam.CreateLoginProfileInput{UserName: ana, Password: ptr("Correct horse 1")})

	for _, c := range []struct {
		row, message string
		take         func()
	}{
		{"1.4 login profile", "Cannot delete entity, must delete login profile first.", func() {
			did[iam.DeleteLoginProfileOutput](f, "DeleteLoginProfile", &iam.DeleteLoginProfileInput{UserName: ana})
		}},
		{"1.4 access keys", "Cannot delete entity, must delete access keys first.", func() {
			did[iam.DeleteAccessKeyOutput](f, "DeleteAccessKey", &iam.DeleteAccessKeyInput{UserName: ana, AccessKeyId: key.AccessKeyId})
		}},
		{"1.4 inline policies", "Cannot delete entity, must delete policies first.", func() {
			f.change(func(tx *directory.Tx) error {
				u, err := tx.User("ana")
				c := u.Clone()
				c.Inline = nil
				tx.PutUser(c)
				return err
			})
		}},
		{"1.4 attached policy", "Cannot delete entity, must detach all policies first.", func() {
			f.change(func(tx *directory.Tx) error {
				u, err := tx.User("ana")
				if err != nil {
					return err
				}
				return tx.DetachUserPolicy(u, directory.AdministratorAccess)
			})
		}},
		{"1.4 member of a group", "Cannot delete entity, must remove users from group first.", func() {
			did[iam.RemoveUserFromGroupOutput](f, "RemoveUserFromGroup", &iam.RemoveUserFromGroupInput{UserName: ana, GroupName: ptr("readers")})
		}},
	} {
		t.Run(c.row, func(t *testing.T) {
			f.t = t
			f.refused("DeleteUser", &iam.DeleteUserInput{UserName: ana}, 409, "DeleteConflict", c.message)
			c.take()
		})
	}
	f.t = t
	did[iam.DeleteUserOutput](f, "DeleteUser", &iam.DeleteUserInput{UserName: ana})
	f.refused("DeleteUser", &iam.DeleteUserInput{UserName: ana}, 404, "NoSuchEntity", "The user with name ana cannot be found.")
}

func TestDeleteUserFreesItsBoundary(t *testing.T) {
	f := newFixture(t)
	const arn = "arn:aws:iam::111122223333:policy/limit"
	f.change(func(tx *directory.Tx) error {
		_, err := tx.CreatePolicy(directory.Entity{Name: "limit", Path: "/"}, "", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)
		return err
	})
	did[iam.CreateUserOutput](f, "CreateUser", &iam.CreateUserInput{UserName: ptr("ana"), PermissionsBoundary: ptr(arn)})
	if p, ok := f.directory.View(accountID).ManagedPolicy(arn); !ok || p.Customer.Boundaries != 1 {
		t.Errorf("policy %v bounds no user", p)
	}
	did[iam.DeleteUserOutput](f, "DeleteUser", &iam.DeleteUserInput{UserName: ptr("ana")})
	if p, ok := f.directory.View(accountID).ManagedPolicy(arn); !ok || p.Customer.Boundaries != 0 {
		t.Errorf("policy %v still bounds a user", p)
	}
}

func TestListUsers(t *testing.T) {
	f := newFixture(t)
	f.addUser("Cleo", "ana", "Bob")
	did[iam.CreateUserOutput](f, "CreateUser", &iam.CreateUserInput{UserName: ptr("dan"), Path: ptr("/ops/eu/"), Tags: tags("k", "v"), PermissionsBoundary: ptr(directory.AdministratorAccess)})
	list := func(in *iam.ListUsersInput) string {
		out := did[iam.ListUsersOutput](f, "ListUsers", in)
		var names []string
		for _, u := range out.Users {
			names = append(names, *u.UserName)
			if u.Tags != nil || u.PermissionsBoundary != nil {
				t.Errorf("a list shows tags or boundary of %s [API_ListUsers]", *u.UserName)
			}
		}
		return fmt.Sprint(strings.Join(names, " "), *out.IsTruncated)
	}
	for _, c := range []struct {
		in   iam.ListUsersInput
		want string
	}{
		{iam.ListUsersInput{}, "ana Bob Cleo danfalse"},
		{iam.ListUsersInput{MaxItems: ptr(int32(2))}, "ana Bobtrue"},
		{iam.ListUsersInput{MaxItems: ptr(int32(4))}, "ana Bob Cleo danfalse"},
		{iam.ListUsersInput{PathPrefix: ptr("/ops")}, "danfalse"},
		{iam.ListUsersInput{PathPrefix: ptr("/ops/eu/")}, "danfalse"},
		{iam.ListUsersInput{PathPrefix: ptr("/OPS")}, "false"},
		{iam.ListUsersInput{PathPrefix: ptr("/")}, "ana Bob Cleo danfalse"},
	} {
		if got := list(&c.in); got != c.want {
			t.Errorf("ListUsers %+v: %s, want %s", c.in, got, c.want)
		}
	}
}

func TestUserTags(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	tag := func(in []iam.Tag) {
		did[iam.TagUserOutput](f, "TagUser", &iam.TagUserInput{UserName: ptr("ana"), Tags: in})
	}
	expect := func(want string) {
		t.Helper()
		out := did[iam.ListUserTagsOutput](f, "ListUserTags", &iam.ListUserTagsInput{UserName: ptr("ana")})
		var got []string
		for _, tag := range out.Tags {
			got = append(got, *tag.Key+"="+*tag.Value)
		}
		if strings.Join(got, " ") != want || *out.IsTruncated {
			t.Errorf("tags %v, want %s", got, want)
		}
	}
	expect("")
	tag(tags("team", "blue", "cost", "7"))
	expect("cost=7 team=blue")
	tag(tags("Team", "red")) // 1.8: key replaced, new case kept
	expect("Team=red cost=7")
	did[iam.UntagUserOutput](f, "UntagUser", &iam.UntagUserInput{UserName: ptr("ana"), TagKeys: []string{"COST", "none"}})
	expect("Team=red")

	for i := range 49 {
		tag(tags(fmt.Sprintf("k%02d", i), "v"))
	}
	f.refused("TagUser", &iam.TagUserInput{UserName: ptr("ana"), Tags: tags("one", "more")}, 409, "LimitExceeded", "Cannot exceed quota for TagsPerResource: 50")
	tag(tags("k00", "replaced"))
	for operation, in := range map[string]any{
		"TagUser":      &iam.TagUserInput{UserName: ptr("eve"), Tags: tags("a", "b")},
		"UntagUser":    &iam.UntagUserInput{UserName: ptr("eve"), TagKeys: []string{"a"}},
		"ListUserTags": &iam.ListUserTagsInput{UserName: ptr("eve")},
	} {
		f.refused(operation, in, 404, "NoSuchEntity", "The user with name eve cannot be found.")
	}
}
