package ec2

import (
	"context"
	"iter"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/ec2"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

func (s *Service) profileMethods() methods {
	return methods{
		"AssociateIamInstanceProfile":            services.Write(associateProfile),
		"ReplaceIamInstanceProfileAssociation":   services.Write(replaceProfile),
		"DisassociateIamInstanceProfile":         services.Write(disassociateProfile),
		"DescribeIamInstanceProfileAssociations": services.Read(describeAssociations),
	}
}

// The states of associations [API_IamInstanceProfileAssociation]. An answer says that
// the change is under way, as AWS's; the next look says that it is done.
const (
	associating    = "associating"
	associated     = "associated"
	disassociating = "disassociating"
)

// associateProfile gives an instance without a profile one: its next credentials are of
// the profile's role [API_AssociateIamInstanceProfile].
func associateProfile(_ context.Context, _ *api.Call, tx *directory.Tx, in *ec2.AssociateIamInstanceProfileInput) (*ec2.AssociateIamInstanceProfileOutput, error) {
	i := tx.Instance(*in.InstanceId)
	switch {
	case i == nil:
		return nil, notFound(*in.InstanceId)
	case !i.Living():
		return nil, fault("IncorrectInstanceState", "The instance '%s' is not in a valid state for this operation: it is terminated.", i.ID)
	case i.Association != "": // aws-samples/one-observability-demo#201
		return nil, fault("IncorrectState", "There is an existing association for instance %s", i.ID)
	}
	p, err := profileOf(&tx.View, in.IamInstanceProfile)
	if err != nil {
		return nil, err
	}
	return &ec2.AssociateIamInstanceProfileOutput{IamInstanceProfileAssociation: associationOut(tx.AssociateProfile(i, p), associating)}, nil
}

// replaceProfile gives an instance another profile, under a new association
// [API_ReplaceIamInstanceProfileAssociation].
func replaceProfile(_ context.Context, _ *api.Call, tx *directory.Tx, in *ec2.ReplaceIamInstanceProfileAssociationInput) (*ec2.ReplaceIamInstanceProfileAssociationOutput, error) {
	i, err := associatedInstance(&tx.View, *in.AssociationId)
	if err != nil {
		return nil, err
	}
	p, err := profileOf(&tx.View, in.IamInstanceProfile)
	if err != nil {
		return nil, err
	}
	return &ec2.ReplaceIamInstanceProfileAssociationOutput{IamInstanceProfileAssociation: associationOut(tx.AssociateProfile(i, p), associating)}, nil
}

// disassociateProfile takes its profile from an instance: it gets no more credentials
// [API_DisassociateIamInstanceProfile].
func disassociateProfile(_ context.Context, _ *api.Call, tx *directory.Tx, in *ec2.DisassociateIamInstanceProfileInput) (*ec2.DisassociateIamInstanceProfileOutput, error) {
	i, err := associatedInstance(&tx.View, *in.AssociationId)
	if err != nil {
		return nil, err
	}
	out := associationOut(i, disassociating)
	tx.DisassociateProfile(i)
	return &ec2.DisassociateIamInstanceProfileOutput{IamInstanceProfileAssociation: out}, nil
}

func associatedInstance(v *directory.View, association string) (*directory.Instance, error) {
	if i := authz.AssociatedInstance(v, association); i != nil {
		return i, nil
	}
	return nil, noAssociation(association)
}

func noAssociation(id string) *api.Error {
	return fault("InvalidAssociationID.NotFound", "The association ID '%s' does not exist", id)
}

func associationOut(i *directory.Instance, state string) *ec2.IamInstanceProfileAssociation {
	return &ec2.IamInstanceProfileAssociation{
		AssociationId: &i.Association, InstanceId: &i.ID, IamInstanceProfile: profileOut(i), State: &state, Timestamp: &i.Associated,
	}
}

var associationFilters = filters[*directory.Instance]{
	"instance-id": func(i *directory.Instance) []string { return []string{i.ID} },
	"state":       func(*directory.Instance) []string { return []string{associated} },
}

// describeAssociations lists associations in the order of their instances
// [API_DescribeIamInstanceProfileAssociations].
func describeAssociations(_ context.Context, call *api.Call, v *directory.View, in *ec2.DescribeIamInstanceProfileAssociationsInput) (*ec2.DescribeIamInstanceProfileAssociationsOutput, error) {
	wanted, err := associationFilters.of(in.Filters)
	if err != nil {
		return nil, err
	}
	p, err := pageOf(call, in.MaxResults, in.NextToken, len(in.AssociationIds) > 0, "associationIds")
	if err != nil {
		return nil, err
	}
	instances, err := associatedInstances(v, p.after, in.AssociationIds)
	if err != nil {
		return nil, err
	}
	found, next := take(p, instances, wanted, func(i *directory.Instance) string { return i.ID })
	out := &ec2.DescribeIamInstanceProfileAssociationsOutput{IamInstanceProfileAssociations: []ec2.IamInstanceProfileAssociation{}, NextToken: next}
	for _, i := range found {
		out.IamInstanceProfileAssociations = append(out.IamInstanceProfileAssociations, *associationOut(i, associated))
	}
	return out, nil
}

// associatedInstances are the instances that have an association: all, or those of the
// ids.
func associatedInstances(v *directory.View, after string, ids []string) (iter.Seq[*directory.Instance], error) {
	missing := map[string]bool{}
	for _, id := range ids {
		if err := authz.CheckAssociationID(id); err != nil {
			return nil, err
		}
		missing[id] = true
	}
	var found []*directory.Instance
	for i := range v.Instances(after) {
		if i.Association == "" || len(ids) > 0 && !missing[i.Association] {
			continue
		}
		delete(missing, i.Association)
		found = append(found, i)
	}
	for id := range missing {
		return nil, noAssociation(id)
	}
	return func(yield func(*directory.Instance) bool) {
		for _, i := range found {
			if !yield(i) {
				return
			}
		}
	}, nil
}
