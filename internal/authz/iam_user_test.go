package authz

import (
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/authz/authztest"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

func ptr[T any](v T) *T { return &v }

// people makes the users Ana (under /ops/, tagged) and Bob, and the group Readers
// under /ops/.
func people(t *testing.T) *directory.Directory {
	t.Helper()
	d := openDirectory(t)
	change(t, d, func(tx *directory.Tx) error {
		_, err := tx.CreateUser(directory.NewUser{Name: "Ana", Path: "/ops/", Tags: []api.Tag{{Key: "team", Value: "blue"}}})
		if err != nil {
			return err
		}
		if _, err = tx.CreateUser(directory.NewUser{Name: "Bob", Path: "/"}); err != nil {
			return err
		}
		_, err = tx.CreateGroup("Readers", "/ops/")
		return err
	})
	return d
}

// row is a case: what an operation is decided on.
type rowCase struct {
	operation string
	in        any
	want      []string // "ARN | printed | keys", an ask each
}

func (c *rowCase) run(t *testing.T, d *directory.Directory, caller *api.Principal) {
	t.Helper()
	var got []string
	for _, ask := range asked(t, d, caller, c.operation, c.in) {
		if ask.Action != "iam:"+c.operation && ask.Action != "iam:TagUser" {
			t.Errorf("action %s", ask.Action)
		}
		got = append(got, strings.TrimRight(ask.Resource+" | "+printed(&ask)+" | "+keysOf(&ask), " "))
	}
	if !slices.Equal(got, c.want) {
		t.Errorf("asks\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
	}
}

const (
	arn     = "arn:aws:iam::111122223333:"
	anaTags = "aws:ResourceTag/team=blue iam:ResourceTag/team=blue"
	ana     = arn + "user/ops/Ana | user ana | " + anaTags
	nobody  = arn + "user/eve | user eve |"
)

// TestUserRows: M-05 and the printed forms of aws-errors 4.1.
func TestUserRows(t *testing.T) {
	d := people(t)
	tags := []iam.Tag{{Key: ptr("team"), Value: ptr("red")}, {Key: ptr("x"), Value: ptr("")}}
	for _, c := range []rowCase{
		{"CreateUser", &iam.CreateUserInput{UserName: ptr("eve")}, []string{arn + "user/eve | " + arn + "user/eve | aws:TagKeys=[]"}},
		{"CreateUser", &iam.CreateUserInput{UserName: ptr("eve"), Path: ptr("/ops/"), Tags: tags, PermissionsBoundary: ptr("arn:aws:iam::aws:policy/X")},
			[]string{arn + "user/ops/eve | " + arn + "user/ops/eve | iam:PermissionsBoundary=arn:aws:iam::aws:policy/X aws:RequestTag/team=red aws:RequestTag/x= aws:TagKeys=[team x]" +
				" aws:ResourceTag/team=red iam:ResourceTag/team=red aws:ResourceTag/x= iam:ResourceTag/x=",
				arn + "user/ops/eve | " + arn + "user/ops/eve | aws:RequestTag/team=red aws:RequestTag/x= aws:TagKeys=[team x]" +
					" aws:ResourceTag/team=red iam:ResourceTag/team=red aws:ResourceTag/x= iam:ResourceTag/x="}},
		{"GetUser", &iam.GetUserInput{UserName: ptr("ana")}, []string{ana}},
		{"GetUser", &iam.GetUserInput{UserName: ptr("eve")}, []string{nobody}},
		{"DeleteUser", &iam.DeleteUserInput{UserName: ptr("ana")}, []string{ana}},
		{"UpdateUser", &iam.UpdateUserInput{UserName: ptr("ana")}, []string{ana}},
		{"UpdateUser", &iam.UpdateUserInput{UserName: ptr("ana"), NewUserName: ptr("Zoe")}, []string{ana, arn + "user/ops/Zoe | user Zoe | " + anaTags}},
		{"UpdateUser", &iam.UpdateUserInput{UserName: ptr("ana"), NewPath: ptr("/")}, []string{ana, arn + "user/Ana | user Ana | " + anaTags}},
		{"UpdateUser", &iam.UpdateUserInput{UserName: ptr("eve"), NewPath: ptr("/x/")}, []string{nobody, arn + "user/x/eve | user eve |"}},
		{"ListUsers", &iam.ListUsersInput{}, []string{arn + "user/ | " + arn + "user/ |"}},
		{"ListUsers", &iam.ListUsersInput{PathPrefix: ptr("/ops/")}, []string{arn + "user/ops/ | " + arn + "user/ops/ |"}},
		{"TagUser", &iam.TagUserInput{UserName: ptr("ana"), Tags: tags}, []string{ana + " aws:RequestTag/team=red aws:RequestTag/x= aws:TagKeys=[team x]"}},
		{"UntagUser", &iam.UntagUserInput{UserName: ptr("ana"), TagKeys: []string{"team"}}, []string{ana + " aws:TagKeys=[team]"}},
		{"ListUserTags", &iam.ListUserTagsInput{UserName: ptr("ana")}, []string{ana}},
	} {
		t.Run(c.operation, func(t *testing.T) { c.run(t, d, rootCaller()) })
	}
}

// TestSubjectRows: whose user is meant where UserName is omitted (aws-errors 4.1:
// the path prints as null).
func TestSubjectRows(t *testing.T) {
	d := people(t)
	session := sessionCaller("sam")
	user := userCaller(t, d, "ana")
	id := ptr("AKIA0000000000000000")
	const own, theirs = arn + "user/ops/Ana | user nullAna | " + anaTags, arn + "user/sam | user nullsam |"
	for _, c := range []struct {
		caller *api.Principal
		rowCase
	}{
		{user, rowCase{"GetUser", &iam.GetUserInput{}, []string{arn + "user/ops/Ana | user Ana | " + anaTags}}},
		{session, rowCase{"GetUser", &iam.GetUserInput{}, []string{arn + "user/sam | user sam |"}}},
		{rootCaller(), rowCase{"ListAccessKeys", &iam.ListAccessKeysInput{}, []string{arn + "root | " + arn + "root |"}}},
		{user, rowCase{"ListAccessKeys", &iam.ListAccessKeysInput{}, []string{own}}},
		{session, rowCase{"ListAccessKeys", &iam.ListAccessKeysInput{}, []string{theirs}}},
		{session, rowCase{"ListAccessKeys", &iam.ListAccessKeysInput{UserName: ptr("ana")}, []string{ana}}},
		{user, rowCase{"CreateAccessKey", &iam.CreateAccessKeyInput{}, []string{own}}},
		{user, rowCase{"CreateAccessKey", &iam.CreateAccessKeyInput{UserName: ptr("eve")}, []string{nobody}}},
		{user, rowCase{"UpdateAccessKey", &iam.UpdateAccessKeyInput{AccessKeyId: id}, []string{own}}},
		{user, rowCase{"DeleteAccessKey", &iam.DeleteAccessKeyInput{AccessKeyId: id}, []string{own}}},
		{user, rowCase{"CreateLoginProfile", &iam.CreateLoginProfileInput{UserName: ptr("ana")}, []string{ana}}},
		{user, rowCase{"GetLoginProfile", &iam.GetLoginProfileInput{UserName: ptr("ana")}, []string{ana}}},
		{user, rowCase{"UpdateLoginProfile", &iam.UpdateLoginProfileInput{UserName: ptr("ana")}, []string{ana}}},
		{user, rowCase{"DeleteLoginProfile", &iam.DeleteLoginProfileInput{UserName: ptr("ana")}, []string{ana}}},
		{user, rowCase{"ChangePassword", &iam.ChangePasswordInput{}, []string{arn + "user/ops/Ana | user Ana | " + anaTags}}},
		{session, rowCase{"ChangePassword", &iam.ChangePasswordInput{}, []string{arn + "user/sam | user sam |"}}},
	} {
		t.Run(c.operation, func(t *testing.T) { c.run(t, d, c.caller) })
	}
}

// TestUserRefusals: the sentences of aws-errors 4.1, for a user whom nothing is
// allowed and for a session.
func TestUserRefusals(t *testing.T) {
	d := people(t)
	change(t, d, func(tx *directory.Tx) error {
		_, err := tx.CreateRole(directory.NewRole{Name: "r", Path: "/", Trust: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"111122223333"}}}`})
		return err
	})
	role, err := d.View(accountID).Role("r")
	if err != nil {
		t.Fatal(err)
	}
	session := sessionCaller("sam")
	session.EntityID = role.ID
	const bob, sam = "arn:aws:iam::111122223333:user/Bob", "arn:aws:sts::111122223333:assumed-role/r/sam"
	for _, c := range []struct {
		row       string
		caller    *api.Principal
		operation string
		in        any
		who, on   string
	}{
		{"ListUsers", userCaller(t, d, "bob"), "ListUsers", &iam.ListUsersInput{}, bob, arn + "user/"},
		{"ListGroups", userCaller(t, d, "bob"), "ListGroups", &iam.ListGroupsInput{}, bob, arn + "group/"},
		{"ListAccountAliases", userCaller(t, d, "bob"), "ListAccountAliases", &iam.ListAccountAliasesInput{}, bob, "*"},
		{"GetAccountSummary", userCaller(t, d, "bob"), "GetAccountSummary", &iam.GetAccountSummaryInput{}, bob, "*"},
		{"GetUser", userCaller(t, d, "bob"), "GetUser", &iam.GetUserInput{UserName: ptr("Ana")}, bob, "user Ana"},
		{"GetUser of a session", session, "GetUser", &iam.GetUserInput{}, sam, "user sam"},
		{"ListAccessKeys", userCaller(t, d, "bob"), "ListAccessKeys", &iam.ListAccessKeysInput{UserName: ptr("Ana")}, bob, "user Ana"},
		{"ListAccessKeys, UserName omitted", session, "ListAccessKeys", &iam.ListAccessKeysInput{}, sam, "user nullsam"},
		{"CreateUser", userCaller(t, d, "bob"), "CreateUser", &iam.CreateUserInput{UserName: ptr("eve"), Path: ptr("/x/")}, bob, arn + "user/x/eve"},
		{"CreateGroup", userCaller(t, d, "bob"), "CreateGroup", &iam.CreateGroupInput{GroupName: ptr("g")}, bob, arn + "group/g"},
		{"D-09 a user who is not there", userCaller(t, d, "bob"), "DeleteUser", &iam.DeleteUserInput{UserName: ptr("eve")}, bob, "user eve"},
	} {
		t.Run(c.row, func(t *testing.T) {
			err := Authorize(d.View(accountID), iamCall(c.caller, c.operation), IAM()[c.operation], c.in)
			want := "AccessDenied: User: " + c.who + " is not authorized to perform: iam:" + c.operation + " on resource: " + c.on +
				" because no identity-based policy allows the iam:" + c.operation + " action"
			if err == nil || authztest.Sentence(t, err.Error()) != want {
				t.Errorf("\n got %v\nwant %s", err, want)
			}
		})
	}
}

// TestUpdateUserNeedsBoth: who may change a user's name may not move it where he
// has no permission [API_UpdateUser].
func TestUpdateUserNeedsBoth(t *testing.T) {
	d := people(t)
	change(t, d, func(tx *directory.Tx) error {
		u, err := tx.User("bob")
		if err != nil {
			return err
		}
		return tx.PutUserPolicy(u, "move", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:UpdateUser","Resource":"arn:aws:iam::111122223333:user/ops/*"}}`)
	})
	for path, allowed := range map[string]bool{"/ops/eu/": true, "/": false} {
		in := &iam.UpdateUserInput{UserName: ptr("ana"), NewPath: &path}
		err := Authorize(d.View(accountID), iamCall(userCaller(t, d, "bob"), "UpdateUser"), IAM()["UpdateUser"], in)
		if (err == nil) != allowed {
			t.Errorf("to %s: %v", path, err)
		}
	}
}

