// Package services is AWS's Service Authorization Reference as data: which
// actions a service has, on which resource types, with which condition keys,
// at which access level; and the global condition keys.
//
// The data is generated (`make generate`), checked in, and embedded in
// compressed blocks, one table a service. Importing the package reads none of
// it; a look-up inflates the block it needs, and keeps the table.
//
// The package carries no promise: like everything under policy/x it may change
// or go in any version, and the tables change whenever AWS's do.
package services

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"iter"
	"sort"
	"strings"
	"sync"

	"github.com/gatehouse-iam/gatehouse/policy/x/archive"
)

var (
	//go:embed data/services.tsv
	serviceIndex string
	//go:embed data/services.gz
	serviceTexts string

	index  = archive.NewIndex(serviceIndex)
	tables = archive.NewReader(serviceTexts)

	// readServices keeps each table once it was asked for: prefix to
	// func() *ServiceTable. A server asks for the services it serves, a
	// validator at most for all of them.
	readServices sync.Map
)

// ServiceTable is what the Service Authorization Reference says of a service.
// It is shared: nothing in it may be changed.
type ServiceTable struct {
	Prefix        string         `json:"p"` // of its actions: "iam"
	Name          string         `json:"n"` // "AWS Identity and Access Management (IAM)"
	Actions       []Action       `json:"a"` // by lower-case name
	ResourceTypes []ResourceType `json:"r"` // by name
	ConditionKeys []ConditionKey `json:"c"` // by lower-case name; those the service's actions use, aws: ones included
}

// AccessLevel is one of the five levels that AWS sorts actions into.
type AccessLevel string

// The access levels, as the Service Authorization Reference spells them.
const (
	List                  AccessLevel = "List"
	Read                  AccessLevel = "Read"
	Write                 AccessLevel = "Write"
	PermissionsManagement AccessLevel = "Permissions management"
	Tagging               AccessLevel = "Tagging"
)

// Action is a row of a service's table of actions.
type Action struct {
	Name             string           `json:"n"` // without the prefix, in AWS's spelling
	Level            AccessLevel      `json:"l"`
	Resources        []ActionResource `json:"r,omitempty"` // empty: the resource is always "*"
	ConditionKeys    []string         `json:"c,omitempty"` // whatever the resource
	DependentActions []string         `json:"d,omitempty"` // with prefix: what the caller needs besides
}

// ActionResource is a resource type that an action can be limited to.
type ActionResource struct {
	Type             string   `json:"t"`
	Required         bool     `json:"q,omitempty"`
	ConditionKeys    []string `json:"c,omitempty"` // that apply with this type only
	DependentActions []string `json:"d,omitempty"`
}

// ResourceType is a row of a service's table of resource types.
type ResourceType struct {
	Name          string   `json:"n"`
	ARN           string   `json:"a"` // "arn:${Partition}:iam::${Account}:user/${UserNameWithPath}"
	ConditionKeys []string `json:"c,omitempty"`
}

// ConditionKey is a row of a service's table of condition keys.
type ConditionKey struct {
	Name string `json:"n"` // in AWS's spelling; "${TagKey}" or "<key>" stands for any text
	Type string `json:"t"` // String, ARN, Bool, Numeric, Date, IPAddress; "ArrayOf" before it: many-valued
}

// Service finds the table of a service by the prefix of its actions, in any
// case. Its first use costs reading the table; it is kept after.
func Service(prefix string) (*ServiceTable, bool) {
	prefix = strings.ToLower(prefix)
	if read, ok := readServices.Load(prefix); ok {
		return read.(func() *ServiceTable)(), true
	}
	i, ok := index.Find(prefix)
	if !ok {
		return nil, false
	}
	read, _ := readServices.LoadOrStore(prefix, sync.OnceValue(func() *ServiceTable { return readService(i) }))
	return read.(func() *ServiceTable)(), true
}

// ServicePrefixes gives the prefix of every service, sorted. No table is read.
func ServicePrefixes() iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range index.Len() {
			if !yield(index.Key(i)) {
				return
			}
		}
	}
}

// SpellAction gives an action in the spelling of its service's table:
// "IAM:createuser" is "iam:CreateUser" (D-06). Patterns and actions that no
// table has are not found.
func SpellAction(action string) (string, bool) {
	prefix, name, ok := strings.Cut(action, ":")
	if !ok {
		return "", false
	}
	service, ok := Service(prefix)
	if !ok {
		return "", false
	}
	found, ok := service.Action(name)
	if !ok {
		return "", false
	}
	return service.Prefix + ":" + found.Name, true
}

// Action finds an action by its name without prefix. Actions are compared
// without regard to case (IAM User Guide, reference_policies_elements_action).
func (s *ServiceTable) Action(name string) (*Action, bool) {
	key := strings.ToLower(name)
	i, ok := sort.Find(len(s.Actions), func(i int) int {
		return strings.Compare(key, strings.ToLower(s.Actions[i].Name))
	})
	if !ok {
		return nil, false
	}
	return &s.Actions[i], true
}

// ResourceType finds a resource type by its name.
func (s *ServiceTable) ResourceType(name string) (*ResourceType, bool) {
	i, ok := sort.Find(len(s.ResourceTypes), func(i int) int {
		return strings.Compare(name, s.ResourceTypes[i].Name)
	})
	if !ok {
		return nil, false
	}
	return &s.ResourceTypes[i], true
}

// Resource finds a resource type among those an action can be limited to.
func (a *Action) Resource(name string) (*ActionResource, bool) {
	for i := range a.Resources {
		if a.Resources[i].Type == name {
			return &a.Resources[i], true
		}
	}
	return nil, false
}

// readService reads the table of the i-th service.
func readService(i int) *ServiceTable {
	var s ServiceTable
	if err := json.Unmarshal([]byte(tables.MustText(index.Fields(i)[1])), &s); err != nil {
		panic(fmt.Errorf("services: the table of %s is damaged: %w", index.Key(i), err))
	}
	s.share()
	return &s
}

// share makes equal strings one: condition keys and resource types are
// repeated at every action that has them.
func (s *ServiceTable) share() {
	seen := map[string]string{}
	one := func(text string) string {
		if first, ok := seen[text]; ok {
			return first
		}
		seen[text] = text
		return text
	}
	all := func(texts []string) {
		for i := range texts {
			texts[i] = one(texts[i])
		}
	}
	for i := range s.ConditionKeys {
		s.ConditionKeys[i] = ConditionKey{one(s.ConditionKeys[i].Name), one(s.ConditionKeys[i].Type)}
	}
	for i := range s.ResourceTypes {
		s.ResourceTypes[i].Name = one(s.ResourceTypes[i].Name)
		all(s.ResourceTypes[i].ConditionKeys)
	}
	for i := range s.Actions {
		s.Actions[i].Level = AccessLevel(one(string(s.Actions[i].Level)))
		all(s.Actions[i].ConditionKeys)
		all(s.Actions[i].DependentActions)
		for j := range s.Actions[i].Resources {
			r := &s.Actions[i].Resources[j]
			r.Type = one(r.Type)
			all(r.ConditionKeys)
			all(r.DependentActions)
		}
	}
}
