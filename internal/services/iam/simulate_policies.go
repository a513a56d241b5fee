package iam

import (
	"errors"
	"strconv"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// Kinds of policy as AWS's answers call them: SourcePolicyType, and the keys of
// EvalDecisionDetails.
const (
	kindIAM      = "IAM Policy"
	kindBoundary = "Permissions Boundary Policy"
	kindResource = "Resource Policy"
)

// simulatedPolicy is a policy and what answers call it.
type simulatedPolicy struct {
	id     string // SourcePolicyId
	policy *policy.Policy
	// For exclusions: the managed policy's ARN, or the entity that the inline
	// policy is in.
	arn, entityKind, entityName string

	statements []iam.Statement // as answers show them, once they were asked for
}

// document is the policy as it is written, nil where it cannot be read.
func (p *simulatedPolicy) document() *policy.Document {
	d, err := policy.Parse(p.policy.Type(), p.policy.Text())
	if err != nil {
		return nil
	}
	return d
}

// simulatedPolicies are all policies of a simulation.
type simulatedPolicies struct {
	identity, boundary []simulatedPolicy
	// The policy given as ResourcePolicy is a role's trust policy to the actions
	// that give sessions of a role, and a resource-based policy to all others.
	resource, trust *simulatedPolicy
	levels          [][]*policy.Policy // SCPs, from the organization's root down
	organized       bool               // the caller's account is in an organization

	plain, trusting *policy.Set
}

// collect takes the policies of the source, and the given ones: to the source's
// own they are added, but a boundary takes the place of the source's.
func (p *simulatedPolicies) collect(in *asked) error {
	given, err := givenPolicies("PolicyInputList", in.policies)
	if err != nil {
		return err
	}
	if len(in.boundaries) > 1 {
		return invalidInput("Only one permissions boundary policy can be given.")
	}
	boundary, err := givenPolicies("PermissionsBoundaryPolicyInputList", in.boundaries)
	if err != nil {
		return err
	}
	if in.source != nil {
		p.identity, p.boundary, p.organized = in.source.identity, in.source.boundary, in.source.organized
	}
	p.identity = append(p.identity, given...)
	if len(boundary) > 0 {
		p.boundary = boundary
	}
	if err := p.collectResource(in); err != nil {
		return err
	}
	if err := p.collectLevels(in.serviceControlPolicies); err != nil {
		return err
	}
	p.plain = &policy.Set{Identity: compiled(p.identity), Boundary: compiled(p.boundary), ServiceControl: p.levels}
	trusting := *p.plain
	p.trusting = &trusting
	if p.resource != nil {
		p.plain.Resource = p.resource.policy
	}
	if p.trust != nil {
		p.trusting.Trust = p.trust.policy
	}
	return nil
}

func (p *simulatedPolicies) collectResource(in *asked) (err error) {
	if in.resourcePolicy == nil {
		return nil
	}
	for _, action := range in.actions {
		switch {
		case decidedByTrust(action) && p.trust == nil:
			p.trust, err = givenPolicy(policy.Trust, "ResourcePolicy", *in.resourcePolicy)
		case !decidedByTrust(action) && p.resource == nil:
			p.resource, err = givenPolicy(policy.Resource, "ResourcePolicy", *in.resourcePolicy)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// decidedByTrust is T-13: these actions ask the role's trust policy.
func decidedByTrust(action string) bool {
	switch strings.ToLower(action) {
	case "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "sts:tagsession", "sts:setsourceidentity":
		return true
	}
	return false
}

func (p *simulatedPolicies) collectLevels(given []iam.OrderedOrganizationPolicyType) error {
	for i := range given {
		list := given[i].ServiceControlPolicyInputList
		level := make([]*policy.Policy, len(list))
		for j, text := range list {
			c, err := givenPolicy(policy.ServiceControl, "ServiceControlPolicyInputList."+strconv.Itoa(j+1), text)
			if err != nil {
				return err
			}
			level[j] = c.policy
		}
		p.levels = append(p.levels, level)
		p.organized = true
	}
	return nil
}

// set is the policies that apply to an action.
func (p *simulatedPolicies) set(action string) *policy.Set {
	if p.trust != nil && decidedByTrust(action) {
		return p.trusting
	}
	return p.plain
}

// matchedSize is about what the answer says of a statement that matches, in bytes.
const matchedSize = 300

// work is what one decision costs, in bytes: the text of all policies, and what the
// answer says if all their statements match.
func (p *simulatedPolicies) work() int {
	n := 0
	count := func(c *policy.Policy) { n += len(c.Text()) + matchedSize*c.Statements() }
	for _, list := range [][]simulatedPolicy{p.identity, p.boundary} {
		for i := range list {
			count(list[i].policy)
		}
	}
	for _, one := range []*simulatedPolicy{p.resource, p.trust} {
		if one != nil {
			count(one.policy)
		}
	}
	for _, level := range p.levels {
		for _, c := range level {
			count(c)
		}
	}
	return n
}

func compiled(policies []simulatedPolicy) []*policy.Policy {
	list := make([]*policy.Policy, len(policies))
	for i := range policies {
		list[i] = policies[i].policy
	}
	return list
}

// givenPolicies reads the documents of an input list, which AWS numbers from 1.
func givenPolicies(list string, texts []string) ([]simulatedPolicy, error) {
	policies := make([]simulatedPolicy, 0, len(texts))
	for i, text := range texts {
		p, err := givenPolicy(policy.Identity, list+"."+strconv.Itoa(i+1), text)
		if err != nil {
			return nil, err
		}
		policies = append(policies, *p)
	}
	return policies, nil
}

// givenPolicy reads a document as strictly as saving it would, but one of the older
// version, which policies that were saved long ago still have.
func givenPolicy(t policy.Type, id, text string) (*simulatedPolicy, error) {
	checked := t
	if t == policy.Identity {
		checked = policy.Session // the same language, without the rule about the version (V-02)
	}
	if err := policy.Check(checked, text); err != nil {
		return nil, malformedInput(id, err)
	}
	p, err := policy.Compile(t, id, text)
	if err != nil {
		return nil, malformedInput(id, err)
	}
	return &simulatedPolicy{id: id, policy: p}, nil
}

// malformedInput has AWS's words for what is wrong with a document, and the place
// for the log.
func malformedInput(id string, err error) error {
	answer := invalidInput("%s", err)
	if e := (*policy.Error)(nil); errors.As(err, &e) {
		answer.Log = id + ", line " + strconv.Itoa(e.Line) + ", column " + strconv.Itoa(e.Column) + ": " + e.Detail
	}
	return answer
}
