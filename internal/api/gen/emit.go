package main

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const apiImport = "github.com/gatehouse-iam/gatehouse/internal/api"

// readOnlyVerbs are what the names of operations that change nothing begin
// with. CloudTrail counts STS's as read-only too.
var readOnlyVerbs = []string{
	"Assume", "BatchGet", "Check", "Decode", "Describe", "Generate", "Get", "Head", "List", "Query", "Scan", "Search", "Select", "Simulate", "Validate",
}

func emitTypes(b *bytes.Buffer, g *graph) {
	var body bytes.Buffer
	for _, op := range g.ops {
		emitStruct(&body, g, op+"Input", "is the input of "+op+".", g.Operations[op].Input)
		emitStruct(&body, g, op+"Output", "is the output of "+op+".", g.Operations[op].Output)
	}
	for _, s := range g.nested {
		emitStruct(&body, g, g.goNames[s], "is the shape "+s+" of the model.", &ref{Shape: s})
	}
	for text, path := range map[string]string{"time.Time": "time", "api.Document": apiImport} {
		if bytes.Contains(body.Bytes(), []byte(text)) {
			fmt.Fprintf(b, "import %q\n\n", path)
		}
	}
	b.Write(body.Bytes())
}

func emitStruct(b *bytes.Buffer, g *graph, name, doc string, of *ref) {
	fmt.Fprintf(b, "// %s %s\ntype %s struct {\n", name, doc, name)
	if of != nil {
		for _, m := range g.Shapes[of.Shape].Members {
			fmt.Fprintf(b, "%s %s\n", upper(m.Name), g.goType(m.Shape))
		}
	}
	b.WriteString("}\n\n")
}

func emitShapes(b *bytes.Buffer, g *graph) {
	fmt.Fprintf(b, "import %q\n\nvar (\n", apiImport)
	for _, name := range g.shapes {
		fmt.Fprintf(b, "%s = api.Shape{%s}\n", g.vars[name], g.shapeFields(name))
	}
	b.WriteString(")\n")
	g.emitCircles(b)
}

// emitCircles sets the edges that close a circle, which no literal can hold.
func (g *graph) emitCircles(b *bytes.Buffer) {
	if len(g.cut) == 0 {
		return
	}
	b.WriteString("\nfunc init() {\n")
	for _, from := range g.shapes {
		s := g.Shapes[from]
		for i, m := range s.Members {
			if g.cut[[2]string{from, m.Shape}] {
				fmt.Fprintf(b, "%s.Members[%d].Shape = &%s\n", g.vars[from], i, g.vars[m.Shape])
			}
		}
		for _, r := range []*ref{s.Member, s.Value} {
			if r != nil && g.cut[[2]string{from, r.Shape}] {
				fmt.Fprintf(b, "%s.Element = &%s\n", g.vars[from], g.vars[r.Shape])
			}
		}
	}
	b.WriteString("}\n")
}

func (g *graph) pointer(from, to string) string {
	if g.cut[[2]string{from, to}] {
		return "nil"
	}
	return "&" + g.vars[to]
}

var kinds = map[string]string{
	"string": "String", "character": "String", "boolean": "Boolean", "integer": "Integer", "long": "Long", "float": "Float", "double": "Double",
	"blob": "Blob", "timestamp": "Timestamp", "list": "List", "map": "Map", "structure": "Structure",
}

func (g *graph) shapeFields(name string) string {
	s := g.Shapes[name]
	if s.Document {
		return "Name: " + strconv.Quote(name) + ", Kind: api.AnyDocument, Min: -1, Max: -1"
	}
	f := []string{"Name: " + strconv.Quote(name), "Kind: api." + kinds[s.Type]}
	if s.Type == "structure" {
		f = append(f, "Members: "+g.memberShapes(name, s))
	}
	if s.Member != nil {
		f = append(f, "Element: "+g.pointer(name, s.Member.Shape), "ElementName: "+strconv.Quote(elementName(s)))
	}
	if s.Value != nil {
		f = append(f, "Element: "+g.pointer(name, s.Value.Shape), "KeyShape: "+g.pointer(name, s.Key.Shape), "KeyName: "+strconv.Quote(or(s.Key.LocationName, "key")),
			"ValueName: "+strconv.Quote(or(s.Value.LocationName, "value")))
	}
	f = append(f, "Min: "+bound(s.Min), "Max: "+bound(s.Max))
	if s.Pattern != "" {
		f = append(f, "Pattern: &api.Pattern{Text: "+raw(s.Pattern)+"}")
	}
	if len(s.Enum) > 0 {
		f = append(f, fmt.Sprintf("Enum: %#v", s.Enum))
	}
	f = flag(f, "Flattened", s.Flattened)
	f = flag(f, "Sensitive", s.Sensitive)
	if s.TimestampFormat != "" {
		f = append(f, "TimeFormat: "+strconv.Quote(s.TimestampFormat))
	}
	return strings.Join(f, ", ")
}

// elementName: the elements of a flattened list are called as the model says,
// else as the list is.
func elementName(s *shape) string {
	if s.Flattened {
		return s.Member.LocationName
	}
	return or(s.Member.LocationName, "member")
}

func (g *graph) memberShapes(name string, s *shape) string {
	if len(s.Members) == 0 {
		return "nil"
	}
	var b strings.Builder
	b.WriteString("[]api.MemberShape{\n")
	for _, m := range s.Members {
		f := []string{"Name: " + strconv.Quote(m.Name), "Wire: " + strconv.Quote(or(m.LocationName, m.Name))}
		namespace := m.XMLNamespace.URI
		if m.XMLNamespace.Prefix != "" {
			namespace = ""
		}
		for field, value := range map[string]string{"Location": m.Location, "Query": m.QueryName, "Namespace": namespace} {
			if value != "" {
				f = append(f, field+": "+strconv.Quote(value))
			}
		}
		slices.Sort(f[2:])
		f = flag(f, "Required", slices.Contains(s.Required, m.Name))
		f = flag(f, "Payload", s.Payload == m.Name)
		f = flag(f, "Attribute", m.XMLAttribute)
		f = append(f, "Shape: "+g.pointer(name, m.Shape))
		fmt.Fprintf(&b, "{%s},\n", strings.Join(f, ", "))
	}
	b.WriteString("}")
	return b.String()
}

func flag(f []string, name string, set bool) []string {
	if set {
		f = append(f, name+": true")
	}
	return f
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func bound(n *float64) string {
	if n == nil {
		return "-1"
	}
	return strconv.FormatInt(int64(*n), 10)
}

func raw(s string) string {
	if strings.Contains(s, "`") {
		return strconv.Quote(s)
	}
	return "`" + s + "`"
}
