package policy

import (
	"slices"
	"strings"
	"testing"
)

// changing is a case whose changes are known.
type changing struct {
	name string
	decisionCase
	// called are the names of the policies of a type, in order. Others have the
	// name of their type, as inline policies.
	called  map[Type][]string
	changes []string // as sentences
	fixed   string
}

// TestChanges is what is proposed for a denial, by the rows and beyond.
func TestChanges(t *testing.T) {
	for _, table := range [][]changing{changesOfRows, changesOfTypes, changesOfKeys, changesOfDenials,
		changesOfExceptions, changesOfValues} {
		for i := range table {
			c := &table[i]
			t.Run(c.name, c.test)
		}
	}
}

func (c *changing) test(t *testing.T) {
	r, s := c.request(t), c.set(t)
	for kind, names := range c.called {
		c.rename(t, s, kind, names)
	}
	x := Explain(r, s)
	if x.Outcome == Allowed {
		t.Fatal("allowed: nothing to change")
	}
	var got []string
	for i := range x.Changes {
		got = append(got, x.Changes[i].String())
	}
	if !slices.Equal(got, c.changes) || x.Fixed != c.fixed {
		t.Errorf("changes:\n%q,\nwant\n%q\nfixed %q, want %q", got, c.changes, x.Fixed, c.fixed)
	}
	x.flips(t, r, s)
	c.decisionCase.explain(t)
}

// rename gives names to the policies of a type; of SCPs and RCPs to those of
// the first level.
func (c *changing) rename(t *testing.T, s *Set, kind Type, names []string) {
	for _, at := range s.shelves() {
		if at.kind != kind || at.level > 0 {
			continue
		}
		list, _ := s.list(at.kind, at.level)
		list = slices.Clone(list)
		for i, name := range names {
			p, err := Compile(kind, name, list[i].Text())
			if err != nil {
				t.Fatal(err)
			}
			list[i] = p
		}
		s.put(at, list)
	}
}

const (
	managed  = "arn:aws:iam::111122223333:policy/p"
	byAWS    = "arn:aws:iam::aws:policy/AdministratorAccess"
	attached = "Attach a policy to user ana that allows s3:GetObject on arn:aws:s3:::b/k"
)

// A sentence is one line that a terminal does not obey, whatever is in a change.
func TestChangeSentenceIsVisible(t *testing.T) {
	const evil = "x\n\r\x1b[2J\a\x7f\u0085\u009b\u061c\u200e\u202e\u2069\u2028\x9b"
	const seen = `x\n\r\x1b[2J\a\x7f\u0085\u009b\u061c\u200e\u202e\u2069\u2028\x9b`
	for kind := SetKey; kind <= RemovePolicy; kind++ {
		c := Change{Kind: kind, Policy: evil, Target: evil, Sid: evil, Element: evil, Key: evil, Value: evil, Text: evil}
		if got := c.String(); Hidden(got) || !strings.Contains(got, seen) {
			t.Errorf("%d: %q", kind, got)
		}
	}
	for _, plain := range []string{"", "a b\\n", "é 語 😀", "\ufffd"} {
		if Visible(plain) != plain || Hidden(plain) {
			t.Errorf("%q", plain)
		}
	}
}
