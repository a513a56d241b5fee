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

// TestWordsOfEveryByte compares with one byte after another, at each length and
// each place, and with the bytes that no ASCII has.
func TestWordsOfEveryByte(t *testing.T) {
	random := rand.New(rand.NewPCG(43, 44))
	for length := range 41 {
		for range 50 {
			text := randomBytes(random, length)
			at, seen := -1, 0
			for i, c := range []byte(text) {
				if c == ':' {
					if seen++; seen == arnParts-1 {
						at = i
					}
				}
			}
			if got := fifthColon(text); got != at {
				t.Fatalf("%q: the fifth colon at %d, want %d", text, got, at)
			}
			for i := range length {
				var want uint64
				for j := min(i+wordSize, length) - 1; j >= i; j-- {
					want = want<<8 | uint64(text[j])
				}
				if got := wordAt(text, i); got != want {
					t.Fatalf("%q from %d: %x, want %x", text, i, got, want)
				}
			}
		}
	}
}

// randomBytes are colons, letters of both cases and bytes beyond ASCII.
func randomBytes(random *rand.Rand, length int) string {
	const alphabet = "::::aAzZ@[\x00\x7f\x80\xba\xc1\xff"
	b := make([]byte, length)
	for i := range b {
		b[i] = alphabet[random.IntN(len(alphabet))]
	}
	return string(b)
}

// TestActionRoom: an action that fits into the room is read into it, and one
// that does not into whole words, no more of them than it needs.
func TestActionRoom(t *testing.T) {
	random := rand.New(rand.NewPCG(45, 46))
	for length := range 41 {
		action := randomBytes(random, length)
		want := []byte(action)
		for i, c := range want {
			if 'A' <= c && c <= 'Z' {
				want[i] += 'a' - 'A'
			}
		}
		room := make([]byte, 48)
		words := (length + 7) / 8 * 8
		for size := 0; size <= len(room); size += wordSize {
			folded, colon, service := readAction(room[:size:size], action)
			if !bytes.Equal(folded, want) || colon != strings.IndexByte(action, ':') || (service != 0) != (colon >= 0) {
				t.Fatalf("%q: %q, colon at %d, service %x", action, folded, colon, service)
			}
			if length <= size && cap(folded) != size || length > size && cap(folded) != words {
				t.Errorf("%d bytes in a room of %d: room for %d", length, size, cap(folded))
			}
			if length > 0 && (&folded[0] == &room[0]) != (length <= size) {
				t.Errorf("%d bytes in a room of %d: elsewhere", length, size)
			}
		}
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

// TestMixLosesNothing: no two words mix to the same, and what a hash is cut to
// tells apart all but its lowest bit, so that no name has 0.
func TestMixLosesNothing(t *testing.T) {
	mixed, finished := make(map[uint64]int), make(map[serviceHash]int)
	for bit := range 64 {
		w := uint64(1) << bit
		if other, ok := mixed[mix(0, w)]; ok || mix(0, w) == mix(0, 0) {
			t.Errorf("bit %d mixes as %d or none does", bit, other)
		}
		mixed[mix(0, w)] = bit
		if h := finish(w); 0 < bit && bit < 32 {
			if other, ok := finished[h]; ok || h == finish(0) {
				t.Errorf("bit %d ends as %d or none does", bit, other)
			}
			finished[h] = bit
		}
	}
	if finish(0) == 0 || finish(0) != finish(1) {
		t.Error("a hash of 0 stands for no service")
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
		"arn:aws:sqs:eu:000000000000:q":        "000000000000",
		"arn:aws:sqs:eu:999999999999:q":        "999999999999",
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
