package api_test

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
)

// take walks the steps of a call that belong to this package: find, decode,
// validate.
func take(r *http.Request, body, scope string) (op *api.Operation, in any, err error) {
	svc, op, err := registry.Find(r, []byte(body), scope)
	if err != nil || op == nil {
		return op, nil, err
	}
	if in, err = api.DecodeInput(svc, op, r, []byte(body)); err != nil {
		return op, nil, err
	}
	if e := api.Validate(svc, op, in); e != nil {
		return op, in, e
	}
	return op, in, nil
}

const (
	formOf = "application/x-www-form-urlencoded"
	jsonOf = "application/x-amz-json-1.1"
)

func request(contentType, target string) *http.Request {
	r := httptest.NewRequest("POST", "/", nil)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if target != "" {
		r.Header.Set("X-Amz-Target", target)
	}
	return r
}

// TestBadInput: each protocol refuses what is not of its form, with the code and
// status that AWS has for it (IAM API Reference, "Common Errors").
func TestBadInput(t *testing.T) {
	const (
		create   = "Action=CreateUser&Version=2010-05-08"
		describe = "AWSOrganizationsV20161128.DescribeAccount"
		syntax   = "MalformedQueryString"
	)
	deep := strings.Repeat("[", 100_000)
	for _, c := range []struct {
		rule, contentType, target, scope, body string
		status                                 int
		code                                   string
	}{
		{"query: unknown action", formOf, "", "iam", "Action=Dance&Version=2010-05-08", 400, "InvalidAction"},
		{"query: an operation of another service", formOf, "", "sts", create, 400, "InvalidAction"},
		{"query: an older version", formOf, "", "iam", "Action=CreateUser&Version=2009-05-08", 400, "InvalidAction"},
		{"query: no action", formOf, "", "iam", "UserName=u", 400, "MissingAction"},
		{"query: no body", formOf, "", "iam", "", 400, "MissingAction"},
		{"query: JSON instead of a form", jsonOf, "", "iam", `{"Action":"CreateUser"}`, 400, "MissingAction"},
		{"query: JSON that calls itself a form", formOf, "", "iam", `{"Action":"CreateUser"}`, 400, "MissingAction"},
		{"query: a form that is cut in an escape", formOf, "", "iam", create + "&UserName=%F0%9F%9", 404, syntax},
		{"query: UTF-8 cut in a character", formOf, "", "iam", create + "&UserName=%F0%9F", 404, syntax},
		{"query: an overlong encoding", formOf, "", "iam", create + "&UserName=%C0%AF", 404, syntax},
		{"query: a surrogate in UTF-8", formOf, "", "iam", create + "&UserName=%ED%A0%80", 404, syntax},
		{"query: a name outside its pattern", formOf, "", "iam", create + "&UserName=a%20b", 400, "ValidationError"},
		{"query: a zero byte in a name", formOf, "", "iam", create + "&UserName=a%00", 400, "ValidationError"},
		{"query: a required member is missing", formOf, "", "iam", create, 400, "ValidationError"},
		{"query: a required member is empty", formOf, "", "iam", create + "&UserName=", 400, "ValidationError"},
		{"query: a list for a scalar", formOf, "", "iam", create + "&UserName.member.1=u", 400, "MalformedInput"},
		{"query: a scalar for a list", formOf, "", "iam", create + "&UserName=u&Tags=t", 400, "MalformedInput"},
		{"query: an index of another list", formOf, "", "iam", create + "&UserName=u&Tags.member.-1.Key=k", 400, "MalformedInput"},
		{"query: an index that overflows", formOf, "", "iam", create + "&UserName=u&Tags.member.18446744073709551617.Key=k", 400, "MalformedInput"},
		{"query: a number with a fraction", formOf, "", "sts", "Action=GetSessionToken&Version=2011-06-15&DurationSeconds=900.5", 400, "MalformedInput"},
		{"query: an empty number", formOf, "", "sts", "Action=GetSessionToken&Version=2011-06-15&DurationSeconds=", 400, "MalformedInput"},
		{"query: a number in hexadecimal", formOf, "", "sts", "Action=GetSessionToken&Version=2011-06-15&DurationSeconds=0x400", 400, "MalformedInput"},
		{"query: a number below its range", formOf, "", "sts", "Action=GetSessionToken&Version=2011-06-15&DurationSeconds=0", 400, "ValidationError"},
		{"query: an empty boolean", formOf, "", "iam", create[:7] + "CreateLoginProfile" + create[17:] + "&PasswordResetRequired=", 400, "MalformedInput"},
		{"JSON: a form", formOf, describe, "organizations", "AccountId=1", 400, "UnknownOperationException"},
		{"JSON: plain JSON's type", "application/json", describe, "organizations", "{}", 400, "UnknownOperationException"},
		{"JSON: an unknown operation", jsonOf, "AWSOrganizationsV20161128.Dance", "organizations", "{}", 400, "UnknownOperationException"},
		{"JSON: no target", jsonOf, "", "organizations", "{}", 400, "UnknownOperationException"},
		{"JSON: a target without an operation", jsonOf, "AWSOrganizationsV20161128", "organizations", "{}", 400, "UnknownOperationException"},
		{"JSON: no JSON", jsonOf, describe, "organizations", "AccountId=1", 400, "SerializationException"},
		{"JSON: cut", jsonOf, describe, "organizations", `{"AccountId":"1234`, 400, "SerializationException"},
		{"JSON: two documents", jsonOf, describe, "organizations", `{"AccountId":"123456789012"}{}`, 400, "SerializationException"},
		{"JSON: a list", jsonOf, describe, "organizations", "[]", 400, "SerializationException"},
		{"JSON: a member twice", jsonOf, describe, "organizations", `{"AccountId":"123456789012","AccountId":"210987654321"}`, 400, "SerializationException"},
		{"JSON: not UTF-8", jsonOf, describe, "organizations", "{\"AccountId\":\"\xff\"}", 400, "SerializationException"},
		{"JSON: deep", jsonOf, describe, "organizations", `{"x":` + deep, 400, "SerializationException"},
		{"JSON: a number for text", jsonOf, describe, "organizations", `{"AccountId":123456789012}`, 400, "SerializationException"},
		{"JSON: a required member is missing", jsonOf, describe, "organizations", `{}`, 400, "InvalidInputException"},
		{"JSON: a required member is null", jsonOf, describe, "organizations", `{"AccountId":null}`, 400, "InvalidInputException"},
		{"JSON: a required member in another case", jsonOf, describe, "organizations", `{"accountId":"123456789012"}`, 400, "InvalidInputException"},
		{"JSON: no body", jsonOf, describe, "organizations", "", 400, "InvalidInputException"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			_, _, err := take(request(c.contentType, c.target), c.body, c.scope)
			e, ok := err.(*api.Error)
			if !ok {
				t.Fatalf("no error: %v", err)
			}
			if e.Code != c.code || e.Status != c.status || e.Fault {
				t.Errorf("%d %s: %s", e.Status, e.Code, e.Message)
			}
		})
	}
}

