package iam

import (
	"context"
	"net/http"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

func (s *Service) accessKeyMethods() methods {
	return methods{
		"CreateAccessKey":      services.Write(createAccessKey),
		"UpdateAccessKey":      services.Write(updateAccessKey),
		"DeleteAccessKey":      services.Write(deleteAccessKey),
		"ListAccessKeys":       services.Read(listAccessKeys),
		"GetAccessKeyLastUsed": services.Read(s.getAccessKeyLastUsed),
	}
}

// The states of an access key.
const (
	active   = "Active"
	inactive = "Inactive"
)

func createAccessKey(_ context.Context, call *api.Call, tx *directory.Tx, in *iam.CreateAccessKeyInput) (*iam.CreateAccessKeyOutput, error) {
	u, err := subject(&tx.View, call, in.UserName)
	if err != nil {
		return nil, err
	}
	k, secret, err := tx.CreateAccessKey(u)
	if err != nil {
		return nil, err
	}
	return &iam.CreateAccessKeyOutput{AccessKey: &iam.AccessKey{
		UserName: keyUserName(u), AccessKeyId: &k.ID, Status: keyStatus(k), SecretAccessKey: &secret, CreateDate: &k.Created,
	}}, nil
}

// errKeyStatus: the model's third state is that of service-specific credentials.
var errKeyStatus = api.Errorf(http.StatusBadRequest, "ValidationError",
	"1 validation error detected: Value 'Expired' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]")

func updateAccessKey(_ context.Context, call *api.Call, tx *directory.Tx, in *iam.UpdateAccessKeyInput) (*iam.UpdateAccessKeyOutput, error) {
	if *in.Status != active && *in.Status != inactive {
		return nil, errKeyStatus
	}
	u, err := subject(&tx.View, call, in.UserName)
	if err != nil {
		return nil, err
	}
	k, err := tx.KeyOf(u, *in.AccessKeyId)
	if err != nil {
		return nil, err
	}
	tx.ActivateAccessKey(k, *in.Status == active)
	return &iam.UpdateAccessKeyOutput{}, nil
}

func deleteAccessKey(_ context.Context, call *api.Call, tx *directory.Tx, in *iam.DeleteAccessKeyInput) (*iam.DeleteAccessKeyOutput, error) {
	u, err := subject(&tx.View, call, in.UserName)
	if err != nil {
		return nil, err
	}
	k, err := tx.KeyOf(u, *in.AccessKeyId)
	if err != nil {
		return nil, err
	}
	tx.DeleteAccessKey(u, k)
	return &iam.DeleteAccessKeyOutput{}, nil
}

func listAccessKeys(_ context.Context, call *api.Call, v *directory.View, in *iam.ListAccessKeysInput) (*iam.ListAccessKeysOutput, error) {
	u, err := subject(v, call, in.UserName)
	if err != nil {
		return nil, err
	}
	p, err := pageOf(call, orEmpty(keyUserName(u)), in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	l, err := collectSlice(p, keysOf(v, u), func(k *directory.AccessKey) iam.AccessKeyMetadata {
		return iam.AccessKeyMetadata{UserName: keyUserName(u), AccessKeyId: &k.ID, Status: keyStatus(k), CreateDate: &k.Created}
	})
	if err != nil {
		return nil, err
	}
	return &iam.ListAccessKeysOutput{AccessKeyMetadata: l.items, IsTruncated: l.truncated, Marker: l.marker}, nil
}

func keysOf(v *directory.View, u *directory.User) []*directory.AccessKey {
	var keys []*directory.AccessKey
	for _, id := range v.KeyIDs(u) {
		if k := v.AccessKey(id); k != nil {
			keys = append(keys, k)
		}
	}
	return keys
}

// getAccessKeyLastUsed answers N/A for service and region, and no date, where the
// key was never used [API_AccessKeyLastUsed].
func (s *Service) getAccessKeyLastUsed(_ context.Context, _ *api.Call, v *directory.View, in *iam.GetAccessKeyLastUsedInput) (*iam.GetAccessKeyLastUsedOutput, error) {
	k := v.AccessKey(*in.AccessKeyId)
	if k == nil {
		return nil, directory.NoSuchAccessKey(*in.AccessKeyId)
	}
	service, region := "N/A", "N/A"
	out := &iam.GetAccessKeyLastUsedOutput{
		UserName: keyUserName(v.UserByID(k.User)), AccessKeyLastUsed: &iam.AccessKeyLastUsed{ServiceName: &service, Region: &region},
	}
	if last, ok := s.directory.LastUsed(k.ID); ok {
		service, region = last.Service, last.Region
		out.AccessKeyLastUsed.LastUsedDate = &last.At
	}
	return out, nil
}

// keyUserName is the owner's name, nil for the root user, who has none.
func keyUserName(u *directory.User) *string {
	if u == nil {
		return nil
	}
	return &u.Name
}

func keyStatus(k *directory.AccessKey) *string {
	status := inactive
	if k.Active {
		status = active
	}
	return &status
}
