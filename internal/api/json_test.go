package api_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
)

// everything is a JSON 1.0 service with every kind of member, as DynamoDB's is.
var everything = func() *api.Service {
	text := &api.Shape{Name: "Text", Kind: api.String, Min: -1, Max: -1}
	number := &api.Shape{Name: "Int", Kind: api.Integer, Min: -1, Max: -1}
	inner := &api.Shape{Name: "Inner", Kind: api.Structure}
	inner.Members = []api.MemberShape{
		{Name: "Text", Wire: "text", Shape: text},
		{Name: "Inner", Wire: "Inner", Shape: inner},
	}
	list := &api.Shape{Name: "List", Kind: api.List, Element: inner, ElementName: "member", Min: -1, Max: -1}
	shape := &api.Shape{Name: "AllInput", Kind: api.Structure, Members: []api.MemberShape{
		{Name: "Text", Wire: "Text", Shape: text},
		{Name: "Bool", Wire: "Bool", Shape: &api.Shape{Kind: api.Boolean}},
		{Name: "Int", Wire: "Int", Shape: number},
		{Name: "Long", Wire: "Long", Shape: &api.Shape{Kind: api.Long, Min: -1, Max: -1}},
		{Name: "Float", Wire: "Float", Shape: &api.Shape{Kind: api.Double}},
		{Name: "Blob", Wire: "Blob", Shape: &api.Shape{Kind: api.Blob, Min: -1, Max: -1}},
		{Name: "Time", Wire: "Time", Shape: &api.Shape{Kind: api.Timestamp}},
		{Name: "ISO", Wire: "ISO", Shape: &api.Shape{Kind: api.Timestamp, TimeFormat: "iso8601"}},
		{Name: "Inner", Wire: "Inner", Shape: inner},
		{Name: "List", Wire: "List", Shape: list},
		{Name: "Map", Wire: "Map", Shape: &api.Shape{Kind: api.Map, Element: number, KeyShape: text, KeyName: "key", ValueName: "value", Min: -1, Max: -1}},
	}}
	missing := &api.ErrorShape{Shape: "ResourceNotFoundException", Code: "ResourceNotFoundException", Status: 400}
	return &api.Service{Name: "dynamodb", ID: "DynamoDB", Version: "2012-08-10", Protocol: api.JSON, JSONVersion: "1.0", TargetPrefix: "DynamoDB_20120810",
		Operations: []*api.Operation{{Name: "All", Method: "POST", URI: "/", Input: shape, Output: shape, Errors: []*api.ErrorShape{missing}, NewInput: func() any { return new(all) }}}}
}()

type inner struct {
	Text  *string
	Inner *inner
}

type all struct {
	Text  *string
	Bool  *bool
	Int   *int32
	Long  *int64
	Float *float64
	Blob  []byte
	Time  *time.Time
	ISO   *time.Time
	Inner *inner
	List  []inner
	Map   map[string]int32
}

func decodeAll(body string) (*all, error) {
	r := httptest.NewRequest("POST", "/", nil)
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	in, err := api.DecodeInput(everything, everything.Operations[0], r, []byte(body))
	if err != nil {
		return nil, err
	}
	return in.(*all), nil
}