// TestGoodInput: what looks odd and is taken, as AWS takes it.
func TestGoodInput(t *testing.T) {
	const create = "Action=CreateUser&Version=2010-05-08"
	for _, c := range []struct{ rule, contentType, body, user string }{
		{"an unknown parameter", formOf, create + "&UserName=u&Color=red&Color=blue&Deep.member.x.y=1", "u"},
		{"empty pairs", formOf, "&&" + create + "&&&UserName=u&", "u"},
		{"a plus in a name's value is a blank, escaped it is a plus", formOf, create + "&UserName=a%2Bb", "a+b"},
		{"a value with an equals sign", formOf, create + "&UserName=a=b", "a=b"},
		{"a semicolon separates nothing", formOf, create + "&UserName=u&Junk=1;UserName=v", "u"},
		{"lower-case escapes", formOf, create + "&UserName=%75", "u"},
		{"a charset", formOf + "; charset=ISO-8859-1", create + "&UserName=u", "u"},
		{"no Content-Type", "", create + "&UserName=u", "u"},
		{"parameters of the signature", formOf, create + "&UserName=u&X-Amz-Signature=1&X-Amz-Signature=2&AWSAccessKeyId=x", "u"},
		{"another case is another parameter", formOf, create + "&UserName=u&username=v&USERNAME=w", "u"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			_, in, err := take(request(c.contentType, ""), c.body, "iam")
			if err != nil {
				t.Fatal(err)
			}
			if got := in.(*iam.CreateUserInput); *got.UserName != c.user {
				t.Errorf("%q", *got.UserName)
			}
		})
	}
}

