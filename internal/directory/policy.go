package directory

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/catalog"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// Quotas of managed policies (S-05, iam-quotas).
const (
	maxPolicies       = 1500
	maxPolicyVersions = 5
)

// ManagedPolicy is a managed policy as an account sees it: its own, or AWS's.
type ManagedPolicy struct {
	Customer *Policy         // nil where AWS manages the policy
	AWS      *catalog.Policy // nil where the account does
	ARN      string

	Attachments, Boundaries int // in the account
}

// ManagedPolicy is the policy with the ARN. ok is false where the account has no
// such policy and AWS neither.
func (v *View) ManagedPolicy(arn string) (m ManagedPolicy, ok bool) {
	if name, ours := v.CustomerPolicyName(arn); ours {
		p := v.policy(name)
		if p == nil || p.ARN(v.account) != arn { // paths and case count (M-13)
			return ManagedPolicy{}, false
		}
		return v.OfCustomer(p), true
	}
	if p, ours := catalog.ManagedPolicy(arn); ours {
		return v.OfAWS(p), true
	}
	return ManagedPolicy{}, false
}

// OfCustomer is one of the account's own policies as a ManagedPolicy.
func (v *View) OfCustomer(p *Policy) ManagedPolicy {
	return ManagedPolicy{Customer: p, ARN: p.ARN(v.account), Attachments: p.Attachments, Boundaries: p.Boundaries}
}

// OfAWS is a policy that AWS manages as a ManagedPolicy.
func (v *View) OfAWS(p *catalog.Policy) ManagedPolicy {
	m := ManagedPolicy{AWS: p, ARN: p.ARN}
	for range v.Attached(p.ARN) {
		m.Attachments++
	}
	for range v.Bounded(p.ARN) {
		m.Boundaries++
	}
	return m
}

// Path of the policy.
func (m ManagedPolicy) Path() string {
	if m.Customer != nil {
		return m.Customer.Path
	}
	return m.AWS.Path
}

// Name of the policy.
func (m ManagedPolicy) Name() string {
	if m.Customer != nil {
		return m.Customer.Name
	}
	return m.AWS.Name
}

// Policy is the policy with the ARN, the account's or AWS's.
func (v *View) Policy(arn string) (ManagedPolicy, error) {
	if err := CheckPolicyARN(arn); err != nil {
		return ManagedPolicy{}, err
	}
	m, ok := v.ManagedPolicy(arn)
	if !ok {
		return ManagedPolicy{}, noPolicy(arn)
	}
	return m, nil
}

func noPolicy(arn string) error { return NoSuchEntity("Policy %s was not found.", arn) }

// PolicyToAttach is Policy with the words that AWS has where the policy is to be
// attached or shown.
func (v *View) PolicyToAttach(arn string) (ManagedPolicy, error) {
	if err := CheckPolicyARN(arn); err != nil {
		return ManagedPolicy{}, err
	}
	m, ok := v.ManagedPolicy(arn)
	if !ok {
		return ManagedPolicy{}, NoSuchEntity("Policy %s does not exist or is not attachable.", arn)
	}
	return m, nil
}

// PolicyToShow is Policy with the words of GetPolicy, which are others for AWS's
// policies than for the account's (aws-errors 1.2).
func (v *View) PolicyToShow(arn string) (ManagedPolicy, error) {
	if strings.HasPrefix(arn, awsManaged) {
		return v.Policy(arn)
	}
	return v.PolicyToAttach(arn)
}

// CustomerPolicy is the account's own policy with the ARN, for changing it. A
// policy that AWS manages cannot be changed by anyone here (E-23).
func (v *View) CustomerPolicy(arn string) (*Policy, error) {
	m, err := v.Policy(arn)
	if err != nil {
		return nil, err
	}
	if m.Customer == nil {
		return nil, accessDenied("Cannot modify the policy %s: it is managed by AWS.", arn)
	}
	return m.Customer, nil
}