// TestDelegatedUserAdministration: an administrator who may make users only with a
// permissions boundary [access_policies_boundaries: delegating responsibility].
func TestDelegatedUserAdministration(t *testing.T) {
	d := people(t)
	const boundary = arn + "policy/XCompanyBoundaries"
	change(t, d, func(tx *directory.Tx) error {
		u, err := tx.User("bob")
		if err != nil {
			return err
		}
		return tx.PutUserPolicy(u, "delegated", `{"Version":"2012-10-17","Statement":[
			{"Effect":"Allow","Action":"iam:CreateUser","Resource":"*","Condition":{"StringEquals":{"iam:PermissionsBoundary":"`+boundary+`"}}},
			{"Effect":"Allow","Action":"iam:TagUser","Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/team":"blue"}}}]}`)
	})
	blue, red := []iam.Tag{{Key: ptr("team"), Value: ptr("blue")}}, []iam.Tag{{Key: ptr("team"), Value: ptr("red")}}
	for _, c := range []struct {
		name    string
		in      iam.CreateUserInput
		allowed bool
	}{
		{"with the boundary", iam.CreateUserInput{PermissionsBoundary: ptr(boundary), Tags: blue}, true},
		{"without a boundary", iam.CreateUserInput{Tags: blue}, false},
		{"with another boundary", iam.CreateUserInput{PermissionsBoundary: ptr(directory.AdministratorAccess), Tags: blue}, false},
		{"with another tag", iam.CreateUserInput{PermissionsBoundary: ptr(boundary), Tags: red}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.in.UserName = ptr("eve")
			err := Authorize(d.View(accountID), iamCall(userCaller(t, d, "bob"), "CreateUser"), IAM()["CreateUser"], &c.in)
			if (err == nil) != c.allowed {
				t.Errorf("%v", err)
			}
		})
	}
}
