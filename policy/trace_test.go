package policy

import (
	"reflect"
	"testing"
)

// Trace tells what Explain tells, but no change.
func TestTrace(t *testing.T) {
	text := documentOf(version2012, allows("s3:*", "*", "Condition", m{"IpAddress": m{"aws:SourceIp": "192.0.2.0/24"}}), denyOf("s3:Put*", "*"))
	s := &Set{Identity: []*Policy{compiled(t, Identity, text)}}
	for _, action := range []string{"s3:GetObject", "s3:PutObject", "sts:GetCallerIdentity"} {
		r := &Request{Principal: userOf(accountC, "ana"), Action: action, Resource: "*"}
		want, got := Explain(r, s), Trace(r, s)
		if got.Changes != nil || got.Fixed != "" {
			t.Errorf("%s: it proposes %v %q", action, got.Changes, got.Fixed)
		}
		if (len(want.Changes) == 0) != (want.Outcome == Allowed) {
			t.Errorf("%s: Explain proposes %v", action, want.Changes)
		}
		want.Changes = nil
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", action, got, want)
		}
	}
}
