package runner

import "net/netip"

// What the runner and its child inside the namespace say to each other, a line of JSON
// each, in this order.
type (
	// setUp tells the child what its network is to be.
	setUp struct {
		Addresses []netip.Addr     `json:"addresses"` // for lo, besides loopback's own
		Listen    []netip.AddrPort `json:"listen"`
		// Optional are addresses, and sockets on them, that may be missing where the
		// machine has no IPv6.
		Optional []netip.AddrPort `json:"optional"`
		Dialer   bool             `json:"dialer"` // leave a process that makes connections inside
	}
	// ready is the child's answer: the sockets that came with it, or why not.
	ready struct {
		Listening []netip.AddrPort `json:"listening"`
		Error     string           `json:"error"`
	}
	// program is what the child becomes.
	program struct {
		Path   string   `json:"path"`
		Args   []string `json:"args"`
		Env    []string `json:"env"`
		Parent int      `json:"parent"` // the runner's process id
	}
)

// InsideCommand is the hidden command of the binary that is the child.
const InsideCommand = "in-namespace"

// insideSocket is the child's end of the connection to its runner.
const insideSocket = 3
