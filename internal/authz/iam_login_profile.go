package authz

import "github.com/gatehouse-iam/gatehouse/internal/api/iam"

func loginProfileRows() Table {
	return Table{
		"CreateLoginProfile": On(func(q *Question, in *iam.CreateLoginProfileInput) error { q.onSubject(in.UserName); return nil }),
		"GetLoginProfile":    On(func(q *Question, in *iam.GetLoginProfileInput) error { q.onSubject(in.UserName); return nil }),
		"UpdateLoginProfile": On(func(q *Question, in *iam.UpdateLoginProfileInput) error { q.onUser(*in.UserName); return nil }),
		"DeleteLoginProfile": On(func(q *Question, in *iam.DeleteLoginProfileInput) error { q.onSubject(in.UserName); return nil }),
		"ChangePassword": On(func(q *Question, _ *iam.ChangePasswordInput) error {
			q.onSubject(nil).Print("user " + subjectName(q, nil))
			return nil
		}),
	}
}