// A value that is read and written again is the same text, where the text is
// in the form that AWS writes.
func TestJSONRoundTrip(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", "{}"},
		{" \n", "{}"},
		{"null", "{}"},
		{`{}`, "{}"},
		{` { "Text" : "a\"b\\c\/d\b\f\n\r\t\u0041\ud83d\udc22" } `, `{"Text":"a\"b\\c/d\u0008\u000c\n\r\tA🐢"}`},
		{`{"Text":null,"List":null,"Map":null,"Inner":null,"Int":null}`, "{}"},
		{`{"Unknown":{"a":[1,true,null,"x",{}]},"Text":"t"}`, `{"Text":"t"}`},
		{`{"text":"other case"}`, "{}"},
		{`{"Unknown":[` + strings.Repeat("[{}],", 500) + `[]],"Text":"wide is not deep"}`, `{"Text":"wide is not deep"}`},
		{`{"Inner":` + strings.Repeat(`{"Inner":`, 61) + "{}" + strings.Repeat("}", 62), `{"Inner":` + strings.Repeat(`{"Inner":`, 61) + "{}" + strings.Repeat("}", 62)},
		{`{"Bool":true,"Int":-5,"Long":9007199254740993,"Float":1.5}`, `{"Bool":true,"Int":-5,"Long":9007199254740993,"Float":1.5}`},
		{`{"Int":5.0}`, `{"Int":5}`},
		{`{"Int":1e3}`, `{"Int":1000}`},
		{`{"Float":"NaN"}`, `{"Float":"NaN"}`},
		{`{"Float":"-Infinity"}`, `{"Float":"-Infinity"}`},
		{`{"Blob":"aGk="}`, `{"Blob":"aGk="}`},
		{`{"Blob":""}`, `{"Blob":""}`},
		{`{"Time":1795528800}`, `{"Time":1795528800}`},
		{`{"Time":1.7955288005E9}`, `{"Time":1795528800.5}`},
		{`{"Time":1795528800.007}`, `{"Time":1795528800.007}`},
		{`{"ISO":"2026-11-24T14:00:00Z"}`, `{"ISO":"2026-11-24T14:00:00Z"}`},
		{`{"Inner":{"text":"a","Inner":{"Inner":{}}}}`, `{"Inner":{"text":"a","Inner":{"Inner":{}}}}`},
		{`{"List":[]}`, `{"List":[]}`},
		{`{"List":[{"text":"a"},{}]}`, `{"List":[{"text":"a"},{}]}`},
		{`{"Map":{"b":2,"a":1,"":0}}`, `{"Map":{"":0,"a":1,"b":2}}`},
	} {
		in, err := decodeAll(c.in)
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		r, err := api.EncodeOutput(nil, everything, everything.Operations[0], in, requestID, api.Native)
		if err != nil || string(r.Body) != c.want {
			t.Errorf("%s: %s, %v", c.in, r.Body, err)
		}
	}
}

