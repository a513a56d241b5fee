package directory

import (
	"iter"

	"github.com/tidwall/btree"
)

// table holds one kind of entity of an account, by lower-case name and by id.
type table[T any] struct {
	byName *btree.Map[string, *T]
	byID   *btree.Map[string, *T]
}

func newTable[T any]() table[T] {
	return table[T]{btree.NewMap[string, *T](0), btree.NewMap[string, *T](0)}
}

// copy returns a table that a writer may change while the old one is read.
func (t table[T]) copy() table[T] { return table[T]{t.byName.Copy(), t.byID.Copy()} }

// pair relates two ids: a group and a member, a policy and an entity.
type pair struct{ of, to string }

// relation is a set of pairs, in order.
type relation struct{ pairs *btree.BTreeG[pair] }

func newRelation() relation {
	less := func(a, b pair) bool {
		if a.of != b.of {
			return a.of < b.of
		}
		return a.to < b.to
	}
	return relation{btree.NewBTreeGOptions(less, btree.Options{NoLocks: true})}
}

func (r relation) copy() relation { return relation{r.pairs.Copy()} }

// replace drops the pairs of the old owners and adds those of the new ones.
func (r relation) replace(to string, old, now []string) {
	for _, of := range old {
		r.pairs.Delete(pair{of, to})
	}
	for _, of := range now {
		r.pairs.Set(pair{of, to})
	}
}

// all ranges over what of is related to.
func (r relation) all(of string) iter.Seq[string] { return r.after(of, "") }

// after ranges over what of is related to and comes after the given id.
func (r relation) after(of, id string) iter.Seq[string] {
	return func(yield func(string) bool) {
		r.pairs.Ascend(pair{of, id}, func(p pair) bool { return p.of == of && (p.to == id || yield(p.to)) })
	}
}
