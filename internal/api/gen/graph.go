package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// graph is a model with what generation needs to know beyond it.
type graph struct {
	*model
	ops     []string           // sorted
	shapes  []string           // reachable from operations, sorted
	nested  []string           // structures that are members or elements, sorted
	errors  []string           // modelled errors, sorted
	cut     map[[2]string]bool // edges of the shape graph that close a circle
	goNames map[string]string  // of nested structures
	vars    map[string]string  // of shapes
}

func newGraph(m *model) (*graph, error) {
	g := &graph{model: m, cut: map[[2]string]bool{}, goNames: map[string]string{}, vars: map[string]string{}}
	g.ops = slices.Sorted(maps.Keys(m.Operations))
	w := walk{graph: g, state: map[string]int{}, nested: map[string]bool{}}
	errs := map[string]bool{}
	for _, name := range g.ops {
		op := m.Operations[name]
		for _, r := range []*ref{op.Input, op.Output} {
			if r == nil {
				continue
			}
			if err := w.visit(r.Shape); err != nil {
				return nil, fmt.Errorf("operation %s: %w", name, err)
			}
			if r == op.Input && m.holdsDocument(r.Shape, map[string]bool{}) {
				return nil, fmt.Errorf("operation %s: documents are written, and not read", name)
			}
		}
		for _, e := range op.Errors {
			if m.Shapes[e.Shape] == nil {
				return nil, fmt.Errorf("operation %s: no error shape %s", name, e.Shape)
			}
			errs[e.Shape] = true
		}
	}
	g.shapes = slices.Sorted(maps.Keys(w.state))
	g.nested = slices.Sorted(maps.Keys(w.nested))
	g.errors = slices.Sorted(maps.Keys(errs))
	return g, g.name()
}

// walk visits shapes depth first. A package variable whose initial value refers
// to itself does not compile, so an edge back to a shape that is still being
// visited is cut from the literal and set in init.
type walk struct {
	*graph
	state  map[string]int // 1 being visited, 2 done
	nested map[string]bool
}

func (w *walk) visit(name string) error {
	s := w.Shapes[name]
	if s == nil {
		return fmt.Errorf("no shape %s", name)
	}
	w.state[name] = 1
	for _, to := range s.targets() {
		if t := w.Shapes[to]; t != nil && t.Type == "structure" && !t.Document {
			w.nested[to] = true
		}
		switch w.state[to] {
		case 0:
			if err := w.visit(to); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		case 1:
			w.cut[[2]string{name, to}] = true
		}
	}
	w.state[name] = 2
	return nil
}

// holdsDocument says whether a document can stand in a shape.
func (m *model) holdsDocument(name string, seen map[string]bool) bool {
	s := m.Shapes[name]
	if s == nil || seen[name] {
		return false
	}
	seen[name] = true
	return s.Document || slices.ContainsFunc(s.targets(), func(to string) bool { return m.holdsDocument(to, seen) })
}

func (s *shape) targets() []string {
	var to []string
	for _, m := range s.Members {
		to = append(to, m.Shape)
	}
	for _, r := range []*ref{s.Member, s.Key, s.Value} {
		if r != nil {
			to = append(to, r.Shape)
		}
	}
	return to
}

// name gives every nested structure its Go type and every shape its variable.
func (g *graph) name() error {
	taken := map[string]string{"API": "the service"}
	for _, op := range g.ops {
		taken[op+"Input"], taken[op+"Output"] = op, op
	}
	for _, s := range g.nested {
		name := upper(s)
		if by, ok := taken[name]; ok {
			return fmt.Errorf("the Go name of %s is taken by %s", s, by)
		}
		taken[name], g.goNames[s] = s, name
	}
	for _, s := range g.shapes {
		name := "shape" + upper(s)
		for taken[name] != "" {
			name += "2"
		}
		taken[name], g.vars[s] = s, name
	}
	return nil
}

// goType is the type of a struct field of that shape.
func (g *graph) goType(name string) string {
	s := g.Shapes[name]
	if s.Document {
		return g.elemType(name)
	}
	switch s.Type {
	case "list", "map", "blob":
		return g.elemType(name)
	}
	return "*" + g.elemType(name)
}

// elemType is the type of an element of a list or map.
func (g *graph) elemType(name string) string {
	s := g.Shapes[name]
	if s.Document {
		return "api.Document"
	}
	switch s.Type {
	case "structure":
		return g.goNames[name]
	case "list":
		return "[]" + g.elemType(s.Member.Shape)
	case "map":
		return "map[string]" + g.elemType(s.Value.Shape)
	case "blob":
		return "[]byte"
	case "boolean":
		return "bool"
	case "integer":
		return "int32"
	case "long":
		return "int64"
	case "float", "double":
		return "float64"
	case "timestamp":
		return "time.Time"
	}
	return "string"
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
