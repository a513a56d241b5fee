package journal

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
	"github.com/gatehouse-iam/gatehouse/policy"
)

var update = flag.Bool("update", false, "write the golden files")

var at = time.Date(2026, 3, 1, 12, 0, 0, 987654321, time.UTC)

const accountID = "111122223333"

func p[T any](v T) *T { return &v }

// golden compares with testdata, indented so that a difference is readable.
func golden(t *testing.T, name string, line []byte) {
	t.Helper()
	var got bytes.Buffer
	if err := json.Indent(&got, line, "", "  "); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	got.WriteByte('\n')
	path := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%s:\n%s\nwant\n%s", name, got.Bytes(), want)
	}
}

func call(svc *api.Service, operation string, caller *api.Principal) *api.Call {
	c := &api.Call{
		Service: svc, Operation: svc.Operation(operation), Principal: caller, Region: "us-east-1", Time: at,
		RequestID: "6c7ee9f9-6b9a-4bd2-93a2-2f0f2c9c4a01", SourceIP: netip.MustParseAddr("203.0.113.9"),
		UserAgent: `aws-cli/2.31.0 "quoted"`, Host: "iam.example.com:4780",
	}
	if caller != nil {
		c.Account = caller.Account
	}
	return c
}

func entryOf(c *api.Call) Entry {
	return Entry{EventID: "0f0e0d0c-0b0a-4908-8706-050403020100", Call: c}
}

func userCaller() *api.Principal {
	arn := "arn:aws:iam::111122223333:user/engineering/ana"
	return &api.Principal{
		Principal: policy.Principal{Kind: policy.User, Account: accountID, ARN: arn, EntityARN: arn, EntityID: "AIDAEXAMPLEANA"},
		UserName:  "ana", UserID: "AIDAEXAMPLEANA", AccessKeyID: "AKIAEXAMPLEANA",
	}
}

func rootCaller() *api.Principal {
	arn := "arn:aws:iam::111122223333:root"
	return &api.Principal{
		Principal: policy.Principal{Kind: policy.Root, Account: accountID, ARN: arn, EntityARN: arn, EntityID: accountID},
		UserID:    accountID, AccessKeyID: "AKIAEXAMPLEROOT",
	}
}

func roleCaller() *api.Principal {
	return &api.Principal{
		Principal: policy.Principal{
			Kind: policy.RoleSession, Account: accountID, ARN: "arn:aws:sts::111122223333:assumed-role/Reader/ana-at-work",
			EntityARN: "arn:aws:iam::111122223333:role/teams/Reader", EntityID: "AROAEXAMPLEREADER",
		},
		UserID: "AROAEXAMPLEREADER:ana-at-work", AccessKeyID: "ASIAEXAMPLEREADER",
		Session: &api.Session{Issued: at.Add(-time.Hour), Name: "ana-at-work", Kind: "role", SourceIdentity: "ana", MFA: true},
	}
}

func federatedCaller(issuer *api.Principal) *api.Principal {
	return &api.Principal{
		Principal: policy.Principal{
			Kind: policy.FederatedUser, Account: accountID, ARN: "arn:aws:sts::111122223333:federated-user/tom",
			EntityARN: issuer.EntityARN, EntityID: issuer.EntityID,
		},
		UserID: "111122223333:tom", AccessKeyID: "ASIAEXAMPLETOM",
		Session: &api.Session{Issued: at.Add(-time.Hour), Name: "tom", Kind: "federation"},
	}
}

func sessionCaller() *api.Principal {
	c := userCaller()
	c.AccessKeyID = "ASIAEXAMPLEANA"
	c.Session = &api.Session{Issued: at.Add(-time.Hour), Kind: "session", MFA: true}
	return c
}

// TestIdentity: cloudtrail-event-reference-user-identity, a kind of caller each.
func TestIdentity(t *testing.T) {
	for name, caller := range map[string]*api.Principal{
		"root": rootCaller(), "user": userCaller(), "session": sessionCaller(), "role": roleCaller(),
		"federated": federatedCaller(userCaller()), "federated-by-root": federatedCaller(rootCaller()), "unknown": nil,
	} {
		t.Run(name, func(t *testing.T) {
			e := entryOf(call(sts.API, "GetCallerIdentity", caller))
			golden(t, "identity-"+name, AppendEvent(nil, &e))
		})
	}
}

// TestOtherIdentities: a service is one of AWS's types, whoever is left is unknown.
func TestOtherIdentities(t *testing.T) {
	for kind, want := range map[policy.PrincipalKind]string{policy.Service: "AWSService", policy.Provider: "Unknown", policy.Anonymous: "Unknown"} {
		if got := identityType(kind); got != want {
			t.Errorf("%v: %s, want %s", kind, got, want)
		}
	}
}

