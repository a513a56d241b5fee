package authz

import "github.com/gatehouse-iam/gatehouse/internal/api/iam"

func groupRows() Table {
	return Table{
		"CreateGroup": On(func(q *Question, in *iam.CreateGroupInput) error {
			q.On(iamARN(q.Call.Account, "group", pathOr(in.Path, "/"), *in.GroupName))
			return nil
		}),
		"GetGroup":    On(func(q *Question, in *iam.GetGroupInput) error { q.onGroup(*in.GroupName); return nil }),
		"UpdateGroup": On(updateGroupRow),
		"DeleteGroup": On(func(q *Question, in *iam.DeleteGroupInput) error { q.onGroup(*in.GroupName); return nil }),
		"ListGroups": On(func(q *Question, in *iam.ListGroupsInput) error {
			q.onList("group", in.PathPrefix)
			return nil
		}),
		"ListGroupsForUser": On(func(q *Question, in *iam.ListGroupsForUserInput) error { q.onUser(*in.UserName); return nil }),
		// A membership is decided on the group alone
		// (Service Authorization Reference, list_identityandaccessmanagement).
		"AddUserToGroup":      On(func(q *Question, in *iam.AddUserToGroupInput) error { q.onGroup(*in.GroupName); return nil }),
		"RemoveUserFromGroup": On(func(q *Question, in *iam.RemoveUserFromGroupInput) error { q.onGroup(*in.GroupName); return nil }),
	}
}

// updateGroupRow asks for the group as it is and as it will be [API_UpdateGroup].
func updateGroupRow(q *Question, in *iam.UpdateGroupInput) error {
	q.onGroup(*in.GroupName)
	if in.NewGroupName == nil && in.NewPath == nil {
		return nil
	}
	path, name := "/", *in.GroupName
	if g, err := q.View.Group(name); err == nil {
		path, name = g.Path, g.Name
	}
	path, name = pathOr(in.NewPath, path), pathOr(in.NewGroupName, name)
	q.On(iamARN(q.Call.Account, "group", path, name)).PrintName("group ", name)
	return nil
}

// onGroup asks about a group, as onUser does about a user. Groups have no tags.
func (q *Question) onGroup(name string) *Ask {
	if g, err := q.View.Group(name); err == nil {
		return q.On(g.ARN(q.Call.Account)).PrintName("group ", name)
	}
	return q.On(iamARN(q.Call.Account, "group", "/", name)).PrintName("group ", name)
}
