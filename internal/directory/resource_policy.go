package directory

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/x/services"
)

// ResourcePolicyARN of the policy of an organization that the account manages.
func (o *Organization) ResourcePolicyARN(manager, id string) string {
	return "arn:aws:organizations::" + manager + ":resourcepolicy/" + o.ID + "/" + id
}

// ResourcePolicy is the policy by which the view's account, which manages an
// organization, delegates to its members.
func (v *View) ResourcePolicy() (*ResourcePolicy, error) {
	if p := v.ResourcePolicyRecord(); p != nil {
		return p, nil
	}
	return nil, api.Errorf(http.StatusBadRequest, "ResourcePolicyNotFoundException",
		"We can't find a resource policy request with the parameter that you specified.")
}

// ResourcePolicyText is the policy as it is shown: with the ARNs of the users and
// roles that live (P-04).
func (v *View) ResourcePolicyText(p *ResourcePolicy) string {
	return v.shown(policy.Resource, p.Content.Text)
}

// CompiledResourcePolicy is what decides whether members may call, under its ARN:
// nil where there is none. One that cannot be read denies (E-25).
func (v *View) CompiledResourcePolicy(o *Organization) *policy.Policy {
	p := v.ResourcePolicyRecord()
	if p == nil {
		return nil
	}
	arn := o.ResourcePolicyARN(v.account, p.ID)
	compiled, err := p.Content.Compile(policy.Resource, arn)
	if err != nil {
		return policy.Unreadable(policy.Resource, arn)
	}
	return compiled
}

// SetResourcePolicy sets the policy of the organization that the transaction's
// account manages. Tags can be given to a new one only [API_PutResourcePolicy].
func (tx *Tx) SetResourcePolicy(o *Organization, text string, tags []api.Tag) (*ResourcePolicy, error) {
	if o.FeatureSet != AllFeatures {
		return nil, constraintViolation("ORGANIZATION_NOT_IN_ALL_FEATURES_MODE",
			"The operation requires the organization to be configured to support all features.")
	}
	text, err := tx.checkDelegation(text)
	if err != nil {
		return nil, err
	}
	p := &ResourcePolicy{ID: "rp-" + lowerID(8), Created: tx.Now(), Tags: tags}
	if old := tx.ResourcePolicyRecord(); old != nil {
		if len(tags) > 0 {
			return nil, invalidOrganizations("TARGET_NOT_SUPPORTED", "Tags can be given to a resource policy when it is created.")
		}
		*p = *old
	}
	p.Content = NewDocument(text)
	tx.PutResourcePolicy(p)
	return p, nil
}

// DeleteResourcePolicy takes the policy away.
func (tx *Tx) DeleteResourcePolicy() error {
	if _, err := tx.ResourcePolicy(); err != nil {
		return err
	}
	tx.RemoveResourcePolicy()
	return nil
}

func constraintViolation(reason, message string) error {
	e := api.Errorf(http.StatusBadRequest, "ConstraintViolationException", "%s", message)
	e.Members = []api.Member{{Name: "Reason", Value: reason}}
	return e
}

func invalidOrganizations(reason, format string, args ...any) *api.Error {
	e := api.Errorf(http.StatusBadRequest, "InvalidInputException", format, args...)
	e.Members = []api.Member{{Name: "Reason", Value: reason}}
	return e
}

// checkDelegation says whether AWS would save the policy, and returns it with the
// users and roles in it as unique ids. What it may hold: [orgs_delegate_policies],
// [orgs-policy-delegate-update], and the reasons of [API_InvalidInputException].
func (v *View) checkDelegation(text string) (string, error) {
	if err := policy.Check(policy.Resource, text); err != nil {
		return "", malformedDelegation(err)
	}
	d, err := policy.Parse(policy.Resource, text)
	if err != nil {
		return "", malformedDelegation(err)
	}
	for _, s := range d.Statements() {
		if err := checkDelegated(s); err != nil {
			return "", err
		}
	}
	return rewrite(policy.Resource, text, func(p policy.PrincipalValue) (string, error) {
		id, err := "", error(nil)
		switch p.Kind {
		case "*":
		case "AWS":
			id, err = v.principalID(p.Value)
		default:
			err = errors.New("not of an account")
		}
		if err != nil {
			return "", invalidOrganizations("INVALID_PRINCIPAL", "You specified an invalid principal element in the policy.")
		}
		return id, nil
	})
}

func malformedDelegation(err error) error {
	e := invalidOrganizations("INVALID_RESOURCE_POLICY_JSON", "The provided resource policy is not valid: %s", err)
	if at := (*policy.Error)(nil); errors.As(err, &at) {
		e.Log = fmt.Sprintf("line %d, column %d, %s: %s", at.Line, at.Column, at.Element, at.Detail)
	}
	return e
}

func checkDelegated(s *policy.Statement) error {
	for _, element := range []string{"NotAction", "NotResource", "NotPrincipal"} {
		if s.Element(element) != nil {
			return invalidOrganizations("INVALID_RESOURCE_POLICY_JSON", "The provided resource policy is not valid: it cannot hold %s.", element)
		}
	}
	for _, n := range s.Element("Action").List() {
		if !delegable(n.Text()) {
			return invalidOrganizations("UNSUPPORTED_ACTION_IN_RESOURCE_POLICY", "The provided resource policy holds an unsupported action: %s.", n.Text())
		}
	}
	for _, n := range s.Element("Resource").List() {
		if n.Text() != "*" && !strings.HasPrefix(n.Text(), "arn:aws:organizations::") {
			return invalidOrganizations("UNSUPPORTED_RESOURCE_IN_RESOURCE_POLICY", "The provided resource policy holds an unsupported resource: %s.", n.Text())
		}
	}
	return nil
}

// managing are the actions that can be delegated besides those that read: they
// manage policies [orgs_delegate_policies].
var managing = []string{
	"AttachPolicy", "CreatePolicy", "DeletePolicy", "DetachPolicy", "DisablePolicyType", "EnablePolicyType", "TagResource", "UntagResource", "UpdatePolicy",
}

// delegable says whether all actions that a pattern stands for can be delegated, and
// it stands for some.
func delegable(pattern string) bool {
	service, name, _ := strings.Cut(strings.ToLower(pattern), ":")
	table, _ := services.Service("organizations")
	some := false
	for i := range table.Actions {
		a := &table.Actions[i]
		matches, err := path.Match(name, strings.ToLower(a.Name))
		if err != nil {
			return false
		}
		if !matches {
			continue
		}
		some = true
		if a.Level != services.List && a.Level != services.Read && !slices.Contains(managing, a.Name) {
			return false
		}
	}
	return some && service == "organizations"
}
