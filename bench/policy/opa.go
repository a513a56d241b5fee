package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
)

// opaEngine is OPA with a prepared query. A statement is a rule, written so
// that OPA's index finds it: by the action and by the literal start of the
// resource, or by its parts where a region is open.
type opaEngine struct {
	query  rego.PreparedEvalQuery
	inputs []ast.Value
}

func (o *opaEngine) name() string { return "opa" }

func (o *opaEngine) decide(i int) bool {
	answers, err := o.query.Eval(context.Background(), rego.EvalParsedInput(o.inputs[i]))
	return err == nil && answers.Allowed()
}

// newOPA prepares the query, evaluated partially ahead where that is asked for.
func newOPA(d *description, partial bool) (*opaEngine, error) {
	var options []rego.PrepareOption
	if partial {
		options = append(options, rego.WithPartialEval())
	}
	module := d.rego()
	query, err := rego.New(rego.Query("data.bench.allow"), rego.Module("bench.rego", module)).PrepareForEval(context.Background(), options...)
	if err != nil {
		return nil, fmt.Errorf("%w in\n%s", err, module)
	}
	o := &opaEngine{query: query}
	for i := range d.requests {
		in, err := d.requests[i].rego(d)
		if err != nil {
			return nil, err
		}
		o.inputs = append(o.inputs, in)
	}
	return o, nil
}

// rego is the description in Rego. What limits comes before what grants, since
// it is smaller.
func (d *description) rego() string {
	var b strings.Builder
	b.WriteString("package bench\n\nallow if {\n")
	for _, limit := range []struct {
		name     string
		document *document
	}{{"session", d.session}, {"boundary", d.boundary}} {
		if limit.document != nil {
			fmt.Fprintf(&b, "\t%s\n", limit.name)
		}
	}
	b.WriteString("\tgranted\n\tnot denied\n}\n\n")
	for i := range d.identity {
		d.identity[i].rego(&b, "granted")
	}
	d.resource.rego(&b, "granted")
	d.boundary.rego(&b, "boundary")
	d.session.rego(&b, "session")
	for _, name := range []string{"session", "boundary", "granted", "denied"} {
		if head := "\n" + name + " if {"; strings.Contains(b.String(), name+"\n") && !strings.Contains(b.String(), head) {
			b.WriteString(name + " if { false }\n") // asked for, and no statement says it
		}
	}
	return b.String()
}

// rego writes a rule a statement.
func (p *document) rego(b *strings.Builder, head string) {
	if p == nil {
		return
	}
	for i := range p.statements {
		s := &p.statements[i]
		name := head
		if s.deny {
			name = "denied"
		}
		fmt.Fprintf(b, "# %s %s\n%s if {\n\t%s\n}\n\n", p.name, s.sid, name, strings.Join(s.rego(), "\n\t"))
	}
}

func (s *statement) rego() []string {
	var lines []string
	if len(s.roles) > 0 && s.roles[0] != "*" {
		lines = append(lines, fmt.Sprintf("input.role == %q", s.roles[0]))
	}
	lines = append(lines, regoActions(s.actions)...)
	lines = append(lines, regoResources(s.resources)...)
	for _, c := range s.conditions {
		lines = append(lines, c.rego())
	}
	if len(lines) == 0 {
		return []string{"true"}
	}
	return lines
}

func regoActions(actions []string) []string {
	if actions[0] == "*" {
		return nil
	}
	var whole []string // services of which every action is meant
	for _, a := range actions {
		if service, found := strings.CutSuffix(a, ":*"); found {
			whole = append(whole, service)
		}
	}
	if len(whole) == len(actions) {
		return []string{regoEquals("input.service", whole)}
	}
	return regoLike("input.action", actions)
}

// regoLike compares a text with patterns, by what OPA's index knows.
func regoLike(what string, patterns []string) []string {
	var exact, prefixes []string
	for _, p := range patterns {
		if prefix, found := strings.CutSuffix(p, "*"); found {
			prefixes = append(prefixes, prefix)
		} else {
			exact = append(exact, p)
		}
	}
	switch {
	case len(prefixes) == 0:
		return []string{regoEquals(what, exact)}
	case len(exact) == 0 && len(prefixes) == 1:
		return []string{fmt.Sprintf("startswith(%s, %q)", what, prefixes[0])}
	case len(exact) == 0:
		return []string{fmt.Sprintf("strings.any_prefix_match(%s, %s)", what, regoList(prefixes))}
	}
	return []string{fmt.Sprintf("regex.match(%q, %s)", expression(patterns), what)}
}

func regoEquals(what string, values []string) string {
	if len(values) == 1 {
		return fmt.Sprintf("%s == %q", what, values[0])
	}
	return fmt.Sprintf("%s in {%s}", what, strings.Trim(regoList(values), "[]"))
}

