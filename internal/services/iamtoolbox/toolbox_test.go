package iamtoolbox

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iamtoolbox"
	"github.com/gatehouse-iam/gatehouse/internal/journal"
)

const (
	account = "111122223333"
	id      = "0123456789abcdefghijklmno"
	ana     = "arn:aws:iam::111122223333:user/ana"
	managed = "arn:aws:iam::111122223333:policy/Managed"
	allow   = `{"Version":"2012-10-17","Statement":[{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"}]}`
	deny    = `{ "Version": "2012-10-17", "Statement": [{"Effect":"Deny","Action":"iam:Get*","Resource":"*"}] }`
)

// denials is a journal of a few denials.
type denials map[string]*journal.Denial

func (d denials) Denial(_ context.Context, id string) (*journal.Denial, error) {
	if found := d[id]; found != nil {
		return found, nil
	}
	if id == "broken" {
		return nil, errors.New("broken")
	}
	return nil, journal.ErrNoDenial
}

// denial is one of ana's, explicit by an inline policy.
func denial(change ...func(*journal.Denial)) *journal.Denial {
	d := &journal.Denial{
		AuthorizationID: id, Account: account, Decision: "explicitDeny",
		Caller: journal.Caller{Type: "IAMUser", Account: account, EntityARN: ana, EntityID: "AIDAEXAMPLE", UserID: "AIDAEXAMPLE"},
		Request: journal.Request{Principal: ana, Action: "iam:GetUser", Resource: "arn:aws:iam::111122223333:user/bob", Context: map[string]any{
			"aws:SourceIp": "203.0.113.9", "aws:PrincipalTag/team": "blue", "aws:PrincipalOrgPaths": []any{"o-1/r-1/"}, "aws:ResourceTag/env": "prod", "iam:ResourceTag/env": "prod",
		}},
		Policies: journal.Policies{
			Identity: []journal.Policy{{Name: managed, Text: allow}, {Name: "inline", Text: deny}}, Boundary: []journal.Policy{{Name: managed, Text: allow}},
		},
		Matched: []journal.Matched{{PolicyType: "identity", Policy: "inline", Effect: "Deny"}},
	}
	for _, f := range change {
		f(d)
	}
	return d
}

func call(t *testing.T, all denials, caller, operation string, in any) (any, error) {
	t.Helper()
	i := New(all).Implementation()
	op := iamtoolbox.API.Operation(operation)
	if i.Rows[operation] == nil {
		t.Fatalf("%s has no row", operation)
	}
	return i.Methods[operation].Read(t.Context(), &api.Call{Service: iamtoolbox.API, Operation: op, Account: caller}, nil, in)
}

func details(t *testing.T, d *journal.Denial) *iamtoolbox.GetRequestAuthorizationDetailsOutput {
	t.Helper()
	asked := id
	out, err := call(t, denials{id: d}, account, "GetRequestAuthorizationDetails", &iamtoolbox.GetRequestAuthorizationDetailsInput{AuthorizationId: &asked})
	if err != nil {
		t.Fatal(err)
	}
	return out.(*iamtoolbox.GetRequestAuthorizationDetailsOutput)
}

// policyOf asks for a policy.
func policyOf(t *testing.T, d *journal.Denial, uri string) (string, error) {
	t.Helper()
	asked := id
	out, err := call(t, denials{id: d}, account, "GetRequestAuthorizationPolicy", &iamtoolbox.GetRequestAuthorizationPolicyInput{AuthorizationId: &asked, PolicyUri: &uri})
	if err != nil {
		return "", err
	}
	return string(out.(*iamtoolbox.GetRequestAuthorizationPolicyOutput).PolicyDocument), nil
}

// encoded is an output as it goes over the wire.
func encoded(t *testing.T, operation string, out any) string {
	t.Helper()
	answer, err := api.EncodeOutput(nil, iamtoolbox.API, iamtoolbox.API.Operation(operation), out, "request", 0)
	if err != nil || !json.Valid(answer.Body) {
		t.Fatalf("%v %s", err, answer.Body)
	}
	return string(answer.Body)
}

