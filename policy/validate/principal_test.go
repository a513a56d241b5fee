package validate

import (
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/policy"
)

func TestPrincipals(t *testing.T) {
	by := func(principal string) string {
		return of(`{"Effect":"Deny","Principal":` + principal + `,"Action":"s3:*","Resource":"*"}`)
	}
	for _, c := range []ruleCase{
		{"everyone", policy.Resource, by(`"*"`), nil},
		{"everyone by the long form", policy.Resource, by(`{"AWS":"*"}`), nil},
		{
			"all that can be", policy.Resource,
			by(`{"AWS":["111122223333","arn:aws:iam::111122223333:root","arn:aws:iam::111122223333:user/path/a","arn:aws:iam::111122223333:role/r","arn:aws:sts::111122223333:assumed-role/r/s","arn:aws:sts::111122223333:federated-user/f"],"Service":["ec2.amazonaws.com","s3.cn-north-1.amazonaws.com.cn"],"CanonicalUser":"` + strings.Repeat("0a", 32) + `"}`),
			nil,
		},
		{"a list", policy.Resource, by(`["*"]`), []string{"INVALID_PRINCIPAL_FORMAT"}},
		{
			"a group", policy.Resource,
			by(`{"AWS":"arn:aws:iam::111122223333:group/g"}`),
			[]string{"INVALID_PRINCIPAL_FORMAT"},
		},
		{
			"an instance profile", policy.Resource,
			by(`{"AWS":"arn:aws:iam::111122223333:instance-profile/p"}`),
			[]string{"INVALID_PRINCIPAL_FORMAT"},
		},
		{
			"a wildcard in a session", policy.Resource,
			by(`{"AWS":"arn:aws:sts::111122223333:assumed-role/r/*"}`),
			[]string{"UNSUPPORTED_WILDCARD_IN_PRINCIPAL"},
		},
		{
			"every service", policy.Resource,
			by(`{"Service":"*"}`),
			[]string{"UNSUPPORTED_WILDCARD_IN_PRINCIPAL"},
		},
		{
			"no service", policy.Resource,
			by(`{"Service":"ec2 amazonaws"}`),
			[]string{"INVALID_SERVICE_PRINCIPAL_FORMAT"},
		},
		{
			"a canonical user that is too short", policy.Resource,
			by(`{"CanonicalUser":"0a"}`),
			[]string{"INVALID_PRINCIPAL_FORMAT"},
		},
		{
			"a canonical user elsewhere", policy.Endpoint,
			by(`{"CanonicalUser":"` + strings.Repeat("0a", 32) + `"}`),
			[]string{"INVALID_PRINCIPAL_FORMAT"},
		},
		{
			"of another kind", policy.Resource,
			by(`{"AWS":[1],"Service":{}}`),
			[]string{"DATA_TYPE_MISMATCH", "DATA_TYPE_MISMATCH"},
		},
		{
			"a variable", policy.Resource,
			by(`{"AWS":"${aws:PrincipalAccount}"}`),
			[]string{"VARIABLE_UNSUPPORTED_IN_ELEMENT"},
		},
		{
			"ids", policy.Resource,
			by(`{"AWS":["AIDAEXAMPLEEXAMPLE123","AROAEXAMPLEEXAMPLE123"]}`),
			[]string{"INVALID_ROLE_REFERENCE", "INVALID_USER_REFERENCE"},
		},
		{"no id", policy.Resource, by(`{"AWS":"AIDAshort"}`), []string{"INVALID_PRINCIPAL_FORMAT"}},
		{
			"a service and its source", policy.Resource,
			of(`{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com","AWS":"111122223333"},"Action":"s3:GetObject","Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/r"},"StringEquals":{"AWS:SourceAccount":"111122223333"}}}`),
			nil,
		},
		{
			"a service with a tag of a caller's", policy.Resource,
			of(`{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/a":"b","aws:SourceAccount":"111122223333"}}}`),
			[]string{"UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL"},
		},
	} {
		c.run(t)
	}
}

