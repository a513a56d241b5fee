package node_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/node"
)

// contract.md: a bad value is an error that names the flag, the value and what is
// accepted; nothing is opened or made before.
func TestBadSettings(t *testing.T) {
	table := []struct {
		name  string
		set   func(c *node.Config)
		flag  string
		value string
	}{
		{"account id too short", func(c *node.Config) { c.AccountID = "12345" }, "--account-id", "12345"},
		{"account id with letters", func(c *node.Config) { c.AccountID = "12345678901a" }, "--account-id", "12345678901a"},
		{"region", func(c *node.Config) { c.Region = "US-EAST" }, "--region", "US-EAST"},
		{"no region", func(c *node.Config) { c.Region = "" }, "--region", ""},
		{"root e-mail", func(c *node.Config) { c.RootEmail = "nobody" }, "--root-email", "nobody"},
		{"listen without a port", func(c *node.Config) { c.Listen = "127.0.0.1" }, "--listen", "127.0.0.1"},
		{"listen on a port that cannot be", func(c *node.Config) { c.Listen = "127.0.0.1:99999" }, "--listen", "127.0.0.1:99999"},
		{"console on a port that cannot be", func(c *node.Config) { c.ConsoleListen = ":-1" }, "--console-listen", ":-1"},
		{"listen off", func(c *node.Config) { c.Listen = "off" }, "--listen", "off"},
		{"listen on every address", func(c *node.Config) { c.Listen = "0.0.0.0:0" }, "--listen", "0.0.0.0:0"},
		{"listen on every IPv6 address", func(c *node.Config) { c.Listen = "[::]:0" }, "--listen", "[::]:0"},
		{"listen on a name", func(c *node.Config) { c.Listen = "gatehouse.example.com:0" }, "--listen", "gatehouse.example.com:0"},
		{"console on another address", func(c *node.Config) { c.ConsoleListen = "192.0.2.1:0" }, "--console-listen", "192.0.2.1:0"},
		{"console without a port", func(c *node.Config) { c.ConsoleListen = "none" }, "--console-listen", "none"},
		{"certificate without key", func(c *node.Config) { c.TLSCert = "cert.pem" }, "--tls-cert, --tls-key", "cert.pem"},
		{"key without certificate", func(c *node.Config) { c.TLSKey = "key.pem" }, "--tls-cert, --tls-key", "key.pem"},
		{"public URL without scheme", func(c *node.Config) { c.PublicURL = "gatehouse.example.com" }, "--public-url", "gatehouse.example.com"},
		{"public URL of another scheme", func(c *node.Config) { c.PublicURL = "javascript:alert(1)" }, "--public-url", "javascript:alert(1)"},
		{"public URL with a query", func(c *node.Config) { c.PublicURL = "https://a.example/?b" }, "--public-url", "https://a.example/?b"},
		{"no data folder", func(c *node.Config) { c.Data = "" }, "--data", ""},
		{"root key without secret", func(c *node.Config) { c.First.RootAccessKeyID = "AKIAROOTROOTROOTROOT" }, "GATEHOUSE_ROOT_ACCESS_KEY_ID", "one of them"},
		{"root secret without key", func(c *node.Config) { c.First.RootSecretAccessKey = "a-secret-that-is-long" }, "GATEHOUSE_ROOT_SECRET_ACCESS_KEY", "one of them"},
		{"root key too short", func(c *node.Config) {
			c.First = node.FirstStart{RootAccessKeyID: "AKIA", RootSecretAccessKey: "a-secret-that-is-long"}
		}, "GATEHOUSE_ROOT_ACCESS_KEY_ID", "AKIA"},
		{"root password too short", func(c *node.Config) { c.First.RootPassword = "2-short" }, "GATEHOUSE_ROOT_PASSWORD", "(hidden)"},
		{"root secret too short", func(c *node.Config) {
			c.First = node.FirstStart{RootAccessKeyID: "AKIAROOTROOTROOTROOT", RootSecretAccessKey: "short-secret"}
		}, "GATEHOUSE_ROOT_SECRET_ACCESS_KEY", "(hidden)"},
	}
	for _, c := range table {
		t.Run(c.name, func(t *testing.T) {
			cfg := config(t)
			data := cfg.Data
			c.set(&cfg)
			n, err := node.Start(context.Background(), cfg)
			if err == nil {
				stop(t, n)
				t.Fatal("it starts")
			}
			var setting *node.Setting
			if !errors.As(err, &setting) || !strings.Contains(setting.Name, c.flag) || setting.Value != c.value || setting.Accepted == "" {
				t.Errorf("%v", err)
			}
			if strings.Contains(err.Error(), "short-secret") || strings.Contains(err.Error(), "2-short") || strings.Contains(err.Error(), "a-secret-that-is-long") {
				t.Errorf("the error has the secret: %v", err)
			}
			if entries, _ := os.ReadDir(data); len(entries) > 0 {
				t.Errorf("left behind: %v", entries)
			}
		})
	}
}

