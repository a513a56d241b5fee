package iam

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
)

func invalidInput(format string, args ...any) *api.Error {
	return api.Errorf(http.StatusBadRequest, "InvalidInput", format, args...)
}

// policySource is the user, group or role whose policies are simulated.
type policySource struct {
	kind, name, arn string
	id              string // unique id
	tags            []api.Tag
	organized       bool

	identity, boundary []simulatedPolicy
}

// findSource collects an entity's policies: of a user its own and its groups', as
// they are enforced.
func findSource(v *directory.View, arn string) (*policySource, error) {
	kind, name, _ := authz.PolicySource(arn)
	s := &policySource{kind: kind, name: name, arn: arn, organized: v.Manager() != ""}
	var found bool
	switch kind {
	case "user":
		u, err := v.User(name)
		if found = err == nil && u.ARN(v.Account()) == arn; found {
			s.user(v, u)
		}
	case "group":
		g, err := v.Group(name)
		if found = err == nil && g.ARN(v.Account()) == arn; found {
			s.id = g.ID
			s.add(v, "group", g.Name, &g.Grants)
		}
	case "role":
		r, err := v.Role(name)
		if found = err == nil && r.ARN(v.Account()) == arn; found {
			s.id, s.tags = r.ID, r.Tags
			s.add(v, "role", r.Name, &r.Grants)
		}
	}
	if !found {
		return nil, directory.NoSuchEntity("Unable to retrieve specified IAM entity.") // aws-errors 1.2
	}
	return s, nil
}

func (s *policySource) user(v *directory.View, u *directory.User) {
	s.id, s.tags = u.ID, u.Tags
	s.add(v, "user", u.Name, &u.Grants)
	for _, g := range v.GroupsOf(u) {
		s.add(v, "group", g.Name, &directory.Grants{Attached: g.Attached, Inline: g.Inline})
	}
}

// add takes the policies of an entity. AWS calls a managed policy by its name, and
// an inline policy KIND_ENTITY_POLICY. What cannot be read denies, as when it is
// enforced (E-25).
func (s *policySource) add(v *directory.View, kind, name string, g *directory.Grants) {
	for _, arn := range g.Attached {
		s.identity = append(s.identity, managedSource(v, arn))
	}
	for _, in := range g.Inline {
		p, err := in.Document.Compile(policy.Identity, in.Name)
		if err != nil {
			p = policy.Unreadable(policy.Identity, in.Name)
		}
		s.identity = append(s.identity, simulatedPolicy{
			id: kind + "_" + name + "_" + in.Name, policy: p, entityKind: kind, entityName: name,
		})
	}
	if g.Boundary != "" {
		s.boundary = append(s.boundary, managedSource(v, g.Boundary))
	}
}

func managedSource(v *directory.View, arn string) simulatedPolicy {
	p, err := v.CompiledPolicy(arn)
	if err != nil {
		p = policy.Unreadable(policy.Identity, arn)
	}
	return simulatedPolicy{id: arn[strings.LastIndexByte(arn, '/')+1:], policy: p, arn: arn}
}

// exclude leaves policies out of the simulation [API_PolicyIdentifier]. Those of
// organizations are not attached to anything here.
func (s *policySource) exclude(list []iam.PolicyIdentifier) error {
	for i := range list {
		x := &list[i]
		if members(x.PolicyType != nil, x.PolicyArn != nil, x.InlinePolicyIdentifier != nil) != 1 {
			return invalidInput("Exactly one of PolicyType, PolicyArn and InlinePolicyIdentifier must identify a policy to exclude.")
		}
		if x.PolicyArn != nil && strings.Count(*x.PolicyArn, "*") > 1 {
			return invalidInput("The PolicyArn %s can hold one * at most.", *x.PolicyArn)
		}
		s.identity = slices.DeleteFunc(s.identity, func(p simulatedPolicy) bool { return excludes(x, &p) })
		if orEmpty(x.PolicyType) == "permission-boundary" {
			s.boundary = nil
		}
	}
	return nil
}

func members(given ...bool) (n int) {
	for _, g := range given {
		if g {
			n++
		}
	}
	return n
}

func excludes(x *iam.PolicyIdentifier, p *simulatedPolicy) bool {
	switch aws := strings.HasPrefix(p.arn, "arn:aws:iam::aws:"); {
	case x.PolicyArn != nil:
		return p.arn != "" && wildcardMatch(*x.PolicyArn, p.arn)
	case x.InlinePolicyIdentifier != nil:
		in := x.InlinePolicyIdentifier
		return p.arn == "" && p.policy.Name() == orEmpty(in.PolicyName) && p.entityKind == orEmpty(in.AttachmentType) &&
			wildcardMatch(orEmpty(in.AttachmentName), p.entityName)
	case *x.PolicyType == "inline":
		return p.arn == ""
	case *x.PolicyType == "aws-managed":
		return aws
	case *x.PolicyType == "user-managed":
		return p.arn != "" && !aws
	}
	return false
}

// wildcardMatch matches * and ? of an identifier, in time at most the product of
// both lengths: only the last * can have to give way.
func wildcardMatch(pattern, text string) bool {
	p, t, star, from := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			from++
			p, t = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
