package seal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// fixedRing has data keys 1 (32 bytes of 0x11) and 2 (of 0x22); 2 seals.
func fixedRing() *Keyring {
	r := &Keyring{}
	k := &keys{current: 2, data: []dataKey{{id: 1}, {id: 2}}}
	for i := range k.data {
		copy(k.data[i].key[:], bytes.Repeat([]byte{byte(0x11 * (i + 1))}, keySize))
	}
	r.keys.Store(k)
	return r
}

func TestSealOpens(t *testing.T) {
	s := fixedRing().For("test")
	for _, plain := range [][]byte{nil, {0}, []byte("secret"), make([]byte, 1<<20)} {
		sealed := s.Seal(plain, []byte("here"))
		if len(sealed) != len(plain)+Overhead {
			t.Errorf("%d bytes became %d, want %d more", len(plain), len(sealed), Overhead)
		}
		got, err := s.Open(sealed, []byte("here"))
		if err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%d bytes: opened to %d bytes, %v", len(plain), len(got), err)
		}
	}
}

func TestSealIsNeverTheSame(t *testing.T) {
	s := fixedRing().For("test")
	seen := map[string]bool{}
	for range 1000 {
		nonce := string(s.Seal(nil, nil)[prefix:header])
		if seen[nonce] {
			t.Fatal("a nonce came twice")
		}
		seen[nonce] = true
	}
}

func TestOpenRefuses(t *testing.T) {
	r := fixedRing()
	s := r.For("test")
	sealed := s.Seal([]byte("secret"), []byte("here"))
	table := []struct {
		name   string
		sealer *Sealer
		sealed []byte
		aad    string
		want   error
	}{
		{"other place", s, sealed, "there", ErrOpen},
		{"no place", s, sealed, "", ErrOpen},
		{"other purpose", r.For("other"), sealed, "here", ErrOpen},
		{"purpose that begins alike", r.For("test2"), sealed, "here", ErrOpen},
		{"other data key", s, replaced(sealed, 4, 1), "here", ErrOpen},
		{"unknown data key", s, replaced(sealed, 4, 9), "here", ErrUnknownKey},
		{"unknown format", s, replaced(sealed, 0, 2), "here", ErrOpen},
		{"cut off", s, sealed[:len(sealed)-1], "here", ErrOpen},
		{"longer", s, append(bytes.Clone(sealed), 0), "here", ErrOpen},
		{"header only", s, sealed[:header], "here", ErrOpen},
		{"empty", s, nil, "here", ErrOpen},
	}
	for _, c := range table {
		t.Run(c.name, func(t *testing.T) {
			plain, err := c.sealer.Open(c.sealed, []byte(c.aad))
			if !errors.Is(err, c.want) || plain != nil {
				t.Errorf("Open: %q, %v; want %v", plain, err, c.want)
			}
		})
	}
	t.Run("every flipped bit", func(t *testing.T) {
		for i := range len(sealed) * 8 {
			if _, err := s.Open(replaced(sealed, i/8, sealed[i/8]^1<<(i%8)), []byte("here")); err == nil {
				t.Errorf("opens with bit %d flipped", i)
			}
		}
	})
}

func replaced(b []byte, at int, with byte) []byte {
	b = bytes.Clone(b)
	b[at] = with
	return b
}

// golden is a sealed text of the past: what was stored must open for ever.
type golden struct {
	DataKey, KeyID, Purpose, AAD, Plain, Sealed string
}

