package accessanalyzer

import (
	"encoding/base64"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/accessanalyzer"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/validate"
)

const (
	account = "111122223333"
	faulty  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:PassRole","s3:GetObjekt","ec2:Nothing"],"Resource":"*"}]}`
)

func newService(t *testing.T) *Service {
	t.Helper()
	s, err := embedded.Open(filepath.Join(t.TempDir(), "db"), embedded.Options{Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	ring, err := seal.OpenKeyring(t.Context(), s, seal.Master{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return New(ring.For(PagePurpose))
}

func input(document, kind string) *accessanalyzer.ValidatePolicyInput {
	return &accessanalyzer.ValidatePolicyInput{PolicyDocument: &document, PolicyType: &kind}
}

// as makes a call as a caller of an account, by the steps of the server's pipeline.
func as(t *testing.T, s *Service, caller string, in *accessanalyzer.ValidatePolicyInput) (*accessanalyzer.ValidatePolicyOutput, error) {
	t.Helper()
	op := accessanalyzer.API.Operation("ValidatePolicy")
	if e := api.Validate(accessanalyzer.API, op, in); e != nil {
		return nil, e
	}
	i := s.Implementation()
	if i.Rows["ValidatePolicy"] == nil {
		t.Fatal("no row")
	}
	out, err := i.Methods["ValidatePolicy"].Read(t.Context(), &api.Call{Service: accessanalyzer.API, Operation: op, Account: caller}, nil, in)
	if err != nil {
		return nil, err
	}
	return out.(*accessanalyzer.ValidatePolicyOutput), nil
}

func codes(out *accessanalyzer.ValidatePolicyOutput) (list []string) {
	for _, f := range out.Findings {
		list = append(list, *f.IssueCode)
	}
	return list
}

// TestTypes: the type, and the resource that a resource policy is for, say which
// findings a document has.
func TestTypes(t *testing.T) {
	s := newService(t)
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	for name, c := range map[string]struct {
		kind, resource string
		want           policy.Type
	}{
		"identity": {"IDENTITY_POLICY", "", policy.Identity}, "resource": {"RESOURCE_POLICY", "", policy.Resource},
		"bucket": {"RESOURCE_POLICY", "AWS::S3::Bucket", policy.Resource}, "trust": {"RESOURCE_POLICY", trustDocument, policy.Trust},
		"SCP": {"SERVICE_CONTROL_POLICY", "", policy.ServiceControl}, "RCP": {"RESOURCE_CONTROL_POLICY", "", policy.ResourceControl},
	} {
		t.Run(name, func(t *testing.T) {
			for _, document := range []string{trust, faulty} {
				in := input(document, c.kind)
				if c.resource != "" {
					in.ValidatePolicyResourceType = &c.resource
				}
				out, err := as(t, s, account, in)
				if err != nil {
					t.Fatal(err)
				}
				var want []string
				for _, f := range validate.Policy(c.want, document, validate.Options{ResourceType: c.resource}) {
					want = append(want, f.Code)
				}
				if got := codes(out); fmt.Sprint(got) != fmt.Sprint(want) || out.NextToken != nil {
					t.Errorf("%v, want %v", got, want)
				}
			}
		})
	}
}

// TestBadInput: AWS's ValidationException, in the words of the model where it has any.
func TestBadInput(t *testing.T) {
	s := newService(t)
	bucket, zero, many, token, unknown := "AWS::S3::Bucket", int32(0), int32(1001), "forged", "WHATEVER"
	for name, change := range map[string]func(in *accessanalyzer.ValidatePolicyInput){
		"no document":              func(in *accessanalyzer.ValidatePolicyInput) { in.PolicyDocument = nil },
		"no type":                  func(in *accessanalyzer.ValidatePolicyInput) { in.PolicyType = nil },
		"unknown type":             func(in *accessanalyzer.ValidatePolicyInput) { in.PolicyType = &unknown },
		"unknown resource":         func(in *accessanalyzer.ValidatePolicyInput) { in.ValidatePolicyResourceType = &unknown },
		"unknown locale":           func(in *accessanalyzer.ValidatePolicyInput) { in.Locale = &unknown },
		"identity with a resource": func(in *accessanalyzer.ValidatePolicyInput) { in.ValidatePolicyResourceType = &bucket },
		"no results":               func(in *accessanalyzer.ValidatePolicyInput) { in.MaxResults = &zero },
		"too many results":         func(in *accessanalyzer.ValidatePolicyInput) { in.MaxResults = &many },
		"forged token":             func(in *accessanalyzer.ValidatePolicyInput) { in.NextToken = &token },
	} {
		t.Run(name, func(t *testing.T) {
			in := input(faulty, "IDENTITY_POLICY")
			change(in)
			_, err := as(t, s, account, in)
			var e *api.Error
			if !errors.As(err, &e) || e.Code != "ValidationException" || e.Status != 400 {
				t.Errorf("%v", err)
			}
		})
	}
	if out, err := as(t, s, account, input("no JSON", "IDENTITY_POLICY")); err != nil || len(out.Findings) == 0 {
		t.Errorf("a document that is no JSON has findings: %v, %v", out, err)
	}
}

// TestPages: page after page gives what one page gives, and a token is good for its
// account and its document only.
func TestPages(t *testing.T) {
	s := newService(t)
	whole, err := as(t, s, account, input(faulty, "IDENTITY_POLICY"))
	if err != nil || len(whole.Findings) < 3 {
		t.Fatal(codes(whole), err)
	}
	one := int32(1)
	in := input(faulty, "IDENTITY_POLICY")
	in.MaxResults = &one
	var paged []string
	var first string
	for {
		out, err := as(t, s, account, in)
		if err != nil || len(out.Findings) != 1 {
			t.Fatal(out, err)
		}
		paged = append(paged, codes(out)...)
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
		if first == "" {
			first = *in.NextToken
		}
	}
	if fmt.Sprint(paged) != fmt.Sprint(codes(whole)) {
		t.Errorf("%v, want %v", paged, codes(whole))
	}
	trust := input(faulty, "RESOURCE_POLICY")
	trust.ValidatePolicyResourceType = new(string)
	*trust.ValidatePolicyResourceType = trustDocument
	for name, c := range map[string]struct {
		caller string
		in     *accessanalyzer.ValidatePolicyInput
		token  string
	}{
		"another account":  {"444455556666", input(faulty, "IDENTITY_POLICY"), first},
		"another document": {account, input(faulty+" ", "IDENTITY_POLICY"), first},
		"another type":     {account, input(faulty, "SERVICE_CONTROL_POLICY"), first},
		"another resource": {account, trust, first},
		"cut":              {account, input(faulty, "IDENTITY_POLICY"), first[1:]},
		"later version":    {account, input(faulty, "IDENTITY_POLICY"), base64.RawURLEncoding.EncodeToString(s.pages.Seal([]byte{2, 0, 0, 0, 1}, boundTo(account, in)))},
		"no base64":        {account, input(faulty, "IDENTITY_POLICY"), "a b"},
	} {
		t.Run(name, func(t *testing.T) {
			c.in.NextToken = &c.token
			if out, err := as(t, s, c.caller, c.in); err == nil || !strings.Contains(err.Error(), "nextToken") {
				t.Errorf("%v, %v", out, err)
			}
		})
	}
	beyond := base64.RawURLEncoding.EncodeToString(s.pages.Seal([]byte{1, 0, 0, 1, 0}, boundTo(account, in)))
	in.NextToken = &beyond // of a version that found more
	if out, err := as(t, s, account, in); err != nil || len(out.Findings) != 0 || out.NextToken != nil {
		t.Errorf("%v, %v", out, err)
	}
}

// TestFinding: AWS's form: a path of one member an element, and places with lines from
// 1 [API_ValidatePolicyFinding, API_PathElement].
func TestFinding(t *testing.T) {
	f := finding(&validate.Finding{
		Type: validate.SecurityWarning, Code: "CODE", Details: "what", Learn: "where",
		Locations: []validate.Location{{
			Path: []validate.PathElement{
				{Name: "Statement", Index: -1}, {Index: 0}, {Name: "Action", Key: true, Index: -1}, {Index: 3, Length: 4},
			},
			Start: validate.Position{Line: 1, Column: 2, Offset: 3}, End: validate.Position{Line: 4, Column: 5, Offset: 6},
		}},
	})
	answer, err := api.EncodeOutput(nil, accessanalyzer.API, accessanalyzer.API.Operation("ValidatePolicy"),
		&accessanalyzer.ValidatePolicyOutput{Findings: []accessanalyzer.ValidatePolicyFinding{f}}, "request", 0)
	const want = `{"findings":[{"findingDetails":"what","findingType":"SECURITY_WARNING","issueCode":"CODE","learnMoreLink":"where","locations":[{"path":[` +
		`{"value":"Statement"},{"index":0},{"key":"Action"},{"substring":{"start":3,"length":4}}],` +
		`"span":{"start":{"line":1,"column":2,"offset":3},"end":{"line":4,"column":5,"offset":6}}}]}]}`
	if err != nil || string(answer.Body) != want {
		t.Errorf("%v\n%s\nwant\n%s", err, answer.Body, want)
	}
}
