package sts

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iamtoolbox"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/journal"
	toolbox "github.com/gatehouse-iam/gatehouse/internal/services/iamtoolbox"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// deniedEntry is a denied call as the journal takes it in.
func (f *fixture) deniedEntry(caller *api.Principal, operation string, in any) journal.Entry {
	f.t.Helper()
	call := &api.Call{
		Service: sts.API, Operation: sts.API.Operation(operation), Principal: caller, Account: caller.Account, Region: "us-east-1", Time: f.now,
		RequestID: "6c7ee9f9-6b9a-4bd2-93a2-2f0f2c9c4a01",
	}
	err := authz.Authorize(f.directory.View(caller.Account), call, f.served.Rows[operation], in)
	var d *authz.Denial
	if !errors.As(err, &d) {
		f.t.Fatalf("%s is not denied: %v", operation, err)
	}
	return journal.Entry{EventID: "0f0e0d0c-0b0a-4908-8706-050403020100", Call: call, Input: in, Failure: d.Answer, Denial: d}
}

// decode makes a call of DecodeAuthorizationMessage that must succeed.
func (f *fixture) decode(caller *api.Principal, message string) map[string]any {
	f.t.Helper()
	out := did[sts.DecodeAuthorizationMessageOutput](f, caller, "DecodeAuthorizationMessage", &sts.DecodeAuthorizationMessageInput{EncodedMessage: &message})
	decoded := map[string]any{}
	if err := json.Unmarshal([]byte(*out.DecodedMessage), &decoded); err != nil {
		f.t.Fatalf("%v: %s", err, *out.DecodedMessage)
	}
	return decoded
}

const denyAssume = `{"Version":"2012-10-17","Statement":[{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"},` +
	`{"Sid":"NoRoles","Effect":"Deny","Action":["sts:AssumeRole","s3:*"],"Resource":"*","Condition":{"StringEquals":{"sts:RoleSessionName":["sess","other"]}}}]}`

// at finds a value in decoded JSON.
func at(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, step := range path {
		switch s := step.(type) {
		case string:
			v = v.(map[string]any)[s]
		case int:
			v = v.([]any)[s]
		}
	}
	return v
}

// TestDecodeAuthorizationMessage: what AWS documents of it - whether an explicit deny
// or no allow, the principal, action and resource, the condition keys - of an encoded
// message and of an authorization id alike.
func TestDecodeAuthorizationMessage(t *testing.T) {
	f := newFixture(t)
	reader := f.user(home, "reader", allowAll)
	arn := f.role(home, "/", "app", trusts(home), allowAll)
	e := f.deniedEntry(f.user(home, "barred", denyAssume), "AssumeRole", assumeInput(arn))
	f.journal.Record(&e)
	message, err := f.messages.Encode(&e)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"message": message, "authorization id": e.Denial.ID} {
		t.Run(name, func(t *testing.T) {
			m := f.decode(reader, text)
			if m["allowed"] != false || m["explicitDeny"] != true || m["authorizationId"] != e.Denial.ID {
				t.Errorf("%v", m)
			}
			context := at(t, m, "context")
			if at(t, context, "principal", "arn") != "arn:aws:iam::"+home+":user/barred" || at(t, context, "principal", "id") != e.Call.Principal.UserID ||
				at(t, context, "action") != "sts:AssumeRole" || at(t, context, "resource") != arn {
				t.Errorf("%v", context)
			}
			keys := map[string]any{}
			for _, c := range at(t, context, "conditions", "items").([]any) {
				keys[at(t, c, "key").(string)] = at(t, c, "values", "items")
			}
			if at(t, keys["sts:RoleSessionName"], 0, "value") != "sess" || len(keys["aws:TagKeys"].([]any)) != 0 {
				t.Errorf("%v", keys)
			}
			statements := at(t, m, "matchedStatements", "items").([]any)
			if len(statements) != 3 { // the trust policy's, and both of the user's
				t.Fatalf("%v", statements)
			}
			if s := statements[0]; at(t, s, "effect") != "ALLOW" || at(t, s, "principals", "items", 0, "value") != home {
				t.Errorf("%v", s)
			}
			no := statements[2]
			if at(t, no, "statementId") != "NoRoles" || at(t, no, "effect") != "DENY" || at(t, no, "actions", "items", 1, "value") != "s3:*" ||
				at(t, no, "resources", "items", 0, "value") != "*" || at(t, no, "conditions", "items", 0, "key") != "sts:RoleSessionName" ||
				at(t, no, "conditions", "items", 0, "values", "items", 1, "value") != "other" {
				t.Errorf("%v", no)
			}
		})
	}
}

