package iam

import (
	"context"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

func (s *Service) groupMethods() methods {
	return methods{
		"CreateGroup":         services.Write(createGroup),
		"GetGroup":            services.Read(getGroup),
		"UpdateGroup":         services.Write(updateGroup),
		"DeleteGroup":         services.Write(deleteGroup),
		"ListGroups":          services.Read(listGroups),
		"ListGroupsForUser":   services.Read(listGroupsForUser),
		"AddUserToGroup":      services.Write(addUserToGroup),
		"RemoveUserFromGroup": services.Write(removeUserFromGroup),
	}
}

func createGroup(_ context.Context, call *api.Call, tx *directory.Tx, in *iam.CreateGroupInput) (*iam.CreateGroupOutput, error) {
	g, err := tx.CreateGroup(*in.GroupName, orRoot(in.Path))
	if err != nil {
		return nil, err
	}
	out := groupOut(call.Account, g)
	return &iam.CreateGroupOutput{Group: &out}, nil
}

func getGroup(_ context.Context, call *api.Call, v *directory.View, in *iam.GetGroupInput) (*iam.GetGroupOutput, error) {
	g, err := v.Group(*in.GroupName)
	if err != nil {
		return nil, err
	}
	p, err := pageOf(call, g.Name, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	l := collect(p, v.MembersAfter(g.ID, p.after),
		func(u *directory.User) string { return u.ID },
		func(u *directory.User) iam.User { return userOut(call.Account, u) })
	out := groupOut(call.Account, g)
	return &iam.GetGroupOutput{Group: &out, Users: l.items, IsTruncated: l.truncated, Marker: l.marker}, nil
}

func updateGroup(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.UpdateGroupInput) (*iam.UpdateGroupOutput, error) {
	g, err := tx.Group(*in.GroupName)
	if err != nil {
		return nil, err
	}
	return &iam.UpdateGroupOutput{}, tx.MoveGroup(g, orEmpty(in.NewGroupName), orEmpty(in.NewPath))
}

func deleteGroup(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.DeleteGroupInput) (*iam.DeleteGroupOutput, error) {
	g, err := tx.Group(*in.GroupName)
	if err != nil {
		return nil, err
	}
	return &iam.DeleteGroupOutput{}, tx.DeleteGroup(g)
}

func listGroups(_ context.Context, call *api.Call, v *directory.View, in *iam.ListGroupsInput) (*iam.ListGroupsOutput, error) {
	p, err := pageOf(call, orEmpty(in.PathPrefix), in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	groups := underPath(v.Groups(p.after), in.PathPrefix, func(g *directory.Group) string { return g.Path })
	l := collect(p, groups, groupName, func(g *directory.Group) iam.Group { return groupOut(call.Account, g) })
	return &iam.ListGroupsOutput{Groups: l.items, IsTruncated: l.truncated, Marker: l.marker}, nil
}

func listGroupsForUser(_ context.Context, call *api.Call, v *directory.View, in *iam.ListGroupsForUserInput) (*iam.ListGroupsForUserOutput, error) {
	u, err := v.User(*in.UserName)
	if err != nil {
		return nil, err
	}
	p, err := pageOf(call, u.Name, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	l, err := collectSlice(p, v.GroupsOf(u), func(g *directory.Group) iam.Group { return groupOut(call.Account, g) })
	if err != nil {
		return nil, err
	}
	return &iam.ListGroupsForUserOutput{Groups: l.items, IsTruncated: l.truncated, Marker: l.marker}, nil
}

func addUserToGroup(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.AddUserToGroupInput) (*iam.AddUserToGroupOutput, error) {
	g, u, err := membership(tx, *in.GroupName, *in.UserName)
	if err != nil {
		return nil, err
	}
	return &iam.AddUserToGroupOutput{}, tx.AddToGroup(u, g)
}

func removeUserFromGroup(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.RemoveUserFromGroupInput) (*iam.RemoveUserFromGroupOutput, error) {
	g, u, err := membership(tx, *in.GroupName, *in.UserName)
	if err != nil {
		return nil, err
	}
	tx.RemoveFromGroup(u, g)
	return &iam.RemoveUserFromGroupOutput{}, nil
}

func membership(tx *directory.Tx, group, user string) (*directory.Group, *directory.User, error) {
	g, err := tx.Group(group)
	if err != nil {
		return nil, nil, err
	}
	u, err := tx.User(user)
	return g, u, err
}

func groupName(g *directory.Group) string { return g.Name }

func groupOut(account string, g *directory.Group) iam.Group {
	arn := g.ARN(account)
	return iam.Group{Path: &g.Path, GroupName: &g.Name, GroupId: &g.ID, Arn: &arn, CreateDate: &g.Created}
}
