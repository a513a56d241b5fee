package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/store"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
)

// TestFullDisk lets a process of its own run into its limit of a file's size,
// which the system reports where it would report a full disk.
func TestFullDisk(t *testing.T) {
	out, err := child(t, "full disk", filepath.Join(t.TempDir(), "gatehouse.db")).Output()
	if err != nil || strings.TrimSpace(string(out)) != "ok" {
		t.Errorf("%v\n%s", err, out)
	}
}

// fillDisk prints "ok", or what went wrong.
func fillDisk(path string) {
	signal.Ignore(syscall.SIGXFSZ) // so that the write fails instead
	if err := fillAndRecover(path); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("ok")
}

func limitFiles(bytes uint64) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	limit.Cur = min(bytes, limit.Max)
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
}

func fillAndRecover(path string) error {
	ctx := context.Background()
	s, err := embedded.Open(path, embedded.Options{HistoryRevisions: 10_000})
	if err != nil {
		return err
	}
	defer s.Close()
	if err := limitFiles(2 << 20); err != nil {
		return err
	}
	acknowledged, failed := fill(ctx, s)
	if !strings.Contains(failed.Error(), syscall.EFBIG.Error()) { // bbolt keeps the words only
		return fmt.Errorf("the disk is not full: %d commits, then %v", acknowledged, failed)
	}
	if err := sound(ctx, s, acknowledged); err != nil {
		return fmt.Errorf("while full: %w", err)
	}
	if err := limitFiles(1 << 40); err != nil {
		return err
	}
	if err := putNumber(ctx, s, acknowledged); err != nil {
		return fmt.Errorf("with room again: %w", err)
	}
	if err := sound(ctx, s, acknowledged+1); err != nil {
		return fmt.Errorf("with room again: %w", err)
	}
	if err := s.Close(); err != nil {
		return err
	}
	if s, err = embedded.Open(path, embedded.Options{}); err != nil {
		return err
	}
	defer s.Close()
	return sound(ctx, s, acknowledged+1)
}

// fill commits until that fails; of what is committed at once, some may fail
// and some not.
func fill(ctx context.Context, s store.Store) (acknowledged int, failed error) {
	for {
		if err := putNumber(ctx, s, acknowledged); err != nil {
			break
		}
		acknowledged++
	}
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() {
			_, errs[i] = s.Commit(ctx, nil, []store.Change{{Key: "large", Value: make([]byte, 1<<20)}})
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err == nil {
			return acknowledged, errors.New("a large commit succeeded")
		}
	}
	return acknowledged, errs[0]
}

func putNumber(ctx context.Context, s store.Store, n int) error {
	_, err := s.Commit(ctx, nil, []store.Change{
		{Key: fmt.Sprintf("a/%06d", n), Value: make([]byte, 10_000)},
		{Key: fmt.Sprintf("b/%06d", n), Value: make([]byte, 10_000)},
	})
	return err
}

// sound checks that n commits are there whole, and no part of any other.
func sound(ctx context.Context, s *embedded.Store, n int) error {
	for _, prefix := range []string{"a/", "b/"} {
		page, err := s.List(ctx, prefix, store.ListOptions{Limit: 1 << 20})
		if err != nil || len(page.Entries) != n || page.Revision != int64(n) {
			return fmt.Errorf("%d entries at revision %d, %v; want %d", len(page.Entries), page.Revision, err, n)
		}
	}
	if _, ok, err := s.Get(ctx, "large"); ok || err != nil {
		return fmt.Errorf("what failed is there: %v, %v", ok, err)
	}
	return s.Verify(ctx)
}
