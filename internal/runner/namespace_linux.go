package runner

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"syscall"
)

// namespace is a network namespace, and the child in it that becomes the program.
type namespace struct {
	child     *child
	conn      *net.UnixConn
	listeners map[netip.AddrPort]net.Listener // opened inside, accepted on here
}

// openNamespace makes a namespace as it is told. For a user who may not, a user
// namespace in which that user is the same one and owns the network.
func openNamespace(s setUp, std stdio) (*namespace, error) {
	if os.Geteuid() == 0 {
		n, err := startInside(s, std, &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET})
		if !errors.Is(err, syscall.EPERM) {
			return n, err
		}
	}
	return startInside(s, std, &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: os.Geteuid(), HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: os.Getegid(), HostID: os.Getegid(), Size: 1}},
		AmbientCaps: []uintptr{capNetAdmin, capNetBindService},
	})
}

func startInside(s setUp, std stdio, attributes *syscall.SysProcAttr) (*namespace, error) {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socketpair", err)
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "inside"), os.NewFile(uintptr(pair[1]), "runner")
	defer ours.Close()
	defer theirs.Close()
	attributes.Pdeathsig = syscall.SIGKILL
	child, err := start(&exec.Cmd{
		Path: "/proc/self/exe", Args: []string{"gatehouse", InsideCommand}, Env: []string{},
		Stdin: std.in, Stdout: std.out, Stderr: std.err, ExtraFiles: []*os.File{theirs}, SysProcAttr: attributes,
	})
	if err != nil {
		return nil, err
	}
	c, err := net.FileConn(ours)
	if err != nil {
		child.kill()
		return nil, err
	}
	n := &namespace{child: child, conn: c.(*net.UnixConn), listeners: map[netip.AddrPort]net.Listener{}}
	theirs.Close() // so that the child's end is heard of
	if err := n.setUp(s); err != nil {
		n.close()
		return nil, err
	}
	return n, nil
}

// setUp has the network made, and takes its sockets.
func (n *namespace) setUp(s setUp) error {
	if err := json.NewEncoder(n.conn).Encode(s); err != nil {
		return err
	}
	text, rights := make([]byte, 64<<10), make([]byte, syscall.CmsgSpace(4*maxSockets))
	size, of, _, _, err := n.conn.ReadMsgUnix(text, rights)
	if err != nil || size == 0 {
		return fmt.Errorf("the new namespace does not answer: %w", errors.Join(err, errNoAnswer))
	}
	files, err := received(rights[:of])
	if err != nil {
		return err
	}
	var r ready
	if err := json.Unmarshal(bytes.TrimSpace(text[:size]), &r); err != nil {
		return err
	}
	if r.Error != "" {
		return errors.New(r.Error)
	}
	if len(r.Listening) != len(files) {
		return errNoAnswer
	}
	for i, f := range files {
		l, err := net.FileListener(f)
		f.Close()
		if err != nil {
			return err
		}
		n.listeners[r.Listening[i]] = l
	}
	return nil
}

// maxSockets is how many go in one message [unix(7): SCM_RIGHTS].
const maxSockets = 253

var errNoAnswer = errors.New("the child ended")

// received are the files that came with a message.
func received(rights []byte) (files []*os.File, err error) {
	messages, err := syscall.ParseSocketControlMessage(rights)
	if err != nil {
		return nil, os.NewSyscallError("recvmsg", err)
	}
	for _, m := range messages {
		list, err := syscall.ParseUnixRights(&m)
		if err != nil {
			return nil, os.NewSyscallError("recvmsg", err)
		}
		for _, fd := range list {
			syscall.CloseOnExec(fd)
			files = append(files, os.NewFile(uintptr(fd), "socket"))
		}
	}
	return files, nil
}

// become has the child become the program. It returns when the program runs.
func (n *namespace) become(p program) error {
	p.Parent = os.Getpid()
	if err := json.NewEncoder(n.conn).Encode(p); err != nil {
		return err
	}
	var r ready
	if err := json.NewDecoder(n.conn).Decode(&r); err == nil && r.Error != "" {
		return errors.New(r.Error)
	}
	return nil // the socket was closed as the program started
}

// close ends what is inside, and the sockets.
func (n *namespace) close() {
	n.conn.Close()
	for _, l := range n.listeners {
		l.Close()
	}
	n.child.kill()
}
