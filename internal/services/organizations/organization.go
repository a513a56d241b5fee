package organizations

import (
	"context"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

func organizationMethods() methods {
	return methods{
		"CreateOrganization":   services.Write(createOrganization),
		"DescribeOrganization": services.Read(describeOrganization),
		"ListRoots":            services.Read(listRoots),
	}
}

// createOrganization makes the caller's account the management account.
func createOrganization(_ context.Context, _ *api.Call, tx *directory.Tx, in *organizations.CreateOrganizationInput) (*organizations.CreateOrganizationOutput, error) {
	o, err := tx.CreateOrganization(or(in.FeatureSet, directory.AllFeatures))
	if err != nil {
		return nil, err
	}
	return &organizations.CreateOrganizationOutput{Organization: organization(&tx.View, o)}, nil
}

// describeOrganization answers any account of the organization.
func describeOrganization(_ context.Context, _ *api.Call, v *directory.View, _ *organizations.DescribeOrganizationInput) (*organizations.DescribeOrganizationOutput, error) {
	o, err := v.Organization()
	if err != nil {
		return nil, err
	}
	return &organizations.DescribeOrganizationOutput{Organization: organization(v, o)}, nil
}

// organization is the shape of the organization that the view's account is in.
// AvailablePolicyTypes is AWS's deprecated list of what can be enabled; nothing
// can, yet.
func organization(v *directory.View, o *directory.Organization) *organizations.Organization {
	manager := v.Manager()
	arn, managerARN := o.ARN(manager), o.AccountARN(manager, manager)
	return &organizations.Organization{
		Id: &o.ID, Arn: &arn, FeatureSet: &o.FeatureSet,
		MasterAccountId: &manager, MasterAccountArn: &managerARN,
		MasterAccountEmail:   &v.Of(manager).AccountRecord().Email,
		AvailablePolicyTypes: []organizations.PolicyTypeSummary{},
	}
}

// managed is the organization that the caller's account is in, and the view of its
// management account: what reads there is for whom the row has let in.
func managed(v *directory.View) (*directory.Organization, *directory.View, error) {
	o, err := v.Organization()
	if err != nil {
		return nil, nil, err
	}
	return o, v.Of(v.Manager()), nil
}

// listRoots: an organization has one root.
func listRoots(_ context.Context, _ *api.Call, v *directory.View, in *organizations.ListRootsInput) (*organizations.ListRootsOutput, error) {
	o, v, err := managed(v)
	if err != nil {
		return nil, err
	}
	if in.NextToken != nil {
		return nil, errNextToken()
	}
	arn, name := o.RootARN(v.Account()), "Root"
	return &organizations.ListRootsOutput{Roots: []organizations.Root{{
		Id: &o.Root, Arn: &arn, Name: &name, PolicyTypes: []organizations.PolicyTypeSummary{},
	}}}, nil
}