func TestGolden(t *testing.T) {
	path := filepath.Join("testdata", "sealed.json")
	r := fixedRing()
	if *update {
		sealed := r.For("secret-access-key").Seal([]byte("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), []byte("AKIAIOSFODNN7EXAMPLE"))
		writeJSON(t, path, golden{
			DataKey: hex.EncodeToString(bytes.Repeat([]byte{0x22}, keySize)), KeyID: "00000002",
			Purpose: "secret-access-key", AAD: "AKIAIOSFODNN7EXAMPLE",
			Plain: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", Sealed: hex.EncodeToString(sealed),
		})
	}
	var g golden
	readJSON(t, path, &g)
	sealed := unhex(t, g.Sealed)

	t.Run("opens", func(t *testing.T) {
		plain, err := r.For(g.Purpose).Open(sealed, []byte(g.AAD))
		if err != nil || string(plain) != g.Plain {
			t.Errorf("opened to %q, %v", plain, err)
		}
	})
	t.Run("is what the package comment says", func(t *testing.T) {
		if sealed[0] != 1 || hex.EncodeToString(sealed[1:5]) != g.KeyID {
			t.Errorf("header %x", sealed[:5])
		}
		plain, err := gcmByHand(t, unhex(t, g.DataKey), "gatehouse/seal/1/"+g.Purpose).
			Open(nil, sealed[5:17], sealed[17:], []byte(g.AAD))
		if err != nil || string(plain) != g.Plain {
			t.Errorf("by hand: %q, %v", plain, err)
		}
	})
}

// gcmByHand derives the key as RFC 5869 spells it out, for one block of output.
func gcmByHand(t *testing.T, key []byte, info string) cipher.AEAD {
	t.Helper()
	extract := hmac.New(sha256.New, make([]byte, sha256.Size))
	extract.Write(key)
	expand := hmac.New(sha256.New, extract.Sum(nil))
	expand.Write(append([]byte(info), 1))
	block, err := aes.NewCipher(expand.Sum(nil))
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	return aead
}

func TestSealAllocatesItsOutputOnly(t *testing.T) {
	s := fixedRing().For("test")
	plain, aad := make([]byte, 200), []byte("here")
	sealed := s.Seal(plain, aad)
	buffer := make([]byte, 0, 512)
	table := []struct {
		name string
		want float64
		do   func()
	}{
		{"Seal", 1, func() { s.Seal(plain, aad) }},
		{"Open", 1, func() { s.Open(sealed, aad) }},
		{"AppendSeal", 0, func() { s.AppendSeal(buffer, plain, aad) }},
		{"AppendOpen", 0, func() { s.AppendOpen(buffer, sealed, aad) }},
	}
	for _, c := range table {
		t.Run(c.name, func(t *testing.T) {
			if got := testing.AllocsPerRun(100, c.do); got > c.want {
				t.Errorf("%v allocations, want %v", got, c.want)
			}
		})
	}
}

func TestSealerIsSafeForConcurrentUse(t *testing.T) {
	r := fixedRing()
	s := r.For("test")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 200 {
				if _, err := s.Open(s.Seal([]byte("x"), nil), nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 50 {
		next := r.keys.Load().rotated()
		r.keys.Store(&next)
	}
	wg.Wait()
}

// FuzzOpen starts from the golden text, which is the same in every process.
func FuzzOpen(f *testing.F) {
	var g golden
	readJSON(f, filepath.Join("testdata", "sealed.json"), &g)
	s, valid := fixedRing().For(g.Purpose), unhex(f, g.Sealed)
	f.Add(valid, []byte(g.AAD))
	f.Add(valid[:header], []byte(g.AAD))
	f.Add([]byte{}, []byte{})
	f.Fuzz(func(t *testing.T, sealed, aad []byte) {
		plain, err := s.Open(sealed, aad)
		if err == nil && !(bytes.Equal(sealed, valid) && string(aad) == g.AAD && string(plain) == g.Plain) {
			t.Errorf("forged: %x opens to %q", sealed, plain)
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	s := fixedRing().For("test")
	plain, aad := make([]byte, 200), []byte("AKIAIOSFODNN7EXAMPLE")
	sealed := s.Seal(plain, aad)
	buffer := make([]byte, 0, 512)
	b.Run("Seal", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s.Seal(plain, aad)
		}
	})
	b.Run("Open", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s.Open(sealed, aad)
		}
	})
	b.Run("AppendOpen", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s.AppendOpen(buffer, sealed, aad)
		}
	})
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func readJSON(t testing.TB, path string, v any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, v); err != nil {
		t.Fatal(err)
	}
}

func writeJSON(t testing.TB, path string, v any) {
	t.Helper()
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}
