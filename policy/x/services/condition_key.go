package services

import (
	_ "embed"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/gatehouse-iam/gatehouse/policy/x/archive"
)

var (
	//go:embed data/global_keys.tsv
	globalKeyIndex string

	globalKeys = archive.NewIndex(globalKeyIndex)
)

// keyIndex finds keys by their names in lower case; those with a placeholder
// by the prefix before their colon.
type keyIndex struct {
	exact    map[string]ConditionKey
	patterns map[string][]ConditionKey
}

// anyPrefix stands for the prefixes that hold a placeholder themselves.
const anyPrefix = "${"

// add keeps the first of keys with one name.
func (x *keyIndex) add(k ConditionKey) {
	name := strings.ToLower(k.Name)
	if _, _, ok := cutPlaceholder(name); !ok {
		if _, known := x.exact[name]; !known {
			x.exact[name] = k
		}
		return
	}
	prefix, _, _ := strings.Cut(name, ":")
	if strings.Contains(prefix, anyPrefix) {
		prefix = anyPrefix
	}
	x.patterns[prefix] = append(x.patterns[prefix], k)
}

func (x *keyIndex) find(name string) (ConditionKey, bool) {
	name = strings.ToLower(name)
	if k, ok := x.exact[name]; ok {
		return k, true
	}
	prefix, _, _ := strings.Cut(name, ":")
	for _, of := range [...]string{prefix, anyPrefix} {
		for _, k := range x.patterns[of] {
			if MatchesConditionKey(k.Name, name) {
				return k, true
			}
		}
	}
	return ConditionKey{}, false
}

func newKeyIndex() *keyIndex {
	return &keyIndex{map[string]ConditionKey{}, map[string][]ConditionKey{}}
}

var globalKeyNames = sync.OnceValue(func() *keyIndex {
	x := newKeyIndex()
	for i := range globalKeys.Len() {
		f := globalKeys.Fields(i)
		x.add(ConditionKey{Name: f[1], Type: f[2]})
	}
	return x
})

// GlobalConditionKey finds a global condition key (IAM User Guide,
// reference_policies_condition-keys) by its name, in any case: "aws:username",
// "AWS:RequestTag/team".
func GlobalConditionKey(name string) (ConditionKey, bool) { return globalKeyNames().find(name) }

// ConditionKey finds a condition key among those that the service documents.
// The name may be in any case; a name with text in the place of "${TagKey}"
// finds the key that has it.
func (s *ServiceTable) ConditionKey(name string) (ConditionKey, bool) {
	for _, k := range s.ConditionKeys {
		if MatchesConditionKey(k.Name, name) {
			return k, true
		}
	}
	return ConditionKey{}, false
}

// FindConditionKey finds a condition key of any service, also where another
// service's table has it than its prefix says: "catalog:ChangeType" is a key of
// aws-marketplace, and claims of tokens are keys of sts. Global keys it does
// not look for. Its first use reads every table and keeps the keys alone.
func FindConditionKey(name string) (ConditionKey, bool) { return serviceKeys().find(name) }

// HasConditionKeys says whether any service's key begins with the prefix and a
// colon.
func HasConditionKeys(prefix string) bool { return keyPrefixes()[strings.ToLower(prefix)] }

// serviceKeys are the keys of all tables; where two have a key, that of the
// service which it is named after goes first.
var serviceKeys = sync.OnceValue(func() *keyIndex {
	x := newKeyIndex()
	var foreign []ConditionKey
	for i := range index.Len() {
		s := readService(i)
		for _, k := range s.ConditionKeys {
			switch prefix, _, _ := strings.Cut(strings.ToLower(k.Name), ":"); prefix {
			case "aws":
			case s.Prefix:
				x.add(k)
			default:
				foreign = append(foreign, k)
			}
		}
	}
	for _, k := range foreign {
		x.add(k)
	}
	return x
})

var keyPrefixes = sync.OnceValue(func() map[string]bool {
	prefixes := map[string]bool{}
	for p := range ServicePrefixes() {
		prefixes[p] = true
	}
	for name := range serviceKeys().exact {
		prefix, _, _ := strings.Cut(name, ":")
		prefixes[prefix] = true
	}
	return prefixes
})

// ActionConditionKeys are all keys documented for an action, sorted: its own
// and those of the resource types it can be limited to. Global keys that AWS
// puts into every request are not among them.
func (s *ServiceTable) ActionConditionKeys(a *Action) []string {
	keys := slices.Clone(a.ConditionKeys)
	for _, r := range a.Resources {
		keys = append(keys, r.ConditionKeys...)
		if t, ok := s.ResourceType(r.Type); ok {
			keys = append(keys, t.ConditionKeys...)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// MatchesConditionKey says whether name is documented by pattern, a key's name
// in which "${TagKey}", "<key>", "tag-key" or nothing after a slash stands for
// any text but none. Keys are
// compared without regard to case (reference_policies_elements_condition).
// The pattern itself is not a name of its own except as such text.
func MatchesConditionKey(pattern, name string) bool {
	before, after, ok := cutPlaceholder(strings.ToLower(pattern))
	name = strings.ToLower(name)
	if !ok {
		return before == name
	}
	return len(name) > len(before)+len(after) && strings.HasPrefix(name, before) && strings.HasSuffix(name, after)
}

// cutPlaceholder splits a pattern around what stands for any text. AWS's pages
// write that in several ways; in lower case these are all.
func cutPlaceholder(pattern string) (before, after string, ok bool) {
	if before, ok = strings.CutSuffix(pattern, "/tag-key"); ok || strings.HasSuffix(pattern, "/") {
		return strings.TrimSuffix(before, "/") + "/", "", true
	}
	for _, mark := range [][2]string{{"${", "}"}, {"<", ">"}} {
		start := strings.Index(pattern, mark[0])
		end := strings.LastIndex(pattern, mark[1])
		if start >= 0 && end > start {
			return pattern[:start], pattern[end+1:], true
		}
	}
	return pattern, "", false
}

// GlobalConditionKeys gives the names of all global condition keys, sorted
// without regard to case.
func GlobalConditionKeys() iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range globalKeys.Len() {
			if !yield(globalKeys.Fields(i)[1]) {
				return
			}
		}
	}
}
