//go:build !unix

package metadata

import "net"

// setHopLimit limits nothing here.
func setHopLimit(*net.TCPConn, int) {}
