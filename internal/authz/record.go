package authz

import (
	"iter"

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

// Context ranges over the condition keys that the denied request had.
func (d *Denial) Context(call *api.Call) iter.Seq2[string, policy.Value] {
	keys := conditions{call: call, ask: &d.Ask, tags: d.Tags, view: d.view}
	return func(yield func(string, policy.Value) bool) {
		for _, k := range d.Ask.Keys {
			if !yield(k.Name, k.Value) {
				return
			}
		}
		for _, name := range recorded {
			if v, ok := keys.Lookup(policy.KeyOf(name)); ok && !yield(name, v) {
				return
			}
		}
		for _, t := range principalTags(call.Principal, d.Tags) {
			if !yield("aws:PrincipalTag/"+t.Key, policy.Value{One: t.Value}) {
				return
			}
		}
	}
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
