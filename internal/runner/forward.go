package runner

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// forward is an address that a program in a network namespace of its own reaches on
// the host, by the same name and port.
type forward struct {
	inside []netip.AddrPort // listened on inside
	target string           // dialled outside
}

// dialTime bounds how long a forwarded connection may take to be made.
const dialTime = 10 * time.Second

// forwardOf reads HOST:PORT. A name must stand in the host's table (hosts), which the
// program reads, too: inside there is no name server.
func forwardOf(address string, hosts map[string][]netip.Addr) (forward, error) {
	host, text, err := net.SplitHostPort(address)
	port, notPort := strconv.ParseUint(text, 10, 16)
	if err != nil || notPort != nil || port == 0 || host == "" {
		return forward{}, fmt.Errorf("%q is not accepted: HOST:PORT, as 127.0.0.1:5432 or [::1]:5432", address)
	}
	f := forward{target: address}
	addresses := hosts[strings.ToLower(strings.TrimSuffix(host, "."))]
	if a, err := netip.ParseAddr(host); err == nil {
		addresses = []netip.Addr{a.Unmap()}
	}
	if len(addresses) == 0 {
		return forward{}, fmt.Errorf("%q cannot be reached by its name from a network of its own: give its IP address, add the name to /etc/hosts, or use --network host", address)
	}
	for _, a := range addresses {
		switch {
		case a == imdsAddress || a == imdsAddress6:
			return forward{}, fmt.Errorf("%q is the instance metadata service's own address", address)
		case a.IsUnspecified() || a.IsMulticast() || a.Zone() != "":
			return forward{}, fmt.Errorf("%q is no address of a host: give the one it listens on, as 127.0.0.1:%d", address, port)
		}
		f.inside = append(f.inside, netip.AddrPortFrom(a, uint16(port)))
	}
	return f, nil
}

// endpointAddress is the HOST:PORT of the server's address.
func endpointAddress(endpoint string) (string, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Hostname() == "" {
		return "", fmt.Errorf("%q is not a server's address", endpoint)
	}
	standard := map[string]string{"http": "80", "https": "443"}[u.Scheme]
	return net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), standard)), nil
}

// forwardsOf are those to the endpoint and to what else is to be reached.
func forwardsOf(endpoint string, connect []string, hosts map[string][]netip.Addr) ([]forward, error) {
	server, err := endpointAddress(endpoint)
	if err != nil {
		return nil, err
	}
	first, err := forwardOf(server, hosts)
	if err != nil {
		return nil, fmt.Errorf("the server's address: %w", err)
	}
	list := []forward{first}
	taken := slices.Clone(first.inside)
	for _, c := range connect {
		f, err := forwardOf(c, hosts)
		if err != nil {
			return nil, fmt.Errorf("--connect: %w", err)
		}
		f.inside = slices.DeleteFunc(f.inside, func(a netip.AddrPort) bool { return slices.Contains(taken, a) })
		taken = append(taken, f.inside...)
		list = append(list, f)
	}
	return list, nil
}

// hostsTable reads a table as /etc/hosts is one [hosts(5)]. localhost is in it, always.
func hostsTable(r io.Reader) map[string][]netip.Addr {
	table := map[string][]netip.Addr{}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		text, _, _ := strings.Cut(lines.Text(), "#")
		fields := strings.Fields(text)
		if len(fields) < 2 {
			continue
		}
		a, err := netip.ParseAddr(fields[0])
		if err != nil || a.Zone() != "" {
			continue
		}
		for _, name := range fields[1:] {
			name = strings.ToLower(name)
			if !slices.Contains(table[name], a.Unmap()) {
				table[name] = append(table[name], a.Unmap())
			}
		}
	}
	if len(table["localhost"]) == 0 {
		table["localhost"] = []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}
	}
	return table
}

// hostNames is this machine's table.
func hostNames() map[string][]netip.Addr {
	f, err := os.Open("/etc/hosts")
	if err != nil {
		return hostsTable(strings.NewReader(""))
	}
	defer f.Close()
	return hostsTable(f)
}

// dialer makes a connection to what is forwarded to.
type dialer func(context.Context) (net.Conn, error)

// to dials an address on the host.
func to(address string) dialer {
	return func(ctx context.Context) (net.Conn, error) { return new(net.Dialer).DialContext(ctx, "tcp", address) }
}

// serveForward passes on what is accepted until the listener is closed.
func serveForward(l net.Listener, dial dialer) {
	for {
		c, err := l.Accept()
		if err != nil {
			if ne, ok := err.(net.Error); ok && ne.Timeout() {
				continue
			}
			return
		}
		go join(c, dial)
	}
}

// join connects a connection with what it is meant for. Where that cannot be reached
// it is closed, as a refused one looks a moment later.
func join(c net.Conn, dial dialer) {
	defer c.Close()
	ctx, cancel := context.WithTimeout(context.Background(), dialTime)
	defer cancel()
	far, err := dial(ctx)
	if err != nil {
		return
	}
	defer far.Close()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		half(far, c)
	}()
	half(c, far)
	<-ended
}

// half copies one direction, and its end.
func half(to, from net.Conn) {
	if _, err := io.Copy(to, from); err != nil {
		to.Close() // both directions: neither side waits for what never comes
		from.Close()
		return
	}
	if w, ok := to.(interface{ CloseWrite() error }); ok {
		w.CloseWrite()
	}
}
