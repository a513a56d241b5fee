package metadata

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// TestByAddress: each instance is told of itself, known by the address that it asks from.
func TestByAddress(t *testing.T) {
	h := newHouse(t)
	at := func(ip string) string { return h.launch(func(i *directory.Instance) { i.PrivateIP = ip }) }
	first, second := at("10.0.0.5"), at("10.0.0.6")
	h.launch(nil)
	service := h.NewIMDSByAddress()
	ask := func(peer, token string) (int, string) {
		w := call{method: "GET", path: "/latest/meta-data/instance-id", peer: peer, header: map[string]string{headerToken: token}}.of(service)
		return w.Code, w.Body.String()
	}
	put := func(peer string) (int, string) {
		w := call{method: "PUT", path: "/latest/api/token", peer: peer, header: map[string]string{headerTTL: "60"}}.of(service)
		return w.Code, w.Body.String()
	}
	_, ofFirst := put("10.0.0.5:1000")
	for peer, want := range map[string]string{"10.0.0.5:1001": first, "[::ffff:10.0.0.5]:1002": first} {
		if status, got := ask(peer, ofFirst); status != 200 || got != want {
			t.Errorf("%s: %d %s", peer, status, got)
		}
	}
	if status, got := ask("10.0.0.6:1000", ofFirst); status != 401 || strings.Contains(got, second) {
		t.Errorf("with another's token: %d %s", status, got)
	}
	if h.LastSeen(first).IsZero() || h.LastSeen("i-unknown") != h.LastSeen("i-other") {
		t.Error("who asked is not seen")
	}
	for _, peer := range []string{"10.0.0.7:1000", "127.0.0.1:1000", "[::1]:1000", "[::ffff:127.0.0.1]:1", "0.0.0.0:1", "@", ""} {
		if status, got := put(peer); status != 403 {
			t.Errorf("%q: %d %s", peer, status, got)
		}
	}
	h.update(first, func(tx *directory.Tx, i *directory.Instance) { tx.EndInstance(i, false) })
	if status, _ := ask("10.0.0.5:1001", ofFirst); status != 403 {
		t.Errorf("an instance that has ended: %d", status)
	}
}

// TestLoopbackIsNoInstance, even where a record says so.
func TestLoopbackIsNoInstance(t *testing.T) {
	h := newHouse(t)
	h.launch(func(i *directory.Instance) { i.PrivateIP = "127.0.0.1" })
	w := call{method: "PUT", path: "/latest/api/token", peer: "127.0.0.1:1000", header: map[string]string{headerTTL: "60"}}.of(h.NewIMDSByAddress())
	if w.Code != 403 {
		t.Errorf("%d", w.Code)
	}
}

// TestUnknownPeersAreLogged, a line a second at the most.
func TestUnknownPeersAreLogged(t *testing.T) {
	h := newHouse(t)
	var log bytes.Buffer
	h.Log = slog.New(slog.NewTextHandler(&log, nil))
	service := h.NewIMDSByAddress()
	for range 5 {
		call{method: "GET", path: "/latest/", peer: "10.0.0.9:1000"}.of(service)
	}
	if n := strings.Count(log.String(), "10.0.0.9"); n != 1 {
		t.Errorf("%d lines: %s", n, log.String())
	}
}
