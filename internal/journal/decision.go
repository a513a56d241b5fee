package journal

import (
	"encoding/hex"
	"strconv"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// appendDecision appends the decision record of a denial: a decision case whose
// policies stand as name and content hash, and its result. Its ids come first: the
// index reads no further.
func appendDecision(dst []byte, e *Entry) []byte {
	d := e.Denial
	dst = append(dst, decisionStart[:len(decisionStart)-1]...)
	dst = api.AppendJSONString(dst, e.EventID)
	dst = field(dst, "requestID", e.Call.RequestID)
	dst = field(dst, "authorizationID", d.ID)
	dst = field(dst, "account", e.Call.Account)
	dst = append(dst, `,"time":`...)
	dst = appendTime(dst, e.Call.Time)
	dst = append(dst, `,"revision":`...)
	dst = strconv.AppendInt(dst, d.Revision, 10)
	dst = append(dst, `,"request":`...)
	var shortened cuts
	dst = appendRequest(dst, e, &shortened)
	dst = append(dst, `,"caller":`...)
	dst = appendCaller(dst, e.Call.Principal)
	dst = append(dst, `,"policies":`...)
	dst = appendPolicies(dst, &d.Set)
	if d.Ask.NoTrust {
		dst = append(dst, `,"no_trust":true`...)
	}
	dst = field(dst, "decision", outcome(d.Decision.Outcome))
	dst = field(dst, "denied_by", deniedBy(d.Decision.By))
	dst = field(dst, "message", shortened.text("message", d.Answer.Message))
	dst = appendMatched(dst, &d.Decision)
	return append(shortened.append(dst), '}')
}

func appendRequest(dst []byte, e *Entry, shortened *cuts) []byte {
	ask := &e.Denial.Ask
	dst = append(dst, `{"principal":`...)
	dst = api.AppendJSONString(dst, principal(e.Call))
	dst = field(dst, "action", shortened.text("action", ask.Action))
	dst = field(dst, "resource", shortened.text("resource", ask.Resource))
	dst = optional(dst, "resource_account", ask.Account)
	dst = append(dst, `,"context":`...)
	return append(appendContext(dst, e, shortened), '}')
}

// appendCaller appends what policies compare of the caller beyond its ARN: the user
// or role behind it, by ARN and by id (P-03, P-04).
func appendCaller(dst []byte, p *api.Principal) []byte {
	if p == nil {
		return append(dst, `{"type":"Anonymous"}`...)
	}
	dst = append(dst, `{"type":`...)
	dst = api.AppendJSONString(dst, identityType(p.Kind))
	dst = optional(dst, "account", p.Account)
	dst = optional(dst, "entity_arn", p.EntityARN)
	dst = optional(dst, "entity_id", p.EntityID)
	return append(optional(dst, "user_id", p.UserID), '}')
}

// appendMatched appends the statement that denied explicitly, where one did.
func appendMatched(dst []byte, d *policy.Decision) []byte {
	dst = append(dst, `,"matched":[`...)
	if p := d.Policy; p != nil {
		dst = append(dst, `{"policy_type":`...)
		dst = api.AppendJSONString(dst, deniedBy(d.By))
		dst = field(dst, "policy", p.Name())
		dst = append(dst, `,"statement":`...)
		dst = strconv.AppendInt(dst, int64(d.Statement), 10)
		dst = append(field(dst, "sid", p.Sid(d.Statement)), `,"effect":"Deny"}`...)
	}
	return append(dst, ']')
}

func principal(c *api.Call) string {
	if c.Principal == nil {
		return "*"
	}
	return c.Principal.ARN
}

func outcome(o policy.Outcome) string {
	switch o {
	case policy.Allowed:
		return "allowed"
	case policy.ExplicitDeny:
		return "explicitDeny"
	}
	return "implicitDeny"
}

// deniedBy is the policy type as decision cases name it: a trust policy is the
// role's resource policy (T-13).
func deniedBy(t policy.Type) string {
	switch t {
	case policy.Boundary:
		return "permissions_boundary"
	case policy.Session:
		return "session"
	case policy.Trust, policy.Resource:
		return "resource"
	case policy.ServiceControl:
		return "scp"
	case policy.ResourceControl:
		return "rcp"
	case policy.Endpoint:
		return "endpoint"
	}
	return "identity"
}

// appendPolicies appends the policies that applied. Absent is what sets no limit.
func appendPolicies(dst []byte, s *policy.Set) []byte {
	dst = append(dst, `{"identity":`...)
	dst = appendPolicyList(dst, s.Identity)
	if r := resourcePolicy(s); r != nil {
		dst = append(dst, `,"resource":`...)
		dst = appendPolicy(dst, r)
	}
	if len(s.Boundary) > 0 {
		dst = append(dst, `,"permissions_boundary":`...)
		dst = appendPolicyList(dst, s.Boundary)
	}
	if len(s.Session) > 0 || s.SessionRequired {
		dst = append(dst, `,"session":`...)
		dst = appendPolicyList(dst, s.Session)
	}
	if len(s.Endpoint) > 0 {
		dst = append(dst, `,"endpoint":`...)
		dst = appendPolicyList(dst, s.Endpoint)
	}
	dst = appendLevels(dst, "scp", s.ServiceControl)
	dst = appendLevels(dst, "rcp", s.ResourceControl)
	return append(dst, '}')
}

// resourcePolicy: a role's is its trust policy (T-13).
func resourcePolicy(s *policy.Set) *policy.Policy {
	if s.Trust != nil {
		return s.Trust
	}
	return s.Resource
}

func appendLevels(dst []byte, name string, levels [][]*policy.Policy) []byte {
	if len(levels) == 0 {
		return dst
	}
	dst = append(append(append(dst, `,"`...), name...), `":[`...)
	for i, level := range levels {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendPolicyList(dst, level)
	}
	return append(dst, ']')
}

func appendPolicyList(dst []byte, list []*policy.Policy) []byte {
	dst = append(dst, '[')
	for i, p := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendPolicy(dst, p)
	}
	return append(dst, ']')
}

func appendPolicy(dst []byte, p *policy.Policy) []byte {
	name, text := "", ""
	if p != nil {
		name, text = p.Name(), p.Text()
	}
	dst = append(dst, `{"name":`...)
	dst = api.AppendJSONString(dst, name)
	if text == "" { // E-25
		return append(dst, `,"unreadable":true}`...)
	}
	sum := p.Sum()
	dst = append(dst, `,"sha256":"`...)
	dst = hex.AppendEncode(dst, sum[:])
	return append(dst, '"', '}')
}
