package iam

import (
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
)

// P-04, G-16: users and roles are stored as unique ids, nothing else of the text
// changes, and it is shown as it was sent.
func TestTrustPrincipalsBecomeIDs(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	f.addRole("caller", "r")
	other := f.addAccount()
	v := f.directory.View(accountID)
	ana, _ := v.User("ana")
	caller, _ := v.Role("caller")
	admin, _ := f.directory.View(other).User("admin")
	sent := "{ \"Version\" : \"2012-10-17\",\r\n\"Statement\":[{\"Effect\":\"Allow\",\n\t\"Principal\":{\"AWS\":[" +
		`"` + accountNo + `:user/ana", "` + accountNo + `:role/caller","arn:aws:iam::` + other + `:user/admin","` + accountNo + `:root","` + other + `","*",` +
		`"arn:aws:sts::` + accountID + `:assumed-role/caller/s"],"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole",` +
		`"Condition":{"ArnLike":{"aws:PrincipalArn":"` + accountNo + `:user/ana"}}}]}`
	f.trust("r", sent)
	stored := strings.NewReplacer(
		`"`+accountNo+`:user/ana",`, `"`+ana.ID+`",`, `"`+accountNo+`:role/caller"`, `"`+caller.ID+`"`, `"arn:aws:iam::`+other+`:user/admin"`, `"`+admin.ID+`"`,
	).Replace(sent)
	same(t, "stored", f.storedTrust("r"), stored)
	same(t, "shown", f.trustOf("r"), sent)
}

// a deleted principal is shown as the id, the one made again is another.
func TestDeletedPrincipalStaysAnID(t *testing.T) {
	f := newFixture(t)
	f.addUser("bob")
	f.addRole("r")
	f.trust("r", trusting(accountNo+":user/bob"))
	bob, _ := f.directory.View(accountID).User("bob")
	f.ok("DeleteUser", &iam.DeleteUserInput{UserName: ptr("bob")})
	same(t, "deleted", f.trustOf("r"), trusting(bob.ID))
	f.addUser("bob")
	same(t, "made again", f.trustOf("r"), trusting(bob.ID))
	f.refused("UpdateAssumeRolePolicy", &iam.UpdateAssumeRolePolicyInput{RoleName: ptr("r"), PolicyDocument: ptr(trusting(bob.ID))},
		400, "MalformedPolicyDocument", `Invalid principal in policy: "AWS":"`+bob.ID+`"`)
}

// A renamed user is the same principal, under its new ARN [id_users_rename].
func TestRenamedPrincipalIsShownByItsNewName(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	f.addRole("r")
	f.trust("r", trusting(accountNo+":user/ana"))
	f.ok("UpdateUser", &iam.UpdateUserInput{UserName: ptr("ana"), NewUserName: ptr("eva"), NewPath: ptr("/p\"q/")})
	same(t, "shown", f.trustOf("r"), trusting(accountNo+`:user/p\"q/eva`))
	eva, _ := f.directory.View(accountID).User("eva")
	f.trust("r", trusting(eva.ID)) // an id that lives may be written as such
	same(t, "shown after", f.trustOf("r"), trusting(accountNo+`:user/p\"q/eva`))
}

