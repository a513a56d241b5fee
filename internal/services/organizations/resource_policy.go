package organizations

import (
	"context"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

func resourcePolicyMethods() methods {
	return methods{
		"DeleteResourcePolicy":   services.Write(deleteResourcePolicy),
		"DescribeResourcePolicy": services.Read(describeResourcePolicy),
		"PutResourcePolicy":      services.Write(putResourcePolicy),
	}
}

// putResourcePolicy sets the policy by which the management account delegates.
func putResourcePolicy(_ context.Context, _ *api.Call, tx *directory.Tx, in *organizations.PutResourcePolicyInput) (*organizations.PutResourcePolicyOutput, error) {
	o, err := tx.ManagedOrganization()
	if err != nil {
		return nil, err
	}
	tags := authz.OrganizationTags(in.Tags)
	if err := checkTags(tags); err != nil {
		return nil, err
	}
	p, err := tx.SetResourcePolicy(o, *in.Content, tags)
	if err != nil {
		return nil, err
	}
	return &organizations.PutResourcePolicyOutput{ResourcePolicy: resourcePolicy(&tx.View, o, p)}, nil
}

func describeResourcePolicy(_ context.Context, _ *api.Call, v *directory.View, _ *organizations.DescribeResourcePolicyInput) (*organizations.DescribeResourcePolicyOutput, error) {
	o, v, err := managed(v)
	if err != nil {
		return nil, err
	}
	p, err := v.ResourcePolicy()
	if err != nil {
		return nil, err
	}
	return &organizations.DescribeResourcePolicyOutput{ResourcePolicy: resourcePolicy(v, o, p)}, nil
}

func deleteResourcePolicy(_ context.Context, _ *api.Call, tx *directory.Tx, _ *organizations.DeleteResourcePolicyInput) (*organizations.DeleteResourcePolicyOutput, error) {
	if _, err := tx.ManagedOrganization(); err != nil {
		return nil, err
	}
	return &organizations.DeleteResourcePolicyOutput{}, tx.DeleteResourcePolicy()
}

// resourcePolicy is the shape of a policy that v's account manages.
func resourcePolicy(v *directory.View, o *directory.Organization, p *directory.ResourcePolicy) *organizations.ResourcePolicy {
	arn, text := o.ResourcePolicyARN(v.Account(), p.ID), v.ResourcePolicyText(p)
	return &organizations.ResourcePolicy{
		ResourcePolicySummary: &organizations.ResourcePolicySummary{Id: &p.ID, Arn: &arn}, Content: &text,
	}
}
