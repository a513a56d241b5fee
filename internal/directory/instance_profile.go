package directory

import "github.com/gatehouse-iam/gatehouse/internal/api"

const maxProfiles = 1000 // instance profiles an account (S-05)

// CreateProfile adds an instance profile of the name, path and tags, without a
// role.
func (tx *Tx) CreateProfile(e Entity) (*InstanceProfile, error) {
	if tx.profile(e.Name) != nil {
		return nil, alreadyExists("Instance Profile %s already exists.", e.Name)
	}
	if tx.Counts().Profiles >= maxProfiles {
		return nil, limitExceeded("Cannot exceed quota for InstanceProfilesPerAccount: %d", maxProfiles)
	}
	tags, err := NewTags(e.Tags)
	if err != nil {
		return nil, err
	}
	e.ID, e.Created, e.Tags = NewID("AIPA"), tx.Now(), tags
	p := &InstanceProfile{Entity: e}
	tx.PutProfile(p)
	return p, nil
}

// DeleteProfile removes an instance profile that holds no role.
func (tx *Tx) DeleteProfile(p *InstanceProfile) error {
	if p.Role != "" {
		return deleteConflict("Cannot delete entity, must remove roles from instance profile first.")
	}
	tx.RemoveProfile(p)
	return nil
}

// AddRole puts a role into an instance profile, which holds at most one, and
// raises the role's count: it cannot be deleted meanwhile.
func (tx *Tx) AddRole(p *InstanceProfile, r *Role) error {
	role, err := tx.changeRole(r)
	if err != nil {
		return err
	}
	if p.Role != "" {
		return limitExceeded("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
	}
	profile := p.Clone()
	profile.Role = r.ID
	role.Profiles++
	tx.PutProfile(profile)
	tx.PutRole(role)
	return nil
}

// TakeRole takes a role out of an instance profile.
func (tx *Tx) TakeRole(p *InstanceProfile, r *Role) error {
	role, err := tx.changeRole(r)
	if err != nil {
		return err
	}
	if p.Role != r.ID {
		return NoSuchEntity("The role with name %s cannot be found.", r.Name)
	}
	profile := p.Clone()
	profile.Role = ""
	role.Profiles--
	tx.PutProfile(profile)
	tx.PutRole(role)
	return nil
}

// TagProfile adds tags to an instance profile.
func (tx *Tx) TagProfile(p *InstanceProfile, tags []api.Tag) error {
	merged, err := MergeTags(p.Tags, tags)
	if err != nil {
		return err
	}
	c := p.Clone()
	c.Tags = merged
	tx.PutProfile(c)
	return nil
}

// UntagProfile takes tags from an instance profile.
func (tx *Tx) UntagProfile(p *InstanceProfile, keys []string) {
	c := p.Clone()
	c.Tags = RemoveTags(p.Tags, keys)
	tx.PutProfile(c)
}