// TestLargeInput: a body of 1 MiB, the most that the listener takes, costs time and
// memory in proportion to it, whatever is in it.
func TestLargeInput(t *testing.T) {
	const size = 1 << 20
	fill := func(prefix, part string) string {
		var b strings.Builder
		b.WriteString(prefix)
		for i := 0; b.Len() < size-2*len(part)-16; i++ {
			b.WriteString(strings.ReplaceAll(part, "#", itoa(i+1)))
		}
		return b.String()
	}
	const (
		tag   = "Action=TagUser&Version=2010-05-08&UserName=u"
		props = "Action=PutAccountProperties&Version=2010-05-08"
		fed   = "Action=GetFederationToken&Version=2011-06-15&Name="
	)
	for _, c := range []struct {
		rule, contentType, target, scope, body string
	}{
		{"one long value", formOf, "", "iam", fill(tag+"&Tags.member.1.Key=", "żółw")},
		{"one long name", formOf, "", "iam", fill(tag+"&Tags.", "x")},
		{"one long list", formOf, "", "iam", fill(tag, "&Tags.member.#.Key=k")},
		{"elements that are wrong", formOf, "", "iam", fill(tag, "&Tags.member.#.Key=%00")},
		{"deep names", formOf, "", "iam", fill(tag, "&Tags.#"+strings.Repeat(".a", 30))},
		{"names of one letter", formOf, "", "iam", fill(tag, "&a")},
		{"nothing but separators", formOf, "", "iam", fill(tag, "&")},
		{"unknown parameters", formOf, "", "iam", fill(tag, "&Color#=#")},
		{"a long map", formOf, "", "iam", fill(props, "&Properties.entry.#.key=#&Properties.entry.#.value=x")},
		{"escapes", formOf, "", "sts", fill(fed, "%C5%BC")},
		{"characters at the end of the classes", formOf, "", "iam", fill(tag+"&Tags.member.1.Value=x&Tags.member.1.Key=", "\U0002FA1D")},
		{"JSON: a long list", jsonOf, "AWSOrganizationsV20161128.TagResource", "organizations", fill(`{"ResourceId":"123456789012","Tags":[{}`, `,{"Key":"#"}`) + "]}"},
		{"JSON: one long text", jsonOf, "AWSOrganizationsV20161128.DescribeAccount", "organizations", fill(`{"AccountId":"`, `\u00e9`) + `"}`},
		{"JSON: one long number", jsonOf, "AWSOrganizationsV20161128.ListAccounts", "organizations", fill(`{"MaxResults":1`, "0") + "}"},
		{"JSON: unknown members", jsonOf, "AWSOrganizationsV20161128.ListAccounts", "organizations", fill(`{"x":0`, `,"#":0`) + "}"},
		{"JSON: empty lists", jsonOf, "AWSOrganizationsV20161128.ListAccounts", "organizations", fill(`{"x":[0`, `,[]`) + "]}"},
		{"JSON: opened and never closed", jsonOf, "AWSOrganizationsV20161128.ListAccounts", "organizations", fill(`{"x":`, "[")},
		{"JSON: blanks", jsonOf, "AWSOrganizationsV20161128.ListAccounts", "organizations", fill("", " \n")},
	} {
		t.Run(c.rule, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			op, _, err := take(request(c.contentType, c.target), c.body, c.scope)
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			if op == nil {
				t.Fatalf("no operation: %v", err)
			}
			if took > 2*time.Second {
				t.Errorf("%d bytes took %v", len(c.body), took)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 96*size {
				t.Errorf("%d bytes took %d MiB", len(c.body), used>>20)
			}
			if e, ok := err.(*api.Error); ok && len(e.Message) > 512<<10 {
				t.Errorf("the message has %d bytes", len(e.Message))
			}
		})
	}
}

// TestLargeXML is TestLargeInput for XML bodies.
func TestLargeXML(t *testing.T) {
	const size = 1 << 20
	repeat := func(s string) string { return strings.Repeat(s, size/len(s)) }
	for rule, body := range map[string]string{
		"a long list":          "<a>" + repeat("<Rule><ID>x</ID></Rule>") + "</a>",
		"unknown elements":     "<a>" + repeat("<b/>") + "</a>",
		"opened, never closed": repeat("<a>"),
		"attributes":           "<a " + repeat(`b="" `) + "/>",
		"name spaces":          "<a " + repeat(`xmlns:b="x" `) + "/>",
		"one long text":        "<a><Rule><ID>" + repeat("&amp;") + "</ID></Rule></a>",
		"comments":             repeat("<!-- -->") + "<a/>",
		"one long name":        "<" + repeat("a") + "/>",
		"a map of one key":     "<a>" + repeat("<Flat><key>k</key><value>v</value></Flat>") + "</a>",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		_, err := api.DecodeInput(files, files.Operation("SetRules"), httptest.NewRequest("POST", "/rules", nil), []byte(body))
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		if e, ok := err.(*api.Error); err != nil && (!ok || e.Code != "MalformedXML" || len(e.Log) > 2*size) {
			t.Errorf("%s: %v", rule, err)
		}
		if used := (after.TotalAlloc - before.TotalAlloc) / size; took > 3*time.Second || used > 128 {
			t.Errorf("%s: %v, %d times its memory", rule, took, used)
		}
	}
}

// TestNothingIsShared: what is decoded does not change with the body's buffer,
// which is used again.
func TestNothingIsShared(t *testing.T) {
	for _, c := range []struct {
		svc            *api.Service
		op, body, want string
		r              *http.Request
	}{
		{iam.API, "GetUser", "UserName=kim", "kim", form()},
		{sts.API, "DecodeAuthorizationMessage", "EncodedMessage=a%20b", "a b", form()},
		{organizations.API, "DescribeAccount", `{"AccountId":"123456789012"}`, "123456789012", request(jsonOf, "")},
		{organizations.API, "DescribeAccount", `{"AccountId":"12345678901\u0032"}`, "123456789012", request(jsonOf, "")},
	} {
		body := []byte(c.body)
		in, err := api.DecodeInput(c.svc, c.svc.Operation(c.op), c.r, body)
		if err != nil {
			t.Fatal(err)
		}
		for i := range body {
			body[i] = 'x'
		}
		got := ""
		switch in := in.(type) {
		case *iam.GetUserInput:
			got = *in.UserName
		case *sts.DecodeAuthorizationMessageInput:
			got = *in.EncodedMessage
		case *organizations.DescribeAccountInput:
			got = *in.AccountId
		}
		if got != c.want {
			t.Errorf("%s: %q", c.op, got)
		}
	}
}
