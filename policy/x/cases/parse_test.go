package cases

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// documented is the case of the form's own description.
const documented = `{"id": "reader-may-get",
 "request": {"principal": "arn:aws:iam::111122223333:user/ana",
             "action": "s3:GetObject",
             "resource": "arn:aws:s3:::photos/cat.jpg",
             "resource_account": "111122223333",
             "context": {"aws:SourceIp": "203.0.113.9", "aws:TagKeys": ["team", "env"], "aws:MultiFactorAuthPresent": "true", "k": []}},
 "policies": {"identity": [{"name": "ReadPhotos", "document": {"Version": "2012-10-17", "Statement": []}}],
              "resource": {"name": "photos", "document": {}},
              "permissions_boundary": [], "session": [], "endpoint": [],
              "scp": [[{"name": "FullAWSAccess", "document": {}}]],
              "rcp": [[{"name": "RCPFullAWSAccess", "document": {}}], []]},
 "expect": {"decision": "allowed"}}
`

func TestParseReadsTheDocumentedForm(t *testing.T) {
	c, err := Parse(documented, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantRequest := Request{
		Principal: anaARN, Action: "s3:GetObject", Resource: "arn:aws:s3:::photos/cat.jpg", ResourceAccount: accountC,
		Context: map[string]any{"aws:SourceIp": "203.0.113.9", "aws:TagKeys": []string{"team", "env"},
			"aws:MultiFactorAuthPresent": "true", "k": []string{}},
	}
	if c.ID != "reader-may-get" || !reflect.DeepEqual(c.Request, wantRequest) {
		t.Errorf("%s: %+v", c.ID, c.Request)
	}
	var seen []string
	for kind, d := range c.All {
		line, column := c.Place(d)
		seen = append(seen, fmt.Sprintf("%s %s %s %d:%d", TypeName(kind), d.Name, d.Text, line, column))
	}
	want := []string{
		`identity ReadPhotos {"Version": "2012-10-17", "Statement": []} 7:63`,
		`resource photos {} 8:58`,
		`scp FullAWSAccess {} 10:62`,
		`rcp RCPFullAWSAccess {} 11:65`,
	}
	if !reflect.DeepEqual(seen, want) {
		t.Errorf("%q", seen)
	}
	if len(c.Policies.RCP) != 2 || len(c.Policies.RCP[1]) != 0 {
		t.Errorf("levels: %v", c.Policies.RCP)
	}
	if c.Expect == nil || *c.Expect.Decision != "allowed" || c.Expect.DeniedBy != nil {
		t.Errorf("%+v", c.Expect)
	}
	if line, column := c.Start(); line != 1 || column != 1 {
		t.Errorf("starts at %d:%d", line, column)
	}
}

// request is a case's text with the given members of request.
func requestText(members string) string { return `{"request": {` + members + `}}` }

// policiesText is a good request with the given members of policies.
func policiesText(members string) string {
	return `{"request":{"principal":"*","action":"a:b","resource":"*"},"policies":{` + members + `}}`
}

// expectText is a good request with the given members of expect.
func expectText(members string) string {
	return `{"request":{"principal":"*","action":"a:b","resource":"*"},"expect":{` + members + `}}`
}

// The sign § is where the fault stands.
func TestParseSaysWhatAndWhere(t *testing.T) {
	for _, c := range []struct {
		name, text, want string
	}{
		{"empty", `§`, `a decision case is a JSON object`},
		{"no object", "\n §[]", `a decision case is a JSON object`},
		{"byte-order mark", "§\ufeff{}", `a decision case is a JSON object`},
		{"unknown member", `{§"ID": 1}`, `a decision case has no member "ID"; it has id, request, policies, expect`},
		{"same member", `{"id":"x",§"\u0069d":"y"}`, `the member "id" stands twice in one object`},
		{"name without quotes", `{§id:1}`, `a member's name is expected here`},
		{"no colon", `{"id" §1}`, `":" is expected here`},
		{"no value", `{"id": §}`, `a value is expected here`},
		{"nothing after the colon", `{"id":§`, `a value is expected here`},
		{"no comma", `{"id":"x" §"request":1}`, `"," or "}" is expected here`},
		{"trailing comma", `{"id":"x",§}`, `a member's name is expected here`},
		{"open string", `{"id":§"x`, `the string does not end`},
		{"open name", `{§"id`, `the string does not end`},
		{"open object", `{"request":{"a":[1,2§`, `the text ends where "}" or "]" is expected`},
		{"id is no string", `{"id":§7}`, `a string is expected here`},
		{"lone surrogate", `{"id":"§\ud800"}`, `a lone surrogate`},
		{"invalid UTF-8", "{\"id\":\"§\xff\"}", `bytes that are no UTF-8`},
		{"control character", "{\"id\":\"§\x01\"}", `a control character inside a string`},
		{"text after", `{"request":{"principal":"*","action":"a:b","resource":"*"}} §x`, `text after the end of the case`},
		{"no request", `§{"id":"x"}`, `the case has no request`},
		{"request is no object", `{"request":§[]}`, `request is a JSON object`},
		{"null request", `{"request":§null}`, `request is a JSON object`},
		{"broken request", `{"request":{"a":§]}}`, `a value is expected here`},
		{"mixed brackets", `{"request":{"a":[§}}`, `a value is expected here`},

		{"no principal", `{"request": §{"action":"a:b","resource":"*"}}`, `the request has no principal`},
		{"no action", `{"request": §{"principal":"*","resource":"*"}}`, `the request has no action`},
		{"no resource", `{"request": §{"principal":"*","action":"a:b"}}`, `the request has no resource`},
		{"unknown in request", requestText(`"principal":"*",§"Action":"a:b"`), `a request has no member "Action"; it has principal, action, resource, resource_account, context`},
		{"same in request", requestText(`"principal":"*",§"principal":"*"`), `the member "principal" stands twice in one object`},
		{"principal is a list", requestText(`"principal":§["*"]`), `a string is expected here`},
		{"action is a number", requestText(`"action":§1`), `a string is expected here`},
		{"resource is null", requestText(`"resource":§null`), `a string is expected here`},
		{"pattern of actions", requestText(`"principal":"*","action":§"s3:Get*","resource":"*"`), `action "s3:Get*" is not accepted: one action of a service, as s3:GetObject`},
		{"action without service", requestText(`"principal":"*","action":§"GetObject","resource":"*"`), `action "GetObject" is not accepted: one action of a service, as s3:GetObject`},
		{"action with two colons", requestText(`"principal":"*","action":§"a:b:c","resource":"*"`), `action "a:b:c" is not accepted: one action of a service, as s3:GetObject`},
		{"no ARN", requestText(`"principal":"*","action":"a:b","resource":§"b/k"`), `resource "b/k" is not accepted: an ARN of six parts, or * for an action without a resource`},
		{"short ARN", requestText(`"principal":"*","action":"a:b","resource":§"arn:aws:s3"`), `resource "arn:aws:s3" is not accepted: an ARN of six parts, or * for an action without a resource`},
		{"account", requestText(`"resource_account":§"12"`), `resource_account "12" is not accepted: 12 digits`},
		{"account is a number", requestText(`"resource_account":§111122223333`), `a string is expected here`},
		{"context is a list", requestText(`"context":§[]`), `context is an object of condition keys`},
		{"context value", requestText(`"context":{"k":§true}`), `condition key "k": a string or a list of strings is expected here`},
		{"context null", requestText(`"context":{"k":§null}`), `condition key "k": a string or a list of strings is expected here`},
		{"context list", requestText(`"context":{"k":["a",§1]}`), `a string is expected here`},
		{"same key", requestText(`"context":{"k":"a",§"k":"b"}`), `the member "k" stands twice in one object`},

		{"policies is a list", `{"policies":§[]}`, `policies is a JSON object`},
		{"unknown type", policiesText(`§"boundary":[]`), `policies has no member "boundary"; it has identity, resource, permissions_boundary, session, endpoint, scp, rcp`},
		{"same type", policiesText(`"session":[],§"session":[]`), `the member "session" stands twice in one object`},
		{"identity is an object", policiesText(`"identity":§{}`), `identity is a list`},
		{"identity is null", policiesText(`"identity":§null`), `identity is a list`},
		{"resource is a list", policiesText(`"resource":§[]`), `a policy is a JSON object`},
		{"scp without levels", policiesText(`"scp":[§{}]`), `a level of scp is a list`},
		{"unknown in a policy", policiesText(`"session":[{§"Name":"x"}]`), `a policy has no member "Name"; it has name, and document or file`},
		{"no document", policiesText(`"session":[§{"name":"x"}]`), `a policy has a name and one of document, file and unreadable`},
		{"two documents", policiesText(`"session":[§{"document":{},"file":"x"}]`), `a policy has a name and one of document, file and unreadable`},
		{"name is no string", policiesText(`"session":[{"name":§1}]`), `a string is expected here`},
		{"document is a string", policiesText(`"session":[{"document":§"{}"}]`), `a document is a JSON object`},
		{"document does not end", `{"request":{"principal":"*","action":"a:b","resource":"*"},"policies":{"session":[{"document":{}}§`, `"," or "]" is expected here`},
		{"document ends with the text", `{"policies":{"scp":[[{"document":{§`, `the text ends where "}" or "]" is expected`},
		{"no file", policiesText(`"session":[{"file":§""}]`), `the name of a file is expected here`},
		{"unreadable", policiesText(`"session":[{"unreadable":§false}]`), `unreadable is true, or left out`},

		{"expect is a string", `{"expect":§"allowed"}`, `expect is a JSON object`},
		{"unknown in expect", expectText(`§"Decision":"x"`), `expect has no member "Decision"; it has decision, denied_by, message, matched, missing_context`},
		{"decision", expectText(`"decision":§"Allow"`), `"Allow" is not accepted: one of allowed, explicitDeny, implicitDeny`},
		{"decision is no string", expectText(`"decision":§true`), `a string is expected here`},
		{"denied_by", expectText(`"denied_by":§"trust"`), `"trust" is not accepted: one of identity, resource, permissions_boundary, session, scp, rcp, endpoint`},
		{"matched", expectText(`"matched":§"x"`), `matched is a list of Sids or of objects`},
		{"matched number", expectText(`"matched":[§1]`), `a Sid or an object that tells a statement is expected here`},
		{"matched anything", expectText(`"matched":[§{}]`), `a Sid or an object that tells a statement is expected here`},
		{"matched unknown", expectText(`"matched":[{§"id":1}]`), `a matched statement has no member "id"; it has policy_type, policy, statement, sid, effect`},
		{"matched type", expectText(`"matched":[{"policy_type":§"x"}]`), `"x" is not accepted: one of identity, resource, permissions_boundary, session, scp, rcp, endpoint`},
		{"matched effect", expectText(`"matched":[{"effect":§"allow"}]`), `"allow" is not accepted: one of Allow, Deny`},
		{"matched statement", expectText(`"matched":[{"statement":§-1}]`), `the number of a statement, from 0, is expected here`},
		{"matched statement text", expectText(`"matched":[{"statement":§"0"}]`), `the number of a statement, from 0, is expected here`},
		{"missing", expectText(`"missing_context":§"k"`), `a list of strings is expected here`},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, after, _ := strings.Cut(c.text, "§")
			_, err := Parse(before+after, nil)
			if err == nil {
				t.Fatal("accepted")
			}
			want := Error{Detail: c.want}
			want.Line, want.Column = policy.Position(before, len(before))
			if got := faultOf(t, err); *got != want {
				t.Errorf("%v\nwant %v", got, &want)
			}
		})
	}
}

