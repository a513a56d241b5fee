package api_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
)

// secretMembers are all members of IAM, STS and Organizations whose values no
// record may hold: what proves who somebody is, and what AWS itself hides of
// people (CloudTrail's events of CreateAccount).
var secretMembers = strings.Fields(`
	Password OldPassword NewPassword SecretAccessKey SessionToken
	PrivateKey AddPrivateKey ServicePassword ServiceCredentialSecret Base32StringSeed QRCodePNG
	TokenCode AuthenticationCode1 AuthenticationCode2
	WebIdentityToken SAMLAssertion TradeInToken ContextAssertion
	AccountName Email MasterAccountEmail ManagementAccountEmail`)

// personal are the paths of Organizations' further members that its model marks:
// names of accounts and transfers, who is invited, and what is written to them.
var personal = regexp.MustCompile(`^organizations:\S+ (` +
	`(Account|Accounts\.\[\]|DelegatedAdministrators\.\[\]|ResponsibilityTransfers?(\.\[\])?)\.Name|` +
	`\S*Parties\.\[\]\.Id|\S*Resources\.\[\]\.Value|Target\.Id|Notes|SourceName)$|` +
	`:UpdateResponsibilityTransferInput Name$`)

func isSecret(name string, l leaf) bool {
	return slices.Contains(secretMembers, l.member) || personal.MatchString(name+" "+l.path)
}

// openMembers have a name like a secret's and are none, for the pattern below.
var openMembers = strings.Fields(`
	AccessKeyId ServiceSpecificCredentialId ServiceCredentialAlias SSHPublicKeyId SSHPublicKeyBody KeyId RemovePrivateKey
	Key SortKey TagKeys TransitiveTagKeys ContextKeyName ContextKeyType ContextKeyValues ContextKeyNames MissingContextValues
	NextToken GlobalEndpointTokenVersion SubjectFromWebIdentityToken AssertionEncryptionMode ErrorCode Code
	EncodedMessage DecodedMessage Certificates`)

var looksSecret = regexp.MustCompile(`(?i)password|secret|token|code|key|assertion|credential|seed|email`)

// TestRecordSecrets: every text of every operation is a canary. It is not in the
// record where the member is secret, and is where it is not.
func TestRecordSecrets(t *testing.T) {
	hidden, n := map[string]bool{}, 0
	eachStruct(func(name string, s *api.Shape, value any) {
		f := canaries()
		f.structure(reflect.ValueOf(value).Elem(), s)
		record := string(api.AppendRecord(nil, s, value))
		if !json.Valid([]byte(record)) {
			t.Errorf("%s: no JSON: %s", name, record)
		}
		for _, l := range f.leaves {
			if l.text == "" {
				continue
			}
			n++
			found := strings.Contains(record, l.text) || strings.Contains(record, base64.StdEncoding.EncodeToString([]byte(l.text)))
			if secret := isSecret(name, l); found == secret {
				t.Errorf("%s %s: in the record %v, secret %v", name, l.path, found, secret)
			}
			if !found {
				hidden[l.member] = true
			}
			if looksSecret.MatchString(l.member) && !slices.Contains(secretMembers, l.member) && !slices.Contains(openMembers, l.member) {
				t.Errorf("%s %s: nobody said whether it is secret", name, l.path)
			}
		}
	})
	for _, member := range secretMembers {
		if !hidden[member] {
			t.Errorf("no operation has %s", member)
		}
	}
	if n < 1000 {
		t.Errorf("only %d texts", n)
	}
}

// The same members are not shown by messages, which reach the caller, the log and
// the journal.
func TestValidationHidesSecrets(t *testing.T) {
	shown := map[string]bool{}
	for _, svc := range services {
		for _, op := range svc.Operations {
			if op.Input == nil {
				continue
			}
			in := op.NewInput()
			f := canaries()
			long := strings.Repeat("\x00", 3000) // breaks lengths and patterns
			f.text = func(f *filler) string { return "canary-" + itoa(len(f.leaves)) + "-" + long }
			f.structure(reflect.ValueOf(in).Elem(), op.Input)
			e := api.Validate(svc, op, in)
			if e == nil {
				continue
			}
			for _, l := range f.leaves {
				if l.text == "" || !strings.Contains(e.Message, l.text[:len(l.text)-len(long)]) {
					continue
				}
				shown[l.member] = true
				if isSecret(svc.Name+":"+op.Name+"Input", l) {
					t.Errorf("%s %s is in the message", op.Name, l.path)
				}
			}
		}
	}
	if len(shown) < 50 {
		t.Errorf("only %d members are shown: %v", len(shown), slices.Sorted(maps.Keys(shown)))
	}
}

// TestRecordNames: names begin with a lower-case letter at every depth, and
// nothing else changes; keys of maps are data.
func TestRecordNames(t *testing.T) {
	eachStruct(func(name string, s *api.Shape, value any) {
		canaries().structure(reflect.ValueOf(value).Elem(), s)
		var doc any
		if err := json.Unmarshal(api.AppendRecord(nil, s, value), &doc); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		sameNames(t, name, s, doc)
	})
}

