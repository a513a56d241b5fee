package api_test

import (
	"bytes"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// files and notes are small REST services with members in every location: S3's
// protocol and Lambda's.
var files, notes = restService(api.RESTXML, "files"), restService(api.RESTJSON, "notes")

type putFile struct {
	Bucket   *string
	Key      *string
	Version  *string
	Fields   []string
	Size     *int64
	Since    *time.Time
	Names    []string
	Metadata map[string]string
	Body     []byte
}

type putRules struct {
	Bucket *string
	Rules  *rules
}

type rules struct {
	Kind  *string
	Rule  []rule
	Names []string
	Map   map[string]string
	Flat  map[string]string
	On    *bool
	At    *time.Time
}

type rule struct{ ID *string }

type headFile struct {
	Status   *int32
	Size     *int64
	Changed  *time.Time
	Names    []string
	Metadata map[string]string
	Blob     []byte
	Rules    *rules
}

func restService(p api.Protocol, name string) *api.Service {
	text := &api.Shape{Kind: api.String, Min: -1, Max: -1}
	long := &api.Shape{Kind: api.Long, Min: -1, Max: -1}
	when := &api.Shape{Kind: api.Timestamp}
	texts := &api.Shape{Kind: api.List, Element: text, ElementName: "Name", Min: -1, Max: -1}
	mapping := &api.Shape{Kind: api.Map, Element: text, KeyShape: text, KeyName: "key", ValueName: "value", Min: -1, Max: -1}
	flat := *mapping
	flat.Flattened = true
	ruleShape := &api.Shape{Name: "Rule", Kind: api.Structure, Members: []api.MemberShape{{Name: "ID", Wire: "ID", Shape: text}}}
	rulesShape := &api.Shape{Name: "Rules", Kind: api.Structure, Members: []api.MemberShape{
		{Name: "Kind", Wire: "xsi:type", Attribute: p == api.RESTXML, Shape: text},
		{Name: "Rule", Wire: "Rule", Shape: &api.Shape{Kind: api.List, Element: ruleShape, Flattened: true, Min: -1, Max: -1}},
		{Name: "Names", Wire: "Names", Shape: texts},
		{Name: "Map", Wire: "Map", Shape: mapping},
		{Name: "Flat", Wire: "Flat", Shape: &flat},
		{Name: "On", Wire: "On", Shape: &api.Shape{Kind: api.Boolean}},
		{Name: "At", Wire: "At", Shape: when},
	}}
	bucket := api.MemberShape{Name: "Bucket", Wire: "Bucket", Location: "uri", Required: true, Shape: text}
	rulesMember := api.MemberShape{Name: "Rules", Wire: "RuleSet", Payload: true, Namespace: "urn:rules", Shape: rulesShape}
	put := &api.Shape{Name: "PutFileRequest", Kind: api.Structure, Members: []api.MemberShape{
		bucket,
		{Name: "Key", Wire: "Key", Location: "uri", Required: true, Shape: text},
		{Name: "Version", Wire: "versionId", Location: "querystring", Shape: text},
		{Name: "Fields", Wire: "field", Location: "querystring", Shape: texts},
		{Name: "Size", Wire: "Content-Length", Location: "header", Shape: long},
		{Name: "Since", Wire: "If-Modified-Since", Location: "header", Shape: when},
		{Name: "Names", Wire: "x-names", Location: "header", Shape: texts},
		{Name: "Metadata", Wire: "x-amz-meta-", Location: "headers", Shape: mapping},
		{Name: "Body", Wire: "Body", Payload: true, Shape: &api.Shape{Kind: api.Blob, Min: -1, Max: -1}},
	}}
	head := &api.Shape{Name: "HeadOutput", Kind: api.Structure, Members: []api.MemberShape{
		{Name: "Status", Wire: "Status", Location: "statusCode", Shape: &api.Shape{Kind: api.Integer}},
		{Name: "Size", Wire: "Content-Length", Location: "header", Shape: long},
		{Name: "Changed", Wire: "Last-Modified", Location: "header", Shape: when},
		{Name: "Names", Wire: "x-names", Location: "header", Shape: texts},
		{Name: "Metadata", Wire: "x-amz-meta-", Location: "headers", Shape: mapping},
		{Name: "Blob", Wire: "x-blob", Location: "header", Shape: &api.Shape{Kind: api.Blob}},
		rulesMember,
	}}
	putRulesShape := &api.Shape{Name: "PutRulesRequest", Kind: api.Structure, Members: []api.MemberShape{bucket, rulesMember}}
	return &api.Service{Name: name, ID: name, Protocol: p, Namespace: "urn:files", Operations: []*api.Operation{
		{Name: "HeadFile", Method: "HEAD", URI: "/{Bucket}/{Key+}", Output: head, NewInput: func() any { return new(struct{}) }},
		{Name: "ListRules", Method: "GET", URI: "/{Bucket}?rules", Output: rulesShape, ResultWrapper: "ListRulesResult", NewInput: func() any { return new(struct{}) }},
		{Name: "PutFile", Method: "PUT", URI: "/{Bucket}/{Key+}", Input: put, NewInput: func() any { return new(putFile) }},
		{Name: "PutRules", Method: "PUT", URI: "/{Bucket}?rules", Input: putRulesShape, NewInput: func() any { return new(putRules) }},
		{Name: "SetRules", Method: "POST", URI: "/rules", Input: rulesShape, Status: 204, NewInput: func() any { return new(rules) }},
	}}
}

func TestRESTRequest(t *testing.T) {
	r := httptest.NewRequest("PUT", "/my%20bucket/a/b%2Fc/?versionId=v%201&field=x&field=y&other=z", nil)
	r.Header.Set("Content-Length", "3")
	r.Header.Set("If-Modified-Since", "Tue, 24 Nov 2026 14:00:00 GMT")
	r.Header["X-Names"] = []string{"a, b", "c"}
	r.Header["X-Amz-Meta-Color"] = []string{"blue"}
	r.Header["x-amz-meta-Size"] = []string{"1", "2"}
	in, err := api.DecodeInput(files, files.Operation("PutFile"), r, []byte("abc"))
	if err != nil {
		t.Fatal(err)
	}
	at := when.UTC().Truncate(time.Second)
	want := &putFile{ptr("my bucket"), ptr("a/b/c/"), ptr("v 1"), []string{"x", "y"}, ptr(int64(3)), &at, []string{"a", "b", "c"},
		map[string]string{"color": "blue", "size": "1,2"}, []byte("abc")}
	if !reflect.DeepEqual(in, want) {
		t.Errorf("%+v", in)
	}
}

func TestRESTRequestMalformed(t *testing.T) {
	for _, c := range []struct{ rule, url, header, code string }{
		{"a path of another operation", "/bucket", "", "InvalidArgument"},
		{"a label without text", "//key", "", "InvalidArgument"},
		{"a parameter twice", "/b/k?versionId=1&versionId=2", "", "InvalidArgument"},
		{"a bad escape", "/b/k?versionId=%zz", "", "MalformedQueryString"},
		{"a header that is no number", "/b/k", "x", "InvalidArgument"},
	} {
		r := httptest.NewRequest("PUT", "/", nil)
		r.URL.Path, r.URL.RawQuery, _ = strings.Cut(c.url, "?")
		if c.header != "" {
			r.Header.Set("Content-Length", c.header)
		}
		_, err := api.DecodeInput(files, files.Operation("PutFile"), r, nil)
		if e, ok := err.(*api.Error); !ok || e.Code != c.code {
			t.Errorf("%s: %v", c.rule, err)
		}
	}
}

var someRules = &rules{ptr("k"), []rule{{ptr("1")}, {ptr("2 ")}}, []string{"n"}, map[string]string{"a": "b"}, map[string]string{"c": "d"}, ptr(true), &second}

var second = when.UTC().Truncate(time.Second)

func TestRESTXMLBody(t *testing.T) {
	body := `<?xml version="1.0"?><!-- c --><RuleSet xmlns="urn:rules" xmlns:xsi="urn:x" xsi:type="k"><Rule><ID>1</ID><New><a/></New></Rule><Rule><ID>2 </ID></Rule>` +
		`<Names><Name>n</Name><Other/></Names><Map><entry><key>a</key><value>b</value></entry><x/></Map><Flat><key>c</key><value>d</value><x/></Flat><On> true </On><At>2026-11-24T14:00:00.000Z</At></RuleSet>`
	in, err := api.DecodeInput(files, files.Operation("PutRules"), httptest.NewRequest("PUT", "/b?rules", nil), []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	if got := in.(*putRules); *got.Bucket != "b" || !reflect.DeepEqual(got.Rules, someRules) {
		t.Errorf("%+v", got.Rules)
	}
}

func TestRESTXMLMalformed(t *testing.T) {
	for _, c := range []struct{ rule, body string }{
		{"no XML", "{}"},
		{"a cut document", "<RuleSet><Rule>"},
		{"two roots", "<RuleSet/><RuleSet/>"},
		{"an element twice", "<RuleSet><On>true</On><On>true</On></RuleSet>"},
		{"no boolean", "<RuleSet><On>yes</On></RuleSet>"},
		{"a boolean in capitals", "<RuleSet><On>TRUE</On></RuleSet>"},
		{"an attribute twice", `<RuleSet xmlns:xsi="urn:x" xsi:type="a" xsi:type="b"/>`},
		{"a map's key twice", "<RuleSet><Map><entry><key>a</key><value>b</value></entry><entry><key>a</key><value>c</value></entry></Map></RuleSet>"},
		{"a flattened map's key twice", "<RuleSet><Flat><key>a</key><value>b</value></Flat><Flat><key>a</key><value>c</value></Flat></RuleSet>"},
		{"an entry with two keys", "<RuleSet><Map><entry><key>a</key><key>b</key><value>c</value></entry></Map></RuleSet>"},
		{"an entry with two values", "<RuleSet><Map><entry><key>a</key><value>b</value><value>c</value></entry></Map></RuleSet>"},
		{"an entry without a key", "<RuleSet><Map><entry><value>b</value></entry></Map></RuleSet>"},
		{"an entry without a value", "<RuleSet><Map><entry><key>a</key></entry></Map></RuleSet>"},
		{"an element in a key", "<RuleSet><Map><entry><key><a/></key><value>b</value></entry></Map></RuleSet>"},
		{"an element in text", "<RuleSet><On><a/></On></RuleSet>"},
		{"a document type", `<!DOCTYPE x [<!ENTITY e "e">]><RuleSet/>`},
		{"an unknown entity", "<RuleSet><Rule><ID>&e;</ID></Rule></RuleSet>"},
		{"nested too deeply", strings.Repeat("<a>", 200) + strings.Repeat("</a>", 200)},
		{"not UTF-8", "<RuleSet><Rule><ID>\xff</ID></Rule></RuleSet>"},
		{"nothing but a comment", "<!-- -->"},
	} {
		_, err := api.DecodeInput(files, files.Operation("PutRules"), httptest.NewRequest("PUT", "/b?rules", nil), []byte(c.body))
		if e, ok := err.(*api.Error); !ok || e.Code != "MalformedXML" || e.Status != 400 || e.Log == "" {
			t.Errorf("%s: %v", c.rule, err)
		}
	}
}

func TestRESTJSONBody(t *testing.T) {
	body := `{"xsi:type":"k","Rule":[{"ID":"1"},{"ID":"2 "}],"Names":["n"],"Map":{"a":"b"},"Flat":{"c":"d"},"On":true,"At":1795528800}`
	for _, contentType := range []string{"application/json", ""} {
		r := httptest.NewRequest("POST", "/rules", nil)
		r.Header.Set("Content-Type", contentType)
		in, err := api.DecodeInput(notes, notes.Operation("SetRules"), r, []byte(body))
		if err != nil || !reflect.DeepEqual(in, someRules) {
			t.Errorf("%+v, %v", in, err)
		}
	}
	r := httptest.NewRequest("POST", "/rules", nil)
	r.Header.Set("Content-Type", "text/xml")
	_, err := api.DecodeInput(notes, notes.Operation("SetRules"), r, []byte(body))
	if e, ok := err.(*api.Error); !ok || e.Status != 415 {
		t.Errorf("another Content-Type: %v", err)
	}
	r = httptest.NewRequest("PUT", "/b", nil)
	in, err := api.DecodeInput(notes, notes.Operation("PutRules"), r, []byte(body))
	if err != nil || !reflect.DeepEqual(in.(*putRules).Rules, someRules) {
		t.Errorf("%+v, %v", in, err)
	}
}

func TestRESTEnvelopes(t *testing.T) {
	out := &headFile{ptr(int32(206)), ptr(int64(3)), &when, []string{"a", "b"}, map[string]string{"x": "1", "a": "2"}, []byte("hi"), someRules}
	denied := &api.Error{Code: "AccessDenied", Status: 403, Message: "Access Denied", Members: []api.Member{{Name: "BucketName", Value: "b"}}}
	for _, svc := range []*api.Service{files, notes} {
		golden(t, svc.Name+"-payload", encode(t, svc, "HeadFile", out, api.Native))
		golden(t, svc.Name+"-no-payload", encode(t, svc, "HeadFile", &headFile{}, api.Native))
		golden(t, svc.Name+"-body", encode(t, svc, "ListRules", someRules, api.Native))
		golden(t, svc.Name+"-nothing", encode(t, svc, "SetRules", nil, api.Native))
		golden(t, svc.Name+"-error", api.EncodeError(nil, svc, denied, requestID, api.Native))
	}
}

// What is written is read as the same.
func TestRESTXMLRoundTrip(t *testing.T) {
	body := encode(t, files, "ListRules", someRules, api.Native).Body
	in, err := api.DecodeInput(files, files.Operation("SetRules"), httptest.NewRequest("POST", "/rules", nil), bytes.Clone(body))
	if err != nil || !reflect.DeepEqual(in, someRules) {
		t.Errorf("%+v, %v from %s", in, err, body)
	}
}

// odd is a service whose operations have the payloads and parameters that S3
// and Lambda have beside those of files.
func odd(p api.Protocol) *api.Service {
	text := &api.Shape{Kind: api.String, Min: -1, Max: -1}
	texts := &api.Shape{Kind: api.List, Element: text, ElementName: "member", Min: -1, Max: -1}
	ints := &api.Shape{Kind: api.List, Element: &api.Shape{Kind: api.Integer}, ElementName: "member", Min: -1, Max: -1}
	mapOf := func(e *api.Shape) *api.Shape {
		return &api.Shape{Kind: api.Map, Element: e, KeyShape: text, KeyName: "key", ValueName: "value", Min: -1, Max: -1}
	}
	shape := func(members ...api.MemberShape) *api.Shape {
		return &api.Shape{Name: "OddOutput", Kind: api.Structure, Members: members}
	}
	policy := shape(api.MemberShape{Name: "Policy", Wire: "Policy", Payload: true, Shape: text})
	blob := shape(api.MemberShape{Name: "Body", Wire: "Body", Payload: true, Shape: &api.Shape{Kind: api.Blob, Min: -1, Max: -1}})
	query := shape(
		api.MemberShape{Name: "Name", Wire: "name", Location: "querystring", Shape: text},
		api.MemberShape{Name: "Numbers", Wire: "x-numbers", Location: "header", Shape: ints},
		api.MemberShape{Name: "All", Wire: "all", Location: "querystring", Shape: mapOf(text)},
		api.MemberShape{Name: "Lists", Wire: "lists", Location: "querystring", Shape: mapOf(texts)},
	)
	plain := shape(api.MemberShape{Name: "Name", Wire: "Name", Shape: text}, api.MemberShape{Name: "Empty", Wire: "Empty", Shape: mapOf(text)})
	return &api.Service{Name: "odd", ID: "odd", Protocol: p, Operations: []*api.Operation{
		{Name: "Blob", Method: "PUT", URI: "/", Input: blob, Output: blob, NewInput: func() any { return new(oddBlob) }},
		{Name: "Plain", Method: "GET", URI: "/", Input: plain, Output: plain, NewInput: func() any { return new(oddPlain) }},
		{Name: "Policy", Method: "PUT", URI: "/", Input: policy, Output: policy, NewInput: func() any { return new(oddPolicy) }},
		{Name: "Query", Method: "GET", URI: "/", Input: query, NewInput: func() any { return new(oddQuery) }},
	}}
}

type oddBlob struct{ Body []byte }

type oddPolicy struct{ Policy *string }

type oddPlain struct {
	Name  *string
	Empty map[string]string
}

type oddQuery struct {
	Name    *string
	Numbers []int32
	All     map[string]string
	Lists   map[string][]string
}

func TestRESTPayloads(t *testing.T) {
	svc := odd(api.RESTXML)
	for _, c := range []struct {
		op, body string
		want     any
	}{
		{"Policy", `{"Version":"2012-10-17"}`, &oddPolicy{ptr(`{"Version":"2012-10-17"}`)}},
		{"Policy", "", &oddPolicy{ptr("")}},
		{"Blob", "\x00\xff", &oddBlob{[]byte("\x00\xff")}},
		{"Plain", "", &oddPlain{}},
		{"Plain", "<x><Name>n</Name><Empty/></x>", &oddPlain{ptr("n"), map[string]string{}}},
	} {
		in, err := api.DecodeInput(svc, svc.Operation(c.op), httptest.NewRequest("PUT", "/", nil), []byte(c.body))
		if err != nil || !reflect.DeepEqual(in, c.want) {
			t.Errorf("%s %q: %+v, %v", c.op, c.body, in, err)
		}
	}
	in, err := api.DecodeInput(svc, svc.Operation("Blob"), httptest.NewRequest("PUT", "/", nil), nil)
	if err != nil || in.(*oddBlob).Body != nil {
		t.Errorf("a stream that was not read is a value: %+v, %v", in, err)
	}
	for _, c := range []struct {
		op   string
		out  any
		body string
	}{
		{"Policy", &oddPolicy{ptr("{}")}, "{}"},
		{"Policy", &oddPolicy{}, ""},
		{"Blob", &oddBlob{[]byte("x")}, "x"},
		{"Plain", &oddPlain{Name: ptr("n"), Empty: map[string]string{}}, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<OddOutput><Name>n</Name><Empty/></OddOutput>"},
	} {
		if r := encode(t, svc, c.op, c.out, api.Native); string(r.Body) != c.body {
			t.Errorf("%s: %q", c.op, r.Body)
		}
	}
}

func TestRESTQuery(t *testing.T) {
	for _, p := range []api.Protocol{api.RESTXML, api.RESTJSON} {
		svc := odd(p)
		r := httptest.NewRequest("GET", "/?name=n&a=1&b=2&b=3", nil)
		r.Header.Set("x-numbers", "1, 2")
		in, err := api.DecodeInput(svc, svc.Operation("Query"), r, nil)
		want := &oddQuery{ptr("n"), []int32{1, 2}, map[string]string{"a": "1", "b": "2"}, map[string][]string{"a": {"1"}, "b": {"2", "3"}}}
		if err != nil || !reflect.DeepEqual(in, want) {
			t.Errorf("%+v, %v", in, err)
		}
		r.Header.Set("x-numbers", "1, x")
		_, err = api.DecodeInput(svc, svc.Operation("Query"), r, nil)
		code := map[api.Protocol]string{api.RESTXML: "InvalidArgument", api.RESTJSON: "SerializationException"}[p]
		if e, ok := err.(*api.Error); !ok || e.Code != code || e.Message != "Numbers: not an integer" {
			t.Errorf("%v", err)
		}
	}
}

// An attribute holds any text.
func TestXMLAttribute(t *testing.T) {
	for _, kind := range []string{`a"b<c>&'d`, "line\nfeed\ttab", "bell\x07", "żółw"} {
		written := encode(t, files, "ListRules", &rules{Kind: &kind}, api.Native).Body
		in, err := api.DecodeInput(files, files.Operation("SetRules"), httptest.NewRequest("POST", "/rules", nil), written)
		if err != nil || *in.(*rules).Kind != strings.ReplaceAll(kind, "\x07", "\uFFFD") {
			t.Errorf("%q: %v in %s", kind, err, written)
		}
	}
}

// FuzzXML: what is taken is read the same after it was written.
func FuzzXML(f *testing.F) {
	f.Add(`<RuleSet xmlns:xsi="x" xsi:type="k"><Rule><ID>1&amp;</ID></Rule><Names><Name>n</Name></Names><Flat><key>c</key><value>d</value></Flat></RuleSet>`)
	f.Add(`<a><Map><entry><key>a</key><value>b</value></entry></Map><On>1</On><At>0</At></a>`)
	f.Fuzz(func(t *testing.T, body string) {
		op := files.Operation("SetRules")
		in, err := api.DecodeInput(files, op, httptest.NewRequest("POST", "/rules", nil), []byte(body))
		if err != nil {
			if e := err.(*api.Error); e.Code != "MalformedXML" {
				t.Fatal(err)
			}
			return
		}
		written := encode(t, files, "ListRules", in, api.Native).Body
		again, err := api.DecodeInput(files, op, httptest.NewRequest("POST", "/rules", nil), written)
		if err != nil {
			t.Fatalf("%q became %q: %v", body, written, err)
		}
		if third := encode(t, files, "ListRules", again, api.Native).Body; string(third) != string(written) {
			t.Fatalf("%q became %q, then %q", body, written, third)
		}
	})
}