// A case that is good up to a fault keeps its id, so that the result names it.
func TestParseKeepsTheIDOfABadCase(t *testing.T) {
	c, err := Parse(`{"id":"x","request":7}`, nil)
	if err == nil || c.ID != "x" {
		t.Errorf("%q, %v", c.ID, err)
	}
	if r := Failed(c, err); r.ID != "x" || r.Error != "line 1, column 21: request is a JSON object" || r.Decision != "" {
		t.Errorf("%+v", r)
	}
	if r := Failed(nil, errors.New("no")); r.ID != "" || r.Error != "no" {
		t.Errorf("%+v", r)
	}
}

// Columns count characters, not bytes.
func TestParseCountsCharacters(t *testing.T) {
	_, err := Parse(`{"id":"çé日","x":1}`, nil)
	if e := faultOf(t, err); e.Column != 13 {
		t.Errorf("column %d", e.Column)
	}
}

func TestParsePlacesByTheCaller(t *testing.T) {
	_, err := Parse(`{"x":1}`, func(offset int) (int, int) { return 40 + offset, 7 })
	if e := faultOf(t, err); e.Line != 41 || e.Column != 7 {
		t.Errorf("%v", e)
	}
}

func TestErrorSaysWhere(t *testing.T) {
	for want, e := range map[string]*Error{
		"d":                           {Detail: "d"},
		"line 2, column 3: d":         {Line: 2, Column: 3, Detail: "d"},
		"p.json: line 2, column 3: d": {File: "p.json", Line: 2, Column: 3, Detail: "d"},
	} {
		if e.Error() != want {
			t.Errorf("%q, want %q", e.Error(), want)
		}
	}
	if f := faultf(3, "x %d", 1); f.Error() != "x 1" {
		t.Error(f)
	}
}

