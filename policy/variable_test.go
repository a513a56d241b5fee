package policy

import (
	"slices"
	"testing"
)

// TestTemplatePieces is how many pieces a text has, and which: a variable ends
// each but the last, and none is empty for nothing.
func TestTemplatePieces(t *testing.T) {
	for text, want := range map[string][]string{
		"":              {""},
		"a":             {"a"},
		"${a}":          {"<a>"},
		"x${a}":         {"x<a>"},
		"${a}y":         {"<a>", "y"},
		"${a}${b}":      {"<a>", "<b>"},
		"x${a}y${b}z":   {"x<a>", "y<b>", "z"},
		"${a}${*}":      {"<a>", "*"},
		"${a}${":        {"<a>", "${"},
		"${a}${b}${":    {"<a>", "<b>", "${"},
		"${$}":          {"$"},
		"${a, 'd'}${b}": {"<a|d>", "<b>"},
		"${a}${b, 'd'}": {"<a>", "<b|d>"},
		"${a}${b, 'd'":  {"<a>", "${b, 'd'"},
		"${'}":          {"${'}"},
	} {
		var got []string
		for _, s := range newTemplate(text, unchanged) {
			piece := s.text
			if v := s.variable; v != nil {
				piece += "<" + v.key.Name
				if v.hasDefault {
					piece += "|" + v.fallback
				}
				piece += ">"
			}
			got = append(got, piece)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestRepeatedVariables: many of one take the memory of one.
func TestRepeatedVariables(t *testing.T) {
	one := newTemplate("${b}${a}${a}${a, 'd'}${a, 'd'}${a, 'e'}", unchanged)
	for _, c := range []struct {
		i, j int
		same bool
	}{{1, 2, true}, {3, 4, true}, {2, 3, false}, {4, 5, false}, {0, 1, false}} {
		if got := one[c.i].variable == one[c.j].variable; got != c.same {
			t.Errorf("%d and %d: %v", c.i, c.j, got)
		}
	}
}

// TestReadVariable is one variable and its length: none for what is none.
func TestReadVariable(t *testing.T) {
	for text, want := range map[string]struct {
		length int
		name   string
	}{
		"a}":           {2, "a"},
		"a}b":          {2, "a"},
		"aws:userid}x": {11, "aws:userid"},
		"a, 'd'}x":     {7, "a"},
		"a, ''}":       {6, "a"},
		"":             {}, "}": {}, ",": {}, "a": {}, "a'": {}, "a*}": {}, "a?}": {}, "a${b}": {}, "a{b}": {}, " a}": {}, "a }": {},
		"a,'d'}": {}, "a, d}": {}, "a, 'd}": {}, "a, 'd'": {}, "a, '": {},
	} {
		v, length := readVariable(text, true)
		if length != want.length || (v != nil) != (want.length > 0) || v != nil && v.key.Name != want.name {
			t.Errorf("%q: %v, %d", text, v, length)
		}
	}
	if v, length := readVariable("a, 'd'}", false); v != nil || length != 0 {
		t.Errorf("no end ahead: %v, %d", v, length)
	}
}

// TestExpand appends each piece in order: those without a variable too, wherever
// they stand.
func TestExpand(t *testing.T) {
	a, b := &variable{key: KeyOf("a")}, &variable{key: KeyOf("b"), fallback: "d", hasDefault: true}
	values := contextOf(t, m{"a": "1"})
	for _, c := range []struct {
		t    template
		want string
		ok   bool
	}{
		{nil, ">", true},
		{template{{text: "x"}, {text: "y"}}, ">xy", true},
		{template{{text: "x"}, {text: "y", variable: a}, {text: "z"}, {variable: b}}, ">xy1zd", true},
		{template{{text: "x"}, {variable: &variable{key: KeyOf("c")}}, {text: "y"}}, "", false},
	} {
		got, ok := c.t.expand([]byte(">"), values)
		if string(got) != c.want || ok != c.ok {
			t.Errorf("%+v: %q, %v", c.t, got, ok)
		}
	}
}
