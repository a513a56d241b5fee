package directory

const maxGroups = 300 // S-05

// CreateGroup adds a group.
func (tx *Tx) CreateGroup(name, path string) (*Group, error) {
	if tx.group(name) != nil {
		return nil, alreadyExists("Group with name %s already exists.", name)
	}
	if tx.Counts().Groups >= maxGroups {
		return nil, limitExceeded("Cannot exceed quota for GroupsPerAccount: %d", maxGroups)
	}
	g := &Group{Entity: Entity{ID: NewID("AGPA"), Name: name, Path: path, Created: tx.Now()}}
	tx.PutGroup(g)
	return g, nil
}

// MoveGroup gives a group another name, another path or both, as MoveUser does.
func (tx *Tx) MoveGroup(g *Group, name, path string) error {
	c := g.Clone()
	if path != "" {
		c.Path = path
	}
	if name != "" && name != g.Name {
		if other := tx.group(name); other != nil && other.ID != g.ID {
			return alreadyExists("Group with name %s already exists.", name)
		}
		c.Name = name
		tx.RemoveGroup(g)
	}
	tx.PutGroup(c)
	return nil
}

// DeleteGroup removes a group without members and policies, in the order of AWS's
// list [API_DeleteGroup].
func (tx *Tx) DeleteGroup(g *Group) error {
	switch {
	case g.Members > 0:
		return deleteConflict("Cannot delete entity, must remove users from group first.")
	case len(g.Inline) > 0:
		return deleteConflict("Cannot delete entity, must delete policies first.")
	case len(g.Attached) > 0:
		return deleteConflict("Cannot delete entity, must detach all policies first.")
	}
	tx.RemoveGroup(g)
	return nil
}
