package archive

import (
	"slices"
	"strings"
	"testing"
)

func TestIndex(t *testing.T) {
	x := NewIndex("a\t1\t2\nb\t\nbb\t3\n")
	if x.Len() != 3 || x.Key(2) != "bb" || !slices.Equal(x.Fields(0), []string{"a", "1", "2"}) || !slices.Equal(x.Fields(1), []string{"b", ""}) {
		t.Errorf("%d entries, %q, %q, %q", x.Len(), x.Key(2), x.Fields(0), x.Fields(1))
	}
	for key, want := range map[string]int{"a": 0, "b": 1, "bb": 2} {
		if i, ok := x.Find(key); !ok || i != want {
			t.Errorf("%q is at %d, %v", key, i, ok)
		}
	}
	for _, key := range []string{"", "aa", "c", "a\t1"} {
		if i, ok := x.Find(key); ok {
			t.Errorf("%q is found at %d", key, i)
		}
	}
	if _, ok := NewIndex("").Find("a"); ok {
		t.Error("an empty index has an entry")
	}
}

func TestMustText(t *testing.T) {
	data, at := build(t, someTexts())
	r := NewReader(data)
	if got := r.MustText(at[1].String()); got != "a" {
		t.Errorf("got %q", got)
	}
	for location, want := range map[string]string{"no location": "index is damaged", "1:2:3": "data is damaged"} {
		t.Run(location, func(t *testing.T) {
			defer func() {
				if err, ok := recover().(error); !ok || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q", err, want)
				}
			}()
			r.MustText(location)
		})
	}
}
