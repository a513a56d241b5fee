package directory

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// maxAttached is how many managed policies a user, group or role may have (S-05).
const maxAttached = 10

// AttachUserPolicy attaches a managed policy to a user; attaching it twice
// changes nothing.
func (tx *Tx) AttachUserPolicy(u *User, arn string) error {
	c := u.Clone()
	changed, err := tx.attach(&c.Grants, arn, "User")
	if changed {
		tx.PutUser(c)
	}
	return err
}

// AttachGroupPolicy is AttachUserPolicy for a group.
func (tx *Tx) AttachGroupPolicy(g *Group, arn string) error {
	c := g.Clone()
	changed, err := tx.attach(&c.Grants, arn, "Group")
	if changed {
		tx.PutGroup(c)
	}
	return err
}

// AttachRolePolicy is AttachUserPolicy for a role.
func (tx *Tx) AttachRolePolicy(r *Role, arn string) error {
	c, err := tx.changeRole(r)
	if err != nil {
		return err
	}
	changed, err := tx.attach(&c.Grants, arn, "Role")
	if changed {
		tx.PutRole(c)
	}
	return err
}

// attach adds the policy to the grants, and raises the policy's count: a policy
// cannot be deleted on one node while it is attached on another.
func (tx *Tx) attach(g *Grants, arn, kind string) (changed bool, err error) {
	m, err := tx.PolicyToAttach(arn)
	if err != nil {
		return false, err
	}
	if slices.Contains(g.Attached, arn) {
		return false, nil
	}
	if m.AWS != nil && strings.HasPrefix(m.AWS.Path, serviceRolePath) {
		return false, api.Errorf(http.StatusBadRequest, "PolicyNotAttachable", "Cannot attach a Service Role Policy to a Customer %s.", kind)
	}
	if len(g.Attached) >= maxAttached {
		return false, limitExceeded("Cannot exceed quota for PoliciesPer%s: %d", kind, maxAttached)
	}
	g.Attached = append(g.Attached, arn)
	tx.count(m.Customer, 1, 0)
	return true, nil
}

// count changes how often a customer-managed policy is used.
func (tx *Tx) count(p *Policy, attachments, boundaries int) {
	if p == nil { // AWS's: its uses are counted from the entities
		return
	}
	c := p.Clone()
	c.Attachments += attachments
	c.Boundaries += boundaries
	tx.PutPolicy(c)
}

// DetachUserPolicy takes a managed policy from a user.
func (tx *Tx) DetachUserPolicy(u *User, arn string) error {
	c := u.Clone()
	if err := tx.detach(&c.Grants, arn); err != nil {
		return err
	}
	tx.PutUser(c)
	return nil
}

// DetachGroupPolicy takes a managed policy from a group.
func (tx *Tx) DetachGroupPolicy(g *Group, arn string) error {
	c := g.Clone()
	if err := tx.detach(&c.Grants, arn); err != nil {
		return err
	}
	tx.PutGroup(c)
	return nil
}

// DetachRolePolicy takes a managed policy from a role.
func (tx *Tx) DetachRolePolicy(r *Role, arn string) error {
	c, err := tx.changeRole(r)
	if err != nil {
		return err
	}
	if err := tx.detach(&c.Grants, arn); err != nil {
		return err
	}
	tx.PutRole(c)
	return nil
}

func (tx *Tx) detach(g *Grants, arn string) error {
	if err := CheckPolicyARN(arn); err != nil {
		return err
	}
	i := slices.Index(g.Attached, arn)
	if i < 0 {
		return noPolicy(arn)
	}
	g.Attached = slices.Delete(g.Attached, i, i+1)
	if m, ok := tx.ManagedPolicy(arn); ok {
		tx.count(m.Customer, -1, 0)
	}
	return nil
}

// AWSPoliciesInUse are the ARNs of the AWS-managed policies that the account has
// attached or set as a boundary, in order.
func (v *View) AWSPoliciesInUse() []string {
	if v.state == nil {
		return nil
	}
	var arns []string
	for _, r := range []relation{v.state.attached, v.state.boundaries} {
		r.pairs.Ascend(pair{awsManaged[:len(awsManaged)-1], ""}, func(p pair) bool {
			if !strings.HasPrefix(p.of, awsManaged) {
				return false
			}
			arns = append(arns, p.of)
			return true
		})
	}
	slices.Sort(arns)
	return slices.Compact(arns)
}
