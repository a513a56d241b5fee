package journal

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func readBackward(t *testing.T, text string) (lines []string) {
	t.Helper()
	b := newBackward(strings.NewReader(text), int64(len(text)))
	for b.next() {
		if end := int(b.offset) + len(b.line); text[b.offset:end] != string(b.line) || b.whole != (end < len(text)) {
			t.Errorf("line %q at %d, whole %v", b.line, b.offset, b.whole)
		}
		lines = append(lines, string(b.line))
	}
	ok(t, b.err)
	return lines
}

func TestBackward(t *testing.T) {
	long := strings.Repeat("x", 2*blockBytes+7)
	for text, want := range map[string][]string{
		"":                          nil,
		"\n":                        {""},
		"a":                         {"a"},
		"a\n":                       {"a"},
		"a\nb\nc\n":                 {"c", "b", "a"},
		"a\n\nb\ntorn":              {"torn", "b", "", "a"},
		"a\n" + long + "\nb\n":      {"b", long, "a"},
		long:                        {long},
		"\n" + long[:blockBytes-1]:  {long[:blockBytes-1], ""},
		"a\n" + long[:blockBytes-1]: {long[:blockBytes-1], "a"},
	} {
		if got := readBackward(t, text); !slices.Equal(got, want) {
			t.Errorf("%.20q of %d bytes: %d lines, want %d", text, len(text), len(got), len(want))
		}
	}
}

// TestBackwardIsForwardTurned: random lines, of lengths around a block's.
func TestBackwardIsForwardTurned(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		var want []string
		var text bytes.Buffer
		for i := range random.IntN(30) {
			line := fmt.Sprint(i, strings.Repeat("y", random.IntN(blockBytes/4)))
			want = append(want, line)
			text.WriteString(line + "\n")
		}
		slices.Reverse(want)
		if got := readBackward(t, text.String()); !slices.Equal(got, want) {
			t.Errorf("%d lines, want %d", len(got), len(want))
		}
	}
}

type brokenReader struct{}

func (brokenReader) ReadAt([]byte, int64) (int, error) { return 0, errors.New("broken") }

func TestBackwardFails(t *testing.T) {
	b := newBackward(brokenReader{}, 10)
	if b.next() || b.err == nil {
		t.Errorf("line %q, error %v", b.line, b.err)
	}
}
