package store

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// The limits of design.md ("Data"), those of etcd: each holds to the last unit, and
// the error says what broke it.
func TestCheck(t *testing.T) {
	many := func(n int) (pre []Precondition, changes []Change) {
		for i := range n {
			pre, changes = append(pre, Precondition{Key: fmt.Sprint("k", i)}), append(changes, Change{Key: fmt.Sprint("k", i)})
		}
		return pre, changes
	}
	pre100, changes100 := many(MaxOperations)
	pre101, changes101 := many(MaxOperations + 1)
	half := make([]byte, MaxCommit/2-len("a"))
	for name, c := range map[string]struct {
		pre     []Precondition
		changes []Change
		want    error
		says    string
	}{
		"nothing":                     {nil, nil, nil, ""},
		"100 of each":                 {pre100, changes100, nil, ""},
		"101 preconditions":           {pre101, nil, ErrTooLarge, "101 preconditions and 0 changes, of 100 each"},
		"101 changes":                 {nil, changes101, ErrTooLarge, "0 preconditions and 101 changes"},
		"an empty key":                {nil, []Change{{}}, ErrInvalid, "empty key"},
		"an empty key asserted":       {[]Precondition{{}}, nil, ErrInvalid, "empty key"},
		"the longest key":             {[]Precondition{{Key: strings.Repeat("k", MaxKey)}}, []Change{{Key: strings.Repeat("k", MaxKey)}}, nil, ""},
		"a key that is too long":      {nil, []Change{{Key: strings.Repeat("k", MaxKey+1)}}, ErrTooLarge, "1025 bytes in a key, of 1024"},
		"too long a key asserted":     {[]Precondition{{Key: strings.Repeat("k", MaxKey+1)}}, nil, ErrTooLarge, "1025 bytes"},
		"the largest value":           {nil, []Change{{Key: "a", Value: make([]byte, MaxValue)}}, nil, ""},
		"too large a value":           {nil, []Change{{Key: "a", Value: make([]byte, MaxValue+1)}}, ErrTooLarge, `1048577 bytes in the value of key "a", of 1048576`},
		"a key changed twice":         {nil, []Change{{Key: "a"}, {Key: "b"}, {Key: "a", Delete: true}}, ErrInvalid, `key "a" is changed twice`},
		"a key asserted twice":        {[]Precondition{{Key: "a"}, {Key: "a", Revision: 1}}, nil, nil, ""},
		"a negative revision":         {[]Precondition{{Key: "a", Revision: -1}}, nil, ErrInvalid, `negative revision for key "a"`},
		"the largest commit":          {nil, []Change{{Key: "a", Value: half}, {Key: "b", Value: half}}, nil, ""},
		"a commit of a byte too many": {[]Precondition{{Key: "c"}}, []Change{{Key: "a", Value: half}, {Key: "b", Value: half}}, ErrTooLarge, "bytes of keys and values, of 1310720"},
	} {
		t.Run(name, func(t *testing.T) {
			err := Check(c.pre, c.changes)
			if !errors.Is(err, c.want) || c.want == nil && err != nil {
				t.Fatalf("error %v, want %v", err, c.want)
			}
			if err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v does not say %q", err, c.says)
			}
		})
	}
}
