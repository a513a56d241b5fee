package policy

import "testing"

// TestSpaceOutsideStrings counts the first byte too, and none within quotes.
func TestSpaceOutsideStrings(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, " ": 1, " {}": 1, "\t\r\n {} ": 5, `"a b"`: 0, `"a b" `: 1, `"a\" b" `: 1, `"a\\" b`: 1, `{ "a" : " " }`: 4,
	} {
		if got := spaceOutsideStrings(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}