func TestAllStopsWhereItsLoopDoes(t *testing.T) {
	c, err := Parse(documented, nil)
	if err != nil {
		t.Fatal(err)
	}
	for stop := 1; stop <= 4; stop++ {
		n := 0
		for range c.All {
			if n++; n == stop {
				break
			}
		}
		if n != stop {
			t.Errorf("%d of %d", n, stop)
		}
	}
}

func TestResolve(t *testing.T) {
	document := func(file string) m { return m{"file": file} }
	g := given{policies: m{
		"identity": []m{document("p/read.json"), a("inline")}, "resource": document("r"),
		"permissions_boundary": []m{{"name": "B", "file": "b.json"}}, "scp": [][]m{{document("s")}}, "rcp": [][]m{{document("t")}},
		"session": []m{document("u")}, "endpoint": []m{document("v")},
	}}
	c := g.parse(t)
	_, err := decider().Decide(c)
	if e := faultOf(t, err); !strings.Contains(e.Detail, `"p/read.json", which only a policy test reads`) || e.Line != 1 {
		t.Errorf("%v", err)
	}
	if err := c.Resolve(func(file string) (string, error) { return "<" + file + ">", nil }); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range c.All {
		if d.File != "" {
			names = append(names, d.Name+d.Text)
		}
	}
	if got := strings.Join(names, " "); got != "read<p/read.json> r<r> B<b.json> u<u> v<v> s<s> t<t>" {
		t.Error(got)
	}
	for _, member := range []string{"p/read.json", "r", "t"} {
		err := g.parse(t).Resolve(func(file string) (string, error) {
			if file == member {
				return "", errors.New("gone")
			}
			return "", nil
		})
		if e := faultOf(t, err); e.Detail != "gone" || e.Column < 2 {
			t.Errorf("%s: %v", member, err)
		}
	}
}

