package embedded

import (
	"runtime"
	"syscall"
)

// attributes keep the terminal's signals from the child, which ends after the server,
// and end it when the server is killed.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// lockThread keeps the thread that starts children: the kernel sends Pdeathsig when
// that thread ends, not the process [prctl(2)].
func lockThread() { runtime.LockOSThread() }
