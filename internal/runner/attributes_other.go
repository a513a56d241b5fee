//go:build !linux

package runner

import "syscall"

func withRunner() *syscall.SysProcAttr { return nil }
