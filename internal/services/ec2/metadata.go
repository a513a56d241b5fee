package ec2

import (
	"context"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/ec2"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

func (s *Service) metadataMethods() methods {
	return methods{"ModifyInstanceMetadataOptions": services.Write(modifyMetadataOptions)}
}

// modifyMetadataOptions changes what is given; the metadata service obeys at its next
// request [API_ModifyInstanceMetadataOptions].
func modifyMetadataOptions(_ context.Context, _ *api.Call, tx *directory.Tx, in *ec2.ModifyInstanceMetadataOptionsInput) (*ec2.ModifyInstanceMetadataOptionsOutput, error) {
	if err := checkMetadataOptions(in.HttpPutResponseHopLimit, in.HttpProtocolIpv6); err != nil {
		return nil, err
	}
	if in.HttpEndpoint == nil && in.HttpTokens == nil && in.HttpPutResponseHopLimit == nil && in.HttpProtocolIpv6 == nil && in.InstanceMetadataTags == nil {
		return nil, fault("MissingParameter", "The request must contain at least one of the parameters HttpTokens, HttpPutResponseHopLimit, HttpEndpoint, HttpProtocolIpv6 and InstanceMetadataTags")
	}
	i := tx.Instance(*in.InstanceId)
	switch {
	case i == nil:
		return nil, notFound(*in.InstanceId)
	case !i.Living():
		return nil, fault("IncorrectInstanceState", "The instance '%s' is not in a valid state for this operation: it is terminated.", i.ID)
	}
	if err := dryRun(in.DryRun); err != nil {
		return nil, err
	}
	c := i.Clone()
	c.Metadata = authz.Metadata(c.Metadata, in.HttpTokens, in.HttpEndpoint, in.InstanceMetadataTags, in.HttpPutResponseHopLimit)
	tx.PutInstance(c)
	return &ec2.ModifyInstanceMetadataOptionsOutput{InstanceId: &c.ID, InstanceMetadataOptions: metadataOut(c.Metadata)}, nil
}