// TestDecodedFailures: what the context lacked, and what is not known.
func TestDecodedFailures(t *testing.T) {
	f := newFixture(t)
	reader := f.user(home, "reader", allowAll)
	e := f.deniedEntry(f.user(home, "alone", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}}`),
		"GetAccessKeyInfo", &sts.GetAccessKeyInfoInput{AccessKeyId: ptr("AKIA")})
	f.journal.Record(&e)
	m := f.decode(reader, e.Denial.ID)
	if m["explicitDeny"] != false || at(t, m, "failures", "items", 0, "key") != "aws:MultiFactorAuthPresent" || len(at(t, m, "matchedStatements", "items").([]any)) != 0 {
		t.Errorf("%v", m)
	}
	for words, p := range map[string]journal.Policy{
		"was not kept": {Name: "gone", Missing: true}, "could not be read": {Name: "broken", Unreadable: true},
	} {
		d := &journal.Denial{
			Account: home, Caller: journal.Caller{Type: "IAMUser", Account: home}, Policies: journal.Policies{Identity: []journal.Policy{p}},
			Request: journal.Request{Principal: "arn:aws:iam::" + home + ":user/x", Action: "iam:GetUser", Resource: "*"},
		}
		told, err := d.Tell()
		if err != nil {
			t.Fatal(err)
		}
		if f := decoded(d, told).Failures.Items; len(f) != 1 || f[0].Policy != p.Name || !strings.Contains(f[0].Reason, words) {
			t.Errorf("%+v", f)
		}
	}
}

// TestInvalidAuthorizationMessages: what is no message of the caller's account -
// forged, of another account, unknown - is all the same.
func TestInvalidAuthorizationMessages(t *testing.T) {
	f := newFixture(t)
	e := f.deniedEntry(f.user(home, "nobody", ""), "GetAccessKeyInfo", &sts.GetAccessKeyInfoInput{AccessKeyId: ptr("AKIA")})
	f.journal.Record(&e)
	message, err := f.messages.Encode(&e)
	if err != nil {
		t.Fatal(err)
	}
	reader, stranger := f.user(home, "reader", allowAll), f.user(other, "stranger", allowAll)
	for name, c := range map[string]struct {
		caller *api.Principal
		text   string
	}{
		"garbage": {reader, "no message"}, "cut": {reader, message[1:]}, "an id of nothing": {reader, strings.Repeat("0", 25)},
		"a request id": {reader, e.Call.RequestID}, "another account's message": {stranger, message}, "another account's id": {stranger, e.Denial.ID},
	} {
		t.Run(name, func(t *testing.T) {
			f := *f
			f.t = t
			f.refused(c.caller, "DecodeAuthorizationMessage", &sts.DecodeAuthorizationMessageInput{EncodedMessage: &c.text},
				400, "InvalidAuthorizationMessageException", "The authorization message is not valid.")
		})
	}
	long := strings.Repeat("a", 10_241)
	if _, err := f.as(reader, "DecodeAuthorizationMessage", &sts.DecodeAuthorizationMessageInput{EncodedMessage: &long}); err == nil || !strings.Contains(err.Error(), "ValidationError") {
		t.Errorf("10,241 characters: %v", err)
	}
	nobody := f.user(home, "other", "")
	f.refused(nobody, "DecodeAuthorizationMessage", &sts.DecodeAuthorizationMessageInput{EncodedMessage: &message}, 403, "AccessDenied",
		"User: "+nobody.ARN+" is not authorized to perform: sts:DecodeAuthorizationMessage because no identity-based policy allows the sts:DecodeAuthorizationMessage action")
}

// TestReferringMessage: a message that is too long to hold its denial refers to it.
func TestReferringMessage(t *testing.T) {
	f := newFixture(t)
	var resources []string
	for i := range 2000 { // nothing that packs well
		resources = append(resources, fmt.Sprintf("arn:aws:s3:::%x", i*i*2654435761))
	}
	large := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":["` + strings.Join(resources, `","`) + `"]}}`
	compiled, err := policy.Compile(policy.Identity, "large", large)
	if err != nil {
		t.Fatal(err)
	}
	e := f.deniedEntry(f.user(home, "nobody", ""), "GetAccessKeyInfo", &sts.GetAccessKeyInfoInput{AccessKeyId: ptr(strings.Repeat("A", 16))})
	e.Denial.Set.Identity = []*policy.Policy{compiled}
	f.journal.Record(&e)
	message, err := f.messages.Encode(&e)
	if err != nil || len(message) > 200 {
		t.Fatalf("%v, %d characters", err, len(message))
	}
	if m := f.decode(f.user(home, "reader", allowAll), message); at(t, m, "authorizationId") != e.Denial.ID {
		t.Errorf("%v", m)
	}
}

