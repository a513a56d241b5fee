package seal

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/store"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
)

func newStore(t *testing.T) store.Store {
	t.Helper()
	s, err := embedded.Open(filepath.Join(t.TempDir(), "store.db"), embedded.Options{Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func openKeyring(t *testing.T, s store.Store, m Master) *Keyring {
	t.Helper()
	r, err := OpenKeyring(t.Context(), s, m)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestKeyringLasts(t *testing.T) {
	s, m := newStore(t), Master{key: [keySize]byte(masterBytes)}
	sealed := openKeyring(t, s, m).For("test").Seal([]byte("secret"), nil)
	plain, err := openKeyring(t, s, m).For("test").Open(sealed, nil)
	if err != nil || string(plain) != "secret" {
		t.Errorf("after opening anew: %q, %v", plain, err)
	}
}

func TestKeyringOfNodesThatStartAtOnce(t *testing.T) {
	s, m := newStore(t), Master{key: [keySize]byte(masterBytes)}
	rings := make([]*Keyring, 8)
	var wg sync.WaitGroup
	for i := range rings {
		wg.Go(func() { rings[i] = openKeyring(t, s, m) })
	}
	wg.Wait()
	sealed := rings[0].For("test").Seal([]byte("secret"), nil)
	for i, r := range rings {
		if _, err := r.For("test").Open(sealed, nil); err != nil {
			t.Errorf("node %d: %v", i, err)
		}
	}
}

func TestKeyringRotates(t *testing.T) {
	s, m := newStore(t), Master{key: [keySize]byte(masterBytes)}
	r, other := openKeyring(t, s, m), openKeyring(t, s, m)
	sealer, otherSealer := r.For("test"), other.For("test")
	old := sealer.Seal([]byte("old"), nil)
	if err := r.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	fresh := sealer.Seal([]byte("fresh"), nil)
	if bytes.Equal(old[1:prefix], fresh[1:prefix]) {
		t.Error("sealed with the old key after rotation")
	}
	if plain, err := sealer.Open(old, nil); err != nil || string(plain) != "old" {
		t.Errorf("the old: %q, %v", plain, err)
	}

	t.Run("another node reloads", func(t *testing.T) {
		if _, err := otherSealer.Open(fresh, nil); !errors.Is(err, ErrUnknownKey) {
			t.Errorf("before: %v, want ErrUnknownKey", err)
		}
		if err := other.Reload(t.Context()); err != nil {
			t.Fatal(err)
		}
		if plain, err := otherSealer.Open(fresh, nil); err != nil || string(plain) != "fresh" {
			t.Errorf("after: %q, %v", plain, err)
		}
	})
	t.Run("two nodes rotate at once", func(t *testing.T) {
		if err := other.Rotate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := r.Rotate(t.Context()); !errors.Is(err, store.ErrConflict) {
			t.Errorf("the second: %v, want ErrConflict", err)
		}
		if _, err := sealer.Open(sealer.Seal(nil, nil), nil); err != nil {
			t.Errorf("the loser's keyring is damaged: %v", err)
		}
	})
}

func TestKeyringWithAnotherMaster(t *testing.T) {
	s, m := newStore(t), Master{key: [keySize]byte(masterBytes)}
	r := openKeyring(t, s, m)
	sealed := r.For("test").Seal([]byte("secret"), nil)
	if _, err := OpenKeyring(t.Context(), s, Master{}); !errors.Is(err, ErrMasterWrong) {
		t.Errorf("another master key: %v, want ErrMasterWrong", err)
	}

	changed, err := r.ChangeMaster(t.Context(), Master{})
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]*Keyring{"returned": changed, "opened anew": openKeyring(t, s, Master{})} {
		if plain, err := r.For("test").Open(sealed, nil); err != nil || string(plain) != "secret" {
			t.Errorf("%s: %q, %v", name, plain, err)
		}
	}
	if _, err := OpenKeyring(t.Context(), s, m); !errors.Is(err, ErrMasterWrong) {
		t.Errorf("the old master key: %v, want ErrMasterWrong", err)
	}
}

func TestKeyringIsRefused(t *testing.T) {
	m := Master{key: [keySize]byte(masterBytes)}
	empty := keys{current: 1}
	dangling := keys{current: 9, data: []dataKey{{id: 1}}}
	valid := fixedRing().keys.Load().wrap(m)
	table := []struct {
		name  string
		value []byte
		wrong bool
	}{
		{"empty", nil, false},
		{"a later format", replaced(valid, 0, 2), false},
		{"no key", empty.wrap(m), false},
		{"no current key", dangling.wrap(m), false},
		{"changed", replaced(valid, len(valid)-1, valid[len(valid)-1]^1), true},
		{"cut off", valid[:20], true},
	}
	for _, c := range table {
		t.Run(c.name, func(t *testing.T) {
			s := newStore(t)
			if _, err := s.Commit(t.Context(), nil, []store.Change{{Key: KeyringKey, Value: c.value}}); err != nil {
				t.Fatal(err)
			}
			_, err := OpenKeyring(t.Context(), s, m)
			if err == nil || errors.Is(err, ErrMasterWrong) != c.wrong {
				t.Errorf("got %v", err)
			}
			e, _, err := s.Get(t.Context(), KeyringKey)
			if err != nil || !bytes.Equal(e.Value, c.value) {
				t.Errorf("the stored keyring was replaced, %v", err)
			}
		})
	}
}

func TestKeyringOfAStoreThatFails(t *testing.T) {
	s, m := newStore(t), Master{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := OpenKeyring(ctx, s, m); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// wrappedGolden is a keyring of the past.
type wrappedGolden struct{ Master, Wrapped string }

func TestKeyringGolden(t *testing.T) {
	path := filepath.Join("testdata", "keyring.json")
	m := Master{key: [keySize]byte(masterBytes)}
	want := fixedRing().keys.Load()
	if *update {
		writeJSON(t, path, wrappedGolden{hex.EncodeToString(m.key[:]), hex.EncodeToString(want.wrap(m))})
	}
	var g wrappedGolden
	readJSON(t, path, &g)
	wrapped := unhex(t, g.Wrapped)

	got, err := unwrap(Master{key: [keySize]byte(unhex(t, g.Master))}, wrapped)
	if err != nil || got.current != 2 || len(got.data) != 2 || got.data[0] != want.data[0] || got.data[1] != want.data[1] {
		t.Errorf("unwrapped to %d keys, %v", len(got.data), err)
	}
	plain, err := gcmByHand(t, unhex(t, g.Master), "gatehouse/keyring/1").Open(nil, wrapped[1:13], wrapped[13:], []byte("seal/keyring"))
	documented := "00000002" + "00000001" + hex.EncodeToString(bytes.Repeat([]byte{0x11}, 32)) +
		"00000002" + hex.EncodeToString(bytes.Repeat([]byte{0x22}, 32))
	if err != nil || hex.EncodeToString(plain) != documented {
		t.Errorf("by hand: %x, %v", plain, err)
	}
}
