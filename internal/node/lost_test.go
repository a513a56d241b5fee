package node_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/node"
)

// A store that cannot be opened says why and how to restore: one that is lost is
// not silently replaced with a new account.
func TestLostDataFile(t *testing.T) {
	for name, lose := range map[string]func(path string) error{
		"missing": os.Remove,
		"empty":   func(path string) error { return os.Truncate(path, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config(t)
			n := start(t, cfg)
			account, path := n.Account(), filepath.Join(n.Data(), "gatehouse.db")
			stop(t, n)
			kept, err := os.ReadFile(path)
			ok(t, err)
			ok(t, lose(path))
			again, err := node.Start(context.Background(), cfg)
			if err == nil {
				stop(t, again)
				t.Fatal("a new account in the place of the lost one:", again.Account())
			}
			for _, want := range []string{name, path, "copy your last backup"} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in %q", want, err)
				}
			}
			ok(t, os.WriteFile(path, kept, 0o600))
			if restored := start(t, cfg); restored.Account() != account {
				t.Errorf("account %s after the restore, want %s", restored.Account(), account)
			}
		})
	}
}

// A first start that was killed between the key and the journal goes on.
func TestKilledFirstStart(t *testing.T) {
	for name, left := range map[string]func(t *testing.T, data string){
		"a key alone":             func(*testing.T, string) {},
		"a key and an empty file": func(t *testing.T, data string) { ok(t, os.WriteFile(filepath.Join(data, "gatehouse.db"), nil, 0o600)) },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config(t)
			n := start(t, cfg)
			stop(t, n)
			ok(t, os.Remove(filepath.Join(n.Data(), "gatehouse.db")))
			ok(t, os.RemoveAll(filepath.Join(n.Data(), "journal")))
			left(t, n.Data())
			if again := start(t, cfg); welcome(again) == "" {
				t.Error("no first start")
			}
		})
	}
}
