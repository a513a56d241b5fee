package main

import (
	"fmt"
	"maps"
	"slices"
)

// overlayModel is what AWS added after the model was frozen. Operations and
// shapes that the model lacks are added; what it has is widened: a shape by
// members, required names and enum values, an operation by errors. Three things
// are said of shapes beside that: which members AWS no longer requires, which
// values are secret though the model does not mark them, and the pattern of a
// value that AWS takes in more forms than the model says.
type overlayModel struct {
	Metadata   *metadata                `json:"metadata"` // of a service that the models lack
	Operations map[string]*opModel      `json:"operations"`
	Shapes     map[string]*overlayShape `json:"shapes"`
	Pagination map[string]*page         `json:"pagination"`
}

type overlayShape struct {
	shape
	Optional []string `json:"optional"` // members that are required no longer
}

func (m *model) lay(over *overlayModel) error {
	if over.Metadata != nil {
		m.Metadata = *over.Metadata
	}
	for _, name := range slices.Sorted(maps.Keys(over.Operations)) {
		if err := m.layOperation(name, over.Operations[name]); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(over.Shapes)) {
		if err := m.layShape(name, over.Shapes[name]); err != nil {
			return err
		}
	}
	maps.Copy(m.Pagination, over.Pagination)
	return nil
}

func (m *model) layOperation(name string, add *opModel) error {
	have := m.Operations[name]
	if have == nil {
		m.Operations[name] = add
		return nil
	}
	if add.Input != nil && have.Input != nil || add.Output != nil && have.Output != nil {
		return fmt.Errorf("overlay: operation %s: the model has that shape already", name)
	}
	if add.Input != nil {
		have.Input = add.Input
	}
	if add.Output != nil {
		have.Output = add.Output
	}
	if add.AuthType != "" {
		have.AuthType = add.AuthType
	}
	have.Errors = append(have.Errors, add.Errors...)
	return nil
}

func (m *model) layShape(name string, add *overlayShape) error {
	have := m.Shapes[name]
	if have == nil {
		m.Shapes[name] = &add.shape
		return nil
	}
	for _, next := range add.Members {
		if have.Members.has(next.Name) {
			return fmt.Errorf("overlay: %s.%s: the model has it already", name, next.Name)
		}
		have.Members = append(have.Members, next)
	}
	have.Required = append(have.Required, add.Required...)
	have.Enum = append(have.Enum, add.Enum...)
	have.Sensitive = have.Sensitive || add.Sensitive
	if add.Pattern != "" {
		have.Pattern = add.Pattern
	}
	for _, member := range add.Optional {
		i := slices.Index(have.Required, member)
		if i < 0 {
			return fmt.Errorf("overlay: %s.%s: the model does not require it", name, member)
		}
		have.Required = slices.Delete(have.Required, i, i+1)
	}
	return nil
}
