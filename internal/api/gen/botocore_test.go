package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
)

// pythons are where botocore may be: first the Python that Debian's packages
// belong to.
var pythons = []string{"/usr/bin/python3", "python3"}

// botocore runs testdata/peer.py and calls f with each line that it prints.
func botocore(t *testing.T, what string, stdin []byte, f func(line []byte)) {
	t.Helper()
	for _, python := range pythons {
		if exec.Command(python, "-c", "import botocore.parsers").Run() != nil {
			continue
		}
		cmd := exec.Command(python, filepath.Join("testdata", "peer.py"), what)
		cmd.Stdin, cmd.Stderr = bytes.NewReader(stdin), os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", python, err)
		}
		lines := bufio.NewScanner(bytes.NewReader(out))
		lines.Buffer(nil, 16<<20)
		for lines.Scan() {
			f(lines.Bytes())
		}
		if lines.Err() != nil {
			t.Fatal(lines.Err())
		}
		return
	}
	t.Fatal("this test needs Debian's package python3-boto3")
}

// asData is a decoded value as JSON holds it: by the names of the model, times as
// seconds, bytes as base64, without what is absent.
func asData(v reflect.Value) any {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.Struct:
		if at, ok := v.Interface().(time.Time); ok {
			return float64(at.Unix())
		}
		doc := map[string]any{}
		for i := range v.NumField() {
			if f := v.Field(i); f.Kind() != reflect.Pointer && f.Kind() != reflect.Slice && f.Kind() != reflect.Map || !f.IsNil() {
				doc[v.Type().Field(i).Name] = asData(f)
			}
		}
		return doc
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return base64.StdEncoding.EncodeToString(v.Bytes())
		}
		list := make([]any, v.Len())
		for i := range list {
			list[i] = asData(v.Index(i))
		}
		return list
	case reflect.Map:
		doc := map[string]any{}
		for _, key := range v.MapKeys() {
			doc[key.String()] = asData(v.MapIndex(key))
		}
		return doc
	case reflect.Int32, reflect.Int64:
		return float64(v.Int())
	}
	return v.Interface()
}

