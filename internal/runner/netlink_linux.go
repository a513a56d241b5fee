package runner

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"syscall"
)

// loopbackIndex is lo's in every network namespace: it is made first.
const loopbackIndex = 1

// netlink asks the kernel to change this thread's network [rtnetlink(7)].
type netlink struct{ socket int }

func openNetlink() (*netlink, error) {
	s, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, syscall.NETLINK_ROUTE)
	if err != nil {
		return nil, os.NewSyscallError("netlink", err)
	}
	return &netlink{s}, nil
}

func (n *netlink) close() { syscall.Close(n.socket) }

// loopbackUp is `ip link set lo up`: 127.0.0.0/8 and ::1 come with it.
func (n *netlink) loopbackUp() error {
	message := binary.NativeEndian.AppendUint16([]byte{syscall.AF_UNSPEC, 0}, 0) // struct ifinfomsg
	message = binary.NativeEndian.AppendUint32(message, loopbackIndex)
	message = binary.NativeEndian.AppendUint32(message, syscall.IFF_UP) // flags
	message = binary.NativeEndian.AppendUint32(message, syscall.IFF_UP) // of which these change
	return n.change(syscall.RTM_NEWLINK, 0, message)
}

// addAddress is `ip address add ADDRESS dev lo`, a host's address.
func (n *netlink) addAddress(a netip.Addr) error {
	family, bytes := byte(syscall.AF_INET), a.AsSlice()
	if a.Is6() {
		family = syscall.AF_INET6
	}
	message := []byte{family, byte(a.BitLen()), syscall.IFA_F_PERMANENT, syscall.RT_SCOPE_UNIVERSE} // struct ifaddrmsg
	message = binary.NativeEndian.AppendUint32(message, loopbackIndex)
	for _, kind := range []uint16{syscall.IFA_LOCAL, syscall.IFA_ADDRESS} {
		message = binary.NativeEndian.AppendUint16(message, uint16(4+len(bytes))) // struct rtattr
		message = binary.NativeEndian.AppendUint16(message, kind)
		message = append(message, bytes...)
	}
	err := n.change(syscall.RTM_NEWADDR, syscall.NLM_F_CREATE|syscall.NLM_F_EXCL, message)
	if errors.Is(err, syscall.EEXIST) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("address %s: %w", a, err)
	}
	return nil
}

// change sends a request and waits for the kernel's acknowledgement.
func (n *netlink) change(kind, flags uint16, message []byte) error {
	request := binary.NativeEndian.AppendUint32(nil, uint32(syscall.NLMSG_HDRLEN+len(message)))
	request = binary.NativeEndian.AppendUint16(request, kind)
	request = binary.NativeEndian.AppendUint16(request, syscall.NLM_F_REQUEST|syscall.NLM_F_ACK|flags)
	request = binary.NativeEndian.AppendUint32(request, 1) // sequence
	request = binary.NativeEndian.AppendUint32(request, 0) // from the kernel's view, any port
	request = append(request, message...)
	if err := syscall.Sendto(n.socket, request, 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}); err != nil {
		return os.NewSyscallError("netlink", err)
	}
	var answer [4096]byte
	size, _, err := syscall.Recvfrom(n.socket, answer[:], 0)
	if err != nil {
		return os.NewSyscallError("netlink", err)
	}
	list, err := syscall.ParseNetlinkMessage(answer[:size])
	if err != nil || len(list) == 0 || list[0].Header.Type != syscall.NLMSG_ERROR || len(list[0].Data) < 4 {
		return errors.New("netlink: the kernel's answer is no acknowledgement")
	}
	if code := int32(binary.NativeEndian.Uint32(list[0].Data)); code != 0 {
		return os.NewSyscallError("netlink", syscall.Errno(-code))
	}
	return nil
}