// The words are AWS's: SerializationException says what was found where
// something else belongs, and nothing about a text that is no JSON.
func TestJSONMalformed(t *testing.T) {
	deep := strings.Repeat(`{"Inner":`, 100) + "{}" + strings.Repeat("}", 100)
	for _, c := range []struct{ rule, body, message string }{
		{"text for a number", `{"Int":"5"}`, "STRING_VALUE can not be converted to an Integer"},
		{"a number for text", `{"Text":5}`, "NUMBER_VALUE can not be converted to a String"},
		{"true for text", `{"Text":true}`, "TRUE_VALUE can not be converted to a String"},
		{"false for a number", `{"Long":false}`, "FALSE_VALUE can not be converted to a Long"},
		{"text for a boolean", `{"Bool":"true"}`, "STRING_VALUE can not be converted to a Boolean"},
		{"a number for a blob", `{"Blob":1}`, "NUMBER_VALUE can not be converted to a Blob"},
		{"a fraction for a whole number", `{"Int":1.5}`, "NUMBER_VALUE can not be converted to an Integer"},
		{"over 32 bits", `{"Int":2147483648}`, "NUMBER_VALUE can not be converted to an Integer"},
		{"over 64 bits", `{"Long":9223372036854775808}`, "NUMBER_VALUE can not be converted to a Long"},
		{"over any float", `{"Float":1e999}`, "NUMBER_VALUE can not be converted to a Double"},
		{"text for a float", `{"Float":"1"}`, "STRING_VALUE can not be converted to a Double"},
		{"text for a time", `{"Time":"2026-11-24T14:00:00Z"}`, "STRING_VALUE can not be converted to milliseconds since epoch"},
		{"a time after all times", `{"Time":1e300}`, "NUMBER_VALUE can not be converted to milliseconds since epoch"},
		{"a list for text", `{"Text":[]}`, "Start of list found where not expected"},
		{"an object for text", `{"Text":{}}`, "Start of structure or map found where not expected."},
		{"an object for a list", `{"List":{}}`, "Start of structure or map found where not expected."},
		{"text for a list", `{"List":"x"}`, "Expected list or null"},
		{"text for a structure", `{"List":["x"]}`, "Expected null"},
		{"a list for a structure", `{"Inner":[]}`, "Start of list found where not expected"},
		{"text for a map", `{"Map":"x"}`, "Expected map or null"},
		{"a list for a map", `{"Map":[]}`, "Start of list found where not expected"},
		{"null in a list", `{"List":[null]}`, "Unexpected null in a list or map"},
		{"null in a map", `{"Map":{"a":null}}`, "Unexpected null in a list or map"},
		{"the whole input a list", `[]`, "Start of list found where not expected"},
		{"the whole input text", `"x"`, "Expected null"},
		{"base64", `{"Blob":"###"}`, "Base64 encoded length is unexpected or has an illegal character"},
		{"a member twice", `{"Text":"a","Text":"b"}`, ""},
		{"an unknown member twice", `{"x":1,"x":1}`, ""},
		{"a member twice, once escaped", `{"Text":"a","\u0054ext":"b"}`, ""},
		{"a member twice in what is skipped", `{"x":{"a":1,"a":2}}`, ""},
		{"the ninth and tenth name the same", `{"1":1,"2":1,"3":1,"4":1,"5":1,"6":1,"7":1,"8":1,"9":1,"9":1}`, ""},
		{"a key of a map twice", `{"Map":{"a":1,"a":1}}`, ""},
		{"bytes that are not UTF-8", "{\"Text\":\"\xff\"}", ""},
		{"not UTF-8 after an escape", "{\"Text\":\"\\n\xff\"}", ""},
		{"half of a surrogate pair", `{"Text":"\ud83d"}`, ""},
		{"two first halves", `{"Text":"\ud83d\ud83d"}`, ""},
		{"a second half alone", `{"Text":"\udc22"}`, ""},
		{"a control character", "{\"Text\":\"\n\"}", ""},
		{"a control character after an escape", "{\"Text\":\"\\n\n\"}", ""},
		{"an unknown escape", `{"Text":"\x"}`, ""},
		{"hexadecimal digits that are none", `{"Text":"\u00zz"}`, ""},
		{"a cut escape", `{"Text":"\`, ""},
		{"a cut string", `{"Text":"a`, ""},
		{"a cut object", `{"Text":"a"`, ""},
		{"a comma too many", `{"Text":"a",}`, ""},
		{"a comma too many in a list", `{"List":[{},]}`, ""},
		{"no comma", `{"List":[{}{}]}`, ""},
		{"no colon", `{"Text" "a"}`, ""},
		{"no name", `{1:2}`, ""},
		{"something after the value", `{} {}`, ""},
		{"a zero byte after the value", "{}\x00", ""},
		{"a leading zero", `{"Int":01}`, ""},
		{"a plus", `{"Int":+1}`, ""},
		{"no digit after the point", `{"Float":1.}`, ""},
		{"no digit in the exponent", `{"Float":1e}`, ""},
		{"a word", `{"Bool":tru}`, ""},
		{"nothing where a value belongs", `{"Text":}`, ""},
		{"nested too deeply", deep, ""},
		{"nested too deeply in what is skipped", `{"x":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "}", ""},
	} {
		t.Run(c.rule, func(t *testing.T) {
			_, err := decodeAll(c.body)
			e, ok := err.(*api.Error)
			if !ok {
				t.Fatalf("no error: %v", err)
			}
			if e.Code != "SerializationException" || e.Status != 400 || e.Message != c.message {
				t.Errorf("%d %s: %q", e.Status, e.Code, e.Message)
			}
			if c.message == "" && !strings.Contains(e.Log, " at byte ") {
				t.Errorf("the log does not say where: %q", e.Log)
			}
		})
	}
}

// The reader takes what encoding/json takes, but for what it is stricter about.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"Text":"a\u0041","List":[{"Inner":{}}],"Map":{"a":1}}`, `{"x":[1,2e3,-0.5,true,null]}`, `{"Time":1e9,"Blob":"aGk="}`, "null", "", `{"a":1,"a":2}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		in, err := decodeAll(body)
		if err != nil {
			if e, ok := err.(*api.Error); !ok || e.Status != 400 {
				t.Fatalf("%v", err)
			}
			return
		}
		if strings.Trim(body, " \t\r\n") != "" && !json.Valid([]byte(body)) {
			t.Fatalf("no JSON, but taken: %q", body)
		}
		r, err := api.EncodeOutput(nil, everything, everything.Operations[0], in, requestID, api.Native)
		if err != nil || !json.Valid(r.Body) {
			t.Fatalf("%q became %q, %v", body, r.Body, err)
		}
		again, err := decodeAll(string(r.Body))
		if err != nil {
			t.Fatalf("%q became %q: %v", body, r.Body, err)
		}
		if r2, _ := api.EncodeOutput(nil, everything, everything.Operations[0], again, requestID, api.Native); string(r2.Body) != string(r.Body) {
			t.Fatalf("%q became %q, then %q", body, r.Body, r2.Body)
		}
	})
}

func TestJSONContentType(t *testing.T) {
	for _, c := range []struct {
		contentType string
		ok          bool
	}{
		{"application/x-amz-json-1.1", true},
		{"application/x-amz-json-1.1; charset=utf-8", true},
		{"application/x-amz-json-1.0", true},
		{"application/json", false},
		{"text/plain", false},
		{"", false},
	} {
		r := httptest.NewRequest("POST", "/", nil)
		r.Header.Set("Content-Type", c.contentType)
		_, err := api.DecodeInput(organizations.API, organizations.API.Operation("DescribeAccount"), r, []byte(`{"AccountId":"123456789012"}`))
		if (err == nil) != c.ok {
			t.Errorf("%q: %v", c.contentType, err)
		}
	}
}

func TestJSONEnvelopes(t *testing.T) {
	out := &organizations.DescribeAccountOutput{Account: &organizations.Account{Id: ptr("123456789012"), JoinedTimestamp: &when, Name: ptr(`a "b"`), Paths: []string{}}}
	golden(t, "DescribeAccount.json", encode(t, organizations.API, "DescribeAccount", out, api.Native))
	golden(t, "LeaveOrganization.json", encode(t, organizations.API, "LeaveOrganization", &organizations.LeaveOrganizationOutput{}, api.Native))
	for _, c := range []struct {
		name string
		svc  *api.Service
		err  *api.Error
	}{
		{"error-json11-modelled.json", organizations.API, api.Errorf(400, "AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")},
		{"error-json11-member.json", organizations.API, &api.Error{Status: 400, Code: "InvalidInputException", Message: "m", Members: []api.Member{{Name: "Reason", Value: "INVALID_PATTERN"}}}},
		{"error-json11-auth.json", organizations.API, api.Errorf(400, "UnrecognizedClientException", "The security token included in the request is invalid.")},
		{"error-json11-no-message.json", organizations.API, api.Errorf(400, "SerializationException", "")},
		{"error-json10-modelled.json", everything, api.Errorf(400, "ResourceNotFoundException", "Requested resource not found")},
		{"error-json10-auth.json", everything, api.Errorf(400, "MissingAuthenticationTokenException", "Missing Authentication Token")},
		{"error-not-implemented.json", organizations.API, api.NotImplemented(organizations.API.Operation("MoveAccount"))},
	} {
		t.Run(c.name, func(t *testing.T) {
			golden(t, c.name, api.EncodeError(nil, c.svc, c.err, requestID, api.Native))
		})
	}
}