func regoList(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = strconv.Quote(v)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// expression is a regular expression for texts that match one of the patterns.
func expression(patterns []string) string {
	quoted := make([]string, len(patterns))
	for i, p := range patterns {
		quoted[i] = strings.NewReplacer(".", `\.`, "*", ".*", "$", `\$`).Replace(p)
	}
	return "^(?:" + strings.Join(quoted, "|") + ")$"
}

func regoResources(patterns []string) []string {
	switch {
	case patterns[0] == "*":
		return nil
	case len(patterns) > 1 && !simple(patterns):
		return []string{fmt.Sprintf("strings.any_prefix_match(input.arn, %s)", regoList(literals(patterns))),
			fmt.Sprintf("regex.match(%q, input.arn)", expression(patterns))}
	case len(patterns) > 1 || simple(patterns):
		return regoLike("input.arn", patterns)
	}
	pattern := patterns[0]
	if before, _, found := strings.Cut(pattern, variable); found {
		return []string{fmt.Sprintf("startswith(input.arn, %q)", before), "input.folder == input.username"}
	}
	parts := strings.SplitN(pattern, ":", 6)
	if parts[3] == "*" {
		return append([]string{fmt.Sprintf("input.service == %q", parts[2]), fmt.Sprintf("input.account == %q", parts[4])},
			regoPart("input.name", parts[5])...)
	}
	return regoPart("input.arn", pattern)
}

// regoPart compares with one pattern, stars wherever they are. glob.match with
// no delimiter lets a star be any run.
func regoPart(what, pattern string) []string {
	if simple([]string{pattern}) {
		return regoLike(what, []string{pattern})
	}
	return []string{fmt.Sprintf("startswith(%s, %q)", what, literals([]string{pattern})[0]),
		fmt.Sprintf("glob.match(%q, null, %s)", pattern, what)}
}

// simple: no star but at the end, and no variable.
func simple(patterns []string) bool {
	for _, p := range patterns {
		if strings.Contains(strings.TrimSuffix(p, "*"), "*") || strings.Contains(p, variable) {
			return false
		}
	}
	return true
}

// literals are what the patterns begin with.
func literals(patterns []string) []string {
	out := make([]string, len(patterns))
	for i, p := range patterns {
		out[i], _, _ = strings.Cut(p, "*")
	}
	return out
}

func (c *condition) rego() string {
	what := "input." + keyNamed(c.key).attribute
	switch c.operator {
	case "StringEquals":
		return regoEquals(what, c.values)
	case "StringNotEquals":
		return "not " + regoEquals(what, c.values)
	case "Bool":
		return what + " == " + c.values[0]
	case "StringLike", "ArnLike":
		return strings.Join(regoPatterns(what, c.values), "\n\t")
	case "NumericLessThan":
		return what + " < " + c.values[0]
	case "DateLessThan":
		return fmt.Sprintf("%s < %d", what, nanoseconds(c.values[0]))
	case "DateGreaterThan":
		return fmt.Sprintf("%s > %d", what, nanoseconds(c.values[0]))
	case "IpAddress":
		return regoAddress(what, c.values)
	case "NotIpAddress":
		var lines []string
		for _, network := range c.values {
			lines = append(lines, "not "+regoAddress(what, []string{network}))
		}
		return strings.Join(lines, "\n\t")
	}
	panic("no operator " + c.operator)
}

func regoPatterns(what string, patterns []string) []string {
	switch {
	case simple(patterns):
		return regoLike(what, patterns)
	case len(patterns) == 1:
		return regoPart(what, patterns[0])
	}
	return []string{fmt.Sprintf("regex.match(%q, %s)", expression(patterns), what)}
}

func regoAddress(what string, networks []string) string {
	if len(networks) == 1 {
		return fmt.Sprintf("net.cidr_contains(%q, %s)", networks[0], what)
	}
	return fmt.Sprintf("net.cidr_contains(%s[_], %s)", regoList(networks), what)
}

func nanoseconds(date string) int64 { return must(time.Parse(time.RFC3339, date)).UnixNano() }

// rego is the request as an input, its ARN cut ahead.
func (r *request) rego(d *description) (ast.Value, error) {
	parts := strings.SplitN(r.resource, ":", 6)
	service, _, _ := strings.Cut(r.action, ":")
	in := map[string]any{"action": r.action, "service": service, "arn": r.resource, "folder": folder(r.resource), "role": d.role}
	if len(parts) == 6 {
		in["account"], in["name"] = parts[4], parts[5]
	}
	for name, v := range r.keys {
		k := keyNamed(name)
		switch k.form {
		case number:
			in[k.attribute] = must(strconv.Atoi(v))
		case date:
			in[k.attribute] = nanoseconds(v)
		case boolean:
			in[k.attribute] = v == "true"
		default:
			in[k.attribute] = v
		}
	}
	return ast.InterfaceToValue(in)
}