// A document's faults stand in its file, and those of an inline one in the case.
func TestFaultsOfDocuments(t *testing.T) {
	text := "{\"request\":{\"principal\":\"*\",\"action\":\"a:b\",\"resource\":\"*\"},\n \"policies\":{\"identity\":[{\"name\":\"P\",\"document\":{\"Statement\":\n  {\"Effect\":\"Maybe\"}}}]}}"
	c, err := Parse(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = decider().Decide(c)
	if got := faultOf(t, err).Error(); got != `line 3, column 13: policy "P": Statement.Effect: Effect is Allow or Deny` {
		t.Error(got)
	}
	c = given{policies: m{"identity": []m{{"file": "p.json"}}}}.parse(t)
	if err := c.Resolve(func(string) (string, error) { return "{\n x", nil }); err != nil {
		t.Fatal(err)
	}
	_, err = decider().Decide(c)
	if got := faultOf(t, err).Error(); got != `p.json: line 2, column 2: policy "p": a member's name is expected here` {
		t.Error(got)
	}
}

// A case that was put together in a program has no places.
func TestCasesOfAProgram(t *testing.T) {
	c := &Case{Request: Request{Principal: "nobody", Action: "a:b", Resource: "*"}}
	_, err := decider().Decide(c)
	if e := faultOf(t, err); e.Line != 0 || !strings.HasPrefix(e.Error(), `principal "nobody" is not accepted`) {
		t.Errorf("%v", err)
	}
	c.Request.Principal = anaARN
	c.Request.Context = map[string]any{"k": 7}
	_, err = decider().Decide(c)
	if e := faultOf(t, err); e.Detail != `condition key "k": a int, neither a string nor a list of strings` {
		t.Errorf("%v", err)
	}
	c.Request.Context = nil
	c.Policies.Identity = []Document{{Text: "{"}}
	_, err = decider().Decide(c)
	if e := faultOf(t, err); e.Line != 0 {
		t.Errorf("%v", err)
	}
	if line, column := c.Start(); line != 0 || column != 0 {
		t.Error(line, column)
	}
	if line, column := c.Place(&c.Policies.Identity[0]); line != 0 || column != 0 {
		t.Error(line, column)
	}
	if e := within(4, errors.New("else")); e.offset != 4 || e.detail != "else" {
		t.Errorf("%+v", e)
	}
	if got := describe(&policy.Error{Message: "words"}); got != "words" {
		t.Error(got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(documented)
	f.Add(policiesText(`"scp":[[{"document":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}}]]`))
	f.Add(expectText(`"matched":["x",{"statement":1}]`))
	f.Add(`{"id":"\"}`)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse(text, nil)
		if err != nil {
			if e := faultOf(t, err); e.Line < 1 || e.Column < 1 || e.Detail == "" {
				t.Fatalf("%+v", e)
			}
			return
		}
		r, err := decider().Decide(c)
		if (err == nil) != (r.Error == "") || (err == nil) == (r.Decision == "") {
			t.Fatalf("%+v, %v", r, err)
		}
		if line, err := r.Append(nil); err != nil || strings.Count(string(line), "\n") != 1 {
			t.Fatalf("%s, %v", line, err)
		}
	})
}
