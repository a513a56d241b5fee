package iam

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/policy"
	servicetables "github.com/gatehouse-iam/gatehouse/policy/x/services"
)

// verdict is what is told of one decision.
type verdict struct {
	decision     policy.Outcome
	matched      []iam.Statement
	missing      []string
	details      map[string]string // nil: not told
	bounded      *iam.PermissionsBoundaryDecisionDetail
	organization bool // the SCPs allow
}

// evaluate decides an action on all resources. There is one result an action; where
// resources are named, what came out for each is in the parts of it. The result as
// a whole is the worst of its parts: AWS does not say what it is (choice). It ends
// early, with a result that is not whole, once nobody waits for it.
func (s *simulation) evaluate(ctx context.Context, action string) iam.EvaluationResult {
	if ctx.Err() != nil {
		return iam.EvaluationResult{}
	}
	if slices.Equal(s.resources, []string{everyResource}) {
		return s.result(action, everyResource, s.verdict(action, everyResource))
	}
	parts := make([]iam.ResourceSpecificResult, len(s.resources))
	var whole verdict
	for i, resource := range s.resources {
		if ctx.Err() != nil {
			break
		}
		v := s.verdict(action, resource)
		parts[i] = iam.ResourceSpecificResult{
			EvalResourceName: &s.resources[i], EvalResourceDecision: pointer(decisionName(v.decision)), MatchedStatements: v.matched,
			MissingContextValues: v.missing, EvalDecisionDetails: v.details, PermissionsBoundaryDecisionDetail: v.bounded,
		}
		whole = s.worse(whole, v, i)
	}
	name := s.resources[0]
	if len(s.resources) > 1 { // each part has its own
		name, whole.matched = resourceTemplate(action, name), []iam.Statement{}
		if len(whole.details) > 0 {
			whole.details = nil
		}
	}
	whole.missing = []string{} // those are in the parts [API_EvaluationResult]
	result := s.result(action, name, whole)
	result.ResourceSpecificResults = parts
	return result
}

// worse is the result as a whole after one more part.
func (s *simulation) worse(whole, part verdict, i int) verdict {
	if i == 0 {
		return part
	}
	rank := func(o policy.Outcome) int {
		return slices.Index([]policy.Outcome{policy.Allowed, policy.ImplicitDeny, policy.ExplicitDeny}, o)
	}
	if rank(part.decision) > rank(whole.decision) {
		whole.decision = part.decision
	}
	if part.bounded != nil && !*part.bounded.AllowedByPermissionsBoundary {
		whole.bounded = part.bounded
	}
	whole.organization = whole.organization && part.organization
	return whole
}

func (s *simulation) result(action, resource string, v verdict) iam.EvaluationResult {
	r := iam.EvaluationResult{
		EvalActionName: &action, EvalResourceName: &resource, EvalDecision: pointer(decisionName(v.decision)),
		MatchedStatements: v.matched, MissingContextValues: v.missing, EvalDecisionDetails: v.details,
		PermissionsBoundaryDecisionDetail: v.bounded,
	}
	if s.policies.organized {
		r.OrganizationsDecisionDetail = &iam.OrganizationsDecisionDetail{AllowedByOrganizations: &v.organization}
	}
	return r
}

func decisionName(o policy.Outcome) string {
	switch o {
	case policy.Allowed:
		return "allowed"
	case policy.ExplicitDeny:
		return "explicitDeny"
	}
	return "implicitDeny"
}

// verdict decides an action on one resource.
func (s *simulation) verdict(action, resource string) verdict {
	x := s.explain(action, resource)
	v := verdict{decision: x.Outcome, matched: []iam.Statement{}, missing: x.Missing, organization: s.allowedByLevels(x.Policies)}
	if v.missing == nil {
		v.missing = []string{}
	}
	for i := range x.Policies {
		v.matched = append(v.matched, s.policies.matched(&x.Policies[i], x.Outcome == policy.ExplicitDeny)...)
	}
	if len(s.policies.boundary) > 0 {
		allowed := side(x.Policies, policy.Boundary) == policy.Allowed
		v.bounded = &iam.PermissionsBoundaryDecisionDetail{AllowedByPermissionsBoundary: &allowed}
	}
	v.details = s.details(resource, x, v.organization)
	return v
}

// details say across accounts what each kind of policy contributes. Within one
// account they are empty, and left out for all resources; and where SCPs deny
// nothing else is looked at [API_EvaluationResult].
func (s *simulation) details(resource string, x *policy.Explanation, organization bool) map[string]string {
	if !s.crosses(resource) {
		if resource == everyResource {
			return nil
		}
		return map[string]string{}
	}
	if !organization {
		return nil
	}
	details := map[string]string{
		kindIAM:      decisionName(side(x.Policies, policy.Identity)),
		kindResource: decisionName(side(x.Policies, policy.Resource, policy.Trust)),
	}
	if len(s.policies.boundary) > 0 {
		details[kindBoundary] = decisionName(side(x.Policies, policy.Boundary))
	}
	return details
}

