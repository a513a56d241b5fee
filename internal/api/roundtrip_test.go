package api_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// writer writes an input as a client does, from its shape. It knows the formats
// from AWS's documentation of them alone and shares nothing with the codecs.
type writer struct {
	ec2    bool
	values []string // name=value, escaped
}

// scalarText is a scalar as the query protocols write it.
func scalarText(v reflect.Value, s *api.Shape) string {
	v = reflect.Indirect(v)
	switch s.Kind {
	case api.Timestamp:
		return v.Interface().(time.Time).Format("2006-01-02T15:04:05Z")
	case api.Blob:
		return base64.StdEncoding.EncodeToString(v.Bytes())
	case api.Boolean:
		return strconv.FormatBool(v.Bool())
	case api.Integer, api.Long:
		return strconv.FormatInt(v.Int(), 10)
	case api.Float, api.Double:
		return strconv.FormatFloat(v.Float(), 'f', -1, 64)
	}
	return v.String()
}

func unset(v reflect.Value) bool {
	return (v.Kind() == reflect.Pointer || v.Kind() == reflect.Slice || v.Kind() == reflect.Map) && v.IsNil()
}

func (w *writer) add(name, value string) {
	w.values = append(w.values, url.QueryEscape(name)+"="+url.QueryEscape(value))
}

func (w *writer) structure(prefix string, v reflect.Value, s *api.Shape) {
	for i := range s.Members {
		m := &s.Members[i]
		if unset(v.Field(i)) {
			continue
		}
		name := m.Wire
		if w.ec2 {
			name = strings.ToUpper(name[:1]) + name[1:]
		}
		w.value(prefix+name, v.Field(i), m.Shape)
	}
}

func (w *writer) value(name string, v reflect.Value, s *api.Shape) {
	switch s.Kind {
	case api.Structure:
		w.structure(name+".", reflect.Indirect(v), s)
	case api.List:
		if v.Len() == 0 {
			w.add(name, "")
		}
		if !w.ec2 {
			name += "." + s.ElementName
		}
		for i := range v.Len() {
			w.value(name+"."+strconv.Itoa(i+1), v.Index(i), s.Element)
		}
	case api.Map:
		if v.Len() == 0 {
			w.add(name, "")
		}
		if !w.ec2 {
			name += ".entry"
		}
		for i, key := range v.MapKeys() {
			at := name + "." + strconv.Itoa(i+1) + "."
			w.add(at+s.KeyName, key.String())
			w.value(at+s.ValueName, v.MapIndex(key), s.Element)
		}
	default:
		w.add(name, scalarText(v, s))
	}
}

// plain is a value as encoding/json takes it.
func plain(v reflect.Value, s *api.Shape) any {
	v = reflect.Indirect(v)
	switch s.Kind {
	case api.Structure:
		doc := map[string]any{}
		for i := range s.Members {
			if m := &s.Members[i]; !unset(v.Field(i)) {
				doc[m.Wire] = plain(v.Field(i), m.Shape)
			}
		}
		return doc
	case api.List:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = plain(v.Index(i), s.Element)
		}
		return list
	case api.Map:
		doc := map[string]any{}
		for _, key := range v.MapKeys() {
			doc[key.String()] = plain(v.MapIndex(key), s.Element)
		}
		return doc
	case api.Timestamp:
		return v.Interface().(time.Time).Unix()
	}
	return v.Interface() // encoding/json writes bytes as base64
}

// writeXML is a value as an XML document's element.
func writeXML(b *bytes.Buffer, name string, v reflect.Value, s *api.Shape) {
	v = reflect.Indirect(v)
	b.WriteString("<" + name + ">")
	switch s.Kind {
	case api.Structure:
		for i := range s.Members {
			if m := &s.Members[i]; !unset(v.Field(i)) {
				writeXML(b, m.Wire, v.Field(i), m.Shape)
			}
		}
	case api.List:
		for i := range v.Len() {
			writeXML(b, s.ElementName, v.Index(i), s.Element)
		}
	case api.Map:
		for _, key := range v.MapKeys() {
			b.WriteString("<entry>")
			writeXML(b, s.KeyName, key, s.KeyShape)
			writeXML(b, s.ValueName, v.MapIndex(key), s.Element)
			b.WriteString("</entry>")
		}
	default:
		xml.EscapeText(b, []byte(scalarText(v, s)))
	}
	b.WriteString("</" + name + ">")
}

