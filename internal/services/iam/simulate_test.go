package iam

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

const (
	bucket  = "arn:aws:s3:::photos"
	object  = "arn:aws:s3:::photos/cat.jpg"
	denyS3  = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}`
	getOnly = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/*"}]}`
)

// allowDocument is an identity policy of one statement, whose members may follow.
func allowDocument(action, resource, more string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + action + `","Resource":"` + resource + `"` + more + `}]}`
}

// custom simulates policies that are given as text.
func (f *fixture) custom(in *iam.SimulateCustomPolicyInput) []iam.EvaluationResult {
	f.t.Helper()
	return did[iam.SimulateCustomPolicyOutput](f, "SimulateCustomPolicy", in).EvaluationResults
}

// principal simulates the policies of an entity of the account: user/ana.
func (f *fixture) principal(entity string, in *iam.SimulatePrincipalPolicyInput) []iam.EvaluationResult {
	f.t.Helper()
	in.PolicySourceArn = ptr(accountNo + ":" + entity)
	return did[iam.SimulatePrincipalPolicyOutput](f, "SimulatePrincipalPolicy", in).EvaluationResults
}

// decisions are what came out, action by action.
func decisions(results []iam.EvaluationResult) string {
	var list []string
	for _, r := range results {
		list = append(list, *r.EvalDecision)
	}
	return strings.Join(list, " ")
}

// statementsOf writes matched statements as ID LINE:COLUMN-LINE:COLUMN.
func statementsOf(list []iam.Statement) string {
	var texts []string
	for _, s := range list {
		texts = append(texts, fmt.Sprintf("%s %d:%d-%d:%d", *s.SourcePolicyId,
			*s.StartPosition.Line, *s.StartPosition.Column, *s.EndPosition.Line, *s.EndPosition.Column))
	}
	return strings.Join(texts, ", ")
}

func sourcesOf(list []iam.Statement) string {
	var texts []string
	for _, s := range list {
		texts = append(texts, *s.SourcePolicyId+" ("+*s.SourcePolicyType+")")
	}
	return strings.Join(texts, ", ")
}

// The examples of the AWS CLI reference, simulate-custom-policy.
func TestSimulateCustomPolicyExamples(t *testing.T) {
	f := newFixture(t)
	in := &iam.SimulateCustomPolicyInput{
		PolicyInputList: []string{`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}`},
		ActionNames:     []string{"dynamodb:CreateBackup"},
		ContextEntries:  []iam.ContextEntry{{ContextKeyName: ptr("aws:CurrentTime"), ContextKeyType: ptr("date"), ContextKeyValues: []string{"2019-04-25T11:00:00Z"}}},
	}
	want := []iam.EvaluationResult{{
		EvalActionName: ptr("dynamodb:CreateBackup"), EvalResourceName: ptr("*"), EvalDecision: ptr("allowed"),
		MatchedStatements: []iam.Statement{{
			SourcePolicyId: ptr("PolicyInputList.1"), SourcePolicyType: ptr("IAM Policy"),
			StartPosition: &iam.Position{Line: ptr(int32(1)), Column: ptr(int32(38))},
			EndPosition:   &iam.Position{Line: ptr(int32(1)), Column: ptr(int32(167))},
		}},
		MissingContextValues: []string{},
	}}
	if diff := cmp.Diff(want, f.custom(in)); diff != "" {
		t.Error(diff)
	}
	in.ContextEntries[0].ContextKeyValues[0] = "2014-04-25T11:00:00Z"
	want[0].EvalDecision, want[0].MatchedStatements = ptr("implicitDeny"), []iam.Statement{}
	if diff := cmp.Diff(want, f.custom(in)); diff != "" {
		t.Error(diff)
	}
}

