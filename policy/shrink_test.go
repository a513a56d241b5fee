package policy

import (
	"slices"
	"testing"
)

// shrunk is the smallest case found that still does what the test says: with
// fewer policies, statements, conditions and context keys.
func (c decisionCase) shrunk(still func(decisionCase) bool) decisionCase {
	for again := true; again; {
		again = false
		for _, smaller := range c.smaller() {
			if still(smaller) {
				c, again = smaller, true
				break
			}
		}
	}
	return c
}

// smaller is the case with one thing less, each in turn.
func (c decisionCase) smaller() (all []decisionCase) {
	with := func(change func(*decisionCase)) {
		d := c.copied()
		change(&d)
		all = append(all, d)
	}
	for _, list := range []func(*decisionCase) *[]string{
		func(c *decisionCase) *[]string { return &c.identity }, func(c *decisionCase) *[]string { return &c.boundary },
		func(c *decisionCase) *[]string { return &c.session }, func(c *decisionCase) *[]string { return &c.endpoint },
	} {
		for i, text := range *list(&c) {
			with(func(c *decisionCase) { *list(c) = slices.Delete(*list(c), i, i+1) })
			for _, smaller := range smallerDocuments(text) {
				with(func(c *decisionCase) { (*list(c))[i] = smaller })
			}
		}
	}
	for _, list := range []func(*decisionCase) *[][]string{
		func(c *decisionCase) *[][]string { return &c.scp }, func(c *decisionCase) *[][]string { return &c.rcp },
	} {
		for i := range *list(&c) {
			with(func(c *decisionCase) { *list(c) = slices.Delete(*list(c), i, i+1) })
			for j, text := range (*list(&c))[i] {
				with(func(c *decisionCase) { (*list(c))[i] = slices.Delete((*list(c))[i], j, j+1) })
				for _, smaller := range smallerDocuments(text) {
					with(func(c *decisionCase) { (*list(c))[i][j] = smaller })
				}
			}
		}
	}
	for _, text := range []func(*decisionCase) *string{
		func(c *decisionCase) *string { return &c.resourcePolicy }, func(c *decisionCase) *string { return &c.trust },
	} {
		if *text(&c) != "" {
			with(func(c *decisionCase) { *text(c) = "" })
			for _, smaller := range smallerDocuments(*text(&c)) {
				with(func(c *decisionCase) { *text(c) = smaller })
			}
		}
	}
	for key := range c.context {
		with(func(d *decisionCase) {
			d.context = make(m)
			for other, v := range c.context {
				if other != key {
					d.context[other] = v
				}
			}
		})
	}
	return all
}

// smallerDocuments are a document with a statement less, with a condition less
// or with a value less, each in turn.
func smallerDocuments(text string) (all []string) {
	if text == notLoaded || text == corrupt || text == "" {
		return nil
	}
	p := slowRead(text)
	version := ""
	if p.variables {
		version = version2012
	}
	for i, s := range p.statements {
		if len(p.statements) > 1 {
			all = append(all, documentOf(version, slices.Delete(slices.Clone(p.statements), i, i+1)...))
		}
		for name, v := range s {
			for _, less := range lessOf(name, v) {
				list := slices.Clone(p.statements)
				list[i] = m{}
				for other, v := range s {
					list[i][other] = v
				}
				if list[i][name] = less; less == nil {
					delete(list[i], name)
				}
				all = append(all, documentOf(version, list...))
			}
		}
	}
	return all
}

// lessOf is an element of a statement with a value less.
func lessOf(name string, v any) (all []any) {
	switch v := v.(type) {
	case []any:
		for i := range v {
			if len(v) > 1 {
				all = append(all, slices.Delete(slices.Clone(v), i, i+1))
			}
		}
	case m:
		if name == "Condition" {
			all = append(all, nil)
		}
		for key := range v {
			if len(v) == 1 {
				break
			}
			less := m{}
			for other, value := range v {
				if other != key {
					less[other] = value
				}
			}
			all = append(all, less)
		}
	}
	return all
}

// failSmall fails with the smallest case that still does what the test says.
func failSmall(t *testing.T, c *decisionCase, still func(decisionCase) bool, format string, arguments ...any) {
	t.Helper()
	small := c.shrunk(still)
	failCase(t, &small, format, arguments...)
}

// disagrees: the two evaluators answer differently.
func disagrees(t *testing.T) func(c decisionCase) bool {
	return func(c decisionCase) bool {
		r := c.request(t)
		d := Decide(r, c.set(t))
		outcome, by := c.slowly(r, slowRead, nil)
		return outcome != d.Outcome || outcome != Allowed && by != d.By
	}
}

func TestShrunk(t *testing.T) {
	c := decisionCase{identity: []string{full[0], statements(allows("iam:*", "*"), allows([]string{"a:b", "s3:*"}, "*",
		"Condition", m{"Null": m{"x": "true"}}))}, scp: [][]string{full, {full[0], silent[0]}},
		resourcePolicy: named1("*"), trust: trustOf(m{"AWS": "*"}), context: m{"k": "a"}}
	small := c.shrunk(func(c decisionCase) bool {
		return slices.ContainsFunc(c.identity, func(text string) bool {
			return slices.ContainsFunc(slowRead(text).statements, func(s m) bool {
				return slices.Contains(slowList(s["Action"]), "s3:*")
			})
		})
	})
	want := statements(m{"Effect": "Allow", "Action": []string{"s3:*"}, "Resource": "*"})
	if len(small.identity) != 1 || small.identity[0] != want || len(small.scp)+len(small.context) != 0 ||
		small.resourcePolicy+small.trust != "" {
		t.Errorf("%+v", small)
	}
}