// TestDecodedCut: what was too long for the log is said not to be whole.
func TestDecodedCut(t *testing.T) {
	f := newFixture(t)
	e := f.deniedEntry(f.user(home, "nobody", ""), "GetAccessKeyInfo", &sts.GetAccessKeyInfoInput{AccessKeyId: ptr("AKIA")})
	e.Call.Referer = strings.Repeat("r", 100<<10)
	f.journal.Record(&e)
	m := f.decode(f.user(home, "reader", allowAll), e.Denial.ID)
	failures := at(t, m, "failures", "items").([]any)
	if len(failures) != 1 || at(t, failures, 0, "key") != "aws:Referer" || !strings.Contains(at(t, failures, 0, "reason").(string), "not kept whole") {
		t.Errorf("%v", failures)
	}
	for _, c := range at(t, m, "context", "conditions", "items").([]any) {
		if at(t, c, "key") == "aws:Referer" && len(at(t, c, "values", "items", 0, "value").(string)) != 2<<10 {
			t.Errorf("%v", c)
		}
	}
}

// toldOf is all that the caller is told of a denied AssumeRole: the sentence, the
// decoded message and the toolbox's details, without the id and the role's name.
func (f *fixture) toldOf(caller *api.Principal, arn string) string {
	f.t.Helper()
	e := f.deniedEntry(caller, "AssumeRole", assumeInput(arn))
	f.journal.Record(&e)
	message, err := json.Marshal(f.decode(caller, e.Denial.ID))
	if err != nil {
		f.t.Fatal(err)
	}
	call := &api.Call{Service: iamtoolbox.API, Operation: iamtoolbox.API.Operation("GetRequestAuthorizationDetails"), Account: caller.Account}
	out, err := toolbox.New(f.journal).Implementation().Methods[call.Operation.Name].Read(f.t.Context(), call, nil,
		&iamtoolbox.GetRequestAuthorizationDetailsInput{AuthorizationId: &e.Denial.ID})
	if err != nil {
		f.t.Fatal(err)
	}
	details, err := json.Marshal(out)
	if err != nil {
		f.t.Fatal(err)
	}
	told := strings.Join([]string{e.Denial.Answer.Message, string(message), string(details)}, "\n")
	return strings.NewReplacer(e.Denial.ID, "ID", arn, "ROLE").Replace(told)
}

// D-09, T-10: all that is told of a role of another account with tags is what is told
// of one that is not there, within an organization and across.
func TestNothingIsToldOfAnotherAccountsRole(t *testing.T) {
	const onTags = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:Decode*","Resource":"*"},` +
		`{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*","Condition":{"StringEquals":{"iam:ResourceTag/tier":"gold"}}},` +
		`{"Sid":"No","Effect":"Deny","Action":"sts:AssumeRole","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/tier":"silver"}}}]}`
	for name, organized := range map[string]bool{"across organizations": false, "in one organization": true} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			if organized {
				f.change(home, func(tx *directory.Tx) error {
					if _, err := tx.CreateOrganization(directory.AllFeatures); err != nil {
						return err
					}
					its := tx.In(other)
					its.AccountRecord()
					its.PutAccount(&directory.Account{ID: other, Name: other, Email: other + "@example.com", Organization: home})
					return nil
				})
			}
			there := f.role(home, "/", "there", trusts("arn:aws:iam::"+home+":root"), "")
			gone := "arn:aws:iam::" + home + ":role/gone"
			for user, own := range map[string]string{"guest": allowAll, "tags": onTags} {
				caller := f.user(other, user, own)
				got, want := f.toldOf(caller, there), f.toldOf(caller, gone)
				if got != want || strings.Contains(got, `"gold"`) && user == "guest" {
					t.Errorf("of a role that is there\n%s\nof one that is not\n%s", got, want)
				}
			}
		})
	}
}
