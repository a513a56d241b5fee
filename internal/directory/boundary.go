package directory

// SetUserBoundary sets the permissions boundary of a user.
func (tx *Tx) SetUserBoundary(u *User, arn string) error {
	c := u.Clone()
	if err := tx.Bound(&c.Grants, arn); err != nil {
		return err
	}
	tx.PutUser(c)
	return nil
}

// SetRoleBoundary sets the permissions boundary of a role.
func (tx *Tx) SetRoleBoundary(r *Role, arn string) error {
	c, err := tx.changeRole(r)
	if err != nil {
		return err
	}
	if err := tx.Bound(&c.Grants, arn); err != nil {
		return err
	}
	tx.PutRole(c)
	return nil
}

// RemoveUserBoundary takes the permissions boundary from a user. Without one
// nothing changes (choice: AWS does not say).
func (tx *Tx) RemoveUserBoundary(u *User) {
	c := u.Clone()
	tx.Unbound(&c.Grants)
	tx.PutUser(c)
}

// RemoveRoleBoundary is RemoveUserBoundary for a role.
func (tx *Tx) RemoveRoleBoundary(r *Role) error {
	c, err := tx.changeRole(r)
	if err != nil {
		return err
	}
	tx.Unbound(&c.Grants)
	tx.PutRole(c)
	return nil
}

// Bound sets or replaces the boundary in the grants of an entity, and counts it on
// the policies. The caller stages the entity.
func (tx *Tx) Bound(g *Grants, arn string) error {
	m, err := tx.PolicyToAttach(arn)
	if err != nil || g.Boundary == arn {
		return err
	}
	tx.Unbound(g)
	g.Boundary = arn
	tx.count(m.Customer, 0, 1)
	return nil
}

// Unbound takes the boundary from the grants of an entity that changes or is
// deleted. The caller stages the entity.
func (tx *Tx) Unbound(g *Grants) {
	if m, ok := tx.ManagedPolicy(g.Boundary); ok {
		tx.count(m.Customer, 0, -1)
	}
	g.Boundary = ""
}
