package authz

import (
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
)

// M-05: the lists of one user's credentials are decided on the user, those of the
// account on the kind.
func TestOtherCredentialRows(t *testing.T) {
	d := people(t)
	user := userCaller(t, d, "ana")
	const own = arn + "user/ops/Ana | user nullAna | " + anaTags
	yes, no := true, false
	for _, c := range []rowCase{
		{"ListMFADevices", &iam.ListMFADevicesInput{UserName: ptr("ana")}, []string{ana}},
		{"ListMFADevices", &iam.ListMFADevicesInput{}, []string{own}},
		{"ListSSHPublicKeys", &iam.ListSSHPublicKeysInput{UserName: ptr("ana")}, []string{ana}},
		{"ListSSHPublicKeys", &iam.ListSSHPublicKeysInput{UserName: ptr("eve")}, []string{nobody}},
		{"ListSigningCertificates", &iam.ListSigningCertificatesInput{}, []string{own}},
		{"ListServiceSpecificCredentials", &iam.ListServiceSpecificCredentialsInput{UserName: ptr("ana"), AllUsers: &no}, []string{ana}},
		{"ListServiceSpecificCredentials", &iam.ListServiceSpecificCredentialsInput{AllUsers: &yes}, []string{arn + "user/ | " + arn + "user/ |"}},
		{"ListVirtualMFADevices", &iam.ListVirtualMFADevicesInput{}, []string{arn + "mfa/ | " + arn + "mfa/ |"}},
	} {
		t.Run(c.operation, func(t *testing.T) { c.run(t, d, user) })
	}
}
