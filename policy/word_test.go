package policy

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestFoldWord: the letters A to Z and no other byte, wherever they stand.
func TestFoldWord(t *testing.T) {
	for c := range 256 {
		for at := range wordSize {
			text := []byte("zzzzzzzz")
			text[at] = byte(c)
			want := bytes.Clone(text)
			if 'A' <= c && c <= 'Z' {
				want[at] += 'a' - 'A'
			}
			w := foldWord(wordAt(string(text), 0))
			if w != wordAt(string(want), 0) {
				t.Errorf("%q: %x", text, w)
			}
			colons := colonsIn(wordAt(string(text), 0))
			if want := uint64(0x80) << (8 * at); (colons == want) != (c == ':') || c != ':' && colons != 0 {
				t.Errorf("%q: colons at %x", text, colons)
			}
		}
	}
}

// TestWordAt: the bytes from a place on, the first one lowest, then zeros.
func TestWordAt(t *testing.T) {
	for _, text := range []string{"a", "abcdefg", "abcdefgh", "abcdefghi", "abcdefghijklmnopq"} {
		for at := range text {
			var want uint64
			for i, c := range []byte(text[at:min(at+wordSize, len(text))]) {
				want |= uint64(c) << (8 * i)
			}
			if got := wordAt(text, at); got != want {
				t.Errorf("%s from %d: %x, want %x", text, at, got, want)
			}
		}
	}
}

// TestFifthColon finds what splitting finds.
func TestFifthColon(t *testing.T) {
	random := rand.New(rand.NewPCG(31, 32))
	found := 0
	for range min(randomCases(), 100_000) {
		text := randomText(random, "ab::", 40)
		want := -1
		if parts := strings.SplitN(text, ":", arnParts); len(parts) == arnParts {
			want = len(text) - len(parts[arnParts-1]) - 1
			found++
		}
		if got := fifthColon(text); got != want {
			t.Fatalf("%q: %d, want %d", text, got, want)
		}
		tgt := newTarget(text)
		if tgt.arn != (want >= 0) || tgt.arn && tgt.tail != text[want+1:] {
			t.Fatalf("%q: %+v", text, tgt)
		}
	}
	if found < min(randomCases(), 100_000)/2 {
		t.Errorf("only %d found", found)
	}
}

// TestHeads are in the order of their texts, as far as they tell.
func TestHeads(t *testing.T) {
	random := rand.New(rand.NewPCG(33, 34))
	for range min(randomCases(), 100_000) {
		a, b := randomText(random, "ab\x00", 12), randomText(random, "ab\x00", 12)
		if headAt(a, 0) < headAt(b, 0) && a >= b || headAt(a, 0) > headAt(b, 0) && a <= b {
			t.Fatalf("%q and %q", a, b)
		}
	}
	if headAt("a", 0) == headAt("b", 0) || headAt("abcdefgh", 0) == headAt("abcdefgi", 0) || headAt("abcdefghi", 0) != headAt("abcdefgh", 0) {
		t.Error("a head is eight bytes")
	}
}

// TestReadAction: the action in lower case, where its service ends, and a hash
// that tells services apart.
func TestReadAction(t *testing.T) {
	random := rand.New(rand.NewPCG(35, 36))
	hashes := make(map[serviceHash]string)
	for range min(randomCases(), 100_000) {
		action := randomText(random, "aBZ@[`{:", 30)
		var room [24]byte
		folded, colon, service := readAction(room[:], action)
		if want := strings.ToLower(action); string(folded) != want || colon != strings.IndexByte(want, ':') {
			t.Fatalf("%q: %q, colon at %d", action, folded, colon)
		}
		if colon < 0 {
			if service != 0 {
				t.Fatalf("%q has a service", action)
			}
			continue
		}
		name := string(folded[:colon])
		if service == 0 || service != hashService(name) {
			t.Fatalf("%q: %x for %q", action, service, name)
		}
		if other, ok := hashes[service]; ok && other != name {
			t.Fatalf("%q and %q share a hash", name, other)
		}
		hashes[service] = name
	}
	if len(hashes) < min(randomCases(), 100_000)/100 {
		t.Errorf("only %d services", len(hashes))
	}
}

// TestAccount is the account in an ARN.
func TestAccount(t *testing.T) {
	for text, want := range map[string]string{
		"arn:aws:sqs:eu-west-1:111122223333:q": "111122223333",
		"arn:aws:iam::111122223333:user/a:b":   "111122223333",
		"::::111122223333:":                    "111122223333",
		"arn:aws:s3:::b":                       "",
		":::::":                                "",
		"arn:aws:sqs:eu:1111222233334:q":       "",
		"arn:aws:sqs:eu:x111122223333:q":       "",
		"arn:aws:sqs:eu:11112222333:q":         "",
		"arn:aws:sqs:eu:11112222333x:q":        "",
		"arn:aws:sqs:111122223333:q":           "",
		"111122223333:":                        "",
		"arn:aws:sqs:eu:111122223333":          "",
		"*":                                    "",
		"":                                     "",
		"arn:aws:sqs:eu:aws:111122223333:q":    "",
	} {
		tgt := newTarget(text)
		if got := tgt.account(); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