// TestDetails: AWS's form [API_GetRequestAuthorizationDetails, API_Evaluation,
// API_PolicyInfo]: keys of the whole request apart from those of the evaluation, all
// policies, and those with a statement that matched.
func TestDetails(t *testing.T) {
	out := details(t, denial())
	got := strings.ReplaceAll(encoded(t, "GetRequestAuthorizationDetails", out), "identity_based_policy/0/1/inline", "OPAQUE")
	const want = `{"requestContext":{"aws:PrincipalOrgPaths":["o-1/r-1/"],"aws:PrincipalTag/team":"blue","aws:SourceIp":"203.0.113.9"},` +
		`"evaluations":[{"action":"iam:GetUser","resource":"arn:aws:iam::111122223333:user/bob","context":{"aws:ResourceTag/env":"prod","iam:ResourceTag/env":"prod"},` +
		`"evaluatedEffect":"EXPLICIT_DENY","matchedPolicies":[{"uri":"` + managed + `","matchedStatements":[{"sid":"All","evaluatedEffect":"ALLOW"}]},` +
		`{"uri":"OPAQUE","matchedStatements":[{"sid":"","evaluatedEffect":"DENY"}]},{"uri":"` + managed + `","matchedStatements":[{"sid":"All","evaluatedEffect":"ALLOW"}]}]}],` +
		`"policies":[{"type":"IDENTITY_BASED_POLICY","inline":false,"uri":"` + managed + `","attachedTo":[{"arn":"` + ana + `"}]},` +
		`{"type":"IDENTITY_BASED_POLICY","inline":true,"uri":"OPAQUE","attachedTo":[{"arn":"` + ana + `"}]},` +
		`{"type":"PERMISSIONS_BOUNDARY","inline":false,"uri":"` + managed + `","attachedTo":[{"arn":"` + ana + `"}]}]}`
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// TestCutDetails: what was too long to be kept whole is named, and only what the record
// says is known of the statements.
func TestCutDetails(t *testing.T) {
	out := details(t, denial(func(d *journal.Denial) { d.Cut = []string{"aws:UserAgent", "message"} }))
	if got := string(out.RequestContext["gatehouse:Cut"]); got != `["aws:UserAgent"]` {
		t.Errorf("cut: %s", got)
	}
	if e := out.Evaluations[0]; *e.EvaluatedEffect != "EXPLICIT_DENY" || len(e.MatchedPolicies) != 1 {
		t.Errorf("%+v", e)
	}
	if _, cut := details(t, denial()).RequestContext["gatehouse:Cut"]; cut {
		t.Error("a whole record is said to be cut")
	}
}

// TestImplicitDetails: no policy is said to match, and an action without a resource
// has an empty one [API_Evaluation].
func TestImplicitDetails(t *testing.T) {
	out := details(t, denial(func(d *journal.Denial) {
		d.Decision, d.Request.Resource, d.Policies.Identity, d.Matched = "implicitDeny", "*", d.Policies.Identity[1:], nil
		d.Policies.Identity[0].Text = strings.Replace(deny, "Deny", "Allow", 1)
		d.Request.Action = "iam:ListAccountAliases"
	}))
	e := out.Evaluations[0]
	if *e.EvaluatedEffect != "IMPLICIT_DENY" || len(e.MatchedPolicies) != 0 || *e.Resource != "" || len(out.Policies) != 2 {
		t.Errorf("%+v", e)
	}
	if text := encoded(t, "GetRequestAuthorizationDetails", out); !strings.Contains(text, `"matchedPolicies":[]`) {
		t.Errorf("%s", text)
	}
}

// TestTrustPolicy: a role's own is told as its resource-based policy; another
// account's is not told at all (D-09).
func TestTrustPolicy(t *testing.T) {
	for owner, want := range map[string]string{account: "RESOURCE_BASED_POLICY IDENTITY_BASED_POLICY", "444455556666": "IDENTITY_BASED_POLICY"} {
		role := "arn:aws:iam::" + owner + ":role/r"
		d := denial(func(d *journal.Denial) {
			d.Request.Action, d.Request.Resource, d.Decision, d.Matched = "sts:AssumeRole", role, "explicitDeny", nil
			d.Policies = journal.Policies{Identity: d.Policies.Identity[:1], Resource: &journal.Policy{
				Name: role, Text: `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}`,
			}}
		})
		out := details(t, d)
		var types []string
		for _, p := range out.Policies {
			types = append(types, *p.Type)
			if *p.Uri == role || *p.Inline != (*p.Type == "RESOURCE_BASED_POLICY") {
				t.Errorf("%+v", p)
			}
		}
		if got := strings.Join(types, " "); got != want {
			t.Errorf("%s: %s, want %s", owner, got, want)
		}
		if explicit := *out.Evaluations[0].EvaluatedEffect == "EXPLICIT_DENY"; explicit != (owner == account) {
			t.Errorf("%s: %+v", owner, out.Evaluations[0])
		}
		if _, err := policyOf(t, d, role); err == nil {
			t.Errorf("%s: a role's ARN names a policy", owner)
		}
	}
}

// TestPolicyDocument: each policy of the details, byte for byte as it was.
func TestPolicyDocument(t *testing.T) {
	d := denial()
	for i, p := range details(t, d).Policies {
		want := allow
		if i == 1 {
			want = deny
		}
		if got, err := policyOf(t, d, *p.Uri); err != nil || got != want {
			t.Errorf("%d: %s, %v", i, got, err)
		}
	}
	text := encoded(t, "GetRequestAuthorizationPolicy", &iamtoolbox.GetRequestAuthorizationPolicyOutput{PolicyDocument: api.Document(deny)})
	if text != `{"policyDocument":`+deny+`}` {
		t.Errorf("%s", text)
	}
}

// TestWhatIsNotThere: the answer says so, and why.
func TestWhatIsNotThere(t *testing.T) {
	unreadable := denial(func(d *journal.Denial) { d.Policies.Identity[0] = journal.Policy{Name: managed, Unreadable: true} })
	missing := denial(func(d *journal.Denial) { d.Policies.Identity[1].Text, d.Policies.Identity[1].Missing = "", true })
	inline := *details(t, denial()).Policies[1].Uri
	for name, c := range map[string]struct {
		denial *journal.Denial
		uri    string
		words  string
	}{
		"another policy":      {denial(), "arn:aws:iam::111122223333:policy/Other", "was not evaluated"},
		"one that is missing": {missing, inline, "was not kept"},
		"one that is broken":  {unreadable, managed, "could not be read"},
	} {
		_, err := policyOf(t, c.denial, c.uri)
		var e *api.Error
		if !errors.As(err, &e) || e.Code != "ResourceNotFoundException" || e.Status != 404 || !strings.Contains(e.Message, c.words) {
			t.Errorf("%s: %v", name, err)
		}
	}
	out := details(t, unreadable)
	if m := out.Evaluations[0].MatchedPolicies; len(m) < 1 || *m[0].Uri != managed || m[0].MatchedStatements != nil {
		t.Errorf("E-25: %+v", m)
	}
	out = details(t, missing) // what matched is what the record says
	if m := out.Evaluations[0].MatchedPolicies; *out.Evaluations[0].EvaluatedEffect != "EXPLICIT_DENY" || len(m) != 1 || *m[0].Uri != inline || len(out.Policies) != 3 {
		t.Errorf("%+v", out)
	}
}

// TestByRequestID: the request's id without its hyphens names the denial, too (choice).
func TestByRequestID(t *testing.T) {
	const request = "6c7ee9f9-6b9a-4bd2-93a2-2f0f2c9c4a01"
	all := denials{request: denial(func(d *journal.Denial) { d.RequestID = request })}
	asked := strings.ReplaceAll(request, "-", "")
	if _, err := call(t, all, account, "GetRequestAuthorizationDetails", &iamtoolbox.GetRequestAuthorizationDetailsInput{AuthorizationId: &asked}); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]struct{ caller, id string }{"another account": {"444455556666", asked}, "in capitals": {account, strings.ToUpper(asked)}} {
		if out, err := call(t, all, c.caller, "GetRequestAuthorizationDetails", &iamtoolbox.GetRequestAuthorizationDetailsInput{AuthorizationId: &c.id}); err == nil {
			t.Errorf("%s: %+v", name, out)
		}
	}
}