// requests are the same input in every protocol.
func requests(t testing.TB, in any, s *api.Shape) map[api.Protocol]struct{ contentType, body string } {
	t.Helper()
	v := reflect.ValueOf(in).Elem()
	query, ec2 := &writer{}, &writer{ec2: true}
	query.structure("", v, s)
	ec2.structure("", v, s)
	doc, err := json.Marshal(plain(v, s))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	writeXML(&b, "Input", v, s)
	const form = "application/x-www-form-urlencoded"
	return map[api.Protocol]struct{ contentType, body string }{
		api.Query: {form, strings.Join(query.values, "&")}, api.EC2Query: {form, strings.Join(ec2.values, "&")},
		api.JSON: {"application/x-amz-json-1.1", string(doc)}, api.RESTJSON: {"application/json", string(doc)}, api.RESTXML: {"application/xml", b.String()},
	}
}

// inProtocol is an operation whose input has that shape, in a protocol.
func inProtocol(p api.Protocol, s *api.Shape, value func() any) (*api.Service, *api.Operation) {
	op := &api.Operation{Name: "Op", Method: "POST", URI: "/", Input: s, Output: s, ResultWrapper: "OpResult", NewInput: value, NewOutput: value}
	return &api.Service{Name: "any", ID: "Any", Protocol: p, JSONVersion: "1.1", Namespace: "urn:any", Operations: []*api.Operation{op}}, op
}

func decodeAs(p api.Protocol, s *api.Shape, value func() any, contentType, body string) (any, error) {
	svc, op := inProtocol(p, s, value)
	r := httptest.NewRequest("POST", "/", nil)
	r.Header.Set("Content-Type", contentType)
	return api.DecodeInput(svc, op, r, []byte(body))
}

// TestEveryInputEveryProtocol: one input, written in five protocols, is the same
// input. The codecs do not differ.
func TestEveryInputEveryProtocol(t *testing.T) {
	n := 0
	for _, svc := range services {
		for _, op := range svc.Operations {
			if op.Input == nil {
				continue
			}
			for seed := range uint64(8) {
				in := op.NewInput()
				varied(seed).structure(reflect.ValueOf(in).Elem(), op.Input)
				for p, r := range requests(t, in, op.Input) {
					n++
					if got, err := decodeAs(p, op.Input, op.NewInput, r.contentType, r.body); err != nil || !reflect.DeepEqual(got, in) {
						t.Fatalf("%s of %s, seed %d: %v\n%s", p, op.Name, seed, err, r.body)
					}
				}
			}
		}
	}
	if n < 8000 {
		t.Errorf("only %d inputs", n)
	}
}

// TestQueryOrder: the order of parameters says nothing.
func TestQueryOrder(t *testing.T) {
	for _, svc := range services[:2] {
		for _, op := range svc.Operations {
			if op.Input == nil {
				continue
			}
			in := op.NewInput()
			varied(3).structure(reflect.ValueOf(in).Elem(), op.Input)
			w := &writer{}
			w.structure("", reflect.ValueOf(in).Elem(), op.Input)
			rand.New(rand.NewPCG(1, 2)).Shuffle(len(w.values), func(i, j int) { w.values[i], w.values[j] = w.values[j], w.values[i] })
			half := len(w.values) / 2
			r := httptest.NewRequest("POST", "/?"+strings.Join(w.values[:half], "&"), nil)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			got, err := api.DecodeInput(svc, op, r, []byte(strings.Join(w.values[half:], "&")))
			if err != nil || !reflect.DeepEqual(got, in) {
				t.Errorf("%s: %v\n%s", op.Name, err, w.values)
			}
		}
	}
}

