//go:build unix

package runner

import (
	"fmt"
	"syscall"
)

// Become replaces this process with the program: its id, its terminal, its signals and
// its exit code are the program's from then on. It returns only when that fails.
func Become(path string, command, environment []string) error {
	if err := syscall.Exec(path, command, environment); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
