package authz

import (
	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
)

func userRows() Table {
	return Table{
		"CreateUser": On(createUserRow),
		"GetUser": On(func(q *Question, in *iam.GetUserInput) error {
			q.onSubject(in.UserName).PrintName("user ", subjectName(q, in.UserName))
			return nil
		}),
		"UpdateUser": On(updateUserRow),
		"DeleteUser": On(func(q *Question, in *iam.DeleteUserInput) error { q.onUser(*in.UserName); return nil }),
		"ListUsers": On(func(q *Question, in *iam.ListUsersInput) error {
			q.onList("user", in.PathPrefix)
			return nil
		}),
		"TagUser": On(func(q *Question, in *iam.TagUserInput) error {
			q.onUser(*in.UserName).RequestTags(iamTags(in.Tags))
			return nil
		}),
		"UntagUser": On(func(q *Question, in *iam.UntagUserInput) error {
			q.onUser(*in.UserName).KeyList("aws:TagKeys", in.TagKeys)
			return nil
		}),
		"ListUserTags": On(func(q *Question, in *iam.ListUserTagsInput) error { q.onUser(*in.UserName); return nil }),
	}
}

// createUserRow prints the whole ARN, as AWS does for what is not there yet
// (aws-errors 4.1). The user is created with the tags, so they are its tags (K-22);
// that needs the permission to tag as well [id_tags_users].
func createUserRow(q *Question, in *iam.CreateUserInput) error {
	arn := iamARN(q.Call.Account, "user", pathOr(in.Path, "/"), *in.UserName)
	tags := iamTags(in.Tags)
	q.On(arn).Key("iam:PermissionsBoundary", in.PermissionsBoundary).RequestTags(tags).ResourceTags(tags)
	if len(tags) > 0 {
		q.Ask("TagUser", arn).RequestTags(tags).ResourceTags(tags)
	}
	return nil
}

// updateUserRow asks for the user as it is and as it will be: who changes a name
// or path needs the permission on both [API_UpdateUser].
func updateUserRow(q *Question, in *iam.UpdateUserInput) error {
	q.onUser(*in.UserName)
	if in.NewUserName == nil && in.NewPath == nil {
		return nil
	}
	path, name, tags := "/", *in.UserName, []api.Tag(nil)
	if u, err := q.View.User(name); err == nil {
		path, name, tags = u.Path, u.Name, u.Tags
	}
	path, name = pathOr(in.NewPath, path), pathOr(in.NewUserName, name)
	q.On(iamARN(q.Call.Account, "user", path, name)).PrintName("user ", name).ResourceTags(tags)
	return nil
}

// onUser asks about a user: under its own ARN and tags where it exists, else under
// the path / and the name given, so that the refusal does not tell (D-09).
func (q *Question) onUser(name string) *Ask {
	if u, err := q.View.User(name); err == nil {
		return q.On(u.ARN(q.Call.Account)).PrintName("user ", name).ResourceTags(u.Tags)
	}
	return q.On(iamARN(q.Call.Account, "user", "/", name)).PrintName("user ", name)
}

// onSubject asks about the user that is named, else about the caller's own. Then
// AWS prints the path that it was not given: user nullana (aws-errors 4.1).
func (q *Question) onSubject(name *string) *Ask {
	if name != nil {
		return q.onUser(*name)
	}
	p := q.Call.Principal
	switch p.Kind {
	case policy.Root:
		return q.On(directory.RootARN(q.Call.Account))
	case policy.User:
		if u := q.View.UserByID(p.EntityID); u != nil {
			return q.On(u.ARN(q.Call.Account)).PrintName("user null", subjectName(q, nil)).ResourceTags(u.Tags)
		}
	}
	return q.On(iamARN(q.Call.Account, "user", "/", subjectName(q, nil))).PrintName("user null", subjectName(q, nil))
}

// subjectName is the name of the user that is meant; for a caller that is none, the
// name of its session stands there.
func subjectName(q *Question, name *string) string {
	p := q.Call.Principal
	switch {
	case name != nil:
		return *name
	case p.UserName != "":
		return p.UserName
	case p.Session != nil:
		return p.Session.Name
	}
	return ""
}

// onList asks about a list of one kind of entity: the ARN of the kind with the path
// prefix asked for (M-05).
func (q *Question) onList(kind string, pathPrefix *string) *Ask {
	return q.On("arn:aws:iam::" + q.Call.Account + ":" + kind + pathOr(pathPrefix, "/"))
}

// iamARN is the ARN of an entity that is not there, or not there yet.
func iamARN(account, kind, path, name string) string {
	return "arn:aws:iam::" + account + ":" + kind + path + name
}

func pathOr(given *string, otherwise string) string {
	if given == nil {
		return otherwise
	}
	return *given
}

// iamTags are the tags of an IAM input.
func iamTags(in []iam.Tag) []api.Tag {
	tags := make([]api.Tag, len(in))
	for i, t := range in {
		tags[i] = api.Tag{Key: *t.Key, Value: *t.Value}
	}
	return tags
}
