package runner

import "net/netip"

// The addresses of the instance metadata service [Access instance metadata for an EC2
// instance].
var (
	imdsAddress  = netip.AddrFrom4([4]byte{169, 254, 169, 254})
	imdsAddress6 = netip.MustParseAddr("fd00:ec2::254")
)

const imdsPort = 80

// Network says which network a program gets.
type Network string

// The networks. Auto is Own where this machine allows it, else Host.
const (
	Auto Network = "auto"
	Own  Network = "own"
	Host Network = "host"
)
