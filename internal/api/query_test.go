package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
)

// form is the request around a form; the body is given beside it.
func form() *http.Request {
	r := httptest.NewRequest("POST", "/", nil)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	return r
}

// decode reads a form as an operation's input.
func decode[T any](t *testing.T, svc *api.Service, op, body string) (*T, error) {
	t.Helper()
	in, err := api.DecodeInput(svc, svc.Operation(op), form(), []byte(body))
	if err != nil {
		return nil, err
	}
	return in.(*T), nil
}

func must[T any](t *testing.T, svc *api.Service, op, body string) *T {
	t.Helper()
	in, err := decode[T](t, svc, op, body)
	if err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return in
}

func TestQueryDecode(t *testing.T) {
	t.Run("scalars, unknown parameters and those of the signature", func(t *testing.T) {
		in := must[iam.CreateRoleInput](t, iam.API, "CreateRole",
			"Action=CreateRole&Version=2010-05-08&RoleName=r%2B1&MaxSessionDuration=7200&Nonsense=1&Nonsense=2&Also.member.1=x&X-Amz-Date=z&&Description=a+b")
		if *in.RoleName != "r+1" || *in.MaxSessionDuration != 7200 || *in.Description != "a b" {
			t.Errorf("%+v", in)
		}
		if in.Path != nil || in.Tags != nil {
			t.Errorf("absent members are set: %+v", in)
		}
	})
	t.Run("an empty value is not an absent one", func(t *testing.T) {
		in := must[iam.CreateRoleInput](t, iam.API, "CreateRole", "Description=&Path")
		if in.Description == nil || *in.Description != "" || in.Path == nil || *in.Path != "" {
			t.Errorf("%+v", in)
		}
	})
	t.Run("lists of structures in any order and with gaps", func(t *testing.T) {
		in := must[iam.TagRoleInput](t, iam.API, "TagRole",
			"Tags.member.10.Key=c&Tags.member.2.Value=2&Tags.member.1.Key=a&Tags.member.1.Value=1&Tags.member.2.Key=b&Tags.member.10.Value=")
		if len(in.Tags) != 3 || *in.Tags[0].Key != "a" || *in.Tags[1].Value != "2" || *in.Tags[2].Key != "c" || *in.Tags[2].Value != "" {
			t.Errorf("%+v", in.Tags)
		}
	})
	t.Run("lists of scalars", func(t *testing.T) {
		in := must[iam.UntagRoleInput](t, iam.API, "UntagRole", "TagKeys.member.2=b&TagKeys.member.1=a")
		if strings.Join(in.TagKeys, ",") != "a,b" {
			t.Errorf("%q", in.TagKeys)
		}
	})
	t.Run("Name= is an empty list, absence is none", func(t *testing.T) {
		in := must[iam.CreateRoleInput](t, iam.API, "CreateRole", "Tags=")
		if in.Tags == nil || len(in.Tags) != 0 {
			t.Errorf("%#v", in.Tags)
		}
	})
	t.Run("lists in structures in lists", func(t *testing.T) {
		in := must[iam.SimulateCustomPolicyInput](t, iam.API, "SimulateCustomPolicy",
			"ContextEntries.member.1.ContextKeyName=k&ContextEntries.member.1.ContextKeyValues.member.1=v&ContextEntries.member.1.ContextKeyType=string")
		if e := in.ContextEntries[0]; *e.ContextKeyName != "k" || e.ContextKeyValues[0] != "v" {
			t.Errorf("%+v", e)
		}
	})
	t.Run("maps", func(t *testing.T) {
		in := must[iam.PutAccountPropertiesInput](t, iam.API, "PutAccountProperties",
			"Properties.entry.2.key=b&Properties.entry.2.value=2&Properties.entry.1.key=a&Properties.entry.1.value=1")
		if len(in.Properties) != 2 || in.Properties["a"] != "1" || in.Properties["b"] != "2" {
			t.Errorf("%v", in.Properties)
		}
	})
	t.Run("booleans", func(t *testing.T) {
		in := must[iam.ListServiceSpecificCredentialsInput](t, iam.API, "ListServiceSpecificCredentials", "AllUsers=true")
		if !*in.AllUsers {
			t.Error("AllUsers is not set")
		}
	})
	t.Run("GET", func(t *testing.T) {
		r := httptest.NewRequest("GET", "/?Action=GetUser&Version=2010-05-08&UserName=kim", nil)
		in, err := api.DecodeInput(iam.API, iam.API.Operation("GetUser"), r, nil)
		if err != nil || *in.(*iam.GetUserInput).UserName != "kim" {
			t.Errorf("%v, %v", in, err)
		}
	})
	t.Run("a POST whose parameters are in the URL", func(t *testing.T) {
		r := httptest.NewRequest("POST", "/?UserName=kim", nil)
		r.Header.Set("Content-Type", "text/plain")
		in, err := api.DecodeInput(iam.API, iam.API.Operation("GetUser"), r, []byte("UserName=not+a+form"))
		if err != nil || *in.(*iam.GetUserInput).UserName != "kim" {
			t.Errorf("%v, %v", in, err)
		}
	})
	t.Run("an operation without input", func(t *testing.T) {
		in, err := api.DecodeInput(iam.API, iam.API.Operation("GetAccountSummary"), form(), []byte("Action=GetAccountSummary"))
		if _, ok := in.(*iam.GetAccountSummaryInput); !ok || err != nil {
			t.Errorf("%T, %v", in, err)
		}
	})
}

