//go:build unix

package metadata

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// hopLimit is what the packets of a connection have.
func hopLimit(t *testing.T, c net.Conn) int {
	t.Helper()
	raw, err := c.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	hops, six := 0, c.LocalAddr().(*net.TCPAddr).IP.To4() == nil
	raw.Control(func(fd uintptr) {
		if six {
			hops, err = syscall.GetsockoptInt(int(fd), syscall.IPPROTO_IPV6, syscall.IPV6_UNICAST_HOPS)
			return
		}
		hops, err = syscall.GetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_TTL)
	})
	if err != nil {
		t.Fatal(err)
	}
	return hops
}

// [configuring-instance-metadata-options] HttpPutResponseHopLimit.
func TestHopLimit(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		t.Run(address, func(t *testing.T) {
			l, err := net.Listen("tcp", address)
			if err != nil {
				t.Skip(err)
			}
			var accepted atomic.Pointer[net.TCPConn]
			server := httptest.NewUnstartedServer(NewIMDS(fixed{instance: &Instance{ARN: "arn", V1: true, HopLimit: 3}}))
			server.Listener.Close()
			server.Listener = l
			server.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
				accepted.Store(c.(*net.TCPConn))
				return ConnContext(ctx, c)
			}
			server.Start()
			defer server.Close()
			ask := func(method, path string) {
				r, err := http.NewRequest(method, server.URL+path, http.NoBody)
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set(headerTTL, "60")
				w, err := server.Client().Do(r)
				if err != nil {
					t.Fatal(err)
				}
				text, _ := io.ReadAll(w.Body)
				if w.Body.Close(); w.StatusCode != 200 {
					t.Fatalf("%s: %d %s", path, w.StatusCode, text)
				}
			}
			ask("GET", "/latest/")
			if hops := hopLimit(t, accepted.Load()); hops <= 3 {
				t.Errorf("%d hops before a token", hops)
			}
			ask("PUT", "/latest/api/token")
			if hops := hopLimit(t, accepted.Load()); hops != 3 {
				t.Errorf("the token goes %d hops, want 3", hops)
			}
		})
	}
}

// TestHopLimitElsewhere: on what is no TCP, and without a connection, nothing happens.
func TestHopLimitElsewhere(t *testing.T) {
	client, server := net.Pipe()
	defer client.Close()
	defer server.Close()
	limitHops(ConnContext(t.Context(), server), 1)
	limitHops(t.Context(), 1)
	if strings.Contains(server.LocalAddr().Network(), "tcp") {
		t.Error("a pipe is TCP")
	}
}
