package journal

import (
	"strings"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// iso is the form of CloudTrail's times.
const iso = "2006-01-02T15:04:05Z"

func appendTime(dst []byte, t time.Time) []byte {
	dst = append(dst, '"')
	dst = t.UTC().AppendFormat(dst, iso)
	return append(dst, '"')
}

// field appends a member with its comma in front.
func field(dst []byte, name, value string) []byte {
	dst = append(append(append(dst, ',', '"'), name...), '"', ':')
	return api.AppendJSONString(dst, value)
}

func optional(dst []byte, name, value string) []byte {
	if value == "" {
		return dst
	}
	return field(dst, name, value)
}

func flag(dst []byte, name string, value bool) []byte {
	dst = append(append(append(dst, ',', '"'), name...), '"', ':')
	if value {
		return append(dst, "true"...)
	}
	return append(dst, "false"...)
}

// AppendEvent appends the event of a call to dst: the value that a write commits
// beside its change under the key event/EVENTID. Its form is CloudTrail's
// [cloudtrail-event-reference-record-contents].
func AppendEvent(dst []byte, e *Entry) []byte {
	c := e.Call
	dst = append(dst, `{"eventVersion":"1.11","userIdentity":`...)
	dst = appendIdentity(dst, c)
	dst = append(dst, `,"eventTime":`...)
	dst = appendTime(dst, c.Time)
	dst = field(dst, "eventSource", eventSource(c))
	dst = field(dst, "eventName", eventName(c))
	dst = field(dst, "awsRegion", c.Region)
	dst = append(dst, `,"sourceIPAddress":"`...)
	if c.SourceIP.IsValid() {
		dst = c.SourceIP.AppendTo(dst)
	}
	dst = append(dst, '"')
	dst = field(dst, "userAgent", c.UserAgent)
	if e.Failure != nil {
		dst = field(dst, "errorCode", e.Failure.Code)
		dst = optional(dst, "errorMessage", e.Failure.Message)
	}
	dst = appendParameters(dst, e)
	dst = field(dst, "requestID", c.RequestID)
	dst = field(dst, "eventID", e.EventID)
	dst = flag(dst, "readOnly", c.Operation == nil || c.Operation.ReadOnly)
	dst = append(dst, `,"eventType":"AwsApiCall","managementEvent":true`...)
	dst = optional(dst, "recipientAccountId", c.Account)
	dst = append(dst, `,"eventCategory":"Management"`...)
	if c.Secure {
		dst = append(dst, `,"tlsDetails":{"clientProvidedHostHeader":`...)
		dst = append(api.AppendJSONString(dst, c.Host), '}')
	}
	return append(dst, '}')
}

func eventSource(c *api.Call) string {
	if c.Service == nil {
		return "gatehouse"
	}
	return c.Service.EventSource
}

func eventName(c *api.Call) string {
	if c.Operation == nil {
		return "Unknown"
	}
	return c.Operation.Name
}

// appendParameters appends what was asked and, for what changes something, what
// came out. Secrets are in neither.
func appendParameters(dst []byte, e *Entry) []byte {
	op := e.Call.Operation
	dst = append(dst, `,"requestParameters":`...)
	if op == nil || e.Input == nil {
		dst = append(dst, "null"...)
	} else {
		dst = api.AppendRecord(dst, op.Input, e.Input)
	}
	dst = append(dst, `,"responseElements":`...)
	if op == nil || e.Output == nil || e.Failure != nil || op.ReadOnly && !issues(op.Name) {
		return append(dst, "null"...)
	}
	return api.AppendRecord(dst, op.Output, e.Output)
}

// issues are the operations of STS that read, but hand out credentials: CloudTrail
// shows whose.
func issues(name string) bool {
	return strings.HasPrefix(name, "AssumeRole") || name == "GetFederationToken" || name == "GetSessionToken"
}

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
		dst = optional(dst, "userName", p.EntityARN[strings.LastIndexByte(p.EntityARN, '/')+1:])
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

func issuerType(p *api.Principal) string {
	switch {
	case p.Kind == policy.RoleSession:
		return "Role"
	case p.EntityID == p.Account:
		return "Root"
	}
	return "IAMUser"
}
