package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// passed are the two actions that give a role away, and the key that says to
// which service.
var passed = []struct {
	action, codes, key, does string
	scoped                   string // what a wildcard in the resource may follow
}{
	{"iam:PassRole", "PASS_ROLE", "iam:PassedToService", "pass", "role/"},
	{"iam:CreateServiceLinkedRole", "CREATE_SLR", "iam:AWSServiceName", "create", "role/aws-service-role/"},
}

// passedRoles finds statements that pass or create any role.
func (v *validator) passedRoles(s *statement) {
	switch v.kind {
	case policy.Identity, policy.Boundary, policy.Session:
	default:
		return
	}
	if !s.allows {
		return
	}
	for _, p := range passed {
		named, suffix, at := s.letsIn(p.action)
		if !named {
			continue
		}
		switch {
		case s.notResource != nil:
			v.report(p.codes+"_WITH"+suffix.notResource, fmt.Sprintf("The statement lets its principals %s every role that NotResource does not list. Name in Resource the roles that are meant.", p.does), at, s.notResource)
		case slices.ContainsFunc(s.conditions, func(c condition) bool { return strings.EqualFold(c.at.name, p.key) }):
		default:
			if star := anyRole(s.resourceItems, p.scoped); star != nil {
				v.report(p.codes+"_WITH"+suffix.star, fmt.Sprintf("The statement lets its principals %s any role for any service. Name the roles in Resource, or compare %s in the Condition.", p.does, p.key), at, star)
			}
		}
	}
}

// passSuffix ends the codes of a statement that lets an action in by a name, by
// a wildcard, or by not listing it.
type passSuffix struct{ notResource, star string }

var (
	byName      = passSuffix{"_NOT_RESOURCE", "_STAR_IN_RESOURCE"}
	byWildcard  = passSuffix{"_STAR_IN_ACTION_AND_NOT_RESOURCE", "_STAR_IN_ACTION_AND_RESOURCE"}
	byNotAction = passSuffix{"_NOT_ACTION_AND_NOT_RESOURCE", "_STAR_IN_RESOURCE_AND_NOT_ACTION"}
)

// letsIn says whether and how the statement's actions take in an action.
func (s *statement) letsIn(action string) (named bool, how passSuffix, at *spot) {
	for _, item := range s.actionItems {
		if is, wild := names(item.text(), action); is && wild {
			named, how, at = true, byWildcard, item
		} else if is {
			return true, byName, item
		}
	}
	if s.notAction == nil {
		return named, how, at
	}
	for _, item := range s.notAction.strings() {
		if is, _ := names(item.text(), action); is {
			return false, passSuffix{}, nil
		}
	}
	return true, byNotAction, s.notAction
}

// anyRole is the first resource that takes in every role of an account.
func anyRole(resources []*spot, scoped string) *spot {
	for _, item := range resources {
		parts := strings.SplitN(item.text(), ":", arnParts)
		if newARNPattern(item.text()).everything || len(parts) == arnParts && parts[partService] == "iam" &&
			strings.Trim(strings.TrimPrefix(parts[partResource], scoped), "*/") == "" && strings.HasSuffix(parts[partResource], "*") {
			return item
		}
	}
	return nil
}

// pairedKeys finds keys that say little without another.
func (v *validator) pairedKeys(s *statement) {
	has := map[string]bool{}
	for _, c := range s.conditions {
		has[c.name] = true
	}
	for i := range s.conditions {
		c := &s.conditions[i]
		if c.name == "aws:vpcsourceip" && !has["aws:sourcevpc"] && !has["aws:sourcevpce"] && !has["aws:sourcevpcarn"] {
			v.report("MISSING_PAIRED_CONDITION_KEYS", "Any VPC may have this address range. Compare aws:SourceVpc or aws:SourceVpce besides.", c.at.asKey())
		}
	}
	v.serviceSource(s, has)
}

// sourceKeys say for whom a service acts.
var sourceKeys = []string{"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"}

// callerKeys are those that a service principal's own requests do not have.
var callerKeys = []string{"aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn", "aws:userid", "aws:username", "aws:principaltype"}

// serviceSource is about resource policies that let a service in.
func (v *validator) serviceSource(s *statement, has map[string]bool) {
	of := named(s.principal, "Service")
	if v.kind != policy.Resource || !s.allows || len(of) == 0 {
		return
	}
	if !slices.ContainsFunc(sourceKeys, func(k string) bool { return has[k] }) {
		v.report("RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL", "The service acts for everyone who uses it, of other accounts too. Compare aws:SourceArn, aws:SourceAccount, aws:SourceOrgID or aws:SourceOrgPaths.", of[0])
	}
	if len(s.principal.node.Members()) > 1 {
		return
	}
	for i := range s.conditions {
		c := &s.conditions[i]
		if slices.Contains(callerKeys, c.name) || strings.HasPrefix(c.name, "aws:principaltag/") {
			v.report("UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL", fmt.Sprintf("A service that calls for itself has no %s. Compare aws:SourceArn or aws:SourceAccount.", clip(c.at.name)), c.at.asKey(), of[0])
		}
	}
}

// resourceControlKeys: an RCP binds services too, and they lack the keys of
// principals; and a request that is no service's lacks those of the source.
func (v *validator) resourceControlKeys(s *statement) {
	nullChecked := s.nullChecked()
	has := map[string]bool{}
	for _, c := range s.conditions {
		has[c.name] = true
	}
	for i := range s.conditions {
		c := &s.conditions[i]
		switch {
		case !c.operator.negated:
		case strings.HasPrefix(c.name, "aws:principalorg"), c.name == "aws:principalaccount", c.name == "aws:principalarn":
			if !has["aws:principalisawsservice"] {
				v.report("RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY", fmt.Sprintf("A service that calls for itself has no %s, so this denies it. Add \"BoolIfExists\": {\"aws:PrincipalIsAWSService\": \"false\"}.", clip(c.at.name)), c.at.asKey())
			}
		case slices.Contains(sourceKeys, c.name):
			if !has["aws:principalisawsservice"] {
				v.report("RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY", fmt.Sprintf("Only services' requests have %s, so this denies all others. Add \"Bool\": {\"aws:PrincipalIsAWSService\": \"true\"}.", clip(c.at.name)), c.at.asKey())
			}
			if !slices.ContainsFunc(sourceKeys, func(k string) bool { return nullChecked[k] }) {
				v.report("RCP_MISSING_SERVICE_PRINCIPAL_CONDITION_KEY_NULL_CHECK", fmt.Sprintf("A service does not always say for whom it acts. Add \"Null\": {%q: \"false\"}.", clip(c.at.name)), c.at.asKey())
			}
		}
	}
}
