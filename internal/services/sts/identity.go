package sts

import (
	"context"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// getCallerIdentity tells a caller who it is.
func (s *Service) getCallerIdentity(_ context.Context, call *api.Call, _ *directory.View, _ *sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
	p := call.Principal
	return &sts.GetCallerIdentityOutput{UserId: &p.UserID, Account: &p.Account, Arn: &p.ARN}, nil
}
