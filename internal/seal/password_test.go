package seal

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
)

// cheap keeps the tests fast; the format and the rules are those of any cost.
var cheap = Cost{Memory: 64, Passes: 1, Threads: 1}

func TestPasswordVerifies(t *testing.T) {
	p := NewPasswords(cheap)
	for _, password := range []string{"", "hunter2!", "pässwörd €", strings.Repeat("x", MaxPassword)} {
		hash, err := p.Hash(t.Context(), password)
		if err != nil {
			t.Fatal(err)
		}
		for other, want := range map[string]bool{password: true, password + "x": false, "another": false} {
			if ok, err := p.Verify(t.Context(), hash, other); ok != want || err != nil {
				t.Errorf("%d bytes against %d: %v, %v", len(other), len(password), ok, err)
			}
		}
	}
}

func TestPasswordIsSalted(t *testing.T) {
	p := NewPasswords(cheap)
	a, _ := p.Hash(t.Context(), "same")
	b, _ := p.Hash(t.Context(), "same")
	if a == b {
		t.Error("the same password has the same hash twice")
	}
}

func TestPasswordTooLong(t *testing.T) {
	p := NewPasswords(cheap)
	long := strings.Repeat("x", MaxPassword+1)
	if _, err := p.Hash(t.Context(), long); !errors.Is(err, ErrPasswordTooLong) {
		t.Errorf("Hash: %v", err)
	}
	hash, _ := p.Hash(t.Context(), long[:MaxPassword])
	if ok, err := p.Verify(t.Context(), hash, long); ok || err != nil {
		t.Errorf("Verify: %v, %v: a wrong password is no error", ok, err)
	}
	if err := p.VerifyAbsent(t.Context(), long); err != nil {
		t.Errorf("VerifyAbsent: %v", err)
	}
}

// The reference implementation of argon2 (CC0) made these: its test vectors of
// version 0x13 for argon2id, password "password", salt "somesalt".
func TestPasswordOfTheReference(t *testing.T) {
	p := NewPasswords(cheap)
	for _, hash := range []string{
		"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
	} {
		if ok, err := p.Verify(t.Context(), hash, "password"); !ok || err != nil {
			t.Errorf("%s: %v, %v", hash, ok, err)
		}
		if ok, err := p.Verify(t.Context(), hash, "differentpassword"); ok || err != nil {
			t.Errorf("%s with another password: %v, %v", hash, ok, err)
		}
	}
}

func TestPasswordHashIsRefused(t *testing.T) {
	const salt, digest = "c29tZXNhbHQ", "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	table := map[string]string{
		"empty":                    "",
		"plain text":               "hunter2!",
		"argon2i":                  "$argon2i$v=19$m=256,t=2,p=1$" + salt + "$" + digest,
		"an older version":         "$argon2id$v=16$m=256,t=2,p=1$" + salt + "$" + digest,
		"no version":               "$argon2id$m=256,t=2,p=1$" + salt + "$" + digest,
		"no memory":                "$argon2id$v=19$m=0,t=2,p=1$" + salt + "$" + digest,
		"too much memory":          "$argon2id$v=19$m=4294967295,t=2,p=1$" + salt + "$" + digest,
		"memory out of range":      "$argon2id$v=19$m=99999999999,t=2,p=1$" + salt + "$" + digest,
		"no pass":                  "$argon2id$v=19$m=256,t=0,p=1$" + salt + "$" + digest,
		"too many passes":          "$argon2id$v=19$m=256,t=1000000,p=1$" + salt + "$" + digest,
		"no thread":                "$argon2id$v=19$m=256,t=2,p=0$" + salt + "$" + digest,
		"an empty digest":          "$argon2id$v=19$m=256,t=2,p=1$" + salt + "$",
		"a short digest":           "$argon2id$v=19$m=256,t=2,p=1$" + salt + "$nf65EOg",
		"a short salt":             "$argon2id$v=19$m=256,t=2,p=1$c29t$" + digest,
		"padding":                  "$argon2id$v=19$m=256,t=2,p=1$" + salt + "=$" + digest + "=",
		"a leading zero":           "$argon2id$v=19$m=0256,t=2,p=1$" + salt + "$" + digest,
		"something after the cost": "$argon2id$v=19$m=256,t=2,p=1,x=1$" + salt + "$" + digest,
		"something before":         "x$argon2id$v=19$m=256,t=2,p=1$" + salt + "$" + digest,
	}
	p := NewPasswords(cheap)
	for name, hash := range table {
		t.Run(name, func(t *testing.T) {
			if ok, err := p.Verify(t.Context(), hash, "password"); ok || !errors.Is(err, ErrPasswordHash) {
				t.Errorf("got %v, %v; want ErrPasswordHash", ok, err)
			}
			if p.Outdated(hash) {
				t.Error("Outdated, though nobody can sign in with it")
			}
		})
	}
}

func TestPasswordOutdated(t *testing.T) {
	hash, err := NewPasswords(cheap).Hash(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	if NewPasswords(cheap).Outdated(hash) {
		t.Error("at its own cost")
	}
	if !NewPasswords(DefaultCost).Outdated(hash) {
		t.Error("not at another cost")
	}
	if ok, err := NewPasswords(DefaultCost).Verify(t.Context(), hash, "x"); !ok || err != nil {
		t.Errorf("an outdated hash does not verify: %v", err)
	}
}

// OWASP's Password Storage Cheat Sheet: m=19456 (19 MiB), t=2, p=1.
func TestPasswordDefaultCost(t *testing.T) {
	hash, err := NewPasswords(DefaultCost).Hash(t.Context(), "x")
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("%q, %v", hash, err)
	}
}

func TestPasswordsWaitForASlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPasswords(cheap)
		p.slots <- struct{}{} // two that take long
		p.slots <- struct{}{}
		hash := encodeHash(cheap, make([]byte, saltSize), make([]byte, digestSize))

		ctx, cancel := context.WithCancel(t.Context())
		results := make(chan error, 3)
		go func() { _, err := p.Hash(ctx, "x"); results <- err }()
		go func() { _, err := p.Verify(ctx, hash, "x"); results <- err }()
		go func() { results <- p.VerifyAbsent(ctx, "x") }()
		synctest.Wait()
		if len(results) != 0 {
			t.Fatalf("a third hash runs: %v", <-results)
		}
		cancel()
		for range 3 {
			if err := <-results; !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want the context's error", err)
			}
		}

		<-p.slots
		if _, err := p.Hash(t.Context(), "x"); err != nil {
			t.Errorf("with a free slot: %v", err)
		}
		if len(p.slots) != 1 {
			t.Errorf("%d slots taken, want the other's only", len(p.slots))
		}
	})
}

func TestPasswordsOfAnEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := NewPasswords(cheap).Hash(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func FuzzDecodeHash(f *testing.F) {
	f.Add("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4")
	f.Add("$argon2id$v=19$m=,t=,p=$$")
	f.Fuzz(func(t *testing.T, hash string) {
		cost, salt, digest, err := decodeHash(hash)
		if err == nil && (!cost.valid() || encodeHash(cost, salt, digest) != hash) {
			t.Errorf("%q: %+v", hash, cost)
		}
	})
}

func BenchmarkPassword(b *testing.B) {
	p := NewPasswords(DefaultCost)
	for b.Loop() {
		if _, err := p.Hash(b.Context(), "correct horse battery staple"); err != nil {
			b.Fatal(err)
		}
	}
}
