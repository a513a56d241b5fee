package runner

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const table = `127.0.0.1 localhost
127.0.1.1	Box box.example.com # this one
::1 localhost ip6-localhost
fe80::1%lo0 localhost
10.0.0.9
not an address
10.0.0.7 store
`

func TestForwards(t *testing.T) {
	hosts := hostsTable(strings.NewReader(table))
	for address, want := range map[string][]string{
		"127.0.0.1:4780":      {"127.0.0.1:4780"},
		"[::1]:4780":          {"[::1]:4780"},
		"[::ffff:10.1.2.3]:1": {"10.1.2.3:1"},
		"192.0.2.7:443":       {"192.0.2.7:443"},
		"localhost:80":        {"127.0.0.1:80", "[::1]:80"},
		"LocalHost.:80":       {"127.0.0.1:80", "[::1]:80"},
		"box:22":              {"127.0.1.1:22"},
		"store:5432":          {"10.0.0.7:5432"},
	} {
		f, err := forwardOf(address, hosts)
		var got []string
		for _, a := range f.inside {
			got = append(got, a.String())
		}
		if err != nil || f.target != address || cmp.Diff(want, got) != "" {
			t.Errorf("%s: %v, %v", address, got, err)
		}
	}
	if h := hostsTable(strings.NewReader("")); len(h["localhost"]) != 2 {
		t.Error(h)
	}
}

func TestForwardsThatAreNone(t *testing.T) {
	hosts := hostsTable(strings.NewReader(table))
	for address, want := range map[string]string{
		"":                     "HOST:PORT, as",
		"127.0.0.1":            "HOST:PORT, as",
		":80":                  "HOST:PORT, as",
		"127.0.0.1:0":          "HOST:PORT, as",
		"127.0.0.1:65536":      "HOST:PORT, as",
		"127.0.0.1:http":       "HOST:PORT, as",
		"shop.example.com:443": "cannot be reached by its name",
		"169.254.169.254:80":   "own address",
		"[fd00:ec2::254]:8080": "own address",
		"0.0.0.0:80":           "no address of a host",
		"[::]:80":              "no address of a host",
		"224.0.0.1:80":         "no address of a host",
		"[fe80::1%eth0]:80":    "no address of a host",
	} {
		if _, err := forwardOf(address, hosts); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", address, err, want)
		}
	}
}

// The server comes first, and no address is listened on twice.
func TestForwardsToTheServerAndMore(t *testing.T) {
	hosts := hostsTable(strings.NewReader(table))
	list, err := forwardsOf("http://localhost", []string{"127.0.0.1:80", "10.0.0.7:1"}, hosts)
	if err != nil || len(list) != 3 || list[0].target != "localhost:80" || len(list[1].inside) != 0 {
		t.Errorf("%v %v", list, err)
	}
	s := setUpOf(list)
	want := setUp{
		Addresses: []netip.Addr{imdsAddress, netip.MustParseAddr("10.0.0.7")},
		Listen:    []netip.AddrPort{netip.MustParseAddrPort("169.254.169.254:80"), netip.MustParseAddrPort("127.0.0.1:80"), netip.MustParseAddrPort("10.0.0.7:1")},
		Optional:  []netip.AddrPort{netip.MustParseAddrPort("[fd00:ec2::254]:80"), netip.MustParseAddrPort("[::1]:80")},
	}
	if d := cmp.Diff(want, s, cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b }), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); d != "" {
		t.Error(d)
	}
	for endpoint, want := range map[string]string{"http://h": "h:80", "https://h": "h:443", "https://[::1]:8": "[::1]:8"} {
		if got, err := endpointAddress(endpoint); err != nil || got != want {
			t.Errorf("%s: %s, %v", endpoint, got, err)
		}
	}
	if _, err := forwardsOf("https://far.example.com", nil, hosts); err == nil || !strings.Contains(err.Error(), "the server's address: ") {
		t.Error(err)
	}
	if _, err := forwardsOf("http://127.0.0.1", []string{"x"}, hosts); err == nil || !strings.Contains(err.Error(), "--connect: ") {
		t.Error(err)
	}
}

// listening is a listener on loopback that ends with the test.
func listening(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// The end of each direction is passed on by itself: what is answered after the request
// has ended arrives.
func TestHalfClosedConnections(t *testing.T) {
	far, near := listening(t), listening(t)
	go func() {
		c, err := far.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		text, _ := io.ReadAll(c)
		c.Write([]byte("got " + string(text)))
	}()
	go serveForward(near, to(far.Addr().String()))
	c, err := net.Dial("tcp", near.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.Write([]byte("hello"))
	c.(*net.TCPConn).CloseWrite()
	if text, err := io.ReadAll(c); err != nil || string(text) != "got hello" {
		t.Errorf("%q %v", text, err)
	}
}

// What cannot be reached closes the connection, and the next one is tried again.
func TestForwardsToNothing(t *testing.T) {
	near := listening(t)
	go serveForward(near, func(context.Context) (net.Conn, error) { return nil, errors.New("no") })
	for range 2 {
		c, err := net.Dial("tcp", near.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Error("something answers")
		}
		c.Close()
	}
}

func FuzzForward(f *testing.F) {
	f.Add("127.0.0.1:80", table)
	f.Add("[::1]:1", "::1 x")
	f.Fuzz(func(t *testing.T, address, hosts string) {
		got, err := forwardOf(address, hostsTable(strings.NewReader(hosts)))
		if err == nil && (len(got.inside) == 0 || got.target != address) {
			t.Errorf("%q: %v", address, got)
		}
		for _, a := range got.inside {
			if err == nil && (!a.IsValid() || a.Port() == 0 || a.Addr() == imdsAddress) {
				t.Errorf("%q: %v", address, a)
			}
		}
	})
}
