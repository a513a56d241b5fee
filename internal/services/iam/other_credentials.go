package iam

import (
	"context"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

// otherCredentialMethods list the credentials besides passwords and access keys.
// None of them can be made yet, so that every list is empty. Tools ask before they
// delete a user: without an answer they would give up.
func (s *Service) otherCredentialMethods() methods {
	return methods{
		"ListMFADevices":                 services.Read(listMFADevices),
		"ListVirtualMFADevices":          services.Read(listVirtualMFADevices),
		"ListSSHPublicKeys":              services.Read(listSSHPublicKeys),
		"ListSigningCertificates":        services.Read(listSigningCertificates),
		"ListServiceSpecificCredentials": services.Read(listServiceSpecificCredentials),
	}
}

// noneOf is the empty list of a user's credentials, where the user is there.
func noneOf[Out any](v *directory.View, call *api.Call, name, marker *string) (listed[Out], error) {
	u, err := subject(v, call, name)
	if err != nil {
		return listed[Out]{}, err
	}
	p, err := pageOf(call, orEmpty(keyUserName(u)), marker, nil)
	if err != nil {
		return listed[Out]{}, err
	}
	return collectSlice(p, nil, func(none Out) Out { return none })
}

func listMFADevices(_ context.Context, call *api.Call, v *directory.View, in *iam.ListMFADevicesInput) (*iam.ListMFADevicesOutput, error) {
	l, err := noneOf[iam.MFADevice](v, call, in.UserName, in.Marker)
	if err != nil {
		return nil, err
	}
	return &iam.ListMFADevicesOutput{MFADevices: l.items, IsTruncated: l.truncated}, nil
}

func listVirtualMFADevices(_ context.Context, call *api.Call, _ *directory.View, in *iam.ListVirtualMFADevicesInput) (*iam.ListVirtualMFADevicesOutput, error) {
	if _, err := pageOf(call, "", in.Marker, in.MaxItems); err != nil {
		return nil, err
	}
	return &iam.ListVirtualMFADevicesOutput{VirtualMFADevices: []iam.VirtualMFADevice{}, IsTruncated: new(bool)}, nil
}

func listSSHPublicKeys(_ context.Context, call *api.Call, v *directory.View, in *iam.ListSSHPublicKeysInput) (*iam.ListSSHPublicKeysOutput, error) {
	l, err := noneOf[iam.SSHPublicKeyMetadata](v, call, in.UserName, in.Marker)
	if err != nil {
		return nil, err
	}
	return &iam.ListSSHPublicKeysOutput{SSHPublicKeys: l.items, IsTruncated: l.truncated}, nil
}

func listSigningCertificates(_ context.Context, call *api.Call, v *directory.View, in *iam.ListSigningCertificatesInput) (*iam.ListSigningCertificatesOutput, error) {
	l, err := noneOf[iam.SigningCertificate](v, call, in.UserName, in.Marker)
	if err != nil {
		return nil, err
	}
	return &iam.ListSigningCertificatesOutput{Certificates: l.items, IsTruncated: l.truncated}, nil
}

// listServiceSpecificCredentials lists one user's, or with AllUsers those of the
// account.
func listServiceSpecificCredentials(_ context.Context, call *api.Call, v *directory.View, in *iam.ListServiceSpecificCredentialsInput) (*iam.ListServiceSpecificCredentialsOutput, error) {
	if in.AllUsers != nil && *in.AllUsers {
		if _, err := pageOf(call, "", in.Marker, in.MaxItems); err != nil {
			return nil, err
		}
		return &iam.ListServiceSpecificCredentialsOutput{ServiceSpecificCredentials: []iam.ServiceSpecificCredentialMetadata{}, IsTruncated: new(bool)}, nil
	}
	l, err := noneOf[iam.ServiceSpecificCredentialMetadata](v, call, in.UserName, in.Marker)
	if err != nil {
		return nil, err
	}
	return &iam.ListServiceSpecificCredentialsOutput{ServiceSpecificCredentials: l.items, IsTruncated: l.truncated}, nil
}
