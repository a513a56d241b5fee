package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
)

// escapeAll writes every byte as an escape.
func escapeAll(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, "%%%02x", s[i])
	}
	return b.String()
}

// TestEveryOperationIsFound: in every way that its protocol has to name it, with
// the scope of its service and without a scope; and by no other service.
func TestEveryOperationIsFound(t *testing.T) {
	for _, svc := range services {
		for _, op := range svc.Operations {
			for way, r := range waysToCall(svc, op) {
				body := ""
				if way == "form" || way == "form without type" {
					body = "Action=" + op.Name + "&Version=" + svc.Version
				}
				if way == "form, escaped" {
					body = escapeAll("Version") + "=" + escapeAll(svc.Version) + "&" + escapeAll("Action") + "=" + escapeAll(op.Name)
				}
				for _, scope := range []string{svc.Name, "", "unheard-of"} {
					gotService, gotOperation, err := registry.Find(r, []byte(body), scope)
					if gotService != svc || gotOperation != op || err != nil {
						t.Errorf("%s:%s, %s, scope %q: %v", svc.Name, op.Name, way, scope, err)
					}
				}
				for _, other := range services {
					if other == svc {
						continue
					}
					got, operation, err := registry.Find(r, []byte(body), other.Name)
					if got != other || operation != nil || err == nil {
						t.Errorf("%s:%s, %s, signed for %s: %v, %v", svc.Name, op.Name, way, other.Name, operation, err)
					}
				}
			}
		}
	}
}

func waysToCall(svc *api.Service, op *api.Operation) map[string]*http.Request {
	if svc.Protocol == api.JSON {
		return map[string]*http.Request{
			"target":              request(jsonOf, svc.TargetPrefix+"."+op.Name),
			"target, JSON 1.0":    request("application/x-amz-json-1.0", svc.TargetPrefix+"."+op.Name),
			"target with charset": request(jsonOf+"; charset=utf-8", svc.TargetPrefix+"."+op.Name),
		}
	}
	inURL := url.Values{"Action": {op.Name}, "Version": {svc.Version}}.Encode()
	return map[string]*http.Request{
		"form": request(formOf, ""), "form, escaped": request(formOf, ""), "form without type": request("", ""),
		"URL": httptest.NewRequest("GET", "/?"+inURL, nil), "URL of a POST": httptest.NewRequest("POST", "/?"+inURL, nil),
	}
}

// TestNoOtherName: names are exact; nothing near an operation's name is one.
func TestNoOtherName(t *testing.T) {
	for _, svc := range services {
		names := map[string]bool{}
		for _, op := range svc.Operations {
			names[op.Name] = true
		}
		for _, op := range svc.Operations {
			for _, name := range []string{strings.ToLower(op.Name), strings.ToUpper(op.Name), op.Name + "\x00", op.Name + " ", " " + op.Name, op.Name[1:], op.Name + "2", svc.Name + ":" + op.Name, op.Name[:len(op.Name)-1]} {
				if found := svc.Operation(name); found != nil && !names[name] {
					t.Errorf("%q is %s", name, found.Name)
				}
			}
		}
	}
}

// TestRegistryOrder: two services of one version are told apart by their scope;
// without one, the first that has it answers.
func TestRegistryOrder(t *testing.T) {
	twin := &api.Service{Name: "twin", ID: "Twin", Version: iam.API.Version, Protocol: api.Query, Operations: []*api.Operation{{Name: "Dance"}}}
	g := api.NewRegistry(sts.API, iam.API, twin)
	body := []byte("Action=Dance&Version=2010-05-08")
	if svc, op, err := g.Find(form(), body, "twin"); svc != twin || op != twin.Operations[0] || err != nil {
		t.Errorf("%v, %v", op, err)
	}
	if svc, op, err := g.Find(form(), body, ""); svc != iam.API || op != nil || err == nil {
		t.Errorf("%v, %v", op, err)
	}
	if got := g.Services(); len(got) != 3 || got[0] != sts.API || got[2] != twin || g.Service("twin") != twin {
		t.Errorf("%v", got)
	}
}

// kinds has a member of every kind in headers and in the query string.
type kinds struct {
	Text  *string
	Bool  *bool
	Long  *int64
	Float *float64
	Texts []string
}

func kindsShape(location string) *api.Shape {
	text := &api.Shape{Kind: api.String, Min: -1, Max: -1}
	s := &api.Shape{Name: "Kinds", Kind: api.Structure}
	for name, shape := range map[string]*api.Shape{
		"Text": text, "Bool": {Kind: api.Boolean}, "Long": {Kind: api.Long, Min: -1, Max: -1}, "Float": {Kind: api.Double}, "Texts": {Kind: api.List, Element: text},
	} {
		s.Members = append(s.Members, api.MemberShape{Name: name, Wire: "x-" + strings.ToLower(name), Location: location, Shape: shape})
	}
	order := reflect.TypeFor[kinds]()
	sorted := make([]api.MemberShape, order.NumField())
	for _, m := range s.Members {
		f, _ := order.FieldByName(m.Name)
		sorted[f.Index[0]] = m
	}
	s.Members = sorted
	return s
}

