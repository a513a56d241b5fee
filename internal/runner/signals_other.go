//go:build !unix

package runner

import (
	"os"
	"os/exec"
)

var passedOn = []os.Signal{os.Interrupt}

func fromTerminal(os.Signal) bool { return true } // the console's, which all its processes get

func exitCode(c *exec.Cmd) int { return c.ProcessState.ExitCode() }

var terminate os.Signal = os.Kill

func closeInherited() {}
