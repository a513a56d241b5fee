package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/node"
)

// measureMemory measures the live heap a user, each time in a new process.
func measureMemory() ([]bar, error) {
	plain, err := heapPerUser("heap")
	if err != nil {
		return nil, err
	}
	inline, err := heapPerUser("heap-inline")
	if err != nil {
		return nil, err
	}
	return []bar{
		{name: "live heap a user with tags and three shared policies", measured: plain, unit: "B", limit: 1.5 * 1024},
		{name: "live heap a user with an own inline policy of 1.3 KB", measured: inline, unit: "B", limit: 4 * 1024},
	}, nil
}

func heapPerUser(kind string) (float64, error) {
	c := exec.Command(os.Args[0], "-child", kind, "-users", strconv.Itoa(sizes.users))
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		return 0, fmt.Errorf("child %s: %w", kind, err)
	}
	return strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
}

// printHeap is the child: it prints the bytes of live heap that a user adds.
func printHeap(users int, user func(*directory.Directory, string) *directory.User) error {
	ctx := context.Background()
	n, err := startNode(ctx, node.S3Config{})
	if err != nil {
		return err
	}
	const settled = 1000 // pools and caches have their size by then
	if err := populate(ctx, n.Directory(), 0, settled, user); err != nil {
		return err
	}
	before := liveHeap()
	if err := populate(ctx, n.Directory(), settled, settled+users, user); err != nil {
		return err
	}
	after := liveHeap()
	runtime.KeepAlive(n)
	fmt.Println(float64(after-before) / float64(users))
	return n.Close(ctx)
}

func liveHeap() int64 {
	var m runtime.MemStats
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
