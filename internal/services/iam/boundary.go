package iam

import (
	"context"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

func (s *Service) boundaryMethods() methods {
	return methods{
		"PutUserPermissionsBoundary":    services.Write(putUserPermissionsBoundary),
		"PutRolePermissionsBoundary":    services.Write(putRolePermissionsBoundary),
		"DeleteUserPermissionsBoundary": services.Write(deleteUserPermissionsBoundary),
		"DeleteRolePermissionsBoundary": services.Write(deleteRolePermissionsBoundary),
	}
}

func putUserPermissionsBoundary(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.PutUserPermissionsBoundaryInput) (*iam.PutUserPermissionsBoundaryOutput, error) {
	u, err := tx.User(*in.UserName)
	if err != nil {
		return nil, err
	}
	return &iam.PutUserPermissionsBoundaryOutput{}, tx.SetUserBoundary(u, *in.PermissionsBoundary)
}

func putRolePermissionsBoundary(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.PutRolePermissionsBoundaryInput) (*iam.PutRolePermissionsBoundaryOutput, error) {
	r, err := tx.Role(*in.RoleName)
	if err != nil {
		return nil, err
	}
	return &iam.PutRolePermissionsBoundaryOutput{}, tx.SetRoleBoundary(r, *in.PermissionsBoundary)
}

func deleteUserPermissionsBoundary(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.DeleteUserPermissionsBoundaryInput) (*iam.DeleteUserPermissionsBoundaryOutput, error) {
	u, err := tx.User(*in.UserName)
	if err != nil {
		return nil, err
	}
	tx.RemoveUserBoundary(u)
	return &iam.DeleteUserPermissionsBoundaryOutput{}, nil
}

func deleteRolePermissionsBoundary(_ context.Context, _ *api.Call, tx *directory.Tx, in *iam.DeleteRolePermissionsBoundaryInput) (*iam.DeleteRolePermissionsBoundaryOutput, error) {
	r, err := tx.Role(*in.RoleName)
	if err != nil {
		return nil, err
	}
	return &iam.DeleteRolePermissionsBoundaryOutput{}, tx.RemoveRoleBoundary(r)
}