func TestQueryMalformed(t *testing.T) {
	for _, c := range []struct{ rule, op, body, code, message string }{
		{"a scalar twice", "GetUser", "UserName=a&UserName=b", "MalformedInput", "Parameter UserName is given more than once"},
		{"an empty scalar twice", "GetUser", "UserName=&UserName=", "MalformedInput", "Parameter UserName is given more than once"},
		{"a list's element twice", "UntagRole", "TagKeys.member.1=a&TagKeys.member.1=b", "MalformedInput", "Parameter TagKeys.member.1 is given more than once"},
		{"an element's member twice", "TagRole", "Tags.member.1.Key=a&Tags.member.1.Key=b", "MalformedInput", "Parameter Tags.member.1.Key is given more than once"},
		{"a map's key twice", "PutAccountProperties", "Properties.entry.1.key=a&Properties.entry.2.key=a", "MalformedInput", "Parameter Properties is given more than once"},
		{"a map without key", "PutAccountProperties", "Properties.entry.1.value=a", "MalformedInput", "Map entry without a key"},
		{"a scalar with members", "GetUser", "UserName.x=a", "MalformedInput", "Start of structure or map found where not expected."},
		{"a scalar and members", "GetUser", "UserName=a&UserName.x=a", "MalformedInput", "Start of structure or map found where not expected."},
		{"a list with text", "CreateRole", "Tags=x", "MalformedInput", "Unexpected list element termination"},
		{"a list with text and elements", "UntagRole", "TagKeys=&TagKeys.member.1=b", "MalformedInput", "Unexpected list element termination"},
		{"a list's member with text", "UntagRole", "TagKeys.member=b", "MalformedInput", "Unexpected list element termination"},
		{"a structure with text", "CreateDelegationRequest", "Permissions=x", "MalformedInput", "Unexpected complex element termination"},
		{"an index that is no number", "UntagRole", "TagKeys.member.x=b", "MalformedInput", "Key in list is not a positive number"},
		{"index 0", "UntagRole", "TagKeys.member.0=b", "MalformedInput", "Key in list is not a positive number"},
		{"index 01", "UntagRole", "TagKeys.member.01=b", "MalformedInput", "Key in list is not a positive number"},
		{"a huge index", "UntagRole", "TagKeys.member.99999999999999999999=b", "MalformedInput", "Key in list is not a positive number"},
		{"no integer", "CreateRole", "MaxSessionDuration=1h", "MalformedInput", "not an integer"},
		{"an integer over 32 bits", "CreateRole", "MaxSessionDuration=4294967296", "MalformedInput", "not an integer"},
		{"no boolean", "ListServiceSpecificCredentials", "AllUsers=yes", "MalformedInput", "boolean must follow xsd1.1 definition"},
		{"an escape that is none", "GetUser", "UserName=%zz", "MalformedQueryString", "The query string contains a syntax error."},
		{"an escape cut short", "GetUser", "UserName=%4", "MalformedQueryString", "The query string contains a syntax error."},
		{"a boolean in capitals", "ListServiceSpecificCredentials", "AllUsers=TRUE", "MalformedInput", "boolean must follow xsd1.1 definition"},
		{"a long name twice: the message stays short", "TagRole", "Tags." + long(99999) + "&Tags." + long(99999), "MalformedInput", "Parameter Tags." + long(251) + "… is given more than once"},
		{"not UTF-8", "GetUser", "UserName=%ff", "MalformedQueryString", "The query string contains a syntax error."},
		{"not UTF-8, unescaped", "GetUser", "UserName=\xff", "MalformedQueryString", "The query string contains a syntax error."},
		{"not UTF-8 in an unknown name", "GetUser", "\xff=1", "MalformedQueryString", "The query string contains a syntax error."},
		{"too deep", "UntagRole", "TagKeys" + strings.Repeat(".member", 32) + "=b", "MalformedInput", "Parameter name is nested too deeply"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			_, err := api.DecodeInput(iam.API, iam.API.Operation(c.op), form(), []byte(c.body))
			e, ok := err.(*api.Error)
			if !ok {
				t.Fatalf("no error: %v", err)
			}
			if e.Code != c.code || e.Message != c.message {
				t.Errorf("%s: %s", e.Code, e.Message)
			}
		})
	}
}

// A body of many elements costs time in proportion to its length.
func TestQueryManyElements(t *testing.T) {
	var b strings.Builder
	const n = 50_000
	for i := range n {
		b.WriteString("&TagKeys.member." + itoa(n-i) + "=k")
	}
	start := time.Now()
	in := must[iam.UntagRoleInput](t, iam.API, "UntagRole", b.String())
	if len(in.TagKeys) != n {
		t.Errorf("%d elements", len(in.TagKeys))
	}
	if d := time.Since(start); d > 2*time.Second {
		t.Errorf("%d elements took %v", n, d)
	}
}

func TestSTSInput(t *testing.T) {
	in := must[sts.AssumeRoleInput](t, sts.API, "AssumeRole", "Action=AssumeRole&Version=2011-06-15&RoleArn=arn&RoleSessionName=s&DurationSeconds=900"+
		"&PolicyArns.member.1.arn=arn:aws:iam::aws:policy/ReadOnlyAccess&Tags.member.1.Key=k&Tags.member.1.Value=v&TransitiveTagKeys.member.1=k&ExternalId=x")
	if *in.PolicyArns[0].Arn != "arn:aws:iam::aws:policy/ReadOnlyAccess" || *in.DurationSeconds != 900 || in.TransitiveTagKeys[0] != "k" || *in.Tags[0].Value != "v" {
		t.Errorf("%+v", in)
	}
}
