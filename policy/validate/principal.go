package validate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// principals is G-05 and section P: whether the type of policy names
// principals, and how.
func (v *validator) principals(s *statement) {
	e := either(s.principal, s.notPrincipal)
	if e == nil {
		if v.kind == policy.Trust || v.kind == policy.Resource || v.kind == policy.ResourceControl {
			v.missingPrincipal(s)
		}
		return
	}
	if !v.mayHavePrincipal(s) {
		return
	}
	if s.allows && s.notPrincipal != nil {
		v.report("ALLOW_WITH_NOT_PRINCIPAL", "Allow with NotPrincipal lets in everyone who is not listed, anonymous callers too. List in Principal who is meant.", s.notPrincipal.asKey())
		v.report("UNSUPPORTED_ELEMENT_COMBINATION", "NotPrincipal goes with Deny only, and saving refuses it with Allow. List in Principal who is meant.", s.notPrincipal.asKey(), either(s.effect, s.spot))
	}
	for _, e := range [...]*spot{s.principal, s.notPrincipal} {
		if e != nil {
			v.principalElement(s, e)
		}
	}
}

func (v *validator) missingPrincipal(s *statement) {
	if v.kind == policy.ResourceControl {
		v.report("RCP_SYNTAX_ERROR_PRINCIPAL", "A resource control policy is about everyone. Add \"Principal\": \"*\", and narrow it in the Condition.", s.spot)
		return
	}
	v.report("MISSING_PRINCIPAL", "The statement does not say whom it is about. Add a Principal element.", s.spot)
}

// mayHavePrincipal reports a Principal or NotPrincipal where the type of policy
// has none.
func (v *validator) mayHavePrincipal(s *statement) bool {
	for _, e := range [...]*spot{s.principal, s.notPrincipal} {
		switch {
		case e == nil:
		case v.kind == policy.ServiceControl:
			v.report("SCP_SYNTAX_ERROR_PRINCIPAL", "A service control policy is about the principals of the accounts it is attached to. Remove the element, and compare aws:PrincipalArn in the Condition.", e.asKey())
			return false
		case v.kind == policy.Trust && e == s.notPrincipal:
			v.report("ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL", "A trust policy has no NotPrincipal. List in Principal who may assume the role.", e.asKey())
			return false
		case v.kind == policy.ResourceControl && e == s.notPrincipal:
			v.report("RCP_SYNTAX_ERROR_PRINCIPAL", "A resource control policy has no NotPrincipal. Write \"Principal\": \"*\", and exempt principals in the Condition.", e.asKey())
			return false
		case v.kind == policy.Identity, v.kind == policy.Boundary, v.kind == policy.Session, v.kind == policy.Endpoint && e == s.notPrincipal:
			v.report("UNSUPPORTED_PRINCIPAL", fmt.Sprintf("A policy of this type has no %s. Remove the element.", e.name), e.asKey())
			return false
		}
	}
	return true
}

// principalElement is G-07 and P-12.
func (v *validator) principalElement(s *statement, e *spot) {
	switch e.node.Kind() {
	case policy.JSONString:
		v.plainPrincipal(e)
	case policy.JSONObject:
		members := e.node.Members()
		if len(members) == 0 {
			v.report("EMPTY_OBJECT_PRINCIPAL", "The element names nobody, so the statement does nothing, and saving refuses it. Name somebody, or remove the statement.", e)
		}
		for i := range members {
			v.principalKind(e.member(&members[i]))
		}
	default:
		v.report("INVALID_PRINCIPAL_FORMAT", "A principal is \"*\", or an object of AWS, Service, Federated and CanonicalUser.", e)
	}
	if v.kind == policy.ResourceControl && !everyone(e) {
		v.report("RCP_SYNTAX_ERROR_PRINCIPAL", "The principal of a resource control policy is \"*\". Narrow it in the Condition.", e)
	}
}

// everyone says whether the element is "*" in one of its forms.
func everyone(e *spot) bool {
	if e.node.Kind() == policy.JSONString {
		return e.text() == "*"
	}
	members := e.node.Members()
	if len(members) != 1 {
		return false
	}
	values := members[0].Value().List()
	return len(values) == 1 && values[0].Text() == "*"
}

func (v *validator) plainPrincipal(e *spot) {
	switch {
	case e.text() != "*":
		v.report("INVALID_PRINCIPAL_FORMAT", fmt.Sprintf("Only \"*\" may stand alone. Write for example {\"AWS\": %q}.", clip(e.text())), e)
	case v.kind == policy.Trust:
		v.report("ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL", "A trust policy takes no bare \"*\". Name who may assume the role; everyone would be {\"AWS\": \"*\"}.", e)
	}
}

