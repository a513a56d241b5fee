package iam

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
	"github.com/gatehouse-iam/gatehouse/policy"
)

func (s *Service) simulateMethods() methods {
	return methods{
		"SimulateCustomPolicy":             services.Read(simulateCustomPolicy),
		"SimulatePrincipalPolicy":          services.Read(simulatePrincipalPolicy),
		"GetContextKeysForCustomPolicy":    services.Read(getContextKeysForCustomPolicy),
		"GetContextKeysForPrincipalPolicy": services.Read(getContextKeysForPrincipalPolicy),
	}
}

// simulation is what one call asks to be decided: each action on each resource, by
// one caller, under one set of policies. Package policy decides; what is done here
// is to collect and to tell.
type simulation struct {
	actions   []string
	resources []string
	policies  simulatedPolicies
	caller    *policy.Principal
	owner     string // account of resources whose ARN names none
	keys      *policy.Keys
	values    int // bytes of the context's values
}

// asked is the part of the input that both operations share.
type asked struct {
	actions, resources     []string
	policies, boundaries   []string
	resourcePolicy         *string
	owner, caller, option  *string
	entries                []iam.ContextEntry
	marker                 *string
	maxItems               *int32
	list                   string // what the marker is good for besides
	source                 *policySource
	serviceControlPolicies []iam.OrderedOrganizationPolicyType
}

func simulateCustomPolicy(ctx context.Context, call *api.Call, _ *directory.View, in *iam.SimulateCustomPolicyInput) (*iam.SimulateCustomPolicyOutput, error) {
	l, err := simulate(ctx, call, nil, &asked{
		actions: in.ActionNames, resources: in.ResourceArns, policies: in.PolicyInputList, boundaries: in.PermissionsBoundaryPolicyInputList,
		resourcePolicy: in.ResourcePolicy, owner: in.ResourceOwner, caller: in.CallerArn, option: in.ResourceHandlingOption,
		entries: in.ContextEntries, marker: in.Marker, maxItems: in.MaxItems, serviceControlPolicies: in.OrderedOrganizationPolicyInputList,
	})
	if err != nil {
		return nil, err
	}
	return &iam.SimulateCustomPolicyOutput{EvaluationResults: l.items, IsTruncated: l.truncated, Marker: l.marker}, nil
}

func simulatePrincipalPolicy(ctx context.Context, call *api.Call, v *directory.View, in *iam.SimulatePrincipalPolicyInput) (*iam.SimulatePrincipalPolicyOutput, error) {
	source, err := findSource(v, *in.PolicySourceArn)
	if err != nil {
		return nil, err
	}
	if err := source.exclude(in.PolicyExclusionList); err != nil {
		return nil, err
	}
	l, err := simulate(ctx, call, v, &asked{
		actions: in.ActionNames, resources: in.ResourceArns, policies: in.PolicyInputList, boundaries: in.PermissionsBoundaryPolicyInputList,
		resourcePolicy: in.ResourcePolicy, owner: in.ResourceOwner, caller: in.CallerArn, option: in.ResourceHandlingOption,
		entries: in.ContextEntries, marker: in.Marker, maxItems: in.MaxItems, list: *in.PolicySourceArn, source: source,
	})
	if err != nil {
		return nil, err
	}
	return &iam.SimulatePrincipalPolicyOutput{EvaluationResults: l.items, IsTruncated: l.truncated, Marker: l.marker}, nil
}

// simulate decides one page of the actions. v is nil where the call may learn
// nothing of the account.
func simulate(ctx context.Context, call *api.Call, v *directory.View, in *asked) (listed[iam.EvaluationResult], error) {
	none := listed[iam.EvaluationResult]{}
	s, err := newSimulation(call, v, in)
	if err != nil {
		return none, err
	}
	p, err := pageOf(call, in.list+" "+fingerprint(s.actions, s.resources), in.marker, in.maxItems)
	if err != nil {
		return none, err
	}
	if p.size, err = s.fitting(p.size); err != nil {
		return none, err
	}
	l, err := collectSlice(p, s.actions, func(action string) iam.EvaluationResult { return s.evaluate(ctx, action) })
	if ctx.Err() != nil { // the caller is gone, and the results are not whole
		return none, ctx.Err()
	}
	return l, err
}

// fingerprint tells lists of texts apart: a marker is good for one list.
func fingerprint(lists ...[]string) string {
	hash := sha256.New()
	for _, list := range lists {
		hash.Write([]byte(strings.Join(list, "\x00") + "\x01"))
	}
	return hex.EncodeToString(hash.Sum(nil)[:8])
}

