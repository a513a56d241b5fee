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

func (s *Service) loginProfileMethods() methods {
	return methods{
		"CreateLoginProfile": services.WritePrepared(s.hashCreated, createLoginProfile),
		"GetLoginProfile":    services.Read(getLoginProfile),
		"UpdateLoginProfile": services.WritePrepared(s.hashUpdated, updateLoginProfile),
		"DeleteLoginProfile": services.Write(deleteLoginProfile),
		"ChangePassword":     services.WritePrepared(s.hashChanged, changePassword),
	}
}

// newPassword hashes a password, and compares it with those that the user may not
// use again. u is nil where there is no such user: the transaction says so.
func (s *Service) newPassword(ctx context.Context, v *directory.View, u *directory.User, text string) (*directory.NewPassword, error) {
	p := &directory.NewPassword{Text: text, Same: map[string]bool{}}
	var err error
	if u != nil {
		for _, hash := range v.PasswordHashes(u) {
			if p.Same[hash], err = s.passwords.Verify(ctx, hash, text); err != nil {
				return nil, err
			}
		}
	}
	p.Hash, err = s.passwords.Hash(ctx, text)
	return p, err
}

// errNoPassword: only a root session of AssumeRoot may leave the password out
// [API_CreateLoginProfile], and it is not what calls here.
var errNoPassword = api.Errorf(http.StatusBadRequest, "ValidationError",
	"1 validation error detected: Value null at 'password' failed to satisfy constraint: Member must not be null")

func (s *Service) hashCreated(ctx context.Context, call *api.Call, in *iam.CreateLoginProfileInput) (*directory.NewPassword, error) {
	if in.Password == nil {
		return nil, errNoPassword
	}
	return s.newPassword(ctx, s.directory.View(call.Account), nil, *in.Password)
}

func createLoginProfile(_ context.Context, call *api.Call, tx *directory.Tx, in *iam.CreateLoginProfileInput, p *directory.NewPassword) (*iam.CreateLoginProfileOutput, error) {
	u, err := subjectUser(&tx.View, call, in.UserName)
	if err != nil {
		return nil, err
	}
	login, err := tx.CreateLoginProfile(u, *p, in.PasswordResetRequired != nil && *in.PasswordResetRequired)
	if err != nil {
		return nil, err
	}
	return &iam.CreateLoginProfileOutput{LoginProfile: loginProfileOut(u, login)}, nil
}

func getLoginProfile(_ context.Context, call *api.Call, v *directory.View, in *iam.GetLoginProfileInput) (*iam.GetLoginProfileOutput, error) {
	u, err := subjectUser(v, call, in.UserName)
	if err != nil {
		return nil, err
	}
	login, err := u.LoginProfile()
	if err != nil {
		return nil, err
	}
	return &iam.GetLoginProfileOutput{LoginProfile: loginProfileOut(u, login)}, nil
}

// hashUpdated gives nil where the password stays.
func (s *Service) hashUpdated(ctx context.Context, call *api.Call, in *iam.UpdateLoginProfileInput) (*directory.NewPassword, error) {
	if in.Password == nil {
		return nil, nil
	}
	v := s.directory.View(call.Account)
	u, err := v.User(*in.UserName)
	if err != nil {
		return nil, err
	}
	return s.newPassword(ctx, v, u, *in.Password)
}

func updateLoginProfile(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.UpdateLoginProfileInput, p *directory.NewPassword) (*iam.UpdateLoginProfileOutput, error) {
	u, err := tx.User(*in.UserName)
	if err != nil {
		return nil, err
	}
	return &iam.UpdateLoginProfileOutput{}, tx.UpdateLoginProfile(u, p, in.PasswordResetRequired)
}

func deleteLoginProfile(_ context.Context, call *api.Call, tx *directory.Tx, in *iam.DeleteLoginProfileInput) (*iam.DeleteLoginProfileOutput, error) {
	u, err := subjectUser(&tx.View, call, in.UserName)
	if err != nil {
		return nil, err
	}
	return &iam.DeleteLoginProfileOutput{}, tx.DeleteLoginProfile(u)
}

// change is a change of the caller's own password: the old one was that of proved.
type change struct {
	proved string
	*directory.NewPassword
}

// errInvalidUserType: root users and sessions of roles have no password that this
// operation changes [API_ChangePassword].
var errInvalidUserType = api.Errorf(http.StatusBadRequest, "InvalidUserType", "Only IAM Users can change their own password")

// errOldPassword is the answer to a wrong old password.
var errOldPassword = api.Errorf(http.StatusForbidden, "AccessDenied", "The old password was incorrect.")

func (s *Service) hashChanged(ctx context.Context, call *api.Call, in *iam.ChangePasswordInput) (change, error) {
	v := s.directory.View(call.Account)
	if call.Principal.Kind != policy.User {
		return change{}, errInvalidUserType
	}
	u, err := subjectUser(v, call, nil)
	if err != nil {
		return change{}, err
	}
	login, err := u.LoginProfile()
	if err != nil {
		return change{}, err
	}
	ok, err := s.passwords.Verify(ctx, login.Hash, *in.OldPassword)
	if err != nil {
		return change{}, err
	}
	if !ok {
		return change{}, errOldPassword
	}
	p, err := s.newPassword(ctx, v, u, *in.NewPassword)
	return change{login.Hash, p}, err
}

// changePassword sets the password that hashChanged prepared, unless the one that
// was proved is no longer the user's. Who changes it has done what a reset asks for.
func changePassword(_ context.Context, call *api.Call, tx *directory.Tx, _ *iam.ChangePasswordInput, c change) (*iam.ChangePasswordOutput, error) {
	u, err := subjectUser(&tx.View, call, nil)
	if err != nil {
		return nil, err
	}
	login, err := u.LoginProfile()
	if err != nil {
		return nil, err
	}
	if login.Hash != c.proved {
		return nil, errOldPassword
	}
	return &iam.ChangePasswordOutput{}, tx.UpdateLoginProfile(u, c.NewPassword, new(bool))
}

func loginProfileOut(u *directory.User, login *directory.LoginProfile) *iam.LoginProfile {
	return &iam.LoginProfile{UserName: &u.Name, CreateDate: &login.Created, PasswordResetRequired: &login.ResetRequired}
}
