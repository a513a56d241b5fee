package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"

	"go.etcd.io/bbolt"
)

var (
	// ErrInUse: another process has the file.
	ErrInUse = errors.New("data folder is in use by another gatehouse")
	// ErrDamaged: the file is not what was written.
	ErrDamaged = errors.New("data file is damaged")
	// ErrFormat: the file was written by a later version.
	ErrFormat = errors.New("data file has a newer format")
)

func inUse(path string) error {
	return fmt.Errorf("%w: %s; stop that one, or give this one a folder of its own with --data",
		ErrInUse, filepath.Dir(path))
}

func damaged(path string, cause error) error {
	return fmt.Errorf("%w: %s: %w; to restore, stop gatehouse, move this file aside and copy your last backup to its place",
		ErrDamaged, path, cause)
}

func newerFormat(path string, version int) error {
	return fmt.Errorf("%w: %s has version %d, this gatehouse reads up to %d; run the gatehouse that wrote it or a later one, or restore a backup made before the upgrade",
		ErrFormat, path, version, formatVersion)
}

// recoverDamage turns a panic into ErrDamaged. bbolt panics on pages that
// cannot be, and reading a mapped page that a shorter file no longer has is a
// fault; both must end a request or a start, not the server without a word.
// It is deferred; the fault becomes a panic for the goroutine that asks.
func recoverDamage(path string, err *error) {
	if p := recover(); p != nil {
		*err = damaged(path, fmt.Errorf("%v", p))
	}
}

// panicOnFault is called before touching the mapping; what it returns is deferred.
func panicOnFault() func() {
	before := debug.SetPanicOnFault(true)
	return func() { debug.SetPanicOnFault(before) }
}

// isTooSmall says whether a file ends before the pages that every store has.
func isTooSmall(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Size() > 0 && info.Size() < 4*int64(os.Getpagesize())
}

// checkSize refuses a file that was cut off: its pages are counted in its head.
func (s *Store) checkSize() error {
	info, err := os.Stat(s.path)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return s.db.View(func(tx *bbolt.Tx) error {
		if info.Size() < tx.Size() {
			return damaged(s.path, fmt.Errorf("%d bytes of %d are there", info.Size(), tx.Size()))
		}
		return nil
	})
}