func TestTrust(t *testing.T) {
	oidc := func(issuer, condition string) string {
		return of(`{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/` + issuer + `"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringLike":` + condition + `}}`)
	}
	trust := func(principal, actions, condition string) string {
		return of(`{"Effect":"Allow","Principal":` + principal + `,"Action":` + actions + `,"Condition":` + condition + `}`)
	}
	const service, account = `{"Service":"ec2.amazonaws.com"}`, `{"AWS":"111122223333"}`
	const secure = `{"Bool":{"aws:SecureTransport":"true"}}`
	for _, c := range []ruleCase{
		{"a service", policy.Trust, trust(service, `"sts:AssumeRole"`, secure), nil},
		{"every action of sts", policy.Trust, trust(service, `"sts:*"`, secure), nil},
		{
			"another service's action", policy.Trust,
			trust(service, `["sts:AssumeRole","s3:GetObject"]`, secure),
			[]string{"UNSUPPORTED_ACTION_IN_POLICY"},
		},
		{
			"an action of sts that does not fit any", policy.Trust,
			trust(service, `["sts:AssumeRole","sts:AssumeRoleWithWebIdentity"]`, secure),
			[]string{"MISMATCHED_ACTION_FOR_PRINCIPAL"},
		},
		{
			"each with its own", policy.Trust,
			trust(`{"Service":"ec2.amazonaws.com","Federated":"arn:aws:iam::111122223333:saml-provider/corp"}`, `["sts:AssumeRole","sts:AssumeRoleWithSAML","sts:TagSession"]`, secure),
			nil,
		},
		{
			"everyone, bare", policy.Trust,
			trust(`"*"`, `"sts:AssumeRole"`, secure),
			[]string{"ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL"},
		},
		{
			"source identity without its action", policy.Trust,
			trust(account, `"sts:AssumeRole"`, `{"StringEquals":{"sts:SourceIdentity":"a"}}`),
			[]string{"MISSING_ACTION_FOR_CONDITION_KEY"},
		},
		{
			"source identity with its action", policy.Trust,
			trust(account, `["sts:AssumeRole","sts:Set*"]`, `{"StringEquals":{"sts:SourceIdentity":"a"}}`),
			nil,
		},
		{
			"source identity of its action", policy.Trust,
			trust(account, `"sts:SetSourceIdentity"`, `{"StringEquals":{"sts:SourceIdentity":"a"}}`),
			nil,
		},
		{
			"session tags without their action", policy.Trust,
			trust(account, `"sts:AssumeRole"`, `{"StringEquals":{"aws:RequestTag/a":"b"}}`),
			[]string{"MISSING_ACTION_FOR_CONDITION_KEY"},
		},
		{
			"transitive tags without their action", policy.Trust,
			trust(account, `"sts:AssumeRole"`, `{"ForAnyValue:StringEquals":{"sts:TransitiveTagKeys":"b"}}`),
			[]string{"MISSING_ACTION_FOR_CONDITION_KEY"},
		},
		{
			"a session of another role", policy.Trust,
			trust(`{"AWS":["arn:aws:iam::111122223333:role/path/a","arn:aws:sts::111122223333:assumed-role/b/s"]}`, `"sts:AssumeRole"`, secure),
			nil,
		},
		{
			"a session of a role with a path", policy.Trust,
			trust(`{"AWS":["arn:aws:sts::111122223333:assumed-role/a/s","arn:aws:iam::111122223333:role/path/a"]}`, `"sts:AssumeRole"`, secure),
			[]string{"REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY"},
		},
		{
			"an issuer by its name", policy.Trust,
			trust(`{"Federated":"accounts.google.com"}`, `"sts:AssumeRoleWithWebIdentity"`, `{"StringEquals":{"accounts.google.com:sub":"a"}}`),
			nil,
		},
		{
			"no provider", policy.Trust,
			trust(`{"Federated":"*"}`, `"sts:AssumeRoleWithWebIdentity"`, secure),
			[]string{"INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY", "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL"},
		},
		{
			"GitHub's main branch", policy.Trust,
			oidc(gitHub, `{"token.actions.githubusercontent.com:sub":"repo:o/r:ref:refs/heads/main"}`),
			nil,
		},
		{
			"a GitHub environment", policy.Trust,
			oidc(gitHub, `{"token.actions.githubusercontent.com:sub":"repo:o/r:environment:production"}`),
			[]string{"SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED"},
		},
		{
			"every branch of GitHub's", policy.Trust,
			oidc(gitHub, `{"token.actions.githubusercontent.com:sub":["repo:o/r:ref:refs/heads/*","x:ref:refs/heads/a"]}`),
			[]string{"SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED", "SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED"},
		},
		{
			"a shared issuer that is told by a session's name", policy.Trust,
			oidc("sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d", `{"sts:RoleSessionName":"a","sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d:sub":"b"}`),
			nil,
		},
		{
			"a denial", policy.Trust,
			of(`{"Effect":"Deny","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/gitlab.com"},"Action":"sts:AssumeRoleWithWebIdentity"}`),
			nil,
		},
	} {
		c.run(t)
	}
}

// A resource policy is taken for a trust policy by what it says, or by what it
// is attached to.
func TestWhatIsATrustPolicy(t *testing.T) {
	trust := of(`{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}`)
	const code = "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL"
	tests := []struct {
		name, text, to string
		kind           policy.Type
		want           bool
	}{
		{"by what it says", trust, "", policy.Resource, true},
		{
			"by what it is attached to",
			of(`{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}`),
			trustDocument,
			policy.Resource,
			true,
		},
		{"attached to another", trust, "AWS::S3::Bucket", policy.Resource, false},
		{
			"another action",
			of(`{"Effect":"Allow","Principal":"*","Action":["sts:AssumeRole","s3:GetObject"]}`),
			"",
			policy.Resource,
			false,
		},
		{
			"with a resource",
			of(`{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}`),
			"",
			policy.Resource,
			false,
		},
		{"no action", of(`{"Effect":"Allow","Principal":"*"}`), "", policy.Resource, false},
		{"no statement", `{"Version":"2012-10-17"}`, "", policy.Resource, false},
		{"an endpoint's", trust, "", policy.Endpoint, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if found := Policy(tt.kind, tt.text, Options{ResourceType: tt.to}); hasCode(found, code) != tt.want {
				t.Errorf("got %s", codesOf(found))
			}
		})
	}
}
