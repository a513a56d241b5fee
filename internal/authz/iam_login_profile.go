package authz

import (
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/policy"
)

func loginProfileRows() Table {
	return Table{
		"CreateLoginProfile": On(func(q *Question, in *iam.CreateLoginProfileInput) error { q.onSubject(in.UserName); return nil }),
		"GetLoginProfile":    On(func(q *Question, in *iam.GetLoginProfileInput) error { q.onSubject(in.UserName); return nil }),
		"UpdateLoginProfile": On(func(q *Question, in *iam.UpdateLoginProfileInput) error { q.onUser(*in.UserName); return nil }),
		"DeleteLoginProfile": On(func(q *Question, in *iam.DeleteLoginProfileInput) error { q.onSubject(in.UserName); return nil }),
		"ChangePassword": On(func(q *Question, _ *iam.ChangePasswordInput) error {
			q.onSubject(nil).PrintName("user ", subjectName(q, nil)).Granted = q.usersChangePasswords()
			return nil
		}),
	}
}

// usersChangePasswords: an account's password policy may allow every user the own
// password, and to read the policy [id_credentials_passwords_account-policy].
func (q *Question) usersChangePasswords() bool {
	p, err := q.View.PasswordPolicy()
	return err == nil && p.UsersChange && q.Call.Principal.Kind == policy.User
}
