package authz

import (
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

func accessKeyRows() Table {
	return Table{
		"CreateAccessKey":      On(func(q *Question, in *iam.CreateAccessKeyInput) error { q.onSubject(in.UserName); return nil }),
		"UpdateAccessKey":      On(func(q *Question, in *iam.UpdateAccessKeyInput) error { q.onSubject(in.UserName); return nil }),
		"DeleteAccessKey":      On(func(q *Question, in *iam.DeleteAccessKeyInput) error { q.onSubject(in.UserName); return nil }),
		"ListAccessKeys":       On(func(q *Question, in *iam.ListAccessKeysInput) error { q.onSubject(in.UserName); return nil }),
		"GetAccessKeyLastUsed": On(accessKeyLastUsedRow),
	}
}

// accessKeyLastUsedRow asks about the user that the key belongs to, and prints the
// key alone: a refusal does not tell whose it is (D-09). A key that is not there has
// no owner; only who may ask about all of them is told so.
func accessKeyLastUsedRow(q *Question, in *iam.GetAccessKeyLastUsedInput) error {
	q.onOwner(q.View.AccessKey(*in.AccessKeyId)).PrintName("access key ", *in.AccessKeyId)
	return nil
}

func (q *Question) onOwner(k *directory.AccessKey) *Ask {
	switch {
	case k == nil:
	case k.User == "":
		return q.On(directory.RootARN(q.Call.Account))
	default:
		if u := q.View.UserByID(k.User); u != nil {
			return q.On(u.ARN(q.Call.Account)).ResourceTags(u.Tags)
		}
	}
	return q.On("*")
}
