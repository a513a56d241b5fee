package journal

import (
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// CloudTrail's limits [cloudtrail-event-reference-record-contents].
const (
	maxText   = 1 << 10   // bytes of userAgent and errorMessage; what is longer is cut
	maxMember = 100 << 10 // bytes of requestParameters and responseElements; what is larger is left out
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

func boolean(dst []byte, name string, value bool) []byte {
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
	dst = field(dst, "userAgent", cut(c.UserAgent))
	if e.Failure != nil {
		dst = field(dst, "errorCode", e.Failure.Code)
		dst = optional(dst, "errorMessage", cut(e.Failure.Record()))
	}
	dst = appendParameters(dst, e)
	dst = field(dst, "requestID", c.RequestID)
	dst = field(dst, "eventID", e.EventID)
	dst = boolean(dst, "readOnly", c.Operation == nil || c.Operation.ReadOnly)
	dst = append(dst, `,"eventType":"AwsApiCall","managementEvent":true`...)
	dst = optional(dst, "recipientAccountId", c.Account)
	dst = append(dst, `,"eventCategory":"Management"`...)
	if c.Secure {
		dst = append(dst, `,"tlsDetails":{"clientProvidedHostHeader":`...)
		dst = append(api.AppendJSONString(dst, cut(c.Host)), '}')
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

// cut cuts a text that a caller made long.
func cut(text string) string { return cutAt(text, maxText) }

// appendParameters appends what was asked and, for what changes something, what
// came out. Secrets are in neither.
func appendParameters(dst []byte, e *Entry) []byte {
	op := e.Call.Operation
	if op == nil {
		return append(dst, `,"requestParameters":null,"responseElements":null`...)
	}
	dst = appendMember(dst, "requestParameters", op.Input, e.Input)
	if e.Failure != nil || op.ReadOnly && !issues(op.Name) {
		return append(dst, `,"responseElements":null`...)
	}
	return appendMember(dst, "responseElements", op.Output, e.Output)
}

// appendMember appends an input or output. Of one that is too large, its size is
// left.
func appendMember(dst []byte, name string, s *api.Shape, v any) []byte {
	dst = append(append(append(dst, ',', '"'), name...), '"', ':')
	before := len(dst)
	dst = appendStruct(dst, s, v)
	size := len(dst) - before
	if size <= maxMember {
		return dst
	}
	dst = append(dst[:before], `{"omitted":true,"originalSize":`...)
	dst = strconv.AppendInt(dst, int64(size), 10)
	return append(append(append(dst, `,"reason":"`...), name...), ` too large"}`...)
}

// issues are the operations of STS that read, but hand out credentials: CloudTrail
// shows whose.
func issues(name string) bool {
	return strings.HasPrefix(name, "AssumeRole") || name == "GetFederationToken" || name == "GetSessionToken"
}
