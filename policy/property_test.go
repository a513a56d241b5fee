package policy

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
)

// variantKey is a document and a change of it.
type variantKey struct {
	text   string
	denies bool // one more Deny; else another order
}

// variant is a document with one more Deny statement, or in another order of
// its statements and values.
func (l *library) variant(kind Type, text string, denies bool) string {
	if text == notLoaded || text == corrupt || text == "" {
		return text
	}
	key := variantKey{text, denies}
	if other, ok := l.others[key]; ok {
		return other
	}
	p := slowRead(text)
	list := slices.Clone(p.statements)
	if denies {
		more := randomStatement(l.random, kind)
		more["Effect"] = "Deny"
		list = slices.Insert(list, l.random.IntN(len(list)+1), more)
	} else {
		for i, s := range list {
			list[i] = shuffled(l.random, s).(m)
		}
		l.random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	}
	version := ""
	if p.variables {
		version = version2012
	}
	other := documentOf(version, list...)
	l.others[key] = other
	return other
}

// shuffled is a JSON value whose lists are in another order.
func shuffled(random *rand.Rand, v any) any {
	switch v := v.(type) {
	case m:
		other := make(m, len(v))
		for name, value := range v {
			other[name] = shuffled(random, value)
		}
		return other
	case []any:
		other := slices.Clone(v)
		random.Shuffle(len(other), func(i, j int) { other[i], other[j] = other[j], other[i] })
		return other
	}
	return v
}

// denying are changes to a case that never allow more (E-21).
var denying = []struct {
	name string
	more func(l *library, c *decisionCase)
}{
	{"a Deny in an identity policy", func(l *library, c *decisionCase) { l.deny(Identity, c.identity) }},
	{"a Deny in a boundary", func(l *library, c *decisionCase) { l.deny(Boundary, c.boundary) }},
	{"a Deny in a session policy", func(l *library, c *decisionCase) { l.deny(Session, c.session) }},
	{"a Deny in an endpoint policy", func(l *library, c *decisionCase) { l.deny(Endpoint, c.endpoint) }},
	{"a Deny in the resource policy", func(l *library, c *decisionCase) {
		c.resourcePolicy = l.variant(Resource, c.resourcePolicy, true)
	}},
	{"a Deny in the trust policy", func(l *library, c *decisionCase) { c.trust = l.variant(Trust, c.trust, true) }},
	{"a Deny in an SCP", func(l *library, c *decisionCase) { l.denyLevel(ServiceControl, c.scp) }},
	{"a Deny in an RCP", func(l *library, c *decisionCase) { l.denyLevel(ResourceControl, c.rcp) }},
	{"a Deny by itself", func(l *library, c *decisionCase) { c.identity = append(c.identity, denyAll[0]) }},
	{"a boundary", func(l *library, c *decisionCase) {
		if len(c.boundary) == 0 {
			c.boundary = []string{l.document(Boundary)}
		}
	}},
	{"a session policy", func(l *library, c *decisionCase) {
		if len(c.session) == 0 && !c.sessionRequired { // there the first one is what allows at all
			c.session = []string{l.document(Session)}
		}
	}},
	{"a required session policy", func(_ *library, c *decisionCase) { c.sessionRequired = true }},
	{"an SCP", func(l *library, c *decisionCase) {
		c.scp = slices.Insert(c.scp, l.random.IntN(len(c.scp)+1), []string{l.document(ServiceControl)})
	}},
	{"an RCP", func(l *library, c *decisionCase) {
		c.rcp = slices.Insert(c.rcp, l.random.IntN(len(c.rcp)+1), []string{l.document(ResourceControl)})
	}},
	{"an endpoint policy", func(l *library, c *decisionCase) {
		if len(c.endpoint) == 0 {
			c.endpoint = []string{l.document(Endpoint)}
		}
	}},
	{"a policy that cannot be read", func(_ *library, c *decisionCase) { c.identity = append(c.identity, corrupt) }},
}

// deny adds a Deny to one of the documents.
func (l *library) deny(kind Type, texts []string) {
	if len(texts) > 0 {
		i := l.random.IntN(len(texts))
		texts[i] = l.variant(kind, texts[i], true)
	}
}

func (l *library) denyLevel(kind Type, levels [][]string) {
	if len(levels) > 0 {
		l.deny(kind, levels[l.random.IntN(len(levels))])
	}
}

