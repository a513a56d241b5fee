package sts

import (
	"context"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// getAccessKeyInfo tells the account of an access key id: the one that the id
// encodes, whether or not the key exists [API_GetAccessKeyInfo]. A fixed root key
// encodes none; its own account may still ask for it.
func (s *Service) getAccessKeyInfo(_ context.Context, _ *api.Call, v *directory.View, in *sts.GetAccessKeyInfoInput) (*sts.GetAccessKeyInfoOutput, error) {
	account := directory.AccessKeyAccount(*in.AccessKeyId)
	if account == "" && v.AccessKey(*in.AccessKeyId) != nil {
		account = v.Account()
	}
	if account == "" {
		return nil, validationError("Access key ID %s is not valid.", *in.AccessKeyId)
	}
	return &sts.GetAccessKeyInfoOutput{Account: &account}, nil
}