// differ says where botocore's value differs from ours. Names have an upper first
// letter on our side. What only we have is no difference: our model is newer.
func differ(at string, theirs, ours any) string {
	switch theirs := theirs.(type) {
	case map[string]any:
		doc, ok := ours.(map[string]any)
		if !ok {
			return at + ": we have no structure"
		}
		for name, value := range theirs {
			mine, ok := doc[name]
			if !ok {
				mine, ok = doc[upper(name)]
			}
			if !ok {
				return at + "." + name + ": we have nothing"
			}
			if d := differ(at+"."+name, value, mine); d != "" {
				return d
			}
		}
		return ""
	case []any:
		list, ok := ours.([]any)
		if !ok || len(list) != len(theirs) {
			return at + ": we have no such list"
		}
		for i := range list {
			if d := differ(at+"."+strconv.Itoa(i), theirs[i], list[i]); d != "" {
				return d
			}
		}
		return ""
	}
	if theirs != ours {
		return at + ": " + text(theirs) + " is not " + text(ours)
	}
	return ""
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

var apis = []*api.Service{iam.API, sts.API, organizations.API}

// botocoreRequest is a line of peer.py's serialize.
type botocoreRequest struct {
	Service, Operation, Method, Path, Query, Body string
	Headers                                       map[string]string
	Params                                        map[string]any
}

// TestBotocoreRequests: what botocore writes for every operation of its own models,
// every member set, is what we read.
func TestBotocoreRequests(t *testing.T) {
	registry := api.NewRegistry(apis...)
	n := 0
	botocore(t, "serialize", nil, func(line []byte) {
		var q botocoreRequest
		if err := json.Unmarshal(line, &q); err != nil {
			t.Fatal(err)
		}
		n++
		r := httptest.NewRequest(q.Method, q.Path, nil)
		r.URL.RawQuery = q.Query
		for name, value := range q.Headers {
			r.Header.Set(name, value)
		}
		svc, op, err := registry.Find(r, []byte(q.Body), q.Service)
		if err != nil || svc.Name != q.Service || op.Name != q.Operation {
			t.Errorf("%s:%s is not found: %v", q.Service, q.Operation, err)
			return
		}
		if _, unscoped, err := registry.Find(r, []byte(q.Body), ""); unscoped != op {
			t.Errorf("%s:%s is not found without a scope: %v", q.Service, q.Operation, err)
		}
		in, err := api.DecodeInput(svc, op, r, []byte(q.Body))
		if err != nil {
			t.Errorf("%s:%s: %v", q.Service, q.Operation, err)
			return
		}
		ours := asData(reflect.ValueOf(in))
		if d := differ(q.Operation, any(q.Params), ours); d != "" {
			t.Error(d)
		}
		if a, b := len(ours.(map[string]any)), len(q.Params); a != b {
			t.Errorf("%s: %d members were sent, we read %d", q.Operation, b, a)
		}
	})
	if n < 220 {
		t.Errorf("only %d operations", n)
	}
}

// answer is a line of peer.py's parse.
type answer struct {
	Protocol  string            `json:"protocol"`
	Service   string            `json:"service"`
	Operation string            `json:"operation"`
	Status    int               `json:"status"`
	Headers   map[string]string `json:"headers"`
	Body      string            `json:"body"`
	Shapes    json.RawMessage   `json:"shapes,omitempty"`

	want any
}

func answerOf(svc *api.Service, operation string, r api.Response, want any) answer {
	a := answer{Protocol: string(svc.Protocol), Service: svc.Name, Operation: operation, Status: r.Status, Headers: map[string]string{}, Body: string(r.Body), want: want}
	for _, f := range r.Header {
		a.Headers[f.Name] = f.Value
	}
	return a
}

// parsed is what botocore reads of an answer.
type parsed struct {
	Fault   string
	Known   bool
	Missing []string
	Parsed  map[string]any
}

// readByBotocore lets botocore read all answers, in one process.
func readByBotocore(t *testing.T, answers []answer, f func(a answer, got parsed)) {
	t.Helper()
	var stdin bytes.Buffer
	for _, a := range answers {
		stdin.WriteString(text(a) + "\n")
	}
	n := 0
	botocore(t, "parse", stdin.Bytes(), func(line []byte) {
		var got parsed
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatal(err)
		}
		a := answers[n]
		n++
		if got.Fault != "" {
			t.Errorf("%s:%s: botocore cannot read it: %s\n%s", a.Service, a.Operation, got.Fault, a.Body)
			return
		}
		f(a, got)
	})
	if n != len(answers) {
		t.Errorf("botocore read %d of %d answers", n, len(answers))
	}
}

// TestBotocoreAnswers: what we write for every operation, every member set, is
// what botocore reads, and nothing that its model has is missing.
func TestBotocoreAnswers(t *testing.T) {
	var answers []answer
	for _, svc := range apis {
		for _, op := range svc.Operations {
			out := op.NewOutput()
			new(filler).fill(reflect.ValueOf(out).Elem())
			r, err := api.EncodeOutput(nil, svc, op, out, "request-1", api.Native)
			if err != nil {
				t.Fatal(err)
			}
			answers = append(answers, answerOf(svc, op.Name, r, asData(reflect.ValueOf(out))))
		}
	}
	known := 0
	readByBotocore(t, answers, func(a answer, got parsed) {
		metadata, _ := got.Parsed["ResponseMetadata"].(map[string]any)
		if metadata["RequestId"] != "request-1" || metadata["HTTPStatusCode"] != 200.0 {
			t.Errorf("%s: %v", a.Operation, metadata)
		}
		delete(got.Parsed, "ResponseMetadata")
		if !got.Known {
			return
		}
		known++
		if d := differ(a.Operation, any(got.Parsed), a.want); d != "" {
			t.Error(d)
		}
		if len(got.Missing) > 0 {
			t.Errorf("%s: botocore misses %v in\n%s", a.Operation, got.Missing, a.Body)
		}
	})
	if known < 130 {
		t.Errorf("botocore knows only %d of the outputs", known)
	}
}

