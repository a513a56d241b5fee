package runner

import "syscall"

// withRunner has a program end with its runner, however that ends.
func withRunner() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
