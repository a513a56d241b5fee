package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/policy/x/archive"
	"github.com/gatehouse-iam/gatehouse/policy/x/services"
)

type sourceAction struct {
	Name             string                 `json:"name"`
	AccessLevel      string                 `json:"accessLevel"`
	ResourceTypes    []sourceActionResource `json:"resourceTypes"`
	ConditionKeys    []string               `json:"conditionKeys"`
	DependentActions []string               `json:"dependentActions"`
}

type sourceActionResource struct {
	Name             string   `json:"name"`
	Required         bool     `json:"required"`
	ConditionKeys    []string `json:"conditionKeys"`
	DependentActions []string `json:"dependentActions"`
}

type sourceResourceType struct {
	Key           string   `json:"key"`
	ARN           string   `json:"arn"`
	ConditionKeys []string `json:"conditionKeys"`
}

type sourceConditionKey struct {
	Key  string `json:"key"`
	Type string `json:"type"`
}

// serviceData reduces the package to one table a service, in the order of
// their prefixes. Index: prefix, location.
func serviceData(pkg files) (index, data []byte, err error) {
	names, err := decode[map[string]string](pkg, "data/serviceNames.json")
	if err != nil {
		return nil, nil, err
	}
	var lines bytes.Buffer
	var tables archive.Writer
	for _, prefix := range slices.Sorted(maps.Keys(names)) {
		table, err := serviceTable(pkg, prefix, names[prefix])
		if err != nil {
			return nil, nil, err
		}
		text, err := json.Marshal(table)
		if err != nil {
			return nil, nil, err
		}
		at, err := tables.Add(text)
		if err != nil {
			return nil, nil, err
		}
		fmt.Fprintf(&lines, "%s\t%s\n", prefix, at)
	}
	data, err = tables.Bytes()
	return lines.Bytes(), data, err
}

func serviceTable(pkg files, prefix, name string) (*services.ServiceTable, error) {
	actions, err := decode[map[string]sourceAction](pkg, "data/actions/"+prefix+".json")
	if err != nil {
		return nil, err
	}
	types, err := decode[map[string]sourceResourceType](pkg, "data/resourceTypes/"+prefix+".json")
	if err != nil {
		return nil, err
	}
	keys, err := decode[map[string]sourceConditionKey](pkg, "data/conditionKeys/"+prefix+".json")
	if err != nil {
		return nil, err
	}
	table := &services.ServiceTable{Prefix: prefix, Name: name}
	for _, k := range keys {
		table.ConditionKeys = append(table.ConditionKeys, services.ConditionKey{Name: k.Key, Type: k.Type})
	}
	for _, t := range types {
		table.ResourceTypes = append(table.ResourceTypes, services.ResourceType{Name: t.Key, ARN: t.ARN, ConditionKeys: sorted(t.ConditionKeys)})
	}
	for _, a := range actions {
		action, err := reduceAction(a)
		if err != nil {
			return nil, fmt.Errorf("%s:%s: %w", prefix, a.Name, err)
		}
		table.Actions = append(table.Actions, action)
	}
	sortTable(table)
	return table, nil
}

func sortTable(t *services.ServiceTable) {
	slices.SortFunc(t.ConditionKeys, func(a, b services.ConditionKey) int {
		return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	slices.SortFunc(t.ResourceTypes, func(a, b services.ResourceType) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(t.Actions, func(a, b services.Action) int {
		return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
}

func reduceAction(a sourceAction) (services.Action, error) {
	level, err := accessLevel(a.AccessLevel)
	if err != nil {
		return services.Action{}, err
	}
	action := services.Action{
		Name:             a.Name,
		Level:            level,
		ConditionKeys:    sorted(a.ConditionKeys),
		DependentActions: sorted(a.DependentActions),
	}
	for _, r := range a.ResourceTypes {
		action.Resources = append(action.Resources, services.ActionResource{
			Type:             r.Name,
			Required:         r.Required,
			ConditionKeys:    sorted(r.ConditionKeys),
			DependentActions: sorted(r.DependentActions),
		})
	}
	slices.SortFunc(action.Resources, func(a, b services.ActionResource) int { return cmp.Compare(a.Type, b.Type) })
	return action, nil
}

// accessLevel reads a level. The source writes the two levels that AWS counts
// as kinds of writing together with it ("Tagging, Write").
func accessLevel(text string) (services.AccessLevel, error) {
	level := services.AccessLevel(strings.TrimSuffix(text, ", Write"))
	switch level {
	case services.List, services.Read, services.Write, services.PermissionsManagement, services.Tagging:
		return level, nil
	}
	return "", fmt.Errorf("unknown access level %q", text)
}

func sorted(texts []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(texts)))
}

func decode[T any](pkg files, path string) (T, error) {
	var v T
	text, ok := pkg[path]
	if !ok {
		return v, fmt.Errorf("the package has no %s", path)
	}
	if err := json.Unmarshal(text, &v); err != nil {
		return v, fmt.Errorf("%s: %w", path, err)
	}
	return v, nil
}
