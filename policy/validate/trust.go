package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// The actions that assume a role, and the kinds of principal that take each.
const (
	assumeRole        = "sts:AssumeRole"
	assumeWithSAML    = "sts:AssumeRoleWithSAML"
	assumeWithWeb     = "sts:AssumeRoleWithWebIdentity"
	tagSession        = "sts:TagSession"
	setSourceIdentity = "sts:SetSourceIdentity"
)

const (
	gitHub        = "token.actions.githubusercontent.com"
	rolesAnywhere = "rolesanywhere.amazonaws.com"
)

// trust is what there is to say of a role's trust policy.
func (v *validator) trust(s *statement) {
	if v.kind != policy.Trust {
		return
	}
	v.trustActions(s)
	v.sessionKeys(s)
	v.redundantSessions(s)
	if s.allows {
		v.mismatchedActions(s)
		v.issuers(s)
		v.rolesAnywhere(s)
	}
	for i := range s.conditions {
		if c := &s.conditions[i]; strings.HasSuffix(c.name, ":aud") && strings.Contains(c.name, ".") {
			v.report("CONFIRM_AUDIENCE_CLAIM_TYPE", "A token's audience is one value or a list, as its issuer pleases. With a list use ForAnyValue or ForAllValues, without one neither.", c.at.asKey())
		}
	}
}

// trustActions is V-13.
func (v *validator) trustActions(s *statement) {
	for _, item := range s.actionItems {
		if service, _, _ := strings.Cut(strings.ToLower(item.text()), ":"); service != "sts" {
			v.report("UNSUPPORTED_ACTION_IN_POLICY", fmt.Sprintf("A trust policy is about the actions of sts that assume the role. Remove %s.", clip(item.text())), item)
		}
	}
}

// providers are the OIDC and SAML providers of a statement.
func providers(s *statement) (oidc, saml []*spot) {
	for _, p := range named(s.principal, "Federated") {
		if strings.Contains(p.text(), ":saml-provider/") {
			saml = append(saml, p)
		} else {
			oidc = append(oidc, p)
		}
	}
	return oidc, saml
}

// mismatchedActions: users, roles and services assume a role with AssumeRole,
// the two kinds of provider with the action of theirs.
func (v *validator) mismatchedActions(s *statement) {
	if s.principal == nil || s.principal.node.Kind() != policy.JSONObject {
		return
	}
	oidc, saml := providers(s)
	plain := append(named(s.principal, "AWS"), named(s.principal, "Service")...)
	everybody := slices.Concat(plain, oidc, saml)
	for _, item := range s.actionItems {
		var takers []*spot
		switch action := strings.ToLower(item.text()); action {
		case strings.ToLower(assumeRole):
			takers = plain
		case strings.ToLower(assumeWithSAML):
			takers = saml
		case strings.ToLower(assumeWithWeb):
			takers = oidc
		default:
			continue
		}
		if len(takers) == 0 && len(everybody) > 0 {
			v.report("MISMATCHED_ACTION_FOR_PRINCIPAL", fmt.Sprintf("None of the principals can call %s: a SAML provider goes with %s, an OIDC provider with %s, all others with %s.", clip(item.text()), assumeWithSAML, assumeWithWeb, assumeRole), append([]*spot{item}, some(everybody, fewPlaces)...)...)
		}
	}
}

// sessionKeys are about what another action of the same call brings (T-04).
func (v *validator) sessionKeys(s *statement) {
	if s.action == nil || !slices.ContainsFunc([]string{assumeRole, assumeWithSAML, assumeWithWeb}, s.takesIn) {
		return
	}
	allowed := map[string]bool{tagSession: s.takesIn(tagSession), setSourceIdentity: s.takesIn(setSourceIdentity)}
	for i := range s.conditions {
		c := &s.conditions[i]
		needed := ""
		switch {
		case c.name == "sts:sourceidentity":
			needed = setSourceIdentity
		case strings.HasPrefix(c.name, "aws:requesttag/"), c.name == "aws:tagkeys", c.name == "sts:transitivetagkeys":
			needed = tagSession
		}
		if needed != "" && !allowed[needed] {
			v.report("MISSING_ACTION_FOR_CONDITION_KEY", fmt.Sprintf("A request has %s only when it asks for %s too, which no action here allows. Add it.", clip(c.at.name), needed), c.at.asKey(), s.action)
		}
	}
}

