package directory

import (
	"slices"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

const (
	maxUsers         = 5000 // S-05
	maxGroupsPerUser = 10   // S-05
)

// NewUser is what CreateUser is asked for.
type NewUser struct {
	Name, Path string
	Boundary   string // policy ARN; "": none
	Tags       []api.Tag
}

// CreateUser adds a user.
func (tx *Tx) CreateUser(n NewUser) (*User, error) {
	if tx.user(n.Name) != nil {
		return nil, alreadyExists("User with name %s already exists.", n.Name)
	}
	if tx.Counts().Users >= maxUsers {
		return nil, limitExceeded("Cannot exceed quota for UsersPerAccount: %d", maxUsers)
	}
	tags, err := NewTags(n.Tags)
	if err != nil {
		return nil, err
	}
	u := &User{Entity: Entity{ID: NewID("AIDA"), Name: n.Name, Path: n.Path, Created: tx.Now(), Tags: tags}}
	if n.Boundary != "" {
		if err := tx.Bound(&u.Grants, n.Boundary); err != nil {
			return nil, err
		}
	}
	tx.PutUser(u)
	return u, nil
}

// MoveUser gives a user another name, another path or both; "" keeps what is. The
// id, and all that depends on it, stays [id_users_rename].
func (tx *Tx) MoveUser(u *User, name, path string) error {
	c := u.Clone()
	if path != "" {
		c.Path = path
	}
	if name != "" && name != u.Name {
		if other := tx.user(name); other != nil && other.ID != u.ID {
			return alreadyExists("User with name %s already exists.", name)
		}
		c.Name = name
		tx.RemoveUser(u)
	}
	tx.PutUser(c)
	return nil
}

// DeleteUser removes a user that nothing is attached to. What is still there is
// named one at a time, in the order of AWS's list [API_DeleteUser].
func (tx *Tx) DeleteUser(u *User) error {
	switch {
	case u.Login != nil:
		return deleteConflict("Cannot delete entity, must delete login profile first.")
	case len(u.Keys) > 0:
		return deleteConflict("Cannot delete entity, must delete access keys first.")
	case len(u.Inline) > 0:
		return deleteConflict("Cannot delete entity, must delete policies first.")
	case len(u.Attached) > 0:
		return deleteConflict("Cannot delete entity, must detach all policies first.")
	case len(u.Groups) > 0:
		return deleteConflict("Cannot delete entity, must remove users from group first.")
	}
	c := u.Clone()
	tx.Unbound(&c.Grants)
	tx.RemoveUser(c)
	return nil
}

// TagUser adds tags to a user.
func (tx *Tx) TagUser(u *User, tags []api.Tag) error {
	merged, err := MergeTags(u.Tags, tags)
	if err != nil {
		return err
	}
	c := u.Clone()
	c.Tags = merged
	tx.PutUser(c)
	return nil
}

// UntagUser takes tags from a user.
func (tx *Tx) UntagUser(u *User, keys []string) {
	c := u.Clone()
	c.Tags = RemoveTags(c.Tags, keys)
	tx.PutUser(c)
}

// AddToGroup makes a user a member of a group; a member stays one. The group's
// count is raised with it, so that a group cannot be deleted on one node while it
// gets a member on another.
func (tx *Tx) AddToGroup(u *User, g *Group) error {
	if slices.Contains(u.Groups, g.ID) {
		return nil
	}
	if len(u.Groups) >= maxGroupsPerUser {
		return limitExceeded("Cannot exceed quota for GroupsPerUser: %d", maxGroupsPerUser)
	}
	member, group := u.Clone(), g.Clone()
	member.Groups = append(member.Groups, g.ID)
	group.Members++
	tx.PutUser(member)
	tx.PutGroup(group)
	return nil
}

// RemoveFromGroup ends a membership; who is no member stays none.
func (tx *Tx) RemoveFromGroup(u *User, g *Group) {
	i := slices.Index(u.Groups, g.ID)
	if i < 0 {
		return
	}
	member, group := u.Clone(), g.Clone()
	member.Groups = slices.Delete(member.Groups, i, i+1)
	group.Members--
	tx.PutUser(member)
	tx.PutGroup(group)
}

// GroupsOf are the groups of a user, in the order joined.
func (v *View) GroupsOf(u *User) []*Group {
	groups := make([]*Group, 0, len(u.Groups))
	for _, id := range u.Groups {
		if g := v.GroupByID(id); g != nil {
			groups = append(groups, g)
		}
	}
	return groups
}