// Where AWS's answers say that statements stand: in the CLI reference and in live
// answers that users published, for a bucket policy without blanks (38 to 248, 248
// to 470) and for a policy as Python writes it (41).
func TestStatementPositions(t *testing.T) {
	f := newFixture(t)
	long := strings.Repeat("x", 250)
	for _, c := range []struct{ name, document, want string }{
		{"a single object", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`, "PolicyInputList.1 1:38-1:86"},
		{"a list", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`, "PolicyInputList.1 1:38-1:87"},
		{"blanks after colons", `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}`, "PolicyInputList.1 1:41-1:95"},
		{"the second begins where the first ends", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Allow","Action":"*","Resource":"*"}]}`,
			"PolicyInputList.1 1:38-1:87, PolicyInputList.1 1:87-1:134"},
		{"several lines", "{\n    \"Version\": \"2012-10-17\",\n    \"Statement\": [\n        {\n            \"Effect\": \"Allow\",\n            \"Action\": \"s3:*\",\n\n            \"Resource\": \"*\"\n        }\n    ]\n}",
			"PolicyInputList.1 3:19-9:10"},
		{"columns count characters", `{"Version":"2012-10-17","Id":"é","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`, "PolicyInputList.1 1:47-1:96"},
		{"statements before", `{"Statement":[{"Sid":"` + long + `","Effect":"Deny","Action":"sqs:*","Resource":"*"},
			{"Effect":"Allow","Action":"s3:*","Resource":"*"}],"Version":"2012-10-17"}`, "PolicyInputList.1 1:323-2:53"},
	} {
		t.Run(c.name, func(t *testing.T) {
			results := on(f, t).custom(&iam.SimulateCustomPolicyInput{PolicyInputList: []string{c.document}, ActionNames: []string{"s3:GetObject"}})
			same(t, "matched", statementsOf(results[0].MatchedStatements), c.want)
		})
	}
}

// addPolicies gives the account a user, a group and a role with policies of all
// kinds.
func (f *fixture) addPolicies() {
	f.t.Helper()
	f.addUser("ana", "bob")
	f.addGroup("team")
	f.join("ana", "team")
	f.addRole("worker")
	f.attachToUser("ana", f.addPolicy("managed", allowDocument("s3:GetObject", "*", "")))
	for _, put := range []func(tx *directory.Tx) error{
		func(tx *directory.Tx) error {
			u, err := tx.User("ana")
			if err != nil {
				return err
			}
			return tx.PutUserPolicy(u, "own", allowDocument("s3:GetObject", "*", ""))
		},
		func(tx *directory.Tx) error {
			g, err := tx.Group("team")
			if err != nil {
				return err
			}
			return tx.PutGroupPolicy(g, "shared", allowDocument("s3:GetObject", "*", ""))
		},
		func(tx *directory.Tx) error {
			r, err := tx.Role("worker")
			if err != nil {
				return err
			}
			return tx.PutRolePolicy(r, "work", allowDocument("s3:GetObject", "*", ""))
		},
	} {
		f.change(put)
	}
	f.change(func(tx *directory.Tx) error {
		u, err := tx.User("ana")
		if err != nil {
			return err
		}
		return tx.AttachUserPolicy(u, readOnly)
	})
}

// API_SimulatePrincipalPolicy: the source's policies, a user's groups' too, and the
// given ones; SourcePolicyId is the name of a managed policy, KIND_ENTITY_POLICY for
// an inline one.
func TestSimulatedSources(t *testing.T) {
	f := newFixture(t)
	f.addPolicies()
	for _, c := range []struct {
		source string
		given  []string
		want   string
	}{
		{"user/ana", nil, "managed (IAM Policy), ReadOnlyAccess (IAM Policy), user_ana_own (IAM Policy), group_team_shared (IAM Policy)"},
		{"group/team", nil, "group_team_shared (IAM Policy)"},
		{"role/worker", []string{allowAll, allowS3}, "role_worker_work (IAM Policy), PolicyInputList.1 (IAM Policy), PolicyInputList.2 (IAM Policy)"},
		{"user/bob", nil, ""},
	} {
		t.Run(c.source, func(t *testing.T) {
			results := on(f, t).principal(c.source, &iam.SimulatePrincipalPolicyInput{ActionNames: []string{"s3:GetObject"}, PolicyInputList: c.given})
			same(t, "matched", sourcesOf(results[0].MatchedStatements), c.want)
		})
	}
}

