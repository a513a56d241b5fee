package services

import (
	_ "embed"
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

// GlobalConditionKey finds a global condition key (IAM User Guide,
// reference_policies_condition-keys) by its name, in any case: "aws:username",
// "AWS:RequestTag/team".
func GlobalConditionKey(name string) (ConditionKey, bool) {
	for i := range globalKeys.Len() {
		if f := globalKeys.Fields(i); MatchesConditionKey(f[1], name) {
			return ConditionKey{Name: f[1], Type: f[2]}, true
		}
	}
	return ConditionKey{}, false
}

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
// not look for.
func FindConditionKey(name string) (ConditionKey, bool) {
	prefix, _, _ := strings.Cut(strings.ToLower(name), ":")
	if s, ok := Service(prefix); ok {
		if k, ok := s.ConditionKey(name); ok {
			return k, true
		}
	}
	for _, of := range [...]string{prefix, anyPrefix} {
		for _, k := range foreignKeys()[of] {
			if MatchesConditionKey(k.Name, name) {
				return k, true
			}
		}
	}
	return ConditionKey{}, false
}

// HasConditionKeys says whether any key begins with the prefix and a colon.
func HasConditionKeys(prefix string) bool {
	prefix = strings.ToLower(prefix)
	_, ok := Service(prefix)
	return ok || len(foreignKeys()[prefix]) > 0
}

// anyPrefix stands for the prefixes that hold a placeholder.
const anyPrefix = "${"

// foreignKeys are the keys that stand in another service's table than their
// prefix says, by that prefix in lower case.
var foreignKeys = sync.OnceValue(func() map[string][]ConditionKey {
	keys := map[string][]ConditionKey{}
	for i := range index.Len() {
		s := readService(i)
		for _, k := range s.ConditionKeys {
			switch prefix, _, _ := strings.Cut(strings.ToLower(k.Name), ":"); {
			case strings.Contains(prefix, anyPrefix):
				keys[anyPrefix] = append(keys[anyPrefix], k)
			case prefix != s.Prefix && prefix != "aws":
				keys[prefix] = append(keys[prefix], k)
			}
		}
	}
	return keys
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

// GlobalConditionKeys are the names of all global condition keys, sorted
// without regard to case.
func GlobalConditionKeys() []string {
	names := make([]string, globalKeys.Len())
	for i := range names {
		names[i] = globalKeys.Fields(i)[1]
	}
	return names
}