func (v *validator) principalKind(list *spot) {
	check := map[string]func(*spot){
		"AWS": v.awsPrincipal, "Service": v.servicePrincipal, "Federated": v.federatedPrincipal, "CanonicalUser": v.canonicalUser,
	}[list.name]
	if check == nil {
		v.report("INVALID_PRINCIPAL_KEY", fmt.Sprintf("There is no kind of principal %q%s It is AWS, Service, Federated or CanonicalUser, in this case.", clip(list.name), v.didYouMean(list.name, slices.Values([]string{"AWS", "Service", "Federated", "CanonicalUser"}))), list.asKey())
		return
	}
	v.emptyList(list, "EMPTY_ARRAY_PRINCIPAL", "principals")
	for _, item := range list.items() {
		if v.expect(item, policy.JSONString, "a string") && v.noVariable(item, "Principal") {
			check(item)
		}
	}
}

var (
	uniqueID             = regexp.MustCompile(`^A(IDA|ROA)[0-9A-Z]{12,124}$`)
	principalARN         = regexp.MustCompile(`^arn:[^:]+:(iam::\d{12}:(root|(user|role)/.+)|sts::\d{12}:(federated-user/.+|assumed-role/[^/]+/[^/]+))$`)
	servicePrincipalName = regexp.MustCompile(`^[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)+$`)
	providerARN          = regexp.MustCompile(`^arn:[^:]+:iam:[^:]*:\d{12}:(saml-provider|oidc-provider)/`)
	canonicalID          = regexp.MustCompile(`^[0-9A-Fa-f]{64}$`)
)

// awsPrincipal is P-01 to P-04 and P-07.
func (v *validator) awsPrincipal(item *spot) {
	text := item.text()
	switch {
	case text == "*", isAccount(text), principalARN.MatchString(text) && !strings.ContainsAny(text, "*?"):
	case strings.ContainsAny(text, "*?"):
		v.wildcardPrincipal(item, "AWS")
	case uniqueID.MatchString(text) && strings.HasPrefix(text, "AIDA"):
		v.report("INVALID_USER_REFERENCE", fmt.Sprintf("%s is the id of a user. Write the user's ARN; saving turns it into the id.", text), item)
	case uniqueID.MatchString(text):
		v.report("INVALID_ROLE_REFERENCE", fmt.Sprintf("%s is the id of a role. Write the role's ARN; saving turns it into the id.", text), item)
	default:
		v.report("INVALID_PRINCIPAL_FORMAT", fmt.Sprintf("%q can be no principal: that is an account's id or ARN, or the ARN of a user, a role or a session. Groups and instance profiles are none.", clip(text)), item)
	}
}

func (v *validator) wildcardPrincipal(item *spot, kind string) {
	v.report("UNSUPPORTED_WILDCARD_IN_PRINCIPAL", fmt.Sprintf("A wildcard is not replaced in a principal of the kind %s. Name the principal, or name the account and compare aws:PrincipalArn in the Condition.", kind), item)
}

func (v *validator) servicePrincipal(item *spot) {
	switch text := item.text(); {
	case strings.ContainsAny(text, "*?"):
		v.wildcardPrincipal(item, "Service")
	case !servicePrincipalName.MatchString(text):
		v.report("INVALID_SERVICE_PRINCIPAL_FORMAT", fmt.Sprintf("%q is no service principal: those look like ec2.amazonaws.com.", clip(text)), item)
	}
}

// federatedPrincipal is P-05: providers are for trust policies.
func (v *validator) federatedPrincipal(item *spot) {
	text := item.text()
	host, _, _ := strings.Cut(text, "/")
	switch {
	case v.kind != policy.Trust:
		v.report("FEDERATED_PRINCIPAL_NOT_SUPPORTED", "Only a trust policy names a provider. Name the roles that its users assume.", item)
	case !providerARN.MatchString(text) && !servicePrincipalName.MatchString(host), strings.Contains(text, "*"):
		v.report("INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY", fmt.Sprintf("%q is no provider: that is the ARN of an oidc-provider or saml-provider, or an issuer's host name that AWS knows.", clip(text)), item)
	}
}

// canonicalUser is P-08.
func (v *validator) canonicalUser(item *spot) {
	if v.kind != policy.Resource || !canonicalID.MatchString(item.text()) {
		v.report("INVALID_PRINCIPAL_FORMAT", "A canonical user is the 64 hexadecimal digits of an account's canonical id, in the policies of S3. Name the account instead.", item)
	}
}

// named are the principals of a kind in an element.
func named(e *spot, kind string) []*spot {
	if e == nil {
		return nil
	}
	members := e.node.Members()
	for i := range members {
		if members[i].Name() == kind {
			return e.member(&members[i]).strings()
		}
	}
	return nil
}
