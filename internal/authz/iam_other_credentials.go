package authz

import "github.com/gatehouse-iam/gatehouse/internal/api/iam"

// otherCredentialRows are those of the credentials that a user may have besides a
// password and access keys.
func otherCredentialRows() Table {
	return Table{
		"ListMFADevices":          On(func(q *Question, in *iam.ListMFADevicesInput) error { q.onSubject(in.UserName); return nil }),
		"ListSSHPublicKeys":       On(func(q *Question, in *iam.ListSSHPublicKeysInput) error { q.onSubject(in.UserName); return nil }),
		"ListSigningCertificates": On(func(q *Question, in *iam.ListSigningCertificatesInput) error { q.onSubject(in.UserName); return nil }),
		"ListServiceSpecificCredentials": On(func(q *Question, in *iam.ListServiceSpecificCredentialsInput) error {
			if in.AllUsers != nil && *in.AllUsers {
				q.onList("user", nil)
				return nil
			}
			q.onSubject(in.UserName)
			return nil
		}),
		"ListVirtualMFADevices": On(func(q *Question, _ *iam.ListVirtualMFADevicesInput) error {
			q.onList("mfa", nil)
			return nil
		}),
	}
}
