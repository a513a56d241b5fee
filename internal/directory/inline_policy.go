package directory

import (
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// PutUserPolicy sets an inline policy of a user.
func (tx *Tx) PutUserPolicy(u *User, name, text string) error {
	c := u.Clone()
	if err := c.putInline(name, text, maxUserInlineSize, "user "+u.Name); err != nil {
		return err
	}
	tx.PutUser(c)
	return nil
}

// PutGroupPolicy sets an inline policy of a group.
func (tx *Tx) PutGroupPolicy(g *Group, name, text string) error {
	c := g.Clone()
	if err := c.putInline(name, text, maxGroupInlineSize, "group "+g.Name); err != nil {
		return err
	}
	tx.PutGroup(c)
	return nil
}

// PutRolePolicy sets an inline policy of a role.
func (tx *Tx) PutRolePolicy(r *Role, name, text string) error {
	c, err := tx.changeRole(r)
	if err != nil {
		return err
	}
	if err := c.putInline(name, text, maxRoleInlineSize, "role "+r.Name); err != nil {
		return err
	}
	tx.PutRole(c)
	return nil
}

// putInline checks the document and puts it in the order of the names. The
// inline policies of an entity share one size (G-12).
func (g *Grants) putInline(name, text string, limit int, owner string) error {
	if err := checkDocument(policy.Identity, text); err != nil {
		return err
	}
	size := policy.Size(policy.Identity, text)
	for _, other := range g.Inline {
		if other.Name != name {
			size += policy.Size(policy.Identity, other.Document.Text)
		}
	}
	if size > limit {
		return limitExceeded("Maximum policy size of %d bytes exceeded for %s", limit, owner)
	}
	i, found := g.findInline(name)
	if found {
		g.Inline[i].Document = NewDocument(text)
		return nil
	}
	g.Inline = slices.Insert(g.Inline, i, Inline{Name: name, Document: NewDocument(text)})
	return nil
}

func (g *Grants) findInline(name string) (int, bool) {
	return slices.BinarySearchFunc(g.Inline, name, func(in Inline, name string) int { return strings.Compare(in.Name, name) })
}

// InlinePolicy is the document of an inline policy. kind is "user", "group" or
// "role", for AWS's words where there is none.
func (g *Grants) InlinePolicy(name, kind string) (*Document, error) {
	i, found := g.findInline(name)
	if !found {
		return nil, NoSuchEntity("The %s policy with name %s cannot be found.", kind, name)
	}
	return g.Inline[i].Document, nil
}

// DeleteUserPolicy removes an inline policy of a user.
func (tx *Tx) DeleteUserPolicy(u *User, name string) error {
	c := u.Clone()
	if err := c.deleteInline(name, "user"); err != nil {
		return err
	}
	tx.PutUser(c)
	return nil
}

// DeleteGroupPolicy removes an inline policy of a group.
func (tx *Tx) DeleteGroupPolicy(g *Group, name string) error {
	c := g.Clone()
	if err := c.deleteInline(name, "group"); err != nil {
		return err
	}
	tx.PutGroup(c)
	return nil
}

// DeleteRolePolicy removes an inline policy of a role.
func (tx *Tx) DeleteRolePolicy(r *Role, name string) error {
	c, err := tx.changeRole(r)
	if err != nil {
		return err
	}
	if err := c.deleteInline(name, "role"); err != nil {
		return err
	}
	tx.PutRole(c)
	return nil
}

func (g *Grants) deleteInline(name, kind string) error {
	i, found := g.findInline(name)
	if !found {
		_, err := g.InlinePolicy(name, kind)
		return err
	}
	g.Inline = slices.Delete(g.Inline, i, i+1)
	return nil
}
