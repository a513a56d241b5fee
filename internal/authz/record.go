package authz

import (
	"iter"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// recorded are the keys of the call and its principal that a decision record
// holds; those of the operation's row stand in the ask.
var recorded = []string{
	"aws:CurrentTime", "aws:EpochTime", "aws:SecureTransport", "aws:SourceIp", "aws:UserAgent", "aws:Referer",
	"aws:RequestedRegion", "aws:ViaAWSService", "aws:ResourceAccount", "aws:ResourceOrgID", "aws:ResourceOrgPaths",
	"aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalType", "aws:userid", "aws:username", "aws:PrincipalIsAWSService",
	"aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:TokenIssueTime", "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge",
	"aws:SourceIdentity",
}

// Context ranges over the condition keys of the denied request that its record
// holds, those that the caller words many of last. What an account that is not the caller's keeps with its resources is not
// among them: a record is told to the caller's account (D-09).
func (d *Denial) Context(call *api.Call) iter.Seq2[string, policy.Value] {
	keys := conditions{call: call, ask: &d.Ask, tags: d.Tags, view: d.view}
	known := knownConditions{&keys}
	return func(yield func(string, policy.Value) bool) {
		for _, name := range recorded {
			if v, ok := known.Lookup(policy.KeyOf(name)); ok && !yield(name, v) {
				return
			}
		}
		for _, t := range principalTags(call.Principal, d.Tags) {
			if !yield("aws:PrincipalTag/"+t.Key, policy.Value{One: t.Value}) {
				return
			}
		}
		for name, v := range d.Ask.requested(call.Time) {
			if !known.withheld(name) && !yield(name, v) {
				return
			}
		}
		for _, k := range d.Ask.Keys {
			if !known.withheld(k.Name) && !yield(k.Name, k.Value) {
				return
			}
		}
	}
}

// knownConditions are the conditions of a request as far as its caller may know them:
// without what stands in the state of another account (D-09).
type knownConditions struct{ *conditions }

// Lookup implements policy.Context.
func (c knownConditions) Lookup(key policy.Key) (policy.Value, bool) {
	if c.withheld(key.Name) {
		return policy.Value{}, false
	}
	return c.conditions.Lookup(key)
}

// withheld says whether a key tells of another account: the tags of what it owns, and
// the organization that it is in where that is not the caller's.
func (c knownConditions) withheld(key string) bool {
	owner := c.resourceAccount()
	if owner == c.call.Account {
		return false
	}
	return IsResourceTag(key) || isResourceOrganization(key) && !c.inOneOrganization(owner)
}

// IsResourceTag says whether a condition key is a tag of the resource: of any
// service's, aws:ResourceTag/team, iam:ResourceTag/team (K-22, K-27), or an object's.
func IsResourceTag(key string) bool {
	prefix, _, ok := strings.Cut(key, "/")
	_, name, _ := strings.Cut(prefix, ":")
	return ok && (strings.EqualFold(name, "ResourceTag") || strings.EqualFold(name, "ExistingObjectTag"))
}

func isResourceOrganization(key string) bool {
	return strings.EqualFold(key, "aws:ResourceOrgID") || strings.EqualFold(key, "aws:ResourceOrgPaths")
}

// principalTags are the session's tags and those of the entity that the session
// has not set.
func principalTags(p *api.Principal, entity []api.Tag) []api.Tag {
	if p == nil || p.Session == nil {
		return entity
	}
	tags := p.Session.Tags
	for _, t := range entity {
		if _, set := tagValue(p.Session.Tags, t.Key); !set {
			tags = append(tags[:len(tags):len(tags)], t)
		}
	}
	return tags
}
