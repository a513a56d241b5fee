//go:build !unix

package runner

import (
	"errors"
	"os"
	"os/exec"
)

// Become runs the program and ends with its exit code.
func Become(path string, command, environment []string) error {
	c := exec.Cmd{Path: path, Args: command, Env: environment, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	err := c.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		os.Exit(exit.ExitCode())
	}
	if err == nil {
		os.Exit(0)
	}
	return err
}