// TestEvent: cloudtrail-event-reference-record-contents.
func TestEvent(t *testing.T) {
	document := `{"Version":"2012-10-17","Statement":[]}`
	cases := map[string]func() Entry{
		"write": func() Entry {
			e := entryOf(call(iam.API, "CreateUser", userCaller()))
			e.Input = &iam.CreateUserInput{UserName: p("tom"), Path: p("/"), Tags: []iam.Tag{{Key: p("team"), Value: p("blue")}}}
			e.Output = &iam.CreateUserOutput{User: &iam.User{UserName: p("tom"), UserId: p("AIDAEXAMPLETOM"), CreateDate: p(at)}}
			return e
		},
		"write-without-output": func() Entry {
			e := entryOf(call(iam.API, "PutUserPolicy", userCaller()))
			e.Input = &iam.PutUserPolicyInput{UserName: p("tom"), PolicyName: p("p"), PolicyDocument: &document}
			e.Output = &iam.PutUserPolicyOutput{}
			return e
		},
		"access-key": func() Entry {
			e := entryOf(call(iam.API, "CreateAccessKey", userCaller()))
			e.Input = &iam.CreateAccessKeyInput{}
			e.Output = &iam.CreateAccessKeyOutput{AccessKey: &iam.AccessKey{AccessKeyId: p("AKIAEXAMPLETOM"), SecretAccessKey: p(canary), Status: p("Active"), UserName: p("tom")}}
			return e
		},
		"read": func() Entry {
			e := entryOf(call(iam.API, "GetUser", userCaller()))
			e.Input = &iam.GetUserInput{UserName: p("tom")}
			e.Output = &iam.GetUserOutput{User: &iam.User{UserName: p("tom")}}
			return e
		},
		"assume-role-over-tls": func() Entry {
			e := entryOf(call(sts.API, "AssumeRole", userCaller()))
			e.Call.Secure = true
			e.Input = &sts.AssumeRoleInput{RoleArn: p("arn:aws:iam::111122223333:role/teams/Reader"), RoleSessionName: p("ana-at-work"), DurationSeconds: p(int32(900)), ExternalId: p("x1")}
			e.Output = &sts.AssumeRoleOutput{Credentials: &sts.Credentials{AccessKeyId: p("ASIAEXAMPLEREADER"), SecretAccessKey: p(canary), SessionToken: p(canary), Expiration: p(at.Add(15 * time.Minute))}}
			return e
		},
		"json-protocol": func() Entry {
			e := entryOf(call(organizations.API, "CreateAccount", rootCaller()))
			e.Input = &organizations.CreateAccountInput{Email: p("tom@example.com"), AccountName: p("tom")}
			e.Output = &organizations.CreateAccountOutput{CreateAccountStatus: &organizations.CreateAccountStatus{Id: p("car-examplecreateaccountrequestid111"), State: p("IN_PROGRESS")}}
			return e
		},
		"failure": func() Entry {
			e := entryOf(call(iam.API, "CreateUser", userCaller()))
			e.Input = &iam.CreateUserInput{UserName: p("tom")}
			e.Output = &iam.CreateUserOutput{User: &iam.User{}}
			e.Failure = api.Errorf(409, "EntityAlreadyExists", "User with name %s already exists.", "tom")
			return e
		},
		"no-operation": func() Entry {
			c := call(iam.API, "GetUser", nil)
			c.Service, c.Operation, c.SourceIP, c.UserAgent = nil, nil, netip.Addr{}, ""
			e := entryOf(c)
			e.Failure = api.Errorf(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
			return e
		},
	}
	for name, make := range cases {
		t.Run(name, func(t *testing.T) {
			e := make()
			line := AppendEvent(nil, &e)
			if s := revealed(t, line); s != "" {
				t.Errorf("tells a secret: %s", s)
			}
			golden(t, "event-"+name, line)
		})
	}
}

// TestEventIsOneLine: what a caller words cannot end a line or forge a member.
func TestEventIsOneLine(t *testing.T) {
	hostile := "a\n{\"eventID\":\"forged\"}\r\n\x00\xff\",\"eventID\":\"forged\",\"x\":\""
	e := entryOf(call(iam.API, "GetUser", userCaller()))
	e.Call.UserAgent, e.Call.Host, e.Call.Secure = hostile, hostile, true
	e.Input = &iam.GetUserInput{UserName: &hostile}
	e.Failure = api.Errorf(400, "ValidationError", "%s", hostile)
	line := AppendEvent(nil, &e)
	if bytes.ContainsAny(line, "\n\r\x00") {
		t.Errorf("more than a line: %q", line)
	}
	var event map[string]any
	if err := json.Unmarshal(line, &event); err != nil || event["eventID"] != e.EventID {
		t.Errorf("%v, event id %v", err, event["eventID"])
	}
	if id := textBehind(line, bytes.LastIndex(line, idMember), idMember); id != e.EventID {
		t.Errorf("found by id %q", id)
	}
}

// TestEventLimits: userAgent and errorMessage up to 1 KB, requestParameters and
// responseElements up to 100 KB.
func TestEventLimits(t *testing.T) {
	t.Run("long texts are cut, between characters", func(t *testing.T) {
		e := entryOf(call(iam.API, "GetUser", userCaller()))
		e.Call.UserAgent = "x" + strings.Repeat("é", 4<<10)
		e.Failure = api.Errorf(400, "ValidationError", "%s", strings.Repeat("m", 4<<10))
		var event struct{ UserAgent, ErrorMessage string }
		if err := json.Unmarshal(AppendEvent(nil, &e), &event); err != nil {
			t.Fatal(err)
		}
		if event.UserAgent != "x"+strings.Repeat("é", 511) || len(event.ErrorMessage) != 1<<10 {
			t.Errorf("%d bytes of user agent, %d of message", len(event.UserAgent), len(event.ErrorMessage))
		}
	})
	for size, omitted := range map[int]bool{maxMember - len(`{"userName":""}`): false, maxMember: true} {
		e := entryOf(call(iam.API, "CreateUser", userCaller()))
		e.Input = &iam.CreateUserInput{UserName: p(strings.Repeat("n", size))}
		var event struct {
			RequestParameters struct {
				UserName, Reason string
				Omitted          bool
				OriginalSize     int
			}
		}
		if err := json.Unmarshal(AppendEvent(nil, &e), &event); err != nil {
			t.Fatal(err)
		}
		got := event.RequestParameters
		if got.Omitted != omitted || (got.UserName == "") != omitted {
			t.Errorf("%d bytes: omitted %v, user name of %d bytes", size, got.Omitted, len(got.UserName))
		}
		if omitted && (got.OriginalSize != size+len(`{"userName":""}`) || got.Reason != "requestParameters too large") {
			t.Errorf("%+v", got)
		}
	}
}

// TestEventCostsNoAllocation: GetCallerIdentity is the call that happens most.
func TestEventCostsNoAllocation(t *testing.T) {
	e := entryOf(call(sts.API, "GetCallerIdentity", userCaller()))
	e.Input, e.Output = &sts.GetCallerIdentityInput{}, &sts.GetCallerIdentityOutput{}
	buffer := make([]byte, 0, 4<<10)
	if n := testing.AllocsPerRun(100, func() { buffer = AppendEvent(buffer[:0], &e) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestValues: every kind of a model's values.
func TestValues(t *testing.T) {
	text := &api.Shape{Kind: api.String}
	everything := &api.Shape{Kind: api.Structure}
	for name, s := range map[string]*api.Shape{
		"A": text, "B": {Kind: api.Boolean}, "C": {Kind: api.Integer}, "D": {Kind: api.Long}, "E": {Kind: api.Double}, "F": {Kind: api.Double},
		"G": {Kind: api.Blob}, "H": {Kind: api.Timestamp}, "I": {Kind: api.List, Element: text}, "J": {Kind: api.Map, Element: text, KeyShape: text},
		"K": {Kind: api.List, Element: &api.Shape{Kind: api.String, Sensitive: true}}, "L": everything, "M": {Kind: api.Blob},
	} {
		everything.Members = append(everything.Members, api.MemberShape{Name: name, Shape: s, Payload: name == "M"})
	}
	// Members stand in the order of the struct's fields.
	slices.SortFunc(everything.Members, func(a, b api.MemberShape) int { return strings.Compare(a.Name, b.Name) })
	type value struct {
		A *string
		B *bool
		C *int32
		D *int64
		E *float64
		F *float64
		G []byte
		H *time.Time
		I []string
		J map[string]string
		K []string
		L *value
		M []byte
	}
	v := &value{
		A: p("\"\u2028é"), B: p(false), C: p(int32(-1)), D: p(int64(math.MaxInt64)), E: p(1.5), F: p(math.Inf(1)), G: []byte{0, 255},
		H: p(at), I: []string{"x", ""}, J: map[string]string{"b": "2", "a": "1"}, K: []string{canary}, L: &value{}, M: []byte("the body of a stream"),
	}
	const want = `{"a":"\"` + "\u2028é" + `","b":false,"c":-1,"d":9223372036854775807,"e":1.5,"f":"+Inf","g":"AP8=","h":"Mar 1, 2026, 12:00:00 PM",` +
		`"i":["x",""],"j":{"a":"1","b":"2"},"k":["HIDDEN_DUE_TO_SECURITY_REASONS"],"l":{}}`
	if got := string(appendStruct(nil, everything, v)); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	for name, nothing := range map[string]any{"empty": &value{}, "nil": nil, "nil pointer": (*value)(nil)} {
		if got := string(appendStruct(nil, everything, nothing)); got != "null" {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := string(appendStruct(nil, nil, &struct{}{})); got != "null" {
		t.Errorf("no shape: %s", got)
	}
}
