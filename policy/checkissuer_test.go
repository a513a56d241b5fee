package policy

import (
	"strings"
	"testing"
)

// all runs the tests of a row that has more than cases.
func all(tests ...func(*testing.T)) func(*testing.T) {
	return func(t *testing.T) {
		for _, test := range tests {
			test(t)
		}
	}
}

const gitHubProvider = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"

// webTrustOf is a trust policy for the tokens of a provider.
func webTrustOf(effect, provider string, condition any) string {
	more := []any{"Principal", m{"Federated": provider}}
	if condition != nil {
		more = append(more, "Condition", condition)
	}
	return statements(clauseOf(effect, "sts:AssumeRoleWithWebIdentity", nil, more))
}

// The part of T-11 about saving (id_roles_providers_oidc_secure-by-default).
func sharedIssuersAreTold(t *testing.T) {
	const sub = "token.actions.githubusercontent.com:sub"
	const words = messageIssuer + sub
	for name, condition := range map[string]any{
		"equals":                      m{"StringEquals": m{sub: "repo:o/r:ref:refs/heads/main"}},
		"like, key in another case":   m{"stringlike": m{strings.ToUpper(sub): []string{"repo:o/r:*", "repo:o/s:*"}}},
		"in a list":                   m{"ForAnyValue:StringLike": m{sub: "repo:o/*"}},
		"beside another":              m{"StringEquals": m{"token.actions.githubusercontent.com:aud": "sts.amazonaws.com", sub: "x"}},
		"with a set operator for all": m{"ForAllValues:StringEquals": m{sub: "repo:o/r:ref:refs/heads/main"}},
	} {
		t.Run("saved: "+name, func(t *testing.T) { saved(t, Trust, webTrustOf("Allow", gitHubProvider, condition)) })
	}
	for name, condition := range map[string]any{
		"no condition":          nil,
		"the audience alone":    m{"StringEquals": m{"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}},
		"a wildcard alone":      m{"StringLike": m{sub: "*"}},
		"a wildcard among them": m{"StringLike": m{sub: []string{"repo:o/r:*", "?*"}}},
		"nothing":               m{"StringLike": m{sub: ""}},
		"no value":              m{"StringLike": m{sub: []string{}}},
		"negated":               m{"StringNotEquals": m{sub: "repo:o/r:ref:refs/heads/main"}},
		"only whether it is":    m{"Null": m{sub: "false"}},
		"an ARN operator":       m{"ArnLike": m{sub: "arn:aws:iam::111122223333:x"}},
	} {
		t.Run("refused: "+name, func(t *testing.T) {
			refused(t, Trust, webTrustOf("Allow", gitHubProvider, condition), words)
		})
	}
	t.Run("a denial needs none", func(t *testing.T) { saved(t, Trust, webTrustOf("Deny", gitHubProvider, nil)) })
	t.Run("by its name", func(t *testing.T) {
		refused(t, Trust, webTrustOf("Allow", "cognito-identity.amazonaws.com", nil), messageIssuer+"cognito-identity.amazonaws.com:aud")
	})
	t.Run("a private issuer", func(t *testing.T) {
		saved(t, Trust, webTrustOf("Allow", "arn:aws:iam::111122223333:oidc-provider/id.example.com", nil))
	})
}

func TestSharedIssuer(t *testing.T) {
	tests := []struct{ issuer, key string }{
		{"token.actions.githubusercontent.com", "token.actions.githubusercontent.com:sub"},
		{"GitLab.com", "gitlab.com:sub"},
		{"app.terraform.io", "app.terraform.io:sub"},
		{"oidc.vercel.com", "oidc.vercel.com:aud"},
		{"api.pulumi.com/oidc", "api.pulumi.com/oidc:aud"},
		{"sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d", "sts:RoleSessionName"},
		{"sts.windows.net/another", ""},
		{"oidc.vercel.com/team", ""},
		{"accounts.google.com", ""},
		{"", ""},
	}
	for _, tt := range tests {
		t.Run(tt.issuer, func(t *testing.T) {
			if key, ok := SharedIssuer(tt.issuer); key != tt.key || ok != (tt.key != "") {
				t.Errorf("got %q, %v; want %q", key, ok, tt.key)
			}
		})
	}
	for issuer, key := range sharedIssuers {
		if issuer != strings.ToLower(issuer) || strings.Contains(issuer, "://") || key != issuer+":sub" && key != issuer+":aud" && key != "sts:RoleSessionName" {
			t.Errorf("%s has the key %s", issuer, key)
		}
	}
}

func TestIssuer(t *testing.T) {
	for principal, want := range map[string]string{
		gitHubProvider:        "token.actions.githubusercontent.com",
		"accounts.google.com": "accounts.google.com",
		"arn:aws:iam::111122223333:oidc-provider/studio.datachain.ai/api": "studio.datachain.ai/api",
		"": "",
	} {
		if got := Issuer(principal); got != want {
			t.Errorf("%q is of the issuer %q, want %q", principal, got, want)
		}
	}
}
