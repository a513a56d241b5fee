package iam

import (
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/x/cases"
)

// setCaller finds who makes the simulated calls: CallerArn, else the source, if it
// is a user or role. AWS takes the ARNs of users alone; here any principal may call,
// and so a role's trust policy can be tried on those whom it names.
func (s *simulation) setCaller(call *api.Call, in *asked) error {
	switch {
	case in.caller != nil:
		p, err := cases.ParsePrincipal(*in.caller, s.actions[0])
		if err != nil {
			return invalidInput("Invalid Entity Arn: %s", *in.caller)
		}
		s.caller = p
	case in.source != nil && in.source.kind == "user":
		s.caller = &policy.Principal{Kind: policy.User, Account: call.Account, ARN: in.source.arn, EntityARN: in.source.arn}
	case in.source != nil && in.source.kind == "role": // a session whose name is not known (P-11)
		s.caller = &policy.Principal{Kind: policy.RoleSession, Account: call.Account, ARN: in.source.arn, EntityARN: in.source.arn}
	case in.resourcePolicy != nil: // its Principal element has nothing to compare with
		return invalidInput("Invalid caller - Caller must be an IAM user in this context.")
	default:
		s.caller = &policy.Principal{Kind: policy.User, Account: call.Account}
	}
	if in.source.calls(s.caller) {
		s.caller.EntityID, s.caller.EntityARN = in.source.id, in.source.arn
	}
	// There is no way to give session policies, and without them a federated user is
	// allowed nothing (E-12).
	s.policies.plain.SessionRequired = s.caller.Kind == policy.FederatedUser
	s.policies.trusting.SessionRequired = s.policies.plain.SessionRequired
	return nil
}

// calls says whether the caller is the source itself, or a session of it. Of others
// nothing is looked up: a caller of the simulator may ask about the source alone.
func (s *policySource) calls(p *policy.Principal) bool {
	switch {
	case s == nil:
		return false
	case p.ARN == s.arn:
		return true
	}
	// A session's ARN has the role's name without its path.
	return s.kind == "role" && p.Kind == policy.RoleSession && p.Account == accountInARN(s.arn) &&
		strings.HasSuffix(p.EntityARN, ":role/"+s.name)
}

// setOwner finds whose the resources are that do not say it: the caller's, if
// ResourceOwner does not say so either. AWS documents the id of an account, and
// takes the ARN of its root user.
func (s *simulation) setOwner(given *string) error {
	if given == nil {
		s.owner = s.caller.Account
		return nil
	}
	account := strings.TrimSuffix(strings.TrimPrefix(*given, "arn:aws:iam::"), ":root")
	if !directory.IsAccountID(account) || *given != account && *given != directory.RootARN(account) {
		return invalidInput("'%s' is not a valid as a Resource Owner.", *given)
	}
	s.owner = account
	return nil
}

// accountInARN is the account that an ARN names, "" for none.
func accountInARN(arn string) string {
	if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 {
		return parts[4]
	}
	return ""
}

// everyResource is what actions without a resource are decided on (M-05).
const everyResource = "*"

// checkActions: an action is one, not a pattern. Whether AWS has it is not asked:
// new ones come before they are in the tables.
func checkActions(actions []string) error {
	var wrong []string
	for _, action := range actions {
		service, name, ok := strings.Cut(action, ":")
		if !ok || service == "" || name == "" || strings.ContainsAny(action, "*? ") || strings.Contains(name, ":") {
			wrong = append(wrong, `"`+action+`"`)
		}
	}
	if len(wrong) > 0 {
		return invalidInput("Invalid Input Actions: %s", strings.Join(wrong, ", "))
	}
	return nil
}

func checkResources(resources []string) error {
	for _, r := range resources {
		if r != everyResource && (strings.Count(r, ":") < 5 || !strings.HasPrefix(r, "arn:")) {
			return invalidInput("ResourceNames are not in a valid ARN format: %s.", r)
		}
	}
	return nil
}

// handling are the scenarios of ResourceHandlingOption and the resources that each
// needs [API_SimulateCustomPolicy]: nothing else depends on it.
var handling = map[string][]string{
	"EC2-Classic-InstanceStore":    {"instance", "image", "security-group"},
	"EC2-Classic-EBS":              {"instance", "image", "security-group", "volume"},
	"EC2-VPC-InstanceStore":        {"instance", "image", "security-group", "network-interface"},
	"EC2-VPC-InstanceStore-Subnet": {"instance", "image", "security-group", "network-interface", "subnet"},
	"EC2-VPC-EBS":                  {"instance", "image", "security-group", "network-interface", "volume"},
	"EC2-VPC-EBS-Subnet":           {"instance", "image", "security-group", "network-interface", "subnet", "volume"},
}

func checkHandling(option *string, resources []string) error {
	if option == nil {
		return nil
	}
	needed, known := handling[*option]
	if !known {
		return invalidInput("The resource handling option %s is not valid.", *option)
	}
	for _, kind := range needed {
		if !hasKind(resources, kind) {
			return invalidInput("The resource handling option %s requires a resource of type %s.", *option, kind)
		}
	}
	return nil
}

func hasKind(resources []string, kind string) bool {
	for _, r := range resources {
		parts := strings.SplitN(r, ":", 6)
		if len(parts) == 6 && parts[2] == "ec2" && strings.HasPrefix(parts[5], kind+"/") {
			return true
		}
	}
	return false
}
