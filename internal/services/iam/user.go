package iam

import (
	"context"
	"net/http"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
	"github.com/gatehouse-iam/gatehouse/policy"
)

func (s *Service) userMethods() methods {
	return methods{
		"CreateUser":   services.Write(createUser),
		"GetUser":      services.Read(getUser),
		"UpdateUser":   services.Write(updateUser),
		"DeleteUser":   services.Write(deleteUser),
		"ListUsers":    services.Read(listUsers),
		"TagUser":      services.Write(tagUser),
		"UntagUser":    services.Write(untagUser),
		"ListUserTags": services.Read(listUserTags),
	}
}

// errNonUser: a call that means its caller's own user was made by none.
var errNonUser = api.Errorf(http.StatusBadRequest, "ValidationError", "Must specify userName when calling with non-User credentials")

// subject is the user that a call means: the one it names, else the caller. It is
// nil where that is the root user.
func subject(v *directory.View, call *api.Call, name *string) (*directory.User, error) {
	if name != nil {
		return v.User(*name)
	}
	switch call.Principal.Kind {
	case policy.Root:
		return nil, nil
	case policy.User:
		if u := v.UserByID(call.Principal.EntityID); u != nil {
			return u, nil
		}
	}
	return nil, errNonUser
}

// subjectUser is subject where the root user cannot be meant.
func subjectUser(v *directory.View, call *api.Call, name *string) (*directory.User, error) {
	u, err := subject(v, call, name)
	if err == nil && u == nil {
		return nil, errNonUser
	}
	return u, err
}

func createUser(_ context.Context, call *api.Call, tx *directory.Tx, in *iam.CreateUserInput) (*iam.CreateUserOutput, error) {
	u, err := tx.CreateUser(directory.NewUser{
		Name: *in.UserName, Path: orRoot(in.Path), Boundary: orEmpty(in.PermissionsBoundary), Tags: tagsIn(in.Tags),
	})
	if err != nil {
		return nil, err
	}
	out := userDetail(call.Account, u)
	return &iam.CreateUserOutput{User: &out}, nil
}

func getUser(_ context.Context, call *api.Call, v *directory.View, in *iam.GetUserInput) (*iam.GetUserOutput, error) {
	u, err := subject(v, call, in.UserName)
	if err != nil {
		return nil, err
	}
	if u == nil {
		return &iam.GetUserOutput{User: rootUser(v.AccountRecord())}, nil
	}
	out := userDetail(call.Account, u)
	return &iam.GetUserOutput{User: &out}, nil
}

// rootUser is the root user as GetUser shows it: the account's id as the user's,
// and neither name nor path [API_GetUser].
func rootUser(a *directory.Account) *iam.User {
	arn := directory.RootARN(a.ID)
	return &iam.User{UserId: &a.ID, Arn: &arn, CreateDate: &a.Created}
}

func updateUser(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.UpdateUserInput) (*iam.UpdateUserOutput, error) {
	u, err := tx.User(*in.UserName)
	if err != nil {
		return nil, err
	}
	return &iam.UpdateUserOutput{}, tx.MoveUser(u, orEmpty(in.NewUserName), orEmpty(in.NewPath))
}

func deleteUser(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.DeleteUserInput) (*iam.DeleteUserOutput, error) {
	u, err := tx.User(*in.UserName)
	if err != nil {
		return nil, err
	}
	return &iam.DeleteUserOutput{}, tx.DeleteUser(u)
}

func listUsers(_ context.Context, call *api.Call, v *directory.View, in *iam.ListUsersInput) (*iam.ListUsersOutput, error) {
	p, err := pageOf(call, orEmpty(in.PathPrefix), in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	users := underPath(v.Users(p.after), in.PathPrefix, func(u *directory.User) string { return u.Path })
	l := collect(p, users, userName, func(u *directory.User) iam.User { return userOut(call.Account, u) })
	return &iam.ListUsersOutput{Users: l.items, IsTruncated: l.truncated, Marker: l.marker}, nil
}

func tagUser(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.TagUserInput) (*iam.TagUserOutput, error) {
	u, err := tx.User(*in.UserName)
	if err != nil {
		return nil, err
	}
	return &iam.TagUserOutput{}, tx.TagUser(u, tagsIn(in.Tags))
}

func untagUser(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.UntagUserInput) (*iam.UntagUserOutput, error) {
	u, err := tx.User(*in.UserName)
	if err != nil {
		return nil, err
	}
	tx.UntagUser(u, in.TagKeys)
	return &iam.UntagUserOutput{}, nil
}

func listUserTags(_ context.Context, call *api.Call, v *directory.View, in *iam.ListUserTagsInput) (*iam.ListUserTagsOutput, error) {
	u, err := v.User(*in.UserName)
	if err != nil {
		return nil, err
	}
	p, err := pageOf(call, u.Name, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	l, err := collectSlice(p, u.Tags, tagOut)
	if err != nil {
		return nil, err
	}
	return &iam.ListUserTagsOutput{Tags: l.items, IsTruncated: l.truncated, Marker: l.marker}, nil
}

func userName(u *directory.User) string { return u.Name }

// userOut is a user as lists show it, without tags and boundary [API_ListUsers].
func userOut(account string, u *directory.User) iam.User {
	arn := u.ARN(account)
	out := iam.User{Path: &u.Path, UserName: &u.Name, UserId: &u.ID, Arn: &arn, CreateDate: &u.Created}
	if !u.PasswordLastUsed.IsZero() {
		out.PasswordLastUsed = &u.PasswordLastUsed
	}
	return out
}

// userDetail is a user as GetUser shows it.
func userDetail(account string, u *directory.User) iam.User {
	out := userOut(account, u)
	out.Tags = tagsOut(u.Tags)
	out.PermissionsBoundary = boundaryOut(u.Boundary)
	return out
}

// boundaryOut is a permissions boundary as answers show it; its type has one value.
func boundaryOut(arn string) *iam.AttachedPermissionsBoundary {
	if arn == "" {
		return nil
	}
	kind := "Policy"
	return &iam.AttachedPermissionsBoundary{PermissionsBoundaryType: &kind, PermissionsBoundaryArn: &arn}
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// orRoot is the path given, "/" where none is.
func orRoot(path *string) string {
	if path == nil {
		return "/"
	}
	return *path
}