// maxWork bounds one page, in bytes: of the policies that its decisions go over, of
// the values that their patterns are laid on, and of the answer. AWS may return fewer
// results than MaxItems, too, and so a page ends early; what one action needs on all
// resources must fit.
const maxWork = 32 << 20

// What a decision costs besides the policies: its part of the answer, and in that the
// resource's name, of which each character may be written as several.
const (
	partWork = 4096
	nameWork = 8
)

// Patterns are laid on values. Those of a common request are in the policies' cost;
// each valueWork bytes more cost the policies once again.
const (
	commonValues = 256
	valueWork    = 32
)

// work is what a decision of any action on a resource costs.
func (s *simulation) work(policies int, resource string) int {
	values := max(0, s.values+len(resource)-commonValues)
	return partWork + nameWork*len(resource) + policies + policies*values/valueWork
}

// fitting is how many actions, at most wanted, one page decides.
func (s *simulation) fitting(wanted int) (int, error) {
	policies, each := s.policies.work(), 0
	for i, resource := range s.resources {
		if each += s.work(policies, resource); each > maxWork {
			return 0, invalidInput("The simulation is too large: these policies and values can be simulated for at most %d of these resources.", i)
		}
	}
	return min(wanted, maxWork/each), nil
}

func newSimulation(call *api.Call, v *directory.View, in *asked) (*simulation, error) {
	s := &simulation{actions: in.actions, resources: in.resources}
	if len(s.resources) == 0 {
		s.resources = []string{everyResource}
	}
	for _, check := range []func() error{
		func() error { return checkActions(s.actions) },
		func() error { return checkResources(s.resources) },
		func() error { return checkHandling(in.option, s.resources) },
		func() error { return s.policies.collect(in) },
		func() error { return s.setCaller(call, in) },
		func() error { return s.setOwner(in.owner) },
		func() error { return s.setContext(call, v, in) },
	} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// explain decides an action on a resource, with all that led to it.
func (s *simulation) explain(action, resource string) *policy.Explanation {
	r := policy.Request{Principal: s.caller, Action: action, Resource: resource}
	account := accountInARN(resource)
	if account == "" {
		r.ResourceAccount, account = s.owner, s.owner
	}
	r.Context = &simulatedContext{keys: s.keys, resourceAccount: account}
	return policy.Trace(&r, s.policies.set(action))
}

// crosses says whether a resource is another account's than the caller (E-13).
func (s *simulation) crosses(resource string) bool {
	account := accountInARN(resource)
	if account == "" {
		account = s.owner
	}
	return s.caller.Account != "" && account != s.caller.Account
}

// simulatedContext adds to the context keys the one that depends on the resource.
type simulatedContext struct {
	keys            *policy.Keys
	resourceAccount string
}

// Lookup implements policy.Context.
func (c *simulatedContext) Lookup(key policy.Key) (policy.Value, bool) {
	if v, ok := c.keys.Lookup(key); ok {
		return v, true
	}
	if key.Folded == "aws:resourceaccount" && c.resourceAccount != "" { // K-21
		return policy.Value{One: c.resourceAccount}, true
	}
	return policy.Value{}, false
}

func getContextKeysForCustomPolicy(_ context.Context, _ *api.Call, _ *directory.View, in *iam.GetContextKeysForCustomPolicyInput) (*iam.GetContextKeysForCustomPolicyOutput, error) {
	given, err := givenPolicies("PolicyInputList", in.PolicyInputList)
	if err != nil {
		return nil, err
	}
	return &iam.GetContextKeysForCustomPolicyOutput{ContextKeyNames: contextKeys(given)}, nil
}

func getContextKeysForPrincipalPolicy(_ context.Context, _ *api.Call, v *directory.View, in *iam.GetContextKeysForPrincipalPolicyInput) (*iam.GetContextKeysForPrincipalPolicyOutput, error) {
	source, err := findSource(v, *in.PolicySourceArn)
	if err != nil {
		return nil, err
	}
	given, err := givenPolicies("PolicyInputList", in.PolicyInputList)
	if err != nil {
		return nil, err
	}
	return &iam.GetContextKeysForPrincipalPolicyOutput{ContextKeyNames: contextKeys(slices.Concat(source.identity, source.boundary, given))}, nil
}

// contextKeys are the keys of all the policies, each once whatever its case.
func contextKeys(policies []simulatedPolicy) []string {
	names := map[string]string{}
	for i := range policies {
		d := policies[i].document()
		if d == nil {
			continue
		}
		for _, name := range d.ContextKeys() {
			if _, there := names[strings.ToLower(name)]; !there {
				names[strings.ToLower(name)] = name
			}
		}
	}
	keys := make([]string, 0, len(names))
	for _, name := range names {
		keys = append(keys, name)
	}
	slices.Sort(keys)
	return keys
}
