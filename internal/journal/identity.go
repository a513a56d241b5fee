package journal

import (
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// appendIdentity appends the caller [cloudtrail-event-reference-user-identity].
func appendIdentity(dst []byte, c *api.Call) []byte {
	p := c.Principal
	if p == nil {
		return append(dst, `{"type":"Unknown"}`...)
	}
	dst = append(dst, `{"type":"`...)
	dst = append(append(dst, identityType(p.Kind)...), '"')
	dst = field(dst, "principalId", p.UserID)
	dst = field(dst, "arn", p.ARN)
	dst = field(dst, "accountId", p.Account)
	dst = optional(dst, "accessKeyId", p.AccessKeyID)
	dst = optional(dst, "userName", p.UserName)
	if p.Session != nil {
		dst = appendSessionContext(dst, p)
	}
	return append(dst, '}')
}

func identityType(k policy.PrincipalKind) string {
	switch k {
	case policy.Root:
		return "Root"
	case policy.User:
		return "IAMUser"
	case policy.RoleSession:
		return "AssumedRole"
	case policy.FederatedUser:
		return "FederatedUser"
	case policy.Service:
		return "AWSService"
	}
	return "Unknown"
}

func appendSessionContext(dst []byte, p *api.Principal) []byte {
	dst = append(dst, `,"sessionContext":{`...)
	if p.Kind == policy.RoleSession || p.Kind == policy.FederatedUser {
		dst = append(dst, `"sessionIssuer":{"type":`...)
		dst = api.AppendJSONString(dst, issuerType(p))
		dst = field(dst, "principalId", p.EntityID)
		dst = field(dst, "arn", p.EntityARN)
		dst = field(dst, "accountId", p.Account)
		dst = optional(dst, "userName", entityName(p.EntityARN))
		dst = append(dst, '}', ',')
	}
	dst = append(dst, `"attributes":{"creationDate":`...)
	dst = appendTime(dst, p.Session.Issued)
	dst = append(dst, `,"mfaAuthenticated":"`...)
	if p.Session.MFA {
		dst = append(dst, `true"}`...)
	} else {
		dst = append(dst, `false"}`...)
	}
	dst = optional(dst, "sourceIdentity", p.Session.SourceIdentity)
	return append(dst, '}')
}

// entityName is a role's or user's name; the root user has none.
func entityName(arn string) string {
	i := strings.LastIndexByte(arn, '/')
	if i < 0 {
		return ""
	}
	return arn[i+1:]
}

func issuerType(p *api.Principal) string {
	switch {
	case p.Kind == policy.RoleSession:
		return "Role"
	case p.EntityID == p.Account:
		return "Root"
	}
	return "IAMUser"
}
