package why

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/client"
	"github.com/gatehouse-iam/gatehouse/policy"
)

const (
	id      = "k2wrewn3k326oy2kfbcaxcrgg"
	request = "6c7ee9f9-6b9a-4bd2-93a2-2f0f2c9c4a01"
	message = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_0123456789"
	account = "111122223333"
	anaARN  = "arn:aws:iam::" + account + ":user/ana"
)

// told is a server that knows one denial.
type told struct {
	details   []string // pages
	documents map[string]string
	decoded   string
	refused   error
	asked     []string
}

func (s *told) Get(_ context.Context, service, path string, query url.Values, out any) error {
	s.asked = append(s.asked, service+" "+path)
	if s.refused != nil {
		return s.refused
	}
	if uri := query.Get("policyUri"); strings.HasSuffix(path, "/policy") {
		document, ok := s.documents[uri]
		if !ok {
			return &client.Error{Status: http.StatusNotFound, Code: "ResourceNotFoundException", Message: "was not kept"}
		}
		return json.Unmarshal([]byte(`{"policyDocument":`+document+`}`), out)
	}
	page := 0
	if query.Get("nextToken") != "" {
		page = 1
	}
	return json.Unmarshal([]byte(s.details[page]), out)
}

func (s *told) Query(_ context.Context, service, _, action string, p url.Values, out any) error {
	s.asked = append(s.asked, service+" "+action+" "+p.Get("EncodedMessage"))
	if s.refused != nil {
		return s.refused
	}
	var b strings.Builder
	xml.EscapeText(&b, []byte(s.decoded))
	return xml.Unmarshal([]byte("<R><DecodeAuthorizationMessageResult><DecodedMessage>"+b.String()+"</DecodedMessage></DecodeAuthorizationMessageResult></R>"), out)
}

const userContext = `"requestContext":{"aws:PrincipalArn":"` + anaARN + `","aws:PrincipalType":"User","aws:PrincipalAccount":"` + account + `","aws:userid":"AIDAEXAMPLE000000000","aws:CurrentTime":"2026-01-02T03:04:05Z"}`

// page is an answer of GetRequestAuthorizationDetails.
func page(context, evaluation, policies string) string {
	return `{` + context + `,"evaluations":[` + evaluation + `],"policies":[` + policies + `]}`
}

func inline(kind, uri, to string) string {
	return `{"type":"` + kind + `","inline":true,"uri":"` + uri + `","attachedTo":[{"arn":"` + to + `"}]}`
}

const createUser = `{"action":"iam:CreateUser","resource":"arn:aws:iam::` + account + `:user/bob","context":{"aws:ResourceAccount":"` + account + `","aws:TagKeys":["a"]},"evaluatedEffect":"IMPLICIT_DENY"}`

const lists = `{"Version":"2012-10-17","Statement":[{"Sid":"L","Effect":"Allow","Action":["iam:List*","iam:CreateUser"],"Resource":"arn:aws:iam::` + account + `:user/a*"}]}`

// ana is a server that denied her a user.
func ana() *told {
	return &told{details: []string{page(userContext, createUser, inline("IDENTITY_BASED_POLICY", "identity_based_policy/0/0/List", anaARN))},
		documents: map[string]string{"identity_based_policy/0/0/List": lists}}
}

