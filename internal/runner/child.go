package runner

import (
	"os"
	"os/exec"
	"runtime"
)

// stdio is what a program reads and writes.
type stdio struct{ in, out, err *os.File }

// child is a process that this one started.
type child struct {
	command *exec.Cmd
	ended   chan struct{} // closed when it has; ProcessState is set then
}

// start starts a process. The thread that does waits for its end: on Linux a parent's
// death is that of the thread.
func start(command *exec.Cmd) (*child, error) {
	c := &child{command: command, ended: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := command.Start()
		started <- err
		if err == nil {
			command.Wait() // its result is in ProcessState
			close(c.ended)
		}
	}()
	return c, <-started
}

// signal sends it a signal, where it has not ended.
func (c *child) signal(s os.Signal) { c.command.Process.Signal(s) }

// kill ends it at once.
func (c *child) kill() {
	c.command.Process.Kill()
	<-c.ended
}
