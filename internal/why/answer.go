package why

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/x/cases"
)

// Answer is why a call was denied.
type Answer struct {
	ID        string
	Principal string
	Action    string
	Resource  string
	Time      string // as the request had it; "" where it is not told
	Result    *cases.Result
	// Notes are what keeps the answer from being whole.
	Notes []string
	// Decoded is all there is to tell of a message whose denial is not kept.
	Decoded *Decoded

	account     string
	entity      string // ARN of the user or role whose policies applied
	explanation *policy.Explanation
}

// noteForeign is for a request that its account's policies allow: another's do not.
const noteForeign = "by the policies that the server tells of, the call is allowed: what denies it is a policy of the resource's account, of which nobody else learns"

// answer decides the denial again, from what the server tells of it.
func (d *denial) answer() (*Answer, error) {
	c, notes, err := d.decisionCase()
	if err != nil {
		return nil, err
	}
	a := &Answer{
		ID: d.id, Principal: c.Request.Principal, Action: c.Request.Action, Resource: c.Request.Resource,
		Time: d.key("aws:CurrentTime"), Notes: notes, account: d.key("aws:PrincipalAccount"),
	}
	decider := cases.Decider{Clock: time.Now} // the case has its own time
	request, set, err := decider.Build(c)
	if err != nil {
		return nil, fmt.Errorf("the denial cannot be decided here: %w", err)
	}
	if maker := d.maker(); request.Principal.Kind == policy.FederatedUser {
		request.Principal.EntityARN = maker
	}
	a.entity = request.Principal.EntityARN
	a.explanation = policy.Explain(request, set)
	result := cases.ResultOf(d.id, request, a.explanation)
	a.Result = &result
	if result.Decision == "allowed" && d.Evaluations[0].EvaluatedEffect != "ALLOW" {
		a.Notes = append(a.Notes, noteForeign)
	}
	return a, nil
}

// key is a condition key of the request that has one value.
func (d *denial) key(name string) string {
	for key, value := range d.RequestContext {
		if strings.EqualFold(key, name) {
			text, _ := value.(string)
			return text
		}
	}
	return ""
}

// maker is the user behind a federated session: whose policies apply.
func (d *denial) maker() string {
	for i := range d.Policies {
		if p := &d.Policies[i]; p.Type == "IDENTITY_BASED_POLICY" && len(p.AttachedTo) > 0 {
			return p.AttachedTo[0].ARN
		}
	}
	return ""
}

// decisionCase is the denial as a decision case.
func (d *denial) decisionCase() (*cases.Case, []string, error) {
	e := &d.Evaluations[0]
	principal, err := d.principal()
	if err != nil {
		return nil, nil, err
	}
	c := &cases.Case{ID: d.id, Request: cases.Request{Principal: principal, Action: e.Action, Resource: e.Resource, Context: map[string]any{}}}
	if c.Request.Resource == "" { // an action without a resource
		c.Request.Resource = "*"
	}
	for _, keys := range []map[string]any{d.RequestContext, e.Context} {
		for name, value := range keys {
			if c.Request.Context[name], err = contextValue(value); err != nil {
				return nil, nil, fmt.Errorf("condition key %s: %w", name, err)
			}
		}
	}
	if account, ok := c.Request.Context["aws:ResourceAccount"].(string); ok {
		c.Request.ResourceAccount = account
	}
	return c, d.addPolicies(&c.Policies), nil
}

func contextValue(v any) (any, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case []any:
		list := make([]string, len(v))
		for i, item := range v {
			text, ok := item.(string)
			if !ok {
				return nil, errNoText
			}
			list[i] = text
		}
		return list, nil
	}
	return nil, errNoText
}

var errNoText = errors.New("the server tells something else than text or a list of texts")

// principal is the caller's own ARN. The keys have a role session's role, and the
// name of the session behind its unique id.
func (d *denial) principal() (string, error) {
	arn, id := d.key("aws:PrincipalArn"), d.key("aws:userid")
	if arn == "" {
		return "", errors.New("the server does not tell who called")
	}
	_, session, ok := strings.Cut(id, ":")
	if d.key("aws:PrincipalType") != "AssumedRole" || !ok {
		return arn, nil
	}
	part := strings.SplitN(arn, ":", 6)
	if len(part) < 6 {
		return "", fmt.Errorf("the server tells of the caller %q, which is no ARN", arn)
	}
	role := arn[strings.LastIndexByte(arn, '/')+1:]
	return "arn:" + part[1] + ":sts::" + part[4] + ":assumed-role/" + role + "/" + session, nil
}

// addPolicies sorts the policies in. The notes are about those whose text is gone:
// they stand as ones that cannot be read, which deny.
func (d *denial) addPolicies(to *cases.Policies) (notes []string) {
	for i := range d.Policies {
		p := &d.Policies[i]
		document := cases.Document{Name: p.name(), Text: p.document, Unreadable: p.document == ""}
		if document.Unreadable {
			notes = append(notes, fmt.Sprintf("%s: %s", document.Name, p.missing))
		}
		switch p.Type {
		case "IDENTITY_BASED_POLICY":
			to.Identity = append(to.Identity, document)
		case "PERMISSIONS_BOUNDARY":
			to.Boundary = append(to.Boundary, document)
		case "SESSION_POLICY":
			to.Session = append(to.Session, document)
		case "VPC_ENDPOINT_POLICY":
			to.Endpoint = append(to.Endpoint, document)
		case "RESOURCE_BASED_POLICY":
			to.Resource = &document
		case "SERVICE_CONTROL_POLICY":
			to.SCP = d.addToLevel(to.SCP, i, document)
		case "RESOURCE_CONTROL_POLICY":
			to.RCP = d.addToLevel(to.RCP, i, document)
		default:
			notes = append(notes, fmt.Sprintf("%s is of a type that is not known here: %s", document.Name, p.Type))
		}
	}
	return notes
}

// addToLevel adds an organization's policy: to the level of the one before it,
// unless it is attached to something else.
func (d *denial) addToLevel(levels [][]cases.Document, i int, document cases.Document) [][]cases.Document {
	if len(levels) == 0 || d.Policies[i].target() != d.Policies[i-1].target() {
		levels = append(levels, nil)
	}
	last := len(levels) - 1
	levels[last] = append(levels[last], document)
	return levels
}

func (p *policyInfo) target() string {
	if len(p.AttachedTo) == 0 {
		return ""
	}
	return p.AttachedTo[0].ARN
}

// name is a managed policy's ARN; what names another is opaque, and ends with its
// name where our server made it.
func (p *policyInfo) name() string {
	if !p.Inline {
		return p.URI
	}
	if i := strings.LastIndexByte(p.URI, '/'); i >= 0 {
		return p.URI[i+1:]
	}
	return "(inline)"
}
