package server

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

type peerKey struct{}

// withPeer keeps a connection's parsed address with it.
func withPeer(ctx context.Context, c net.Conn) context.Context {
	addr, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil {
		return ctx // a unix socket: no address
	}
	peer := plainAddr(addr.Addr())
	return context.WithValue(ctx, peerKey{}, &peer)
}

// source is the client's address, and whether its connection to us, or to a
// trusted proxy in front of us, is TLS (K-02, K-03). Forwarded headers count only
// from trusted proxies, taken from the right.
func (s *Server) source(r *http.Request) (netip.Addr, bool) {
	peer, _ := r.Context().Value(peerKey{}).(*netip.Addr)
	if peer == nil {
		return netip.Addr{}, r.TLS != nil
	}
	if len(s.TrustedProxies) == 0 || !s.trusted(*peer) {
		return *peer, r.TLS != nil
	}
	secure := strings.EqualFold(last(r.Header.Values("X-Forwarded-Proto")), "https")
	return s.forwardedFor(r, *peer), secure
}

// forwardedFor is the rightmost address that no trusted proxy has.
func (s *Server) forwardedFor(r *http.Request, peer netip.Addr) netip.Addr {
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		addr, ok := hopAddr(strings.TrimSpace(hops[i]))
		if !ok {
			return peer
		}
		peer = addr
		if !s.trusted(peer) {
			return peer
		}
	}
	return peer
}

// hopAddr reads one hop; some proxies add the port.
func hopAddr(text string) (netip.Addr, bool) {
	if addr, err := netip.ParseAddr(text); err == nil {
		return plainAddr(addr), true
	}
	withPort, err := netip.ParseAddrPort(text)
	return plainAddr(withPort.Addr()), err == nil
}

// plainAddr is the address as policies and proxies' networks name it: IPv4 as
// IPv4, and no zone, which lies outside every network.
func plainAddr(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

func (s *Server) trusted(a netip.Addr) bool {
	for _, p := range s.TrustedProxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

func last(values []string) string {
	if len(values) == 0 {
		return ""
	}
	parts := strings.Split(values[len(values)-1], ",")
	return strings.TrimSpace(parts[len(parts)-1])
}