func find(t *testing.T, s Server, id string) *Answer {
	t.Helper()
	a, err := Find(context.Background(), s, id)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func textOf(t *testing.T, a *Answer, endpoint string) string {
	t.Helper()
	var b strings.Builder
	if err := a.Text(&b, endpoint); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestText(t *testing.T) {
	got := textOf(t, find(t, ana(), id), "http://localhost:1")
	for _, want := range []string{
		"id        " + id + "\nwho       " + anaARN + "\nwhat      iam:CreateUser\non        arn:aws:iam::" + account + ":user/bob\nwhen      2026-01-02T03:04:05Z\ndecision  implicitDeny by identity\n\nUser: " + anaARN + " is not authorized",
		"identity-based policy List: does not allow it\n  - statement 1 L (Allow, line 1) does not apply\n    - Resource: the request has arn:aws:iam::" + account + ":user/bob, the policy says arn:aws:iam::" + account + ":user/a*\n",
		"to allow it: ", "\n  aws --endpoint-url http://localhost:1 iam put-user-policy --user-name ana --policy-name ",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nis missing in\n%s", want, got)
		}
	}
}

func TestJSON(t *testing.T) {
	var b strings.Builder
	if err := find(t, ana(), id).JSON(&b, ""); err != nil {
		t.Fatal(err)
	}
	var got struct {
		ID, Principal, Action, Resource, Time string
		Notes                                 []string
		Commands                              []string
		Result                                struct {
			DeniedBy    string `json:"denied_by"`
			Explanation struct {
				Policies []struct{ Policy string }
				Changes  []any
			}
		}
	}
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil {
		t.Fatal(err)
	}
	if got.ID != id || got.Result.DeniedBy != "identity" || got.Result.Explanation.Policies[0].Policy != "List" || got.Notes == nil ||
		len(got.Commands) != len(got.Result.Explanation.Changes) || !strings.HasPrefix(got.Commands[0], "aws iam put-user-policy ") {
		t.Error(b.String())
	}
}

// What is given tells what is asked for.
func TestFind(t *testing.T) {
	s := ana()
	find(t, s, id)
	find(t, s, request)
	s.decoded = `{"authorizationId":"` + id + `","context":{"principal":{"arn":"x"}}}`
	if a := find(t, s, message); a.Result == nil {
		t.Error("the message's denial was not asked for")
	}
	want := []string{"iam /authorization-details/" + id, "iam /authorization-details/6c7ee9f96b9a4bd293a22f0f2c9c4a01", "sts DecodeAuthorizationMessage " + message, "iam /authorization-details/" + id}
	i := 0
	for _, asked := range s.asked {
		if strings.HasSuffix(asked, "/policy") {
			continue
		}
		if i >= len(want) || asked != want[i] {
			t.Fatalf("%q", s.asked)
		}
		i++
	}
	for _, bad := range []string{"", "x", strings.Repeat("K", 25), strings.Repeat("é", 100)} {
		if _, err := Find(context.Background(), s, bad); err == nil || !strings.Contains(err.Error(), "is not accepted: the request id of a denied call") || len(err.Error()) > 400 {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&client.Error{Status: 404, Code: "ResourceNotFoundException", Message: "m"}, "knows no denial " + id + " of a caller of your account"},
		{&client.Error{Status: 400, Code: "InvalidAuthorizationMessageException"}, "knows no denial"},
		{&client.Error{Status: 403, Code: "AccessDeniedException", Message: "m"}, "iam:GetRequestAuthorizationPolicy and"},
		{&client.Error{Status: 403, Code: "SignatureDoesNotMatch"}, "SignatureDoesNotMatch"},
		{errors.New("no server answers"), "no server answers"},
	} {
		s := ana()
		s.refused = c.err
		for _, given := range []string{id, message} {
			_, err := Find(context.Background(), s, given)
			if err == nil || !strings.Contains(err.Error(), strings.ReplaceAll(c.want, id, shorten(given))) || !errors.Is(err, c.err) {
				t.Errorf("%v, want %s", err, c.want)
			}
		}
	}
}

// A message whose denial is not kept tells what it holds.
func TestMessageAlone(t *testing.T) {
	s := &told{decoded: `{"allowed":false,"explicitDeny":true,"matchedStatements":{"items":[{"statementId":"S","effect":"DENY","actions":{"items":[{"value":"a:*"},{"value":"b:*"}]},"resources":{"items":[{"value":"*"}]}}]},` +
		`"failures":{"items":[{"reason":"The request has no such key.","key":"k"},{"policy":"P","reason":"gone"}]},"context":{"principal":{"id":"i","arn":"` + anaARN + `"},"action":"a:B","resource":"r"}}`}
	a := find(t, s, message)
	got := textOf(t, a, "")
	for _, want := range []string{"who       " + anaARN + "\nwhat      a:B\non        r\n", "decision  explicitDeny\n", "statement S (DENY) applies: actions a:*, b:*, resources *\n", "k: The request has no such key.\n", "P: gone\n", "note: the denial itself is not kept"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nis missing in\n%s", want, got)
		}
	}
	var b strings.Builder
	if err := a.JSON(&b, ""); err != nil || !strings.Contains(b.String(), `"explicitDeny": true`) || !strings.Contains(b.String(), `"commands": []`) {
		t.Error(b.String(), err)
	}
	s.decoded = "{"
	if _, err := Find(context.Background(), s, message); err == nil || !strings.Contains(err.Error(), "the decoded message cannot be read") {
		t.Error(err)
	}
}

