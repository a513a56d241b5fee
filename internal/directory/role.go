package directory

import (
	"net/http"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/policy"
)

const (
	maxRoles               = 1000 // S-05
	defaultSessionDuration = 3600 // seconds: S-01
)

// The paths of the roles that AWS's services make for themselves. Nobody in the
// account may change them (E-23).
const (
	serviceRolePath = "/aws-service-role/"
	reservedPath    = "/aws-reserved/"
)

// Protected says whether the path is one of those that only AWS may change.
func Protected(path string) bool {
	return strings.HasPrefix(path, serviceRolePath) || strings.HasPrefix(path, reservedPath)
}

// changeRole is a clone of a role that the account may change.
func (tx *Tx) changeRole(r *Role) (*Role, error) {
	if Protected(r.Path) {
		return nil, api.Errorf(http.StatusBadRequest, "UnmodifiableEntity",
			"Cannot perform the operation on the protected role '%s' - this role is only modifiable by AWS", r.Name)
	}
	return r.Clone(), nil
}

// NewRole is what CreateRole is asked for.
type NewRole struct {
	Name, Path, Description string
	MaxSessionDuration      int    // seconds; 0: the default
	Trust                   string // the trust policy as it was sent
	Boundary                string // policy ARN; "": none
	Tags                    []api.Tag
}

// CreateRole adds a role.
func (tx *Tx) CreateRole(n NewRole) (*Role, error) {
	if tx.role(n.Name) != nil {
		return nil, alreadyExists("Role with name %s already exists.", n.Name)
	}
	if Protected(n.Path) {
		return nil, api.Errorf(http.StatusBadRequest, "InvalidInput", "The path %s is reserved for the roles of AWS services.", n.Path)
	}
	if tx.Counts().Roles >= maxRoles {
		return nil, limitExceeded("Cannot exceed quota for RolesPerAccount: %d", maxRoles)
	}
	trust, err := tx.trust(n.Trust)
	if err != nil {
		return nil, err
	}
	tags, err := NewTags(n.Tags)
	if err != nil {
		return nil, err
	}
	r := &Role{
		Entity:      Entity{ID: NewID("AROA"), Name: n.Name, Path: n.Path, Created: tx.Now(), Tags: tags},
		Description: n.Description, MaxSessionDuration: n.MaxSessionDuration, Trust: trust,
	}
	if r.MaxSessionDuration == 0 {
		r.MaxSessionDuration = defaultSessionDuration
	}
	if n.Boundary != "" {
		if err := tx.Bound(&r.Grants, n.Boundary); err != nil {
			return nil, err
		}
	}
	tx.PutRole(r)
	return r, nil
}

// trust checks a trust policy and returns it as it is stored.
func (tx *Tx) trust(text string) (*Document, error) {
	if err := checkDocument(policy.Trust, text); err != nil {
		return nil, err
	}
	stored, err := tx.identify(text)
	if err != nil {
		return nil, err
	}
	if policy.Size(policy.Trust, text) > maxTrustSize {
		return nil, limitExceeded("Cannot exceed quota for ACLSizePerRole: %d", maxTrustSize)
	}
	return NewDocument(stored), nil
}

// ChangeRole stages what change does to a role.
func (tx *Tx) ChangeRole(r *Role, change func(*Role)) (*Role, error) {
	c, err := tx.changeRole(r)
	if err != nil {
		return nil, err
	}
	change(c)
	tx.PutRole(c)
	return c, nil
}

// SetTrust replaces a role's trust policy. Sessions that exist keep theirs
// (id_roles_update-role-trust-policy).
func (tx *Tx) SetTrust(r *Role, text string) error {
	c, err := tx.changeRole(r)
	if err != nil {
		return err
	}
	if c.Trust, err = tx.trust(text); err != nil {
		return err
	}
	tx.PutRole(c)
	return nil
}

// DeleteRole removes a role that nothing depends on, and with it its sessions
// (S-04).
func (tx *Tx) DeleteRole(r *Role) error {
	c, err := tx.changeRole(r)
	if err != nil {
		return err
	}
	switch {
	case c.Profiles > 0:
		return deleteConflict("Cannot delete entity, must remove roles from instance profile first.")
	case len(c.Attached) > 0:
		return deleteConflict("Cannot delete entity, must detach all policies first.")
	case len(c.Inline) > 0:
		return deleteConflict("Cannot delete entity, must delete policies first.")
	}
	tx.Unbound(&c.Grants)
	tx.forgetUse(c.ID)
	tx.RemoveRole(c)
	return nil
}

// TagRole adds tags to a role.
func (tx *Tx) TagRole(r *Role, tags []api.Tag) error {
	c, err := tx.changeRole(r)
	if err != nil {
		return err
	}
	if c.Tags, err = MergeTags(r.Tags, tags); err != nil {
		return err
	}
	tx.PutRole(c)
	return nil
}

// UntagRole takes tags from a role.
func (tx *Tx) UntagRole(r *Role, keys []string) error {
	c, err := tx.changeRole(r)
	if err != nil {
		return err
	}
	c.Tags = RemoveTags(r.Tags, keys)
	tx.PutRole(c)
	return nil
}

// RoleLastUsed is the last use of a role; ok is false where there was none.
func (v *View) RoleLastUsed(r *Role) (last LastUsed, ok bool) { return v.directory.LastUsed(r.ID) }
