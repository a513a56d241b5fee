package validate

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// The two versions of the language (G-02).
const (
	version2008 = "2008-10-17"
	version2012 = "2012-10-17"
)

// document looks at the whole and then at each statement.
func (v *validator) document() {
	if !v.expect(v.root, policy.JSONObject, "an object") {
		return
	}
	members := v.root.node.Members()
	var version, statements *spot
	for i := range members {
		s := v.root.member(&members[i])
		switch s.name {
		case "Version":
			version = s
		case "Id":
			v.id(s)
		case "Statement":
			statements = s
		default:
			v.unknownElement(s, "A policy", []string{"Version", "Id", "Statement"})
		}
	}
	v.version(version)
	v.statements(statements)
}

// expect reports a value of another kind than the grammar has there.
func (v *validator) expect(s *spot, kind policy.JSONKind, article string) bool {
	if s.node.Kind() == kind {
		return true
	}
	v.report("DATA_TYPE_MISMATCH", fmt.Sprintf("Here the grammar has %s, and this is %s. Write %s.", article, kinds[s.node.Kind()], article), s)
	return false
}

var kinds = map[policy.JSONKind]string{
	policy.JSONObject: "an object", policy.JSONArray: "a list", policy.JSONString: "a string",
	policy.JSONNumber: "a number", policy.JSONBool: "a boolean", policy.JSONNull: "null",
}

func (v *validator) unknownElement(s *spot, of string, known []string) {
	v.report("INVALID_POLICY_ELEMENT", fmt.Sprintf("%s has no element %q%s Element names are compared with their case.", of, clip(s.name), v.didYouMean(s.name, slices.Values(known))), s.asKey())
}

// id is G-03: IAM takes an Id, and makes nothing of it.
func (v *validator) id(s *spot) {
	if !v.expect(s, policy.JSONString, "a string") {
		return
	}
	switch v.kind {
	case policy.Identity, policy.Boundary, policy.Session:
		v.report("GATEHOUSE_UNUSED_ID", "Id belongs to resource-based policies; in this type it is kept and means nothing. Remove it.", s)
	case policy.ServiceControl, policy.ResourceControl:
		v.report("INVALID_POLICY_ELEMENT", "The policies of an organization have no Id. Remove it.", s.asKey())
	}
}

func (v *validator) version(s *spot) {
	switch {
	case s == nil:
		v.report("MISSING_VERSION", "Without a Version this is the language of "+version2008+", in which ${…} is no variable. Add \"Version\": \""+version2012+"\".", v.root)
	case !v.expect(s, policy.JSONString, "a string"):
	case s.text() == version2012:
		v.variables = true
	case s.text() != version2008:
		v.report("INVALID_VERSION", fmt.Sprintf("There is no version %q of the language. Write %q, or %q for its older form.", clip(s.text()), version2012, version2008), s)
	}
}

func (v *validator) statements(list *spot) {
	if list == nil {
		v.report("MISSING_STATEMENT", "The policy has no Statement and so says nothing. Add one.", v.root)
		return
	}
	if kind := list.node.Kind(); kind != policy.JSONArray && kind != policy.JSONObject {
		v.expect(list, policy.JSONArray, "a statement or a list of statements")
		return
	}
	items := list.items()
	if len(items) == 0 {
		v.report("MISSING_STATEMENT", "The list of statements is empty. Add a statement.", list)
	}
	same := map[string]*spot{}
	for _, item := range items {
		if !v.expect(item, policy.JSONObject, "an object") {
			continue
		}
		s := v.statement(item)
		for _, rule := range statementRules {
			rule(v, s)
		}
		v.redundantStatement(s, same)
	}
}

// size compares with the quotas that AWS has codes for (G-12).
func (v *validator) size() {
	size := policy.Size(v.kind, v.text)
	for _, q := range quotas {
		if q.kind == v.kind && size > q.most {
			v.report(q.code, fmt.Sprintf("The policy counts %d %s, and %s at most %d. Use several smaller policies, or fewer and wider entries.", size, q.unit, q.holder, q.most), v.root)
		}
	}
}

var quotas = []struct {
	kind               policy.Type
	most               int
	code, unit, holder string
}{
	{policy.Identity, 6144, "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", "characters without white space", "a managed policy holds"},
	{policy.Boundary, 6144, "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", "characters without white space", "a managed policy holds"},
	{policy.Trust, 2048, "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA", "characters without white space", "a role's trust policy holds, unless the quota was raised,"},
	{policy.Resource, 20480, "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA", "bytes", "the largest of the resource policies, a bucket's, holds"},
	{policy.ServiceControl, 5120, "POLICY_SIZE_EXCEEDS_SCP_QUOTA", "characters", "a service control policy holds"},
	{policy.ResourceControl, 5120, "POLICY_SIZE_EXCEEDS_RCP_QUOTA", "characters", "a resource control policy holds"},
}

var plainSid = regexp.MustCompile(`^[0-9A-Za-z]*$`)

// sid is G-03 and V-04.
func (v *validator) sid(s *spot) {
	if s == nil || !v.expect(s, policy.JSONString, "a string") {
		return
	}
	text := s.text()
	switch {
	case text == "":
		v.report("EMPTY_SID_VALUE", "An empty Sid is as good as none. Name the statement, or remove the element.", s)
		return
	case v.kind != policy.Resource && v.kind != policy.Endpoint && !plainSid.MatchString(text):
		v.report("UNSUPPORTED_SID", "A Sid of this type of policy is made of the letters A to Z, a to z and digits. Remove what else is in it.", s)
	}
	v.noVariable(s, "Sid")
	if first := v.seen[text]; first != nil {
		v.report("UNIQUE_SIDS_REQUIRED", fmt.Sprintf("Another statement has the Sid %q. Give each its own.", clip(text)), s, first)
		return
	}
	v.seen[text] = s
}

// leftOut tells when the document was too large for every comparison.
func (v *validator) leftOut() {
	if v.effort < 0 {
		v.report("GATEHOUSE_CHECKS_LEFT_OUT", "The document is so large that not every entry was compared with the others and with the tables of AWS's services. Validate it in parts.", v.root)
	}
}