func (s *statement) takesIn(action string) bool {
	in, _, _ := s.letsIn(action)
	return in
}

// rolesAnywhere: that service tags the session and sets its source identity.
func (v *validator) rolesAnywhere(s *statement) {
	principals := named(s.principal, "Service")
	i := slices.IndexFunc(principals, func(p *spot) bool { return p.text() == rolesAnywhere })
	if i < 0 {
		return
	}
	for _, action := range [...]string{assumeRole, tagSession, setSourceIdentity} {
		if !s.takesIn(action) {
			v.report("MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY", fmt.Sprintf("IAM Roles Anywhere needs %s, %s and %s, and %s is missing. Add it.", assumeRole, tagSession, setSourceIdentity, action), principals[i])
			return
		}
	}
}

// redundantSessions: a role stands for all of its sessions (P-03).
func (v *validator) redundantSessions(s *statement) {
	roles := map[string]*spot{}
	principals := named(s.principal, "AWS")
	for _, p := range principals {
		if account, name, ok := cutRole(p.text(), ":iam::", ":role/"); ok {
			roles[account+"/"+name[strings.LastIndexByte(name, '/')+1:]] = p
		}
	}
	for _, p := range principals {
		account, session, ok := cutRole(p.text(), ":sts::", ":assumed-role/")
		role, _, _ := strings.Cut(session, "/")
		if first := roles[account+"/"+role]; ok && first != nil {
			v.report("REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY", "The role of this session is a principal already. Remove the session, or the role if only the session is meant.", p, first)
		}
	}
}

func cutRole(arn, service, kind string) (account, name string, ok bool) {
	_, rest, ok := strings.Cut(arn, service)
	if !ok {
		return "", "", false
	}
	return strings.Cut(rest, kind)
}

// issuers is T-11: whose tokens an OIDC provider's are depends on the claims
// that are compared.
func (v *validator) issuers(s *statement) {
	compared := map[string]bool{}  // issuers of which some claim is
	evaluated := map[string]bool{} // keys that tell callers apart
	for i := range s.conditions {
		c := &s.conditions[i]
		compared[c.name[:strings.LastIndexByte(c.name, ':')+1]] = true
		evaluated[c.name] = evaluated[c.name] || c.evaluates()
	}
	oidc, _ := providers(s)
	for _, p := range oidc {
		issuer := policy.Issuer(p.text())
		if key, shared := policy.SharedIssuer(issuer); shared && !evaluated[strings.ToLower(key)] {
			v.report("GATEHOUSE_MISSING_CLAIM_FOR_SHARED_ISSUER", fmt.Sprintf("All customers of %s have tokens of the same issuer, and only %s tells them apart. Compare it with a value that is not a wildcard alone; saving refuses the policy without.", issuer, key), p)
		}
		if issuer != gitHub && !compared[strings.ToLower(issuer)+":"] {
			v.report("MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL", fmt.Sprintf("Every token of the provider is let in. Compare its claims, at least %s:aud and %s:sub.", clip(issuer), clip(issuer)), p)
		}
	}
	if i := slices.IndexFunc(oidc, func(p *spot) bool { return policy.Issuer(p.text()) == gitHub }); i >= 0 {
		v.gitHub(s, oidc[i])
	}
}

// evaluates says whether the condition compares its key so that it tells
// callers apart.
func (c *condition) evaluates() bool {
	if c.operator.negated || c.operator.family != familyString || len(c.values) == 0 {
		return false
	}
	return !slices.ContainsFunc(c.values, func(s *spot) bool { return strings.Trim(s.text(), "*?") == "" })
}

// gitHub is about which repository and branch of GitHub's may assume the role.
func (v *validator) gitHub(s *statement, p *spot) {
	found := false
	for i := range s.conditions {
		c := &s.conditions[i]
		if c.name != gitHub+":sub" {
			continue
		}
		found = true
		for _, value := range c.values {
			text := value.text()
			if _, branch, ok := strings.Cut(text, ":ref:refs/heads/"); !ok || branch == "" || isPattern(text) || !strings.HasPrefix(text, "repo:") {
				v.report("SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED", "The value takes in more than one branch of one repository. Write repo:OWNER/NAME:ref:refs/heads/BRANCH if one is meant.", value)
			}
		}
	}
	if !found {
		v.report("MISSING_GITHUB_REPO_CONDITION_KEY", "Without "+gitHub+":sub every repository on GitHub is let in. Compare it with the repository and branch.", p)
	}
}
