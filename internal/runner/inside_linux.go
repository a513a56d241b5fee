package runner

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"syscall"
	"unsafe"
)

// Inside is the child in the new namespace: it makes the network, gives its sockets to
// the runner and becomes the program when it is told which. It returns only when
// something fails.
func Inside() error {
	runtime.LockOSThread() // capabilities and the parent's death are a thread's
	c, err := insideConnection()
	if err != nil {
		return err
	}
	in := json.NewDecoder(c)
	var s setUp
	if err := in.Decode(&s); err != nil {
		return err
	}
	if err := s.answer(c); err != nil {
		return err
	}
	var p program
	if err := in.Decode(&p); err != nil {
		return err // the runner gave up, and says why
	}
	err = p.become()
	json.NewEncoder(c).Encode(ready{Error: err.Error()})
	return err
}

// insideConnection is the connection to the runner, closed when the program starts.
func insideConnection() (*net.UnixConn, error) {
	f := os.NewFile(insideSocket, "runner")
	defer f.Close()
	c, err := net.FileConn(f)
	if u, ok := c.(*net.UnixConn); ok {
		return u, nil
	}
	return nil, fmt.Errorf("%s is a part of gatehouse run, which starts it: %w", InsideCommand, errors.Join(err, errors.ErrUnsupported))
}

// answer makes the network and sends its sockets.
func (s *setUp) answer(c *net.UnixConn) error {
	var r ready
	files, err := s.open(&r)
	if err != nil {
		r = ready{Error: err.Error()}
	}
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	var sockets []int
	for _, f := range files {
		sockets = append(sockets, int(f.Fd()))
		defer f.Close()
	}
	_, _, err = c.WriteMsgUnix(append(text, '\n'), syscall.UnixRights(sockets...), nil)
	return err
}

func (s *setUp) open(r *ready) (files []*os.File, err error) {
	n, err := openNetlink()
	if err != nil {
		return nil, err
	}
	defer n.close()
	if err := n.loopbackUp(); err != nil {
		return nil, err
	}
	for _, a := range s.Addresses {
		if err := n.addAddress(a); err != nil {
			return nil, err
		}
	}
	for _, a := range s.Listen {
		f, err := listenFile(a)
		if err != nil {
			return nil, err
		}
		files, r.Listening = append(files, f), append(r.Listening, a)
	}
	for _, a := range s.Optional {
		if !a.Addr().IsLoopback() && n.addAddress(a.Addr()) != nil {
			continue
		}
		if f, err := listenFile(a); err == nil {
			files, r.Listening = append(files, f), append(r.Listening, a)
		}
	}
	return files, nil
}

func listenFile(a netip.AddrPort) (*os.File, error) {
	l, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(a))
	if err != nil {
		return nil, err
	}
	defer l.Close()
	return l.File()
}

// become drops what the set-up needed and becomes the program.
func (p *program) become() error {
	if os.Getuid() != 0 {
		if err := dropCapabilities(); err != nil {
			return err
		}
	}
	// Of a program whose runner is gone nobody would renew the credentials.
	if err := prctl(syscall.PR_SET_PDEATHSIG, uintptr(syscall.SIGKILL)); err != nil {
		return err
	}
	if os.Getppid() != p.Parent {
		return errors.New("the runner has ended")
	}
	return Become(p.Path, p.Args, p.Env)
}

// Of <linux/prctl.h> and <linux/capability.h>.
const (
	prCapAmbient      = 47
	prCapAmbientClear = 4
	capabilityVersion = 0x20080522
	capNetBindService = 10
	capNetAdmin       = 12
)

// dropCapabilities gives up all capabilities of this thread, ambient ones too, so that
// the program has none in its namespace [capabilities(7)].
func dropCapabilities() error {
	if err := prctl(prCapAmbient, prCapAmbientClear); err != nil {
		return err
	}
	header := struct {
		version uint32
		pid     int32
	}{capabilityVersion, 0}
	var none [6]uint32 // effective, permitted, inheritable, twice
	_, _, errno := syscall.RawSyscall(syscall.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&none)), 0)
	if errno != 0 {
		return os.NewSyscallError("capset", errno)
	}
	return nil
}

func prctl(option int, argument uintptr) error {
	if _, _, errno := syscall.RawSyscall6(syscall.SYS_PRCTL, uintptr(option), argument, 0, 0, 0, 0); errno != 0 {
		return os.NewSyscallError("prctl", errno)
	}
	return nil
}
