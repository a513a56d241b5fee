package policy

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestKeysFound: of any number of keys each is found, in any case, and none else.
func TestKeysFound(t *testing.T) {
	random := rand.New(rand.NewPCG(61, 62))
	for range 300 {
		values := make(m)
		for range random.IntN(40) {
			key := "aws:" + randomText(random, "abcdefghijklmnop:/", 12)
			values[key] = key
		}
		k, err := ContextOf(values)
		if err != nil {
			t.Fatal(err)
		}
		for key := range values {
			for _, name := range []string{key, strings.ToUpper(key)} {
				if v, ok := k.Lookup(KeyOf(name)); !ok || v.One != key {
					t.Fatalf("%s of %d keys: %v, %v", name, len(values), v, ok)
				}
			}
			other := key + "q"
			if v, ok := k.Lookup(KeyOf(other)); ok {
				t.Fatalf("%s is not there, but %v", other, v)
			}
		}
	}
	for size := range 70 { // as many buckets as it takes, each used
		values := make(m)
		for i := range size {
			values[fmt.Sprintf("key-%d", i)] = fmt.Sprint(i)
		}
		k, err := ContextOf(values)
		if err != nil {
			t.Fatal(err)
		}
		for i := range size {
			if v, ok := k.Lookup(KeyOf(fmt.Sprintf("KEY-%d", i))); !ok || v.One != fmt.Sprint(i) {
				t.Fatalf("key %d of %d: %v, %v", i, size, v, ok)
			}
		}
	}
}