func sameNames(t *testing.T, at string, s *api.Shape, doc any) {
	t.Helper()
	switch doc := doc.(type) {
	case []any:
		for _, element := range doc {
			sameNames(t, at+"[]", s.Element, element)
		}
	case map[string]any:
		if s.Kind == api.Map {
			for _, element := range doc {
				sameNames(t, at+"{}", s.Element, element)
			}
			return
		}
		for i := range s.Members {
			m := &s.Members[i]
			if element, ok := doc[lower(m.Name)]; ok {
				delete(doc, lower(m.Name))
				sameNames(t, at+"."+m.Name, m.Shape, element)
			}
		}
		for left := range doc {
			t.Errorf("%s has %q", at, left)
		}
	}
}

// TestRecord: CloudTrail's form (CloudTrail user guide, "CloudTrail record
// contents": requestParameters and responseElements).
func TestRecord(t *testing.T) {
	made := time.Date(2026, 1, 2, 3, 4, 5, 999, time.FixedZone("", -3600))
	afternoon := time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC)
	const hidden = `"HIDDEN_DUE_TO_SECURITY_REASONS"`
	var none *iam.GetUserInput
	input := func(svc *api.Service, op string) *api.Shape { return svc.Operation(op).Input }
	output := func(svc *api.Service, op string) *api.Shape { return svc.Operation(op).Output }
	for _, c := range []struct {
		rule  string
		shape *api.Shape
		value any
		want  string
	}{
		{"members in the model's order", input(iam.API, "CreateUser"), &iam.CreateUserInput{UserName: ptr("kim"), Path: ptr("/a/")}, `{"path":"/a/","userName":"kim"}`},
		{"lists of structures", input(iam.API, "TagRole"), &iam.TagRoleInput{RoleName: ptr("r"), Tags: []iam.Tag{{Key: ptr("k"), Value: ptr("")}, {Key: ptr("l"), Value: ptr("v")}}},
			`{"roleName":"r","tags":[{"key":"k","value":""},{"key":"l","value":"v"}]}`},
		{"lists of text", input(iam.API, "UntagRole"), &iam.UntagRoleInput{RoleName: ptr("r"), TagKeys: []string{"b", "a"}}, `{"roleName":"r","tagKeys":["b","a"]}`},
		{"an empty list is a value", input(iam.API, "UntagRole"), &iam.UntagRoleInput{TagKeys: []string{}}, `{"tagKeys":[]}`},
		{"an empty structure is a value", output(iam.API, "GetUser"), &iam.GetUserOutput{User: &iam.User{}}, `{"user":{}}`},
		{"booleans and numbers", input(iam.API, "CreateRole"), &iam.CreateRoleInput{RoleName: ptr("r"), MaxSessionDuration: ptr(int32(3600))}, `{"roleName":"r","maxSessionDuration":3600}`},
		{"false is a value", output(iam.API, "ListUsers"), &iam.ListUsersOutput{IsTruncated: ptr(false)}, `{"isTruncated":false}`},
		{"maps, sorted, their keys as they are", output(iam.API, "GetAccountSummary"), &iam.GetAccountSummaryOutput{SummaryMap: map[string]int32{"Users": 2, "Groups": 1, "a\"b": 0}},
			`{"summaryMap":{"Groups":1,"Users":2,"a\"b":0}}`},
		{"times, in UTC", output(iam.API, "CreateAccessKey"), &iam.CreateAccessKeyOutput{AccessKey: &iam.AccessKey{AccessKeyId: ptr("AKIA"), CreateDate: &made, SecretAccessKey: ptr("s")}},
			`{"accessKey":{"accessKeyId":"AKIA","secretAccessKey":` + hidden + `,"createDate":"Jan 2, 2026, 4:04:05 AM"}}`},
		{"times after noon", output(sts.API, "GetSessionToken"), &sts.GetSessionTokenOutput{Credentials: &sts.Credentials{AccessKeyId: ptr("ASIA"), Expiration: &afternoon, SecretAccessKey: ptr("s"), SessionToken: ptr("t")}},
			`{"credentials":{"accessKeyId":"ASIA","secretAccessKey":` + hidden + `,"sessionToken":` + hidden + `,"expiration":"Nov 24, 2026, 3:00:00 PM"}}`},
		{"an initial abbreviation", input(iam.API, "CreateSAMLProvider"), &iam.CreateSAMLProviderInput{SAMLMetadataDocument: ptr("<x/>"), Name: ptr("n")}, `{"sAMLMetadataDocument":"<x/>","name":"n"}`},
		{"a password", input(iam.API, "CreateLoginProfile"), &iam.CreateLoginProfileInput{UserName: ptr("kim"), Password: ptr("hunter2")}, `{"userName":"kim","password":` + hidden + `}`},
		{"an empty password is hidden too", input(iam.API, "ChangePassword"), &iam.ChangePasswordInput{OldPassword: ptr("")}, `{"oldPassword":` + hidden + `}`},
		{"a code of an MFA device", input(sts.API, "AssumeRole"), &sts.AssumeRoleInput{RoleArn: ptr("arn"), TokenCode: ptr("123456")}, `{"roleArn":"arn","tokenCode":` + hidden + `}`},
		{"a blob that is secret", output(iam.API, "CreateVirtualMFADevice"), &iam.CreateVirtualMFADeviceOutput{VirtualMFADevice: &iam.VirtualMFADevice{SerialNumber: ptr("s"), Base32StringSeed: []byte("x")}},
			`{"virtualMFADevice":{"serialNumber":"s","base32StringSeed":` + hidden + `}}`},
		{"a blob that is not", output(iam.API, "GetCredentialReport"), &iam.GetCredentialReportOutput{Content: []byte("hi")}, `{"content":"aGk="}`},
		{"people's names and addresses", input(organizations.API, "CreateAccount"), &organizations.CreateAccountInput{AccountName: ptr("a"), Email: ptr("a@example.com"), RoleName: ptr("r")},
			`{"email":` + hidden + `,"accountName":` + hidden + `,"roleName":"r"}`},
		{"text that needs escapes", input(iam.API, "CreateUser"), &iam.CreateUserInput{UserName: ptr("a\"\\\n\x00<é\xff")}, `{"userName":"a\"\\\n\u0000<é` + "\uFFFD" + `"}`},
		{"no member set is null, as CloudTrail writes it", input(iam.API, "GetUser"), &iam.GetUserInput{}, "null"},
		{"no input", nil, &iam.GetAccountSummaryInput{}, "null"},
		{"a nil pointer", input(iam.API, "GetUser"), none, "null"},
		{"nil", input(iam.API, "GetUser"), nil, "null"},
		{"no pointer", input(iam.API, "GetUser"), iam.GetUserInput{UserName: ptr("kim")}, "null"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			if got := string(api.AppendRecord([]byte("before "), c.shape, c.value)); got != "before "+c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}

// Bodies are not recorded: they have no size that a record could hold.
func TestRecordLeavesBodiesOut(t *testing.T) {
	put := files.Operation("PutFile").Input
	in := &putFile{Bucket: ptr("b"), Key: ptr("k"), Metadata: map[string]string{"Color": "blue"}, Body: []byte("canary")}
	want := `{"bucket":"b","key":"k","metadata":{"Color":"blue"}}`
	if got := string(api.AppendRecord(nil, put, in)); got != want {
		t.Errorf("%s", got)
	}
	if got := string(api.AppendRecord(nil, put, &putFile{Body: []byte("canary")})); got != "null" {
		t.Errorf("a body alone: %s", got)
	}
}

// A secret element of a list or map is hidden as a member is.
func TestRecordSecretElements(t *testing.T) {
	secret := &api.Shape{Kind: api.String, Sensitive: true}
	shape := &api.Shape{Kind: api.Structure, Members: []api.MemberShape{
		{Name: "Codes", Shape: &api.Shape{Kind: api.List, Element: secret}},
		{Name: "ByName", Shape: &api.Shape{Kind: api.Map, KeyShape: &api.Shape{Kind: api.String}, Element: secret}},
		{Name: "All", Shape: &api.Shape{Kind: api.List, Element: &api.Shape{Kind: api.String}, Sensitive: true}},
	}}
	got := string(api.AppendRecord(nil, shape, &struct {
		Codes  []string
		ByName map[string]string
		All    []string
	}{[]string{"canary", "canary"}, map[string]string{"k": "canary"}, []string{"canary"}}))
	const h = `"HIDDEN_DUE_TO_SECURITY_REASONS"`
	if got != `{"codes":[`+h+`,`+h+`],"byName":{"k":`+h+`},"all":`+h+`}` {
		t.Errorf("%s", got)
	}
}

// A record is the same bytes each time.
func TestRecordIsStable(t *testing.T) {
	eachStruct(func(name string, s *api.Shape, value any) {
		varied(7).structure(reflect.ValueOf(value).Elem(), s)
		first := string(api.AppendRecord(nil, s, value))
		for range 3 {
			if again := string(api.AppendRecord(nil, s, value)); again != first {
				t.Fatalf("%s: %s, then %s", name, first, again)
			}
		}
	})
}

// FuzzJSONString: what is quoted is what encoding/json reads, whatever the bytes.
func FuzzJSONString(f *testing.F) {
	for _, s := range []string{"", "plain", "\"\\/\b\f\n\r\t\x00\x7f", "é€🐢", "\xff\xc3", "\u2028</script>", "\uFFFD"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		quoted := api.AppendJSONString([]byte("x"), s)
		var got string
		if err := json.Unmarshal(quoted[1:], &got); err != nil {
			t.Fatalf("%q: %v", quoted, err)
		}
		plain, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var want string
		if err := json.Unmarshal(plain, &want); err != nil || got != want {
			t.Fatalf("%q became %q, encoding/json has %q", s, got, want)
		}
	})
}