// TestBotocoreErrors: botocore reads code, message, side and request id of every
// modelled error and of those that no model has.
func TestBotocoreErrors(t *testing.T) {
	var answers []answer
	for _, svc := range apis {
		seen := map[string]bool{}
		add := func(op *api.Operation, e *api.Error) {
			if !seen[e.Code] {
				seen[e.Code] = true
				answers = append(answers, answerOf(svc, op.Name, api.EncodeError(nil, svc, e, "request-2", api.Native), e))
			}
		}
		for _, op := range svc.Operations {
			for _, e := range op.Errors {
				add(op, &api.Error{Code: e.Code, Status: e.Status, Fault: e.Fault, Message: "what <went> \"wrong\" & é"})
			}
			add(op, &api.Error{Code: "AccessDenied", Status: 403, Message: "no"})
			add(op, &api.Error{Code: "InternalFailure", Status: 500, Fault: true, Message: "later"})
			add(op, api.NotImplemented(op))
		}
	}
	readByBotocore(t, answers, func(a answer, got parsed) {
		want := a.want.(*api.Error)
		e, _ := got.Parsed["Error"].(map[string]any)
		metadata, _ := got.Parsed["ResponseMetadata"].(map[string]any)
		if e["Code"] != want.Code || e["Message"] != want.Message || metadata["RequestId"] != "request-2" || metadata["HTTPStatusCode"] != float64(want.Status) {
			t.Errorf("%s %s: %v", a.Service, want.Code, got.Parsed)
		}
		side := map[bool]string{false: "Sender", true: "Receiver"}[want.Fault]
		if a.Protocol == "query" && e["Type"] != side {
			t.Errorf("%s %s is the fault of %v", a.Service, want.Code, e["Type"])
		}
	})
	if len(answers) < 100 {
		t.Errorf("only %d errors", len(answers))
	}
}

// Models of the answers that package api's golden files hold of services that are
// not generated yet.
const (
	ec2Model = `{"Output": {"type": "structure", "members": {
		"InstanceIds": {"shape": "Ids", "locationName": "InstanceId"}, "DryRun": {"shape": "Bool", "locationName": "dryRun"},
		"Specs": {"shape": "Specs", "locationName": "specSet"}, "When": {"shape": "Time", "locationName": "launchTime"}}},
		"Ids": {"type": "list", "member": {"shape": "Text", "locationName": "InstanceId"}},
		"Specs": {"type": "list", "member": {"shape": "Spec", "locationName": "item"}},
		"Spec": {"type": "structure", "members": {"GroupId": {"shape": "Text", "locationName": "groupId"}, "Tags": {"shape": "Tags", "locationName": "tagSet"}}},
		"Tags": {"type": "list", "member": {"shape": "Text", "locationName": "item"}},
		"Bool": {"type": "boolean"}, "Text": {"type": "string"}, "Time": {"type": "timestamp"}}`
	restModel = `{"Output": {"type": "structure", "payload": "Rules", "members": {
		"Status": {"shape": "Int", "location": "statusCode"}, "Size": {"shape": "Int", "location": "header", "locationName": "Content-Length"},
		"Changed": {"shape": "Time", "location": "header", "locationName": "Last-Modified"},
		"Metadata": {"shape": "Map", "location": "headers", "locationName": "x-amz-meta-"}, "Rules": {"shape": "Rules", "locationName": "RuleSet"}}},
		"Rules": {"type": "structure", "members": {
			"Kind": {"shape": "Text", "locationName": "xsi:type", "xmlAttribute": true}, "Rule": {"shape": "RuleList"}, "Names": {"shape": "Names"},
			"Map": {"shape": "Map"}, "Flat": {"shape": "Flat"}, "On": {"shape": "Bool"}, "At": {"shape": "Time"}}},
		"RuleList": {"type": "list", "flattened": true, "member": {"shape": "Rule"}}, "Rule": {"type": "structure", "members": {"ID": {"shape": "Text"}}},
		"Names": {"type": "list", "member": {"shape": "Text", "locationName": "Name"}},
		"Map": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Text"}},
		"Flat": {"type": "map", "flattened": true, "key": {"shape": "Text"}, "value": {"shape": "Text"}},
		"Bool": {"type": "boolean"}, "Int": {"type": "integer"}, "Text": {"type": "string"}, "Time": {"type": "timestamp"}}`
	noModel = `{"Output": {"type": "structure", "members": {}}}`
)

