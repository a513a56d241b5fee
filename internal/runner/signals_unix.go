//go:build unix

package runner

import (
	"os"
	"os/exec"
	"syscall"
	"unsafe"
)

// passedOn are the signals that the program gets as this process does.
var passedOn = []os.Signal{
	syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGWINCH, syscall.SIGUSR1, syscall.SIGUSR2,
}

// fromTerminal says whether a signal is one that the terminal sends, to the program,
// too: it is in the same process group, so that job control is the shell's as ever.
func fromTerminal(s os.Signal) bool {
	return (s == syscall.SIGINT || s == syscall.SIGQUIT || s == syscall.SIGWINCH) && inForeground()
}

// inForeground says whether this process's group has the terminal.
func inForeground() bool {
	tty, err := os.OpenFile("/dev/tty", os.O_RDONLY, 0)
	if err != nil {
		return false
	}
	defer tty.Close()
	var group int32
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, tty.Fd(), syscall.TIOCGPGRP, uintptr(unsafe.Pointer(&group)))
	return errno == 0 && int(group) == syscall.Getpgrp()
}

// exitCode is a shell's: the program's own, or 128 and the signal that ended it.
func exitCode(c *exec.Cmd) int {
	if s, ok := c.ProcessState.Sys().(syscall.WaitStatus); ok && s.Signaled() {
		return 128 + int(s.Signal())
	}
	return c.ProcessState.ExitCode()
}

var terminate os.Signal = syscall.SIGTERM

// closeInherited has the program not inherit what this process did, besides its
// standard streams.
func closeInherited() {
	entries, err := os.ReadDir("/dev/fd")
	if err != nil {
		return
	}
	for _, e := range entries {
		n := 0
		for _, digit := range e.Name() {
			n = n*10 + int(digit-'0')
		}
		if n > 2 {
			syscall.CloseOnExec(n)
		}
	}
}