// The caller's own ARN, from the keys of the request.
func TestPrincipal(t *testing.T) {
	for _, c := range []struct{ keys, want string }{
		{`"aws:PrincipalArn":"` + anaARN + `","aws:PrincipalType":"User","aws:userid":"AIDA"`, anaARN},
		{`"aws:PrincipalArn":"arn:aws-cn:iam::` + account + `:role/p/R","aws:PrincipalType":"AssumedRole","aws:userid":"AROA:s@x"`, "arn:aws-cn:sts::" + account + ":assumed-role/R/s@x"},
		{`"AWS:principalarn":"arn:aws:iam::` + account + `:root","aws:PrincipalType":"Account","aws:userid":"` + account + `"`, "arn:aws:iam::" + account + ":root"},
		{`"aws:PrincipalArn":"arn:aws:sts::` + account + `:federated-user/N","aws:PrincipalType":"FederatedUser","aws:userid":"` + account + `:N"`, "arn:aws:sts::" + account + ":federated-user/N"},
		{`"aws:PrincipalArn":"x","aws:PrincipalType":"AssumedRole","aws:userid":"AROA:s"`, ""},
		{`"aws:userid":"x"`, ""},
	} {
		var d denial
		if err := json.Unmarshal([]byte(`{"requestContext":{`+c.keys+`}}`), &d); err != nil {
			t.Fatal(err)
		}
		got, err := d.principal()
		if got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s: %s, %v", c.keys, got, err)
		}
	}
}