// TestBotocoreGolden: the golden files of package api are read by botocore's
// parsers of all five protocols.
func TestBotocoreGolden(t *testing.T) {
	const rules = `{"Rule": [{"ID": "1"}, {"ID": "2 "}], "Names": ["n"], "Map": {"a": "b"}, "Flat": {"c": "d"}, "On": true, "At": 1795528800`
	const head = `{"Status": 206, "Size": 3, "Changed": 1795528800, "Metadata": {"a": "2", "x": "1"}, "Rules": `
	var answers []answer
	for _, c := range []struct{ protocol, file, model, want string }{
		{"ec2", "ec2.xml", ec2Model, `{"InstanceIds": ["i-1"], "DryRun": false, "Specs": [{"GroupId": "sg", "Tags": []}], "When": 1795528800.123}`},
		{"ec2", "ec2-error.xml", noModel, `{"Error": {"Code": "UnauthorizedOperation", "Message": "You are not authorized to perform this operation."}}`},
		{"rest-xml", "files-payload", restModel, head + rules + `, "Kind": "k"}}`},
		{"rest-xml", "files-error", noModel, `{"Error": {"Code": "AccessDenied", "Message": "Access Denied", "BucketName": "b"}}`},
		{"rest-json", "notes-payload", restModel, head + rules + `, "Kind": "k"}}`},
		{"rest-json", "notes-error", noModel, `{"Error": {"Code": "AccessDenied", "Message": "Access Denied"}}`},
		{"json", "error-json10-modelled.json", noModel, `{"Error": {"Code": "ResourceNotFoundException", "Message": "Requested resource not found"}}`},
		{"json", "error-json10-auth.json", noModel, `{"Error": {"Code": "MissingAuthenticationTokenException", "Message": "Missing Authentication Token"}}`},
		{"json", "error-json11-modelled.json", noModel, `{"Error": {"Code": "AWSOrganizationsNotInUseException", "Message": "Your account is not a member of an organization."}}`},
		{"json", "error-json11-no-message.json", noModel, `{"Error": {"Code": "SerializationException", "Message": ""}}`},
		{"json", "error-not-implemented.json", noModel, `{"Error": {"Code": "NotImplemented", "Message": "The operation MoveAccount is not implemented."}}`},
		{"query", "error-iam.xml", noModel, `{"Error": {"Type": "Sender", "Code": "NoSuchEntity", "Message": "The user with name a<b cannot be found."}}`},
		{"query", "error-sts-fault.xml", noModel, `{"Error": {"Type": "Receiver", "Code": "ServiceFailure", "Message": "later"}}`},
		{"query", "error-members.xml", noModel, `{"Error": {"Type": "Sender", "Code": "InvalidInput", "Message": "m", "Reason": "R"}}`},
		{"query", "error-no-service.xml", noModel, `{"Error": {"Type": "Sender", "Code": "NoSuchEntity"}}`},
	} {
		a := answer{Protocol: c.protocol, Operation: c.file, Headers: map[string]string{}, Shapes: json.RawMessage(c.model)}
		if err := json.Unmarshal([]byte(c.want), &a.want); err != nil {
			t.Fatalf("%s: %v", c.file, err)
		}
		readGolden(t, &a, filepath.Join("..", "testdata", c.file))
		answers = append(answers, a)
	}
	readByBotocore(t, answers, func(a answer, got parsed) {
		if d := differ(a.Operation, a.want, any(got.Parsed)); d != "" {
			t.Errorf("%s\nbotocore reads %v", d, got.Parsed)
		}
	})
}

// readGolden reads a golden file: status line, header, empty line, body.
func readGolden(t *testing.T, a *answer, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, body, _ := strings.Cut(string(content), "\n\n")
	lines := strings.Split(head, "\n")
	if a.Status, err = strconv.Atoi(strings.TrimPrefix(lines[0], "HTTP ")); err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ": ")
		a.Headers[name] = value
	}
	a.Body = body
}