// TestRESTKinds: scalars of every kind in headers and in the query string, as they
// are written and as they are not.
func TestRESTKinds(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        *kinds // nil: refused
	}{
		{"x-text", "a b", &kinds{Text: ptr("a b")}},
		{"x-text", "", &kinds{Text: ptr("")}},
		{"x-text", "é", &kinds{Text: ptr("é")}},
		{"x-bool", "true", &kinds{Bool: ptr(true)}},
		{"x-bool", "false", &kinds{Bool: ptr(false)}},
		{"x-bool", "True", nil},
		{"x-bool", "", nil},
		{"x-long", "-5", &kinds{Long: ptr(int64(-5))}},
		{"x-long", "9223372036854775807", &kinds{Long: ptr(int64(9223372036854775807))}},
		{"x-long", "9223372036854775808", nil},
		{"x-long", "1e3", nil},
		{"x-long", "", nil},
		{"x-float", "1.5", &kinds{Float: ptr(1.5)}},
		{"x-float", "1e999", nil},
		{"x-float", "one", nil},
		{"x-texts", "a", &kinds{Texts: []string{"a"}}},
		{"x-unknown", "a", &kinds{}},
	} {
		for _, location := range []string{"header", "querystring"} {
			for _, p := range []api.Protocol{api.RESTXML, api.RESTJSON} {
				svc, op := inProtocol(p, kindsShape(location), func() any { return new(kinds) })
				r := httptest.NewRequest("GET", "/", nil)
				if location == "header" {
					r.Header.Set(c.name, c.value)
				} else {
					r.URL.RawQuery = url.Values{c.name: {c.value}}.Encode()
				}
				in, err := api.DecodeInput(svc, op, r, nil)
				switch e, refused := err.(*api.Error); {
				case c.want == nil && (!refused || e.Status != 400 || c.value != "" && strings.Contains(e.Message, c.value)):
					t.Errorf("%s %s=%q by %s: %v, %v", location, c.name, c.value, p, in, err)
				case c.want != nil && (err != nil || !reflect.DeepEqual(in, c.want)):
					t.Errorf("%s %s=%q by %s: %+v, %v", location, c.name, c.value, p, in, err)
				}
			}
		}
	}
}

// TestRESTHeaderRoundTrip: what is put into the header of an answer is read from
// the header of a request as the same.
func TestRESTHeaderRoundTrip(t *testing.T) {
	for seed := range uint64(50) {
		f := varied(seed)
		f.text = func(f *filler) string { return "t" + itoa(f.random.IntN(1000)) }
		out := new(kinds)
		shape := kindsShape("header")
		f.structure(reflect.ValueOf(out).Elem(), shape)
		if out.Texts != nil && len(out.Texts) == 0 {
			out.Texts = nil // a header cannot say that a list is empty
		}
		svc, op := inProtocol(api.RESTXML, shape, func() any { return new(kinds) })
		answer, err := api.EncodeOutput(nil, svc, op, out, requestID, api.Native)
		if err != nil || len(answer.Body) != 0 {
			t.Fatalf("%v, body %s", err, answer.Body)
		}
		r := httptest.NewRequest("GET", "/", nil)
		for _, field := range answer.Header {
			r.Header.Add(field.Name, field.Value)
		}
		if in, err := api.DecodeInput(svc, op, r, nil); err != nil || !reflect.DeepEqual(in, out) {
			t.Errorf("%+v became %+v, %v", out, in, err)
		}
	}
}

// FuzzEveryCodec: whatever the values, an input that one protocol carries is the
// same in all five; its record is JSON; validating it does not panic.
func FuzzEveryCodec(f *testing.F) {
	f.Add(uint64(1), uint16(0), "text")
	f.Add(uint64(2), uint16(77), "\t\n \u0085\u2028é🐢")
	f.Add(uint64(3), uint16(150), `"\/<&>'%+=;`)
	var all []*api.Operation
	for _, svc := range services {
		for _, op := range svc.Operations {
			if op.Input != nil {
				all = append(all, op)
			}
		}
	}
	f.Fuzz(func(t *testing.T, seed uint64, n uint16, text string) {
		text = strings.Map(func(r rune) rune { // what XML 1.0 can hold
			if r == '\r' || r < ' ' && r != '\t' && r != '\n' || r == 0xFFFD || r == 0xFFFE || r == 0xFFFF {
				return -1
			}
			return r
		}, strings.ToValidUTF8(text, ""))
		op := all[int(n)%len(all)]
		in := op.NewInput()
		fill := varied(seed)
		fill.text = func(f *filler) string { return text }
		fill.structure(reflect.ValueOf(in).Elem(), op.Input)
		for p, r := range requests(t, in, op.Input) {
			if got, err := decodeAs(p, op.Input, op.NewInput, r.contentType, r.body); err != nil || !reflect.DeepEqual(got, in) {
				t.Fatalf("%s of %s: %v\n%q", p, op.Name, err, r.body)
			}
		}
		for _, svc := range services {
			api.Validate(svc, op, in)
		}
	})
}

// FuzzEC2: nothing panics, and errors are the caller's.
func FuzzEC2(f *testing.F) {
	for _, s := range []string{"InstanceId.1=i&DryRun=true", "Spec.1.Tag.2=x&Spec.1.GroupId=g", "LaunchTime=2026-11-24", "Spec.1=x&Spec.=&.=", "InstanceId=&InstanceId.1=a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		in, err := api.DecodeInput(ec2, ec2.Operations[0], form(), []byte(body))
		if err != nil {
			if e, ok := err.(*api.Error); !ok || e.Status != 400 && e.Status != 404 || e.Fault {
				t.Fatalf("%v", err)
			}
			return
		}
		if _, err := api.EncodeOutput(nil, ec2, ec2.Operations[0], in, requestID, api.Native); err != nil {
			t.Fatal(err)
		}
	})
}