// side is what the policies of some types say together.
func side(traces []policy.PolicyTrace, types ...policy.Type) policy.Outcome {
	said := policy.ImplicitDeny
	for i := range traces {
		t := &traces[i]
		if !t.Takes || !slices.Contains(types, t.Type) {
			continue
		}
		switch t.Outcome {
		case policy.ExplicitDeny:
			return policy.ExplicitDeny
		case policy.Allowed:
			said = policy.Allowed
		}
	}
	return said
}

// allowedByLevels says whether each level of SCPs allows; one without policies
// allows nothing (O-03). They bind the principals of accounts (E-04).
func (s *simulation) allowedByLevels(traces []policy.PolicyTrace) bool {
	if s.caller.Account == "" {
		return true
	}
	for level, policies := range s.policies.levels {
		of := slices.DeleteFunc(slices.Clone(traces), func(t policy.PolicyTrace) bool {
			return t.Type != policy.ServiceControl || t.Level != level
		})
		takes := len(policies) == 0 || of[0].Takes
		if takes && side(of, policy.ServiceControl) != policy.Allowed {
			return false
		}
	}
	return true
}

// matched are the statements of a policy that apply; where the outcome is an
// explicit denial only those that deny [API_EvaluationResult]. AWS has no name for
// SCPs here: what they say is told by AllowedByOrganizations.
func (p *simulatedPolicies) matched(t *policy.PolicyTrace, denied bool) []iam.Statement {
	source := p.source(t)
	if source == nil || !t.Takes {
		return nil
	}
	var matched []iam.Statement
	for i := range t.Statements {
		if t.Statements[i].Matched && (!denied || t.Statements[i].Effect == "Deny") {
			matched = append(matched, source.statement(i))
		}
	}
	return matched
}

func (p *simulatedPolicies) source(t *policy.PolicyTrace) *simulatedPolicy {
	switch t.Type {
	case policy.Identity:
		return &p.identity[t.Index]
	case policy.Boundary:
		return &p.boundary[t.Index]
	case policy.Resource:
		return p.resource
	case policy.Trust:
		return p.trust
	}
	return nil
}

// statement is a statement as answers show it.
func (p *simulatedPolicy) statement(i int) iam.Statement {
	if p.statements == nil {
		p.statements = p.places()
	}
	return p.statements[i]
}

// places tells where each statement stands. AWS's parser says where it was when the
// statement began and when it had ended: behind the bracket or brace that opens, or
// the statement before, and behind the brace that closes. All of AWS's examples show
// this [AWS CLI reference, simulate-custom-policy and simulate-principal-policy].
func (p *simulatedPolicy) places() []iam.Statement {
	kind := kindIAM
	if t := p.policy.Type(); t == policy.Resource || t == policy.Trust {
		kind = kindResource
	}
	d := p.document()
	at := reading{text: d.Text(), line: 1, column: 1}
	begin := at.upTo(d.Root().Get("Statement").Start() + 1)
	statements := make([]iam.Statement, 0, len(d.Statements()))
	for _, s := range d.Statements() {
		end := at.upTo(s.Node().End())
		statements = append(statements, iam.Statement{SourcePolicyId: &p.id, SourcePolicyType: &kind, StartPosition: begin, EndPosition: end})
		begin = end
	}
	return statements
}

// reading goes through a text once, counting lines and columns from 1.
type reading struct {
	text         string
	offset       int
	line, column int32
}

func (r *reading) upTo(offset int) *iam.Position {
	for _, c := range r.text[r.offset:offset] {
		r.column++
		if c == '\n' {
			r.line, r.column = r.line+1, 1
		}
	}
	r.offset = offset
	return &iam.Position{Line: pointer(r.line), Column: pointer(r.column)}
}

// resourceTemplate is what AWS calls the resource of a result that is about several:
// the form of the ARNs of that type of resource.
func resourceTemplate(action, resource string) string {
	prefix, name, _ := strings.Cut(action, ":")
	table, ok := servicetables.Service(prefix)
	if !ok {
		return everyResource
	}
	a, ok := table.Action(name)
	if !ok {
		return everyResource
	}
	for i := range a.Resources {
		kind, ok := table.ResourceType(a.Resources[i].Type)
		if ok && wildcardMatch(placeholder.ReplaceAllLiteralString(kind.ARN, "*"), resource) {
			return strings.Replace(kind.ARN, "${Partition}", "aws", 1)
		}
	}
	return everyResource
}

var placeholder = regexp.MustCompile(`\$\{[^}]*\}`)
