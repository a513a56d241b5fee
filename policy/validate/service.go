package validate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/x/services"
)

// keyOfAction finds condition keys that requests for an action never have.
// Keys that are in every request, and keys that may be absent by the operator's
// own words, are passed over.
func (v *validator) keyOfAction(s *statement) {
	for i := range s.conditions {
		c := &s.conditions[i]
		if c.key.Name == "" || c.global || c.operator.ifExists || c.operator.family == familyNull || c.operator.qualifier == "ForAllValues" {
			continue
		}
		if at := v.lacking(s, func(e *entries) bool { return v.lacksKey(e, c.key.Name) }); len(at) > 0 {
			v.report("UNSUPPORTED_ACTION_FOR_CONDITION_KEY", fmt.Sprintf("Requests for %s do not have the key %s. Move such actions to a statement of their own without this key.", listed(texts(at)), c.key.Name), append(at, c.at)...)
		}
	}
}

// lacking are the statement's actions that lack something, as many of them as a
// finding names.
func (v *validator) lacking(s *statement, lacks func(*entries) bool) (at []*spot) {
	for _, item := range s.actionItems {
		if len(at) == mostPlaces || !v.spend(lookupEffort) {
			return at
		}
		if lacks(v.lookUp(item.text())) {
			at = append(at, item)
		}
	}
	return at
}

// texts are those of strings, for a sentence.
func texts(spots []*spot) []string {
	all := make([]string, len(spots))
	for i, s := range spots {
		all[i] = clip(s.text())
	}
	return all
}

// lacksKey says whether no action that the entry stands for has the key.
func (v *validator) lacksKey(e *entries, key string) bool {
	for _, a := range e.actions {
		if !v.spend(lookupEffort*(1+len(a.ConditionKeys)+len(a.Resources))) || hasKey(e.service, a, key) {
			return false
		}
	}
	return len(e.actions) > 0
}

func hasKey(s *services.ServiceTable, a *services.Action, key string) bool {
	if slices.Contains(a.ConditionKeys, key) {
		return true
	}
	for _, r := range a.Resources {
		if slices.Contains(r.ConditionKeys, key) {
			return true
		}
		if t, ok := s.ResourceType(r.Type); ok && slices.Contains(t.ConditionKeys, key) {
			return true
		}
	}
	return false
}

// listed names some of several things.
func listed(names []string) string {
	const most = 5
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}

// resourceOfAction finds actions that none of the statement's resources can be
// a resource of, and resources that are none of its actions'.
func (v *validator) resourceOfAction(s *statement) {
	resources := s.resourceItems
	if s.action == nil || len(resources) == 0 || v.kind == policy.Trust {
		return
	}
	patterns := make([]arnPattern, len(resources))
	for i, r := range resources {
		patterns[i] = newARNPattern(r.text())
		if patterns[i].everything {
			return
		}
	}
	taken := make([]bool, len(resources))
	certain := true // every entry is known, so a resource that none takes is of none
	for _, item := range s.actionItems {
		e := v.lookUp(item.text())
		if e.service == nil || len(e.actions) == 0 {
			certain = false
			continue
		}
		if fits, known := v.fits(e, patterns, taken); !known {
			return
		} else if !fits && e.exact {
			v.report("GATEHOUSE_UNSUPPORTED_RESOURCE_FOR_ACTION", unfit(e), append([]*spot{item}, some(resources, fewPlaces)...)...)
		}
	}
	for i, item := range resources {
		if certain && !taken[i] && len(services.ARNForms(patterns[i].parts[partService])) > 0 {
			v.report("GATEHOUSE_UNSUPPORTED_RESOURCE_FOR_ACTION", fmt.Sprintf("None of the statement's actions can be on %q. Remove it, or add the action that is meant.", clip(item.text())), item)
		}
	}
}

// some of many places.
func some(spots []*spot, most int) []*spot { return spots[:min(len(spots), most)] }

// unfit says what an action wants instead.
func unfit(e *entries) string {
	action := e.service.Prefix + ":" + e.actions[0].Name
	if len(e.actions[0].Resources) == 0 {
		return fmt.Sprintf("%s is on no resource, so only \"*\" lets it in. Move it to a statement with \"Resource\": \"*\".", action)
	}
	var forms []services.ARNForm
	for _, r := range e.actions[0].Resources {
		if t, ok := e.service.ResourceType(r.Type); ok {
			forms = append(forms, services.ARNForm{Type: t})
		}
	}
	return fmt.Sprintf("None of the statement's resources can be one of %s. It is on %s.", action, examples(forms))
}