// TestQueryTwice: any parameter given once more is refused, wherever it is.
func TestQueryTwice(t *testing.T) {
	for _, svc := range services[:2] {
		for _, op := range svc.Operations {
			if op.Input == nil {
				continue
			}
			in := op.NewInput()
			canaries().structure(reflect.ValueOf(in).Elem(), op.Input)
			w := &writer{}
			w.structure("", reflect.ValueOf(in).Elem(), op.Input)
			for _, again := range w.values {
				_, err := api.DecodeInput(svc, op, form(), []byte(strings.Join(append(w.values[:len(w.values):len(w.values)], again), "&")))
				if e, ok := err.(*api.Error); !ok || e.Code != "MalformedInput" || !strings.HasSuffix(e.Message, " is given more than once") {
					t.Errorf("%s: %s twice: %v", op.Name, again, err)
				}
			}
		}
	}
}

// TestEveryOutputEveryProtocol: what every protocol writes of an output is read
// back as that output, by the reader that the test above has proved.
func TestEveryOutputEveryProtocol(t *testing.T) {
	for _, svc := range services {
		for _, op := range svc.Operations {
			if op.Output == nil {
				continue
			}
			for seed := range uint64(5) {
				out := op.NewOutput()
				varied(seed).structure(reflect.ValueOf(out).Elem(), op.Output)
				checkOutput(t, op, out)
			}
		}
	}
}

func checkOutput(t *testing.T, op *api.Operation, out any) {
	t.Helper()
	for _, p := range []api.Protocol{api.Query, api.EC2Query, api.JSON, api.RESTXML, api.RESTJSON} {
		svc, written := inProtocol(p, op.Output, op.NewOutput)
		r, err := api.EncodeOutput(nil, svc, written, out, requestID, api.Native)
		if err != nil {
			t.Fatal(err)
		}
		reader, contentType := p, "application/x-amz-json-1.1"
		body := string(r.Body)
		switch p {
		case api.Query: // the element within is a document of its own
			reader, contentType = api.RESTXML, "application/xml"
			body = body[strings.Index(body, "<OpResult"):]
			body = body[:strings.Index(body, "<ResponseMetadata>")]
		case api.EC2Query, api.RESTXML:
			reader, contentType = api.RESTXML, "application/xml"
		case api.RESTJSON:
			contentType = "application/json"
		}
		got, err := decodeAs(reader, op.Output, op.NewOutput, contentType, body)
		if err != nil || !reflect.DeepEqual(got, out) {
			t.Fatalf("%s of %s: %v\n%s", p, op.Name, err, r.Body)
		}
	}
	checkTwinOutput(t, op, out)
}

// checkTwinOutput: the JSON form of a query service's answer has the same members.
func checkTwinOutput(t *testing.T, op *api.Operation, out any) {
	t.Helper()
	svc, written := inProtocol(api.Query, op.Output, op.NewOutput)
	r, err := api.EncodeOutput(nil, svc, written, out, requestID, api.JSONTwin)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		OpResponse struct {
			OpResult         json.RawMessage
			ResponseMetadata struct{ RequestId string }
		}
	}
	if err := json.Unmarshal(r.Body, &doc); err != nil || doc.OpResponse.ResponseMetadata.RequestId != requestID {
		t.Fatalf("%v in %s", err, r.Body)
	}
	got, err := decodeAs(api.JSON, op.Output, op.NewOutput, "application/x-amz-json-1.1", string(doc.OpResponse.OpResult))
	if err != nil || !reflect.DeepEqual(got, out) {
		t.Fatalf("JSON form of %s: %v\n%s", op.Name, err, r.Body)
	}
}

// TestAppended: every answer is appended to what is there, and is the same bytes
// each time: buffers are used again.
func TestAppended(t *testing.T) {
	for _, svc := range services {
		for _, op := range svc.Operations {
			out := op.NewOutput()
			if op.Output != nil {
				varied(5).structure(reflect.ValueOf(out).Elem(), op.Output)
			}
			for _, form := range []api.Form{api.Native, api.JSONTwin} {
				first, err := api.EncodeOutput(nil, svc, op, out, requestID, form)
				if err != nil {
					t.Fatal(err)
				}
				again, err := api.EncodeOutput([]byte("before"), svc, op, out, requestID, form)
				if err != nil || string(again.Body) != "before"+string(first.Body) {
					t.Errorf("%s: %v\n%s\n%s", op.Name, err, first.Body, again.Body)
				}
				if first.Status != http.StatusOK {
					t.Errorf("%s: status %d", op.Name, first.Status)
				}
			}
		}
	}
}