// TestDenialsOfOthers: callers of other accounts learn nothing; ids of other kinds
// name no denial here; a token is never handed out.
func TestDenialsOfOthers(t *testing.T) {
	anonymous := denial(func(d *journal.Denial) { d.Account = "" })
	former := denial(func(d *journal.Denial) { d.AuthorizationID = "" })
	all := denials{id: denial(), "anonymous": anonymous, "former": former}
	for name, c := range map[string]struct{ caller, id string }{
		"another account": {"444455556666", id}, "no account": {"", id}, "none": {account, strings.Repeat("0", 25)},
		"anonymous": {account, "anonymous"}, "of the anonymous": {"", "anonymous"}, "of the former version": {account, "former"},
	} {
		for operation, in := range map[string]any{
			"GetRequestAuthorizationDetails": &iamtoolbox.GetRequestAuthorizationDetailsInput{AuthorizationId: &c.id},
			"GetRequestAuthorizationPolicy":  &iamtoolbox.GetRequestAuthorizationPolicyInput{AuthorizationId: &c.id, PolicyUri: ptr(managed)},
		} {
			_, err := call(t, all, c.caller, operation, in)
			var e *api.Error
			if !errors.As(err, &e) || e.Code != "ResourceNotFoundException" || e.Message != "Authorization details for the authorization id "+c.id+" were not found." {
				t.Errorf("%s: %s: %v", operation, name, err)
			}
		}
	}
	for _, operation := range []string{"GetRequestAuthorizationDetails", "GetRequestAuthorizationPolicy"} {
		var in any = &iamtoolbox.GetRequestAuthorizationDetailsInput{AuthorizationId: ptr("broken")}
		if operation == "GetRequestAuthorizationPolicy" {
			in = &iamtoolbox.GetRequestAuthorizationPolicyInput{AuthorizationId: ptr("broken"), PolicyUri: ptr(managed)}
		}
		var e *api.Error
		if _, err := call(t, all, account, operation, in); err == nil || errors.As(err, &e) {
			t.Errorf("%s: a journal that fails: %v", operation, err)
		}
	}
	_, err := call(t, all, account, "GetRequestAuthorizationDetails", &iamtoolbox.GetRequestAuthorizationDetailsInput{AuthorizationId: ptr(id), NextToken: ptr("x")})
	var e *api.Error
	if !errors.As(err, &e) || e.Code != "ValidationException" {
		t.Errorf("a token: %v", err)
	}
}