// API_PolicyIdentifier: policies that are left out.
func TestSimulateWithoutPolicies(t *testing.T) {
	f := newFixture(t)
	f.addPolicies()
	inline := func(kind, entity, name string) iam.PolicyIdentifier {
		return iam.PolicyIdentifier{InlinePolicyIdentifier: &iam.InlinePolicyIdentifierType{AttachmentType: &kind, AttachmentName: &entity, PolicyName: &name}}
	}
	ofType := func(kind string) iam.PolicyIdentifier { return iam.PolicyIdentifier{PolicyType: &kind} }
	arn := func(arn string) iam.PolicyIdentifier { return iam.PolicyIdentifier{PolicyArn: &arn} }
	for _, c := range []struct {
		name    string
		exclude []iam.PolicyIdentifier
		want    string
	}{
		{"inline", []iam.PolicyIdentifier{ofType("inline")}, "managed, ReadOnlyAccess"},
		{"aws-managed", []iam.PolicyIdentifier{ofType("aws-managed")}, "managed, user_ana_own, group_team_shared"},
		{"user-managed", []iam.PolicyIdentifier{ofType("user-managed")}, "ReadOnlyAccess, user_ana_own, group_team_shared"},
		{"organizations'", []iam.PolicyIdentifier{ofType("scp"), ofType("rcp")}, "managed, ReadOnlyAccess, user_ana_own, group_team_shared"},
		{"an ARN", []iam.PolicyIdentifier{arn(readOnly)}, "managed, user_ana_own, group_team_shared"},
		{"an ARN with wildcards", []iam.PolicyIdentifier{arn("arn:aws:iam::" + accountID + ":policy/m?nag*")}, "ReadOnlyAccess, user_ana_own, group_team_shared"},
		{"one inline policy", []iam.PolicyIdentifier{inline("user", "ana", "own")}, "managed, ReadOnlyAccess, group_team_shared"},
		{"of entities with wildcards", []iam.PolicyIdentifier{inline("group", "t*m", "shared")}, "managed, ReadOnlyAccess, user_ana_own"},
		{"of another kind of entity", []iam.PolicyIdentifier{inline("role", "*", "shared")}, "managed, ReadOnlyAccess, user_ana_own, group_team_shared"},
		{"several", []iam.PolicyIdentifier{ofType("inline"), ofType("user-managed"), arn("arn:aws:iam::aws:policy/*")}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			results := on(f, t).principal("user/ana", &iam.SimulatePrincipalPolicyInput{ActionNames: []string{"s3:GetObject"}, PolicyExclusionList: c.exclude})
			var names []string
			for _, s := range results[0].MatchedStatements {
				names = append(names, *s.SourcePolicyId)
			}
			same(t, "matched", strings.Join(names, ", "), c.want)
		})
	}
	source := &iam.SimulatePrincipalPolicyInput{PolicySourceArn: ptr(accountNo + ":user/ana"), ActionNames: []string{"s3:GetObject"}}
	source.PolicyExclusionList = []iam.PolicyIdentifier{{PolicyType: ptr("inline"), PolicyArn: ptr(readOnly)}}
	f.refused("SimulatePrincipalPolicy", source, 400, "InvalidInput", "Exactly one of PolicyType, PolicyArn and InlinePolicyIdentifier must identify a policy to exclude.")
	source.PolicyExclusionList = []iam.PolicyIdentifier{arn("arn:aws:iam::*:policy/*")}
	f.refused("SimulatePrincipalPolicy", source, 400, "InvalidInput", "The PolicyArn arn:aws:iam::*:policy/* can hold one * at most.")
}

func TestWildcardMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"?", "", false}, {"a*c", "abc", true}, {"a*c", "ac", true},
		{"a*c", "abd", false}, {"a?c", "abc", true}, {"a?c", "ac", false}, {"*a*b", "xaxb", true}, {"*ab", "aab", true}, {"ab", "abc", false},
	} {
		if got := wildcardMatch(c.pattern, c.text); got != c.want {
			t.Errorf("%q %q: %v", c.pattern, c.text, got)
		}
	}
	if wildcardMatch(strings.Repeat("*a", 1000), strings.Repeat("a", 999)) { // in an instant
		t.Error("999 letters are 1,000")
	}
}

// Across a permissions boundary: the source's, or the one that is given in its place.
func TestSimulateBoundary(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	f.allow("ana", allowAll)
	f.change(func(tx *directory.Tx) error {
		u, err := tx.User("ana")
		if err != nil {
			return err
		}
		return tx.SetUserBoundary(u, readOnly)
	})
	run := func(t *testing.T, given []string, exclude []iam.PolicyIdentifier, want, bounded string) {
		t.Helper()
		results := on(f, t).principal("user/ana", &iam.SimulatePrincipalPolicyInput{
			ActionNames: []string{"s3:GetObject", "s3:PutObject"}, PermissionsBoundaryPolicyInputList: given, PolicyExclusionList: exclude,
		})
		same(t, "decisions", decisions(results), want)
		var details []string
		for _, r := range results {
			detail := "none"
			if d := r.PermissionsBoundaryDecisionDetail; d != nil {
				detail = fmt.Sprint(*d.AllowedByPermissionsBoundary)
			}
			details = append(details, detail)
		}
		same(t, "details", strings.Join(details, " "), bounded)
	}
	t.Run("its own", func(t *testing.T) { run(t, nil, nil, "allowed implicitDeny", "true false") })
	t.Run("another", func(t *testing.T) { run(t, []string{allowS3}, nil, "allowed allowed", "true true") })
	t.Run("one that denies", func(t *testing.T) { run(t, []string{denyS3}, nil, "explicitDeny explicitDeny", "false false") })
	t.Run("excluded", func(t *testing.T) {
		run(t, nil, []iam.PolicyIdentifier{{PolicyType: ptr("permission-boundary")}}, "allowed allowed", "none none")
	})
	denied := f.principal("user/ana", &iam.SimulatePrincipalPolicyInput{ActionNames: []string{"s3:GetObject"}, PermissionsBoundaryPolicyInputList: []string{denyS3}})
	same(t, "the deny alone", sourcesOf(denied[0].MatchedStatements), "PermissionsBoundaryPolicyInputList.1 (IAM Policy)")
}

