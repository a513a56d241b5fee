package directory

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// identify returns the trust policy with the users and roles in it as unique
// ids, and nothing else changed (P-04, G-16). A principal that does not exist is
// refused (V-15). The text has passed policy.Check: principals have their form.
func (v *View) identify(text string) (string, error) {
	return rewrite(policy.Trust, text, func(p policy.PrincipalValue) (string, error) {
		switch p.Kind {
		case "AWS":
			return v.principalID(p.Value)
		case "Service":
			return "", checkService(p.Value)
		case "Federated":
			return "", checkFederated(p.Value)
		}
		return "", invalidPrincipal(p.Kind, p.Value)
	})
}

// TrustText is the role's trust policy as it is shown: ids of users and roles
// that live are their ARNs, those of deleted ones stay as they are
// (reference_policies_elements_principal).
func (v *View) TrustText(r *Role) string { return v.shown(policy.Trust, r.Trust.Text) }

func (v *View) shown(t policy.Type, saved string) string {
	text, err := rewrite(t, saved, func(p policy.PrincipalValue) (string, error) {
		if p.Kind != "AWS" {
			return "", nil
		}
		return v.arnOf(p.Value), nil
	})
	if err != nil {
		return saved // not of today's grammar: shown as it is
	}
	return text
}

// rewrite replaces principals in a document. replace gives the new value, "" to
// keep the old.
func rewrite(t policy.Type, text string, replace func(policy.PrincipalValue) (string, error)) (string, error) {
	principals, err := policy.Principals(t, text)
	if err != nil {
		return "", malformedPolicy(err)
	}
	var b strings.Builder
	end := 0
	for _, p := range principals {
		value, err := replace(p)
		if err != nil {
			return "", err
		}
		if value == "" || value == p.Value {
			continue
		}
		b.WriteString(text[end:p.Offset])
		b.WriteString(quote(value))
		end = p.End
	}
	b.WriteString(text[end:])
	return b.String(), nil
}

func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.Encode(s) // a string and a buffer: it cannot fail
	return strings.TrimSuffix(b.String(), "\n")
}

func invalidPrincipal(kind, value string) error {
	return api.Errorf(http.StatusBadRequest, "MalformedPolicyDocument", `Invalid principal in policy: "%s":"%s"`, strings.ToUpper(kind), value)
}

// principalID is the unique id of a user or role that a policy names by its ARN,
// "" for the other principals of kind AWS. An account need not be one of this
// server's (choice): it delegates to nobody until it is. Users, roles and sessions of
// such an account do not exist. For what is not looked up either, a federated user or
// a provider, the account is not looked up: the answer would tell which accounts exist.
func (v *View) principalID(value string) (string, error) {
	if value == "*" || IsAccountID(value) {
		return "", nil
	}
	if isUniqueID(value) {
		if v.arnOf(value) == "" {
			return "", invalidPrincipal("AWS", value)
		}
		return "", nil
	}
	parts := strings.SplitN(value, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[1] != "aws" || parts[3] != "" || !IsAccountID(parts[4]) {
		return "", invalidPrincipal("AWS", value)
	}
	id, ok := v.Of(parts[4]).namedID(parts[2], parts[5], value)
	if !ok {
		return "", invalidPrincipal("AWS", value)
	}
	return id, nil
}

// namedID finds what an ARN of the view's account names. The id is "" for what
// keeps its ARN in the document: the account and sessions.
func (v *View) namedID(service, resource, arn string) (id string, ok bool) {
	kind, name, _ := strings.Cut(resource, "/")
	last := name[strings.LastIndexByte(name, '/')+1:]
	switch service + ":" + kind {
	case "iam:root":
		return "", resource == "root"
	case "iam:user":
		if u := v.user(last); u != nil && u.ARN(v.account) == arn {
			return u.ID, true
		}
	case "iam:role":
		if r := v.role(last); r != nil && r.ARN(v.account) == arn {
			return r.ID, true
		}
	case "sts:assumed-role":
		role, session, _ := strings.Cut(name, "/")
		r := v.role(role)
		return "", r != nil && r.Name == role && session != ""
	case "sts:federated-user":
		return "", name != ""
	}
	return "", false
}

// isUniqueID says whether a principal is the unique id of a user or role.
func isUniqueID(value string) bool {
	return strings.HasPrefix(value, "AIDA") || strings.HasPrefix(value, "AROA")
}

// arnOf is the ARN of a living user or role of any account, by its unique id.
func (v *View) arnOf(id string) string {
	if !isUniqueID(id) {
		return ""
	}
	if arn := v.ownARN(id); arn != "" {
		return arn
	}
	for account := range v.Accounts("") {
		if account == v.account {
			continue
		}
		if arn := v.Of(account).ownARN(id); arn != "" {
			return arn
		}
	}
	return ""
}

func (v *View) ownARN(id string) string {
	if u := v.UserByID(id); u != nil {
		return u.ARN(v.account)
	}
	if r := v.RoleByID(id); r != nil {
		return r.ARN(v.account)
	}
	return ""
}

// servicePrincipal is the form of a service's name (P-05). Which services exist
// is not checked: a role for one that is not served here does no harm.
var servicePrincipal = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com|amazonaws\.com\.cn|amazon\.com|aws\.internal)$`)

func checkService(value string) error {
	if !servicePrincipal.MatchString(value) {
		return invalidPrincipal("Service", value)
	}
	return nil
}

// checkFederated accepts the providers of any account, and the well-known issuers,
// which are host names.
func checkFederated(value string) error {
	parts := strings.SplitN(value, ":", 6)
	if len(parts) == 6 && (parts[1] != "aws" || !IsAccountID(parts[4])) {
		return invalidPrincipal("Federated", value)
	}
	return nil
}
