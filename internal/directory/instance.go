package directory

import (
	"iter"

	"github.com/tidwall/btree"
)

// Instance is the account's instance with the id, or nil.
func (v *View) Instance(id string) *Instance {
	return find(v, "a/"+v.account+"/instance/"+id, func(s *state) *Instance { return get(s.instances, id) })
}

// Instances ranges over the account's instances in the order of their ids.
func (v *View) Instances(after string) iter.Seq[*Instance] {
	return ordered(v, after, func(s *state) *btree.Map[string, *Instance] { return s.instances })
}

// Clone is for changing it: what is shared with the state is copied.
func (i *Instance) Clone() *Instance {
	c := *i
	c.Tags = append(c.Tags[:0:0], i.Tags...)
	return &c
}
