package authz

import (
	"net/http"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/ec2"
	"github.com/gatehouse-iam/gatehouse/internal/catalog"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// maxNamed is how many instances one call changes: a commit asserts each, with what
// else the decision reads.
const maxNamed = 30

func instanceRows(regions *catalog.Regions) Table {
	return Table{
		"TerminateInstances": On(func(q *Question, in *ec2.TerminateInstancesInput) error {
			if err := CheckNamed(in.InstanceIds); err != nil {
				return err
			}
			for _, id := range in.InstanceIds {
				if err := CheckInstanceID(id); err != nil {
					return err
				}
				q.onInstance(regions, q.Call.Operation.Action, id)
			}
			return nil
		}),
		"ModifyInstanceMetadataOptions": On(func(q *Question, in *ec2.ModifyInstanceMetadataOptionsInput) error {
			if err := CheckInstanceID(*in.InstanceId); err != nil {
				return err
			}
			q.onInstance(regions, q.Call.Operation.Action, *in.InstanceId)
			return nil
		}),
		"AssociateIamInstanceProfile": On(func(q *Question, in *ec2.AssociateIamInstanceProfileInput) error {
			if err := CheckInstanceID(*in.InstanceId); err != nil {
				return err
			}
			q.newProfile(regions, *in.InstanceId, in.IamInstanceProfile)
			return nil
		}),
		"ReplaceIamInstanceProfileAssociation": On(func(q *Question, in *ec2.ReplaceIamInstanceProfileAssociationInput) error {
			if err := CheckAssociationID(*in.AssociationId); err != nil {
				return err
			}
			q.newProfile(regions, q.associated(*in.AssociationId), in.IamInstanceProfile)
			return nil
		}),
		"DisassociateIamInstanceProfile": On(func(q *Question, in *ec2.DisassociateIamInstanceProfileInput) error {
			if err := CheckAssociationID(*in.AssociationId); err != nil {
				return err
			}
			q.onInstance(regions, q.Call.Operation.Action, q.associated(*in.AssociationId))
			return nil
		}),
	}
}

// CheckNamed refuses more instances than one call can change.
func CheckNamed(ids []string) error {
	if len(ids) <= maxNamed {
		return nil
	}
	return api.Errorf(http.StatusBadRequest, "InvalidParameterValue", "%d resources are named. One call takes at most %d.", len(ids), maxNamed)
}

// associated is the id of the instance of an association, and "*" where there is none:
// only who may do it to any instance learns that.
func (q *Question) associated(association string) string {
	if i := AssociatedInstance(q.View, association); i != nil {
		return i.ID
	}
	return "*"
}

// AssociatedInstance is the account's instance with the association, or nil.
func AssociatedInstance(v *directory.View, association string) *directory.Instance {
	for i := range v.Instances("") {
		if i.Association == association {
			return v.Instance(i.ID)
		}
	}
	return nil
}

// newProfile asks for giving an instance a profile, and its role.
func (q *Question) newProfile(regions *catalog.Regions, id string, s *ec2.IamInstanceProfileSpecification) {
	ask, p := q.onInstance(regions, q.Call.Operation.Action, id), ProfileOf(q.View, s)
	if p == nil {
		return
	}
	arn := p.ARN(q.Call.Account)
	q.passRole(p, ask.Key("ec2:NewInstanceProfile", &arn).Resource)
}

func instanceTagRows(regions *catalog.Regions) Table {
	return Table{
		"CreateTags": On(func(q *Question, in *ec2.CreateTagsInput) error {
			if err := checkTagged(in.Resources); err != nil {
				return err
			}
			for _, id := range in.Resources {
				q.onInstance(regions, q.Call.Operation.Action, id).RequestTags(EC2Tags(in.Tags))
			}
			return nil
		}),
		"DeleteTags": On(func(q *Question, in *ec2.DeleteTagsInput) error {
			if err := checkTagged(in.Resources); err != nil {
				return err
			}
			for _, id := range in.Resources {
				q.untag(id, EC2Tags(in.Tags))
			}
			return nil
		}),
	}
}

// untag has none of the instance's own keys: the Service Authorization Reference gives
// DeleteTags only those of tags.
func (q *Question) untag(id string, tags []api.Tag) {
	ask := q.On(directory.InstanceARN(q.Call.Region, q.Call.Account, id)).Key("ec2:Region", &q.Call.Region)
	if i := q.View.Instance(id); i != nil {
		ask.ResourceTags(i.Tags)
	}
	ask.RequestTags(tags)
}

// checkTagged refuses ids of anything but instances: nothing else can be tagged here.
func checkTagged(ids []string) error {
	if err := CheckNamed(ids); err != nil {
		return err
	}
	for _, id := range ids {
		if !strings.HasPrefix(id, "i-") {
			return api.Errorf(http.StatusBadRequest, "InvalidID", "The ID '%s' is not valid", short63(id))
		}
		if err := CheckInstanceID(id); err != nil {
			return err
		}
	}
	return nil
}