// fits says whether one of the patterns can be a resource of one of the entry's
// actions, and marks each that can. Without known there is no telling.
func (v *validator) fits(e *entries, patterns []arnPattern, taken []bool) (fits, known bool) {
	for _, form := range e.resourceForms() {
		for i, p := range patterns {
			if !v.spend(lookupEffort + 8*len(p.parts[partResource])) {
				return false, false
			}
			if p.canBe(form) {
				fits, taken[i] = true, true
			}
		}
	}
	return fits, true
}

// resourceForms are the ARNs of what the entry's actions are on, each once.
func (e *entries) resourceForms() []string {
	if e.formsRead {
		return e.forms
	}
	e.formsRead = true
	forms := map[string]bool{}
	for _, a := range e.actions {
		for _, r := range a.Resources {
			if t, ok := e.service.ResourceType(r.Type); ok {
				forms[t.ARN] = true
			}
		}
		if len(a.Resources) == 0 {
			if form := listForms[e.service.Prefix]; form != "" {
				forms[form] = true
			}
		}
	}
	e.forms = slices.Sorted(maps.Keys(forms))
	return e.forms
}

// listForms are what actions without a resource type are decided on where that
// is not "*": what is listed, as an ARN (M-05).
var listForms = map[string]string{
	"iam": "arn:${Partition}:iam::${Account}:${Path}",
	"s3":  "arn:${Partition}:s3:::${BucketName}",
	"sts": "arn:${Partition}:sts::${Account}:${Path}",
}

// tagConditions are the global keys that are about tags of resources and
// requests: a service has them or not.
var tagConditions = []string{"aws:ResourceTag/${TagKey}", "aws:RequestTag/${TagKey}", "aws:TagKeys"}

// tagKeys finds services whose requests have no tags to compare.
func (v *validator) tagKeys(s *statement) {
	if !s.allows && !s.denies {
		return
	}
	for i := range s.conditions {
		c := &s.conditions[i]
		if !slices.Contains(tagConditions, c.key.Name) {
			continue
		}
		code, meaning := "ALLOW", "does not allow"
		if s.denies {
			code, meaning = "DENY", "does not deny"
		}
		if s.notAction != nil {
			v.report(code+"_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", fmt.Sprintf("NotAction takes in services whose requests never have %s, and the statement %s those actions. List in Action the services that have it.", c.key.Name, meaning), s.notAction.asKey(), c.at.asKey())
			continue
		}
		if at := v.lacking(s, func(e *entries) bool { return v.untagged(e, c.key.Name) }); len(at) > 0 {
			v.report(code+"_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", fmt.Sprintf("The services of %s have no %s in their requests, so the statement %s these actions.", listed(texts(at)), c.key.Name, meaning), append(at, c.at.asKey())...)
		}
	}
}

// untagged says whether the entry's service never has the key.
func (v *validator) untagged(e *entries, key string) bool {
	return e.service != nil && v.spend(len(e.service.ConditionKeys)*lookupEffort/2) &&
		!slices.ContainsFunc(e.service.ConditionKeys, func(k services.ConditionKey) bool { return k.Name == key })
}

// attachments are what resource policies are attached to, by the names that
// ValidatePolicy has for them.
var attachments = map[string]struct{ service, form string }{
	"AWS::S3::Bucket":                  {"s3", "arn:${Partition}:s3:::${BucketName}"},
	"AWS::S3::AccessPoint":             {"s3", "arn:${Partition}:s3:${Region}:${Account}:accesspoint/${Name}"},
	"AWS::S3::MultiRegionAccessPoint":  {"s3", "arn:${Partition}:s3::${Account}:accesspoint/${Name}"},
	"AWS::S3ObjectLambda::AccessPoint": {"s3-object-lambda", "arn:${Partition}:s3-object-lambda:${Region}:${Account}:accesspoint/${Name}"},
	"AWS::DynamoDB::Table":             {"dynamodb", "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}"},
}

// attachedTo finds actions and resources of other services than the policy is
// attached to.
func (v *validator) attachedTo(s *statement) {
	to, ok := attachments[v.options.ResourceType]
	if !ok || v.kind != policy.Resource {
		return
	}
	for _, item := range s.actionItems {
		if service, _, _ := strings.Cut(strings.ToLower(item.text()), ":"); service != "*" && service != to.service {
			v.report("UNSUPPORTED_ACTION_IN_POLICY", fmt.Sprintf("A policy on %s is about the actions of %s. Remove %s.", v.options.ResourceType, to.service, clip(item.text())), item)
		}
	}
	for _, item := range either(s.resource, s.notResource).strings() {
		if !newARNPattern(item.text()).canBe(to.form) {
			v.report("UNSUPPORTED_RESOURCE_ARN_IN_POLICY", fmt.Sprintf("A policy on %s is about ARNs like %s.", v.options.ResourceType, to.form), item)
		}
	}
}