// A listener on loopback needs no TLS; any other one does, or the operator's word.
func TestLoopback(t *testing.T) {
	for name, set := range map[string]func(c *node.Config){
		"127.0.0.2":            func(c *node.Config) { c.Listen = "127.0.0.2:0" },
		"localhost":            func(c *node.Config) { c.Listen = "localhost:0" },
		"no host is loopback":  func(c *node.Config) { c.Listen, c.ConsoleListen = ":0", ":0" },
		"--insecure-plaintext": func(c *node.Config) { c.Listen, c.InsecurePlaintext = "0.0.0.0:0", true },
		"no console":           func(c *node.Config) { c.ConsoleListen = "off" },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config(t)
			set(&cfg)
			n := start(t, cfg)
			if strings.HasPrefix(cfg.Listen, ":") && !strings.HasPrefix(n.URL(), "http://127.0.0.1:") {
				t.Error("listens on", n.URL())
			}
			if off := n.ConsoleURL() == "off"; off != (cfg.ConsoleListen == "off") {
				t.Error(n.ConsoleURL())
			}
		})
	}
}

// Where a start fails, the message says why and how to mend it.
func TestStartFails(t *testing.T) {
	table := []struct {
		name    string
		prepare func(t *testing.T, c *node.Config)
		words   []string
	}{
		{"another master key", func(t *testing.T, c *node.Config) {
			c.MasterKey = strings.Repeat("ab", 32)
		}, []string{"master key is not the one"}},
		{"a malformed master key", func(t *testing.T, c *node.Config) {
			c.MasterKey = "not-a-key-but-a-secret"
		}, []string{"GATEHOUSE_MASTER_KEY", "32 bytes"}},
		{"a master key that others can read", func(t *testing.T, c *node.Config) {
			ok(t, os.Chmod(filepath.Join(c.Data, "master.key"), 0o644))
		}, []string{"master.key", "chmod 600"}},
		{"no master key beside data", func(t *testing.T, c *node.Config) {
			ok(t, os.Remove(filepath.Join(c.Data, "master.key")))
		}, []string{"master.key", "copy it back", "GATEHOUSE_MASTER_KEY"}},
		{"a damaged store", func(t *testing.T, c *node.Config) {
			ok(t, os.WriteFile(filepath.Join(c.Data, "gatehouse.db"), []byte(strings.Repeat("damaged ", 10_000)), 0o600))
		}, []string{"gatehouse.db", "restore", "backup"}},
		{"a file where the data folder should be", func(t *testing.T, c *node.Config) {
			c.Data = filepath.Join(c.Data, "gatehouse.db")
		}, []string{"data folder", "gatehouse.db"}},
		{"a journal of another format", func(t *testing.T, c *node.Config) {
			segments, err := filepath.Glob(filepath.Join(c.Data, "journal", "journal-*"))
			ok(t, err)
			ok(t, os.WriteFile(segments[len(segments)-1], []byte(`{"journal":999}`+"\n"), 0o600))
		}, []string{"journal"}},
		{"a certificate that is not there", func(t *testing.T, c *node.Config) {
			c.TLSCert, c.TLSKey = filepath.Join(c.Data, "cert.pem"), filepath.Join(c.Data, "key.pem")
		}, []string{"tls", "cert.pem"}},
	}
	for _, c := range table {
		t.Run(c.name, func(t *testing.T) {
			cfg := config(t)
			n := start(t, cfg)
			account := n.Account()
			stop(t, n)
			broken := cfg
			c.prepare(t, &broken)
			n, err := node.Start(context.Background(), broken)
			if err == nil {
				stop(t, n)
				t.Fatal("it starts with another account than", account)
			}
			for _, w := range c.words {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q is not in %v", w, err)
				}
			}
			if strings.Contains(err.Error(), "not-a-key") {
				t.Errorf("the error has the key: %v", err)
			}
		})
	}
}

// A second node on the same folder is refused, and does not hurt the first; once
// that has ended, it starts.
func TestSecondNodeOnAFolder(t *testing.T) {
	cfg := config(t)
	first := start(t, cfg)
	_, err := node.Start(context.Background(), cfg)
	if err == nil || !strings.Contains(err.Error(), "in use by another gatehouse") || !strings.Contains(err.Error(), "--data") {
		t.Fatal(err)
	}
	if status, _ := get(t, first.ConsoleURL()+"/readyz"); status != 200 {
		t.Error("the first node was hurt")
	}
	stop(t, first)
	if second := start(t, cfg); second.Account() != first.Account() {
		t.Error("another account")
	}
}
