package ec2

import (
	"github.com/gatehouse-iam/gatehouse/internal/api/ec2"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// profileOf is the instance profile that a call names. It must hold a role.
func profileOf(v *directory.View, s *ec2.IamInstanceProfileSpecification) (*directory.InstanceProfile, error) {
	switch {
	case s == nil || s.Arn == nil && s.Name == nil:
		return nil, fault("MissingParameter", "The request must contain the parameter IamInstanceProfile")
	case s.Arn != nil && s.Name != nil:
		return nil, fault("InvalidParameterCombination", "The parameter iamInstanceProfile.name may not be used in combination with iamInstanceProfile.arn")
	}
	p := authz.ProfileOf(v, s)
	switch {
	case p == nil && s.Arn != nil:
		return nil, invalidValue("Value (%s) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN", *s.Arn)
	case p == nil: // hashicorp/terraform-provider-aws#24281
		return nil, invalidValue("Value (%s) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name", *s.Name)
	case v.RoleByID(p.Role) == nil:
		return nil, invalidValue("IAM Instance Profile \"%s\" has no associated IAM Roles", p.ARN(v.Account()))
	}
	return p, nil
}