// CreatePolicy adds a customer-managed policy of the name, path and tags with its
// first version.
func (tx *Tx) CreatePolicy(e Entity, description, text string) (*Policy, error) {
	if tx.policy(e.Name) != nil {
		return nil, alreadyExists("A policy called %s already exists. Duplicate names are not allowed.", e.Name)
	}
	if tx.Counts().Policies >= maxPolicies {
		return nil, limitExceeded("Cannot exceed quota for PoliciesPerAccount: %d", maxPolicies)
	}
	if err := checkManaged(text); err != nil {
		return nil, err
	}
	tags, err := NewTags(e.Tags)
	if err != nil {
		return nil, err
	}
	e.ID, e.Created, e.Tags = NewID("ANPA"), tx.Now(), tags
	p := &Policy{
		Entity: e, Description: description, Updated: e.Created, Default: 1, Last: 1,
		Versions: []PolicyVersion{{Number: 1, Created: e.Created, Document: NewDocument(text)}},
	}
	tx.PutPolicy(p)
	return p, nil
}

func checkManaged(text string) error {
	if err := checkDocument(policy.Identity, text); err != nil {
		return err
	}
	if policy.Size(policy.Identity, text) > maxManagedSize {
		return limitExceeded("Cannot exceed quota for PolicySize: %d", maxManagedSize)
	}
	return nil
}

// DeletePolicy removes a policy that nothing uses and that has no version but
// the default one.
func (tx *Tx) DeletePolicy(p *Policy) error {
	if p.Attachments > 0 || p.Boundaries > 0 {
		return deleteConflict("Cannot delete a policy attached to entities.")
	}
	if len(p.Versions) > 1 {
		return deleteConflict("This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
	}
	tx.RemovePolicy(p)
	return nil
}

// AddVersion adds a version, and puts it in force where it is to be the default.
func (tx *Tx) AddVersion(p *Policy, text string, isDefault bool) (*PolicyVersion, error) {
	if len(p.Versions) >= maxPolicyVersions {
		return nil, limitExceeded("A managed policy can have up to %d versions. Before you create a new version, you must delete an existing version.", maxPolicyVersions)
	}
	if err := checkManaged(text); err != nil {
		return nil, err
	}
	c := p.Clone()
	c.Last++
	c.Updated = tx.Now()
	c.Versions = append(c.Versions, PolicyVersion{Number: c.Last, Created: c.Updated, Document: NewDocument(text)})
	if isDefault {
		c.Default = c.Last
	}
	tx.PutPolicy(c)
	return c.VersionNumber(c.Last), nil
}

// SetDefaultVersion puts a version in force.
func (tx *Tx) SetDefaultVersion(p *Policy, id string) error {
	v, err := p.PolicyVersion(tx.account, id)
	if err != nil {
		return err
	}
	c := p.Clone()
	c.Default, c.Updated = v.Number, tx.Now()
	tx.PutPolicy(c)
	return nil
}

// DeleteVersion removes a version that is not in force.
func (tx *Tx) DeleteVersion(p *Policy, id string) error {
	v, err := p.PolicyVersion(tx.account, id)
	if err != nil {
		return err
	}
	if v.Number == p.Default {
		return deleteConflict("Cannot delete the default version of a policy.")
	}
	c := p.Clone()
	c.Versions = slices.DeleteFunc(c.Versions, func(o PolicyVersion) bool { return o.Number == v.Number })
	tx.PutPolicy(c)
	return nil
}

// PolicyVersion is the version with the id ("v2").
func (p *Policy) PolicyVersion(account, id string) (*PolicyVersion, error) {
	if n, err := strconv.Atoi(id[min(1, len(id)):]); err == nil {
		if v := p.VersionNumber(n); v != nil && v.ID() == id {
			return v, nil
		}
	}
	return nil, NoVersion(p.ARN(account), id)
}

// ID of the version: "v2".
func (v *PolicyVersion) ID() string { return "v" + strconv.Itoa(v.Number) }

// NoVersion is the error for a version that a policy does not have.
func NoVersion(arn, id string) *api.Error {
	return NoSuchEntity("Policy %s version %s does not exist or is not attachable.", arn, id)
}

// TagPolicy adds tags to a policy.
func (tx *Tx) TagPolicy(p *Policy, tags []api.Tag) error {
	merged, err := MergeTags(p.Tags, tags)
	if err != nil {
		return err
	}
	c := p.Clone()
	c.Tags = merged
	tx.PutPolicy(c)
	return nil
}

// UntagPolicy takes tags from a policy.
func (tx *Tx) UntagPolicy(p *Policy, keys []string) {
	c := p.Clone()
	c.Tags = RemoveTags(p.Tags, keys)
	tx.PutPolicy(c)
}
