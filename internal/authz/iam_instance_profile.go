package authz

import "github.com/gatehouse-iam/gatehouse/internal/api/iam"

func instanceProfileRows() Table {
	return Table{
		"CreateInstanceProfile": On(createInstanceProfileRow),
		"GetInstanceProfile": On(func(q *Question, in *iam.GetInstanceProfileInput) error {
			q.onProfile(*in.InstanceProfileName)
			return nil
		}),
		"DeleteInstanceProfile": On(func(q *Question, in *iam.DeleteInstanceProfileInput) error {
			q.onProfile(*in.InstanceProfileName)
			return nil
		}),
		"ListInstanceProfiles": On(func(q *Question, in *iam.ListInstanceProfilesInput) error {
			q.onList("instance-profile", in.PathPrefix)
			return nil
		}),
		"ListInstanceProfilesForRole": On(func(q *Question, in *iam.ListInstanceProfilesForRoleInput) error {
			q.onRole(*in.RoleName)
			return nil
		}),
		"AddRoleToInstanceProfile": On(addRoleRow),
		"RemoveRoleFromInstanceProfile": On(func(q *Question, in *iam.RemoveRoleFromInstanceProfileInput) error {
			q.onProfile(*in.InstanceProfileName)
			return nil
		}),
		"TagInstanceProfile": On(func(q *Question, in *iam.TagInstanceProfileInput) error {
			q.onProfile(*in.InstanceProfileName).RequestTags(iamTags(in.Tags))
			return nil
		}),
		"UntagInstanceProfile": On(func(q *Question, in *iam.UntagInstanceProfileInput) error {
			q.onProfile(*in.InstanceProfileName).KeyList("aws:TagKeys", in.TagKeys)
			return nil
		}),
		"ListInstanceProfileTags": On(func(q *Question, in *iam.ListInstanceProfileTagsInput) error {
			q.onProfile(*in.InstanceProfileName)
			return nil
		}),
	}
}

// createInstanceProfileRow is as createRoleRow.
func createInstanceProfileRow(q *Question, in *iam.CreateInstanceProfileInput) error {
	arn := iamARN(q.Call.Account, "instance-profile", pathOr(in.Path, "/"), *in.InstanceProfileName)
	tags := iamTags(in.Tags)
	q.On(arn).RequestTags(tags).awsTags(tags)
	if len(tags) > 0 {
		q.Ask("TagInstanceProfile", arn).RequestTags(tags).awsTags(tags)
	}
	return nil
}

// addRoleRow asks for the profile, and for handing the role to EC2: who may not
// pass a role must not reach it by a profile either [API_AddRoleToInstanceProfile].
func addRoleRow(q *Question, in *iam.AddRoleToInstanceProfileInput) error {
	q.onProfile(*in.InstanceProfileName)
	service := "ec2.amazonaws.com"
	if r, err := q.View.Role(*in.RoleName); err == nil {
		q.Ask("PassRole", r.ARN(q.Call.Account)).Key("iam:PassedToService", &service).ResourceTags(r.Tags)
		return nil
	}
	q.Ask("PassRole", iamARN(q.Call.Account, "role", "/", *in.RoleName)).Key("iam:PassedToService", &service)
	return nil
}

// onProfile asks about an instance profile, as onUser does about a user.
func (q *Question) onProfile(name string) *Ask {
	if p, err := q.View.Profile(name); err == nil {
		return q.On(p.ARN(q.Call.Account)).Print("instance profile " + name).awsTags(p.Tags)
	}
	return q.On(iamARN(q.Call.Account, "instance-profile", "/", name)).Print("instance profile " + name)
}
