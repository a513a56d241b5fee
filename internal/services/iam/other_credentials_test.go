package iam

import (
	"encoding/json"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
)

// What tools list before they delete a user [id_users_remove, "Deleting an IAM user
// (AWS CLI)"]: there are none, of a user who is there.
func TestOtherCredentials(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	did[iam.PutUserPolicyOutput](f, "PutUserPolicy", &iam.PutUserPolicyInput{UserName: ptr("ana"), PolicyName: ptr("own"), PolicyDocument: ptr(
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:List*","Resource":"arn:aws:iam::*:user/${aws:username}"}}`)})
	for _, c := range []struct {
		operation string
		of        func(user, marker *string) any
		empty     any
	}{
		{"ListMFADevices", func(u, m *string) any { return &iam.ListMFADevicesInput{UserName: u, Marker: m} },
			&iam.ListMFADevicesOutput{MFADevices: []iam.MFADevice{}, IsTruncated: new(bool)}},
		{"ListSSHPublicKeys", func(u, m *string) any { return &iam.ListSSHPublicKeysInput{UserName: u, Marker: m} },
			&iam.ListSSHPublicKeysOutput{SSHPublicKeys: []iam.SSHPublicKeyMetadata{}, IsTruncated: new(bool)}},
		{"ListSigningCertificates", func(u, m *string) any { return &iam.ListSigningCertificatesInput{UserName: u, Marker: m} },
			&iam.ListSigningCertificatesOutput{Certificates: []iam.SigningCertificate{}, IsTruncated: new(bool)}},
		{"ListServiceSpecificCredentials", func(u, m *string) any { return &iam.ListServiceSpecificCredentialsInput{UserName: u, Marker: m} },
			&iam.ListServiceSpecificCredentialsOutput{ServiceSpecificCredentials: []iam.ServiceSpecificCredentialMetadata{}, IsTruncated: new(bool)}},
	} {
		t.Run(c.operation, func(t *testing.T) {
			f.t = t
			for caller, out := range map[string]func() (any, error){
				"of a user":        func() (any, error) { return f.as(root(), c.operation, c.of(ptr("ana"), nil)) },
				"of the caller":    func() (any, error) { return f.as(f.user("ana"), c.operation, c.of(nil, nil)) },
				"of the root user": func() (any, error) { return f.as(root(), c.operation, c.of(nil, nil)) },
			} {
				got, err := out()
				if err != nil || asJSON(t, got) != asJSON(t, c.empty) {
					t.Errorf("%s: %s %v, want %s", caller, asJSON(t, got), err, asJSON(t, c.empty))
				}
			}
			f.refused(c.operation, c.of(ptr("eve"), nil), 404, "NoSuchEntity", "The user with name eve cannot be found.")
			f.refused(c.operation, c.of(ptr("ana"), ptr("made-up")), 400, "ValidationError", "Invalid Marker.")
		})
	}
}

// The lists of the whole account.
func TestOtherCredentialsOfTheAccount(t *testing.T) {
	f := newFixture(t)
	all := true
	if out := did[iam.ListVirtualMFADevicesOutput](f, "ListVirtualMFADevices", &iam.ListVirtualMFADevicesInput{AssignmentStatus: ptr("Assigned")}); out.VirtualMFADevices == nil || len(out.VirtualMFADevices) > 0 || *out.IsTruncated {
		t.Errorf("%+v", out)
	}
	if out := did[iam.ListServiceSpecificCredentialsOutput](f, "ListServiceSpecificCredentials", &iam.ListServiceSpecificCredentialsInput{AllUsers: &all}); out.ServiceSpecificCredentials == nil || len(out.ServiceSpecificCredentials) > 0 || *out.IsTruncated {
		t.Errorf("%+v", out)
	}
	f.refused("ListVirtualMFADevices", &iam.ListVirtualMFADevicesInput{Marker: ptr("made-up")}, 400, "ValidationError", "Invalid Marker.")
	f.refused("ListServiceSpecificCredentials", &iam.ListServiceSpecificCredentialsInput{AllUsers: &all, Marker: ptr("made-up")}, 400, "ValidationError", "Invalid Marker.")
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