// Every type of policy goes to its place; levels are told apart by what their
// policies are attached to.
func TestPolicies(t *testing.T) {
	managed := func(kind, name, to string) string {
		return `{"type":"` + kind + `","inline":false,"uri":"` + name + `","attachedTo":[{"arn":"` + to + `"}]}`
	}
	list := []string{
		managed("SERVICE_CONTROL_POLICY", "s1", "root"), managed("SERVICE_CONTROL_POLICY", "s2", "root"), managed("SERVICE_CONTROL_POLICY", "s3", "ou"),
		managed("RESOURCE_CONTROL_POLICY", "r1", "root"), managed("VPC_ENDPOINT_POLICY", "e", ""), inline("RESOURCE_BASED_POLICY", "resource_based_policy/0/0/arn:x:role/T", ""),
		managed("IDENTITY_BASED_POLICY", "i", ""), managed("PERMISSIONS_BOUNDARY", "b", ""), `{"type":"SESSION_POLICY","inline":true,"uri":"opaque"}`, managed("ODD", "o", ""),
	}
	var d denial
	if err := json.Unmarshal([]byte(`{"policies":[`+strings.Join(list, ",")+`]}`), &d); err != nil {
		t.Fatal(err)
	}
	for i := range d.Policies {
		d.Policies[i].document = "{}"
	}
	d.Policies[6].document, d.Policies[6].missing = "", "gone"
	c, notes, err := (&denial{RequestContext: map[string]any{"aws:PrincipalArn": anaARN}, Evaluations: []evaluation{{Action: "a:b"}}, Policies: d.Policies}).decisionCase()
	if err != nil {
		t.Fatal(err)
	}
	p := c.Policies
	if len(p.SCP) != 2 || len(p.SCP[0]) != 2 || p.SCP[1][0].Name != "s3" || len(p.RCP) != 1 || p.Endpoint[0].Name != "e" || p.Resource.Name != "T" ||
		!p.Identity[0].Unreadable || p.Boundary[0].Name != "b" || p.Session[0].Name != "(inline)" || c.Request.Resource != "*" {
		t.Errorf("%+v", p)
	}
	if got := strings.Join(notes, "; "); got != "i: gone; o is of a type that is not known here: ODD" {
		t.Error(got)
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	for _, c := range []struct{ details, want string }{
		{page(userContext, "", ""), "the server tells of no evaluation"},
		{page(`"requestContext":{}`, createUser, ""), "the server does not tell who called"},
		{page(userContext, strings.Replace(createUser, `["a"]`, `[1]`, 1), ""), "condition key aws:TagKeys: the server tells something else"},
		{page(userContext, strings.Replace(createUser, `["a"]`, `7`, 1), ""), "condition key aws:TagKeys: the server tells something else"},
		{page(strings.Replace(userContext, anaARN, "x", 1), createUser, ""), "the denial cannot be decided here"},
	} {
		if _, err := Find(context.Background(), &told{details: []string{c.details}}, id); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

// What another account's policy denies is not told as an allowance.
func TestForeignPolicies(t *testing.T) {
	s := ana()
	s.documents["identity_based_policy/0/0/List"] = `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	if got := textOf(t, find(t, s, id), ""); !strings.Contains(got, "note: "+noteForeign) {
		t.Error(got)
	}
}

// A federated user has its maker's policies, and is told apart by them (E-08).
func TestFederatedUser(t *testing.T) {
	const visitor = "arn:aws:sts::" + account + ":federated-user/N"
	context := strings.NewReplacer(`"`+anaARN, `"`+visitor, `"User"`, `"FederatedUser"`).Replace(userContext)
	evaluation := `{"action":"s3:GetObject","resource":"arn:aws:s3:::b/k","evaluatedEffect":"IMPLICIT_DENY"}`
	s := &told{details: []string{page(context, evaluation, inline("IDENTITY_BASED_POLICY", "identity_based_policy/0/0/P", anaARN))},
		documents: map[string]string{"identity_based_policy/0/0/P": `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`}}
	a := find(t, s, id)
	if a.Principal != visitor || a.Result.DeniedBy != "session" || a.entity != anaARN {
		t.Errorf("%+v", a)
	}
}

// An answer in pages is read to its end.
func TestPages(t *testing.T) {
	s := ana()
	first := strings.TrimSuffix(s.details[0], "}") + `,"nextToken":"t"}`
	s.details = []string{first, `{"policies":[` + inline("IDENTITY_BASED_POLICY", "identity_based_policy/0/1/More", anaARN) + `]}`}
	s.documents["identity_based_policy/0/1/More"] = lists
	if a := find(t, s, id); len(a.Result.Explanation.Policies) != 2 || a.Principal != anaARN {
		t.Errorf("%+v", a.Result.Explanation.Policies)
	}
}

func TestCommands(t *testing.T) {
	const document = "{\n \"a\": \"it's\"}"
	user := &commands{endpoint: "http://x", account: account, resource: "arn:aws:iam::" + account + ":role/p/T", entity: anaARN}
	role := &commands{account: account, resource: "arn:aws:s3:::b/k", entity: "arn:aws:iam::" + account + ":role/p/R"}
	root := &commands{account: account, resource: "*", entity: "arn:aws:iam::" + account + ":root"}
	const own, aws = "arn:aws:iam::" + account + ":policy/P", "arn:aws:iam::aws:policy/P"
	const text = `{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`
	for _, c := range []struct {
		name   string
		of     *commands
		change policy.Change
		want   string
	}{
		{"key", user, policy.Change{Kind: policy.SetKey}, ""},
		{"new for a user", user, policy.Change{Kind: policy.AddPolicy, Text: text, Document: document},
			`aws --endpoint-url http://x iam put-user-policy --user-name ana --policy-name AllowS3GetObject --policy-document '{"a":"it'\''s"}'`},
		{"new for a role", role, policy.Change{Kind: policy.AddPolicy, Text: "x", Document: "{}"}, `aws iam put-role-policy --role-name R --policy-name Allow --policy-document '{}'`},
		{"new for root", root, policy.Change{Kind: policy.AddPolicy, Text: text, Document: "{}"}, ""},
		{"detach", user, policy.Change{Kind: policy.RemovePolicy, Policy: own}, "aws --endpoint-url http://x iam detach-user-policy --user-name ana --policy-arn " + own + "   # detach-group-policy where it is a group's"},
		{"delete", role, policy.Change{Kind: policy.RemovePolicy, Policy: "P"}, "aws iam delete-role-policy --role-name R --policy-name P"},
		{"managed", role, policy.Change{Kind: policy.AddStatement, Policy: own, Document: "{}"}, "aws iam create-policy-version --policy-arn " + own + " --policy-document '{}' --set-as-default"},
		{"AWS's", role, policy.Change{Kind: policy.AddStatement, Policy: aws, Document: "{}"}, ""},
		{"inline", user, policy.Change{Kind: policy.AddValue, Policy: "P", Document: "{}"}, "aws --endpoint-url http://x iam put-user-policy --user-name ana --policy-name P --policy-document '{}'   # put-group-policy where it is a group's"},
		{"inline without a name", user, policy.Change{Kind: policy.AddValue, Document: "{}"}, ""},
		{"boundary", user, policy.Change{Type: policy.Boundary, Kind: policy.AddStatement, Policy: own, Document: "{}"}, "aws --endpoint-url http://x iam create-policy-version --policy-arn " + own + " --policy-document '{}' --set-as-default"},
		{"no boundary", role, policy.Change{Type: policy.Boundary, Kind: policy.RemovePolicy, Policy: own}, "aws iam delete-role-permissions-boundary --role-name R"},
		{"no boundary of root", root, policy.Change{Type: policy.Boundary, Kind: policy.RemovePolicy, Policy: own}, ""},
		{"trust", user, policy.Change{Type: policy.Trust, Kind: policy.AddStatement, Account: account, Document: "{}"}, "aws --endpoint-url http://x iam update-assume-role-policy --role-name T --policy-document '{}'"},
		{"another account's trust", user, policy.Change{Type: policy.Trust, Kind: policy.AddStatement, Account: "444455556666", Document: "{}"}, ""},
		{"bucket", role, policy.Change{Type: policy.Resource, Kind: policy.AddStatement, Account: account, Document: "{}"}, "aws s3api put-bucket-policy --bucket b --policy '{}'"},
		{"another resource", user, policy.Change{Type: policy.Resource, Kind: policy.AddStatement, Document: "{}"}, ""},
		{"SCP", role, policy.Change{Type: policy.ServiceControl, Kind: policy.AddStatement, Policy: "arn:aws:organizations::1:policy/o-1/service_control_policy/p-abc", Document: "{}"}, "aws organizations update-policy --policy-id p-abc --content '{}'"},
		{"new SCP", role, policy.Change{Type: policy.ServiceControl, Kind: policy.AddPolicy, Document: "{}"}, ""},
		{"delegation", &commands{account: account, action: "organizations:ListRoots", resource: "*"}, policy.Change{Type: policy.Resource, Kind: policy.AddStatement, Account: "444455556666", Document: "{}"}, "aws organizations put-resource-policy --content '{}'"},
		{"session", role, policy.Change{Type: policy.Session, Kind: policy.AddPolicy, Document: "{}"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, _ := c.of.of(&c.change); got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
		})
	}
	for text, want := range map[string]string{"": "''", "a b": "'a b'", "$(x)": "'$(x)'", "a/b:c": "a/b:c", "it's": `'it'\''s'`} {
		if got := quoted(text); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// Whose a change is, where it is not the account's.
func TestOwners(t *testing.T) {
	own := &commands{account: account, resource: "*", entity: anaARN}
	delegated := &commands{account: account, action: "Organizations:ListRoots", resource: "*", entity: anaARN}
	const cannot = ": no change of account " + account + "'s policies can allow this"
	for _, c := range []struct {
		of     *commands
		change policy.Change
		want   string
	}{
		{own, policy.Change{Kind: policy.SetKey, Type: policy.ServiceControl}, ""},
		{own, policy.Change{Kind: policy.AddStatement, Account: account}, ""},
		{own, policy.Change{Type: policy.Resource, Kind: policy.AddStatement, Account: "444455556666"}, "the change belongs to account 444455556666" + cannot},
		{own, policy.Change{Type: policy.ServiceControl, Kind: policy.AddPolicy}, "the change belongs to the organization" + cannot},
		{own, policy.Change{Type: policy.ResourceControl, Kind: policy.AddPolicy}, "the change belongs to the organization" + cannot},
		{delegated, policy.Change{Type: policy.Resource, Kind: policy.AddPolicy, Account: "444455556666"}, "the change belongs to the organization, whose management account makes it" + cannot},
	} {
		if _, got := c.of.of(&c.change); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

// What a denied caller chose cannot write lines of its own, nor a command.
func TestHostileValues(t *testing.T) {
	const evil = `b\nto allow it: attach\n  aws iam attach-user-policy\u001b[2J\u0007\u007f\u009b\u202e\u2066`
	s := ana()
	s.details[0] = strings.ReplaceAll(s.details[0], "user/bob", "user/"+evil)
	s.details[0] = strings.Replace(s.details[0], `"aws:CurrentTime"`, `"aws:UserAgent":"`+evil+`","aws:CurrentTime"`, 1)
	s.documents["identity_based_policy/0/0/List"] = strings.Replace(lists, `"Resource"`, `"Condition":{"StringEquals":{"aws:UserAgent":"n"}},"Resource"`, 1)
	got := textOf(t, find(t, s, id), "")
	if strings.Contains(got, "\n  aws ") || !strings.Contains(got, "note: no command is given: ") || !strings.Contains(got, `b\nto allow it: attach\n  aws iam attach-user-policy\x1b[2J\a\x7f\u009b\u202e\u2066`) {
		t.Error(got)
	}
	if n := strings.Count(got, "\nto allow it"); n != 1 {
		t.Errorf("%d lines say what to do", n)
	}
	s = &told{decoded: `{"matchedStatements":{"items":[{"statementId":"` + evil + `"}]},"failures":{"items":[{"reason":"` + evil + `"}]},"context":{"principal":{"arn":"` + evil + `"},"action":"` + evil + `","resource":"` + evil + `"}}`}
	got += textOf(t, find(t, s, message), "")
	for line := range strings.Lines(got) {
		if policy.Hidden(strings.TrimSuffix(line, "\n")) {
			t.Errorf("%q", line)
		}
	}
}

// Text in a document that only its escapes hide, and names, make no command.
func TestNoCommandForHiddenValues(t *testing.T) {
	for _, change := range []policy.Change{
		{Kind: policy.AddValue, Policy: "P\x1b", Document: "{}"},
		{Kind: policy.AddValue, Policy: "P", Document: `{"a":"\u001b"}`},
		{Kind: policy.AddValue, Policy: "P", Document: `{"a\n":1}`},
		{Kind: policy.AddValue, Policy: "P", Document: "{\"a\":\"\u202e\"}"},
	} {
		command, note := (&commands{account: account, entity: anaARN}).of(&change)
		if command != "" || !strings.HasPrefix(note, "no command is given: ") {
			t.Errorf("%q, %s", command, note)
		}
	}
}
