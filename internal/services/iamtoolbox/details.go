package iamtoolbox

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iamtoolbox"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/journal"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// details tells of a denial what it was decided on. A denial has one evaluation: that
// of the action that was denied. So there is one page, and no token is handed out.
func (s *Service) details(ctx context.Context, call *api.Call, _ *directory.View, in *iamtoolbox.GetRequestAuthorizationDetailsInput) (*iamtoolbox.GetRequestAuthorizationDetailsOutput, error) {
	d, err := s.denial(ctx, call, *in.AuthorizationId)
	if err != nil {
		return nil, err
	}
	if in.NextToken != nil {
		return nil, api.Errorf(http.StatusBadRequest, "ValidationException", "The nextToken is not valid.")
	}
	told, err := d.Tell()
	if err != nil {
		return nil, err
	}
	request, own, err := contexts(d)
	if err != nil {
		return nil, err
	}
	if len(told.Cut) > 0 {
		if request[cutKey], err = json.Marshal(told.Cut); err != nil {
			return nil, fmt.Errorf("denial %s: what is cut: %w", d.EventID, err)
		}
	}
	out := &iamtoolbox.GetRequestAuthorizationDetailsOutput{
		RequestContext: request,
		Evaluations: []iamtoolbox.Evaluation{{
			Action: &d.Request.Action, Resource: ptr(resource(d)), Context: own,
			EvaluatedEffect: ptr(effect(told)), MatchedPolicies: matched(d, told),
		}},
		Policies: []iamtoolbox.PolicyInfo{},
	}
	for i := range told.Policies {
		out.Policies = append(out.Policies, info(d, &told.Policies[i]))
	}
	return out, nil
}

// cutKey is ours: it names what of the request was too long to be kept whole, "action",
// "resource" and condition keys, and "context" where keys are left out.
const cutKey = "gatehouse:Cut"

// resource is empty for an action that has none [Evaluation].
func resource(d *journal.Denial) string {
	if d.Request.Resource == "*" {
		return ""
	}
	return d.Request.Resource
}

func effect(t *journal.Told) string {
	if t.Explicit {
		return "EXPLICIT_DENY"
	}
	return "IMPLICIT_DENY"
}

// contexts are the keys of the whole request, and those of the evaluation: of its
// resource and its action.
func contexts(d *journal.Denial) (request, own map[string]api.Document, err error) {
	request, own = map[string]api.Document{}, map[string]api.Document{}
	for name, value := range d.Request.Context {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, nil, fmt.Errorf("denial %s: the key %s: %w", d.EventID, name, err)
		}
		if ofRequest(name) {
			request[name] = text
		} else {
			own[name] = text
		}
	}
	return request, own, nil
}

// ofRequest: who calls, from where, when and how.
func ofRequest(key string) bool {
	switch key {
	case "aws:CurrentTime", "aws:EpochTime", "aws:SecureTransport", "aws:SourceIp", "aws:UserAgent", "aws:Referer", "aws:RequestedRegion",
		"aws:ViaAWSService", "aws:userid", "aws:username", "aws:TokenIssueTime", "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge", "aws:SourceIdentity":
		return true
	}
	return strings.HasPrefix(key, "aws:Principal")
}

// matched are the policies of which a statement matched. An implicit denial has none
// [Evaluation].
func matched(d *journal.Denial, t *journal.Told) []iamtoolbox.MatchedPolicy {
	list := []iamtoolbox.MatchedPolicy{}
	if !t.Explicit {
		return list
	}
	if !t.Complete {
		return append(list, matchedOfRecord(d, t)...)
	}
	for i := range t.Policies {
		p := &t.Policies[i]
		m := iamtoolbox.MatchedPolicy{Uri: ptr(uri(p))}
		for _, s := range p.Trace.Statements {
			if s.Matched {
				m.MatchedStatements = append(m.MatchedStatements, iamtoolbox.MatchedStatement{Sid: &s.Sid, EvaluatedEffect: ptr(strings.ToUpper(s.Effect))})
			}
		}
		if m.MatchedStatements != nil || p.Record.Unreadable { // E-25: a policy that cannot be read denies
			list = append(list, m)
		}
	}
	return list
}

// matchedOfRecord is what the record itself says of the statement that denied.
func matchedOfRecord(d *journal.Denial, t *journal.Told) (list []iamtoolbox.MatchedPolicy) {
	for _, m := range d.Matched {
		for i := range t.Policies {
			if p := &t.Policies[i]; p.Record.Name == m.Policy {
				list = append(list, iamtoolbox.MatchedPolicy{
					Uri: ptr(uri(p)), MatchedStatements: []iamtoolbox.MatchedStatement{{Sid: &m.Sid, EvaluatedEffect: ptr("DENY")}},
				})
				break
			}
		}
	}
	return list
}

// types are the policy types as the toolbox names them.
var types = map[policy.Type]string{
	policy.Identity: "IDENTITY_BASED_POLICY", policy.Boundary: "PERMISSIONS_BOUNDARY", policy.Session: "SESSION_POLICY",
	policy.Trust: "RESOURCE_BASED_POLICY", policy.Resource: "RESOURCE_BASED_POLICY", policy.ServiceControl: "SERVICE_CONTROL_POLICY",
	policy.ResourceControl: "RESOURCE_CONTROL_POLICY", policy.Endpoint: "VPC_ENDPOINT_POLICY",
}

func info(d *journal.Denial, p *journal.ToldPolicy) iamtoolbox.PolicyInfo {
	i := iamtoolbox.PolicyInfo{Type: ptr(types[p.Type]), Inline: ptr(!isManaged(p)), Uri: ptr(uri(p)), AttachedTo: []iamtoolbox.AttachedTo{}}
	switch p.Type {
	case policy.Identity, policy.Boundary, policy.Session:
		i.AttachedTo = append(i.AttachedTo, iamtoolbox.AttachedTo{Arn: &d.Caller.EntityARN})
	case policy.Trust, policy.Resource:
		i.AttachedTo = append(i.AttachedTo, iamtoolbox.AttachedTo{Arn: &d.Request.Resource})
	}
	return i
}

// isManaged: a managed policy's name is its ARN; a trust policy's is its role's, and
// the policy has none.
func isManaged(p *journal.ToldPolicy) bool {
	return strings.HasPrefix(p.Record.Name, "arn:") && p.Type != policy.Trust && p.Type != policy.Resource
}

// uri names a policy within the denial: a managed one by its ARN, others by a text
// that is the server's own [PolicyInfo]; ours ends with the policy's name.
func uri(p *journal.ToldPolicy) string {
	if isManaged(p) {
		return p.Record.Name
	}
	return fmt.Sprintf("%s/%d/%d/%s", strings.ToLower(types[p.Type]), max(p.Level, 0), p.Index, p.Record.Name)
}

func ptr[T any](v T) *T { return &v }
