package api_test

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
)

func encode(t *testing.T, svc *api.Service, op string, out any, form api.Form) api.Response {
	t.Helper()
	r, err := api.EncodeOutput(nil, svc, svc.Operation(op), out, requestID, form)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var when = time.Date(2026, 11, 24, 15, 0, 0, 123456789, time.FixedZone("", 3600))

var identity = &sts.GetCallerIdentityOutput{
	UserId: ptr("AIDAQ3EGRJ5EXAMPLE111"), Account: ptr("123456789012"), Arn: ptr("arn:aws:iam::123456789012:user/kim"),
}

func TestQueryEncode(t *testing.T) {
	users := &iam.ListUsersOutput{IsTruncated: ptr(true), Marker: ptr("m"), Users: []iam.User{
		{UserName: ptr("kim"), Path: ptr("/"), CreateDate: &when, Tags: []iam.Tag{{Key: ptr("a&b"), Value: ptr("")}}},
		{UserName: ptr("lee"), Tags: []iam.Tag{}},
	}}
	t.Run("GetCallerIdentity", func(t *testing.T) {
		golden(t, "GetCallerIdentity.xml", encode(t, sts.API, "GetCallerIdentity", identity, api.Native))
		golden(t, "GetCallerIdentity.json", encode(t, sts.API, "GetCallerIdentity", identity, api.JSONTwin))
	})
	t.Run("lists, booleans, timestamps, empty text", func(t *testing.T) {
		golden(t, "ListUsers.xml", encode(t, iam.API, "ListUsers", users, api.Native))
		golden(t, "ListUsers.json", encode(t, iam.API, "ListUsers", users, api.JSONTwin))
	})
	t.Run("an empty list is printed, an absent one is not", func(t *testing.T) {
		golden(t, "ListUsers-empty.xml", encode(t, iam.API, "ListUsers", &iam.ListUsersOutput{Users: []iam.User{}, IsTruncated: ptr(false)}, api.Native))
	})
	t.Run("an operation without output has no result", func(t *testing.T) {
		golden(t, "DeleteUser.xml", encode(t, iam.API, "DeleteUser", &iam.DeleteUserOutput{}, api.Native))
		golden(t, "DeleteUser.json", encode(t, iam.API, "DeleteUser", &iam.DeleteUserOutput{}, api.JSONTwin))
	})
	t.Run("an output whose members are all absent", func(t *testing.T) {
		want := encode(t, iam.API, "GetUser", &iam.GetUserOutput{}, api.Native)
		golden(t, "GetUser-empty.xml", want)
		var none *iam.GetUserOutput
		for _, out := range []any{nil, none} {
			if got := encode(t, iam.API, "GetUser", out, api.Native); string(got.Body) != string(want.Body) {
				t.Errorf("%T: %s", out, got.Body)
			}
		}
	})
	t.Run("maps are sorted", func(t *testing.T) {
		out := &iam.GetAccountSummaryOutput{SummaryMap: map[string]int32{"Users": 3, "Groups": 0, "AccountMFAEnabled": 1}}
		golden(t, "GetAccountSummary.xml", encode(t, iam.API, "GetAccountSummary", out, api.Native))
		golden(t, "GetAccountSummary.json", encode(t, iam.API, "GetAccountSummary", out, api.JSONTwin))
	})
	t.Run("blobs are base64", func(t *testing.T) {
		out := &iam.GetCredentialReportOutput{Content: []byte("user,arn\n"), GeneratedTime: &when}
		golden(t, "GetCredentialReport.xml", encode(t, iam.API, "GetCredentialReport", out, api.Native))
	})
	t.Run("another operation's output is a fault of ours", func(t *testing.T) {
		for _, out := range []any{&iam.ListUsersOutput{}, iam.GetUserOutput{}, "x"} {
			if _, err := api.EncodeOutput(nil, iam.API, iam.API.Operation("GetUser"), out, requestID, api.Native); err == nil {
				t.Errorf("%T is taken", out)
			}
		}
	})
	t.Run("the body is appended", func(t *testing.T) {
		r, err := api.EncodeOutput([]byte("before "), sts.API, sts.API.Operation("GetCallerIdentity"), identity, requestID, api.Native)
		if err != nil || string(r.Body[:8]) != "before <" {
			t.Errorf("%s, %v", r.Body, err)
		}
	})
}

// TestQueryText: what XML and JSON cannot hold or must escape comes back as it
// was, or as U+FFFD.
func TestQueryText(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"plain", "plain"},
		{`<a href="x">&amp;'`, `<a href="x">&amp;'`},
		{"line\nfeed\r\ntab\t", "line\nfeed\r\ntab\t"},
		{"nul\x00 bell\x07 esc\x1b", "nul\uFFFD bell\uFFFD esc\uFFFD"},
		{"bad \xff\xfe utf-8", "bad \uFFFD\uFFFD utf-8"},
		{"non-characters \uFFFE \uFFFF", "non-characters \uFFFD \uFFFD"},
		{"żółw 🐢", "żółw 🐢"},
		{"]]>", "]]>"},
	} {
		out := &iam.CreateRoleOutput{Role: &iam.Role{Description: ptr(c.in)}}
		var doc struct {
			Text string `xml:"CreateRoleResult>Role>Description"`
		}
		body := encode(t, iam.API, "CreateRole", out, api.Native).Body
		if err := xml.Unmarshal(body, &doc); err != nil || doc.Text != c.want {
			t.Errorf("%q: %q, %v", c.in, doc.Text, err)
		}
		body = encode(t, iam.API, "CreateRole", out, api.JSONTwin).Body
		var twin struct {
			CreateRoleResponse struct {
				CreateRoleResult struct{ Role struct{ Description string } }
			}
		}
		if err := json.Unmarshal(body, &twin); err != nil {
			t.Errorf("%q: %v in %s", c.in, err, body)
		}
	}
}

