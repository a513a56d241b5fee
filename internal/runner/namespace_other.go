//go:build !linux

package runner

import (
	"errors"
	"net"
	"net/netip"
)

type namespace struct {
	child     *child
	listeners map[netip.AddrPort]net.Listener
}

var errNoNamespaces = errors.New("network namespaces are Linux's")

func openNamespace(setUp, stdio) (*namespace, error) { return nil, errNoNamespaces }

func (*namespace) become(program) error { return errNoNamespaces }

func (*namespace) close() {}

// Inside is the child in a namespace.
func Inside() error { return errNoNamespaces }
