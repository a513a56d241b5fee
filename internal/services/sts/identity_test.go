package sts

import (
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
)

// API_GetCallerIdentity; the ids are K-08's table.
func TestGetCallerIdentity(t *testing.T) {
	f := newFixture(t)
	ana := f.user(home, "ana", allowAll)
	arn := f.role(home, "/team/", "reader", trusts("*"), "")
	session := f.assume(ana, assumeInput(arn))
	federated := f.caller(did[sts.GetFederationTokenOutput](f, ana, "GetFederationToken", &sts.GetFederationTokenInput{Name: ptr("app")}).Credentials)
	own := f.caller(did[sts.GetSessionTokenOutput](f, ana, "GetSessionToken", &sts.GetSessionTokenInput{}).Credentials)
	for name, c := range map[string]struct {
		caller     *api.Principal
		userID     string
		arn, label string
	}{
		"root":         {caller: f.root(home), userID: home, arn: "arn:aws:iam::111122223333:root"},
		"user":         {caller: ana, userID: ana.EntityID, arn: "arn:aws:iam::111122223333:user/ana"},
		"user session": {caller: own, userID: ana.EntityID, arn: "arn:aws:iam::111122223333:user/ana"},
		"role session": {caller: session, userID: session.EntityID + ":sess", arn: "arn:aws:sts::111122223333:assumed-role/reader/sess"},
		"federated":    {caller: federated, userID: "111122223333:app", arn: "arn:aws:sts::111122223333:federated-user/app"},
	} {
		t.Run(name, func(t *testing.T) {
			out := did[sts.GetCallerIdentityOutput](f, c.caller, "GetCallerIdentity", &sts.GetCallerIdentityInput{})
			if *out.Account != home || *out.UserId != c.userID || *out.Arn != c.arn {
				t.Errorf("%s %s %s", *out.Account, *out.UserId, *out.Arn)
			}
		})
	}
}

// E-17, X-26: a policy that denies it has no effect; aws-errors section 2.
func TestGetCallerIdentityCannotBeDenied(t *testing.T) {
	f := newFixture(t)
	denied := f.user(home, "ana", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`)
	did[sts.GetCallerIdentityOutput](f, denied, "GetCallerIdentity", &sts.GetCallerIdentityInput{})
}

func TestGetAccessKeyInfo(t *testing.T) {
	f := newFixture(t)
	ana := f.user(home, "ana", allowAll)
	guest := f.user(other, "guest", "")
	info := func(id string) *sts.GetAccessKeyInfoInput { return &sts.GetAccessKeyInfoInput{AccessKeyId: &id} }
	for id, want := range map[string]string{
		ana.AccessKeyID: home, guest.AccessKeyID: other, // of any account [API_GetAccessKeyInfo]
		"ROOTKEYOF" + home: home, // a fixed key encodes no account
	} {
		if out := did[sts.GetAccessKeyInfoOutput](f, ana, "GetAccessKeyInfo", info(id)); *out.Account != want {
			t.Errorf("%s is of account %s", id, *out.Account)
		}
	}
	t.Run("another account's fixed key tells nothing", func(t *testing.T) {
		id := "ROOTKEYOF" + other
		f.refused(ana, "GetAccessKeyInfo", info(id), 400, "ValidationError", "Access key ID "+id+" is not valid.")
	})
	t.Run("needs permission", func(t *testing.T) {
		f.refused(guest, "GetAccessKeyInfo", info(ana.AccessKeyID), 403, "AccessDenied",
			"User: "+guest.ARN+" is not authorized to perform: sts:GetAccessKeyInfo on resource: * because no identity-based policy allows the sts:GetAccessKeyInfo action")
	})
}
