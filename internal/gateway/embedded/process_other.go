//go:build !linux

package embedded

import "syscall"

// attributes are the system's own: a child of a killed server ends with its input.
func attributes() *syscall.SysProcAttr { return nil }

func lockThread() {}