// V-15, P-05, P-07: what exists is accepted, all else is refused in AWS's words.
func TestTrustPrincipals(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	f.addGroup("g")
	f.addRole("r")
	f.addProfile("p")
	f.ok("CreateUser", &iam.CreateUserInput{UserName: ptr("nested"), Path: ptr("/n/")})
	const unknown = "999999999999"
	principal := func(kind, value string) string {
		action := "sts:AssumeRole"
		if kind == "Federated" {
			action = "sts:AssumeRoleWithWebIdentity"
		}
		return `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"` + kind + `":"` + value + `"},"Action":"` + action + `"}}`
	}
	sts := "arn:aws:sts::" + accountID
	tests := []struct {
		kind, value string
		exists      bool
	}{
		{"AWS", "*", true},
		{"AWS", accountID, true},
		{"AWS", accountNo + ":root", true},
		{"AWS", accountNo + ":user/ana", true},
		{"AWS", accountNo + ":user/n/nested", true},
		{"AWS", accountNo + ":role/r", true},
		{"AWS", sts + ":assumed-role/r/session", true},
		{"AWS", sts + ":federated-user/fed", true},
		{"Service", "ec2.amazonaws.com", true},
		{"Service", "delivery.logs.amazonaws.com", true},
		{"Federated", "accounts.google.com", true},
		{"Federated", "cognito-identity.amazonaws.com", true},
		{"Federated", accountNo + ":saml-provider/idp", true},
		{"Federated", accountNo + ":oidc-provider/token.example.com/a", true},

		{"AWS", unknown, true}, // (choice): an account need not be one of this server's
		{"AWS", "arn:aws:iam::" + unknown + ":root", true},
		{"AWS", "arn:aws:sts::" + unknown + ":federated-user/fed", true}, // as in an account that is: neither tells which are
		{"Federated", "arn:aws:iam::" + unknown + ":saml-provider/idp", true},
		{"AWS", "arn:aws:iam::" + unknown + ":user/ana", false},
		{"AWS", "arn:aws:iam::" + unknown + ":role/r", false},
		{"AWS", "arn:aws:sts::" + unknown + ":assumed-role/r/session", false},
		{"AWS", "arn:aws:iam::12345:root", false},
		{"AWS", accountNo + ":user/none", false},
		{"AWS", accountNo + ":user/Ana", false},    // M-13
		{"AWS", accountNo + ":user/nested", false}, // without its path
		{"AWS", accountNo + ":role/none", false},
		{"AWS", accountNo + ":user/*", false}, // P-01
		{"AWS", accountNo + ":group/g", false},
		{"AWS", accountNo + ":instance-profile/p", false},
		{"AWS", accountNo + ":policy/p", false},
		{"AWS", sts + ":assumed-role/none/session", false},
		{"AWS", sts + ":assumed-role/r", false},
		{"AWS", sts + ":federated-user/", false},
		{"AWS", "arn:aws-cn:iam::" + accountID + ":root", false},
		{"AWS", "arn:aws:s3:::bucket", false},
		{"AWS", "AIDAAAAAAAAAAAAAAAAAA", false},
		{"AWS", "ana", false},
		{"AWS", "", false},
		{"Service", "*", false},
		{"Service", "ec2.example.com", false},
		{"Federated", "arn:aws-cn:iam::" + accountID + ":saml-provider/idp", false},
	}
	for _, tt := range tests {
		t.Run(tt.kind+" "+tt.value, func(t *testing.T) {
			f := on(f, t)
			document := principal(tt.kind, tt.value)
			if tt.value == "cognito-identity.amazonaws.com" { // T-11: it is shared by all
				document = strings.TrimSuffix(document, "}}") + `,"Condition":{"StringEquals":{"cognito-identity.amazonaws.com:aud":"pool"}}}}`
			}
			in := &iam.UpdateAssumeRolePolicyInput{RoleName: ptr("r"), PolicyDocument: &document}
			if tt.exists {
				f.ok("UpdateAssumeRolePolicy", in)
				same(t, "shown", f.trustOf("r"), *in.PolicyDocument)
				return
			}
			before := f.storedTrust("r")
			f.refused("UpdateAssumeRolePolicy", in, 400, "MalformedPolicyDocument",
				`Invalid principal in policy: "`+strings.ToUpper(tt.kind)+`":"`+tt.value+`"`)
			same(t, "stored", f.storedTrust("r"), before)
		})
	}
}

// A trust policy counts by the ids: made again, the user is not trusted (P-04). The
// account's own name and the ids never mix: another account's user of the same name
// is not meant.
func TestTrustNamesOneUser(t *testing.T) {
	f := newFixture(t)
	other := f.addAccount()
	f.addUser("admin")
	f.addRole("r")
	f.trust("r", trusting("arn:aws:iam::"+other+":user/admin"))
	own, _ := f.directory.View(accountID).User("admin")
	theirs, _ := f.directory.View(other).User("admin")
	stored := f.storedTrust("r")
	if strings.Contains(stored, own.ID) || !strings.Contains(stored, theirs.ID) {
		t.Errorf("stored %s, the other's id is %s", stored, theirs.ID)
	}
}