// API_EvaluationResult: one result an action, the resources in its parts.
func TestSimulateResources(t *testing.T) {
	f := newFixture(t)
	missing := allowDocument("s3:*", "*", `,"Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}`)
	in := &iam.SimulateCustomPolicyInput{
		PolicyInputList: []string{getOnly, missing}, ActionNames: []string{"s3:GetObject", "s3:PutObject"}, ResourceArns: []string{object},
	}
	t.Run("one", func(t *testing.T) {
		results := on(f, t).custom(in)
		same(t, "decisions", decisions(results), "allowed implicitDeny")
		r := results[0]
		same(t, "name", *r.EvalResourceName, object)
		same(t, "matched", sourcesOf(r.MatchedStatements), "PolicyInputList.1 (IAM Policy)")
		same(t, "missing", asText(r.MissingContextValues), `[]`)
		same(t, "details", asText(r.EvalDecisionDetails), `{}`)
		part := r.ResourceSpecificResults[0]
		same(t, "part", *part.EvalResourceName+" "+*part.EvalResourceDecision, object+" allowed")
		same(t, "missing of the part", asText(part.MissingContextValues), `["aws:SourceIp"]`)
	})
	t.Run("several", func(t *testing.T) {
		in.ResourceArns = []string{object, "arn:aws:s3:::other/cat.jpg"}
		results := on(f, t).custom(in)
		same(t, "decisions", decisions(results), "implicitDeny implicitDeny")
		r := results[0]
		same(t, "name", *r.EvalResourceName, "arn:aws:s3:::${BucketName}/${ObjectName}")
		same(t, "matched", len(r.MatchedStatements), 0)
		same(t, "parts", *r.ResourceSpecificResults[0].EvalResourceDecision+" "+*r.ResourceSpecificResults[1].EvalResourceDecision, "allowed implicitDeny")
	})
	t.Run("the worst is that of the whole", func(t *testing.T) {
		in.PolicyInputList = []string{allowS3, `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"arn:aws:s3:::other/*"}]}`}
		same(t, "decisions", decisions(on(f, t).custom(in)), "explicitDeny explicitDeny")
	})
	t.Run("all", func(t *testing.T) {
		in.PolicyInputList, in.ResourceArns = []string{missing}, nil
		r := on(f, t).custom(in)[0]
		same(t, "name", *r.EvalResourceName, "*")
		same(t, "missing", asText(r.MissingContextValues), `["aws:SourceIp"]`)
		if r.EvalDecisionDetails != nil || r.ResourceSpecificResults != nil {
			t.Errorf("%v %v", r.EvalDecisionDetails, r.ResourceSpecificResults)
		}
	})
	t.Run("an action without a table", func(t *testing.T) {
		in.ActionNames, in.ResourceArns = []string{"nosuch:Thing", "s3:NoSuch", "s3:ListAllMyBuckets"}, []string{object, bucket}
		for _, r := range on(f, t).custom(in) {
			same(t, *r.EvalActionName, *r.EvalResourceName, "*")
		}
	})
}

// Pages hold actions, and end early where there is much to read.
func TestSimulatePages(t *testing.T) {
	f := newFixture(t)
	in := &iam.SimulateCustomPolicyInput{PolicyInputList: []string{getOnly}, MaxItems: ptr(int32(2))}
	for i := range 5 {
		in.ActionNames = append(in.ActionNames, fmt.Sprintf("s3:Action%d", i))
	}
	var names []string
	for {
		out := did[iam.SimulateCustomPolicyOutput](f, "SimulateCustomPolicy", in)
		for _, r := range out.EvaluationResults {
			names = append(names, *r.EvalActionName)
		}
		if len(out.EvaluationResults) > 2 || *out.IsTruncated != (out.Marker != nil) {
			t.Fatalf("%d results, %v, %v", len(out.EvaluationResults), *out.IsTruncated, out.Marker)
		}
		if out.Marker == nil {
			break
		}
		in.Marker = out.Marker
	}
	if !slices.Equal(names, in.ActionNames) {
		t.Errorf("%q", names)
	}
	in.ActionNames = in.ActionNames[1:]
	f.refused("SimulateCustomPolicy", in, 400, "ValidationError", "Invalid Marker.")

	in = &iam.SimulateCustomPolicyInput{PolicyInputList: []string{getOnly + strings.Repeat(" ", 100_000)}, ActionNames: []string{"s3:GetObject", "s3:PutObject"}}
	for range 200 {
		in.ResourceArns = append(in.ResourceArns, object)
	}
	if out := did[iam.SimulateCustomPolicyOutput](f, "SimulateCustomPolicy", in); len(out.EvaluationResults) != 1 || out.Marker == nil {
		t.Errorf("%d results, marker %v", len(out.EvaluationResults), out.Marker)
	}
	in.ResourceArns = append(in.ResourceArns, in.ResourceArns...)
	f.refused("SimulateCustomPolicy", in, 400, "InvalidInput",
		"The simulation is too large: these policies and values can be simulated for at most 320 of these resources.")
}

