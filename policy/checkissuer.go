package policy

import (
	"slices"
	"strings"
)

// sharedIssuers are the OIDC issuers that AWS recognises as shared by many
// customers, with the condition key that tells these apart: trust policies have
// to evaluate it (id_roles_providers_oidc_secure-by-default). Issuers are
// without their https://.
var sharedIssuers = map[string]string{
	"agent.buildkite.com":            "agent.buildkite.com:sub",
	"api.pulumi.com/oidc":            "api.pulumi.com/oidc:aud",
	"app.terraform.io":               "app.terraform.io:sub",
	"cognito-identity.amazonaws.com": "cognito-identity.amazonaws.com:aud",
	"gitlab.com":                     "gitlab.com:sub",
	"oidc-configuration.audit-log.githubusercontent.com": "oidc-configuration.audit-log.githubusercontent.com:sub",
	"oidc.codefresh.io":                     "oidc.codefresh.io:sub",
	"oidc.vercel.com":                       "oidc.vercel.com:aud",
	"proidc.upbound.io":                     "proidc.upbound.io:sub",
	"sandboxes.cloud":                       "sandboxes.cloud:aud",
	"scalr.io":                              "scalr.io:sub",
	"studio.datachain.ai/api":               "studio.datachain.ai/api:sub",
	"token.actions.githubusercontent.com":   "token.actions.githubusercontent.com:sub",
	"tokens.cloud.shisho.dev":               "tokens.cloud.shisho.dev:sub",
	"vstoken.actions.githubusercontent.com": "vstoken.actions.githubusercontent.com:sub",

	// Azure Sentinel's tokens say nothing of the customer; its sessions' names do.
	"sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d": "sts:RoleSessionName",

	// IBM Turbonomic.
	"oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu":         "oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu:sub",
	"oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb":         "oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb:sub",
	"rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7": "rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7:sub",
	"rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr": "rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr:sub",
	"rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg": "rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg:sub",
	"rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26": "rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26:sub",
}

// SharedIssuer gives the condition key that a trust policy has to compare for
// an OIDC issuer which AWS recognises as shared by many customers (T-11):
// "token.actions.githubusercontent.com:sub" for GitHub's. Others it does not
// find.
func SharedIssuer(issuer string) (key string, ok bool) {
	key, ok = sharedIssuers[strings.ToLower(issuer)]
	return key, ok
}

// Issuer is the OIDC issuer, without https://, that a Federated principal
// stands for: the end of a provider's ARN, or the name itself.
func Issuer(principal string) string {
	if _, issuer, ok := strings.Cut(principal, ":oidc-provider/"); ok {
		return issuer
	}
	return principal
}

// unevaluatedIssuer is T-11: who trusts a shared issuer compares the claim that
// tells its customers apart. AWS's words are not documented (choice).
func (d *Document) unevaluatedIssuer(c *Statement) *fault {
	if d.kind != Trust || c.Denies() {
		return nil
	}
	for _, p := range c.principal.principals() {
		key, shared := SharedIssuer(Issuer(p.node.text))
		if p.kind == "Federated" && shared && !c.evaluates(key) {
			return refuse(p.node, messageIssuer+key, "the issuer is shared, and the claim that tells its customers apart is not compared")
		}
	}
	return nil
}

// evaluates says whether a condition compares the key with values of which none
// is a wildcard alone, under an operator of strings that is not negated
// (choice: AWS's page says only that the claim is to be evaluated).
func (c *Statement) evaluates(key string) bool {
	if c.condition == nil {
		return false
	}
	return slices.ContainsFunc(c.condition.members, func(m Member) bool {
		o, _ := readOperator(m.name)
		return !o.negated && strings.Contains(strings.ToLower(m.name), "string") && slices.ContainsFunc(m.value.members, func(k Member) bool {
			return strings.EqualFold(k.name, key) && len(k.value.list()) > 0 && !slices.ContainsFunc(k.value.list(), wildcardAlone)
		})
	})
}

// wildcardAlone: nothing but * and ?, or nothing at all.
func wildcardAlone(n *Node) bool { return strings.Trim(n.text, "*?") == "" }
