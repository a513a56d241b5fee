package policy

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// Key is a condition key as a policy writes it, and folded to lower case.
type Key struct {
	Name   string
	Folded string
}

// KeyOf is the key of a name in any case.
func KeyOf(name string) Key { return Key{Name: name, Folded: fold(name)} }

// fold is how names are compared without regard to case: condition keys and
// the tag keys in them (C-01, C-19).
func fold(s string) string { return strings.ToLower(s) }

// Value is what a request has for a condition key.
type Value struct {
	One    string
	Many   []string
	IsMany bool // the key is multivalued: Many holds, even when it is empty or has one value
}

// none reports a key that is present without a value (C-21): a list that is
// empty, or whose only value is.
func (v Value) none() bool {
	return v.IsMany && (len(v.Many) == 0 || len(v.Many) == 1 && v.Many[0] == "")
}

// Context answers for a request's condition keys; it is asked only for what a
// statement needs. An absent key answers false. Variables are asked for here
// too: the package knows no key of its own.
type Context interface {
	Lookup(key Key) (Value, bool)
}

// Keys is a Context over a fixed set of keys. Looking one up allocates nothing.
// The zero value, and nil, have no key.
type Keys struct {
	entries []keyValue // by hash, then by folded name, then by name
	// buckets part the entries by the first bits of their hashes: where each
	// begins, and the end.
	buckets []uint32
	shift   uint8 // to those bits
}

type keyValue struct {
	hash         uint32
	folded, name string
	value        Value
}

// ContextOf makes a Context of names in any case and their values: a string, a
// list of strings for a multivalued key, or a Value.
func ContextOf(values map[string]any) (*Keys, error) {
	k := &Keys{entries: make([]keyValue, 0, len(values))}
	for name, v := range values {
		value, err := valueOf(v)
		if err != nil {
			return nil, fmt.Errorf("condition key %q: %w", name, err)
		}
		folded := fold(name)
		k.entries = append(k.entries, keyValue{hash: hashKey(folded), folded: folded, name: name, value: value})
	}
	slices.SortFunc(k.entries, func(a, b keyValue) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), strings.Compare(a.folded, b.folded), strings.Compare(a.name, b.name))
	})
	k.part()
	return k, nil
}

// part makes the buckets: at least as many as there are entries, for the most
// part of one or none.
func (k *Keys) part() {
	size := bits.Len(uint(len(k.entries)))
	k.shift = uint8(32 - size)
	k.buckets = make([]uint32, 1<<size+1)
	for _, e := range k.entries {
		k.buckets[e.hash>>k.shift+1]++
	}
	for i := range k.buckets[1:] {
		k.buckets[i+1] += k.buckets[i]
	}
}

func valueOf(v any) (Value, error) {
	switch v := v.(type) {
	case string:
		return Value{One: v}, nil
	case []string:
		return Value{Many: v, IsMany: true}, nil
	case []any:
		many := make([]string, len(v))
		for i, item := range v {
			s, ok := item.(string)
			if !ok {
				return Value{}, fmt.Errorf("item %d is a %T, not a string", i, item)
			}
			many[i] = s
		}
		return Value{Many: many, IsMany: true}, nil
	case Value:
		return v, nil
	}
	return Value{}, fmt.Errorf("a %T, neither a string nor a list of strings", v)
}

// Lookup finds a key without regard to case. Of several whose names differ
// only in case it takes the one written as asked, else the first in byte order
// (C-19).
func (k *Keys) Lookup(key Key) (Value, bool) {
	if k == nil || len(k.entries) == 0 {
		return Value{}, false
	}
	hash := hashKey(key.Folded)
	bucket := hash >> k.shift
	first, end := k.buckets[bucket], k.buckets[bucket+1]
	for first < end {
		middle := (first + end) / 2
		e := &k.entries[middle]
		if e.hash < hash || e.hash == hash && e.folded < key.Folded {
			first = middle + 1
		} else {
			end = middle
		}
	}
	var found *keyValue
	for i := int(first); i < len(k.entries) && k.entries[i].folded == key.Folded; i++ {
		if found == nil || k.entries[i].name == key.Name {
			found = &k.entries[i]
		}
	}
	if found == nil {
		return Value{}, false
	}
	return found.value, true
}

// hashKey hashes a few letters of a name and its length, which tell the names
// of keys apart, nearly all: whole names are compared where they do not.
func hashKey(name string) uint32 {
	n := len(name)
	if n == 0 {
		return 0
	}
	const golden = 0x9e3779b1
	return (uint32(n)<<24 ^ uint32(name[n-1])<<16 ^ uint32(name[n/2])<<8 ^ uint32(name[n*3/4])) * golden
}