// What is told is bounded where there is nothing to read, too: a page of a user
// without policies is short, and all pages together have everything.
func TestSimulateAnswerSize(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	in := &iam.SimulatePrincipalPolicyInput{PolicySourceArn: ptr(accountNo + ":user/ana"), MaxItems: ptr(int32(300))}
	for i := range 300 {
		in.ActionNames = append(in.ActionNames, fmt.Sprintf("s3:Action%d", i))
	}
	for i := range 1000 {
		in.ResourceArns = append(in.ResourceArns, fmt.Sprintf("arn:aws:s3:::bucket/%d", i))
	}
	out := did[iam.SimulatePrincipalPolicyOutput](f, "SimulatePrincipalPolicy", in)
	if n := len(out.EvaluationResults); n < 5 || n > 10 || out.Marker == nil || !*out.IsTruncated {
		t.Errorf("%d results, marker %v", n, out.Marker)
	}
	if n := len(asText(out)); n > 4<<20 {
		t.Errorf("an answer of %d bytes", n)
	}
	in.Marker = out.Marker
	out = did[iam.SimulatePrincipalPolicyOutput](f, "SimulatePrincipalPolicy", in)
	same(t, "the next page", *out.EvaluationResults[0].EvalActionName, "s3:Action7")

	in.Marker, in.ResourceArns = nil, nil
	for i := range 24 { // long names
		in.ResourceArns = append(in.ResourceArns, fmt.Sprintf("arn:aws:s3:::bucket/%d/%s", i, strings.Repeat("&", 2000)))
	}
	out = did[iam.SimulatePrincipalPolicyOutput](f, "SimulatePrincipalPolicy", in)
	if n := len(out.EvaluationResults) * 24 * 2000; n > 4<<20 || out.Marker == nil {
		t.Errorf("names of %d bytes, marker %v", n, out.Marker)
	}
	in.ResourceArns = nil
	for range 9000 {
		in.ResourceArns = append(in.ResourceArns, object)
	}
	_, err := f.as(root(), "SimulatePrincipalPolicy", in)
	if err == nil || !strings.Contains(err.Error(), "The simulation is too large") {
		t.Errorf("error %v", err)
	}
}

// Patterns are laid on values: many bytes of these make a page short.
func TestSimulateValues(t *testing.T) {
	f := newFixture(t)
	condition := `,"Condition":{"StringLike":{"test:key":"*` + strings.Repeat("?a", 1500) + `b*"}}`
	in := &iam.SimulateCustomPolicyInput{PolicyInputList: []string{allowDocument("s3:*", "*", condition)}}
	for i := range 100 {
		in.ActionNames = append(in.ActionNames, fmt.Sprintf("s3:Action%d", i))
	}
	for _, c := range []struct {
		bytes, results int
	}{{100, 100}, {64 << 10, 4}} {
		in.ContextEntries = []iam.ContextEntry{{ContextKeyName: ptr("test:key"), ContextKeyType: ptr("string"), ContextKeyValues: []string{strings.Repeat("a", c.bytes)}}}
		out := did[iam.SimulateCustomPolicyOutput](f, "SimulateCustomPolicy", in)
		same(t, fmt.Sprintf("results with %d bytes", c.bytes), len(out.EvaluationResults), c.results)
	}
	in.ContextEntries[0].ContextKeyType = ptr("stringList")
	in.ContextEntries[0].ContextKeyValues = []string{strings.Repeat("a", 64<<10), "b"}
	f.refused("SimulateCustomPolicy", in, 400, "InvalidInput", "The values of the context entries have 65537 bytes together, more than 65536.")
}

// Once the caller is gone nothing more is decided.
func TestSimulateCallerGone(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	call := &api.Call{Account: accountID, Operation: &api.Operation{Name: "SimulateCustomPolicy"}, Time: time.Unix(1_700_000_000, 0)}
	_, err := simulateCustomPolicy(gone, call, nil, &iam.SimulateCustomPolicyInput{PolicyInputList: []string{allowAll}, ActionNames: []string{"s3:GetObject"}, ResourceArns: []string{object}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
