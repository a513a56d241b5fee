package api

import (
	"reflect"
	"strings"
	"testing"
)

// labels are what a path gives the labels of a template.
func labels(template, path string) (map[string]string, bool) {
	p := newPlan(&Operation{URI: template})
	if !p.fits(path) {
		return nil, false
	}
	found, rest := map[string]string{}, path[1:]
	for _, part := range p.path {
		text := rest
		if !part.greedy {
			text, rest, _ = strings.Cut(rest, "/")
		}
		if part.label {
			found[part.text], _ = unescapePath(text)
		}
	}
	return found, true
}

func TestTemplate(t *testing.T) {
	for _, c := range []struct {
		template, path string
		want           map[string]string // nil: no match
	}{
		{"/", "/", map[string]string{}},
		{"/", "/x", nil},
		{"/{Bucket}", "/b", map[string]string{"Bucket": "b"}},
		{"/{Bucket}", "/b/", map[string]string{"Bucket": "b"}},
		{"/{Bucket}?acl", "/b", map[string]string{"Bucket": "b"}},
		{"/{Bucket}", "/", nil},
		{"/{Bucket}", "/b/k", nil},
		{"/{Bucket}/{Key+}", "/b/a%20b/c//d/", map[string]string{"Bucket": "b", "Key": "a b/c//d/"}},
		{"/{Bucket}/{Key+}", "/b/", nil},
		{"/{Bucket}/{Key+}", "/b", nil},
		{"/{Bucket}/{Key+}", "/b//", map[string]string{"Bucket": "b", "Key": "/"}},
		{"/{Bucket}/{Key+}", "/b/a%2Fb", map[string]string{"Bucket": "b", "Key": "a/b"}},
		{"/{Bucket}", "//", nil},
		{"/{Bucket}", "b", nil},
		{"/{Bucket}", "", nil},
		{"/2015-03-31/functions/{Name}/invocations", "/2015-03-31/functions/f/invocations", map[string]string{"Name": "f"}},
		{"/2015-03-31/functions/{Name}/invocations", "/2015-03-31/functions/f", nil},
		{"/2015-03-31/functions/{Name}/invocations", "/2015-03-31/functions/f/policy", nil},
	} {
		got, ok := labels(c.template, c.path)
		if ok != (c.want != nil) || ok && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s %s: %v, %v", c.template, c.path, got, ok)
		}
	}
	if _, err := unescapePath("%zz"); err == nil {
		t.Error("a bad escape was taken")
	}
}

// TestPlan: what an operation's plan says of its members.
func TestPlan(t *testing.T) {
	text := &Shape{Kind: String}
	p := newPlan(&Operation{URI: "/{Bucket}/{Key+}?acl&list-type=2", Input: &Shape{Kind: Structure, Members: []MemberShape{
		{Name: "Bucket", Wire: "Bucket", Location: "uri", Shape: text},
		{Name: "Key", Wire: "Key", Location: "uri", Shape: text},
		{Name: "ACL", Wire: "x-amz-acl", Location: "header", Shape: text},
		{Name: "Version", Wire: "versionId", Location: "querystring", Shape: text},
		{Name: "More", Location: "querystring", Shape: &Shape{Kind: Map, Element: text}},
		{Name: "Body", Payload: true, Shape: &Shape{Kind: Blob}},
	}}})
	if p.payload != 5 || len(p.catchAll) != 1 || p.catchAll[0] != 4 || p.inBody || !reflect.DeepEqual(p.inHeader, []int{2}) || p.headers[2] != "X-Amz-Acl" {
		t.Errorf("%+v", p)
	}
	if want := map[string]int{"versionId": 3, "acl": 6, "list-type": 7}; !reflect.DeepEqual(p.query, want) {
		t.Errorf("%v", p.query)
	}
	if want := []segment{{"Bucket", true, false, 0}, {"Key", true, true, 1}}; !reflect.DeepEqual(p.path, want) {
		t.Errorf("%v", p.path)
	}
	if want := []literal{{"acl", "", false}, {"list-type", "2", true}}; !reflect.DeepEqual(p.literals, want) {
		t.Errorf("%v", p.literals)
	}
}