// copied is the case with lists of its own.
func (c decisionCase) copied() decisionCase {
	levels := func(list [][]string) [][]string {
		list = slices.Clone(list)
		for i := range list {
			list[i] = slices.Clone(list[i])
		}
		return list
	}
	c.identity, c.boundary, c.session = slices.Clone(c.identity), slices.Clone(c.boundary), slices.Clone(c.session)
	c.endpoint, c.scp, c.rcp = slices.Clone(c.endpoint), levels(c.scp), levels(c.rcp)
	return c
}

// monotone is E-21: what denies more never allows more.
func monotone(t *testing.T) {
	turned := make([]atomic.Int64, len(denying)) // how often a change turned an allowance
	tries(t, 21, func(t *testing.T, random *rand.Rand) int {
		l := newLibrary(random, 4)
		for range casesOfLibrary {
			c := l.decision()
			r := c.request(t)
			before := Decide(r, l.set(t, &c)).Outcome
			for i, change := range denying {
				harder := c.copied()
				change.more(l, &harder)
				after := Decide(r, l.set(t, &harder)).Outcome
				switch {
				case before != Allowed && after == Allowed:
					failCase(t, &c, "%s allows what was denied", change.name)
					return casesOfLibrary
				case before == ExplicitDeny && after != ExplicitDeny:
					failCase(t, &c, "%s takes an explicit denial back", change.name)
					return casesOfLibrary
				case before == Allowed && after != Allowed:
					turned[i].Add(1)
				}
			}
		}
		return casesOfLibrary
	})
	for i, change := range denying {
		if turned[i].Load() == 0 && !testing.Short() {
			t.Errorf("%s never denied anything", change.name)
		}
	}
}

// reorder puts all that has no order into another one: statements, the values of
// an element, the policies of a type, and the levels.
func (l *library) reorder(c *decisionCase) {
	list := func(kind Type, texts []string) {
		for i := range texts {
			texts[i] = l.variant(kind, texts[i], false)
		}
		l.random.Shuffle(len(texts), func(i, j int) { texts[i], texts[j] = texts[j], texts[i] })
	}
	levels := func(kind Type, texts [][]string) {
		for _, level := range texts {
			list(kind, level)
		}
		l.random.Shuffle(len(texts), func(i, j int) { texts[i], texts[j] = texts[j], texts[i] })
	}
	list(Identity, c.identity)
	list(Boundary, c.boundary)
	list(Session, c.session)
	list(Endpoint, c.endpoint)
	levels(ServiceControl, c.scp)
	levels(ResourceControl, c.rcp)
	c.resourcePolicy = l.variant(Resource, c.resourcePolicy, false)
	c.trust = l.variant(Trust, c.trust, false)
}

// TestOrder is M-14 for everything that is a set.
func TestOrder(t *testing.T) {
	tries(t, 14, func(t *testing.T, random *rand.Rand) int {
		l := newLibrary(random, 6)
		for range casesOfLibrary {
			c := l.decision()
			other := c.copied()
			l.reorder(&other)
			r := c.request(t)
			d, e := Decide(r, l.set(t, &c)), Decide(r, l.set(t, &other))
			if d.Outcome != e.Outcome || d.By != e.By {
				failCase(t, &c, "%s, in another order %s\n%+v", outcomeText(d.Outcome, d.By),
					outcomeText(e.Outcome, e.By), other)
				return casesOfLibrary
			}
		}
		return casesOfLibrary
	})
}

// TestVariants: the changed documents are what they are said to be.
func TestVariants(t *testing.T) {
	l := newLibrary(rand.New(rand.NewPCG(7, 7)), 5)
	for range 20 {
		text := l.write(Resource)
		harder, other := slowRead(l.variant(Resource, text, true)), slowRead(l.variant(Resource, text, false))
		p := slowRead(text)
		if len(harder.statements) != len(p.statements)+1 || len(other.statements) != len(p.statements) {
			t.Errorf("%d statements, %d with a Deny, %d in another order", len(p.statements), len(harder.statements),
				len(other.statements))
		}
		if harder.variables != p.variables || other.variables != p.variables {
			t.Error("another version")
		}
	}
	c := decisionCase{scp: [][]string{{"a"}}}
	d := c.copied()
	d.scp[0][0] = "b"
	if c.scp[0][0] != "a" {
		t.Error("a copy shares its levels")
	}
	if b, err := json.Marshal(shuffled(l.random, m{"a": []any{"x", "x"}})); err != nil || string(b) != `{"a":["x","x"]}` {
		t.Errorf("%s, %v", b, err)
	}
}
