package accessanalyzer

import (
	"context"
	"net/http"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/accessanalyzer"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/validate"
)

// Results a page; AWS documents neither.
const (
	defaultResults = 100
	mostResults    = 1000
)

// trustDocument is a role's trust policy among the types of resources that a policy
// is attached to.
const trustDocument = "AWS::IAM::AssumeRolePolicyDocument"

// validatePolicy gives the findings of a document [API_ValidatePolicy]. They are in
// English, whatever the locale.
func (s *Service) validatePolicy(_ context.Context, call *api.Call, _ *directory.View, in *accessanalyzer.ValidatePolicyInput) (*accessanalyzer.ValidatePolicyOutput, error) {
	kind, err := policyType(in)
	if err != nil {
		return nil, err
	}
	results, err := pageSize(in.MaxResults)
	if err != nil {
		return nil, err
	}
	from, err := s.from(call.Account, in)
	if err != nil {
		return nil, err
	}
	all := validate.Policy(kind, *in.PolicyDocument, validate.Options{ResourceType: or(in.ValidatePolicyResourceType, "")})
	from = min(from, len(all))
	to := min(from+results, len(all))
	out := &accessanalyzer.ValidatePolicyOutput{Findings: []accessanalyzer.ValidatePolicyFinding{}}
	for i := range all[from:to] {
		out.Findings = append(out.Findings, finding(&all[from+i]))
	}
	if to < len(all) {
		out.NextToken = s.token(call.Account, in, to)
	}
	return out, nil
}

// policyType is the kind of the document. The type of the resource that it is
// attached to is for resource policies only.
func policyType(in *accessanalyzer.ValidatePolicyInput) (policy.Type, error) {
	resource := or(in.ValidatePolicyResourceType, "")
	if resource != "" && *in.PolicyType != "RESOURCE_POLICY" {
		return 0, invalid("The validatePolicyResourceType is for policies of the type RESOURCE_POLICY only.")
	}
	switch *in.PolicyType {
	case "RESOURCE_POLICY":
		if resource == trustDocument {
			return policy.Trust, nil
		}
		return policy.Resource, nil
	case "SERVICE_CONTROL_POLICY":
		return policy.ServiceControl, nil
	case "RESOURCE_CONTROL_POLICY":
		return policy.ResourceControl, nil
	}
	return policy.Identity, nil
}

func pageSize(asked *int32) (int, error) {
	n := int(or(asked, defaultResults))
	if n < 1 || n > mostResults {
		return 0, invalid("The maxResults must be from 1 to 1000.")
	}
	return n, nil
}

func invalid(message string) error {
	return api.Errorf(http.StatusBadRequest, "ValidationException", "%s", message)
}

func finding(f *validate.Finding) accessanalyzer.ValidatePolicyFinding {
	kind := string(f.Type)
	to := accessanalyzer.ValidatePolicyFinding{
		FindingType: &kind, IssueCode: &f.Code, FindingDetails: &f.Details, LearnMoreLink: &f.Learn, Locations: []accessanalyzer.Location{},
	}
	for _, l := range f.Locations {
		to.Locations = append(to.Locations, location(&l))
	}
	return to
}

func location(l *validate.Location) accessanalyzer.Location {
	to := accessanalyzer.Location{
		Path: []accessanalyzer.PathElement{},
		Span: &accessanalyzer.Span{Start: position(l.Start), End: position(l.End)},
	}
	for _, e := range l.Path {
		to.Path = append(to.Path, pathElement(e))
	}
	return to
}

func position(p validate.Position) *accessanalyzer.Position {
	return &accessanalyzer.Position{Line: number(p.Line), Column: number(p.Column), Offset: number(p.Offset)}
}

// pathElement is a union: one of its members is there. A key is a member's name
// itself, a value what stands under it [PathElement].
func pathElement(e validate.PathElement) accessanalyzer.PathElement {
	switch {
	case e.Length > 0:
		return accessanalyzer.PathElement{Substring: &accessanalyzer.Substring{Start: number(e.Index), Length: number(e.Length)}}
	case e.Index >= 0:
		return accessanalyzer.PathElement{Index: number(e.Index)}
	case e.Key:
		return accessanalyzer.PathElement{Key: &e.Name}
	}
	return accessanalyzer.PathElement{Value: &e.Name}
}

func number(n int) *int32 {
	n32 := int32(n)
	return &n32
}

func or[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}
