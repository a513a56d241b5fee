package authz

import (
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

func roleRows() Table {
	return Table{
		"CreateRole":            On(createRoleRow),
		"GetRole":               On(func(q *Question, in *iam.GetRoleInput) error { q.onBoundedRole(*in.RoleName); return nil }),
		"UpdateRole":            On(func(q *Question, in *iam.UpdateRoleInput) error { q.onBoundedRole(*in.RoleName); return nil }),
		"UpdateRoleDescription": On(func(q *Question, in *iam.UpdateRoleDescriptionInput) error { q.onBoundedRole(*in.RoleName); return nil }),
		"UpdateAssumeRolePolicy": On(func(q *Question, in *iam.UpdateAssumeRolePolicyInput) error {
			q.onBoundedRole(*in.RoleName)
			return nil
		}),
		"DeleteRole": On(func(q *Question, in *iam.DeleteRoleInput) error { q.onBoundedRole(*in.RoleName); return nil }),
		"ListRoles": On(func(q *Question, in *iam.ListRolesInput) error {
			q.onList("role", in.PathPrefix)
			return nil
		}),
		"TagRole": On(func(q *Question, in *iam.TagRoleInput) error {
			q.onRole(*in.RoleName).RequestTags(iamTags(in.Tags))
			return nil
		}),
		"UntagRole": On(func(q *Question, in *iam.UntagRoleInput) error {
			q.onRole(*in.RoleName).KeyList("aws:TagKeys", in.TagKeys)
			return nil
		}),
		"ListRoleTags": On(func(q *Question, in *iam.ListRoleTagsInput) error { q.onRole(*in.RoleName); return nil }),
	}
}

// createRoleRow prints the whole ARN, as AWS does for what is not there yet
// (aws-errors 4.1). Tags at creation need the permission to tag as well
// [id_tags_roles].
func createRoleRow(q *Question, in *iam.CreateRoleInput) error {
	arn := iamARN(q.Call.Account, "role", pathOr(in.Path, "/"), *in.RoleName)
	tags := iamTags(in.Tags)
	q.On(arn).Key("iam:PermissionsBoundary", in.PermissionsBoundary).RequestTags(tags).ResourceTags(tags)
	if len(tags) > 0 {
		q.Ask("TagRole", arn).RequestTags(tags).ResourceTags(tags)
	}
	return nil
}

// onRole asks about a role, as onUser does about a user.
func (q *Question) onRole(name string) *Ask {
	ask, _ := q.onRoleRecord(name)
	return ask
}

// onRoleRecord is onRole, with the role where there is one.
func (q *Question) onRoleRecord(name string) (*Ask, *directory.Role) {
	r, err := q.View.Role(name)
	if err != nil {
		return q.On(iamARN(q.Call.Account, "role", "/", name)).PrintName("role ", name), nil
	}
	return q.On(r.ARN(q.Call.Account)).PrintName("role ", name).ResourceTags(r.Tags), r
}
