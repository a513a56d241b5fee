package cases

import (
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/policy"
)

func TestParsePrincipal(t *testing.T) {
	const provider = "arn:aws:iam::" + accountC + ":oidc-provider/token.example.com"
	for _, c := range []struct {
		text, action string
		want         policy.Principal
	}{
		{"*", "", policy.Principal{}},
		{rootARN, "", policy.Principal{Kind: policy.Root, Account: accountC, ARN: rootARN, EntityARN: rootARN}},
		{anaARN, "", policy.Principal{Kind: policy.User, Account: accountC, ARN: anaARN, EntityARN: anaARN}},
		{"arn:aws-cn:iam::" + accountC + ":user/a/b/c", "", policy.Principal{Kind: policy.User, Account: accountC,
			ARN: "arn:aws-cn:iam::" + accountC + ":user/a/b/c", EntityARN: "arn:aws-cn:iam::" + accountC + ":user/a/b/c"}},
		{roleARN, "", policy.Principal{Kind: policy.RoleSession, Account: accountC, ARN: roleARN, EntityARN: roleARN}}, // P-11
		{session, "", policy.Principal{Kind: policy.RoleSession, Account: accountC, ARN: session, EntityARN: roleARN}},
		{visitor, "", policy.Principal{Kind: policy.FederatedUser, Account: accountC, ARN: visitor}},
		{"ec2.amazonaws.com", "sts:AssumeRole", policy.Principal{Kind: policy.Service, ARN: "ec2.amazonaws.com"}},
		{"accounts.google.com", "sts:assumerolewithwebidentity", policy.Principal{Kind: policy.Provider, ARN: "accounts.google.com"}},
		{"idp.example.com:8443/realms/x", "sts:AssumeRoleWithWebIdentity", policy.Principal{Kind: policy.Provider, ARN: "idp.example.com:8443/realms/x"}},
		{provider, "sts:AssumeRoleWithWebIdentity", policy.Principal{Kind: policy.Provider, ARN: provider}},
		{"arn:aws:iam::" + accountC + ":saml-provider/x", "sts:AssumeRoleWithSAML", policy.Principal{Kind: policy.Provider, ARN: "arn:aws:iam::" + accountC + ":saml-provider/x"}},
	} {
		p, err := ParsePrincipal(c.text, c.action)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
		} else if *p != c.want {
			t.Errorf("%s: %+v", c.text, *p)
		}
	}
}

func TestParsePrincipalRefuses(t *testing.T) {
	const account = "arn:aws:iam::" + accountC + ":"
	for text, why := range map[string]string{
		"":                                     "the ARN of a user",
		accountC:                               "the ARN of a user",
		"ana":                                  "the ARN of a user",
		"ec2..com":                             "the ARN of a user",
		"ec2 .amazonaws.com":                   "the ARN of a user",
		"arn:aws:iam":                          "no ARN of a principal",
		"arn:gcp:iam::" + accountC + ":root":   "no ARN of a principal",
		"arn:aws:iam:r:" + accountC + ":root":  "no ARN of a principal",
		"arn:aws:iam::12:root":                 "not 12 digits",
		account + "user/*":                     "no pattern",
		account + "user/":                      "nobody else does",
		account + "user":                       "nobody else does",
		account + "group/g":                    "nobody else does",
		account + "instance-profile/p":         "nobody else does",
		"arn:aws:sts::" + accountC + ":root":   "nobody else does",
		"arn:aws:sts::" + accountC + ":user/x": "nobody else does",
		session + "/more":                      "a session is assumed-role/ROLE/SESSION",
		"arn:aws:sts::" + accountC + ":assumed-role/R":  "a session is assumed-role/ROLE/SESSION",
		"arn:aws:sts::" + accountC + ":assumed-role/R/": "a session is assumed-role/ROLE/SESSION",
		"arn:aws:sts::" + accountC + ":assumed-role//S": "a session is assumed-role/ROLE/SESSION",
	} {
		if p, err := ParsePrincipal(text, "s3:GetObject"); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %+v, %v; want %q", text, p, err, why)
		}
	}
}
