package sigv4

import (
	"strings"
	"testing"
)

func TestEqual(t *testing.T) {
	for n := range 80 {
		a := strings.Repeat("ab0", 30)[:n]
		if !equal([]byte(a), a) {
			t.Errorf("%d bytes are not equal to themselves", n)
		}
		if equal([]byte(a), a+"x") || n > 0 && equal([]byte(a), a[1:]) {
			t.Errorf("%d bytes are equal to others", n)
		}
		for i := range n {
			for bit := range 8 {
				changed := []byte(a)
				changed[i] ^= 1 << bit
				if equal(changed, a) {
					t.Errorf("%d bytes: bit %d of byte %d makes no difference", n, bit, i)
				}
			}
		}
	}
}

func BenchmarkEqual(b *testing.B) {
	a := strings.Repeat("0123456789abcdef", 4)
	x := []byte(a)
	for b.Loop() {
		if !equal(x, a) {
			b.Fatal()
		}
	}
}
