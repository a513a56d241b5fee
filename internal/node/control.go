package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
)

// ControlSocket is the name of the control socket in the data folder. Whoever can
// open it is the account's root user, so nobody but the folder's owner can.
const ControlSocket = "control.sock"

// longestSocket is how long the path of the socket may be, in bytes: sun_path of
// unix(7) holds 104 on some systems, and where it is made the path is longer by 3.
const longestSocket = 100

// openControl listens on the control socket. The store is open, so this is the
// only server on the folder, and a socket that is there was left by one that
// died.
func (n *Node) openControl(context.Context) error {
	path := filepath.Join(n.data, ControlSocket)
	if len(path) > longestSocket {
		n.config.Log.Warn("no control socket: its path is longer than a socket's may be; client commands need credentials, or a data folder with a shorter path",
			"path", path, "longest", longestSocket)
		return nil
	}
	if err := removeStale(path); err != nil {
		return err
	}
	l, err := listenPrivately(path)
	if err != nil {
		return fmt.Errorf("control socket %s: %w", path, err)
	}
	n.control = &listener{l, n.server.Control()}
	return nil
}

// removeStale removes a socket, and nothing else: a file of the name is
// somebody's.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("control socket: %w", err)
	case info.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("control socket: %s is no socket; move it away", path)
	}
	return os.Remove(path)
}

// listenPrivately makes the socket in a folder that nobody else may enter, sets
// its mode, and only then moves it to its place: at no moment can another connect,
// whatever the umask and the data folder's mode.
func listenPrivately(path string) (net.Listener, error) {
	private, err := os.MkdirTemp(filepath.Dir(path), ".c")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(private)
	made := filepath.Join(private, "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: made, Net: "unix"})
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false) // it is not where it was made
	if err := errors.Join(os.Chmod(made, 0o600), os.Rename(made, path)); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return &controlListener{l, path}, nil
}

// controlListener removes its socket when it is closed.
type controlListener struct {
	net.Listener
	path string
}

func (l *controlListener) Close() error {
	err := l.Listener.Close()
	if err == nil {
		err = os.Remove(l.path)
	}
	return err
}