func TestQueryError(t *testing.T) {
	missing := api.Errorf(404, "NoSuchEntity", "The user with name %s cannot be found.", "a<b")
	fault := &api.Error{Code: "ServiceFailure", Status: 500, Message: "later", Fault: true, Log: "never sent"}
	members := &api.Error{Code: "InvalidInput", Status: 400, Message: "m", Members: []api.Member{{Name: "Reason", Value: "R"}}}
	for _, c := range []struct {
		name string
		svc  *api.Service
		err  *api.Error
		form api.Form
	}{
		{"error-iam.xml", iam.API, missing, api.Native},
		{"error-iam.json", iam.API, missing, api.JSONTwin},
		{"error-sts-fault.xml", sts.API, fault, api.Native},
		{"error-sts-fault.json", sts.API, fault, api.JSONTwin},
		{"error-members.xml", iam.API, members, api.Native},
		{"error-members.json", iam.API, members, api.JSONTwin},
		{"error-invalid-action.xml", iam.API, api.Errorf(400, "InvalidAction", "Could not find operation Dance for version 2010-05-08"), api.Native},
		{"error-no-service.xml", nil, missing, api.Native},
		{"error-not-implemented.xml", iam.API, api.NotImplemented(iam.API.Operation("CreateSAMLProvider")), api.Native},
	} {
		t.Run(c.name, func(t *testing.T) {
			golden(t, c.name, api.EncodeError(nil, c.svc, c.err, requestID, c.form))
		})
	}
}

func TestForm(t *testing.T) {
	for _, c := range []struct {
		accept []string
		svc    *api.Service
		want   api.Form
	}{
		{nil, sts.API, api.Native},
		{[]string{"application/json"}, sts.API, api.JSONTwin},
		{[]string{"Application/JSON; q=1"}, sts.API, api.JSONTwin},
		{[]string{"application/json"}, nil, api.JSONTwin},
		{[]string{"text/xml, application/json"}, sts.API, api.Native},
		{[]string{"*/*"}, sts.API, api.Native},
		{[]string{"application/json"}, &api.Service{Protocol: api.JSON}, api.Native},
	} {
		r := httptest.NewRequest("POST", "/", nil)
		r.Header = http.Header{"Accept": c.accept}
		if got := api.FormOf(c.svc, r); got != c.want {
			t.Errorf("%q: %d", c.accept, got)
		}
	}
}
