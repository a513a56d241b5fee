//go:build unix

package metadata

import (
	"net"
	"syscall"
)

// setHopLimit sets the time to live of the packets of a connection. Where it cannot be
// set, nothing is limited: the token itself is what guards.
func setHopLimit(c *net.TCPConn, hops int) {
	raw, err := c.SyscallConn()
	if err != nil {
		return
	}
	local, _ := c.LocalAddr().(*net.TCPAddr)
	raw.Control(func(fd uintptr) {
		if local != nil && local.IP.To4() == nil {
			syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IPV6, syscall.IPV6_UNICAST_HOPS, hops)
			return
		}
		syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_TTL, hops)
	})
}
