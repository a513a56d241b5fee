//go:build unix

package versity

import (
	"context"
	"fmt"
	"os"
	"syscall"
)

// private makes what is created the owner's alone.
func private() { syscall.Umask(0o077) }

// lock waits until no other process holds the lock. A process that ends, however it
// does, holds it no more.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	locked := make(chan error, 1)
	go func() {
		for {
			err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX)
			if err != syscall.EINTR {
				locked <- err
				return
			}
		}
	}()
	select {
	case err := <-locked:
		if err != nil {
			file.Close()
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
	case <-ctx.Done(): // the process ends, and the lock with it
		return nil, ctx.Err()
	}
	return func() { file.Close() }, nil
}
